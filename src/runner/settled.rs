//! The nodes as a run begins with them, to be looked at and not touched.

use super::RunArguments;
use super::course::Course;
use crate::engine::queue::Bucketed;
use crate::kademlia::Node;
use crate::kademlia::key::Key64;
use crate::kademlia::message::PeerList;
use crate::protocol::NodeIndex;
use crate::rng::Seed;
use crate::scenario::Scenario;
use crate::time::Instant;

/// The network of a run at an instant, mostly virtual time zero, before its first event. With
/// `bootstrap = "warm"` its routing tables are those of a network that has settled.
pub struct Settled<'s>(Course<'s, Bucketed>);

/// Sets up what [`run`](super::run) would run, and stops there.
pub fn settle(scenario: &Scenario, seed: Seed) -> Settled<'_> {
    Settled(Course::begin(RunArguments { seed, ..RunArguments::of(scenario) }))
}

/// Runs what [`run`](super::run) would run until `at`, and stops there: who is online, and what
/// tables hold, is what it is before the events of that instant.
pub fn settle_until(scenario: &Scenario, seed: Seed, at: Instant) -> Settled<'_> {
    let mut settled = settle(scenario, seed);
    settled.0.run_until(at);
    settled
}

impl Settled<'_> {
    /// Whether a node answers what others ask, online or not.
    pub fn serves(&self, node: NodeIndex) -> bool {
        self.0.experiment.common.population.serves(node)
    }

    /// The nodes online, in order.
    pub fn nodes(&self) -> impl Iterator<Item = NodeIndex> {
        self.0.nodes().map(|(node, _)| node)
    }

    /// The key of a node, online or not.
    pub fn key_of(&self, node: NodeIndex) -> Key64 {
        self.0.key(node)
    }

    /// A node, if it is online.
    pub fn node(&self, node: NodeIndex) -> Option<&Node<NodeIndex, Key64>> {
        self.0.blocks.node(node)
    }

    /// What only an observer knows: the up to `count` online nodes that are truly closest to
    /// `target`, closest first.
    pub fn truly_closest(&self, target: Key64, count: usize) -> PeerList<NodeIndex> {
        // No node has this number, so none is left out.
        let nobody = NodeIndex(u32::MAX);
        self.0.experiment.common.population.closest(target, count, nobody, self.0.now())
    }
}
