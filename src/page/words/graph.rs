//! Graphs, as topologies and as underlays.

use super::phrases::{count, percentage, short_number};
use crate::page::held::Held;
use serde_json::Value;

/// The graph of this kind, with an article. `vertex` is what its vertices are: nodes, or routers.
pub fn graph(kind: &str, table: &Value, vertex: &str) -> String {
    let several = format!("{vertex}s");
    let whole = |key: &str| table.whole(key).unwrap_or(0);
    let number = |key: &str| short_number(table.number(key).unwrap_or(0.0));
    let part = |key: &str| percentage(table.number(key).unwrap_or(0.0));
    match kind {
        "full-mesh" => format!("a full mesh: every {vertex} with every other"),
        "ring" => format!("a ring of the {several}"),
        "star" => format!("a star around one of the {several}"),
        "random" => {
            format!("a graph of {} of all pairs, drawn at random", part("connection_ratio"))
        }
        "erdos-renyi" => match table.number("probability") {
            Some(_) => format!(
                "an Erdős–Rényi graph with an edge for {} of the pairs",
                part("probability")
            ),
            None => format!("an Erdős–Rényi graph of mean degree {}", number("mean_degree")),
        },
        "random-regular" => {
            format!(
                "a random regular graph: {} each",
                count(whole("degree"), "neighbour", "neighbours")
            )
        }
        "watts-strogatz" => format!(
            "a small world (Watts–Strogatz): a ring with {} each, and {} of the edges led elsewhere",
            count(whole("neighbours"), "neighbour", "neighbours"),
            part("rewiring")
        ),
        "barabasi-albert" => format!(
            "a scale-free graph (Barabási–Albert): each {vertex} comes with {}",
            count(whole("edges_per_node"), "edge", "edges")
        ),
        "grid" => format!("a grid of the {several}{}", columns(table)),
        "torus" => format!("a torus of the {several}{}", columns(table)),
        "tree" => format!(
            "a tree with {} below each {vertex}",
            count(whole("branching"), "other", "others")
        ),
        "waxman" => format!(
            "a Waxman graph: {several} in a square, more often connected the closer they are \
             (alpha {}, beta {})",
            number("alpha"),
            number("beta")
        ),
        "transit-stub" => format!(
            "a transit-stub graph: {} of {}, each with {}",
            count(whole("transit_domains"), "transit domain", "transit domains"),
            count(whole("transit_nodes"), vertex, &several),
            count(whole("stubs_per_transit_node"), "stub domain", "stub domains"),
        ),
        "file" => format!("the graph in the file {}", file(table)),
        other => format!("a graph of the kind {other}"),
    }
}

fn columns(table: &Value) -> String {
    table.whole("columns").map_or_else(String::new, |columns| format!(", {columns} in a row"))
}

/// The last part of a path: where the file lay is nobody's business.
pub fn file(table: &Value) -> String {
    let path = table.text("file");
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
}
