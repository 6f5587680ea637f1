//! The routing table: a bucket for each number of leading key bits shared with the own node
//! (paper, section 2.2), each from the least to the most recently seen contact, with a
//! replacement cache (section 4.1).
//!
//! It departs from the paper in one thing: buckets are not split. Bucket `i` holds contacts that
//! share exactly `i` bits, from the beginning; so the own neighbourhood, which the paper keeps
//! whole by irregular splits, is whole here because its buckets are not full.
//!
//! All contacts of a node lie in two flat arrays, bucket after bucket: a contact costs 8 bytes in
//! the simulator and a search for the closest reads memory in order.

use super::key::Key;
use super::message::PeerList;
use super::params::{Eviction, Params};
use smallvec::SmallVec;

/// What is remembered of a contact beside its name.
#[derive(Clone, Copy, Debug, Default)]
struct Mark(u32);

impl Mark {
    const FAILURE_BITS: u32 = 6;
    const MAX_FAILURES: u32 = (1 << Self::FAILURE_BITS) - 1;

    /// Heard from at `second`; no failures since. Seconds saturate after two years.
    fn heard(second: u64) -> Self {
        Mark((second.min(u64::from(u32::MAX >> Self::FAILURE_BITS)) as u32) << Self::FAILURE_BITS)
    }

    fn second(self) -> u64 {
        u64::from(self.0 >> Self::FAILURE_BITS)
    }

    fn failures(self) -> u32 {
        self.0 & Self::MAX_FAILURES
    }

    fn with_failure(self) -> Self {
        Mark(if self.failures() < Self::MAX_FAILURES { self.0 + 1 } else { self.0 })
    }
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Where its contacts begin.
    start: u16,
    /// How many there are.
    len: u8,
    /// How many newcomers wait in the replacement cache.
    spares: u8,
    /// The second at which it is to be refreshed; 0 for a bucket in whose range nothing was
    /// ever looked up.
    refresh_due: u32,
    /// The second at which the newest spare came.
    spare_since: u32,
}

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

/// What came of hearing from a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard<P> {
    /// It is a contact.
    Contact,
    /// Its bucket is full; this contact, the least recently seen of it, may be questioned.
    Full {
        /// The contact in doubt.
        oldest: P,
    },
    /// Its bucket is full of contacts that are in good standing.
    Refused,
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

    /// A node was heard from; `answered` says whether it answered a request of ours.
    ///
    /// A contact becomes its bucket's most recently seen. A newcomer is taken in if the bucket
    /// has room; otherwise it goes to the replacement cache and the eviction policy decides.
    #[inline]
    pub fn heard(
        &mut self,
        index: usize,
        peer: P,
        second: u64,
        answered: bool,
        params: &Params,
    ) -> Heard<P> {
        let Some(position) = self.position(index, peer) else {
            return self.newcomer(index, peer, second, params);
        };
        let last = self.buckets[index].range().end - 1;
        let only_answers_count = params.eviction == Eviction::ReplaceUseless;
        let before = self.marks[position];
        let mark = if answered || !only_answers_count && before.failures() == 0 {
            Mark::heard(second)
        } else {
            // A query shows that it lives, not that it can be reached: failures stand.
            before
        };
        if position < last {
            self.peers[position..=last].rotate_left(1);
            self.marks[position..=last].rotate_left(1);
        }
        self.marks[last] = mark;
        if before.failures() > mark.failures() {
            self.note_stale(index, params);
        }
        Heard::Contact
    }

    #[cold]
    fn newcomer(&mut self, index: usize, peer: P, second: u64, params: &Params) -> Heard<P> {
        self.grow(index);
        if usize::from(self.buckets[index].len) < params.k {
            self.insert(index, peer, second);
            return Heard::Contact;
        }
        let start = usize::from(self.buckets[index].start);
        let (oldest, mark) = (self.peers[start], self.marks[start]);
        let silent = second.saturating_sub(mark.second());
        let in_doubt = silent >= params.questionable_after.as_nanos() / 1_000_000_000;
        match params.eviction {
            Eviction::ReplaceUseless if in_doubt => {
                self.remove(index, start);
                self.insert(index, peer, second);
                self.note_stale(index, params);
                Heard::Contact
            }
            Eviction::ReplaceUseless => Heard::Refused,
            Eviction::PingOldest => {
                self.add_spare(index, peer, second, params);
                if mark.failures() >= params.failures_before_eviction {
                    if params.replacements > 0 {
                        self.promote_spare(index, start, second, params);
                    } else {
                        self.remove(index, start);
                        self.insert(index, peer, second);
                    }
                    return Heard::Contact;
                }
                if in_doubt { Heard::Full { oldest } } else { Heard::Refused }
            }
            Eviction::Pending => self.wait_in_line(index, peer, second, params),
        }
    }

    /// rust-libp2p's pending entry: a newcomer that has waited long enough replaces the least
    /// recently seen contact if that was not heard from meanwhile.
    fn wait_in_line(&mut self, index: usize, peer: P, second: u64, params: &Params) -> Heard<P> {
        let Bucket { start, spares, spare_since, .. } = self.buckets[index];
        let start = usize::from(start);
        let since = u64::from(spare_since);
        let delay = params.pending_delay.as_nanos() / 1_000_000_000;
        if spares > 0 && second >= since + delay {
            if self.marks[start].second() < since {
                self.promote_spare(index, start, second, params);
            } else {
                self.buckets[index].spares = 0;
            }
        }
        if self.position(index, peer).is_some() {
            return Heard::Contact;
        }
        if self.buckets[index].spares == 0 {
            self.add_spare(index, peer, second, params);
        }
        Heard::Refused
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

    fn add_spare(&mut self, index: usize, peer: P, second: u64, params: &Params) {
        let room = params.replacements;
        if room == 0 {
            return;
        }
        let start = index * room;
        if self.spares.len() < start + room {
            self.spares.resize(start + room, peer);
        }
        let bucket = &mut self.buckets[index];
        let count = usize::from(bucket.spares);
        let spares = &mut self.spares[start..start + room];
        if let Some(at) = spares[..count].iter().position(|&spare| spare == peer) {
            spares[at..count].rotate_left(1);
        } else if count < room {
            spares[count] = peer;
            bucket.spares += 1;
            bucket.spare_since = second as u32;
        } else {
            spares.rotate_left(1);
            spares[room - 1] = peer;
            bucket.spare_since = second as u32;
        }
    }

    /// Puts the newest spare in the place of a contact, as the least recently *seen* one: it
    /// was not heard from since it came.
    fn promote_spare(&mut self, index: usize, position: usize, second: u64, params: &Params) {
        let bucket = &mut self.buckets[index];
        assert!(bucket.spares > 0, "only a bucket with spares promotes one");
        bucket.spares -= 1;
        let spare = self.spares[index * params.replacements + usize::from(bucket.spares)];
        self.remove(index, position);
        self.insert(index, spare, second);
        self.note_stale(index, params);
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

    /// A contact that was in doubt did not answer the probe: it gives way to the newest spare
    /// (paper, section 2.2).
    pub fn evict(&mut self, index: usize, peer: P, second: u64, params: &Params) {
        let Some(position) = self.position(index, peer) else { return };
        if self.buckets[index].spares > 0 {
            self.promote_spare(index, position, second, params);
        } else {
            self.marks[position] = self.marks[position].with_failure();
            self.note_stale(index, params);
        }
    }

    /// A request to a contact has failed. It is replaced by the newest spare once it has
    /// failed often enough; without a spare it stays, doubted, or goes, as
    /// [`Params::keep_stale`] says.
    pub fn failed(&mut self, index: usize, peer: P, second: u64, params: &Params) {
        let Some(position) = self.position(index, peer) else { return };
        let mark = self.marks[position].with_failure();
        self.marks[position] = mark;
        if mark.failures() < params.failures_before_eviction {
            return;
        }
        if self.buckets[index].spares > 0 {
            self.promote_spare(index, position, second, params);
        } else {
            if !params.keep_stale {
                self.remove(index, position);
            }
            self.note_stale(index, params);
        }
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

impl Bucket {
    #[inline]
    fn range(&self) -> std::ops::Range<usize> {
        usize::from(self.start)..usize::from(self.start) + usize::from(self.len)
    }
}

#[cfg(test)]
mod tests;
