//! `kadsim compare` as a user runs it: what it finds, how it says so, and what it refuses.

use crate::desk::{Desk, files, text};
use serde_json::Value;
use std::fs;

/// Sixty nodes with enough lookups for intervals from operations.
const SMALL: &str = r#"
name = "small"
seed = 7

[phases]
init = "5s"
transition = "10s"
measurement = "100s"

[nodes]
count = 30

[network.latency]
model = "uniform"
min = "20ms"
max = "90ms"

[network.loss]
rate = 0.05

[[workload]]
kind = "lookup"
rate = "6/min"

[output]
plots = ["svg"]
"#;

const A: &str = "output/small-7";
const B: &str = "one/small-7";

/// Two runs of one seed: the second sends one request at a time, and so takes much longer.
fn runs() -> Desk {
    let desk = Desk::with(SMALL);
    desk.succeeds(&["run", "my.toml", "--quiet"]);
    desk.succeeds(&["run", "my.toml", "--quiet", "--set", "kademlia.alpha=1", "--out", "one"]);
    desk
}

fn sweep() -> Desk {
    let vary =
        "\n[sweep]\nrepeats = 6\n\n[sweep.vary]\nkademlia.alpha = [1, 3]\nnodes.count = [20, 30]\n";
    let desk = Desk::with(&format!("{SMALL}{vary}"));
    desk.succeeds(&["sweep", "my.toml", "--quiet"]);
    desk
}

fn json(desk: &Desk, arguments: &[&str]) -> Value {
    let text = desk.succeeds(&[&["compare"], arguments, &["--format", "json"]].concat());
    serde_json::from_str(&text).expect("it is JSON")
}

fn difference<'v>(comparison: &'v Value, point: usize, figure: &str) -> &'v Value {
    let all = comparison["points"][point]["differences"].as_array().expect("a list");
    all.iter().find(|difference| difference["figure"] == figure).expect(figure)
}

#[test]
fn a_difference_of_two_runs_is_found_and_marked() {
    let desk = runs();
    let told = desk.succeeds(&["compare", A, B]);
    assert!(told.contains("  kademlia.alpha: 3 -> 1\n"), "{told}");
    assert!(told.lines().all(|line| line.chars().count() <= 100), "fits 100 columns: {told}");
    assert!(told.contains("what another seed would") && told.contains("not corrected"), "{told}");

    let found = json(&desk, &[A, B]);
    let latency = difference(&found, 0, "operations.lookup.latency_micros.p50");
    assert_eq!((&latency["method"], &latency["excludes_zero"]), (&"windows".into(), &true.into()));
    let result: Value =
        serde_json::from_slice(&desk.read(&format!("{A}/result.json"))).expect("JSON");
    let lookups = result["operations"].as_array().expect("a list");
    let lookup = lookups.iter().find(|kind| kind["kind"] == "lookup").expect("lookups");
    let number = |value: &Value| value.as_f64().expect("a number");
    assert_eq!(number(&latency["base"]), number(&lookup["latency_micros"]["p50"]));
    let (low, high) = (number(&latency["low"]), number(&latency["high"]));
    assert!(low > 0.0 && (low..=high).contains(&number(&latency["difference"])), "{latency}");
    let online = difference(&found, 0, "network.online_mean");
    assert_eq!((&online["method"], &online["low"]), (&"no-repeats".into(), &Value::Null));
    assert_eq!(found["scenario"][0]["key"], "kademlia.alpha");
}

#[test]
fn equal_runs_are_said_to_be_equal_and_nothing_is_marked() {
    let desk = Desk::with(SMALL);
    desk.succeeds(&["run", "my.toml", "--quiet"]);
    desk.succeeds(&["run", "my.toml", "--quiet", "--out", "one"]);
    let told = desk.succeeds(&["compare", A, B]);
    assert!(told.contains("B has the same digest as A"), "{told}");
    assert!(told.contains("The scenarios are equal."), "{told}");
    let found = json(&desk, &[A, B, "--all"]);
    let all = found["points"][0]["differences"].as_array().expect("a list");
    assert!(all.len() > 100);
    for difference in all {
        assert_eq!(difference["difference"], 0.0, "{difference}");
        assert_eq!(difference["excludes_zero"], false, "{difference}");
    }
}

#[test]
fn points_of_a_sweep_are_paired_by_seed() {
    let desk = sweep();
    let at = |point: &str| format!("output/small-7-sweep@{point}");
    let (one, three) = (at("kademlia.alpha=1"), at("kademlia.alpha=3"));
    let found = json(&desk, &[&one, &three]);
    assert_eq!(found["points"][0]["point"], "nodes.count=20");
    for point in 0..2 {
        let latency = difference(&found, point, "operations.lookup.latency_micros.mean");
        assert_eq!((&latency["method"], &latency["runs"]), (&"paired-bootstrap".into(), &6.into()));
        assert_eq!(latency["excludes_zero"], true);
    }
    // A figure of the first point is the mean of its rows.
    let runs = text(&desk.read("output/small-7-sweep/runs.csv"));
    let mut reader = csv::Reader::from_reader(runs.as_bytes());
    let headers = reader.headers().expect("a header").clone();
    let column = |name: &str| headers.iter().position(|header| header == name).expect(name);
    let events = |point: &str| {
        let mut reader = csv::Reader::from_reader(runs.as_bytes());
        let rows = reader.records().map(|row| row.expect("a row"));
        let rows = rows.filter(|row| &row[column("point")] == point);
        rows.map(|row| row[column("events")].parse::<f64>().expect("a number")).sum::<f64>() / 6.0
    };
    let found = json(&desk, &[&one, &three, "--metric", "events"]);
    let difference = difference(&found, 0, "events");
    let number = |key: &str| difference[key].as_f64().expect("a number");
    assert!((number("base") - events("0")).abs() < 1e-3, "{difference}");
    assert!((number("difference") - (events("2") - events("0"))).abs() < 1e-3, "{difference}");

    // Another seed has other repeats, which are no partners.
    desk.succeeds(&["sweep", "my.toml", "--quiet", "--seed", "8"]);
    let found =
        json(&desk, &["output/small-7-sweep", "output/small-8-sweep", "--metric", "events"]);
    assert_eq!(found["points"].as_array().map(Vec::len), Some(4));
    assert_eq!(found["points"][0]["differences"][0]["method"], "bootstrap");

    let message = desk.fails(&["compare", "output/small-7-sweep", &one], 2);
    assert!(message.contains("the same varied keys"), "{message}");
    let message = desk.fails(&["compare", &one, &at("kademlia.alpha=2")], 2);
    assert!(message.contains("it has 1, 3"), "{message}");
    let message = desk.fails(&["compare", &one, &one], 2);
    assert!(message.contains("given twice"), "{message}");

    desk.succeeds(&["compare", &one, &three, "--metric", "events", "--out", "both"]);
    let found = files(&desk.path("both"));
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(desk.path("both/plots/events.svg").exists());
}

#[test]
fn every_format_has_all_differences() {
    let desk = runs();
    let arguments = ["compare", A, B, "--metric", "operations.lookup.*", "--format"];
    let with = |format: &str| desk.succeeds(&[&arguments[..], &[format]].concat());
    let found: Value = serde_json::from_str(&with("json")).expect("it is JSON");
    let wanted = found["points"][0]["differences"].as_array().expect("a list").len();
    assert!(wanted > 50);
    let table = with("csv");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows: Result<Vec<_>, _> = reader.records().collect();
    assert_eq!(rows.expect("it is CSV").len(), wanted);
    let markdown = with("markdown");
    let rows: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), wanted + 2);
    let bars = |row: &str| row.matches('|').count();
    assert!(rows.iter().all(|row| bars(row) == bars(rows[0])), "{markdown}");
}

#[test]
fn the_folder_holds_tables_and_plots_and_replaces_no_run() {
    let desk = runs();
    desk.succeeds(&["compare", A, B, "--out", "both", "--plots", "svg,png"]);
    for name in ["latency-lookup", "rounds-lookup", "hops-lookup", "success-lookup", "messages"] {
        for format in ["svg", "png"] {
            let path = desk.path(&format!("both/plots/{name}.{format}"));
            assert!(fs::metadata(&path).is_ok_and(|file| file.len() > 1_000), "{}", path.display());
        }
    }
    let svg = text(&desk.read("both/plots/latency-lookup.svg"));
    assert!(svg.contains("milliseconds") && svg.contains("B small-7"), "names and units");
    let kept: Value = serde_json::from_slice(&desk.read("both/compare.json")).expect("it is JSON");
    assert_eq!(kept, json(&desk, &[A, B]));
    let message = desk.fails(&["compare", A, B, "--out", B], 2);
    assert!(message.contains("holds a run"), "{message}");
    desk.succeeds(&["compare", A, B, "--out", "both"]);
    assert!(!desk.path("both/plots/messages.png").exists(), "nothing of the earlier plots stays");
}

#[test]
fn what_cannot_be_compared_is_told_in_one_message() {
    let desk = runs();
    let refused = |arguments: &[&str], part: &str| {
        let message = desk.fails(&[&["compare"], arguments].concat(), 2);
        assert!(message.contains(part), "{arguments:?}: {message}");
    };
    refused(&[A], "2 values required");
    refused(&[A, "nowhere"], "nowhere holds no results");
    refused(&[A, "one/../output/small-7"], "given twice");
    refused(&[A, &format!("{B}@a=1")], "a single run has no points");
    refused(&[A, B, "--metric", "operations.lookup.p50"], "--metric operations.lookup.p50");
    refused(&[A, B, "--metric", "a{"], "--metric a{");
    refused(&[A, B, "--plots", "svg"], "--out");
    fs::write(desk.path("one/small-7/operations.csv"), "number,kind\n1,lookup\n").expect("written");
    refused(&[A, B], "operations.csv:2");
    let result = text(&desk.read("one/small-7/result.json"));
    let own = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    fs::write(desk.path("one/small-7/result.json"), result.replace(&own, "\"version\": \"0.0.1\""))
        .expect("written");
    refused(&[A, B], "written by kadsim 0.0.1");
}
