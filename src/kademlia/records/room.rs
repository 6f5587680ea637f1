//! Which records a node has room for, and what of it others may ask for a sample of.

use super::Records;
use crate::kademlia::key::Key;
use crate::kademlia::params::Params;
use crate::kademlia::rules::Refusal;

impl<P: Copy + Eq, K: Key> Records<P, K> {
    /// Keys of all items that a provider is known of, in order.
    pub(in crate::kademlia) fn provided(&self) -> Vec<K> {
        let mut keys: Vec<K> = self.known().iter().map(|known| known.key).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Whether another record finds room: `Some` names the one that has to go for it, which is
    /// farther from the own key.
    ///
    /// # Errors
    /// There is none, and all that are held are nearer.
    #[inline]
    pub(in crate::kademlia) fn full(
        &self,
        own: K,
        key: K,
        params: &Params,
    ) -> Result<Option<K>, Refusal> {
        let held = self.held();
        if held.len() < params.precautions.measures().record_room
            || held.iter().any(|held| held.key == key)
        {
            return Ok(None);
        }
        let farthest = held.iter().map(|held| held.key).max_by_key(|held| held.distance(own));
        let farther = farthest.filter(|farthest| farthest.distance(own) > key.distance(own));
        farther.map(Some).ok_or(Refusal::NO_ROOM)
    }
}
