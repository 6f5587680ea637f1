//! The figures at the end of a run.

use super::experiment::Experiment;
use super::faults;
use super::figures::{LinkFigures, MessageFigures, NodeTraffic, drops};
use super::host::Tables;
use super::record_figures;
use super::resilience;
use super::result::{
    BucketFigures, CheckFigures, Distribution, LinkWaits, LogFigures, NetworkFigures, Performance,
    PhaseFigures, RunOutput, RunResult, SnapshotFigures, TableHealth, Transport, operation_figures,
};
use super::verdict::Verdict;
use crate::checker::Overlay;
use crate::kademlia::key::{Key, Key64};
use crate::kademlia::routing_table::RoutingTable;
use crate::memory;
use crate::metrics::{Histogram, LinkLoad, LinkLoads};
use crate::network::bandwidth::Direction;
use crate::protocol::NodeIndex;
use crate::scenario::Phases;
use crate::time::Instant;
use rayon::prelude::*;

/// What is known about a run that has ended beside what was counted.
pub(super) struct Ending {
    pub(super) transport: Transport,
    /// The digest of its events; `None` if they were those of real time.
    pub(super) digest: Option<String>,
    /// How many there were.
    pub(super) events: u64,
    /// Whether it was interrupted.
    pub(super) partial: bool,
    pub(super) performance: Performance,
    /// Packets dropped by each fault.
    pub(super) dropped_by_faults: Vec<u64>,
}

/// Everything that a run leaves behind.
pub(super) fn output(
    experiment: &mut Experiment<'_>,
    tables: &impl Tables,
    ending: Ending,
) -> RunOutput {
    let now = experiment.now;
    let metrics = experiment.close(tables);
    let scenario = experiment.scenario;
    let online_mean = experiment.common.population.online_mean(now);
    let measured = now.saturating_since(scenario.phases.measurement_start());
    let traffic = metrics.measured_traffic();
    let upkeep = metrics.measured_upkeep();
    let network = network(experiment, tables, online_mean);
    let verdict = Verdict::new(
        &scenario.verdict,
        &metrics,
        network.connections,
        measured,
        now - Instant::ZERO,
    );
    let result = RunResult {
        name: scenario.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: experiment.seed.0,
        transport: ending.transport,
        digest: ending.digest,
        partial: ending.partial,
        events: ending.events,
        phases: phases(scenario.phases, now),
        network,
        operations: operation_figures(&metrics, measured, now - Instant::ZERO),
        verdict,
        messages: MessageFigures::of(&traffic, measured),
        node_traffic: NodeTraffic::new(&traffic, online_mean, measured),
        maintenance: record_figures::maintenance(&upkeep, online_mean, measured),
        links: links(experiment, metrics.link_loads()),
        drops: drops(&traffic),
        duplicated: traffic.duplicated(),
        faults: faults::figures(experiment, &ending.dropped_by_faults),
        tables: health(experiment, tables),
        records: record_figures::records(experiment, &upkeep),
        checks: checks(experiment),
        applications: experiment.findings(ending.transport == Transport::Simulated),
        attacks: resilience::attacks(experiment, tables),
        resilience: resilience::resilience(experiment),
        snapshots: SnapshotFigures::of(&experiment.snapshots),
        operations_log: LogFigures { total: metrics.log().total(), kept: metrics.log().kept() },
        scenario: serde_json::to_value(scenario).expect("a scenario is plain data"),
    };
    RunOutput {
        result,
        performance: ending.performance,
        series: metrics.series().clone(),
        operations: metrics.log().records(),
        records: record_figures::log(experiment),
        distributions: Distribution::of(&metrics),
        link_waits: link_waits(experiment, metrics.link_loads()),
        snapshots: std::mem::take(&mut experiment.snapshots),
        scenario_toml: scenario.to_toml(),
    }
}

/// The finite links: class, direction, bits per second and load.
fn finite<'r>(
    experiment: &Experiment<'r>,
    loads: &'r LinkLoads,
) -> impl Iterator<Item = ((usize, Direction), u64, &'r LinkLoad)> + use<'r> {
    let classes = experiment.scenario.network.classes.iter().enumerate();
    let rates = classes.flat_map(|(place, class)| {
        let rates = [class.uplink, class.downlink].into_iter();
        rates.zip(Direction::ALL).map(move |(rate, direction)| ((place, direction), rate))
    });
    rates.filter_map(|(link, rate)| Some((link, rate?, loads.of(link.0, link.1)?)))
}

fn links(experiment: &mut Experiment<'_>, loads: &LinkLoads) -> Vec<LinkFigures> {
    let now = experiment.now;
    let finite: Vec<_> = finite(experiment, loads).collect();
    let figures = |((place, direction), rate, load): ((usize, Direction), u64, &LinkLoad)| {
        let online = experiment.common.population.class_time(place, now);
        let class = &experiment.scenario.network.classes[place];
        LinkFigures::new((&class.name, direction), rate, load, online)
    };
    finite.into_iter().map(figures).collect()
}

fn link_waits(experiment: &Experiment<'_>, loads: &LinkLoads) -> Vec<LinkWaits> {
    let mut used: Vec<_> = finite(experiment, loads)
        .map(|((place, direction), _, load)| ((place, direction), &load.waits))
        .filter(|(_, waits)| waits.count() > 0)
        .collect();
    // A stable order: of equal means the first class comes first.
    used.sort_by(|(_, left), (_, right)| right.mean().total_cmp(&left.mean()));
    let waits = |((place, direction), waits): ((usize, Direction), &Histogram)| LinkWaits {
        name: format!("{} {}", experiment.scenario.network.classes[place].name, direction.name()),
        micros: waits.cdf(),
    };
    used.into_iter().map(waits).collect()
}

fn phases(phases: Phases, now: Instant) -> Vec<PhaseFigures> {
    let bounds = [
        ("init", Instant::ZERO, phases.transition_start()),
        ("transition", phases.transition_start(), phases.measurement_start()),
        ("measurement", phases.measurement_start(), phases.end()),
    ];
    let begun = bounds.into_iter().filter(|&(_, start, _)| start < now);
    begun.map(|(name, start, end)| PhaseFigures { name, start, end: end.min(now) }).collect()
}

fn network(experiment: &Experiment<'_>, tables: &impl Tables, online_mean: f64) -> NetworkFigures {
    // Nodes that are only named have places too, and are never there.
    let places = experiment.scenario.nodes.count;
    let all = (0..places).filter_map(|node| tables.table(NodeIndex(node)));
    let contacts: u64 = all.map(|table| table.len() as u64).sum();
    let contacts_of = |node| tables.table(node).map(RoutingTable::contacts);
    let overlay = Overlay::new(places, contacts_of);
    let known_by = |node: NodeIndex, others: &[NodeIndex]| {
        let key = experiment.key(node);
        let bucket = |other| key.shared_bits(experiment.key(other)) as usize;
        let table = |other| tables.table(other);
        if memory::CAN_PREFETCH {
            others.iter().for_each(|&other| tables.prefetch(other));
            for &other in others {
                table(other).inspect(|table| table.prefetch_bucket(bucket(other)));
            }
        }
        let knows = |&&other: &&NodeIndex| {
            table(other).is_some_and(|table| table.bucket(bucket(other)).any(|held| held == node))
        };
        others.iter().filter(knows).count()
    };
    let graph = overlay.connectivity(known_by);
    let count = experiment.online();
    let per_online = |sum: u64| if count == 0 { 0.0 } else { sum as f64 / count as f64 };
    NetworkFigures {
        nodes: u64::from(places),
        online_mean,
        online_end: count,
        contacts,
        connections: graph.connections,
        theoretical_maximum: count * count.saturating_sub(1) / 2,
        contacts_per_node: per_online(contacts),
        strongly_connected_components: graph.components,
        largest_component_share: per_online(graph.largest),
    }
}

/// Sums over routing tables.
#[derive(Default)]
struct TableSums {
    tables: u64,
    contacts: u64,
    /// Fewest and most contacts of a table.
    extremes: Option<(u64, u64)>,
    /// For each depth.
    buckets: Vec<BucketSums>,
}

/// Sums over the buckets of one depth.
#[derive(Clone, Copy, Default)]
struct BucketSums {
    held: u64,
    /// Those of them that are online.
    online: u64,
    /// Those of these that anybody can ask.
    reachable: u64,
}

impl TableSums {
    fn add(
        mut self,
        table: &RoutingTable<NodeIndex>,
        is_online: impl Fn(NodeIndex) -> bool,
        is_open: Option<impl Fn(NodeIndex) -> bool>,
    ) -> Self {
        let contacts = table.len() as u64;
        let mut buckets = Vec::with_capacity(table.buckets());
        for depth in 0..table.buckets() {
            let bucket = table.bucket(depth);
            let held = bucket.len() as u64;
            let there = bucket.filter(|&peer| is_online(peer));
            let online = there.clone().count() as u64;
            let reachable = match &is_open {
                Some(is_open) => there.filter(|&peer| is_open(peer)).count() as u64,
                None => online,
            };
            buckets.push(BucketSums { held, online, reachable });
        }
        let extremes = Some((contacts, contacts));
        self = self.merge(TableSums { tables: 1, contacts, extremes, buckets });
        self
    }

    fn merge(mut self, mut other: Self) -> Self {
        self.tables += other.tables;
        self.contacts += other.contacts;
        self.extremes = match (self.extremes, other.extremes) {
            (Some((min, max)), Some((least, most))) => Some((min.min(least), max.max(most))),
            (one, None) | (None, one) => one,
        };
        if self.buckets.len() < other.buckets.len() {
            std::mem::swap(&mut self.buckets, &mut other.buckets);
        }
        for (sum, part) in self.buckets.iter_mut().zip(other.buckets) {
            sum.held += part.held;
            sum.online += part.online;
            sum.reachable += part.reachable;
        }
        self
    }
}

fn health(experiment: &Experiment<'_>, tables: &impl Tables) -> TableHealth {
    let (population, now) = (&experiment.common.population, experiment.now);
    let places = (0..tables.places()).into_par_iter().map(NodeIndex);
    let sums = places
        .filter_map(|node| tables.table(node))
        .fold(TableSums::default, |sums, table| {
            let is_online = |peer| population.was_online(peer, now);
            let is_open = |peer| population.is_open(peer);
            sums.add(table, is_online, (!population.are_all_open()).then_some(is_open))
        })
        .reduce(TableSums::default, TableSums::merge);
    let Some((contacts_min, contacts_max)) = sums.extremes else { return TableHealth::default() };
    let mean = |sum: u64| sum as f64 / sums.tables as f64;
    let share_of = |part: fn(&BucketSums) -> u64| {
        let sum: u64 = sums.buckets.iter().map(part).sum();
        (sums.contacts > 0).then(|| sum as f64 / sums.contacts as f64)
    };
    let mut buckets = &sums.buckets[..];
    while let [shallower @ .., BucketSums { held: 0, .. }] = buckets {
        buckets = shallower;
    }
    let figures = |(depth, bucket): (usize, &BucketSums)| BucketFigures {
        depth: depth as u32,
        contacts_mean: mean(bucket.held),
        online_mean: mean(bucket.online),
        reachable_mean: mean(bucket.reachable),
    };
    TableHealth {
        knows_closest_share: knows_closest(experiment, tables),
        tables: sums.tables,
        contacts_mean: mean(sums.contacts),
        contacts_min,
        contacts_max,
        online_share: share_of(|bucket| bucket.online),
        reachable_share: share_of(|bucket| bucket.reachable),
        buckets: buckets.iter().enumerate().map(figures).collect(),
    }
}

/// Largest network in which every node's closest are looked up: in one of millions that would take as
/// long as the run.
const LOOKED_UP: u32 = 100_000;

/// Share of the tables in which all of the k nodes stand that are closest to their owner, of those
/// online that anybody can ask.
fn knows_closest(experiment: &Experiment<'_>, tables: &impl Tables) -> Option<f64> {
    let (population, now) = (&experiment.common.population, experiment.now);
    if experiment.scenario.nodes.count > LOOKED_UP {
        return None;
    }
    let knows = |&(key, node): &(Key64, NodeIndex)| {
        let table = tables.table(node)?;
        let closest = population.closest(key, experiment.params.k, node, now);
        Some(u64::from(closest.iter().all(|&peer| table.find(peer).is_some())))
    };
    let sum = |one: (u64, u64), other: (u64, u64)| (one.0 + other.0, one.1 + other.1);
    let found = population.in_order().par_iter().filter_map(knows).map(|knows| (knows, 1));
    let (knowing, all) = found.reduce(|| (0, 0), sum);
    (all > 0).then(|| knowing as f64 / all as f64)
}

/// What was compared with the truth, over all blocks.
fn checks(experiment: &Experiment<'_>) -> CheckFigures {
    let mut checks = CheckFigures::default();
    for own in &experiment.surroundings {
        checks.lookups_checked += own.judge.lookups_checked;
        checks.lookups_exact += own.judge.lookups_exact;
        checks.tables_checked += own.tables_checked;
    }
    checks
}
