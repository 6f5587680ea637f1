//! A run and what comes out of it: [`run`] puts the Kademlia node into the engine, a world around
//! the nodes, and lets time pass.
//!
//! [`run_on_sockets`] does the same in real time, with each node on a socket of its own.
//!
//! `run` is a function of its arguments: the same scenario and seed give the same
//! [`RunResult`](result::RunResult), bit for bit, whatever the queue, the number of threads and
//! the machine.

// What stands on agendas.
mod agenda;
// Who does not keep to the protocol.
mod attackers;
// The applications on the nodes.
mod applications;
// A block of nodes in virtual time.
mod block;
// Packets as datagrams.
pub mod capture;
// How long nodes of each class are online.
mod class_time;
// Nodes that come and go.
mod change;
// What blocks of nodes have in common.
mod common;
// What a run costs the machine.
pub mod cost;
// A run under way.
mod course;
// Whom nodes know when they come.
mod first_contacts;
// What faults do to operations.
pub mod faults;
// Whom faults keep away.
mod masks;
// Where two runs part.
mod difference;
// What a run does, wherever its nodes live.
mod experiment;
// The figures of operations and messages, from what was counted.
pub mod figures;
// From which addresses nodes come.
mod groups;
// Which keys nodes have.
mod keys;
// Where the nodes of a run live.
mod host;
// Applications that are state machines.
mod hosted;
// Reports of nodes, judged by what the checker knows.
mod judge;
// What attacks come to.
pub mod resilience;
// The figures at the end of a run.
mod outcome;
// How far a run goes before it tells how far it has come.
mod pace;
// Who is online.
mod population;
// How records fare, and what maintenance costs.
mod record_figures;
// Where records lie.
mod record_keys;
// Everything that a run leaves behind.
pub mod result;
// Tables of contacts drawn at random.
mod random_start;
// The nodes as a run begins with them, to be looked at.
mod settled;
// The overlay at one moment.
pub mod snapshot;
// The same run on sockets, in real time.
mod sockets;
// Blocks that are put, found, fetched and verified.
mod blocks;
// Records that all nodes read and write.
mod registers;
// Services that are advertised, found and called.
mod services;
// What surrounds the nodes of a block.
mod surroundings;
// Tables from global knowledge.
mod warm_start;
// What is observed of a run.
mod tap;
// Figures of applications in words.
mod told;
// The events of a run.
pub mod trace;
// Whether what came of it is good.
pub mod verdict;
// Windows of time.
mod windows;

pub use settled::{Settled, settle, settle_until};

use crate::engine::queue::{Bucketed, EventQueue, QueueKind, Reference};
use crate::network::Network;
use crate::network::underlay::Pieces;
use crate::rng::Seed;
use crate::scenario::Scenario;
use crate::time::{Duration, Instant};
use crate::workload::application::Workload;
use cost::{Cost, Work};
use course::Course;
use outcome::Ending;
use pace::Pace;
use result::{RunOutput, Transport};
use std::ops::ControlFlow;
use std::sync::Arc;
use tracing::info;

pub use difference::{Difference, first_difference};
pub use hosted::Retired;
pub use record_keys::RecordKeys;
pub use sockets::{OTHER_FILES, Obstacle, run_applications_on_sockets, run_on_sockets};
pub use tap::{Observation, Observed};

/// What a run is a function of, and how it is carried out, of which it is not one.
#[derive(Clone, Copy, Debug)]
pub struct RunArguments<'s> {
    /// What is simulated.
    pub scenario: &'s Scenario,
    /// Where its randomness starts.
    pub seed: Seed,
    /// Where its records lie.
    pub record_keys: RecordKeys,
    /// How it is carried out.
    pub execution: Execution,
    /// Workloads beside those of the scenario ([`application`](crate::workload::application)).
    pub workloads: &'s [Arc<dyn Workload>],
}

impl<'s> RunArguments<'s> {
    /// A run of this scenario with its own seed, carried out in the usual way.
    pub fn of(scenario: &'s Scenario) -> Self {
        RunArguments {
            scenario,
            seed: Seed(scenario.seed),
            execution: Execution::default(),
            record_keys: RecordKeys::Drawn,
            workloads: &[],
        }
    }
}

/// How a run is carried out. The result is the same with any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Execution {
    /// The queue that orders its events.
    pub queue: QueueKind,
    /// Threads, each with a block of the nodes; one, if the network's smallest delay leaves no
    /// room for more ([`undivided`]).
    pub threads: usize,
    /// Whether memory is fetched before the coming events need it, where the processor can.
    pub prefetch: bool,
}

impl Default for Execution {
    /// The bucketed queue, one thread, memory fetched ahead.
    fn default() -> Self {
        Execution { queue: QueueKind::Bucketed, threads: 1, prefetch: true }
    }
}

/// How far a run has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Virtual time now.
    pub now: Instant,
    /// Virtual time at the end.
    pub end: Instant,
    /// Events handled so far.
    pub events: u64,
    /// Nodes online.
    pub online: u64,
}

/// The smallest delay of the scenario's network, if that is too small for nodes to be handled
/// without regard to each other meanwhile: its runs have one thread, however many are wanted.
pub fn undivided(scenario: &Scenario) -> Option<Duration> {
    let (nodes, seed) = (scenario.nodes.count, Seed(scenario.seed));
    let smallest = Network::smallest_delay_of(&scenario.network, nodes, seed);
    (smallest < windows::NARROWEST).then_some(smallest)
}

/// What keeps nodes of the scenario from reaching each other, whatever they do.
pub fn pieces(scenario: &Scenario) -> Option<Pieces> {
    Network::pieces_of(&scenario.network, scenario.nodes.count, Seed(scenario.seed))
}

/// Runs a scenario.
///
/// `watch` is told how far the run has come and can end it early; what has been measured until
/// then comes back, marked as partial. It does not change what the run does.
pub fn run(
    arguments: RunArguments<'_>,
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> RunOutput {
    run_observed(arguments, None, &mut |progress, _| watch(progress))
}

/// Runs a scenario as [`run`] does and observes it. `watch` is handed what was observed since it was
/// called last, in an order that is the same for any number of threads: by time, then by the node at
/// which it happened, then as it happened there.
pub fn run_observed(
    arguments: RunArguments<'_>,
    observation: Option<&Observation>,
    watch: &mut dyn FnMut(Progress, Vec<Observed>) -> ControlFlow<()>,
) -> RunOutput {
    run_any(arguments, observation, &[], watch).output
}

/// Runs a scenario as [`run`] does and gives back the applications that are state machines as they are
/// at the end, by node and workload.
pub fn run_applications(
    arguments: RunArguments<'_>,
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> (RunOutput, Vec<Retired>) {
    let ran = run_any(arguments, None, &[], &mut |progress, _| watch(progress));
    (ran.output, ran.retired)
}

/// Runs a scenario as [`run`] does and gives its digest at each of the instants `marks` as well, which
/// are in order: of everything that was due before. A run that was ended early has fewer.
pub fn run_marked(
    arguments: RunArguments<'_>,
    marks: &[Instant],
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> (RunOutput, Vec<u64>) {
    let ran = run_any(arguments, None, marks, &mut |progress, _| watch(progress));
    (ran.output, ran.digests)
}

/// Everything that comes of a run.
struct Ran {
    output: RunOutput,
    /// Its digest at each mark.
    digests: Vec<u64>,
    retired: Vec<Retired>,
}

fn run_any(
    arguments: RunArguments<'_>,
    observation: Option<&Observation>,
    marks: &[Instant],
    watch: &mut dyn FnMut(Progress, Vec<Observed>) -> ControlFlow<()>,
) -> Ran {
    match arguments.execution.queue {
        QueueKind::Bucketed => run_on::<Bucketed>(arguments, observation, marks, watch),
        QueueKind::Reference => run_on::<Reference>(arguments, observation, marks, watch),
    }
}

fn run_on<Q: EventQueue>(
    arguments: RunArguments<'_>,
    observation: Option<&Observation>,
    marks: &[Instant],
    watch: &mut dyn FnMut(Progress, Vec<Observed>) -> ControlFlow<()>,
) -> Ran {
    let RunArguments { scenario, execution, .. } = arguments;
    let mut cost = Cost::begin();
    let mut course = Course::<Q>::begin(arguments);
    if let Some(observation) = observation {
        course.observe(observation);
    }
    cost.set_up_done();
    let end = scenario.phases.end();
    let mut pace = Pace::new(scenario.phases);
    let mut partial = false;
    let mut digests = Vec::new();
    while course.now() < end {
        let events_before = course.blocks.counters().events;
        let step = pace.next(course.now());
        let mark = marks.get(digests.len()).copied();
        course.run_until(mark.map_or(step, |mark| mark.min(step)));
        let passed = marks[digests.len()..].iter().take_while(|&&mark| mark <= course.now());
        digests.extend(passed.map(|_| course.blocks.digest().value()).collect::<Vec<_>>());
        let events = course.blocks.counters().events;
        pace.adapt(course.now(), events - events_before);
        let progress = Progress { now: course.now(), end, events, online: course.online() };
        if watch(progress, course.take_observed()).is_break() {
            partial = course.now() < end;
            break;
        }
    }
    let threads = course.experiment.surroundings.len();
    let counters = course.blocks.counters();
    info!(at = %course.now(), events = counters.events, partial, "the run has ended");
    let performance = cost.end(Work {
        events: counters.events,
        messages: counters.delivered,
        nodes: scenario.nodes.count,
        threads,
        queue: execution.queue.name(),
    });
    let ending = Ending {
        transport: Transport::Simulated,
        digest: Some(format!("{:016x}", course.blocks.digest().value())),
        events: counters.events,
        partial,
        performance,
        dropped_by_faults: course.dropped_by_faults(),
    };
    let output = outcome::output(&mut course.experiment, &course.blocks, ending);
    Ran { output, digests, retired: course.experiment.retire() }
}
