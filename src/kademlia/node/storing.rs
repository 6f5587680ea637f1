//! What the node stores with others: records and announcements, from publication to the last confirmation.

use super::Node;
use crate::kademlia::key::Key;
use crate::kademlia::message::{PeerList, Record};
use crate::kademlia::operation::OperationKind;
use crate::kademlia::requests::Purpose;
use crate::kademlia::rules::{Refusal, Rules};
use crate::kademlia::step::Aim;
use crate::protocol::{Peer, Transport};
use crate::time::Duration;
use bytes::Bytes;

/// What came of a request to store something.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    /// It is kept.
    Stored,
    /// It is not kept.
    Refused(Refusal),
    /// There was none.
    None,
}

impl<P: Peer, K: Key, R: Rules<K>> Node<P, K, R> {
    /// Stores a record (or, without a value, announces an item), now and at each interval.
    pub(super) fn publish(
        &mut self,
        kind: OperationKind,
        number: Option<u64>,
        key: K,
        value: Option<Bytes>,
        transport: &mut impl Transport<Self>,
    ) {
        // What is stored again is the record alone, without the conditions of its first time.
        let lasting = value.clone().and_then(|value| self.lasting(key, value));
        if value.is_none() || lasting.is_some() {
            self.records.publish(key, lasting, transport.now(), &self.params);
        }
        self.upkeep_due = self.upkeep_due.min(self.records.deadline());
        self.begin(kind, number, key, value, transport);
    }

    /// A record as it is stored again.
    pub(super) fn lasting(&self, key: K, value: Bytes) -> Option<Bytes> {
        R::accept(key, || None, value, self.params.conflicts).ok()
    }

    /// The lookup has ended: report, or store what is to be stored on the nodes found.
    pub(super) fn on_lookup_done(&mut self, index: usize, transport: &mut impl Transport<Self>) {
        let operation = &self.operations[index];
        if !operation.stores() {
            return self.finish(index, transport);
        }
        let key = operation.lookup.target();
        let value = operation.value().cloned();
        let mut holders: PeerList<P> = operation.lookup.closest_answered(self.params.k);
        let record = |value| Record { value, age: Duration::ZERO, cached: false };
        // The publisher is among the k closest itself if the k-th found is farther away, and if it
        // serves.
        let own_distance = self.key.distance(key);
        let farthest = holders.last().map(|&peer| transport.key_of(peer).distance(key));
        let is_closest = transport.serves()
            && holders.len() == self.params.k
            && farthest.is_some_and(|last| own_distance < last);
        if is_closest && value.is_some() {
            holders.pop();
        }
        // A node that holds another value for others takes its own, as the other holders do.
        let now = transport.now();
        let holds_other =
            |value| self.records.value(key, now).is_some_and(|held: &Bytes| held != value);
        if let Some(value) = value.as_ref().filter(|&value| is_closest || holds_other(value)) {
            match self.keep(key, record(value.clone()), None, transport) {
                Ok(()) => self.operations[index].copies += 1,
                Err(refusal) => self.on_refused(index, refusal),
            }
        }
        let sent = holders.len() as u16;
        self.operations[index].unconfirmed = sent;
        self.operations[index].sent = sent;
        let purpose = Purpose::Store(self.operations[index].id);
        for holder in holders {
            let body = self.operations[index].store_body();
            self.tell_asking(index, holder, Aim::Store, transport);
            self.ask(holder, purpose, body, transport);
        }
        if sent == 0 {
            self.finish(index, transport);
        }
    }

    /// A copy was confirmed, was refused or has failed.
    pub(super) fn on_stored(
        &mut self,
        id: u32,
        answer: Answer,
        transport: &mut impl Transport<Self>,
    ) {
        let Some(index) = self.find_operation(id) else { return };
        let operation = &mut self.operations[index];
        operation.unconfirmed -= 1;
        match answer {
            Answer::Stored => operation.copies += 1,
            Answer::Refused(refusal) => self.on_refused(index, refusal),
            Answer::None => operation.timeouts += 1,
        }
        if self.operations[index].unconfirmed == 0 {
            self.finish(index, transport);
        }
    }

    /// That somebody holds a newer version is what the application has to know before anything else.
    fn on_refused(&mut self, index: usize, refusal: Refusal) {
        let operation = &mut self.operations[index];
        if !operation.refused().is_some_and(R::is_outdated) {
            operation.set_refused(refusal);
        }
    }
}
