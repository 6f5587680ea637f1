//! The runs behind baselines, several at a time, and what is kept of each.

use super::BaselineError;
use super::trail::{Trail, marks};
use crate::runner::{self, RunArguments};
use crate::scenario::Scenario;
use crate::sweep::{figures, workers};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// What is kept of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Its digest.
    pub digest: String,
    /// Its digests over virtual time.
    pub trail: Trail,
    /// Its figures by name, as tables of sweeps have them.
    pub figures: BTreeMap<String, f64>,
    /// Events and nodes.
    pub cost: u64,
    /// Wall-clock time that it took, in seconds.
    pub seconds: f64,
}

/// What runs tell of their course.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// A run went on, by this share of it.
    Went(f64),
    /// A run has finished.
    Finished,
}

/// Does runs, several at a time, each on a core of its own.
#[derive(Clone, Copy)]
pub struct Runner<'w> {
    /// Runs at a time; at least 1.
    pub jobs: usize,
    /// Is told of each step, from several threads, and can end all runs.
    pub watch: &'w (dyn Fn(Step) -> ControlFlow<()> + Sync),
}

impl Runner<'_> {
    /// Does one run of each scenario, in any order; gives what is kept of each in theirs. `None` if it
    /// was ended early.
    ///
    /// # Errors
    /// If there are no threads.
    pub fn measure(&self, scenarios: &[Scenario]) -> Result<Option<Vec<Measured>>, BaselineError> {
        workers::each(self.jobs, scenarios, |scenario, _| Ok(self.run(scenario)))
    }

    fn run(&self, scenario: &Scenario) -> Option<Measured> {
        let end = scenario.phases.end();
        let mut went = 0.0;
        let arguments = RunArguments::of(scenario);
        let (output, digests) = runner::run_marked(arguments, &marks(end), &mut |progress| {
            let share = progress.now.as_secs_f64() / progress.end.as_secs_f64().max(1e-9);
            let told = (self.watch)(Step::Went(share - went));
            went = share;
            told
        });
        if output.result.partial {
            return None;
        }
        let numbers = figures::of(&output.result).into_iter();
        let measured = Measured {
            digest: output.result.digest.clone().expect("a run in virtual time has a digest"),
            trail: Trail::of(end, &digests),
            figures: numbers.filter_map(|(name, value)| Some((name, value.as_f64()?))).collect(),
            cost: output.result.events + u64::from(scenario.nodes.count),
            seconds: output.performance.wall_seconds,
        };
        (self.watch)(Step::Finished).is_continue().then_some(measured)
    }
}
