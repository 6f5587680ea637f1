//! The run over virtual time: one sample per interval, from the first second to the last.

use super::number::fixed_point;
use super::operations::OperationKind;
use super::traffic::Traffic;
use crate::time::{Duration, Instant};
use std::io::{self, Write};

const KINDS: usize = OperationKind::ALL.len();

/// The state at one instant and what happened since the sample before it. Sums only, so that
/// the samples of parts of a network add up to the sample of the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When the sample was taken.
    pub time: Instant,
    /// Phase of the run that the interval before `time` belongs to.
    pub phase: &'static str,
    /// Nodes online now.
    pub online: u64,
    /// Nodes that came online in the interval.
    pub joins: u64,
    /// Nodes that left in good order in the interval.
    pub leaves: u64,
    /// Nodes that vanished in the interval.
    pub crashes: u64,
    /// What went over the network in the interval.
    pub traffic: Traffic,
    /// Operations that ended in the interval, by [`OperationKind::index`].
    pub finished: [u64; KINDS],
    /// Those of them that succeeded.
    pub succeeded: [u64; KINDS],
    /// Routing tables of online nodes that were looked at now.
    pub tables: u64,
    /// Contacts in these tables.
    pub contacts: u64,
    /// Those of them that are online.
    pub contacts_online: u64,
    /// Records that at least one online node holds now.
    pub records_alive: u64,
    /// Copies of these, on online nodes.
    pub replicas: u64,
}

impl Sample {
    /// Mean number of contacts in a table; zero without tables.
    pub fn mean_contacts(&self) -> f64 {
        self.contacts as f64 / self.tables.max(1) as f64
    }

    /// Share of the tables' contacts that are online; `None` without contacts.
    pub fn online_share(&self) -> Option<f64> {
        super::number::ratio(self.contacts_online, self.contacts)
    }

    fn merge(&mut self, other: &Sample) {
        assert_eq!((self.time, self.phase), (other.time, other.phase), "samples of one instant");
        self.online += other.online;
        self.joins += other.joins;
        self.leaves += other.leaves;
        self.crashes += other.crashes;
        self.traffic.merge(&other.traffic);
        add(&mut self.finished, &other.finished);
        add(&mut self.succeeded, &other.succeeded);
        self.tables += other.tables;
        self.contacts += other.contacts;
        self.contacts_online += other.contacts_online;
        self.records_alive += other.records_alive;
        self.replicas += other.replicas;
    }
}

/// Adds counts of another part of the same network, operations by [`OperationKind::index`].
pub(super) fn add(mine: &mut [u64; KINDS], theirs: &[u64; KINDS]) {
    mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
}

/// All samples of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Time between two samples; the last one may be shorter.
    pub interval: Duration,
    /// By ascending time.
    pub samples: Vec<Sample>,
}

impl Series {
    /// No samples yet.
    pub fn new(interval: Duration) -> Self {
        Series { interval, samples: Vec::new() }
    }

    /// Appends a sample.
    ///
    /// # Panics
    /// If it is not later than the last one.
    pub fn push(&mut self, sample: Sample) {
        let last = self.samples.last().map(|last| last.time);
        assert!(last.is_none_or(|last| last < sample.time), "samples come in order of time");
        self.samples.push(sample);
    }

    /// Adds the series of another part of the same network.
    ///
    /// # Panics
    /// If both have samples, and not at the same instants.
    pub fn merge(&mut self, other: &Series) {
        if self.samples.is_empty() {
            self.samples.clone_from(&other.samples);
        } else if !other.samples.is_empty() {
            assert_eq!(self.samples.len(), other.samples.len(), "samples of the same instants");
            for (mine, theirs) in self.samples.iter_mut().zip(&other.samples) {
                mine.merge(theirs);
            }
        }
    }

    /// Writes the series as CSV, a row for each sample, with a header.
    ///
    /// # Errors
    /// What `out` fails with.
    pub fn write_csv(&self, out: &mut impl Write) -> io::Result<()> {
        let Some(first) = self.samples.first() else {
            return writeln!(out, "{}", FIRST_COLUMNS.join(","));
        };
        writeln!(out, "{}", header(&first.traffic).join(","))?;
        self.samples.iter().try_for_each(|sample| writeln!(out, "{}", row(sample).join(",")))
    }
}

/// Columns before those that depend on the protocol.
const FIRST_COLUMNS: [&str; 10] = [
    "time_s",
    "phase",
    "online",
    "joins",
    "leaves",
    "crashes",
    "mean_contacts",
    "contacts_online_share",
    "records_alive",
    "replicas",
];

fn header(traffic: &Traffic) -> Vec<String> {
    let mut columns: Vec<String> = FIRST_COLUMNS.iter().map(|name| (*name).to_owned()).collect();
    for prefix in ["sent", "bytes", "delivered"] {
        columns.extend(traffic.kinds().iter().map(|kind| format!("{prefix}_{kind}")));
    }
    columns.extend(traffic.reasons().iter().map(|reason| format!("dropped_{reason}")));
    columns.push("duplicated".to_owned());
    for prefix in ["finished", "succeeded"] {
        columns.extend(OperationKind::ALL.iter().map(|kind| format!("{prefix}_{}", kind.name())));
    }
    columns
}

fn row(sample: &Sample) -> Vec<String> {
    let per_mille = |part: u64, whole: u64| part.saturating_mul(1_000) / whole;
    let mean = per_mille(sample.contacts, sample.tables.max(1));
    let share = match sample.contacts {
        0 => String::new(),
        contacts => fixed_point(per_mille(sample.contacts_online, contacts), 3),
    };
    let mut values = vec![
        fixed_point(sample.time.as_nanos() / 1_000_000, 3),
        sample.phase.to_owned(),
        sample.online.to_string(),
        sample.joins.to_string(),
        sample.leaves.to_string(),
        sample.crashes.to_string(),
        fixed_point(mean, 3),
        share,
        sample.records_alive.to_string(),
        sample.replicas.to_string(),
    ];
    let traffic = &sample.traffic;
    values.extend(traffic.sent().iter().map(|count| count.messages.to_string()));
    values.extend(traffic.sent().iter().map(|count| count.bytes.to_string()));
    values.extend(traffic.delivered().iter().map(|count| count.messages.to_string()));
    values.extend(traffic.dropped().iter().map(u64::to_string));
    values.push(traffic.duplicated().to_string());
    values.extend(sample.finished.iter().chain(&sample.succeeded).map(u64::to_string));
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(seconds: u64) -> Sample {
        let mut traffic = Traffic::new(&["ping", "pong"], &["loss"]);
        traffic.message_sent(0, 90);
        traffic.message_delivered(0, 90);
        Sample {
            time: Instant::ZERO + Duration::from_secs(seconds),
            phase: "init",
            online: 10,
            joins: 2,
            leaves: 1,
            crashes: 0,
            traffic,
            finished: [3, 0, 0, 0, 0, 0, 0, 0],
            succeeded: [2, 0, 0, 0, 0, 0, 0, 0],
            tables: 4,
            contacts: 50,
            contacts_online: 40,
            records_alive: 7,
            replicas: 9,
        }
    }

    #[test]
    fn every_value_stands_below_its_name() {
        let mut series = Series::new(Duration::from_secs(10));
        series.push(sample(10));
        let mut out = Vec::new();
        series.write_csv(&mut out).expect("a vector takes all");
        let text = String::from_utf8(out).expect("CSV is UTF-8");
        let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let (names, values) = (lines.next().expect("header"), lines.next().expect("row"));
        assert_eq!(names.len(), values.len());
        let value = |name| values[names.iter().position(|n| *n == name).expect(name)];
        assert_eq!((value("time_s"), value("phase"), value("online")), ("10.000", "init", "10"));
        assert_eq!((value("mean_contacts"), value("contacts_online_share")), ("12.500", "0.800"));
        assert_eq!((value("sent_ping"), value("bytes_ping"), value("sent_pong")), ("1", "90", "0"));
        assert_eq!((value("finished_lookup"), value("succeeded_lookup")), ("3", "2"));
        assert_eq!((value("dropped_loss"), value("records_alive")), ("0", "7"));
        assert_eq!(value("duplicated"), "0");
    }

    #[test]
    fn parts_of_a_network_add_up() {
        let mut series = Series::new(Duration::from_secs(10));
        series.push(sample(10));
        let part = series.clone();
        series.merge(&part);
        let sum = &series.samples[0];
        assert_eq!((sum.online, sum.tables, sum.traffic.total_sent().messages), (20, 8, 2));
        assert_eq!((sum.mean_contacts(), sum.online_share()), (12.5, Some(0.8)));
        series.merge(&Series::new(Duration::from_secs(10)));
        assert_eq!(series.samples.len(), 1);
    }

    #[test]
    #[should_panic(expected = "samples come in order of time")]
    fn a_sample_of_the_past_is_refused() {
        let mut series = Series::new(Duration::from_secs(10));
        series.push(sample(10));
        series.push(sample(10));
    }
}
