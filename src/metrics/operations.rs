//! One operation of an application.
//!
//! Terms, used in the same sense everywhere in results and plots:
//!
//! - *rounds*: length of the longest chain request -> response -> request until the lookup's
//!   end. With constant one-way latency `L` and no loss a lookup of `r` rounds takes `2 r L`.
//! - *hops*: length of the chain of responses that led to the closest node found.
//! - *requests*: requests sent, including those that were never answered; further tries of one
//!   do not count.
//! - *timeouts*: tries of requests that got no answer in time.

use crate::time::{Duration, Instant};
use serde::{Serialize, Serializer};

/// What an application (or the node itself) asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OperationKind {
    /// Find the k closest nodes to a key.
    Lookup,
    /// Store a record at the closest nodes.
    Put,
    /// Find a record.
    Get,
    /// Announce to be a provider of a key.
    Provide,
    /// Find providers of a key.
    FindProviders,
    /// Enter the network.
    Join,
    /// Refresh a bucket of the routing table.
    Refresh,
    /// Store a record, or announce a provider, again.
    Republish,
}

impl OperationKind {
    /// All kinds, in the order of results.
    pub const ALL: [OperationKind; 8] = [
        OperationKind::Lookup,
        OperationKind::Put,
        OperationKind::Get,
        OperationKind::Provide,
        OperationKind::FindProviders,
        OperationKind::Join,
        OperationKind::Refresh,
        OperationKind::Republish,
    ];

    /// Name in results.
    pub const fn name(self) -> &'static str {
        match self {
            OperationKind::Lookup => "lookup",
            OperationKind::Put => "put",
            OperationKind::Get => "get",
            OperationKind::Provide => "provide",
            OperationKind::FindProviders => "find-providers",
            OperationKind::Join => "join",
            OperationKind::Refresh => "refresh",
            OperationKind::Republish => "republish",
        }
    }

    /// Whether applications publish something by it. They do so in the transition phase, so its
    /// figures cover the whole run.
    pub const fn is_publication(self) -> bool {
        matches!(self, OperationKind::Put | OperationKind::Provide)
    }

    /// Place in [`OperationKind::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl Serialize for OperationKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// What was asked for was found or done.
    Success,
    /// Nothing was found although it was alive somewhere.
    NotFound,
    /// Nothing was found, and nothing was alive anywhere.
    Gone,
    /// The node knew nobody to ask.
    NoContacts,
    /// Something was found, but not what was stored.
    WrongResult,
    /// The node left before the end.
    Interrupted,
    /// The closest nodes were found, but none took the record.
    StoreFailed,
}

impl Outcome {
    /// All outcomes, in the order of results.
    pub const ALL: [Outcome; 7] = [
        Outcome::Success,
        Outcome::NotFound,
        Outcome::Gone,
        Outcome::NoContacts,
        Outcome::WrongResult,
        Outcome::Interrupted,
        Outcome::StoreFailed,
    ];

    /// Name in results.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Success => "success",
            Outcome::NotFound => "not-found",
            Outcome::Gone => "gone",
            Outcome::NoContacts => "no-contacts",
            Outcome::WrongResult => "wrong-result",
            Outcome::Interrupted => "interrupted",
            Outcome::StoreFailed => "store-failed",
        }
    }

    /// Place in [`Outcome::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether the operation did what it was asked to.
    pub const fn is_success(self) -> bool {
        matches!(self, Outcome::Success)
    }
}

/// What became of one operation. The module's documentation defines the terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperationRecord {
    /// The operation's number in the run; no two share one.
    pub number: u64,
    /// What was asked for.
    pub kind: OperationKind,
    /// Index of the node that asked.
    pub node: u32,
    /// When it asked.
    pub started: Instant,
    /// When it was told the end.
    pub finished: Instant,
    /// How it ended.
    pub outcome: Outcome,
    /// Longest chain of requests.
    pub rounds: u32,
    /// Chain of responses to the closest node found.
    pub hops: u32,
    /// Requests sent.
    pub requests: u32,
    /// Requests given up.
    pub timeouts: u32,
    /// Nodes, or copies of a record, that were found.
    pub found: u32,
    /// Share of the true k closest nodes that were found, in per mille; `None` if unchecked.
    pub recall: Option<u16>,
    /// Whether the truly closest node was found; `None` if unchecked.
    pub closest_found: Option<bool>,
}

impl OperationRecord {
    /// Time from asking to the end.
    pub fn latency(&self) -> Duration {
        self.finished - self.started
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A successful operation: `rounds` rounds at a one-way latency of 50 ms.
    pub(crate) fn operation(number: u64, kind: OperationKind, rounds: u32) -> OperationRecord {
        let started = Instant::ZERO + Duration::from_secs(number);
        OperationRecord {
            number,
            kind,
            node: 1,
            started,
            finished: started + Duration::from_millis(100) * u64::from(rounds),
            outcome: Outcome::Success,
            rounds,
            hops: rounds - 1,
            requests: 10 * rounds,
            timeouts: 0,
            found: 20,
            recall: None,
            closest_found: None,
        }
    }

    #[test]
    fn names_and_places_agree() {
        for (place, kind) in OperationKind::ALL.iter().enumerate() {
            assert_eq!(kind.index(), place);
        }
        for (place, outcome) in Outcome::ALL.iter().enumerate() {
            assert_eq!(outcome.index(), place);
        }
    }
}
