//! `kadsim sweep FILE`: runs a scenario over a grid of its values, and writes tables and plots.

use super::progress::SweepBar;
use super::{Misuse, interrupt};
use crate::report::table;
use crate::report::text::plain;
use crate::scenario::{Grid, MOST_REPEATS, Setting, Vary};
use crate::sweep::interval::Estimate;
use crate::sweep::{
    self, Options, Outcome, Overview, OverviewPoint, Plan, Step, Sweep, SweepError, unit,
};
use anyhow::anyhow;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Arguments of `kadsim sweep`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Scenario to vary; its [sweep] says how
    pub file: PathBuf,
    /// Vary a key: values between commas, lo..hi/step or lo..hi*factor (in place of the file's)
    #[arg(long = "vary", value_name = "KEY=VALUES")]
    pub vary: Vec<Vary>,
    /// Runs of each point, each with a seed of its own [default: that of [sweep], or 1]
    #[arg(long, value_name = "N", value_parser = repeats())]
    pub repeats: Option<u64>,
    /// Where the seeds of the repeats come from, instead of the scenario's seed
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Override a value at all points, with the dotted keys of the file
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<Setting>,
    /// Runs at a time; the tables are the same with any number [default: one for each core]
    #[arg(long, value_name = "N", value_parser = super::threads)]
    pub jobs: Option<usize>,
    /// Time that a single run may take, such as 90s or 10m
    #[arg(long, value_name = "TIME", value_parser = timeout)]
    pub timeout: Option<std::time::Duration>,
    /// A figure to draw, by its column in runs.csv; may be repeated [default: a few usual ones]
    #[arg(long = "metric", value_name = "NAME")]
    pub metrics: Vec<String>,
    /// Folder in which the sweep's own folder NAME-SEED-sweep is made
    #[arg(long, value_name = "DIR", default_value = "output")]
    pub out: PathBuf,
    /// Print no progress and no summary
    #[arg(long)]
    pub quiet: bool,
}

fn repeats() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=MOST_REPEATS)
}

fn timeout(text: &str) -> Result<std::time::Duration, String> {
    let time = humantime::parse_duration(text).ok().filter(|time| !time.is_zero());
    time.ok_or_else(|| "give a time above 0 with its unit, such as 90s or 10m".to_owned())
}

/// How a sweep ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With all runs complete.
    Complete,
    /// With all runs done, of which some took longer than they may.
    TimedOut,
    /// Because the user interrupted it.
    Interrupted,
}

/// Checks all points, runs what is not done yet, writes tables and plots.
///
/// # Errors
/// A `ScenarioError` or [`Misuse`] if the sweep is wrong or cannot be begun; otherwise what could
/// not be written.
pub fn run(args: &Args) -> anyhow::Result<Ended> {
    let grid = Grid::load(&args.file, &args.settings, &args.vary, args.repeats)?;
    let plan = Plan::new(grid, args.seed)?;
    let options = Options {
        jobs: args.jobs.unwrap_or_else(super::cores),
        timeout: args.timeout,
        metrics: args.metrics.clone(),
    };
    interrupt::watch();
    let sweep = Sweep::open(plan, options, &args.out).map_err(Misuse::Sweep)?;
    let bar = SweepBar::new(sweep.todo(), sweep.count(), args.quiet);
    let outcome = sweep.run(&|step| {
        match step {
            Step::Went(share) => bar.went(share),
            Step::Finished(_) => bar.finished(),
        }
        match interrupt::requested() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    bar.finish();
    let outcome = outcome.map_err(|error| match error {
        SweepError::UnknownMetric { .. } => Misuse::Sweep(error).into(),
        SweepError::Scenario(wrong) => wrong.into(),
        other => anyhow!(other),
    })?;
    tell(&outcome, args.quiet)?;
    Ok(match (outcome.ended, outcome.timed_out) {
        (sweep::Ended::Interrupted, _) => Ended::Interrupted,
        (_, 0) => Ended::Complete,
        _ => Ended::TimedOut,
    })
}

/// What came of the sweep, in words.
fn tell(outcome: &Outcome, quiet: bool) -> std::io::Result<()> {
    let mut stderr = std::io::stderr().lock();
    for note in &outcome.notes {
        // With standard error gone there is nobody left to tell.
        let _ = writeln!(stderr, "note: {note}");
    }
    let folder = outcome.folder.display();
    if outcome.ended == sweep::Ended::Interrupted {
        let _ = writeln!(
            stderr,
            "interrupted: {} of {} runs are kept in {folder}; the same command goes on",
            outcome.done, outcome.runs
        );
        return Ok(());
    }
    if outcome.timed_out > 0 {
        let _ = writeln!(
            stderr,
            "{} of {} runs took longer than --timeout: the same command with a longer one repeats \
             them",
            outcome.timed_out, outcome.runs
        );
    }
    if quiet {
        return Ok(());
    }
    let mut stdout = std::io::stdout().lock();
    let found = match outcome.found {
        0 => String::new(),
        found => format!(", {found} of them from before"),
    };
    writeln!(stdout, "{} runs at {} points{found}", outcome.runs, outcome.points)?;
    show(&outcome.overview, &mut stdout)?;
    writeln!(stdout, "Written to {folder}: runs.csv, runs.jsonl, summary.csv, plots")?;
    stdout.flush()
}

/// Points beyond which a table is not read in a terminal.
const MOST_POINTS: usize = 60;

/// The means at each point, with their intervals.
fn show(overview: &Overview, out: &mut impl Write) -> std::io::Result<()> {
    if overview.figures.is_empty() {
        return Ok(());
    }
    if overview.points.len() > MOST_POINTS {
        return writeln!(out, "summary.csv has them: more than {MOST_POINTS} are not shown here");
    }
    let named = |name: &String| match unit::of(name) {
        ("", _) => name.replace('.', "\n"),
        (unit, _) => format!("{}\n({unit})", name.replace('.', "\n")),
    };
    let header = overview.keys.iter().cloned().chain(overview.figures.iter().map(named));
    let row = |point: &OverviewPoint| {
        let means = overview.figures.iter().zip(&point.means);
        let means =
            means.map(|(name, mean)| mean.map_or_else(String::new, |mean| told(name, mean)));
        point.values.iter().cloned().chain(means).collect()
    };
    let rows = overview.points.iter().map(row).collect();
    writeln!(out, "{}", table::columns(header.collect(), rows, overview.keys.len()))?;
    writeln!(out, "Means over the runs of a point, with their 95 % intervals.")
}

/// A mean in the unit of the figure, with its interval if it has one.
fn told(name: &str, mean: Estimate) -> String {
    let (_, size) = unit::of(name);
    let text = |value: f64| plain(value / size);
    match mean.interval {
        Some((low, high)) if low < high => {
            format!("{}\n{} to {}", text(mean.value), text(low), text(high))
        }
        _ => text(mean.value),
    }
}
