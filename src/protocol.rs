//! The contract between a protocol and the world that it runs in.
//!
//! A [`Protocol`] is a pure state machine: it is handed one [`Input`] at a time and answers
//! through a [`Transport`]. It never asks for the time, a socket or a random number in any
//! other way, so the same code runs in virtual time, over UDP sockets and under a test that
//! plays the world by hand.
//!
//! # Writing another overlay against it
//!
//! 1. Name a remote node: any small copyable type is a [`Peer`](Protocol::Peer). The simulator
//!    runs protocols whose peers are [`NodeIndex`].
//! 2. Write the messages as an enum and say for each its kind and its size on the wire
//!    ([`Message`]); the network model charges bandwidth for that size.
//! 3. Do all deciding in [`Protocol::handle`]. Effects go to the transport at once; there
//!    is no queue of effects to drain.
//! 4. Keep deadlines in the node's own state. A node has **one** wake-up: call
//!    [`Transport::wake_at`] with the earliest deadline whenever that changes; on
//!    [`Input::Wake`], do what is due and set the next one.
//!
//! A gossip protocol in forty lines stands in the documentation of [`crate::engine`].

use crate::rng::Stream;
use crate::time::Instant;
use std::fmt;

/// A node of a simulated network: its place in the run's list of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct NodeIndex(pub u32);

impl NodeIndex {
    /// The index for use with slices.
    #[inline]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for NodeIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {}", self.0)
    }
}

/// Which addresses belong together, because who has one of them easily gets more: a name that compares
/// and says nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressGroup(pub u64);

/// How a remote node is named.
pub trait Peer: Copy + Eq + Ord + fmt::Debug {}

impl<T: Copy + Eq + Ord + fmt::Debug> Peer for T {}

/// What travels between nodes.
pub trait Message {
    /// Names of the kinds of message, for counters and plots.
    const KINDS: &'static [&'static str];

    /// Which of [`Message::KINDS`] this is.
    fn kind(&self) -> usize;

    /// Bytes on the wire, headers of the packet included.
    fn wire_size(&self) -> u32;
}

/// What a node is told.
#[derive(Debug)]
pub enum Input<P: Protocol> {
    /// The node comes online.
    Start,
    /// The application on this node asks for something.
    Command(P::Command),
    /// A message has arrived.
    Message {
        /// Who sent it.
        from: P::Peer,
        /// What it says.
        message: P::Message,
    },
    /// The instant of the last [`Transport::wake_at`] has come.
    Wake,
    /// The node is about to leave in good order; it may still send. (A node that crashes is
    /// told nothing.)
    Stop,
}

/// One node of an overlay, as a pure state machine.
pub trait Protocol: Sized {
    /// What names a place in the overlay's key space; [`Transport::key_of`] maps peers to it.
    type Key: Copy;
    /// How a remote node is named.
    type Peer: Peer;
    /// What travels between nodes.
    type Message: Message;
    /// What an application asks of a node.
    type Command;
    /// What the application and the metrics are told.
    type Report;

    /// Handles one input; every effect goes to `transport`.
    fn handle(&mut self, input: Input<Self>, transport: &mut impl Transport<Self>);

    /// The node will be handed this message soon: a chance to have the processor fetch what
    /// handling it will touch (see [`crate::memory`]). Says whether that is likely to move the
    /// node's wake-up. Changes nothing, and may be left out.
    #[inline]
    fn foresee(
        &self,
        stage: Stage,
        from: Self::Peer,
        message: &Self::Message,
        key_of: impl Fn(Self::Peer) -> Self::Key,
    ) -> bool {
        let _ = (stage, from, message, key_of);
        true
    }
}

/// How much of a node has been fetched when it foresees a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The node itself and the first line of the message: what the node points to can be fetched,
    /// and the rest of the message.
    Node,
    /// What was fetched then: what that points to can be fetched.
    Parts,
}

/// The world as one node sees it.
pub trait Transport<P: Protocol> {
    /// The time of the input being handled.
    fn now(&self) -> Instant;

    /// The key of a peer. Costs no memory access in the simulator, where keys are computed.
    fn key_of(&self, peer: P::Peer) -> P::Key;

    /// Whether others may be told of this peer: no, if it only asks and does not serve.
    #[inline]
    fn is_routable(&self, peer: P::Peer) -> bool {
        let _ = peer;
        true
    }

    /// The group of addresses from which a peer comes; `None` if nothing is to be limited for it.
    #[inline]
    fn group_of(&self, peer: P::Peer) -> Option<AddressGroup> {
        let _ = peer;
        None
    }

    /// Whether this node answers what others ask, and not only asks. One that does not is not
    /// [routable](Transport::is_routable) for others either.
    #[inline]
    fn serves(&self) -> bool {
        true
    }

    /// Sends a message. It may be delayed, reordered, dropped or never answered, as UDP does.
    fn send(&mut self, to: P::Peer, message: P::Message);

    /// Asks for [`Input::Wake`] at `due` (at once if that has passed). Replaces what was asked
    /// for before; [`Instant::FAR_FUTURE`] asks for none.
    fn wake_at(&mut self, due: Instant);

    /// The node's own stream of randomness.
    fn rng(&mut self) -> &mut Stream;

    /// Whether somebody wants to be told what the node does step by step, which changes nothing of what
    /// it does.
    #[inline]
    fn is_observed(&self) -> bool {
        false
    }

    /// Tells the application and the metrics something.
    fn report(&mut self, report: P::Report);
}
