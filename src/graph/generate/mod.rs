//! Graphs made from a few numbers. All draws come from the stream that the caller names, so the
//! same name gives the same graph.

// Which can be made.
mod possible;
// Pairs of vertices by number, and who has whom as a neighbour so far.
mod neighbourhoods;
mod pairs;
// The graphs that need no or little chance: mesh, ring, star, bootstrap nodes; grid, torus, tree.
mod lattice;
mod plain;
// Those of the research literature.
mod barabasi_albert;
mod random;
mod random_regular;
mod transit_stub;
mod watts_strogatz;
mod waxman;

use super::config::{Density, GraphConfig, Impossible};
use super::{Edge, Graph};
use crate::rng::Stream;

/// The ends of edges, in the order in which they were made.
type Pairs = Vec<(u32, u32)>;

/// Where each vertex lies; empty if the kind knows of no places.
type Positions = Vec<[f64; 2]>;

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
    if let GraphConfig::File(file) = config {
        return Ok((*file.graph).clone());
    }
    let mut graph = Graph::of(vertices, matches!(config, GraphConfig::Bootstrap { .. }));
    let (pairs, positions) = parts(config, vertices, stream);
    graph.edges = pairs.into_iter().map(|(source, target)| Edge::between(source, target)).collect();
    for (vertex, position) in graph.vertices.iter_mut().zip(positions) {
        vertex.position = Some(position);
    }
    Ok(graph)
}

fn parts(config: &GraphConfig, vertices: u32, stream: &mut Stream) -> (Pairs, Positions) {
    let pairs = match config {
        GraphConfig::FullMesh => plain::full_mesh(vertices),
        GraphConfig::Ring => plain::ring(vertices),
        GraphConfig::Star => plain::star(vertices),
        GraphConfig::Random { connection_ratio } => {
            random::with_ratio(vertices, *connection_ratio, stream)
        }
        GraphConfig::Bootstrap { bootstrap_nodes, known_bootstrap_nodes } => {
            plain::bootstrap(vertices, *bootstrap_nodes, *known_bootstrap_nodes, stream)
        }
        GraphConfig::ErdosRenyi(density) => {
            random::erdos_renyi(vertices, density.probability(vertices), stream)
        }
        GraphConfig::RandomRegular { degree } => {
            random_regular::random_regular(vertices, *degree, stream)
        }
        GraphConfig::WattsStrogatz { neighbours, rewiring } => {
            watts_strogatz::watts_strogatz(vertices, *neighbours, *rewiring, stream)
        }
        GraphConfig::BarabasiAlbert { edges_per_node } => {
            barabasi_albert::barabasi_albert(vertices, *edges_per_node, stream)
        }
        GraphConfig::Grid { columns } => return lattice::grid(vertices, *columns),
        GraphConfig::Torus { columns } => lattice::torus(vertices, *columns),
        GraphConfig::Tree { branching } => lattice::tree(vertices, *branching),
        GraphConfig::Waxman { alpha, beta } => {
            return waxman::waxman(vertices, *alpha, *beta, stream);
        }
        GraphConfig::TransitStub(parameters) => {
            return transit_stub::transit_stub(vertices, parameters, stream);
        }
        GraphConfig::File(_) => unreachable!("a file's graph is not made"),
    };
    (pairs, Positions::new())
}

impl Density {
    /// The probability of each edge among this many vertices.
    fn probability(self, vertices: u32) -> f64 {
        match self {
            Density::Probability(probability) => probability,
            Density::MeanDegree(_) if vertices < 2 => 0.0,
            Density::MeanDegree(degree) => degree / (f64::from(vertices) - 1.0),
        }
    }
}

/// What the tests of generators share.
#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;
