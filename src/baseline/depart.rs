//! Where an exact run leaves that of its baseline: the stretch of virtual time by its digests, and, with
//! the program that the baseline came from, the very first event.

use super::BaselineError;
use super::measure::{Measured, Runner, Step};
use super::stored::{Level, Stored};
use crate::report::trace::{Format, TraceWriter};
use crate::runner::capture::Filter;
use crate::runner::trace::Event;
use crate::runner::{self, Observation, Observed, RunArguments};
use crate::scenario::Scenario;
use crate::time::Instant;
use serde::{Serialize, Serializer};
use std::cmp::Ordering;
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Events of this program's run that are shown.
const SHOWN: usize = 8;

/// Where a run leaves another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Departure {
    /// Until here the two have handled the same events, in nanoseconds of virtual time.
    #[serde(rename = "from_ns", serialize_with = "nanos")]
    pub from: Instant,
    /// Until here they have not.
    #[serde(rename = "until_ns", serialize_with = "nanos")]
    pub until: Instant,
    /// The first events of this run from then on.
    pub events: Vec<String>,
    /// The first event that one of the two has and the other has not, if the other was run.
    pub event: Option<DifferingEvent>,
    /// What else is to be known.
    pub note: Option<String>,
}

/// The first event in which two runs differ, each as a line of JSON of `kadsim trace`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DifferingEvent {
    /// When it happens.
    #[serde(rename = "at_ns", serialize_with = "nanos")]
    pub at: Instant,
    /// At which node.
    pub node: u32,
    /// Which of the two has it.
    pub only: Side,
    /// What happens next in this run; `None` if it has ended.
    pub here: Option<String>,
    /// What happens next in the other.
    pub there: Option<String>,
}

/// One of two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The one of this program.
    Here,
    /// The other.
    There,
    /// Both, at the same time and node, but not the same.
    Both,
}

fn nanos<S: Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(at.as_nanos())
}

/// Where the run of `scenario`, of which this was kept, leaves its baseline, which is one of the folder
/// `dir`; with the first event, if the program that the baseline came from is given. `None` if it was
/// ended early.
///
/// # Errors
/// If that program cannot be run.
pub fn departure(
    runner: &Runner<'_>,
    (stored, dir): (&Stored, &Path),
    (scenario, measured): (&Scenario, &Measured),
    reference: Option<&Path>,
) -> Result<Option<Departure>, BaselineError> {
    let end = scenario.phases.end();
    let apart = match &stored.level {
        Level::Exact { trail, .. } => trail.first_apart(&measured.trail),
        _ => None,
    };
    let (from, until) = apart.unwrap_or((Instant::ZERO, end));
    let note = match (&stored.level, apart) {
        (Level::Exact { trail, .. }, None) if trail.end != end => {
            Some(format!("the run ends at {end}, that of the baseline at {}", trail.end))
        }
        (_, None) => Some("no checkpoint differs: the runs part at their end".to_owned()),
        (_, Some(_)) => None,
    };
    let mut departure = Departure { from, until, events: Vec::new(), event: None, note };
    let Some(events) = first_events(runner, scenario, from, until) else { return Ok(None) };
    departure.events = events;
    if let Some(program) = reference {
        let mut other = Other::start(program, stored, dir)?;
        let found = other.first_difference(runner, scenario);
        other.end();
        match found? {
            Compared::Interrupted => return Ok(None),
            Compared::Same => {
                let told = "a trace shows the same events in both programs: either the baseline came \
                            from another, or the runs differ in what no trace shows (wake-ups)";
                departure.note = Some(told.to_owned());
            }
            Compared::Differs(event) => departure.event = Some(event),
        }
    }
    Ok(Some(departure))
}

/// Runs the scenario and hands on its events from `from` to `until`. `None` if the runner ended it.
fn observe(
    runner: &Runner<'_>,
    scenario: &Scenario,
    (from, until): (Instant, Instant),
    mut see: impl FnMut(Vec<Event>) -> ControlFlow<()>,
) -> Option<()> {
    let observation = Observation::Events(Filter { nodes: None, from, until });
    let mut interrupted = None;
    runner::run_observed(RunArguments::of(scenario), Some(&observation), &mut |progress, seen| {
        let events = seen.into_iter().filter_map(|seen| match seen {
            Observed::Event(event) => Some(event),
            Observed::Datagram(_) => None,
        });
        see(events.collect())?;
        if (runner.watch)(Step::Went(0.0)).is_break() {
            interrupted = Some(());
            return ControlFlow::Break(());
        }
        if progress.now >= until { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    match interrupted {
        Some(()) => None,
        None => Some(()),
    }
}

/// Events as lines.
fn lines(events: &[Event], format: Format, scenario: &Scenario) -> Vec<String> {
    let writer = TraceWriter::begin(Vec::new(), format, &scenario.name, scenario.seed);
    let written = writer.and_then(|mut writer| {
        events.iter().try_for_each(|event| writer.add(event))?;
        writer.finish(Instant::ZERO)
    });
    let text = String::from_utf8(written.expect("a vector takes all")).expect("a trace is UTF-8");
    text.lines().map(|line| line.trim().to_owned()).collect()
}

fn first_events(
    runner: &Runner<'_>,
    scenario: &Scenario,
    from: Instant,
    until: Instant,
) -> Option<Vec<String>> {
    let mut first: Vec<Event> = Vec::new();
    observe(runner, scenario, (from, until), |events| {
        let room = SHOWN - first.len();
        first.extend(events.into_iter().take(room));
        if first.len() < SHOWN { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Some(lines(&first, Format::Text, scenario))
}

/// What came of comparing two traces.
enum Compared {
    Same,
    Differs(DifferingEvent),
    Interrupted,
}

/// The other program, which writes its trace.
struct Other<'p> {
    program: &'p Path,
    child: Child,
}

impl<'p> Other<'p> {
    fn start(program: &'p Path, stored: &Stored, dir: &Path) -> Result<Self, BaselineError> {
        let mut command = Command::new(program);
        command.arg("trace").arg(stored.scenario_path(dir));
        command.args(["--seed", &stored.seed.to_string(), "--format", "jsonl"]);
        for setting in &stored.settings {
            command.args(["--set", setting]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn();
        let child = child.map_err(|error| BaselineError::Reference {
            program: program.to_owned(),
            cause: format!("{error}: it takes the path of a kadsim"),
        })?;
        Ok(Other { program, child })
    }

    /// The first event that the other has not as this program has it. Looked for from the beginning: what
    /// a packet's way changes shows when it is sent, and in a digest only when it arrives.
    fn first_difference(
        &mut self,
        runner: &Runner<'_>,
        scenario: &Scenario,
    ) -> Result<Compared, BaselineError> {
        let out = self.child.stdout.take().expect("it was asked for");
        let mut theirs = BufReader::new(out).lines();
        let mut next = || theirs.next().and_then(Result::ok);
        let mut found = None;
        let end = scenario.phases.end();
        let observed = observe(runner, scenario, (Instant::ZERO, end), |events| {
            for here in lines(&events, Format::JsonLines, scenario) {
                let there = next();
                if there.as_ref() != Some(&here) {
                    found = Some((Some(here), there));
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        });
        if observed.is_none() {
            return Ok(Compared::Interrupted);
        }
        let found = found.or_else(|| next().map(|there| (None, Some(there))));
        if found.as_ref().is_none_or(|(_, there)| there.is_none()) {
            self.has_succeeded()?;
        }
        Ok(found.map_or(Compared::Same, |(here, there)| Compared::Differs(named(here, there))))
    }

    /// Whether the other program, which writes no more, came to a good end.
    fn has_succeeded(&mut self) -> Result<(), BaselineError> {
        let mut told = String::new();
        if let Some(stderr) = &mut self.child.stderr {
            // What it says is of use only if it can be read.
            let _ = stderr.read_to_string(&mut told);
        }
        let status = self.child.wait();
        if status.as_ref().is_ok_and(std::process::ExitStatus::success) {
            return Ok(());
        }
        let cause = match told.trim() {
            "" => "it cannot write the trace of this scenario".to_owned(),
            told => format!("it cannot write the trace of this scenario: {told}"),
        };
        Err(BaselineError::Reference { program: self.program.to_owned(), cause })
    }

    /// Ends it.
    fn end(mut self) {
        // It has ended already unless a difference was found.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The earlier of the two events, which names the difference.
fn named(here: Option<String>, there: Option<String>) -> DifferingEvent {
    let place = |line: &String| {
        let event: serde_json::Value = serde_json::from_str(line).ok()?;
        Some((event["time_ns"].as_u64()?, u32::try_from(event["node"].as_u64()?).ok()?))
    };
    const NEVER: (u64, u32) = (u64::MAX, u32::MAX);
    let [of_here, of_there] =
        [&here, &there].map(|line| line.as_ref().and_then(place).unwrap_or(NEVER));
    let ((at, node), only) = match of_here.cmp(&of_there) {
        Ordering::Less => (of_here, Side::Here),
        Ordering::Equal => (of_here, Side::Both),
        Ordering::Greater => (of_there, Side::There),
    };
    DifferingEvent { at: Instant::from_nanos(at), node, only, here, there }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earlier_event_names_the_difference() {
        let line = |at: u64, node: u32| Some(format!("{{\"time_ns\":{at},\"node\":{node}}}"));
        let named_at = |here, there| {
            let event = named(here, there);
            (event.at.as_nanos(), event.node, event.only)
        };
        assert_eq!(named_at(line(5, 7), line(9, 1)), (5, 7, Side::Here));
        assert_eq!(named_at(line(9, 1), line(9, 0)), (9, 0, Side::There));
        assert_eq!(named_at(line(9, 1), line(9, 1)), (9, 1, Side::Both));
        assert_eq!(named_at(None, line(3, 2)), (3, 2, Side::There));
    }
}
