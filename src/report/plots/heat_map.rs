//! A figure over two varied keys, as fields of colour with their values.

use super::scene::{Anchor, FAINT, INK, SIZE, Scene, text_width};
use super::sweep::HeatMap;
use plotters::style::RGBColor;

const LEFT: f64 = 150.0;
const TOP: f64 = 92.0;
const BOTTOM: f64 = SIZE.1 as f64 - 76.0;
const RIGHT: f64 = SIZE.0 as f64 - 190.0;
const BAR_LEFT: f64 = RIGHT + 40.0;
const BAR_RIGHT: f64 = BAR_LEFT + 24.0;
const BAR_STEPS: usize = 64;
const TEXT: f64 = 17.0;
const LABEL: f64 = 19.0;

/// Dark to bright at an even pace for the eye, also without colours: points of the scale "viridis"
/// (van der Walt and Smith 2015).
const RAMP: [(f64, f64, f64); 6] = [
    (68.0, 1.0, 84.0),
    (65.0, 68.0, 135.0),
    (42.0, 120.0, 142.0),
    (34.0, 168.0, 132.0),
    (122.0, 209.0, 81.0),
    (253.0, 231.0, 37.0),
];

/// The colour at `share` of the ramp.
fn color(share: f64) -> RGBColor {
    let place = share.clamp(0.0, 1.0) * (RAMP.len() - 1) as f64;
    let below = (place as usize).min(RAMP.len() - 2);
    let part = place - below as f64;
    let (from, to) = (RAMP[below], RAMP[below + 1]);
    let mixed = |from: f64, to: f64| (from + (to - from) * part).round() as u8;
    RGBColor(mixed(from.0, to.0), mixed(from.1, to.1), mixed(from.2, to.2))
}

/// The map as areas and texts.
pub fn picture(map: &HeatMap) -> Scene {
    let mut scene = Scene::default();
    scene.text(&map.title, (LEFT, 30.0), 28.0, INK, Anchor::Left);
    scene.text(&map.subtitle, (LEFT, 56.0), 18.0, FAINT, Anchor::Left);
    let means = || map.cells.iter().map(|cell| cell.mean);
    let (least, most) =
        (means().fold(f64::INFINITY, f64::min), means().fold(f64::NEG_INFINITY, f64::max));
    let share = |mean: f64| if most > least { (mean - least) / (most - least) } else { 0.5 };
    let width = (RIGHT - LEFT) / map.x.1.len().max(1) as f64;
    let height = (BOTTOM - TOP) / map.y.1.len().max(1) as f64;
    let widest = means().map(|mean| text_width(&number(mean, most), TEXT)).fold(0.0, f64::max);
    let fits = widest + 10.0 < width && TEXT + 6.0 < height;
    for cell in &map.cells {
        let (left, bottom) = (LEFT + cell.x as f64 * width, BOTTOM - cell.y as f64 * height);
        scene.area([(left, bottom - height), (left + width, bottom)], color(share(cell.mean)));
        if fits {
            let ink = match share(cell.mean) > 0.6 {
                true => INK,
                false => RGBColor(0xFF, 0xFF, 0xFF),
            };
            let middle = (left + width / 2.0, bottom - height / 2.0);
            scene.text(number(cell.mean, most), middle, TEXT, ink, Anchor::Middle);
        }
    }
    keys(&mut scene, map, width, height);
    if least <= most {
        scale(&mut scene, least, most);
    }
    scene
}

/// The values of both keys along the sides, as many as there is room for, and their names.
fn keys(scene: &mut Scene, map: &HeatMap, width: f64, height: f64) {
    let widest = map.x.1.iter().map(|name| text_width(name, TEXT)).fold(1.0, f64::max);
    let every = ((widest + 8.0) / width).ceil().max(1.0) as usize;
    for (place, name) in map.x.1.iter().enumerate().step_by(every) {
        let middle = LEFT + (place as f64 + 0.5) * width;
        scene.text(name, (middle, BOTTOM + 19.0), TEXT, INK, Anchor::Middle);
    }
    let every = ((TEXT + 4.0) / height).ceil().max(1.0) as usize;
    for (place, name) in map.y.1.iter().enumerate().step_by(every) {
        let middle = BOTTOM - (place as f64 + 0.5) * height;
        scene.text(name, (LEFT - 10.0, middle), TEXT, INK, Anchor::Right);
    }
    scene.text(&map.x.0, ((LEFT + RIGHT) / 2.0, BOTTOM + 51.0), LABEL, INK, Anchor::Middle);
    scene.text(&map.y.0, (24.0, (TOP + BOTTOM) / 2.0), LABEL, INK, Anchor::Upright);
}

/// What the colours mean.
fn scale(scene: &mut Scene, least: f64, most: f64) {
    let step = (BOTTOM - TOP) / BAR_STEPS as f64;
    for place in 0..BAR_STEPS {
        let bottom = BOTTOM - place as f64 * step;
        let share = place as f64 / (BAR_STEPS - 1) as f64;
        scene.area([(BAR_LEFT, bottom - step), (BAR_RIGHT, bottom)], color(share));
    }
    for part in 0..=4 {
        let share = f64::from(part) / 4.0;
        let (y, value) = (BOTTOM - share * (BOTTOM - TOP), least + share * (most - least));
        scene.rule((BAR_RIGHT, y), (BAR_RIGHT + 5.0, y), INK, 1.0);
        scene.text(number(value, most), (BAR_RIGHT + 10.0, y), TEXT, INK, Anchor::Left);
    }
}

/// A number with as many decimals as tell values up to `most` apart.
fn number(value: f64, most: f64) -> String {
    match most.abs() {
        most if most >= 1e9 => format!("{:.2}G", value / 1e9),
        most if most >= 1e6 => format!("{:.2}M", value / 1e6),
        most if most >= 1e4 => format!("{:.1}k", value / 1e3),
        most if most >= 100.0 => format!("{value:.0}"),
        most if most >= 10.0 => format!("{value:.1}"),
        most if most >= 1.0 => format!("{value:.3}"),
        _ => format!("{value:.4}"),
    }
}
