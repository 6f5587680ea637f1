//! The messages on their way, in slots that are used again.

use super::event::MAX_INDEX;
use crate::memory;

/// A place for a message, in as few lines of the processor's cache as it can be.
#[repr(align(64))]
pub(super) struct Slot<M>(Option<M>);

/// Messages by slot.
pub(super) struct Messages<M> {
    slots: Vec<Slot<M>>,
    free: Vec<u32>,
}

impl<M> Messages<M> {
    pub(super) const fn new() -> Self {
        Messages { slots: Vec::new(), free: Vec::new() }
    }

    #[inline]
    pub(super) fn insert(&mut self, message: M) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.slots[slot as usize].0 = Some(message);
            return slot;
        }
        let slot = u32::try_from(self.slots.len()).expect("slots are numbered with 32 bits");
        assert!(slot <= MAX_INDEX, "more than {MAX_INDEX} messages are on their way");
        self.slots.push(Slot(Some(message)));
        slot
    }

    /// Begins to fetch the first line of what is in a slot.
    #[inline]
    pub(super) fn prefetch_start(&self, slot: u32) {
        memory::prefetch_start(&self.slots[slot as usize]);
    }

    #[inline]
    pub(super) fn get(&self, slot: u32) -> &M {
        self.slots[slot as usize].0.as_ref().expect("a pending event's message is in its slot")
    }

    #[inline]
    pub(super) fn take(&mut self, slot: u32) -> M {
        self.free.push(slot);
        self.slots[slot as usize].0.take().expect("a pending event's message is in its slot")
    }
}
