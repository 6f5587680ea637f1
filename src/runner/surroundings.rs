//! The world around the nodes of a block, put together from network, workloads, churn, checker
//! and metrics.

use super::agenda::Entry;
use super::applications::Applications;
use super::capture::Tap;
use super::common::{Common, Notice};
use super::judge::Judge;
use super::population::Population;
use super::windows;
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
use crate::workload::sessions::Departure;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// A node of the simulated network.
pub(super) type SimNode = Node<NodeIndex, Key64>;

/// What simulated nodes say.
pub(super) type SimMessage = Message<NodeIndex, Key64>;

/// How long after it came online it is looked at whether a node has joined; one that has not is
/// given new contacts, as a client would ask its bootstrap list again.
const CHECK_JOIN_AFTER: Duration = Duration::from_secs(15);

/// Requests that one life of a node can number before they might meet those of the next.
const REQUESTS_PER_LIFE: u32 = 1 << 22;

/// What surrounds the nodes of one block.
pub(super) struct Surroundings<'s> {
    scenario: &'s Scenario,
    seed: Seed,
    /// The first node of the block.
    first: u32,
    keys: Bijection,
    params: Arc<Params>,
    network: Network,
    has_downlinks: bool,
    /// Whether packets can arrive within the window in which they are sent.
    is_undivided: bool,
    /// How often each node has come online.
    lives: Vec<u32>,
    /// Where each node's stream of contacts stands.
    contact_draws: Vec<u64>,
    pub(super) applications: Applications,
    /// What nodes that are away will publish when they are back.
    away: BTreeMap<NodeIndex, Publications<Key64>>,
    pub(super) metrics: Metrics,
    pub(super) judge: Judge,
    pub(super) tables_checked: u64,
    /// What has happened here and concerns other blocks.
    pub(super) notices: Vec<Notice>,
    /// Sees the packets that leave, where they are captured.
    pub(super) tap: Option<Tap>,
}

impl<'s> Surroundings<'s> {
    pub(super) fn new(
        scenario: &'s Scenario,
        seed: Seed,
        block: Range<u32>,
        params: &Arc<Params>,
        network: &Network,
    ) -> Self {
        Surroundings {
            scenario,
            seed,
            first: block.start,
            keys: Bijection::new(seed),
            params: Arc::clone(params),
            has_downlinks: network.has_downlinks(),
            is_undivided: network.smallest_delay() < windows::NARROWEST,
            network: network.part(block.clone()),
            lives: vec![0; block.len()],
            contact_draws: vec![0; block.len()],
            applications: Applications::new(seed, scenario, block.clone()),
            away: BTreeMap::new(),
            metrics: Metrics::new(
                SimMessage::KINDS,
                DropReason::NAMES,
                scenario.phases.measurement_start(),
                scenario.output.sample_interval,
                scenario.output.operations_limit as usize,
                seed,
            ),
            judge: Judge::new(seed, block, scenario.kademlia.k, scenario.checker.lookups),
            tables_checked: 0,
            notices: Vec::new(),
            tap: None,
        }
    }

    pub(super) fn key(&self, node: NodeIndex) -> Key64 {
        Key64(self.keys.apply(u64::from(node.0)))
    }

    fn place(&self, node: NodeIndex) -> usize {
        (node.0 - self.first) as usize
    }

    /// A node that has long been online comes with its first life behind it.
    pub(super) fn settled(&mut self, node: NodeIndex) {
        let place = self.place(node);
        self.lives[place] += 1;
    }

    /// Looks at the block from outside, checking the tables that it looks at: every n-th of all
    /// places, others at each sample.
    pub(super) fn look<Q: EventQueue>(
        &mut self,
        engine: &Engine<SimNode, Q>,
        population: &Population,
        samples: u64,
    ) -> Gauges {
        let mut gauges = Gauges::default();
        let share = self.scenario.checker.tables;
        if share <= 0.0 {
            return gauges;
        }
        let nodes = f64::from(self.scenario.nodes.count);
        let stride = libm::round(1.0 / share).clamp(1.0, nodes) as u32;
        let first = (samples % u64::from(stride)) as u32;
        let places = engine.places();
        // The first place of the block that is looked at.
        let start = places.start + (stride + first - places.start % stride) % stride;
        for node in (start..places.end).step_by(stride as usize).map(NodeIndex) {
            let Some(state) = engine.node(node) else { continue };
            state.table().check(state.key(), &self.params, |peer| self.key(peer));
            self.tables_checked += 1;
            gauges.tables += 1;
            gauges.contacts += state.table().len() as u64;
            let contacts = state.table().contacts();
            let online = contacts.filter(|&peer| population.was_online(peer, engine.now())).count();
            gauges.contacts_online += online as u64;
        }
        gauges
    }
}

/// The world of the nodes of one block, for one window.
pub(super) struct BlockWorld<'w, 's> {
    pub(super) own: &'w mut Surroundings<'s>,
    pub(super) common: &'w Common,
}

impl BlockWorld<'_, '_> {
    fn contacts_for(&mut self, now: Instant, node: NodeIndex) -> Vec<NodeIndex> {
        let count = self.own.scenario.nodes.contacts;
        let place = self.own.place(node);
        let position = &mut self.own.contact_draws[place];
        let undivided_now = self.own.is_undivided.then_some(now);
        self.common.population.contacts_for(self.own.seed, node, count, position, undivided_now)
    }

    fn join<Q: EventQueue>(&mut self, engine: &mut Engine<SimNode, Q>, node: NodeIndex) {
        let contacts = self.contacts_for(engine.now(), node);
        let own = &mut *self.own;
        let place = own.place(node);
        let first_request = own.lives[place].wrapping_mul(REQUESTS_PER_LIFE);
        own.lives[place] += 1;
        own.network.forget(node);
        let mut state = Node::new(own.key(node), Arc::clone(&own.params), contacts, first_request);
        if let Some(publications) = own.away.remove(&node) {
            state.resume_publications(publications);
        }
        engine.start(self, node, state);
        engine.schedule(engine.now() + CHECK_JOIN_AFTER, node, Entry::CheckJoin.tag());
        for workload in self.own.applications.missed(node) {
            engine.schedule(engine.now(), node, Entry::Publish(workload).tag());
        }
    }

    fn leave<Q: EventQueue>(
        &mut self,
        engine: &mut Engine<SimNode, Q>,
        node: NodeIndex,
        departure: Departure,
    ) {
        if departure == Departure::Graceful {
            engine.input(self, node, Input::Stop);
        }
        let own = &mut *self.own;
        let mut state = engine.remove(node);
        for record in own.judge.interrupted(engine.now(), node, &state) {
            own.metrics.operation(record);
        }
        own.notices.extend(state.held_keys().map(Notice::Dropped));
        let publications = state.take_publications();
        if !publications.is_empty() {
            own.away.insert(node, publications);
        }
    }

    fn check_join<Q: EventQueue>(&mut self, engine: &mut Engine<SimNode, Q>, node: NodeIndex) {
        let Some(state) = engine.node(node) else { return };
        if state.has_joined() {
            return;
        }
        let contacts = self.contacts_for(engine.now(), node);
        engine.input(self, node, Input::Command(Command::Join { contacts }));
        engine.schedule(engine.now() + CHECK_JOIN_AFTER, node, Entry::CheckJoin.tag());
    }
}

impl World<SimNode> for BlockWorld<'_, '_> {
    #[inline]
    fn key_of(&self, node: NodeIndex) -> Key64 {
        self.own.key(node)
    }

    #[inline]
    fn send(&mut self, packet: &Packet, message: &SimMessage) -> Option<Instant> {
        self.own.metrics.message_sent(message.kind(), packet.size);
        if let Some(tap) = &mut self.own.tap {
            tap.see(packet, message);
        }
        match self.own.network.send(packet) {
            Verdict::Deliver(arrival) => Some(arrival),
            Verdict::Drop(reason) => {
                self.own.metrics.packet_dropped(reason.index());
                None
            }
        }
    }

    #[inline]
    fn arrive(&mut self, now: Instant, receiver: NodeIndex, message: &SimMessage) -> Arrival {
        if !self.own.has_downlinks {
            return Arrival::Now;
        }
        let arrival = self.own.network.receive(now, receiver, message.wire_size());
        if let Arrival::Drop(reason) = arrival {
            self.own.metrics.packet_dropped(reason.index());
        }
        arrival
    }

    #[inline]
    fn delivered(&mut self, _now: Instant, message: &SimMessage, online: bool) {
        if online {
            self.own.metrics.message_delivered(message.kind(), message.wire_size());
        } else {
            self.own.metrics.packet_dropped(DropReason::Offline.index());
        }
    }

    fn report(&mut self, now: Instant, node: NodeIndex, report: Report<NodeIndex, Key64>) {
        match report {
            Report::Holds(key) => self.own.notices.push(Notice::Holds(key)),
            Report::Dropped(key) => self.own.notices.push(Notice::Dropped(key)),
            Report::Finished(done) => {
                let expected = self.own.applications.expected(done.kind, done.number);
                let record = self.own.judge.judge(now, node, &done, self.common, expected);
                self.own.metrics.operation(record);
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
            Entry::Leave(departure) => self.leave(engine, node, departure),
            Entry::CheckJoin => self.check_join(engine, node),
            Entry::Publish(workload) => {
                let online = engine.is_online(node);
                let (command, next) =
                    self.own.applications.publish(node, workload, engine.now(), online);
                if let Some(command) = command {
                    self.own.notices.push(Notice::Published(workload, node));
                    engine.input(self, node, Input::Command(command));
                }
                if let Some(next) = next {
                    engine.schedule(next, node, tag);
                }
            }
            Entry::Ask(workload) => {
                let published = &self.common.published;
                let (command, next) =
                    self.own.applications.ask(node, workload, engine.now(), published);
                if let Some(command) = command {
                    engine.input(self, node, Input::Command(command));
                }
                if let Some(next) = next {
                    engine.schedule(next, node, tag);
                }
            }
        }
    }
}
