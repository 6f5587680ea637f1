//! Routing tables filled from global knowledge, as the protocol would have left them: every
//! bucket holds all nodes of its range if these are at most k, and k of them otherwise. Which k
//! depends on how the network came about ([`History`]).

// Those who had come by some time.
mod crowd;
// What one node draws.
mod draws;
// How buckets filled in a network that grew.
mod growth;

use crate::kademlia::key::Key64;
use crate::kademlia::message::PeerList;
use crate::kademlia::params::{Eviction, Params};
use crate::kademlia::routing_table::RoutingTable;
use crate::protocol::NodeIndex;
use crate::rng::{PacketDraws, Purpose, Seed};
use crate::time::Duration;
use crowd::{Crowd, Member, Subtree};
use draws::Draws;
use growth::{Newcomer, Reach};
use rayon::prelude::*;
use smallvec::SmallVec;

/// How a network came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum History {
    /// Its nodes came one after the other, and a bucket that was full kept its contacts.
    Grown,
    /// Its nodes came all at once, or buckets have long exchanged their contacts: a full one
    /// holds any k of its range.
    Even,
}

impl History {
    /// The history of a network whose nodes came in a time of this length.
    pub(super) fn of(init: Duration, params: &Params) -> Self {
        // A pending entry takes the place of a contact that is only silent, so that the
        // refreshes of a few hours mix a bucket.
        if init == Duration::ZERO || params.eviction == Eviction::Pending {
            History::Even
        } else {
            History::Grown
        }
    }
}

/// The tables of `nodes`, in their order.
pub(super) fn tables(
    seed: Seed,
    params: &Params,
    history: History,
    nodes: &[NodeIndex],
    key_of: impl Fn(NodeIndex) -> Key64 + Sync,
) -> Vec<RoutingTable<NodeIndex>> {
    let named = PacketDraws::new(seed, Purpose::WarmStart);
    let mut arrivals: Vec<_> =
        nodes.par_iter().map(|&node| (named.bits(u64::from(node.0), 0), node)).collect();
    arrivals.par_sort_unstable();
    let members = arrivals.into_par_iter().enumerate();
    let members = members
        .map(|(elders, (_, node))| Member { key: key_of(node), elders: elders as u32, node })
        .collect();
    let world = World { params, history, crowds: Crowd::halved(members), named };
    // In the order of their keys: neighbours have most ranges in common.
    let members = world.crowds[0].members();
    let filled: Vec<_> = members.par_iter().map(|&member| world.table(member)).collect();
    let mut tables: Vec<_> = nodes.iter().map(|_| RoutingTable::new()).collect();
    for (member, table) in members.iter().zip(filled) {
        let place = nodes.binary_search(&member.node).expect("members are nodes, in order");
        tables[place] = table;
    }
    tables
}

/// What all tables are filled from.
struct World<'p> {
    params: &'p Params,
    history: History,
    crowds: Vec<Crowd>,
    named: PacketDraws,
}

impl World<'_> {
    fn table(&self, owner: Member) -> RoutingTable<NodeIndex> {
        let k = self.params.k;
        let crowd = &self.crowds[0];
        let mut ranges: SmallVec<[_; 64]> = SmallVec::new();
        let mut around = crowd.members().len();
        while around > 1 {
            let range = crowd.range(Subtree::beside(owner.key, ranges.len() as u32));
            around -= range.len();
            ranges.push(range);
        }
        let contacts = ranges.iter().map(|range| range.len().min(k)).sum();
        let mut draws = Draws::new(&self.named, owner.node);
        let reach = Reach::of(self.params);
        let newcomer = (self.history == History::Grown)
            .then(|| Newcomer::new(owner, reach, ranges.len(), &self.crowds, &mut draws));
        let interval = self.params.refresh_interval.as_nanos() / 1_000_000_000;
        let buckets = ranges.iter().enumerate().map(|(depth, range)| {
            let mut peers = PeerList::new();
            let range = &crowd.members()[range.clone()];
            match &newcomer {
                Some(newcomer) if range.len() > k => newcomer.fill(depth, &mut draws, &mut peers),
                _ => draw(range, k, &mut draws, &mut peers),
            }
            // A running node has refreshed its buckets at all times of the last interval.
            (peers, draws.below(interval as usize + 1) as u64)
        });
        RoutingTable::filled(contacts, buckets, 0)
    }
}

/// All of `range`, or `k` different ones drawn from it, in a random order.
fn draw(range: &[Member], k: usize, draws: &mut Draws<'_>, peers: &mut PeerList<NodeIndex>) {
    if range.len() <= 2 * k {
        peers.extend(range.iter().map(|member| member.node));
        for place in 0..peers.len().min(k) {
            let other = place + draws.below(peers.len() - place);
            peers.swap(place, other);
        }
        peers.truncate(k);
        return;
    }
    while peers.len() < k {
        let node = range[draws.below(range.len())].node;
        if !peers.contains(&node) {
            peers.push(node);
        }
    }
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
        let tables = tables(Seed(3), &params, History::Grown, &nodes, key_of);
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
