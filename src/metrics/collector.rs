//! Everything that a run counts.

use super::links::LinkLoads;
use super::operation_log::OperationLog;
use super::operation_stats::OperationStats;
use super::operations::{OperationKind, OperationRecord};
use super::series::{Sample, Series, add};
use super::traffic::Traffic;
use super::upkeep::Upkeep;
use crate::kademlia::maintenance::Maintenance;
use crate::rng::Seed;
use crate::time::{Duration, Instant};

const KINDS: usize = OperationKind::ALL.len();

/// What a run looks like from outside at one instant; goes into a [`Sample`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Nodes online now.
    pub online: u64,
    /// Nodes that came online since the run began.
    pub joins: u64,
    /// Nodes that left in good order since the run began.
    pub leaves: u64,
    /// Nodes that vanished since the run began.
    pub crashes: u64,
    /// Routing tables of online nodes that were looked at.
    pub tables: u64,
    /// Contacts in these tables.
    pub contacts: u64,
    /// Those of them that are online.
    pub contacts_online: u64,
    /// Records that at least one online node holds.
    pub records_alive: u64,
    /// Copies of these.
    pub replicas: u64,
}

/// Everything that a run, or one part of its nodes, counts.
#[derive(Clone, Debug)]
pub struct Metrics {
    measurement_start: Instant,
    traffic: Traffic,
    /// The traffic when the measurement phase began, once it has.
    baseline: Option<Traffic>,
    upkeep: Upkeep,
    /// The same for maintenance.
    upkeep_baseline: Option<Upkeep>,
    links: LinkLoads,
    operations: Vec<OperationStats>,
    log: OperationLog,
    /// Operations that ended since the run began, in any phase.
    finished: [u64; KINDS],
    succeeded: [u64; KINDS],
    series: Series,
    /// Totals at the last sample.
    sampled: Sampled,
}

#[derive(Clone, Debug)]
struct Sampled {
    traffic: Traffic,
    finished: [u64; KINDS],
    succeeded: [u64; KINDS],
    gauges: Gauges,
}

impl Metrics {
    /// Nothing counted yet. Figures will cover what starts at `measurement_start` or later, the
    /// series has a sample every `interval`, and at most `operations_limit` operations are
    /// kept one by one.
    pub fn new(
        message_kinds: &'static [&'static str],
        drop_reasons: &'static [&'static str],
        measurement_start: Instant,
        interval: Duration,
        operations_limit: usize,
        seed: Seed,
    ) -> Self {
        let traffic = Traffic::new(message_kinds, drop_reasons);
        Metrics {
            measurement_start,
            baseline: None,
            upkeep: Upkeep::default(),
            upkeep_baseline: None,
            links: LinkLoads::none(),
            operations: vec![OperationStats::default(); KINDS],
            log: OperationLog::new(operations_limit, seed),
            finished: [0; KINDS],
            succeeded: [0; KINDS],
            series: Series::new(interval),
            sampled: Sampled {
                traffic: traffic.clone(),
                finished: [0; KINDS],
                succeeded: [0; KINDS],
                gauges: Gauges::default(),
            },
            traffic,
        }
    }

    /// A message of kind `kind` and `bytes` bytes leaves its sender.
    #[inline]
    pub fn message_sent(&mut self, kind: usize, bytes: u32) {
        self.traffic.message_sent(kind, bytes);
    }

    /// A message of kind `kind` and `bytes` bytes is handled by its receiver.
    #[inline]
    pub fn message_delivered(&mut self, kind: usize, bytes: u32) {
        self.traffic.message_delivered(kind, bytes);
    }

    /// A packet is dropped for reason `reason`.
    #[inline]
    pub fn packet_dropped(&mut self, reason: usize) {
        self.traffic.packet_dropped(reason);
    }

    /// The network makes a copy of a packet.
    #[inline]
    pub fn packet_duplicated(&mut self) {
        self.traffic.packet_duplicated();
    }

    /// A message of `bytes` bytes is sent, or arrives in response, for the sake of maintenance.
    #[inline]
    pub fn maintained(&mut self, maintenance: Maintenance, bytes: u32) {
        self.upkeep.spend(maintenance, bytes);
    }

    /// From now on these links are counted; before it is called, none.
    pub fn set_links(&mut self, links: LinkLoads) {
        self.links = links;
    }

    /// Where what happens at links is told.
    #[inline]
    pub fn links(&mut self) -> &mut LinkLoads {
        &mut self.links
    }

    /// What links carried in the measurement phase.
    pub fn link_loads(&self) -> &LinkLoads {
        &self.links
    }

    /// All traffic since the run began, where that is counted elsewhere.
    pub fn set_traffic(&mut self, traffic: Traffic) {
        self.traffic = traffic;
    }

    /// An operation has ended. The series counts all; figures and log those that started in the
    /// measurement phase, and what applications publish, which they do before it.
    pub fn operation(&mut self, operation: OperationRecord) {
        let kind = operation.kind.index();
        self.finished[kind] += 1;
        self.succeeded[kind] += u64::from(operation.outcome.is_success());
        if operation.started >= self.measurement_start || operation.kind.is_publication() {
            self.operations[kind].record(&operation);
            self.log.record(operation);
        }
    }

    /// The measurement phase begins: traffic until now is not part of the figures.
    pub fn begin_measurement(&mut self) {
        self.baseline = Some(self.traffic.clone());
        self.upkeep_baseline = Some(self.upkeep);
    }

    /// Takes a sample at `now`, the end of an interval that lay in `phase`.
    pub fn sample(&mut self, now: Instant, phase: &'static str, gauges: Gauges) {
        let last = &self.sampled;
        let since = |now: &[u64; KINDS], then: &[u64; KINDS]| {
            std::array::from_fn(|kind| now[kind] - then[kind])
        };
        self.series.push(Sample {
            time: now,
            phase,
            online: gauges.online,
            joins: gauges.joins - last.gauges.joins,
            leaves: gauges.leaves - last.gauges.leaves,
            crashes: gauges.crashes - last.gauges.crashes,
            traffic: self.traffic.since(&last.traffic),
            finished: since(&self.finished, &last.finished),
            succeeded: since(&self.succeeded, &last.succeeded),
            tables: gauges.tables,
            contacts: gauges.contacts,
            contacts_online: gauges.contacts_online,
            records_alive: gauges.records_alive,
            replicas: gauges.replicas,
        });
        self.sampled = Sampled {
            traffic: self.traffic.clone(),
            finished: self.finished,
            succeeded: self.succeeded,
            gauges,
        };
    }

    /// Adds everything that another part of the same run counted.
    ///
    /// # Panics
    /// If one part has begun its measurement or taken a sample where the other has not.
    pub fn merge(&mut self, other: &Metrics) {
        assert_eq!(self.measurement_start, other.measurement_start, "parts of the same run");
        self.traffic.merge(&other.traffic);
        match (&mut self.baseline, &other.baseline) {
            (Some(mine), Some(theirs)) => mine.merge(theirs),
            (None, None) => {}
            _ => panic!("parts of a run begin their measurement together"),
        }
        self.upkeep.merge(&other.upkeep);
        if let (Some(mine), Some(theirs)) = (&mut self.upkeep_baseline, &other.upkeep_baseline) {
            mine.merge(theirs);
        }
        self.links.merge(&other.links);
        for (mine, theirs) in self.operations.iter_mut().zip(&other.operations) {
            mine.merge(theirs);
        }
        self.log.merge(&other.log);
        add(&mut self.finished, &other.finished);
        add(&mut self.succeeded, &other.succeeded);
        self.series.merge(&other.series);
        self.sampled.merge(&other.sampled);
    }

    /// All traffic since the run began.
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// Traffic of the measurement phase; none if that has not begun.
    pub fn measured_traffic(&self) -> Traffic {
        self.traffic.since(self.baseline.as_ref().unwrap_or(&self.traffic))
    }

    /// What was spent on maintenance in the measurement phase; nothing if that has not begun.
    pub fn measured_upkeep(&self) -> Upkeep {
        self.upkeep.since(self.upkeep_baseline.as_ref().unwrap_or(&self.upkeep))
    }

    /// Operations of one kind that started in the measurement phase.
    pub fn operations(&self, kind: OperationKind) -> &OperationStats {
        &self.operations[kind.index()]
    }

    /// The operations that are written out one by one.
    pub fn log(&self) -> &OperationLog {
        &self.log
    }

    /// The run over virtual time.
    pub fn series(&self) -> &Series {
        &self.series
    }
}

impl Sampled {
    fn merge(&mut self, other: &Sampled) {
        self.traffic.merge(&other.traffic);
        add(&mut self.finished, &other.finished);
        add(&mut self.succeeded, &other.succeeded);
        let (mine, theirs) = (&mut self.gauges, &other.gauges);
        // The others of the gauges are not differences and so not needed again.
        mine.joins += theirs.joins;
        mine.leaves += theirs.leaves;
        mine.crashes += theirs.crashes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::operations::Outcome;
    use crate::metrics::operations::tests::operation;

    fn seconds(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    fn metrics() -> Metrics {
        let interval = Duration::from_secs(10);
        Metrics::new(&["ping"], &["loss"], seconds(15), interval, 100, Seed(1))
    }

    #[test]
    fn figures_cover_the_measurement_phase_and_the_series_all() {
        let mut metrics = metrics();
        metrics.message_sent(0, 100);
        metrics.operation(operation(14, OperationKind::Get, 2));
        metrics.sample(seconds(10), "init", Gauges { joins: 5, ..Gauges::default() });
        assert_eq!(metrics.measured_traffic().total_sent().messages, 0);
        metrics.begin_measurement();
        metrics.message_sent(0, 40);
        metrics.message_delivered(0, 40);
        metrics.packet_dropped(0);
        metrics.operation(operation(15, OperationKind::Get, 2));
        metrics.operation(OperationRecord {
            outcome: Outcome::NotFound,
            ..operation(16, OperationKind::Get, 2)
        });
        metrics.sample(seconds(20), "measurement", Gauges { joins: 8, ..Gauges::default() });

        let measured = metrics.measured_traffic();
        assert_eq!((measured.total_sent().bytes, measured.dropped()), (40, &[1][..]));
        assert_eq!(metrics.traffic().total_sent().bytes, 140);
        let gets = metrics.operations(OperationKind::Get);
        assert_eq!((gets.count(), gets.successes(), metrics.log().total()), (2, 1, 2));

        let [first, second] = &metrics.series().samples[..] else { panic!("two samples") };
        let get = OperationKind::Get.index();
        assert_eq!((first.joins, first.finished[get], first.succeeded[get]), (5, 1, 1));
        assert_eq!((second.joins, second.finished[get], second.succeeded[get]), (3, 2, 1));
        assert_eq!(second.traffic.total_sent().bytes, 40);
    }

    #[test]
    fn two_parts_count_what_one_would() {
        let count = |metrics: &mut Metrics, number, bytes| {
            metrics.begin_measurement();
            metrics.message_sent(0, bytes);
            metrics.operation(operation(number, OperationKind::Lookup, 3));
            metrics.sample(seconds(30), "measurement", Gauges { online: 4, ..Gauges::default() });
        };
        let (mut left, mut right) = (metrics(), metrics());
        count(&mut left, 20, 10);
        count(&mut right, 21, 20);
        left.merge(&right);
        assert_eq!(left.measured_traffic().total_sent().bytes, 30);
        assert_eq!(left.operations(OperationKind::Lookup).count(), 2);
        assert_eq!(left.log().records().len(), 2);
        assert_eq!((left.series().samples.len(), left.series().samples[0].online), (1, 8));
    }
}
