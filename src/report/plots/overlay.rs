//! Plots of several runs beside each other. Lines differ in colour and in dashes.

use super::axis::{Axis, TimeUnit};
use super::chart::{Chart, Data, Marks, Panel};
use super::distributions::shares_over_millis;
use super::scene::{Look, Scene};
use super::sweep::Spread;
use crate::time::{Duration, Instant};

/// One plot.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// Name of its file, without ending.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// Of which runs.
    pub subtitle: String,
    /// The lines, one for each run.
    pub lines: OverlayLines,
}

/// What is drawn of each run, by its name in the legend.
#[derive(Clone, Debug)]
pub enum OverlayLines {
    /// How latencies are spread.
    Latencies(Vec<Spread>),
    /// Something over the time of the run: seconds and values.
    OverTime {
        /// Whose time it is: `Virtual`, or `Real` on sockets.
        clock: &'static str,
        /// What the values are, with their unit.
        y: String,
        /// How far the vertical axis goes.
        range: Range,
        /// Name and points of each run.
        lines: Vec<(String, Vec<(f64, f64)>)>,
    },
    /// The share of operations by a whole number.
    Shares {
        /// What the number is.
        x: String,
        /// Name of each run, and its operations by that number, in ascending order.
        lines: Vec<(String, Vec<(u64, u64)>)>,
    },
}

/// How far a vertical axis goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// From zero.
    FromZero,
    /// Shares in percent.
    Percent,
}

/// The plot as strokes and texts; `None` if there is no point in it.
pub(super) fn picture(plot: &Overlay) -> Option<Scene> {
    let (x, panel) = match &plot.lines {
        OverlayLines::Latencies(spreads) => latencies(spreads)?,
        OverlayLines::OverTime { clock, y, range, lines } => over_time(clock, y, *range, lines)?,
        OverlayLines::Shares { x, lines } => shares(x, lines)?,
    };
    let chart = Chart {
        name: "overlay",
        title: plot.title.clone(),
        subtitle: plot.subtitle.clone(),
        x,
        panels: vec![panel],
        phases: vec![],
        bands: vec![],
    };
    Some(chart.scene())
}

fn latencies(spreads: &[Spread]) -> Option<(Axis, Panel)> {
    let each = spreads.iter().enumerate();
    let each =
        each.map(|(place, spread)| (spread.name.clone(), Look::apart(place), &spread.micros[..]));
    let (x, lines) = shares_over_millis("Latency", 0, each)?;
    let y = Axis::percent("Successful operations that took no longer", 0.0);
    Some((x, Panel { y, marks: Marks::Lines(lines) }))
}

fn over_time(
    clock: &str,
    y: &str,
    range: Range,
    lines: &[(String, Vec<(f64, f64)>)],
) -> Option<(Axis, Panel)> {
    let points = || lines.iter().flat_map(|(_, points)| points);
    let end = points().map(|point| point.0).reduce(f64::max)?;
    let end = Instant::ZERO + Duration::from_secs_f64(end);
    let scale = TimeUnit::of(end).value(Instant::ZERO + Duration::from_secs(1));
    let values = || points().map(|point| point.1);
    let y = match range {
        Range::Percent => Axis::percent(y, values().fold(100.0, f64::min)),
        Range::FromZero => Axis::from_zero(y, values().fold(0.0, f64::max)),
    };
    let line = |place: usize, name: &str, points: &[(f64, f64)]| Data {
        name: name.to_owned(),
        look: Look::apart(place),
        points: points.iter().map(|(seconds, value)| (seconds * scale, *value)).collect(),
    };
    let lines = lines.iter().enumerate();
    let lines = lines.map(|(place, (name, points))| line(place, name, points)).collect();
    Some((Axis::time(clock, end), Panel { y, marks: Marks::Lines(lines) }))
}

fn shares(x: &str, lines: &[(String, Vec<(u64, u64)>)]) -> Option<(Axis, Panel)> {
    let numbers = || lines.iter().flat_map(|(_, counts)| counts).map(|(number, _)| *number);
    let (first, last) = (numbers().min()?, numbers().max()?);
    let line = |place: usize, name: &str, counts: &[(u64, u64)]| {
        let total: u64 = counts.iter().map(|(_, count)| count).sum();
        // Numbers that do not occur have a share of nothing, and are drawn so.
        let mut points: Vec<(f64, f64)> =
            (0..=last - first).map(|place| (place as f64, 0.0)).collect();
        for (number, count) in counts {
            points[(number - first) as usize].1 = 100.0 * *count as f64 / total as f64;
        }
        Data { name: name.to_owned(), look: Look::apart(place), points }
    };
    let lines = lines.iter().enumerate();
    let lines: Vec<Data> = lines.map(|(place, (name, counts))| line(place, name, counts)).collect();
    let highest =
        lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(0.0, f64::max);
    let names = (first..=last).map(|number| number.to_string()).collect();
    let y = Axis::from_zero("Share of successful operations (%)", highest);
    Some((Axis::places(x, names), Panel { y, marks: Marks::Measured(lines) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::plots::scene::{self, Shape};

    fn some(lines: OverlayLines) -> Overlay {
        let title = "Latency of lookup".to_owned();
        Overlay { name: "some".to_owned(), title, subtitle: "A seed 1, B seed 2".to_owned(), lines }
    }

    fn plots(runs: usize) -> Vec<Overlay> {
        let name = |run: usize| format!("{run} quickstart-42 alpha=3");
        let wave = |run: usize| {
            (1..90)
                .map(|x| (f64::from(x * 7), 80.0 + (x as usize * (run + 3) % 17) as f64))
                .collect()
        };
        let over_time: Vec<(String, Vec<(f64, f64)>)> =
            (0..runs).map(|run| (name(run), wave(run))).collect();
        let counts = |run: usize| (2..9).map(|n| (n, 5 + n * run as u64 % 7)).collect();
        let micros = |run: u64| vec![(900 + run * 70, 1), (5_000 + run * 900, 4)];
        let spread = |run: usize| Spread { name: name(run), micros: micros(run as u64) };
        vec![
            some(OverlayLines::Latencies((0..runs).map(spread).collect())),
            some(OverlayLines::OverTime {
                clock: "Virtual",
                y: "Lookups that succeed".to_owned(),
                range: Range::Percent,
                lines: over_time.clone(),
            }),
            some(OverlayLines::OverTime {
                clock: "Virtual",
                y: "Messages per second, all nodes".to_owned(),
                range: Range::FromZero,
                lines: over_time,
            }),
            some(OverlayLines::Shares {
                x: "Rounds".to_owned(),
                lines: (0..runs).map(|run| (name(run), counts(run))).collect(),
            }),
        ]
    }

    #[test]
    fn no_text_overlaps_another_or_leaves_the_picture() {
        for plot in plots(2).iter().chain(&plots(12)) {
            let picture = picture(plot).expect("it has points");
            let boxes = picture.text_boxes();
            for (place, (text, bounds)) in boxes.iter().enumerate() {
                assert!(bounds.inside(scene::SIZE), "{text:?} is cut off in {}", plot.title);
                for (other, bounds_of_other) in &boxes[place + 1..] {
                    assert!(!bounds.overlaps(bounds_of_other), "{text:?} overlaps {other:?}");
                }
            }
        }
    }

    #[test]
    fn lines_differ_in_colour_and_in_dashes() {
        for plot in &plots(4) {
            let picture = picture(plot).expect("it has points");
            let looks = picture.shapes.iter().filter_map(|shape| match shape {
                Shape::Line { look, width, .. } if *width > 2.0 => Some(*look),
                _ => None,
            });
            let looks: Vec<Look> = looks.collect();
            for place in 0..4 {
                let used = looks.iter().filter(|look| **look == Look::apart(place)).count();
                assert_eq!(used, 2, "{}: a line and its place in the legend", plot.title);
                assert!((0..place).all(|other| Look::apart(other).dash != Look::apart(place).dash));
            }
        }
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert!(picture(&some(OverlayLines::Latencies(vec![]))).is_none());
        let lines = vec![("A".to_owned(), vec![])];
        assert!(picture(&some(OverlayLines::Shares { x: String::new(), lines })).is_none());
    }
}
