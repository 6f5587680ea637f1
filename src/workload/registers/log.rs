//! What has happened at a node that reads and writes registers: what figures are made of and what the checker
//! looks at. It grows with the operations of the node, by 48 bytes a read and 32 a write.

use crate::kademlia::version::Version;
use crate::time::Instant;

/// Everything that a node has noted.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Reads that have ended with an answer, in the order in which they did.
    pub reads: Vec<ReadRecord>,
    /// All writes that have begun, in the order in which they ended, or were given up.
    pub writes: Vec<WriteRecord>,
    /// Reads that nobody answered.
    pub reads_failed: u64,
    /// Reads that were under way when the node left.
    pub reads_interrupted: u64,
    /// Reads that were under way when the run ended.
    pub reads_unfinished: u64,
}

/// A read that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadRecord {
    /// Of which register.
    pub register: u32,
    /// When it began.
    pub started: Instant,
    /// When it ended.
    pub ended: Instant,
    /// What it returned.
    pub found: Seen,
}

/// What a read has returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nodes answered, and none had a value.
    Nothing,
    /// A value with this version.
    Value(Version),
    /// A value that is not one of a register.
    Foreign,
}

/// A write that has begun. It did when its version says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteRecord {
    /// Of which register.
    pub register: u32,
    /// What it wrote.
    pub version: Version,
    /// When it ended, or was given up.
    pub ended: Instant,
    /// What came of it.
    pub outcome: Outcome,
}

/// What has come of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A holder has confirmed it.
    Confirmed,
    /// No holder has taken it, and one has a newer version: it counts as done right before that one.
    Superseded,
    /// No holder has confirmed it. It may have reached some.
    Unconfirmed,
    /// Its node left before the end.
    Interrupted,
    /// The run ended before.
    Unfinished,
}
