//! Which node is at which router, and how fast that router lets its hosts send and receive.

use crate::graph::Graph;
use crate::network::placement::{self, Placement};
use crate::protocol::NodeIndex;
use crate::rng::Seed;

/// The most routers with nodes: their latencies alone take 4 GiB, jitter and loss as much each.
pub const MOST_ROUTERS: usize = 1 << 15;

/// The router of every node.
#[derive(Clone, Debug)]
pub struct Hosts {
    /// By node; a place in the graph.
    router_of: Vec<u32>,
    /// Routers with nodes, in ascending order.
    used: Vec<u32>,
}

impl Hosts {
    /// Places the nodes `0..nodes`: those of a class that is pinned at its router, the others at
    /// routers drawn with equal shares, each node on its own.
    ///
    /// # Panics
    /// If there are no routers, or more than [`MOST_ROUTERS`] have nodes.
    pub fn place(
        graph: &Graph,
        pinned: &[Option<u32>],
        classes: &Placement,
        nodes: u32,
        seed: Seed,
    ) -> Self {
        let drawn = Placement::equal(seed, placement::ROUTER, graph.vertices.len());
        let router = |node| {
            let pin = pinned.get(classes.of(node)).copied().flatten();
            pin.unwrap_or_else(|| drawn.of(node) as u32)
        };
        let router_of: Vec<u32> = (0..nodes).map(NodeIndex).map(router).collect();
        let mut used = router_of.clone();
        used.sort_unstable();
        used.dedup();
        assert!(used.len() <= MOST_ROUTERS, "more routers are used than fit");
        Hosts { router_of, used }
    }

    /// Routers with nodes, in ascending order.
    pub fn used(&self) -> &[u32] {
        &self.used
    }

    /// The router of a node.
    pub fn router_of(&self, node: NodeIndex) -> u32 {
        self.router_of[node.get()]
    }

    /// Bits per second that a host at a node's router can send and receive, as the graph says.
    pub fn bandwidth_of(&self, graph: &Graph, node: NodeIndex) -> [Option<u64>; 2] {
        let router = &graph.vertices[self.router_of(node) as usize];
        [router.host_bandwidth_up, router.host_bandwidth_down]
    }

    /// The place of every node's router among the used ones.
    pub(super) fn places(&self) -> Box<[u16]> {
        let place = |router| self.used.binary_search(router).expect("every node's router is used");
        let narrow = |place| u16::try_from(place).expect("used routers fit 16 bits");
        self.router_of.iter().map(|router| narrow(place(router))).collect()
    }

    /// Number of nodes at each used router.
    pub(super) fn crowds(&self) -> Vec<u32> {
        let mut crowds = vec![0; self.used.len()];
        self.places().iter().for_each(|&place| crowds[usize::from(place)] += 1);
        crowds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::placement::CLASS;

    /// Five standard deviations of a binomial share of 10,000 of 100,000 nodes are 475.
    #[test]
    fn routers_have_equal_shares_and_pinned_classes_their_own() {
        let graph = Graph::of(10, false);
        let classes = Placement::by_share(Seed(1), CLASS, &[0.5, 0.5]);
        let all = Hosts::place(&graph, &[None, None], &classes, 100_000, Seed(1));
        assert_eq!(all.used(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert!(all.crowds().iter().all(|crowd| crowd.abs_diff(10_000) < 475));

        let pinned = Hosts::place(&graph, &[None, Some(3)], &classes, 1_000, Seed(1));
        for node in (0..1_000).map(NodeIndex) {
            let expected = if classes.of(node) == 1 { 3 } else { all.router_of(node) };
            assert_eq!(pinned.router_of(node), expected, "a pin moves nobody else");
        }
    }

    #[test]
    fn only_routers_with_nodes_are_used() {
        let graph = Graph::of(1_000, false);
        let classes = Placement::by_share(Seed(1), CLASS, &[1.0]);
        let hosts = Hosts::place(&graph, &[None], &classes, 3, Seed(1));
        let router = |node| hosts.router_of(NodeIndex(node));
        let places = hosts.places();
        assert!(hosts.used().len() <= 3 && hosts.used().is_sorted());
        (0..3).for_each(|node| {
            assert_eq!(hosts.used()[usize::from(places[node as usize])], router(node));
        });
    }
}
