//! What single tests tell beside their points: how newcomers fare, and what a cut does.

use super::measure::Ran;
use crate::metrics::number;
use crate::metrics::{Histogram, OperationKind, Percentiles};
use crate::report::text::{percent, short};
use crate::runner::faults::{FaultFigures, Measure};
use crate::runner::verdict::{FailureGrade, Health};
use crate::scenario::VerdictConfig;
use serde::Serialize;

/// What a test tells in words: what, and how much.
pub type Lines = Vec<(String, String)>;

fn line(what: &str, text: String) -> (String, String) {
    (what.to_owned(), text)
}

/// How long newcomers take to take part in full.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Participation {
    /// From the first contact, in microseconds, over the newcomers of all runs.
    pub micros: Percentiles,
    /// The same, each time with the number of newcomers that took no longer.
    #[serde(skip)]
    pub spread: Vec<(u64, u64)>,
}

impl Participation {
    pub(super) fn of(runs: &[Ran]) -> Self {
        let mut times = Histogram::new();
        let all = runs.iter().flat_map(|ran| &ran.participations);
        all.for_each(|time| times.record(time.as_micros()));
        Participation { micros: times.summary(), spread: times.cdf() }
    }

    pub(super) fn lines(&self) -> Lines {
        let millis = |micros: u64| short(micros as f64 / 1_000.0);
        let Percentiles { count, mean, p50, p90, p99, max, .. } = self.micros;
        let text = match count {
            0 => "nobody joined while it was measured".to_owned(),
            _ => format!(
                "{count} newcomers: mean {} ms,\np50 {}, p90 {}, p99 {}, at most {}",
                short(mean / 1_000.0),
                millis(p50),
                millis(p90),
                millis(p99),
                millis(max)
            ),
        };
        vec![line("first contact to full participation", text)]
    }
}

/// What a cut of the network does, over all runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cut {
    /// Its name in the scenario.
    pub name: String,
    /// Share of the gets that succeeded before it.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub success_before: Option<f64>,
    /// While it lasted.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub success_during: Option<f64>,
    /// When it had healed.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub success_after: Option<f64>,
    /// Seconds from its end until gets succeed as before: mean of the runs in which they did.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub recovered_after_seconds: Option<f64>,
    /// Runs in which they did not.
    pub not_recovered: u64,
    /// Records put on one side while it lasted and asked for from the other afterwards.
    pub records_asked: u64,
    /// Those of them that were never found there.
    pub records_never_found: u64,
    /// Records that somebody held when it began and nobody at the end of the run.
    pub records_lost: u64,
}

/// What the cuts of a partition test come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cuts {
    /// Each cut, in the order of the scenario.
    pub cuts: Vec<Cut>,
}

impl Cuts {
    pub(super) fn of(runs: &[Ran]) -> Self {
        let count = runs.iter().map(|ran| ran.result.faults.len()).min().unwrap_or(0);
        let cut = |place: usize| {
            let faults: Vec<&FaultFigures> =
                runs.iter().map(|ran| &ran.result.faults[place]).collect();
            Cut::of(&faults)
        };
        Cuts { cuts: (0..count).map(cut).collect() }
    }

    /// The network is as healthy as after the last cut, if it has recovered from all of them.
    pub(super) fn health(&self, config: &VerdictConfig, of_runs: Health) -> Health {
        let Some(last) = self.cuts.last() else { return of_runs };
        let recovered = self.cuts.iter().all(|cut| cut.not_recovered == 0);
        let rate = last.success_after.map(|success| FailureGrade::of(1.0 - success, config));
        match rate {
            None => Health::Unknown,
            Some(FailureGrade::Concerning) => Health::NeedsScaling,
            Some(grade) if grade <= FailureGrade::Acceptable && recovered => Health::Healthy,
            Some(_) => Health::Degraded,
        }
    }

    pub(super) fn lines(&self) -> Lines {
        let share = |share: Option<f64>| share.map_or("-".to_owned(), percent);
        let mut lines = Lines::new();
        for cut in &self.cuts {
            let recovered = match (cut.recovered_after_seconds, cut.not_recovered) {
                (Some(seconds), 0) => format!("as before {} s after it", short(seconds)),
                (Some(seconds), runs) => {
                    format!(
                        "as before {} s after it, but not in {runs} of the runs",
                        short(seconds)
                    )
                }
                (None, _) => "not as before within the test".to_owned(),
            };
            let name = format!("cut {}", cut.name);
            // A cut before gets begin has nothing to compare.
            if cut.success_during.is_some() {
                lines.push(line(
                    &name,
                    format!(
                        "gets succeed {} before, {} meanwhile, {} after;\n{recovered}",
                        share(cut.success_before),
                        share(cut.success_during),
                        share(cut.success_after)
                    ),
                ));
            }
            if cut.records_asked > 0 {
                lines.push(line(
                    &name,
                    format!(
                        "of {} records put on one side {} were never found\nfrom the other; {} lost",
                        cut.records_asked, cut.records_never_found, cut.records_lost
                    ),
                ));
            }
        }
        lines
    }
}

impl Cut {
    fn of(runs: &[&FaultFigures]) -> Self {
        let (mut before, mut during, mut after) = ((0, 0.0), (0, 0.0), (0, 0.0));
        let (mut recovered, mut not_recovered) = (Vec::new(), 0);
        let (mut asked, mut never_found, mut lost) = (0, 0, 0);
        for fault in runs {
            let gets = fault.sides.iter().flat_map(|side| &side.operations);
            for get in gets.filter(|by_time| by_time.kind == OperationKind::Get) {
                let parts =
                    [(&mut before, get.before), (&mut during, get.during), (&mut after, get.after)];
                for (sum, part) in parts {
                    sum.0 += part.count;
                    sum.1 += part.success_rate.unwrap_or(0.0) * part.count as f64;
                }
            }
            let recovery = fault.recovery.iter();
            let mut of_gets = recovery
                .filter(|one| one.kind == OperationKind::Get && one.measure == Measure::Success);
            match of_gets.next().map(|one| one.recovered_after_seconds) {
                Some(Some(seconds)) => recovered.push(seconds),
                Some(None) => not_recovered += 1,
                // Gets that did not end before it leave nothing to compare with.
                None => {}
            }
            if let Some(across) = fault.across {
                asked += across.records_asked;
                never_found += across.records_never_found;
            }
            lost += fault.records.map_or(0, |records| records.lost_at_run_end);
        }
        let share = |(count, sum): (u64, f64)| (count > 0).then(|| sum / count as f64);
        Cut {
            name: runs.first().map_or(String::new(), |fault| fault.name.clone()),
            success_before: share(before),
            success_during: share(during),
            success_after: share(after),
            recovered_after_seconds: (!recovered.is_empty())
                .then(|| recovered.iter().sum::<f64>() / recovered.len() as f64),
            not_recovered,
            records_asked: asked,
            records_never_found: never_found,
            records_lost: lost,
        }
    }
}
