//! What faults do to what applications ask for: watched while a run goes, told in its figures.

// The figures of each fault.
mod figures;
// How long it takes until all is as before.
mod recovery;
// What is seen at the nodes of a block.
mod watch;

pub(super) use figures::figures;
pub use figures::{AcrossFigures, ByTime, FaultFigures, FaultRecords, SideFigures, SuccessFigures};
pub use recovery::{Measure, RecoveryFigures, RecoveryRule};
pub(super) use watch::Watch;

use super::experiment::Experiment;
use crate::kademlia::key::Key64;
use crate::network::config::NetworkConfig;
use crate::network::faults::Members;
use crate::network::faults::config::{Effect, FaultConfig, FaultKind};
use crate::protocol::NodeIndex;
use crate::time::Instant;

/// An end of a fault's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Edge {
    /// It begins.
    Begins,
    /// It is over.
    Ends,
}

/// What was seen of the whole network when a fault began and ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    /// Of the nodes that it concerns, how many were online before it began.
    online: u64,
    /// The records that somebody held then.
    alive: Vec<Key64>,
    /// How many of those nobody held when it was over, if it was.
    lost_at_end: Option<u64>,
}

/// When a fault is over as operations are counted: a crowd that comes all at once has come.
pub(super) fn end_of(fault: &FaultConfig) -> Instant {
    match (&fault.kind, fault.until) {
        (FaultKind::FlashCrowd(_), None) => fault.at,
        _ => fault.end(),
    }
}

/// Whether a fault keeps packets from crossing between groups of nodes.
fn is_cut(fault: &FaultConfig) -> bool {
    match fault.kind {
        FaultKind::Partition { .. } => true,
        FaultKind::Outage { effect, .. } => effect == Effect::Unreachable,
        _ => false,
    }
}

/// The begins and ends of all faults, by number.
pub(super) fn edges(config: &NetworkConfig) -> impl Iterator<Item = (Instant, usize, Edge)> {
    config.faults.iter().enumerate().flat_map(|(number, fault)| {
        [(fault.at, number, Edge::Begins), (end_of(fault), number, Edge::Ends)]
    })
}

impl Book {
    /// Takes down what is to be known when a fault begins or ends.
    pub(super) fn note(experiment: &mut Experiment<'_>, number: usize, edge: Edge) {
        let (now, seed) = (experiment.now, experiment.seed);
        let scenario = experiment.scenario;
        let common = &experiment.common;
        match edge {
            Edge::Begins => {
                let members = Members::of(&scenario.network, number, seed);
                let nodes = (0..scenario.nodes.count).map(NodeIndex);
                let is_there = |node: &NodeIndex| common.population.was_online(*node, now);
                let online = nodes.filter(|node| members.has(*node)).filter(is_there).count();
                let alive = common.holders.alive_keys().collect();
                let book = Book { online: online as u64, alive, lost_at_end: None };
                experiment.fault_books[number] = Some(book);
            }
            Edge::Ends => {
                let book = experiment.fault_books[number].as_mut();
                let book = book.expect("a fault begins before it ends");
                book.lost_at_end = Some(book.lost(|key| common.holders.count(key) == 0));
            }
        }
    }

    /// How many of the records that were alive when the fault began are gone now.
    fn lost(&self, is_gone: impl Fn(Key64) -> bool) -> u64 {
        self.alive.iter().filter(|&&key| is_gone(key)).count() as u64
    }
}
