//! The graph of all routing tables: who knows whom among the nodes online.

use crate::graph::measure::components;
use crate::protocol::NodeIndex;
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
    pub fn connectivity(
        &self,
        known_by: impl Fn(NodeIndex, &[NodeIndex]) -> usize + Sync,
    ) -> Connectivity {
        let parts = components::strong(&self.online, |place| {
            let contacts = (self.contacts_of)(NodeIndex(place));
            contacts.map(|contacts| contacts.map(|contact| contact.0))
        });
        Connectivity {
            connections: self.connections(known_by),
            components: parts.count,
            largest: parts.largest,
        }
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use petgraph::algo::kosaraju_scc;
    use petgraph::graph::DiGraph;
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
