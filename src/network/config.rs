//! What a user says about the network; what has happened so far is kept elsewhere.

use super::faults::config::FaultConfig;
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
    /// Further loss between certain classes or regions, one way each.
    pub loss_links: Vec<LinkLossConfig>,
    /// Probability that a packet that is not lost arrives twice.
    pub duplication: f64,
    /// Probability that a packet arrives damaged, and is thrown away by its receiver.
    pub corruption: f64,
    /// Kinds of nodes; shares sum to 1. Never empty.
    pub classes: Vec<ClassConfig>,
    /// What goes wrong for a time, to packets, nodes or their clocks; mostly nothing.
    pub faults: Vec<FaultConfig>,
}

impl NetworkConfig {
    /// A network of these classes and this latency, with nothing else between them.
    pub fn of_latency(model: LatencyModel, classes: Vec<ClassConfig>) -> Self {
        NetworkConfig {
            latency: LatencyConfig::of(model),
            loss: LossConfig::None,
            loss_links: Vec::new(),
            duplication: 0.0,
            corruption: 0.0,
            classes,
            faults: Vec::new(),
        }
    }
}

/// How long a packet travels, one way.
#[derive(Clone, Debug, PartialEq)]
pub struct LatencyConfig {
    /// Where the base delay comes from.
    pub model: LatencyModel,
    /// Each packet waits longer by a time of its own, of which this is the scale; reorders
    /// packets.
    pub jitter: Duration,
    /// How that time is distributed.
    pub jitter_distribution: JitterDistribution,
    /// Of each pair's round trip one way takes up to this share of a half more, the other as much
    /// less. Below 1.
    pub asymmetry: f64,
}

impl LatencyConfig {
    /// This model alone.
    pub fn of(model: LatencyModel) -> Self {
        LatencyConfig {
            model,
            jitter: Duration::ZERO,
            jitter_distribution: JitterDistribution::Uniform,
            asymmetry: 0.0,
        }
    }
}

/// How the jitter of a packet is distributed; it is never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JitterDistribution {
    /// Uniform from zero to the scale.
    #[default]
    Uniform,
    /// Exponential with the scale as its mean.
    Exponential,
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
    /// By the distance of the two nodes in a plane and their heights above it.
    Coordinates(CoordinatesConfig),
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

impl LatencyModel {
    /// No delay at all.
    pub const NONE: LatencyModel = LatencyModel::Constant { delay: Duration::ZERO };
}

/// Where nodes are in the coordinate space of Dabek et al., "Vivaldi" (SIGCOMM 2004), section 5.4:
/// a plane, and a height above it for the access link. The round-trip time of two nodes is their
/// distance in the plane and both heights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoordinatesConfig {
    /// Each of the two coordinates is normal about zero with this standard deviation.
    pub spread: Duration,
    /// Heights are lognormal with this median; zero for none.
    pub height_median: Duration,
    /// Standard deviation of a height's natural logarithm.
    pub height_sigma: f64,
    /// No packet travels for less than this, before jitter and asymmetry.
    pub smallest: Duration,
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
    /// In bursts, by the state of the sender's link.
    GilbertElliott(GilbertElliottConfig),
}

/// A link with two states between packets (Gilbert 1960, Elliott 1963), as a Markov chain that
/// takes a step after every packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GilbertElliottConfig {
    /// Probability that a good link is bad for the next packet: `p`.
    pub good_to_bad: f64,
    /// Probability that a bad link is good for the next packet: `r`.
    pub bad_to_good: f64,
    /// Probability of loss of a packet on a good link: `1 - k`.
    pub loss_in_good: f64,
    /// Probability of loss of a packet on a bad link: `1 - h`.
    pub loss_in_bad: f64,
}

/// Loss from the nodes of one class or region to those of another.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkLossConfig {
    /// Name of the class or region of senders.
    pub from: String,
    /// Name of the class or region of receivers.
    pub to: String,
    /// Probability of loss of one packet.
    pub rate: f64,
}

/// A kind of node: its share of all nodes, its access link, and the loss there.
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
    /// Whether others can open an exchange with the node; if not, it only gets answers, as behind
    /// a firewall.
    pub dialable: bool,
    /// Whether the node answers what others ask.
    pub mode: Mode,
    /// Probability of loss of a packet to or from such a node.
    pub loss: f64,
}

impl ClassConfig {
    /// A class of this name that all nodes belong to: servers that can be dialled, with links that
    /// know no bounds.
    pub fn unlimited(name: &str) -> Self {
        ClassConfig {
            name: name.to_owned(),
            share: 1.0,
            uplink: None,
            downlink: None,
            queue: 256 << 10,
            dialable: true,
            mode: Mode::Server,
            loss: 0.0,
        }
    }
}

/// What a node is to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It answers what others ask, and they keep it in their tables.
    Server,
    /// It only asks, says so, and is kept by nobody (libp2p's client mode, BEP 43's read-only
    /// node).
    Client,
}
