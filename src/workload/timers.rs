//! The timers of an application, which its desk knows the earliest of.

use crate::time::Instant;
use std::collections::BTreeSet;

/// What is due when. Those that are due at the same instant come in their own order.
#[derive(Clone, Debug)]
pub(super) struct Timers<T>(BTreeSet<(Instant, T)>);

impl<T> Default for Timers<T> {
    fn default() -> Self {
        Timers(BTreeSet::new())
    }
}

impl<T: Copy + Ord> Timers<T> {
    pub(super) fn set(&mut self, due: Instant, timer: T) {
        self.0.insert((due, timer));
    }

    /// Takes a timer back, whenever it is due.
    pub(super) fn unset(&mut self, timer: T) {
        self.0.retain(|&(_, other)| other != timer);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes the next one that is due by `now`.
    pub(super) fn pop_due(&mut self, now: Instant) -> Option<T> {
        let &(due, _) = self.0.first()?;
        if due <= now { self.0.pop_first().map(|(_, timer)| timer) } else { None }
    }

    /// When the next one is due; in the far future if there is none.
    pub(super) fn earliest(&self) -> Instant {
        self.0.first().map_or(Instant::FAR_FUTURE, |&(due, _)| due)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = T> {
        self.0.iter().map(|&(_, timer)| timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_come_when_they_are_due() {
        let at = Instant::from_nanos;
        let mut timers = Timers::default();
        assert_eq!(timers.earliest(), Instant::FAR_FUTURE);
        for (due, timer) in [(3, 'c'), (1, 'b'), (1, 'a'), (2, 'd')] {
            timers.set(at(due), timer);
        }
        timers.unset('d');
        assert_eq!((timers.earliest(), timers.iter().count()), (at(1), 3));
        assert_eq!([1, 1, 1].map(|now| timers.pop_due(at(now))), [Some('a'), Some('b'), None]);
        assert_eq!((timers.pop_due(at(2)), timers.pop_due(at(4))), (None, Some('c')));
    }
}
