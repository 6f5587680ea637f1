//! A scenario under way: the world around the nodes, put together from network, workloads,
//! churn, checker and metrics.

use super::agenda::{Entry, Global};
use super::applications::Applications;
use super::judge::Judge;
use super::population::Population;
use crate::engine::queue::EventQueue;
use crate::engine::{Engine, World};
use crate::kademlia::key::Key64;
use crate::kademlia::message::Message;
use crate::kademlia::operation::{Command, Report};
use crate::kademlia::params::Params;
use crate::kademlia::{Node, Publications};
use crate::metrics::{Gauges, Metrics};
use crate::network::{Arrival, DropReason, Network, Packet, Verdict};
use crate::protocol::{Input, Message as _, NodeIndex};
use crate::rng::{Bijection, Seed};
use crate::scenario::Scenario;
use crate::time::{Duration, Instant};
use crate::workload::sessions::{Departure, Sessions};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A node of the simulated network.
pub(super) type SimNode = Node<NodeIndex, Key64>;

/// How long after it came online it is looked at whether a node has joined; one that has not is
/// given new contacts, as a client would ask its bootstrap list again.
const CHECK_JOIN_AFTER: Duration = Duration::from_secs(15);

/// Requests that one life of a node can number before they might meet those of the next.
const REQUESTS_PER_LIFE: u32 = 1 << 22;

/// The world of one run.
pub(super) struct Simulation<'s> {
    pub(super) scenario: &'s Scenario,
    keys: Bijection,
    params: Arc<Params>,
    network: Network,
    has_downlinks: bool,
    pub(super) population: Population,
    sessions: Option<Sessions>,
    /// Where each node's stream of sessions stands; empty without churn.
    session_draws: Vec<u64>,
    /// What is left of the sessions in which nodes are when the run begins, until they join.
    first_sessions: BTreeMap<NodeIndex, Duration>,
    /// How often each node has come online.
    lives: Vec<u32>,
    applications: Applications,
    /// What nodes that are away will publish when they are back.
    away: BTreeMap<NodeIndex, Publications<Key64>>,
    pub(super) metrics: Metrics,
    pub(super) judge: Judge,
    samples: u64,
    pub(super) tables_checked: u64,
    /// Sum over time of the nodes online during the measurement, in node-nanoseconds.
    online_time: u128,
    online_since: Instant,
}

impl<'s> Simulation<'s> {
    pub(super) fn new(scenario: &'s Scenario, seed: Seed) -> Self {
        let nodes = scenario.nodes.count;
        let keys = Bijection::new(seed);
        let key_of = |node: NodeIndex| Key64(keys.apply(u64::from(node.0)));
        let network = Network::new(&scenario.network, nodes, seed);
        let sessions = Sessions::new(seed, &scenario.churn);
        let session_draws = if sessions.is_some() { vec![0; nodes as usize] } else { Vec::new() };
        Simulation {
            scenario,
            keys,
            params: Arc::new(scenario.kademlia.clone()),
            has_downlinks: network.has_downlinks(),
            network,
            population: Population::new(seed, nodes, key_of),
            sessions,
            session_draws,
            first_sessions: BTreeMap::new(),
            lives: vec![0; nodes as usize],
            applications: Applications::new(seed, scenario),
            away: BTreeMap::new(),
            metrics: Metrics::new(
                Message::<NodeIndex, Key64>::KINDS,
                DropReason::NAMES,
                scenario.phases.measurement_start(),
                scenario.output.sample_interval,
                scenario.output.operations_limit as usize,
                seed,
            ),
            judge: Judge::new(seed, nodes, scenario.kademlia.k, scenario.checker.lookups),
            samples: 0,
            tables_checked: 0,
            online_time: 0,
            online_since: Instant::ZERO,
        }
    }

    pub(super) fn params(&self) -> &Arc<Params> {
        &self.params
    }

    pub(super) fn key(&self, node: NodeIndex) -> Key64 {
        Key64(self.keys.apply(u64::from(node.0)))
    }

    /// The churn of this run and, for `node`, where its stream of sessions stands.
    pub(super) fn sessions(&mut self, node: NodeIndex) -> Option<(&Sessions, &mut u64)> {
        self.sessions.as_ref().map(|sessions| (sessions, &mut self.session_draws[node.get()]))
    }

    /// The first session of a node that joins in the init phase.
    pub(super) fn set_first_session(&mut self, node: NodeIndex, session: Option<Duration>) {
        if let Some(session) = session {
            self.first_sessions.insert(node, session);
        }
    }

    pub(super) fn applications(&mut self) -> &mut Applications {
        &mut self.applications
    }

    pub(super) fn published(&self) -> u64 {
        self.applications.published()
    }

    /// Counts a node in and puts the end of its session on its agenda.
    pub(super) fn enter<Q: EventQueue>(
        &mut self,
        engine: &mut Engine<SimNode, Q>,
        node: NodeIndex,
        session: Option<Duration>,
    ) {
        self.count_online_time(engine.now());
        self.population.enter(node);
        self.lives[node.get()] += 1;
        if let Some(session) = session {
            engine.schedule(engine.now() + session, node, Entry::Leave.tag());
        }
    }

    fn join<Q: EventQueue>(&mut self, engine: &mut Engine<SimNode, Q>, node: NodeIndex) {
        let contacts = self.population.contacts_for(node, self.scenario.nodes.contacts);
        let first = self.first_sessions.remove(&node);
        let session = first
            .or_else(|| self.sessions(node).map(|(sessions, draws)| sessions.session(node, draws)));
        let life = self.lives[node.get()];
        self.enter(engine, node, session);
        self.network.forget(node);
        let first_request = life.wrapping_mul(REQUESTS_PER_LIFE);
        let key = self.key(node);
        let mut state = Node::new(key, Arc::clone(&self.params), contacts, first_request);
        if let Some(publications) = self.away.remove(&node) {
            state.resume_publications(publications);
        }
        engine.start(self, node, state);
        engine.schedule(engine.now() + CHECK_JOIN_AFTER, node, Entry::CheckJoin.tag());
        for workload in self.applications.missed(node) {
            engine.schedule(engine.now(), node, Entry::Publish(workload).tag());
        }
    }

    fn leave<Q: EventQueue>(&mut self, engine: &mut Engine<SimNode, Q>, node: NodeIndex) {
        let (sessions, draws) = self.sessions(node).expect("only churn ends a session");
        let graceful = sessions.departure(node, draws) == Departure::Graceful;
        let absence = sessions.absence(node, draws);
        if graceful {
            engine.input(self, node, Input::Stop);
        }
        let mut state = engine.remove(node);
        for record in self.judge.interrupted(engine.now(), node, &state) {
            self.metrics.operation(record);
        }
        for key in state.held_keys() {
            self.judge.holders.remove(key);
        }
        let publications = state.take_publications();
        if !publications.is_empty() {
            self.away.insert(node, publications);
        }
        self.count_online_time(engine.now());
        self.population.exit(node, graceful);
        engine.schedule(engine.now() + absence, node, Entry::Join.tag());
    }

    fn check_join<Q: EventQueue>(&mut self, engine: &mut Engine<SimNode, Q>, node: NodeIndex) {
        let Some(state) = engine.node(node) else { return };
        if state.has_joined() {
            return;
        }
        let contacts = self.population.contacts_for(node, self.scenario.nodes.contacts);
        engine.input(self, node, Input::Command(Command::Join { contacts }));
        engine.schedule(engine.now() + CHECK_JOIN_AFTER, node, Entry::CheckJoin.tag());
    }

    /// Adds up the nodes online since the last change, as far as that was in the measurement.
    fn count_online_time(&mut self, now: Instant) {
        let since = self.online_since.max(self.scenario.phases.measurement_start());
        let length = u128::from(now.saturating_since(since).as_nanos());
        self.online_time += length * self.population.online().len() as u128;
        self.online_since = now;
    }

    /// Mean number of nodes online from the beginning of the measurement until `now`.
    pub(super) fn online_mean(&mut self, now: Instant) -> f64 {
        self.count_online_time(now);
        let measured = now.saturating_since(self.scenario.phases.measurement_start()).as_nanos();
        if measured == 0 {
            return self.population.online().len() as f64;
        }
        self.online_time as f64 / measured as f64
    }

    /// Looks at the run from outside, checking the tables that it looks at.
    fn gauges<Q: EventQueue>(&mut self, engine: &Engine<SimNode, Q>) -> Gauges {
        let mut gauges = Gauges {
            online: self.population.online().len() as u64,
            joins: self.population.joins,
            leaves: self.population.leaves,
            crashes: self.population.crashes,
            records_alive: self.judge.holders.alive() as u64,
            ..Gauges::default()
        };
        let share = self.scenario.checker.tables;
        if share <= 0.0 {
            return gauges;
        }
        // Every n-th of all places, others at each sample.
        let stride = libm::round(1.0 / share).max(1.0) as u64;
        let first = self.samples % stride;
        for index in (first..u64::from(engine.places())).step_by(stride as usize) {
            let Some(node) = engine.node(NodeIndex(index as u32)) else { continue };
            node.table().check(node.key(), &self.params, |peer| self.key(peer));
            self.tables_checked += 1;
            gauges.tables += 1;
            gauges.contacts += node.table().len() as u64;
            let contacts = node.table().contacts().iter();
            let online = contacts.filter(|&&peer| self.population.ring.is_online(peer)).count();
            gauges.contacts_online += online as u64;
        }
        gauges
    }

    /// Takes a sample of the time series.
    pub(super) fn sample<Q: EventQueue>(&mut self, engine: &Engine<SimNode, Q>) {
        let gauges = self.gauges(engine);
        self.samples += 1;
        let now = engine.now();
        let phases = self.scenario.phases;
        let phase = if now <= phases.transition_start() {
            "init"
        } else if now <= phases.measurement_start() {
            "transition"
        } else {
            "measurement"
        };
        self.metrics.sample(now, phase, gauges);
    }
}

impl World<SimNode> for Simulation<'_> {
    #[inline]
    fn key_of(&self, node: NodeIndex) -> Key64 {
        self.key(node)
    }

    #[inline]
    fn send(&mut self, packet: &Packet, message: &Message<NodeIndex, Key64>) -> Option<Instant> {
        self.metrics.message_sent(message.kind(), packet.size);
        match self.network.send(packet) {
            Verdict::Deliver(arrival) => Some(arrival),
            Verdict::Drop(reason) => {
                self.metrics.packet_dropped(reason.index());
                None
            }
        }
    }

    #[inline]
    fn arrive(
        &mut self,
        now: Instant,
        receiver: NodeIndex,
        message: &Message<NodeIndex, Key64>,
    ) -> Arrival {
        if !self.has_downlinks {
            return Arrival::Now;
        }
        let arrival = self.network.receive(now, receiver, message.wire_size());
        if let Arrival::Drop(reason) = arrival {
            self.metrics.packet_dropped(reason.index());
        }
        arrival
    }

    #[inline]
    fn delivered(&mut self, _now: Instant, message: &Message<NodeIndex, Key64>, online: bool) {
        if online {
            self.metrics.message_delivered(message.kind(), message.wire_size());
        } else {
            self.metrics.packet_dropped(DropReason::Offline.index());
        }
    }

    fn report(&mut self, now: Instant, node: NodeIndex, report: Report<NodeIndex, Key64>) {
        match report {
            Report::Holds(key) => self.judge.holders.add(key),
            Report::Dropped(key) => self.judge.holders.remove(key),
            Report::Finished(done) => {
                let expected = self.applications.expected(done.kind, done.number);
                let ring = &self.population.ring;
                let record = self.judge.judge(now, node, &done, ring, expected);
                self.metrics.operation(record);
            }
        }
    }

    fn agenda<Q: EventQueue>(
        &mut self,
        engine: &mut Engine<SimNode, Q>,
        node: NodeIndex,
        tag: u32,
    ) {
        match Entry::from_tag(tag) {
            Entry::Join => self.join(engine, node),
            Entry::Leave => self.leave(engine, node),
            Entry::CheckJoin => self.check_join(engine, node),
            Entry::Publish(workload) => {
                let online = engine.is_online(node);
                let (command, next) =
                    self.applications.publish(node, workload, engine.now(), online);
                if let Some(command) = command {
                    engine.input(self, node, Input::Command(command));
                }
                if let Some(next) = next {
                    engine.schedule(next, node, tag);
                }
            }
            Entry::Ask(workload) => {
                let (command, next) = self.applications.ask(node, workload, engine.now());
                if let Some(command) = command {
                    engine.input(self, node, Input::Command(command));
                }
                if let Some(next) = next {
                    engine.schedule(next, node, tag);
                }
            }
        }
    }

    fn global<Q: EventQueue>(&mut self, engine: &mut Engine<SimNode, Q>, tag: u32) {
        match Global::from_tag(tag) {
            Global::BeginMeasurement => self.metrics.begin_measurement(),
            Global::Sample => {
                self.sample(engine);
                let next = engine.now() + self.scenario.output.sample_interval;
                engine.schedule_global(next, tag);
            }
        }
    }
}
