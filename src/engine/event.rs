//! An event and the order of events. The order is semantics: it decides what a run does.

use crate::protocol::NodeIndex;
use crate::time::Instant;
use std::cmp::Ordering;

/// What is to happen at one node at one instant.
///
/// Events are ordered by `(due, sender, sender's own number)`. The order names nothing that
/// depends on how nodes are spread over threads, and no two events share it: of one sender come
/// first the packets, by their own numbers, then the entries of its agenda, by theirs, then its
/// wake-up, of which there is one.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// When it happens, in nanoseconds.
    pub(super) due: u64,
    /// Sender in the upper half, the sender's number for it in the lower.
    pub(super) rank: u64,
    /// The node at which it happens.
    pub(super) destination: u32,
    /// What happens, packed: two bits of kind, 30 bits of index.
    payload: u32,
}

/// What an event does, unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// The message in this slot reaches its receiver's access link.
    Arrival(u32),
    /// The message in this slot has passed the access link.
    Delivery(u32),
    /// An entry of the world's agenda for the node, with the world's own tag.
    Agenda(u32),
    /// The node's wake-up.
    Wake,
}

const INDEX_BITS: u32 = 30;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;
/// Numbers of packets and of agenda entries stay below this, and start again when they reach it.
const NUMBERS: u32 = 1 << 31;
const WAKE_NUMBER: u32 = u32::MAX;

impl Event {
    /// An event that `sender` causes: its `number`-th packet or agenda entry.
    #[inline]
    pub fn new(
        due: Instant,
        sender: NodeIndex,
        number: u32,
        destination: NodeIndex,
        payload: Payload,
    ) -> Self {
        let number = match payload {
            Payload::Arrival(_) | Payload::Delivery(_) => number,
            Payload::Agenda(_) => NUMBERS | number,
            Payload::Wake => WAKE_NUMBER,
        };
        Event {
            due: due.as_nanos(),
            rank: u64::from(sender.0) << 32 | u64::from(number),
            destination: destination.0,
            payload: match payload {
                Payload::Arrival(slot) => slot,
                Payload::Delivery(slot) => 1 << INDEX_BITS | slot,
                Payload::Agenda(tag) => 2 << INDEX_BITS | tag,
                Payload::Wake => 3 << INDEX_BITS,
            },
        }
    }

    /// The wake-up of a node.
    #[inline]
    pub(super) fn wake(due: u64, node: u32) -> Self {
        let node = NodeIndex(node);
        Event::new(Instant::from_nanos(due), node, 0, node, Payload::Wake)
    }

    /// When it happens.
    #[inline]
    pub fn due(&self) -> Instant {
        Instant::from_nanos(self.due)
    }

    /// The node that caused it.
    #[inline]
    pub fn sender(&self) -> NodeIndex {
        NodeIndex((self.rank >> 32) as u32)
    }

    /// The sender's own number for a packet, as it was given.
    #[inline]
    pub(super) fn number(&self) -> u32 {
        self.rank as u32
    }

    /// The node at which it happens.
    #[inline]
    pub fn destination(&self) -> NodeIndex {
        NodeIndex(self.destination)
    }

    /// What happens.
    #[inline]
    pub fn payload(&self) -> Payload {
        let index = self.payload & INDEX_MASK;
        match self.payload >> INDEX_BITS {
            0 => Payload::Arrival(index),
            1 => Payload::Delivery(index),
            2 => Payload::Agenda(index),
            _ => Payload::Wake,
        }
    }

    /// The same message, past its receiver's access link at `due`.
    #[inline]
    pub(super) fn delivered_at(self, due: Instant) -> Self {
        Event { due: due.as_nanos(), payload: self.payload | 1 << INDEX_BITS, ..self }
    }

    #[inline]
    fn order(&self) -> (u64, u64) {
        (self.due, self.rank)
    }
}

/// The largest slot index or agenda tag that an event can carry.
pub const MAX_INDEX: u32 = INDEX_MASK;

/// The number after `number`. (The last entry of an agenda before they start again is not given
/// out: it would have the wake-up's number.)
#[inline]
pub(super) fn next_number(number: u32) -> u32 {
    if number >= NUMBERS - 2 { 0 } else { number + 1 }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl Eq for Event {}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Event {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(due: u64, sender: u32, number: u32, destination: u32) -> Event {
        let due = Instant::from_nanos(due);
        Event::new(due, NodeIndex(sender), number, NodeIndex(destination), Payload::Arrival(0))
    }

    #[test]
    fn time_comes_first_then_the_sender_then_its_counter() {
        assert!(event(1, 9, 9, 9) < event(2, 0, 0, 0));
        assert!(event(1, 1, 9, 9) < event(1, 2, 0, 0));
        assert!(event(1, 1, 1, 9) < event(1, 1, 2, 0));
    }

    #[test]
    fn of_one_sender_come_packets_then_its_agenda_then_its_wake_up() {
        let last = NUMBERS - 2;
        let node = NodeIndex(4);
        let entry =
            |number| Event::new(Instant::from_nanos(1), node, number, node, Payload::Agenda(0));
        assert!(event(1, 4, last, 4) < entry(0));
        assert!(entry(last) < Event::wake(1, 4));
        assert_eq!(next_number(last), 0, "the wake-up's number is never given out");
    }

    #[test]
    fn payloads_survive_packing() {
        for payload in [
            Payload::Arrival(MAX_INDEX),
            Payload::Delivery(7),
            Payload::Agenda(MAX_INDEX),
            Payload::Wake,
        ] {
            let event = Event::new(Instant::ZERO, NodeIndex(1), 2, NodeIndex(3), payload);
            assert_eq!(event.payload(), payload);
        }
        assert_eq!(event(1, 2, 77, 3).number(), 77);
        assert_eq!(size_of::<Event>(), 24);
    }
}
