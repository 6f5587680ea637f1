//! Routing tables filled from global knowledge, as the protocol would have left them: every
//! bucket holds all nodes of its range if these are at most k, and k of them otherwise. Which k
//! depends on how the network came about ([`History`]).

// Those who had come by some time.
mod crowd;
// What limits of address groups leave of a table.
mod diverse;
// What one node draws.
mod draws;
// How buckets filled in a network that grew.
mod growth;
// Whom the lookups found that filled them.
mod searches;

use crate::kademlia::key::{Key, Key64};
use crate::kademlia::message::PeerList;
use crate::kademlia::params::{Eviction, Params};
use crate::kademlia::routing_table::RoutingTable;
use crate::protocol::{AddressGroup, NodeIndex};
use crate::rng::{PacketDraws, Purpose, Seed};
use crate::time::Duration;
use crowd::{Crowd, Member, Subtree};
use draws::Draws;
use growth::{Newcomer, Reach};
use rayon::prelude::*;
use searches::Searches;
use std::ops::Range;

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

/// So many tables are filled at a time: all of them, lying beside the network that they become
/// part of, would take a good deal of memory, and to take memory takes time.
const AT_A_TIME: usize = 1 << 13;

/// Fills the tables of all nodes present, which are given in the order of their keys, and hands
/// them out in that order, those of nodes that
/// others keep first. The unknown stand in no table. Who has the lower number came earlier: numbers say nothing of keys,
/// so that is as good as any order.
pub(super) fn fill(
    seed: Seed,
    params: &Params,
    history: History,
    kept: Vec<(Key64, NodeIndex)>,
    unknown: Vec<(Key64, NodeIndex)>,
    group_of: impl Fn(NodeIndex) -> AddressGroup + Sync,
    mut each: impl FnMut(Key64, NodeIndex, RoutingTable<NodeIndex>),
) {
    let named = PacketDraws::new(seed, Purpose::WarmStart);
    let crowds = Crowd::halved(members(kept));
    let world = World { params, history, crowds, named, group_of };
    let mut tables = Vec::new();
    // In the order of their keys: neighbours have most ranges in common.
    for members in world.crowds[0].members().chunks(AT_A_TIME) {
        let members_of = members.par_iter().with_min_len(256);
        let filled = members_of.map_init(Hand::default, |hand, &owner| world.table(owner, hand));
        filled.collect_into_vec(&mut tables);
        for (member, table) in members.iter().zip(tables.drain(..)) {
            each(member.key, member.node, table);
        }
    }
    // Whom nobody keeps nobody has told of itself: its table grew by its own lookups, and evenly.
    let world = World { history: History::Even, ..world };
    let mut hand = Hand::default();
    for (key, node) in unknown {
        let table = world.table(Member { key, elders: 0, node }, &mut hand);
        each(key, node, table);
    }
}

/// Nodes count as having come by turns from so many parts of equal length of the list of nodes:
/// elders are asked more often, and should be spread evenly over blocks of nodes.
const PARTS: usize = 64;

/// The nodes that are present, with the number of those that came before.
fn members(present: Vec<(Key64, NodeIndex)>) -> Vec<Member> {
    let mut members: Vec<_> =
        present.into_iter().map(|(key, node)| Member { key, elders: 0, node }).collect();
    let places = members.iter().map(|member| member.node.get() + 1).max().unwrap_or(0);
    let mut elders = vec![0; places];
    members.iter().for_each(|member| elders[member.node.get()] = 1);
    let length = places.div_ceil(PARTS);
    let turns = (0..length).flat_map(|turn| (0..PARTS).map(move |part| part * length + turn));
    let mut before = 0;
    for place in turns.filter(|&place| place < places) {
        before += std::mem::replace(&mut elders[place], before);
    }
    members.iter_mut().for_each(|member| member.elders = elders[member.node.get()]);
    members
}

/// What all tables are filled from.
struct World<'p, G> {
    params: &'p Params,
    history: History,
    crowds: Vec<Crowd>,
    named: PacketDraws,
    group_of: G,
}

/// What is at hand while one table after the other is filled.
#[derive(Default)]
struct Hand<'w> {
    /// Whose table was filled last.
    owner: Option<Key64>,
    /// The ranges of its buckets.
    ranges: Vec<Range<usize>>,
    searches: Searches<'w>,
}

impl<G: Fn(NodeIndex) -> AddressGroup> World<'_, G> {
    /// Finds the ranges of a node's buckets. Those that it shares with the node before are known.
    fn find_ranges(&self, owner: Key64, hand: &mut Hand<'_>) {
        let crowd = &self.crowds[0];
        let shared = hand.owner.map_or(0, |last| last.shared_bits(owner) as usize);
        hand.owner = Some(owner);
        hand.ranges.truncate(shared);
        let beside: usize = hand.ranges.iter().map(Range::len).sum();
        let mut around = crowd.members().len() - beside;
        // The last member around the owner is itself, if it is one.
        let own = usize::from(crowd.has(owner));
        while around > own {
            let range = crowd.range(Subtree::beside(owner, hand.ranges.len() as u32));
            around -= range.len();
            hand.ranges.push(range);
        }
    }

    fn table<'w>(&'w self, owner: Member, hand: &mut Hand<'w>) -> RoutingTable<NodeIndex> {
        let k = self.params.k;
        let crowd = &self.crowds[0];
        self.find_ranges(owner.key, hand);
        let Hand { ranges, searches, .. } = hand;
        let contacts = ranges.iter().map(|range| range.len().min(k)).sum();
        let mut draws = Draws::new(&self.named, owner.node);
        let newcomer = (self.history == History::Grown).then(|| {
            let sizes = ranges.iter().map(Range::len);
            let reach = Reach::of(self.params);
            Newcomer::new(owner, reach, sizes, &self.crowds, &mut draws, searches)
        });
        let interval = self.params.refresh_interval.as_nanos() / 1_000_000_000;
        let buckets = ranges.iter().enumerate().map(|(depth, range)| {
            let mut peers = PeerList::new();
            let range = &crowd.members()[range.clone()];
            match &newcomer {
                Some(newcomer) if range.len() > k => {
                    newcomer.fill(depth, &mut draws, searches, &mut peers);
                }
                _ => draw(range, k, &mut draws, &mut peers),
            }
            // A running node has refreshed its buckets at all times of the last interval.
            (peers, draws.below(interval as usize + 1) as u64)
        });
        if self.params.limits_contacts() {
            let mut buckets: Vec<_> = buckets.collect();
            let (members, group_of) = (crowd.members(), &self.group_of);
            diverse::limit(&mut buckets, ranges, members, self.params, &mut draws, group_of);
            let contacts = buckets.iter().map(|(peers, _)| peers.len()).sum();
            return RoutingTable::filled(contacts, buckets.into_iter(), 0);
        }
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
        let mut present: Vec<_> = nodes.iter().map(|&node| (key_of(node), node)).collect();
        present.sort_unstable();
        let mut tables = Vec::new();
        let each = |_, node, table| tables.push((node, table));
        let group_of = |node: NodeIndex| AddressGroup(node.0.into());
        fill(Seed(3), &params, History::Grown, present, vec![], group_of, each);
        assert_eq!(tables.len(), nodes.len());
        for (node, table) in tables {
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
