//! One operation, found among the events of its node.

use crate::protocol::NodeIndex;
use crate::runner::trace::{Event, What};
use std::collections::BTreeMap;

/// Looks for the operation of one number, which a node has only when its operation ends: keeps what
/// belongs to the operations under way at the node, and no more.
#[derive(Debug)]
pub struct Hunt {
    number: u64,
    /// The events of each operation under way.
    open: BTreeMap<u32, Vec<Event>>,
    /// The operation of each request: whom it asks, and its number.
    requests: BTreeMap<(NodeIndex, u32), u32>,
}

impl Hunt {
    /// For the operation that has this number in `operations.csv`.
    pub fn new(number: u64) -> Self {
        Hunt { number, open: BTreeMap::new(), requests: BTreeMap::new() }
    }

    /// The node whose operation has this number.
    pub fn node(&self) -> NodeIndex {
        NodeIndex((self.number >> 32) as u32)
    }

    /// Takes an event; gives all of the operation when it has ended.
    pub fn add(&mut self, event: Event) -> Option<Vec<Event>> {
        let operation = self.operation_of(&event)?;
        if let What::Asked { peer, request, .. } = event.what {
            self.requests.insert((peer, request), operation);
        }
        let record = match &event.what {
            What::Ended { record, .. } => Some(*record),
            _ => None,
        };
        let events = self.open.entry(operation).or_default();
        events.push(event);
        let record = record?;
        self.requests.retain(|_, other| *other != operation);
        let events = self.open.remove(&operation)?;
        (record.number == self.number).then_some(events)
    }

    /// The operation that an event belongs to: a step of one, or a packet of one of its requests.
    fn operation_of(&self, event: &Event) -> Option<u32> {
        let Some(parcel) = event.what.parcel() else {
            return event.what.operation().filter(|_| event.node == self.node());
        };
        let (asker, asked) = match parcel.is_response {
            true => (parcel.receiver, parcel.sender),
            false => (parcel.sender, parcel.receiver),
        };
        let found = self.requests.get(&(asked, parcel.request)).copied();
        found.filter(|_| asker == self.node())
    }
}
