//! How much of what a node keeps comes from one address group: without a limit, one host can fill it.

use super::{Kept, Records};
use crate::kademlia::rules::Refusal;
use crate::protocol::AddressGroup;

/// The records that were stored by nodes with a group, each with that. Boxed where it is kept, so that a
/// store without limits is no larger.
#[derive(Clone, Debug)]
pub(super) struct Stored<K>(Vec<(K, AddressGroup)>);

impl<K> Default for Stored<K> {
    fn default() -> Self {
        Stored(Vec::new())
    }
}

impl<P: Copy + Eq, K: Copy + Eq> Records<P, K> {
    fn stored(&self) -> &[(K, AddressGroup)] {
        let stored = self.0.as_ref().and_then(|kept| kept.groups.as_ref());
        stored.map_or(&[], |stored| &stored.0)
    }

    /// Whether a record may be kept for a node of this group, of which at most so many are.
    ///
    /// # Errors
    /// There are as many. A record that is held already takes no more room.
    pub(in crate::kademlia) fn has_room_for(
        &self,
        group: AddressGroup,
        key: K,
        most: usize,
    ) -> Result<(), Refusal> {
        let count = self.stored().iter().filter(|&&(_, other)| other == group).count();
        match count < most || self.held().iter().any(|held| held.key == key) {
            true => Ok(()),
            false => Err(Refusal::NO_ROOM),
        }
    }

    /// A record was stored by a node of this group.
    pub(in crate::kademlia) fn note_group(&mut self, key: K, group: AddressGroup) {
        self.kept().groups.get_or_insert_default().0.push((key, group));
    }

    /// Whether a provider may be remembered, where at most so many of its group are.
    ///
    /// # Errors
    /// There are as many. One that is remembered already takes no more room.
    pub(super) fn has_room_for_provider(
        &self,
        key: K,
        peer: P,
        most: usize,
        group_of: impl Fn(P) -> Option<AddressGroup>,
    ) -> Result<(), Refusal> {
        let Some(group) = group_of(peer) else { return Ok(()) };
        let of_group = self.known().iter().filter(|known| group_of(known.peer) == Some(group));
        let count = of_group.count();
        let is_known = |known: &super::Provider<P, K>| known.key == key && known.peer == peer;
        match count < most || self.known().iter().any(is_known) {
            true => Ok(()),
            false => Err(Refusal::NO_ROOM),
        }
    }

    /// The most records, and the most providers, that are kept of one group.
    pub(in crate::kademlia) fn largest_groups(
        &self,
        group_of: impl Fn(P) -> Option<AddressGroup>,
    ) -> (usize, usize) {
        let of_records = self.stored().iter().map(|&(_, group)| group);
        let of_providers = self.known().iter().filter_map(|known| group_of(known.peer));
        (largest(of_records), largest(of_providers))
    }
}

/// How often the most frequent of these occurs.
fn largest(groups: impl Iterator<Item = AddressGroup>) -> usize {
    let mut groups: Vec<AddressGroup> = groups.collect();
    groups.sort_unstable();
    groups.chunk_by(|one, other| one == other).map(<[_]>::len).max().unwrap_or(0)
}

impl<P, K: Copy + Eq> Kept<P, K> {
    /// Forgets the groups of records that are not held any more.
    pub(super) fn forget_groups(&mut self) {
        if let Some(groups) = &mut self.groups {
            groups.0.retain(|&(key, _)| self.held.iter().any(|held| held.key == key));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kademlia::message::Record;
    use crate::kademlia::params::Params;
    use crate::kademlia::records::Precedence;
    use crate::time::{Duration, Instant};
    use bytes::Bytes;

    const HOST: AddressGroup = AddressGroup(7);

    #[test]
    fn one_host_fills_no_store() {
        let params = Params::paper();
        let mut records = Records::<u32, u32>::new();
        let record = || Record { value: Bytes::new(), age: Duration::ZERO, cached: false };
        for key in 0..5 {
            if records.has_room_for(HOST, key, 3).is_ok() {
                records.store(key, record(), Precedence::OfDate, Instant::ZERO, &params);
                records.note_group(key, HOST);
            }
        }
        assert_eq!(records.sizes(), (3, 0));
        assert_eq!(records.has_room_for(HOST, 9, 3), Err(Refusal::NO_ROOM));
        assert_eq!(records.has_room_for(HOST, 2, 3), Ok(()), "what is held is renewed");
        assert_eq!(records.has_room_for(AddressGroup(8), 9, 3), Ok(()), "others have room");
        records.forget(2);
        assert_eq!(records.has_room_for(HOST, 9, 3), Ok(()), "what is gone leaves room");
        records.expire(Instant::ZERO + params.record_expiry);
        assert_eq!(records.largest_groups(|_| None), (0, 0));
    }

    #[test]
    fn one_host_fills_no_list_of_providers() {
        let params = Params { store_group_limit: Some(2), ..Params::mainline() };
        let mut records = Records::<u32, u32>::new();
        // Ports of one host, and another.
        let group_of = |peer: u32| Some(AddressGroup(u64::from(peer / 100)));
        let mut add =
            |key, peer| records.add_provider(key, peer, Instant::ZERO, &params, group_of).is_ok();
        assert!(add(1, 100) && add(2, 101), "the limit is for all items together");
        assert!(!add(3, 102) && !add(1, 103));
        assert!(add(1, 100), "who is remembered announces itself again");
        assert!(add(3, 200));
        assert_eq!(records.largest_groups(group_of), (0, 2));
    }
}
