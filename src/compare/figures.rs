//! The differences of figures, point by point.

use super::operations;
use super::repeats::{self, Interval};
use super::sides::{Case, Sample, Side};
use super::{CompareError, Difference, Method, PointComparison};
use crate::results::Operation;
use std::collections::{BTreeMap, BTreeSet};

/// All differences, of these figures at these points.
///
/// # Errors
/// If the operations of a run cannot be read.
pub fn points(
    sides: &[Side],
    cases: &[(String, Vec<Case<'_>>)],
    names: &[String],
    notes: &mut Vec<String>,
) -> Result<Vec<PointComparison>, CompareError> {
    let logs = sides.iter().map(Side::operations).collect::<Result<Vec<_>, _>>()?;
    let from_operations: Vec<_> =
        (1..sides.len()).map(|other| between_runs(sides, &logs, other, names)).collect();
    let mut left_out = BTreeSet::new();
    let mut points = Vec::new();
    for (point, cases) in cases {
        let samples: Vec<_> = cases.iter().map(|case| case.samples()).collect();
        let mut differences = Vec::new();
        for name in names {
            for (other, from_operations) in (1..sides.len()).zip(&from_operations) {
                let values = [0, other].map(|side| values(&samples[side], name));
                if values.iter().any(BTreeMap::is_empty) {
                    continue;
                }
                let (mut found, unpaired) = difference(&values, name, &sides[other].letter);
                if let Some(count) = unpaired {
                    left_out.insert((other, count, point.clone()));
                }
                if let Some(interval) = from_operations.get(name) {
                    set(&mut found, *interval);
                }
                differences.push(found);
            }
        }
        points.push(PointComparison { point: point.clone(), differences });
    }
    for (other, count, point) in left_out {
        let at = if point.is_empty() { String::new() } else { format!(" at {point}") };
        notes.push(format!(
            "{count} runs of A and {} are left out of some differences{at}: they have no partner of \
             the same seed",
            sides[other].letter
        ));
    }
    Ok(points)
}

/// Intervals between two single runs; nothing for sweeps.
fn between_runs(
    sides: &[Side],
    logs: &[Option<Vec<Operation>>],
    other: usize,
    names: &[String],
) -> BTreeMap<String, Result<Interval, Method>> {
    let logged = |side: usize| Some((sides[side].run()?, logs[side].as_deref()?));
    match (logged(0), logged(other)) {
        (Some(base), Some(other)) => operations::intervals(base, other, names),
        _ => BTreeMap::new(),
    }
}

/// A figure of all runs that have it, by their seeds.
fn values(samples: &[Sample<'_>], name: &str) -> BTreeMap<u64, f64> {
    let value = |sample: &Sample<'_>| Some((sample.seed, sample.figures.get(name)?.as_f64()?));
    samples.iter().filter_map(value).collect()
}

fn mean(values: &[f64]) -> f64 {
    match values.iter().all(|value| *value == values[0]) {
        // Rounding must not make a difference between equal values.
        true => values[0],
        false => values.iter().sum::<f64>() / values.len() as f64,
    }
}

/// The difference of a figure, and how many runs have no partner, if there are pairs.
fn difference(
    [bases, others]: &[BTreeMap<u64, f64>; 2],
    figure: &str,
    run: &str,
) -> (Difference, Option<usize>) {
    let pairs: Vec<(f64, f64)> =
        bases.iter().filter_map(|(seed, base)| Some((*base, *others.get(seed)?))).collect();
    let is_paired = pairs.len() > 1;
    let left_out = bases.len() + others.len() - 2 * pairs.len();
    let left_out = (is_paired && left_out > 0).then_some(left_out);
    let (bases, others): (Vec<f64>, Vec<f64>) = match is_paired {
        true => pairs.iter().copied().unzip(),
        false => (bases.values().copied().collect(), others.values().copied().collect()),
    };
    let differences: Vec<f64> = pairs.iter().map(|(base, other)| other - base).collect();
    let interval = match is_paired {
        true => repeats::paired(&differences),
        false => repeats::unpaired(&bases, &others),
    };
    let (base, value) = (mean(&bases), mean(&others));
    let difference = if is_paired { mean(&differences) } else { value - base };
    let mut found = Difference {
        figure: figure.to_owned(),
        run: run.to_owned(),
        base_runs: bases.len(),
        runs: others.len(),
        base,
        value,
        difference,
        relative: (base != 0.0).then(|| difference / base.abs()),
        low: None,
        high: None,
        method: Method::NoRepeats,
        excludes_zero: false,
    };
    set(&mut found, interval.ok_or(Method::NoRepeats));
    (found, left_out)
}

fn set(difference: &mut Difference, interval: Result<Interval, Method>) {
    match interval {
        Ok(Interval { low, high, method }) => {
            difference.low = Some(low);
            difference.high = Some(high);
            difference.method = method;
            difference.excludes_zero = low > 0.0 || high < 0.0;
        }
        Err(method) => difference.method = method,
    }
}
