//! The graph of first contacts in the notation of the file.

use super::{underlay, whole};
use crate::graph::config::GraphConfig;
use crate::scenario::file::{TopologyTable, UnderlayTable};
use crate::scenario::words::TopologyName;

pub(super) fn topology(config: Option<&GraphConfig>) -> TopologyTable {
    let empty = UnderlayTable::default();
    match config {
        None => TopologyTable::of(TopologyName::Drawn, empty),
        Some(GraphConfig::Bootstrap { bootstrap_nodes, known_bootstrap_nodes }) => TopologyTable {
            bootstrap_nodes: whole(*bootstrap_nodes),
            known_bootstrap_nodes: whole(*known_bootstrap_nodes),
            ..TopologyTable::of(TopologyName::Bootstrap, empty)
        },
        Some(graph) => {
            let kind = TopologyName::Graph(underlay::kind(graph));
            TopologyTable::of(kind, underlay::graph(graph, empty))
        }
    }
}
