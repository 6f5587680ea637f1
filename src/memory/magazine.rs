//! The program's allocator: mimalloc, with the blocks that were freed last kept at hand.
//!
//! In a network of a million nodes whatever a lookup frees is out of the processor's cache long before
//! mimalloc hands it out again, as it takes the blocks of a page in turn: then each allocation and
//! each release waits for memory. Here a thread keeps a few blocks of each small size and hands
//! out the one that was freed last, which is still in the cache.

#![expect(unsafe_code, reason = "an allocator has no safe form")]

use mimalloc::MiMalloc;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;

/// Blocks have sizes that are multiples of this, and its alignment.
const STEP: usize = 16;
/// The largest block that is kept.
const LARGEST: usize = 1_024;
/// Blocks of a size that a thread keeps.
const KEPT: usize = 32;

/// The blocks of one size that a thread has freed last.
struct Magazine {
    count: Cell<usize>,
    blocks: [Cell<*mut u8>; KEPT],
}

impl Magazine {
    const fn empty() -> Self {
        Magazine { count: Cell::new(0), blocks: [const { Cell::new(std::ptr::null_mut()) }; KEPT] }
    }

    #[inline]
    fn pop(&self) -> Option<*mut u8> {
        let count = self.count.get().checked_sub(1)?;
        self.count.set(count);
        Some(self.blocks[count].get())
    }

    /// Keeps a block; says whether there was room.
    #[inline]
    fn push(&self, block: *mut u8) -> bool {
        let count = self.count.get();
        let Some(place) = self.blocks.get(count) else { return false };
        place.set(block);
        self.count.set(count + 1);
        true
    }
}

thread_local! {
    /// By size. They need no setting up and no tearing down, so that the allocator can use them at any
    /// time; what a thread keeps when it ends, 1 MiB at most, is not used again.
    static MAGAZINES: [Magazine; LARGEST / STEP] =
        const { [const { Magazine::empty() }; LARGEST / STEP] };
}

/// mimalloc behind magazines of small blocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allocator;

/// What is asked of mimalloc for a layout: a whole number of steps where magazines hold such blocks, and
/// the alignment of a step unless more is wanted.
#[inline]
fn block(layout: Layout) -> Layout {
    if layout.align() > STEP {
        return layout;
    }
    let small = layout.size() <= LARGEST;
    let size = if small { layout.size().next_multiple_of(STEP) } else { layout.size() };
    Layout::from_size_align(size, STEP).unwrap_or(layout)
}

/// The magazine that holds such blocks, if any does.
#[inline]
fn magazine(block: Layout) -> Option<usize> {
    let fits = block.align() == STEP && (STEP..=LARGEST).contains(&block.size());
    fits.then(|| block.size() / STEP - 1)
}

// SAFETY: every block comes from mimalloc, which was asked for what `block` makes of the caller's
// layout; as that is a function of the layout, it is given back with the same. It is at least as
// large and as aligned as the layout. Two blocks of a magazine have the same size and alignment. A
// block is in a magazine only from its release until it is handed out again, and in one only:
// `dealloc` puts it there once, `pop` takes it away. A magazine belongs to one thread, so nobody
// else reads or writes it meanwhile. Nothing here panics or allocates, as long as thread-locals are
// the system's own: `main.rs` uses this allocator only where they are.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let block = block(layout);
        let kept =
            magazine(block).and_then(|index| MAGAZINES.with(|magazines| magazines[index].pop()));
        // SAFETY: the size is above zero, as that of the caller's layout is.
        kept.unwrap_or_else(|| unsafe { MiMalloc.alloc(block) })
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let block = block(layout);
        let is_kept = magazine(block)
            .is_some_and(|index| MAGAZINES.with(|magazines| magazines[index].push(pointer)));
        if !is_kept {
            // SAFETY: this is what the block was asked for with.
            unsafe { MiMalloc.dealloc(pointer, block) };
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the size is above zero, as that of the caller's layout is.
        unsafe { MiMalloc.alloc_zeroed(block(layout)) }
    }

    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Ok(wanted) = Layout::from_size_align(size, layout.align()) else {
            return std::ptr::null_mut();
        };
        // SAFETY: the first is what the block was asked for with, and from now on it is one that was
        // asked for with what is wanted: both have the same alignment.
        unsafe { MiMalloc.realloc(pointer, block(layout), block(wanted).size()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Seed, Stream};
    use rand::RngExt;
    use std::collections::BTreeMap;

    /// Blocks that are handed out and given back at random: each is as aligned as it was asked for, no
    /// two overlap, and each keeps what is written to it.
    #[test]
    fn blocks_do_not_overlap_and_keep_their_content() {
        let mut draws = Stream::new(Seed(5), Purpose::Sampling, 0);
        let mut held: BTreeMap<usize, (Layout, u8)> = BTreeMap::new();
        for step in 0..40_000u32 {
            let tag = step as u8;
            if draws.random_range(0..held.len() + 40) < 40 {
                let size = draws.random_range(1..1_300);
                let align = 1 << draws.random_range(0..7);
                let layout = Layout::from_size_align(size, align).expect("a small power of two");
                // SAFETY: the size is above zero; what is written lies within the block.
                let address = unsafe {
                    let pointer = if tag.is_multiple_of(2) {
                        Allocator.alloc(layout)
                    } else {
                        let pointer = Allocator.alloc_zeroed(layout);
                        assert!((0..size).all(|at| *pointer.add(at) == 0), "it is zeroed");
                        pointer
                    };
                    pointer.write_bytes(tag, size);
                    pointer.expose_provenance()
                };
                assert_eq!(address % align, 0);
                let below = held.range(..address).next_back();
                assert!(below.is_none_or(|(start, (other, _))| start + other.size() <= address));
                let above = held.range(address..).next();
                assert!(above.is_none_or(|(start, _)| address + size <= *start));
                held.insert(address, (layout, tag));
            } else {
                let at = draws.random_range(0..held.len());
                let (&address, &(layout, tag)) = held.iter().nth(at).expect("so many are held");
                held.remove(&address);
                let pointer: *mut u8 = std::ptr::with_exposed_provenance_mut(address);
                // SAFETY: the block was handed out with this layout and is given back once, under
                // the layout that it has then; what is read lies within it.
                unsafe {
                    assert!((0..layout.size()).all(|at| *pointer.add(at) == tag));
                    let size = draws.random_range(1..2_000);
                    let pointer = Allocator.realloc(pointer, layout, size);
                    let kept = size.min(layout.size());
                    assert!((0..kept).all(|at| *pointer.add(at) == tag), "what fits moves along");
                    let layout = Layout::from_size_align_unchecked(size, layout.align());
                    Allocator.dealloc(pointer, layout);
                }
            }
        }
    }

    #[test]
    fn the_block_freed_last_is_handed_out_first() {
        let layout = Layout::from_size_align(100, 8).expect("a layout");
        // SAFETY: each block is given back once, with the layout with which it was asked for.
        unsafe {
            let (first, second) = (Allocator.alloc(layout), Allocator.alloc(layout));
            Allocator.dealloc(first, layout);
            Allocator.dealloc(second, layout);
            let again = Allocator.alloc(Layout::from_size_align(112, 16).expect("a layout"));
            assert_eq!(again, second);
            Allocator.dealloc(again, layout);
        }
    }
}
