//! Routing tables filled from global knowledge, as the protocol would have left them: every
//! bucket holds all nodes of its range if these are at most k, and k drawn from them otherwise.

use crate::kademlia::key::Key64;
use crate::kademlia::message::PeerList;
use crate::kademlia::params::Params;
use crate::kademlia::routing_table::RoutingTable;
use crate::protocol::NodeIndex;
use crate::rng::{Purpose, Seed, Stream};
use rand::RngExt;
use rayon::prelude::*;

/// The tables of `nodes`, in their order.
pub(super) fn tables(
    seed: Seed,
    params: &Params,
    nodes: &[NodeIndex],
    key_of: impl Fn(NodeIndex) -> Key64 + Sync,
) -> Vec<RoutingTable<NodeIndex>> {
    let mut sorted: Vec<(Key64, NodeIndex)> =
        nodes.iter().map(|&node| (key_of(node), node)).collect();
    sorted.par_sort_unstable();
    let table = |&node: &NodeIndex| {
        let stream = Stream::new(seed, Purpose::WarmStart, u64::from(node.0));
        table_of(node, key_of(node), &sorted, params, stream)
    };
    nodes.par_iter().map(table).collect()
}

fn table_of(
    node: NodeIndex,
    key: Key64,
    sorted: &[(Key64, NodeIndex)],
    params: &Params,
    mut stream: Stream,
) -> RoutingTable<NodeIndex> {
    let interval = params.refresh_interval.as_nanos() / 1_000_000_000;
    let mut buckets: Vec<(PeerList<NodeIndex>, u64)> = Vec::new();
    let mut rest = sorted;
    for depth in 0..u64::BITS {
        if rest.len() <= 1 {
            break;
        }
        let bit = 1u64 << (63 - depth);
        let zeros = rest.partition_point(|(other, _)| other.0 & bit == 0);
        let (low, high) = rest.split_at(zeros);
        let (same, other) = if key.0 & bit == 0 { (low, high) } else { (high, low) };
        let peers = draw(other, params.k, &mut stream);
        // A running node has refreshed its buckets at all times of the last interval.
        buckets.push((peers, stream.random_range(0..=interval)));
        rest = same;
    }
    debug_assert!(rest.iter().all(|&(_, other)| other == node), "only the node itself is left");
    let contacts = buckets.iter().map(|(peers, _)| peers.len()).sum();
    RoutingTable::filled(contacts, buckets.into_iter(), 0)
}

/// All of `range`, or `k` different ones drawn from it, in a random order.
fn draw(range: &[(Key64, NodeIndex)], k: usize, stream: &mut Stream) -> PeerList<NodeIndex> {
    let mut peers = PeerList::new();
    if range.len() <= 2 * k {
        peers.extend(range.iter().map(|&(_, node)| node));
        for place in 0..peers.len().min(k) {
            let other = stream.random_range(place..peers.len());
            peers.swap(place, other);
        }
        peers.truncate(k);
        return peers;
    }
    while peers.len() < k {
        let (_, node) = range[stream.random_range(0..range.len())];
        if !peers.contains(&node) {
            peers.push(node);
        }
    }
    peers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Bijection;

    #[test]
    fn tables_obey_the_laws_and_are_full() {
        let keys = Bijection::new(Seed(3));
        let key_of = |node: NodeIndex| Key64(keys.apply(u64::from(node.0)));
        let nodes: Vec<_> = (0..1_000).map(NodeIndex).collect();
        let params = Params { k: 8, ..Params::paper() };
        let tables = tables(Seed(3), &params, &nodes, key_of);
        for (&node, table) in nodes.iter().zip(&tables) {
            let own = key_of(node);
            table.check(own, &params, key_of);
            for depth in 0..12 {
                let shares = |&&other: &&NodeIndex| {
                    other != node && own.0 ^ key_of(other).0 != 0 && {
                        (own.0 ^ key_of(other).0).leading_zeros() as usize == depth
                    }
                };
                let in_range = nodes.iter().filter(shares).count();
                assert_eq!(table.bucket(depth).len(), in_range.min(8), "bucket {depth}");
            }
        }
    }
}
