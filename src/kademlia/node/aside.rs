//! What few nodes have, or only for a while: it lies apart, so that a node without it is no larger.

use super::Node;
use crate::kademlia::connections::Connections;
use crate::kademlia::key::Key;
use crate::kademlia::requests::Way;
use crate::kademlia::rules::Rules;
use crate::protocol::Peer;
use crate::time::Instant;
use smallvec::SmallVec;

/// The nodes to join through, of which there are few, and in a network that was given its tables
/// none; and the connections, which count only where dialling has a time-out of its own.
#[derive(Clone, Debug)]
pub(super) struct Aside<P: Copy> {
    introducers: SmallVec<[P; 4]>,
    connections: Option<Box<Connections<P>>>,
}

impl<P: Peer> Aside<P> {
    pub(super) fn with_introducers(introducers: &[P]) -> Option<Box<Self>> {
        let aside = || Aside { introducers: introducers.into(), connections: None };
        (!introducers.is_empty()).then(|| Box::new(aside()))
    }
}

impl<P: Peer, K: Key, R: Rules<K>> Node<P, K, R> {
    /// The nodes that it joins through.
    pub fn introducers(&self) -> &[P] {
        self.aside.as_ref().map_or(&[], |aside| &aside.introducers)
    }

    pub(super) fn set_introducers(&mut self, introducers: &[P]) {
        match &mut self.aside {
            Some(aside) => aside.introducers = introducers.into(),
            None => self.aside = Aside::with_introducers(introducers),
        }
    }

    /// How a request gets to this node.
    #[inline]
    pub(super) fn way_to(&self, peer: P, now: Instant) -> Way {
        if self.params.dial_timeout.is_none() {
            return Way::Open;
        }
        let idle = self.params.connection_idle;
        let connections = self.aside.as_ref().and_then(|aside| aside.connections.as_ref());
        match connections.is_some_and(|open| open.is_open(&peer, now, idle)) {
            true => Way::Open,
            false => Way::Dial,
        }
    }

    /// A node has answered a request.
    #[inline]
    pub(super) fn note_answer(&mut self, peer: P, now: Instant) {
        if self.params.dial_timeout.is_some() {
            self.keep_connection(peer, now);
        }
    }

    fn keep_connection(&mut self, peer: P, now: Instant) {
        let new = || Box::new(Aside { introducers: SmallVec::new(), connections: None });
        let aside = self.aside.get_or_insert_with(new);
        let connections = aside.connections.get_or_insert_with(|| Box::new(Connections::new()));
        connections.answered(peer, now, self.params.connection_idle);
    }

    /// A node has not answered a request.
    pub(super) fn note_silence(&mut self, peer: P) {
        if let Some(aside) = &mut self.aside
            && let Some(connections) = &mut aside.connections
        {
            connections.failed(&peer);
        }
    }
}
