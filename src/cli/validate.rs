//! `kadsim validate FILE`: a scenario in virtual time and on sockets, side by side.

use super::progress::ProgressBar;
use super::{Misuse, interrupt};
use crate::scenario::{Scenario, Setting};
use crate::validate::{self, Verdict};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Arguments of `kadsim validate`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Scenario to run both ways; on sockets it takes the time that it says
    pub file: PathBuf,
    /// Seed of all randomness, instead of the scenario's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Runs each way, with this seed and those that follow
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = super::repeats)]
    pub repeat: usize,
    /// Override a value, with the dotted keys of the file (workload.0.rate for list items)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<Setting>,
    /// Print the comparison as JSON
    #[arg(long)]
    pub json: bool,
}

/// How a validation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The two agree, or differ no more than is tolerated.
    Agrees,
    /// They differ, or there was nothing to compare.
    Differs,
    /// The user interrupted it: there is nothing to print.
    Interrupted,
}

/// Runs the scenario both ways and prints what came of it.
///
/// # Errors
/// A `ScenarioError` if the scenario is wrong, a [`Misuse`] if sockets cannot carry it; otherwise
/// what could not be done.
pub fn run(args: &Args) -> anyhow::Result<Ended> {
    let mut scenario = Scenario::load(&args.file, &args.settings)?;
    if let Some(seed) = args.seed {
        scenario.seed = seed;
    }
    interrupt::watch();
    let mut bar = ProgressBar::new(&scenario, args.json);
    let comparison = validate::validate(&scenario, args.repeat, &mut |_, progress| {
        bar.show(&progress);
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.finish();
    let Some(comparison) = comparison.map_err(Misuse::of)? else {
        return Ok(Ended::Interrupted);
    };
    let text = match args.json {
        true => serde_json::to_string_pretty(&comparison)? + "\n",
        false => validate::table(&comparison),
    };
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    let agrees = !comparison.rows.is_empty() && comparison.verdict() != Verdict::Differs;
    Ok(if agrees { Ended::Agrees } else { Ended::Differs })
}
