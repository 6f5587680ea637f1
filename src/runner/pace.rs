//! How far a run goes before it tells how far it has come.
//!
//! Even steps of virtual time would do for a progress bar. But whoever wants to end a run early
//! is heard only between two steps, and a step of a run of years, or of a million nodes, can
//! take minutes; so steps are shorter where more happens.

use crate::scenario::Phases;
use crate::time::{Duration, Instant};

/// A run tells how far it has come at least so often, evenly over virtual time.
const STEPS: u64 = 2_000;

/// More events than this in one step, and the next is shorter: a fraction of a second.
const MOST_EVENTS: u64 = 100_000;

/// The first step of each phase: what a phase begins, such as traffic, is not known before.
const FIRST: Duration = Duration::from_millis(1);

/// Divides the time of a run into steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    phases: Phases,
    longest: Duration,
    step: Duration,
}

impl Pace {
    /// The steps of a run of these phases.
    pub(super) fn new(phases: Phases) -> Self {
        let longest = Duration::from_nanos((phases.end().as_nanos() / STEPS).max(1));
        Pace { phases, longest, step: FIRST.min(longest) }
    }

    /// Where the step ends that begins `now`.
    pub(super) fn next(&self, now: Instant) -> Instant {
        let step = now + self.step;
        let phases = [self.phases.transition_start(), self.phases.measurement_start()];
        let ends = phases.into_iter().filter(|&end| end > now).chain([self.phases.end()]);
        ends.fold(step, Instant::min)
    }

    /// The step that ended `now` took this many events.
    pub(super) fn adapt(&mut self, now: Instant, events: u64) {
        let begins = [self.phases.transition_start(), self.phases.measurement_start()];
        if begins.contains(&now) {
            self.step = FIRST.min(self.longest);
        } else if events > MOST_EVENTS {
            self.step = (self.step / 2).max(Duration::from_nanos(1));
        } else if events < MOST_EVENTS / 4 {
            self.step = (self.step * 2).min(self.longest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    /// Goes through a run in which `rate` events happen in a second from the measurement on;
    /// gives the number of steps and the most events of one.
    fn steps(measurement: Duration, rate: u64) -> (u64, u64) {
        let phases = Phases { init: HOUR, transition: HOUR, measurement };
        let mut pace = Pace::new(phases);
        let (mut now, mut steps, mut most) = (Instant::ZERO, 0, 0);
        while now < phases.end() {
            let next = pace.next(now);
            assert!(next > now && next <= phases.end(), "a run goes on");
            let begin = now.max(phases.measurement_start());
            let seconds = next.saturating_since(begin).as_secs_f64();
            let events = (seconds * rate as f64) as u64;
            pace.adapt(next, events);
            (now, steps, most) = (next, steps + 1, most.max(events));
        }
        (steps, most)
    }

    #[test]
    fn a_quiet_run_takes_the_longest_steps() {
        let (steps, _) = steps(HOUR, 1);
        assert!((STEPS..STEPS + 150).contains(&steps), "{steps}");
    }

    #[test]
    fn no_step_takes_much_more_than_its_share_of_events() {
        for rate in [100, 1_000_000, 100_000_000] {
            let (_, most) = steps(HOUR / 10, rate);
            assert!(most <= 2 * MOST_EVENTS, "{most} at {rate} a second");
        }
    }
}
