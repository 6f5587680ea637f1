//! The reference: a `priority-queue` keyed by what is pending, wake-ups by their node.

use super::EventQueue;
use crate::engine::event::{Event, Payload};
use crate::protocol::NodeIndex;
use crate::time::Instant;
use priority_queue::PriorityQueue;
use std::cmp::Reverse;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::ops::Range;

/// What is pending, by the name under which it can be found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Pending {
    /// The event of this rank; a sender's counter names it.
    Event { rank: u64, payload: Payload },
    /// The wake-up of this node.
    Wake(u32),
}

impl std::hash::Hash for Payload {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
    }
}

/// The `priority-queue` crate: slow, obviously right.
pub struct Reference {
    // A hasher without a seed of its own: nothing in a run depends on the process.
    queue: PriorityQueue<Pending, Reverse<Event>, BuildHasherDefault<DefaultHasher>>,
    wakes: usize,
}

impl EventQueue for Reference {
    fn new(_nodes: Range<u32>) -> Self {
        Reference { queue: PriorityQueue::default(), wakes: 0 }
    }

    fn push(&mut self, event: Event) {
        let name = Pending::Event { rank: event.rank, payload: event.payload() };
        let replaced = self.queue.push(name, Reverse(event));
        assert!(replaced.is_none(), "no two pending events share a sender and its counter");
    }

    fn set_wake(&mut self, node: NodeIndex, due: Instant) {
        let name = Pending::Wake(node.0);
        if due == Instant::FAR_FUTURE {
            self.wakes -= usize::from(self.queue.remove(&name).is_some());
            return;
        }
        let event = Event::wake(due.as_nanos(), node.0);
        self.wakes += usize::from(self.queue.push(name, Reverse(event)).is_none());
    }

    fn pop_before(&mut self, end: Instant) -> Option<Event> {
        let (_, Reverse(first)) = self.queue.peek()?;
        if first.due() >= end {
            return None;
        }
        let (name, Reverse(event)) = self.queue.pop()?;
        self.wakes -= usize::from(matches!(name, Pending::Wake(_)));
        Some(event)
    }

    fn nothing_before(&self) -> Instant {
        self.queue.peek().map_or(Instant::FAR_FUTURE, |(_, Reverse(first))| first.due())
    }

    fn pending(&self) -> usize {
        self.queue.len() - self.wakes
    }
}
