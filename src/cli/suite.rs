//! `kadsim suite`: ten types of tests, their verdicts, tables and plots, and what is recommended.

use super::progress::{Steps, steps};
use super::{Misuse, interrupt};
use crate::report;
use crate::runner::verdict::Health;
use crate::scenario::PlotFormat;
use crate::suite::{
    self, Given, Progress, Settings, Source, Step, Suite, SuiteError, SuiteReport, TestType,
    settings,
};
use anyhow::anyhow;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Arguments of `kadsim suite`. Options come before variables (KADSIM_MAX_NODES, ...: docs/suite.md),
/// these before --config.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Tests to run, between commas: linear, topology, throughput, churn, bootstrap, large-records,
    /// concurrent, partition, stress, smoke, or all [default: all]
    #[arg(long = "test-type", visible_alias = "only", value_name = "TYPES", value_parser = tests)]
    pub tests: Option<Tests>,
    /// Nodes of the largest network of a test [default: 20]
    #[arg(short = 'n', long, value_name = "N", value_parser = nodes)]
    pub max_nodes: Option<u32>,
    /// Virtual seconds for which a test measures, or 5m [default: 300]
    #[arg(short, long, value_name = "TIME", value_parser = some_time)]
    pub duration: Option<crate::time::Duration>,
    /// Virtual seconds between a node that comes and the next [default: 2]
    #[arg(short, long, value_name = "TIME", value_parser = time)]
    pub interval: Option<crate::time::Duration>,
    /// Virtual seconds after which an operation counts as failed [default: 30]
    #[arg(short, long, value_name = "TIME", value_parser = some_time)]
    pub timeout: Option<crate::time::Duration>,
    /// Records that each node stores [default: 10]
    #[arg(short, long, value_name = "N", value_parser = records)]
    pub records: Option<u32>,
    /// Bytes of each, or 64KiB [default: 1024, and 65536 for large records]
    #[arg(short = 's', long, value_name = "BYTES", value_parser = record_size)]
    pub record_size: Option<u32>,
    /// Run all tests at the size of the stress test: twice the nodes for twice as long, unless
    /// KADSIM_STRESS_MAX_NODES and KADSIM_STRESS_DURATION say otherwise
    #[arg(long)]
    pub stress: bool,
    /// Leave the partition test out
    #[arg(long)]
    pub no_partitions: bool,
    /// Runs of each point, each with a seed of its own [default: 5]
    #[arg(long, visible_alias = "iterations", value_name = "N", value_parser = repeats)]
    pub repeat: Option<usize>,
    /// Where the seeds come from, instead of each scenario's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Wall-clock seconds that a test may take, or 10m
    #[arg(long, value_name = "TIME", value_parser = wall_time)]
    pub time_limit: Option<std::time::Duration>,
    /// Runs at a time; the figures are the same with any number [default: one for each core]
    #[arg(long, visible_alias = "workers", value_name = "N", value_parser = super::threads)]
    pub jobs: Option<usize>,
    /// File with these settings (max_nodes = 20, ...)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder with scenarios of your own, named after the tests, instead of those of kadsim
    #[arg(long, value_name = "DIR")]
    pub scenarios: Option<PathBuf>,
    /// Folder in which the folder of the suite is made
    #[arg(long, value_name = "DIR", default_value = "output")]
    pub out: PathBuf,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Show which runs there would be, and run none
    #[arg(long)]
    pub dry_run: bool,
    /// Check settings and scenarios, and run none
    #[arg(long, conflicts_with = "dry_run")]
    pub validate_only: bool,
    /// End with status 1 unless all tests are healthy (thresholds: the verdict tables of
    /// the scenarios)
    #[arg(long)]
    pub require_healthy: bool,
    /// Print no progress and no report
    #[arg(long)]
    pub quiet: bool,
}

/// Types of tests.
#[derive(Clone, Debug)]
pub struct Tests(Vec<TestType>);

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Tables for people
    Text,
    /// The content of suite.json
    Json,
}

fn tests(text: &str) -> Result<Tests, String> {
    settings::tests(text).map(Tests).map_err(give)
}

fn nodes(text: &str) -> Result<u32, String> {
    settings::nodes(text).map_err(give)
}

fn records(text: &str) -> Result<u32, String> {
    settings::records(text).map_err(give)
}

fn record_size(text: &str) -> Result<u32, String> {
    settings::record_size(text).map_err(give)
}

fn repeats(text: &str) -> Result<usize, String> {
    settings::repeats(text).map_err(give)
}

fn time(text: &str) -> Result<crate::time::Duration, String> {
    settings::time(text).map_err(give)
}

fn some_time(text: &str) -> Result<crate::time::Duration, String> {
    settings::some_time(text).map_err(give)
}

fn wall_time(text: &str) -> Result<std::time::Duration, String> {
    settings::wall_time(text).map_err(give)
}

fn give(allowed: String) -> String {
    format!("give {allowed}")
}

/// How a suite ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With all tests, and healthy if that was asked for.
    Complete,
    /// With a test that took longer than it may.
    TimedOut,
    /// With a test that is not healthy, though all had to be.
    Unhealthy,
    /// Because the user interrupted it.
    Interrupted,
}

/// Runs the tests, writes the folder, prints the report.
///
/// # Errors
/// A `ScenarioError` or [`Misuse`] if settings or scenarios are wrong; otherwise what could not be
/// written.
pub fn run(args: &Args, verbosity: u8) -> anyhow::Result<Ended> {
    let settings = settings(args, verbosity)?;
    let source = args.scenarios.clone().map_or(Source::Own, Source::Folder);
    let suite = Suite::new(settings, &source).map_err(wrong)?;
    if args.dry_run || args.validate_only {
        let mut stdout = std::io::stdout().lock();
        match args.dry_run {
            true => write!(stdout, "{}", dry_run(&suite))?,
            false => writeln!(stdout, "{}", validated(&suite))?,
        }
        return Ok(Ended::Complete);
    }
    interrupt::watch();
    let name = suite::folder_name(&suite.settings.tests);
    report::try_named_folder(&args.out, &name).map_err(Misuse::Out)?;
    let report = simulate(&suite, args)?;
    interrupt::writing();
    let folder = suite::write(&report, &args.out, &name, &[PlotFormat::Svg, PlotFormat::Png])
        .map_err(|error| anyhow!(error))?;
    tell(&report, args, suite.settings.verbose, &folder)?;
    Ok(ended(&report, args))
}

/// The settings, from the options, the environment and the file.
fn settings(args: &Args, verbosity: u8) -> anyhow::Result<Settings> {
    let file = match &args.config {
        Some(path) => suite::read(path).map_err(wrong)?,
        None => Given::default(),
    };
    let environment =
        Given::from_environment(|name| std::env::var(name).ok()).map_err(Misuse::Variable)?;
    let flag = |is_given: bool, value: bool| is_given.then_some(value);
    let options = Given {
        tests: args.tests.clone().map(|tests| tests.0),
        max_nodes: args.max_nodes,
        duration: args.duration,
        interval: args.interval,
        timeout: args.timeout,
        records: args.records,
        record_size: args.record_size,
        partitions: flag(args.no_partitions, false),
        stress: flag(args.stress, true),
        stress_nodes: None,
        stress_duration: None,
        repeats: args.repeat,
        seed: args.seed,
        time_limit: args.time_limit,
        verbose: flag(verbosity > 0, true),
    };
    Ok(options.or(environment).or(file).complete())
}

/// Whose fault it is that a suite cannot be run.
fn wrong(error: SuiteError) -> anyhow::Error {
    match error {
        SuiteError::Scenario(wrong) => wrong.into(),
        SuiteError::Read { .. } | SuiteError::NoTests => Misuse::Suite(error).into(),
        other => anyhow!(other),
    }
}

/// Runs the tests behind a bar.
fn simulate(suite: &Suite, args: &Args) -> anyhow::Result<SuiteReport> {
    let bar = (!args.quiet).then(|| steps(suite.tests.len()));
    let bar = bar.as_ref();
    let finished = AtomicUsize::new(0);
    let report = suite.run(args.jobs.unwrap_or_else(super::cores), &|progress| {
        match progress {
            Progress::Begins(test) => {
                finished.store(0, Ordering::SeqCst);
                bar.inspect(|bar| bar.show(test.name().to_owned()));
            }
            Progress::Run(Step::Goes) => {}
            Progress::Run(Step::Finished) => {
                let count = finished.fetch_add(1, Ordering::SeqCst) + 1;
                bar.inspect(|bar| bar.show(format!("{count} runs of this test")));
            }
            Progress::Ends(_) => {
                bar.inspect(|bar| bar.step());
            }
        }
        match interrupt::requested() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    bar.inspect(|bar| Steps::finish(bar));
    report.map_err(wrong)
}

/// What a suite would run.
fn dry_run(suite: &Suite) -> String {
    let mut text = String::new();
    for test in &suite.tests {
        text.push_str(&format!("{}: {}\n", test.test.name(), test.points[0].scenario.description));
        if test.test == TestType::Throughput {
            text.push_str("  as often as it takes, with --set workload.0.rate=RATE/s:\n");
        }
        for point in &test.points {
            text.push_str(&format!("  {}\n", suite::command(&test.file, &point.settings)));
        }
    }
    text + &validated(suite) + "\n"
}

/// That all is well.
fn validated(suite: &Suite) -> String {
    let search = match suite.tests.iter().any(|test| test.test == TestType::Throughput) {
        true => ", and those of the search for the highest rate",
        false => "",
    };
    format!(
        "{} tests, {} runs ({} of each point){search}: all sound",
        suite.tests.len(),
        suite.runs(),
        suite.settings.repeats
    )
}

fn tell(
    report: &SuiteReport,
    args: &Args,
    is_verbose: bool,
    folder: &std::path::Path,
) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match args.format {
        Format::Json => stdout.write_all(suite::to_json(report).as_bytes())?,
        Format::Text if args.quiet => {}
        Format::Text => {
            stdout.write_all(suite::text(report, is_verbose).trim_start().as_bytes())?;
            writeln!(stdout, "Written to {}", folder.display())?;
        }
    }
    stdout.flush()
}

fn ended(report: &SuiteReport, args: &Args) -> Ended {
    let is = |state| report.tests.iter().any(|test| test.state == state);
    let is_healthy = report.summary.health == Health::Healthy;
    if is(suite::State::Interrupted) {
        Ended::Interrupted
    } else if is(suite::State::TimedOut) {
        Ended::TimedOut
    } else if args.require_healthy && !is_healthy {
        Ended::Unhealthy
    } else {
        Ended::Complete
    }
}
