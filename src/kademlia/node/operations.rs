//! What the node asks of others, from command to report.

use super::Node;
use crate::kademlia::disjoint::Search;
use crate::kademlia::key::Key;
use crate::kademlia::lookup::Next;
use crate::kademlia::maintenance::Maintenance;
use crate::kademlia::message::{Body, Message, PeerList, Record};
use crate::kademlia::operation::{Command, Operation, OperationKind, Report};
use crate::kademlia::params::Admission;
use crate::kademlia::requests::Purpose;
use crate::kademlia::rules::{Rules, Standing};
use crate::kademlia::step::{Aim, Step, Stopped};
use crate::protocol::{Peer, Transport};
use crate::time::Duration;
use bytes::Bytes;

impl<P: Peer, K: Key, R: Rules<K>> Node<P, K, R> {
    pub(super) fn on_command(
        &mut self,
        command: Command<P, K>,
        transport: &mut impl Transport<Self>,
    ) {
        match command {
            Command::FindNode { number, target } => {
                self.begin(OperationKind::FindNode, Some(number), target, None, transport);
            }
            Command::Put { number, key, value } => {
                self.publish(OperationKind::Put, Some(number), key, Some(value), transport);
            }
            Command::Provide { number, key } => {
                self.publish(OperationKind::Provide, Some(number), key, None, transport);
            }
            Command::Announce { number, key, time_to_live } => {
                let index = self.open(OperationKind::Provide, Some(number), key, None, transport);
                self.operations[index].set_time_to_live(time_to_live);
                self.drive(index, transport);
            }
            Command::Get { number, key } => {
                let held = self.records.get(key, transport.now(), &self.params);
                let value = held.map(|record| record.value);
                self.begin(OperationKind::Get, Some(number), key, value, transport);
            }
            Command::FindProviders { number, key } => {
                self.begin(OperationKind::FindProviders, Some(number), key, None, transport);
            }
            Command::Join { contacts } => {
                if !self.joined {
                    self.set_introducers(&contacts);
                    self.join(transport);
                }
            }
            Command::Meet { peer } => self.hear_query(peer, transport.key_of(peer), transport),
            Command::Ask { number, peer, protocol, request, timeout } => {
                let request = Body::TalkRequest { protocol, request };
                self.talk(number, peer, request, timeout, transport);
            }
            Command::Answer { to, request, response } => {
                let body = Body::TalkResponse { response };
                transport.send(to, Message { number: request, body });
            }
        }
    }

    /// Begins an operation with a lookup of `target` from the own table. For a Get, `value` is
    /// what the node holds itself, and if that is enough the operation ends at once.
    pub(super) fn begin(
        &mut self,
        kind: OperationKind,
        number: Option<u64>,
        target: K,
        value: Option<Bytes>,
        transport: &mut impl Transport<Self>,
    ) {
        let held = if kind == OperationKind::Get { value.as_ref() } else { None };
        let ends = held.is_some_and(|held| match R::standing(held, self.params.conflicts) {
            Standing::Final => true,
            Standing::Newest => self.params.get_quorum <= 1,
            Standing::Open => false,
        });
        let is_held = held.is_some();
        let index = self.open(kind, number, target, value, transport);
        self.operations[index].copies = u16::from(is_held);
        if ends {
            self.tell_searched(index, Stopped::Held, transport);
            self.finish(index, transport);
        } else {
            self.drive(index, transport);
        }
    }

    /// An operation that is about to begin with a lookup of `target` from the own table; its place
    /// among those under way.
    fn open(
        &mut self,
        kind: OperationKind,
        number: Option<u64>,
        target: K,
        value: Option<Bytes>,
        transport: &mut impl Transport<Self>,
    ) -> usize {
        let now = transport.now();
        let interval = self.params.refresh_interval;
        self.table.set_refresh(self.bucket_of(target), (now + interval).whole_seconds());
        let known = self.closest(target, self.params.k, |peer| transport.key_of(peer));
        let known = known.iter().chain(self.unverified(kind));
        let known = known.map(|&peer| (peer, transport.key_of(peer)));
        let known = known.filter(|&(_, key)| key != self.key);
        let lookup = Search::new(target, &self.params, known);
        let id = self.next_operation;
        self.next_operation = id.wrapping_add(1);
        let mut operation = Operation::new(id, kind, number, now, lookup);
        if let Some(value) = value {
            operation.set_value(value);
        }
        self.operations.push(Box::new(operation));
        Self::tell(id, transport, || Step::Began { kind, target });
        self.operations.len() - 1
    }

    /// The nodes to join through are not in the table before they have answered, where that is
    /// asked of everyone.
    fn unverified(&self, kind: OperationKind) -> &[P] {
        let verifies = self.params.admission() == Admission::OnAnswer;
        let joins = verifies && kind == OperationKind::Join;
        if joins { self.introducers() } else { &[] }
    }

    /// What a request of this purpose maintains; `None` if an application has asked for it.
    #[inline]
    pub(super) fn maintenance(&self, purpose: Purpose) -> Option<Maintenance> {
        match purpose {
            Purpose::Lookup(id) | Purpose::Store(id) => {
                Maintenance::of(self.operations[self.find_operation(id)?].kind)
            }
            Purpose::Probe | Purpose::Verify => Some(Maintenance::Probe),
            Purpose::Copy => Some(Maintenance::Replicate),
            Purpose::Cache | Purpose::Talk(_) => None,
        }
    }

    pub(super) fn find_operation(&self, id: u32) -> Option<usize> {
        self.operations.iter().position(|operation| operation.id == id)
    }

    /// The operation, if its lookup is still going on: one that stores already has ended its
    /// lookup, and what is still under way for that must not end it again.
    fn find_lookup(&self, id: u32) -> Option<usize> {
        self.find_operation(id).filter(|&index| self.operations[index].sent == 0)
    }

    /// Does what the operation's lookup asks for.
    #[inline]
    fn drive(&mut self, index: usize, transport: &mut impl Transport<Self>) {
        loop {
            let operation = &mut self.operations[index];
            match operation.lookup.next(&self.params) {
                Next::Ask(peer) => {
                    let purpose = Purpose::Lookup(operation.id);
                    let body =
                        operation.query(self.params.precautions.measures().search_before_store);
                    self.tell_asking(index, peer, Aim::Lookup, transport);
                    self.ask(peer, purpose, body, transport);
                }
                Next::Wait => return,
                Next::Done => {
                    Self::tell(operation.id, transport, || {
                        let by_rule = operation.lookup.has_stopped(&self.params);
                        Step::Searched(if by_rule { Stopped::Rule } else { Stopped::Exhausted })
                    });
                    return self.on_lookup_done(index, transport);
                }
            }
        }
    }

    /// A node has answered a step of a lookup.
    #[inline]
    pub(super) fn on_lookup_answer(
        &mut self,
        id: u32,
        from: P,
        key: K,
        body: Body<P, K>,
        transport: &mut impl Transport<Self>,
    ) {
        let Some(index) = self.find_lookup(id) else { return };
        let operation = &mut self.operations[index];
        let peers = match body {
            Body::Nodes { peers } => peers,
            Body::Providers(answer) => {
                // Who is about to announce itself only wants to know where to.
                let wanted = !operation.stores();
                for provider in answer.providers.into_iter().filter(|_| wanted) {
                    operation.add_provider(provider);
                }
                answer.closer
            }
            Body::Value { record, closer } => {
                if self.found(index, record, transport) {
                    let lookup = &mut self.operations[index].lookup;
                    lookup.on_answer(from, key, std::iter::empty(), &self.params);
                    self.tell_searched(index, Stopped::Found, transport);
                    return self.finish(index, transport);
                }
                closer.map_or_else(PeerList::new, |closer| *closer)
            }
            _ => PeerList::new(),
        };
        let own = self.key;
        let operation = &mut self.operations[index];
        let named = peers.iter().map(|&peer| (peer, transport.key_of(peer)));
        let others = named.filter(|&(_, key)| key != own);
        operation.lookup.on_answer(from, key, others, &self.params);
        if operation.providers().len() >= self.params.providers_wanted {
            self.tell_searched(index, Stopped::Found, transport);
            return self.finish(index, transport);
        }
        self.drive(index, transport);
    }

    /// A lookup has come upon a record: says whether it has found what it looks for. One that
    /// searches for what it is about to store only wants to know where to.
    fn found(
        &mut self,
        index: usize,
        record: Record,
        transport: &mut impl Transport<Self>,
    ) -> bool {
        let operation = &mut self.operations[index];
        if operation.stores() {
            return false;
        }
        let (key, best, conflicts) =
            (operation.lookup.target(), operation.value(), self.params.conflicts);
        let value = match R::accept(key, || best, record.value.clone(), conflicts) {
            Ok(value) => value,
            // An older version is one copy more, but not the one that counts.
            Err(refusal) if R::is_outdated(refusal) => match best {
                Some(best) => best.clone(),
                None => return false,
            },
            Err(_) => return false,
        };
        let standing = R::standing(&value, conflicts);
        operation.copies += 1;
        let are_enough = operation.copies as usize >= self.params.get_quorum;
        if operation.value().is_none() {
            self.cache_on_path(index, &record, transport);
            self.operations[index].set_value(value);
        } else if standing != Standing::Final {
            operation.set_value(value);
        }
        standing != Standing::Open && are_enough
    }

    /// A step of a lookup has failed, or (`late`) is no longer waited for.
    pub(super) fn on_lookup_failure(
        &mut self,
        id: u32,
        peer: P,
        late: bool,
        transport: &mut impl Transport<Self>,
    ) {
        let Some(index) = self.find_lookup(id) else { return };
        let operation = &mut self.operations[index];
        let key = transport.key_of(peer);
        if late {
            operation.lookup.on_late(peer, key);
        } else {
            operation.timeouts += 1;
            operation.lookup.on_failure(peer, key);
        }
        self.drive(index, transport);
    }

    /// Stores a found value at the closest node that was asked and did not have it. Its time to
    /// live is halved for each known node between that one and the key (paper, section 2.3:
    /// "exponentially inversely proportional").
    fn cache_on_path(
        &mut self,
        index: usize,
        record: &Record,
        transport: &mut impl Transport<Self>,
    ) {
        let lookup = &self.operations[index].lookup;
        let (true, Some(peer)) =
            (self.params.cache_on_path, lookup.closest_answered(1).first().copied())
        else {
            return;
        };
        let expiry = self.params.record_expiry.as_nanos();
        let between = lookup.closer_than(transport.key_of(peer)) as u32;
        let left = expiry.checked_shr(between).unwrap_or(0);
        let age = Duration::from_nanos(expiry - left).max(record.age);
        let record = Record { value: record.value.clone(), age, cached: true };
        let key = lookup.target();
        self.ask(peer, Purpose::Cache, Body::Store { key, record }, transport);
    }

    /// Ends an operation and reports it.
    pub(super) fn finish(&mut self, index: usize, transport: &mut impl Transport<Self>) {
        let operation = self.operations.remove(index);
        let finished = operation.report(self.params.k);
        let id = operation.id;
        match operation.kind {
            OperationKind::Join => self.on_join_done(!finished.closest.is_empty(), transport),
            OperationKind::Refresh => self.plan_upkeep(transport.now()),
            // Without the conditions under which it was refused it might be taken the next time.
            OperationKind::Put if finished.refused.is_some_and(R::is_outdated) => {
                let offered = operation.value().cloned();
                let lasting = offered.and_then(|value| self.lasting(finished.target, value));
                if let Some(value) = lasting {
                    self.records.withdraw(finished.target, &value);
                }
            }
            _ => {}
        }
        Self::tell(id, transport, || Step::Ended);
        transport.report(Report::Finished(finished));
    }
}
