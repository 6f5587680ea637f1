//! The folder of a suite: its figures as JSON and CSV, the scenarios of its points, plots.

use super::SuiteError;
use super::figures::{Mean, PointFigures};
use super::plots;
use super::report::{SuiteReport, TestReport};
use super::test_type::TestType;
use crate::report::{self, ReportError};
use crate::runner::verdict::{FailureGrade, LatencyGrade};
use crate::scenario::PlotFormat;
use crate::units::number::rounded;
use std::fs;
use std::path::{Path, PathBuf};

/// The name of the folder of a suite of these tests.
pub fn folder_name(tests: &[TestType]) -> String {
    match tests {
        [only] => format!("suite-{}", only.name()),
        _ => "suite".to_owned(),
    }
}

/// The report as JSON.
pub fn to_json(suite: &SuiteReport) -> String {
    report::to_json(suite)
}

/// Writes the folder of this name below `parent`, complete or not at all, and gives its path.
///
/// # Errors
/// If something cannot be written or drawn.
pub fn write(
    suite: &SuiteReport,
    parent: &Path,
    name: &str,
    formats: &[PlotFormat],
) -> Result<PathBuf, SuiteError> {
    // One that is not complete replaces none that is.
    let place =
        parent.join(if suite.is_complete() { name.to_owned() } else { format!("{name}-partial") });
    let folder = report::write_folder(&place, |folder| {
        put(folder, "suite.json", to_json(suite).as_bytes())?;
        put(folder, "performance.json", report::to_json(&suite.cost).as_bytes())?;
        put(folder, "points.csv", &points_csv(suite))?;
        scenarios(suite, folder)?;
        let plots = plots::of(suite);
        if !plots.is_empty() && !formats.is_empty() {
            let place = make(folder, "plots")?;
            report::sweep_plots(&plots, &place, formats)?;
        }
        Ok(())
    })?;
    Ok(folder)
}

fn put(folder: &Path, name: &str, content: &[u8]) -> Result<(), ReportError> {
    let path = folder.join(name);
    fs::write(&path, content).map_err(|cause| ReportError::Write { path, cause })
}

fn make(folder: &Path, name: &str) -> Result<PathBuf, ReportError> {
    let path = folder.join(name);
    match fs::create_dir(&path) {
        Ok(()) => Ok(path),
        Err(cause) => Err(ReportError::Write { path, cause }),
    }
}

/// The complete scenario of each point, as `kadsim run` takes it.
fn scenarios(suite: &SuiteReport, folder: &Path) -> Result<(), ReportError> {
    let place = make(folder, "scenarios")?;
    for test in &suite.tests {
        for (label, scenario) in &test.scenarios {
            let label: String =
                label.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
            let label = label.replace("--", "-");
            put(&place, &format!("{}-{label}.toml", test.test.name()), scenario.as_bytes())?;
        }
    }
    Ok(())
}

/// A figure of a point.
type Of = fn(&PointFigures) -> Option<Mean>;

/// Columns that are means over runs, with the ends of their intervals.
const MEANS: [(&str, Of); 11] = [
    ("online", |point| Some(point.online)),
    ("connections", |point| Some(point.connections)),
    ("connections_per_node", |point| Some(point.connections_per_node)),
    ("state_bytes_per_node", |point| Some(point.state_bytes_per_node)),
    ("bytes_per_node_second", |point| Some(point.bytes_per_node_second)),
    ("failure_rate", |point| point.failure_rate),
    ("latency_ms", |point| point.latency_ms),
    ("latency_p50_ms", |point| point.latency_p50_ms),
    ("latency_p90_ms", |point| point.latency_p90_ms),
    ("latency_p99_ms", |point| point.latency_p99_ms),
    ("operations_per_second", |point| Some(point.operations_per_second)),
];

/// A row for each point.
fn points_csv(suite: &SuiteReport) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut table = csv::Writer::from_writer(&mut bytes);
    let written: Result<(), csv::Error> = (|| {
        let about = ["test", "point", "value", "nodes", "runs", "successes", "failures", "late"];
        let means = MEANS.iter().flat_map(|(name, _)| {
            [name.to_string(), format!("{name}_low"), format!("{name}_high")]
        });
        let grades = ["failure_grade", "latency_grade", "health"].map(str::to_owned);
        table.write_record(about.map(str::to_owned).into_iter().chain(means).chain(grades))?;
        for test in &suite.tests {
            for point in &test.points {
                table.write_record(row(test, point))?;
            }
        }
        table.flush()?;
        Ok(())
    })();
    written.expect("a list in memory takes every row");
    drop(table);
    bytes
}

fn row(test: &TestReport, point: &PointFigures) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or(String::new(), |one| rounded(one).to_string());
    let mut row = vec![
        test.test.name().to_owned(),
        point.label.clone(),
        number(Some(point.value)),
        point.nodes.to_string(),
        point.seeds.len().to_string(),
        point.successes.to_string(),
        point.failures.to_string(),
        point.late.to_string(),
    ];
    for (_, of) in MEANS {
        let mean = of(point);
        row.push(number(mean.map(|mean| mean.mean)));
        row.push(number(mean.and_then(|mean| mean.low)));
        row.push(number(mean.and_then(|mean| mean.high)));
    }
    row.extend([
        point.failure_grade.map_or("", FailureGrade::name).to_owned(),
        point.latency_grade.map_or("", LatencyGrade::name).to_owned(),
        point.health.name().to_owned(),
    ]);
    row
}
