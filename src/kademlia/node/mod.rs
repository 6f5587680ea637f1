//! The node: takes inputs apart and puts the parts to work.
//!
//! - here: the node's state, and which part an input is for;
//! - `serve`: what others ask of it;
//! - `operations`: what it asks of others, from command to report; `storing`: what it stores there;
//! - `upkeep`: what it does as time passes;
//! - `talk`: what it carries for its application;
//! - `siblings`: who is closest to it, beside its buckets;
//! - `aside`: what few nodes have, or only for a while; `steps`: what it tells who observes it.

mod aside;
mod operations;
mod serve;
mod siblings;
mod steps;
mod storing;
mod talk;
mod upkeep;

use super::key::Key;
use super::maintenance::Maintenance;
use super::message::{Body, Message, PeerList};
use super::operation::{Command, Finished, Operation, Report};
use super::params::{Admission, Params};
use super::records::{Publications, Records};
use super::requests::{Purpose, Request, Requests, Timeouts};
use super::routing_table::{Heard, RoutingTable};
use super::rules::{AnyRecord, Rules};
use crate::memory;
use crate::protocol::{Input, Message as _, Peer, Protocol, Stage, Transport};
use crate::time::Instant;
use aside::Aside;
use smallvec::SmallVec;
use std::marker::PhantomData;
use std::sync::Arc;
use storing::Answer;

/// Strangers that are verified at a time. Others are when they ask again.
const MOST_VERIFIED: usize = 16;

/// A Kademlia node whose peers are named by `P`, whose keys are `K` and whose records obey `R`.
///
/// It is a pure state machine ([`Protocol`]): all that it knows of the world comes through its
/// inputs and its transport, and it does not know whether that is simulated.
#[derive(Clone, Debug)]
pub struct Node<P: Copy, K, R = AnyRecord> {
    key: K,
    params: Arc<Params>,
    table: RoutingTable<P>,
    requests: Requests<P>,
    /// Boxed, so that a node with nothing under way holds no memory for what may be.
    operations: SmallVec<[Box<Operation<P, K>>; 2]>,
    next_operation: u32,
    records: Records<P, K>,
    aside: Option<Box<Aside<P>>>,
    joined: bool,
    /// When [`upkeep`] has something to do.
    upkeep_due: Instant,
    /// The wake-up that the transport was last asked for.
    wake_set: Instant,
    rules: PhantomData<R>,
}

impl<P: Peer, K: Key, R: Rules<K>> Node<P, K, R> {
    /// A node that will join through `contacts` when it is told to start. Its requests are
    /// numbered from `first_request`, which should differ from one life of a node to the next.
    pub fn new(key: K, params: Arc<Params>, contacts: Vec<P>, first_request: u32) -> Self {
        Node {
            key,
            params,
            table: RoutingTable::new(),
            requests: Requests::new(first_request),
            operations: SmallVec::new(),
            next_operation: 0,
            records: Records::new(),
            aside: Aside::with_introducers(&contacts),
            joined: false,
            upkeep_due: Instant::FAR_FUTURE,
            wake_set: Instant::FAR_FUTURE,
            rules: PhantomData,
        }
    }

    /// A node that has long been in the network, with the routing table that it has. The caller
    /// sets its wake-up to [`Node::deadline`].
    pub fn settled(key: K, params: Arc<Params>, table: RoutingTable<P>) -> Self {
        let mut node = Node::new(key, params, Vec::new(), 0);
        node.table = table;
        node.joined = true;
        node.plan_upkeep(Instant::ZERO);
        node.wake_set = node.deadline();
        node
    }

    /// The node's key.
    pub fn key(&self) -> K {
        self.key
    }

    /// The node's contacts.
    pub fn table(&self) -> &RoutingTable<P> {
        &self.table
    }

    /// Whether the node has found its place in the network.
    pub fn has_joined(&self) -> bool {
        self.joined
    }

    /// Keys of the records that the node holds and of the items that it knows providers of.
    pub fn held_keys(&self) -> impl Iterator<Item = K> {
        self.records.keys()
    }

    /// Items that the node knows providers of, in the order of their keys.
    pub fn provided_keys(&self) -> Vec<K> {
        self.records.provided()
    }

    /// Providers of an item that the node knows by itself at `now`.
    pub fn known_providers(&self, key: K, now: Instant) -> Vec<P> {
        self.records.providers(key, now)
    }

    /// How many records the node holds, and how many providers it remembers.
    pub fn holdings(&self) -> (usize, usize) {
        self.records.sizes()
    }

    /// The operations under way, as they would be reported if they ended now.
    pub fn unfinished(&self) -> impl Iterator<Item = Finished<P, K>> {
        self.operations.iter().map(|operation| operation.report(self.params.k))
    }

    /// Takes what the node publishes out of it, for its next life: an application remembers that
    /// while its node is away. What it was about to store is due again at once. What the node
    /// holds for others is lost.
    pub fn take_publications(&mut self) -> Publications<K> {
        let storing = self.operations.iter().filter(|operation| operation.stores());
        let keys: Vec<K> = storing.map(|operation| operation.target()).collect();
        self.records.take_publications(&keys)
    }

    /// Gives a new node what it published in a former life.
    pub fn resume_publications(&mut self, publications: Publications<K>) {
        self.records.resume_publications(publications);
    }

    /// The contacts closest to `target`, at most `count`, in no particular order: what the node
    /// would answer to a request for them.
    pub fn closest(&self, target: K, count: usize, key_of: impl Fn(P) -> K) -> PeerList<P> {
        let mut closest = PeerList::new();
        self.table.closest(self.key, target, count, &self.params, &key_of, &mut closest);
        match self.params.siblings {
            0 => closest,
            _ => self.with_siblings(closest, target, count, key_of),
        }
    }

    /// When the node next has something to do by itself.
    pub fn deadline(&self) -> Instant {
        self.upkeep_due.min(self.requests.deadline())
    }

    fn bucket_of(&self, key: K) -> usize {
        self.key.shared_bits(key) as usize
    }

    fn timeouts(&self) -> Timeouts {
        Timeouts {
            full: self.params.request_timeout,
            dial: self.params.dial_timeout,
            short: self.params.short_timeout,
            retries: self.params.retries,
            probe_retries: self.params.probe_retries,
        }
    }

    /// Sends a request.
    #[inline]
    fn ask(
        &mut self,
        peer: P,
        purpose: Purpose,
        body: Body<P, K>,
        transport: &mut impl Transport<Self>,
    ) {
        let now = transport.now();
        let way = self.way_to(peer, now);
        let maintenance = self.maintenance(purpose);
        let timeouts = self.timeouts();
        let number = self.requests.open(peer, purpose, maintenance, way, now, timeouts);
        let message = Message { number, body };
        spend(maintenance, &message, transport);
        transport.send(peer, message);
    }

    /// A node was heard from: the table learns of it, and a contact that stands in its way and
    /// was long silent is asked whether it is still there.
    #[inline]
    fn hear(&mut self, peer: P, key: K, answered: bool, transport: &mut impl Transport<Self>) {
        let index = self.bucket_of(key);
        let second = transport.now().whole_seconds();
        if self.params.admission() == Admission::OnAnswer
            && let Some((other, _)) = self.table.find(peer)
            && other != index
        {
            self.table.forget(other, peer, &self.params);
        }
        if self.params.limits_contacts() && !self.admits(index, peer, transport) {
            return;
        }
        let heard = self.table.heard(index, peer, second, answered, &self.params);
        if let Heard::Full { oldest } = heard
            && !self.requests.is_probing(oldest)
        {
            self.ask(oldest, Purpose::Probe, Body::Ping, transport);
        }
        if self.params.siblings > 0 {
            self.meet_sibling(index, peer, transport);
        }
    }

    /// A node asks something, or somebody names it: it is heard from, or pinged first if only those who answer are
    /// taken in and it is not a contact under this key already.
    #[inline]
    fn hear_query(&mut self, peer: P, key: K, transport: &mut impl Transport<Self>) {
        if !transport.is_routable(peer) {
            return;
        }
        match self.params.admission() {
            Admission::OnHearing => self.hear(peer, key, false, transport),
            Admission::OnAnswer => self.verify(peer, key, transport),
        }
    }

    fn verify(&mut self, peer: P, key: K, transport: &mut impl Transport<Self>) {
        let index = self.bucket_of(key);
        let second = transport.now().whole_seconds();
        let known = self.table.find(peer).map(|(_, contact)| transport.key_of(contact));
        if known == Some(key) {
            self.table.heard(index, peer, second, false, &self.params);
            return;
        }
        let wanted = known.is_some() || self.has_place(index, peer, second, transport);
        if wanted && self.requests.verifying() < MOST_VERIFIED && !self.requests.is_asking(peer) {
            self.ask(peer, Purpose::Verify, Body::Ping, transport);
        }
    }

    /// The node at `from` has answered a request that was meant for another key: whom that was
    /// meant for is not there any more.
    #[cold]
    fn on_renamed(&mut self, request: Request<P>, from: P, transport: &mut impl Transport<Self>) {
        if let Some((index, _)) = self.table.find(request.peer) {
            self.table.forget(index, request.peer, &self.params);
        }
        self.lose_sibling(request.peer, transport);
        self.hear(from, transport.key_of(from), true, transport);
        self.tell_renamed(&request, transport);
        match request.purpose {
            Purpose::Lookup(id) => self.on_lookup_failure(id, request.peer, false, transport),
            Purpose::Store(id) => self.on_stored(id, Answer::None, transport),
            Purpose::Talk(number) => self.on_talk_answer(number, Body::Pong, transport),
            Purpose::Probe | Purpose::Verify | Purpose::Copy | Purpose::Cache => {}
        }
    }

    fn on_message(
        &mut self,
        from: P,
        message: Message<P, K>,
        transport: &mut impl Transport<Self>,
    ) {
        let key = transport.key_of(from);
        if key == self.key {
            return;
        }
        if !message.body.is_response() {
            if !transport.serves() {
                return;
            }
            self.hear_query(from, key, transport);
            self.serve(from, message, transport);
            return;
        }
        // What nobody asked for, or what comes after the time-out, proves nothing.
        let Some(request) = self.requests.close(message.number, from) else { return };
        spend(request.maintenance, &message, transport);
        self.note_answer(from, transport.now());
        if transport.key_of(request.peer) != key {
            return self.on_renamed(request, from, transport);
        }
        self.hear(from, key, true, transport);
        self.tell_answer(&request, &message.body, transport);
        match request.purpose {
            Purpose::Lookup(id) if matches!(message.body, Body::Refused(_)) => {
                self.on_lookup_failure(id, from, false, transport);
            }
            Purpose::Lookup(id) => self.on_lookup_answer(id, from, key, message.body, transport),
            Purpose::Store(id) => {
                let answer = match message.body {
                    Body::Refused(refusal) => Answer::Refused(refusal),
                    _ => Answer::Stored,
                };
                self.on_stored(id, answer, transport);
            }
            Purpose::Talk(number) => self.on_talk_answer(number, message.body, transport),
            Purpose::Probe | Purpose::Verify | Purpose::Copy | Purpose::Cache => {}
        }
    }

    /// Tells the transport the node's earliest deadline if that has changed since it was told
    /// last. If since then no request has been opened or closed, as where others are answered,
    /// the open ones need not be read for that: upkeep can only have come nearer.
    #[inline]
    fn set_wake(&mut self, same_requests: bool, transport: &mut impl Transport<Self>) {
        let deadline = match same_requests {
            true => self.wake_set.min(self.upkeep_due),
            false => self.deadline(),
        };
        if deadline != self.wake_set {
            self.wake_set = deadline;
            transport.wake_at(deadline);
        }
    }
}

impl<P: Peer, K: Key, R: Rules<K>> Protocol for Node<P, K, R> {
    type Key = K;
    type Peer = P;
    type Message = Message<P, K>;
    type Command = Command<P, K>;
    type Report = Report<P, K>;

    #[inline]
    fn handle(&mut self, input: Input<Self>, transport: &mut impl Transport<Self>) {
        let next_request = self.requests.next_number();
        let mut serves = false;
        match input {
            Input::Message { from, message } => {
                serves = !message.body.is_response();
                self.on_message(from, message, transport);
            }
            Input::Wake => {
                self.wake_set = Instant::FAR_FUTURE;
                self.on_wake(transport);
            }
            Input::Start => self.join(transport),
            Input::Command(command) => self.on_command(command, transport),
            Input::Stop => self.hand_over(transport),
        }
        let same_requests = serves && self.requests.next_number() == next_request;
        self.set_wake(same_requests, transport);
    }

    #[inline]
    fn foresee(
        &self,
        stage: Stage,
        from: P,
        message: &Message<P, K>,
        key_of: impl Fn(P) -> K,
    ) -> bool {
        let is_response = message.body.is_response();
        match stage {
            Stage::Node => {
                self.table.prefetch_hearing(self.bucket_of(key_of(from)));
                if let Some(target) = message.body.wanted() {
                    self.table.prefetch_closest(self.bucket_of(target), self.params.k);
                }
                if is_response {
                    memory::prefetch(message);
                    self.requests.prefetch();
                    self.operations.iter().for_each(|operation| memory::prefetch(&**operation));
                }
            }
            Stage::Parts if is_response => {
                self.operations.iter().for_each(|operation| operation.lookup.prefetch());
            }
            Stage::Parts => {}
        }
        is_response
    }
}

/// Tells that a message is sent, or has come in response, for the sake of maintenance.
#[inline]
fn spend<P: Peer, K: Key, R: Rules<K>>(
    maintenance: Option<Maintenance>,
    message: &Message<P, K>,
    transport: &mut impl Transport<Node<P, K, R>>,
) {
    if let Some(maintenance) = maintenance {
        transport.report(Report::Spent(maintenance, message.wire_size()));
    }
}

#[cfg(test)]
mod tests;
