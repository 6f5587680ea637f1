//! The replacement cache (paper, section 4.1): for each bucket the newcomers that found no room.

use super::{Inline, make_room};
use smallvec::SmallVec;
use std::ops::Range;

/// The newcomers of all buckets: the deepest bucket's first, in each the oldest first. So those of the
/// first bucket, to which half of all strangers belong, move no others. Memory grows with what is
/// held: most nodes hear from few strangers in their deep buckets.
#[derive(Clone, Debug)]
pub(super) struct Spares<P> {
    counts: SmallVec<[u8; Inline::WITH_SPARES]>,
    peers: Vec<P>,
    /// For each bucket the second at which its newest spare came; kept only where that decides
    /// something.
    since: Option<Box<SmallVec<[u32; Inline::WITH_SPARES]>>>,
}

impl<P: Copy + Eq> Spares<P> {
    pub(super) fn new() -> Self {
        Spares { counts: SmallVec::new(), peers: Vec::new(), since: None }
    }

    #[inline]
    fn range(&self, index: usize) -> Range<usize> {
        let Some(&count) = self.counts.get(index).filter(|&&count| count > 0) else { return 0..0 };
        let end = self.end(index);
        end - usize::from(count)..end
    }

    /// Where the spares of a bucket end: those of shallower ones come after it.
    #[inline]
    fn end(&self, index: usize) -> usize {
        let shallower = &self.counts[..index.min(self.counts.len())];
        self.peers.len() - shallower.iter().map(|&count| usize::from(count)).sum::<usize>()
    }

    /// Those of one bucket, the oldest first.
    #[inline]
    pub(super) fn of(&self, index: usize) -> &[P] {
        &self.peers[self.range(index)]
    }

    /// Those of all buckets.
    pub(super) fn all(&self) -> &[P] {
        &self.peers
    }

    /// What is read or moves when one is added to a bucket.
    #[inline]
    pub(super) fn touched(&self, index: usize) -> &[P] {
        let count = self.counts.get(index).map_or(0, |&count| usize::from(count));
        &self.peers[self.end(index) - count..]
    }

    /// Adds a newcomer, of which a bucket holds up to `room`, in the place of the oldest if need
    /// be; says whether it was not there yet.
    pub(super) fn add(&mut self, index: usize, peer: P, room: usize) -> bool {
        let range = self.range(index);
        let spares = &mut self.peers[range.clone()];
        if let Some(at) = spares.iter().position(|&spare| spare == peer) {
            spares[at..].rotate_left(1);
            return false;
        }
        if range.len() == room {
            spares.rotate_left(1);
            spares[room - 1] = peer;
            return true;
        }
        if self.counts.len() <= index {
            self.counts.resize(index + 1, 0);
        }
        make_room(&mut self.peers);
        let end = self.end(index);
        self.peers.insert(end, peer);
        self.counts[index] += 1;
        true
    }

    /// The second at which the newest spare of a bucket came, as far as that was noted.
    pub(super) fn since(&self, index: usize) -> u64 {
        let noted = self.since.as_ref().and_then(|since| since.get(index));
        noted.map_or(0, |&second| u64::from(second))
    }

    /// Notes the second at which the newest spare of a bucket came.
    pub(super) fn set_since(&mut self, index: usize, second: u64) {
        let since = self.since.get_or_insert_default();
        if since.len() <= index {
            since.resize(index + 1, 0);
        }
        since[index] = second as u32;
    }

    /// Takes the newest spare of a bucket.
    pub(super) fn take_newest(&mut self, index: usize) -> Option<P> {
        let range = self.range(index);
        if range.is_empty() {
            return None;
        }
        self.counts[index] -= 1;
        Some(self.peers.remove(range.end - 1))
    }

    /// Forgets those of one bucket.
    pub(super) fn clear(&mut self, index: usize) {
        let range = self.range(index);
        if !range.is_empty() {
            self.counts[index] = 0;
            self.peers.drain(range);
        }
    }
}
