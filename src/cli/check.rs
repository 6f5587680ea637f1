//! `kadsim check FILE`: validates a scenario and prints it in full.

use crate::scenario::{Scenario, Setting};
use std::io::Write;
use std::path::PathBuf;

/// Arguments of `kadsim check`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Scenario to check
    pub file: PathBuf,
    /// Override a value, with the dotted keys of the file (workload.0.rate for list items)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<Setting>,
}

/// Prints the complete scenario as TOML.
///
/// # Errors
/// A `ScenarioError` if the scenario is wrong; an I/O error if it cannot be printed.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let scenario = Scenario::load(&args.file, &args.settings)?;
    std::io::stdout().lock().write_all(scenario.to_toml().as_bytes())?;
    Ok(())
}
