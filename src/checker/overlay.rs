//! The graph of all routing tables: who knows whom among the nodes online.

use crate::protocol::NodeIndex;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use rayon::prelude::*;

/// How the online nodes hang together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connectivity {
    /// Pairs of online nodes of which at least one has the other in its table.
    pub connections: u64,
    /// Strongly connected components: sets of nodes in which everyone reaches everyone along
    /// contacts.
    pub components: u64,
    /// Nodes in the largest of them.
    pub largest: u64,
}

/// The tables of all nodes as a graph.
pub struct Overlay<F> {
    /// Whether the node of a place is online: asked for every contact, hence in a row.
    online: Vec<bool>,
    contacts_of: F,
}

/// Passes in which the nodes that reach a common root are collected. In a network of routing
/// tables a handful is enough; a graph that needs more is one of long chains.
const MOST_PASSES: usize = 64;

impl<F, I> Overlay<F>
where
    F: Fn(NodeIndex) -> Option<I> + Sync,
    I: ExactSizeIterator<Item = NodeIndex>,
{
    /// The graph of this many places. `contacts_of` gives the contacts of each; `None` for one that
    /// is not online.
    pub fn new(places: u32, contacts_of: F) -> Self {
        let online = (0..places).map(|place| contacts_of(NodeIndex(place)).is_some()).collect();
        Overlay { online, contacts_of }
    }

    /// Looks at the whole graph. `known_by` says how many of some nodes that are online have the
    /// given one in their tables.
    ///
    /// A healthy network is one large component, and its graph is too large to copy. So that
    /// component is found in place, around the node that knows most; what is left, mostly
    /// nothing, goes through Kosaraju's algorithm.
    pub fn connectivity(
        &self,
        known_by: impl Fn(NodeIndex, &[NodeIndex]) -> usize + Sync,
    ) -> Connectivity {
        let mut found =
            Connectivity { connections: self.connections(known_by), components: 0, largest: 0 };
        let contacts = |node| (self.contacts_of)(node).map_or(0, |contacts| contacts.len());
        let root = self.online().max_by_key(|&node| (contacts(node), !node.0));
        let Some(root) = root else { return found };
        let around = self.component_around(root);
        let size = around.iter().filter(|&&inside| inside).count() as u64;
        let rest = self.components_outside(&around);
        found.components = rest.len() as u64 + u64::from(size > 0);
        found.largest = rest.into_iter().max().unwrap_or(0).max(size);
        found
    }

    fn online(&self) -> impl Iterator<Item = NodeIndex> {
        let places = self.online.iter().enumerate();
        places.filter(|&(_, &online)| online).map(|(place, _)| NodeIndex(place as u32))
    }

    fn contacts(&self, node: NodeIndex) -> impl Iterator<Item = NodeIndex> {
        (self.contacts_of)(node).into_iter().flatten()
    }

    fn is_online(&self, node: NodeIndex) -> bool {
        self.online[node.get()]
    }

    /// Most of the time that the graph takes goes into this: nearly every other contact is a
    /// table that has to be fetched from memory. Hence on all threads.
    fn connections(&self, known_by: impl Fn(NodeIndex, &[NodeIndex]) -> usize + Sync) -> u64 {
        let of = |node: NodeIndex| {
            let contacts = self.contacts(node).filter(|&contact| self.is_online(contact));
            // Each pair once: where both know each other, at the smaller of the two.
            let (larger, smaller): (Vec<_>, Vec<_>) = contacts.partition(|&other| node < other);
            (larger.len() + smaller.len() - known_by(node, &smaller)) as u64
        };
        let places = (0..self.online.len() as u32).into_par_iter().map(NodeIndex);
        places.filter(|&node| self.is_online(node)).map(of).sum()
    }

    /// The strongly connected component of `root`, as a mark for each place: what it reaches, as
    /// far as that reaches it. Empty if the second part takes too many passes.
    fn component_around(&self, root: NodeIndex) -> Vec<bool> {
        let mut reached = vec![false; self.online.len()];
        reached[root.get()] = true;
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            for contact in self.contacts(node).filter(|&contact| self.is_online(contact)) {
                if !std::mem::replace(&mut reached[contact.get()], true) {
                    open.push(contact);
                }
            }
        }
        let mut reaching = vec![false; self.online.len()];
        reaching[root.get()] = true;
        let mut missing: Vec<NodeIndex> =
            self.online().filter(|&node| node != root && reached[node.get()]).collect();
        for _ in 0..MOST_PASSES {
            let before = missing.len();
            missing.retain(|&node| {
                let reaches = self.contacts(node).any(|contact| reaching[contact.get()]);
                reaching[node.get()] |= reaches;
                !reaches
            });
            if missing.len() == before || missing.is_empty() {
                return reaching;
            }
        }
        vec![false; self.online.len()]
    }

    /// Sizes of the components of the nodes that are not `inside` one already.
    fn components_outside(&self, inside: &[bool]) -> Vec<u64> {
        const ABSENT: u32 = u32::MAX;
        let mut graph: DiGraph<(), (), u32> = DiGraph::default();
        let mut vertices = vec![ABSENT; self.online.len()];
        for node in self.online().filter(|node| !inside[node.get()]) {
            vertices[node.get()] = graph.add_node(()).index() as u32;
        }
        for node in self.online().filter(|node| !inside[node.get()]) {
            for contact in self.contacts(node) {
                let to = vertices[contact.get()];
                if to != ABSENT {
                    graph.add_edge(vertices[node.get()].into(), to.into(), ());
                }
            }
        }
        kosaraju_scc(&graph).iter().map(|component| component.len() as u64).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn connectivity(tables: &[Option<Vec<u32>>]) -> Connectivity {
        let tables: Vec<Option<Vec<NodeIndex>>> = tables
            .iter()
            .map(|table| table.as_ref().map(|list| list.iter().copied().map(NodeIndex).collect()))
            .collect();
        let knows =
            |a: NodeIndex, b| tables[a.get()].as_ref().is_some_and(|list| list.contains(&b));
        let known_by =
            |node, others: &[NodeIndex]| others.iter().filter(|&&other| knows(other, node)).count();
        let contacts_of =
            |node: NodeIndex| tables[node.get()].as_ref().map(|list| list.iter().copied());
        Overlay::new(tables.len() as u32, contacts_of).connectivity(known_by)
    }

    #[test]
    fn counts_pairs_once_and_components_strongly() {
        // 0 and 1 know each other, 2 knows 0, 3 is away though 1 knows it.
        let tables = [Some(vec![1]), Some(vec![0, 3]), Some(vec![0]), None];
        let found = connectivity(&tables);
        assert_eq!(found, Connectivity { connections: 2, components: 2, largest: 2 });
    }

    #[test]
    fn a_long_chain_is_no_obstacle() {
        // Each node knows the one before it and the first knows the last: one ring.
        let ring: Vec<_> = (0..500u32).map(|node| Some(vec![(node + 499) % 500])).collect();
        let found = connectivity(&ring);
        assert_eq!(found, Connectivity { connections: 500, components: 1, largest: 500 });
    }

    proptest! {
        /// The same components as the library finds in the whole graph.
        #[test]
        fn components_are_those_of_the_whole_graph(
            tables in prop::collection::vec(
                prop::option::weighted(0.9, prop::collection::btree_set(0u32..30, 0..4)), 30,
            ),
        ) {
            let tables: Vec<Option<Vec<u32>>> = tables
                .into_iter()
                .enumerate()
                .map(|(node, table)| {
                    table.map(|set| set.into_iter().filter(|&to| to != node as u32).collect())
                })
                .collect();
            let mut graph: DiGraph<(), (), u32> = DiGraph::default();
            let vertices: Vec<_> = tables.iter().map(|_| graph.add_node(())).collect();
            for (node, table) in tables.iter().enumerate() {
                for &to in table.iter().flatten().filter(|&&to| tables[to as usize].is_some()) {
                    graph.add_edge(vertices[node], vertices[to as usize], ());
                }
            }
            let away = tables.iter().filter(|table| table.is_none()).count();
            let sizes = kosaraju_scc(&graph);
            let found = connectivity(&tables);
            prop_assert_eq!(found.components as usize, sizes.len() - away);
            if away < tables.len() {
                prop_assert_eq!(found.largest as usize, sizes.iter().map(Vec::len).max().unwrap());
            }
        }
    }
}
