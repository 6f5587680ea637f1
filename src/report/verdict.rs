//! How good what applications asked for is, as a person reads it.

use super::text::{grouped, millis, percent, short};
use crate::runner::verdict::{FailureGrade, Verdict};

fn row(name: &str, value: String) -> (String, String) {
    (name.to_owned(), value)
}

/// How good what applications asked for is, in words and numbers.
pub(super) fn verdict(verdict: &Verdict) -> Vec<(String, String)> {
    let late = match verdict.late {
        0 => String::new(),
        late => format!(", {} of these late", grouped(late)),
    };
    let grade = |name: Option<&str>| name.map_or(String::new(), |name| format!(": {name}"));
    let mut rows = vec![row(
        "failures",
        format!(
            "{} of {} operations ({}){late}{}",
            grouped(verdict.failures),
            grouped(verdict.successes + verdict.failures),
            percent(verdict.failure_rate.unwrap_or(0.0)),
            grade(verdict.failure_grade.map(FailureGrade::name)),
        ),
    )];
    if let Some(latency) = verdict.latency_grade {
        let micros = &verdict.latency_micros;
        rows.push(row(
            "latency",
            format!(
                "mean {} ms, p50 {}, p90 {}, p99 {}: {}",
                short(micros.mean / 1_000.0),
                millis(micros.p50),
                millis(micros.p90),
                millis(micros.p99),
                latency.name()
            ),
        ));
    }
    rows.push(row("operations per second", short(verdict.operations_per_second)));
    rows.push(row("health", verdict.health.name().replace('-', " ")));
    rows
}
