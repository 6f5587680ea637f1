//! What goes wrong for a time: exactly that, and whether all is as before when it is over.

use crate::desk::{Desk, text};
use crate::worlds::{arguments, operations, run, scenario};
use kadsim::engine::queue::QueueKind;
use kadsim::metrics::{OperationKind, OperationRecord};
use kadsim::network::DropReason;
use kadsim::protocol::NodeIndex;
use kadsim::runner::capture::{Filter, address_of};
use kadsim::runner::result::RunOutput;
use kadsim::runner::{Observation, Observed, run_observed};
use kadsim::scenario::Scenario;
use kadsim::time::{Duration, Instant};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

const WORLD: &str = r#"
seed = 11

[phases]
init = "10s"
transition = "50s"
measurement = "4m"

[nodes]
count = 200
bootstrap = "warm"

[kademlia]
k = 8

[network.latency]
model = "constant"
delay = "50ms"

[[workload]]
kind = "lookup"
rate = "6/min"

[[workload]]
kind = "put-get"
rate = "6/min"

[output]
plots = []
sample_interval = "5s"
"#;

fn world(fault: &str, settings: &[&str]) -> Scenario {
    scenario(&format!("{WORLD}\n{fault}"), settings)
}

fn at(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

/// Packets dropped in the whole run for this reason.
fn dropped(run: &RunOutput, reason: DropReason) -> u64 {
    run.series.samples.iter().map(|sample| sample.traffic.dropped()[reason.index()]).sum()
}

/// Every packet that leaves is captured; those on their way from side to side at any instant of the
/// cut are those that it drops, be they sent before it or in it, and whatever else may lose them.
#[test]
fn a_partition_drops_exactly_what_crosses_it() {
    let cut =
        "[[fault]]\nkind = \"partition\"\nat = \"90s\"\nfor = \"30s\"\nnodes = [\"0..59\", 80]";
    for (settings, threads) in
        [(&[][..], 1), (&["network.loss.rate=0.1", "fault.0.direction=out"][..], 2)]
    {
        let scenario = world(cut, settings);
        let arguments = arguments(&scenario, QueueKind::Bucketed, threads);
        let filter = Filter { nodes: None, from: Instant::ZERO, until: Instant::FAR_FUTURE };
        let mut packets = Vec::new();
        let datagrams = Observation::Datagrams(filter);
        let run = run_observed(arguments, Some(&datagrams), &mut |_, some| {
            packets.extend(some.into_iter().filter_map(|observed| match observed {
                Observed::Datagram(datagram) => Some(datagram),
                Observed::Event(_) => None,
            }));
            ControlFlow::Continue(())
        });
        let nodes: BTreeMap<_, _> = (0..200).map(|n| (address_of(NodeIndex(n)), n)).collect();
        let is_apart = |node: u32| node < 60 || node == 80;
        let crosses = |from: u32, to: u32| match settings.is_empty() {
            true => is_apart(from) != is_apart(to),
            false => is_apart(from) && !is_apart(to),
        };
        let latency = Duration::from_millis(50);
        let met = packets.iter().filter(|packet| {
            let is_in_time = packet.sent < at(120) && packet.sent + latency >= at(90);
            is_in_time && crosses(nodes[&packet.from], nodes[&packet.to])
        });
        let (early, late): (Vec<_>, Vec<_>) = met.partition(|packet| packet.sent < at(90));
        assert!(!early.is_empty() && late.len() > 1_000, "{} and {}", early.len(), late.len());
        let crossing = (early.len() + late.len()) as u64;
        assert_eq!(run.result.faults[0].packets_dropped, crossing);
        assert_eq!(dropped(&run, DropReason::Partition), crossing);
        assert_eq!(run.result.faults[0].nodes, 61);
    }
}

fn share(operations: &[OperationRecord], from: f64) -> f64 {
    let late = operations.iter().filter(|operation| operation.started.as_secs_f64() >= from);
    let (mut sum, mut good) = (0.0, 0.0);
    for operation in late {
        sum += 1.0;
        good += operation.recall.map_or(f64::from(u8::from(operation.outcome.is_success())), |r| {
            f64::from(r) / 1_000.0
        });
    }
    assert!(sum > 500.0, "{sum} operations say little");
    good / sum
}

/// After the time that its figures name, a healed network finds what an undisturbed one finds.
#[test]
fn a_healed_network_is_as_good_as_an_undisturbed_one() {
    let cut = "[[fault]]\nkind = \"partition\"\nat = \"90s\"\nfor = \"1m\"\nshare = 0.4";
    let (healed, undisturbed) = (run(&world(cut, &[])), run(&world("", &[])));
    let fault = &healed.result.faults[0];
    let lookups = fault.recovery.iter().filter(|of| of.kind == OperationKind::Lookup);
    let worst = lookups.clone().map(|of| of.lowest).fold(1.0, f64::min);
    assert!(worst < 0.8, "the cut is felt: {worst}");
    for recovery in lookups.chain(fault.recovery.iter().filter(|of| of.kind == OperationKind::Get))
    {
        let after = recovery.recovered_after_seconds.expect("it recovers within the run");
        let kind = recovery.kind;
        let of = |run| share(&operations(run, kind), 150.0 + after);
        let (healed, undisturbed) = (of(&healed), of(&undisturbed));
        let band = fault.recovery_rule.band;
        assert!(healed >= undisturbed - band, "{kind:?}: {healed} against {undisturbed}");
    }
    let during = &fault.sides[1].operations[0].during;
    let recall = during.recall.expect("lookups are compared with the truth");
    assert!(during.count > 100 && recall < 0.8, "{during:?}");
}

/// Nodes online at the samples of these seconds.
fn online<const N: usize>(run: &RunOutput, seconds: [u64; N]) -> [u64; N] {
    seconds.map(|second| {
        let sample = run.series.samples.iter().find(|sample| sample.time == at(second));
        sample.expect("there is a sample").online
    })
}

#[test]
fn who_crashes_is_gone_at_once_and_back_if_it_ends() {
    let crash = "[[fault]]\nkind = \"crash\"\nat = \"92s\"\nnodes = [\"20..49\"]";
    let gone = run(&world(crash, &[]));
    assert_eq!(online(&gone, [90, 95, 300]), [200, 170, 170]);
    let fault = &gone.result.faults[0];
    assert_eq!((fault.nodes, fault.nodes_online, fault.end), (30, Some(30), None));
    let back = run(&world(crash, &["fault.0.for=100s"]));
    assert_eq!(online(&back, [90, 95, 190, 195, 300]), [200, 170, 170, 200, 200]);
    let crashes: u64 = back.series.samples.iter().map(|sample| sample.crashes).sum();
    let leaves: u64 = back.series.samples.iter().map(|sample| sample.leaves).sum();
    assert_eq!((crashes, leaves), (30, 0), "they leave without a word");
}

/// Who is there from the beginning by a trace is as any other.
#[test]
fn who_is_there_by_a_trace_crashes_and_belongs_to_crowds() {
    let folder = tempfile::tempdir().expect("the system has room for a folder");
    let file = folder.path().join("all.trace");
    let trace: String = (0..200).map(|node| format!("0 {node} JOIN\n")).collect();
    std::fs::write(&file, trace).expect("the folder takes a file");
    let path = format!("churn.file={}", file.display());
    let settings = ["churn.model=trace", &path];
    let crash = "[[fault]]\nkind = \"crash\"\nat = \"92s\"\nfor = \"1m\"\nnodes = [\"20..49\"]";
    assert_eq!(online(&run(&world(crash, &settings)), [90, 95, 155]), [200, 170, 200]);
    let crowd = "[[fault]]\nkind = \"flash-crowd\"\nat = \"92s\"\nnodes = [\"50..199\"]";
    assert_eq!(online(&run(&world(crowd, &settings)), [10, 90, 95]), [50, 50, 200]);
}

/// What is over when the run is has been looked at in the end.
#[test]
fn a_fault_that_ends_with_the_run_is_over() {
    let crash = "[[fault]]\nkind = \"crash\"\nat = \"92s\"\nuntil = \"5m\"\nshare = 0.9";
    let run = run(&world(crash, &[]));
    let fault = &run.result.faults[0];
    let records = fault.records.expect("it has begun");
    assert_eq!(fault.end, Some(at(300)));
    assert_eq!(records.lost_at_end, Some(records.lost_at_run_end));
    assert!(records.lost_at_run_end > 0 && run.series.samples.len() == 60, "{records:?}");
}

/// Churn goes on as it would, so when a crash is over those are there who would be without it.
#[test]
fn a_crash_moves_no_draw_of_churn() {
    let churn = "[churn]\nmodel = \"lifetime\"\nlifetime_mean = \"1m\"\ndeadtime_mean = \"30s\"\n";
    let crash = "[[fault]]\nkind = \"crash\"\nat = \"92s\"\nfor = \"60s\"\nshare = 0.5\n";
    let undisturbed = run(&world(churn, &[]));
    let crashed = run(&world(&format!("{churn}{crash}"), &[]));
    assert_eq!(online(&crashed, [90, 155, 300]), online(&undisturbed, [90, 155, 300]));
    let [most, few] = [&undisturbed, &crashed].map(|run| online(run, [120])[0]);
    assert!(few * 3 < most * 2, "{few} of {most}");
}

/// Until it begins, nothing is as it would not be without the fault.
#[test]
fn no_fault_is_felt_before_it_begins() {
    let kinds = [
        "kind = \"partition\"\nshare = 0.5",
        "kind = \"degradation\"\nloss = 0.5",
        "kind = \"crash\"\nshare = 0.5",
        "kind = \"slow-nodes\"\ndelay = \"1s\"",
        "kind = \"timer-skew\"\nskew = 0.5",
    ];
    let churn = "[churn]\nmodel = \"lifetime\"\nlifetime_mean = \"1m\"\ndeadtime_mean = \"30s\"\n";
    let settings = ["nodes.bootstrap=organic"];
    let before = |run: &RunOutput| -> Vec<OperationRecord> {
        let early = |operation: &&OperationRecord| operation.finished < at(90);
        run.operations.iter().filter(early).copied().collect()
    };
    let undisturbed = run(&world(churn, &settings));
    assert!(before(&undisturbed).len() > 200);
    for kind in kinds {
        let fault = format!("{churn}[[fault]]\n{kind}\nat = \"90s\"");
        let disturbed = run(&world(&fault, &settings));
        assert!(before(&disturbed) == before(&undisturbed), "{kind}");
        assert_ne!(disturbed.result.digest, undisturbed.result.digest, "{kind}");
    }
}

#[test]
fn a_crowd_has_not_been_there_and_stays() {
    let crowd = "[[fault]]\nkind = \"flash-crowd\"\nat = \"92s\"\nnodes = [\"50..199\"]";
    for bootstrap in ["organic", "warm", "random"] {
        let bootstrap = format!("nodes.bootstrap={bootstrap}");
        let at_once = run(&world(crowd, &[&bootstrap]));
        assert_eq!(online(&at_once, [10, 90, 95, 300]), [50, 50, 200, 200], "{bootstrap}");
        let fault = &at_once.result.faults[0];
        assert_eq!((fault.nodes, fault.nodes_online, fault.end), (150, Some(0), Some(at(92))));
        let found = share(&operations(&at_once, OperationKind::Lookup), 150.0);
        assert!(found > 0.98, "{bootstrap}: the crowd finds its place: {found}");
    }
    let spread = run(&world(crowd, &["fault.0.for=60s"]));
    let [before, middle, after] = online(&spread, [90, 120, 155]);
    assert!(before == 50 && (80..170).contains(&middle) && after == 200, "{middle}");
}

#[test]
fn nobody_reaches_a_region_that_is_unreachable() {
    let outage = "[[fault]]\nkind = \"outage\"\nregion = \"europe\"\neffect = \"unreachable\"\n\
                  at = \"90s\"\nuntil = \"2m\"";
    // The first constant of the world gives way to regions.
    let text = format!("{WORLD}\n{outage}");
    let text = text.replace("model = \"constant\"\ndelay = \"50ms\"", "model = \"regions\"");
    let run = run(&scenario(&text, &[]));
    assert_eq!(online(&run, [90, 95, 300]), [200; 3]);
    let fault = &run.result.faults[0];
    assert!(fault.packets_dropped > 1_000);
    let concerned = &fault.sides[1].operations;
    let lookups = concerned.iter().find(|of| of.kind == OperationKind::Lookup).expect("some");
    let [before, during] =
        [&lookups.before, &lookups.during].map(|of| of.success_rate.expect("some began then"));
    assert!(during < 0.2 && before > 0.99, "{lookups:?}");
}

/// A clock that runs wrong moves time-outs and refreshes, not what is measured: nothing takes less
/// than its round trips.
#[test]
fn latencies_are_those_of_true_time_whatever_clocks_show() {
    let skew = "[[fault]]\nkind = \"timer-skew\"\nat = \"0s\"\nskew = 0.5";
    let (skewed, right) = (run(&world(skew, &[])), run(&world("", &[])));
    assert_ne!(skewed.result.digest, right.result.digest);
    for lookup in operations(&skewed, OperationKind::Lookup) {
        let trips = Duration::from_millis(100) * u64::from(lookup.rounds);
        assert!(lookup.latency() >= trips, "{lookup:?}");
        assert!(lookup.timeouts > 0 || lookup.latency() < trips + Duration::from_micros(1));
    }
}

#[test]
fn sockets_do_not_carry_clocks_that_run_wrong() {
    let desk = Desk::with("[[fault]]\nkind = \"timer-skew\"\nat = \"1s\"\nskew = 0.1\n");
    let output = desk.kadsim(&["run", "my.toml", "--transport", "udp"]);
    assert_eq!(output.status.code(), Some(2));
    let error = text(&output.stderr);
    assert!(error.contains("fault.0 is a timer-skew, which sockets cannot carry"), "{error}");
}
