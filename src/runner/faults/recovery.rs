//! How long it takes until operations succeed as they did before a fault.

use super::watch::{KINDS, Tallies, Tally};
use crate::metrics::{OperationKind, number};
use crate::time::{Duration, Instant};
use serde::Serialize;

/// When a network counts as recovered: the rule that stands beside the figures.
///
/// The *level* is the share over all sampling intervals from the beginning of the transition phase
/// to the beginning of the fault in which no other fault lasted. It is reached again with the first interval after the fault from
/// which on, for so many intervals in which operations ended, the share is not below the level by
/// more than the band and what chance does: two standard deviations of a share of as many
/// operations as ended in the interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RecoveryRule {
    /// Intervals one after the other.
    pub consecutive_intervals: usize,
    /// Length of an interval, in seconds.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub interval_seconds: f64,
    /// How far the share may stay below the level.
    pub band: f64,
    /// Standard deviations that it may be below that.
    pub deviations: f64,
}

impl RecoveryRule {
    /// The rule for samples of this interval.
    pub fn of(interval: Duration) -> Self {
        RecoveryRule {
            consecutive_intervals: 3,
            interval_seconds: interval.as_secs_f64(),
            band: 0.02,
            deviations: 2.0,
        }
    }
}

/// What a share is one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// Operations, of which some succeed.
    Success,
    /// The true k closest nodes, of which lookups find some.
    Recall,
}

/// How long operations of one kind took to be as before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RecoveryFigures {
    /// What was asked for.
    pub kind: OperationKind,
    /// What is compared.
    pub measure: Measure,
    /// Its share before the fault.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub level: f64,
    /// The lowest share of any sampling interval from the beginning of the fault on.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub lowest: f64,
    /// Seconds from the end of the fault, or from its beginning if it does not end within the run,
    /// until the first of the intervals that the rule asks for; `None` if there was none.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub recovered_after_seconds: Option<f64>,
}

/// When a fault came and went, and what of the run is compared.
#[derive(Clone, Debug)]
pub(super) struct Times {
    /// Where the undisturbed part of the run begins.
    pub(super) settled: Instant,
    pub(super) at: Instant,
    /// From when on recovery counts.
    pub(super) healed: Instant,
    pub(super) interval: Duration,
    /// The times of all faults.
    pub(super) disturbed: Vec<(Instant, Instant)>,
}

/// The recovery of all kinds of operations that ended before the fault.
pub(super) fn figures(course: &[Tallies], times: &Times) -> Vec<RecoveryFigures> {
    let rule = RecoveryRule::of(times.interval);
    let measures = (0..KINDS.len())
        .flat_map(|kind| [Measure::Success, Measure::Recall].map(|measure| (kind, measure)));
    let figures = |(kind, measure): (usize, Measure)| {
        if measure == Measure::Recall && KINDS[kind] != OperationKind::Lookup {
            return None;
        }
        let share = |tally: &Tally| match measure {
            Measure::Success => (tally.succeeded as f64, tally.ended),
            Measure::Recall => (tally.recall as f64 / 1_000.0, tally.checked),
        };
        let shares: Vec<(f64, u64)> = course.iter().map(|all| share(&all[kind])).collect();
        one(KINDS[kind], measure, &shares, times, &rule)
    };
    measures.filter_map(figures).collect()
}

/// The recovery of one share, which each interval has as a sum and a number.
fn one(
    kind: OperationKind,
    measure: Measure,
    shares: &[(f64, u64)],
    times: &Times,
    rule: &RecoveryRule,
) -> Option<RecoveryFigures> {
    let width = times.interval.as_nanos();
    let begin = |place: usize| place as u64 * width;
    let is_disturbed = |from: u64, until: u64| {
        times.disturbed.iter().any(|(at, end)| at.as_nanos() < until && from < end.as_nanos())
    };
    let before = (0..shares.len()).filter(|&place| {
        let (from, until) = (begin(place), begin(place) + width);
        let is_within = from >= times.settled.as_nanos() && until <= times.at.as_nanos();
        is_within && !is_disturbed(from, until)
    });
    let (sum, count) =
        before.fold((0.0, 0), |(sum, n), place| (sum + shares[place].0, n + shares[place].1));
    if count == 0 {
        return None;
    }
    let level = sum / count as f64;
    let used = |from: Instant| {
        let first = from.as_nanos().div_ceil(width) as usize;
        (first..shares.len()).filter(|&place| shares[place].1 > 0)
    };
    let share = |place: usize| shares[place].0 / shares[place].1 as f64;
    let is_good = |place: usize| {
        let variance = (level * (1.0 - level)).max(0.0) / shares[place].1 as f64;
        share(place) >= level - rule.band - rule.deviations * libm::sqrt(variance) - 1e-12
    };
    let after: Vec<usize> = used(times.healed).collect();
    let recovered = after
        .windows(rule.consecutive_intervals)
        .find(|places| places.iter().all(|&place| is_good(place)))
        .map(|places| Instant::from_nanos(begin(places[0])) - times.healed);
    let lowest = used(times.at).map(share).fold(level, f64::min);
    let recovered_after_seconds = recovered.map(Duration::as_secs_f64);
    Some(RecoveryFigures { kind, measure, level, lowest, recovered_after_seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    /// Intervals of ten seconds with a hundred gets each, of which so many succeed; a fault from
    /// 30 s to 60 s.
    fn recovery(successes: &[u64]) -> Option<RecoveryFigures> {
        let tallies = |&succeeded: &u64| {
            let mut tallies = Tallies::default();
            tallies[1] = Tally { ended: 100, succeeded, ..Tally::default() };
            tallies
        };
        let course: Vec<Tallies> = successes.iter().map(tallies).collect();
        let interval = Duration::from_secs(10);
        let times = Times {
            settled: at(10),
            at: at(30),
            healed: at(60),
            interval,
            disturbed: vec![(at(30), at(60))],
        };
        let figures = figures(&course, &times);
        assert!(figures.iter().all(|figures| figures.kind == OperationKind::Get));
        figures.first().copied()
    }

    #[test]
    fn three_good_intervals_are_a_recovery() {
        let found = recovery(&[0, 100, 100, 50, 40, 60, 90, 99, 98, 99, 100]).expect("gets ended");
        assert_eq!((found.level, found.lowest), (1.0, 0.4));
        assert_eq!(found.recovered_after_seconds, Some(10.0));
        let relapse = recovery(&[0, 100, 100, 50, 40, 60, 99, 99, 90, 99, 99]).expect("gets ended");
        assert_eq!(relapse.recovered_after_seconds, None, "two in a row are not enough");
    }

    #[test]
    fn chance_is_allowed_for() {
        // Two deviations of 100 operations at a level of one half are 0.1, and the band is 0.02.
        let found = |low| recovery(&[0, 50, 50, 9, 9, 9, low, 50, 50]).expect("gets ended");
        assert_eq!(found(38).recovered_after_seconds, Some(0.0));
        assert_eq!(found(37).recovered_after_seconds, None);
    }

    #[test]
    fn other_faults_are_not_part_of_the_level() {
        let course = [0, 100, 10, 50, 40, 60, 99, 99, 99].map(|succeeded| {
            let mut tallies = Tallies::default();
            tallies[1] = Tally { ended: 100, succeeded, ..Tally::default() };
            tallies
        });
        let interval = Duration::from_secs(10);
        let disturbed = vec![(at(25), at(29)), (at(30), at(60))];
        let times = Times { settled: at(10), at: at(30), healed: at(60), interval, disturbed };
        assert_eq!(figures(&course, &times)[0].level, 1.0);
    }

    #[test]
    fn without_operations_before_the_fault_there_is_no_level() {
        let course = vec![Tallies::default(); 9];
        let interval = Duration::from_secs(10);
        let times = Times {
            settled: at(10),
            at: at(30),
            healed: at(60),
            interval,
            disturbed: vec![(at(30), at(60))],
        };
        assert_eq!(figures(&course, &times), []);
    }
}
