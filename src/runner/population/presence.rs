//! Who is online at an instant of the window, who of them can be asked, and who is closest to a key.

use super::Population;
use crate::kademlia::key::Key64;
use crate::kademlia::message::PeerList;
use crate::protocol::NodeIndex;
use crate::time::Instant;

impl Population {
    /// Whether a node was online before what happens `now`.
    #[inline]
    pub(in crate::runner) fn was_online(&self, node: NodeIndex, now: Instant) -> bool {
        self.after(
            node,
            self.ahead_by_node.partition_point(|&(at, due, _)| (at, due) < (node, now)),
        )
    }

    /// Whether a node is online `now` and a server that can be dialled.
    pub(in crate::runner) fn is_open_at(&self, node: NodeIndex, now: Instant) -> bool {
        self.is_open(node) && self.is_online(node, now)
    }

    /// Whether a node is online `now`, which lies before the horizon.
    #[inline]
    pub(in crate::runner) fn is_online(&self, node: NodeIndex, now: Instant) -> bool {
        if self.ahead_by_node.is_empty() {
            return self.ring.is_online(node);
        }
        self.after(
            node,
            self.ahead_by_node.partition_point(|&(at, due, _)| (at, due) <= (node, now)),
        )
    }

    /// Whether a node is online after the changes up to this place among those by node.
    fn after(&self, node: NodeIndex, end: usize) -> bool {
        match self.ahead_by_node[..end].last() {
            Some(&(other, _, online)) if other == node => online,
            _ => self.ring.is_online(node),
        }
    }

    /// The nodes online when the run begins, in the order of their keys.
    pub(in crate::runner) fn online_first(&self) -> impl Iterator<Item = (Key64, NodeIndex)> {
        let online = |&(_, node): &(Key64, NodeIndex)| self.is_online(node, Instant::ZERO);
        self.ring.in_order().iter().copied().filter(online)
    }

    /// All nodes in the order of their keys, online or not.
    pub(in crate::runner) fn in_order(&self) -> &[(Key64, NodeIndex)] {
        self.ring.in_order()
    }

    /// Whether all nodes are servers that can be dialled.
    pub(in crate::runner) fn are_all_open(&self) -> bool {
        self.reach.is_none()
    }

    /// Whether a node answers what others ask: it need not be online.
    #[inline]
    pub(in crate::runner) fn serves(&self, node: NodeIndex) -> bool {
        self.reach.as_ref().is_none_or(|reach| reach.serves(node))
    }

    /// Whether a node is a server that can be dialled: it need not be online.
    #[inline]
    pub(in crate::runner) fn is_open(&self, node: NodeIndex) -> bool {
        self.reach.as_ref().is_none_or(|reach| reach.is_open(node))
    }

    /// The up to `k` nodes online `now` that are closest to `target` of those that anybody can ask,
    /// closest first, `except` left out.
    pub(in crate::runner) fn closest(
        &self,
        target: Key64,
        k: usize,
        except: NodeIndex,
        now: Instant,
    ) -> PeerList<NodeIndex> {
        let is_there = |node| self.is_open_at(node, now);
        self.ring.closest(target, k, |node| node != except && is_there(node))
    }

    /// The up to `k` nodes closest to `target` of those that `counts` is true of, closest first.
    pub(in crate::runner) fn closest_of(
        &self,
        target: Key64,
        k: usize,
        counts: impl Fn(NodeIndex) -> bool,
    ) -> PeerList<NodeIndex> {
        self.ring.closest(target, k, counts)
    }
}
