//! What has happened at a node that provides and calls services: what figures are made of and what the
//! checker looks at. It grows with the calls and searches of the node, by 56 and 40 bytes each.

use crate::protocol::NodeIndex;
use crate::time::Instant;

/// Everything that a node has noted.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Calls that have ended, in the order in which they did.
    pub calls: Vec<CallRecord>,
    /// Searches that have ended.
    pub searches: Vec<Search>,
    /// Calls that began with providers in the cache.
    pub hits: u64,
    /// Calls that began with a search, or by waiting for one.
    pub misses: u64,
    /// Calls that were under way when the node left.
    pub interrupted: u64,
    /// Calls that were under way when the run ended.
    pub unfinished: u64,
    /// Announcements that have ended.
    pub announcements: u64,
    /// Those that no holder confirmed.
    pub announcements_failed: u64,
    /// How well advertisements were renewed.
    pub readvertisements: Readvertisements,
    /// Calls of others that were answered.
    pub served: u64,
    /// Calls of others for a service that is not provided here, or not any more; they are not answered.
    pub turned_away: u64,
    /// When what was advertised could be found.
    pub visible: Vec<Visible>,
    /// What was withdrawn.
    pub withdrawn: Vec<Withdrawn>,
}

/// Renewals of advertisements, by the end of the announcement that they take the place of. One that is
/// tried again is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readvertisements {
    /// Confirmed by a holder before it.
    pub on_time: u64,
    /// Confirmed after it.
    pub late: u64,
    /// Not confirmed at all, though it has passed.
    pub missed: u64,
    /// Begun later than the interval after the former announcement: none in virtual time.
    pub begun_late: u64,
}

/// A call that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallRecord {
    /// What was called.
    pub service: u32,
    /// Who answered; `None` if nobody did.
    pub provider: Option<NodeIndex>,
    /// When it was wanted.
    pub wanted: Instant,
    /// When it was first known whom to call.
    pub found: Instant,
    /// When the last provider was called.
    pub called: Instant,
    /// When it was answered or given up.
    pub ended: Instant,
    /// Providers called.
    pub tries: u32,
    /// Whether providers were searched for once more on the way.
    pub searched_again: bool,
    /// Whether it began with providers in the cache.
    pub from_cache: bool,
}

/// A search for providers that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// Of which service.
    pub service: u32,
    /// When it began.
    pub started: Instant,
    /// When it ended.
    pub ended: Instant,
    /// Who was found, by index; who searched is left out.
    pub found: Box<[NodeIndex]>,
}

/// A time in which a service of a provider could be found: from the first confirmation of an
/// announcement until the last one expires, or until it is withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Visible {
    /// Which service.
    pub service: u32,
    /// Whose.
    pub provider: NodeIndex,
    /// Its beginning.
    pub from: Instant,
    /// Its end.
    pub until: Instant,
}

/// A service that a provider has withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    /// Which service.
    pub service: u32,
    /// Whose.
    pub provider: NodeIndex,
    /// When it was withdrawn.
    pub at: Instant,
    /// When the holders that could be reached had been told; `None` if they have not been.
    pub done: Option<Instant>,
    /// Holders that confirmed it.
    pub holders: u32,
    /// When what the others know expires at the latest, but for announcements under way.
    pub dead: Instant,
}
