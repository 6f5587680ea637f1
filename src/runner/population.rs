//! Who is online: drawing contacts for those that join, and counting those that come and go.

use crate::checker::KeyRing;
use crate::kademlia::key::Key64;
use crate::protocol::NodeIndex;
use crate::rng::{Purpose, Seed, Stream};
use rand::RngExt;

/// The nodes of a run and which of them are online.
#[derive(Clone, Debug)]
pub(super) struct Population {
    seed: Seed,
    pub(super) ring: KeyRing,
    /// The nodes online, in an order that follows from the run alone.
    online: Vec<NodeIndex>,
    /// Place of each node in `online`; only valid for those online.
    places: Vec<u32>,
    /// Where each node's stream of contacts stands.
    draws: Vec<u64>,
    pub(super) joins: u64,
    pub(super) leaves: u64,
    pub(super) crashes: u64,
}

impl Population {
    pub(super) fn new(seed: Seed, nodes: u32, key_of: impl Fn(NodeIndex) -> Key64) -> Self {
        Population {
            seed,
            ring: KeyRing::new(nodes, key_of),
            online: Vec::new(),
            places: vec![0; nodes as usize],
            draws: vec![0; nodes as usize],
            joins: 0,
            leaves: 0,
            crashes: 0,
        }
    }

    /// The nodes online.
    pub(super) fn online(&self) -> &[NodeIndex] {
        &self.online
    }

    pub(super) fn enter(&mut self, node: NodeIndex) {
        self.places[node.get()] = self.online.len() as u32;
        self.online.push(node);
        self.ring.set_online(node, true);
        self.joins += 1;
    }

    pub(super) fn exit(&mut self, node: NodeIndex, graceful: bool) {
        let place = self.places[node.get()] as usize;
        let removed = self.online.swap_remove(place);
        assert_eq!(removed, node, "a node that leaves was online");
        if let Some(&moved) = self.online.get(place) {
            self.places[moved.get()] = place as u32;
        }
        self.ring.set_online(node, false);
        if graceful {
            self.leaves += 1;
        } else {
            self.crashes += 1;
        }
    }

    /// Up to `count` different online nodes for `node` to join through, as a list of bootstrap
    /// nodes or a tracker would name them.
    pub(super) fn contacts_for(&mut self, node: NodeIndex, count: usize) -> Vec<NodeIndex> {
        let others = self.online.len() - usize::from(self.ring.is_online(node));
        let wanted = count.min(others);
        let mut contacts: Vec<NodeIndex> = Vec::with_capacity(wanted);
        let position = self.draws[node.get()];
        let index = u64::from(node.0);
        let mut stream = Stream::resume(self.seed, Purpose::Contacts, index, position);
        while contacts.len() < wanted {
            let drawn = self.online[stream.random_range(0..self.online.len())];
            if drawn != node && !contacts.contains(&drawn) {
                contacts.push(drawn);
            }
        }
        self.draws[node.get()] = stream.position();
        contacts
    }
}
