//! What a user says about a graph: its kind, with the numbers of the kind.

use super::Graph;
use super::read::Format;
use std::path::PathBuf;
use std::sync::Arc;

/// The words for the kinds of graphs of first contacts that are generated; the last is none of an
/// underlay.
pub const TOPOLOGIES: [&str; 14] = [
    "full-mesh",
    "ring",
    "star",
    "random",
    "erdos-renyi",
    "random-regular",
    "watts-strogatz",
    "barabasi-albert",
    "grid",
    "torus",
    "tree",
    "waxman",
    "transit-stub",
    "bootstrap",
];

/// The words for the kinds of graphs that are generated and can be underlays.
pub const UNDERLAYS: &[&str] = TOPOLOGIES.split_at(13).0;

/// More edges than this are refused: as [`super::Edge`] they take 40 bytes each, 400 MB
/// together.
pub const MOST_EDGES: u64 = 10_000_000;

/// More vertices than this are refused: as [`super::Vertex`] with its name they take about 100 bytes
/// each, 1 GB together.
pub const MOST_VERTICES: u64 = 10_000_000;

/// More pairs than this are not tried for an edge: it would take longer than a run should take to
/// begin.
pub const MOST_TRIED_PAIRS: u64 = 200_000_000;

/// A kind of graph with its parameters. `docs/models.md`, "Topologies", has the formulas and their
/// sources.
#[derive(Clone, Debug, PartialEq)]
pub enum GraphConfig {
    /// Everyone is connected to everyone.
    FullMesh,
    /// Each to the one before and the one after, the last to the first.
    Ring,
    /// All to the first.
    Star,
    /// So many pairs, each set of pairs as likely as any other.
    Random {
        /// Share of the `n (n - 1) / 2` pairs that are connected, from 0 to 1.
        connection_ratio: f64,
    },
    /// Dedicated bootstrap nodes: the first vertices, each connected to all of the others of them,
    /// and an edge from everyone else to some. Directed: from who knows to who is known.
    Bootstrap {
        /// How many they are; at least 1.
        bootstrap_nodes: u32,
        /// How many of them everyone else is connected to, drawn for each.
        known_bootstrap_nodes: u32,
    },
    /// Each pair on its own, with the same probability (Gilbert 1959; Erdős and Rényi 1959).
    ErdosRenyi(Density),
    /// Everyone has the same number of neighbours (Steger and Wormald 1999).
    RandomRegular {
        /// Neighbours of each.
        degree: u32,
    },
    /// A ring in which everyone is connected to the nearest, with some edges led elsewhere (Watts
    /// and Strogatz 1998).
    WattsStrogatz {
        /// Neighbours of each on the ring, half of them on each side; even.
        neighbours: u32,
        /// Probability that an edge is led to a vertex drawn at random.
        rewiring: f64,
    },
    /// Vertices come one by one and connect to those with many neighbours (Barabási and Albert
    /// 1999).
    BarabasiAlbert {
        /// Edges with which each comes.
        edges_per_node: u32,
    },
    /// Rows below each other, filled one by one; the last may be shorter.
    Grid {
        /// Vertices of a row; `None`: as square as possible.
        columns: Option<u32>,
    },
    /// A grid of whole rows whose opposite sides are connected.
    Torus {
        /// Vertices of a row; `None`: as square as the number of vertices can be divided.
        columns: Option<u32>,
    },
    /// The first is the root; level by level, each has this many children.
    Tree {
        /// Children of each, as long as there are vertices.
        branching: u32,
    },
    /// Vertices in the unit square, each pair connected with the probability
    /// `beta exp(-d / (alpha L))`, where `d` is their distance and `L` the diagonal (Waxman 1988).
    Waxman {
        /// Reach of edges as a share of the diagonal: above 0, at most 1.
        alpha: f64,
        /// Probability of an edge between two vertices at the same place: above 0, at most 1.
        beta: f64,
    },
    /// Transit domains, and stub domains at each of their vertices (Zegura, Calvert and
    /// Bhattacharjee 1996).
    TransitStub(TransitStub),
    /// As a file has it.
    File(FileConfig),
}

/// How many of the pairs of an Erdős–Rényi graph are connected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Density {
    /// Probability of each edge, from 0 to 1.
    Probability(f64),
    /// Mean number of neighbours: `probability * (n - 1)`.
    MeanDegree(f64),
}

/// The parameters of a transit-stub graph. Vertices that are no transit vertices are divided
/// evenly among the stub domains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransitStub {
    /// Transit domains, at least 1.
    pub transit_domains: u32,
    /// Vertices of each transit domain, at least 1.
    pub transit_nodes: u32,
    /// Stub domains at each transit vertex, at least 1.
    pub stubs_per_transit_node: u32,
    /// Probability of an edge between two vertices of the same transit domain, beside those that
    /// hold it together.
    pub transit_edge_probability: f64,
    /// The same within a stub domain.
    pub stub_edge_probability: f64,
    /// Further edges between a stub vertex and a transit vertex that its domain does not belong to.
    pub extra_transit_stub_edges: u32,
    /// Further edges between vertices of different stub domains.
    pub extra_stub_stub_edges: u32,
}

/// A graph from a file.
#[derive(Clone, Debug)]
pub struct FileConfig {
    /// The file that it was read from.
    pub file: PathBuf,
    /// How the file is written.
    pub format: Format,
    /// Its content.
    pub graph: Arc<Graph>,
}

/// Two are the same if they are read the same way from the same file: the content follows.
impl PartialEq for FileConfig {
    fn eq(&self, other: &Self) -> bool {
        (&self.file, self.format) == (&other.file, other.format)
            && (Arc::ptr_eq(&self.graph, &other.graph) || self.graph == other.graph)
    }
}

/// Parameters that no graph has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` {fault}")]
pub struct Impossible {
    /// The key that is wrong; where several are, the one to change first.
    pub key: &'static str,
    /// What is wrong with it, in words that follow the key, and what is allowed.
    pub fault: String,
}

impl Impossible {
    pub(super) fn new(key: &'static str, fault: impl Into<String>) -> Self {
        Impossible { key, fault: fault.into() }
    }
}

impl GraphConfig {
    /// The word for this kind in a scenario.
    pub fn kind(&self) -> &'static str {
        match self {
            GraphConfig::FullMesh => "full-mesh",
            GraphConfig::Ring => "ring",
            GraphConfig::Star => "star",
            GraphConfig::Random { .. } => "random",
            GraphConfig::Bootstrap { .. } => "bootstrap",
            GraphConfig::ErdosRenyi(_) => "erdos-renyi",
            GraphConfig::RandomRegular { .. } => "random-regular",
            GraphConfig::WattsStrogatz { .. } => "watts-strogatz",
            GraphConfig::BarabasiAlbert { .. } => "barabasi-albert",
            GraphConfig::Grid { .. } => "grid",
            GraphConfig::Torus { .. } => "torus",
            GraphConfig::Tree { .. } => "tree",
            GraphConfig::Waxman { .. } => "waxman",
            GraphConfig::TransitStub(_) => "transit-stub",
            GraphConfig::File(_) => "file",
        }
    }

    /// The number of vertices if the kind has one of its own: that of a file.
    pub fn vertices(&self) -> Option<u32> {
        match self {
            GraphConfig::File(file) => Some(file.graph.vertices.len() as u32),
            _ => None,
        }
    }
}
