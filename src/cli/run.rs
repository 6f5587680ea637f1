//! `kadsim run FILE`: runs a scenario, writes its folder and prints what happened.

use super::pcap::{self, Pcap};
use super::progress::ProgressBar;
use super::{Misuse, interrupt};
use crate::engine::queue::QueueKind;
use crate::memory;
use crate::report;
use crate::rng::Seed;
use crate::runner::result::{self, RunOutput};
use crate::runner::verdict::Health;
use crate::runner::{self, Execution, Observation, Observed, Progress, RunArguments};
use crate::scenario::{Scenario, Setting};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Arguments of `kadsim run`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Scenario to run
    pub file: PathBuf,
    /// Seed of all randomness, instead of the scenario's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Override a value, with the dotted keys of the file (workload.0.rate for list items)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<Setting>,
    /// Folder in which the run's own folder NAME-SEED is made
    #[arg(long, value_name = "DIR", default_value = "output")]
    pub out: PathBuf,
    /// What to print at the end
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Print no progress and no table
    #[arg(long)]
    pub quiet: bool,
    /// End with status 1 unless the verdict on the run is healthy (thresholds: its verdict table)
    #[arg(long)]
    pub require_healthy: bool,
    /// Threads, each with a block of the nodes; the run is the same with any number [default: 1]
    #[arg(long, value_name = "N", value_parser = super::threads)]
    pub threads: Option<usize>,
    /// Event queue; the run is the same with either [default: bucketed]
    #[arg(long, value_enum)]
    pub queue: Option<Queue>,
    /// What carries the messages: the simulator, or UDP sockets of this host in real time
    #[arg(long, value_enum, default_value_t = Transport::Simulated)]
    pub transport: Transport,
    /// Do not fetch ahead what coming events will touch; the run is the same, only slower
    #[arg(long)]
    pub no_prefetch: bool,
    /// Do not use huge pages; the run is the same, only slower
    #[arg(long)]
    pub no_huge_pages: bool,
    /// What is captured
    #[command(flatten)]
    pub pcap: pcap::Args,
}

/// What is printed at the end of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A summary for people
    Table,
    /// The content of result.json
    Json,
}

/// What carries the messages of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Transport {
    /// The simulator, in virtual time
    Simulated,
    /// UDP sockets of this host, one for each node, in real time
    Udp,
}

impl From<Transport> for result::Transport {
    fn from(transport: Transport) -> Self {
        match transport {
            Transport::Simulated => result::Transport::Simulated,
            Transport::Udp => result::Transport::Udp,
        }
    }
}

/// Names of the event queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Queue {
    /// Calendar of buckets, the fast one
    Bucketed,
    /// Plain priority queue, to check the other by
    Reference,
}

impl From<Queue> for QueueKind {
    fn from(queue: Queue) -> Self {
        match queue {
            Queue::Bucketed => QueueKind::Bucketed,
            Queue::Reference => QueueKind::Reference,
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// At the end of its last phase.
    Complete,
    /// At the end of its last phase, with a verdict other than the one that was asked for.
    Unhealthy,
    /// Because the user interrupted it.
    Interrupted,
}

/// Runs the scenario, writes the folder, prints the summary.
///
/// # Errors
/// A `ScenarioError` if the scenario is wrong; otherwise what could not be written.
pub fn run(args: &Args) -> anyhow::Result<Ended> {
    check(args)?;
    let mut scenario = Scenario::load(&args.file, &args.settings)?;
    if let Some(seed) = args.seed {
        scenario.seed = seed;
    }
    if args.no_huge_pages {
        memory::forbid_huge_pages();
    }
    // Before anything is made: whoever sees the folder can interrupt the run.
    interrupt::watch();
    let mut pcap = Pcap::begin(&args.pcap, &scenario)?;
    let transport = args.transport.into();
    report::try_folder(&args.out, &scenario.name, scenario.seed, transport).map_err(Misuse::Out)?;
    if let Some(pieces) = runner::pieces(&scenario) {
        note(&pieces.to_string());
    }
    let mut bar = ProgressBar::new(&scenario, args.quiet);
    let datagrams = pcap.as_ref().map(|pcap| Observation::Datagrams(pcap.filter.clone()));
    let mut watch = |progress: Progress, observed: Vec<Observed>| {
        bar.show(&progress);
        let written = pcap.as_mut().is_none_or(|pcap| pcap.write(&observed));
        let goes_on = written && !interrupt::requested();
        if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let run = match args.transport {
        Transport::Simulated => simulate(args, &scenario, datagrams.as_ref(), &mut watch),
        Transport::Udp => {
            let seed = Seed(scenario.seed);
            runner::run_on_sockets(&scenario, seed, &mut |progress| watch(progress, Vec::new()))
                .map_err(Misuse::of)?
        }
    };
    bar.finish();
    interrupt::writing();
    let packets = pcap.map(Pcap::finish).transpose()?;
    let folder = report::write(&args.out, &run, &scenario.output.plots)?;
    let mut stdout = std::io::stdout().lock();
    match args.format {
        Format::Json => stdout.write_all(report::to_json(&run.result).as_bytes())?,
        Format::Table if args.quiet => {}
        Format::Table => stdout.write_all(report::summary(&run, Some(&folder)).as_bytes())?,
    }
    if let (Some(packets), Some(file), Format::Table, false) =
        (packets, &args.pcap.pcap, args.format, args.quiet)
    {
        writeln!(stdout, "{packets} packets in {}", file.display())?;
    }
    stdout.flush()?;
    let health = run.result.verdict.health;
    Ok(match (run.result.partial, args.require_healthy && health != Health::Healthy) {
        (true, _) => Ended::Interrupted,
        (false, true) => {
            note(&format!("--require-healthy: the verdict is {}", health.name().replace('-', " ")));
            Ended::Unhealthy
        }
        (false, false) => Ended::Complete,
    })
}

/// Tells the user something before the run begins.
fn note(text: &str) {
    // With standard error gone there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "note: {text}");
}

/// Runs the scenario in virtual time.
fn simulate(
    args: &Args,
    scenario: &Scenario,
    observation: Option<&Observation>,
    watch: &mut dyn FnMut(Progress, Vec<Observed>) -> ControlFlow<()>,
) -> RunOutput {
    let threads = args.threads.unwrap_or(1);
    if threads > 1
        && let Some(smallest) = runner::undivided(scenario)
    {
        note(&format!(
            "packets of this network can take as little as {smallest}, so that no part of it can \
             run ahead of the others: one thread instead of {threads}"
        ));
    }
    let execution = Execution {
        queue: args.queue.unwrap_or(Queue::Bucketed).into(),
        threads,
        prefetch: !args.no_prefetch,
    };
    let arguments = RunArguments { execution, ..RunArguments::of(scenario) };
    runner::run_observed(arguments, observation, watch)
}

/// Whether all options are those of this transport.
///
/// # Errors
/// The first that says how a simulation is carried out, for a run that is none.
fn check(args: &Args) -> Result<(), Misuse> {
    let simulation = [
        ("--threads", args.threads.is_some()),
        ("--queue", args.queue.is_some()),
        ("--no-prefetch", args.no_prefetch),
        ("--no-huge-pages", args.no_huge_pages),
        ("--pcap", args.pcap.pcap.is_some()),
    ];
    match simulation.into_iter().find(|&(_, given)| given) {
        Some((option, _)) if args.transport == Transport::Udp => {
            Err(Misuse::OnlySimulated { option })
        }
        _ => Ok(()),
    }
}
