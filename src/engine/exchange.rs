//! How blocks of nodes hand each other what their nodes send.
//!
//! What crosses is plain data: a [`Parcel`] names its sender and its receiver by number and
//! holds the message itself, no slot, no pointer into a block. So an [`Exchange`] may lead to
//! another thread, as [`Mailboxes`] do, or to another process.

use crate::protocol::NodeIndex;
use crate::time::Instant;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// A message on its way to a node of another block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel<M> {
    /// When it reaches its receiver's access link.
    pub due: Instant,
    /// Who sends it.
    pub sender: NodeIndex,
    /// The sender's number for it; with `sender` and `due` it decides the order of events.
    pub number: u32,
    /// Who receives it.
    pub receiver: NodeIndex,
    /// What it says.
    pub message: M,
}

/// A way for parcels from block to block, window by window.
///
/// Each block posts what it has for another one for the coming window, once, and then collects
/// in that window what all others have posted for it. Posts for a window may run at the same
/// time as collections for the window before it.
pub trait Exchange<M>: Sync {
    /// Takes over what block `from` has for block `to`; leaves `parcels` empty.
    fn post(&self, window: u64, from: usize, to: usize, parcels: &mut Vec<Parcel<M>>);

    /// Hands out what was posted for block `to`. The order does not matter: events have theirs.
    fn collect(&self, window: u64, to: usize, take: &mut dyn FnMut(Parcel<M>));
}

/// The exchange between threads: a mailbox for each pair of blocks, twice, so that one is
/// filled while the other is emptied.
pub struct Mailboxes<M> {
    blocks: usize,
    boxes: Vec<Mutex<Vec<Parcel<M>>>>,
}

impl<M> Mailboxes<M> {
    /// Mailboxes between so many blocks.
    pub fn new(blocks: usize) -> Self {
        let empty = || Mutex::new(Vec::new());
        Mailboxes {
            blocks,
            boxes: std::iter::repeat_with(empty).take(2 * blocks * blocks).collect(),
        }
    }

    fn mailbox(&self, window: u64, from: usize, to: usize) -> &Mutex<Vec<Parcel<M>>> {
        let side = (window % 2) as usize;
        &self.boxes[(side * self.blocks + from) * self.blocks + to]
    }
}

impl<M: Send> Exchange<M> for Mailboxes<M> {
    fn post(&self, window: u64, from: usize, to: usize, parcels: &mut Vec<Parcel<M>>) {
        if parcels.is_empty() {
            return;
        }
        let mailbox = self.mailbox(window, from, to);
        let mut held = mailbox.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(held.is_empty(), "a mailbox is emptied before it is filled again");
        // The emptied one goes back, so that neither is allocated anew.
        std::mem::swap(&mut *held, parcels);
    }

    fn collect(&self, window: u64, to: usize, take: &mut dyn FnMut(Parcel<M>)) {
        for from in (0..self.blocks).filter(|&from| from != to) {
            let mailbox = self.mailbox(window, from, to);
            let mut held = mailbox.lock().unwrap_or_else(PoisonError::into_inner);
            held.drain(..).for_each(&mut *take);
        }
    }
}

/// How the nodes of a network are divided into blocks: consecutive ones together, as many in
/// each block as in any other, or one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Division {
    nodes: u32,
    blocks: u32,
}

impl Division {
    /// Divides `nodes` nodes into `blocks` blocks, or fewer if there are fewer nodes.
    ///
    /// # Panics
    /// If there are to be no blocks.
    pub fn new(nodes: u32, blocks: usize) -> Self {
        assert!(blocks > 0, "a network is divided into at least one block");
        let blocks = u32::try_from(blocks).unwrap_or(u32::MAX);
        Division { nodes, blocks: blocks.min(nodes).max(1) }
    }

    /// Number of blocks.
    pub fn blocks(&self) -> usize {
        self.blocks as usize
    }

    /// The nodes of a block.
    pub fn nodes_of(&self, block: usize) -> Range<u32> {
        let start = |block: u64| (block * u64::from(self.nodes) / u64::from(self.blocks)) as u32;
        start(block as u64)..start(block as u64 + 1)
    }

    /// The block of a node.
    #[inline]
    pub fn block_of(&self, node: NodeIndex) -> usize {
        let before = (u64::from(node.0) + 1) * u64::from(self.blocks) - 1;
        (before / u64::from(self.nodes)) as usize
    }
}

/// What the nodes of one block have sent to those of others in this window.
pub(super) struct Outbox<M> {
    division: Division,
    own: Range<u32>,
    /// By receiving block.
    parcels: Vec<Vec<Parcel<M>>>,
    /// When the first of them is due.
    earliest: Instant,
}

impl<M> Outbox<M> {
    pub(super) fn new(division: Division, own: Range<u32>) -> Self {
        let parcels = std::iter::repeat_with(Vec::new).take(division.blocks()).collect();
        Outbox { division, own, parcels, earliest: Instant::FAR_FUTURE }
    }

    /// Whether a node belongs to this block itself.
    #[inline]
    pub(super) fn is_own(&self, node: NodeIndex) -> bool {
        self.own.contains(&node.0)
    }

    #[inline]
    pub(super) fn put(&mut self, parcel: Parcel<M>) {
        self.earliest = self.earliest.min(parcel.due);
        self.parcels[self.division.block_of(parcel.receiver)].push(parcel);
    }

    /// Posts everything; says when the first of it is due.
    pub(super) fn post(
        &mut self,
        exchange: &impl Exchange<M>,
        window: u64,
        block: usize,
    ) -> Instant {
        for (to, parcels) in self.parcels.iter_mut().enumerate().filter(|&(to, _)| to != block) {
            exchange.post(window, block, to, parcels);
        }
        std::mem::replace(&mut self.earliest, Instant::FAR_FUTURE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_belongs_to_one_block() {
        for (nodes, blocks) in
            [(10, 1), (10, 3), (10, 7), (3, 7), (1_000_001, 2), (1, 4), (1_000, 64)]
        {
            let division = Division::new(nodes, blocks);
            assert_eq!(division.blocks(), blocks.min(nodes as usize));
            let mut next = 0;
            for block in 0..division.blocks() {
                let range = division.nodes_of(block);
                assert_eq!(range.start, next);
                assert!(!range.is_empty(), "{nodes} nodes in {blocks} blocks");
                assert!(range.clone().all(|node| division.block_of(NodeIndex(node)) == block));
                next = range.end;
            }
            assert_eq!(next, nodes);
        }
    }

    #[test]
    fn parcels_wait_for_their_window() {
        let mailboxes = Mailboxes::new(2);
        let parcel = |number| Parcel {
            due: Instant::ZERO,
            sender: NodeIndex(0),
            number,
            receiver: NodeIndex(1),
            message: (),
        };
        mailboxes.post(1, 0, 1, &mut vec![parcel(1), parcel(2)]);
        mailboxes.post(2, 0, 1, &mut vec![parcel(3)]);
        let collect = |window| {
            let mut numbers = Vec::new();
            mailboxes.collect(window, 1, &mut |parcel| numbers.push(parcel.number));
            numbers
        };
        assert_eq!((collect(1), collect(2), collect(3)), (vec![1, 2], vec![3], vec![]));
    }
}
