//! The folder of a single run.

use super::{ReadError, check_version, damaged, read_json};
use crate::metrics::{OperationKind, Outcome};
use crate::sweep::figures;
use csv::{Reader, StringRecord};
use serde::Deserialize;
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// The figures.
pub const RESULT: &str = "result.json";
const OPERATIONS: &str = "operations.csv";
const SERIES: &str = "timeseries.csv";

/// A run, as far as `result.json` tells. Its tables are read when they are asked for.
#[derive(Clone, Debug)]
pub struct RunFolder {
    /// Where it lies.
    pub path: PathBuf,
    /// Name of the scenario.
    pub name: String,
    /// Seed of the run.
    pub seed: u64,
    /// Digest of its events; `None` for a run on sockets.
    pub digest: Option<String>,
    /// Whether it was interrupted.
    pub is_partial: bool,
    /// Operations that figures cover.
    pub operations_total: u64,
    /// Those of them in `operations.csv`.
    pub operations_kept: u64,
    /// Name, beginning and end of each phase, in virtual seconds.
    pub phases: Vec<(String, f64, f64)>,
    /// All figures by name.
    pub figures: BTreeMap<String, Number>,
    /// The complete scenario.
    pub scenario: Value,
}

/// An operation of `operations.csv`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operation {
    /// What was asked for.
    pub kind: OperationKind,
    /// When, in virtual seconds.
    pub started_seconds: f64,
    /// Time to its end.
    pub latency_micros: u64,
    /// Whether it succeeded.
    pub is_success: bool,
    /// Longest chain of requests.
    pub rounds: u64,
    /// Length of the chain to the closest node.
    pub hops: u64,
    /// Requests that it sent.
    pub requests: u64,
    /// Time-outs of these.
    pub timeouts: u64,
    /// Share of the true closest nodes that it found; `None` where it was not checked.
    pub recall: Option<f64>,
}

/// A row of `timeseries.csv`: counts since the row before, and who is online.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Virtual time in seconds.
    pub seconds: f64,
    /// Nodes online.
    pub online: u64,
    /// Messages sent, of all kinds.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Operations that ended, by kind in the order of results.
    pub finished: Vec<u64>,
    /// Those of them that succeeded.
    pub succeeded: Vec<u64>,
}

#[derive(Deserialize)]
struct OperationRow<'r> {
    kind: &'r str,
    started_s: f64,
    latency_ms: f64,
    outcome: &'r str,
    rounds: u64,
    hops: u64,
    requests: u64,
    timeouts: u64,
    recall: Option<f64>,
}

#[derive(Deserialize)]
struct Phase {
    name: String,
    start_seconds: f64,
    end_seconds: f64,
}

#[derive(Deserialize)]
struct Log {
    total: u64,
    kept: u64,
}

impl RunFolder {
    /// Reads the run in the folder at `path`.
    ///
    /// # Errors
    /// If `result.json` cannot be read, is damaged, or was written by another version.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let file = path.join(RESULT);
        let top: Map<String, Value> = read_json(&file)?;
        let version: String = part(&file, &top, "version")?;
        check_version(&file, &version)?;
        let phases: Vec<Phase> = part(&file, &top, "phases")?;
        let log: Log = part(&file, &top, "operations_log")?;
        Ok(RunFolder {
            path: path.to_owned(),
            name: part(&file, &top, "name")?,
            seed: part(&file, &top, "seed")?,
            digest: part(&file, &top, "digest")?,
            is_partial: part(&file, &top, "partial")?,
            operations_total: log.total,
            operations_kept: log.kept,
            phases: phases.into_iter().map(|p| (p.name, p.start_seconds, p.end_seconds)).collect(),
            figures: figures::of_json(&top),
            scenario: part(&file, &top, "scenario")?,
        })
    }

    /// The operations in `operations.csv`, which is all of them or a uniform sample.
    ///
    /// # Errors
    /// If it cannot be read, or holds something else than `result.json` says.
    pub fn operations(&self) -> Result<Vec<Operation>, ReadError> {
        let path = self.path.join(OPERATIONS);
        let mut found = Vec::new();
        rows(&path, |headers, record| {
            found.push(operation(headers, record)?);
            Ok(())
        })?;
        if found.len() as u64 != self.operations_kept {
            let cause = format!(
                "it ends after {} operations, and {RESULT} says that there are {}",
                found.len(),
                self.operations_kept
            );
            return Err(damaged(&path, found.len() + 1, cause));
        }
        Ok(found)
    }

    /// The rows of `timeseries.csv`, in order of time.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn series(&self) -> Result<Vec<Moment>, ReadError> {
        let mut found: Vec<Moment> = Vec::new();
        rows(&self.path.join(SERIES), |headers, record| {
            let moment = moment(headers, record)?;
            if found.last().is_some_and(|last| last.seconds >= moment.seconds) {
                return Err("time does not go on".to_owned());
            }
            found.push(moment);
            Ok(())
        })?;
        Ok(found)
    }
}

/// A part of `result.json`.
fn part<T: serde::de::DeserializeOwned>(
    file: &Path,
    top: &Map<String, Value>,
    key: &str,
) -> Result<T, ReadError> {
    let value = top.get(key).ok_or_else(|| damaged(file, 1, format!("it has no `{key}`")))?;
    T::deserialize(value).map_err(|error| damaged(file, 1, format!("`{key}`: {error}")))
}

/// Reads a table row by row.
fn rows(
    path: &Path,
    mut each: impl FnMut(&StringRecord, &StringRecord) -> Result<(), String>,
) -> Result<(), ReadError> {
    let failed = |cause| ReadError::File { path: path.to_owned(), cause };
    let mut reader = Reader::from_reader(File::open(path).map_err(failed)?);
    let of_csv = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        damaged(path, line as usize, error.to_string())
    };
    let headers = reader.headers().map_err(of_csv)?.clone();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(of_csv)? {
        let line = record.position().map_or(1, csv::Position::line);
        each(&headers, &record).map_err(|cause| damaged(path, line as usize, cause))?;
    }
    Ok(())
}

fn operation(headers: &StringRecord, record: &StringRecord) -> Result<Operation, String> {
    let row: OperationRow =
        record.deserialize(Some(headers)).map_err(|error| match error.kind() {
            csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
            _ => error.to_string(),
        })?;
    let kind = OperationKind::ALL.into_iter().find(|kind| kind.name() == row.kind);
    let is_sound = |number: f64| number.is_finite() && number >= 0.0;
    if !is_sound(row.started_s) || !is_sound(row.latency_ms) {
        return Err("a time is no number of 0 or more".to_owned());
    }
    Ok(Operation {
        kind: kind.ok_or_else(|| format!("{:?} is no kind of operation", row.kind))?,
        started_seconds: row.started_s,
        latency_micros: (row.latency_ms * 1_000.0).round() as u64,
        is_success: row.outcome == Outcome::Success.name(),
        rounds: row.rounds,
        hops: row.hops,
        requests: row.requests,
        timeouts: row.timeouts,
        recall: row.recall,
    })
}

fn moment(headers: &StringRecord, record: &StringRecord) -> Result<Moment, String> {
    let number = |name: &str, text: &str| {
        text.parse::<u64>().map_err(|_| format!("`{name}` is {text:?}, which is no whole number"))
    };
    let column = |name: &str| {
        let cell = headers.iter().zip(record).find(|(header, _)| *header == name);
        cell.map(|(_, text)| text).ok_or_else(|| format!("there is no column `{name}`"))
    };
    let sum = |prefix: &str| {
        let cells = headers.iter().zip(record).filter(|(name, _)| name.starts_with(prefix));
        cells.map(|(name, text)| number(name, text)).sum::<Result<u64, String>>()
    };
    let by_kind = |prefix: &str| {
        let names = OperationKind::ALL.iter().map(|kind| format!("{prefix}_{}", kind.name()));
        names.map(|name| number(&name, column(&name)?)).collect::<Result<Vec<u64>, String>>()
    };
    let time = column("time_s")?;
    let seconds = time.parse::<f64>().ok().filter(|seconds| seconds.is_finite());
    Ok(Moment {
        seconds: seconds.ok_or_else(|| format!("`time_s` is {time:?}, which is no number"))?,
        online: number("online", column("online")?)?,
        messages: sum("sent_")?,
        bytes: sum("bytes_")?,
        finished: by_kind("finished")?,
        succeeded: by_kind("succeeded")?,
    })
}
