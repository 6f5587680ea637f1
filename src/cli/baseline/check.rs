//! `kadsim baseline check`: runs baselines again and compares.

use super::super::{Misuse, interrupt};
use super::{Common, Ended, seeded, with_bar};
use crate::baseline::depart::departure;
use crate::baseline::judge::judge;
use crate::baseline::{
    self, BaselineError, Folder, Level, Measured, Report, Runner, SMALL, Stored, Verdict,
};
use crate::report;
use crate::report::file::FileDraft;
use crate::scenario::Scenario;
use std::io::Write;
use std::path::PathBuf;

/// Arguments of `kadsim baseline check`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Baselines to check; all if none is named
    names: Vec<String>,
    /// Only those whose runs have a million events and nodes or fewer
    #[arg(long)]
    small: bool,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// File to write the result to as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// The kadsim that exact baselines came from: names the first event that differs
    #[arg(long, value_name = "PROGRAM")]
    reference: Option<PathBuf>,
    /// Rewrite the baselines that differ
    #[arg(long, requires = "reason")]
    update: bool,
    /// Why they are rewritten; kept in them
    #[arg(long, value_name = "TEXT", requires = "update", value_parser = reason)]
    reason: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A table for people
    Table,
    /// A list with an object for each baseline
    Json,
}

fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("give a reason in words".to_owned()),
        reason => Ok(reason.to_owned()),
    }
}

/// A baseline that is checked.
struct Checked {
    name: String,
    stored: Stored,
    runs: Vec<Scenario>,
}

/// Runs the baselines, writes what is asked for, prints what came of it.
///
/// # Errors
/// What is wrong with the command, a baseline or a scenario, or could not be written.
pub fn run(args: &Args) -> anyhow::Result<Ended> {
    let folder = Folder::new(&args.common.dir);
    let checked = chosen(args, &folder)?;
    let draft = match &args.junit {
        None => None,
        Some(file) => Some(FileDraft::create(file).map_err(Misuse::Junit)?),
    };
    let runs: Vec<Scenario> = checked.iter().flat_map(|one| one.runs.clone()).collect();
    let done = with_bar(&args.common, runs.len(), |runner| {
        let Some(measured) = runner.measure(&runs)? else { return Ok(None) };
        compare(runner, args, &folder, &checked, measured)
    })?;
    let Some((mut reports, renewed)) = done else { return Ok(Ended::Interrupted) };
    interrupt::writing();
    for (place, stored) in renewed {
        folder.write(&checked[place].name, &stored)?;
        reports[place].updated = true;
    }
    if let Some((draft, mut file)) = draft {
        let written = file.write_all(baseline::junit(&reports).as_bytes());
        written.map_err(|cause| draft.failed(cause))?;
        draft.publish()?;
    }
    let mut stdout = std::io::stdout().lock();
    match args.format {
        Format::Json => stdout.write_all(report::to_json(&reports).as_bytes())?,
        Format::Table if args.common.quiet => {}
        Format::Table => stdout.write_all(baseline::table(&reports).as_bytes())?,
    }
    stdout.flush()?;
    let differs = |report: &Report| report.verdict == Verdict::Differs && !report.updated;
    Ok(if reports.iter().any(differs) { Ended::Differs } else { Ended::Holds })
}

/// The baselines that the arguments name, read, with their runs.
fn chosen(args: &Args, folder: &Folder) -> anyhow::Result<Vec<Checked>> {
    let names = match args.names.is_empty() {
        true => folder.names()?,
        false => args.names.clone(),
    };
    let mut checked = Vec::new();
    for name in names {
        let stored = folder.read(&name)?;
        if args.small && stored.cost > SMALL {
            continue;
        }
        let scenario = stored.load(folder.path())?;
        let repeated = matches!(stored.level, Level::Repeated { .. });
        let runs = seeded(&scenario, repeated, stored.repeats());
        checked.push(Checked { name, stored, runs });
    }
    match checked.is_empty() {
        true => Err(Misuse::NoBaseline(folder.path().to_owned()).into()),
        false => Ok(checked),
    }
}

/// What came of a check: a report for each baseline, and those that are rewritten by their places.
type Compared = (Vec<Report>, Vec<(usize, Stored)>);

fn compare(
    runner: &Runner<'_>,
    args: &Args,
    folder: &Folder,
    checked: &[Checked],
    measured: Vec<Measured>,
) -> Result<Option<Compared>, BaselineError> {
    let (mut reports, mut renewed) = (Vec::new(), Vec::new());
    let mut measured = &measured[..];
    for (place, Checked { name, stored, runs }) in checked.iter().enumerate() {
        let (own, rest) = measured.split_at(runs.len());
        measured = rest;
        let mut report = judge(name, stored, own);
        if report.digest_differs() {
            let baseline = (stored, folder.path());
            let run = (&runs[0], &own[0]);
            let found = departure(runner, baseline, run, args.reference.as_deref())?;
            let Some(found) = found else { return Ok(None) };
            report.departure = Some(found);
        }
        if let (Verdict::Differs, Some(reason)) = (report.verdict, &args.reason) {
            renewed.push((place, stored.renewed(own, reason)?));
        }
        reports.push(report);
    }
    Ok(Some((reports, renewed)))
}
