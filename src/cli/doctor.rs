//! `kadsim doctor`: what this machine can run, and what stands in the way.

use crate::bench::Machine;
use crate::doctor::{self, Diagnosis, Question, needs};
use crate::report;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;

/// Arguments of `kadsim doctor`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Whether a simulation of so many nodes fits
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub nodes: Option<u64>,
    /// Contacts of a bucket in that simulation (kademlia.k)
    #[arg(long, value_name = "K", default_value_t = needs::usual_k(), requires = "nodes",
          value_parser = clap::value_parser!(u64).range(1..=255))]
    pub k: u64,
    /// Whether a run of so many nodes on UDP sockets fits; opens as many sockets for a moment
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub udp_nodes: Option<u64>,
    /// Folder below which runs would be written
    #[arg(long, value_name = "DIR", default_value = "output")]
    pub out: PathBuf,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Text for people
    Text,
    /// An object with the machine, what fits and the findings
    Json,
}

/// What a diagnosis comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing that keeps runs from being run.
    NothingInTheWay,
    /// Something that does.
    Obstacle,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Report {
    machine: Machine,
    obstructed: bool,
    #[serde(flatten)]
    diagnosis: Diagnosis,
}

/// Looks at the machine and prints what follows.
///
/// # Errors
/// An I/O error if that cannot be printed.
pub fn run(args: &Args) -> anyhow::Result<Found> {
    let question = Question { nodes: args.nodes, k: args.k, udp_nodes: args.udp_nodes };
    let mut diagnosis = doctor::judge(doctor::examine(&args.out), &question);
    if let Some(nodes) = args.udp_nodes
        && diagnosis.sockets.nodes.is_none_or(|most| nodes <= most)
    {
        diagnosis.add(doctor::try_sockets(nodes));
    }
    let obstructed = diagnosis.is_obstructed();
    let machine = Machine::here();
    let text = match args.format {
        Format::Text => format!("{}\n{}", machine.line(), doctor::table(&diagnosis)),
        Format::Json => report::to_json(&Report { machine, obstructed, diagnosis }),
    };
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    Ok(if obstructed { Found::Obstacle } else { Found::NothingInTheWay })
}
