//! What a user says about the network; what has happened so far is kept elsewhere.

use crate::graph::Graph;
use crate::graph::config::GraphConfig;
use crate::rng::{Purpose, Seed, Stream};
use crate::time::Duration;
use std::path::PathBuf;
use std::sync::Arc;

/// The network between the nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkConfig {
    /// How long a packet travels.
    pub latency: LatencyConfig,
    /// Which packets are lost.
    pub loss: LossConfig,
    /// Kinds of nodes; shares sum to 1. Never empty.
    pub classes: Vec<ClassConfig>,
}

/// How long a packet travels, one way.
#[derive(Clone, Debug, PartialEq)]
pub struct LatencyConfig {
    /// Where the base delay comes from.
    pub model: LatencyModel,
    /// Each packet waits up to this much longer, uniformly drawn; reorders packets.
    pub jitter: Duration,
}

/// Where the one-way base delay comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum LatencyModel {
    /// The same for every packet.
    Constant {
        /// One-way delay.
        delay: Duration,
    },
    /// Drawn anew for every packet.
    Uniform {
        /// Smallest one-way delay.
        min: Duration,
        /// Largest one-way delay.
        max: Duration,
    },
    /// Drawn once for every pair of nodes, the same both ways.
    LogNormal {
        /// Median one-way delay.
        median: Duration,
        /// Standard deviation of the delay's natural logarithm.
        sigma: f64,
    },
    /// By the regions of the two nodes.
    Regions(RegionsConfig),
    /// By the sites of the two nodes in a measured matrix.
    Matrix(MatrixConfig),
    /// By the routers of the two nodes and the ways between them; which loses packets as well.
    Graph(UnderlayConfig),
}

/// A graph of routers, of which each node is a host.
#[derive(Clone, Debug, PartialEq)]
pub struct UnderlayConfig {
    /// The graph.
    pub graph: GraphConfig,
    /// Its vertices.
    pub routers: u32,
    /// Which way packets take.
    pub routes: RouteChoice,
    /// What an edge takes that has no latency of its own.
    pub edge_latency: Duration,
    /// What it takes in addition for each unit of distance, if both ends have positions.
    pub latency_per_unit: Duration,
    /// For each class of nodes the vertex at which all of them are; `None`: drawn for each node.
    pub pinned: Vec<Option<u32>>,
}

/// Which way packets take through a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteChoice {
    /// The one of the smallest latency.
    Shortest,
    /// The edge between the two routers; without one there is no way.
    Direct,
}

impl UnderlayConfig {
    /// The graph of a run.
    ///
    /// # Panics
    /// If there is no such graph; a checked scenario has one.
    pub fn graph(&self, seed: Seed) -> Arc<Graph> {
        if let GraphConfig::File(file) = &self.graph {
            return Arc::clone(&file.graph);
        }
        let mut stream = Stream::new(seed, Purpose::Underlay, 0);
        let graph = crate::graph::generate(&self.graph, self.routers, &mut stream);
        Arc::new(graph.expect("the parameters of the graph were checked"))
    }
}

/// Named regions, the share of nodes in each and the delays between them.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionsConfig {
    /// Name of each region.
    pub names: Vec<String>,
    /// Share of the nodes in each region; sums to 1.
    pub shares: Vec<f64>,
    /// Median one-way delay from region (row) to region (column), row by row.
    pub delays: Vec<Duration>,
}

/// A square matrix of measured round-trip times.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixConfig {
    /// The file that it was read from.
    pub file: PathBuf,
    /// What its numbers count.
    pub unit: MatrixUnit,
    /// Its content.
    pub matrix: Arc<Matrix>,
}

/// What the numbers of a matrix file count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatrixUnit {
    /// Microseconds.
    Microseconds,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
}

/// One-way delays between sites: half of the measured round-trip times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    /// Number of sites.
    pub sites: usize,
    /// One-way delay from site (row) to site (column), row by row.
    pub delays: Vec<Duration>,
}

/// Which packets are lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LossConfig {
    /// None.
    None,
    /// Each with the same probability, on its own.
    Bernoulli {
        /// Probability of loss of one packet.
        rate: f64,
    },
}

/// A kind of node: its share of all nodes and its access link.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassConfig {
    /// Name in reports.
    pub name: String,
    /// Share of the nodes.
    pub share: f64,
    /// Bits per second that the node can send; `None` is unlimited.
    pub uplink: Option<u64>,
    /// Bits per second that the node can receive; `None` is unlimited.
    pub downlink: Option<u64>,
    /// Bytes that wait before either link until packets are dropped.
    pub queue: u64,
}
