//! What one node draws while its table is filled.

use crate::protocol::NodeIndex;
use crate::rng::PacketDraws;

/// Draws named by node: nothing is to be set up for each of many nodes, and tables can be filled
/// in any order.
pub(super) struct Draws<'d> {
    named: &'d PacketDraws,
    node: u64,
    drawn: u64,
}

/// Names of a node's draws of a kind of their own begin here.
const OF_ITS_OWN_KIND: u64 = 1 << 32;

impl<'d> Draws<'d> {
    pub(super) fn new(named: &'d PacketDraws, node: NodeIndex) -> Self {
        Draws { named, node: u64::from(node.0), drawn: 0 }
    }

    /// 64 uniform bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.drawn += 1;
        self.named.bits(self.node, self.drawn)
    }

    /// A number below `count`.
    pub(super) fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.bits()) * count as u128) >> 64) as usize
    }

    /// Something between 0 and 1.
    pub(super) fn share(&mut self) -> f64 {
        share(self.bits())
    }

    /// A whole number with this mean: one of the two beside it.
    pub(super) fn about(&mut self, mean: f64) -> usize {
        (mean + self.share()) as usize
    }

    /// How often in a row something happens that happens with this probability.
    pub(super) fn in_a_row(&mut self, probability: f64) -> usize {
        let share = self.share();
        let (mut times, mut all) = (0, probability);
        while share < all {
            times += 1;
            all *= probability;
        }
        times
    }

    /// Something between 0 and 1 that belongs to the node and another one, whenever it is asked
    /// for.
    pub(super) fn share_with(&self, other: NodeIndex) -> f64 {
        share(self.named.bits(self.node, OF_ITS_OWN_KIND + u64::from(other.0)))
    }

    /// Puts up to 256 items into a random order. A byte says where an item goes: the bias of
    /// that does not matter for an order within a bucket.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        let mut bytes = 0;
        for place in (1..items.len()).rev() {
            // Seven at a time, and a bit that tells when they are used up.
            if bytes <= 1 {
                bytes = self.bits() >> 8 | 1 << 56;
            }
            items.swap(place, ((bytes as usize & 255) * (place + 1)) >> 8);
            bytes >>= 8;
        }
    }
}

fn share(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}
