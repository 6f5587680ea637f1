//! What makes a record one: whose rules they are is the network's business and not the node's.

use super::params::Conflicts;
use super::version::Version;
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
        conflicts: Conflicts,
    ) -> Result<Bytes, Refusal>;

    /// Whether a record that is taken replaces the one that is `held`, however long ago each was published.
    /// Otherwise the one that was published last is kept.
    fn supersedes<'a>(
        offered: &Bytes,
        held: impl FnOnce() -> Option<&'a Bytes>,
        conflicts: Conflicts,
    ) -> bool {
        let _ = (offered, held, conflicts);
        false
    }

    /// What there may be beside a record that a search has found.
    fn standing(record: &Bytes, conflicts: Conflicts) -> Standing;

    /// Whether who gives this refusal holds a version that the one offered may not supersede. Who
    /// has offered that for the first time is told so, and does not offer it again.
    fn is_outdated(refusal: Refusal) -> bool {
        let _ = refusal;
        false
    }
}

/// How a record stands to others under its key, and so when a search that has found it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Whichever copy came first counts. A copy that the searching node holds itself is enough, and so are as
    /// many of others as are to be collected.
    Final,
    /// Another copy may be newer. The newest of as many as are to be collected counts, the searching node's own
    /// among them.
    Newest,
    /// Another copy may be newer, and only when nobody is left to ask it is known that none is.
    Open,
}

/// Why a record was not taken: a number that the network's rules give, and that who offered it is
/// told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal(pub NonZeroU16);

impl Refusal {
    /// The holder has no room for it: 202, as BEP 5 counts errors of a server.
    pub const NO_ROOM: Refusal = Refusal(NonZeroU16::new(202).expect("it is not zero"));

    /// The holder has a newer version: 302, as BEP 44 counts a sequence number that is too low.
    pub const OUTDATED: Refusal = Refusal(NonZeroU16::new(302).expect("it is not zero"));
}

/// The rules of a network that takes every record. Of several values of one record either the one that came last
/// counts, as in the paper, or the one whose [`Version`] is the newest. A value without a version is older than
/// any with one, and of values without the one that came last counts in any case.
#[derive(Clone, Copy, Debug)]
pub struct AnyRecord;

impl<K> Rules<K> for AnyRecord {
    #[inline]
    fn accept<'a>(
        _: K,
        held: impl FnOnce() -> Option<&'a Bytes>,
        offered: Bytes,
        conflicts: Conflicts,
    ) -> Result<Bytes, Refusal> {
        let is_older = || held().and_then(|held| Version::of(held)) > Version::of(&offered);
        match conflicts == Conflicts::Newest && is_older() {
            true => Err(Refusal::OUTDATED),
            false => Ok(offered),
        }
    }

    #[inline]
    fn supersedes<'a>(
        offered: &Bytes,
        held: impl FnOnce() -> Option<&'a Bytes>,
        conflicts: Conflicts,
    ) -> bool {
        let is_newer = |held: &Bytes| Version::of(offered) > Version::of(held);
        conflicts == Conflicts::Newest && held().is_some_and(is_newer)
    }

    #[inline]
    fn standing(record: &Bytes, conflicts: Conflicts) -> Standing {
        match conflicts == Conflicts::Newest && Version::of(record).is_some() {
            true => Standing::Newest,
            false => Standing::Final,
        }
    }

    #[inline]
    fn is_outdated(refusal: Refusal) -> bool {
        refusal == Refusal::OUTDATED
    }
}
