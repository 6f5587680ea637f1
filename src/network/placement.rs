//! Which class, region, site or router a node belongs to: one draw per node and purpose, so that adding
//! classes to a scenario moves no node to another region.

use crate::protocol::NodeIndex;
use crate::rng::distribution::below;
use crate::rng::{PacketDraws, Purpose, Seed};

/// The draw that decides a node's class.
pub const CLASS: u64 = 0;
/// The draw that decides a node's region.
pub const REGION: u64 = 1;
/// The draw that decides a node's site in a matrix.
pub const SITE: u64 = 2;
/// The draw that decides a node's router in an underlay.
pub const ROUTER: u64 = 10;

/// Sorts nodes into groups, each node on its own: computed from its index, never stored.
#[derive(Clone, Debug)]
pub struct Placement {
    draws: PacketDraws,
    draw: u64,
    groups: Groups,
}

#[derive(Clone, Debug)]
enum Groups {
    /// As many groups as this, equally likely.
    Equal(u64),
    /// Group `i` ends where the `i`-th number, of 63 bits, is no longer above the draw. The end
    /// of the last group is not needed.
    Ends(Box<[u64]>),
}

impl Placement {
    /// Groups of these shares, which need not sum to exactly 1; only their proportion counts.
    ///
    /// # Panics
    /// If there is no share, or one is negative, or none is above zero.
    pub fn by_share(seed: Seed, draw: u64, shares: &[f64]) -> Self {
        let total: f64 = shares.iter().sum();
        assert!(total > 0.0 && shares.iter().all(|&share| share >= 0.0), "shares are proportions");
        let mut sum = 0.0;
        let ends = shares[..shares.len() - 1].iter().map(|share| {
            sum += share;
            (sum / total * (1u64 << 63) as f64) as u64
        });
        let groups = Groups::Ends(ends.collect());
        Placement { draws: PacketDraws::new(seed, Purpose::Placement), draw, groups }
    }

    /// `groups` groups of equal shares.
    ///
    /// # Panics
    /// If there are no groups.
    pub fn equal(seed: Seed, draw: u64, groups: usize) -> Self {
        assert!(groups > 0, "nodes are placed in at least one group");
        let groups = Groups::Equal(groups as u64);
        Placement { draws: PacketDraws::new(seed, Purpose::Placement), draw, groups }
    }

    /// The group of this node.
    pub fn of(&self, node: NodeIndex) -> usize {
        let bits = self.draws.bits(u64::from(node.0), self.draw);
        match &self.groups {
            Groups::Equal(groups) => below(bits, *groups) as usize,
            Groups::Ends(ends) => ends.partition_point(|&end| end <= bits >> 1),
        }
    }

    /// The group of each of the nodes `0..nodes`, for lookup on the hot path.
    ///
    /// # Panics
    /// If there are more than 65,536 groups.
    pub fn table(&self, nodes: u32) -> Box<[u16]> {
        let group = |node| u16::try_from(self.of(NodeIndex(node))).expect("groups fit 16 bits");
        (0..nodes).map(group).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five standard deviations of a binomial share of 100,000 nodes are at most 0.8 %.
    #[test]
    fn shares_are_met() {
        let shares = [0.7, 0.0, 0.25, 0.05];
        let placement = Placement::by_share(Seed(1), CLASS, &shares);
        let mut counts = [0u32; 4];
        placement.table(100_000).iter().for_each(|&group| counts[usize::from(group)] += 1);
        for (count, share) in counts.iter().zip(shares) {
            assert!((f64::from(*count) / 1e5 - share).abs() < 0.008, "{counts:?}");
        }
        assert_eq!(counts[1], 0);
    }

    #[test]
    fn equal_groups_are_equal_and_draws_are_independent() {
        let sites = Placement::equal(Seed(1), SITE, 10);
        let classes = Placement::by_share(Seed(1), CLASS, &[0.5, 0.5]);
        let mut counts = [[0u32; 2]; 10];
        for node in (0..100_000).map(NodeIndex) {
            counts[sites.of(node)][classes.of(node)] += 1;
        }
        // Each of the twenty cells expects 5,000; five standard deviations are 345.
        assert!(counts.as_flattened().iter().all(|count| count.abs_diff(5_000) < 345));
    }

    #[test]
    fn a_single_group_holds_everyone() {
        let placement = Placement::by_share(Seed(1), REGION, &[1.0]);
        assert!(placement.table(1_000).iter().all(|&group| group == 0));
    }
}
