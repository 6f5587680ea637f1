//! Looking ahead: the sorted bucket of the queue names the events that come next, so what they will
//! touch can be fetched while others are handled. In a large network every message is for a node
//! that was not touched lately, and waiting for memory would be most of the work.

use super::Engine;
use super::event::Payload;
use super::queue::EventQueue;
use super::world::World;
use crate::memory;
use crate::protocol::{NodeIndex, Protocol, Stage};

/// How many events ahead each stage begins. Each reads only what the one before has fetched.
const PLACES: usize = 36;
const NODES: usize = 22;
const PARTS: usize = 10;

impl<P: Protocol<Peer = NodeIndex>, Q: EventQueue> Engine<P, Q> {
    /// Fetches ahead for the events that come after the one that has just been taken.
    #[inline]
    pub(super) fn look_ahead<W: World<P>>(&mut self, world: &W) {
        let turn = self.queue.turn();
        if turn != self.foreseen_turn {
            self.foreseen_turn = turn;
            return self.look_ahead_anew(world);
        }
        self.foresee_place(PLACES);
        self.foresee(NODES, Stage::Node, world);
        self.foresee(PARTS, Stage::Parts, world);
    }

    /// Begins to fetch what is in a node's place.
    #[inline]
    pub(super) fn prefetch(&self, node: NodeIndex) {
        memory::prefetch(&self.slots[self.place_of(node)]);
    }

    /// The first events of a bucket, for which it is late, but all at once.
    #[cold]
    fn look_ahead_anew<W: World<P>>(&self, world: &W) {
        (0..=PLACES).for_each(|ahead| self.foresee_place(ahead));
        (0..=NODES).for_each(|ahead| self.foresee(ahead, Stage::Node, world));
        (0..=PARTS).for_each(|ahead| self.foresee(ahead, Stage::Parts, world));
    }

    #[inline]
    fn foresee_place(&self, ahead: usize) {
        let Some(event) = self.queue.upcoming(ahead) else { return };
        self.prefetch(event.destination());
        match event.payload() {
            Payload::Arrival(message) | Payload::Delivery(message) => {
                self.messages.prefetch_start(message);
            }
            Payload::Agenda(_) | Payload::Wake => self.queue.prefetch_wake(event.destination()),
        }
    }

    #[inline]
    fn foresee<W: World<P>>(&self, ahead: usize, stage: Stage, world: &W) {
        let Some(event) = self.queue.upcoming(ahead) else { return };
        let (Payload::Arrival(message) | Payload::Delivery(message)) = event.payload() else {
            return;
        };
        if stage == Stage::Node {
            world.foresee(event.destination(), event.sender());
        }
        if let Some(node) = self.node(event.destination()) {
            let message = self.messages.get(message);
            let key_of = |peer| world.key_of(peer);
            if node.foresee(stage, event.sender(), message, key_of) && stage == Stage::Node {
                self.queue.prefetch_wake(event.destination());
            }
        }
    }
}
