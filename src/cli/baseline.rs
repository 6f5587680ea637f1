//! `kadsim baseline save` and `kadsim baseline check`: what runs came to once, and whether they still do.

use super::progress::SweepBar;
use super::{Misuse, interrupt};
use crate::baseline::depart::departure;
use crate::baseline::judge::{Wanted, judge};
use crate::baseline::measure::Step;
use crate::baseline::stored::Tolerance;
use crate::baseline::{
    self, BaselineError, Folder, Level, Measured, Report, Runner, SMALL, Stored, Verdict,
};
use crate::report;
use crate::report::file::FileDraft;
use crate::scenario::{Scenario, Setting};
use crate::sweep::seed_of_repeat;
use anyhow::anyhow;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Arguments of `kadsim baseline`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Command {
    /// Run a scenario and keep what it comes to
    Save(SaveArgs),
    /// Run baselines again and compare; exit status 1 if one differs
    Check(CheckArgs),
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

/// Arguments of `kadsim baseline save`.
#[derive(Clone, Debug, clap::Args)]
struct SaveArgs {
    /// Name of the baseline
    #[arg(required_unless_present = "all")]
    name: Option<String>,
    /// Scenario to run
    #[arg(required_unless_present = "all")]
    scenario: Option<PathBuf>,
    /// Exact baselines of all scenarios in the folder above and below it that have none yet
    #[arg(long, conflicts_with_all = [
        "name", "scenario", "seed", "settings", "level", "metrics", "tolerance", "repeats", "alpha",
    ])]
    all: bool,
    /// Seed of the run, or where those of --repeats come from, instead of the scenario's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Override a value, with the dotted keys of the file (workload.0.rate for list items)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<Setting>,
    /// What is compared [default: statistical with --repeats or --tolerance, otherwise exact]
    #[arg(long, value_enum)]
    level: Option<LevelName>,
    /// A figure to keep, by its name in result.json (docs/sweep.md); may be repeated [default: usual ones]
    #[arg(long = "metric", value_name = "NAME")]
    metrics: Vec<String>,
    /// How far each figure may be: 0.01, or a share of it, 5% [default: 5%]
    #[arg(long, value_name = "T", conflicts_with = "repeats")]
    tolerance: Option<Tolerance>,
    /// Seeds whose figures are compared by a permutation test
    #[arg(long, value_name = "N", value_parser = super::repeats)]
    repeats: Option<usize>,
    /// Probability of a false alarm of the test, of all figures together [default: 0.01]
    #[arg(long, value_name = "P", value_parser = alpha, requires = "repeats")]
    alpha: Option<f64>,
    #[command(flatten)]
    common: Common,
}

/// How a baseline is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum LevelName {
    /// The digest and each figure are the same
    Exact,
    /// Each figure is within its tolerance, or not significantly another
    Statistical,
}

/// Arguments of `kadsim baseline check`.
#[derive(Clone, Debug, clap::Args)]
struct CheckArgs {
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

fn alpha(text: &str) -> Result<f64, String> {
    let alpha = text.parse().ok().filter(|&alpha: &f64| alpha > 0.0 && alpha < 1.0);
    alpha.ok_or_else(|| "give a number between 0 and 1, such as 0.01".to_owned())
}

fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("give a reason in words".to_owned()),
        reason => Ok(reason.to_owned()),
    }
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
        Command::Save(args) => save(args),
        Command::Check(args) => check(args),
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
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let runner = Runner { jobs: common.jobs.unwrap_or_else(cores), watch: &watch };
    let done = work(&runner);
    bar.finish();
    done
}

/// A baseline that is to be made.
struct New<'a> {
    name: String,
    file: PathBuf,
    settings: &'a [Setting],
    wanted: Wanted,
    metrics: &'a [String],
    runs: Vec<Scenario>,
}

fn save(args: &SaveArgs) -> anyhow::Result<Ended> {
    let folder = Folder::new(&args.common.dir);
    let news = match (&args.name, &args.scenario) {
        (Some(name), Some(file)) => vec![wanted(args, name, file, &folder)?],
        _ => missing(&folder)?,
    };
    let runs: Vec<Scenario> = news.iter().flat_map(|new| new.runs.clone()).collect();
    let measured = with_bar(&args.common, runs.len(), |runner| runner.measure(&runs))?;
    let Some(measured) = measured else { return Ok(Ended::Interrupted) };
    let mut measured = &measured[..];
    let mut stored = Vec::new();
    for new in &news {
        let (own, rest) = measured.split_at(new.runs.len());
        measured = rest;
        stored.push((new, keep(new, own, args.seed, &folder)?));
    }
    interrupt::writing();
    let mut stdout = std::io::stdout().lock();
    for (new, stored) in stored {
        let place = folder.write(&new.name, &stored)?;
        if !args.common.quiet {
            writeln!(stdout, "Written to {}", place.display())?;
        }
    }
    if args.all && news.is_empty() && !args.common.quiet {
        writeln!(stdout, "All scenarios have their baselines.")?;
    }
    Ok(Ended::Holds)
}

/// The baseline that the arguments describe.
fn wanted<'a>(
    args: &'a SaveArgs,
    name: &str,
    file: &Path,
    folder: &Folder,
) -> anyhow::Result<New<'a>> {
    let place = folder.file(name)?;
    if place.exists() {
        return Err(BaselineError::Exists(place).into());
    }
    let statistical = match (args.level, args.repeats.is_some() || args.tolerance.is_some()) {
        (Some(LevelName::Exact), true) => return Err(Misuse::ExactTolerance.into()),
        (Some(LevelName::Exact), false) | (None, false) => false,
        (Some(LevelName::Statistical), _) | (None, true) => true,
    };
    let wanted = match (statistical, args.repeats) {
        (false, _) => Wanted::Exact,
        (true, None) => Wanted::Tolerance(args.tolerance.unwrap_or(Tolerance::Relative(0.05))),
        (true, Some(repeats)) => Wanted::Repeated { alpha: args.alpha.unwrap_or(0.01), repeats },
    };
    let mut scenario = Scenario::load(file, &args.settings)?;
    scenario.seed = args.seed.unwrap_or(scenario.seed);
    let runs = seeded(&scenario, matches!(wanted, Wanted::Repeated { .. }), wanted.repeats());
    let (name, file) = (name.to_owned(), file.to_owned());
    Ok(New { name, file, settings: &args.settings, wanted, metrics: &args.metrics, runs })
}

/// Exact baselines of the scenarios that have none.
fn missing(folder: &Folder) -> anyhow::Result<Vec<New<'static>>> {
    let mut news = Vec::new();
    for (name, file) in folder.shipped()? {
        if folder.file(&name)?.exists() {
            continue;
        }
        let runs = vec![Scenario::load(&file, &[])?];
        news.push(New { name, file, settings: &[], wanted: Wanted::Exact, metrics: &[], runs });
    }
    Ok(news)
}

/// The runs behind a baseline: one of the scenario's seed, or those of a sweep's repeats.
fn seeded(scenario: &Scenario, repeated: bool, repeats: usize) -> Vec<Scenario> {
    let own = |repeat| match repeated {
        true => seed_of_repeat(scenario.seed, repeat),
        false => scenario.seed,
    };
    (0..repeats).map(|repeat| Scenario { seed: own(repeat), ..scenario.clone() }).collect()
}

fn keep(
    new: &New<'_>,
    measured: &[Measured],
    seed: Option<u64>,
    folder: &Folder,
) -> anyhow::Result<Stored> {
    let from = seed.map_or_else(|| Scenario::load(&new.file, new.settings).map(|s| s.seed), Ok)?;
    Ok(Stored {
        scenario: folder.way_to(&new.file)?,
        settings: new.settings.iter().map(|setting| setting.text.clone()).collect(),
        seed: from,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        digest: measured[0].digest.clone(),
        cost: measured.iter().map(|run| run.cost).sum(),
        level: new.wanted.level(new.metrics, measured)?,
        history: Vec::new(),
    })
}

/// A baseline that is checked.
struct Checked {
    name: String,
    stored: Stored,
    runs: Vec<Scenario>,
}

fn check(args: &CheckArgs) -> anyhow::Result<Ended> {
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
fn chosen(args: &CheckArgs, folder: &Folder) -> anyhow::Result<Vec<Checked>> {
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
    args: &CheckArgs,
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
