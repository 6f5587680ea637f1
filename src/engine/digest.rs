//! The digest of a run: each node folds the events that it handles into 64 bits, and the run
//! folds its nodes in order. Two runs with one digest did the same, event for event.

use super::event::Event;

/// One node's digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest(u64);

impl Digest {
    /// Folds an event that the node has handled.
    #[inline]
    pub(super) fn fold(&mut self, event: &Event, kind: u64) {
        self.fold_word(event.due ^ kind.rotate_left(56));
        self.fold_word(event.rank);
    }

    /// Folds any 64 bits.
    #[inline]
    pub fn fold_word(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed.rotate_left(29) ^ (mixed >> 32);
    }

    /// The 64 bits.
    pub const fn value(self) -> u64 {
        self.0
    }
}
