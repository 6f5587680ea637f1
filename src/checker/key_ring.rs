//! All nodes in the order of their keys, with who is online.

use crate::kademlia::key::{Key, Key64};
use crate::kademlia::message::PeerList;
use crate::protocol::NodeIndex;
use rayon::prelude::*;
use smallvec::SmallVec;

/// All nodes of a run, sorted by key, and a bit for each that is online.
///
/// Nodes that share a prefix are neighbours in this order: those that share just so many bits with
/// a key lie next to those that share more, all on one side of it, and are farther away. So the
/// closest are found by going outwards from the key's own place.
#[derive(Clone, Debug)]
pub struct KeyRing {
    sorted: Vec<Placed>,
    online: Vec<u64>,
}

/// A node with its key.
type Placed = (Key64, NodeIndex);

/// Groups of up to this many nodes are sorted by distance instead of being split further.
const SMALL_GROUP: usize = 64;

/// How often a guess at a key's place is mended before the rest is searched.
const MENDED: usize = 2;

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
    pub fn in_order(&self) -> &[Placed] {
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
        let (mut below, mut above) = self.sorted.split_at(self.place_of(target));
        while closest.len() < k {
            let shared = |(key, _): &Placed| key.shared_bits(target);
            let (low, high) = (below.last().map(shared), above.first().map(shared));
            let Some(bits) = low.max(high) else { break };
            let group;
            if low == Some(bits) {
                let last = below.len() - 1;
                let length = run(below.len(), |at| shared(&below[last - at]) == bits);
                (below, group) = below.split_at(below.len() - length);
            } else {
                (group, above) = above.split_at(run(above.len(), |at| shared(&above[at]) == bits));
            }
            visit(group, bits + 1, target, k, &counts, &mut closest);
        }
        closest
    }

    /// How many keys lie below `target`. The place is guessed, as keys spread evenly, and the guess
    /// mended by the key that stands there: each step of a search through all nodes would wait for
    /// memory. Where keys are not even, it is searched for from there.
    fn place_of(&self, target: Key64) -> usize {
        let count = self.sorted.len();
        let share = |of: u64| ((u128::from(of) * count as u128) >> 64) as usize;
        let mut guess = share(target.0);
        for _ in 0..MENDED {
            let key = self.sorted.get(guess).map_or(u64::MAX, |(key, _)| key.0);
            guess = match key < target.0 {
                true => (guess + share(target.0 - key)).min(count),
                false => guess.saturating_sub(share(key - target.0)),
            };
        }
        let (below, above) = self.sorted.split_at(guess);
        let up = run(above.len(), |at| above[at].0 < target);
        match up {
            0 => guess - run(guess, |at| below[guess - 1 - at].0 >= target),
            up => guess + up,
        }
    }
}

/// Of the places below `count`, how many from the first on are `of_it`, after which none is. Looks near
/// the first ones first.
fn run(count: usize, of_it: impl Fn(usize) -> bool) -> usize {
    let (mut inside, mut end) = (0, 1);
    while end <= count && of_it(end - 1) {
        inside = end;
        end *= 2;
    }
    end = end.min(count + 1);
    while end - inside > 1 {
        let middle = inside + (end - inside) / 2;
        if of_it(middle - 1) { inside = middle } else { end = middle }
    }
    inside
}

/// Adds of these nodes, which share `depth` bits, those that count, the closest first, until
/// there are `k`.
fn visit(
    nodes: &[Placed],
    depth: u32,
    target: Key64,
    k: usize,
    counts: &impl Fn(NodeIndex) -> bool,
    closest: &mut PeerList<NodeIndex>,
) {
    if nodes.len() <= SMALL_GROUP {
        let near = nodes.iter().filter(|&&(_, node)| counts(node));
        let near = near.map(|&(key, node)| (key.distance(target), node));
        let mut near: SmallVec<[_; SMALL_GROUP]> = near.collect();
        near.sort_unstable();
        let room = k - closest.len();
        closest.extend(near.into_iter().take(room).map(|(_, node)| node));
        return;
    }
    let bit = 1 << (63 - depth);
    let (low, high) = nodes.split_at(nodes.partition_point(|(key, _)| key.0 & bit == 0));
    let (near, far) = if target.0 & bit == 0 { (low, high) } else { (high, low) };
    visit(near, depth + 1, target, k, counts, closest);
    if closest.len() < k {
        visit(far, depth + 1, target, k, counts, closest);
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
            crowded in 0u32..20,
            away in prop::collection::btree_set(0u32..500, 0..400),
        ) {
            let keys = Bijection::new(Seed(seed));
            let (target, key_of) = (target >> crowded, |node: NodeIndex| {
                Key64(keys.apply(u64::from(node.0)) >> crowded)
            });
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
