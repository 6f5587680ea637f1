//! The engine: any protocol under virtual time.
//!
//! An [`Engine`] holds the nodes and the queue of events; a [`World`] decides what happens to
//! packets and what applications ask for. The engine takes the first event, moves time to it,
//! hands it to its node, and turns what the node sends into further events, until the time
//! that it was asked to run to.
//!
//! - [`event`]: what an event is, and the total order of events.
//! - [`queue`]: the bucketed queue and the reference.
//! - [`digest`]: 64 bits that say whether two runs did the same.
//! - [`world`]: what the engine asks of its surroundings.
//! - [`blocks`]: a network divided into blocks of nodes, each with an engine, side by side on
//!   several threads.
//! - [`exchange`]: how blocks hand each other what their nodes send.
//!
//! # A protocol of your own
//!
//! The engine knows no Kademlia. Here is a rumour that spreads: a node that hears it tells
//! three others, drawn at random, 10 ms later.
//!
//! ```
//! use kadsim::engine::queue::{Bucketed, EventQueue};
//! use kadsim::engine::{Engine, World};
//! use kadsim::network::{Arrival, Packet};
//! use kadsim::protocol::{Input, Message, NodeIndex, Protocol, Transport};
//! use kadsim::rng::Seed;
//! use kadsim::time::{Duration, Instant};
//! use rand::RngExt;
//!
//! const NODES: u32 = 100;
//!
//! struct Rumour;
//!
//! impl Message for Rumour {
//!     const KINDS: &'static [&'static str] = &["rumour"];
//!     fn kind(&self) -> usize { 0 }
//!     fn wire_size(&self) -> u32 { 60 }
//! }
//!
//! #[derive(Default)]
//! struct Gossiper { heard: bool }
//!
//! impl Protocol for Gossiper {
//!     type Key = u32;
//!     type Peer = NodeIndex;
//!     type Message = Rumour;
//!     type Command = ();
//!     type Report = NodeIndex;
//!
//!     fn handle(&mut self, input: Input<Self>, transport: &mut impl Transport<Self>) {
//!         match input {
//!             Input::Command(()) | Input::Message { .. } if !self.heard => {
//!                 self.heard = true;
//!                 transport.wake_at(transport.now() + Duration::from_millis(10));
//!             }
//!             Input::Wake => {
//!                 for _ in 0..3 {
//!                     let to = NodeIndex(transport.rng().random_range(0..NODES));
//!                     transport.send(to, Rumour);
//!                     transport.report(to);
//!                 }
//!             }
//!             _ => {}
//!         }
//!     }
//! }
//!
//! /// 50 ms from everyone to everyone, no loss, and a counter of what was sent.
//! struct Town { told: u32 }
//!
//! impl World<Gossiper> for Town {
//!     fn key_of(&self, node: NodeIndex) -> u32 { node.0 }
//!     fn send(&mut self, packet: &Packet, _: &Rumour) -> Option<Instant> {
//!         Some(packet.sent + Duration::from_millis(50))
//!     }
//!     fn arrive(&mut self, _: Instant, _: NodeIndex, _: &Rumour) -> Arrival { Arrival::Now }
//!     fn delivered(&mut self, _: Instant, _: &Rumour, _: bool) {}
//!     fn report(&mut self, _: Instant, _: NodeIndex, _: NodeIndex) { self.told += 1; }
//!     fn agenda<Q: EventQueue>(
//!         &mut self, engine: &mut Engine<Gossiper, Q>, node: NodeIndex, _tag: u32,
//!     ) {
//!         engine.input(self, node, Input::Command(()));
//!     }
//! }
//!
//! let mut town = Town { told: 0 };
//! let mut engine: Engine<Gossiper, Bucketed> = Engine::new(NODES, Seed(1));
//! for node in 0..NODES {
//!     engine.start(&mut town, NodeIndex(node), Gossiper::default());
//! }
//! engine.schedule(Instant::ZERO, NodeIndex(0), 0);
//! engine.run_until(&mut town, Instant::ZERO + Duration::from_secs(10));
//!
//! let heard = (0..NODES).filter(|&node| engine.node(NodeIndex(node)).unwrap().heard).count();
//! assert!(heard > 80, "three calls each reach nearly everyone: {heard}");
//! assert_eq!(town.told, 3 * heard as u32);
//! ```

pub mod blocks;
mod counters;
pub mod digest;
pub mod event;
pub mod exchange;
mod foresight;
mod handing;
mod messages;
pub mod queue;
mod transport;
pub mod world;

pub use counters::Counters;
pub use world::{Passage, Usurped, World};

use crate::memory;
use crate::network::{Arrival, DropReason};
use crate::protocol::{Input, Message, NodeIndex, Protocol};
use crate::rng::Seed;
use crate::time::Instant;
use digest::Digest;
use event::{Event, Payload, next_number};
use exchange::{Division, Outbox, Parcel};
use messages::Messages;
use queue::EventQueue;
use std::ops::Range;

/// One place for a node; the node in it may come and go, the rest stays. It begins at a line of the
/// processor's cache, so that no more of these are fetched than need be.
#[repr(align(64))]
struct Slot<P> {
    node: Option<P>,
    /// Numbers the packets that the node sends.
    packets: u32,
    /// Numbers the entries of its agenda, so that an entry more changes no packet's name.
    entries: u32,
    /// Where the node's own stream of randomness stands.
    draws: u64,
    digest: Digest,
}

/// Nodes of protocol `P` under virtual time, with a queue of kind `Q`: all of a network, or
/// one block of them.
pub struct Engine<P: Protocol, Q> {
    /// The first node of the block.
    first: u32,
    slots: Vec<Slot<P>>,
    queue: Q,
    messages: Messages<P::Message>,
    outbox: Outbox<P::Message>,
    /// When the first parcel is due that was posted last and not collected yet.
    posted: Instant,
    now: Instant,
    seed: Seed,
    counters: Counters,
    looks_ahead: bool,
    /// The turn of the queue whose first events have been looked at ahead.
    foreseen_turn: u64,
}

impl<P: Protocol<Peer = NodeIndex>, Q: EventQueue> Engine<P, Q> {
    /// Places for `nodes` nodes, all offline, at the beginning of time.
    pub fn new(nodes: u32, seed: Seed) -> Self {
        Engine::block(Division::new(nodes, 1), 0, seed)
    }

    /// Places for the nodes of one block of a network, all offline, at the beginning of time.
    pub fn block(division: Division, block: usize, seed: Seed) -> Self {
        let slot =
            || Slot { node: None, packets: 0, entries: 0, draws: 0, digest: Digest::default() };
        let nodes = division.nodes_of(block);
        Engine {
            first: nodes.start,
            slots: std::iter::repeat_with(slot).take(nodes.len()).collect(),
            queue: Q::new(nodes.clone()),
            messages: Messages::new(),
            outbox: Outbox::new(division, nodes),
            posted: Instant::FAR_FUTURE,
            now: Instant::ZERO,
            seed,
            counters: Counters::default(),
            looks_ahead: memory::CAN_PREFETCH,
            foreseen_turn: 0,
        }
    }

    /// The present.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Numbers of the places for nodes, online or not.
    pub fn places(&self) -> Range<u32> {
        self.first..self.first + self.slots.len() as u32
    }

    #[inline]
    fn place_of(&self, node: NodeIndex) -> usize {
        (node.0 - self.first) as usize
    }

    /// Nothing is due before this instant: a bound, which may be too early.
    pub fn nothing_before(&self) -> Instant {
        self.queue.nothing_before().min(self.posted)
    }

    /// What has been counted so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Handles events without fetching ahead what the coming ones touch.
    pub fn do_not_look_ahead(&mut self) {
        self.looks_ahead = false;
    }

    /// The node in this place, if it is online.
    #[inline]
    pub fn node(&self, node: NodeIndex) -> Option<&P> {
        self.slots[self.place_of(node)].node.as_ref()
    }

    /// Whether the node in this place is online.
    #[inline]
    pub fn is_online(&self, node: NodeIndex) -> bool {
        self.slots[self.place_of(node)].node.is_some()
    }

    /// Folds the digests of all places, in order, into that of a run.
    pub fn fold_into(&self, digest: &mut Digest) {
        for slot in &self.slots {
            digest.fold_word(slot.digest.value());
        }
    }

    /// The digest of the run so far: that of every place, folded in order.
    pub fn digest(&self) -> Digest {
        let mut digest = Digest::default();
        self.fold_into(&mut digest);
        digest
    }

    /// The digest of one place, to find where two runs part.
    pub fn digest_of(&self, node: NodeIndex) -> Digest {
        self.slots[self.place_of(node)].digest
    }

    /// Puts a node online and tells it to start.
    ///
    /// # Panics
    /// If the place is taken.
    pub fn start<W: World<P>>(&mut self, world: &mut W, node: NodeIndex, state: P) {
        self.place(node, state);
        self.input(world, node, Input::Start);
    }

    /// Puts a node online without telling it: for nodes that are set up as if they had
    /// been running. Its wake-up is to be set with [`Engine::set_wake`].
    ///
    /// # Panics
    /// If the place is taken.
    pub fn place(&mut self, node: NodeIndex, state: P) {
        let place = self.place_of(node);
        let slot = &mut self.slots[place];
        assert!(slot.node.is_none(), "{node} comes online once at a time");
        slot.node = Some(state);
    }

    /// Sets the wake-up of a node, as its transport would.
    pub fn set_wake(&mut self, node: NodeIndex, due: Instant) {
        self.queue.set_wake(node, due.max(self.now));
    }

    /// Takes a node offline at once, as a crash does, with its wake-up. A graceful leave hands
    /// it [`Input::Stop`] before.
    ///
    /// # Panics
    /// If the node is offline.
    pub fn remove(&mut self, node: NodeIndex) -> P {
        self.queue.set_wake(node, Instant::FAR_FUTURE);
        let place = self.place_of(node);
        self.slots[place].node.take().expect("only a node that is online is removed")
    }

    /// Puts an entry on the agenda of a node: [`World::agenda`] is called with `tag` at `due`.
    ///
    /// # Panics
    /// If `due` has passed.
    pub fn schedule(&mut self, due: Instant, node: NodeIndex, tag: u32) {
        assert!(due >= self.now, "the agenda is for what is to come");
        let place = self.place_of(node);
        let entries = &mut self.slots[place].entries;
        self.queue.push(Event::new(due, node, *entries, node, Payload::Agenda(tag)));
        *entries = next_number(*entries);
    }

    /// Runs until the present is `end`: handles everything that is due before it.
    pub fn run_until<W: World<P>>(&mut self, world: &mut W, end: Instant) {
        while let Some(event) = self.queue.pop_before(end) {
            if self.looks_ahead {
                self.look_ahead(world);
            }
            self.step(world, event);
        }
        self.now = self.now.max(end);
    }

    /// Takes what a node of another block sends to one of this.
    fn take_in(&mut self, parcel: Parcel<P::Message>) {
        assert!(parcel.due >= self.now, "a parcel comes before it is due");
        let slot = self.messages.insert(parcel.message);
        let payload = Payload::Arrival(slot);
        let Parcel { due, sender, number, receiver, .. } = parcel;
        self.queue.push(Event::new(due, sender, number, receiver, payload));
    }

    #[inline]
    fn step<W: World<P>>(&mut self, world: &mut W, event: Event) {
        assert!(event.due() >= self.now, "time does not run backwards");
        self.now = event.due();
        self.counters.events += 1;
        match event.payload() {
            Payload::Arrival(slot) => self.arrive(world, event, slot),
            Payload::Delivery(slot) => self.deliver(world, event, slot),
            Payload::Agenda(tag) => {
                let node = event.destination();
                let place = self.place_of(node);
                self.slots[place].digest.fold(&event, 1 + u64::from(tag));
                world.agenda(self, node, tag);
            }
            Payload::Wake => {
                let node = event.destination();
                let place = self.place_of(node);
                let slot = &mut self.slots[place];
                assert!(slot.node.is_some(), "a node that is offline has no wake-up");
                slot.digest.fold(&event, 0);
                self.counters.wakes += 1;
                self.input(world, node, Input::Wake);
            }
        }
    }

    #[inline]
    fn arrive<W: World<P>>(&mut self, world: &mut W, event: Event, slot: u32) {
        match world.arrive(self.now, event.destination(), self.messages.get(slot)) {
            Arrival::Now => self.deliver(world, event, slot),
            Arrival::At(due) => self.queue.push(event.delivered_at(due)),
            Arrival::Drop(reason) => {
                let message = self.messages.take(slot);
                world.ended(self.now, &passage(&event), &message, Err(reason));
            }
        }
    }

    #[inline]
    fn deliver<W: World<P>>(&mut self, world: &mut W, event: Event, slot: u32) {
        let message = self.messages.take(slot);
        let node = event.destination();
        let place = self.place_of(node);
        let place = &mut self.slots[place];
        let online = place.node.is_some();
        if online && world.is_damaged(self.now, event.sender(), event.number()) {
            world.ended(self.now, &passage(&event), &message, Err(DropReason::Corrupted));
            return;
        }
        world.delivered(self.now, &message, online);
        if !online {
            world.ended(self.now, &passage(&event), &message, Err(DropReason::Offline));
            return;
        }
        world.ended(self.now, &passage(&event), &message, Ok(()));
        place.digest.fold(&event, 0x80 | message.kind() as u64);
        self.counters.delivered += 1;
        let from = event.sender();
        if W::USURPS {
            match world.usurp(self.now, node, from, &message) {
                Usurped::Not => {}
                Usurped::Silenced => return,
                Usurped::Answered(answer) => return self.say(world, node, from, answer),
            }
        }
        self.input(world, node, Input::Message { from, message });
    }
}

/// The packet whose arrival an event is.
#[inline]
fn passage(event: &Event) -> Passage {
    Passage { sender: event.sender(), receiver: event.destination(), number: event.number() }
}

#[cfg(test)]
mod tests;
