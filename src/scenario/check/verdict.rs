//! Thresholds of the verdict: each grade begins where the one before it ends.

use super::bounds::{LONGEST, length};
use crate::scenario::VerdictConfig;
use crate::scenario::file::VerdictTable;
use crate::scenario::problem::Problem;
use crate::time::Duration;
use crate::units::{Length, Share};

/// The thresholds of a run.
pub fn check(table: &VerdictTable) -> Result<VerdictConfig, Problem> {
    let usual = VerdictConfig::default();
    let share = |given: Option<Share>, usual| given.map_or(usual, |share| share.0);
    let time = |key: &str, given: Option<Length>, usual| {
        length(&format!("verdict.{key}"), given, usual, Duration::from_nanos(1)..=LONGEST)
    };
    let config = VerdictConfig {
        operation_timeout: match table.operation_timeout {
            None => usual.operation_timeout,
            Some(given) => given.0,
        },
        failure_excellent: share(table.failure_excellent, usual.failure_excellent),
        failure_acceptable: share(table.failure_acceptable, usual.failure_acceptable),
        failure_concerning: share(table.failure_concerning, usual.failure_concerning),
        latency_good: time("latency_good", table.latency_good, usual.latency_good)?,
        latency_acceptable: time(
            "latency_acceptable",
            table.latency_acceptable,
            usual.latency_acceptable,
        )?,
        latency_investigate: time(
            "latency_investigate",
            table.latency_investigate,
            usual.latency_investigate,
        )?,
    };
    if config.operation_timeout.is_some_and(Duration::is_zero) {
        let allowed = "a length of time above 0, or \"never\"";
        return Err(Problem::value("verdict.operation_timeout", allowed));
    }
    ascend(
        ["failure_excellent", "failure_acceptable", "failure_concerning"],
        [config.failure_excellent, config.failure_acceptable, config.failure_concerning],
    )?;
    ascend(
        ["latency_good", "latency_acceptable", "latency_investigate"],
        [config.latency_good, config.latency_acceptable, config.latency_investigate],
    )?;
    Ok(config)
}

/// Refuses thresholds of which a later one is below an earlier one.
fn ascend<T: PartialOrd + std::fmt::Display>(
    keys: [&str; 3],
    values: [T; 3],
) -> Result<(), Problem> {
    for place in 1..values.len() {
        if values[place] < values[place - 1] {
            let (low, high) = (&values[place - 1], &values[place]);
            let message = format!(
                "`verdict.{}` is {high}, below `verdict.{}`, which is {low}: each threshold is at least \
                 the one before it",
                keys[place],
                keys[place - 1],
            );
            return Err(Problem::said(format!("verdict.{}", keys[place]).as_str(), message));
        }
    }
    Ok(())
}
