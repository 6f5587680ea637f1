//! `kadsim growth`: how the cost of a message and of a node grows with the network.

use super::{Misuse, measure, progress};
use crate::bench::{
    GrowthPoint, Machine, growth_csv, growth_plots, growth_sizes, growth_table, median_by_speed,
    speed,
};
use anyhow::Context;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// Arguments of `kadsim growth`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Smallest number of nodes
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = size())]
    pub from: u32,
    /// Largest number of nodes
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = size())]
    pub to: u32,
    /// Runs of each size, of which the median counts
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = super::repeats)]
    pub repeat: usize,
    /// Folder for growth.csv, growth.svg and growth.png
    #[arg(long, value_name = "DIR", default_value = "output/growth")]
    pub out: PathBuf,
}

/// In a smaller network there is hardly anything to send.
fn size() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(10..)
}

/// Measures each size, writes the files and prints the table.
///
/// # Errors
/// [`Misuse`] if there is no size to measure or nothing can be written; otherwise what could not
/// be measured.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let sizes = growth_sizes(args.from, args.to);
    if sizes.is_empty() {
        return Err(Misuse::NoSize { from: args.from, to: args.to }.into());
    }
    fs::create_dir_all(&args.out)
        .map_err(|cause| Misuse::Folder { path: args.out.clone(), cause })?;
    let machine = Machine::here();
    let progress = progress::steps(sizes.len() * args.repeat);
    let mut points = Vec::new();
    for nodes in sizes {
        progress.show(format!("{nodes} nodes"));
        let scenario = speed().scenario(nodes)?;
        let step = &mut || progress.step();
        let measured = measure::in_processes(&scenario, 1, args.repeat, step)?;
        points.push(GrowthPoint::new(&median_by_speed(measured)));
    }
    progress.finish();
    let file = args.out.join("growth.csv");
    fs::write(&file, growth_csv(&points))
        .with_context(|| format!("cannot write {}", file.display()))?;
    growth_plots(&machine, &points, &args.out)?;
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(growth_table(&machine, &points).as_bytes())?;
    writeln!(stdout, "Written to {}", args.out.display())?;
    stdout.flush()?;
    Ok(())
}
