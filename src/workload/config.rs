//! What people do to the network, as the user says it.

use super::trace::{Naming, Trace};
use crate::time::Duration;
use std::path::PathBuf;
use std::sync::Arc;

/// Whether and how nodes come and go.
#[derive(Clone, Debug, PartialEq)]
pub enum ChurnConfig {
    /// They stay.
    None,
    /// Each node is online for a session, away for a dead time, online again under the same
    /// key, and so on (OverSim's `LifetimeChurn`).
    Lifetime {
        /// Length of sessions.
        lifetime: LengthDistribution,
        /// Length of absences.
        deadtime: LengthDistribution,
        /// Probability that a node that leaves tells others; otherwise it crashes.
        graceful_leave_probability: f64,
        /// When in the day nodes come back faster or slower; `None` if that is always the same.
        diurnal: Option<DiurnalConfig>,
    },
    /// The same with a mean session and a mean absence of each node's own, drawn once from a
    /// shifted Pareto distribution, around which sessions and absences are drawn from another
    /// (OverSim's `ParetoChurn`, after Yao et al. 2006).
    Pareto {
        /// Mean session over all sessions of all nodes.
        lifetime_mean: Duration,
        /// What the means of absences are drawn around, before the stretch that all means share.
        deadtime_mean: Duration,
        /// Probability that a node that leaves tells others; otherwise it crashes.
        graceful_leave_probability: f64,
        /// When in the day nodes come back faster or slower; `None` if that is always the same.
        diurnal: Option<DiurnalConfig>,
    },
    /// Now one node comes, now one goes, whichever it is (OverSim's `RandomChurn`).
    Random(RandomChurnConfig),
    /// As a file says.
    Trace(TraceConfig),
}

/// How fast absences pass, by the time of day: at time `t` after the beginning of the run
/// `1 + amplitude * cos(2 pi (t - peak) / period)` as fast as on average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DiurnalConfig {
    /// From 0 (never faster nor slower) to 1 (stands still once a period).
    pub amplitude: f64,
    /// Length of a day.
    pub period: Duration,
    /// When absences pass fastest, after the beginning of the run and of each period.
    pub peak: Duration,
}

/// Poisson processes of joins and leaves of the network as a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomChurnConfig {
    /// A node that is away comes: so often per second; `None` if never.
    pub join_rate: Option<f64>,
    /// A node that is online leaves: so often per second; `None` if never.
    pub leave_rate: Option<f64>,
    /// One leaves and another comes at the same instant: so often per second; `None` if never.
    pub migration_rate: Option<f64>,
    /// Share of the nodes that are there when the run begins.
    pub online_share: f64,
    /// Probability that a node that leaves tells others; otherwise it crashes.
    pub graceful_leave_probability: f64,
}

/// Joins and leaves from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceConfig {
    /// The file, as it is given.
    pub file: PathBuf,
    /// How it calls nodes.
    pub naming: Naming,
    /// What it says.
    pub trace: Arc<Trace>,
}

/// A distribution of lengths of time with a given mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LengthDistribution {
    /// Weibull with this mean and shape.
    Weibull {
        /// Mean length.
        mean: Duration,
        /// Shape parameter; below 1 the tail is heavy.
        shape: f64,
    },
    /// Exponential with this mean.
    Exponential {
        /// Mean length.
        mean: Duration,
    },
    /// Shifted Pareto (Lomax) with this mean and shape (above 1).
    ParetoShifted {
        /// Mean length.
        mean: Duration,
        /// Shape parameter.
        shape: f64,
    },
    /// Lognormal with this mean; `shape` is the standard deviation of the logarithm.
    LogNormal {
        /// Mean length.
        mean: Duration,
        /// Standard deviation of the natural logarithm.
        shape: f64,
    },
}

/// One thing that applications on the nodes do.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkloadConfig {
    /// What is asked for.
    pub kind: WorkloadKind,
    /// How much of it.
    pub amount: Amount,
    /// How the operations are spread over time.
    pub arrivals: Arrivals,
}

/// How much is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// So many operations per second of one online node, on average and without end.
    Rate(f64),
    /// So many operations of each node, in the measurement phase.
    PerNode(u32),
    /// So many operations of all nodes together, in the measurement phase, each by a node drawn
    /// at random.
    Total(u32),
}

/// How operations are spread over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrivals {
    /// A Poisson process: exponential gaps.
    Poisson,
    /// Equal gaps, each node with a phase of its own.
    Fixed,
    /// All at the first instant of the measurement phase; a rate cannot be spread like this.
    AtOnce,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WorkloadKind {
    /// The k closest nodes to a random key.
    Lookup,
    /// Records are put once by their publishers in the transition phase, then got at the rate.
    PutGet {
        /// Records and their popularity.
        records: RecordsConfig,
    },
    /// Nodes announce that they provide an item in the transition phase; others look for
    /// providers at the rate.
    Provide {
        /// Items and their popularity; `size` is not used.
        records: RecordsConfig,
    },
    /// Nodes advertise services from the transition phase on; from the measurement on others find
    /// and call them at the rate.
    Services(ServicesConfig),
    /// Blocks lie on nodes, which announce them from the transition phase on; from the measurement on
    /// others find, fetch and verify them at the rate.
    Blocks(BlocksConfig),
    /// Registers get a first value in the transition phase; all nodes read and write them at the rate.
    Registers(RegistersConfig),
}

/// Records that all nodes read and write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegistersConfig {
    /// How many there are.
    pub count: u32,
    /// Share of the operations that are writes.
    pub write_share: f64,
    /// Bytes of each value, from [`Version::BYTES`](crate::kademlia::version::Version::BYTES).
    pub size: u32,
    /// Which are read and written: the first are the popular ones.
    pub popularity: Popularity,
}

/// Blocks that nodes hold, announce, find and fetch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlocksConfig {
    /// Blocks put on each node that others can ask.
    pub per_node: u32,
    /// Bytes of each, from 16.
    pub size: u32,
    /// Nodes that each lies on from the beginning.
    pub copies: u32,
    /// Which are wanted: the first are the popular ones.
    pub popularity: Popularity,
    /// Fetches that a node has under way at most.
    pub parallel_fetches: u32,
    /// Announcements that a node has under way at most.
    pub parallel_uploads: u32,
    /// How long a block is waited for once a provider was asked.
    pub fetch_timeout: Duration,
    /// The classes of nodes that serve against credit only; the others serve whoever asks.
    pub marketplace: ClassSet,
    /// Bytes that each peer may get from a node of the marketplace before it has given anything.
    pub credit: u64,
    /// Bits per second of blocks that a node of the marketplace gives away; `None` is unlimited.
    pub marketplace_upload: Option<u64>,
    /// With more to upload than takes so long such a node refuses.
    pub marketplace_queue: Duration,
    /// Bytes of blocks that a node has in memory.
    pub memory_size: u64,
    /// How long it takes to read one there.
    pub memory_delay: Duration,
    /// Bytes of fetched blocks that a node keeps on disk.
    pub disk_size: u64,
    /// How long it takes to read one there.
    pub disk_delay: Duration,
    /// Whether fetched blocks that are kept are announced.
    pub announce_fetched: bool,
    /// Share of the copies that are damaged from the beginning.
    pub damaged_share: f64,
}

/// Some of the classes of nodes, by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassSet([u64; 4]);

impl ClassSet {
    /// A set with this class as well, of the first 256.
    ///
    /// # Panics
    /// If it is not one of these.
    #[must_use]
    pub fn with(mut self, class: usize) -> Self {
        self.0[class / 64] |= 1 << (class % 64);
        self
    }

    /// Whether the class is one of them.
    pub fn contains(self, class: usize) -> bool {
        self.0.get(class / 64).is_some_and(|word| word >> (class % 64) & 1 == 1)
    }
}

/// Services that nodes advertise, find and call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServicesConfig {
    /// How many there are.
    pub count: u32,
    /// Nodes that provide each.
    pub providers: u32,
    /// Which are called: the first are the popular ones.
    pub popularity: Popularity,
    /// How long holders remember an advertisement.
    pub advertisement_ttl: Duration,
    /// A provider advertises again so long after it did last.
    pub readvertise_interval: Duration,
    /// How long what a search has found is used for new calls.
    pub discovery_cache: Duration,
    /// How a caller chooses among providers.
    pub selection: Selection,
    /// Other providers that are called if one does not answer, before providers are searched for
    /// again, and as many after that.
    pub call_retries: u32,
    /// How long the answer of a provider is waited for.
    pub call_timeout: Duration,
    /// Bytes of a request, from 4.
    pub request_size: u32,
    /// Bytes of a reply, from 4.
    pub reply_size: u32,
    /// How long a provider takes.
    pub handler: HandlerTime,
    /// Share of the advertisements that are withdrawn in the measurement phase, each at an instant of
    /// its own.
    pub unadvertise_share: f64,
}

/// How a caller chooses among the providers of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// One after another.
    RoundRobin,
    /// Any.
    Random,
    /// The one with the least to do, as far as the caller knows.
    LeastLoaded,
}

/// How long a provider takes to handle a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandlerTime {
    /// Always so long.
    Constant(Duration),
    /// Exponential with this mean.
    Exponential(Duration),
}

/// The records that a workload puts and gets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecordsConfig {
    /// Records that each node publishes.
    pub per_node: u32,
    /// Bytes of each record's value.
    pub size: u32,
    /// Which records are asked for.
    pub popularity: Popularity,
}

/// Which records are asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Popularity {
    /// Each as often as the others.
    Uniform,
    /// The i-th with a probability proportional to `i^-exponent`.
    Zipf {
        /// The exponent.
        exponent: f64,
    },
}
