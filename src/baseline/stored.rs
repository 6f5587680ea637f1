//! What stands in the file of a baseline.

use super::BaselineError;
use super::trail::Trail;
use crate::scenario::{Scenario, Setting};
use std::path::{Path, PathBuf};

/// A baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The scenario: a path relative to the folder of the baseline, with slashes.
    pub scenario: String,
    /// What was laid over it, each as `key=value`.
    pub settings: Vec<String>,
    /// The seed of the run, or where the seeds of several come from.
    pub seed: u64,
    /// The program that it was measured with.
    pub version: String,
    /// The digest of the run; of several, of the first.
    pub digest: String,
    /// Events and nodes of the run; of several, of all.
    pub cost: u64,
    /// What is kept of the run.
    pub level: Level,
    /// When it was rewritten and why, the latest last.
    pub history: Vec<Change>,
}

/// What is kept of a run, and how it is compared.
#[derive(Clone, Debug, PartialEq)]
pub enum Level {
    /// Digest and figures are the same.
    Exact {
        /// Figures by name.
        metrics: Vec<(String, f64)>,
        /// Digests over virtual time.
        trail: Trail,
    },
    /// Each figure is within its tolerance.
    Tolerance(Vec<Kept>),
    /// The figures of several seeds are not significantly others.
    Repeated {
        /// Probability of a false alarm of the whole baseline, at most.
        alpha: f64,
        /// Figures by name, a value for each seed.
        samples: Vec<(String, Vec<f64>)>,
    },
}

/// A figure and how far another value may be from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Its name.
    pub name: String,
    /// What it was.
    pub value: f64,
    /// How far another may be.
    pub tolerance: Tolerance,
}

/// How far a value may be from another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// By so much, in the figure's own unit.
    Absolute(f64),
    /// By this share of the figure.
    Relative(f64),
}

impl Tolerance {
    /// How far a value may be from `value`.
    pub fn around(self, value: f64) -> f64 {
        match self {
            Tolerance::Absolute(most) => most,
            Tolerance::Relative(share) => share * value.abs(),
        }
    }

    /// Whether `measured` is within it around `value`; the borders are. Decimal fractions are no binary
    /// ones: what is beyond the border by rounding alone is within.
    pub fn holds(self, value: f64, measured: f64) -> bool {
        const ROUNDING: f64 = 1e-12;
        let slack = ROUNDING * value.abs().max(measured.abs());
        (measured - value).abs() <= self.around(value) + slack
    }
}

impl std::str::FromStr for Tolerance {
    type Err = String;

    /// `0.01`, or as a share of the figure `5%`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (number, share) = match text.trim().strip_suffix('%') {
            Some(number) => (number, true),
            None => (text, false),
        };
        let value: Option<f64> = number.trim().parse().ok();
        let value = value.filter(|value: &f64| value.is_finite() && *value >= 0.0);
        let value = value.ok_or("give a number from 0 on, such as 0.01, or a share, such as 5%")?;
        Ok(if share { Tolerance::Relative(value / 100.0) } else { Tolerance::Absolute(value) })
    }
}

/// That a baseline was rewritten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The program that rewrote it.
    pub version: String,
    /// The digest before.
    pub from: String,
    /// The digest from then on.
    pub to: String,
    /// Why.
    pub reason: String,
}

impl Stored {
    /// Runs behind it.
    pub fn repeats(&self) -> usize {
        match &self.level {
            Level::Repeated { samples, .. } => {
                samples.first().map_or(1, |(_, values)| values.len())
            }
            _ => 1,
        }
    }

    /// Names of the figures, in order.
    pub fn names(&self) -> Vec<&str> {
        match &self.level {
            Level::Exact { metrics, .. } => metrics.iter().map(|(name, _)| name.as_str()).collect(),
            Level::Tolerance(kept) => kept.iter().map(|kept| kept.name.as_str()).collect(),
            Level::Repeated { samples, .. } => {
                samples.iter().map(|(name, _)| name.as_str()).collect()
            }
        }
    }

    /// Where the scenario is, for a baseline in the folder `dir`.
    pub fn scenario_path(&self, dir: &Path) -> PathBuf {
        let mut path = dir.to_owned();
        for part in self.scenario.split('/') {
            let above = path.file_name().is_some_and(|name| name != "..");
            match part {
                ".." if above => drop(path.pop()),
                part => path.push(part),
            }
        }
        path
    }

    /// The settings, read.
    ///
    /// # Errors
    /// A message for the first that is none.
    pub fn parsed_settings(&self) -> Result<Vec<Setting>, String> {
        let parse = |text: &String| text.parse().map_err(|error| format!("{text:?}: {error}"));
        self.settings.iter().map(parse).collect()
    }

    /// The scenario with its settings and seed.
    ///
    /// # Errors
    /// If it is not sound any more.
    pub fn load(&self, dir: &Path) -> Result<Scenario, BaselineError> {
        let settings = self.parsed_settings().expect("a baseline that was read has sound settings");
        let mut scenario = Scenario::load(&self.scenario_path(dir), &settings)?;
        scenario.seed = self.seed;
        Ok(scenario)
    }
}
