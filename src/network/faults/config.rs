//! What a user says about faults; what they do is kept elsewhere.

use crate::time::{Duration, Instant};
use std::ops::RangeInclusive;

/// Something that goes wrong for a time.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultConfig {
    /// Name in reports and plots.
    pub name: String,
    /// When it begins.
    pub at: Instant,
    /// When it is over, which is later; `None`: never.
    pub until: Option<Instant>,
    /// What goes wrong.
    pub kind: FaultKind,
}

impl FaultConfig {
    /// When it is over; the end of time, if never.
    pub fn end(&self) -> Instant {
        self.until.unwrap_or(Instant::FAR_FUTURE)
    }
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// No packet crosses from one group of nodes to another.
    Partition {
        /// The groups.
        sides: Sides,
        /// Which packets between them are lost.
        direction: Direction,
    },
    /// Some ways are worse than usual.
    Degradation {
        /// Which.
        ways: Ways,
        /// What a packet takes in addition.
        latency: Duration,
        /// Probability that it is lost, whatever else may lose it.
        loss: f64,
        /// Bits per second that each sender can send over these ways; `None`: no limit.
        bandwidth: Option<u64>,
    },
    /// Nodes vanish at once, and are back when it is over.
    Crash(Whom),
    /// Nodes that have not been there join, spread evenly from its beginning to its end; all at
    /// once, if it has none.
    FlashCrowd(Whom),
    /// Nodes handle what arrives later than it arrives.
    SlowNodes {
        /// Which.
        whom: Whom,
        /// By how much.
        delay: Duration,
    },
    /// Clocks of nodes run too fast or too slowly.
    TimerSkew {
        /// Which.
        whom: Whom,
        /// Of each node the rate is drawn uniformly from `1 - skew` to `1 + skew`.
        skew: f64,
    },
    /// All nodes of a region are gone, or cut off.
    Outage {
        /// Name of the region.
        region: String,
        /// Which of the two.
        effect: Effect,
    },
}

impl FaultKind {
    /// Its name in scenarios and results.
    pub const fn name(&self) -> &'static str {
        match self {
            FaultKind::Partition { .. } => "partition",
            FaultKind::Degradation { .. } => "degradation",
            FaultKind::Crash(_) => "crash",
            FaultKind::FlashCrowd(_) => "flash-crowd",
            FaultKind::SlowNodes { .. } => "slow-nodes",
            FaultKind::TimerSkew { .. } => "timer-skew",
            FaultKind::Outage { .. } => "outage",
        }
    }
}

/// The groups of a partition. Who is in none belongs to the rest, which is a group as well.
#[derive(Clone, Debug, PartialEq)]
pub enum Sides {
    /// These are apart from all others.
    Apart(Whom),
    /// Nodes by their numbers: at least two groups, of which no two share a node.
    Groups(Vec<Vec<Span>>),
}

/// Consecutive nodes, by their numbers.
pub type Span = RangeInclusive<u32>;

/// Which nodes a fault concerns.
#[derive(Clone, Debug, PartialEq)]
pub enum Whom {
    /// All.
    All,
    /// Each with this probability.
    Share(f64),
    /// Those of the region of this name.
    Region(String),
    /// Those of the class of this name.
    Class(String),
    /// These, by their numbers.
    Nodes(Vec<Span>),
}

/// Which ways are degraded.
#[derive(Clone, Debug, PartialEq)]
pub enum Ways {
    /// From or to these nodes.
    Of(Whom, Direction),
    /// From the nodes of one class or region to those of another.
    Between {
        /// Name of the class or region of senders.
        from: String,
        /// Name of the class or region of receivers.
        to: String,
        /// Whether the way back is degraded as well: [`Direction::Both`], or else
        /// [`Direction::Out`].
        direction: Direction,
    },
}

/// Which packets a fault concerns, seen from its nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// What they send and what is sent to them.
    Both,
    /// What they send.
    Out,
    /// What is sent to them.
    In,
}

/// What an outage does to the nodes of its region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// They are off, and come back when it is over.
    Offline,
    /// They run on, but no packet of theirs gets anywhere, and none gets to them.
    Unreachable,
}
