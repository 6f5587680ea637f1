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
//! All contacts of a node lie in one flat array, bucket after bucket and each with its mark: a
//! contact costs 6 bytes in the simulator. Where a bucket ends stands in the table itself, so
//! that its contacts and its spares are found without reading anything in between, and can be
//! fetched ahead together. What is seldom asked for lies apart.

mod diversity;
mod eviction;
mod marks;
mod spares;

pub use diversity::Groups;
pub use eviction::Heard;

use super::key::Key;
use super::message::PeerList;
use super::params::Params;
use crate::memory;
use marks::{Clock, Contact, Mark};
use smallvec::SmallVec;
use spares::Spares;
use std::ops::Range;

/// How much of a table lies in the table itself.
struct Inline;

impl Inline {
    /// Buckets. A network of ten million has contacts in 24 or 25; where there are more, the
    /// table takes memory for them.
    const BUCKETS: usize = 28;
    /// Buckets with spares, which are fuller ones: with k = 20, the first 16 of a million nodes
    /// and the first 19 of ten million can have any, the last of them after days only.
    const WITH_SPARES: usize = 16;
}

/// The contacts of a node.
#[derive(Clone, Debug)]
pub struct RoutingTable<P: Copy> {
    /// For each bucket, where its contacts end.
    ends: SmallVec<[u16; Inline::BUCKETS]>,
    contacts: Vec<Contact<P>>,
    clock: Clock,
    /// A bit for each bucket with a contact that has failed too often to be given to others
    /// (the last bit stands for all buckets from 63 on), so that marks need not be looked at
    /// where there is none.
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
            contacts: Vec::new(),
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
            contacts: Vec::with_capacity(contacts),
            clock: Clock::beginning_at(second),
            ..Self::new()
        };
        for (peers, refresh_due) in buckets {
            let contact = |peer| Contact { peer, mark: Mark::FIRST };
            table.contacts.extend(peers.into_iter().map(contact));
            let end = u16::try_from(table.contacts.len()).expect("a table holds below 65,536");
            table.ends.push(end);
            table.refresh_due.push(refresh_due as u32);
        }
        assert_eq!(table.contacts.len(), contacts, "the number of contacts is that announced");
        table.refresh_due.shrink_to_fit();
        table
    }

    /// The same contacts under other names, each in its bucket and with its date of refresh, as if
    /// all had been heard from at `second`; without those that `name` has none for, and without
    /// spares.
    pub fn renamed<Q: Copy + Eq>(
        &self,
        second: u64,
        name: impl Fn(P) -> Option<Q>,
    ) -> RoutingTable<Q> {
        let bucket = |index| {
            let peers: PeerList<Q> = self.bucket(index).filter_map(&name).collect();
            (peers, self.refresh_due(index))
        };
        let buckets: Vec<_> = (0..self.buckets()).map(bucket).collect();
        let contacts = buckets.iter().map(|(peers, _)| peers.len()).sum();
        RoutingTable::filled(contacts, buckets.into_iter(), second)
    }

    /// Number of contacts.
    pub fn len(&self) -> usize {
        self.contacts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.contacts.is_empty()
    }

    /// All contacts, bucket after bucket.
    pub fn contacts(&self) -> impl ExactSizeIterator<Item = P> + Clone {
        self.contacts.iter().map(|contact| contact.peer)
    }

    /// The contacts of one bucket, the least recently seen first.
    #[inline]
    pub fn bucket(&self, index: usize) -> impl ExactSizeIterator<Item = P> + Clone {
        self.contacts[self.range(index)].iter().map(|contact| contact.peer)
    }

    /// The bucket in which a contact of this name stands, and the contact: where names are those
    /// of addresses, its key may be another than that of `peer`.
    pub fn find(&self, peer: P) -> Option<(usize, P)> {
        let at = self.contacts.iter().position(|contact| { contact.peer } == peer)?;
        let index = self.ends.partition_point(|&end| usize::from(end) <= at);
        Some((index, self.contacts[at].peer))
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
    #[inline]
    pub fn prefetch_bucket(&self, index: usize) {
        memory::prefetch_slice(&self.contacts[self.range(index)]);
    }

    /// Begins to fetch the contacts among which the `k` closest to a key are that shares `shared`
    /// bits with the own one.
    #[inline]
    pub fn prefetch_closest(&self, shared: usize, k: usize) {
        let range = self.range(shared);
        if range.len() >= k {
            return memory::prefetch_slice(&self.contacts[range]);
        }
        // All deeper ones as well, and the next that is shallower: they lie in a row.
        let above = self.range(shared.min(self.ends.len()).saturating_sub(1));
        let end = self.contacts.len().min(above.end + 3 * k);
        memory::prefetch_slice(&self.contacts[above.start..end]);
    }

    /// Begins to fetch what hearing from a node of this bucket touches.
    #[inline]
    pub fn prefetch_hearing(&self, index: usize) {
        self.prefetch_bucket(index);
        memory::prefetch_slice(self.spares.touched(index));
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
            let end = u16::try_from(self.contacts.len()).expect("a table holds below 65,536");
            self.ends.resize(index + 1, end);
            self.refresh_due.resize(index + 1, 0);
        }
    }

    #[inline]
    fn position(&self, index: usize, peer: P) -> Option<usize> {
        let range = self.range(index);
        let start = range.start;
        self.contacts[range].iter().position(|other| { other.peer } == peer).map(|at| start + at)
    }

    fn insert(&mut self, index: usize, peer: P, second: u64, params: &Params) {
        let mark = self.clock.heard(second, params, &mut self.contacts);
        let end = usize::from(self.ends[index]);
        make_room(&mut self.contacts);
        self.contacts.insert(end, Contact { peer, mark });
        for end in &mut self.ends[index..] {
            *end += 1;
        }
    }

    /// Puts a contact last in its bucket, in place of the one at `position`.
    #[inline]
    fn put_last(&mut self, index: usize, position: usize, contact: Contact<P>) {
        let last = usize::from(self.ends[index]) - 1;
        if position < last {
            self.contacts.copy_within(position + 1..=last, position);
        }
        self.contacts[last] = contact;
    }

    /// Puts a newcomer in the place of a contact.
    fn replace(&mut self, index: usize, position: usize, peer: P, second: u64, params: &Params) {
        let mark = self.clock.heard(second, params, &mut self.contacts);
        self.put_last(index, position, Contact { peer, mark });
    }

    fn remove(&mut self, index: usize, position: usize) {
        self.contacts.remove(position);
        for end in &mut self.ends[index..] {
            *end -= 1;
        }
    }

    /// Notes whether a bucket holds a contact that has failed too often.
    #[cold]
    fn note_stale(&mut self, index: usize, params: &Params) {
        let bit = index.min(63);
        let of_bit = if bit == 63 { 63..self.ends.len() } else { index..index + 1 };
        let failed =
            |contact: &Contact<P>| contact.mark.failures() >= params.failures_before_eviction;
        let stale =
            of_bit.into_iter().any(|bucket| self.contacts[self.range(bucket)].iter().any(failed));
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
            let start = self.range(group.start).start;
            let contacts = &self.contacts[start..usize::from(self.ends[group.end - 1])];
            let most =
                if self.any_stale(group) { params.failures_before_eviction } else { u32::MAX };
            let sound = contacts.iter().filter(|contact| contact.mark.failures() < most);
            let peers = sound.map(|contact| contact.peer);
            let room = count - closest.len();
            if contacts.len() <= room {
                closest.extend(peers);
            } else {
                closest.extend(closest_of(peers, room, |peer| key_of(peer).distance(target)));
            }
            if closest.len() == count {
                return;
            }
        }
    }

    /// Panics if a law of the table does not hold: each contact in the bucket of its shared
    /// bits, none twice, none the own node, at most `k` a bucket, and a date for each.
    pub fn check<K: Key>(&self, own: K, params: &Params, key_of: impl Fn(P) -> K) {
        assert_eq!(self.refresh_due.len(), self.ends.len(), "a date for each bucket");
        let mut start = 0;
        for index in 0..self.ends.len() {
            let range = self.range(index);
            assert_eq!(range.start, start, "buckets follow each other");
            assert!(range.len() <= params.k, "bucket {index} holds more than k");
            start = range.end;
            let peers = self.bucket(index);
            for (position, peer) in peers.clone().enumerate() {
                let shared = own.shared_bits(key_of(peer));
                assert_eq!(shared as usize, index, "a contact stands in the bucket of its bits");
                assert!(
                    peers.clone().take(position).all(|other| other != peer),
                    "a contact stands twice"
                );
            }
        }
        assert_eq!(start, self.contacts.len(), "each contact has its bucket");
    }
}

/// Makes room for one more where there is none: as much as the allocator gives anyway, whose sizes
/// are four between a power of two and the next, and at least 64 bytes more. Doubling would leave a
/// quarter of all tables empty.
fn make_room<T>(values: &mut Vec<T>) {
    if values.len() == values.capacity() {
        let bytes = (values.len() + 1) * size_of::<T>();
        let apart = (bytes.next_power_of_two() / 8).max(64);
        values.reserve_exact(bytes.next_multiple_of(apart) / size_of::<T>() - values.len());
    }
}

/// The up to `count` closest of these peers, in no particular order. Each distance is computed
/// once, and the list of those wanted never holds more than it will: a longer one would leave its
/// place in the message.
fn closest_of<P: Copy, K: Key>(
    peers: impl Iterator<Item = P>,
    count: usize,
    distance: impl Fn(P) -> K,
) -> impl Iterator<Item = P> {
    let mut ranked: SmallVec<[(K, P); 64]> = peers.map(|peer| (distance(peer), peer)).collect();
    if ranked.len() > count {
        ranked.select_nth_unstable_by_key(count, |&(distance, _)| distance);
    }
    ranked.into_iter().take(count).map(|(_, peer)| peer)
}

#[cfg(test)]
impl<P: Copy> RoutingTable<P> {
    pub(super) const CONTACT_BYTES: usize = size_of::<Contact<P>>();
}

#[cfg(test)]
mod tests;
