//! From which addresses the nodes of a run come: groups computed from their numbers, never stored. A run
//! has no addresses; all that a node learns of one is whether it belongs to a group that it knows.

use super::attackers::Attackers;
use crate::protocol::{AddressGroup, NodeIndex};
use crate::rng::distribution::below;
use crate::rng::{PacketDraws, Purpose, Seed};
use crate::scenario::Scenario;

/// Names of groups of nodes that share theirs with nobody begin here.
const OF_ONE_NODE: u64 = 1 << 62;
/// Names of groups that belong to an attack begin here.
const OF_ATTACKS: u64 = 1 << 63;

/// The address groups of a run.
#[derive(Clone, Debug)]
pub(super) struct Groups {
    draws: PacketDraws,
    /// Groups over which nodes are spread; `None` if each has its own.
    shared: Option<u32>,
}

impl Groups {
    pub(super) fn new(seed: Seed, scenario: &Scenario) -> Self {
        let draws = PacketDraws::new(seed, Purpose::AddressGroups);
        Groups { draws, shared: scenario.nodes.address_groups }
    }

    /// The group of a node.
    pub(super) fn of(&self, node: NodeIndex, attackers: Option<&Attackers>) -> AddressGroup {
        let drawn = |what, count| below(self.draws.bits(u64::from(node.0), what), u64::from(count));
        let own = attackers.and_then(|attackers| attackers.address_groups(node));
        AddressGroup(match (own, self.shared) {
            (Some((attack, count)), _) => OF_ATTACKS | u64::from(attack) << 32 | drawn(1, count),
            (None, Some(count)) => drawn(0, count),
            (None, None) => OF_ONE_NODE | u64::from(node.0),
        })
    }
}
