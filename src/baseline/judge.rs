//! What was kept beside what was measured: a finding for each figure, and a verdict.

use super::depart::Departure;
use super::measure::Measured;
use super::stored::{Change, Kept, Level, Stored, Tolerance};
use super::{BaselineError, permutation, usual};
use crate::validate::statistics::holm;
use serde::Serialize;
use std::collections::BTreeSet;

/// Whether something is as its baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is.
    Same,
    /// It is not.
    Differs,
}

/// A figure beside its baseline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// Its name.
    pub metric: String,
    /// What it was; of several runs, the mean.
    pub expected: f64,
    /// What it is; `None` if no run has it any more.
    pub measured: Option<f64>,
    /// How far it may be from what it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    /// Probability of such a difference by chance, of this figure alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// The same, adjusted for the number of figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p_adjusted: Option<f64>,
    /// Whether it is as it was.
    pub verdict: Verdict,
}

/// What came of checking a baseline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Name of the baseline.
    pub name: String,
    /// Its scenario.
    pub scenario: String,
    /// `exact` or `statistical`.
    pub level: &'static str,
    /// Whether all is as it was.
    pub verdict: Verdict,
    /// The program of the baseline.
    pub version: String,
    /// Digest of the baseline.
    pub digest_expected: String,
    /// Digest of the run; of several, of the first.
    pub digest_measured: String,
    /// The test of the figures, where there are several runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<&'static str>,
    /// The level of the test: of all figures together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alpha: Option<f64>,
    /// Runs.
    pub runs: usize,
    /// Wall-clock time of all runs, in seconds.
    pub seconds: f64,
    /// The figures.
    pub metrics: Vec<Finding>,
    /// The first of them that differs.
    pub first_differing_metric: Option<String>,
    /// Where the run leaves that of the baseline.
    pub departure: Option<Departure>,
    /// Whether the file was rewritten.
    pub updated: bool,
}

impl Report {
    /// Whether the digest is part of what is compared, and another.
    pub fn digest_differs(&self) -> bool {
        self.level == "exact" && self.digest_expected != self.digest_measured
    }
}

/// Compares runs with their baseline; `measured` has one for each seed of it.
///
/// # Panics
/// If there is no run.
pub fn judge(name: &str, stored: &Stored, measured: &[Measured]) -> Report {
    let first = measured.first().expect("a baseline has a run");
    let (level, test, alpha, metrics) = match &stored.level {
        Level::Exact { metrics, .. } => {
            let finding = |(name, value): &(String, f64)| {
                let found = first.figures.get(name).copied();
                Finding { verdict: verdict(found == Some(*value)), ..bare(name, *value, found) }
            };
            ("exact", None, None, metrics.iter().map(finding).collect())
        }
        Level::Tolerance(kept) => {
            let finding = |Kept { name, value, tolerance }: &Kept| {
                let found = first.figures.get(name).copied();
                let within = found.is_some_and(|found| tolerance.holds(*value, found));
                let tolerance = Some(tolerance.around(*value));
                Finding { tolerance, verdict: verdict(within), ..bare(name, *value, found) }
            };
            ("statistical", None, None, kept.iter().map(finding).collect::<Vec<_>>())
        }
        Level::Repeated { alpha, samples } => {
            let found = tested(*alpha, samples, measured);
            ("statistical", Some(permutation::NAME), Some(*alpha), found)
        }
    };
    let differing = metrics.iter().find(|finding| finding.verdict == Verdict::Differs);
    let first_differing_metric = differing.map(|finding| finding.metric.clone());
    let digest_differs = level == "exact" && first.digest != stored.digest;
    Report {
        name: name.to_owned(),
        scenario: stored.scenario.clone(),
        level,
        verdict: verdict(first_differing_metric.is_none() && !digest_differs),
        version: stored.version.clone(),
        digest_expected: stored.digest.clone(),
        digest_measured: first.digest.clone(),
        test,
        alpha,
        runs: measured.len(),
        seconds: measured.iter().map(|run| run.seconds).sum(),
        metrics,
        first_differing_metric,
        departure: None,
        updated: false,
    }
}

fn verdict(same: bool) -> Verdict {
    if same { Verdict::Same } else { Verdict::Differs }
}

fn bare(name: &str, expected: f64, measured: Option<f64>) -> Finding {
    let (tolerance, p, p_adjusted) = (None, None, None);
    let metric = name.to_owned();
    Finding { metric, expected, measured, tolerance, p, p_adjusted, verdict: Verdict::Same }
}

/// The figures of several runs, each tested, the p-values adjusted for their number (Holm).
fn tested(alpha: f64, samples: &[(String, Vec<f64>)], measured: &[Measured]) -> Vec<Finding> {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let mut findings: Vec<Finding> = samples
        .iter()
        .map(|(name, before)| {
            let values = values_of(name, measured);
            let p = values.as_ref().map(|now| permutation::p_value(before, now));
            Finding { p, ..bare(name, mean(before), values.as_deref().map(mean)) }
        })
        .collect();
    // A figure that is gone is no matter of chance.
    let p_values: Vec<f64> = findings.iter().map(|finding| finding.p.unwrap_or(0.0)).collect();
    for (finding, adjusted) in findings.iter_mut().zip(holm(&p_values)) {
        finding.p_adjusted = finding.p.map(|_| adjusted);
        finding.verdict = verdict(adjusted > alpha);
    }
    findings
}

/// The values of a figure in all runs; `None` if a run does not have it.
fn values_of(name: &str, measured: &[Measured]) -> Option<Vec<f64>> {
    measured.iter().map(|run| run.figures.get(name).copied()).collect()
}

/// What a new baseline is to keep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wanted {
    /// Everything, to the last digit.
    Exact,
    /// Figures within this tolerance.
    Tolerance(Tolerance),
    /// Figures of so many seeds.
    Repeated {
        /// The level of the test.
        alpha: f64,
        /// Seeds.
        repeats: usize,
    },
}

impl Wanted {
    /// Runs behind the baseline.
    pub fn repeats(self) -> usize {
        match self {
            Wanted::Exact | Wanted::Tolerance(_) => 1,
            Wanted::Repeated { repeats, .. } => repeats,
        }
    }

    /// The figures of these names in the runs, as they are kept; the usual ones if none is named.
    ///
    /// # Errors
    /// If a run has no figure of a name, or there are too few runs for their number.
    pub fn level(self, names: &[String], measured: &[Measured]) -> Result<Level, BaselineError> {
        let names = self.names(names, measured)?;
        if names.is_empty() {
            return Err(BaselineError::Empty);
        }
        let values = |name: &str| values_of(name, measured).expect("all runs have it");
        let names = names.into_iter();
        Ok(match self {
            Wanted::Exact => Level::Exact {
                metrics: names.map(|name| (name.clone(), values(&name)[0])).collect(),
                trail: measured[0].trail.clone(),
            },
            Wanted::Tolerance(tolerance) => {
                let kept = |name: String| Kept { value: values(&name)[0], name, tolerance };
                Level::Tolerance(names.map(kept).collect())
            }
            Wanted::Repeated { alpha, repeats } => {
                let metrics = names.len();
                let enough = |repeats| permutation::smallest(repeats) * metrics as f64 <= alpha;
                if !enough(repeats) {
                    let needed = (2..=100).find(|&repeats| enough(repeats)).unwrap_or(usize::MAX);
                    return Err(BaselineError::TooFew { repeats, metrics, alpha, needed });
                }
                let sample = |name: String| (name.clone(), values(&name));
                Level::Repeated { alpha, samples: names.map(sample).collect() }
            }
        })
    }

    fn names(self, names: &[String], measured: &[Measured]) -> Result<Vec<String>, BaselineError> {
        let is_known = |name: &String| values_of(name, measured).is_some();
        if names.is_empty() {
            let usual = match self {
                Wanted::Exact => usual::exact(),
                _ => usual::statistical(),
            };
            return Ok(usual.into_iter().filter(is_known).collect());
        }
        if let Some(name) = names.iter().find(|name| !is_known(name)) {
            let part = name.rsplit('.').next().unwrap_or(name);
            let known = measured[0].figures.keys().filter(|known| known.ends_with(part));
            let known: Vec<&str> = known.take(5).map(String::as_str).collect();
            let known = match known.is_empty() {
                true => "docs/sweep.md says how figures are named".to_owned(),
                false => format!("there are {}", known.join(", ")),
            };
            return Err(BaselineError::UnknownMetric { name: name.clone(), known });
        }
        let mut once = BTreeSet::new();
        Ok(names.iter().filter(|name| once.insert(*name)).cloned().collect())
    }
}

impl Stored {
    /// The same baseline with what these runs have; tolerances and what is compared stay. Figures that no
    /// run has any more are left out.
    ///
    /// # Errors
    /// If none of its figures is left.
    pub fn renewed(&self, measured: &[Measured], reason: &str) -> Result<Stored, BaselineError> {
        let names = self.names().into_iter();
        let names: Vec<String> =
            names.filter(|name| values_of(name, measured).is_some()).map(str::to_owned).collect();
        let wanted = match &self.level {
            Level::Exact { .. } => Wanted::Exact,
            Level::Tolerance(_) => Wanted::Tolerance(Tolerance::Absolute(0.0)),
            Level::Repeated { alpha, .. } => {
                Wanted::Repeated { alpha: *alpha, repeats: measured.len() }
            }
        };
        // No name would mean the usual figures.
        if names.is_empty() {
            return Err(BaselineError::Empty);
        }
        let mut level = wanted.level(&names, measured)?;
        if let (Level::Tolerance(now), Level::Tolerance(before)) = (&mut level, &self.level) {
            for kept in now {
                let same = before.iter().find(|other| other.name == kept.name);
                kept.tolerance = same.map_or(Tolerance::Relative(0.05), |other| other.tolerance);
            }
        }
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let change = Change {
            version: version.clone(),
            from: self.digest.clone(),
            to: measured[0].digest.clone(),
            reason: reason.to_owned(),
        };
        let history = self.history.iter().cloned().chain([change]).collect();
        let cost = measured.iter().map(|run| run.cost).sum();
        let digest = measured[0].digest.clone();
        Ok(Stored { version, digest, cost, level, history, ..self.clone() })
    }
}

#[cfg(test)]
mod tests;
