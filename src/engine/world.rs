//! What the engine asks of the world around the nodes.

use super::Engine;
use super::queue::EventQueue;
use crate::network::{Arrival, DropReason, Packet};
use crate::protocol::{AddressGroup, NodeIndex, Protocol};
use crate::time::Instant;

/// Which packet has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Who sent it.
    pub sender: NodeIndex,
    /// Where it has come.
    pub receiver: NodeIndex,
    /// The sender's own number for it.
    pub number: u32,
}

/// Who handles a message.
#[derive(Clone, Debug)]
pub enum Usurped<M> {
    /// Its receiver.
    Not,
    /// Nobody, and nothing is answered.
    Silenced,
    /// Nobody, but this is answered in the receiver's name.
    Answered(M),
}

/// The world around the nodes: what happens to packets, what the applications ask for, who
/// comes and goes, and who listens to the reports.
///
/// What a call may touch keeps runs independent of threads: [`World::send`] and
/// [`World::duplicate`] only the state of the sender, [`World::arrive`] and [`World::is_damaged`]
/// only that of the receiver, [`World::agenda`] that of its
/// node. What concerns more than one node belongs between two windows
/// ([`Blocks`](super::blocks::Blocks)).
pub trait World<P: Protocol<Peer = NodeIndex>>: Sized {
    /// Whether [`World::usurp`] is asked.
    const USURPS: bool = false;

    /// The key of a node.
    fn key_of(&self, node: NodeIndex) -> P::Key;

    /// Whether a node answers what others ask ([`Transport::serves`]).
    ///
    /// [`Transport::serves`]: crate::protocol::Transport::serves
    #[inline]
    fn serves(&self, node: NodeIndex) -> bool {
        let _ = node;
        true
    }

    /// The group of addresses of a node ([`Transport::group_of`]).
    ///
    /// [`Transport::group_of`]: crate::protocol::Transport::group_of
    #[inline]
    fn group_of(&self, node: NodeIndex) -> Option<AddressGroup> {
        let _ = node;
        None
    }

    /// What the clock of a node shows now, which is what the node is told as the time. Never falls
    /// as time goes on, and is the true time unless the world says otherwise.
    #[inline]
    fn shown(&self, _node: NodeIndex, now: Instant) -> Instant {
        now
    }

    /// The first instant at which the clock of a node shows at least this.
    #[inline]
    fn when_shown(&self, _node: NodeIndex, shown: Instant) -> Instant {
        shown
    }

    /// A packet leaves its sender: when it reaches the receiver's access link, or `None` if it
    /// is lost.
    fn send(&mut self, packet: &Packet, message: &P::Message) -> Option<Instant>;

    /// `from` may send a packet to `to` soon: begins to fetch what [`World::send`] will read then.
    #[inline]
    fn foresee(&self, _from: NodeIndex, _to: NodeIndex) {}

    /// Whether the network copies any packet; if not, [`World::duplicate`] is never called.
    #[inline]
    fn may_duplicate(&self) -> bool {
        false
    }

    /// When the copy that the network makes of a packet that is delivered at `arrival` reaches the
    /// receiver's access link, and what it says; `None` if it makes none. The copy's own number is
    /// `number`.
    fn duplicate(
        &mut self,
        _packet: &Packet,
        _message: &P::Message,
        _arrival: Instant,
        _number: u32,
    ) -> Option<(Instant, P::Message)> {
        None
    }

    /// A packet reaches the access link of `receiver`.
    fn arrive(&mut self, now: Instant, receiver: NodeIndex, message: &P::Message) -> Arrival;

    /// Whether the packet of this name, which its receiver would now be handed, is damaged: it is
    /// thrown away. Never, unless the world says otherwise.
    #[inline]
    fn is_damaged(&mut self, _now: Instant, _sender: NodeIndex, _number: u32) -> bool {
        false
    }

    /// Whether the world handles a message that `receiver`, which is online, would now be handed:
    /// for research on nodes that do not keep to their protocol. Never, unless the world says
    /// otherwise. It may touch what belongs to the receiver.
    #[inline]
    fn usurp(
        &mut self,
        _now: Instant,
        _receiver: NodeIndex,
        _sender: NodeIndex,
        _message: &P::Message,
    ) -> Usurped<P::Message> {
        Usurped::Not
    }

    /// A message has been handed to its receiver, or, if that is offline, to nobody.
    fn delivered(&mut self, now: Instant, message: &P::Message, online: bool);

    /// Whether a node is to tell its steps ([`Transport::is_observed`]).
    ///
    /// [`Transport::is_observed`]: crate::protocol::Transport::is_observed
    #[inline]
    fn is_observed(&self, node: NodeIndex) -> bool {
        let _ = node;
        false
    }

    /// A packet has come to its end at its receiver: `Ok` if that is now handed what it says. For who
    /// observes a run; touches only what belongs to the receiver.
    #[inline]
    fn ended(&mut self, _: Instant, _: &Passage, _: &P::Message, _: Result<(), DropReason>) {}

    /// A node tells its application and the metrics something.
    fn report(&mut self, now: Instant, node: NodeIndex, report: P::Report);

    /// Whether the world wants to do something about what the node has reported that is now done with
    /// its input: if so, [`World::react`] is called.
    #[inline]
    fn is_stirred(&self) -> bool {
        false
    }

    /// Does it, for instance gives the node that reported a command. It may touch what belongs to that
    /// node, and sees to it that it is not stirred any more.
    fn react<Q: EventQueue>(&mut self, _engine: &mut Engine<P, Q>) {}

    /// An entry of the agenda is due.
    fn agenda<Q: EventQueue>(&mut self, engine: &mut Engine<P, Q>, node: NodeIndex, tag: u32);
}
