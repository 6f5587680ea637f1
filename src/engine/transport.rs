//! The transport of a simulated node: its effects become events.

use super::event::{Event, Payload, next_number};
use super::exchange::{Outbox, Parcel};
use super::messages::Messages;
use super::queue::EventQueue;
use super::world::World;
use crate::network::Packet;
use crate::protocol::{AddressGroup, Message, NodeIndex, Protocol, Transport};
use crate::rng::{Purpose, Seed, Stream};
use crate::time::Instant;

/// What a node reaches while it handles one input.
pub(super) struct SimulatedTransport<'a, P: Protocol, Q, W> {
    pub(super) now: Instant,
    pub(super) me: NodeIndex,
    pub(super) packets: &'a mut u32,
    pub(super) draws: &'a mut u64,
    pub(super) stream: Option<Stream>,
    pub(super) seed: Seed,
    pub(super) queue: &'a mut Q,
    pub(super) messages: &'a mut Messages<P::Message>,
    pub(super) outbox: &'a mut Outbox<P::Message>,
    pub(super) world: &'a mut W,
}

impl<P: Protocol, Q, W> SimulatedTransport<'_, P, Q, W> {
    /// Stores where the node's stream stands, if the node drew from it.
    #[inline]
    pub(super) fn close(self) {
        if let Some(stream) = &self.stream {
            *self.draws = stream.position();
        }
    }
}

impl<P, Q, W> SimulatedTransport<'_, P, Q, W>
where
    P: Protocol<Peer = NodeIndex>,
    Q: EventQueue,
    W: World<P>,
{
    /// Puts the copy that the network makes of a packet on its way, if it makes one.
    #[cold]
    fn send_copy(&mut self, packet: &Packet, message: &P::Message, arrival: Instant) {
        let number = *self.packets;
        let copy = self.world.duplicate(packet, message, arrival, number);
        if let Some((arrival, message)) = copy {
            *self.packets = next_number(number);
            self.dispatch(arrival, number, packet.receiver, message);
        }
    }

    /// Puts a message on its way.
    #[inline]
    fn dispatch(&mut self, arrival: Instant, number: u32, to: NodeIndex, message: P::Message) {
        assert!(arrival >= self.now, "no packet arrives before it was sent");
        if !self.outbox.is_own(to) {
            let parcel = Parcel { due: arrival, sender: self.me, number, receiver: to, message };
            self.outbox.put(parcel);
            return;
        }
        let slot = self.messages.insert(message);
        self.queue.push(Event::new(arrival, self.me, number, to, Payload::Arrival(slot)));
    }
}

impl<P, Q, W> Transport<P> for SimulatedTransport<'_, P, Q, W>
where
    P: Protocol<Peer = NodeIndex>,
    Q: EventQueue,
    W: World<P>,
{
    #[inline]
    fn now(&self) -> Instant {
        self.world.shown(self.me, self.now)
    }

    #[inline]
    fn key_of(&self, peer: NodeIndex) -> P::Key {
        self.world.key_of(peer)
    }

    #[inline]
    fn is_routable(&self, peer: NodeIndex) -> bool {
        self.world.serves(peer)
    }

    #[inline]
    fn group_of(&self, peer: NodeIndex) -> Option<AddressGroup> {
        self.world.group_of(peer)
    }

    #[inline]
    fn serves(&self) -> bool {
        self.world.serves(self.me)
    }

    #[inline]
    fn send(&mut self, to: NodeIndex, message: P::Message) {
        let number = *self.packets;
        *self.packets = next_number(number);
        let packet = Packet {
            sender: self.me,
            receiver: to,
            number: u64::from(number),
            size: message.wire_size(),
            sent: self.now,
        };
        let Some(arrival) = self.world.send(&packet, &message) else { return };
        if self.world.may_duplicate() {
            self.send_copy(&packet, &message, arrival);
        }
        self.dispatch(arrival, number, to, message);
    }

    #[inline]
    fn wake_at(&mut self, due: Instant) {
        let due = self.world.when_shown(self.me, due);
        self.queue.set_wake(self.me, due.max(self.now));
    }

    fn rng(&mut self) -> &mut Stream {
        self.stream.get_or_insert_with(|| {
            Stream::resume(self.seed, Purpose::Protocol, u64::from(self.me.0), *self.draws)
        })
    }

    #[inline]
    fn is_observed(&self) -> bool {
        self.world.is_observed(self.me)
    }

    #[inline]
    fn report(&mut self, report: P::Report) {
        self.world.report(self.now, self.me, report);
    }
}
