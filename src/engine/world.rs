//! What the engine asks of the world around the nodes.

use super::Engine;
use super::queue::EventQueue;
use crate::network::{Arrival, Packet};
use crate::protocol::{NodeIndex, Protocol};
use crate::time::Instant;

/// The world around the nodes: what happens to packets, what the applications ask for, who
/// comes and goes, and who listens to the reports.
///
/// What a call may touch keeps runs independent of threads: [`World::send`] only the state of
/// the sender, [`World::arrive`] only that of the receiver, [`World::agenda`] that of its
/// node. What concerns more than one node belongs between two windows
/// ([`Blocks`](super::blocks::Blocks)).
pub trait World<P: Protocol<Peer = NodeIndex>>: Sized {
    /// The key of a node.
    fn key_of(&self, node: NodeIndex) -> P::Key;

    /// A packet leaves its sender: when it reaches the receiver's access link, or `None` if it
    /// is lost.
    fn send(&mut self, packet: &Packet, message: &P::Message) -> Option<Instant>;

    /// `from` may send a packet to `to` soon: begins to fetch what [`World::send`] will read then.
    #[inline]
    fn foresee(&self, _from: NodeIndex, _to: NodeIndex) {}

    /// A packet reaches the access link of `receiver`.
    fn arrive(&mut self, now: Instant, receiver: NodeIndex, message: &P::Message) -> Arrival;

    /// A message has been handed to its receiver, or, if that is offline, to nobody.
    fn delivered(&mut self, now: Instant, message: &P::Message, online: bool);

    /// A node tells its application and the metrics something.
    fn report(&mut self, now: Instant, node: NodeIndex, report: P::Report);

    /// An entry of the agenda is due.
    fn agenda<Q: EventQueue>(&mut self, engine: &mut Engine<P, Q>, node: NodeIndex, tag: u32);
}
