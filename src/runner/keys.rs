//! The keys of a run's nodes: computed from their indices, but for those that adversaries choose.

use crate::kademlia::key::Key64;
use crate::protocol::NodeIndex;
use crate::rng::{Bijection, Seed};
use std::sync::Arc;

/// The keys of all nodes.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    computed: Bijection,
    /// From this node on keys are chosen.
    first_chosen: u32,
    chosen: Arc<[Key64]>,
}

impl Keys {
    /// Keys of which those of some nodes, from `first_chosen` on, are chosen.
    pub(super) fn new(seed: Seed, first_chosen: u32, chosen: Vec<Key64>) -> Self {
        Keys { computed: Bijection::new(seed), first_chosen, chosen: chosen.into() }
    }

    /// The key of a node.
    #[inline]
    pub(super) fn of(&self, node: NodeIndex) -> Key64 {
        let place = node.0.wrapping_sub(self.first_chosen) as usize;
        self.chosen.get(place).copied().unwrap_or_else(|| self.computed(node))
    }

    /// The same where no key is chosen.
    #[inline]
    pub(super) fn computed(&self, node: NodeIndex) -> Key64 {
        Key64(self.computed.apply(u64::from(node.0)))
    }
}
