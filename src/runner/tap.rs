//! What is observed of a run while it goes: packets as datagrams, or events. Who observes changes
//! nothing.

use super::capture::{self, Datagram};
use super::keys::Keys;
use super::trace::{self, Event};
use crate::engine::Passage;
use crate::kademlia::key::Key64;
use crate::kademlia::step::Step;
use crate::metrics::OperationRecord;
use crate::network::{DropReason, Packet, Verdict};
use crate::protocol::NodeIndex;
use crate::runner::block::SimMessage;
use crate::runner::capture::Filter;
use crate::time::Instant;
use crate::workload::sessions::Departure;

/// What is to be observed of a run.
#[derive(Clone, Debug)]
pub enum Observation {
    /// The packets that this filter takes, as datagrams of BitTorrent's DHT.
    Datagrams(Filter),
    /// The events at these nodes and times.
    Events(Filter),
}

/// Something that was observed.
#[derive(Clone, Debug)]
pub enum Observed {
    /// A packet that was sent.
    Datagram(Datagram),
    /// An event.
    Event(Event),
}

/// What is observed of the nodes of a block, and what of that has not been taken away yet.
pub(super) struct Tap {
    filter: Filter,
    writer: Writer,
    /// By when, and at which node.
    seen: Vec<(Instant, NodeIndex, Observed)>,
}

/// Who makes something of what is observed.
enum Writer {
    Datagrams(capture::Translator),
    Events(trace::Recorder),
}

impl Tap {
    pub(super) fn new(observation: &Observation, keys: &Keys) -> Self {
        let (filter, writer) = match observation {
            Observation::Datagrams(filter) => {
                (filter, Writer::Datagrams(capture::Translator::new(keys.clone())))
            }
            Observation::Events(filter) => (filter, Writer::Events(trace::Recorder::default())),
        };
        Tap { filter: filter.clone(), writer, seen: Vec::new() }
    }

    /// A packet leaves its sender, and this becomes of it.
    pub(super) fn sent(&mut self, packet: &Packet, message: &SimMessage, verdict: Verdict) {
        if !self.filter.takes(packet.sent, &[packet.sender, packet.receiver]) {
            return;
        }
        let seen = match &self.writer {
            Writer::Datagrams(translator) => {
                Observed::Datagram(translator.datagram(packet, message))
            }
            Writer::Events(_) => Observed::Event(trace::sent(packet, message, verdict)),
        };
        self.seen.push((packet.sent, packet.sender, seen));
    }

    /// The network has made a copy of a packet, under this number, and this becomes of it.
    pub(super) fn copied(
        &mut self,
        packet: &Packet,
        message: &SimMessage,
        verdict: Verdict,
        number: u32,
    ) {
        let copy = Packet { number: u64::from(number), ..*packet };
        if let Writer::Events(_) = self.writer
            && self.filter.takes(packet.sent, &[packet.sender, packet.receiver])
        {
            let event = trace::copied(&copy, message, verdict);
            self.seen.push((packet.sent, packet.sender, Observed::Event(event)));
        }
    }

    /// A packet has come to its end.
    pub(super) fn ended(
        &mut self,
        now: Instant,
        passage: &Passage,
        message: &SimMessage,
        end: Result<(), DropReason>,
    ) {
        if let Writer::Events(_) = self.writer
            && self.filter.takes(now, &[passage.sender, passage.receiver])
        {
            self.note(trace::ended(now, passage, message, end));
        }
    }

    /// Whether a node is to tell its steps.
    pub(super) fn is_observed(&self, node: NodeIndex) -> bool {
        matches!(self.writer, Writer::Events(_)) && self.filter.names(node)
    }

    /// A node that is observed has taken a step in an operation.
    pub(super) fn step(
        &mut self,
        now: Instant,
        node: NodeIndex,
        id: u32,
        step: Step<NodeIndex, Key64>,
    ) {
        if let Writer::Events(recorder) = &mut self.writer
            && let Some(event) = recorder.step(now, node, id, step)
        {
            self.note_within(event);
        }
    }

    /// An operation of a node has ended.
    pub(super) fn operation(&mut self, now: Instant, record: &OperationRecord) {
        if let Writer::Events(recorder) = &mut self.writer
            && self.filter.names(NodeIndex(record.node))
        {
            let event = recorder.operation(now, record);
            self.note_within(event);
        }
    }

    /// A node comes online.
    pub(super) fn comes(&mut self, now: Instant, node: NodeIndex) {
        if let Writer::Events(recorder) = &mut self.writer
            && self.filter.names(node)
        {
            let event = recorder.comes(now, node);
            self.note_within(event);
        }
    }

    /// A node goes offline.
    pub(super) fn goes(&mut self, now: Instant, node: NodeIndex, departure: Departure) {
        if let Writer::Events(_) = self.writer
            && self.filter.names(node)
        {
            self.note_within(trace::goes(now, node, departure));
        }
    }

    fn note_within(&mut self, event: Event) {
        if self.filter.is_within(event.at) {
            self.note(event);
        }
    }

    fn note(&mut self, event: Event) {
        self.seen.push((event.at, event.node, Observed::Event(event)));
    }

    /// What the taps of all blocks have seen, by time and node, and at one instant and node in the order
    /// in which it happened: an order that does not depend on the blocks.
    pub(super) fn take_all<'t>(taps: impl Iterator<Item = &'t mut Tap>) -> Vec<Observed> {
        let mut seen: Vec<_> = taps.flat_map(|tap| tap.seen.drain(..)).collect();
        seen.sort_by_key(|&(at, node, _)| (at, node));
        seen.into_iter().map(|(.., observed)| observed).collect()
    }
}
