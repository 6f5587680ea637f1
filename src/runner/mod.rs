//! A run and what comes out of it: [`run`] puts the Kademlia node into the engine, a world around
//! the nodes, and lets time pass.
//!
//! `run` is a function of its arguments: the same scenario and seed give the same
//! [`RunResult`](result::RunResult), bit for bit, whatever the queue and the machine.

// What stands on agendas.
mod agenda;
// The applications on the nodes.
mod applications;
// What a run costs the machine.
mod cost;
// Where two runs part.
mod difference;
// The figures of operations and messages, from what was counted.
pub mod figures;
// Reports of nodes, judged by what the checker knows.
mod judge;
// The figures at the end of a run.
mod outcome;
// How far a run goes before it tells how far it has come.
mod pace;
// Who is online.
mod population;
// Everything that a run leaves behind.
pub mod result;
// Tables of contacts drawn at random.
mod random_start;
// The nodes as a run begins with them, to be looked at.
mod settled;
// The world around the nodes.
mod simulation;
// Tables from global knowledge.
mod warm_start;

pub use settled::{Settled, settle};

use crate::engine::Engine;
use crate::engine::queue::{Bucketed, EventQueue, QueueKind, Reference};
use crate::kademlia::Node;
use crate::protocol::NodeIndex;
use crate::rng::{Purpose, Seed, Stream};
use crate::scenario::{Bootstrap, Scenario};
use crate::time::{Duration, Instant};
use crate::workload::sessions::State;
use agenda::{Entry, Global};
use cost::Cost;
use pace::Pace;
use rand::RngExt;
use result::RunOutput;
use simulation::{SimNode, Simulation};
use std::ops::ControlFlow;
use std::sync::Arc;

pub use difference::{Difference, RunArguments, first_difference};

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

/// Runs a scenario.
///
/// `watch` is told how far the run has come and can end it early; what has been measured until
/// then comes back, marked as partial. It does not change what the run does.
pub fn run(
    scenario: &Scenario,
    seed: Seed,
    queue: QueueKind,
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> RunOutput {
    match queue {
        QueueKind::Bucketed => run_on::<Bucketed>(scenario, seed, queue, watch),
        QueueKind::Reference => run_on::<Reference>(scenario, seed, queue, watch),
    }
}

fn run_on<Q: EventQueue>(
    scenario: &Scenario,
    seed: Seed,
    queue: QueueKind,
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> RunOutput {
    let mut cost = Cost::begin();
    let (mut engine, mut simulation) = begin::<Q>(scenario, seed);
    cost.set_up_done();
    let end = scenario.phases.end();
    let mut pace = Pace::new(scenario.phases);
    let mut partial = false;
    while engine.now() < end {
        let events_before = engine.counters().events;
        engine.run_until(&mut simulation, pace.next(engine.now()));
        pace.adapt(engine.now(), engine.counters().events - events_before);
        let progress = Progress {
            now: engine.now(),
            end,
            events: engine.counters().events,
            online: simulation.population.online().len() as u64,
        };
        if watch(progress).is_break() {
            partial = engine.now() < end;
            break;
        }
    }
    let performance = cost.end(&engine.counters(), scenario.nodes.count, queue);
    outcome::output(&mut simulation, &engine, seed, partial, performance)
}

/// A run at the beginning of its time.
fn begin<Q: EventQueue>(scenario: &Scenario, seed: Seed) -> (Engine<SimNode, Q>, Simulation<'_>) {
    let mut engine = Engine::new(scenario.nodes.count, seed);
    let mut simulation = Simulation::new(scenario, seed);
    set_up(&mut simulation, &mut engine, seed);
    (engine, simulation)
}

/// Puts everything on the agendas with which a run begins.
fn set_up<Q: EventQueue>(
    simulation: &mut Simulation<'_>,
    engine: &mut Engine<SimNode, Q>,
    seed: Seed,
) {
    let scenario = simulation.scenario;
    let measurement = scenario.phases.measurement_start();
    engine.schedule_global(measurement, Global::BeginMeasurement.tag());
    let first_sample = Instant::ZERO + scenario.output.sample_interval;
    engine.schedule_global(first_sample, Global::Sample.tag());
    let mut present = Vec::new();
    for node in (0..scenario.nodes.count).map(NodeIndex) {
        // With churn the network begins as one that has long been running: some are away.
        let state =
            simulation.sessions(node).map(|(sessions, draws)| sessions.stationary(node, draws));
        match state {
            Some(State::Away(absence)) => {
                engine.schedule(Instant::ZERO + absence, node, Entry::Join.tag());
            }
            Some(State::Online(session)) => present.push((node, Some(session))),
            None => present.push((node, None)),
        }
        for (due, entry) in simulation.applications().first_entries(node) {
            engine.schedule(due, node, entry.tag());
        }
    }
    let counted: Vec<_> = simulation.applications().counted_entries().collect();
    for (node, due, entry) in counted {
        engine.schedule(due, node, entry.tag());
    }
    match scenario.nodes.bootstrap {
        Bootstrap::Warm | Bootstrap::Random => place_settled(simulation, engine, seed, &present),
        Bootstrap::Organic => {
            let init = scenario.phases.init.as_nanos();
            for (node, session) in present {
                simulation.set_first_session(node, session);
                let mut stream = Stream::new(seed, Purpose::Join, u64::from(node.0));
                let joins = Instant::from_nanos(stream.random_range(0..=init));
                engine.schedule(joins, node, Entry::Join.tag());
            }
        }
    }
}

/// Puts the nodes online that are there from the beginning, with the tables that they have then.
fn place_settled<Q: EventQueue>(
    simulation: &mut Simulation<'_>,
    engine: &mut Engine<SimNode, Q>,
    seed: Seed,
    present: &[(NodeIndex, Option<Duration>)],
) {
    let params = Arc::clone(simulation.params());
    let nodes: Vec<_> = present.iter().map(|&(node, _)| node).collect();
    let key_of = |node| simulation.key(node);
    let given = &simulation.scenario.nodes;
    let tables = match given.bootstrap {
        Bootstrap::Random => random_start::tables(seed, &params, &nodes, given.contacts, key_of),
        _ => warm_start::tables(seed, &params, &nodes, key_of),
    };
    for (&(node, session), table) in present.iter().zip(tables) {
        let state = Node::settled(simulation.key(node), Arc::clone(&params), table);
        let deadline = state.deadline();
        simulation.enter(engine, node, session);
        engine.place(node, state);
        engine.set_wake(node, deadline);
    }
}
