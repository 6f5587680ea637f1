//! `kadsim suite` as a user runs it, and what its tests must come to by arithmetic.

use crate::desk::{Desk, files, text};
use kadsim::suite::{Details, Given, Source, State, Suite, SuiteReport, TestType};
use kadsim::time::Duration;
use serde_json::Value;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

/// Runs tests as the program does, of scenarios in a folder if one is given.
fn report(given: Given, scenarios: Option<&Path>) -> SuiteReport {
    let source = scenarios.map_or(Source::Own, |folder| Source::Folder(folder.to_owned()));
    let suite = Suite::new(given.complete(), &source).expect("the suite is sound");
    suite.run(2, &|_| ControlFlow::Continue(())).expect("nothing fails")
}

fn json(desk: &Desk, name: &str) -> Value {
    serde_json::from_slice(&desk.read(name)).expect("it is JSON")
}

#[test]
fn a_quick_look_at_a_small_network() {
    let desk = Desk::with("");
    let printed = desk.succeeds(&["suite", "--test-type", "smoke", "--repeat", "2"]);
    for part in [
        "smoke: Five nodes that store records and get them",
        "Network overview",
        "10.0 of 10.0 possible",
        "250 MB and 250 open files",
        "Health: healthy",
        "Written to output/suite-smoke",
    ] {
        assert!(printed.contains(part), "{part} is missing:\n{printed}");
    }
    let suite = json(&desk, "output/suite-smoke/suite.json");
    let point = &suite["tests"][0]["points"][0];
    assert_eq!((&suite["tests"][0]["test"], &point["nodes"]), (&"smoke".into(), &5.into()));
    assert_eq!(point["seeds"].as_array().map(Vec::len), Some(2));
    // 50 records are put, and 5 nodes get one a second for 30 s.
    let all = point["successes"].as_u64().zip(point["failures"].as_u64());
    let all = all.map(|(successes, failures)| successes + failures);
    assert!(all.is_some_and(|all| (2 * 150..2 * 250).contains(&all)), "{all:?} operations");
}

#[test]
fn any_point_can_be_run_again_by_itself() {
    let desk = Desk::with("");
    desk.succeeds(&[
        "suite",
        "--only",
        "linear",
        "--max-nodes",
        "4",
        "--duration",
        "20",
        "--quiet",
    ]);
    let suite = json(&desk, "output/suite-linear/suite.json");
    let point = &suite["tests"][0]["points"][1];
    assert_eq!(point["label"], "3");
    let seed = point["seeds"][2].to_string();
    let scenario = "output/suite-linear/scenarios/linear-3.toml";
    let run = desk.succeeds(&["run", scenario, "--seed", &seed, "--format", "json"]);
    let run: Value = serde_json::from_str(&run).expect("it is JSON");
    assert_eq!(run["digest"], point["digests"][2]);
}

#[test]
fn the_report_is_the_same_with_any_number_of_jobs() {
    let desk = Desk::with("");
    let run = |jobs, out| {
        let tests = "topology,churn,bootstrap,partition,concurrent";
        let size = ["--max-nodes", "6", "--duration", "24", "--repeat", "2"];
        let rest = ["--jobs", jobs, "--out", out, "--quiet"];
        desk.succeeds(&[&["suite", "--test-type", tests], &size[..], &rest[..]].concat());
        ["suite.json", "points.csv"].map(|file| desk.read(&format!("{out}/suite/{file}")))
    };
    assert_eq!(run("1", "one"), run("3", "three"));
}

#[test]
fn dry_runs_and_checks_run_nothing() {
    let desk = Desk::with("");
    let before = files(desk.0.path());
    let shown = desk.succeeds(&["suite", "--dry-run", "--max-nodes", "10", "--repeat", "3"]);
    let command = "kadsim run scenarios/suite/linear.toml --set nodes.count=4 --set phases.init=8s";
    assert!(shown.contains(command), "{shown}");
    assert!(shown.contains("10 tests, "), "{shown}");
    let checked = desk.succeeds(&["suite", "--validate-only", "--no-partitions"]);
    assert!(checked.starts_with("9 tests, "), "{checked}");
    assert_eq!(files(desk.0.path()), before, "nothing is written");
}

#[test]
fn options_come_before_variables_and_these_before_the_file() {
    let desk = Desk::with("");
    fs::write(desk.path("suite.toml"), "max_nodes = 4\nduration = 20\nrecords = 3\n").unwrap();
    let dry = |variables: &[(&str, &str)], options: &[&str]| {
        let arguments = ["suite", "--only", "linear", "--dry-run", "--config", "suite.toml"];
        let output = desk.kadsim_with(variables, &[&arguments[..], options].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let file = dry(&[], &[]);
    assert!(file.contains("nodes.count=4 ") && file.contains("records_per_node=3 "), "{file}");
    let variable = dry(&[("KADSIM_MAX_NODES", "6"), ("KADSIM_SPAWN_INTERVAL", "3")], &[]);
    assert!(variable.contains("nodes.count=6 --set phases.init=18s"), "{variable}");
    let option = dry(&[("KADSIM_MAX_NODES", "6")], &["-n", "8"]);
    assert!(option.contains("nodes.count=8 ") && !option.contains("nodes.count=6 "), "{option}");
    let stress = dry(&[("KADSIM_STRESS_MAX_NODES", "12")], &["--stress"]);
    assert!(stress.contains("nodes.count=12 --set phases.init=24s"), "{stress}");
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_written() {
    let desk = Desk::with("");
    let told = desk.fails(&["suite", "--test-type", "linear,fast"], 2);
    assert!(told.contains("give all, or some of linear, topology"), "{told}");
    let told = desk.fails(&["suite", "--max-nodes", "1"], 2);
    assert!(told.contains("give a whole number from 2 to 100000"), "{told}");
    let told = desk.fails(&["suite", "--only", "partition", "--no-partitions"], 2);
    assert!(told.contains("no test is left"), "{told}");
    let told = desk.fails(&["suite", "--scenarios", "nowhere", "--only", "smoke"], 2);
    assert!(told.contains("smoke.toml"), "{told}");
    fs::write(desk.path("suite.toml"), "max_nodes = 5\nnodes = 3\n").unwrap();
    let told = desk.fails(&["suite", "--config", "suite.toml"], 2);
    assert!(told.contains("suite.toml:2:1") && told.contains("unknown key `nodes`"), "{told}");
    let output = desk.kadsim_with(&[("KADSIM_RECORD_SIZE", "2 MiB")], &["suite"]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("the variable KADSIM_RECORD_SIZE cannot be \"2 MiB\""), "{told}");
}

/// Two nodes that hold each other's record, and nothing else. One get in two is of one's own.
const TWO: &str = r#"
[phases]
init = "1s"
transition = "10s"
measurement = "30s"

[nodes]
count = 2
joins = "even"

[[nodes.class]]
name = "node"
share = 1.0
uplink = "8 Mbit/s"
queue = "4 MiB"

[network.latency]
model = "constant"
delay = "10ms"

[[workload]]
kind = "put-get"
records_per_node = 1
record_size = 10_000
rate = "1/s"
arrivals = "fixed"
"#;

/// A suite of one test of this scenario, in a folder of its own.
fn of_scenario(test: TestType, scenario: &str, given: Given) -> SuiteReport {
    let folder = tempfile::tempdir().expect("the system has room for a folder");
    fs::write(folder.path().join(format!("{}.toml", test.name())), scenario).expect("written");
    report(Given { tests: Some(vec![test]), ..given }, Some(folder.path()))
}

fn small() -> Given {
    Given {
        max_nodes: Some(2),
        duration: Some(Duration::from_secs(100)),
        records: Some(1),
        repeats: Some(1),
        ..Given::default()
    }
}

#[test]
fn large_records_take_as_long_as_their_bytes_and_as_much_memory() {
    let given = Given { record_size: Some(10_000), ..small() };
    let report = of_scenario(TestType::LargeRecords, TWO, given);
    let points = &report.tests[0].points;
    let sizes: Vec<f64> = points.iter().map(|point| point.value).collect();
    assert_eq!(sizes, [625.0, 2_500.0, 10_000.0, 40_000.0, 160_000.0]);
    for pair in points.windows(2) {
        let bytes = pair[1].value - pair[0].value;
        // Who gets a record that the other holds waits for its bytes on one uplink of 1 MB/s.
        let slower = |of: fn(&kadsim::suite::PointFigures) -> Option<kadsim::suite::Mean>| {
            of(&pair[1]).expect("some succeed").mean - of(&pair[0]).expect("some succeed").mean
        };
        let expected = bytes / 1_000.0;
        let longest = slower(|point| point.latency_p99_ms);
        assert!((longest - expected).abs() < 0.01 * expected, "{longest} ms for {bytes} bytes");
        let kept = pair[1].state_bytes_per_node.mean - pair[0].state_bytes_per_node.mean;
        assert_eq!(kept, bytes, "each node holds the other's record");
    }
}

#[test]
fn the_knee_is_where_the_uplinks_are_full() {
    let given =
        Given { record_size: Some(10_000), duration: Some(Duration::from_secs(600)), ..small() };
    // Latency is no bound here: what the links cannot carry in time fails.
    let patient = "[verdict]\nlatency_acceptable = \"1s\"\nlatency_investigate = \"1s\"\n";
    let slow = TWO.replace("8 Mbit/s", "800 kbit/s");
    let report = of_scenario(TestType::Throughput, &(slow + patient), given);
    let Details::Throughput(knee) = &report.tests[0].details else { panic!("it is of that kind") };
    // An uplink of 100 kB/s carries nearly ten records a second, and half of the gets ask for none.
    let rate = knee.rate_per_node.expect("one get a second is no load");
    let beyond = knee.beyond.expect("no link is endless");
    assert!((14.0..20.0).contains(&rate), "{rate}");
    assert!(beyond > rate && beyond < 1.06 * rate, "{rate} to {beyond}");
}

/// Two nodes of which each has its record on the other: while they are cut apart, the half of the gets that
/// asks for one's own fails.
#[test]
fn a_cut_costs_what_lies_on_the_other_side_until_it_has_healed() {
    let faults = r#"
[[fault]]
kind = "degradation"
latency = "1ms"
at = "4s"
for = "2s"

[[fault]]
kind = "partition"
nodes = [0]
at = "20s"
for = "5s"

[output]
sample_interval = "2s"
"#;
    let cut = |patience: &str| {
        let scenario = format!("{TWO}{faults}[kademlia]\n{patience}\n");
        let given = Given { duration: Some(Duration::from_secs(400)), ..small() };
        let report = of_scenario(TestType::Partition, &scenario, given);
        let Details::Partition(cuts) = &report.tests[0].details else { panic!("it has cuts") };
        (cuts.cuts[1].clone(), report.tests[0].summary.health.name())
    };
    let near = |share: Option<f64>, of: f64| share.is_some_and(|share| (share - of).abs() < 0.06);
    // A node that never gives the other up finds it again.
    let (healed, health) = cut("failures_before_eviction = 63");
    assert_eq!((healed.success_before, healed.success_after), (Some(1.0), Some(1.0)));
    assert!(near(healed.success_during, 0.5), "{healed:?}");
    assert!(healed.recovered_after_seconds.is_some_and(|time| time <= 2.0), "{healed:?}");
    assert_eq!((healed.not_recovered, health), (0, "healthy"));
    // One that does never hears of it again, as there is nobody to name it.
    let (split, health) = cut("failures_before_eviction = 5");
    assert!(near(split.success_after, 0.5), "{split:?}");
    assert_eq!((split.recovered_after_seconds, split.not_recovered), (None, 1));
    assert_eq!(health, "needs-scaling");
}

#[test]
fn a_verdict_follows_the_thresholds_of_the_scenario() {
    // A get of the other's record takes 20 ms and 10 ms for its bytes, one of one's own no time.
    let health = |verdict: &str| {
        let scenario = format!("{TWO}\n[verdict]\n{verdict}\n");
        let report = of_scenario(TestType::Smoke, &scenario, small());
        report.tests[0].summary.health.name()
    };
    assert_eq!(health("latency_acceptable = \"100ms\""), "healthy");
    assert_eq!(health("latency_good = \"1ms\"\nlatency_acceptable = \"2ms\""), "degraded");
    let strict =
        "latency_good = \"1ms\"\nlatency_acceptable = \"2ms\"\nlatency_investigate = \"3ms\"";
    assert_eq!(health(strict), "needs-scaling");
    let late = Given { timeout: Some(Duration::from_secs(1)), ..small() };
    let far = TWO.replace("10ms", "2s") + "[kademlia]\nrequest_timeout = \"10s\"\n";
    let report = of_scenario(TestType::Smoke, &far, late);
    let summary = &report.tests[0].summary;
    assert!(summary.failures > 0 && report.tests[0].points[0].late == summary.failures);
    assert_eq!(summary.health.name(), "needs-scaling");
}

#[test]
fn whoever_asks_for_health_is_told_by_the_exit_status() {
    let desk = Desk::with("");
    let arguments = ["suite", "--only", "smoke", "--repeat", "1", "--quiet", "--require-healthy"];
    assert_eq!(desk.kadsim(&arguments).status.code(), Some(0));
    fs::create_dir(desk.path("mine")).unwrap();
    let strict = "[verdict]\nlatency_good = \"1us\"\nlatency_acceptable = \"1us\"\n";
    let smoke = TestType::Smoke.scenario().to_owned() + strict;
    fs::write(desk.path("mine/smoke.toml"), &smoke).unwrap();
    let mine = ["--scenarios", "mine", "--out", "mine"];
    assert_eq!(desk.kadsim(&[&arguments[..], &mine[..]].concat()).status.code(), Some(1));
    assert!(desk.path("mine/suite-smoke/suite.json").exists(), "its figures are there");
    let run = ["run", "mine/smoke.toml", "--quiet"];
    assert_eq!(desk.kadsim(&run).status.code(), Some(0));
    let output = desk.kadsim(&[&run[..], &["--require-healthy"]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr), "note: --require-healthy: the verdict is degraded\n");
}

#[test]
fn a_test_that_takes_too_long_is_ended() {
    let given = Given {
        tests: Some(vec![TestType::Stress, TestType::Smoke]),
        stress_nodes: Some(50_000),
        stress_duration: Some(Duration::from_secs(86_400)),
        time_limit: Some(std::time::Duration::from_millis(200)),
        ..Given::default()
    };
    let report = report(given, None);
    assert_eq!(report.tests[0].state, State::TimedOut);
    assert!(report.tests[0].points.is_empty());
}
