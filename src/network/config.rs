//! What a user says about the network; what has happened so far is kept elsewhere.

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
    /// Whether others can open an exchange with the node; if not, it only gets answers, as behind
    /// a firewall.
    pub dialable: bool,
    /// Whether the node answers what others ask.
    pub mode: Mode,
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
