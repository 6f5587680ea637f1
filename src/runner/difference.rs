//! Where two runs part: the first instant at which a node has done something else.
//!
//! Nothing is recorded for this while a run goes on. Runs can be repeated, so both are: side by
//! side, with their digests compared node by node at a thousand instants; then again, with a
//! thousand instants between the last two, until these are a nanosecond apart.

use super::RunArguments;
use super::course::Course;
use crate::engine::digest::Digest;
use crate::engine::queue::{Bucketed, EventQueue, QueueKind, Reference};
use crate::protocol::NodeIndex;
use crate::time::{Duration, Instant};
use std::fmt;

/// The first event that one run has and another has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// When it happens.
    pub at: Instant,
    /// The node at which it happens; of several at that instant, the one of the lowest index.
    pub node: NodeIndex,
    /// Nodes at which something differs at that instant.
    pub nodes: u32,
    /// Events that both runs have handled before that instant.
    pub events_before: u64,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.at.as_nanos();
        let (seconds, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
        let others = self.nodes - 1;
        write!(
            f,
            "{} at {seconds}.{rest:09} s of virtual time, after {} common events ({others} more \
             nodes at that instant)",
            self.node, self.events_before,
        )
    }
}

/// The first event, up to the earlier end of the two, in which these runs differ; `None` if
/// their nodes handle the same events.
///
/// Repeats both runs, up to the difference, about four times.
///
/// # Panics
/// If a run does not repeat itself.
pub fn first_difference(a: RunArguments<'_>, b: RunArguments<'_>) -> Option<Difference> {
    let mut from = Instant::ZERO;
    let mut to = a.scenario.phases.end().min(b.scenario.phases.end());
    loop {
        let difference = first_apart(a, b, from, to);
        assert!(difference.is_some() || from == Instant::ZERO, "a run repeats itself");
        let (start, end, difference) = difference?;
        if end - start <= Duration::from_nanos(1) {
            return Some(difference);
        }
        (from, to) = (start, end);
    }
}

/// Parts into which a stretch of time is divided to find the one in which two runs part.
const PARTS: u64 = 1_000;

/// The first of [`PARTS`] parts of the time `from..to` within which the runs part, by its
/// start and end. They agree until `from`.
fn first_apart(
    a: RunArguments<'_>,
    b: RunArguments<'_>,
    from: Instant,
    to: Instant,
) -> Option<(Instant, Instant, Difference)> {
    let (mut a, mut b) = (begin(a), begin(b));
    a.run_until(from);
    b.run_until(from);
    let part = Duration::from_nanos((to - from).as_nanos().div_ceil(PARTS).max(1));
    let mut start = from;
    while start < to {
        let events_before = a.events();
        let end = (start + part).min(to);
        a.run_until(end);
        b.run_until(end);
        let places = (0..a.places().max(b.places())).map(NodeIndex);
        let mut apart = places.filter(|&node| a.digest_of(node) != b.digest_of(node));
        if let Some(node) = apart.next() {
            let nodes = 1 + apart.count() as u32;
            return Some((start, end, Difference { at: start, node, nodes, events_before }));
        }
        start = end;
    }
    None
}

/// A run under way, whatever its queue.
trait UnderWay {
    /// Handles everything that is due before `end`.
    fn run_until(&mut self, end: Instant);
    fn places(&self) -> u32;
    fn events(&self) -> u64;
    /// The digest of a node; that of one that has done nothing if there is no such node.
    fn digest_of(&self, node: NodeIndex) -> Digest;
}

fn begin<'s>(run: RunArguments<'s>) -> Box<dyn UnderWay + 's> {
    match run.execution.queue {
        QueueKind::Bucketed => Box::new(Course::<Bucketed>::begin(run)),
        QueueKind::Reference => Box::new(Course::<Reference>::begin(run)),
    }
}

impl<Q: EventQueue> UnderWay for Course<'_, Q> {
    fn run_until(&mut self, end: Instant) {
        Course::run_until(self, end);
    }

    fn places(&self) -> u32 {
        self.blocks.places()
    }

    fn events(&self) -> u64 {
        self.blocks.counters().events
    }

    fn digest_of(&self, node: NodeIndex) -> Digest {
        match node.0 < self.blocks.places() {
            true => self.blocks.digest_of(node),
            false => Digest::default(),
        }
    }
}
