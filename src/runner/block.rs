//! A block of nodes in virtual time: the engine as a host, and the world around its nodes.

use super::agenda::Entry;
use super::attackers::Reply;
use super::common::Common;
use super::host::{Estate, Host, Tables};
use super::surroundings::{Done, Surroundings};
use crate::engine::blocks::Blocks;
use crate::engine::queue::EventQueue;
use crate::engine::world::Usurped;
use crate::engine::{Engine, Passage, World};
use crate::kademlia::key::Key64;
use crate::kademlia::message::Message;
use crate::kademlia::operation::{Command, Report};
use crate::kademlia::params::Params;
use crate::kademlia::routing_table::RoutingTable;
use crate::kademlia::{Node, Publications};
use crate::network::faults::Clocks;
use crate::network::reach::Exchange;
use crate::network::{Arrival, DropReason, Network, Packet, Verdict};
use crate::protocol::{AddressGroup, Input, Message as _, NodeIndex};
use crate::time::Instant;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A node of the simulated network.
pub(super) type SimNode = Node<NodeIndex, Key64>;

/// What simulated nodes say.
pub(super) type SimMessage = Message<NodeIndex, Key64>;

/// Requests that one life of a node can number before they might meet those of the next.
const REQUESTS_PER_LIFE: u32 = 1 << 22;

/// What a block of simulated nodes has beside its engine and its surroundings.
pub(super) struct Block {
    params: Arc<Params>,
    pub(super) network: Network,
    /// Absent if the clocks of all nodes are right.
    clocks: Option<Arc<Clocks>>,
    /// Whether packets that arrive are the network's business.
    decides_arrivals: bool,
    /// What nodes that are away will publish when they are back.
    away: BTreeMap<NodeIndex, Publications<Key64>>,
}

impl Block {
    /// That of nodes with these parameters and this part of the network.
    pub(super) fn new(params: &Arc<Params>, network: Network) -> Self {
        let decides_arrivals = network.decides_arrivals();
        Block {
            params: Arc::clone(params),
            clocks: network.clocks(),
            network,
            decides_arrivals,
            away: BTreeMap::new(),
        }
    }
}

/// The world of the nodes of one block, for one window. It is two types, so that where all nodes
/// keep to the protocol (`ATTACKED` is false) nothing is asked about that.
pub(super) struct BlockWorld<'w, 's, const ATTACKED: bool> {
    pub(super) own: &'w mut Surroundings<'s>,
    pub(super) block: &'w mut Block,
    pub(super) common: &'w Common,
}

impl<const ATTACKED: bool> World<SimNode> for BlockWorld<'_, '_, ATTACKED> {
    const USURPS: bool = ATTACKED;

    #[inline]
    fn key_of(&self, node: NodeIndex) -> Key64 {
        if ATTACKED { self.own.key(node) } else { self.own.computed_key(node) }
    }

    #[inline]
    fn usurp(
        &mut self,
        now: Instant,
        receiver: NodeIndex,
        sender: NodeIndex,
        message: &SimMessage,
    ) -> Usurped<SimMessage> {
        let Common { attackers, population, .. } = self.common;
        let attackers = attackers.as_ref().expect("somebody attacks");
        match attackers.reply(now, receiver, sender, message, population) {
            Reply::Honest => Usurped::Not,
            Reply::None => Usurped::Silenced,
            Reply::Lie(message) => Usurped::Answered(message),
        }
    }

    #[inline]
    fn serves(&self, node: NodeIndex) -> bool {
        self.block.network.serves(node)
    }

    fn group_of(&self, node: NodeIndex) -> Option<AddressGroup> {
        Some(self.common.group_of(node))
    }

    #[inline]
    fn shown(&self, node: NodeIndex, now: Instant) -> Instant {
        match &self.block.clocks {
            None => now,
            Some(clocks) => clocks.shown(node, now),
        }
    }

    #[inline]
    fn when_shown(&self, node: NodeIndex, shown: Instant) -> Instant {
        match &self.block.clocks {
            None => shown,
            Some(clocks) => clocks.when_shown(node, shown),
        }
    }

    #[inline]
    fn send(&mut self, packet: &Packet, message: &SimMessage) -> Option<Instant> {
        self.own.metrics.message_sent(message.kind(), packet.size);
        let verdict = self.block.network.send_logged(packet, self.own.metrics.links());
        if let Some(tap) = &mut self.own.tap {
            tap.sent(packet, message, verdict);
        }
        match verdict {
            Verdict::Deliver(arrival) => Some(arrival),
            Verdict::Drop(reason) => {
                self.own.metrics.packet_dropped(reason.index());
                None
            }
        }
    }

    #[inline]
    fn foresee(&self, from: NodeIndex, to: NodeIndex) {
        self.block.network.foresee(from, to);
    }

    #[inline]
    fn may_duplicate(&self) -> bool {
        self.block.network.may_duplicate()
    }

    fn duplicate(
        &mut self,
        packet: &Packet,
        message: &SimMessage,
        arrival: Instant,
        number: u32,
    ) -> Option<(Instant, SimMessage)> {
        let copy = self.block.network.duplicate(packet, arrival, u64::from(number))?;
        self.own.metrics.packet_duplicated();
        if let Some(tap) = &mut self.own.tap {
            tap.copied(packet, message, copy, number);
        }
        match copy {
            Verdict::Deliver(arrival) => Some((arrival, message.clone())),
            Verdict::Drop(reason) => {
                self.own.metrics.packet_dropped(reason.index());
                None
            }
        }
    }

    #[inline]
    fn arrive(&mut self, now: Instant, receiver: NodeIndex, message: &SimMessage) -> Arrival {
        if !self.block.decides_arrivals {
            return Arrival::Now;
        }
        let exchange = if message.body.is_response() { Exchange::Answers } else { Exchange::Opens };
        let (network, links) = (&mut self.block.network, self.own.metrics.links());
        let size = message.wire_size();
        let arrival = network.receive_logged(now, receiver, size, exchange, links);
        if let Arrival::Drop(reason) = arrival {
            self.own.metrics.packet_dropped(reason.index());
        }
        arrival
    }

    #[inline]
    fn is_damaged(&mut self, _now: Instant, sender: NodeIndex, number: u32) -> bool {
        let network = &self.block.network;
        if !network.may_corrupt() || !network.corrupts(sender, u64::from(number)) {
            return false;
        }
        self.own.metrics.packet_dropped(DropReason::Corrupted.index());
        true
    }

    #[inline]
    fn delivered(&mut self, _now: Instant, message: &SimMessage, online: bool) {
        if online {
            self.own.metrics.message_delivered(message.kind(), message.wire_size());
        } else {
            self.own.metrics.packet_dropped(DropReason::Offline.index());
        }
    }

    #[inline]
    fn is_observed(&self, node: NodeIndex) -> bool {
        // What adversaries do is no part of what is counted.
        let tap = self.own.tap.as_ref();
        tap.is_some_and(|tap| tap.is_observed(node)) && !self.common.is_adversary(node)
    }

    #[inline]
    fn ended(
        &mut self,
        now: Instant,
        passage: &Passage,
        message: &SimMessage,
        end: Result<(), DropReason>,
    ) {
        if let Some(tap) = &mut self.own.tap {
            tap.ended(now, passage, message, end);
        }
    }

    fn report(&mut self, now: Instant, node: NodeIndex, mut report: Report<NodeIndex, Key64>) {
        if let (Some(clocks), Report::Finished(done)) = (&self.block.clocks, &mut report) {
            done.started = clocks.when_shown(node, done.started);
        }
        self.own.report(self.common, now, node, report);
    }

    #[inline]
    fn is_stirred(&self) -> bool {
        self.own.hosted.is_stirred
    }

    #[cold]
    fn react<Q: EventQueue>(&mut self, engine: &mut Engine<SimNode, Q>) {
        BlockHost { engine, world: self }.react();
    }

    fn agenda<Q: EventQueue>(
        &mut self,
        engine: &mut Engine<SimNode, Q>,
        node: NodeIndex,
        tag: u32,
    ) {
        BlockHost { engine, world: self }.act(node, Entry::from_tag(tag));
    }
}

/// An engine, with the world of its nodes, as their host.
struct BlockHost<'a, 'w, 's, Q, const ATTACKED: bool> {
    engine: &'a mut Engine<SimNode, Q>,
    world: &'a mut BlockWorld<'w, 's, ATTACKED>,
}

impl<'s, Q: EventQueue, const ATTACKED: bool> Host<'s> for BlockHost<'_, '_, 's, Q, ATTACKED> {
    fn now(&self) -> Instant {
        self.engine.now()
    }

    fn clock(&self) -> Instant {
        self.engine.now()
    }

    fn own(&mut self) -> &mut Surroundings<'s> {
        self.world.own
    }

    fn parts(&mut self) -> (&mut Surroundings<'s>, &Common) {
        (self.world.own, self.world.common)
    }

    fn schedule(&mut self, due: Instant, node: NodeIndex, entry: Entry) {
        self.engine.schedule(due, node, entry.tag());
    }

    fn has_joined(&self, node: NodeIndex) -> Option<bool> {
        self.engine.node(node).map(Node::has_joined)
    }

    fn start(&mut self, node: NodeIndex, contacts: Vec<NodeIndex>, life: u32) {
        let Block { params, network, away, .. } = &mut *self.world.block;
        network.forget(node);
        let first_request = life.wrapping_mul(REQUESTS_PER_LIFE);
        let key = self.world.own.key(node);
        let mut state = Node::new(key, Arc::clone(params), contacts, first_request);
        if let Some(publications) = away.remove(&node) {
            state.resume_publications(publications);
        }
        self.engine.start(self.world, node, state);
    }

    fn command(&mut self, node: NodeIndex, command: Command<NodeIndex, Key64>) {
        self.engine.input(self.world, node, Input::Command(command));
    }

    fn stop(&mut self, node: NodeIndex) {
        self.engine.input(self.world, node, Input::Stop);
    }

    fn say(&mut self, node: NodeIndex, to: NodeIndex, message: SimMessage) {
        self.engine.say(self.world, node, to, message);
    }

    fn remove(&mut self, node: NodeIndex) -> Estate {
        let mut state = self.engine.remove(node);
        let in_true_time =
            |done: Done| Done { started: self.world.when_shown(node, done.started), ..done };
        let unfinished = state.unfinished().map(in_true_time).collect();
        let held = state.held_keys().collect();
        let publications = state.take_publications();
        if !publications.is_empty() {
            self.world.block.away.insert(node, publications);
        }
        Estate { unfinished, held }
    }
}

impl<Q: EventQueue> Tables for Blocks<SimNode, Q> {
    fn places(&self) -> u32 {
        Blocks::places(self)
    }

    #[inline]
    fn table(&self, node: NodeIndex) -> Option<&RoutingTable<NodeIndex>> {
        self.node(node).map(Node::table)
    }

    fn state(&self, node: NodeIndex) -> Option<&SimNode> {
        self.node(node)
    }

    fn prefetch(&self, node: NodeIndex) {
        Blocks::prefetch(self, node);
    }
}
