//! A scenario in virtual time and on sockets, side by side: the same keys, the same work, and for
//! each figure a test whether the two differ.
//!
//! - [`statistics`]: means, shares, and the tests;
//! - [`row`]: what is compared, and how much of a difference matters;
//! - [`show`]: the table.

pub mod row;
pub mod show;
pub mod statistics;

pub use row::{Quantity, Row, Verdict};
pub use show::table;

use crate::metrics::{OperationRecord, number};
use crate::rng::Seed;
use crate::runner::result::RunOutput;
use crate::runner::{self, Obstacle, Progress, RecordKeys, RunArguments};
use crate::scenario::Scenario;
use serde::Serialize;
use std::ops::ControlFlow;

/// Operations of one run that are compared, at most: a uniform sample of those that there are.
const MOST_OPERATIONS: u64 = 10_000_000;

/// What came of running a scenario both ways.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Name of the scenario.
    pub name: String,
    /// Seeds of the runs, each made both ways.
    pub seeds: Vec<u64>,
    /// What was compared.
    pub rows: Vec<Row>,
    /// By how much packets left later than planned on sockets on average, in microseconds.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub lateness_mean_micros: f64,
    /// The same, of the 99th percentiles of the runs the largest. Where it is no small part of the
    /// latencies, the machine did not keep up, and latency says more of it than of the network.
    pub lateness_p99_micros: u64,
}

impl Comparison {
    /// Whether any row differs.
    pub fn verdict(&self) -> Verdict {
        self.rows.iter().map(|row| row.verdict).max().unwrap_or(Verdict::Agrees)
    }
}

/// Runs a scenario `repeat` times both ways, with its own seed and those that follow, and compares.
/// `watch` is told how far each run on sockets has come and can end it: then there is no
/// comparison.
///
/// # Errors
/// What keeps the scenario from running on sockets.
pub fn validate(
    scenario: &Scenario,
    repeat: usize,
    watch: &mut dyn FnMut(usize, Progress) -> ControlFlow<()>,
) -> Result<Option<Comparison>, Obstacle> {
    let mut scenario = scenario.clone();
    scenario.output.operations_limit = MOST_OPERATIONS;
    let first = scenario.seed;
    let seeds: Vec<u64> = (0..repeat as u64).map(|number| first.wrapping_add(number)).collect();
    let [mut simulated, mut udp]: [Vec<OperationRecord>; 2] = Default::default();
    let (mut packets, mut micros, mut lateness_p99_micros) = (0.0, 0.0, 0);
    for (number, &seed) in seeds.iter().enumerate() {
        scenario.seed = seed;
        let run =
            runner::run_on_sockets(&scenario, Seed(seed), &mut |progress| watch(number, progress))?;
        if run.result.partial {
            return Ok(None);
        }
        let late = run.performance.lateness_micros.unwrap_or_default();
        packets += late.count as f64;
        micros += late.mean * late.count as f64;
        lateness_p99_micros = late.p99.max(lateness_p99_micros);
        udp.extend(run.operations);
        simulated.extend(simulate(&scenario).operations);
    }
    let lateness_mean_micros = if packets > 0.0 { micros / packets } else { 0.0 };
    let rows = row::compare(&simulated, &udp, lateness_mean_micros / 1e3);
    let name = scenario.name;
    Ok(Some(Comparison { name, seeds, rows, lateness_mean_micros, lateness_p99_micros }))
}

fn simulate(scenario: &Scenario) -> RunOutput {
    let record_keys = RecordKeys::OfContent;
    let arguments = RunArguments { record_keys, ..RunArguments::of(scenario) };
    runner::run(arguments, &mut |_| ControlFlow::Continue(()))
}
