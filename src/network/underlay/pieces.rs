//! Whether everyone can reach everyone.

use super::hosts::Hosts;
use crate::graph::Graph;
use crate::network::config::RouteChoice;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use std::fmt;

/// An underlay in which not every node can send to every other and be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pieces {
    /// Routers fall into groups; within one, all reach each other.
    Apart {
        /// Number of groups that have nodes.
        count: usize,
        /// Nodes that are not in the group with the most nodes.
        nodes_outside: u64,
    },
    /// Routes are single edges, and so many ordered pairs of routers with nodes have none.
    Missing {
        /// Pairs without an edge.
        pairs: usize,
    },
}

impl fmt::Display for Pieces {
    /// What it means for the nodes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pieces::Apart { count, nodes_outside } => write!(
                f,
                "the underlay is in {count} pieces, between which packets do not get both ways; \
                 {nodes_outside} nodes are outside of the largest"
            ),
            Pieces::Missing { pairs } => write!(
                f,
                "no edge joins {pairs} of the pairs of routers with nodes, each pair counted both \
                 ways: with direct routes no packet gets from the one to the other"
            ),
        }
    }
}

impl Pieces {
    /// What keeps the nodes of this underlay apart; `None` if nothing does.
    pub fn of(graph: &Graph, hosts: &Hosts, choice: RouteChoice) -> Option<Self> {
        match choice {
            RouteChoice::Shortest => Self::apart(graph, hosts),
            RouteChoice::Direct => {
                let used = hosts.used();
                let adjacency = graph.adjacency();
                let is_joined = |source: u32, target: &&u32| {
                    **target != source && used.binary_search(target).is_ok()
                };
                let joined = used.iter().map(|&source| {
                    let neighbours = adjacency.neighbours(source).iter();
                    neighbours.filter(|target| is_joined(source, target)).count()
                });
                let pairs = used.len() * (used.len() - 1) - joined.sum::<usize>();
                (pairs > 0).then_some(Pieces::Missing { pairs })
            }
        }
    }

    fn apart(graph: &Graph, hosts: &Hosts) -> Option<Self> {
        let mut lines = DiGraph::<(), (), u32>::with_capacity(graph.vertices.len(), 0);
        graph.vertices.iter().for_each(|_| {
            lines.add_node(());
        });
        for edge in &graph.edges {
            lines.add_edge(edge.source.into(), edge.target.into(), ());
            if !graph.directed {
                lines.add_edge(edge.target.into(), edge.source.into(), ());
            }
        }
        let mut crowd_of = vec![0u64; graph.vertices.len()];
        for (&router, crowd) in hosts.used().iter().zip(hosts.crowds()) {
            crowd_of[router as usize] = u64::from(crowd);
        }
        let crowds = kosaraju_scc(&lines)
            .into_iter()
            .map(|group| group.iter().map(|router| crowd_of[router.index()]).sum())
            .filter(|&crowd: &u64| crowd > 0);
        let crowds: Vec<u64> = crowds.collect();
        let nodes_outside = crowds.iter().sum::<u64>() - crowds.iter().max().copied().unwrap_or(0);
        (crowds.len() > 1).then_some(Pieces::Apart { count: crowds.len(), nodes_outside })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Edge;
    use crate::network::placement::{CLASS, Placement};
    use crate::rng::Seed;

    /// One node at each of four routers.
    fn hosts(graph: &Graph) -> Hosts {
        let classes = Placement::by_share(Seed(1), CLASS, &[1.0]);
        let hosts = Hosts::place(graph, &[None], &classes, 64, Seed(1));
        assert_eq!(hosts.used().len(), graph.vertices.len(), "everyone has nodes");
        hosts
    }

    fn pieces(directed: bool, edges: &[(u32, u32)], choice: RouteChoice) -> Option<Pieces> {
        let edges = edges.iter().map(|&(source, target)| Edge::between(source, target));
        let graph = Graph { edges: edges.collect(), ..Graph::of(4, directed) };
        Pieces::of(&graph, &hosts(&graph), choice)
    }

    #[test]
    fn pieces_are_counted_and_so_is_who_is_outside() {
        let row = [(0, 1), (1, 2), (2, 3)];
        assert_eq!(pieces(false, &row, RouteChoice::Shortest), None);
        let crowds = hosts(&Graph::of(4, false)).crowds();
        let pair = |a: usize, b: usize| u64::from(crowds[a] + crowds[b]);
        let nodes_outside = pair(0, 1).min(pair(2, 3));
        assert_eq!(
            pieces(false, &[(0, 1), (2, 3)], RouteChoice::Shortest),
            Some(Pieces::Apart { count: 2, nodes_outside })
        );
        let one_way = pieces(true, &row, RouteChoice::Shortest);
        assert!(matches!(one_way, Some(Pieces::Apart { count: 4, .. })), "{one_way:?}");
    }

    #[test]
    fn direct_routes_miss_what_has_no_edge() {
        // Three edges, a loop and one written twice: 6 of 12 ordered pairs are joined.
        let edges = [(0, 1), (1, 2), (2, 3), (2, 2), (1, 0)];
        let missing = |pairs| Some(Pieces::Missing { pairs });
        assert_eq!(pieces(false, &edges, RouteChoice::Direct), missing(6));
        assert_eq!(pieces(true, &edges, RouteChoice::Direct), missing(8));
        let all = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)];
        assert_eq!(pieces(false, &all, RouteChoice::Direct), None);
    }
}
