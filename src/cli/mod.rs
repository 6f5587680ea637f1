//! The command line: one file per subcommand. The only place that prints and the only one that
//! knows exit statuses: 0 for success, 1 if something could not be done or a
//! figure is out of its band, 2 for a wrong scenario or command, 130 for a run that was interrupted.

// kadsim baseline: what runs came to once.
pub mod baseline;
// kadsim bench: fixed workloads and what they cost.
pub mod bench;
// kadsim compare: results beside each other.
pub mod compare;
// kadsim check: is a scenario sound, and what is it in full.
pub mod check;
// kadsim doctor: what this machine can run.
pub mod doctor;
// kadsim fidelity: known figures, measured again.
pub mod fidelity;
// kadsim growth: what a message and a node cost in networks of all sizes.
pub mod growth;
// kadsim init: a scenario to start from.
pub mod init;
// One run in a process of its own, for bench and growth.
pub mod measure;
// kadsim node: nodes on UDP sockets.
pub mod node;
// kadsim report: a folder of results as a page.
pub mod report;
// kadsim run: a scenario, its folder, its summary.
pub mod run;
// kadsim sweep: many runs of one scenario.
pub mod sweep;
// kadsim suite: ten types of tests.
pub mod suite;
// kadsim trace: the events of a run.
pub mod trace;
// kadsim topology: a graph, its figures, and the graph as a file.
pub mod topology;
// kadsim validate: a scenario in virtual time and on sockets.
pub mod validate;

// kadsim schema: the form of a scenario file.
pub mod schema;
// kadsim completions and kadsim man.
pub mod shell;

// Ctrl-C.
mod interrupt;
// What is told on standard error.
mod log;
// What a user did wrong, apart from the scenario itself.
mod misuse;
// kadsim run --pcap: packets in a file.
mod pcap;
// Numbers of nodes.
mod nodes;
// The bars that a run and a list of measurements move.
mod progress;

pub use misuse::Misuse;

use crate::fidelity::Verdict;
use crate::memory;
use crate::scenario::ScenarioError;
use clap::Parser;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

/// A deterministic discrete-event network simulator for Kademlia.
///
/// A scenario and a seed go in; figures, plots and a digest come out, the same on every machine.
#[derive(Debug, Parser)]
#[command(name = "kadsim", version, max_term_width = 100, after_help = AFTER_HELP)]
struct Arguments {
    #[command(flatten)]
    log: log::Args,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Begin with:
  kadsim doctor
  kadsim run scenarios/quickstart.toml
  kadsim init mine.toml";

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Simulate a scenario, write its folder, print a summary
    Run(run::Args),
    /// Run a scenario over a grid of its values, with repeats; goes on where it was ended
    Sweep(sweep::Args),
    /// Run ten types of tests of a network that stores records: verdicts, tables, a recommendation
    Suite(suite::Args),
    /// Keep what scenarios come to, and check whether they still do
    Baseline(baseline::Args),
    /// Show runs or sweeps beside each other: figures, differences, intervals, plots
    Compare(compare::Args),
    /// Make one HTML page of the folder of a run, sweep or suite, which needs no network
    Report(report::Args),
    /// Write the events of a run, or one lookup request by request
    Trace(trace::Args),
    /// Validate a scenario and print it with all defaults
    Check(check::Args),
    /// Write a commented scenario to start from
    Init(init::Args),
    /// Run a scenario in virtual time and on UDP sockets, and compare
    Validate(validate::Args),
    /// Generate or read a graph, show its figures and plots, write it for other programs
    Topology(topology::Args),
    /// Host nodes on UDP sockets that speak BitTorrent's DHT protocol
    Node(node::Args),
    /// Measure published and exact figures again and compare
    Fidelity(fidelity::Args),
    /// Run fixed workloads and print what they cost this machine
    Bench(bench::Args),
    /// Say what size of simulation and of UDP run fits on this machine, and what stands in the way
    Doctor(doctor::Args),
    /// Plot what a message and a node cost against the number of nodes
    Growth(growth::Args),
    /// Print the JSON Schema of scenario files, for editors and other programs
    Schema,
    /// Print completions for a shell
    Completions(shell::CompletionsArgs),
    /// Print the manual page, or write those of all commands
    Man(shell::ManArgs),
    /// One measurement of bench or growth
    #[command(hide = true)]
    Measure(measure::Args),
}

/// The items of `all` that are named, in their own order; all if none is named. `is` says whether
/// an item has a name.
///
/// # Errors
/// The first name that no item has.
fn named<'a, T>(
    all: &'a [T],
    names: &[String],
    is: impl Fn(&T, &str) -> bool,
) -> Result<Vec<&'a T>, String> {
    let has = |item: &T, name: &String| is(item, name.trim());
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|item| has(item, name))) {
        return Err(unknown.clone());
    }
    let is_chosen = |item: &&T| names.is_empty() || names.iter().any(|name| has(item, name));
    Ok(all.iter().filter(is_chosen).collect())
}

/// A number of threads, as the command line has it. More than there are cores bring nothing.
///
/// # Errors
/// A message if it is none.
pub fn threads(text: &str) -> Result<usize, String> {
    whole(text, 256)
}

/// A number of runs, as the command line has it.
///
/// # Errors
/// A message if it is none.
pub fn repeats(text: &str) -> Result<usize, String> {
    whole(text, 1_000)
}

/// Cores of this machine: runs at a time, unless the user says how many.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn whole(text: &str, most: usize) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| format!("give a whole number from 1 to {most}"))
}

/// Exit status for a wrong scenario or command; clap uses the same for wrong arguments.
const MISUSE: u8 = 2;

/// The program: reads the command line, obeys it, and gives the exit status.
pub fn main() -> ExitCode {
    memory::keep_pages();
    let arguments = Arguments::parse();
    let outcome = log::begin(arguments.log).map_err(Into::into);
    let verbosity = arguments.log.verbose;
    outcome.and_then(|()| obey(arguments.command, verbosity)).unwrap_or_else(|error| fail(&error))
}

/// Does what a command says.
fn obey(command: Command, verbosity: u8) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run(args) => run::run(&args).map(|ended| match ended {
            run::Ended::Complete => ExitCode::SUCCESS,
            run::Ended::Unhealthy => ExitCode::FAILURE,
            run::Ended::Interrupted => ExitCode::from(interrupt::EXIT_STATUS),
        }),
        Command::Trace(args) => trace::run(&args).map(|ended| match ended {
            trace::Ended::Complete => ExitCode::SUCCESS,
            trace::Ended::Interrupted => ExitCode::from(interrupt::EXIT_STATUS),
        }),
        Command::Sweep(args) => sweep::run(&args).map(|ended| match ended {
            sweep::Ended::Complete => ExitCode::SUCCESS,
            sweep::Ended::TimedOut => ExitCode::FAILURE,
            sweep::Ended::Interrupted => ExitCode::from(interrupt::EXIT_STATUS),
        }),
        Command::Suite(args) => suite::run(&args, verbosity).map(|ended| match ended {
            suite::Ended::Complete => ExitCode::SUCCESS,
            suite::Ended::TimedOut | suite::Ended::Unhealthy => ExitCode::FAILURE,
            suite::Ended::Interrupted => ExitCode::from(interrupt::EXIT_STATUS),
        }),
        Command::Baseline(args) => baseline::run(&args).map(|ended| match ended {
            baseline::Ended::Holds => ExitCode::SUCCESS,
            baseline::Ended::Differs => ExitCode::FAILURE,
            baseline::Ended::Interrupted => ExitCode::from(interrupt::EXIT_STATUS),
        }),
        Command::Compare(args) => compare::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Report(args) => report::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Check(args) => check::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Init(args) => init::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Node(args) => node::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Topology(args) => topology::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Fidelity(args) => fidelity::run(&args).map(|verdict| match verdict {
            Verdict::Within => ExitCode::SUCCESS,
            Verdict::Outside => ExitCode::FAILURE,
        }),
        Command::Validate(args) => validate::run(&args).map(|ended| match ended {
            validate::Ended::Agrees => ExitCode::SUCCESS,
            validate::Ended::Differs => ExitCode::FAILURE,
            validate::Ended::Interrupted => ExitCode::from(interrupt::EXIT_STATUS),
        }),
        Command::Bench(args) => bench::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Doctor(args) => doctor::run(&args).map(|found| match found {
            doctor::Found::NothingInTheWay => ExitCode::SUCCESS,
            doctor::Found::Obstacle => ExitCode::FAILURE,
        }),
        Command::Growth(args) => growth::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Schema => schema::run().map(|()| ExitCode::SUCCESS),
        Command::Completions(args) => shell::completions(args).map(|()| ExitCode::SUCCESS),
        Command::Man(args) => shell::man(&args).map(|()| ExitCode::SUCCESS),
        Command::Measure(args) => measure::run(&args).map(|()| ExitCode::SUCCESS),
    }
}

/// Tells what went wrong in one message, and whose fault it is by the status.
fn fail(error: &anyhow::Error) -> ExitCode {
    if is_broken_pipe(error) {
        // Whoever read the output has read enough.
        return ExitCode::SUCCESS;
    }
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let (message, status) = match error.downcast_ref::<ScenarioError>() {
        Some(wrong) => (wrong.render(colour), MISUSE),
        None if error.is::<Misuse>() => (format!("error: {error}"), MISUSE),
        None => (format!("error: {error:#}"), 1),
    };
    // With standard error gone there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "{}", message.trim_end());
    ExitCode::from(status)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |cause: &(dyn std::error::Error + 'static)| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    };
    error.chain().any(broken)
}
