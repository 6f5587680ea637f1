//! Routing tables of nodes that begin with contacts drawn at random, or those that a graph gives
//! them, and have not looked around yet: what a list of nodes that ships with a client would give.

use crate::kademlia::key::{Key, Key64};
use crate::kademlia::message::PeerList;
use crate::kademlia::params::Params;
use crate::kademlia::routing_table::{Groups, RoutingTable};
use crate::protocol::{AddressGroup, NodeIndex};
use crate::rng::{Purpose, Seed, Stream};
use rand::RngExt;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Where nodes are: their keys, and from which addresses they come.
pub(super) struct PlaceOf<K, G> {
    pub(super) key: K,
    pub(super) group: G,
}

/// The tables of `nodes`, in their order, each with the contacts that it is `told` of, or else up
/// to `contacts` of those `known`, which are in order too. What does not fit into its bucket is
/// left out, as it would be if it were heard from.
pub(super) fn tables(
    seed: Seed,
    params: &Params,
    nodes: &[NodeIndex],
    known: &[NodeIndex],
    contacts: usize,
    told: impl Fn(NodeIndex) -> Option<Vec<NodeIndex>> + Sync,
    place_of: PlaceOf<
        impl Fn(NodeIndex) -> Key64 + Sync,
        impl Fn(NodeIndex) -> AddressGroup + Sync,
    >,
) -> Vec<RoutingTable<NodeIndex>> {
    let PlaceOf { key: key_of, group: group_of } = place_of;
    let interval = params.refresh_interval.as_nanos() / 1_000_000_000;
    let table = |&node: &NodeIndex| {
        let mut stream = Stream::new(seed, Purpose::WarmStart, u64::from(node.0));
        let own = key_of(node);
        let place = known.binary_search(&node).ok();
        let mut buckets: Vec<(PeerList<NodeIndex>, u64)> = Vec::new();
        let mut groups = Groups::default();
        let drawn = || {
            let places = others(place, known.len(), contacts, &mut stream);
            places.into_iter().map(|place| known[place]).collect()
        };
        for other in told(node).unwrap_or_else(drawn) {
            let bucket = own.shared_bits(key_of(other)) as usize;
            while buckets.len() <= bucket {
                // Not all nodes refresh at the same time: as if they had come one by one.
                buckets.push((PeerList::new(), stream.random_range(0..=interval)));
            }
            let has_room = buckets[bucket].0.len() < params.k;
            let is_let_in = |groups: &mut Groups| {
                !params.limits_contacts() || groups.admit(bucket, Some(group_of(other)), params)
            };
            if has_room && is_let_in(&mut groups) {
                buckets[bucket].0.push(other);
            }
        }
        let kept = buckets.iter().map(|(peers, _)| peers.len()).sum();
        RoutingTable::filled(kept, buckets.into_iter(), 0)
    };
    nodes.par_iter().map(table).collect()
}

/// Up to `wanted` different numbers below `count`, none of them `own`, if there is such a one, in a random order: the
/// beginning of a shuffle, of which only the places that changed are kept.
fn others(own: Option<usize>, count: usize, wanted: usize, stream: &mut Stream) -> Vec<usize> {
    let rest = count - usize::from(own.is_some());
    let mut moved: BTreeMap<usize, usize> = BTreeMap::new();
    let draw = |place: usize| {
        let drawn = stream.random_range(place as u64..rest as u64) as usize;
        let at_place = moved.get(&place).copied().unwrap_or(place);
        let number = moved.insert(drawn, at_place).unwrap_or(drawn);
        // The numbers from `own` on stand for those that follow them.
        number + usize::from(own.is_some_and(|own| number >= own))
    };
    (0..wanted.min(rest)).map(draw).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Bijection;

    fn stream(index: u64) -> Stream {
        Stream::new(Seed(9), Purpose::Test, index)
    }

    #[test]
    fn others_are_different_and_each_as_likely() {
        let mut counts = [0u32; 20];
        for index in 0..10_000 {
            let mut drawn = others(Some(7), 20, 5, &mut stream(index));
            drawn.iter().for_each(|&number| counts[number] += 1);
            drawn.sort_unstable();
            drawn.dedup();
            assert_eq!(drawn.len(), 5);
        }
        assert_eq!(counts[7], 0, "a node is no contact of its own");
        // 50,000 draws of 19 numbers; five standard deviations are 250.
        let even = |&(number, &count): &(usize, &u32)| number == 7 || count.abs_diff(2_632) < 250;
        assert!(counts.iter().enumerate().all(|pair| even(&pair)), "{counts:?}");
    }

    #[test]
    fn all_others_can_be_wanted() {
        let mut drawn = others(Some(2), 6, 100, &mut stream(0));
        drawn.sort_unstable();
        assert_eq!(drawn, [0, 1, 3, 4, 5]);
        assert!(others(Some(0), 1, 3, &mut stream(0)).is_empty());
        let mut drawn = others(None, 3, 3, &mut stream(0));
        drawn.sort_unstable();
        assert_eq!(drawn, [0, 1, 2], "who is not known draws from all");
    }

    #[test]
    fn tables_obey_the_laws() {
        let keys = Bijection::new(Seed(3));
        let key_of = |node: NodeIndex| Key64(keys.apply(u64::from(node.0)));
        let nodes: Vec<_> = (0..500).map(NodeIndex).collect();
        let params = Params { k: 8, ..Params::paper() };
        let tables = tables(
            Seed(3),
            &params,
            &nodes,
            &nodes,
            25,
            |_| None,
            PlaceOf { key: key_of, group: |node: NodeIndex| AddressGroup(node.0.into()) },
        );
        for (&node, table) in nodes.iter().zip(&tables) {
            table.check(key_of(node), &params, key_of);
            assert!(table.bucket(0).len() <= 8 && (14..=25).contains(&table.len()));
        }
        let full = tables.iter().filter(|table| table.bucket(0).len() == 8).count();
        assert!(full > 400, "of 25 contacts, 12 are expected to belong into the first bucket");
    }
}
