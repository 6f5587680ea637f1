//! How many contacts come from one address group (after the peer diversity filter of go-libp2p-kbucket,
//! which limits a bucket to 2 and the table to 3 of a group).
//!
//! Nothing is kept for that: groups are counted when a newcomer wants to come in, and only where they
//! are limited. Who waits for a place counts as who has one, since it may get it at any time.

use super::RoutingTable;
use crate::kademlia::params::Params;
use crate::protocol::AddressGroup;

impl<P: Copy + Eq> RoutingTable<P> {
    /// Whether a node stands in this bucket or waits for a place in it.
    pub fn knows(&self, index: usize, peer: P) -> bool {
        self.position(index, peer).is_some() || self.spares.of(index).contains(&peer)
    }

    /// Whether the limits of [`Params`] let a node be heard from. `beside` are nodes that are kept
    /// beside the table and count as well, each with its bucket.
    pub fn admits(
        &self,
        index: usize,
        peer: P,
        params: &Params,
        beside: impl Iterator<Item = (usize, P)>,
        group_of: impl Fn(P) -> Option<AddressGroup>,
    ) -> bool {
        let Some(group) = group_of(peer) else { return true };
        if self.knows(index, peer) {
            return true;
        }
        let is_of_group = |other: &P| group_of(*other) == Some(group);
        let (mut in_bucket, mut in_table) = (0, 0);
        for (bucket, other) in beside {
            if other == peer {
                return true;
            }
            if is_of_group(&other) && !self.knows(bucket, other) {
                in_bucket += usize::from(bucket == index);
                in_table += 1;
            }
        }
        if let Some(most) = params.bucket_group_limit {
            in_bucket += self.bucket(index).filter(is_of_group).count();
            in_bucket += self.spares.of(index).iter().filter(|&spare| is_of_group(spare)).count();
            if in_bucket >= most {
                return false;
            }
        }
        if let Some(most) = params.table_group_limit {
            in_table += self.contacts().filter(is_of_group).count();
            in_table += self.spares.all().iter().filter(|&spare| is_of_group(spare)).count();
            return in_table < most;
        }
        true
    }

    /// Panics if a bucket or the table has more of one address group than [`Params`] allow, waiting
    /// newcomers and nodes `beside` the table included.
    pub fn check_groups(
        &self,
        params: &Params,
        beside: impl Iterator<Item = (usize, P)>,
        group_of: impl Fn(P) -> Option<AddressGroup>,
    ) {
        let mut all = Vec::new();
        for index in 0..self.buckets() {
            let peers = self.bucket(index).chain(self.spares.of(index).iter().copied());
            all.extend(peers.filter_map(&group_of).map(|group| (group, index)));
        }
        let others = beside.filter(|&(bucket, peer)| !self.knows(bucket, peer));
        all.extend(others.filter_map(|(bucket, peer)| Some((group_of(peer)?, bucket))));
        all.sort_unstable();
        if let Some(most) = params.bucket_group_limit {
            for same in all.chunk_by(|one, other| one == other) {
                let (group, index) = same[0];
                let count = same.len();
                assert!(count <= most, "bucket {index} holds {count} of {group:?}, not {most}");
            }
        }
        if let Some(most) = params.table_group_limit {
            for same in all.chunk_by(|one, other| one.0 == other.0) {
                let (group, count) = (same[0].0, same.len());
                assert!(count <= most, "the table holds {count} of {group:?}, not {most}");
            }
        }
    }
}

/// The groups of a table that is being filled.
#[derive(Clone, Debug, Default)]
pub struct Groups(Vec<(usize, AddressGroup)>);

impl Groups {
    /// Whether one more of this group may stand in this bucket; if so, it is counted.
    pub fn admit(&mut self, index: usize, group: Option<AddressGroup>, params: &Params) -> bool {
        let Some(group) = group else { return true };
        let in_table = self.0.iter().filter(|&&(_, other)| other == group).count();
        let in_bucket = self.0.iter().filter(|&&other| other == (index, group)).count();
        let fits = params.bucket_group_limit.is_none_or(|most| in_bucket < most)
            && params.table_group_limit.is_none_or(|most| in_table < most);
        if fits {
            self.0.push((index, group));
        }
        fits
    }
}
