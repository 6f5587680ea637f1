//! One wake-up a node, in doubly linked lists that run through a table of the nodes: a wake-up
//! that moves costs a few writes, and none is ever left behind in the queue.

use crate::memory;
use std::ops::Range;

/// No node; the end of a list.
pub(super) const NIL: u32 = u32::MAX;
/// No instant.
pub(super) const NEVER: u64 = u64::MAX;

#[derive(Clone, Copy)]
struct Wake {
    /// When the node wants to be woken.
    wanted: u64,
    /// Where its entry stands: never later than `wanted`. An entry that comes up too early is
    /// put forward then, so postponing a wake-up, as every answered request does, is one write.
    placed: u64,
    next: u32,
    prev: u32,
}

/// The wake-ups of all nodes. Lists are told apart by their heads, which the queue keeps.
pub(super) struct Wakes {
    /// The first node; the next is at the next place.
    first: u32,
    slots: Vec<Wake>,
}

/// What the queue has to do after [`Wakes::want`].
pub(super) enum Move {
    /// Nothing: the entry stands early enough.
    Stay,
    /// Take the entry out of the list in which `placed` stands, if it had one, and put it
    /// where `due` belongs.
    Replace { placed: u64, due: u64 },
}

/// What a wake-up that came up turns out to be.
pub(super) enum Due {
    /// It is wanted now.
    Now,
    /// It is wanted later: put it there.
    Later(u64),
    /// Nothing is wanted, or the entry is one that was moved away.
    Nothing,
}

impl Wakes {
    #[cfg(test)]
    pub(super) const BYTES: usize = size_of::<Wake>();

    pub(super) fn new(nodes: Range<u32>) -> Self {
        let none = Wake { wanted: NEVER, placed: NEVER, next: NIL, prev: NIL };
        Wakes { first: nodes.start, slots: vec![none; nodes.len()] }
    }

    #[inline]
    fn slot(&mut self, node: u32) -> &mut Wake {
        &mut self.slots[(node - self.first) as usize]
    }

    /// Begins to fetch the wake-up of a node.
    #[inline]
    pub(super) fn prefetch(&self, node: u32) {
        memory::prefetch(&self.slots[(node - self.first) as usize]);
    }

    #[inline]
    pub(super) fn want(&mut self, node: u32, due: u64) -> Move {
        let slot = self.slot(node);
        slot.wanted = due;
        if due >= slot.placed {
            return Move::Stay;
        }
        let placed = std::mem::replace(&mut slot.placed, due);
        Move::Replace { placed, due }
    }

    /// The entry of `node` that stood at `due` has come up.
    #[inline]
    pub(super) fn came_up(&mut self, node: u32, due: u64) -> Due {
        let slot = self.slot(node);
        if slot.placed != due {
            return Due::Nothing;
        }
        if slot.wanted == due {
            slot.wanted = NEVER;
            slot.placed = NEVER;
            return Due::Now;
        }
        slot.placed = slot.wanted;
        if slot.wanted == NEVER { Due::Nothing } else { Due::Later(slot.wanted) }
    }

    pub(super) fn link(&mut self, head: &mut u32, node: u32) {
        let first = std::mem::replace(head, node);
        let slot = self.slot(node);
        slot.next = first;
        slot.prev = NIL;
        if first != NIL {
            self.slot(first).prev = node;
        }
    }

    pub(super) fn unlink(&mut self, head: &mut u32, node: u32) {
        let Wake { next, prev, .. } = *self.slot(node);
        if next != NIL {
            self.slot(next).prev = prev;
        }
        if prev == NIL {
            *head = next;
        } else {
            self.slot(prev).next = next;
        }
    }

    /// Hands out each node of a list with the instant at which its entry stands. The list is
    /// gone afterwards.
    pub(super) fn drain(&self, head: u32, mut each: impl FnMut(u32, u64)) {
        let mut node = head;
        while node != NIL {
            let slot = self.slots[(node - self.first) as usize];
            each(node, slot.placed);
            node = slot.next;
        }
    }
}
