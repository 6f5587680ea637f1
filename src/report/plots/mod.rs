//! Plots of a run, as SVG and PNG from the same drawing.
//!
//! A plot goes through three steps, each of which knows nothing of the next: the run becomes a
//! [`chart::Chart`] (axes, lines, bars), the chart a [`scene::Scene`] (strokes and texts in
//! pixels), the scene a file.

// What a chart is, and how it is laid out.
mod axis;
mod chart;
// Strokes and texts, and what turns them into files.
mod render;
mod scene;
// The plots themselves.
mod applications;
mod bins;
mod distributions;
mod graph;
mod growth;
mod heat_map;
mod key_ring;
mod over_time;
mod overlay;
mod records;
mod sweep;

use super::PlotFormat;
use super::text::grouped;
use crate::graph::measure::Figures;
use crate::rng::Seed;
use crate::runner::result::RunOutput;
use chart::Chart;
pub use overlay::{Overlay, OverlayLines, Range};
use rayon::prelude::*;
use scene::Scene;
use std::io;
use std::path::Path;
pub use sweep::{Cell, HeatMap, Lines, Point, Spread, SweepPlot};

/// Why a plot could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// The drawing itself failed.
    #[error("cannot draw {plot}: {reason}")]
    Draw {
        /// Name of the plot.
        plot: String,
        /// What the drawing library says.
        reason: String,
    },
    /// The file could not be written.
    #[error("cannot write {plot}")]
    Write {
        /// Name of the plot.
        plot: String,
        /// What the system says.
        source: io::Error,
    },
}

/// Draws every plot that `run` has data for into `folder`, a file for each format.
///
/// # Errors
/// If a plot cannot be drawn or written; others may have been written before.
pub fn draw_all(run: &RunOutput, folder: &Path, formats: &[PlotFormat]) -> Result<(), PlotError> {
    let mut scenes = scenes("", charts(run));
    for snapshot in &run.snapshots {
        let name = format!("{}-", snapshot.name());
        let subtitle = format!("{}, overlay at {}", subtitle(run), snapshot.at);
        scenes.extend(self::scenes(&name, graph::charts(&snapshot.figures, &subtitle)));
        let seed = Seed(run.result.seed);
        scenes.push((format!("{name}key-ring"), key_ring::picture(snapshot, &subtitle, seed)));
    }
    for (place, findings) in run.result.applications.iter().enumerate() {
        let before = &run.result.applications[..place];
        let prefix = match before.iter().filter(|other| other.workload == findings.workload).count()
        {
            0 => format!("{}-", findings.workload),
            others => format!("{}-{}-", findings.workload, others + 1),
        };
        scenes.extend(self::scenes(&prefix, applications::charts(findings, &subtitle(run))));
    }
    draw(&scenes, folder, formats)
}

/// Draws how the figures of a graph are spread into `folder`, a file for each format; gives the
/// names of the plots.
///
/// # Errors
/// If a plot cannot be drawn or written.
pub fn graph_charts(
    figures: &Figures,
    subtitle: &str,
    folder: &Path,
    formats: &[PlotFormat],
) -> Result<Vec<String>, PlotError> {
    let scenes = scenes("", graph::charts(figures, subtitle));
    draw(&scenes, folder, formats)?;
    Ok(scenes.into_iter().map(|(name, _)| name).collect())
}

/// The charts as pictures, by the names of their files.
fn scenes(prefix: &str, charts: Vec<Chart>) -> Vec<(String, Scene)> {
    charts.into_iter().map(|chart| (format!("{prefix}{}", chart.name), chart.scene())).collect()
}

fn draw(
    scenes: &[(String, Scene)],
    folder: &Path,
    formats: &[PlotFormat],
) -> Result<(), PlotError> {
    let files: Vec<_> =
        scenes.iter().flat_map(|scene| formats.iter().map(move |format| (scene, format))).collect();
    files.par_iter().try_for_each(|((name, scene), format)| match format {
        PlotFormat::Svg => render::svg(name, scene, &folder.join(format!("{name}.svg"))),
        PlotFormat::Png => render::png(name, scene, &folder.join(format!("{name}.png"))),
    })
}

/// Draws the cost of a message and of a node against the number of nodes into `folder`, as
/// `growth`, a file for each format: points of nodes and nanoseconds, of nodes and bytes.
/// Nothing, if there are no points.
///
/// # Errors
/// If a plot cannot be drawn or written.
pub fn growth_chart(
    subtitle: &str,
    times: Vec<(f64, f64)>,
    bytes: Vec<(f64, f64)>,
    folder: &Path,
    formats: &[PlotFormat],
) -> Result<(), PlotError> {
    let chart = growth::growth(subtitle, times, bytes);
    draw(&scenes("", chart.into_iter().collect()), folder, formats)
}

/// Draws the plots of a sweep into `folder`, each by its name, a file for each format.
///
/// # Errors
/// If a plot cannot be drawn or written; others may have been written before.
pub fn sweep_plots(
    plots: &[(String, SweepPlot)],
    folder: &Path,
    formats: &[PlotFormat],
) -> Result<(), PlotError> {
    let scenes: Vec<_> =
        plots.iter().map(|(name, plot)| (name.clone(), sweep::picture(plot))).collect();
    draw(&scenes, folder, formats)
}

/// Draws several runs beside each other into `folder`, a file for each plot that has data and each
/// format.
///
/// # Errors
/// If a plot cannot be drawn or written; others may have been written before.
pub fn overlays(plots: &[Overlay], folder: &Path, formats: &[PlotFormat]) -> Result<(), PlotError> {
    let scene = |plot: &Overlay| Some((plot.name.clone(), overlay::picture(plot)?));
    let scenes: Vec<_> = plots.iter().filter_map(scene).collect();
    draw(&scenes, folder, formats)
}

/// The plot of a sweep as the text of an SVG.
///
/// # Errors
/// If it cannot be drawn.
pub fn sweep_plot_svg(name: &str, plot: &SweepPlot) -> Result<String, PlotError> {
    render::svg_text(name, &sweep::picture(plot))
}

/// The plots that `run` has data for.
fn charts(run: &RunOutput) -> Vec<Chart> {
    let plots = [
        distributions::latency,
        distributions::rounds,
        over_time::success,
        over_time::online,
        over_time::messages,
        over_time::bytes,
        over_time::tables,
        distributions::buckets,
        distributions::queueing,
        records::survival,
        records::replicas,
    ];
    let mut charts: Vec<Chart> = plots.iter().filter_map(|plot| plot(run)).collect();
    charts.iter_mut().for_each(|chart| chart.subtitle = subtitle(run));
    charts
}

fn subtitle(run: &RunOutput) -> String {
    let result = &run.result;
    let partial = if result.partial { ", interrupted run" } else { "" };
    let nodes = grouped(result.network.nodes);
    format!("{}, {nodes} nodes, seed {}{partial}", result.name, result.seed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Adjacency;
    use crate::graph::measure::{self, Effort};
    use crate::kademlia::key::Key64;
    use crate::protocol::NodeIndex;
    use crate::report::fabricated;
    use crate::runner::snapshot::{Overlay, Snapshot};
    use crate::time::{Duration, Instant};

    #[test]
    fn a_run_with_everything_has_every_plot() {
        let names: Vec<_> = charts(&fabricated::run()).iter().map(|chart| chart.name).collect();
        let expected = [
            "latency-cdf",
            "rounds",
            "success",
            "nodes-online",
            "messages",
            "bytes",
            "routing-tables",
            "buckets",
            "queueing-delay",
            "record-survival",
            "replicas",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_run_without_anything_has_no_plot_and_no_error() {
        assert!(charts(&fabricated::empty_run()).is_empty());
    }

    /// The overlay of a star, whose degrees lie far apart.
    fn star(nodes: u32) -> Snapshot {
        let edges = (1..nodes).flat_map(|leaf| [(0, leaf), (leaf, leaf - 1)]);
        let contacts = Adjacency::new(nodes as usize, edges, true);
        let key = |node: u32| Key64(u64::from(node).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        Snapshot {
            at: Instant::ZERO + Duration::from_secs(5_400),
            figures: measure::measure(&contacts, Seed(1), &Effort::USUAL),
            overlay: Overlay {
                nodes: (0..nodes).map(NodeIndex).collect(),
                keys: (0..nodes).map(key).collect(),
                contacts,
            },
            export: vec![],
        }
    }

    fn scenes_of(snapshot: &Snapshot) -> Vec<(String, Scene)> {
        let mut all = scenes("", graph::charts(&snapshot.figures, "A star, 1 seed"));
        all.push(("key-ring".to_owned(), key_ring::picture(snapshot, "A star", Seed(1))));
        all
    }

    #[test]
    fn a_graph_has_its_plots_and_one_without_vertices_has_none() {
        let names = |nodes| {
            let snapshot = star(nodes);
            let charts = graph::charts(&snapshot.figures, "");
            charts.iter().map(|chart| chart.name).collect::<Vec<_>>()
        };
        assert_eq!(names(9), ["degrees", "path-lengths", "clustering", "core-numbers"]);
        assert_eq!(names(0), Vec::<&str>::new());
    }

    #[test]
    fn the_key_ring_says_whose_contacts_it_shows() {
        let title = |nodes| match &key_ring::picture(&star(nodes), "", Seed(1)).shapes[0] {
            scene::Shape::Text { text, .. } => text.clone(),
            other => panic!("{other:?} comes before the title"),
        };
        assert_eq!(title(50), "Overlay on the key ring at 1h 30m: contacts of all 50 nodes");
        let some = "Overlay on the key ring at 1h 30m: contacts of a sample of 7 of 12,000 nodes";
        assert_eq!(title(12_000), some);
        assert!(!key_ring::picture(&star(0), "", Seed(1)).shapes.is_empty());
    }

    #[test]
    fn a_plot_of_a_sample_says_so() {
        let charts = graph::charts(&star(10_001).figures, "A star");
        assert_eq!(charts[1].subtitle, "A star; sampled: 1,024 of 10,001 sources");
        assert_eq!(charts[0].subtitle, "A star");
    }

    #[test]
    fn no_text_overlaps_another_or_leaves_the_picture() {
        let times: Vec<_> = [1e3, 2e3, 5e3, 1e4, 1e5, 1e6].map(|nodes| (nodes, 812.0)).into();
        let growth = growth::growth("A processor, one thread", times.clone(), times);
        let runs = [fabricated::run(), fabricated::short_run()];
        let plots = scenes("", runs.iter().flat_map(charts).chain(growth).collect());
        let graphs = [3, 12_000].map(star);
        for (name, scene) in plots.into_iter().chain(graphs.iter().flat_map(scenes_of)) {
            let boxes = scene.text_boxes();
            for (place, (text, bounds)) in boxes.iter().enumerate() {
                assert!(bounds.inside(scene::SIZE), "{name}: {text:?} is cut off");
                for (other, other_bounds) in &boxes[place + 1..] {
                    let free = !bounds.overlaps(other_bounds);
                    assert!(free, "{name}: {text:?} overlaps {other:?}");
                }
            }
        }
    }
}
