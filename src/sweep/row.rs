//! A finished run, as it is kept in a file of its own.

use super::figures;
use super::plan::{Plan, RunId};
use crate::runner::result::RunOutput;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use std::collections::BTreeMap;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// At the end of its last phase.
    Complete,
    /// It took longer than it may; it has no figures.
    TimedOut,
}

impl Status {
    /// Name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Status::Complete => "complete",
            Status::TimedOut => "timed-out",
        }
    }
}

/// A finished run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Which point.
    pub point: usize,
    /// Which repeat of it.
    pub repeat: usize,
    /// Its seed.
    pub seed: u64,
    /// How it ended.
    pub status: Status,
    /// How long it had, in seconds of wall-clock time, if it took longer.
    pub timeout_seconds: Option<f64>,
    /// Digest of its events.
    pub digest: Option<String>,
    /// Its figures by name.
    pub figures: BTreeMap<String, Number>,
    /// How the latencies of its successful operations are spread, by kind: microseconds, each with
    /// the number of operations up to so many.
    pub latency_micros: BTreeMap<String, Vec<(u64, u64)>>,
}

impl Row {
    /// Of a run that came to its end.
    pub fn complete(plan: &Plan, run: RunId, output: &RunOutput) -> Self {
        let spreads = output.distributions.iter();
        Row {
            status: Status::Complete,
            digest: output.result.digest.clone(),
            figures: figures::of(&output.result),
            latency_micros: spreads
                .map(|spread| (spread.kind.name().to_owned(), spread.latency_micros.clone()))
                .collect(),
            timeout_seconds: None,
            ..Row::timed_out(plan, run, 0.0)
        }
    }

    /// Of a run that took longer than `seconds` of wall-clock time.
    pub fn timed_out(plan: &Plan, run: RunId, seconds: f64) -> Self {
        Row {
            point: run.point,
            repeat: run.repeat,
            seed: plan.seed_of(run.repeat),
            status: Status::TimedOut,
            timeout_seconds: Some(seconds),
            digest: None,
            figures: BTreeMap::new(),
            latency_micros: BTreeMap::new(),
        }
    }

    /// Which run it is.
    pub fn id(&self) -> RunId {
        RunId { point: self.point, repeat: self.repeat }
    }

    /// Whether the run need not be repeated if each may take `timeout`, which is forever if `None`:
    /// one that took longer than it had is given more time.
    pub fn stands(&self, timeout: Option<std::time::Duration>) -> bool {
        match (self.timeout_seconds, timeout) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(had), Some(now)) => now.as_secs_f64() <= had,
        }
    }
}
