//! The overlay on the key ring: a node stands where its key lies, contacts are chords.

use super::scene::{Anchor, FAINT, GRID, INK, Look, PALETTE, Scene};
use crate::report::text::grouped;
use crate::rng::{Purpose, Seed, Stream};
use crate::runner::snapshot::{Overlay, Snapshot, on_key_ring};
use plotters::style::RGBColor;

const CENTER: (f64, f64) = (600.0, 398.0);
const RADIUS: f64 = 268.0;
/// Chords beyond this hide each other: then the contacts of a few nodes are drawn, each in a
/// colour of its own.
const MOST_CHORDS: usize = 700;
const FEW: usize = PALETTE.len();
/// Dots beyond this run together: then only nodes with a chord have one.
const MOST_DOTS: usize = 2_000;
/// Sets the draw of nodes apart from others of [`Purpose::Measuring`].
const DRAWN_NODES: u64 = 3;

/// The picture of a snapshot of the run that `subtitle` names; `seed` draws the nodes whose contacts
/// are shown, where all have too many.
pub fn picture(snapshot: &Snapshot, subtitle: &str, seed: Seed) -> Scene {
    let overlay = &snapshot.overlay;
    let all = overlay.nodes.len();
    let sources = sources(overlay, seed);
    let contacts = |&node: &u32| overlay.contacts.neighbours(node).iter().copied();
    let shown: Vec<u32> = match all <= MOST_DOTS {
        true => (0..all as u32).collect(),
        false => sources.iter().flat_map(contacts).collect(),
    };
    let mut scene = Scene::default();
    let whose = match sources.len() == all {
        true => format!("contacts of all {} nodes", grouped(all as u64)),
        false => {
            let [some, all] = [sources.len() as u64, all as u64].map(grouped);
            format!("contacts of a sample of {some} of {all} nodes")
        }
    };
    let title = format!("Overlay on the key ring at {}: {whose}", snapshot.at);
    scene.text(title, (112.0, 30.0), 28.0, INK, Anchor::Left);
    scene.text(subtitle, (112.0, 56.0), 18.0, FAINT, Anchor::Left);
    ring(&mut scene);
    let place = |node: u32| at(on_key_ring(overlay.keys[node as usize]), 1.0);
    for (number, source) in sources.iter().enumerate() {
        let color = lightened(PALETTE[number % PALETTE.len()]);
        for contact in contacts(source) {
            scene.rule(place(*source), place(contact), color, 0.7);
        }
    }
    shown.iter().for_each(|&node| scene.dot(place(node), 1.6, FAINT));
    for (number, &source) in sources.iter().enumerate() {
        scene.dot(place(source), 4.0, PALETTE[number % PALETTE.len()]);
    }
    legend(&mut scene);
    scene
}

/// The nodes whose contacts are drawn, in the order of keys.
fn sources(overlay: &Overlay, seed: Seed) -> Vec<u32> {
    let all = overlay.nodes.len();
    let mut nodes: Vec<u32> = (0..all as u32).collect();
    if overlay.contacts.arcs_count() > MOST_CHORDS {
        let mut stream = Stream::new(seed, Purpose::Measuring, DRAWN_NODES);
        let drawn = rand::seq::index::sample(&mut stream, all, FEW.min(all));
        nodes = drawn.into_iter().map(|node| node as u32).collect();
    }
    nodes.sort_unstable_by_key(|&node| overlay.keys[node as usize]);
    nodes
}

/// From the circle of radius 1 to the picture, this far from the middle.
fn at([x, y]: [f64; 2], distance: f64) -> (f64, f64) {
    (CENTER.0 + RADIUS * distance * x, CENTER.1 - RADIUS * distance * y)
}

/// The ring itself, marked at the quarters of the key space.
fn ring(scene: &mut Scene) {
    let turn = |part: f64| {
        let angle = part * std::f64::consts::TAU;
        [libm::sin(angle), libm::cos(angle)]
    };
    let circle = (0..=360).map(|degree| at(turn(f64::from(degree) / 360.0), 1.0)).collect();
    scene.line(circle, Look { color: GRID, dash: None }, 2.0);
    let marks = [
        (0.0, "key 0", Anchor::Middle),
        (0.25, "a quarter of the key space", Anchor::Left),
        (0.5, "half", Anchor::Middle),
        (0.75, "three quarters", Anchor::Right),
    ];
    for (part, name, anchor) in marks {
        scene.rule(at(turn(part), 1.015), at(turn(part), 1.045), INK, 1.0);
        scene.text(name, at(turn(part), 1.085), 17.0, INK, anchor);
    }
}

fn legend(scene: &mut Scene) {
    let lines = [
        "Position: the node's key, clockwise",
        "Large dot: a node whose contacts are drawn",
        "Small dot: another node",
        "Line: from a node to a contact of its table,",
        "in the colour of the node",
    ];
    for (row, line) in lines.into_iter().enumerate() {
        scene.text(line, (24.0, 590.0 + 24.0 * row as f64), 16.0, INK, Anchor::Left);
    }
}

/// The colour as a thin veil over white.
fn lightened(RGBColor(red, green, blue): RGBColor) -> RGBColor {
    let mixed = |part: u8| ((u16::from(part) * 3 + 255 * 2) / 5) as u8;
    RGBColor(mixed(red), mixed(green), mixed(blue))
}
