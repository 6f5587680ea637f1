//! The scenario: the TOML as written, checked and completed.
//!
//! Three steps, each a type of its own. `file` is what can be written: every key optional,
//! unknown keys refused. `check` turns it into a [`Scenario`], in which nothing is missing and
//! no two values contradict each other. A run is built from that and never looks back at the
//! file. Whatever is wrong is one [`ScenarioError`] that names the place, the value and what
//! is allowed.

// What can go wrong, and how it is told.
mod error;
mod problem;
// The file as written, and the words in it.
mod file;
mod words;
// Its form, for other programs.
mod schema;
// The text with settings from the command line laid over it.
mod document;
mod settings;
mod source;
// When what a run came to is good.
mod verdict;
// From the file to the scenario: what belongs together, defaults, bounds.
mod check;
mod load;
mod models;
// And back.
mod write;
// The file that a user starts from.
mod starter;
// A scenario with some of its values varied.
mod sweep;

pub use check::MOST_NODES;
pub use error::{Place, ScenarioError};
pub use schema::schema;
pub use settings::{Setting, SettingError};
pub use starter::starter;
pub use sweep::{Grid, MOST_REPEATS, Varied, Vary, VaryError};
pub use verdict::VerdictConfig;
pub use words::Choice;

use crate::graph::config::GraphConfig;
use crate::graph::export::Format;
use crate::kademlia::params::Params;
use crate::network::config::NetworkConfig;
use crate::time::{Duration, Instant};
use crate::workload::attack::AttackConfig;
use crate::workload::config::{ChurnConfig, WorkloadConfig};
use crate::workload::traffic::Times;
use std::collections::BTreeMap;

/// Everything that a run is a function of, beside the program itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Names the run and its folder.
    pub name: String,
    /// What it shows, in a sentence; may be empty.
    pub description: String,
    /// Where all random streams start.
    pub seed: u64,
    /// How long the run lasts, in three parts.
    pub phases: Phases,
    /// How many nodes there are and how they come in.
    pub nodes: Nodes,
    /// Who knows whom at the start; `None` if that is drawn from those online.
    pub topology: Option<GraphConfig>,
    /// The set of parameters that `kademlia` started from.
    pub preset: Preset,
    /// The parameters of every node, overrides applied.
    pub kademlia: Params,
    /// What happens to packets, and the classes of nodes by their links.
    pub network: NetworkConfig,
    /// Whether and how nodes come and go.
    pub churn: ChurnConfig,
    /// What holds instead for the nodes of a class, by its place among the classes; empty if
    /// nothing does. Nodes stay, or live lives of their own.
    pub class_churn: BTreeMap<usize, ChurnConfig>,
    /// What applications on the nodes do. Never empty.
    pub workloads: Vec<WorkloadConfig>,
    /// How much of the run is compared with the truth.
    pub checker: CheckerConfig,
    /// When what it came to is good.
    pub verdict: VerdictConfig,
    /// What is written down.
    pub output: OutputConfig,
    /// When the overlay is measured, in order of time; mostly never.
    pub snapshots: Vec<SnapshotConfig>,
    /// Who does not keep to the protocol, and when; mostly nobody.
    pub attacks: Vec<AttackConfig>,
}

/// The three parts of a run; figures come from the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phases {
    /// Nodes join.
    pub init: Duration,
    /// The network settles; records are put.
    pub transition: Duration,
    /// Figures are taken.
    pub measurement: Duration,
}

impl Phases {
    /// When the transition begins.
    pub fn transition_start(self) -> Instant {
        Instant::ZERO + self.init
    }

    /// When the measurement begins.
    pub fn measurement_start(self) -> Instant {
        self.transition_start() + self.transition
    }

    /// When the run ends.
    pub fn end(self) -> Instant {
        self.measurement_start() + self.measurement
    }

    /// The instants that applications go by.
    pub fn times(self) -> Times {
        Times {
            transition: self.transition_start(),
            measurement: self.measurement_start(),
            end: self.end(),
        }
    }
}

/// How many nodes there are and how they come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nodes {
    /// Number of nodes, online or away; at least 1.
    pub count: u32,
    /// How their tables are filled.
    pub bootstrap: Bootstrap,
    /// When they join, where they do so one by one.
    pub joins: Joins,
    /// Other nodes that each knows at the start, or when it joins; below `count`.
    pub contacts: usize,
    /// Groups over whose addresses the nodes are spread evenly; `None` if each has one of its own.
    pub address_groups: Option<u32>,
}

/// How routing tables are filled at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bootstrap {
    /// Node by node through the protocol, from the contacts.
    Organic,
    /// From global knowledge, as the protocol would have left them.
    Warm,
    /// With contacts drawn at random; nobody joins.
    Random,
}

/// When the nodes of an organic start join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joins {
    /// Each at an instant drawn from the first phase.
    Drawn,
    /// One after another in the order of their numbers, equally far apart: node `i` of `n` when `i / n` of
    /// the first phase has passed.
    Even,
}

/// A published set of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// [`Params::paper`].
    Paper,
    /// [`Params::mainline`].
    Mainline,
    /// [`Params::go_libp2p`].
    GoLibp2p,
    /// [`Params::rust_libp2p`].
    RustLibp2p,
}

impl Preset {
    /// The complete set.
    pub fn params(self) -> Params {
        match self {
            Preset::Paper => Params::paper(),
            Preset::Mainline => Params::mainline(),
            Preset::GoLibp2p => Params::go_libp2p(),
            Preset::RustLibp2p => Params::rust_libp2p(),
        }
    }
}

/// How much of the run is compared with the truth, which only the checker knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CheckerConfig {
    /// Share of the lookups whose result is compared with the true closest nodes.
    pub lookups: f64,
    /// Share of the nodes whose routing-table invariants are checked at each sample.
    pub tables: f64,
}

/// What is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputConfig {
    /// Formats of the plots; none twice; empty for no plots.
    pub plots: Vec<PlotFormat>,
    /// Virtual time between two points of the time series.
    pub sample_interval: Duration,
    /// Rows of operations that are kept; beyond it a stated sample.
    pub operations_limit: u64,
}

/// A look at the overlay, the nodes online and whom each has in its table, while a run goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotConfig {
    /// When, in virtual time; the end of the run at the latest.
    pub at: Instant,
    /// Formats in which the graph is written; none twice.
    pub export: Vec<Format>,
}

/// A format of plots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlotFormat {
    /// Scalable Vector Graphics.
    Svg,
    /// Portable Network Graphics.
    Png,
}

#[cfg(test)]
mod tests;
