//! Where a node has its blocks: in memory, on disk, or both.
//!
//! What was put on the node stays on its disk. What it has fetched stays as long as there is room:
//! memory and disk each forget what has not been used for longest, and a block is gone when it is in
//! neither. What is read from disk is in memory afterwards.

use std::collections::BTreeMap;

/// Where a block was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// In memory.
    Memory,
    /// On disk.
    Disk,
}

/// The blocks of a node.
#[derive(Clone, Debug)]
pub struct Store {
    /// Put on the node, in order.
    own: Vec<u32>,
    memory: Recent,
    disk: Recent,
}

impl Store {
    /// A node with these blocks, in order, room for so many in memory and for so many fetched ones
    /// on disk.
    pub fn new(own: Vec<u32>, memory: u64, disk: u64) -> Self {
        Store { own, memory: Recent::new(memory), disk: Recent::new(disk) }
    }

    /// Whether the block was put on the node.
    pub fn is_own(&self, block: u32) -> bool {
        self.own.binary_search(&block).is_ok()
    }

    /// The blocks that were put on the node.
    pub fn own(&self) -> &[u32] {
        &self.own
    }

    /// The blocks that are not its own, each once.
    pub fn fetched(&self) -> Vec<u32> {
        let all = self.memory.uses.keys().chain(self.disk.uses.keys()).copied();
        let mut fetched: Vec<u32> = all.filter(|&block| !self.is_own(block)).collect();
        fetched.sort_unstable();
        fetched.dedup();
        fetched
    }

    /// Whether the node has the block.
    pub fn holds(&self, block: u32) -> bool {
        self.is_own(block) || self.memory.holds(block) || self.disk.holds(block)
    }

    /// Forgets what is in memory, as a node does that goes offline; what is gone then.
    pub fn restart(&mut self) -> Vec<u32> {
        let before = self.fetched();
        self.memory = Recent::new(self.memory.room);
        before.into_iter().filter(|&block| !self.holds(block)).collect()
    }

    /// Reads a block; where it was, and which block is gone since that one has its room. `None` if the
    /// node does not have it.
    pub fn read(&mut self, block: u32) -> Option<(Tier, Option<u32>)> {
        if self.memory.touch(block) {
            self.disk.touch(block);
            return Some((Tier::Memory, None));
        }
        let on_disk = self.disk.touch(block) || self.is_own(block);
        on_disk.then(|| {
            let out = self.memory.insert(block);
            (Tier::Disk, self.gone(out))
        })
    }

    /// Keeps a block that was fetched, if there is room for any; the blocks that are gone for it.
    pub fn keep(&mut self, block: u32) -> Vec<u32> {
        let out = [self.memory.insert(block), self.disk.insert(block)];
        let mut gone: Vec<u32> = out.into_iter().filter_map(|out| self.gone(out)).collect();
        gone.dedup();
        gone
    }

    fn gone(&self, out: Option<u32>) -> Option<u32> {
        out.filter(|&out| !self.holds(out))
    }
}

/// Blocks by last use.
#[derive(Clone, Debug)]
struct Recent {
    room: u64,
    uses: BTreeMap<u32, u64>,
    order: BTreeMap<u64, u32>,
    next: u64,
}

impl Recent {
    fn new(room: u64) -> Self {
        Recent { room, uses: BTreeMap::new(), order: BTreeMap::new(), next: 0 }
    }

    fn holds(&self, block: u32) -> bool {
        self.uses.contains_key(&block)
    }

    /// Notes that a block is used; whether it is here.
    fn touch(&mut self, block: u32) -> bool {
        let Some(last) = self.uses.get_mut(&block) else { return false };
        self.order.remove(last);
        *last = self.next;
        self.order.insert(self.next, block);
        self.next += 1;
        true
    }

    /// Takes in a block that is used now; the one that has to go for it, if any.
    fn insert(&mut self, block: u32) -> Option<u32> {
        if self.room == 0 || self.touch(block) {
            return None;
        }
        let is_full = self.uses.len() as u64 == self.room;
        let out = is_full.then(|| self.order.pop_first().expect("a full one has some").1);
        if let Some(out) = out {
            self.uses.remove(&out);
        }
        self.uses.insert(block, self.next);
        self.order.insert(self.next, block);
        self.next += 1;
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_forget_what_was_not_used_for_longest() {
        let mut store = Store::new(vec![1, 2], 2, 3);
        assert_eq!(store.read(1), Some((Tier::Disk, None)));
        assert_eq!(store.read(1), Some((Tier::Memory, None)), "it is in memory now");
        assert_eq!(store.read(9), None);
        for block in [10, 11, 12] {
            assert!(store.keep(block).is_empty(), "there is room on disk");
        }
        assert_eq!(store.read(1), Some((Tier::Disk, None)), "two others have been in memory since");
        assert_eq!(store.read(10), Some((Tier::Disk, None)), "and is used more recently than 11");
        assert_eq!(store.keep(13), [11]);
        assert!(store.holds(10) && store.holds(12) && store.holds(13) && !store.holds(11));
        assert_eq!(store.fetched(), [10, 12, 13]);
        assert!(store.is_own(2) && store.holds(2), "what was put on the node stays");
    }

    #[test]
    fn memory_alone_keeps_blocks_until_the_node_goes() {
        let mut store = Store::new(vec![], 2, 0);
        assert!(store.keep(5).is_empty() && store.keep(6).is_empty());
        assert_eq!(store.read(5), Some((Tier::Memory, None)));
        assert_eq!(store.keep(7), [6]);
        assert_eq!(store.restart(), [5, 7]);
        assert!(!store.holds(5));
        let mut without = Store::new(vec![], 0, 0);
        assert!(without.keep(5).is_empty());
        assert!(!without.holds(5), "without room nothing is kept");
    }
}
