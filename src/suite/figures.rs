//! The figures of a point of a test: its runs together.

use super::measure::Ran;
use super::plan::Point;
use crate::graph::generate;
use crate::metrics::number::{self, ratio};
use crate::rng::{Purpose, Seed, Stream};
use crate::runner::verdict::{FailureGrade, Health, LatencyGrade, Verdict};
use crate::scenario::{Scenario, VerdictConfig};
use crate::sweep::interval::Resamples;
use crate::workload::config::WorkloadKind;
use serde::Serialize;

/// The mean of a figure over runs, with its 95 % interval if there are several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Mean {
    /// The mean.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub mean: f64,
    /// Lower end of its interval.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub low: Option<f64>,
    /// Upper end.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub high: Option<f64>,
}

impl Mean {
    /// That of these values; `None` of none.
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let mean = Resamples::of(values.len()).summary(values).mean;
        let (low, high) = mean.interval.unzip();
        Some(Mean { mean: mean.value, low, high })
    }

    /// The same in another unit.
    pub(super) fn scaled(self, factor: f64) -> Self {
        let scaled = |end: Option<f64>| end.map(|end| factor * end);
        Mean { mean: factor * self.mean, low: scaled(self.low), high: scaled(self.high) }
    }

    /// That of a figure of runs, of which there are some.
    pub(super) fn over(runs: &[Ran], figure: impl Fn(&Ran) -> f64) -> Self {
        let values: Vec<f64> = runs.iter().map(figure).collect();
        Mean::of(&values).expect("a point has a run")
    }
}

/// Bytes of a contact as BEP 5 writes it: 20 of the id, 4 of the address, 2 of the port.
const CONTACT_BYTES: f64 = 26.0;

/// What a point came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PointFigures {
    /// What distinguishes it from others of its test.
    pub label: String,
    /// The same as a number.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub value: f64,
    /// What was laid over the scenario file.
    pub settings: Vec<String>,
    /// Seeds of the runs.
    pub seeds: Vec<u64>,
    /// Digests of the runs.
    pub digests: Vec<Option<String>>,
    /// Nodes of the scenario.
    pub nodes: u64,
    /// Nodes online at the end.
    pub online: Mean,
    /// Pairs of nodes that know each other, at the end.
    pub connections: Mean,
    /// n (n - 1) / 2 of the n nodes online.
    pub theoretical_maximum: Mean,
    /// Nodes that a node is connected with: two ends a pair.
    pub connections_per_node: Mean,
    /// Nodes that a node is told of when it comes, by the graph of first contacts: an edge tells one of
    /// its ends of the other. `None` without such a graph.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub first_contacts_per_node: Option<f64>,
    /// Bytes of what a node keeps: its records, and its contacts at 26 bytes each.
    pub state_bytes_per_node: Mean,
    /// Bytes that a node sends per virtual second.
    pub bytes_per_node_second: Mean,
    /// Operations that succeeded in time, of all runs.
    pub successes: u64,
    /// The others.
    pub failures: u64,
    /// Those of the failures that only took too long.
    pub late: u64,
    /// Share of failures; that of all runs together, with the interval over runs.
    pub failure_rate: Option<Mean>,
    /// Mean latency in milliseconds; over runs in which something succeeded.
    pub latency_ms: Option<Mean>,
    /// Median latency in milliseconds, mean over runs.
    pub latency_p50_ms: Option<Mean>,
    /// 90th percentile.
    pub latency_p90_ms: Option<Mean>,
    /// 99th percentile.
    pub latency_p99_ms: Option<Mean>,
    /// Operations per virtual second, over all nodes.
    pub operations_per_second: Mean,
    /// How good the share of failures is.
    pub failure_grade: Option<FailureGrade>,
    /// How good the mean latency is.
    pub latency_grade: Option<LatencyGrade>,
    /// What follows from both.
    pub health: Health,
}

impl PointFigures {
    /// Those of the runs of a point, of which there is one at least.
    pub fn new(point: &Point, runs: &[Ran]) -> Self {
        let verdicts = || runs.iter().map(|ran| &ran.result.verdict);
        let sum = |figure: fn(&Verdict) -> u64| verdicts().map(figure).sum::<u64>();
        let (successes, failures) = (sum(|v| v.successes), sum(|v| v.failures));
        let millis = |figure: fn(&Verdict) -> f64| {
            let known = verdicts().filter(|verdict| verdict.latency_grade.is_some());
            Mean::of(&known.map(|verdict| figure(verdict) / 1_000.0).collect::<Vec<_>>())
        };
        let rates: Vec<f64> = verdicts().filter_map(|verdict| verdict.failure_rate).collect();
        let pooled = ratio(failures, successes + failures);
        let failure_rate = Mean::of(&rates).zip(pooled).map(|(rate, mean)| Mean { mean, ..rate });
        let latency_ms = millis(|verdict| verdict.latency_micros.mean);
        let connections = Mean::over(runs, |ran| ran.result.network.connections as f64);
        let grades = Grades::of(
            &point.scenario.verdict,
            failure_rate.map(|rate| rate.mean),
            latency_ms.map(|latency| 1_000.0 * latency.mean),
            connections.mean > 0.0,
        );
        let per_online = |ran: &Ran, sum: f64| match ran.result.network.online_end {
            0 => 0.0,
            online => sum / online as f64,
        };
        PointFigures {
            label: point.label.clone(),
            value: point.value,
            settings: point.settings.clone(),
            seeds: runs.iter().map(|ran| ran.result.seed).collect(),
            digests: runs.iter().map(|ran| ran.result.digest.clone()).collect(),
            nodes: u64::from(point.scenario.nodes.count),
            online: Mean::over(runs, |ran| ran.result.network.online_end as f64),
            connections,
            theoretical_maximum: Mean::over(runs, |ran| {
                ran.result.network.theoretical_maximum as f64
            }),
            connections_per_node: Mean::over(runs, |ran| {
                per_online(ran, 2.0 * ran.result.network.connections as f64)
            }),
            first_contacts_per_node: first_contacts(&point.scenario),
            state_bytes_per_node: Mean::over(runs, |ran| {
                per_online(ran, state_bytes(&point.scenario, ran))
            }),
            bytes_per_node_second: Mean::over(runs, |ran| {
                ran.result.node_traffic.bytes_sent_per_second
            }),
            successes,
            failures,
            late: sum(|verdict| verdict.late),
            failure_rate,
            latency_ms,
            latency_p50_ms: millis(|verdict| verdict.latency_micros.p50 as f64),
            latency_p90_ms: millis(|verdict| verdict.latency_micros.p90 as f64),
            latency_p99_ms: millis(|verdict| verdict.latency_micros.p99 as f64),
            operations_per_second: Mean::over(runs, |ran| ran.result.verdict.operations_per_second),
            failure_grade: grades.failure,
            latency_grade: grades.latency,
            health: grades.health,
        }
    }
}

/// How good failures and latency are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grades {
    pub(super) failure: Option<FailureGrade>,
    pub(super) latency: Option<LatencyGrade>,
    pub(super) health: Health,
}

impl Grades {
    /// Those of a share of failures and a mean latency in microseconds.
    pub(super) fn of(
        config: &VerdictConfig,
        failure_rate: Option<f64>,
        latency_micros: Option<f64>,
        is_connected: bool,
    ) -> Self {
        let failure = failure_rate.map(|rate| FailureGrade::of(rate, config));
        let latency = latency_micros.map(|mean| LatencyGrade::of(mean, config));
        let health = Health::of(failure, latency, u64::from(is_connected));
        Grades { failure, latency, health }
    }
}

/// Edges of the graph of first contacts for each node: one edge tells one of its ends of the other.
fn first_contacts(scenario: &Scenario) -> Option<f64> {
    let config = scenario.topology.as_ref()?;
    let nodes = scenario.nodes.count;
    let mut stream = Stream::new(Seed(scenario.seed), Purpose::Topology, 0);
    let graph = generate(config, nodes, &mut stream).expect("a checked scenario has its graph");
    Some(graph.edges.len() as f64 / f64::from(nodes))
}

/// Bytes of the records and contacts of all nodes.
fn state_bytes(scenario: &Scenario, ran: &Ran) -> f64 {
    let sizes = scenario.workloads.iter().filter_map(|workload| match workload.kind {
        WorkloadKind::PutGet { records } => Some(f64::from(records.size)),
        WorkloadKind::Registers(registers) => Some(f64::from(registers.size)),
        _ => None,
    });
    // Records of several workloads are not told apart: those of a suite's tests have one size.
    let size = sizes.fold(0.0, f64::max);
    let records = &ran.result.records;
    let copies = records.replicas_mean * records.alive as f64;
    copies * size + CONTACT_BYTES * ran.result.network.contacts as f64
}
