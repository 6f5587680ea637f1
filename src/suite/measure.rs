//! The runs of a suite, several at a time, and what is kept of each.

use super::SuiteError;
use super::plan::Point;
use crate::metrics::{OperationKind, OperationRecord};
use crate::runner::result::RunResult;
use crate::runner::{self, RunArguments};
use crate::scenario::Scenario;
use crate::sweep::{seed_of_repeat, workers};
use crate::time::Duration;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is kept of a run.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Its figures.
    pub result: RunResult,
    /// For each node that joined in the measurement, how long it took to take part in full.
    pub participations: Vec<Duration>,
}

/// Why the runs of a test came to an end.
#[derive(Clone, Debug)]
pub enum Measured<T> {
    /// All were done.
    All(T),
    /// The test took longer than it may.
    TimedOut,
    /// The user ended it.
    Interrupted,
}

impl<T> Measured<T> {
    /// What `of` makes of runs that were all done.
    pub fn map<U>(self, of: impl FnOnce(T) -> U) -> Measured<U> {
        match self {
            Measured::All(runs) => Measured::All(of(runs)),
            Measured::TimedOut => Measured::TimedOut,
            Measured::Interrupted => Measured::Interrupted,
        }
    }
}

/// Does the runs of one test.
pub struct Runner<'w> {
    jobs: usize,
    repeats: usize,
    seed: Option<u64>,
    begun: std::time::Instant,
    limit: Option<std::time::Duration>,
    /// Is told of each run that has finished, and can end all; called from several threads.
    watch: &'w (dyn Fn(Step) -> ControlFlow<()> + Sync),
}

/// What runs tell of their course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A run goes on.
    Goes,
    /// A run has finished.
    Finished,
}

impl<'w> Runner<'w> {
    /// Whoever does the runs of a test, whose time begins now.
    #[expect(clippy::disallowed_methods, reason = "how long a test takes is measured from outside")]
    pub fn new(
        jobs: usize,
        repeats: usize,
        seed: Option<u64>,
        limit: Option<std::time::Duration>,
        watch: &'w (dyn Fn(Step) -> ControlFlow<()> + Sync),
    ) -> Self {
        Runner { jobs, repeats, seed, begun: std::time::Instant::now(), limit, watch }
    }

    /// Wall-clock seconds since the test began.
    pub fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// Does all repeats of all points; gives them by point.
    ///
    /// # Errors
    /// If there are no threads.
    pub fn run(&self, points: &[Point]) -> Result<Measured<Vec<Vec<Ran>>>, SuiteError> {
        let seeded = |point: &Point| {
            let base = self.seed.unwrap_or(point.scenario.seed);
            let scenario = point.scenario.clone();
            let seeds = (0..self.repeats).map(move |repeat| seed_of_repeat(base, repeat));
            seeds.map(move |seed| Scenario { seed, ..scenario.clone() }).collect::<Vec<_>>()
        };
        let scenarios: Vec<Scenario> = points.iter().flat_map(seeded).collect();
        let is_late = AtomicBool::new(false);
        let done = workers::each(self.jobs, &scenarios, |scenario, stopped| {
            Ok::<_, SuiteError>(self.one(scenario, stopped, &is_late))
        })?;
        Ok(match done {
            Some(mut runs) => {
                let mut by_point = Vec::new();
                while !runs.is_empty() {
                    let rest = runs.split_off(self.repeats);
                    by_point.push(std::mem::replace(&mut runs, rest));
                }
                Measured::All(by_point)
            }
            None if is_late.load(Ordering::SeqCst) => Measured::TimedOut,
            None => Measured::Interrupted,
        })
    }

    fn one(&self, scenario: &Scenario, stopped: &AtomicBool, is_late: &AtomicBool) -> Option<Ran> {
        let output = runner::run(RunArguments::of(scenario), &mut |_| {
            if self.limit.is_some_and(|limit| self.begun.elapsed() > limit) {
                is_late.store(true, Ordering::SeqCst);
                return ControlFlow::Break(());
            }
            match stopped.load(Ordering::SeqCst) {
                true => ControlFlow::Break(()),
                false => (self.watch)(Step::Goes),
            }
        });
        if output.result.partial || (self.watch)(Step::Finished).is_break() {
            return None;
        }
        let participations = participations(&output.operations);
        Some(Ran { result: output.result, participations })
    }
}

/// How long each node that joined took to take part in full: from its first contact until the lookup of
/// its own key has ended, and with it the refreshes of buckets that a join consists of (paper, section
/// 2.3).
fn participations(operations: &[OperationRecord]) -> Vec<Duration> {
    let refreshes = operations.iter().filter(|one| one.kind == OperationKind::Refresh);
    let mut ends = BTreeMap::new();
    for refresh in refreshes {
        let end = ends.entry((refresh.node, refresh.started)).or_insert(refresh.finished);
        *end = refresh.finished.max(*end);
    }
    let joins = operations.iter().filter(|one| one.kind == OperationKind::Join);
    let joins = joins.filter(|one| one.outcome.is_success());
    joins
        .map(|join| {
            let end = ends.get(&(join.node, join.finished)).copied().unwrap_or(join.finished);
            end - join.started
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Outcome;
    use crate::time::Instant;

    #[test]
    fn a_join_is_over_with_the_refreshes_that_follow_it() {
        let at = |millis| Instant::ZERO + Duration::from_millis(millis);
        let record = |node, kind, started, finished| OperationRecord {
            number: 0,
            kind,
            node,
            started: at(started),
            finished: at(finished),
            outcome: Outcome::Success,
            rounds: 1,
            hops: 1,
            requests: 1,
            timeouts: 0,
            found: 1,
            recall: None,
            closest_found: None,
        };
        let operations = [
            record(1, OperationKind::Join, 100, 130),
            record(1, OperationKind::Refresh, 130, 150),
            record(1, OperationKind::Refresh, 130, 170),
            // One that is due later belongs to no join.
            record(1, OperationKind::Refresh, 900, 990),
            record(2, OperationKind::Join, 110, 120),
            OperationRecord {
                outcome: Outcome::NoContacts,
                ..record(3, OperationKind::Join, 0, 500)
            },
        ];
        let expected = [70, 10].map(Duration::from_millis);
        assert_eq!(participations(&operations), expected);
    }
}
