//! One operation of an application, and the sums over many.
//!
//! Terms, used in the same sense everywhere in results and plots:
//!
//! - *rounds*: length of the longest chain request -> response -> request until the lookup's
//!   end. With constant one-way latency `L` and no loss a lookup of `r` rounds takes `2 r L`.
//! - *hops*: length of the chain of responses that led to the closest node found.
//! - *requests*: requests sent, including those that were never answered.
//! - *timeouts*: requests given up.

use super::histogram::Histogram;
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

/// Sums over the operations of one kind.
///
/// Rounds, hops and latency describe the way to a result and so cover successes alone;
/// requests and timeouts are what operations cost and cover all.
#[derive(Clone, Debug, Default)]
pub struct OperationStats {
    /// Operations by [`Outcome::index`].
    pub outcomes: [u64; Outcome::ALL.len()],
    /// Rounds of successes.
    pub rounds: Histogram,
    /// Hops of successes.
    pub hops: Histogram,
    /// Requests of all.
    pub requests: Histogram,
    /// Timeouts of all.
    pub timeouts: Histogram,
    /// Latency of successes in microseconds.
    pub latency: Histogram,
    /// Latency of failures in microseconds.
    pub failure_latency: Histogram,
    /// Operations whose recall was checked.
    pub recall_checked: u64,
    /// Sum of their recalls, in per mille.
    pub recall_sum: u64,
    /// Operations that found all of the true k closest.
    pub recall_full: u64,
    /// Operations for which it was checked whether the closest node was found.
    pub closest_checked: u64,
    /// Operations that found the closest node.
    pub closest_found: u64,
}

impl OperationStats {
    /// Counts one operation.
    pub fn record(&mut self, operation: &OperationRecord) {
        self.outcomes[operation.outcome.index()] += 1;
        self.requests.record(u64::from(operation.requests));
        self.timeouts.record(u64::from(operation.timeouts));
        let latency = operation.latency().as_micros();
        if operation.outcome.is_success() {
            self.rounds.record(u64::from(operation.rounds));
            self.hops.record(u64::from(operation.hops));
            self.latency.record(latency);
        } else {
            self.failure_latency.record(latency);
        }
        if let Some(recall) = operation.recall {
            self.recall_checked += 1;
            self.recall_sum += u64::from(recall);
            self.recall_full += u64::from(recall == 1_000);
        }
        if let Some(found) = operation.closest_found {
            self.closest_checked += 1;
            self.closest_found += u64::from(found);
        }
    }

    /// Adds everything that `other` counted.
    pub fn merge(&mut self, other: &OperationStats) {
        for (mine, theirs) in self.outcomes.iter_mut().zip(other.outcomes) {
            *mine += theirs;
        }
        self.rounds.merge(&other.rounds);
        self.hops.merge(&other.hops);
        self.requests.merge(&other.requests);
        self.timeouts.merge(&other.timeouts);
        self.latency.merge(&other.latency);
        self.failure_latency.merge(&other.failure_latency);
        self.recall_checked += other.recall_checked;
        self.recall_sum += other.recall_sum;
        self.recall_full += other.recall_full;
        self.closest_checked += other.closest_checked;
        self.closest_found += other.closest_found;
    }

    /// Operations that ended, one way or another.
    pub fn count(&self) -> u64 {
        self.outcomes.iter().sum()
    }

    /// Operations that succeeded.
    pub fn successes(&self) -> u64 {
        self.outcomes[Outcome::Success.index()]
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

    #[test]
    fn at_constant_latency_rounds_give_the_duration() {
        let mut stats = OperationStats::default();
        (1..=4).for_each(|r| stats.record(&operation(1, OperationKind::Lookup, r)));
        let (rounds, latency) = (stats.rounds.summary(), stats.latency.summary());
        assert_eq!((rounds.mean, latency.mean), (2.5, 250_000.0));
        assert_eq!((latency.min, latency.max), (100_000, 400_000));
        assert_eq!(stats.hops.summary().mean, 1.5);
    }

    #[test]
    fn failures_cost_requests_but_shorten_no_lookup() {
        let mut stats = OperationStats::default();
        stats.record(&operation(1, OperationKind::Get, 3));
        let failed = OperationRecord {
            outcome: Outcome::NoContacts,
            requests: 0,
            ..operation(2, OperationKind::Get, 1)
        };
        stats.record(&failed);
        assert_eq!((stats.count(), stats.successes()), (2, 1));
        assert_eq!(stats.outcomes[Outcome::NoContacts.index()], 1);
        assert_eq!(stats.rounds.summary().mean, 3.0);
        assert_eq!(stats.requests.summary().mean, 15.0);
        assert_eq!(stats.failure_latency.count(), 1);
    }

    #[test]
    fn only_checked_operations_have_a_recall() {
        let mut stats = OperationStats::default();
        stats.record(&operation(1, OperationKind::Lookup, 2));
        for (number, recall) in [(2, 1_000), (3, 950)] {
            let checked = OperationRecord {
                recall: Some(recall),
                closest_found: Some(recall == 1_000),
                ..operation(number, OperationKind::Lookup, 2)
            };
            stats.record(&checked);
        }
        assert_eq!((stats.recall_checked, stats.recall_sum, stats.recall_full), (2, 1_950, 1));
        assert_eq!((stats.closest_checked, stats.closest_found), (2, 1));
        let mut merged = stats.clone();
        merged.merge(&stats);
        assert_eq!((merged.count(), merged.recall_sum, merged.closest_found), (6, 3_900, 2));
    }
}
