//! The runs of a sweep, several at a time.
//!
//! Each run has one core, so that its wall-clock time is its own.

use super::SweepError;
use super::folder::Folder;
use super::plan::{Plan, RunId};
use super::row::Row;
use super::workers;
use crate::runner::{self, RunArguments};
use crate::scenario::ScenarioError;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How a sweep is carried out; its tables are the same with any number of jobs.
#[derive(Clone, Debug)]
pub struct Options {
    /// Runs at a time; at least 1.
    pub jobs: usize,
    /// Wall-clock time that a run may take.
    pub timeout: Option<Duration>,
    /// Figures that are drawn; the usual ones if none is named.
    pub metrics: Vec<String>,
}

/// How a sweep ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With all runs and tables.
    Complete,
    /// Before all runs were done.
    Interrupted,
}

/// What a sweep tells of its course.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// A run went on, by this share of it.
    Went(f64),
    /// A run has finished and its row is on the disk.
    Finished(RunId),
}

/// What became of one run.
enum Became {
    Row(Box<Row>),
    Interrupted,
}

/// What workers share.
struct Shared<'a> {
    plan: &'a Plan,
    folder: &'a Folder,
    options: &'a Options,
    watch: &'a (dyn Fn(Step) -> ControlFlow<()> + Sync),
}

#[expect(clippy::disallowed_methods, reason = "how long a run takes is measured from outside")]
fn wall_clock() -> std::time::Instant {
    std::time::Instant::now()
}

/// Does the runs `todo` and keeps their rows in `folder`.
///
/// # Errors
/// The first row that cannot be written; then no further run begins.
pub fn execute(
    plan: &Plan,
    todo: &[RunId],
    folder: &Folder,
    options: &Options,
    watch: &(dyn Fn(Step) -> ControlFlow<()> + Sync),
) -> Result<Ended, SweepError> {
    let shared = Shared { plan, folder, options, watch };
    let done = workers::each(options.jobs, todo, |&run, stopped| shared.work(run, stopped))?;
    Ok(if done.is_some() { Ended::Complete } else { Ended::Interrupted })
}

impl Shared<'_> {
    /// Does one run and keeps its row; `None` if that is the end of all.
    fn work(&self, run: RunId, stopped: &AtomicBool) -> Result<Option<()>, SweepError> {
        let Became::Row(row) = self.run(run, stopped)? else { return Ok(None) };
        self.folder.keep(&row)?;
        Ok((self.watch)(Step::Finished(run)).is_continue().then_some(()))
    }

    fn run(&self, run: RunId, stopped: &AtomicBool) -> Result<Became, ScenarioError> {
        let scenario = self.plan.scenario(run)?;
        let begun = wall_clock();
        let (mut went, mut is_late) = (0.0, false);
        let output = runner::run(RunArguments::of(&scenario), &mut |progress| {
            let share = progress.now.as_secs_f64() / progress.end.as_secs_f64().max(1e-9);
            let told = (self.watch)(Step::Went(share - went));
            went = share;
            is_late = self.options.timeout.is_some_and(|timeout| begun.elapsed() > timeout);
            let goes_on = told.is_continue() && !stopped.load(Ordering::SeqCst) && !is_late;
            if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        let row = match (output.result.partial, is_late, self.options.timeout) {
            (false, ..) => Row::complete(self.plan, run, &output),
            (true, true, Some(timeout)) => Row::timed_out(self.plan, run, timeout.as_secs_f64()),
            (true, ..) => return Ok(Became::Interrupted),
        };
        Ok(Became::Row(Box::new(row)))
    }
}
