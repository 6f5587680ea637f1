//! The plots of a suite.

use super::advice::topology;
use super::figures::{Mean, PointFigures};
use super::report::{Details, SuiteReport, TestReport};
use super::test_type::TestType;
use crate::report::{Lines, Point, Spread, SweepPlot};

/// A figure of points: its name in files, its label with unit, and its value.
type Figure = (&'static str, &'static str, fn(&PointFigures) -> Option<Mean>);

const LATENCY: Figure = ("latency", "Mean latency (ms)", |point| point.latency_ms);
const FAILURES: Figure =
    ("failures", "Failed operations (%)", |point| Some(point.failure_rate?.scaled(100.0)));
const RATE: Figure =
    ("operations", "Operations per second", |point| Some(point.operations_per_second));
const CONNECTIONS: Figure =
    ("connections", "Connections of a node", |point| Some(point.connections_per_node));
const STATE: Figure = ("kept", "Kept by a node (KiB)", |point| {
    Some(point.state_bytes_per_node.scaled(1.0 / 1_024.0))
});

/// The plots of all tests that came to their end, by the names of their files.
pub fn of(report: &SuiteReport) -> Vec<(String, SweepPlot)> {
    report.tests.iter().flat_map(|test| of_test(test, report)).collect()
}

fn of_test(test: &TestReport, report: &SuiteReport) -> Vec<(String, SweepPlot)> {
    let figures: &[Figure] = match test.test {
        TestType::Linear | TestType::Topology => &[LATENCY, RATE, CONNECTIONS],
        TestType::Throughput | TestType::Churn => &[LATENCY, FAILURES],
        TestType::LargeRecords => &[LATENCY, STATE],
        _ => &[],
    };
    let subtitle = subtitle(test, report);
    let mut plots: Vec<(String, SweepPlot)> = figures
        .iter()
        .filter(|_| !test.points.is_empty())
        .map(|figure| {
            let lines = match test.test {
                TestType::Topology => by_topology(test, figure, &subtitle),
                _ => over_points(test, figure, &subtitle),
            };
            (format!("{}-{}", test.test.name(), figure.0), SweepPlot::Lines(lines))
        })
        .collect();
    if let Details::Bootstrap(participation) = &test.details
        && !participation.spread.is_empty()
    {
        let spread = Spread { name: String::new(), micros: participation.spread.clone() };
        plots.push((
            "bootstrap-participation".to_owned(),
            SweepPlot::Spreads {
                title: "Time from the first contact to full participation".to_owned(),
                subtitle,
                whose: "Newcomers".to_owned(),
                spreads: vec![spread],
            },
        ));
    }
    plots
}

fn subtitle(test: &TestReport, report: &SuiteReport) -> String {
    let runs = match report.repeats {
        1 => "one run a point".to_owned(),
        repeats => format!("{repeats} runs a point, with 95 % intervals"),
    };
    format!("{}, {runs}", test.description)
}

fn point(mean: Option<Mean>) -> Option<Point> {
    let mean = mean?;
    Some(Point { mean: mean.mean, interval: mean.low.zip(mean.high) })
}

/// A figure over all points of a test.
fn over_points(test: &TestReport, figure: &Figure, subtitle: &str) -> Lines {
    let x = match test.test {
        TestType::Linear => "Nodes",
        TestType::Throughput => "Offered gets per second of one node",
        TestType::Churn => "Mean session (seconds)",
        TestType::LargeRecords => "Record size (KiB)",
        _ => "",
    };
    let unit = if test.test == TestType::LargeRecords { 1_024.0 } else { 1.0 };
    let values: Vec<f64> = test.points.iter().map(|point| point.value / unit).collect();
    Lines {
        title: title(test.test, figure),
        subtitle: subtitle.to_owned(),
        x: x.to_owned(),
        names: values.iter().map(f64::to_string).collect(),
        numbers: Some(values),
        y: figure.1.to_owned(),
        lines: vec![(
            String::new(),
            test.points.iter().map(|measured| point((figure.2)(measured))).collect(),
        )],
    }
}

/// A figure over the size of networks, a line for each topology.
fn by_topology(test: &TestReport, figure: &Figure, subtitle: &str) -> Lines {
    let mut sizes: Vec<u64> = test.points.iter().map(|point| point.nodes).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut kinds: Vec<&str> = Vec::new();
    for kind in test.points.iter().map(topology) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let at = |kind: &str, nodes: u64| {
        let found =
            test.points.iter().find(|point| (topology(point), point.nodes) == (kind, nodes));
        point(found.and_then(|found| (figure.2)(found)))
    };
    let line =
        |kind: &&str| ((*kind).to_owned(), sizes.iter().map(|&nodes| at(kind, nodes)).collect());
    Lines {
        title: title(test.test, figure),
        subtitle: subtitle.to_owned(),
        x: "Nodes".to_owned(),
        names: sizes.iter().map(u64::to_string).collect(),
        numbers: Some(sizes.iter().map(|&nodes| nodes as f64).collect()),
        y: figure.1.to_owned(),
        lines: kinds.iter().map(line).collect(),
    }
}

fn title(test: TestType, figure: &Figure) -> String {
    let what = figure.1.split(" (").next().unwrap_or(figure.1);
    let against = match test {
        TestType::Linear | TestType::Topology => "number of nodes",
        TestType::Throughput => "offered rate",
        TestType::Churn => "length of sessions",
        _ => "size of records",
    };
    format!("{what} by {against}")
}
