//! Figures of operations by their names, and the values that they come from.

use super::Method;
use super::repeats::Interval;
use super::windows::{self, Statistic, Windowed};
use crate::metrics::OperationKind;
use crate::results::{Operation, RunFolder};
use std::collections::BTreeMap;

/// The phase whose operations figures cover.
const MEASUREMENT: &str = "measurement";

/// A value of each operation, or of some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Measure {
    Success,
    Exact,
    Recall,
    Latency,
    FailureLatency,
    Rounds,
    Hops,
    Requests,
    Timeouts,
}

impl Measure {
    /// The value of an operation, if the figure covers it.
    fn of(self, operation: &Operation) -> Option<f64> {
        let truth = |truth: bool| if truth { 1.0 } else { 0.0 };
        let success = operation.is_success;
        match self {
            Measure::Success => Some(truth(success)),
            Measure::Exact => operation.recall.map(|recall| truth(recall == 1.0)),
            Measure::Recall => operation.recall,
            Measure::Latency => success.then_some(operation.latency_micros as f64),
            Measure::FailureLatency => (!success).then_some(operation.latency_micros as f64),
            Measure::Rounds => success.then_some(operation.rounds as f64),
            Measure::Hops => success.then_some(operation.hops as f64),
            Measure::Requests => Some(operation.requests as f64),
            Measure::Timeouts => Some(operation.timeouts as f64),
        }
    }

    fn is_share(self) -> bool {
        matches!(self, Measure::Success | Measure::Exact)
    }
}

/// What a figure is of the operations; `None` if it is not found in them.
fn meaning(figure: &str) -> Option<(OperationKind, Measure, Statistic)> {
    let mut parts = figure.strip_prefix("operations.")?.split('.');
    let kind = parts.next()?;
    let kind = OperationKind::ALL.into_iter().find(|known| known.name() == kind)?;
    let (measure, statistic) = match (parts.next()?, parts.next()) {
        ("success_rate", None) => (Measure::Success, "mean"),
        ("exact_share", None) => (Measure::Exact, "mean"),
        ("recall", None) => (Measure::Recall, "mean"),
        ("latency_micros", Some(statistic)) => (Measure::Latency, statistic),
        ("failure_latency_micros", Some(statistic)) => (Measure::FailureLatency, statistic),
        ("rounds", Some(statistic)) => (Measure::Rounds, statistic),
        ("hops", Some(statistic)) => (Measure::Hops, statistic),
        ("requests", Some(statistic)) => (Measure::Requests, statistic),
        ("timeouts", Some(statistic)) => (Measure::Timeouts, statistic),
        _ => return None,
    };
    let statistic = match statistic {
        "mean" => Statistic::Mean,
        other => Statistic::Percentile(other.strip_prefix('p')?.parse().ok()?),
    };
    Some((kind, measure, statistic))
}

/// A run with its operations.
pub type Logged<'s> = (&'s RunFolder, &'s [Operation]);

/// The intervals of figures between two single runs, or why there is none, by name. Figures that are not
/// found in operations have none.
pub fn intervals(
    base: Logged<'_>,
    other: Logged<'_>,
    names: &[String],
) -> BTreeMap<String, Result<Interval, Method>> {
    let mut by_measure: BTreeMap<(OperationKind, Measure), Vec<(&String, Statistic)>> =
        BTreeMap::new();
    for name in names {
        if let Some((kind, measure, statistic)) = meaning(name) {
            by_measure.entry((kind, measure)).or_default().push((name, statistic));
        }
    }
    let mut found = BTreeMap::new();
    for ((kind, measure), figures) in by_measure {
        let sides = [base, other].map(|side| windowed(side, kind, measure));
        let statistics: Vec<Statistic> = figures.iter().map(|figure| figure.1).collect();
        let intervals = match &sides {
            [Some(base), Some(other)] if measure.is_share() => {
                windows::shares(base, other).map(|found| vec![found]).ok_or(Method::FewWindows)
            }
            [Some(base), Some(other)] => {
                windows::statistics(base, other, &statistics).ok_or(Method::FewWindows)
            }
            _ => Err(Method::NotAllOperations),
        };
        for (place, (name, _)) in figures.into_iter().enumerate() {
            let interval = intervals.as_ref().map(|found| found[place]).map_err(|why| *why);
            found.insert(name.clone(), interval);
        }
    }
    found
}

/// The values of the operations of a kind; `None` unless the file holds all that figures cover.
fn windowed(
    (run, operations): Logged<'_>,
    kind: OperationKind,
    measure: Measure,
) -> Option<Windowed> {
    let of_kind = || operations.iter().filter(|operation| operation.kind == kind);
    let count = run.figures.get(&format!("operations.{}.count", kind.name()))?.as_u64()?;
    let (_, begin, end) = run.phases.iter().find(|phase| phase.0 == MEASUREMENT)?;
    let holds_all =
        run.operations_kept == run.operations_total && of_kind().count() as u64 == count;
    let values =
        of_kind().filter_map(|operation| Some((operation.started_seconds, measure.of(operation)?)));
    holds_all.then(|| Windowed::new(values, (*begin, *end)))
}
