//! The throughput test: a higher and higher rate, until latency or failures pass their threshold.

use super::SuiteError;
use super::figures::PointFigures;
use super::measure::{Measured, Runner};
use super::plan::TestPlan;
use crate::metrics::number;
use crate::report::text::short;
use crate::runner::verdict::{FailureGrade, LatencyGrade};
use crate::workload::config::Amount;
use serde::Serialize;

/// The highest rate that a network takes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Knee {
    /// Highest rate that was measured with failures and latency that are acceptable, of one node per
    /// second; `None` if there was none.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub rate_per_node: Option<f64>,
    /// Operations per second of all nodes at that rate.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub operations_per_second: Option<f64>,
    /// Lowest rate that was measured beyond it; `None` if the search ended before.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub beyond: Option<f64>,
    /// What passed its threshold there.
    pub passed: Vec<Threshold>,
}

/// What a network can fail at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Threshold {
    /// The mean latency is not acceptable.
    Latency,
    /// The share of failures is not acceptable.
    Failures,
}

impl Threshold {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Threshold::Latency => "latency",
            Threshold::Failures => "failures",
        }
    }
}

impl Knee {
    /// The knee in words.
    pub fn sentence(&self) -> String {
        let passed: Vec<&str> = self.passed.iter().map(|one| one.name()).collect();
        let passed = passed.join(" and ");
        match (self.rate_per_node, self.operations_per_second, self.beyond) {
            (Some(rate), Some(all), Some(beyond)) => format!(
                "{} operations/s, {} of each node; at {} of each {passed} passed the threshold",
                short(all),
                short(rate),
                short(beyond)
            ),
            (Some(rate), Some(all), None) => {
                format!("none up to {} operations/s ({} of each node)", short(all), short(rate))
            }
            (_, _, beyond) => format!(
                "below {} of each node: at every rate {passed} passed the threshold",
                short(beyond.unwrap_or(0.0))
            ),
        }
    }
}

/// The rates that were measured, by rate, and what they come to.
pub(super) struct Searched {
    pub(super) points: Vec<PointFigures>,
    pub(super) knee: Knee,
}

/// A search ends when it has doubled, or halved, its rate so often.
const MOST_STEPS: u32 = 14;
/// How often the interval around the knee is halved: what is left of it is a sixteenth of an octave,
/// 4 % of the rate.
const HALVINGS: u32 = 4;

/// Searches for the knee, from the rate of the scenario on.
///
/// # Errors
/// If a rate makes no sound scenario, or there are no threads.
pub(super) fn search(
    plan: &TestPlan,
    runner: &Runner<'_>,
) -> Result<Measured<Searched>, SuiteError> {
    let mut points: Vec<PointFigures> = Vec::new();
    let mut unfinished = None;
    let mut probe = |rate: f64| -> Result<Option<bool>, SuiteError> {
        Ok(match measure(plan, runner, rate)? {
            Measured::All(figures) => {
                let is_good = passed(&figures).is_empty();
                points.push(figures);
                Some(is_good)
            }
            Measured::TimedOut => {
                unfinished = Some(Measured::TimedOut);
                None
            }
            Measured::Interrupted => {
                unfinished = Some(Measured::Interrupted);
                None
            }
        })
    };
    let first = match plan.points[0].scenario.workloads[0].amount {
        Amount::Rate(rate) if rate > 0.0 => rate,
        _ => 1.0,
    };
    bracket(first, &mut probe)?;
    if let Some(unfinished) = unfinished {
        return Ok(unfinished);
    }
    points.sort_by(|one, other| one.value.total_cmp(&other.value));
    let knee = knee(&points);
    Ok(Measured::All(Searched { points, knee }))
}

/// Looks for two rates around the knee and brings them closer together. Ends early when a probe does.
fn bracket(
    first: f64,
    probe: &mut impl FnMut(f64) -> Result<Option<bool>, SuiteError>,
) -> Result<(), SuiteError> {
    let Some(first_is_good) = probe(first)? else { return Ok(()) };
    let factor = if first_is_good { 2.0 } else { 0.5 };
    let mut last = first;
    let mut found = None;
    for _ in 0..MOST_STEPS {
        let next = last * factor;
        let Some(is_good) = probe(next)? else { return Ok(()) };
        if is_good != first_is_good {
            found = Some(if is_good { (next, last) } else { (last, next) });
            break;
        }
        last = next;
    }
    let Some((mut good, mut bad)) = found else { return Ok(()) };
    for _ in 0..HALVINGS {
        let between = rounded(libm::sqrt(good * bad));
        let Some(is_good) = probe(between)? else { return Ok(()) };
        if is_good {
            good = between;
        } else {
            bad = between;
        }
    }
    Ok(())
}

/// A rate in thousandths, as it is written.
fn rounded(rate: f64) -> f64 {
    (rate * 1_000.0).round() / 1_000.0
}

fn measure(
    plan: &TestPlan,
    runner: &Runner<'_>,
    rate: f64,
) -> Result<Measured<PointFigures>, SuiteError> {
    let mut settings = plan.points[0].settings.clone();
    settings.push(format!("workload.0.rate={rate}/s"));
    let point = plan.point(rate.to_string(), rate, settings)?;
    let measured = runner.run(std::slice::from_ref(&point))?;
    Ok(measured.map(|runs| PointFigures::new(&point, &runs[0])))
}

/// What is not acceptable at a rate. Where nothing succeeded there is no latency, but there are failures.
fn passed(figures: &PointFigures) -> Vec<Threshold> {
    let is_slow = figures.latency_grade.is_some_and(|grade| grade > LatencyGrade::Acceptable);
    let fails = figures.failure_grade.is_some_and(|grade| grade > FailureGrade::Acceptable);
    let passed = [(is_slow, Threshold::Latency), (fails, Threshold::Failures)];
    passed.into_iter().filter_map(|(has_passed, what)| has_passed.then_some(what)).collect()
}

/// The knee among rates in ascending order: the highest rate below all that are not acceptable.
fn knee(points: &[PointFigures]) -> Knee {
    let first_bad = points.iter().position(|figures| !passed(figures).is_empty());
    let good = &points[..first_bad.unwrap_or(points.len())];
    let bad = first_bad.map(|place| &points[place]);
    Knee {
        rate_per_node: good.last().map(|figures| figures.value),
        operations_per_second: good.last().map(|figures| figures.operations_per_second.mean),
        beyond: bad.map(|figures| figures.value),
        passed: bad.map(passed).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rates that a search probes where all up to `limit` are acceptable.
    fn probed(first: f64, limit: f64) -> Vec<f64> {
        let mut rates = Vec::new();
        let mut probe = |rate: f64| {
            rates.push(rate);
            Ok(Some(rate <= limit))
        };
        bracket(first, &mut probe).expect("probes do not fail");
        rates
    }

    #[test]
    fn the_knee_is_between_two_rates_that_are_close() {
        for (first, limit) in [(1.0, 100.0), (1.0, 0.3), (64.0, 65.0), (3.0, 3.0)] {
            let rates = probed(first, limit);
            let good = rates.iter().copied().filter(|rate| *rate <= limit).fold(0.0, f64::max);
            let bad = rates.iter().copied().filter(|rate| *rate > limit).fold(1e9, f64::min);
            assert!(bad / good < 1.05, "{first} to {limit}: between {good} and {bad}");
            assert!(rates.len() < 20, "{rates:?}");
        }
    }

    #[test]
    fn a_search_without_an_end_ends() {
        assert_eq!(probed(1.0, 1e9).len(), 15);
        assert_eq!(probed(1.0, 1e9).last(), Some(&16_384.0));
        assert_eq!(probed(1.0, 0.0).len(), 15);
    }

    #[test]
    fn an_ended_probe_ends_the_search() {
        let mut count = 0;
        let mut probe = |_: f64| {
            count += 1;
            Ok((count < 3).then_some(true))
        };
        bracket(1.0, &mut probe).expect("probes do not fail");
        assert_eq!(count, 3);
    }
}
