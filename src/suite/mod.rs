//! A suite: ten types of tests of a network that stores records, each a scenario at one size or at several,
//! and what follows from them: verdicts, tables, a recommendation.
//!
//! A test's scenario is a file (`scenarios/suite/`), and a point of a test that file with settings laid
//! over it (`plan`). Every point is run with several seeds (`measure`), its runs become figures
//! (`figures`), and these a report (`report`), which is a function of the settings: what it cost
//! stands beside it.

// The types of tests.
mod test_type;
// What a suite runs at, and from where it knows.
pub mod settings;
mod settings_file;
// Which runs a test consists of.
mod plan;
// The runs.
mod measure;
// What the runs of a point come to.
mod figures;
// What single tests tell beside that.
mod advice;
mod consistency;
mod special;
mod throughput;
// Everything that a suite comes to.
mod report;
// The same for people, and as files.
mod plots;
mod show;
mod write;

pub use advice::Advice;
pub use consistency::Consistency;
pub use figures::{Mean, PointFigures};
pub use measure::Step;
pub use plan::{Point, Source, TestPlan};
pub use report::{Cost, Details, Estimates, State, SuiteReport, Summary, TestReport};
pub use settings::{Given, Settings};
pub use settings_file::read;
pub use show::{command, text};
pub use special::{Cut, Cuts, Participation};
pub use test_type::TestType;
pub use throughput::{Knee, Threshold};
pub use write::{folder_name, to_json, write};

use crate::report::ReportError;
use crate::scenario::ScenarioError;
use crate::sweep::workers::NoThreads;
use measure::Runner;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Why a suite could not be run.
#[derive(Debug, thiserror::Error)]
pub enum SuiteError {
    /// A point is no sound scenario.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// A file cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// No test is left.
    #[error(
        "no test is left to run: the only one asked for is partition, and partitions are turned off"
    )]
    NoTests,
    /// Threads could not be started.
    #[error("cannot start the threads of --jobs: {0}")]
    Threads(#[from] NoThreads),
    /// Something could not be written or drawn.
    #[error(transparent)]
    Report(#[from] ReportError),
}

/// The tests of a suite, all of whose points are sound.
#[derive(Clone, Debug)]
pub struct Suite {
    /// What it runs at.
    pub settings: Settings,
    /// Its tests.
    pub tests: Vec<TestPlan>,
}

/// What is told of a suite's course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A test begins.
    Begins(TestType),
    /// A run of a test goes on, or has finished.
    Run(Step),
    /// A test is over.
    Ends(TestType),
}

impl Suite {
    /// The suite of these settings.
    ///
    /// # Errors
    /// If there is no test in it, or what is wrong with the first wrong one.
    pub fn new(settings: Settings, source: &Source) -> Result<Self, SuiteError> {
        let tests: Result<Vec<_>, _> =
            settings.tests.iter().map(|&test| TestPlan::new(test, source, &settings)).collect();
        let tests = tests?;
        if tests.is_empty() {
            return Err(SuiteError::NoTests);
        }
        Ok(Suite { settings, tests })
    }

    /// Runs that the suite consists of, those of a search for a knee not counted.
    pub fn runs(&self) -> usize {
        self.tests.iter().map(|test| test.points.len() * self.settings.repeats).sum()
    }

    /// Runs all tests, one after another, with `jobs` runs at a time. `watch` is told of its course, from
    /// several threads, and can end it; tests that are done by then are reported.
    ///
    /// # Errors
    /// If a rate of the throughput test makes no sound scenario, or there are no threads.
    pub fn run(
        &self,
        jobs: usize,
        watch: &(dyn Fn(Progress) -> ControlFlow<()> + Sync),
    ) -> Result<SuiteReport, SuiteError> {
        let Settings { repeats, seed, time_limit, .. } = self.settings;
        let mut reports = Vec::new();
        for plan in &self.tests {
            let told = watch(Progress::Begins(plan.test));
            let step = |step| watch(Progress::Run(step));
            let runner = Runner::new(jobs, repeats, seed, time_limit, &step);
            let report = match told {
                ControlFlow::Continue(()) => TestReport::of(plan, &runner)?,
                ControlFlow::Break(()) => TestReport::ended(plan, State::Interrupted),
            };
            let is_over = report.state == State::Interrupted;
            reports.push(report);
            if is_over || watch(Progress::Ends(plan.test)).is_break() {
                break;
            }
        }
        Ok(SuiteReport::new(&self.settings, reports))
    }
}
