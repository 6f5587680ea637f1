//! What is seen of faults at the nodes of a block: sums, so that the blocks of a run add up to it.

use super::{end_of, is_cut};
use crate::metrics::{OperationKind, OperationRecord};
use crate::network::faults::Members;
use crate::protocol::NodeIndex;
use crate::rng::Seed;
use crate::runner::common::{Common, Notice};
use crate::scenario::Scenario;
use crate::time::{Duration, Instant};
use std::collections::BTreeSet;

/// What applications wait for.
pub(super) const KINDS: [OperationKind; 3] =
    [OperationKind::Lookup, OperationKind::Get, OperationKind::FindProviders];

/// Operations of one kind, how many of them succeeded, and the recall of those that were compared
/// with the truth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) ended: u64,
    pub(super) succeeded: u64,
    pub(super) checked: u64,
    /// Sum of the recalls, in per mille.
    pub(super) recall: u64,
}

impl Tally {
    fn record(&mut self, operation: &OperationRecord) {
        self.ended += 1;
        self.succeeded += u64::from(operation.outcome.is_success());
        if let Some(recall) = operation.recall {
            self.checked += 1;
            self.recall += u64::from(recall);
        }
    }

    pub(super) fn merge(&mut self, other: &Tally) {
        self.ended += other.ended;
        self.succeeded += other.succeeded;
        self.checked += other.checked;
        self.recall += other.recall;
    }
}

/// Tallies by kind.
pub(super) type Tallies = [Tally; KINDS.len()];

fn merge(mine: &mut Tallies, theirs: &Tallies) {
    mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| mine.merge(theirs));
}

/// What is watched of all faults.
#[derive(Clone, Debug)]
pub(in crate::runner) struct Watch {
    pub(super) faults: Vec<Watched>,
    interval: Duration,
    /// Operations by the sampling interval in which they ended.
    pub(super) course: Vec<Tallies>,
}

/// What is watched of one.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    at: Instant,
    until: Instant,
    is_cut: bool,
    members: Members,
    /// By the group of who asked, then by whether it began to ask before the fault, while it
    /// lasted or after it.
    pub(super) sides: Vec<[Tallies; 3]>,
    /// Records put while a cut lasted that were asked for from another side when it was over, and
    /// those of them that were found.
    pub(super) asked_across: BTreeSet<u64>,
    pub(super) found_across: BTreeSet<u64>,
    /// The searches that did so.
    pub(super) across: Tally,
}

impl Watch {
    /// Nothing seen yet; `None` if there are no faults.
    pub(in crate::runner) fn new(scenario: &Scenario, seed: Seed) -> Option<Self> {
        let watched = |(number, fault)| {
            let members = Members::of(&scenario.network, number, seed);
            Watched {
                at: scenario.network.faults[number].at,
                until: end_of(fault),
                is_cut: is_cut(fault),
                sides: vec![Default::default(); members.groups()],
                members,
                asked_across: BTreeSet::new(),
                found_across: BTreeSet::new(),
                across: Tally::default(),
            }
        };
        let faults: Vec<_> = scenario.network.faults.iter().enumerate().map(watched).collect();
        let interval = scenario.output.sample_interval;
        (!faults.is_empty()).then_some(Watch { faults, interval, course: Vec::new() })
    }

    /// An operation has ended, the application's `name` for which tells its record. Notes what
    /// others have to know of it.
    pub(in crate::runner) fn see(
        &mut self,
        operation: &OperationRecord,
        name: Option<u64>,
        common: &Common,
        notices: &mut Vec<Notice>,
    ) {
        let node = NodeIndex(operation.node);
        if operation.kind.is_publication() {
            let name = name.filter(|_| operation.outcome.is_success());
            let cuts = (0u32..).zip(&self.faults).filter(|(_, watched)| watched.is_cut);
            let on_a_side = cuts.filter(|(_, watched)| watched.period(operation.started) == 1);
            notices.extend(on_a_side.zip(name.into_iter().cycle()).map(
                |((fault, watched), name)| Notice::PutApart {
                    fault,
                    name,
                    side: watched.members.group_of(node),
                },
            ));
            return;
        }
        let Some(kind) = KINDS.iter().position(|kind| *kind == operation.kind) else { return };
        let place = (operation.finished.as_nanos() / self.interval.as_nanos()) as usize;
        if self.course.len() <= place {
            self.course.resize(place + 1, Tallies::default());
        }
        self.course[place][kind].record(operation);
        let is_disturbed = self.faults.iter().any(|other| other.period(operation.started) == 1);
        for (fault, watched) in (0u32..).zip(&mut self.faults) {
            let (side, period) =
                (watched.members.group_of(node), watched.period(operation.started));
            // What begins while another fault lasts says nothing of before and after this one.
            if is_disturbed && period != 1 {
                continue;
            }
            watched.sides[side as usize][period][kind].record(operation);
            let put = name.filter(|_| watched.is_cut && period == 2);
            let Some(name) = put else { continue };
            if common.put_apart.get(&(fault, name)).is_some_and(|&other| other != side) {
                watched.across.record(operation);
                watched.asked_across.insert(name);
                if operation.outcome.is_success() {
                    watched.found_across.insert(name);
                }
            }
        }
    }

    /// Adds what was seen elsewhere.
    pub(super) fn merge(&mut self, other: &Watch) {
        for (mine, theirs) in self.faults.iter_mut().zip(&other.faults) {
            for (mine, theirs) in mine.sides.iter_mut().zip(&theirs.sides) {
                mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| merge(mine, theirs));
            }
            mine.asked_across.extend(&theirs.asked_across);
            mine.found_across.extend(&theirs.found_across);
            mine.across.merge(&theirs.across);
        }
        let length = self.course.len().max(other.course.len());
        self.course.resize(length, Tallies::default());
        for (mine, theirs) in self.course.iter_mut().zip(&other.course) {
            merge(mine, theirs);
        }
    }
}

impl Watched {
    /// 0 before the fault, 1 while it lasts, 2 after it.
    fn period(&self, instant: Instant) -> usize {
        usize::from(instant >= self.at) + usize::from(instant >= self.until)
    }
}
