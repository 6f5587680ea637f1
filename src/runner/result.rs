//! Everything that a run leaves behind.
//!
//! [`RunResult`] is a function of scenario and seed: no wall-clock time, no machine, no queue
//! and no number of threads stands in it, and two runs write the same bytes. What a run costs
//! stands in [`Performance`].

use super::faults::FaultFigures;
use super::figures::{LinkFigures, MessageFigures, NamedCounts, NodeTraffic, OperationFigures};
use super::resilience::{AttackFigures, Resilience};
use super::snapshot::Snapshot;
use super::verdict::Verdict;
use crate::checker::RecordLife;
use crate::graph::measure::Figures;
use crate::metrics::{Metrics, OperationKind, OperationRecord, Percentiles, Series, number};
use crate::time::{Duration, Instant};
use crate::workload::findings::Findings;
use serde::{Deserialize, Serialize, Serializer};

// The figures of records and of what maintenance costs.
mod upkeep;

pub use upkeep::{
    MaintenanceFigures, MaintenanceOfKind, RecordFigures, RepublishFigures, SurvivalFigures,
};

/// The figures of a run, as they are written to `result.json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunResult {
    /// Name of the scenario.
    pub name: String,
    /// Version of the program.
    pub version: String,
    /// What the run is repeated from.
    pub seed: u64,
    /// What carried the messages.
    pub transport: Transport,
    /// Fingerprint of all events of the run: 16 hexadecimal digits. `None` for a run in real time,
    /// which does not repeat event for event.
    pub digest: Option<String>,
    /// Whether the run was interrupted; figures then cover what was measured until then.
    pub partial: bool,
    /// Events that were handled.
    pub events: u64,
    /// Phases that the run went through, in order.
    pub phases: Vec<PhaseFigures>,
    /// Nodes and what connects them.
    pub network: NetworkFigures,
    /// Operations by kind; kinds that never occurred are left out.
    pub operations: Vec<OperationFigures>,
    /// What applications asked for, of all kinds together, and how good that is.
    pub verdict: Verdict,
    /// Messages by kind.
    pub messages: Vec<MessageFigures>,
    /// What a node sends and receives on average.
    pub node_traffic: NodeTraffic,
    /// What of that is maintenance.
    pub maintenance: MaintenanceFigures,
    /// Finite links by class and direction; none where all are unlimited.
    pub links: Vec<LinkFigures>,
    /// Dropped packets by reason.
    pub drops: NamedCounts,
    /// Packets that arrived a second time.
    pub duplicated: u64,
    /// What each fault did, in the order of the scenario.
    pub faults: Vec<FaultFigures>,
    /// The routing tables at the end.
    pub tables: TableHealth,
    /// The records.
    pub records: RecordFigures,
    /// What was compared with the truth.
    pub checks: CheckFigures,
    /// What has come of workloads whose applications are state machines, in the order of the scenario.
    pub applications: Vec<Findings>,
    /// The attacks of the scenario, in its order.
    pub attacks: Vec<AttackFigures>,
    /// Lookups during attacks; `None` where there are none.
    pub resilience: Option<Resilience>,
    /// The overlay at chosen times.
    pub snapshots: Vec<SnapshotFigures>,
    /// The operations that are written out one by one.
    pub operations_log: LogFigures,
    /// The complete scenario.
    pub scenario: serde_json::Value,
}

/// What carries the messages of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// The engine, in virtual time.
    #[default]
    Simulated,
    /// UDP sockets of one host, in real time.
    Udp,
}

/// A phase of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PhaseFigures {
    /// Name of the phase.
    pub name: &'static str,
    /// When it began, in virtual seconds.
    #[serde(rename = "start_seconds", serialize_with = "serialize_seconds")]
    pub start: Instant,
    /// When it ended, in virtual seconds.
    #[serde(rename = "end_seconds", serialize_with = "serialize_seconds")]
    pub end: Instant,
}

/// Nodes and what connects them. Means are over the measurement phase, the graph is that of
/// the nodes online at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct NetworkFigures {
    /// Nodes of the scenario.
    pub nodes: u64,
    /// Mean number of nodes online.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub online_mean: f64,
    /// Nodes online at the end.
    pub online_end: u64,
    /// Sum of the contacts in the tables of online nodes.
    pub contacts: u64,
    /// Pairs of online nodes of which at least one knows the other.
    pub connections: u64,
    /// `n (n - 1) / 2` pairs of the `n` nodes online: what [`connections`](Self::connections)
    /// would be if everyone knew everyone.
    pub theoretical_maximum: u64,
    /// Mean number of contacts of an online node.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub contacts_per_node: f64,
    /// Strongly connected components of the graph of online contacts.
    pub strongly_connected_components: u64,
    /// Share of the online nodes in the largest of them.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub largest_component_share: f64,
}

/// The routing tables of the nodes online at the end.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TableHealth {
    /// Tables that were looked at.
    pub tables: u64,
    /// Mean number of contacts.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub contacts_mean: f64,
    /// Fewest contacts.
    pub contacts_min: u64,
    /// Most contacts.
    pub contacts_max: u64,
    /// Share of all contacts that are online; `None` without contacts.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub online_share: Option<f64>,
    /// Share of all contacts that are online and servers that can be dialled; `None` without
    /// contacts.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub reachable_share: Option<f64>,
    /// Share of the tables that hold all of the k closest nodes that are online and servers that
    /// can be dialled; `None` in networks of more than 100,000 nodes, and without tables.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub knows_closest_share: Option<f64>,
    /// Contacts by depth of their bucket: the number of leading key bits that they share with
    /// the table's owner.
    pub buckets: Vec<BucketFigures>,
}

/// The buckets at one depth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct BucketFigures {
    /// Leading key bits shared with the owner.
    pub depth: u32,
    /// Mean number of contacts in such a bucket, over all tables.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub contacts_mean: f64,
    /// Mean number of these contacts that are online.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub online_mean: f64,
    /// Mean number of these that are servers that can be dialled.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub reachable_mean: f64,
}

/// What was compared with the truth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CheckFigures {
    /// Lookups whose result was compared with the true k closest nodes.
    pub lookups_checked: u64,
    /// Those that found exactly these.
    pub lookups_exact: u64,
    /// Routing tables whose invariants were checked; a broken one ends the run without a result.
    pub tables_checked: u64,
}

/// The overlay at one moment: who of the nodes online has whom in its routing table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SnapshotFigures {
    /// When that was, in virtual seconds.
    #[serde(rename = "at_seconds", serialize_with = "serialize_seconds")]
    pub at: Instant,
    /// The figures of the graph.
    #[serde(flatten)]
    pub figures: Figures,
}

impl SnapshotFigures {
    /// Those of all the looks at the overlay.
    pub(super) fn of(snapshots: &[Snapshot]) -> Vec<Self> {
        let figures = |snapshot: &Snapshot| SnapshotFigures {
            at: snapshot.at,
            figures: snapshot.figures.clone(),
        };
        snapshots.iter().map(figures).collect()
    }
}

/// How many operations the log was offered and kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LogFigures {
    /// Operations of the measurement phase.
    pub total: u64,
    /// Those in `operations.csv`: all, or a uniform sample.
    pub kept: u64,
}

/// What a run cost on the machine that it ran on, as written to `performance.json`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Performance {
    /// Time that passed, in seconds.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub wall_seconds: f64,
    /// Time that passed before the first event, in seconds.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub set_up_wall_seconds: f64,
    /// Processor time of all threads, in seconds.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub cpu_seconds: f64,
    /// Processor time of that before the first event: keys, tables, agendas, in seconds.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub set_up_cpu_seconds: f64,
    /// Most memory resident at once, in bytes; `None` where the system does not tell.
    pub peak_memory_bytes: Option<u64>,
    /// Events handled.
    pub events: u64,
    /// Messages delivered, requests and responses.
    pub messages: u64,
    /// Messages divided by the processor time after the set-up.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub messages_per_cpu_second: f64,
    /// Messages divided by the time that passed after the set-up.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub messages_per_wall_second: f64,
    /// Memory that a node takes, in bytes; `None` where the system does not tell.
    pub bytes_per_node: Option<u64>,
    /// Nodes of the scenario.
    pub nodes: u64,
    /// Threads that handled events.
    pub threads: u64,
    /// Name of the event queue; `"sockets"` for a run on those.
    pub queue: String,
    /// By how many microseconds packets left later than planned, in a run on sockets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lateness_micros: Option<Percentiles>,
}

/// How the results of one kind of operation are spread, for plots. Each is a list of values and
/// the number of operations up to that value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution {
    /// What was asked for.
    pub kind: OperationKind,
    /// Latency of successes in microseconds.
    pub latency_micros: Vec<(u64, u64)>,
    /// Rounds of successes.
    pub rounds: Vec<(u64, u64)>,
}

impl Distribution {
    /// The distributions of every kind that succeeded at least once.
    pub fn of(metrics: &Metrics) -> Vec<Self> {
        let kinds = OperationKind::ALL.into_iter();
        kinds
            .filter(|kind| metrics.operations(*kind).successes() > 0)
            .map(|kind| Distribution {
                kind,
                latency_micros: metrics.operations(kind).latency.cdf(),
                rounds: metrics.operations(kind).rounds.cdf(),
            })
            .collect()
    }
}

/// How long packets waited at the finite links of one class in one direction, for plots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkWaits {
    /// Name of the class and direction.
    pub name: String,
    /// Microseconds, each with the number of packets that waited up to so long.
    pub micros: Vec<(u64, u64)>,
}

/// Everything that a run leaves behind, for a report.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOutput {
    /// The figures.
    pub result: RunResult,
    /// What they cost.
    pub performance: Performance,
    /// The run over virtual time.
    pub series: Series,
    /// Operations one by one, by ascending number.
    pub operations: Vec<OperationRecord>,
    /// Records one by one, by ascending key.
    pub records: Vec<RecordLife>,
    /// How the results of operations are spread.
    pub distributions: Vec<Distribution>,
    /// How long packets waited at finite links that carried any, longest mean first.
    pub link_waits: Vec<LinkWaits>,
    /// The overlay at chosen times, with the graphs.
    pub snapshots: Vec<Snapshot>,
    /// The complete scenario, as the scenario file that repeats the run.
    pub scenario_toml: String,
}

/// The figures of every kind of operation that occurred, counted over `measured`, the length of
/// the measurement phase, or, for what is published before it, over the `whole` run.
pub fn operation_figures(
    metrics: &Metrics,
    measured: Duration,
    whole: Duration,
) -> Vec<OperationFigures> {
    let over = |kind: OperationKind| if kind.is_publication() { whole } else { measured };
    OperationKind::ALL
        .into_iter()
        .map(|kind| OperationFigures::new(kind, metrics.operations(kind), over(kind)))
        .filter(|figures| figures.count > 0)
        .collect()
}

fn serialize_seconds<S: Serializer>(instant: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    number::serialize_rounded(&instant.as_secs_f64(), serializer)
}
