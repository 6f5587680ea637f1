//! `kadsim bench`: runs fixed workloads and prints what they cost.

use super::progress::{self, Steps};
use super::{Misuse, measure};
use crate::bench::{
    self, BenchReport, BenchRow, Machine, Size, WORKLOADS, Workload, median_by_speed,
    median_by_wall,
};
use crate::report;
use crate::scenario::Scenario;
use std::io::Write;

/// Arguments of `kadsim bench`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Workloads to run, such as speed,simgrid-kademlia; all if not given
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Run each workload at its smallest size only
    #[arg(long)]
    pub quick: bool,
    /// Runs of each workload, of which the median counts
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = super::repeats)]
    pub repeat: usize,
    /// Threads of the second measurement; all cores if not given, 1 for none
    #[arg(long, value_name = "N", value_parser = super::threads)]
    pub threads: Option<usize>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Number of nodes instead of a workload's sizes, for tests
    #[arg(long, value_name = "N", hide = true)]
    pub nodes: Option<u32>,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table for people
    Table,
    /// An object with the machine and a row for each workload and size
    Json,
    /// A table for documentation
    Markdown,
}

/// Measures the workloads and prints the table.
///
/// # Errors
/// [`Misuse`] if a workload is not known; otherwise what could not be measured or printed.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let chosen = chosen(&args.only)?;
    let machine = Machine::here();
    let threads = args.threads.unwrap_or(machine.cores);
    let sizes = |workload: &Workload| sizes(workload, args);
    let runs_of_a_size = args.repeat * if threads > 1 { 2 } else { 1 };
    let steps: usize = chosen.iter().map(|workload| sizes(workload).len() * runs_of_a_size).sum();
    let progress = progress::steps(steps);
    let mut work = Vec::new();
    for workload in chosen {
        for size in sizes(workload) {
            work.push((workload, size, workload.scenario(size.nodes)?));
        }
    }
    let mut rows = Vec::new();
    let mut failure = None;
    for (workload, size, scenario) in &work {
        match row(workload, size, scenario, threads, args.repeat, &progress) {
            Ok(measured) => rows.push(measured),
            Err(error) => {
                // What has been measured is not thrown away.
                failure = Some(error);
                break;
            }
        }
    }
    progress.finish();
    let report = BenchReport { machine, repeat: args.repeat, rows };
    let text = match if args.json { Format::Json } else { args.format } {
        Format::Table => bench::table(&report),
        Format::Json => report::to_json(&report),
        Format::Markdown => bench::markdown(&report),
    };
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    failure.map_or(Ok(()), Err)
}

fn row(
    workload: &Workload,
    size: &Size,
    scenario: &Scenario,
    threads: usize,
    repeat: usize,
    progress: &Steps,
) -> anyhow::Result<BenchRow> {
    let measured = |threads| {
        progress.show(format!("{}, {} nodes, threads: {threads}", workload.name, size.nodes));
        measure::in_processes(scenario, threads, repeat, &mut || progress.step())
    };
    let one = median_by_speed(measured(1)?);
    let many = if threads > 1 { Some(median_by_wall(measured(threads)?)) } else { None };
    Ok(BenchRow::new(workload.name, size, &one, threads, many.as_ref()))
}

/// The sizes to run a workload at. Figures of others are for their sizes only.
fn sizes(workload: &Workload, args: &Args) -> Vec<Size> {
    match args.nodes {
        Some(nodes) => vec![Size { nodes, peer: None }],
        None if args.quick => workload.sizes[..1].to_vec(),
        None => workload.sizes.to_vec(),
    }
}

/// The workloads named, in their own order; all if none is named.
fn chosen(names: &[String]) -> Result<Vec<&'static Workload>, Misuse> {
    super::named(WORKLOADS, names, |workload, name| workload.name == name).map_err(|name| {
        let known: Vec<_> = WORKLOADS.iter().map(|workload| workload.name).collect();
        Misuse::UnknownWorkload { name, known: known.join(", ") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workloads_are_chosen_by_name_and_come_in_their_own_order() {
        let names = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(chosen(&[]).unwrap().len(), WORKLOADS.len());
        let two = chosen(&names(&["pydht-lookups", "speed"])).unwrap();
        assert_eq!(two.iter().map(|one| one.name).collect::<Vec<_>>(), ["speed", "pydht-lookups"]);
        let error = chosen(&names(&["sped"])).unwrap_err().to_string();
        assert!(error.contains("sped") && error.contains("speed, simgrid-kademlia"), "{error}");
    }
}
