//! Lookups that the engine runs.

use super::estimate::Estimate;
use super::networks::{each, scenario};
use super::row::Sample;
use crate::metrics::number::ratio;
use crate::metrics::{OperationKind, OperationRecord};
use crate::runner::result::RunOutput;
use crate::runner::{self, RunArguments};
use crate::scenario::Scenario;
use std::ops::ControlFlow;

/// F6: share of lookups that return exactly the k closest nodes.
pub(super) fn exactness(nodes: u32, sample: Sample) -> Vec<Estimate> {
    let runs = run(&lookups(nodes, 3, sample), sample);
    let checks: Vec<_> = runs.iter().map(|run| run.result.checks).collect();
    let checked = checks.iter().map(|checks| checks.lookups_checked).sum();
    let exact = checks.iter().map(|checks| checks.lookups_exact).sum();
    let share = ratio(exact, checked).expect("some lookups were checked");
    vec![Estimate::certain(share, sample.networks, checked)]
}

/// F9, F10: requests and rounds of a lookup.
pub(super) fn cost(nodes: u32, alpha: usize, sample: Sample) -> Vec<Estimate> {
    let runs = run(&lookups(nodes, alpha, sample), sample);
    let lookups: Vec<_> = runs.iter().flat_map(successes_of).collect();
    let over = |value: fn(&OperationRecord) -> u32| {
        let values: Vec<_> = lookups.iter().map(|lookup| f64::from(value(lookup))).collect();
        Estimate::over_lookups(&values, sample.networks)
    };
    vec![over(|lookup| lookup.requests), over(|lookup| lookup.rounds)]
}

/// F11 to F14: rounds, requests, time-outs, recall and missed closest nodes of lookups in a network
/// of which a share has crashed, unnoticed.
///
/// The crashed are nodes that cannot be dialled: they stand in all tables and never answer. Tables
/// stay as they are: nobody is pinged, replaced or passed over for having failed others before.
pub(super) fn failures(nodes: u32, k: usize, dead: f64, sample: Sample) -> Vec<Estimate> {
    let settings = [
        format!("kademlia.k={k}"),
        "kademlia.alpha=3".to_owned(),
        "kademlia.request_timeout=20ms".to_owned(),
        "kademlia.retries=0".to_owned(),
        "kademlia.questionable_after=1000d".to_owned(),
        "kademlia.failures_before_eviction=63".to_owned(),
        "kademlia.replacements=0".to_owned(),
    ];
    let runs = run(&among_dead(nodes, dead, &settings, sample), sample);
    let over = |value: fn(&OperationRecord) -> f64| {
        // One that finds all contacts dead with which it begins counts as well: it missed everything.
        let of_one = |run| lookups_of(run).map(value).collect();
        Estimate::over_both(&runs.iter().map(of_one).collect::<Vec<_>>())
    };
    vec![
        over(|lookup| f64::from(lookup.rounds)),
        over(|lookup| f64::from(lookup.requests)),
        over(|lookup| f64::from(lookup.timeouts)),
        over(|lookup| f64::from(lookup.recall.expect("all lookups are checked")) / 1_000.0),
        over(|lookup| match lookup.closest_found.expect("all lookups are checked") {
            true => 0.0,
            false => 1.0,
        }),
    ]
}

/// The time-out of a dial in L7, in seconds.
const DIAL_TIMEOUT: f64 = 5.0;

/// L7: 75th percentile of the latency, in seconds, and the share of lookups that are over before the
/// first dial can have timed out.
///
/// The dead are nodes that cannot be dialled, and all lookups begin at once: none meets a table that
/// another has cleaned.
pub(super) fn dial_step(nodes: u32, dead: f64, sample: Sample) -> Vec<Estimate> {
    let settings = [
        "phases.measurement=60s".to_owned(),
        "kademlia.preset=go-libp2p".to_owned(),
        "kademlia.parallelism=loose".to_owned(),
        "kademlia.follow_up=false".to_owned(),
        format!("kademlia.dial_timeout={DIAL_TIMEOUT}s"),
        "network.latency.delay=50ms".to_owned(),
    ];
    let runs = run(&among_dead(nodes, dead, &settings, sample), sample);
    let mut percentiles = Vec::new();
    let mut shares = Vec::new();
    for run in &runs {
        let mut seconds: Vec<_> =
            successes_of(run).map(|lookup| lookup.latency().as_secs_f64()).collect();
        seconds.sort_by(f64::total_cmp);
        percentiles.push(seconds[seconds.len() * 3 / 4]);
        let early = seconds.partition_point(|&latency| latency < DIAL_TIMEOUT);
        shares.push(early as f64 / seconds.len() as f64);
    }
    let lookups = u64::from(sample.each) * u64::from(sample.networks);
    vec![Estimate::over_networks(&percentiles, lookups), Estimate::over_networks(&shares, lookups)]
}

/// So many lookups at once in a network of which a share, whom nobody can dial, is dead, with these
/// settings as well.
fn among_dead(nodes: u32, dead: f64, settings: &[String], sample: Sample) -> Scenario {
    let classes = [
        "nodes.class.0.name=alive".to_owned(),
        format!("nodes.class.0.share={}", 1.0 - dead),
        "nodes.class.1.name=dead".to_owned(),
        format!("nodes.class.1.share={dead}"),
        "nodes.class.1.dialable=false".to_owned(),
    ];
    let lookups = [
        "workload.0.kind=lookup".to_owned(),
        "workload.0.arrivals=at-once".to_owned(),
        format!("workload.0.total_count={}", sample.each),
    ];
    scenario(nodes, &[&classes, settings, &lookups].concat())
}

/// About so many lookups of random keys from random nodes in each network.
fn lookups(nodes: u32, alpha: usize, sample: Sample) -> Scenario {
    let measured = scenario(nodes, &[]).phases.measurement.as_secs_f64();
    let rate = f64::from(sample.each) / measured;
    scenario(
        nodes,
        &[
            format!("kademlia.alpha={alpha}"),
            "workload.0.kind=lookup".to_owned(),
            format!("workload.0.total_rate={rate}/s"),
        ],
    )
}

/// A run of each network.
pub(super) fn run(scenario: &Scenario, sample: Sample) -> Vec<RunOutput> {
    each(scenario.nodes.count, sample, |seed| {
        let watch = &mut |_| ControlFlow::Continue(());
        runner::run(RunArguments { seed, ..RunArguments::of(scenario) }, watch)
    })
}

/// The lookups of a run, one by one.
fn lookups_of(run: &RunOutput) -> impl Iterator<Item = &OperationRecord> {
    let log = run.result.operations_log;
    assert_eq!(log.kept, log.total, "the log holds all operations");
    run.operations.iter().filter(|done| done.kind == OperationKind::Lookup)
}

/// The same, where none can fail.
fn successes_of(run: &RunOutput) -> impl Iterator<Item = &OperationRecord> {
    lookups_of(run).inspect(|lookup| {
        assert!(lookup.outcome.is_success(), "without failures every lookup succeeds");
    })
}
