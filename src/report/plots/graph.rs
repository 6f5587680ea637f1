//! How the figures of a graph are spread.

use super::axis::Axis;
use super::bins::Bins;
use super::chart::{Chart, Data, Marks, Panel};
use super::scene::Look;
use crate::graph::measure::{Count, Figures, Taken};
use crate::report::text::grouped;

/// The plots that a graph has data for.
pub fn charts(figures: &Figures, subtitle: &str) -> Vec<Chart> {
    let plots = [degrees(figures), path_lengths(figures), clustering(figures), cores(figures)];
    let with_subtitle = |chart: Chart| {
        let looked = match chart.subtitle.as_str() {
            "" => String::new(),
            sampled => format!("; {sampled}"),
        };
        Chart { subtitle: format!("{subtitle}{looked}"), ..chart }
    };
    plots.into_iter().flatten().map(with_subtitle).collect()
}

/// What stands below the title of a figure that was sampled.
fn sampled(taken: Taken, of_what: &str) -> String {
    let [some, all] = [taken.taken, taken.of].map(grouped);
    if taken.is_all() { String::new() } else { format!("sampled: {some} of {all} {of_what}") }
}

/// Bars of shares in percent; `None` if there is nothing to share.
fn bars(
    name: &'static str,
    title: &str,
    labels: [&str; 2],
    series: &[(&str, &[Count])],
) -> Option<Chart> {
    let values = || series.iter().flat_map(|(_, counts)| *counts).map(|count| count.value);
    let bins = Bins::of(values().min()?, values().max()?);
    let data = series.iter().enumerate().map(|(place, (name, counts))| {
        let total: u64 = counts.iter().map(|count| count.count).sum();
        let mut points = bins.points();
        for count in *counts {
            points[bins.place(count.value)].1 += 100.0 * count.count as f64 / total as f64;
        }
        Data { name: (*name).to_owned(), look: Look::nth(place), points }
    });
    Some(chart(name, title, bins.axis(labels[0]), labels[1], data.collect()))
}

fn chart(name: &'static str, title: &str, x: Axis, y: &str, groups: Vec<Data>) -> Chart {
    let highest = groups.iter().flat_map(|group| &group.points).map(|point| point.1);
    let y = Axis::from_zero(y, highest.fold(0.0, f64::max));
    let panels = vec![Panel { y, marks: Marks::Grouped(groups) }];
    let (title, subtitle) = (title.to_owned(), String::new());
    Chart { name, title, subtitle, x, panels, phases: vec![], bands: vec![] }
}

fn degrees(figures: &Figures) -> Option<Chart> {
    let (out, into) = (&figures.degrees.outgoing, &figures.degrees.incoming);
    let series: &[(&str, &[Count])] = match figures.directed {
        true => &[("out", &out.distribution), ("in", &into.distribution)],
        false => &[("", &out.distribution)],
    };
    bars("degrees", "Degrees", ["Degree (edges of a vertex)", "Share of vertices (%)"], series)
}

fn path_lengths(figures: &Figures) -> Option<Chart> {
    let labels = ["Length of the shortest path (edges)", "Share of connected pairs (%)"];
    let paths = &figures.paths;
    let chart = bars("path-lengths", "Path lengths", labels, &[("", &paths.distribution)])?;
    Some(Chart { subtitle: sampled(paths.sources, "sources"), ..chart })
}

fn clustering(figures: &Figures) -> Option<Chart> {
    let clustering = &figures.clustering;
    clustering.mean_local?;
    let classes = &clustering.distribution;
    let share = |count: u64| 100.0 * count as f64 / clustering.centres.taken as f64;
    let points =
        classes.iter().enumerate().map(|(place, class)| (place as f64, share(class.count)));
    let data = Data { name: String::new(), look: Look::nth(0), points: points.collect() };
    let names = classes.iter().map(|class| format!("{:.2}", class.from)).collect();
    let width = 1.0 / classes.len() as f64;
    let label =
        format!("Local clustering coefficient; in classes of {width:.2}, marked by their first");
    let x = Axis::places(label, names);
    let chart = chart("clustering", "Clustering", x, "Share of vertices (%)", vec![data]);
    Some(Chart { subtitle: sampled(clustering.centres, "vertices"), ..chart })
}

fn cores(figures: &Figures) -> Option<Chart> {
    let labels = ["Core number (k of the k-core)", "Share of vertices (%)"];
    bars("core-numbers", "Core numbers", labels, &[("", &figures.cores.distribution)])
}
