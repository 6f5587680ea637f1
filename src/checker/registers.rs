//! Which reads of shared registers no order of their writes explains.
//!
//! A register is an object that is read and written (Lamport, "On interprocess communication", 1986). Its
//! history is what those who read and write it have seen: when each operation began and ended, and which
//! write a read came upon. Every written value is unique, so that is known.
//!
//! - [`check`]: each read by itself, by the weakest of the conditions that Shao, Welch, Pierce and Lee give for
//!   several writers ("Multiwriter consistency conditions for shared memory registers", SIAM Journal on
//!   Computing, 2011, MWR-Weak): a read returns the value of a write that began before the read ended, and that no other write follows which
//!   had ended before the read began;
//! - `zones`: all reads of a register together: whether one order of all operations explains them, so that the
//!   register is atomic.
//!
//! Operations that touch in an instant have overlapped, since which came first at it is not known here.

mod zones;

use crate::protocol::NodeIndex;
use crate::time::Instant;

/// A write of one register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Write {
    /// Who wrote.
    pub by: NodeIndex,
    /// When it began.
    pub started: Instant,
    /// When it ended, or was given up.
    pub ended: Instant,
    /// What is known of it then.
    pub effect: Effect,
}

/// Whether a write has taken effect when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It has.
    Done,
    /// It may have, may later, or never: nobody has confirmed it, or its writer went away.
    Open,
}

/// A read of the same register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Who read.
    pub by: NodeIndex,
    /// When it began.
    pub started: Instant,
    /// When it ended.
    pub ended: Instant,
    /// What it came upon.
    pub found: Found,
}

/// What a read has returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing: as if nobody had written yet.
    Nothing,
    /// The value of the write in this place.
    Write(usize),
    /// A value that nobody has written.
    Unwritten,
}

/// Why a read is not explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Its value had been overwritten: of the writes that began after that one had ended, the one in this
    /// place was the first to end, before the read began.
    Stale(usize),
    /// It found nothing though the write in this place, the first to do so, had ended.
    Lost(usize),
    /// Its value is nobody's, or of a write that had not begun.
    Unwritten,
}

/// What a look at a register's history has brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisterChecks {
    /// The reads that nothing explains, by their places, and why.
    pub unexplained: Vec<(usize, Flaw)>,
    /// Reads that are explained each by itself, before which another had ended that returned a later write.
    pub inverted: u64,
    /// Reads during which a write was under way.
    pub concurrent: u64,
    /// Whether one order of all operations explains them.
    pub is_atomic: bool,
}

impl Write {
    /// The instant by which it has certainly taken effect; never, for all that is known, if nobody has
    /// confirmed it.
    fn done(&self) -> Instant {
        match self.effect {
            Effect::Done => self.ended,
            Effect::Open => Instant::FAR_FUTURE,
        }
    }
}

/// Looks at all reads of a register: `n log n` for so many operations.
pub fn check(writes: &[Write], reads: &[Read]) -> RegisterChecks {
    let order = Overwrites::new(writes);
    let flaws: Vec<Option<Flaw>> = reads.iter().map(|read| flaw(writes, &order, read)).collect();
    let unexplained = flaws.iter().enumerate();
    let unexplained: Vec<(usize, Flaw)> =
        unexplained.filter_map(|(place, flaw)| Some((place, (*flaw)?))).collect();
    RegisterChecks {
        inverted: inverted(writes, reads, &flaws),
        concurrent: concurrent(writes, reads),
        is_atomic: unexplained.is_empty() && zones::are_apart(writes, reads),
        unexplained,
    }
}

fn flaw(writes: &[Write], order: &Overwrites, read: &Read) -> Option<Flaw> {
    match read.found {
        Found::Unwritten => Some(Flaw::Unwritten),
        Found::Nothing => {
            let first = order.first()?;
            (writes[first].done() < read.started).then_some(Flaw::Lost(first))
        }
        Found::Write(place) if writes[place].started > read.ended => Some(Flaw::Unwritten),
        Found::Write(place) => {
            let over = order.first_after(writes[place].done())?;
            (writes[over].done() < read.started).then_some(Flaw::Stale(over))
        }
    }
}

/// Which write is the first to overwrite what was done at an instant.
struct Overwrites {
    /// By its beginning, each write's beginning, and which of those from it on is done first.
    first_done: Vec<(Instant, usize)>,
}

impl Overwrites {
    fn new(writes: &[Write]) -> Self {
        let mut places: Vec<usize> = (0..writes.len()).collect();
        places.sort_by_key(|&place| (writes[place].started, place));
        let mut first_done = Vec::with_capacity(places.len());
        let mut first: Option<usize> = None;
        for &place in places.iter().rev() {
            let earlier = first.filter(|&other| writes[other].done() < writes[place].done());
            let best = earlier.unwrap_or(place);
            first = Some(best);
            first_done.push((writes[place].started, best));
        }
        first_done.reverse();
        Overwrites { first_done }
    }

    /// The write that is done first of all.
    fn first(&self) -> Option<usize> {
        self.first_done.first().map(|&(_, place)| place)
    }

    /// The same of those that begin after `instant`.
    fn first_after(&self, instant: Instant) -> Option<usize> {
        let from = self.first_done.partition_point(|&(started, _)| started <= instant);
        self.first_done.get(from).map(|&(_, place)| place)
    }
}

/// Reads without a flaw before which another had ended that returned a write which began after the value of
/// this one was done.
fn inverted(writes: &[Write], reads: &[Read], flaws: &[Option<Flaw>]) -> u64 {
    let latest = |read: &Read| match read.found {
        Found::Write(place) => Some((read.ended, writes[place].started)),
        Found::Nothing | Found::Unwritten => None,
    };
    // By the end of reads, the latest beginning of a write that they have returned by then.
    let mut seen: Vec<(Instant, Instant)> = reads.iter().filter_map(latest).collect();
    seen.sort_unstable();
    let mut so_far = Instant::ZERO;
    for (_, started) in &mut seen {
        so_far = so_far.max(*started);
        *started = so_far;
    }
    let is_inverted = |read: &Read| {
        let before = seen.partition_point(|&(ended, _)| ended < read.started);
        let Some(&(_, latest)) = seen[..before].last() else { return false };
        match read.found {
            Found::Nothing => true,
            Found::Write(place) => writes[place].done() < latest,
            Found::Unwritten => false,
        }
    };
    let sound = reads.iter().zip(flaws).filter(|(_, flaw)| flaw.is_none());
    sound.filter(|(read, _)| is_inverted(read)).count() as u64
}

/// Reads that overlap a write that its writer had under way.
fn concurrent(writes: &[Write], reads: &[Read]) -> u64 {
    let mut starts: Vec<Instant> = writes.iter().map(|write| write.started).collect();
    let mut ends: Vec<Instant> = writes.iter().map(|write| write.ended).collect();
    starts.sort_unstable();
    ends.sort_unstable();
    let overlaps = |read: &&Read| {
        let begun = starts.partition_point(|&started| started <= read.ended);
        let over = ends.partition_point(|&ended| ended < read.started);
        begun > over
    };
    reads.iter().filter(overlaps).count() as u64
}

#[cfg(test)]
mod tests;
