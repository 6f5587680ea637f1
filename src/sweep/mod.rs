//! Many runs of one scenario: a grid over its keys, each point repeated with seeds of its own, and
//! the tables and plots over all of them.
//!
//! A sweep lives in a folder. What it consists of stands there before the first run
//! (`identity`), each finished run adds one file (`folder`), and the tables are made from these
//! files alone, in the order of the grid (`tables`). So a sweep may be killed at any moment: what
//! has its file is done, and the tables are those of a sweep that was never interrupted.

// Which runs there are, and from which seeds.
mod plan;
// What a folder holds the runs of.
mod identity;
// Files that are whole or not there.
mod folder;
// The figures of a run by their names.
pub mod figures;
// A finished run.
mod row;
// Tasks that are done several at a time.
pub mod workers;
// The runs, several at a time.
mod execute;
// All finished runs together.
mod collected;
// In which unit a figure is shown.
pub mod unit;
// What is told when a sweep has ended.
mod overview;
// Intervals by resampling.
pub mod interval;
// One file for many runs.
mod tables;
// The same in columns.
#[cfg(feature = "parquet")]
mod parquet;
// The tables as a person sees them.
mod plots;

pub use execute::{Ended, Options, Step};
pub use identity::{Identity, Varied};
pub use overview::{Overview, OverviewPoint};
pub use plan::{Plan, RunId, seed_of_repeat};
pub use row::{Row, Status};

use crate::report::ReportError;
use crate::scenario::ScenarioError;
use collected::Collected;
use folder::Folder;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use workers::NoThreads;

/// Why a sweep could not be carried out. What had finished stays in its folder.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// A point of the grid is no sound scenario.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// A file or folder could not be written or read.
    #[error("cannot {verb} {}: {cause}", path.display())]
    File {
        /// `write` or `read`.
        verb: &'static str,
        /// What should have been.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// A file of the folder says something else than a sweep writes.
    #[error("{} is not as a sweep writes it: {cause}; without it, its run is repeated", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// The folder holds another sweep.
    #[error("{} holds another sweep: {difference}; give the same arguments, or --out another folder", path.display())]
    Other {
        /// The folder.
        path: PathBuf,
        /// What differs first.
        difference: String,
    },
    /// Another process works in the folder.
    #[error("a sweep is under way in {}: wait for its end, or give --out another folder", .0.display())]
    Busy(PathBuf),
    /// No figure has this name.
    #[error("--metric {name}: no run of this sweep has such a figure; {known}")]
    UnknownMetric {
        /// As it was given.
        name: String,
        /// What there is instead.
        known: String,
    },
    /// A plot could not be drawn.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// Threads could not be started.
    #[error("cannot start the threads of --jobs: {0}")]
    Threads(#[from] NoThreads),
}

/// What a sweep left behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Where it lies.
    pub folder: PathBuf,
    /// All runs.
    pub runs: usize,
    /// Points of the grid.
    pub points: usize,
    /// Runs that are finished now.
    pub done: usize,
    /// Runs that were finished before.
    pub found: usize,
    /// Runs that took longer than they may.
    pub timed_out: usize,
    /// The figures that are drawn; empty for a sweep that did not come to its end.
    pub overview: Overview,
    /// What could not be drawn, and why.
    pub notes: Vec<String>,
    /// Whether it came to its end.
    pub ended: Ended,
}

/// A sweep whose folder is open and locked, and whose points are all sound.
#[derive(Debug)]
pub struct Sweep {
    plan: Plan,
    folder: Folder,
    options: Options,
    /// Runs that are to be done.
    todo: Vec<RunId>,
}

impl Sweep {
    /// Begins the sweep, or goes on with it, in a folder of its own below `parent`.
    ///
    /// # Errors
    /// If the folder cannot be written, is in use, or holds another sweep.
    pub fn open(plan: Plan, options: Options, parent: &Path) -> Result<Self, SweepError> {
        let folder = Folder::open(parent, &plan)?;
        let finished = folder.rows(&plan)?;
        let is_done = |run: &RunId| {
            finished
                .binary_search_by_key(run, Row::id)
                .is_ok_and(|place| finished[place].stands(options.timeout))
        };
        let todo = plan.runs().filter(|run| !is_done(run)).collect();
        let sweep = Sweep { plan, folder, options, todo };
        if sweep.todo.len() < sweep.plan.count() {
            Collected::of(&sweep.plan, finished).known(&sweep.options.metrics)?;
        }
        Ok(sweep)
    }

    /// Runs that are still to be done.
    pub fn todo(&self) -> usize {
        self.todo.len()
    }

    /// All runs of the sweep.
    pub fn count(&self) -> usize {
        self.plan.count()
    }

    /// Does the runs that are to be done, then writes tables and plots. `watch` is told of each
    /// step, from several threads, and can end the sweep, without tables then.
    ///
    /// # Errors
    /// If something cannot be written or drawn.
    pub fn run(
        self,
        watch: &(dyn Fn(Step) -> ControlFlow<()> + Sync),
    ) -> Result<Outcome, SweepError> {
        let Sweep { plan, folder, options, todo } = self;
        let ended = execute::execute(&plan, &todo, &folder, &options, watch)?;
        let mut outcome = Outcome {
            folder: folder.path().to_owned(),
            runs: plan.count(),
            points: plan.grid.points(),
            done: 0,
            found: plan.count() - todo.len(),
            timed_out: 0,
            overview: Overview::default(),
            notes: Vec::new(),
            ended,
        };
        let rows = folder.rows(&plan)?;
        outcome.done = rows.len();
        outcome.timed_out = rows.iter().filter(|row| row.status == Status::TimedOut).count();
        if ended == Ended::Complete {
            let collected = Collected::of(&plan, rows);
            tables::write(&plan, &collected, &folder)?;
            let metrics = collected.known(&options.metrics)?;
            outcome.overview = overview::of(&plan, &collected, &metrics);
            outcome.notes = plots::draw(&plan, &collected, &metrics, &folder)?;
        }
        Ok(outcome)
    }
}
