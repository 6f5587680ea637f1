//! Runs that never happened, for the tests of reports.

use crate::kademlia::key::Key64;
use crate::kademlia::maintenance::Maintenance;
use crate::kademlia::message::Message;
use crate::metrics::{Gauges, LinkLoad, Metrics, OperationKind, OperationRecord, Outcome};
use crate::network::DropReason;
use crate::network::bandwidth::Direction;
use crate::protocol::{self, NodeIndex};
use crate::rng::{PacketDraws, Purpose, Seed};
use crate::runner::faults::{
    AcrossFigures, ByTime, FaultFigures, FaultRecords, Measure, RecoveryFigures, RecoveryRule,
    SideFigures, SuccessFigures,
};
use crate::runner::figures::{self, LinkFigures, MessageFigures, NodeTraffic};
use crate::runner::result::*;
use crate::runner::verdict::Verdict;
use crate::scenario::VerdictConfig;
use crate::time::{Duration, Instant};

const KINDS: &[&str] = <Message<NodeIndex, Key64> as protocol::Message>::KINDS;
const REASONS: &[&str] = DropReason::NAMES;

/// An hour of 10,000 nodes with every kind of operation.
pub fn run() -> RunOutput {
    simulate([300, 600, 2_700], 10_000)
}

/// Forty seconds of ten nodes; the phases are short enough to crowd their labels.
pub fn short_run() -> RunOutput {
    let mut run = simulate([1, 1, 38], 10);
    run.distributions.truncate(1);
    run
}

/// A run interrupted before anything happened.
pub fn empty_run() -> RunOutput {
    let mut run = simulate([0, 0, 0], 0);
    run.result.partial = true;
    run
}

/// Phases of so many seconds, sampled every five, with plausible curves.
fn simulate(seconds: [u64; 3], nodes: u64) -> RunOutput {
    let draws = PacketDraws::new(Seed(42), Purpose::Test);
    let at = |seconds| Instant::ZERO + Duration::from_secs(seconds);
    let starts = [0, seconds[0], seconds[0] + seconds[1]];
    let end: u64 = seconds.iter().sum();
    let mut metrics =
        Metrics::new(KINDS, REASONS, at(starts[2]), Duration::from_secs(5), 1_000, Seed(42));
    let mut gauges = Gauges::default();
    let mut number = 0;
    let mut now = 0;
    while now < end {
        let next = (now + 5).min(end);
        if now >= starts[2] && metrics.measured_traffic().total_sent().messages == 0 {
            metrics.begin_measurement();
        }
        let full = (next as f64 / starts[1].max(1) as f64).min(1.0);
        let draw = |what| draws.bits(next, what);
        for kind in 0..KINDS.len() {
            for message in 0..(20 * (kind as u64 % 4) + draw(kind as u64) % 9) * (1 + next / 900) {
                metrics.message_sent(kind, 60 + 90 * (kind as u32 % 5));
                match message % 11 {
                    0 => metrics.packet_dropped(kind % 2),
                    _ => metrics.message_delivered(kind, 60 + 90 * (kind as u32 % 5)),
                }
            }
        }
        for kind in OperationKind::ALL {
            for _ in 0..3 + draw(50 + kind.index() as u64) % 8 {
                number += 1;
                metrics.operation(operation(number, kind, at(now), draws.bits(number, 1)));
            }
        }
        let online = (nodes as f64 * full) as u64 - draw(99) % (1 + nodes / 40);
        let contacts = online * (140.0 * full) as u64;
        gauges = Gauges {
            online,
            joins: gauges.joins + draw(100) % 90,
            leaves: gauges.leaves + draw(101) % 40,
            crashes: gauges.crashes + draw(102) % 50,
            tables: online,
            contacts,
            contacts_online: contacts * (870 + draw(103) % 20) / 1_000,
            records_alive: nodes,
            replicas: nodes * (15 + draw(104) % 4),
        };
        let phase = ["init", "transition", "measurement"]
            [starts.iter().rposition(|s| *s <= now).unwrap_or(0)];
        metrics.sample(at(next), phase, gauges);
        now = next;
    }
    let phases = ["init", "transition", "measurement"].iter().zip(starts).zip(seconds);
    let phases = phases.map(|((name, start), length)| PhaseFigures {
        name,
        start: at(start),
        end: at(start + length),
    });
    output(&metrics, Duration::from_secs(seconds[2]), nodes, phases.collect())
}

fn operation(number: u64, kind: OperationKind, started: Instant, bits: u64) -> OperationRecord {
    let rounds = 2 + (bits % 4 + bits / 16 % 3) as u32;
    let micros = u64::from(rounds) * (60_000 + 10_000 * kind.index() as u64 + bits / 64 % 150_000);
    let outcome = match bits >> 40 & 63 {
        0 => Outcome::NotFound,
        1 => Outcome::Gone,
        2 => Outcome::Interrupted,
        _ => Outcome::Success,
    };
    OperationRecord {
        number,
        kind,
        node: (bits >> 32) as u32 % 10_000,
        started,
        finished: started + Duration::from_micros(micros),
        outcome,
        rounds,
        hops: rounds - 1,
        requests: rounds * 5,
        timeouts: (bits >> 50) as u32 % 3,
        found: 20,
        recall: bits.is_multiple_of(5).then_some(1_000),
        closest_found: bits.is_multiple_of(5).then_some(true),
    }
}

/// Records that fare a little better than renewal theory says.
fn record_figures(nodes: u64) -> RecordFigures {
    if nodes == 0 {
        return RecordFigures::default();
    }
    let survival = |hour: u64| {
        let alive_share = 1.0 - (hour * hour) as f64 / 2_000.0;
        SurvivalFigures {
            age: Duration::from_secs(hour * 3_600),
            observed: 2 * nodes,
            alive: (alive_share * 2.0 * nodes as f64) as u64,
            alive_share,
            replicas_mean: 20.0 - hour as f64,
            exact_share: Some(alive_share - 0.01),
        }
    };
    RecordFigures {
        published: 2 * nodes,
        alive: 2 * nodes - 3,
        replicas_mean: 17.3,
        stored: 2 * nodes - 1,
        lost: 2,
        times_gone: 4,
        upkeep: RepublishFigures {
            messages: 40 * nodes,
            bytes: 40_000 * nodes,
            messages_per_record_hour: Some(26.7),
            bytes_per_record_hour: Some(26_666.7),
        },
        survival: (1..=12).map(survival).collect(),
        log: LogFigures { total: 2 * nodes, kept: nodes },
    }
}

fn maintenance(nodes: u64) -> MaintenanceFigures {
    let kind = |kind: Maintenance| MaintenanceOfKind {
        kind: kind.name(),
        messages: 100 * nodes,
        bytes: 50_000 * nodes,
    };
    MaintenanceFigures {
        messages: 500 * nodes,
        bytes: 250_000 * nodes,
        maintenance_messages_per_node_second: 0.18,
        maintenance_bytes_per_node_second: 92.6,
        kinds: Maintenance::ALL.into_iter().map(kind).collect(),
    }
}

/// What the links of two classes carried.
fn loads(nodes: u64) -> Vec<((&'static str, Direction), LinkLoad)> {
    let draws = PacketDraws::new(Seed(42), Purpose::Test);
    let load = |(place, class): (u64, &'static str), direction: Direction| {
        let mut load = LinkLoad::default();
        for packet in 0..1_000 {
            let bits = draws.bits(1_000 + place, packet);
            load.taken.messages += 1;
            load.taken.bytes += 500;
            load.waits.record((bits % 3) * (bits >> 44) * (1 + direction as u64));
            load.busy += 40_000_000 * (1 + u128::from(place));
        }
        ((class, direction), load)
    };
    let classes = (0..).zip(["home", "datacentre"]).take(if nodes == 0 { 0 } else { 2 });
    classes.flat_map(|class| Direction::ALL.map(|direction| load(class, direction))).collect()
}

/// A partition, a crash within it, and a crowd at once.
fn faults(end: Instant) -> Vec<FaultFigures> {
    let at = |tenths: u64| Instant::from_nanos(end.as_nanos() / 10 * tenths);
    let success = |success: f64| SuccessFigures {
        count: 12_345,
        success_rate: Some(success),
        recall: Some(success * 0.9),
    };
    let side = |(side, nodes): (&str, u64)| {
        let (before, during, after) = (success(0.998), success(0.523), success(0.987));
        let kind = OperationKind::Lookup;
        let operations = vec![ByTime { kind, before, during, after }];
        SideFigures { side: side.to_owned(), nodes, operations }
    };
    let fault = |name: &str, kind, start, end: Option<Instant>| FaultFigures {
        name: name.to_owned(),
        kind,
        start,
        end,
        nodes: 3_000,
        nodes_online: Some(2_876),
        packets_dropped: 123_456,
        sides: [("others", 7_000), ("concerned", 3_000)].map(side).to_vec(),
        recovery: vec![RecoveryFigures {
            kind: OperationKind::Get,
            measure: Measure::Success,
            level: 0.9987,
            lowest: 0.4567,
            recovered_after_seconds: end.map(|_| 123.0),
        }],
        recovery_rule: RecoveryRule::of(Duration::from_secs(5)),
        records: Some(FaultRecords {
            alive_at_start: 20_000,
            lost_at_end: end.map(|_| 1_234),
            lost_at_run_end: 987,
        }),
        across: Some(AcrossFigures {
            records_put: 2_345,
            records_asked: 1_234,
            records_never_found: 12,
            searches: 23_456,
            success_rate: Some(0.987_654),
        }),
    };
    vec![
        fault("Atlantic cable", "partition", at(4), Some(at(6))),
        fault("crash", "crash", at(5), None),
        fault("flash-crowd", "flash-crowd", at(9), Some(at(9))),
    ]
}

fn output(
    metrics: &Metrics,
    measured: Duration,
    nodes: u64,
    phases: Vec<PhaseFigures>,
) -> RunOutput {
    let traffic = metrics.measured_traffic();
    let pairs = nodes * nodes.saturating_sub(1) / 2;
    let bucket = |depth: u32| {
        let full: f64 = if depth < 10 { 18.0 } else { 18.0 / f64::from(1 << (depth - 9)) };
        let (online_mean, reachable_mean) = (full * 0.9, full * 0.85);
        BucketFigures { depth, contacts_mean: full, online_mean, reachable_mean }
    };
    let buckets = if nodes == 0 { vec![] } else { (0..24).map(bucket).collect() };
    let loads = loads(nodes);
    let link = |((class, direction), load): &((&'static str, Direction), LinkLoad)| {
        LinkFigures::new((class, *direction), 10_000_000, load, 1_000_000_000_000)
    };
    let waits = |((class, direction), load): &((&str, Direction), LinkLoad)| LinkWaits {
        name: format!("{class} {}", direction.name()),
        micros: load.waits.cdf(),
    };
    let link_waits = loads.iter().map(waits).collect();
    let end = metrics.series().samples.last().map_or(Instant::ZERO, |sample| sample.time);
    let result = RunResult {
        name: "churn-kad".to_owned(),
        version: "0.1.0".to_owned(),
        seed: 42,
        transport: Transport::Simulated,
        digest: Some("00c0ffee00c0ffee".to_owned()),
        partial: false,
        events: 1_234_567,
        phases,
        network: NetworkFigures {
            nodes,
            online_mean: nodes as f64 * 0.98,
            online_end: nodes,
            contacts: nodes * 140,
            connections: (nodes * 110).min(pairs),
            theoretical_maximum: pairs,
            contacts_per_node: nodes.min(140) as f64,
            strongly_connected_components: 1,
            largest_component_share: 1.0,
        },
        operations: operation_figures(metrics, measured, measured),
        verdict: Verdict::new(
            &VerdictConfig::default(),
            metrics,
            (nodes * 110).min(pairs),
            measured,
            measured,
        ),
        messages: MessageFigures::of(&traffic, measured),
        node_traffic: NodeTraffic::new(&traffic, nodes as f64 * 0.98, measured),
        maintenance: maintenance(nodes),
        links: loads.iter().map(link).collect(),
        drops: figures::drops(&traffic),
        duplicated: traffic.duplicated(),
        tables: TableHealth {
            tables: nodes,
            contacts_mean: 140.2,
            contacts_min: 23,
            contacts_max: 188,
            online_share: (nodes > 0).then_some(0.884_512_3),
            reachable_share: (nodes > 0).then_some(0.835_512_3),
            knows_closest_share: (nodes > 0).then_some(0.610_9),
            buckets,
        },
        records: record_figures(nodes),
        checks: CheckFigures { lookups_checked: 400, lookups_exact: 397, tables_checked: 1_200 },
        applications: vec![],
        attacks: vec![],
        resilience: None,
        faults: if nodes == 0 { vec![] } else { faults(end) },
        snapshots: vec![],
        operations_log: LogFigures { total: metrics.log().total(), kept: metrics.log().kept() },
        scenario: serde_json::json!({ "name": "churn-kad", "nodes": { "count": nodes } }),
    };
    RunOutput {
        result,
        performance: Performance {
            wall_seconds: 12.345,
            cpu_seconds: 12.1,
            set_up_wall_seconds: 0.25,
            set_up_cpu_seconds: 0.2,
            peak_memory_bytes: Some(61_234_567),
            events: 12_345_678,
            messages: 9_876_543,
            messages_per_cpu_second: 816_243.2,
            messages_per_wall_second: 812_345.6,
            bytes_per_node: Some(6_123),
            nodes,
            threads: 1,
            queue: "calendar".to_owned(),
            lateness_micros: None,
        },
        series: metrics.series().clone(),
        operations: metrics.log().records(),
        records: vec![],
        distributions: Distribution::of(metrics),
        link_waits,
        snapshots: vec![],
        scenario_toml: "name = \"churn-kad\"\n".to_owned(),
    }
}
