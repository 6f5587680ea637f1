//! `kadsim baseline save`: keeps what scenarios come to.

use super::super::{Misuse, interrupt};
use super::{Common, Ended, seeded, with_bar};
use crate::baseline::judge::Wanted;
use crate::baseline::stored::Tolerance;
use crate::baseline::{BaselineError, Folder, Measured, Stored};
use crate::scenario::{Scenario, Setting};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Arguments of `kadsim baseline save`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
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
    #[arg(long, value_name = "N", value_parser = super::super::repeats)]
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

fn alpha(text: &str) -> Result<f64, String> {
    let alpha = text.parse().ok().filter(|&alpha: &f64| alpha > 0.0 && alpha < 1.0);
    alpha.ok_or_else(|| "give a number between 0 and 1, such as 0.01".to_owned())
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

/// Runs what is asked for and writes the baselines, all after the last run.
///
/// # Errors
/// What is wrong with the command or a scenario, or could not be written.
pub fn run(args: &Args) -> anyhow::Result<Ended> {
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
fn wanted<'a>(args: &'a Args, name: &str, file: &Path, folder: &Folder) -> anyhow::Result<New<'a>> {
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
