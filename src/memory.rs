//! What the program asks of the machine's memory: lines fetched before they are used, and huge
//! pages. Neither changes what a run does, and both can be switched off.
//!
//! The only module with `unsafe` code: a prefetch instruction and one system call.

#![expect(unsafe_code, reason = "an instruction and a system call that have no safe form")]

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

/// Begins to fetch all of `value`, which will be used soon.
#[inline]
pub fn prefetch<T>(value: &T) {
    prefetch_bytes(std::ptr::from_ref(value).cast(), size_of::<T>());
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
    fn anything_can_be_fetched_ahead() {
        let values = vec![7u8; 1_000];
        prefetch(&values);
        prefetch_slice(&values[3..997]);
        prefetch_slice(&values[..0]);
        assert!(values.iter().all(|&value| value == 7));
    }
}
