//! Who holds which record: what a failed search is judged by.

use crate::kademlia::key::Key64;
use std::collections::BTreeMap;

/// How many online nodes hold each record.
#[derive(Clone, Debug, Default)]
pub struct Holders {
    counts: BTreeMap<Key64, u32>,
    /// Records with at least one holder.
    alive: usize,
    /// Sum of all counts.
    replicas: u64,
}

impl Holders {
    /// A node has begun to hold a record.
    pub fn add(&mut self, key: Key64) {
        let count = self.counts.entry(key).or_insert(0);
        self.alive += usize::from(*count == 0);
        *count += 1;
        self.replicas += 1;
    }

    /// A node has ceased to hold a record, or has gone offline with it.
    ///
    /// # Panics
    /// If nobody held it: the books of nodes and checker differ.
    pub fn remove(&mut self, key: Key64) {
        let count = self.counts.get_mut(&key).expect("only a held record is dropped");
        *count = count.checked_sub(1).expect("no more holders leave than came");
        self.alive -= usize::from(*count == 0);
        self.replicas -= 1;
    }

    /// Online nodes that hold a record.
    pub fn count(&self, key: Key64) -> u32 {
        self.counts.get(&key).copied().unwrap_or(0)
    }

    /// Records that at least one online node holds.
    pub fn alive(&self) -> usize {
        self.alive
    }

    /// The records that at least one online node holds, in order.
    pub fn alive_keys(&self) -> impl Iterator<Item = Key64> {
        self.counts.iter().filter(|(_, count)| **count > 0).map(|(key, _)| *key)
    }

    /// Copies of all records on online nodes.
    pub fn replicas(&self) -> u64 {
        self.replicas
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_lives_as_long_as_somebody_holds_it() {
        let mut holders = Holders::default();
        holders.add(Key64(1));
        holders.add(Key64(1));
        holders.add(Key64(2));
        assert_eq!((holders.alive(), holders.replicas(), holders.count(Key64(1))), (2, 3, 2));
        holders.remove(Key64(1));
        holders.remove(Key64(2));
        assert_eq!((holders.alive(), holders.replicas(), holders.count(Key64(2))), (1, 1, 0));
        holders.add(Key64(2));
        assert_eq!(holders.alive(), 2);
    }
}
