//! The graph of first contacts.

use super::graph;
use crate::graph::config::GraphConfig;
use crate::scenario::file::{TopologyTable, Whole};
use crate::scenario::problem::Problem;
use crate::scenario::source::Source;
use crate::scenario::words::TopologyName;
use crate::scenario::{Bootstrap, Nodes};
use std::path::Path;

const PATH: &str = "topology";

/// The graph, of as many vertices as there are nodes; `None` if contacts are drawn.
pub fn check(
    table: &TopologyTable,
    nodes: Nodes,
    base_dir: &Path,
    source: &Source<'_>,
) -> Result<Option<GraphConfig>, Problem> {
    let config = match table.kind.map_or(TopologyName::Drawn, |word| word.0) {
        TopologyName::Drawn => return Ok(None),
        TopologyName::Bootstrap => bootstrap(table)?,
        TopologyName::Graph(kind) => graph::config(PATH, kind, &table.graph(), base_dir, source)?,
    };
    if nodes.bootstrap == Bootstrap::Warm {
        let message = "a topology says whom nodes know when they come, and after \
            `nodes.bootstrap` = \"warm\" all know the tables that they would have long after: \
            \"organic\" or \"random\" goes with a topology";
        return Err(Problem::said("topology.kind", message));
    }
    match config.vertices() {
        Some(vertices) if vertices != nodes.count => {
            let message = format!(
                "`topology.file` holds a graph of {vertices} nodes, and `nodes.count` is {}: both \
                 must be the same",
                nodes.count
            );
            Err(Problem::said("topology.file", message))
        }
        _ => {
            config.check(nodes.count).map_err(|error| graph::impossible(PATH, &error))?;
            Ok(Some(config))
        }
    }
}

fn bootstrap(table: &TopologyTable) -> Result<GraphConfig, Problem> {
    let whole =
        |key, given: Option<Whole>, default: u32| graph::Numbers(PATH).whole(key, given, default);
    let bootstrap_nodes = whole("bootstrap_nodes", table.bootstrap_nodes, 1)?;
    Ok(GraphConfig::Bootstrap {
        bootstrap_nodes,
        known_bootstrap_nodes: whole(
            "known_bootstrap_nodes",
            table.known_bootstrap_nodes,
            bootstrap_nodes,
        )?,
    })
}
