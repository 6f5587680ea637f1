//! What an experiment needs of a driver: a time of its own, nodes that go and come back, and how well
//! the clock was kept.

use super::{Driver, Place};
use crate::kademlia::Publications;
use crate::kademlia::routing_table::RoutingTable;
use crate::krpc::Id;
use crate::metrics::Histogram;
use crate::udp::UdpNode;
use crate::udp::clock::Clock;
use crate::udp::contact::Contact;
use rand::Rng;
use std::sync::Arc;

impl Driver {
    /// By how many microseconds packets that were held back left later than planned.
    pub fn lateness_micros(&self) -> &Histogram {
        &self.lateness
    }

    /// Time begins now. For an experiment, when all nodes are open and none has been started.
    pub fn begin_time(&mut self) {
        self.clock = Clock::new();
    }

    /// Gives a node, in place of its start, the table that it would have if it had long been in the
    /// network.
    pub fn settle_in(&mut self, node: usize, table: RoutingTable<Contact>) {
        let (now, params) = (self.now(), Arc::clone(&self.setup.params));
        let Place { node: state, line, is_online, .. } = &mut self.places[node];
        *is_online = true;
        *state = UdpNode::settled(line.me().id, params, table);
        let nobody_else = std::iter::empty();
        state.set_siblings(nobody_else, |contact| contact.id, |contact| line.group_of(contact));
        line.set_wake(state.deadline());
        self.settle(node, now);
    }

    /// Whether a node hears what is sent to it.
    pub fn is_online(&self, node: usize) -> bool {
        self.places[node].is_online
    }

    /// Takes a node away at once, as a crash does; [`Driver::stop`] before lets it leave in good
    /// order. It is told nothing from now on. Gives what it publishes, for its next life.
    pub fn take_away(&mut self, node: usize) -> Publications<Id> {
        let now = self.now();
        let place = &mut self.places[node];
        place.is_online = false;
        place.line.forget();
        let publications = place.node.take_publications();
        self.settle(node, now);
        publications
    }

    /// Brings a node back at its address and under its id, with nothing of its former life but
    /// what it publishes. It does nothing before it is started.
    pub fn bring_back(
        &mut self,
        node: usize,
        contacts: Vec<Contact>,
        publications: Option<Publications<Id>>,
    ) {
        let params = Arc::clone(&self.setup.params);
        let Place { node: state, line, is_online, .. } = &mut self.places[node];
        *state = UdpNode::new(line.me().id, params, contacts, line.rng.next_u32());
        if let Some(publications) = publications {
            state.resume_publications(publications);
        }
        *is_online = true;
    }
}
