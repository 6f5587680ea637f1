//! All nodes in the order of their keys, with who is online.

use crate::kademlia::key::{Key, Key64};
use crate::kademlia::message::PeerList;
use crate::protocol::NodeIndex;
use rayon::prelude::*;
use smallvec::SmallVec;
use std::ops::Range;

/// All nodes of a run, sorted by key, and a bit for each that is online.
///
/// Nodes that share a prefix are neighbours in this order, so the closest to a key are found
/// by going down the prefixes, the near half of a range first.
#[derive(Clone, Debug)]
pub struct KeyRing {
    sorted: Vec<(Key64, NodeIndex)>,
    online: Vec<u64>,
}

/// Ranges of up to this many nodes are sorted by distance instead of being split further.
const SMALL_RANGE: usize = 32;

/// How far to both sides the nodes around a key are looked for at least.
const FIRST_REACH: usize = 64;

impl KeyRing {
    /// The nodes `0..nodes`, all offline.
    pub fn new(nodes: u32, key_of: impl Fn(NodeIndex) -> Key64 + Sync) -> Self {
        let mut sorted: Vec<_> =
            (0..nodes).into_par_iter().map(NodeIndex).map(|node| (key_of(node), node)).collect();
        sorted.par_sort_unstable();
        assert!(sorted.windows(2).all(|pair| pair[0].0 < pair[1].0), "no two nodes share a key");
        let online = vec![0; sorted.len().div_ceil(64)];
        KeyRing { sorted, online }
    }

    /// All nodes in the order of their keys, online or not.
    pub fn in_order(&self) -> &[(Key64, NodeIndex)] {
        &self.sorted
    }

    /// A node comes online or goes.
    pub fn set_online(&mut self, node: NodeIndex, online: bool) {
        let (word, bit) = (node.get() / 64, node.get() % 64);
        self.online[word] = self.online[word] & !(1 << bit) | u64::from(online) << bit;
    }

    /// Whether a node is online.
    #[inline]
    pub fn is_online(&self, node: NodeIndex) -> bool {
        self.online[node.get() / 64] >> (node.get() % 64) & 1 == 1
    }

    /// The up to `k` nodes closest to `target` of those that `counts` is true of, closest first.
    pub fn closest(
        &self,
        target: Key64,
        k: usize,
        counts: impl Fn(NodeIndex) -> bool,
    ) -> PeerList<NodeIndex> {
        let mut closest = PeerList::new();
        let (range, depth) = self.around(target, k, &counts);
        self.visit(range, depth, target, k, &counts, &mut closest);
        closest
    }

    /// A range of nodes that share so many bits with `target`, and how many these are: all of them,
    /// `enough` of those that count. It is mostly a small one, found where keys spread evenly let expect
    /// it, since each step of a search through all nodes would wait for memory.
    fn around(
        &self,
        target: Key64,
        enough: usize,
        counts: &impl Fn(NodeIndex) -> bool,
    ) -> (Range<usize>, u32) {
        let count = self.sorted.len();
        let guess = ((u128::from(target.0) * count as u128) >> 64) as usize;
        let mut reach = FIRST_REACH.max(count.isqrt());
        loop {
            let window = guess.saturating_sub(reach)..count.min(guess + reach);
            if window.len() == count {
                return (0..count, 0);
            }
            // The nodes just outside bound the bits that all within the range must share.
            let outside = [window.start.checked_sub(1), Some(window.end)];
            let neighbours = outside.into_iter().flatten().filter_map(|at| self.sorted.get(at));
            let depth = neighbours.map(|(key, _)| key.shared_bits(target)).max().unwrap_or(0) + 1;
            let sharing = |key: Key64| key.shared_bits(target) >= depth;
            let nodes = &self.sorted[window.clone()];
            let first = nodes.partition_point(|&(key, _)| key < target && !sharing(key));
            let length = nodes[first..].partition_point(|&(key, _)| sharing(key));
            let start = window.start + first;
            let nodes = self.sorted[start..start + length].iter();
            let counting = nodes.filter(|&&(_, node)| counts(node));
            if depth < u64::BITS && counting.take(enough).count() == enough {
                return (start..start + length, depth);
            }
            reach *= 4;
        }
    }

    fn visit(
        &self,
        range: Range<usize>,
        depth: u32,
        target: Key64,
        k: usize,
        counts: &impl Fn(NodeIndex) -> bool,
        closest: &mut PeerList<NodeIndex>,
    ) {
        if range.len() <= SMALL_RANGE {
            let near = self.sorted[range].iter().filter(|&&(_, node)| counts(node));
            let mut near: SmallVec<[_; SMALL_RANGE]> = near.copied().collect();
            near.sort_unstable_by_key(|(key, _)| key.distance(target));
            let room = k - closest.len();
            closest.extend(near.into_iter().take(room).map(|(_, node)| node));
            return;
        }
        let bit = 1 << (63 - depth);
        let zeros = self.sorted[range.clone()].partition_point(|(key, _)| key.0 & bit == 0);
        let (low, high) = (range.start..range.start + zeros, range.start + zeros..range.end);
        let (near, far) = if target.0 & bit == 0 { (low, high) } else { (high, low) };
        self.visit(near, depth + 1, target, k, counts, closest);
        if closest.len() < k {
            self.visit(far, depth + 1, target, k, counts, closest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Bijection, Seed};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_closest_are_those_that_sorting_everyone_finds(
            seed: u64, nodes in 1u32..500, target: u64, k in 1usize..25, except in 0u32..500,
            away in prop::collection::btree_set(0u32..500, 0..400),
        ) {
            let keys = Bijection::new(Seed(seed));
            let key_of = |node: NodeIndex| Key64(keys.apply(u64::from(node.0)));
            let mut ring = KeyRing::new(nodes, key_of);
            let except = NodeIndex(except % nodes);
            let online: Vec<_> =
                (0..nodes).filter(|node| !away.contains(node)).map(NodeIndex).collect();
            for &node in &online {
                ring.set_online(node, true);
            }
            let target = Key64(target);
            let mut expected = online;
            expected.retain(|&node| node != except);
            expected.sort_by_key(|&node| key_of(node).distance(target));
            expected.truncate(k);
            let counts = |node| node != except && ring.is_online(node);
            prop_assert_eq!(ring.closest(target, k, counts).to_vec(), expected);
        }
    }
}
