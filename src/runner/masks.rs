//! Whom faults keep away, whatever their churn has them do.
//!
//! A node's churn goes on unseen while a fault keeps it away: it is back when the fault is over if
//! it would be there then. So faults move no draw of churn.

use super::change::{Change, Turn};
use crate::network::config::NetworkConfig;
use crate::network::faults::{self, Presence};
use crate::protocol::NodeIndex;
use crate::rng::Seed;
use crate::time::Instant;
use crate::workload::sessions::Departure;

/// The nodes that faults keep away.
#[derive(Clone, Debug)]
pub(super) struct Masks {
    /// By how many faults each node is kept away.
    kept: Vec<u8>,
    /// Whether each node would be there but for faults.
    willing: Vec<bool>,
    /// What changes when, the last first.
    turns: Vec<(Instant, faults::Turn, NodeIndex)>,
}

impl Masks {
    /// The masks of nodes `0..nodes`, of which the first `dedicated` are in no flash crowd; `None`
    /// if no fault keeps anybody away.
    pub(super) fn new(
        config: &NetworkConfig,
        nodes: u32,
        dedicated: u32,
        seed: Seed,
    ) -> Option<Self> {
        let Presence { first, turns } = Presence::new(config, nodes, dedicated, seed)?;
        Some(Masks { willing: vec![false; first.len()], kept: first, turns })
    }

    /// When a fault lets go of a node next, or begins to keep one away.
    pub(super) fn next_turn(&self) -> Instant {
        self.turns.last().map_or(Instant::FAR_FUTURE, |&(at, ..)| at)
    }

    /// Takes what faults do before `horizon` until a node comes or goes by it, as long as that is
    /// not after what `churn` does next; who is let go is after it.
    ///
    /// At one instant those who are kept away come before churn and before those who are let go,
    /// so that a node changes at most once.
    pub(super) fn take(&mut self, churn: Instant, horizon: Instant) -> Option<Change> {
        while let Some(&(at, turn, node)) = self.turns.last() {
            let is_later = at > churn || at == churn && turn == faults::Turn::Back;
            if is_later || at >= horizon {
                return None;
            }
            self.turns.pop();
            let kept = &mut self.kept[node.get()];
            let was_away = *kept > 0;
            match turn {
                faults::Turn::Away => *kept += 1,
                faults::Turn::Back => *kept -= 1,
            }
            let is_away = *kept > 0;
            if was_away != is_away && self.willing[node.get()] {
                let turn = if is_away { Turn::Leaves(Departure::Crash) } else { Turn::Joins };
                return Some(Change { at, node, turn });
            }
        }
        None
    }

    /// Whether a node would be there but for faults.
    pub(super) fn is_willing(&self, node: NodeIndex) -> bool {
        self.willing[node.get()]
    }

    /// A node would come now; says whether it is kept away.
    pub(super) fn would_join(&mut self, node: NodeIndex) -> bool {
        self.willing[node.get()] = true;
        self.kept[node.get()] > 0
    }

    /// A node would go now; says whether it is away anyway.
    pub(super) fn would_leave(&mut self, node: NodeIndex) -> bool {
        self.willing[node.get()] = false;
        self.kept[node.get()] > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::config::{ClassConfig, LatencyModel};
    use crate::network::faults::config::{FaultConfig, FaultKind, Whom};
    use crate::time::Duration;

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    /// Three nodes that churn has there, of which faults keep some away.
    fn masks(faults: &[(u64, u64, bool)]) -> Masks {
        let classes = vec![ClassConfig::unlimited("all")];
        let mut config = NetworkConfig::of_latency(LatencyModel::NONE, classes);
        let fault = |&(from, until, is_crowd): &(u64, u64, bool)| {
            let whom = Whom::Nodes(vec![1..=1]);
            FaultConfig {
                name: "fault".to_owned(),
                at: at(from),
                until: (until > 0).then(|| at(until)),
                kind: if is_crowd { FaultKind::FlashCrowd(whom) } else { FaultKind::Crash(whom) },
            }
        };
        config.faults = faults.iter().map(fault).collect();
        Masks::new(&config, 3, 0, Seed(1)).expect("some are kept away")
    }

    /// What faults do to node 1 while churn leaves it there.
    fn changes(faults: &[(u64, u64, bool)]) -> Vec<(u64, bool)> {
        let mut masks = masks(faults);
        (0..3).for_each(|node| _ = masks.would_join(NodeIndex(node)));
        let change = |change: Change| (change.at.whole_seconds(), change.turn == Turn::Joins);
        std::iter::from_fn(|| masks.take(Instant::FAR_FUTURE, at(100))).map(change).collect()
    }

    #[test]
    fn a_node_is_away_while_any_fault_keeps_it_away() {
        assert_eq!(changes(&[(5, 9, false)]), [(5, false), (9, true)]);
        assert_eq!(changes(&[(5, 0, false)]), [(5, false)]);
        assert_eq!(changes(&[(5, 9, false), (7, 12, false)]), [(5, false), (12, true)]);
        assert_eq!(changes(&[(5, 9, false), (9, 12, false)]), [(5, false), (12, true)]);
        assert_eq!(changes(&[(5, 0, true)]), [(5, true)]);
        assert_eq!(changes(&[(5, 0, true), (3, 7, false)]), [(7, true)]);
        assert_eq!(changes(&[(5, 0, true), (5, 7, false)]), [(7, true)]);
    }

    #[test]
    fn churn_goes_on_unseen() {
        let mut masks = masks(&[(5, 9, false)]);
        let node = NodeIndex(1);
        assert!(!masks.would_join(node));
        assert!(masks.take(at(4), at(100)).is_none(), "churn comes first");
        let change = masks.take(at(5), at(100)).expect("who is kept away comes before churn");
        assert_eq!((change.at, change.turn), (at(5), Turn::Leaves(Departure::Crash)));
        assert!(masks.would_leave(node) && !masks.is_willing(node));
        assert!(masks.would_join(node), "it is still kept away");
        assert!(masks.take(at(9), at(100)).is_none(), "churn comes before who is let go");
        assert!(masks.would_leave(node));
        assert_eq!(masks.take(at(10), at(9)), None, "nothing of the next window");
        assert_eq!(masks.next_turn(), at(9));
        assert_eq!(masks.take(at(10), at(100)), None, "it is gone of its own accord");
        assert_eq!(masks.next_turn(), Instant::FAR_FUTURE);
    }
}
