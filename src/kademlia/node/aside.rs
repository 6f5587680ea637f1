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
/// none; and what only some parameters ask for.
#[derive(Clone, Debug)]
pub(super) struct Aside<P: Copy> {
    introducers: SmallVec<[P; 4]>,
    optional: Option<Box<Optional<P>>>,
}

/// What is kept if the parameters say so.
#[derive(Clone, Debug)]
struct Optional<P> {
    /// They count only where dialling has a time-out of its own.
    connections: Connections<P>,
    /// The closest first.
    siblings: Vec<P>,
}

impl<P: Peer> Aside<P> {
    pub(super) fn with_introducers(introducers: &[P]) -> Option<Box<Self>> {
        let aside = || Aside { introducers: introducers.into(), optional: None };
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
        let optional = self.aside.as_ref().and_then(|aside| aside.optional.as_ref());
        match optional.is_some_and(|kept| kept.connections.is_open(&peer, now, idle)) {
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

    fn optional(&mut self) -> &mut Optional<P> {
        let new = || Box::new(Aside { introducers: SmallVec::new(), optional: None });
        let aside = self.aside.get_or_insert_with(new);
        let nothing = || Optional { connections: Connections::new(), siblings: Vec::new() };
        aside.optional.get_or_insert_with(|| Box::new(nothing()))
    }

    fn keep_connection(&mut self, peer: P, now: Instant) {
        let idle = self.params.connection_idle;
        self.optional().connections.answered(peer, now, idle);
    }

    /// The nodes closest to the own key, the closest first; none unless the parameters ask for them.
    pub fn siblings(&self) -> &[P] {
        let optional = self.aside.as_ref().and_then(|aside| aside.optional.as_ref());
        optional.map_or(&[], |kept| &kept.siblings)
    }

    pub(super) fn keep_siblings(&mut self, siblings: Vec<P>) {
        self.optional().siblings = siblings;
    }

    /// A node has not answered a request.
    pub(super) fn note_silence(&mut self, peer: P) {
        if let Some(aside) = &mut self.aside
            && let Some(kept) = &mut aside.optional
        {
            kept.connections.failed(&peer);
        }
    }
}
