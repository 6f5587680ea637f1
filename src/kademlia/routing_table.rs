//! The routing table: a bucket for each number of leading key bits shared with the own node
//! (paper, section 2.2), each from the least to the most recently seen contact, with a
//! replacement cache (section 4.1). Here is the table; who comes into a bucket and who goes is
//! decided in `eviction`.
//!
//! It departs from the paper in one thing: buckets are not split. Bucket `i` holds contacts that
//! share exactly `i` bits, from the beginning. The paper's irregular splits, which keep the
//! smallest subtree around the own key with at least `k` nodes whole, are left out, as
//! deployed implementations do: a node whose own range holds fewer than `k` nodes, and the
//! range beside it more, may miss some of its `k` closest (at k = 20 about one node in eleven
//! does).
//!
//! All contacts of a node lie in two flat arrays, bucket after bucket: a contact costs 8 bytes in
//! the simulator and a search for the closest reads memory in order.

mod bucket;
mod eviction;

pub use eviction::Heard;

use super::key::Key;
use super::message::PeerList;
use super::params::Params;
use bucket::{Bucket, Mark};
use smallvec::SmallVec;

/// The contacts of a node.
#[derive(Clone, Debug)]
pub struct RoutingTable<P> {
    peers: Vec<P>,
    marks: Vec<Mark>,
    buckets: Vec<Bucket>,
    /// `Params::replacements` places a bucket, oldest first.
    spares: Vec<P>,
    /// A bit for each bucket with a contact that has failed too often to be given to others
    /// (the last bit stands for all buckets from 63 on), so that marks need not be read where
    /// there is none: that read would be most of the cost of [`RoutingTable::closest`].
    stale: u64,
}

impl<P: Copy + Eq> Default for RoutingTable<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Copy + Eq> RoutingTable<P> {
    /// An empty table.
    pub const fn new() -> Self {
        RoutingTable {
            peers: Vec::new(),
            marks: Vec::new(),
            buckets: Vec::new(),
            spares: Vec::new(),
            stale: 0,
        }
    }

    /// A table as a run would have left it. `buckets` gives for each bucket its contacts and
    /// the second at which it is to be refreshed; all contacts were heard from at `second`.
    pub fn filled(
        contacts: usize,
        buckets: impl Iterator<Item = (PeerList<P>, u64)>,
        second: u64,
    ) -> Self {
        let mut table = RoutingTable {
            peers: Vec::with_capacity(contacts),
            marks: vec![Mark::heard(second); contacts],
            buckets: Vec::new(),
            spares: Vec::new(),
            stale: 0,
        };
        for (peers, refresh_due) in buckets {
            table.grow(table.buckets.len());
            let bucket = table.buckets.last_mut().expect("it was added just now");
            bucket.len = u8::try_from(peers.len()).expect("k is at most 255");
            bucket.refresh_due = refresh_due as u32;
            table.peers.extend(peers);
        }
        assert_eq!(table.peers.len(), contacts, "the number of contacts is that announced");
        table
    }

    /// Number of contacts.
    pub fn len(&self) -> usize {
        self.peers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.peers.is_empty()
    }

    /// All contacts, bucket after bucket.
    pub fn contacts(&self) -> &[P] {
        &self.peers
    }

    /// The contacts of one bucket, the least recently seen first.
    #[inline]
    pub fn bucket(&self, index: usize) -> &[P] {
        self.buckets.get(index).map_or(&[], |bucket| &self.peers[bucket.range()])
    }

    /// Number of buckets up to the last that ever held a contact.
    pub fn buckets(&self) -> usize {
        self.buckets.len()
    }

    /// The newcomers that wait for a place in a bucket, the oldest first.
    pub fn spares(&self, index: usize, params: &Params) -> &[P] {
        let start = index * params.replacements;
        self.buckets.get(index).map_or(&[], |bucket| match bucket.spares {
            0 => &[],
            count => &self.spares[start..start + usize::from(count)],
        })
    }

    /// How many of the leading buckets the paper would have split off: those before the range
    /// around the own key that holds no more than `k` contacts.
    pub fn split_buckets(&self, k: usize) -> usize {
        let mut contacts = 0;
        for index in (0..self.buckets.len()).rev() {
            contacts += usize::from(self.buckets[index].len);
            if contacts > k {
                return index + 1;
            }
        }
        0
    }

    fn grow(&mut self, index: usize) {
        while self.buckets.len() <= index {
            let start = u16::try_from(self.peers.len()).expect("a table holds below 65,536");
            self.buckets.push(Bucket { start, len: 0, spares: 0, refresh_due: 0, spare_since: 0 });
        }
    }

    #[inline]
    fn position(&self, index: usize, peer: P) -> Option<usize> {
        let bucket = self.buckets.get(index)?;
        let range = bucket.range();
        self.peers[range.clone()].iter().position(|&other| other == peer).map(|at| range.start + at)
    }

    fn insert(&mut self, index: usize, peer: P, second: u64) {
        let end = self.buckets[index].range().end;
        self.peers.insert(end, peer);
        self.marks.insert(end, Mark::heard(second));
        self.buckets[index].len += 1;
        for bucket in &mut self.buckets[index + 1..] {
            bucket.start += 1;
        }
    }

    fn remove(&mut self, index: usize, position: usize) {
        self.peers.remove(position);
        self.marks.remove(position);
        self.buckets[index].len -= 1;
        for bucket in &mut self.buckets[index + 1..] {
            bucket.start -= 1;
        }
    }

    /// Notes whether a bucket holds a contact that has failed too often.
    #[cold]
    fn note_stale(&mut self, index: usize, params: &Params) {
        let bit = index.min(63);
        let of_bit = if bit == 63 { 63..self.buckets.len() } else { index..index + 1 };
        let failed = |mark: &Mark| mark.failures() >= params.failures_before_eviction;
        let stale = of_bit.into_iter().any(|bucket| {
            let range = self.buckets[bucket].range();
            self.marks[range].iter().any(failed)
        });
        self.stale = self.stale & !(1 << bit) | u64::from(stale) << bit;
    }

    /// Whether one of these buckets holds a contact that has failed too often.
    #[inline]
    fn any_stale(&self, buckets: std::ops::Range<usize>) -> bool {
        let below = |bucket: usize| (1u64 << bucket.min(63)) - 1;
        // From the first bucket's bit to that of the last.
        let last = buckets.end - 1;
        self.stale & (below(last) | 1 << last.min(63)) & !below(buckets.start) != 0
    }

    /// The bucket is to be refreshed at `second`, unless something is looked up in it before.
    /// A bucket that never held a contact is not noted.
    pub fn set_refresh(&mut self, index: usize, second: u64) {
        if let Some(bucket) = self.buckets.get_mut(index) {
            bucket.refresh_due = second as u32;
        }
    }

    /// The second at which the bucket is to be refreshed.
    pub fn refresh_due(&self, index: usize) -> u64 {
        self.buckets.get(index).map_or(0, |bucket| u64::from(bucket.refresh_due))
    }

    /// Appends the up to `count` contacts closest to `target`, in no particular order, to
    /// `closest`; leaves out those that have failed too often.
    ///
    /// `own` is the own key and `key_of` the key of a contact.
    #[inline]
    pub fn closest<K: Key>(
        &self,
        own: K,
        target: K,
        count: usize,
        params: &Params,
        key_of: impl Fn(P) -> K,
        closest: &mut PeerList<P>,
    ) {
        // Contacts that share more bits with the target come before all that share fewer:
        // first the target's own bucket; then all deeper ones together, as they all part from
        // the target at the same bit; then the shallower ones, the deepest first.
        let shared = own.shared_bits(target) as usize;
        let deepest = self.buckets.len();
        let groups = std::iter::once(shared.min(deepest)..(shared + 1).min(deepest))
            .chain(std::iter::once((shared + 1).min(deepest)..deepest))
            .chain((0..shared.min(deepest)).rev().map(|index| index..index + 1));
        for group in groups {
            if group.is_empty() {
                continue;
            }
            let first = closest.len();
            let start = self.buckets[group.start].range().start;
            let end = self.buckets[group.end - 1].range().end;
            let peers = &self.peers[start..end];
            if self.any_stale(group) {
                let marks = self.marks[start..end].iter();
                let sound = |mark: &Mark| mark.failures() < params.failures_before_eviction;
                let pairs = peers.iter().zip(marks).filter(|(_, mark)| sound(mark));
                closest.extend(pairs.map(|(&peer, _)| peer));
            } else {
                closest.extend_from_slice(peers);
            }
            if closest.len() > count {
                keep_closest(closest, first, count, |peer| key_of(peer).distance(target));
            }
            if closest.len() == count {
                return;
            }
        }
    }

    /// Panics if a law of the table does not hold: each contact in the bucket of its shared
    /// bits, none twice, none the own node, at most `k` a bucket, and the arrays agree.
    pub fn check<K: Key>(&self, own: K, params: &Params, key_of: impl Fn(P) -> K) {
        assert_eq!(self.peers.len(), self.marks.len(), "a mark for each contact");
        let mut start = 0;
        for (index, bucket) in self.buckets.iter().enumerate() {
            assert_eq!(usize::from(bucket.start), start, "buckets follow each other");
            assert!(usize::from(bucket.len) <= params.k, "bucket {index} holds more than k");
            let peers = &self.peers[bucket.range()];
            for (position, &peer) in peers.iter().enumerate() {
                let shared = own.shared_bits(key_of(peer));
                assert_eq!(shared as usize, index, "a contact stands in the bucket of its bits");
                assert!(!peers[..position].contains(&peer), "a contact stands twice");
            }
            start += usize::from(bucket.len);
        }
        assert_eq!(start, self.peers.len(), "each contact has its bucket");
    }
}

/// Keeps of the peers from `first` on those closest, so that `count` are left in all. Each
/// distance is computed once.
fn keep_closest<P: Copy, K: Key>(
    closest: &mut PeerList<P>,
    first: usize,
    count: usize,
    distance: impl Fn(P) -> K,
) {
    let mut ranked: SmallVec<[(K, P); 64]> =
        closest[first..].iter().map(|&peer| (distance(peer), peer)).collect();
    ranked.select_nth_unstable_by_key(count - first, |&(distance, _)| distance);
    closest.truncate(first);
    closest.extend(ranked.iter().take(count - first).map(|&(_, peer)| peer));
}

#[cfg(test)]
mod tests;
