//! The figures of a graph as a person reads them.

use super::table::{numbers, pairs};
use super::text::{grouped, short};
use crate::graph::measure::{Exactness, Figures, Spread, Taken};
use crate::runner::result::SnapshotFigures;
use comfy_table::Table;

/// The figures of a graph, a line each. What was sampled says so.
pub fn graph_table(figures: &Figures) -> String {
    let degrees = match figures.directed {
        true => vec![
            ("out-degree", spread(&figures.degrees.outgoing)),
            ("in-degree", spread(&figures.degrees.incoming)),
        ],
        false => vec![("degree", spread(&figures.degrees.outgoing))],
    };
    let (weak, strong) = (figures.components.weak, figures.components.strong);
    let parts = |parts: crate::graph::measure::Parts| {
        format!("{}, the largest of {} vertices", grouped(parts.count), grouped(parts.largest))
    };
    let components = match figures.directed {
        true => vec![("weak components", parts(weak)), ("strong components", parts(strong))],
        false => vec![("components", parts(weak))],
    };
    let loops = match figures.loops {
        0 => String::new(),
        loops => format!(", {} of them loops", grouped(loops)),
    };
    let kind = if figures.directed { "directed" } else { "undirected" };
    let top = [
        ("vertices", grouped(figures.vertices)),
        ("edges", format!("{}, {kind}{loops}", grouped(figures.edges))),
    ];
    let rest = [
        ("diameter", diameter(figures)),
        ("mean path length", mean_path(figures)),
        ("clustering", clustering(figures)),
    ];
    let last = [
        ("articulation points", grouped(figures.articulation_points)),
        ("vertex connectivity", connectivity(figures)),
        ("cores", cores(figures)),
    ];
    let rows = top.into_iter().chain(degrees).chain(rest).chain(components).chain(last);
    let rows: Vec<_> = rows.map(|(name, value)| (name.to_owned(), value)).collect();
    format!("{}\n", pairs(&rows))
}

/// One line for each look at the overlay of a run.
pub(super) fn snapshots(snapshots: &[SnapshotFigures]) -> Table {
    let header =
        ["at", "nodes", "contacts", "degree", "in max", "diam", "path", "clust", "κ", "core"];
    let row = |SnapshotFigures { at, figures }: &SnapshotFigures| {
        let mark = |value: String, is: Exactness| match is {
            Exactness::Exact => value,
            Exactness::LowerBound => format!("≥{value}"),
            Exactness::UpperBound => format!("≤{value}"),
        };
        let optional = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), short);
        let hold = figures.vertex_connectivity;
        [
            at.to_string(),
            grouped(figures.vertices),
            grouped(figures.edges),
            short(figures.degrees.outgoing.mean),
            grouped(figures.degrees.incoming.max),
            mark(figures.paths.diameter.to_string(), figures.paths.diameter_is),
            optional(figures.paths.mean),
            optional(figures.clustering.mean_local),
            mark(grouped(hold.value), hold.value_is),
            grouped(figures.cores.largest),
        ]
    };
    numbers(header, snapshots.iter().map(row))
}

fn spread(spread: &Spread) -> String {
    format!("{} to {}, mean {}", grouped(spread.min), grouped(spread.max), short(spread.mean))
}

/// What was looked at, if that is not everything.
fn looked(taken: Taken, what: &str) -> String {
    match taken.is_all() {
        true => String::new(),
        false => format!(" (sampled: {} of {} {what})", grouped(taken.taken), grouped(taken.of)),
    }
}

fn diameter(figures: &Figures) -> String {
    let paths = &figures.paths;
    let bound = match paths.diameter_is {
        Exactness::Exact => "",
        Exactness::LowerBound => "at least ",
        Exactness::UpperBound => "at most ",
    };
    format!("{bound}{}{}", grouped(paths.diameter), looked(paths.sources, "sources"))
}

fn mean_path(figures: &Figures) -> String {
    let paths = &figures.paths;
    let Some(mean) = paths.mean else { return "no pair is connected".to_owned() };
    let pairs = grouped(paths.pairs);
    format!("{} over {pairs} ordered pairs{}", short(mean), looked(paths.sources, "sources"))
}

fn clustering(figures: &Figures) -> String {
    let clustering = &figures.clustering;
    let text = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |v| format!("{v:.4}"));
    let (local, all) = (text(clustering.mean_local), text(clustering.transitivity));
    format!("mean local {local}, transitivity {all}{}", looked(clustering.centres, "vertices"))
}

fn connectivity(figures: &Figures) -> String {
    let hold = figures.vertex_connectivity;
    match hold.value_is {
        Exactness::Exact => grouped(hold.value),
        _ => format!("at most {} (sampled: {} pairs)", grouped(hold.value), grouped(hold.pairs)),
    }
}

fn cores(figures: &Figures) -> String {
    match figures.cores.distribution.last() {
        Some(core) => {
            format!("{} vertices of the largest core number, {}", grouped(core.count), core.value)
        }
        None => "none".to_owned(),
    }
}
