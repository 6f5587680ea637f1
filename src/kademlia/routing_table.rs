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
//! All contacts of a node lie in one flat array, bucket after bucket, and their marks in another: a
//! contact costs 6 bytes in the simulator. Where a bucket ends stands in the table itself, so
//! that its contacts, its marks and its spares are found without reading anything in between,
//! and can be fetched ahead together. What is seldom asked for lies apart.

mod eviction;
mod marks;
mod spares;

pub use eviction::Heard;

use super::key::Key;
use super::message::PeerList;
use super::params::Params;
use crate::memory;
use marks::{Clock, Mark};
use smallvec::SmallVec;
use spares::Spares;
use std::ops::Range;

/// How much of a table lies in the table itself.
struct Inline;

impl Inline {
    /// Buckets. A network of ten million has contacts in 24 or 25; where there are more, the
    /// table takes memory for them.
    const BUCKETS: usize = 28;
}

/// The contacts of a node.
#[derive(Clone, Debug)]
pub struct RoutingTable<P> {
    /// For each bucket, where its contacts end.
    ends: SmallVec<[u16; Inline::BUCKETS]>,
    peers: Vec<P>,
    marks: Vec<Mark>,
    clock: Clock,
    /// A bit for each bucket with a contact that has failed too often to be given to others
    /// (the last bit stands for all buckets from 63 on), so that marks need not be read where
    /// there is none: that read would be most of the cost of [`RoutingTable::closest`].
    stale: u64,
    spares: Spares<P>,
    /// For each bucket the second at which it is to be refreshed; 0 if nothing was ever looked up
    /// in its range.
    refresh_due: Vec<u32>,
}

impl<P: Copy + Eq> Default for RoutingTable<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Copy + Eq> RoutingTable<P> {
    /// An empty table.
    pub fn new() -> Self {
        RoutingTable {
            ends: SmallVec::new(),
            peers: Vec::new(),
            marks: Vec::new(),
            clock: Clock::beginning_at(0),
            stale: 0,
            spares: Spares::new(),
            refresh_due: Vec::new(),
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
            marks: vec![Mark::FIRST; contacts],
            clock: Clock::beginning_at(second),
            ..Self::new()
        };
        for (peers, refresh_due) in buckets {
            table.peers.extend(peers);
            let end = u16::try_from(table.peers.len()).expect("a table holds below 65,536");
            table.ends.push(end);
            table.refresh_due.push(refresh_due as u32);
        }
        assert_eq!(table.peers.len(), contacts, "the number of contacts is that announced");
        table.refresh_due.shrink_to_fit();
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
        &self.peers[self.range(index)]
    }

    /// Number of buckets up to the last that ever held a contact.
    pub fn buckets(&self) -> usize {
        self.ends.len()
    }

    /// The newcomers that wait for a place in a bucket, the oldest first.
    pub fn spares(&self, index: usize) -> &[P] {
        self.spares.of(index)
    }

    /// Begins to fetch the contacts of one bucket.
    pub fn prefetch_bucket(&self, index: usize) {
        memory::prefetch_slice(self.bucket(index));
    }

    /// Begins to fetch the contacts among which the `k` closest to a key are that shares `shared`
    /// bits with the own one.
    #[inline]
    pub fn prefetch_closest(&self, shared: usize, k: usize) {
        let range = self.range(shared);
        if range.len() >= k {
            return memory::prefetch_slice(&self.peers[range]);
        }
        // All deeper ones as well, and the next that is shallower: they lie in a row.
        let above = self.range(shared.min(self.ends.len()).saturating_sub(1));
        let end = self.peers.len().min(above.end + 3 * k);
        memory::prefetch_slice(&self.peers[above.start..end]);
    }

    /// Begins to fetch what hearing from a node of this bucket touches.
    #[inline]
    pub fn prefetch_hearing(&self, index: usize) {
        let range = self.range(index);
        memory::prefetch_slice(&self.peers[range.clone()]);
        memory::prefetch_slice(&self.marks[range]);
        memory::prefetch_slice(self.spares.of(index));
    }

    /// How many of the leading buckets the paper would have split off: those before the range
    /// around the own key that holds no more than `k` contacts.
    pub fn split_buckets(&self, k: usize) -> usize {
        let mut contacts = 0;
        for index in (0..self.ends.len()).rev() {
            contacts += self.range(index).len();
            if contacts > k {
                return index + 1;
            }
        }
        0
    }

    /// The places of a bucket's contacts.
    #[inline]
    fn range(&self, index: usize) -> Range<usize> {
        let Some(&end) = self.ends.get(index) else { return 0..0 };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        usize::from(start)..usize::from(end)
    }

    #[inline]
    fn grow(&mut self, index: usize) {
        if self.ends.len() <= index {
            let end = u16::try_from(self.peers.len()).expect("a table holds below 65,536");
            self.ends.resize(index + 1, end);
            self.refresh_due.resize(index + 1, 0);
        }
    }

    #[inline]
    fn position(&self, index: usize, peer: P) -> Option<usize> {
        let range = self.range(index);
        self.peers[range.clone()].iter().position(|&other| other == peer).map(|at| range.start + at)
    }

    fn insert(&mut self, index: usize, peer: P, second: u64, params: &Params) {
        let mark = self.clock.heard(second, params, &mut self.marks);
        let end = usize::from(self.ends[index]);
        grow_by_part(&mut self.peers, 8);
        self.peers.insert(end, peer);
        grow_by_part(&mut self.marks, 8);
        self.marks.insert(end, mark);
        for end in &mut self.ends[index..] {
            *end += 1;
        }
    }

    fn remove(&mut self, index: usize, position: usize) {
        self.peers.remove(position);
        self.marks.remove(position);
        for end in &mut self.ends[index..] {
            *end -= 1;
        }
    }

    /// Notes whether a bucket holds a contact that has failed too often.
    #[cold]
    fn note_stale(&mut self, index: usize, params: &Params) {
        let bit = index.min(63);
        let of_bit = if bit == 63 { 63..self.ends.len() } else { index..index + 1 };
        let failed = |mark: &Mark| mark.failures() >= params.failures_before_eviction;
        let stale =
            of_bit.into_iter().any(|bucket| self.marks[self.range(bucket)].iter().any(failed));
        self.stale = self.stale & !(1 << bit) | u64::from(stale) << bit;
    }

    /// Whether one of these buckets holds a contact that has failed too often.
    #[inline]
    fn any_stale(&self, buckets: Range<usize>) -> bool {
        let below = |bucket: usize| (1u64 << bucket.min(63)) - 1;
        // From the first bucket's bit to that of the last.
        let last = buckets.end - 1;
        self.stale & (below(last) | 1 << last.min(63)) & !below(buckets.start) != 0
    }

    /// The bucket is to be refreshed at `second`, unless something is looked up in it before.
    /// A bucket that never held a contact is not noted.
    pub fn set_refresh(&mut self, index: usize, second: u64) {
        if let Some(due) = self.refresh_due.get_mut(index) {
            *due = second as u32;
        }
    }

    /// The second at which the bucket is to be refreshed.
    pub fn refresh_due(&self, index: usize) -> u64 {
        self.refresh_due.get(index).map_or(0, |&due| u64::from(due))
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
        let deepest = self.ends.len();
        let groups = std::iter::once(shared.min(deepest)..(shared + 1).min(deepest))
            .chain(std::iter::once((shared + 1).min(deepest)..deepest))
            .chain((0..shared.min(deepest)).rev().map(|index| index..index + 1));
        for group in groups {
            if group.is_empty() {
                continue;
            }
            let first = closest.len();
            let start = self.range(group.start).start;
            let end = usize::from(self.ends[group.end - 1]);
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
        assert_eq!(self.refresh_due.len(), self.ends.len(), "a date for each bucket");
        let mut start = 0;
        for index in 0..self.ends.len() {
            let range = self.range(index);
            assert_eq!(range.start, start, "buckets follow each other");
            assert!(range.len() <= params.k, "bucket {index} holds more than k");
            start = range.end;
            let peers = &self.peers[range];
            for (position, &peer) in peers.iter().enumerate() {
                let shared = own.shared_bits(key_of(peer));
                assert_eq!(shared as usize, index, "a contact stands in the bucket of its bits");
                assert!(!peers[..position].contains(&peer), "a contact stands twice");
            }
        }
        assert_eq!(start, self.peers.len(), "each contact has its bucket");
    }
}

/// Makes room for one more where there is none: a `part`-th of what is there, and four. Doubling
/// would leave a quarter of all tables empty.
fn grow_by_part<T>(values: &mut Vec<T>, part: usize) {
    if values.len() == values.capacity() {
        values.reserve_exact(values.len() / part + 4);
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
impl<P> RoutingTable<P> {
    pub(super) const MARK_BYTES: usize = size_of::<Mark>();
}

#[cfg(test)]
mod tests;
