//! `kadsim measure`, which users do not see: one run, in a process of its own, for `kadsim bench`
//! and `kadsim growth`. The most memory that a process ever held is a figure of the process, and
//! what an earlier run has freed or warmed must not help a later one.
//!
//! The scenario comes in over standard input, what the run cost goes out over standard output.

use crate::bench;
use crate::runner::result::Performance;
use crate::scenario::Scenario;
use anyhow::{Context, bail};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// Arguments of `kadsim measure`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Threads to run on
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub threads: usize,
}

/// Runs the scenario on standard input and prints what it cost, as JSON.
///
/// # Errors
/// A `ScenarioError` if the scenario is wrong; an I/O error if it cannot be read or answered.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text)?;
    let scenario = Scenario::parse(&text, "standard input", Path::new(""), &[])?;
    let performance = bench::perform(&scenario, args.threads);
    let mut stdout = std::io::stdout().lock();
    serde_json::to_writer(&mut stdout, &performance)?;
    stdout.flush()?;
    Ok(())
}

/// Measures a scenario `repeat` times on so many threads, each time in a process of its own.
///
/// # Errors
/// If such a process cannot be started, fails or gives no sensible answer.
pub fn in_processes(
    scenario: &Scenario,
    threads: usize,
    repeat: usize,
    done: &mut dyn FnMut(),
) -> anyhow::Result<Vec<Performance>> {
    let once = |_| {
        let measured = in_a_process(scenario, threads)
            .with_context(|| format!("cannot measure {}", scenario.name));
        done();
        measured
    };
    (0..repeat).map(once).collect()
}

fn in_a_process(scenario: &Scenario, threads: usize) -> anyhow::Result<Performance> {
    let program = std::env::current_exe().context("this program does not find itself")?;
    let mut child = Command::new(program)
        .args(["measure", "--threads", &threads.to_string()])
        // The tables of a warm start are filled by as many threads as the run has.
        .env("RAYON_NUM_THREADS", threads.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("this program cannot be started again")?;
    let mut stdin = child.stdin.take().expect("it was asked for");
    let written = stdin.write_all(scenario.to_toml().as_bytes());
    drop(stdin);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        bail!("the run ended with {}: {}", output.status, message.trim());
    }
    written?;
    serde_json::from_slice(&output.stdout).context("the run gave no figures")
}
