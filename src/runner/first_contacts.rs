//! The graph of first contacts: whom a node is told of when it comes, and who is told of it.
//!
//! An edge is used when both of its ends have come for the first time: the one that comes later is
//! told of the one that is there. Where edges are directed only the source may know: it is told
//! when the target comes, if it came before.

use crate::graph::{Adjacency, generate};
use crate::protocol::NodeIndex;
use crate::rng::{Purpose, Seed, Stream};
use crate::scenario::Scenario;

/// The graph of first contacts of a run, and who of its nodes has been there.
#[derive(Clone, Debug)]
pub(super) struct FirstContacts {
    neighbours: Adjacency,
    /// Who has an edge to each node, if having one from it does not say so.
    sources: Option<Adjacency>,
    /// Whether each node has ever been online.
    has_come: Vec<bool>,
}

impl FirstContacts {
    /// The graph of a scenario; `None` if contacts are drawn.
    ///
    /// # Panics
    /// If the scenario was not checked and has no such graph.
    pub(super) fn new(seed: Seed, scenario: &Scenario) -> Option<Self> {
        let config = scenario.topology.as_ref()?;
        let count = scenario.nodes.count;
        let mut stream = Stream::new(seed, Purpose::Topology, 0);
        let graph = generate(config, count, &mut stream).unwrap_or_else(|impossible| {
            panic!("a checked scenario has a topology that can be made: {impossible}")
        });
        let neighbours = graph.adjacency();
        Some(FirstContacts {
            sources: graph.directed.then(|| neighbours.reversed()),
            neighbours,
            has_come: vec![false; count as usize],
        })
    }

    /// The nodes that one that comes is told of; `None` if the graph names nobody and they are
    /// drawn.
    ///
    /// These are its neighbours that are online. Where none is, a node that has not been there
    /// before is told of nobody, as those that come later are told of it; but a node that comes
    /// back, or has no neighbours at all, would be lost.
    pub(super) fn of(
        &self,
        node: NodeIndex,
        coming: Coming,
        is_online: impl Fn(NodeIndex) -> bool,
    ) -> Option<Vec<NodeIndex>> {
        let others = self.others(&self.neighbours, node);
        let there: Vec<NodeIndex> = others.clone().filter(|&other| is_online(other)).collect();
        let is_expected = coming == Coming::FirstTime && self.may_be_found(node);
        (!there.is_empty() || is_expected).then_some(there)
    }

    /// Whether a node has a neighbour that it is told of, or that is told of it.
    fn may_be_found(&self, node: NodeIndex) -> bool {
        let mut known_to = self.sources.iter().flat_map(|sources| self.others(sources, node));
        self.others(&self.neighbours, node).next().is_some() || known_to.next().is_some()
    }

    /// Notes that a node is there when the run begins.
    pub(super) fn is_there(&mut self, node: NodeIndex) {
        self.has_come[node.get()] = true;
    }

    /// Notes that a node comes online, and gives those that are to be told of it then: who came
    /// before it and has an edge to it, of which it does not know itself.
    pub(super) fn comes(
        &mut self,
        node: NodeIndex,
        was_online: impl Fn(NodeIndex) -> bool,
    ) -> Vec<NodeIndex> {
        if std::mem::replace(&mut self.has_come[node.get()], true) {
            return Vec::new();
        }
        let sources = self.sources.iter().flat_map(|sources| self.others(sources, node));
        sources.filter(|&source| was_online(source)).collect()
    }

    fn others<'a>(
        &self,
        graph: &'a Adjacency,
        node: NodeIndex,
    ) -> impl Iterator<Item = NodeIndex> + Clone + use<'a> {
        let neighbours = graph.neighbours(node.0).iter().copied().map(NodeIndex);
        neighbours.filter(move |&other| other != node)
    }
}

/// Whether a node has been online before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coming {
    /// It comes for the first time.
    FirstTime,
    /// It comes back.
    Again,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(directed: bool, edges: &[(u32, u32)]) -> FirstContacts {
        let neighbours = Adjacency::new(5, edges.iter().copied(), directed);
        FirstContacts {
            sources: directed.then(|| neighbours.reversed()),
            neighbours,
            has_come: vec![false; 5],
        }
    }

    const EDGES: &[(u32, u32)] = &[(0, 1), (1, 2), (2, 0), (2, 2), (3, 1)];

    fn nodes(numbers: &[u32]) -> Vec<NodeIndex> {
        numbers.iter().copied().map(NodeIndex).collect()
    }

    #[test]
    fn who_comes_is_told_of_the_neighbours_that_are_there() {
        let graph = graph(false, EDGES);
        let of = |node, coming, online: &[u32]| {
            graph.of(NodeIndex(node), coming, |other| online.contains(&other.0))
        };
        for coming in [Coming::FirstTime, Coming::Again] {
            assert_eq!(of(1, coming, &[1, 2, 3, 4]), Some(nodes(&[2, 3])));
            assert_eq!(of(2, coming, &[0, 2]), Some(nodes(&[0])), "a loop leads to nobody");
        }
        assert_eq!(of(3, Coming::FirstTime, &[0, 2, 4]), Some(vec![]), "its neighbour comes later");
        assert_eq!(of(3, Coming::Again, &[0, 2, 4]), None, "others are drawn");
        assert_eq!(of(4, Coming::FirstTime, &[0, 1, 2, 3]), None, "it has no neighbours");
    }

    #[test]
    fn a_directed_edge_is_known_to_its_source_whoever_comes_first() {
        let mut graph = graph(true, EDGES);
        let all = |other: NodeIndex| other.0 != 1;
        assert_eq!(graph.of(NodeIndex(1), Coming::FirstTime, all), Some(nodes(&[2])));
        assert_eq!(graph.comes(NodeIndex(1), all), nodes(&[0, 3]));
        assert_eq!(graph.comes(NodeIndex(1), all), [], "once is enough");
        assert_eq!(graph.comes(NodeIndex(2), |_| false), [], "who comes later is told then");
        // Nobody knows node 3; it knows node 1, which is not there yet.
        assert_eq!(graph.of(NodeIndex(3), Coming::FirstTime, |_| false), Some(vec![]));
        assert_eq!(graph.of(NodeIndex(4), Coming::FirstTime, |_| true), None);
    }

    #[test]
    fn edges_that_are_not_directed_need_nobody_to_be_told_later() {
        let mut graph = graph(false, EDGES);
        assert_eq!(graph.comes(NodeIndex(1), |_| true), []);
    }
}
