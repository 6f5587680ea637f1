//! The events of a run, as who traces it is told of them.

use super::block::SimMessage;
use super::judge;
use crate::engine::Passage;
use crate::kademlia::key::Key64;
use crate::kademlia::step::{Aim, Answer, Step, Stopped, Then};
use crate::metrics::{OperationKind, OperationRecord};
use crate::network::{DropReason, Packet, Verdict};
use crate::protocol::{Message as _, NodeIndex};
use crate::time::Instant;
use crate::workload::sessions::Departure;
use std::collections::BTreeMap;

/// Something that happens at a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When, in virtual time.
    pub at: Instant,
    /// At which node.
    pub node: NodeIndex,
    /// What.
    pub what: What,
}

/// A packet, as an event names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Who sent it.
    pub sender: NodeIndex,
    /// Who is meant to receive it.
    pub receiver: NodeIndex,
    /// The sender's own number for it: with `sender` it names the packet, until the numbers start
    /// again after 2^31 packets of one sender.
    pub number: u64,
    /// The kind of message in it, one of [`Message::KINDS`](crate::protocol::Message::KINDS).
    pub message: usize,
    /// The number of the request that it is or answers.
    pub request: u32,
    /// Whether it answers.
    pub is_response: bool,
    /// Bytes on the wire.
    pub bytes: u32,
}

/// What happens.
///
/// An `operation` is named by its node and by how many the node had begun in the run, this one
/// included.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The node comes online.
    Online,
    /// The node goes offline.
    Offline(Departure),
    /// The node sends a packet; what the network does with it.
    Sent(Parcel, Verdict),
    /// The network makes a copy of a packet that the node sends; what it does with the copy.
    Copied(Parcel, Verdict),
    /// The node is handed a packet.
    Received(Parcel),
    /// A packet has come as far as the node and no further.
    Dropped(Parcel, DropReason),
    /// An operation begins.
    Began {
        /// Which.
        operation: u32,
        /// What it is for.
        kind: OperationKind,
        /// The key in question.
        target: Key64,
    },
    /// An operation asks a node.
    Asked {
        /// Which.
        operation: u32,
        /// Who is asked.
        peer: NodeIndex,
        /// The request's number.
        request: u32,
        /// The round, counted from 1.
        round: u32,
        /// Leading bits that the key of who is asked and the target have in common.
        shared_bits: u32,
        /// What for.
        aim: Aim,
    },
    /// A request has been answered in time.
    Answered {
        /// Of which operation.
        operation: u32,
        /// By whom.
        peer: NodeIndex,
        /// The request's number.
        request: u32,
        /// What came back.
        answer: Answer,
    },
    /// A request has not been answered in time.
    Overdue {
        /// Of which operation.
        operation: u32,
        /// Who was asked.
        peer: NodeIndex,
        /// The request's number.
        request: u32,
        /// What is done about it.
        then: Then,
    },
    /// The lookup of an operation has ended.
    Searched {
        /// Of which operation.
        operation: u32,
        /// Why.
        stopped: Stopped,
    },
    /// An operation has ended.
    Ended {
        /// Which.
        operation: u32,
        /// What came of it.
        record: OperationRecord,
    },
}

impl What {
    /// The names of all kinds of events.
    pub const KINDS: &'static [&'static str] = &[
        "online", "offline", "sent", "copied", "received", "dropped", "began", "asked", "answered",
        "overdue", "searched", "ended",
    ];

    /// The name of its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            What::Online => "online",
            What::Offline(_) => "offline",
            What::Sent(..) => "sent",
            What::Copied(..) => "copied",
            What::Received(_) => "received",
            What::Dropped(..) => "dropped",
            What::Began { .. } => "began",
            What::Asked { .. } => "asked",
            What::Answered { .. } => "answered",
            What::Overdue { .. } => "overdue",
            What::Searched { .. } => "searched",
            What::Ended { .. } => "ended",
        }
    }

    /// The packet that it is about, if it is about one.
    pub fn parcel(&self) -> Option<&Parcel> {
        match self {
            What::Sent(parcel, _)
            | What::Copied(parcel, _)
            | What::Received(parcel)
            | What::Dropped(parcel, _) => Some(parcel),
            _ => None,
        }
    }

    /// The operation that it is about, if it is about one.
    pub fn operation(&self) -> Option<u32> {
        match *self {
            What::Began { operation, .. }
            | What::Asked { operation, .. }
            | What::Answered { operation, .. }
            | What::Overdue { operation, .. }
            | What::Searched { operation, .. }
            | What::Ended { operation, .. } => Some(operation),
            _ => None,
        }
    }
}

impl Parcel {
    /// The name of the kind of message in it.
    pub fn message(&self) -> &'static str {
        SimMessage::KINDS[self.message]
    }

    fn of(packet: &Packet, message: &SimMessage) -> Self {
        let &Packet { sender, receiver, number, size, .. } = packet;
        Parcel {
            sender,
            receiver,
            number,
            message: message.kind(),
            request: message.number,
            is_response: message.body.is_response(),
            bytes: size,
        }
    }
}

/// A packet leaves its sender.
pub(super) fn sent(packet: &Packet, message: &SimMessage, verdict: Verdict) -> Event {
    let what = What::Sent(Parcel::of(packet, message), verdict);
    Event { at: packet.sent, node: packet.sender, what }
}

/// The network makes this copy of a packet.
pub(super) fn copied(copy: &Packet, message: &SimMessage, verdict: Verdict) -> Event {
    let what = What::Copied(Parcel::of(copy, message), verdict);
    Event { at: copy.sent, node: copy.sender, what }
}

/// A packet has come to its end.
pub(super) fn ended(
    now: Instant,
    passage: &Passage,
    message: &SimMessage,
    end: Result<(), DropReason>,
) -> Event {
    let parcel = Parcel {
        sender: passage.sender,
        receiver: passage.receiver,
        number: u64::from(passage.number),
        message: message.kind(),
        request: message.number,
        is_response: message.body.is_response(),
        bytes: message.wire_size(),
    };
    let what = match end {
        Ok(()) => What::Received(parcel),
        Err(reason) => What::Dropped(parcel, reason),
    };
    Event { at: now, node: passage.receiver, what }
}

/// A node goes offline.
pub(super) fn goes(now: Instant, node: NodeIndex, departure: Departure) -> Event {
    Event { at: now, node, what: What::Offline(departure) }
}

/// Makes events of what nodes tell of their operations: it counts them. What it remembers grows with
/// the nodes that are observed, and not with time.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    nodes: BTreeMap<NodeIndex, Operations>,
}

/// The operations of a node.
#[derive(Debug, Default)]
struct Operations {
    /// Begun in former lives.
    before: u32,
    /// Begun in all lives.
    begun: u32,
    /// Under way, by the node's own number, in the order in which they began.
    open: Vec<u32>,
    /// The one of which the node says next what came of it.
    ending: Option<u32>,
}

impl Recorder {
    /// A node comes online.
    pub(super) fn comes(&mut self, now: Instant, node: NodeIndex) -> Event {
        let operations = self.nodes.entry(node).or_default();
        operations.before = operations.begun;
        operations.open.clear();
        Event { at: now, node, what: What::Online }
    }

    /// A node has taken a step in the operation with its own number `id`.
    pub(super) fn step(
        &mut self,
        now: Instant,
        node: NodeIndex,
        id: u32,
        step: Step<NodeIndex, Key64>,
    ) -> Option<Event> {
        let operations = self.nodes.entry(node).or_default();
        let operation = operations.before + id + 1;
        let what = match step {
            Step::Began { kind, target } => {
                operations.begun += 1;
                operations.open.push(id);
                What::Began { operation, kind: judge::kind(kind), target }
            }
            Step::Asked { peer, request, round, shared_bits, aim } => {
                What::Asked { operation, peer, request, round, shared_bits, aim }
            }
            Step::Answered { peer, request, answer } => {
                What::Answered { operation, peer, request, answer }
            }
            Step::Overdue { peer, request, then } => {
                What::Overdue { operation, peer, request, then }
            }
            Step::Searched(stopped) => What::Searched { operation, stopped },
            Step::Ended => {
                operations.open.retain(|&other| other != id);
                operations.ending = Some(id);
                return None;
            }
        };
        Some(Event { at: now, node, what })
    }

    /// An operation has ended: the one whose node has just said so, or else the node has left, and it
    /// is the oldest that was under way.
    pub(super) fn operation(&mut self, now: Instant, record: &OperationRecord) -> Event {
        let node = NodeIndex(record.node);
        let operations = self.nodes.entry(node).or_default();
        let id = operations.ending.take().unwrap_or_else(|| operations.open.remove(0));
        let operation = operations.before + id + 1;
        Event { at: now, node, what: What::Ended { operation, record: *record } }
    }
}
