//! Registers that all nodes read and write: what follows from arithmetic, and what the checker says of whole runs.

use crate::determinism::difference;
use crate::worlds::{
    application_figures as figures, applications, arguments, number, operations, run, scenario,
};
use kadsim::engine::queue::QueueKind;
use kadsim::kademlia::version::Version;
use kadsim::metrics::{OperationKind, Outcome};
use kadsim::rng::Seed;
use kadsim::runner::result::RunOutput;
use kadsim::runner::{RunArguments, run_on_sockets};
use kadsim::scenario::{Scenario, Setting};
use kadsim::time::{Duration, Instant};
use kadsim::workload::registers::RegisterNode;
use kadsim::workload::registers::log::Seen;
use std::ops::ControlFlow;
use std::path::Path;

/// Constant latency, no loss, nobody comes or goes, and everyone knows everyone: k is the number of nodes.
const WORLD: &str = r#"
name = "registers"
seed = 5

[nodes]
count = 20
bootstrap = "warm"

[phases]
init = "10 s"
transition = "20 s"
measurement = "60 s"

[kademlia]
conflicts = "newest"

[network.latency]
model = "constant"
delay = "20 ms"

[[workload]]
kind = "registers"
registers = 3
write_share = 0.3
rate = "2/s"
"#;

fn of(text: &str, settings: &[&str]) -> RunOutput {
    run(&scenario(text, settings))
}

fn unexplained(run: &RunOutput) -> f64 {
    let figures = figures(run);
    let listed = figures["unexplained"].as_array().expect("a list").len();
    let counted = number(&figures, "/checks/unexplained_reads");
    assert_eq!(listed as f64, counted, "each is listed");
    let kinds =
        ["stale", "lost", "unwritten"].map(|kind| number(&figures, &format!("/checks/{kind}")));
    assert_eq!(kinds.iter().sum::<f64>(), counted);
    counted
}

/// Four nodes that know each other, of which three hold each register. Who holds a copy has it at once, anybody
/// else from another. Who writes asks the three others in one round and stores in another.
#[test]
fn reads_and_writes_take_their_rounds() {
    let settings = ["kademlia.k=3", "kademlia.parallelism=strict", "nodes.count=4"];
    let run = of(WORLD, &settings);
    let figures = figures(&run);
    // All four know each other: a write is one round to the three others, and one that stores.
    for figure in ["min", "max"] {
        assert_eq!(number(&figures, &format!("/writes/latency_micros/{figure}")), 80_000.0);
    }
    assert_eq!(number(&figures, "/reads/latency_micros/min"), 0.0, "a holder's own copy");
    assert_eq!(number(&figures, "/reads/latency_micros/max"), 40_000.0, "another's");
    assert_eq!(number(&figures, "/writes/first_values"), 3.0);
    assert_eq!(number(&figures, "/reads/found_nothing"), 0.0);
    // Two a second of each of four nodes, three in ten of them writes.
    let (reads, writes) = (number(&figures, "/reads/done"), number(&figures, "/writes/done"));
    assert!((reads + writes - 480.0).abs() < 3.0 * 480.0f64.sqrt(), "{reads} + {writes}");
    assert!((writes / (reads + writes) - 0.3).abs() < 0.07, "{writes} of {}", reads + writes);
    assert_eq!(number(&figures, "/reads/per_second"), (reads / 60.0 * 1e6).round() / 1e6);
}

/// Every operation of the nodes is one of the run's, and none is wrong because there are several values.
#[test]
fn reads_and_writes_count_among_the_operations_of_the_run() {
    let run = of(WORLD, &["phases.measurement=20 s"]);
    let figures = figures(&run);
    let gets = operations(&run, OperationKind::Get);
    assert_eq!(gets.len() as f64, number(&figures, "/reads/done"));
    assert!(gets.iter().all(|get| get.outcome == Outcome::Success));
    let puts = operations(&run, OperationKind::Put);
    let written = number(&figures, "/writes/done") + number(&figures, "/writes/first_values");
    assert_eq!(puts.len() as f64, written);
}

/// All nodes hold each register, and a read sees all of them: no two reads can disagree about what came when.
#[test]
fn newest_of_all_copies_is_atomic() {
    for seed in ["seed=1", "seed=2", "seed=3"] {
        let run = of(WORLD, &["kademlia.get_quorum=20", "workload.0.rate=10/s", seed]);
        assert_eq!(unexplained(&run), 0.0, "{seed}");
        let figures = figures(&run);
        assert!(number(&figures, "/reads/concurrent") > 1_000.0, "{figures}");
        assert_eq!(number(&figures, "/atomic_registers"), 3.0, "{seed}");
        assert_eq!(number(&figures, "/checks/inverted"), 0.0, "{seed}");
    }
}

/// Copies are stored at different instants, and few writes overlap.
const SPREAD: &[&str] = &[
    "network.latency.model=uniform",
    "network.latency.min=1ms",
    "network.latency.max=100ms",
    "workload.0.rate=10/s",
    "workload.0.write_share=0.02",
];

/// Every copy is renewed before a write has ended, so any copy explains a read; but readers write nothing back, so
/// that of two reads beside a write the later may see less.
#[test]
fn newest_of_any_copies_explains_each_read_though_not_all_together() {
    let one = of(WORLD, SPREAD);
    assert_eq!(unexplained(&one), 0.0);
    assert!(number(&figures(&one), "/checks/inverted") > 0.0, "{}", figures(&one)["checks"]);
    assert_eq!(number(&figures(&one), "/atomic_registers"), 0.0);
    let three = of(WORLD, &[SPREAD, &["kademlia.get_quorum=3"]].concat());
    assert_eq!(unexplained(&three), 0.0);
    let all = of(WORLD, &[SPREAD, &["kademlia.get_quorum=20"]].concat());
    assert_eq!(number(&figures(&all), "/atomic_registers"), 3.0);
}

/// Of two writes that overlap one is the last to come at some holders, the other elsewhere: reads go to and fro
/// between them, each as it may, but not all together. Versions put the holders in agreement.
#[test]
fn last_come_leaves_copies_apart() {
    let settings = [SPREAD, &["workload.0.write_share=0.3"]].concat();
    let last = of(WORLD, &[&settings[..], &["kademlia.conflicts=last-come"]].concat());
    assert_eq!(unexplained(&last), 0.0);
    assert_eq!(number(&figures(&last), "/atomic_registers"), 0.0);
    let few = of(WORLD, &[SPREAD, &["kademlia.conflicts=last-come"]].concat());
    assert!(number(&figures(&few), "/checks/inverted") > 0.0, "{}", figures(&few)["checks"]);
    let newest = of(WORLD, &[&settings[..], &["kademlia.get_quorum=20"]].concat());
    assert_eq!(number(&figures(&newest), "/atomic_registers"), 3.0);
}

/// A writer that stores its last value again brings it back, unless holders know that it is old.
#[test]
fn republishing_restores_an_old_value_where_the_last_to_come_counts() {
    let settings = |conflicts| {
        [
            conflicts,
            "kademlia.republish_interval=10 s",
            "workload.0.rate=0.5/s",
            "workload.0.write_share=0.1",
        ]
    };
    let last = of(WORLD, &settings("kademlia.conflicts=last-come"));
    assert!(unexplained(&last) > 0.0);
    let figures = figures(&last);
    assert_eq!(number(&figures, "/checks/stale"), unexplained(&last), "nothing else goes wrong");
    // A flaw names what was read, the write that came between, and the read after both.
    let one = &figures["unexplained"][0];
    let (returned, missed) = (&one["returned"], &one["missed"]);
    assert!(number(returned, "/ended_seconds") < number(missed, "/started_seconds"), "{one}");
    assert!(number(missed, "/ended_seconds") < number(one, "/started_seconds"), "{one}");
    let longest = number(&figures, "/checks/stale_for_micros/max");
    assert!((0.0..60e6).contains(&longest) && longest > 1e6, "{longest}");
    assert_eq!(unexplained(&of(WORLD, &settings("kademlia.conflicts=newest"))), 0.0);
    let never = ["kademlia.republish_interval=never"];
    let never = [&settings("kademlia.conflicts=last-come")[..], &never].concat();
    assert_eq!(unexplained(&of(WORLD, &never)), 0.0, "it was that and nothing else");
}

/// What a read returns is a version that its register was given, and none comes twice.
#[test]
fn values_are_unique_and_come_back_whole() {
    let nodes = applications::<RegisterNode>(&scenario(WORLD, &["workload.0.record_size=24 B"]));
    let end = Instant::ZERO + Duration::from_secs(90);
    let logs: Vec<_> = nodes.iter().map(|(_, node)| node.closed_log(end)).collect();
    let written = logs.iter().flat_map(|log| &log.writes);
    let mut written: Vec<(u32, Version)> =
        written.map(|write| (write.register, write.version)).collect();
    written.sort_unstable();
    assert!(written.windows(2).all(|pair| pair[0] != pair[1]));
    let mut reads = logs.iter().flat_map(|log| &log.reads).peekable();
    assert!(reads.peek().is_some());
    for read in reads {
        let Seen::Value(version) = read.found else { panic!("{read:?}") };
        assert!(written.binary_search(&(read.register, version)).is_ok(), "{read:?}");
    }
}

#[test]
fn poisoned_values_are_nobodys() {
    let attack = "attack.0.kind=poison";
    let run = of(WORLD, &[attack, "attack.0.count=5", "kademlia.conflicts=last-come"]);
    let figures = figures(&run);
    assert!(number(&figures, "/checks/unwritten") > 0.0, "{}", figures["checks"]);
    unexplained(&run);
}

const TROUBLE: &str = r#"
[churn]
model = "lifetime"
lifetime_distribution = "exponential"
lifetime_mean = "30s"
deadtime_mean = "15s"
graceful_leave_probability = 0.5

[network.loss]
model = "bernoulli"
rate = 0.2
"#;

/// Where packets are lost and nodes leave, reads are stale and lost, and the run is the same in any case.
#[test]
fn loss_and_churn_are_told_and_repeat() {
    let text = WORLD.replace("[[workload]]", &format!("{TROUBLE}\n[[workload]]"));
    for conflicts in ["kademlia.conflicts=last-come", "kademlia.conflicts=newest"] {
        let scenario = scenario(&text, &[conflicts, "kademlia.k=4"]);
        let run = run(&scenario);
        assert!(unexplained(&run) > 0.0, "{conflicts}");
        let of = |path| number(&figures(&run), path);
        assert!(of("/reads/interrupted") + of("/writes/interrupted") > 0.0);
        let threads = [(QueueKind::Bucketed, 2), (QueueKind::Bucketed, 7)];
        let queues = [(QueueKind::Reference, 1), (QueueKind::Reference, 7)];
        for (queue, threads) in threads.into_iter().chain(queues) {
            let (first, other) =
                (RunArguments::of(&scenario), arguments(&scenario, queue, threads));
            assert_eq!(difference(first, other), None, "{conflicts}, {threads} threads");
        }
    }
}

/// Records without versions are as they are, whichever of the two counts.
#[test]
fn other_records_do_not_know_the_difference() {
    let text = WORLD
        .replace("kind = \"registers\"\nregisters = 3\nwrite_share = 0.3", "kind = \"put-get\"");
    let digest = |settings: &[&str]| of(&text, settings).result.digest;
    let churn = ["churn.model=lifetime", "churn.lifetime_mean=30s", "churn.deadtime_mean=15s"];
    let settings = |conflicts| {
        [&churn[..], &[conflicts, "kademlia.get_quorum=3", "kademlia.replicate_interval=5s"]]
            .concat()
    };
    assert_eq!(
        digest(&settings("kademlia.conflicts=last-come")),
        digest(&settings("kademlia.conflicts=newest"))
    );
}

#[test]
fn sockets_refuse_registers_in_one_message() {
    let scenario = scenario(WORLD, &["kademlia.precautions=open"]);
    let watch = &mut |_| ControlFlow::Continue(());
    let refused =
        run_on_sockets(&scenario, Seed(1), watch).expect_err("no record is written twice");
    let told = refused.to_string();
    assert!(told.starts_with("workload.0 has registers") && !told.contains('\n'), "{told}");
}

#[test]
fn what_no_workload_of_registers_takes_is_told() {
    for (setting, told) in [
        ("workload.0.registers=0", "from 1 to 1000000"),
        ("workload.0.write_share=1.5", "workload.0.write_share"),
        ("workload.0.record_size=23 B", "a size from 24 B to 1 MiB"),
        ("workload.0.records_per_node=2", "records_per_node"),
        ("workload.0.total_count=7", "total_count"),
        ("kademlia.conflicts=oldest", "\"last-come\" or \"newest\""),
    ] {
        let setting: Setting = setting.parse().expect("it is well formed");
        let parsed = Scenario::parse(WORLD, "test.toml", Path::new(""), &[setting]);
        let error = parsed.expect_err("it is wrong").to_string();
        assert!(error.contains(told), "{error}");
    }
}
