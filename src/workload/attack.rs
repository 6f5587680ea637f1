//! Attacks on the network, as the user says them. They are made in virtual time only.

use crate::time::Instant;

/// Nodes that do not keep to the protocol, for a while.
///
/// They are nodes like the others, and before and after the attack they behave as such: they join,
/// answer, and keep their routing tables. Their applications ask for nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttackConfig {
    /// What they do.
    pub kind: AttackKind,
    /// How many they are; at least 1, and with those of other attacks fewer than all nodes.
    pub adversaries: u32,
    /// When they begin.
    pub at: Instant,
    /// When they end.
    pub until: Instant,
    /// Groups of addresses that they have, and nobody else; `None` if they live among the others.
    pub address_groups: Option<u32>,
}

/// What adversaries do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AttackKind {
    /// They answer no request for nodes, values or providers, but pings.
    Drop,
    /// They name nodes that do not exist.
    Nonexistent,
    /// They name adversaries only.
    Colluders,
    /// They answer a request for a value with a wrong one, and name adversaries as providers.
    Poison,
    /// Each sends so many requests per second to the first `victims` nodes.
    Flood {
        /// Requests per second of one adversary.
        rate: f64,
        /// Nodes that they are sent to.
        victims: u32,
    },
    /// Their keys are the closest to `target`, and they give nothing that they hold.
    Sybil {
        /// The key in question.
        target: u64,
    },
    /// Their keys are closest to `target`, and they name adversaries only.
    EclipseKey {
        /// The key in question.
        target: u64,
    },
    /// Their keys lie in all buckets of one node, they make themselves known to it and name it
    /// adversaries only.
    EclipseNode {
        /// The node in question.
        victim: u32,
        /// Requests per second by which one adversary makes itself known.
        rate: f64,
    },
}

impl AttackKind {
    /// Requests per second that an adversary sends, if it sends any.
    pub fn rate(self) -> Option<f64> {
        match self {
            AttackKind::Flood { rate, .. } | AttackKind::EclipseNode { rate, .. } => Some(rate),
            _ => None,
        }
    }

    /// Whether the adversaries choose their keys.
    pub fn chooses_keys(self) -> bool {
        use AttackKind::{EclipseKey, EclipseNode, Sybil};
        matches!(self, Sybil { .. } | EclipseKey { .. } | EclipseNode { .. })
    }

    /// Its word in a scenario.
    pub fn name(self) -> &'static str {
        match self {
            AttackKind::Drop => "drop",
            AttackKind::Nonexistent => "nonexistent",
            AttackKind::Colluders => "colluders",
            AttackKind::Poison => "poison",
            AttackKind::Flood { .. } => "flood",
            AttackKind::Sybil { .. } => "sybil",
            AttackKind::EclipseKey { .. } => "eclipse-key",
            AttackKind::EclipseNode { .. } => "eclipse-node",
        }
    }
}
