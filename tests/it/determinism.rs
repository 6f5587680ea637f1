//! Every run repeats, with either queue and any number of threads; where one does not, the first
//! difference is named.

use crate::worlds::{arguments, needed_by, operations, run_with, scenario};
use kadsim::engine::queue::QueueKind;
use kadsim::metrics::OperationKind;
use kadsim::protocol::NodeIndex;
use kadsim::report;
use kadsim::runner::result::RunOutput;
use kadsim::runner::{Execution, RunArguments, first_difference};
use kadsim::scenario::{Scenario, Setting};
use kadsim::time::{Duration, Instant};
use kadsim::workload::config::{Amount, WorkloadKind};
use std::fs;
use std::path::Path;

/// How two runs differ, beginning with the first event that does; `None` if they are the same.
pub fn difference(a: RunArguments<'_>, b: RunArguments<'_>) -> Option<String> {
    let (left, right) = (run_with(a), run_with(b));
    let what = if left.result.digest != right.result.digest {
        "digest"
    } else if left.result != right.result {
        "result"
    } else if left.series != right.series {
        "series"
    } else if left.operations != right.operations {
        "operations"
    } else if left.records != right.records {
        "records"
    } else if left.distributions != right.distributions {
        "distributions"
    } else if report::to_json(&left.result) != report::to_json(&right.result) {
        "text of the result"
    } else {
        return None;
    };
    let event = match first_difference(a, b) {
        Some(event) => format!("the first event that differs is at {event}"),
        None => "no event differs".to_owned(),
    };
    Some(format!("{what} differs: {event}; {}", first_line(&left, &right)))
}

/// The first line in which `result.json` differs.
fn first_line(left: &RunOutput, right: &RunOutput) -> String {
    let (left, right) = (report::to_json(&left.result), report::to_json(&right.result));
    let mut lines = left.lines().zip(right.lines()).enumerate();
    match lines.find(|(_, (left, right))| left != right) {
        Some((index, (left, right))) => {
            format!("result.json line {}: {} or {}", index + 1, left.trim(), right.trim())
        }
        None => "result.json has no line that differs".to_owned(),
    }
}

/// Ways to carry out a run, to be compared with the bucketed queue on one thread.
const OTHER_EXECUTIONS: [(QueueKind, usize); 5] = [
    (QueueKind::Bucketed, 2),
    (QueueKind::Bucketed, 7),
    (QueueKind::Reference, 1),
    (QueueKind::Reference, 2),
    (QueueKind::Reference, 7),
];

/// The shipped scenarios by file name, each small enough to run in about a second.
fn shipped() -> Vec<(String, Scenario)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let folders = [folder.join("peers"), folder.join("suite"), folder];
    let entries = folders.iter().flat_map(|one| fs::read_dir(one).expect("scenarios are shipped"));
    let mut files: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    assert!(files.len() >= 5, "the walk finds the scenarios");
    let settings = [
        "nodes.count=400",
        "phases.init=20s",
        "phases.transition=30s",
        "phases.measurement=2m",
        "checker.tables=0.1",
        "output.sample_interval=7s",
    ];
    let load = |file: &Path| {
        let name = file.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let folder = tempfile::tempdir().expect("the system has room for a folder");
        // The tests of a suite are small, and ask often.
        let is_small = file.parent().is_some_and(|parent| parent.ends_with("suite"));
        let settings = settings.into_iter().skip(usize::from(is_small)).map(str::to_owned);
        let settings = settings.chain(needed_by(file, folder.path()));
        let settings = settings.map(|text| text.parse().expect("it is a setting"));
        // Faults come early enough for a run of three minutes.
        let written = fs::read_to_string(file).expect("readable");
        let faults = written.lines().filter(|line| *line == "[[fault]]").count();
        let early = |fault| format!("fault.{fault}.at={}s", 45 + 25 * fault);
        let settings = settings
            .chain((0..faults).map(early).map(|text| text.parse().expect("it is a setting")));
        let settings: Vec<Setting> = settings.collect();
        let loaded = Scenario::load(file, &settings);
        let mut scenario = loaded.unwrap_or_else(|error| panic!("{error}"));
        for workload in &mut scenario.workloads {
            match &mut workload.amount {
                Amount::Total(count) => *count = 500.min(*count),
                Amount::PerNode(count) => *count = 10.min(*count),
                Amount::Rate(_) => {}
            }
            // The hash of every block is computed, by a program that is not optimised.
            if let WorkloadKind::Blocks(blocks) = &mut workload.kind {
                blocks.size = 1 << 10;
            }
        }
        (name, scenario)
    };
    files.iter().map(|file| load(file)).collect()
}

#[test]
fn shipped_scenarios_repeat_with_either_queue_and_any_number_of_threads() {
    for (name, scenario) in shipped() {
        let bucketed = arguments(&scenario, QueueKind::Bucketed, 1);
        let run = run_with(bucketed);
        assert!(run.result.events > 2_000, "{name}: {} events prove nothing", run.result.events);
        assert!(!run.operations.is_empty(), "{name}: nothing was asked for");
        for (queue, threads) in OTHER_EXECUTIONS {
            let difference = difference(bucketed, arguments(&scenario, queue, threads));
            assert_eq!(difference, None, "{name} with {queue:?} and {threads} threads");
        }
    }
}

/// A network of the size that real ones have, in a few seconds: the parts of the engine that a
/// small one does not reach, in one run with blocks of different sizes.
#[test]
fn fifty_thousand_nodes_are_the_same_run_on_three_threads() {
    let text = include_str!("../../scenarios/speed.toml");
    let settings = [
        "nodes.count=50000",
        "phases.measurement=1s",
        "phases.transition=100ms",
        "output.sample_interval=500ms",
    ];
    let scenario = scenario(text, &settings);
    let one = arguments(&scenario, QueueKind::Bucketed, 1);
    let three = arguments(&scenario, QueueKind::Bucketed, 3);
    assert_eq!(difference(one, three), None);
}

/// Quiet but for lookups: nothing is refreshed, nothing is lost, and packets take 50 ms.
const LOOKUPS: &str = r#"
    phases = { init = "1s", transition = "1ms", measurement = "20s" }
    nodes = { count = 60, bootstrap = "warm" }
    kademlia = { k = 5, refresh_interval = "10years" }
    network.latency = { model = "constant", delay = "50ms" }
    workload = [{ kind = "lookup", rate = "0.1/s" }]
    output.plots = []
"#;

/// When and where the first operation of this kind began.
fn first_of(run: &RunOutput, kind: OperationKind) -> (Instant, NodeIndex) {
    let starts = operations(run, kind).into_iter();
    let starts = starts.map(|operation| (operation.started, NodeIndex(operation.node)));
    starts.min().expect("there are such operations")
}

/// Publishers store their records again after 5 s here and after 6 s there: the runs part when
/// the first of them does so.
#[test]
fn the_first_event_that_differs_is_named() {
    let text = LOOKUPS.replace("\"lookup\"", "\"put-get\"");
    let early = scenario(&text, &["kademlia.republish_interval=5s"]);
    let late = scenario(&text, &["kademlia.republish_interval=6s"]);
    let a = arguments(&early, QueueKind::Bucketed, 1);
    let b = arguments(&late, QueueKind::Reference, 3);
    let found = first_difference(a, b).expect("the runs differ");
    let first = first_of(&run_with(a), OperationKind::Republish);
    assert_eq!(((found.at, found.node), found.nodes), (first, 1));
    assert!(found.events_before > 1_000);

    let text = difference(a, b).expect("the runs differ");
    assert!(text.contains(&found.node.to_string()), "{text}");
    assert!(text.contains("result.json line "), "{text}");
    assert_eq!(first_difference(b, a), Some(found), "either way around");
}

/// Packets that are slower by a nanosecond: the runs part when the first one arrives where it
/// is faster.
#[test]
fn a_nanosecond_is_a_difference() {
    let plain = scenario(LOOKUPS, &[]);
    let slower = scenario(LOOKUPS, &["network.latency.delay=50ms 1ns"]);
    let (a, b) = (RunArguments::of(&plain), RunArguments::of(&slower));
    let (started, _) = first_of(&run_with(a), OperationKind::Lookup);
    let found = first_difference(a, b).expect("the runs differ");
    assert_eq!(found.at, started + Duration::from_millis(50));
}

#[test]
fn another_seed_is_another_run_and_the_same_one_is_not() {
    let one = scenario(LOOKUPS, &[]);
    let other = scenario(LOOKUPS, &["seed=43"]);
    let (a, b) = (RunArguments::of(&one), RunArguments::of(&other));
    assert!(first_difference(a, b).is_some());
    assert!(difference(a, b).is_some_and(|text| text.starts_with("digest differs: ")));
    assert_eq!(first_difference(a, arguments(&one, QueueKind::Reference, 2)), None);
}

/// A run that is stopped at many instants and goes on is the run that was never stopped.
#[test]
fn watching_changes_nothing_and_can_end_a_run() {
    use std::ops::ControlFlow;
    let scenario = scenario(LOOKUPS, &[]);
    let arguments = RunArguments::of(&scenario);
    let whole = run_with(arguments);
    assert!(!whole.result.partial);
    let half = Instant::ZERO + Duration::from_secs(11);
    let mut watch = |progress: kadsim::runner::Progress| match progress.now < half {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    };
    let part = kadsim::runner::run(arguments, &mut watch);
    assert!(part.result.partial);
    // What ended in the shorter run ended in the same way in the whole one.
    assert!(part.operations.len() > 10 && part.operations.len() < whole.operations.len());
    assert!(part.operations.iter().all(|operation| whole.operations.contains(operation)));
}

/// Samples of tables may be so rare that hardly a block has one.
#[test]
fn a_tiny_share_of_tables_is_the_same_on_any_number_of_threads() {
    let scenario = scenario(LOOKUPS, &["checker.tables=1e-10", "output.sample_interval=1s"]);
    let run = run_with(RunArguments::of(&scenario));
    assert!((1..=60).contains(&run.result.checks.tables_checked), "{:?}", run.result.checks);
    let three = arguments(&scenario, QueueKind::Bucketed, 3);
    assert_eq!(difference(RunArguments::of(&scenario), three), None);
}

/// Fetching ahead changes when memory is read and nothing else.
#[test]
fn fetching_ahead_changes_nothing() {
    for (name, scenario) in shipped() {
        let with = RunArguments::of(&scenario);
        let execution = Execution { prefetch: false, ..with.execution };
        let without = RunArguments { execution, ..with };
        assert_eq!(difference(with, without), None, "{name}");
    }
}
