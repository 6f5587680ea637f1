//! What one node draws while its table is filled.

use crate::protocol::NodeIndex;
use crate::rng::PacketDraws;

/// Draws named by node: nothing is to be set up for each of many nodes, and tables can be filled
/// in any order.
pub(super) struct Draws<'d> {
    named: &'d PacketDraws,
    node: u64,
    /// Different in all nodes, and from draw to draw.
    state: u64,
}

/// Names of a node's draws of a kind of their own begin here.
const OF_ITS_OWN_KIND: u64 = 1 << 32;

impl<'d> Draws<'d> {
    pub(super) fn new(named: &'d PacketDraws, node: NodeIndex) -> Self {
        let node = u64::from(node.0);
        Draws { named, node, state: named.bits(node, 0) }
    }

    /// 64 uniform bits: a walk through all states, each mixed by a product folded. Thousands are
    /// drawn for a node, so a product more would be noticed.
    #[inline]
    pub(super) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0xA076_1D64_78BD_642F);
        let product = u128::from(self.state) * u128::from(self.state ^ 0xE703_7ED1_A0B4_28DB);
        (product as u64) ^ ((product >> 64) as u64)
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

    /// How often the half of something is taken if one in sqrt(2) times it is taken once more.
    pub(super) fn halvings(&mut self) -> usize {
        const SQRT_2_LESS_1: f64 = std::f64::consts::SQRT_2 - 1.0;
        let bits = self.bits();
        // Two at a time as often as a coin shows heads. Of the times after which two more are
        // not taken, one more is in sqrt(2) - 1.
        let pairs = bits.trailing_zeros().min(10) as usize;
        2 * pairs + usize::from(share(bits) < SQRT_2_LESS_1)
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
