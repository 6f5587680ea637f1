//! `kadsim trace`: the events of a run, and one operation request by request.

use crate::desk::{Desk, text};
use crate::worlds::{run, scenario};
use kadsim::protocol::NodeIndex;
use kadsim::runner::capture::Filter;
use kadsim::runner::{Observation, RunArguments, run_observed};
use kadsim::time::Instant;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Something of everything that happens.
const WORLD: &str = r#"
name = "world"
seed = 3

[phases]
init = "20s"
transition = "20s"
measurement = "20s"

[nodes]
count = 40

[kademlia]
k = 8
retries = 1
republish_interval = "30s"

[network]
duplication = 0.01
corruption = 0.01

[network.latency]
model = "uniform"
min = "10ms"
max = "90ms"

[network.loss]
rate = 0.05

[churn]
model = "lifetime"
lifetime_mean = "2m"
deadtime_mean = "30s"

[[workload]]
kind = "lookup"
rate = "2/min"

[[workload]]
kind = "put-get"
rate = "2/min"
record_size = "200 B"

[[workload]]
kind = "provide"
rate = "2/min"
"#;

/// The lines of a trace in JSON with these further arguments.
fn lines(desk: &Desk, arguments: &[&str]) -> Vec<Value> {
    let command = ["trace", "my.toml", "--format", "jsonl"];
    let printed = desk.succeeds(&[&command, arguments].concat());
    printed.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

/// The rows of `operations.csv`, by column.
fn operations(desk: &Desk) -> Vec<BTreeMap<String, String>> {
    desk.succeeds(&["run", "my.toml", "--quiet", "--set", "output.plots=[]"]);
    let file = text(&desk.read("output/world-3/operations.csv"));
    let mut rows = file.lines();
    let names: Vec<&str> = rows.next().expect("a head").split(',').collect();
    let row = |row: &str| {
        let cells = names.iter().zip(row.split(','));
        cells.map(|(name, cell)| ((*name).to_owned(), cell.to_owned())).collect()
    };
    rows.map(row).collect()
}

fn count(lines: &[Value], event: &str) -> usize {
    lines.iter().filter(|line| line["event"] == event).count()
}

#[test]
fn who_observes_changes_nothing() {
    let world = scenario(WORLD, &[]);
    let alone = run(&world);
    let all = Filter { nodes: None, from: Instant::ZERO, until: Instant::FAR_FUTURE };
    let mut seen = 0;
    let observed = run_observed(
        RunArguments::of(&world),
        Some(&Observation::Events(all)),
        &mut |_, events| {
            seen += events.len();
            ControlFlow::Continue(())
        },
    );
    assert!(seen > 10_000, "{seen} events");
    let json = kadsim::report::to_json;
    assert_eq!(json(&observed.result), json(&alone.result));
}

#[test]
fn a_trace_is_the_same_whatever_the_threads_and_the_queue() {
    let desk = Desk::with(WORLD);
    for format in ["text", "jsonl", "chrome"] {
        let trace = |out: &str, more: &[&str]| {
            let command = ["trace", "my.toml", "--format", format, "--out", out];
            assert_eq!(desk.succeeds(&[&command, more].concat()), "");
            desk.read(out)
        };
        let one = trace("one", &[]);
        assert!(one.len() > 100_000);
        assert!(trace("other", &["--threads", "3"]) == one, "{format}: the same with 3 threads");
        assert!(trace("other", &["--queue", "reference"]) == one, "{format}: with the other queue");
    }
}

/// What was traced is what was counted.
#[test]
fn a_trace_holds_everything_that_a_run_counts() {
    let desk = Desk::with(WORLD);
    let lines = lines(&desk, &[]);
    let rows = operations(&desk);
    // Of what begins in the measurement phase the run logs every operation.
    let measured = |line: &&Value| line["started_ns"].as_u64() >= Some(40_000_000_000);
    let logged = rows.iter().filter(|row| row["started_s"].parse::<f64>().expect("a time") >= 40.0);
    let ends = lines.iter().filter(|line| line["event"] == "ended").filter(measured).count();
    assert_eq!(ends, logged.count());
    let series = text(&desk.read("output/world-3/timeseries.csv"));
    let total = |prefix: &str| {
        let names: Vec<&str> = series.lines().next().expect("a head").split(',').collect();
        let cells = series.lines().skip(1).flat_map(|line| names.iter().zip(line.split(',')));
        let counts = cells.filter(|(name, _)| name.starts_with(prefix));
        counts.map(|(_, cell)| cell.parse::<usize>().expect("a count")).sum::<usize>()
    };
    assert_eq!(count(&lines, "sent"), total("sent_"));
    assert_eq!(count(&lines, "received"), total("delivered_"));
    assert_eq!(count(&lines, "copied"), total("duplicated"));
    let lost = lines.iter().filter(|line| line["reason"].is_string()).count();
    assert_eq!(lost, total("dropped_"));
    assert!(lost > 100, "{lost} packets are lost");
    for event in ["online", "offline", "received", "dropped", "searched"] {
        assert!(count(&lines, event) > 0, "{event}");
    }
    let ended: BTreeMap<u64, &Value> = lines
        .iter()
        .filter(|line| line["event"] == "ended")
        .map(|line| (line["number"].as_u64().expect("a number"), line))
        .collect();
    let of = |ended: &Value, event: &str| {
        let same = |line: &&Value| {
            (&line["node"], &line["operation"], &line["event"])
                == (&ended["node"], &ended["operation"], &Value::from(event))
        };
        lines.iter().filter(same).cloned().collect::<Vec<_>>()
    };
    for row in rows.iter().take(200) {
        let ended = ended[&row["number"].parse().expect("a number")];
        assert_eq!(ended["outcome"], row["outcome"].as_str());
        let number = |name: &str| row[name].parse::<usize>().expect("a number");
        assert_eq!(of(ended, "began").len(), 1, "{row:?}");
        assert_eq!(of(ended, "asked").len(), number("requests"), "{row:?}");
        let overdue = of(ended, "overdue");
        let timeouts = overdue.iter().filter(|line| line["then"] != "another-asked").count();
        assert_eq!(timeouts, number("timeouts"), "{row:?}");
        let rounds = of(ended, "asked").iter().filter_map(|line| line["round"].as_u64()).max();
        assert!(rounds.unwrap_or(0) >= number("rounds") as u64, "{row:?}");
    }
}

#[test]
fn filters_leave_out_what_they_say() {
    let desk = Desk::with(WORLD);
    let all = lines(&desk, &[]);
    let filtered = |arguments: &[&str], takes: &dyn Fn(&Value) -> bool| {
        let expected: Vec<&Value> = all.iter().filter(|line| takes(line)).collect();
        let found = lines(&desk, arguments);
        assert!(!found.is_empty(), "{arguments:?}");
        assert!(found.iter().eq(expected), "{arguments:?}");
    };
    let named = |node: u64| node == 3 || (10..12).contains(&node);
    filtered(&["--nodes", "3,10..12"], &|line| {
        let is = |key: &str| line[key].as_u64().is_some_and(named);
        is("node") || (line["packet"].is_u64() && (is("from") || is("to")))
    });
    filtered(&["--kind", "began,store"], &|line| {
        line["event"] == "began" || line["message"] == "store"
    });
    filtered(&["--from", "25s", "--until", "30s"], &|line| {
        (25_000_000_000..30_000_000_000).contains(&line["time_ns"].as_u64().expect("a time"))
    });
}

/// The fields that the trace event format wants of each kind of event, and what belongs together.
#[test]
fn a_trace_in_chromes_format_is_one() {
    let desk = Desk::with(WORLD);
    let windows: [&[&str]; 3] = [
        &[],
        &["--from", "30s", "--until", "40s"],
        &["--nodes", "5", "--kind", "began,ended,sent"],
    ];
    for arguments in windows {
        let command = ["trace", "my.toml", "--format", "chrome"];
        let printed = desk.succeeds(&[&command, arguments].concat());
        let trace: Value = serde_json::from_str(&printed).expect("it is JSON");
        assert_eq!(trace["displayTimeUnit"], "ns");
        let entries = trace["traceEvents"].as_array().expect("there are events");
        assert!(entries.len() > 100, "{arguments:?}");
        check_entries(entries);
    }
}

fn check_entries(entries: &[Value]) {
    let (mut spans, mut flows) = (BTreeMap::new(), BTreeMap::new());
    let (mut slices, mut threads) = (BTreeSet::new(), BTreeSet::new());
    for entry in entries {
        let text = |key: &str| entry[key].as_str().unwrap_or_else(|| panic!("{key}: {entry}"));
        let number = |key: &str| entry[key].as_f64().unwrap_or_else(|| panic!("{key}: {entry}"));
        assert!(!text("name").is_empty() && number("pid") == 1.0, "{entry}");
        let thread = entry["tid"].as_u64().unwrap_or_else(|| panic!("tid: {entry}"));
        if text("ph") == "M" {
            assert!(entry["args"]["name"].is_string() || entry["args"]["sort_index"].is_u64());
            threads.insert(thread);
            continue;
        }
        assert!(threads.contains(&thread), "the thread has a name: {entry}");
        let at = (number("ts") * 1_000.0).round() as u64;
        let category = text("cat");
        let id = || (category, text("id"));
        match text("ph") {
            "X" => {
                assert!(number("dur") > 0.0, "{entry}");
                slices.insert((thread, at));
            }
            "i" => assert_eq!(text("s"), "t"),
            "b" => assert!(spans.insert(id(), text("name")).is_none(), "begun twice: {entry}"),
            "n" => assert_eq!(spans.get(&id()), Some(&text("name")), "{entry}"),
            "e" => assert_eq!(spans.remove(&id()), Some(text("name")), "{entry}"),
            "s" => {
                assert!(slices.contains(&(thread, at)), "a flow begins at a slice: {entry}");
                assert!(flows.insert(id(), at).is_none(), "{entry}");
            }
            "f" => {
                assert_eq!(text("bp"), "e");
                assert!(slices.contains(&(thread, at)), "a flow ends at a slice: {entry}");
                assert!(flows.remove(&id()).is_some_and(|begun| begun <= at), "{entry}");
            }
            other => panic!("there is no phase {other}: {entry}"),
        }
    }
    assert!(spans.is_empty(), "every span ends: {spans:?}");
}

#[test]
fn a_lookup_is_told_request_by_request() {
    let desk = Desk::with(WORLD);
    let rows = operations(&desk);
    for kind in ["lookup", "put", "get", "find-providers", "join"] {
        let row = rows.iter().filter(|row| row["kind"] == kind);
        let row = row.max_by_key(|row| row["timeouts"].parse::<u32>().expect("a number"));
        let row = row.unwrap_or_else(|| panic!("there is a {kind}"));
        let story = desk.succeeds(&["trace", "my.toml", "--lookup", &row["number"]]);
        let head = format!("{kind} {}: node {}, ", row["number"], row["node"]);
        assert!(story.starts_with(&head), "{story}");
        let asked = story.lines().filter(|line| line.starts_with("│ node ")).count();
        assert_eq!(asked.to_string(), row["requests"], "{story}");
        let late = story.matches("timed out").count();
        assert_eq!(late.to_string(), row["timeouts"], "{story}");
        let end = format!("+{} ms: {}; ", row["latency_ms"], row["outcome"]);
        assert!(story.lines().last().is_some_and(|line| line.starts_with(&end)), "{end}: {story}");
        let threads = ["trace", "my.toml", "--threads", "2", "--lookup", &row["number"]];
        assert_eq!(desk.succeeds(&threads), story);
    }
}

/// A world in which all is known beforehand: two nodes, 50 ms apart, each in the table of the other.
#[test]
fn the_story_of_a_known_lookup() {
    let desk = Desk::with(
        r#"
name = "two"
seed = 1
[phases]
init = "0s"
transition = "1s"
measurement = "10s"
[nodes]
count = 2
bootstrap = "warm"
[network.latency]
model = "constant"
delay = "50ms"
[[workload]]
kind = "lookup"
total_count = 1
arrivals = "at-once"
"#,
    );
    let all = lines(&desk, &["--kind", "ended"]);
    let number = all[0]["number"].as_u64().expect("a number").to_string();
    let story = desk.succeeds(&["trace", "my.toml", "--lookup", &number]);
    let asker = NodeIndex(all[0]["node"].as_u64().expect("a node") as u32);
    let other = NodeIndex(1 - asker.0);
    assert!(
        story.starts_with(&format!("lookup {number}: {asker}, 1.000000000 s, key ")),
        "{story}"
    );
    let row: Vec<&str> = story.lines().nth(4).expect("a row").split_whitespace().collect();
    let named = other.to_string();
    assert_eq!(row[1..3].join(" "), named, "{story}");
    assert_eq!(row[3..6], ["1", "+0.000", "ms"], "{story}");
    assert!(row[7..].join(" ").starts_with("+100.000 ms: "), "{story}");
    let tail: Vec<&str> = story.lines().rev().take(2).collect();
    let ends = "+100.000 ms: the search ends: the rule for stopping is met (k-closest)";
    assert_eq!(tail[1], ends, "{story}");
    let result = "+100.000 ms: success; 1 found in 1 round, 0 hops, 1 request, 0 time-outs";
    assert!(tail[0].starts_with(result), "{story}");
}

#[test]
fn what_cannot_be_traced_is_told() {
    let desk = Desk::with(WORLD);
    let wrong: [(&[&str], &str); 9] = [
        (&["--nodes", "40"], "there is no node 40: the scenario's 40 nodes are 0..40"),
        (&["--nodes", "5..5"], "\"5..5\" is neither"),
        (&["--kind", "vanished"], "the kinds of events are online"),
        (&["--from", "1m"], "from 0s to 1m"),
        (&["--from", "9s", "--until", "9s"], "the one comes before the other"),
        (&["--lookup", "4294967295000"], "no operation of this run has that number"),
        (&["--lookup", "999"], "no operation of this run has that number"),
        (&["--lookup", "1", "--nodes", "2"], "cannot be used with"),
        (&["--out", "missing/trace"], "--out takes a file"),
    ];
    for (arguments, message) in wrong {
        let said = desk.fails(&[&["trace", "my.toml"], arguments].concat(), 2);
        assert!(said.contains(message), "{arguments:?}: {said}");
    }
}
