//! Plots of a sweep: a figure against a varied key, over two varied keys, and latencies overlaid.

use super::axis::Axis;
use super::chart::{Chart, Data, Marks, Panel};
use super::distributions::shares_over_millis;
use super::heat_map;
use super::scene::{Look, Scene};

/// From this ratio between the largest and the smallest value on, an axis is logarithmic.
const WIDE: f64 = 20.0;

/// One plot.
#[derive(Clone, Debug)]
pub enum SweepPlot {
    /// A figure against a key.
    Lines(Lines),
    /// A figure over two keys.
    HeatMap(HeatMap),
    /// How times are spread.
    Spreads {
        /// What it shows.
        title: String,
        /// Of which sweep.
        subtitle: String,
        /// What takes time.
        whose: String,
        /// One line each.
        spreads: Vec<Spread>,
    },
}

/// A figure against a varied key, a line for each value of a second one.
#[derive(Clone, Debug)]
pub struct Lines {
    /// Name of the figure.
    pub title: String,
    /// Of which sweep.
    pub subtitle: String,
    /// The first key, with its unit.
    pub x: String,
    /// Its values as texts.
    pub names: Vec<String>,
    /// Its values as numbers, if they are some.
    pub numbers: Option<Vec<f64>>,
    /// What the points are.
    pub y: String,
    /// Name of each line, and a point for each value of the first key.
    pub lines: Vec<(String, Vec<Option<Point>>)>,
}

/// A mean and its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The mean.
    pub mean: f64,
    /// Lower and upper end; `None` if there are too few runs.
    pub interval: Option<(f64, f64)>,
}

/// A figure over two varied keys.
#[derive(Clone, Debug)]
pub struct HeatMap {
    /// Name of the figure.
    pub title: String,
    /// Of which sweep.
    pub subtitle: String,
    /// The first key and its values, from left to right.
    pub x: (String, Vec<String>),
    /// The second key and its values, from bottom to top.
    pub y: (String, Vec<String>),
    /// One for each value that is known.
    pub cells: Vec<Cell>,
}

/// A cell of a heat map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Which value of the first key.
    pub x: usize,
    /// Which value of the second key.
    pub y: usize,
    /// The mean there.
    pub mean: f64,
}

/// How the latencies of one point are spread.
#[derive(Clone, Debug)]
pub struct Spread {
    /// Name of the line.
    pub name: String,
    /// Microseconds, each with the number of operations up to so many.
    pub micros: Vec<(u64, u64)>,
}

/// The plot as strokes and texts.
pub(super) fn picture(plot: &SweepPlot) -> Scene {
    match plot {
        SweepPlot::Lines(lines) => self::lines(lines),
        SweepPlot::HeatMap(map) => heat_map::picture(map),
        SweepPlot::Spreads { title, subtitle, whose, spreads } => {
            self::spreads(title, subtitle, whose, spreads)
        }
    }
}

fn lines(plot: &Lines) -> Scene {
    let places = || (0..plot.names.len()).map(|place| place as f64).collect();
    let values: Vec<f64> = plot.numbers.clone().unwrap_or_else(places);
    let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let x = if plot.numbers.is_none() {
        Axis::places(&plot.x, plot.names.clone())
    } else if smallest > 0.0 && largest / smallest >= WIDE {
        Axis::decades(format!("{} (logarithmic)", plot.x), smallest, largest)
    } else {
        let marks = values.iter().copied().zip(plot.names.iter().cloned());
        Axis::values(&plot.x, &marks.collect::<Vec<_>>())
    };
    let points = || plot.lines.iter().flat_map(|(_, points)| points.iter().flatten());
    let ends = || {
        points().flat_map(|point| {
            let (low, high) = point.interval.unwrap_or((point.mean, point.mean));
            [point.mean, low, high]
        })
    };
    let least = ends().fold(f64::INFINITY, f64::min);
    let most = ends().fold(f64::NEG_INFINITY, f64::max);
    let (size, unit) = size_of(least.abs().max(most.abs()));
    let label = format!("{}{unit}", plot.y);
    let y = match least <= most {
        true => Axis::around(label, least / size, most / size),
        false => Axis::from_zero(label, 1.0),
    };
    let known = |points: &[Option<Point>]| {
        // From left to right, whatever the order in which the values are given.
        let known = values.iter().copied().zip(points);
        let mut known: Vec<(f64, Point)> =
            known.filter_map(|(value, point)| Some((value, (*point)?))).collect();
        known.sort_by(|a, b| a.0.total_cmp(&b.0));
        known
    };
    let each = || plot.lines.iter().map(|(name, points)| (name, known(points)));
    let data = each().enumerate().map(|(place, (name, points))| Data {
        name: name.clone(),
        look: Look::apart(place),
        points: points.iter().map(|(value, point)| (*value, point.mean / size)).collect(),
    });
    let span = |point: &Point| point.interval.map(|(low, high)| (low / size, high / size));
    let spans = each().map(|(_, points)| points.iter().map(|(_, point)| span(point)).collect());
    let marks = Marks::Intervals { lines: data.collect(), spans: spans.collect() };
    chart(&plot.title, &plot.subtitle, x, Panel { y, marks }).scene()
}

/// What numbers up to `most` are divided by, so that they have few digits, and how that is told.
fn size_of(most: f64) -> (f64, &'static str) {
    match most {
        most if most.is_finite() && most >= 1e9 => (1e9, ", billions"),
        most if most.is_finite() && most >= 1e6 => (1e6, ", millions"),
        most if most.is_finite() && most >= 1e4 => (1e3, ", thousands"),
        _ => (1.0, ""),
    }
}

fn spreads(title: &str, subtitle: &str, whose: &str, spreads: &[Spread]) -> Scene {
    let each = spreads.iter().enumerate();
    let each =
        each.map(|(place, spread)| (spread.name.clone(), Look::nth(place), &spread.micros[..]));
    let y = Axis::percent(format!("{whose} that took no longer"), 0.0);
    let (x, lines) = shares_over_millis("Latency", 0, each)
        .unwrap_or_else(|| (Axis::from_zero("Latency (milliseconds)", 1.0), vec![]));
    chart(title, subtitle, x, Panel { y, marks: Marks::Lines(lines) }).scene()
}

fn chart(title: &str, subtitle: &str, x: Axis, panel: Panel) -> Chart {
    let (title, subtitle) = (title.to_owned(), subtitle.to_owned());
    Chart { name: "sweep", title, subtitle, x, panels: vec![panel], phases: vec![], bands: vec![] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::plots::scene::{self, Shape};

    fn some(lines: usize, numbers: Option<Vec<f64>>) -> Lines {
        let point = |place: usize| {
            let mean = 120.0 + place as f64;
            Some(Point { mean, interval: Some((mean - 3.0, mean + 2.0)) })
        };
        let names = match &numbers {
            Some(numbers) => numbers.iter().map(ToString::to_string).collect(),
            None => ["strict", "loose", "another one"].map(str::to_owned).to_vec(),
        };
        Lines {
            title: "operations.lookup.latency_micros.mean".to_owned(),
            subtitle: "quickstart, 10 repeats".to_owned(),
            x: "kademlia.alpha".to_owned(),
            names,
            numbers,
            y: "Mean of 10 runs, with its 95 % interval".to_owned(),
            lines: (0..lines)
                .map(|line| (format!("nodes.count={line}"), (0..3).map(point).collect()))
                .collect(),
        }
    }

    fn map(side: usize) -> HeatMap {
        let names = |key: &str| {
            (key.to_owned(), (0..side).map(|place| (place * 250).to_string()).collect())
        };
        let cells = (0..side * side)
            .map(|i| Cell { x: i % side, y: i / side, mean: 1_000.0 * i as f64 })
            .collect();
        HeatMap {
            title: "operations.lookup.latency_micros.mean".to_owned(),
            subtitle: "quickstart, 10 repeats".to_owned(),
            x: names("nodes.count"),
            y: names("kademlia.alpha"),
            cells,
        }
    }

    #[test]
    fn no_text_overlaps_another_or_leaves_the_picture() {
        let plots = [
            SweepPlot::Lines(some(1, Some(vec![1.0, 2.0, 3.0]))),
            SweepPlot::Lines(some(20, Some(vec![10.0, 100.0, 10_000.0]))),
            SweepPlot::Lines(some(3, None)),
            SweepPlot::HeatMap(map(2)),
            SweepPlot::HeatMap(map(30)),
            SweepPlot::Spreads {
                title: "Latency of lookup".to_owned(),
                subtitle: "quickstart".to_owned(),
                whose: "Successful operations".to_owned(),
                spreads: vec![Spread {
                    name: "a=1".to_owned(),
                    micros: vec![(900, 1), (5_000, 4)],
                }],
            },
        ];
        for plot in &plots {
            let picture = picture(plot);
            let boxes = picture.text_boxes();
            for (place, (text, bounds)) in boxes.iter().enumerate() {
                assert!(bounds.inside(scene::SIZE), "{text:?} is cut off in {plot:?}");
                for (other, bounds_of_other) in &boxes[place + 1..] {
                    assert!(!bounds.overlaps(bounds_of_other), "{text:?} overlaps {other:?}");
                }
            }
        }
    }

    /// Each point has a mark, and a stroke from one end of its interval to the other.
    #[test]
    fn a_point_is_drawn_with_its_interval() {
        let count = |lines: &Lines| {
            let picture = picture(&SweepPlot::Lines(lines.clone()));
            let is_span = |shape: &&Shape| match shape {
                Shape::Line { points, look, width } => {
                    look.color == Look::nth(0).color && points[0].0 == points[1].0 && *width == 1.6
                }
                _ => false,
            };
            picture.shapes.iter().filter(is_span).count()
        };
        let mut lines = some(1, Some(vec![1.0, 2.0, 3.0]));
        assert_eq!(count(&lines), 3);
        lines.lines[0].1[1] = None;
        assert_eq!(count(&lines), 2);
    }

    #[test]
    fn a_sweep_without_figures_is_drawn_empty() {
        let mut lines = some(1, Some(vec![1.0, 2.0, 3.0]));
        lines.lines[0].1 = vec![None, None, None];
        assert!(!picture(&SweepPlot::Lines(lines)).shapes.is_empty());
    }
}
