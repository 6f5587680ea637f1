//! What a hosted node has seen and sent.

use super::contact::Contact;
use crate::kademlia::message::Message;
use crate::krpc::Id;
use crate::krpc::packet::{Content, Packet, Query};
use crate::metrics::Traffic;
use crate::network::DropReason;
use crate::protocol::Message as _;
use std::collections::BTreeMap;

/// Messages and bytes, headers not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Datagrams.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Count {
    fn add(&mut self, bytes: usize) {
        self.messages += 1;
        self.bytes += bytes as u64;
    }
}

/// Why a datagram came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dropped {
    /// Its source sends too much.
    RateLimit,
    /// It is no KRPC packet.
    Malformed,
    /// It answers what was not asked, or was not asked of its source.
    Unsolicited,
    /// It asks something of a node that only asks itself.
    ReadOnly,
    /// Its receiver is away.
    Offline,
    /// The socket had no room for it or nowhere to send it.
    NotSent,
    /// The experiment's network has lost it.
    Lost,
}

impl Dropped {
    /// The name in figures.
    pub const fn name(self) -> &'static str {
        match self {
            Dropped::RateLimit => "rate-limit",
            Dropped::Malformed => "malformed",
            Dropped::Unsolicited => "unsolicited",
            Dropped::ReadOnly => "read-only",
            Dropped::Offline => "offline",
            Dropped::NotSent => "not-sent",
            Dropped::Lost => "lost",
        }
    }
}

/// IPv4 and UDP headers.
const PACKET_HEADERS: usize = 28;

/// The counters of one node.
#[derive(Clone, Debug)]
pub struct Counters {
    /// Received, by kind.
    pub received: BTreeMap<&'static str, Count>,
    /// Sent, by kind.
    pub sent: BTreeMap<&'static str, Count>,
    /// Dropped, by reason.
    pub dropped: BTreeMap<Dropped, u64>,
    /// The same as a simulation counts it: messages of the node by `kademlia`'s kinds, with the
    /// headers of IPv4 and UDP, and packets that never left or found nobody. Pings of the
    /// application and answers to what the node was not handed are no part of it.
    pub traffic: Traffic,
}

impl Default for Counters {
    fn default() -> Self {
        Counters {
            received: BTreeMap::new(),
            sent: BTreeMap::new(),
            dropped: BTreeMap::new(),
            traffic: Traffic::new(Message::<Contact, Id>::KINDS, DropReason::NAMES),
        }
    }
}

fn on_wire(bytes: usize) -> u32 {
    u32::try_from(PACKET_HEADERS + bytes).expect("a datagram is below 64 KiB")
}

/// A packet's kind: its method, or what it is if it is no query.
pub fn kind(packet: &Packet) -> &'static str {
    match &packet.content {
        Content::Query { query, .. } => Query::method(query),
        Content::Response { .. } => "response",
        Content::Error(_) => "error",
    }
}

impl Counters {
    /// A packet has come in.
    pub fn receive(&mut self, kind: &'static str, bytes: usize) {
        self.received.entry(kind).or_default().add(bytes);
    }

    /// A packet goes out.
    pub fn send(&mut self, kind: &'static str, bytes: usize) {
        self.sent.entry(kind).or_default().add(bytes);
    }

    /// The node says something in so many bytes.
    pub fn say(&mut self, message: &Message<Contact, Id>, bytes: usize) {
        self.traffic.message_sent(message.kind(), on_wire(bytes));
    }

    /// The node is handed what came in so many bytes.
    pub fn hear(&mut self, message: &Message<Contact, Id>, bytes: usize) {
        self.traffic.message_delivered(message.kind(), on_wire(bytes));
    }

    /// The experiment's network takes a packet away.
    pub fn lose(&mut self, reason: DropReason) {
        self.drop(Dropped::Lost);
        self.traffic.packet_dropped(reason.index());
    }

    /// The experiment's network makes a copy of a packet.
    pub fn duplicate(&mut self) {
        self.traffic.packet_duplicated();
    }

    /// A packet came while the node was away.
    pub fn miss(&mut self) {
        self.drop(Dropped::Offline);
        self.traffic.packet_dropped(DropReason::Offline.index());
    }

    /// A packet came to nothing.
    pub fn drop(&mut self, reason: Dropped) {
        *self.dropped.entry(reason).or_default() += 1;
    }
}
