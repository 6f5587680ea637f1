//! Bounds of single numbers, and sums of shares.

use crate::scenario::file::{Number, Whole};
use crate::scenario::problem::Problem;
use crate::time::Duration;
use crate::units::Length;
use std::ops::RangeInclusive;

/// No length of time is longer than this; it keeps sums of times far from overflow.
pub const LONGEST: Duration = Duration::from_secs(10 * 31_557_600);

/// The longest run: routing tables count the seconds of it in 26 bits (776 days).
pub const LONGEST_RUN: Duration = Duration::from_secs(2 * 31_557_600);
/// How far the sum of shares may be from 1: what is lost by writing thirds as decimals is
/// more, what is lost by adding tenths is less.
const SUM_TOLERANCE: f64 = 1e-9;

/// The given whole number or the default, within bounds.
pub fn whole(
    path: &str,
    given: Option<Whole>,
    default: u64,
    bounds: RangeInclusive<u64>,
) -> Result<u64, Problem> {
    let value = given.map_or(default, |given| given.0);
    if bounds.contains(&value) {
        return Ok(value);
    }
    let allowed = format!("a whole number from {} to {}", bounds.start(), bounds.end());
    Err(Problem::value(path, allowed))
}

/// The given length of time or the default, within bounds.
pub fn length(
    path: &str,
    given: Option<Length>,
    default: Duration,
    bounds: RangeInclusive<Duration>,
) -> Result<Duration, Problem> {
    let value = given.map_or(default, |given| given.0);
    if bounds.contains(&value) {
        return Ok(value);
    }
    let allowed = format!("a length of time from {} to {}", bounds.start(), bounds.end());
    Err(Problem::value(path, allowed))
}

/// The given number or the default, within bounds.
pub fn number(
    path: &str,
    given: Option<Number>,
    default: f64,
    bounds: RangeInclusive<f64>,
) -> Result<f64, Problem> {
    let value = given.map_or(default, |given| given.0);
    if bounds.contains(&value) {
        return Ok(value);
    }
    let allowed = format!("a number from {} to {}", bounds.start(), bounds.end());
    Err(Problem::value(path, allowed))
}

/// Refuses shares that do not sum to 1.
pub fn sum_to_one(path: &str, shares: &[f64]) -> Result<(), Problem> {
    let sum: f64 = shares.iter().sum();
    if libm::fabs(sum - 1.0) <= SUM_TOLERANCE {
        return Ok(());
    }
    // Nine digits are what the comparison sees; trailing zeros say nothing.
    let rounded = libm::round(sum * 1e9) / 1e9;
    let message = format!("the shares of `{path}` sum to {rounded}: they must sum to 1");
    Err(Problem::said(path, message))
}

/// Refuses a name that occurs twice.
pub fn distinct_names(path: &str, names: &[String]) -> Result<(), Problem> {
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            let path = format!("{path}.{index}.name");
            return Err(Problem::value(path.as_str(), "a name that no other item has"));
        }
    }
    Ok(())
}
