//! The nodes as a run begins with them, to be looked at and not touched.

use super::begin;
use super::simulation::{SimNode, Simulation};
use crate::engine::Engine;
use crate::engine::queue::Bucketed;
use crate::kademlia::Node;
use crate::kademlia::key::Key64;
use crate::kademlia::message::PeerList;
use crate::protocol::NodeIndex;
use crate::rng::Seed;
use crate::scenario::Scenario;

/// The network of a run at virtual time zero, before its first event. With
/// `bootstrap = "warm"` its routing tables are those of a network that has settled.
pub struct Settled<'s> {
    simulation: Simulation<'s>,
    engine: Engine<SimNode, Bucketed>,
}

/// Sets up what [`run`](super::run) would run, and stops there.
pub fn settle(scenario: &Scenario, seed: Seed) -> Settled<'_> {
    let (engine, simulation) = begin(scenario, seed);
    Settled { simulation, engine }
}

impl Settled<'_> {
    /// The nodes online, in order.
    pub fn nodes(&self) -> impl Iterator<Item = NodeIndex> {
        (0..self.engine.places()).map(NodeIndex).filter(|&node| self.engine.is_online(node))
    }

    /// The key of a node, online or not.
    pub fn key_of(&self, node: NodeIndex) -> Key64 {
        self.simulation.key(node)
    }

    /// A node, if it is online.
    pub fn node(&self, node: NodeIndex) -> Option<&Node<NodeIndex, Key64>> {
        self.engine.node(node)
    }

    /// What only an observer knows: the up to `count` online nodes that are truly closest to
    /// `target`, closest first.
    pub fn truly_closest(&self, target: Key64, count: usize) -> PeerList<NodeIndex> {
        // No node has this number, so none is left out.
        let nobody = NodeIndex(u32::MAX);
        self.simulation.population.ring.closest(target, count, nobody)
    }
}
