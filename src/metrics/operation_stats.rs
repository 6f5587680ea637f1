//! Sums over the operations of one kind.

use super::histogram::Histogram;
use super::operations::{OperationRecord, Outcome};

/// Sums over the operations of one kind. The terms are those of [`super::operations`].
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
mod tests {
    use super::*;
    use crate::metrics::operations::OperationKind;
    use crate::metrics::operations::tests::operation;

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
