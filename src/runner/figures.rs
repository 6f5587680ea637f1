//! The figures of operations and messages, from what was counted.

use crate::metrics::number::{self, ratio};
use crate::metrics::{
    Count, LinkLoad, OperationKind, OperationStats, Outcome, Percentiles, Traffic,
};
use crate::network::bandwidth::Direction;
use crate::time::Duration;
use serde::{Serialize, Serializer};

/// Names and numbers in a fixed order; a map in JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedCounts(pub Vec<(&'static str, u64)>);

impl NamedCounts {
    /// Sum of the numbers.
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }
}

impl Serialize for NamedCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

/// Operations of one kind that started in the measurement phase.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OperationFigures {
    /// What was asked for.
    pub kind: OperationKind,
    /// Operations that ended, one way or another.
    pub count: u64,
    /// Those that succeeded.
    pub success: u64,
    /// `success / count`.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub success_rate: f64,
    /// The others by reason; every reason is listed.
    pub failures: NamedCounts,
    /// Operations per virtual second of the measurement phase, over all nodes.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub operations_per_second: f64,
    /// Rounds of successes.
    pub rounds: Percentiles,
    /// Hops of successes.
    pub hops: Percentiles,
    /// Requests of all.
    pub requests: Percentiles,
    /// Timeouts of all.
    pub timeouts: Percentiles,
    /// Latency of successes in microseconds.
    pub latency_micros: Percentiles,
    /// Latency of failures in microseconds.
    pub failure_latency_micros: Percentiles,
    /// Operations whose result was compared with the true k closest nodes.
    pub checked: u64,
    /// Mean share of the true k closest nodes that these found.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub recall: Option<f64>,
    /// Share of these that found all of the true k closest nodes.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub exact_share: Option<f64>,
    /// Share of operations, of those checked for it, that found the truly closest node.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub closest_found_share: Option<f64>,
}

impl OperationFigures {
    /// The figures of `stats`, counted over `measured` of virtual time.
    pub fn new(kind: OperationKind, stats: &OperationStats, measured: Duration) -> Self {
        let failures = Outcome::ALL.iter().filter(|outcome| !outcome.is_success());
        OperationFigures {
            kind,
            count: stats.count(),
            success: stats.successes(),
            success_rate: ratio(stats.successes(), stats.count()).unwrap_or(0.0),
            failures: NamedCounts(
                failures.map(|o| (o.name(), stats.outcomes[o.index()])).collect(),
            ),
            operations_per_second: per_second(stats.count(), measured),
            rounds: stats.rounds.summary(),
            hops: stats.hops.summary(),
            requests: stats.requests.summary(),
            timeouts: stats.timeouts.summary(),
            latency_micros: stats.latency.summary(),
            failure_latency_micros: stats.failure_latency.summary(),
            checked: stats.recall_checked,
            recall: ratio(stats.recall_sum, 1_000 * stats.recall_checked),
            exact_share: ratio(stats.recall_full, stats.recall_checked),
            closest_found_share: ratio(stats.closest_found, stats.closest_checked),
        }
    }
}

/// Messages of one kind in the measurement phase.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MessageFigures {
    /// Name of the kind.
    pub kind: &'static str,
    /// Messages sent.
    pub sent: u64,
    /// Their bytes.
    pub bytes_sent: u64,
    /// Messages handled by their receiver.
    pub delivered: u64,
    /// Their bytes.
    pub bytes_delivered: u64,
    /// Messages sent per virtual second, over all nodes.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub sent_per_second: f64,
}

impl MessageFigures {
    /// The figures of each kind of message, counted over `measured` of virtual time.
    pub fn of(traffic: &Traffic, measured: Duration) -> Vec<Self> {
        let counts = traffic.sent().iter().zip(traffic.delivered());
        let figures = |(kind, (sent, delivered)): (&&'static str, (&Count, &Count))| Self {
            kind,
            sent: sent.messages,
            bytes_sent: sent.bytes,
            delivered: delivered.messages,
            bytes_delivered: delivered.bytes,
            sent_per_second: per_second(sent.messages, measured),
        };
        traffic.kinds().iter().zip(counts).map(figures).collect()
    }
}

/// Dropped packets by reason.
pub fn drops(traffic: &Traffic) -> NamedCounts {
    let reasons = traffic.reasons().iter().copied();
    NamedCounts(reasons.zip(traffic.dropped().iter().copied()).collect())
}

/// The finite links of one class, in one direction, in the measurement phase.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkFigures {
    /// Name of the class.
    pub class: String,
    /// `up` or `down`.
    pub direction: &'static str,
    /// What one of these links carries.
    pub bits_per_second: u64,
    /// Packets that were taken.
    pub packets: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Packets for which there was no room.
    pub dropped: u64,
    /// How long taken packets waited before they were put on the wire, in microseconds.
    pub queueing_delay_micros: Percentiles,
    /// Share of the time that nodes of the class were online in which their links were busy.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub utilization: Option<f64>,
}

impl LinkFigures {
    /// The figures of `load`, with the node-nanoseconds that the class was online.
    pub fn new(
        (class, direction): (&str, Direction),
        bits_per_second: u64,
        load: &LinkLoad,
        online: u128,
    ) -> Self {
        LinkFigures {
            class: class.to_owned(),
            direction: direction.name(),
            bits_per_second,
            packets: load.taken.messages,
            bytes: load.taken.bytes,
            dropped: load.dropped,
            queueing_delay_micros: load.waits.summary(),
            utilization: (online > 0).then(|| load.busy as f64 / online as f64),
        }
    }
}

/// What a node sends and receives on average, while it is online.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct NodeTraffic {
    /// Messages sent per virtual second.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub messages_sent_per_second: f64,
    /// Bytes sent per virtual second.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub bytes_sent_per_second: f64,
    /// Bytes received per virtual second.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub bytes_received_per_second: f64,
}

impl NodeTraffic {
    /// The mean over `online_mean` nodes and `measured` of virtual time.
    pub fn new(traffic: &Traffic, online_mean: f64, measured: Duration) -> Self {
        let mean = |count| match online_mean > 0.0 {
            true => per_second(count, measured) / online_mean,
            false => 0.0,
        };
        NodeTraffic {
            messages_sent_per_second: mean(traffic.total_sent().messages),
            bytes_sent_per_second: mean(traffic.total_sent().bytes),
            bytes_received_per_second: mean(traffic.total_delivered().bytes),
        }
    }
}

fn per_second(count: u64, measured: Duration) -> f64 {
    match measured.is_zero() {
        true => 0.0,
        false => count as f64 / measured.as_secs_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::OperationRecord;
    use crate::metrics::operations::tests::operation;

    #[test]
    fn operations_have_rates_shares_and_reasons() {
        let mut stats = OperationStats::default();
        let found = operation(1, OperationKind::Get, 2);
        stats.record(&OperationRecord { recall: Some(1_000), closest_found: Some(true), ..found });
        stats.record(&OperationRecord { recall: Some(900), closest_found: Some(false), ..found });
        stats.record(&found);
        stats.record(&OperationRecord { outcome: Outcome::Gone, ..found });
        let figures =
            OperationFigures::new(OperationKind::Get, &stats, Duration::from_millis(2_000));
        assert_eq!((figures.count, figures.success, figures.success_rate), (4, 3, 0.75));
        assert_eq!(figures.operations_per_second, 2.0);
        assert_eq!((figures.checked, figures.recall), (2, Some(0.95)));
        assert_eq!((figures.exact_share, figures.closest_found_share), (Some(0.5), Some(0.5)));
        assert_eq!(figures.failures.total(), 1);
        assert!(figures.failures.0.contains(&("gone", 1)));
        assert_eq!(figures.failures.0.len(), Outcome::ALL.len() - 1);
    }

    #[test]
    fn traffic_is_shared_among_the_nodes_online() {
        let mut traffic = Traffic::new(&["ping", "pong"], &["loss"]);
        (0..40).for_each(|_| traffic.message_sent(0, 100));
        (0..20).for_each(|_| traffic.message_delivered(0, 100));
        traffic.packet_dropped(0);
        let measured = Duration::from_secs(10);
        let node = NodeTraffic::new(&traffic, 2.0, measured);
        assert_eq!(node.messages_sent_per_second, 2.0);
        assert_eq!((node.bytes_sent_per_second, node.bytes_received_per_second), (200.0, 100.0));
        assert_eq!(NodeTraffic::new(&traffic, 0.0, measured), NodeTraffic::default());
        let messages = MessageFigures::of(&traffic, measured);
        assert_eq!((messages[0].sent, messages[0].delivered, messages[1].sent), (40, 20, 0));
        assert_eq!(messages[0].sent_per_second, 4.0);
        assert_eq!(drops(&traffic).0, [("loss", 1)]);
    }
}
