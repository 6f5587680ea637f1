//! Thresholds of the verdict: each grade begins where the one before it ends.

use super::bounds::{LONGEST, length};
use crate::scenario::VerdictConfig;
use crate::scenario::file::VerdictTable;
use crate::scenario::problem::Problem;
use crate::time::Duration;
use crate::units::{Length, Share};
use std::fmt::Display;

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
    let failures = [
        ("failure_excellent", table.failure_excellent.is_some(), config.failure_excellent),
        ("failure_acceptable", table.failure_acceptable.is_some(), config.failure_acceptable),
        ("failure_concerning", table.failure_concerning.is_some(), config.failure_concerning),
    ];
    let latencies = [
        ("latency_good", table.latency_good.is_some(), config.latency_good),
        ("latency_acceptable", table.latency_acceptable.is_some(), config.latency_acceptable),
        ("latency_investigate", table.latency_investigate.is_some(), config.latency_investigate),
    ];
    ascend(failures)?;
    ascend(latencies)?;
    Ok(config)
}

/// Refuses thresholds of which a later one is below an earlier one. Each has its key, whether it is written,
/// and its value; blamed is one that is written.
fn ascend<T: PartialOrd + Display>(thresholds: [(&str, bool, T); 3]) -> Result<(), Problem> {
    for pair in thresholds.windows(2) {
        let [(before, _, low), (after, is_written, high)] = pair else { continue };
        if high < low {
            let message = format!(
                "`verdict.{after}` is {high}, below `verdict.{before}`, which is {low}: each threshold is \
                 at least the one before it"
            );
            let blamed = if *is_written { after } else { before };
            return Err(Problem::said(format!("verdict.{blamed}").as_str(), message));
        }
    }
    Ok(())
}
