//! Which nodes a fault concerns: computed from a node's index, never stored.

use super::config::{Span, Whom};
use crate::network::chance::Chance;
use crate::network::config::{LatencyModel, NetworkConfig};
use crate::network::placement::{self, Placement};
use crate::protocol::NodeIndex;
use crate::rng::{PacketDraws, Purpose, Seed};

/// The nodes that a fault concerns, in groups numbered from 1. All others are group 0.
#[derive(Clone, Debug)]
pub struct Members(Kind);

#[derive(Clone, Debug)]
enum Kind {
    All,
    Drawn {
        draws: PacketDraws,
        fault: u64,
        chance: Chance,
    },
    Placed(Placement, usize),
    /// By their first node.
    Numbered(Box<[(Span, u32)]>),
    Either(Box<[Members; 2]>),
}

impl Members {
    /// Those of the fault of this number in a run.
    ///
    /// # Panics
    /// If there is no such class or region.
    pub(super) fn new(whom: &Whom, fault: usize, config: &NetworkConfig, seed: Seed) -> Self {
        Members(match whom {
            Whom::All => Kind::All,
            Whom::Share(share) => Kind::Drawn {
                draws: PacketDraws::new(seed, Purpose::FaultMembers),
                fault: fault as u64,
                chance: Chance::new(*share),
            },
            Whom::Region(name) => region(name, config, seed).expect("the scenario has the region"),
            Whom::Class(name) => class(name, config, seed).expect("the scenario has the class"),
            Whom::Nodes(spans) => return Members::numbered(std::slice::from_ref(spans)),
        })
    }

    /// Those of a class or region.
    ///
    /// # Panics
    /// If there is neither of this name.
    pub(super) fn of_place(name: &str, config: &NetworkConfig, seed: Seed) -> Self {
        let place = class(name, config, seed).or_else(|| region(name, config, seed));
        Members(place.expect("the scenario has the class or region"))
    }

    /// Those of the one or the other.
    pub(super) fn either(one: Members, other: Members) -> Self {
        Members(Kind::Either(Box::new([one, other])))
    }

    /// Groups of nodes by their numbers.
    pub(super) fn numbered(groups: &[Vec<Span>]) -> Self {
        let spans = (1..).zip(groups);
        let spans = spans.flat_map(|(group, spans)| spans.iter().map(move |s| (s.clone(), group)));
        let mut spans: Vec<(Span, u32)> = spans.collect();
        spans.sort_unstable_by_key(|(span, _)| *span.start());
        Members(Kind::Numbered(spans.into()))
    }

    /// The group of a node; 0 if it belongs to none.
    #[inline]
    pub fn group_of(&self, node: NodeIndex) -> u32 {
        match &self.0 {
            Kind::All => 1,
            Kind::Drawn { draws, fault, chance } => {
                u32::from(chance.hits(draws.bits(u64::from(node.0), *fault)))
            }
            Kind::Placed(placement, place) => u32::from(placement.of(node) == *place),
            Kind::Numbered(spans) => {
                let after = spans.partition_point(|(span, _)| *span.start() <= node.0);
                let last = spans[..after].last().filter(|(span, _)| span.contains(&node.0));
                last.map_or(0, |(_, group)| *group)
            }
            Kind::Either(either) => u32::from(either.iter().any(|members| members.has(node))),
        }
    }

    /// Whether a node is one of them.
    #[inline]
    pub fn has(&self, node: NodeIndex) -> bool {
        self.group_of(node) != 0
    }

    /// Number of groups, that of all others included.
    pub fn groups(&self) -> usize {
        let last = match &self.0 {
            Kind::Numbered(spans) => spans.iter().map(|(_, group)| *group).max().unwrap_or(1),
            _ => 1,
        };
        1 + last as usize
    }
}

fn class(name: &str, config: &NetworkConfig, seed: Seed) -> Option<Kind> {
    let place = config.classes.iter().position(|class| class.name == name)?;
    let shares: Vec<f64> = config.classes.iter().map(|class| class.share).collect();
    Some(Kind::Placed(Placement::by_share(seed, placement::CLASS, &shares), place))
}

fn region(name: &str, config: &NetworkConfig, seed: Seed) -> Option<Kind> {
    let LatencyModel::Regions(regions) = &config.latency.model else { return None };
    let place = regions.names.iter().position(|region| region == name)?;
    Some(Kind::Placed(Placement::by_share(seed, placement::REGION, &regions.shares), place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::config::{ClassConfig, RegionsConfig};

    fn config() -> NetworkConfig {
        let class = |name, share| ClassConfig { share, ..ClassConfig::unlimited(name) };
        let regions = LatencyModel::Regions(RegionsConfig::default_table());
        NetworkConfig::of_latency(regions, vec![class("home", 0.8), class("server", 0.2)])
    }

    fn count(members: &Members) -> u64 {
        (0..10_000).filter(|&node| members.has(NodeIndex(node))).count() as u64
    }

    /// Five standard deviations of a share of 10,000 nodes are at most 250.
    #[test]
    fn shares_classes_and_regions_are_met() {
        let config = config();
        let members = |whom: &Whom, fault| Members::new(whom, fault, &config, Seed(3));
        assert!(count(&members(&Whom::Share(0.3), 0)).abs_diff(3_000) < 250);
        assert!(count(&members(&Whom::Class("server".to_owned()), 0)).abs_diff(2_000) < 250);
        assert!(count(&members(&Whom::Region("europe".to_owned()), 0)).abs_diff(2_400) < 250);
        assert_eq!(count(&members(&Whom::All, 0)), 10_000);
        // Each fault draws its own.
        let (one, other) = (members(&Whom::Share(0.5), 0), members(&Whom::Share(0.5), 1));
        let both = (0..10_000).map(NodeIndex).filter(|&n| one.has(n) && other.has(n)).count();
        assert!(both.abs_diff(2_500) < 250, "{both}");
    }

    #[test]
    fn groups_are_those_that_were_named_and_the_rest() {
        let members = Members::numbered(&[vec![5..=9, 2..=2], vec![3..=4, 20..=30]]);
        let group = |node| members.group_of(NodeIndex(node));
        let groups: Vec<u32> = (0..12).map(group).collect();
        assert_eq!(groups, [0, 0, 1, 2, 2, 1, 1, 1, 1, 1, 0, 0]);
        assert_eq!((group(19), group(20), group(30), group(31)), (0, 2, 2, 0));
        assert_eq!(members.groups(), 3);
    }
}
