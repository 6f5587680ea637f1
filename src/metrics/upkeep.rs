//! Messages and bytes that nodes spend on maintenance, by what it is for.

use super::traffic::Count;
use crate::kademlia::maintenance::Maintenance;

const KINDS: usize = Maintenance::ALL.len();

/// What was spent on each kind of maintenance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upkeep([Count; KINDS]);

impl Upkeep {
    /// A message of `bytes` bytes: a request that is sent, or its response that arrives.
    #[inline]
    pub fn spend(&mut self, maintenance: Maintenance, bytes: u32) {
        self.0[maintenance as usize].add(bytes);
    }

    /// What was spent on this.
    pub fn on(&self, maintenance: Maintenance) -> Count {
        self.0[maintenance as usize]
    }

    /// What was spent on all.
    pub fn total(&self) -> Count {
        self.0.iter().fold(Count::default(), |sum, &count| sum.plus(count))
    }

    /// Adds what was spent in another part of the network.
    pub fn merge(&mut self, other: &Upkeep) {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine = mine.plus(theirs));
    }

    /// What was spent since `earlier`, a copy of this made before.
    pub fn since(&self, earlier: &Upkeep) -> Upkeep {
        Upkeep(std::array::from_fn(|kind| Count {
            messages: self.0[kind].messages - earlier.0[kind].messages,
            bytes: self.0[kind].bytes - earlier.0[kind].bytes,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_count_of_its_own() {
        let mut upkeep = Upkeep::default();
        let kinds = Maintenance::ALL.into_iter().zip(1..);
        kinds.clone().for_each(|(kind, bytes)| upkeep.spend(kind, bytes));
        let earlier = upkeep;
        upkeep.spend(Maintenance::Refresh, 70);
        for (kind, bytes) in kinds {
            assert_eq!(earlier.on(kind), Count { messages: 1, bytes: u64::from(bytes) });
        }
        assert_eq!(upkeep.total(), Count { messages: 6, bytes: 85 });
        let since = upkeep.since(&earlier);
        assert_eq!((since.total().bytes, since.on(Maintenance::Refresh).bytes), (70, 70));
        let mut both = upkeep;
        both.merge(&since);
        assert_eq!(both.on(Maintenance::Refresh), Count { messages: 3, bytes: 142 });
    }
}
