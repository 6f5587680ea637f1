//! Components: weak and strong.

use super::{Components, Parts};
use crate::graph::Adjacency;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use petgraph::unionfind::UnionFind;

/// Passes in which the vertices that reach a common root are collected. In a network of routing
/// tables a handful is enough; a graph that needs more is one of long chains.
const MOST_PASSES: usize = 64;

/// The components of a graph, and of the same without directions.
pub(super) fn of(graph: &Adjacency, undirected: &Adjacency) -> Components {
    let weak = weak(undirected);
    let strong = match graph.is_directed() {
        false => weak,
        true => strong(&vec![true; graph.vertices()], |vertex| {
            Some(graph.neighbours(vertex).iter().copied())
        }),
    };
    Components { weak, strong }
}

fn weak(undirected: &Adjacency) -> Parts {
    let mut sets: UnionFind<u32> = UnionFind::new(undirected.vertices());
    undirected.arcs().filter(|(one, other)| one < other).for_each(|(one, other)| {
        sets.union(one, other);
    });
    let mut sizes = vec![0; undirected.vertices()];
    sets.into_labeling().into_iter().for_each(|set| sizes[set as usize] += 1);
    let count = sizes.iter().filter(|&&size| size > 0).count() as u64;
    Parts { count, largest: sizes.into_iter().max().unwrap_or(0) }
}

/// The strongly connected components of the graph of the vertices that are `present`. `targets_of`
/// gives whom a present vertex leads to, present or not.
///
/// A healthy network is one large component, and its graph is too large to copy. So that
/// component is found in place, around the vertex that leads to most; what is left, mostly
/// nothing, goes through Kosaraju's algorithm.
pub fn strong<I>(present: &[bool], targets_of: impl Fn(u32) -> Option<I>) -> Parts
where
    I: ExactSizeIterator<Item = u32>,
{
    let graph = InPlace { present, targets_of };
    let targets = |vertex| (graph.targets_of)(vertex).map_or(0, |targets| targets.len());
    let root = graph.vertices().max_by_key(|&vertex| (targets(vertex), !vertex));
    let Some(root) = root else { return Parts::default() };
    let around = graph.component_around(root);
    let size = around.iter().filter(|&&inside| inside).count() as u64;
    let rest = graph.components_outside(&around);
    Parts {
        count: rest.len() as u64 + u64::from(size > 0),
        largest: rest.into_iter().max().unwrap_or(0).max(size),
    }
}

/// A graph that is looked at where it is.
struct InPlace<'p, F> {
    present: &'p [bool],
    targets_of: F,
}

impl<F, I> InPlace<'_, F>
where
    F: Fn(u32) -> Option<I>,
    I: ExactSizeIterator<Item = u32>,
{
    fn vertices(&self) -> impl Iterator<Item = u32> {
        let places = self.present.iter().enumerate();
        places.filter(|&(_, &present)| present).map(|(place, _)| place as u32)
    }

    fn targets(&self, vertex: u32) -> impl Iterator<Item = u32> {
        let all = (self.targets_of)(vertex).into_iter().flatten();
        all.filter(|&target| self.present[target as usize])
    }

    /// The strongly connected component of `root`, as a mark for each place: what it reaches, as
    /// far as that reaches it. Empty if the second part takes too many passes.
    fn component_around(&self, root: u32) -> Vec<bool> {
        let mut reached = vec![false; self.present.len()];
        reached[root as usize] = true;
        let mut open = vec![root];
        while let Some(vertex) = open.pop() {
            for target in self.targets(vertex) {
                if !std::mem::replace(&mut reached[target as usize], true) {
                    open.push(target);
                }
            }
        }
        let mut reaching = vec![false; self.present.len()];
        reaching[root as usize] = true;
        let mut missing: Vec<u32> =
            self.vertices().filter(|&vertex| vertex != root && reached[vertex as usize]).collect();
        for _ in 0..MOST_PASSES {
            let before = missing.len();
            missing.retain(|&vertex| {
                let reaches = self.targets(vertex).any(|target| reaching[target as usize]);
                reaching[vertex as usize] |= reaches;
                !reaches
            });
            if missing.len() == before || missing.is_empty() {
                return reaching;
            }
        }
        vec![false; self.present.len()]
    }

    /// Sizes of the components of the vertices that are not `inside` one already.
    fn components_outside(&self, inside: &[bool]) -> Vec<u64> {
        const ABSENT: u32 = u32::MAX;
        let mut graph: DiGraph<(), (), u32> = DiGraph::default();
        let mut numbers = vec![ABSENT; self.present.len()];
        for vertex in self.vertices().filter(|&vertex| !inside[vertex as usize]) {
            numbers[vertex as usize] = graph.add_node(()).index() as u32;
        }
        for vertex in self.vertices().filter(|&vertex| !inside[vertex as usize]) {
            for target in self.targets(vertex) {
                let to = numbers[target as usize];
                if to != ABSENT {
                    graph.add_edge(numbers[vertex as usize].into(), to.into(), ());
                }
            }
        }
        kosaraju_scc(&graph).iter().map(|component| component.len() as u64).collect()
    }
}
