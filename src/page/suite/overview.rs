//! All tests of a suite together: verdict, recommendation, settings, network, resources.

use super::details;
use super::{id, state};
use crate::page::figures::{of as number, share, time};
use crate::page::held::Held;
use crate::page::table::{Cell, Tone, pairs, table};
use crate::page::{tiles, verdict};
use crate::report::text::{bytes, grouped, short};
use maud::{Markup, html};
use serde_json::Value;

/// What rates of a test or of a suite are of.
pub const RATE_OF: &str = "virtual, mean over what is judged";

/// Health and the few figures of all tests, and a row for each.
pub fn verdict(report: &Value) -> Markup {
    html! {
        @if let Some(summary) = report.at("summary") {
            (tiles::show(&verdict::tiles(summary, "the worst of all tests", RATE_OF)))
        }
        (tests(report.list("tests")))
    }
}

fn tests(tests: &[Value]) -> Markup {
    let columns = [
        ("test", ""),
        ("health", ""),
        ("points", ""),
        ("operations", ""),
        ("failed", ""),
        ("failures", "grade"),
        ("latency", "mean, ms"),
        ("latency", "grade"),
        ("operations", "a second"),
    ];
    let row = |(place, test): (usize, &Value)| {
        let is_complete = state(test) == "complete";
        let successes = test.whole("summary.successes").unwrap_or(0);
        let count = successes + test.whole("summary.failures").unwrap_or(0);
        let health = match is_complete {
            true => verdict::grade(test, "summary.health"),
            false => Cell::Grade(state(test).replace('-', " "), Tone::Middling),
        };
        let figure = |cell: Cell| if is_complete { cell } else { Cell::None };
        let points = test.list("points").len();
        vec![
            Cell::Link(test.text("test").to_owned(), id(place)),
            health,
            figure(number(points as f64)),
            figure(Cell::Number(grouped(count), count as f64)),
            figure(share(test, "summary.failure_rate")),
            figure(verdict::grade(test, "summary.failure_grade")),
            figure(test.number("summary.latency_ms").map_or(Cell::None, brief)),
            figure(verdict::grade(test, "summary.latency_grade")),
            figure(test.number("summary.operations_per_second").map_or(Cell::None, brief)),
        ]
    };
    table("All tests", &columns, &tests.iter().enumerate().map(row).collect::<Vec<_>>())
}

fn brief(value: f64) -> Cell {
    Cell::Number(short(value), value)
}

/// What the tests advise; nothing where none does.
pub fn recommendation(tests: &[Value]) -> Option<Markup> {
    let advising = |kind: &str| {
        let of = |test: &Value| test.at(&format!("details.{kind}")).cloned();
        tests.iter().find_map(of)
    };
    let (topology, knee) = (advising("topology"), advising("throughput"));
    if topology.is_none() && knee.is_none() {
        return None;
    }
    Some(html! {
        @if let Some(topology) = &topology { (details::advice(topology)) }
        @if let Some(knee) = &knee {
            h3 { "Rate" }
            (details::knee(knee))
        }
    })
}

/// What the suite was run at.
pub fn settings(report: &Value) -> Markup {
    let names = report.list("tests").iter().map(|test| test.text("test"));
    let seconds = |path| report.number(path).map(time);
    let seed = match report.whole("seed") {
        Some(seed) => format!("drawn from {seed}"),
        None => "drawn from the seed of each scenario".to_owned(),
    };
    let size = report.is("stress").then(|| "all tests at the size of the stress test".to_owned());
    html! {
        (pairs(&[
            ("Tests", Some(names.collect::<Vec<_>>().join(", "))),
            ("Nodes of the largest network of a test", report.whole("max_nodes").map(grouped)),
            ("A test measures for", seconds("duration_seconds")),
            ("Between a node that comes and the next", seconds("interval_seconds")),
            ("Runs of each point", report.whole("repeats").map(grouped)),
            ("Seeds of the runs", Some(seed)),
            ("Size", size),
        ]))
        p {
            "Times are virtual. The stress test and the smoke test have sizes of their own; what is laid over "
            "the scenario of a test stands in the commands that repeat its points."
        }
    }
}

/// The largest network of all points; nothing where there is no point.
pub fn network(tests: &[Value]) -> Option<Markup> {
    let points =
        tests.iter().flat_map(|test| test.list("points").iter().map(move |point| (test, point)));
    let nodes = |point: &Value| point.whole("nodes").unwrap_or(0);
    // Of several of one size the first.
    let (test, point) =
        points.reduce(|most, one| if nodes(one.1) > nodes(most.1) { one } else { most })?;
    let mean = |name: &str| point.number(&format!("{name}.mean"));
    let pair = mean("connections").zip(mean("theoretical_maximum"));
    Some(html! {
        p { "That of the largest network: test " (test.text("test")) ", point " (point.text("label")) "." }
        (pairs(&[
            ("Nodes", point.whole("nodes").map(grouped)),
            ("Nodes online at the end, mean", mean("online").map(short)),
            ("Connections: pairs that know each other", pair.map(|(some, all)| {
                format!("{} of {} possible", short(some), short(all))
            })),
            ("Connections of a node", mean("connections_per_node").map(short)),
            ("A node sends", mean("bytes_per_node_second").map(|rate| format!("{}/s", bytes(rate)))),
            ("A node keeps", mean("state_bytes_per_node").map(bytes)),
        ]))
    })
}

/// What a real deployment takes by rule of thumb, beside what the simulation cost.
pub fn resources(report: &Value, cost: Option<&Value>) -> Option<Markup> {
    let estimates = report.at("estimates");
    if estimates.is_none() && cost.is_none() {
        return None;
    }
    let nothing = Value::Null;
    let (of, cost) = (estimates.unwrap_or(&nothing), cost.unwrap_or(&nothing));
    let known = |text: Option<String>| Cell::Text(text.unwrap_or_else(|| "–".to_owned()));
    let count = |path| known(of.whole(path).map(grouped));
    let none = || known(None);
    let megabytes =
        of.whole("memory_bytes").map(|size| format!("{} MB", grouped(size / 1_000_000)));
    let tests: Vec<(&str, f64)> = cost
        .list("tests")
        .iter()
        .filter_map(|test| Some((test.get(0)?.as_str()?, test.get(1)?.as_f64()?)))
        .collect();
    let seconds = |seconds: f64| format!("{} s", short(seconds));
    let wall = tests.iter().map(|(_, seconds)| seconds).sum::<f64>();
    let name = |name: &str| Cell::Name(name.to_owned());
    let peak = cost.number("peak_memory_bytes");
    let peak = peak.map(|size| format!("{}, the most at once", bytes(size)));
    let rows = vec![
        vec![name("nodes"), count("nodes"), none()],
        vec![name("memory"), known(megabytes), known(peak)],
        vec![name("open files and sockets"), count("descriptors"), none()],
        vec![name("time that passed"), none(), known((!tests.is_empty()).then(|| seconds(wall)))],
        vec![name("processor time"), none(), known(cost.number("cpu_seconds").map(seconds))],
    ];
    let columns = [
        ("resource", ""),
        ("a real deployment", "estimated"),
        ("this simulation", "measured, all tests"),
    ];
    let row = |(test, seconds): &(&str, f64)| vec![Cell::Name((*test).to_owned()), brief(*seconds)];
    let rows_of_tests: Vec<_> = tests.iter().map(row).collect();
    Some(html! {
        @if estimates.is_some() {
            p {
                "A real deployment of the largest network is estimated by a rule of thumb, 50 MB of memory and "
                "50 open files and sockets a node."
            }
        }
        (table("What it takes", &columns, &rows))
        @if !rows_of_tests.is_empty() {
            details {
                summary { "Time of each test" }
                (table("Time that passed", &[("test", ""), ("time", "s")], &rows_of_tests))
            }
        }
    })
}
