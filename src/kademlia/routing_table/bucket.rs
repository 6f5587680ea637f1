//! What the table keeps of a contact and of a bucket beside the contacts' names.

use crate::kademlia::params::MOST_FAILURES;

/// What is remembered of a contact beside its name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark(u32);

impl Mark {
    const FAILURE_BITS: u32 = (MOST_FAILURES + 1).ilog2();

    /// Heard from at `second`; no failures since. Seconds saturate after two years.
    pub(super) fn heard(second: u64) -> Self {
        Mark((second.min(u64::from(u32::MAX >> Self::FAILURE_BITS)) as u32) << Self::FAILURE_BITS)
    }

    pub(super) fn second(self) -> u64 {
        u64::from(self.0 >> Self::FAILURE_BITS)
    }

    pub(super) fn failures(self) -> u32 {
        self.0 & MOST_FAILURES
    }

    pub(super) fn with_failure(self) -> Self {
        Mark(if self.failures() < MOST_FAILURES { self.0 + 1 } else { self.0 })
    }
}

/// A bucket: where its contacts lie, and when it is due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    /// Where its contacts begin.
    pub(super) start: u16,
    /// How many there are.
    pub(super) len: u8,
    /// How many newcomers wait in the replacement cache.
    pub(super) spares: u8,
    /// The second at which it is to be refreshed; 0 for a bucket in whose range nothing was
    /// ever looked up.
    pub(super) refresh_due: u32,
    /// The second at which the newest spare came.
    pub(super) spare_since: u32,
}

impl Bucket {
    #[inline]
    /// The places of its contacts.
    pub(super) fn range(&self) -> std::ops::Range<usize> {
        usize::from(self.start)..usize::from(self.start) + usize::from(self.len)
    }
}
