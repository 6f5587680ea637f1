//! `kadsim baseline`: what runs came to once, and whether they still do.

// kadsim baseline save.
mod save;
// kadsim baseline check.
mod check;

use super::progress::SweepBar;
use super::{Misuse, interrupt};
use crate::baseline::measure::Step;
use crate::baseline::{BaselineError, Runner};
use crate::scenario::Scenario;
use crate::sweep::seed_of_repeat;
use anyhow::anyhow;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Arguments of `kadsim baseline`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Command {
    /// Run a scenario and keep what it comes to
    Save(save::Args),
    /// Run baselines again and compare; exit status 1 if one differs
    Check(check::Args),
}

/// Where baselines are and how they are run.
#[derive(Clone, Debug, clap::Args)]
struct Common {
    /// Folder of the baselines
    #[arg(long, value_name = "DIR", default_value = "scenarios/baselines")]
    dir: PathBuf,
    /// Runs at a time; the results are the same with any number [default: one for each core]
    #[arg(long, value_name = "N", value_parser = super::threads)]
    jobs: Option<usize>,
    /// Print no progress and no table
    #[arg(long)]
    quiet: bool,
}

/// How the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All is as it was, or is kept now.
    Holds,
    /// A baseline differs.
    Differs,
    /// The user interrupted it; nothing was written.
    Interrupted,
}

/// Keeps or checks baselines.
///
/// # Errors
/// A `ScenarioError` or [`Misuse`] if a scenario, a baseline or the command is wrong; otherwise what could
/// not be written.
pub fn run(args: &Args) -> anyhow::Result<Ended> {
    interrupt::watch();
    let ended = match &args.command {
        Command::Save(args) => save::run(args),
        Command::Check(args) => check::run(args),
    };
    ended.map_err(|error| match error.downcast::<BaselineError>() {
        Ok(BaselineError::Text(wrong)) => wrong.into(),
        Ok(error @ (BaselineError::Write(_) | BaselineError::Threads(_))) => anyhow!(error),
        Ok(error) => Misuse::Baseline(error).into(),
        Err(other) => other,
    })
}

/// Does runs with a bar that they move. `None` if the user interrupted them.
fn with_bar<R>(
    common: &Common,
    runs: usize,
    work: impl FnOnce(&Runner<'_>) -> Result<Option<R>, BaselineError>,
) -> Result<Option<R>, BaselineError> {
    let bar = SweepBar::new(runs, runs, common.quiet);
    let watch = |step| {
        match step {
            Step::Went(share) => bar.went(share),
            Step::Finished => bar.finished(),
        }
        match interrupt::requested() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    let runner = Runner { jobs: common.jobs.unwrap_or_else(crate::cli::cores), watch: &watch };
    let done = work(&runner);
    bar.finish();
    done
}

/// The runs behind a baseline: one of the scenario's seed, or those of a sweep's repeats.
fn seeded(scenario: &Scenario, repeated: bool, repeats: usize) -> Vec<Scenario> {
    let own = |repeat| match repeated {
        true => seed_of_repeat(scenario.seed, repeat),
        false => scenario.seed,
    };
    (0..repeats).map(|repeat| Scenario { seed: own(repeat), ..scenario.clone() }).collect()
}
