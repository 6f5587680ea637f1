//! What the program asks of the machine's memory: lines fetched before they are used, huge pages,
//! and pages that are not given back. None of it changes what a run does.
//!
//! The only module with `unsafe` code: a prefetch instruction, one system call and one call of the
//! allocator.

#![expect(unsafe_code, reason = "an instruction and calls that have no safe form")]

use libmimalloc_sys::{mi_option_t, mi_option_use_numa_nodes};

/// Bytes that a processor fetches at a time.
const LINE: usize = 64;

/// Whether memory can be fetched ahead on this kind of processor.
pub const CAN_PREFETCH: bool = cfg!(target_arch = "x86_64");

/// Has this process use small pages only, from now on. Where the system has no huge pages, it does
/// so anyway.
pub fn forbid_huge_pages() {
    #[cfg(target_os = "linux")]
    {
        let (yes, unused): (libc::c_ulong, libc::c_ulong) = (1, 0);
        // SAFETY: this option of `prctl` takes numbers only and touches no memory of the program.
        // A kernel that does not know it changes nothing, so its answer does not matter.
        unsafe { libc::prctl(libc::PR_SET_THP_DISABLE, yes, unused, unused, unused) };
    }
}

/// After how many milliseconds the allocator gives pages in which nothing is left back to the system.
/// The crate leaves this option of the allocator's list out; it stands before the one named here.
const PURGE_DELAY: mi_option_t = mi_option_use_numa_nodes - 1;

/// Has the program's allocator keep the pages that it has: what a run frees it soon asks for again, and
/// the system would clear each page anew. To be called before there is a second thread.
pub(crate) fn keep_pages() {
    // SAFETY: this writes a number to a table of the allocator, which checks that there is such an
    // option. No other thread reads the table meanwhile, as there is none yet.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, -1) };
}

/// Begins to fetch all of `value`, which will be used soon.
#[inline]
pub fn prefetch<T>(value: &T) {
    prefetch_bytes(std::ptr::from_ref(value).cast(), size_of::<T>());
}

/// Begins to fetch the line in which `value` begins.
#[inline]
pub fn prefetch_start<T>(value: &T) {
    prefetch_line(std::ptr::from_ref(value).cast());
}

/// Begins to fetch all of `values`.
#[inline]
pub fn prefetch_slice<T>(values: &[T]) {
    prefetch_bytes(values.as_ptr().cast(), size_of_val(values));
}

/// Begins to fetch the lines that hold these bytes.
#[inline]
fn prefetch_bytes(start: *const u8, bytes: usize) {
    let within = start.addr() % LINE;
    let mut offset = 0;
    while offset < within + bytes {
        prefetch_line(start.wrapping_sub(within).wrapping_add(offset));
        offset += LINE;
    }
}

#[inline]
fn prefetch_line(place: *const u8) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch is a hint: it reads nothing that the program could see, and an
        // address that is not mapped makes it do nothing. Every x86-64 processor has it.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(place.cast()) };
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = place;
}

/// Holds what something costs in bytes against the table of `docs/speed.md`.
#[cfg(test)]
pub(crate) fn assert_documented(rows: &[(&str, usize)]) {
    let page = include_str!("../docs/speed.md");
    let rows = rows.iter().map(|(name, bytes)| format!("| {name} | {bytes} |"));
    let missing: Vec<_> = rows.filter(|row| !page.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "docs/speed.md does not say:\n{}", missing.join("\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_of_the_allocator_is_the_one_meant() {
        // SAFETY: it reads a number of a table.
        let delay = unsafe { libmimalloc_sys::mi_option_get(PURGE_DELAY) };
        assert_eq!(delay, 1_000, "the delay in milliseconds that the allocator's manual names");
    }

    #[test]
    fn anything_can_be_fetched_ahead() {
        let values = vec![7u8; 1_000];
        prefetch(&values);
        prefetch_start(&values);
        prefetch_slice(&values[3..997]);
        prefetch_slice(&values[..0]);
        assert!(values.iter().all(|&value| value == 7));
    }
}
