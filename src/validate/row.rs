//! What is compared, and when a difference counts.

use super::statistics::{Estimate, Sample, Share, holm, two_proportions, welch};
use crate::metrics::{OperationKind, OperationRecord};
use serde::Serialize;

/// The chance, over all rows together, of finding a difference where there is none.
pub const LEVEL: f64 = 0.05;

/// Operations of a kind on one side from which on the other side must have some too.
const ENOUGH: usize = 20;

/// What is compared of a kind of operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Quantity {
    /// Mean hops of successes.
    Hops,
    /// Mean rounds of successes.
    Rounds,
    /// Mean requests of all.
    Requests,
    /// Share of successes.
    Success,
    /// Mean latency of successes, in milliseconds.
    Latency,
}

impl Quantity {
    /// All, in the order of rows.
    pub const ALL: [Quantity; 5] = [
        Quantity::Hops,
        Quantity::Rounds,
        Quantity::Requests,
        Quantity::Success,
        Quantity::Latency,
    ];

    /// Name with unit.
    pub const fn name(self) -> &'static str {
        match self {
            Quantity::Hops => "hops",
            Quantity::Rounds => "rounds",
            Quantity::Requests => "requests",
            Quantity::Success => "success %",
            Quantity::Latency => "latency ms",
        }
    }

    /// The difference that does not matter even if it is no chance, beside a simulated figure: a
    /// twentieth of it, and of small ones a little more; of success, two operations in a hundred; of
    /// latency also what late packets explain, which take `late` milliseconds.
    pub fn tolerance(self, simulated: f64, late: f64) -> f64 {
        let part = simulated / 20.0;
        match self {
            Quantity::Hops | Quantity::Rounds | Quantity::Requests => part.max(0.05),
            Quantity::Success => 0.02,
            Quantity::Latency => part.max(2.0 + late),
        }
    }

    /// The value of an operation; `None` if it has none.
    fn of(self, operation: &OperationRecord) -> Option<f64> {
        let succeeded = operation.outcome.is_success();
        let latency = operation.finished.saturating_since(operation.started);
        match self {
            Quantity::Hops => succeeded.then_some(f64::from(operation.hops)),
            Quantity::Rounds => succeeded.then_some(f64::from(operation.rounds)),
            Quantity::Requests => Some(f64::from(operation.requests)),
            Quantity::Success => Some(f64::from(u8::from(succeeded))),
            Quantity::Latency => succeeded.then(|| latency.as_secs_f64() * 1e3),
        }
    }
}

/// How two sides were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// Of means.
    WelchT,
    /// Of shares.
    TwoProportionZ,
}

impl Test {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Test::WelchT => "Welch's t",
            Test::TwoProportionZ => "two-proportion z",
        }
    }
}

/// What is to be thought of a row; worse ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The difference may be chance.
    Agrees,
    /// It is no chance, but within the tolerance.
    Tolerated,
    /// It is no chance, and beyond the tolerance.
    Differs,
}

/// A figure of both sides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Of which operations.
    pub operation: OperationKind,
    /// Which figure.
    pub quantity: Quantity,
    /// In virtual time.
    pub simulated: Estimate,
    /// On sockets.
    pub udp: Estimate,
    /// Sockets less simulation.
    pub difference: f64,
    /// The difference that does not matter.
    pub tolerance: f64,
    /// What it was tested with.
    pub test: Test,
    /// Probability of such a difference by chance, for this row alone.
    pub p_value: f64,
    /// The same as one of all rows, after Holm and Bonferroni.
    pub p_adjusted: f64,
    /// What is to be thought of it.
    pub verdict: Verdict,
}

/// Kinds of operations that are compared: what applications ask for. What nodes do for themselves
/// (joins, refreshes, republications) shows in these.
const KINDS: [OperationKind; 5] = [
    OperationKind::Lookup,
    OperationKind::Put,
    OperationKind::Get,
    OperationKind::Provide,
    OperationKind::FindProviders,
];

/// Compares the operations of runs in virtual time with those of the same runs on sockets.
/// On sockets a packet left `lateness` milliseconds later than planned on average.
pub fn compare(simulated: &[OperationRecord], udp: &[OperationRecord], lateness: f64) -> Vec<Row> {
    let mut rows = Vec::new();
    for kind in KINDS {
        let of_kind = |operations: &[OperationRecord]| -> Vec<OperationRecord> {
            operations.iter().filter(|operation| operation.kind == kind).copied().collect()
        };
        let (simulated, udp) = (of_kind(simulated), of_kind(udp));
        let all = Quantity::ALL.into_iter();
        // A round is a request and its response.
        let late =
            2.0 * lateness * Sample::of(&values(Quantity::Rounds, &udp)).map_or(0.0, |s| s.mean());
        let row = |quantity| row(kind, quantity, &simulated, &udp, late);
        rows.extend(all.filter_map(row));
    }
    let adjusted = holm(&rows.iter().map(|row| row.p_value).collect::<Vec<_>>());
    for (row, p_adjusted) in rows.iter_mut().zip(adjusted) {
        row.p_adjusted = p_adjusted;
        row.verdict = if p_adjusted >= LEVEL {
            Verdict::Agrees
        } else if row.difference.abs() <= row.tolerance {
            Verdict::Tolerated
        } else {
            Verdict::Differs
        };
    }
    rows
}

fn values(quantity: Quantity, operations: &[OperationRecord]) -> Vec<f64> {
    operations.iter().filter_map(|operation| quantity.of(operation)).collect()
}

/// A row, before it is judged; `None` if there is too little to compare.
fn row(
    operation: OperationKind,
    quantity: Quantity,
    simulated: &[OperationRecord],
    udp: &[OperationRecord],
    late: f64,
) -> Option<Row> {
    let (simulated, udp) = (values(quantity, simulated), values(quantity, udp));
    let (estimates, test, p_value) = if quantity == Quantity::Success {
        let share = |values: &[f64]| Share {
            successes: values.iter().filter(|&&value| value > 0.0).count() as u64,
            count: values.len() as u64,
        };
        let (a, b) = (share(&simulated), share(&udp));
        let many = simulated.len().max(udp.len()) >= ENOUGH;
        let p_value = match simulated.is_empty() || udp.is_empty() {
            // The same work, and one side has none of it to show.
            true if many => 0.0,
            true => return None,
            false => two_proportions(a, b),
        };
        ([a.estimate(), b.estimate()], Test::TwoProportionZ, p_value)
    } else {
        let (a, b) = (Sample::of(&simulated)?, Sample::of(&udp)?);
        ([a.estimate(), b.estimate()], Test::WelchT, welch(&a, &b))
    };
    let [simulated, udp] = estimates;
    let (difference, tolerance) =
        (udp.value - simulated.value, quantity.tolerance(simulated.value, late));
    let (p_adjusted, verdict) = (p_value, Verdict::Agrees);
    let row = Row {
        operation,
        quantity,
        simulated,
        udp,
        difference,
        tolerance,
        test,
        p_value,
        p_adjusted,
        verdict,
    };
    Some(row)
}

#[cfg(test)]
mod tests;
