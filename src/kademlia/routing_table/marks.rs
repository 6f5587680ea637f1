//! What the table keeps of a contact: its name and, in two bytes, roughly when it was heard from last
//! and how often it has failed since.

use crate::kademlia::params::{MOST_FAILURES, Params};
use std::fmt;

/// A contact and its mark, without bytes between one and the next: 6 in the simulator. Its peer can
/// only be read as a whole, not referred to.
#[derive(Clone, Copy)]
#[repr(C, packed(2))]
pub(super) struct Contact<P: Copy> {
    pub(super) peer: P,
    pub(super) mark: Mark,
}

impl<P: Copy + fmt::Debug> fmt::Debug for Contact<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Contact { peer, mark } = *self;
        f.debug_tuple("Contact").field(&peer).field(&mark).finish()
    }
}

/// What is remembered of a contact beside its name: a tick of its table's [`Clock`], and failures.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark(u16);

const FAILURE_BITS: u32 = (MOST_FAILURES + 1).ilog2();
const MOST_TICKS: u32 = u16::MAX as u32 >> FAILURE_BITS;
/// How many units back a clock can always tell.
const REACH: u32 = 512;
const _: () = assert!(REACH < MOST_TICKS, "a clock is put forward by more than nothing");

impl Mark {
    /// Heard from in the first tick of a clock that begins now.
    pub(super) const FIRST: Mark = Mark(1 << FAILURE_BITS);

    fn new(tick: u32) -> Self {
        Mark((tick << FAILURE_BITS) as u16)
    }

    fn tick(self) -> u32 {
        u32::from(self.0) >> FAILURE_BITS
    }

    pub(super) fn failures(self) -> u32 {
        u32::from(self.0) & MOST_FAILURES
    }

    pub(super) fn with_failure(self) -> Self {
        Mark(if self.failures() < MOST_FAILURES { self.0 + 1 } else { self.0 })
    }
}

/// The coarse time of one table.
///
/// Its unit is a 512th of the longest silence that decides anything, in whole seconds and rounded
/// up: 8 s for an hour, 1 s for what is below nine minutes. A contact seems silent for up to one
/// unit longer than it was, and never shorter. Tick 0 is whatever lies before the beginning, which
/// is put forward when ticks run out; then at least 512 units stay, so that what is lost was
/// silent for longer than any decision asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    /// The second at which tick 1 begins.
    beginning: u32,
    /// Seconds a tick; 0 until the first is asked for.
    unit: u32,
}

impl Clock {
    pub(super) const fn beginning_at(second: u64) -> Self {
        let beginning = if second > u32::MAX as u64 { u32::MAX } else { second as u32 };
        Clock { beginning, unit: 0 }
    }

    fn unit(params: &Params) -> u32 {
        let longest = params.questionable_after.max(params.pending_delay).as_nanos();
        let unit = longest.div_ceil(u64::from(REACH) * 1_000_000_000);
        u32::try_from(unit.max(1)).expect("584 years in 512 parts are counted by 32 bits")
    }

    /// The mark of a contact that is heard from now; no failures. `contacts` are all of the
    /// table: their marks are told when the clock is put forward.
    #[inline]
    pub(super) fn heard<P: Copy>(
        &mut self,
        second: u64,
        params: &Params,
        contacts: &mut [Contact<P>],
    ) -> Mark {
        if self.unit == 0 {
            self.unit = Self::unit(params);
        }
        let since = (second as u32).saturating_sub(self.beginning);
        let tick = 1 + since / self.unit;
        if tick <= MOST_TICKS { Mark::new(tick) } else { self.put_forward(tick, contacts) }
    }

    /// Begins later, so that `tick` becomes the one of the reach; gives the mark of that.
    #[cold]
    fn put_forward<P: Copy>(&mut self, tick: u32, contacts: &mut [Contact<P>]) -> Mark {
        let ticks = tick - REACH;
        self.beginning += ticks * self.unit;
        for contact in contacts {
            let mark = contact.mark;
            let failures = mark.0 & MOST_FAILURES as u16;
            contact.mark = Mark(Mark::new(mark.tick().saturating_sub(ticks)).0 | failures);
        }
        Mark::new(REACH)
    }

    /// The second from which on the contact was silent; 0 if that is longer ago than the clock
    /// can tell.
    pub(super) fn heard_at(self, mark: Mark) -> u64 {
        match mark.tick() {
            0 => 0,
            tick => u64::from(self.beginning) + u64::from(tick - 1) * u64::from(self.unit),
        }
    }

    /// Whether the contact was silent for `nanos` at `second`.
    pub(super) fn is_silent(self, mark: Mark, second: u64, nanos: u64) -> bool {
        mark.tick() == 0 || second.saturating_sub(self.heard_at(mark)) >= nanos / 1_000_000_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;

    const SECOND: u64 = 1_000_000_000;

    /// Against exact seconds: never less silent than it was, and by less than a unit more.
    #[test]
    fn silence_is_told_to_within_a_unit_however_long_a_run_is() {
        for (silence, unit) in [(100, 1), (512, 1), (900, 2), (3_600, 8), (86_400, 169)] {
            let after = Duration::from_secs(silence);
            let params = Params { questionable_after: after, ..Params::paper() };
            let mut clock = Clock::beginning_at(0);
            let mut contacts = [Contact { peer: 0u32, mark: Mark::FIRST }];
            let mut heard = 0;
            for step in 1..4_000 {
                let second = step * (silence / 37 + 5) + step % 5;
                let silent = |nanos| clock.is_silent(contacts[0].mark, second, nanos);
                assert!(!silent((second - heard + unit) * SECOND));
                assert!(second - heard < silence || silent(silence * SECOND));
                if step % 7 == 0 || step % 61 == 0 {
                    let other = clock.heard(second, &params, &mut contacts);
                    contacts[0].mark = other.with_failure();
                    heard = second;
                }
            }
            assert_eq!(Clock::unit(&params) as u64, unit);
            assert_eq!(contacts[0].mark.failures(), 1);
        }
    }

    #[test]
    fn what_was_silent_for_ever_stays_so() {
        let params = Params::paper();
        let mut clock = Clock::beginning_at(7);
        let mut contacts = [Contact { peer: 0u32, mark: Mark::FIRST.with_failure() }; 2];
        for day in 1..400 {
            contacts[1].mark = clock.heard(day * 86_400, &params, &mut contacts);
            assert!(clock.is_silent(contacts[0].mark, day * 86_400, 3_600 * SECOND));
            assert!(!clock.is_silent(contacts[1].mark, day * 86_400 + 3_590, 3_600 * SECOND));
            assert_eq!((contacts[0].mark.failures(), contacts[1].mark.failures()), (1, 0));
        }
    }
}
