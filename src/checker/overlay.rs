//! The graph of all routing tables: who knows whom among the nodes online.

use crate::protocol::NodeIndex;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

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

/// Looks at the graph whose nodes are `online` and whose edges lead to the contacts of each.
/// Contacts that are not online are left out. `knows` says whether the first node has the second
/// in its table.
pub fn connectivity<'a>(
    places: u32,
    online: impl Iterator<Item = (NodeIndex, &'a [NodeIndex])> + Clone,
    knows: impl Fn(NodeIndex, NodeIndex) -> bool,
) -> Connectivity {
    const ABSENT: u32 = u32::MAX;
    let mut vertices = vec![ABSENT; places as usize];
    let mut graph: DiGraph<(), (), u32> = DiGraph::default();
    for (node, _) in online.clone() {
        vertices[node.get()] = graph.add_node(()).index() as u32;
    }
    let mut connections = 0;
    for (node, contacts) in online {
        for &contact in contacts {
            let to = vertices[contact.get()];
            if to != ABSENT {
                graph.add_edge(vertices[node.get()].into(), to.into(), ());
                // Each pair once: where both know each other, at the smaller of the two.
                connections += u64::from(node < contact || !knows(contact, node));
            }
        }
    }
    let components = kosaraju_scc(&graph);
    let largest = components.iter().map(Vec::len).max().unwrap_or(0) as u64;
    Connectivity { connections, components: components.len() as u64, largest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_pairs_once_and_components_strongly() {
        // 0 and 1 know each other, 2 knows 0, 3 is away though 1 knows it.
        let contacts: [&[u32]; 3] = [&[1], &[0, 3], &[0]];
        let contacts = contacts.map(|list| list.iter().copied().map(NodeIndex).collect::<Vec<_>>());
        let knows = |a: NodeIndex, b| contacts[a.get()].contains(&b);
        let online =
            contacts.iter().enumerate().map(|(node, list)| (NodeIndex(node as u32), &list[..]));
        let found = connectivity(4, online, knows);
        assert_eq!(found, Connectivity { connections: 2, components: 2, largest: 2 });
    }
}
