//! What a folder of results holds, read and not yet shown.

use super::PageError;
use super::held::Held;
use super::plots::{self, Plot};
use super::redrawn;
use serde_json::Value;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// The folders that a page can be made of. A folder of another kind becomes another variant here.
#[derive(Debug)]
pub enum Content {
    /// That of a run.
    Run(Box<Run>),
    /// That of a sweep.
    Sweep(Box<Sweep>),
    /// That of a suite.
    Suite(Box<Suite>),
}

/// The folder of a run.
#[derive(Debug)]
pub struct Run {
    /// `result.json`.
    pub result: Value,
    /// `performance.json`, if it is there.
    pub performance: Option<Value>,
    /// `scenario.toml`.
    pub scenario: String,
    /// Operations one by one, or a sample of them.
    pub operations: Vec<Operation>,
    /// Records one by one, or a sample of them.
    pub records: Vec<Record>,
    /// Plots by name, in the order in which they are shown.
    pub plots: Vec<Plot>,
}

/// A row of `operations.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Kind of operation.
    pub kind: String,
    /// Milliseconds to its end.
    pub latency_ms: f64,
    /// Whether it succeeded.
    pub success: bool,
    /// Length of the chain of responses to the closest node that answered.
    pub hops: u64,
}

/// A row of `records.csv`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// When the first node held it, in virtual seconds; `None` if nobody ever did.
    pub first_held: Option<f64>,
    /// Online nodes that hold it at the end.
    pub replicas_end: u64,
}

/// The folder of a sweep.
#[derive(Debug)]
pub struct Sweep {
    /// `sweep.json`.
    pub identity: Value,
    /// `runs.csv`.
    pub runs: Table,
    /// `summary.csv`.
    pub summary: Table,
    /// Plots by name.
    pub plots: Vec<Plot>,
}

/// The folder of a suite.
#[derive(Debug)]
pub struct Suite {
    /// `suite.json`: it has tests with names, and their points have labels.
    pub report: Value,
    /// `performance.json`, if it is there.
    pub performance: Option<Value>,
    /// Names of the files in `scenarios`, in order.
    pub scenarios: Vec<String>,
    /// Plots by name.
    pub plots: Vec<Plot>,
}

/// A CSV file as texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Names of the columns.
    pub header: Vec<String>,
    /// The rows, as long as the header.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Place of the column of this name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// What stands in `row` in the column of this name; empty if there is no such column.
    pub fn cell<'t>(&self, row: &'t [String], name: &str) -> &'t str {
        self.column(name).map_or("", |place| &row[place])
    }
}

impl Run {
    /// The version of kadsim that wrote it.
    pub fn version(&self) -> String {
        self.result.text("version").to_owned()
    }
}

impl Sweep {
    /// The version of kadsim that wrote it.
    pub fn version(&self) -> String {
        self.identity.text("version").to_owned()
    }
}

impl Suite {
    /// The version of kadsim that wrote it.
    pub fn version(&self) -> String {
        self.report.text("version").to_owned()
    }
}

/// Reads `folder`.
///
/// # Errors
/// If it holds no results, or they cannot be read.
pub fn read(folder: &Path) -> Result<Content, PageError> {
    if let Some(result) = json(&folder.join("result.json"))? {
        return run(folder, result).map(|run| Content::Run(Box::new(run)));
    }
    if let Some(identity) = json(&folder.join("sweep.json"))? {
        return sweep(folder, identity).map(|sweep| Content::Sweep(Box::new(sweep)));
    }
    let Some(report) = json(&folder.join("suite.json"))? else {
        return Err(PageError::NoResults(folder.to_owned()));
    };
    suite(folder, report).map(|suite| Content::Suite(Box::new(suite)))
}

fn run(folder: &Path, result: Value) -> Result<Run, PageError> {
    let path = folder.join("result.json");
    let damaged = |cause: &str| PageError::Damaged { path: path.clone(), cause: cause.to_owned() };
    for name in ["name", "version"] {
        if result.text(name).is_empty() {
            return Err(damaged(&format!("it has no {name}")));
        }
    }
    if result.at("scenario").is_none_or(|scenario| !scenario.is_object()) {
        return Err(damaged("it has no scenario"));
    }
    let operations = table(&folder.join("operations.csv"))?.unwrap_or_default();
    let records = table(&folder.join("records.csv"))?.unwrap_or_default();
    let mut run = Run {
        performance: json(&folder.join("performance.json"))?,
        scenario: text(&folder.join("scenario.toml"))?.unwrap_or_default(),
        operations: operations.rows.iter().map(|row| operation(&operations, row)).collect(),
        records: records.rows.iter().map(|row| record(&records, row)).collect(),
        plots: plots::read(&folder.join("plots"))?,
        result,
    };
    if run.plots.is_empty() {
        let series = table(&folder.join("timeseries.csv"))?.unwrap_or_default();
        run.plots = redrawn::plots(&run, &series)?;
    }
    Ok(run)
}

fn operation(table: &Table, row: &[String]) -> Operation {
    Operation {
        kind: table.cell(row, "kind").to_owned(),
        latency_ms: table.cell(row, "latency_ms").parse().unwrap_or(0.0),
        success: table.cell(row, "outcome") == "success",
        hops: table.cell(row, "hops").parse().unwrap_or(0),
    }
}

fn record(table: &Table, row: &[String]) -> Record {
    Record {
        first_held: table.cell(row, "first_held_s").parse().ok(),
        replicas_end: table.cell(row, "replicas_end").parse().unwrap_or(0),
    }
}

fn sweep(folder: &Path, identity: Value) -> Result<Sweep, PageError> {
    let tables = [table(&folder.join("runs.csv"))?, table(&folder.join("summary.csv"))?];
    let [Some(runs), Some(summary)] = tables else {
        return Err(PageError::Unfinished(folder.to_owned()));
    };
    Ok(Sweep { identity, runs, summary, plots: plots::read(&folder.join("plots"))? })
}

fn suite(folder: &Path, report: Value) -> Result<Suite, PageError> {
    if let Some(cause) = flaw(&report) {
        return Err(PageError::Damaged { path: folder.join("suite.json"), cause });
    }
    Ok(Suite {
        report,
        performance: json(&folder.join("performance.json"))?,
        scenarios: names(&folder.join("scenarios"))?,
        plots: plots::read(&folder.join("plots"))?,
    })
}

/// What is wrong with a `suite.json`, if without it there is nothing to show.
fn flaw(report: &Value) -> Option<String> {
    if report.text("version").is_empty() {
        return Some("it has no version".to_owned());
    }
    if report.list("tests").is_empty() {
        return Some("it has no list of tests".to_owned());
    }
    for (place, test) in report.list("tests").iter().enumerate() {
        if test.text("test").is_empty() {
            return Some(format!("tests.{place} has no name (test)"));
        }
        if !test.at("points").is_some_and(Value::is_array) {
            return Some(format!("tests.{place} has no list of points"));
        }
        let nameless = |point: &Value| point.text("label").is_empty();
        if let Some(point) = test.list("points").iter().position(nameless) {
            return Some(format!("tests.{place}.points.{point} has no label"));
        }
    }
    None
}

/// Names of the files in a folder, in order; none if there is no such folder.
fn names(folder: &Path) -> Result<Vec<String>, PageError> {
    let failed = |cause| PageError::Read { path: folder.to_owned(), cause };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(vec![]);
        }
        Err(cause) => return Err(failed(cause)),
    };
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry.map(|entry| entry.file_name().to_string_lossy().into_owned())
    };
    let mut names = entries.map(name).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    names.sort();
    Ok(names)
}

/// The content of a file; `None` if there is none.
fn text(path: &Path) -> Result<Option<String>, PageError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(cause) if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(cause) => Err(PageError::Read { path: path.to_owned(), cause }),
    }
}

fn json(path: &Path) -> Result<Option<Value>, PageError> {
    let damaged = |cause: String| PageError::Damaged { path: path.to_owned(), cause };
    let Some(text) = text(path)? else { return Ok(None) };
    let value: Value = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
    if value.is_object() { Ok(Some(value)) } else { Err(damaged("it is no object".to_owned())) }
}

fn table(path: &Path) -> Result<Option<Table>, PageError> {
    let Some(text) = text(path)? else { return Ok(None) };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let damaged =
        |error: csv::Error| PageError::Damaged { path: path.to_owned(), cause: error.to_string() };
    let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = texts(reader.headers().map_err(damaged)?);
    let rows = reader.records().map(|record| record.map(|record| texts(&record)));
    let rows = rows.collect::<Result<_, _>>().map_err(damaged)?;
    Ok(Some(Table { header, rows }))
}
