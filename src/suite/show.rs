//! A suite as a person reads it in a terminal.

use super::figures::{Mean, PointFigures};
use super::report::{Details, Estimates, State, SuiteReport, Summary, TestReport};
use super::test_type::TestType;
use crate::report::table::{columns, pairs};
use crate::report::text::{bytes, grouped, percent, short};
use crate::runner::verdict::{FailureGrade, Health, LatencyGrade};
use comfy_table::Table;
use std::fmt::Write;

/// The whole report as plain text.
pub fn text(report: &SuiteReport, is_verbose: bool) -> String {
    let mut text = String::new();
    for test in &report.tests {
        text.push_str(&self::test(test, report.repeats));
        if is_verbose {
            text.push_str(&runs(test));
        }
    }
    if let Some(point) = largest(report) {
        section(&mut text, "Network overview", &pairs(&network(point)));
    }
    section(&mut text, "All tests", &tests(report));
    section(&mut text, "Operations", &pairs(&operations(report)));
    section(&mut text, "Resources", &pairs(&resources(report)));
    let advice = recommendation(report);
    if !advice.is_empty() {
        section(&mut text, "Recommendation", &pairs(&advice));
    }
    let _ = writeln!(text, "\nHealth: {}", health(report.summary.health));
    text
}

fn section(text: &mut String, title: &str, table: &Table) {
    let _ = writeln!(text, "\n{title}\n{table}");
}

/// A test: its points, and what it tells beside.
pub fn test(test: &TestReport, repeats: usize) -> String {
    let mut text = format!("\n{}: {}", test.test.name(), test.description);
    let runs = if repeats == 1 { "one run".to_owned() } else { format!("{repeats} runs") };
    match test.state {
        State::Complete => {
            let _ = writeln!(text, " ({runs} a point)\n{}", points(test));
            let lines = test.lines();
            if !lines.is_empty() {
                let _ = writeln!(text, "{}", pairs(&lines));
            }
        }
        State::TimedOut => text.push_str("\n  took longer than --time-limit: no figures\n"),
        State::Interrupted => text.push_str("\n  was interrupted: no figures\n"),
    }
    text
}

/// The table of a test's points.
fn points(test: &TestReport) -> Table {
    let keeps = matches!(test.test, TestType::LargeRecords | TestType::Topology);
    let has_graph = test.test == TestType::Topology;
    let uses = match &test.details {
        Details::Topology { uses, .. } if uses.iter().any(|use_| !use_.is_empty()) => Some(uses),
        _ => None,
    };
    let mut header = vec![test.test.varies().to_owned(), "latency (ms)".to_owned()];
    header.push(if has_graph { "told\nof" } else { "p99\n(ms)" }.to_owned());
    header.push("ops/s".to_owned());
    header.push("connec-\ntions".to_owned());
    if keeps {
        header.push("kept".to_owned());
    }
    header.extend(["failures".to_owned(), "verdict".to_owned()]);
    if uses.is_some() {
        header.push("best at".to_owned());
    }
    let rows = test.points.iter().enumerate().map(|(place, point)| {
        let known = |value: Option<f64>| value.map_or("-".to_owned(), short);
        let mut row = vec![
            point.label.clone(),
            interval(point.latency_ms),
            match has_graph {
                true => known(point.first_contacts_per_node),
                false => known(point.latency_p99_ms.map(|p99| p99.mean)),
            },
            short(point.operations_per_second.mean),
        ];
        row.push(short(point.connections_per_node.mean));
        if keeps {
            row.push(bytes(point.state_bytes_per_node.mean.round()));
        }
        row.push(point.failure_rate.map_or("-".to_owned(), |rate| percent(rate.mean)));
        row.push(verdict(point));
        if let Some(uses) = uses {
            row.push(uses[place].replace(", ", "\n"));
        }
        row
    });
    let mut table = columns(header, rows.collect(), 1);
    // As in the summary of a run: room on one side alone, so that all of them fit a terminal.
    table.column_iter_mut().skip(1).for_each(|column| {
        column.set_padding((0, 1));
    });
    table
}

/// A mean, and below it its interval where there is one.
fn interval(mean: Option<Mean>) -> String {
    match mean {
        None => "-".to_owned(),
        Some(Mean { mean, low: Some(low), high: Some(high) }) if low < high => {
            format!("{}\n{} to {}", short(mean), short(low), short(high))
        }
        Some(Mean { mean, .. }) => short(mean),
    }
}

fn verdict(point: &PointFigures) -> String {
    let failure = point.failure_grade.map_or("-", FailureGrade::name);
    let latency = point.latency_grade.map_or("-", LatencyGrade::name);
    format!("{failure}\n{latency}")
}

/// How each run can be repeated, and what it came to.
fn runs(test: &TestReport) -> String {
    let mut text = String::new();
    for point in &test.points {
        for (seed, digest) in point.seeds.iter().zip(&point.digests) {
            let digest = digest.as_deref().unwrap_or("-");
            let _ = writeln!(text, "  {}: seed {seed}, digest {digest}", point.label);
        }
        let _ = writeln!(text, "    {}", command(&test.file, &point.settings));
    }
    text
}

/// The command that runs a point alone.
pub fn command(file: &str, settings: &[String]) -> String {
    let mut text = format!("kadsim run {file}");
    for setting in settings {
        match setting.contains([' ', '"', '[', '*']) {
            true => write!(text, " --set '{setting}'"),
            false => write!(text, " --set {setting}"),
        }
        .expect("a text takes every text");
    }
    text
}

/// The point with the most nodes; of several the first.
fn largest(report: &SuiteReport) -> Option<&PointFigures> {
    let points = report.tests.iter().flat_map(|test| &test.points);
    points.reduce(|most, point| if point.nodes > most.nodes { point } else { most })
}

fn pair(name: &str, value: String) -> (String, String) {
    (name.to_owned(), value)
}

fn network(point: &PointFigures) -> Vec<(String, String)> {
    vec![
        pair("nodes", format!("{}, {} online", grouped(point.nodes), short(point.online.mean))),
        pair(
            "connections",
            format!(
                "{} of {} possible",
                short(point.connections.mean),
                short(point.theoretical_maximum.mean)
            ),
        ),
        pair("connections per node", short(point.connections_per_node.mean)),
    ]
}

fn tests(report: &SuiteReport) -> Table {
    let header = ["test", "operations", "failures", "", "latency\n(ms)", "", "ops/s", "health"];
    let row = |test: &TestReport| {
        let Summary { successes, failures, failure_rate, latency_ms, .. } = test.summary;
        let summary = &test.summary;
        let state = match test.state {
            State::Complete => health(summary.health),
            State::TimedOut => "timed out".to_owned(),
            State::Interrupted => "interrupted".to_owned(),
        };
        vec![
            test.test.name().to_owned(),
            grouped(successes + failures),
            failure_rate.map_or("-".to_owned(), percent),
            summary.failure_grade.map_or("", FailureGrade::name).to_owned(),
            latency_ms.map_or("-".to_owned(), short),
            summary.latency_grade.map_or("", LatencyGrade::name).to_owned(),
            short(summary.operations_per_second),
            state,
        ]
    };
    columns(header.map(str::to_owned).to_vec(), report.tests.iter().map(row).collect(), 1)
}

fn operations(report: &SuiteReport) -> Vec<(String, String)> {
    let summary = &report.summary;
    let grade = |name: Option<&str>| name.map_or(String::new(), |name| format!(": {name}"));
    vec![
        pair("successful", grouped(summary.successes)),
        pair("failed", grouped(summary.failures)),
        pair(
            "failure rate",
            summary.failure_rate.map_or("-".to_owned(), percent)
                + &grade(summary.failure_grade.map(FailureGrade::name)),
        ),
        pair(
            "mean latency",
            summary.latency_ms.map_or("-".to_owned(), |ms| format!("{} ms", short(ms)))
                + &grade(summary.latency_grade.map(LatencyGrade::name)),
        ),
        pair("operations per second", format!("{} a test", short(summary.operations_per_second))),
    ]
}

fn resources(report: &SuiteReport) -> Vec<(String, String)> {
    let Estimates { nodes, memory_bytes, descriptors } = report.estimates;
    let cost = &report.cost;
    let known = |text: Option<String>| text.unwrap_or_else(|| "not known here".to_owned());
    let seconds: f64 = cost.tests.iter().map(|(_, seconds)| seconds).sum();
    vec![
        pair(
            "a real deployment",
            format!(
                "{} nodes: about {} MB and {} open files (50 MB and 50 each)",
                grouped(nodes),
                grouped(memory_bytes / 1_000_000),
                grouped(descriptors)
            ),
        ),
        pair(
            "this simulation",
            format!(
                "{} s, {} s of processor time, at most {} of memory",
                short(seconds),
                known(cost.cpu_seconds.map(short)),
                known(cost.peak_memory_bytes.map(|peak| bytes(peak as f64)))
            ),
        ),
    ]
}

fn recommendation(report: &SuiteReport) -> Vec<(String, String)> {
    let topology = report.test(TestType::Topology).map(TestReport::lines).unwrap_or_default();
    let knee = report.test(TestType::Throughput).map(TestReport::lines).unwrap_or_default();
    let knee = knee.into_iter().map(|(_, text)| pair("rate", text));
    topology.into_iter().chain(knee).collect()
}

fn health(health: Health) -> String {
    health.name().replace('-', " ")
}
