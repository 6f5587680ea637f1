//! Whether what a run came to is good, by the thresholds of its scenario.

use crate::metrics::{Histogram, Metrics, OperationKind, Percentiles, number};
use crate::scenario::VerdictConfig;
use crate::time::Duration;
use serde::Serialize;

/// What applications asked for: operations of all kinds together, and how good that is. The scope is
/// that of the operations' own figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Verdict {
    /// Operations that succeeded in time.
    pub successes: u64,
    /// The others.
    pub failures: u64,
    /// Those of the failures that only took too long; told apart by the digits of a distribution.
    pub late: u64,
    /// `failures` of all; `None` without operations.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub failure_rate: Option<f64>,
    /// Latency of what succeeded, what was late included, in microseconds.
    pub latency_micros: Percentiles,
    /// Operations per virtual second, over all nodes.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub operations_per_second: f64,
    /// How good the share of failures is; `None` without operations.
    pub failure_grade: Option<FailureGrade>,
    /// How good the mean latency is; `None` if nothing succeeded.
    pub latency_grade: Option<LatencyGrade>,
    /// What follows for the network.
    pub health: Health,
}

/// How good a share of failures is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FailureGrade {
    /// Below `failure_excellent`.
    Excellent,
    /// Below `failure_acceptable`.
    Acceptable,
    /// Between that and `failure_concerning`.
    Elevated,
    /// Above `failure_concerning`.
    Concerning,
}

/// How good a mean latency is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LatencyGrade {
    /// Below `latency_good`.
    Good,
    /// Below `latency_acceptable`.
    Acceptable,
    /// Between that and `latency_investigate`.
    Slow,
    /// Above `latency_investigate`.
    Investigate,
}

/// How a network is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// Failures and latency are better than acceptable, and nodes know each other.
    Healthy,
    /// Neither healthy nor in need of scaling.
    Degraded,
    /// Failures are concerning, or latency is to be investigated.
    NeedsScaling,
    /// Nothing was asked for that could be judged.
    #[default]
    Unknown,
}

impl FailureGrade {
    /// The grade of a share of failures.
    pub fn of(rate: f64, config: &VerdictConfig) -> Self {
        if rate < config.failure_excellent {
            FailureGrade::Excellent
        } else if rate < config.failure_acceptable {
            FailureGrade::Acceptable
        } else if rate > config.failure_concerning {
            FailureGrade::Concerning
        } else {
            FailureGrade::Elevated
        }
    }

    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            FailureGrade::Excellent => "excellent",
            FailureGrade::Acceptable => "acceptable",
            FailureGrade::Elevated => "elevated",
            FailureGrade::Concerning => "concerning",
        }
    }
}

impl LatencyGrade {
    /// The grade of a mean latency in microseconds.
    pub fn of(mean_micros: f64, config: &VerdictConfig) -> Self {
        let micros = |limit: Duration| limit.as_nanos() as f64 / 1_000.0;
        if mean_micros < micros(config.latency_good) {
            LatencyGrade::Good
        } else if mean_micros < micros(config.latency_acceptable) {
            LatencyGrade::Acceptable
        } else if mean_micros > micros(config.latency_investigate) {
            LatencyGrade::Investigate
        } else {
            LatencyGrade::Slow
        }
    }

    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            LatencyGrade::Good => "good",
            LatencyGrade::Acceptable => "acceptable",
            LatencyGrade::Slow => "slow",
            LatencyGrade::Investigate => "investigate",
        }
    }
}

impl Health {
    /// What follows from both grades, in a network with so many pairs of nodes that know each other.
    pub fn of(
        failures: Option<FailureGrade>,
        latency: Option<LatencyGrade>,
        connections: u64,
    ) -> Self {
        let Some(failures) = failures else { return Health::Unknown };
        let is_slow = latency == Some(LatencyGrade::Investigate);
        if is_slow || failures == FailureGrade::Concerning {
            return Health::NeedsScaling;
        }
        let is_fast = latency.is_some_and(|latency| latency <= LatencyGrade::Acceptable);
        match failures <= FailureGrade::Acceptable && is_fast && connections > 0 {
            true => Health::Healthy,
            false => Health::Degraded,
        }
    }

    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Health::Healthy => "healthy",
            Health::Degraded => "degraded",
            Health::NeedsScaling => "needs-scaling",
            Health::Unknown => "unknown",
        }
    }
}

/// Kinds of operations that applications ask for.
const ASKED_FOR: [OperationKind; 5] = [
    OperationKind::Lookup,
    OperationKind::Put,
    OperationKind::Get,
    OperationKind::Provide,
    OperationKind::FindProviders,
];

impl Verdict {
    /// The verdict on what was counted in `measured` of virtual time; publications are counted over the
    /// `whole` run.
    pub fn new(
        config: &VerdictConfig,
        metrics: &Metrics,
        connections: u64,
        measured: Duration,
        whole: Duration,
    ) -> Self {
        let mut latency = Histogram::new();
        let (mut count, mut successes, mut rate) = (0, 0, 0.0);
        for kind in ASKED_FOR {
            let stats = metrics.operations(kind);
            let time = if kind.is_publication() { whole } else { measured };
            count += stats.count();
            successes += stats.successes();
            rate += match time.is_zero() {
                true => 0.0,
                false => stats.count() as f64 / time.as_secs_f64(),
            };
            latency.merge(&stats.latency);
        }
        let late = config.operation_timeout.map_or(0, |timeout| slower(&latency, timeout));
        let failures = count - successes + late;
        let failure_rate = number::ratio(failures, count);
        let failure_grade = failure_rate.map(|rate| FailureGrade::of(rate, config));
        let latency_micros = latency.summary();
        let latency_grade = (successes > 0).then(|| LatencyGrade::of(latency_micros.mean, config));
        Verdict {
            successes: successes - late,
            failures,
            late,
            failure_rate,
            latency_micros,
            operations_per_second: rate,
            failure_grade,
            latency_grade,
            health: Health::of(failure_grade, latency_grade, connections),
        }
    }
}

/// How many of these took longer.
fn slower(latency: &Histogram, limit: Duration) -> u64 {
    let steps = latency.cdf();
    let within = steps.iter().take_while(|(micros, _)| *micros <= limit.as_micros());
    latency.count() - within.last().map_or(0, |&(_, count)| count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_belong_to_the_worse_grade_below_and_the_better_above() {
        let config = VerdictConfig::default();
        let failures = [0.0, 0.009_999, 0.01, 0.049_999, 0.05, 0.1, 0.100_001, 1.0];
        let names = failures.map(|rate| FailureGrade::of(rate, &config).name());
        let expected = [
            "excellent",
            "excellent",
            "acceptable",
            "acceptable",
            "elevated",
            "elevated",
            "concerning",
            "concerning",
        ];
        assert_eq!(names, expected);
        let means = [0.0, 49_999.9, 50_000.0, 99_999.9, 100_000.0, 200_000.0, 200_000.1];
        let names = means.map(|mean| LatencyGrade::of(mean, &config).name());
        let expected = ["good", "good", "acceptable", "acceptable", "slow", "slow", "investigate"];
        assert_eq!(names, expected);
    }

    #[test]
    fn health_takes_failures_latency_and_connections() {
        use FailureGrade::{Acceptable, Concerning, Elevated, Excellent};
        use LatencyGrade::{Good, Investigate, Slow};
        let fast = Some(LatencyGrade::Acceptable);
        assert_eq!(Health::of(Some(Acceptable), fast, 1), Health::Healthy);
        assert_eq!(
            Health::of(Some(Excellent), Some(Good), 0),
            Health::Degraded,
            "nobody knows anyone"
        );
        assert_eq!(Health::of(Some(Elevated), Some(Good), 1), Health::Degraded);
        assert_eq!(Health::of(Some(Excellent), Some(Slow), 1), Health::Degraded);
        assert_eq!(Health::of(Some(Excellent), Some(Investigate), 1), Health::NeedsScaling);
        assert_eq!(Health::of(Some(Concerning), None, 1), Health::NeedsScaling);
        assert_eq!(Health::of(None, None, 1), Health::Unknown);
    }

    #[test]
    fn what_takes_longer_than_it_may_is_late() {
        let mut latency = Histogram::new();
        [10, 1_000, 1_001, 5_000].into_iter().for_each(|micros| latency.record(micros));
        let slower = |micros| slower(&latency, Duration::from_micros(micros));
        assert_eq!([9, 10, 1_000, 1_001, 5_000].map(slower), [4, 3, 2, 1, 0]);
        assert_eq!(super::slower(&Histogram::new(), Duration::from_micros(1)), 0);
    }
}
