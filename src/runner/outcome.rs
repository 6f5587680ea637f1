//! The figures at the end of a run.

use super::figures::MessageFigures;
use super::figures::{NodeTraffic, drops};
use super::result::{
    BucketFigures, CheckFigures, Distribution, LogFigures, NetworkFigures, Performance,
    PhaseFigures, RecordFigures, RunOutput, RunResult, TableHealth, operation_figures,
};
use super::simulation::{SimNode, Simulation};
use crate::checker::Overlay;
use crate::engine::Engine;
use crate::engine::queue::EventQueue;
use crate::kademlia::key::Key;
use crate::protocol::NodeIndex;
use crate::rng::Seed;
use crate::scenario::Phases;
use crate::time::Instant;

/// Everything that a run leaves behind.
pub(super) fn output<Q: EventQueue>(
    simulation: &mut Simulation<'_>,
    engine: &Engine<SimNode, Q>,
    seed: Seed,
    partial: bool,
    performance: Performance,
) -> RunOutput {
    let now = engine.now();
    if simulation.metrics.series().samples.last().is_none_or(|sample| sample.time < now) {
        simulation.sample(engine);
    }
    let scenario = simulation.scenario;
    let online_mean = simulation.online_mean(now);
    let measured = now.saturating_since(scenario.phases.measurement_start());
    let traffic = simulation.metrics.measured_traffic();
    let metrics = &simulation.metrics;
    let result = RunResult {
        name: scenario.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: seed.0,
        digest: format!("{:016x}", engine.digest().value()),
        partial,
        events: engine.counters().events,
        phases: phases(scenario.phases, now),
        network: network(simulation, engine, online_mean),
        operations: operation_figures(metrics, measured, now - Instant::ZERO),
        messages: MessageFigures::of(&traffic, measured),
        node_traffic: NodeTraffic::new(&traffic, online_mean, measured),
        drops: drops(&traffic),
        tables: tables(simulation, engine),
        records: records(simulation),
        checks: CheckFigures {
            lookups_checked: simulation.judge.lookups_checked,
            lookups_exact: simulation.judge.lookups_exact,
            tables_checked: simulation.tables_checked,
        },
        operations_log: LogFigures { total: metrics.log().total(), kept: metrics.log().kept() },
        scenario: serde_json::to_value(scenario).expect("a scenario is plain data"),
    };
    RunOutput {
        result,
        performance,
        series: metrics.series().clone(),
        operations: metrics.log().records(),
        distributions: Distribution::of(metrics),
        scenario_toml: scenario.to_toml(),
    }
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

fn network<Q: EventQueue>(
    simulation: &Simulation<'_>,
    engine: &Engine<SimNode, Q>,
    online_mean: f64,
) -> NetworkFigures {
    let contacts: u64 = nodes(engine).map(|(_, state)| state.table().len() as u64).sum();
    let table = |node| engine.node(NodeIndex(node)).map(|state| state.table().contacts());
    let overlay = Overlay::new((0..engine.places()).map(table).collect());
    let knows = |node: NodeIndex, other: NodeIndex| {
        let shared = simulation.key(node).shared_bits(simulation.key(other)) as usize;
        engine.node(node).is_some_and(|state| state.table().bucket(shared).contains(&other))
    };
    let graph = overlay.connectivity(knows);
    let count = simulation.population.online().len() as u64;
    let per_online = |sum: u64| if count == 0 { 0.0 } else { sum as f64 / count as f64 };
    NetworkFigures {
        nodes: u64::from(engine.places()),
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

/// The nodes online, in order.
fn nodes<Q: EventQueue>(
    engine: &Engine<SimNode, Q>,
) -> impl Iterator<Item = (NodeIndex, &SimNode)> + Clone {
    let places = (0..engine.places()).map(NodeIndex);
    places.filter_map(|node| engine.node(node).map(|state| (node, state)))
}

fn tables<Q: EventQueue>(simulation: &Simulation<'_>, engine: &Engine<SimNode, Q>) -> TableHealth {
    let mut health = TableHealth { contacts_min: u64::MAX, ..TableHealth::default() };
    let mut contacts = 0u64;
    // For each depth: contacts, and those of them that are online.
    let mut buckets: Vec<(u64, u64)> = Vec::new();
    for (_, state) in nodes(engine) {
        let table = state.table();
        health.tables += 1;
        contacts += table.len() as u64;
        health.contacts_min = health.contacts_min.min(table.len() as u64);
        health.contacts_max = health.contacts_max.max(table.len() as u64);
        if buckets.len() < table.buckets() {
            buckets.resize(table.buckets(), (0, 0));
        }
        for (depth, sums) in buckets.iter_mut().enumerate() {
            let bucket = table.bucket(depth);
            let online =
                bucket.iter().filter(|&&peer| simulation.population.ring.is_online(peer)).count();
            sums.0 += bucket.len() as u64;
            sums.1 += online as u64;
        }
    }
    if health.tables == 0 {
        return TableHealth::default();
    }
    let mean = |sum: u64| sum as f64 / health.tables as f64;
    let online: u64 = buckets.iter().map(|&(_, online)| online).sum();
    health.contacts_mean = mean(contacts);
    health.online_share = (contacts > 0).then(|| online as f64 / contacts as f64);
    while buckets.last().is_some_and(|&(held, _)| held == 0) {
        buckets.pop();
    }
    let figures = |(depth, &(held, online)): (usize, &(u64, u64))| BucketFigures {
        depth: depth as u32,
        contacts_mean: mean(held),
        online_mean: mean(online),
    };
    health.buckets = buckets.iter().enumerate().map(figures).collect();
    health
}

fn records(simulation: &Simulation<'_>) -> RecordFigures {
    let holders = &simulation.judge.holders;
    let alive = holders.alive() as u64;
    RecordFigures {
        published: simulation.published(),
        alive,
        replicas_mean: if alive == 0 { 0.0 } else { holders.replicas() as f64 / alive as f64 },
    }
}
