//! Tables in which address groups are limited: what would not have been let in is taken out, and others
//! of its bucket's range have come in its place.

use super::crowd::Member;
use super::draws::Draws;
use crate::kademlia::message::PeerList;
use crate::kademlia::params::Params;
use crate::kademlia::routing_table::Groups;
use crate::protocol::{AddressGroup, NodeIndex};
use std::ops::Range;

/// How many nodes of a range are tried for a bucket that has room. Who meets more strangers of a range
/// than this while it takes in few has taken in nearly all of the groups that there are.
const MOST_TRIED: usize = 256;

/// Lets the limits of address groups act on a node's buckets, each with the second of its refresh: the
/// contacts come in a random order, as nodes are met on all ways through the key space, and then for the
/// buckets that have room, from the deepest on, others of their `ranges`.
pub(super) fn limit(
    buckets: &mut [(PeerList<NodeIndex>, u64)],
    ranges: &[Range<usize>],
    members: &[Member],
    params: &Params,
    draws: &mut Draws<'_>,
    group_of: impl Fn(NodeIndex) -> AddressGroup,
) {
    let mut groups = Groups::default();
    let of_bucket = |(index, (peers, _)): (usize, &(PeerList<NodeIndex>, u64))| {
        let peers: Vec<_> = peers.iter().map(|&peer| (index, peer)).collect();
        peers
    };
    let mut met: Vec<(usize, NodeIndex)> = buckets.iter().enumerate().flat_map(of_bucket).collect();
    for place in (1..met.len()).rev() {
        met.swap(place, draws.below(place + 1));
    }
    let mut comes = |index: usize, peer, buckets: &mut [(PeerList<NodeIndex>, u64)]| {
        if groups.admit(index, Some(group_of(peer)), params) {
            buckets[index].0.push(peer);
        }
    };
    buckets.iter_mut().for_each(|(peers, _)| peers.clear());
    for (index, peer) in met {
        comes(index, peer, buckets);
    }
    for (index, range) in ranges.iter().enumerate().rev() {
        let range = &members[range.clone()];
        for turn in 0..range.len().min(MOST_TRIED) {
            if buckets[index].0.len() == params.k {
                break;
            }
            let drawn = if range.len() <= MOST_TRIED { turn } else { draws.below(range.len()) };
            let peer = range[drawn].node;
            if !buckets[index].0.contains(&peer) {
                comes(index, peer, buckets);
            }
        }
    }
}
