//! Who is kept away when: by crashes, by outages, and, until it comes, who belongs to a flash crowd.

use super::Members;
use super::config::{Effect, FaultKind};
use crate::network::config::NetworkConfig;
use crate::protocol::NodeIndex;
use crate::rng::{PacketDraws, Purpose, Seed};
use crate::time::Instant;

/// What happens to a node that a fault keeps away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// From now on it is kept away.
    Away,
    /// No longer by this fault.
    Back,
}

/// Who is kept away when, for a run.
#[derive(Clone, Debug)]
pub struct Presence {
    /// By how many faults each node is kept away when the run begins.
    pub first: Vec<u8>,
    /// What changes when, the last first; at one instant those who go are the last.
    pub turns: Vec<(Instant, Turn, NodeIndex)>,
}

impl Presence {
    /// That of nodes `0..nodes`, of which the first `dedicated` are in no crowd; `None` if nobody
    /// is ever kept away.
    pub fn new(config: &NetworkConfig, nodes: u32, dedicated: u32, seed: Seed) -> Option<Self> {
        let mut presence = Presence { first: vec![0; nodes as usize], turns: Vec::new() };
        let draws = PacketDraws::new(seed, Purpose::FaultJoin);
        let mut keeps_any = false;
        for (fault, said) in config.faults.iter().enumerate() {
            let is_crowd = match said.kind {
                FaultKind::FlashCrowd(_) => true,
                FaultKind::Crash(_) | FaultKind::Outage { effect: Effect::Offline, .. } => false,
                _ => continue,
            };
            keeps_any = true;
            let members = Members::of(config, fault, seed);
            for node in (0..nodes).map(NodeIndex).filter(|&node| members.has(node)) {
                if !is_crowd {
                    presence.turns.push((said.at, Turn::Away, node));
                    let back = said.until.map(|until| (until, Turn::Back, node));
                    presence.turns.extend(back);
                } else if node.0 >= dedicated {
                    presence.first[node.get()] += 1;
                    let length = said.until.map_or(0, |until| (until - said.at).as_nanos());
                    let drawn = u128::from(draws.bits(u64::from(node.0), fault as u64));
                    let offset = ((drawn * u128::from(length)) >> 64) as u64;
                    let joins = Instant::from_nanos(said.at.as_nanos() + offset);
                    presence.turns.push((joins, Turn::Back, node));
                }
            }
        }
        presence.turns.sort_unstable_by(|one, other| other.cmp(one));
        keeps_any.then_some(presence)
    }
}
