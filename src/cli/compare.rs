//! `kadsim compare RUN RUN...`: results beside each other.

use super::Misuse;
use crate::compare::{self, Choice, Compare, CompareError};
use crate::report::ReportError;
use crate::scenario::{Choice as _, PlotFormat};
use anyhow::anyhow;
use std::io::Write;
use std::path::PathBuf;

/// Arguments of `kadsim compare`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Folders that kadsim run or kadsim sweep has written; the first is what the others are compared with
    #[arg(value_name = "RUN", required = true, num_args = 2..)]
    pub runs: Vec<String>,
    /// A figure to compare, by its name; * stands for anything; may be repeated [default: a few usual ones]
    #[arg(long = "metric", value_name = "NAME", conflicts_with = "all")]
    pub metrics: Vec<String>,
    /// Compare all figures that all runs have
    #[arg(long)]
    pub all: bool,
    /// How the comparison is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Folder for compare.json, compare.csv and plots of all runs overlaid
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Formats of the plots, svg and png, between commas [default: output.plots of the first scenario]
    #[arg(long, value_name = "FORMATS", value_delimiter = ',', requires = "out", value_parser = format)]
    pub plots: Vec<PlotFormat>,
}

const AFTER_HELP: &str = "\
RUN is the folder of a run, or of a sweep; or some points of a sweep, as FOLDER@key=value,key=value.
A difference whose 95 % interval does not hold zero is marked. For example:
  kadsim compare output/quickstart-42 output/quickstart-43
  kadsim compare output/a-7-sweep@kademlia.alpha=1 output/a-7-sweep@kademlia.alpha=3 --out output/ab
  kadsim compare output/a-7-sweep output/b-7-sweep --metric 'operations.lookup.*'";

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table for people
    Table,
    /// All of it as one object
    Json,
    /// A row for each difference
    Csv,
    /// A table for documents
    Markdown,
}

fn format(text: &str) -> Result<PlotFormat, String> {
    let found = PlotFormat::WORDS.iter().find(|(word, _)| *word == text.trim());
    found.map(|(_, format)| *format).ok_or_else(|| "give svg, png or svg,png".to_owned())
}

/// Compares, prints, and writes the folder if one is wanted.
///
/// # Errors
/// [`Misuse`] if these cannot be compared; otherwise what could not be written.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let choice = match (args.all, args.metrics.is_empty()) {
        (true, _) => Choice::All,
        (false, true) => Choice::Usual,
        (false, false) => Choice::Named(args.metrics.clone()),
    };
    let compare = Compare::open(&args.runs, &choice).map_err(Misuse::Compare)?;
    let written = match &args.out {
        Some(out) => {
            let formats =
                if args.plots.is_empty() { compare.formats() } else { args.plots.clone() };
            Some(compare::write(&compare, out, &formats).map_err(blamed)?)
        }
        None => None,
    };
    let comparison = &compare.comparison;
    let mut stdout = std::io::stdout().lock();
    match args.format {
        Format::Table => stdout.write_all(compare::table(comparison).as_bytes())?,
        Format::Json => stdout.write_all(compare::json(comparison).as_bytes())?,
        Format::Csv => compare::csv(comparison, &mut stdout)?,
        Format::Markdown => stdout.write_all(compare::markdown(comparison).as_bytes())?,
    }
    if let (Some(folder), Format::Table) = (written, args.format) {
        writeln!(stdout, "Written to {}: compare.json, compare.csv, plots", folder.display())?;
    }
    stdout.flush()?;
    Ok(())
}

/// A folder that cannot be written is another's fault than a drawing that fails.
fn blamed(error: CompareError) -> anyhow::Error {
    match error {
        CompareError::Report(error @ ReportError::Plot(_)) => anyhow!(error),
        CompareError::Report(error) => Misuse::Out(error).into(),
        other => Misuse::Compare(other).into(),
    }
}
