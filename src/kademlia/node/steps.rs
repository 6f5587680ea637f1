//! What the node tells of its operations step by step, if it is observed.

use super::Node;
use crate::kademlia::key::Key;
use crate::kademlia::message::Body;
use crate::kademlia::operation::Report;
use crate::kademlia::requests::{Purpose, Request};
use crate::kademlia::rules::Rules;
use crate::kademlia::step::{Aim, Answer, Found, Step, Stopped, Then};
use crate::protocol::{Peer, Transport};

impl<P: Peer, K: Key, R: Rules<K>> Node<P, K, R> {
    /// Tells a step of the operation `id`.
    #[inline]
    pub(super) fn tell(
        id: u32,
        transport: &mut impl Transport<Self>,
        step: impl FnOnce() -> Step<P, K>,
    ) {
        if transport.is_observed() {
            transport.report(Report::Step(id, step()));
        }
    }

    /// Tells that the operation at `index` is about to ask `peer`.
    #[inline]
    pub(super) fn tell_asking(
        &self,
        index: usize,
        peer: P,
        aim: Aim,
        transport: &mut impl Transport<Self>,
    ) {
        let operation = &self.operations[index];
        let key = transport.key_of(peer);
        Self::tell(operation.id, transport, || Step::Asked {
            peer,
            request: self.requests.next_number(),
            round: match aim {
                Aim::Lookup => operation.lookup.round_of(peer, key),
                Aim::Store => operation.lookup.rounds() + 1,
            },
            shared_bits: key.shared_bits(operation.target()),
            aim,
        });
    }

    /// Tells that the lookup of the operation at `index` ends.
    #[inline]
    pub(super) fn tell_searched(
        &self,
        index: usize,
        stopped: Stopped,
        transport: &mut impl Transport<Self>,
    ) {
        Self::tell(self.operations[index].id, transport, || Step::Searched(stopped));
    }

    /// The operation that a request is part of, if it is still under way.
    fn under_way(&self, request: &Request<P>) -> Option<u32> {
        let (Purpose::Lookup(id) | Purpose::Store(id)) = request.purpose else { return None };
        self.operations.iter().any(|operation| operation.id == id).then_some(id)
    }

    /// Tells what has become of a request that is overdue.
    pub(super) fn tell_overdue(
        &self,
        request: &Request<P>,
        then: Then,
        transport: &mut impl Transport<Self>,
    ) {
        if transport.is_observed()
            && let Some(id) = self.under_way(request)
        {
            let &Request { peer, number: request, .. } = request;
            transport.report(Report::Step(id, Step::Overdue { peer, request, then }));
        }
    }

    /// Tells that a request has been answered.
    #[inline]
    pub(super) fn tell_answer(
        &self,
        request: &Request<P>,
        body: &Body<P, K>,
        transport: &mut impl Transport<Self>,
    ) {
        if transport.is_observed() {
            self.tell_answer_in_full(request, body, transport);
        }
    }

    #[cold]
    fn tell_answer_in_full(
        &self,
        request: &Request<P>,
        body: &Body<P, K>,
        transport: &mut impl Transport<Self>,
    ) {
        let (Purpose::Lookup(id) | Purpose::Store(id)) = request.purpose else { return };
        let Some(operation) = self.operations.iter().find(|operation| operation.id == id) else {
            return;
        };
        let (found, peers): (Found, &[P]) = match body {
            Body::Nodes { peers } => (Found::Nodes, peers),
            Body::Value { closer, .. } => {
                (Found::Value, closer.as_ref().map_or(&[], |closer| &closer[..]))
            }
            Body::Providers(answer) => {
                (Found::Providers(answer.providers.len() as u32), &answer.closer)
            }
            Body::Refused(_) => (Found::Refused, &[]),
            Body::Stored | Body::ProviderAdded => (Found::Stored, &[]),
            _ => (Found::Nodes, &[]),
        };
        let target = operation.target();
        let shared = peers.iter().map(|&peer| transport.key_of(peer).shared_bits(target));
        let shared_bits = shared.max();
        let answer = Answer { found, nodes: peers.len() as u32, shared_bits };
        let (peer, request) = (request.peer, request.number);
        transport.report(Report::Step(id, Step::Answered { peer, request, answer }));
    }

    /// Tells that another node than `request.peer` has answered.
    pub(super) fn tell_renamed(&self, request: &Request<P>, transport: &mut impl Transport<Self>) {
        if transport.is_observed()
            && let Some(id) = self.under_way(request)
        {
            let answer = Answer { found: Found::AnotherNode, nodes: 0, shared_bits: None };
            let &Request { peer, number: request, .. } = request;
            transport.report(Report::Step(id, Step::Answered { peer, request, answer }));
        }
    }
}
