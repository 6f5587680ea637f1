//! `kadsim trace FILE`: the events of a run, or one of its operations request by request.

use super::nodes::{Ranges, beyond, ranges};
use super::run::Queue;
use super::{Misuse, interrupt};
use crate::kademlia::message::Message;
use crate::protocol::{self, NodeIndex};
use crate::report::ReportError;
use crate::report::file::FileDraft;
use crate::report::trace::{self, Hunt, TraceWriter};
use crate::runner::capture::Filter;
use crate::runner::trace::{Event, Parcel, What};
use crate::runner::{self, Execution, Observation, Observed, RunArguments};
use crate::scenario::{Scenario, Setting};
use crate::time::Instant;
use crate::units::Length;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Arguments of `kadsim trace`.
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
    /// Only what happens at these nodes, and packets from or to them: 0,7,100..120 (the last not
    /// included)
    #[arg(long, value_name = "NODES", value_parser = ranges)]
    pub nodes: Option<Ranges>,
    /// Only these kinds: of events (sent, began, ...), and of messages (find-node, ...), which are those
    /// of packets
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = kind)]
    pub kind: Vec<&'static str>,
    /// Only what happens from this virtual time on, such as 90s
    #[arg(long, value_name = "TIME")]
    pub from: Option<Length>,
    /// Only what happens before this virtual time; the run ends there
    #[arg(long, value_name = "TIME")]
    pub until: Option<Length>,
    /// Only the operation of this number in operations.csv: as text, request by request
    #[arg(long, value_name = "N", conflicts_with_all = ["nodes", "kind", "from", "until"])]
    pub lookup: Option<u64>,
    /// How the trace is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// File to write, instead of standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Threads, each with a block of the nodes; the trace is the same with any number
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = super::threads)]
    pub threads: usize,
    /// Event queue; the trace is the same with either
    #[arg(long, value_enum, default_value_t = Queue::Bucketed)]
    pub queue: Queue,
}

/// How a trace is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A line an event, for people
    Text,
    /// A line of JSON an event
    Jsonl,
    /// The trace event format, for ui.perfetto.dev and chrome://tracing
    Chrome,
}

impl From<Format> for trace::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => trace::Format::Text,
            Format::Jsonl => trace::Format::JsonLines,
            Format::Chrome => trace::Format::Chrome,
        }
    }
}

/// The kinds of messages of a simulated network.
const MESSAGES: &[&str] =
    <Message<NodeIndex, crate::kademlia::key::Key64> as protocol::Message>::KINDS;

/// Reads the name of a kind of events or messages.
fn kind(text: &str) -> Result<&'static str, String> {
    let mut all = What::KINDS.iter().chain(MESSAGES);
    all.find(|name| **name == text.trim()).copied().ok_or_else(|| {
        let (events, messages) = (What::KINDS.join(", "), MESSAGES.join(", "));
        format!("the kinds of events are {events}; those of messages are {messages}")
    })
}

/// How a trace ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With everything that was asked for.
    Complete,
    /// Because the user interrupted it.
    Interrupted,
}

/// Runs the scenario and writes its trace.
///
/// # Errors
/// A `ScenarioError` if the scenario is wrong, [`Misuse`] if it has no such nodes, times or operation;
/// otherwise what could not be written.
pub fn run(args: &Args) -> anyhow::Result<Ended> {
    let mut scenario = Scenario::load(&args.file, &args.settings)?;
    if let Some(seed) = args.seed {
        scenario.seed = seed;
    }
    let filter = filter(args, &scenario)?;
    interrupt::watch();
    let place = args.out.as_deref();
    let (draft, out): (_, Box<dyn Write>) = match place {
        None => (None, Box::new(BufWriter::new(io::stdout()))),
        Some(place) => {
            let (draft, file) = FileDraft::create(place).map_err(Misuse::TraceOut)?;
            (Some(draft), Box::new(BufWriter::new(file)))
        }
    };
    let failed = |cause| cannot_write(place, cause);
    let ended = match args.lookup {
        Some(number) => look_up(args, &scenario, number, filter, out)?,
        None => follow(args, &scenario, filter, out).map_err(failed)?,
    };
    if let Some(draft) = draft {
        draft.publish()?;
    }
    Ok(ended)
}

/// A broken pipe stays one, so that the program ends in silence with its reader.
fn cannot_write(place: Option<&Path>, cause: io::Error) -> anyhow::Error {
    match place {
        None => cause.into(),
        Some(path) => ReportError::Write { path: path.to_path_buf(), cause }.into(),
    }
}

/// Which nodes and times the arguments name.
fn filter(args: &Args, scenario: &Scenario) -> Result<Filter, Misuse> {
    let count = scenario.nodes.count;
    if let Some(number) = args.lookup {
        let node = Hunt::new(number).node().0;
        if node >= count || number as u32 == 0 {
            return Err(Misuse::NoOperation { number });
        }
        let (from, until) = (Instant::ZERO, Instant::FAR_FUTURE);
        return Ok(Filter { nodes: Some(std::iter::once(node..node + 1).collect()), from, until });
    }
    if let Some(last) = beyond(args.nodes.as_ref(), count) {
        return Err(Misuse::TraceNodes { last, count });
    }
    let end = scenario.phases.end();
    let at = |time: Option<Length>| time.map(|Length(time)| Instant::ZERO + time);
    let from = at(args.from).unwrap_or(Instant::ZERO);
    let until = at(args.until).unwrap_or(end).min(end);
    if from >= until {
        return Err(Misuse::TraceTimes { end });
    }
    let nodes = args.nodes.clone().map(|Ranges(ranges)| ranges);
    Ok(Filter { nodes, from, until })
}

/// Runs the scenario until `see` has seen enough or the user has; says which.
fn observe(
    args: &Args,
    scenario: &Scenario,
    filter: Filter,
    see: &mut dyn FnMut(Instant, Vec<Observed>) -> ControlFlow<()>,
) -> Ended {
    let queue = args.queue.into();
    let execution = Execution { queue, threads: args.threads, ..Execution::default() };
    let arguments = RunArguments { execution, ..RunArguments::of(scenario) };
    let mut ended = Ended::Complete;
    runner::run_observed(arguments, Some(&Observation::Events(filter)), &mut |progress, seen| {
        see(progress.now, seen)?;
        if interrupt::requested() {
            ended = Ended::Interrupted;
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    ended
}

/// The events among what was observed.
fn events(observed: Vec<Observed>) -> impl Iterator<Item = Event> {
    observed.into_iter().filter_map(|observed| match observed {
        Observed::Event(event) => Some(event),
        Observed::Datagram(_) => None,
    })
}

/// Writes events as they come.
fn follow(
    args: &Args,
    scenario: &Scenario,
    filter: Filter,
    out: Box<dyn Write>,
) -> io::Result<Ended> {
    let format = args.format.into();
    let mut writer = TraceWriter::begin(out, format, &scenario.name, scenario.seed)?;
    let until = filter.until;
    let is_wanted = |event: &Event| {
        let message = event.what.parcel().map(Parcel::message);
        let named = |&kind: &&str| kind == event.what.kind() || Some(kind) == message;
        args.kind.is_empty() || args.kind.iter().any(named)
    };
    let (mut written, mut end) = (Ok(()), Instant::ZERO);
    let ended = observe(args, scenario, filter, &mut |now, observed| {
        end = now.min(until);
        let mut wanted = events(observed).filter(is_wanted);
        written = wanted.try_for_each(|event| writer.add(&event));
        let is_over = written.is_err() || now >= until;
        if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    written?;
    writer.finish(end)?;
    Ok(ended)
}

/// Writes one operation.
fn look_up(
    args: &Args,
    scenario: &Scenario,
    number: u64,
    filter: Filter,
    mut out: Box<dyn Write>,
) -> anyhow::Result<Ended> {
    let mut hunt = Hunt::new(number);
    let mut found = None;
    let mut end = Instant::ZERO;
    let ended = observe(args, scenario, filter, &mut |now, observed| {
        end = now;
        found = events(observed).find_map(|event| hunt.add(event));
        if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let Some(found) = found else {
        return match ended {
            Ended::Interrupted => Ok(ended),
            Ended::Complete => Err(Misuse::NoOperation { number }.into()),
        };
    };
    let written = match args.format {
        Format::Text => {
            let story = trace::story(&found, scenario);
            out.write_all(story.as_bytes()).and_then(|()| out.flush())
        }
        Format::Jsonl | Format::Chrome => {
            let format = args.format.into();
            TraceWriter::begin(out, format, &scenario.name, scenario.seed).and_then(|mut writer| {
                found.iter().try_for_each(|event| writer.add(event))?;
                writer.finish(end).map(drop)
            })
        }
    };
    written.map_err(|cause| cannot_write(args.out.as_deref(), cause))?;
    Ok(Ended::Complete)
}
