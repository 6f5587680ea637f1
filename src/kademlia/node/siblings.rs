//! Who is closest to the node: the sibling list of S/Kademlia (Baumgart and Mies, "S/Kademlia: A
//! Practicable Approach Towards Secure Key-Based Routing", ICPADS 2007, section 4.2), and whom the limits
//! of address groups let come in.
//!
//! The list holds the [`Params::siblings`](crate::kademlia::params::Params::siblings) closest of the
//! nodes that were heard from, also those that found no room in their bucket. A sibling that is a contact
//! stays as long as the table keeps it in good standing; another goes at its first failed request.

use super::Node;
use crate::kademlia::key::Key;
use crate::kademlia::message::PeerList;
use crate::kademlia::params::Params;
use crate::kademlia::rules::Rules;
use crate::protocol::{AddressGroup, Peer, Transport};

impl<P: Peer, K: Key, R: Rules<K>> Node<P, K, R> {
    /// Whether the limits of address groups let this node be heard from.
    pub(super) fn admits(&self, index: usize, peer: P, transport: &impl Transport<Self>) -> bool {
        !self.params.limits_contacts()
            || self.table.admits(
                index,
                peer,
                &self.params,
                self.siblings_by_bucket(|peer| transport.key_of(peer)),
                |peer| transport.group_of(peer),
            )
    }

    /// Whether a newcomer that answers would be taken in: among the siblings, or into its bucket.
    pub(super) fn has_place(
        &self,
        index: usize,
        peer: P,
        second: u64,
        transport: &impl Transport<Self>,
    ) -> bool {
        let is_near = self.params.siblings > 0
            && !self.is_beyond_siblings(index, |peer| transport.key_of(peer))
            && !self.siblings().contains(&peer);
        (is_near || self.table.has_room(index, second, &self.params))
            && self.admits(index, peer, transport)
    }

    /// The siblings, each with its bucket.
    fn siblings_by_bucket(&self, key_of: impl Fn(P) -> K) -> impl Iterator<Item = (usize, P)> {
        self.siblings().iter().map(move |&peer| (self.bucket_of(key_of(peer)), peer))
    }

    /// Whether all siblings are closer than any node of this bucket, and there are as many as may be.
    fn is_beyond_siblings(&self, index: usize, key_of: impl Fn(P) -> K) -> bool {
        let siblings = self.siblings();
        siblings.len() == self.params.siblings
            && siblings.last().is_some_and(|&last| index < self.bucket_of(key_of(last)))
    }

    /// A node of this bucket was heard from.
    pub(super) fn meet_sibling(&mut self, index: usize, peer: P, transport: &impl Transport<Self>) {
        let key_of = |peer| transport.key_of(peer);
        if !self.is_beyond_siblings(index, key_of) {
            let mut others = self.siblings().to_vec();
            // Where names are those of addresses, it may have had another key.
            others.retain(|&other| other != peer);
            others.push(peer);
            self.choose_siblings(others, key_of);
        }
    }

    /// A request to a node has failed, or another has taken its place.
    pub(super) fn lose_sibling(&mut self, peer: P, transport: &impl Transport<Self>) {
        let key_of = |peer| transport.key_of(peer);
        if self.params.siblings == 0
            || self.is_beyond_siblings(self.bucket_of(key_of(peer)), key_of)
        {
            return;
        }
        let mut others = self.siblings().to_vec();
        others.retain(|&other| other != peer);
        self.choose_siblings(others, key_of);
    }

    /// Chooses the siblings from these nodes and the contacts.
    fn choose_siblings(&mut self, mut from: Vec<P>, key_of: impl Fn(P) -> K) {
        let Params { siblings, .. } = *self.params;
        let mut near = PeerList::new();
        self.table.closest(self.key, self.key, siblings, &self.params, &key_of, &mut near);
        from.extend(near);
        from.sort_unstable_by_key(|&peer| key_of(peer).distance(self.key));
        from.dedup();
        from.truncate(siblings);
        self.keep_siblings(from);
    }

    /// Gives a node that has long been in the network its siblings: the closest of these nodes, which
    /// come in the order of their distance, as far as the limits of address groups let them in, and of
    /// its contacts.
    pub fn set_siblings(
        &mut self,
        near: impl Iterator<Item = P>,
        key_of: impl Fn(P) -> K,
        group_of: impl Fn(P) -> Option<AddressGroup>,
    ) {
        if self.params.siblings == 0 {
            return;
        }
        for peer in near {
            let index = self.bucket_of(key_of(peer));
            let mut siblings = self.siblings().to_vec();
            let beside = siblings.iter().map(|&other| (self.bucket_of(key_of(other)), other));
            if siblings.len() < self.params.siblings
                && self.table.admits(index, peer, &self.params, beside, &group_of)
            {
                siblings.push(peer);
                self.keep_siblings(siblings);
            }
        }
        self.choose_siblings(self.siblings().to_vec(), key_of);
    }

    /// The up to `count` closest to a key of these nodes and the siblings, in no particular order.
    #[cold]
    pub(super) fn with_siblings(
        &self,
        contacts: PeerList<P>,
        target: K,
        count: usize,
        key_of: impl Fn(P) -> K,
    ) -> PeerList<P> {
        let mut all: Vec<P> = contacts.iter().chain(self.siblings()).copied().collect();
        all.sort_unstable_by_key(|&peer| key_of(peer).distance(target));
        all.dedup();
        all.into_iter().take(count).collect()
    }

    /// Panics if a law of the siblings or one of the limits of address groups does not hold: the
    /// siblings are in the order of their distance, none twice, none the own node, as many as may be
    /// at most, and no contact in good standing that is closer than the last is left out; no group has more
    /// of the bucket, the table or the store than the parameters allow.
    pub fn check(&self, key_of: impl Fn(P) -> K, group_of: impl Fn(P) -> Option<AddressGroup>) {
        let Params { siblings: most, .. } = *self.params;
        if most > 0 {
            self.check_siblings(most, &key_of);
        }
        if self.params.limits_contacts() {
            let beside = self.siblings_by_bucket(&key_of);
            self.table.check_groups(&self.params, beside, &group_of);
        }
        if let Some(most) = self.params.store_group_limit {
            let (records, providers) = self.records.largest_groups(group_of);
            assert!(records <= most, "{records} records of one group are held, not {most}");
            assert!(providers <= most, "{providers} providers of one group are known, not {most}");
        }
    }

    fn check_siblings(&self, most: usize, key_of: impl Fn(P) -> K) {
        let siblings = self.siblings();
        let distance = |peer: P| key_of(peer).distance(self.key);
        assert!(siblings.len() <= most, "there are more siblings than {most}");
        assert!(
            siblings.iter().all(|&peer| key_of(peer) != self.key),
            "a node is no sibling of its own"
        );
        assert!(
            siblings.is_sorted_by(|&one, &other| distance(one) < distance(other)),
            "siblings stand in the order of their distance, each once"
        );
        let mut near = PeerList::new();
        self.table.closest(self.key, self.key, most, &self.params, &key_of, &mut near);
        let last = siblings.last().map(|&last| distance(last)).filter(|_| siblings.len() == most);
        for contact in near {
            let is_nearer = last.is_none_or(|last| distance(contact) < last);
            assert!(
                !is_nearer || siblings.contains(&contact),
                "a contact that is closer than the last sibling is one"
            );
        }
    }
}
