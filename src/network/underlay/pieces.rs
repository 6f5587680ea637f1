//! Whether everyone can reach everyone.

use super::hosts::Hosts;
use crate::graph::Graph;
use crate::network::config::RouteChoice;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

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
