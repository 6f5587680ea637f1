//! What the node does as time passes: joining, time-outs, refreshing buckets, keeping records
//! alive, and handing them over when it leaves.

use super::storing::Answer;
use super::{Node, spend};
use crate::kademlia::key::Key;
use crate::kademlia::maintenance::Maintenance;
use crate::kademlia::message::{Body, Message, Record};
use crate::kademlia::operation::{Operation, OperationKind, Report};
use crate::kademlia::params::{Admission, SearchFor};
use crate::kademlia::records::Upkeep;
use crate::kademlia::requests::{Overdue, Purpose, Request};
use crate::kademlia::rules::Rules;
use crate::kademlia::step::Then;
use crate::protocol::{Peer, Transport};
use crate::time::{Duration, Instant};

/// How long a node that found nobody, or few, when it joined waits before it looks again.
pub const JOIN_RETRY: Duration = Duration::from_secs(10);

impl<P: Peer, K: Key, R: Rules<K>> Node<P, K, R> {
    /// Joins: inserts the contacts and looks up the own key (paper, section 2.3). Where only
    /// those who answer are taken in, the lookup begins with the contacts, and those that it does
    /// not ask at once are pinged.
    pub(super) fn join(&mut self, transport: &mut impl Transport<Self>) {
        if self.params.admission() == Admission::OnAnswer {
            self.begin(OperationKind::Join, None, self.key, None, transport);
            for contact in self.introducers().to_vec() {
                let known = self.table.find(contact).is_some() || self.requests.is_asking(contact);
                if !known && transport.key_of(contact) != self.key {
                    self.ask(contact, Purpose::Verify, Body::Ping, transport);
                }
            }
            return;
        }
        let second = transport.now().whole_seconds();
        for contact in self.introducers().to_vec() {
            let key = transport.key_of(contact);
            let index = self.bucket_of(key);
            if key != self.key && self.admits(index, contact, transport) {
                self.table.heard(index, contact, second, false, &self.params);
                if self.params.siblings > 0 {
                    self.meet_sibling(index, contact, transport);
                }
            }
        }
        self.begin(OperationKind::Join, None, self.key, None, transport);
    }

    /// The lookup of the own key has ended. A node that has joined refreshes its buckets
    /// (section 2.3); one that found nobody tries again. Where only those who answer are taken in,
    /// nodes that join together through the same one are not named to each other, as it has yet to
    /// verify them: a node with less than a bucket's contacts looks for more soon.
    pub(super) fn on_join_done(&mut self, found: bool, transport: &mut impl Transport<Self>) {
        if found {
            self.joined = true;
            // The join has looked up what lies around the own key already.
            let verifies = self.params.admission() == Admission::OnAnswer;
            let looks_again = verifies && self.table.len() < self.params.k;
            let wait = if looks_again { JOIN_RETRY } else { self.params.refresh_interval };
            let due = (transport.now() + wait).whole_seconds();
            for index in self.table.split_buckets(self.params.k)..self.table.buckets() {
                self.table.set_refresh(index, due);
            }
            self.plan_upkeep(transport.now());
        } else {
            self.upkeep_due = transport.now() + JOIN_RETRY;
        }
    }

    /// Sets when upkeep is next due. Buckets are refreshed one at a time: while one is, the next
    /// waits for its end.
    ///
    /// A node whose table is empty has dropped out of the network and has to join again.
    pub(super) fn plan_upkeep(&mut self, now: Instant) {
        self.upkeep_due = self.records.deadline();
        if self.table.is_empty() {
            self.joined = false;
            self.upkeep_due = self.upkeep_due.min(now + JOIN_RETRY);
        } else if self.joined && !self.is_refreshing() {
            let due = self.next_refresh().1;
            self.upkeep_due = self.upkeep_due.min(Instant::ZERO + Duration::from_secs(due));
        }
    }

    fn is_refreshing(&self) -> bool {
        self.operations.iter().any(|operation| operation.kind == OperationKind::Refresh)
    }

    /// The bucket to refresh next, and the second at which that is due. The paper's table has
    /// the split buckets and one for the whole range around the own key.
    fn next_refresh(&self) -> (usize, u64) {
        let last = self.table.split_buckets(self.params.k).min(K::BITS as usize - 1);
        let due = |index| (index, self.table.refresh_due(index));
        (0..=last).map(due).min_by_key(|&(_, due)| due).expect("there is a bucket 0")
    }

    pub(super) fn on_wake(&mut self, transport: &mut impl Transport<Self>) {
        let now = transport.now();
        let timeouts = self.timeouts();
        while let Some(overdue) = self.requests.overdue(now, timeouts) {
            match overdue {
                Overdue::Late(request) => {
                    self.tell_overdue(&request, Then::Passed, transport);
                    if let Purpose::Lookup(id) = request.purpose {
                        self.on_lookup_failure(id, request.peer, true, transport);
                    }
                }
                Overdue::Again(request) => {
                    self.tell_overdue(&request, Then::Again, transport);
                    let Request { number, peer, purpose, .. } = request;
                    self.count_timeout(purpose);
                    self.send_again(number, peer, purpose, transport);
                }
                Overdue::Failed(request) => self.on_request_failure(request, transport),
            }
        }
        if self.upkeep_due <= now {
            self.upkeep(transport);
        }
    }

    fn on_request_failure(&mut self, request: Request<P>, transport: &mut impl Transport<Self>) {
        self.tell_overdue(&request, Then::Failed, transport);
        let Request { peer, purpose, .. } = request;
        if let Purpose::Talk(number) = purpose {
            return transport.report(Report::Answered { number, response: None });
        }
        self.note_silence(peer);
        let second = transport.now().whole_seconds();
        let index = self.bucket_of(transport.key_of(peer));
        if purpose == Purpose::Probe {
            self.table.evict(index, peer, second, &self.params);
        } else {
            self.table.failed(index, peer, second, &self.params);
        }
        self.lose_sibling(peer, transport);
        match purpose {
            Purpose::Lookup(id) => self.on_lookup_failure(id, peer, false, transport),
            Purpose::Store(id) => self.on_stored(id, Answer::None, transport),
            Purpose::Probe
            | Purpose::Verify
            | Purpose::Copy
            | Purpose::Cache
            | Purpose::Talk(_) => {}
        }
    }

    fn upkeep(&mut self, transport: &mut impl Transport<Self>) {
        let now = transport.now();
        for key in self.records.expire(now) {
            transport.report(Report::Dropped(key));
        }
        if !self.joined {
            self.upkeep_due = Instant::FAR_FUTURE;
            return self.join(transport);
        }
        for due in self.records.upkeep(now, &self.params) {
            match due {
                Upkeep::Replicate(key, record) => {
                    match self.params.precautions.measures().search_before_store {
                        SearchFor::Nodes => self.replicate(key, &record, transport),
                        SearchFor::Item => {}
                    }
                }
                Upkeep::Publish(key, value) => {
                    self.publish(OperationKind::Republish, None, key, value, transport);
                }
            }
        }
        if !self.is_refreshing() {
            self.refresh_if_due(transport);
        }
        self.plan_upkeep(transport.now());
    }

    /// Looks up a random key in the range of the bucket that has waited longest.
    fn refresh_if_due(&mut self, transport: &mut impl Transport<Self>) {
        let (index, due) = self.next_refresh();
        if due > transport.now().whole_seconds() {
            return;
        }
        let next = (transport.now() + self.params.refresh_interval).whole_seconds();
        self.table.set_refresh(index, next);
        let target = self.key.random_at(index as u32, transport.rng());
        self.begin(OperationKind::Refresh, None, target, None, transport);
    }

    /// Sends a record to the closest known nodes. No lookup is needed: a node whose own range is
    /// refreshed knows its neighbours, but for a few (paper, section 2.5).
    fn replicate(&mut self, key: K, record: &Record, transport: &mut impl Transport<Self>) {
        let others = self.params.k - 1;
        let closest = self.closest(key, others, |peer| transport.key_of(peer));
        for peer in closest {
            let body = Body::Store { key, record: record.clone() };
            self.ask(peer, Purpose::Copy, body, transport);
        }
    }

    /// Leaves in good order: replicates each record that the node holds once more, so that the
    /// node that takes its place among the k closest has it. Neither the paper nor BEP 5 has a
    /// message for leaving; this uses the one that stores, and waits for no answer.
    pub(super) fn hand_over(&mut self, transport: &mut impl Transport<Self>) {
        if self.params.precautions.measures().search_before_store == SearchFor::Item {
            return;
        }
        for (key, record) in self.records.lasting(transport.now(), &self.params) {
            let heirs = self.closest(key, self.params.k, |peer| transport.key_of(peer));
            for heir in heirs {
                let body = Body::Store { key, record: record.clone() };
                let message = Message { number: 0, body };
                spend(Some(Maintenance::Replicate), &message, transport);
                transport.send(heir, message);
            }
        }
    }

    /// Counts a time-out that is followed by another try.
    pub(super) fn count_timeout(&mut self, purpose: Purpose) {
        if let Purpose::Lookup(id) | Purpose::Store(id) = purpose
            && let Some(index) = self.find_operation(id)
        {
            self.operations[index].timeouts += 1;
        }
    }

    /// Sends an overdue request once more, under its number.
    pub(super) fn send_again(
        &mut self,
        number: u32,
        peer: P,
        purpose: Purpose,
        transport: &mut impl Transport<Self>,
    ) {
        let operation = |id| self.find_operation(id).map(|index| &*self.operations[index]);
        let body = match purpose {
            Purpose::Probe | Purpose::Verify => Some(Body::Ping),
            Purpose::Lookup(id) => operation(id).map(|operation| {
                operation.query(self.params.precautions.measures().search_before_store)
            }),
            Purpose::Store(id) => operation(id).map(Operation::store_body),
            // Nobody waits for a mere copy; the next round of replication makes up for it.
            Purpose::Copy | Purpose::Cache => None,
            // Sent once: whether asking again does harm is known to the application.
            Purpose::Talk(_) => None,
        };
        if let Some(body) = body {
            let message = Message { number, body };
            spend(self.maintenance(purpose), &message, transport);
            transport.send(peer, message);
        }
    }
}
