//! Judges what the nodes of a block report by what the checker knows.

use super::common::Common;
use super::surroundings::Done;
use crate::kademlia::operation;
use crate::kademlia::rules::Refusal;
use crate::metrics::{OperationKind, OperationRecord, Outcome};
use crate::protocol::NodeIndex;
use crate::rng::{PacketDraws, Purpose, Seed, distribution};
use crate::time::Instant;
use bytes::Bytes;
use std::ops::Range;

/// The judge of the operations of a block.
#[derive(Clone, Debug)]
pub(super) struct Judge {
    k: usize,
    /// Share of the lookups that are compared with the truth.
    share: f64,
    draws: PacketDraws,
    /// The first node of the block.
    first: u32,
    /// Operations that each node of the block has ended, for their numbers.
    ended: Vec<u32>,
    pub(super) lookups_checked: u64,
    pub(super) lookups_exact: u64,
}

impl Judge {
    pub(super) fn new(seed: Seed, block: Range<u32>, k: usize, share: f64) -> Self {
        Judge {
            k,
            share,
            draws: PacketDraws::new(seed, Purpose::Sampling),
            first: block.start,
            ended: vec![0; block.len()],
            lookups_checked: 0,
            lookups_exact: 0,
        }
    }

    /// The number of the operation that `node` has just ended: no two of a run share one.
    fn number(&mut self, node: NodeIndex) -> u64 {
        let ended = &mut self.ended[(node.0 - self.first) as usize];
        *ended += 1;
        u64::from(node.0) << 32 | u64::from(*ended)
    }

    /// An operation has ended at `node`. `expected` is the value that a Get should find.
    pub(super) fn judge(
        &mut self,
        now: Instant,
        node: NodeIndex,
        done: &Done,
        common: &Common,
        expected: Option<Bytes>,
    ) -> OperationRecord {
        let number = self.number(node);
        let (recall, closest_found) = self.compare(number, now, node, done, common);
        let outcome = outcome(done, common, expected);
        OperationRecord { recall, closest_found, ..record(number, now, node, done, outcome) }
    }

    /// The operations that a node leaves unfinished when it goes offline.
    pub(super) fn interrupted(
        &mut self,
        now: Instant,
        node: NodeIndex,
        unfinished: Vec<Done>,
    ) -> Vec<OperationRecord> {
        let interrupted =
            |done: Done| record(self.number(node), now, node, &done, Outcome::Interrupted);
        unfinished.into_iter().map(interrupted).collect()
    }

    /// Compares the result of a search for nodes with the true k closest among the nodes online
    /// at this instant: the share found in per mille, and whether the closest is among them.
    fn compare(
        &mut self,
        number: u64,
        now: Instant,
        node: NodeIndex,
        done: &Done,
        common: &Common,
    ) -> (Option<u16>, Option<bool>) {
        let sampled = || distribution::unit(self.draws.bits(number, 1)) < self.share;
        if done.kind != operation::OperationKind::FindNode || !sampled() {
            return (None, None);
        }
        let truth = common.population.closest(done.target, self.k, node, now);
        let Some(closest) = truth.first() else { return (None, None) };
        self.lookups_checked += 1;
        if truth == done.closest {
            self.lookups_exact += 1;
            return (Some(1_000), Some(true));
        }
        let hits = truth.iter().filter(|&true_one| done.closest.contains(true_one)).count();
        let recall = (1_000 * hits / truth.len()) as u16;
        (Some(recall), Some(done.closest.contains(closest)))
    }
}

/// How an operation has ended, as far as can be told from outside.
fn outcome(done: &Done, common: &Common, expected: Option<Bytes>) -> Outcome {
    use operation::OperationKind as Kind;
    let reached = !done.closest.is_empty() || done.copies > 0;
    match done.kind {
        Kind::Get => match &done.value {
            Some(value) if expected.is_none_or(|expected| expected == value) => Outcome::Success,
            Some(_) => Outcome::WrongResult,
            None if common.is_gone(done.target) => Outcome::Gone,
            None if !reached => Outcome::NoContacts,
            None => Outcome::NotFound,
        },
        Kind::FindProviders if done.providers.iter().any(|&peer| !common.is_adversary(peer)) => {
            Outcome::Success
        }
        Kind::FindProviders if !done.providers.is_empty() => Outcome::WrongResult,
        Kind::FindProviders if common.is_gone(done.target) => Outcome::Gone,
        Kind::FindProviders if reached => Outcome::NotFound,
        Kind::Put | Kind::Provide | Kind::Republish if reached => {
            // Where all holders have a newer version, this one has been written and overwritten.
            match done.copies > 0 || done.refused == Some(Refusal::OUTDATED) {
                true => Outcome::Success,
                false => Outcome::StoreFailed,
            }
        }
        Kind::FindNode | Kind::Join | Kind::Refresh if reached => Outcome::Success,
        _ => Outcome::NoContacts,
    }
}

/// The record of an operation that ends `now`, not compared with the truth.
fn record(
    number: u64,
    now: Instant,
    node: NodeIndex,
    done: &Done,
    outcome: Outcome,
) -> OperationRecord {
    OperationRecord {
        number,
        kind: kind(done.kind),
        node: node.0,
        started: done.started,
        finished: now,
        outcome,
        rounds: done.rounds,
        hops: done.hops,
        requests: done.requests,
        timeouts: done.timeouts,
        found: found(done),
        recall: None,
        closest_found: None,
    }
}

/// The kind under which an operation counts.
pub(super) fn kind(kind: operation::OperationKind) -> OperationKind {
    match kind {
        operation::OperationKind::FindNode => OperationKind::Lookup,
        operation::OperationKind::Put => OperationKind::Put,
        operation::OperationKind::Get => OperationKind::Get,
        operation::OperationKind::Provide => OperationKind::Provide,
        operation::OperationKind::FindProviders => OperationKind::FindProviders,
        operation::OperationKind::Join => OperationKind::Join,
        operation::OperationKind::Refresh => OperationKind::Refresh,
        operation::OperationKind::Republish => OperationKind::Republish,
    }
}

/// How much an operation found: copies, providers, or nodes.
fn found(done: &Done) -> u32 {
    use operation::OperationKind as Kind;
    match done.kind {
        Kind::Put | Kind::Provide | Kind::Republish | Kind::Get => done.copies,
        Kind::FindProviders => done.providers.len() as u32,
        Kind::FindNode | Kind::Join | Kind::Refresh => done.closest.len() as u32,
    }
}
