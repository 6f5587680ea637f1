//! What makes a record one: whose rules they are is the network's business and not the node's.

use bytes::Bytes;
use std::fmt;
use std::num::NonZeroU16;

/// The rules of a network for records with keys `K`. They are known at compile time, so that a
/// network without any pays nothing.
pub trait Rules<K>: Clone + fmt::Debug {
    /// Judges a record that was `offered` for storing or found in a search, against the one that
    /// is `held` under its key: the one before it at a holder, the best one so far in a search.
    /// Gives what is to be held from now on, which need not be all that was offered.
    ///
    /// # Errors
    /// Why it is not to be held; what is held stays.
    fn accept<'a>(
        key: K,
        held: impl FnOnce() -> Option<&'a Bytes>,
        offered: Bytes,
    ) -> Result<Bytes, Refusal>;

    /// Whether nothing can ever supersede this record, so that who has found it need not look
    /// for a newer one.
    fn is_final(record: &Bytes) -> bool;

    /// Whether who gives this refusal holds a version that the one offered may not supersede. Who
    /// has offered that for the first time is told so, and does not offer it again.
    fn is_outdated(refusal: Refusal) -> bool {
        let _ = refusal;
        false
    }
}

/// Why a record was not taken: a number that the network's rules give, and that who offered it is
/// told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal(pub NonZeroU16);

impl Refusal {
    /// The holder has no room for it: 202, as BEP 5 counts errors of a server.
    pub const NO_ROOM: Refusal = Refusal(NonZeroU16::new(202).expect("it is not zero"));
}

/// The rules of a network that takes every record and lets the one that came last count, as in the
/// paper.
#[derive(Clone, Copy, Debug)]
pub struct AnyRecord;

impl<K> Rules<K> for AnyRecord {
    #[inline]
    fn accept<'a>(
        _: K,
        _: impl FnOnce() -> Option<&'a Bytes>,
        offered: Bytes,
    ) -> Result<Bytes, Refusal> {
        Ok(offered)
    }

    #[inline]
    fn is_final(_: &Bytes) -> bool {
        true
    }
}
