//! The queue of pending events: the engine's heart.
//!
//! - [`Bucketed`]: a calendar of unsorted buckets; only the current one is sorted.
//! - [`Reference`]: the `priority-queue` crate; slow, obviously right, and held to give the
//!   same run.

mod bucketed;
mod reference;
mod wakes;

pub use bucketed::Bucketed;
pub use reference::Reference;

use super::event::Event;
use crate::protocol::NodeIndex;
use crate::time::Instant;
use std::ops::Range;

/// A queue of events in their total order, and one wake-up a node.
pub trait EventQueue: Send + Sync {
    /// An empty queue for events at these nodes.
    fn new(nodes: Range<u32>) -> Self;

    /// Adds a message or an agenda entry.
    fn push(&mut self, event: Event);

    /// Sets the wake-up of `node`, in place of the one it had; [`Instant::FAR_FUTURE`] is none.
    fn set_wake(&mut self, node: NodeIndex, due: Instant);

    /// Takes the first event that is due before `end`.
    fn pop_before(&mut self, end: Instant) -> Option<Event>;

    /// Nothing is due before this instant: a bound, which may be too early.
    fn nothing_before(&self) -> Instant;

    /// The event that comes `ahead` events after the next one, if the queue happens to know. To
    /// look at, not to rely on: others may come before.
    #[inline]
    fn upcoming(&self, ahead: usize) -> Option<&Event> {
        let _ = ahead;
        None
    }

    /// Begins to fetch the wake-up of a node, if the queue keeps that apart.
    #[inline]
    fn prefetch_wake(&self, node: NodeIndex) {
        let _ = node;
    }

    /// A number that changes when [`EventQueue::upcoming`] begins to know other events.
    #[inline]
    fn turn(&self) -> u64 {
        0
    }

    /// Messages and agenda entries that are pending; wake-ups do not count.
    fn pending(&self) -> usize;
}

/// Which queue a run uses; both give the same run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueueKind {
    /// [`Bucketed`].
    #[default]
    Bucketed,
    /// [`Reference`].
    Reference,
}

impl QueueKind {
    /// Name on the command line and in results.
    pub const fn name(self) -> &'static str {
        match self {
            QueueKind::Bucketed => "bucketed",
            QueueKind::Reference => "reference",
        }
    }
}

#[cfg(test)]
mod tests;
