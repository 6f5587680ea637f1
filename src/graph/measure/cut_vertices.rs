//! Articulation points by depth-first search (Hopcroft and Tarjan 1973).
//!
//! petgraph's puts every edge on its stack, some gigabytes for the tables of a large network; this
//! keeps one place in the neighbours of each vertex on the path.

use crate::graph::Adjacency;

/// No vertex, and no number yet.
const NONE: u32 = u32::MAX;

/// The articulation points of a graph without directions and loops: vertices without which their
/// component falls apart.
pub fn count(undirected: &Adjacency) -> u64 {
    let mut walk = Walk {
        graph: undirected,
        numbers: vec![NONE; undirected.vertices()],
        lowest: vec![NONE; undirected.vertices()],
        cuts: vec![false; undirected.vertices()],
        count: 0,
    };
    for root in 0..undirected.vertices() as u32 {
        if walk.numbers[root as usize] == NONE {
            walk.around(root);
        }
    }
    walk.cuts.iter().filter(|&&cuts| cuts).count() as u64
}

struct Walk<'g> {
    graph: &'g Adjacency,
    /// When each vertex was met.
    numbers: Vec<u32>,
    /// When the earliest vertex was met that is next to one of those behind it.
    lowest: Vec<u32>,
    cuts: Vec<bool>,
    count: u32,
}

impl Walk<'_> {
    fn meet(&mut self, vertex: u32) {
        self.numbers[vertex as usize] = self.count;
        self.lowest[vertex as usize] = self.count;
        self.count += 1;
    }

    fn lower(&mut self, vertex: u32, to: u32) {
        let lowest = &mut self.lowest[vertex as usize];
        *lowest = to.min(*lowest);
    }

    /// Walks through the component of `root`.
    fn around(&mut self, root: u32) {
        // The path from the root: vertices, and how many of their neighbours have had their turn.
        let mut path = vec![(root, 0)];
        let mut branches = 0;
        self.meet(root);
        while let Some((vertex, turn)) = path.last_mut() {
            let vertex = *vertex;
            if let Some(&next) = self.graph.neighbours(vertex).get(*turn) {
                *turn += 1;
                match self.numbers[next as usize] {
                    NONE => {
                        self.meet(next);
                        path.push((next, 0));
                    }
                    number => self.lower(vertex, number),
                }
                continue;
            }
            path.pop();
            let Some(&(before, _)) = path.last() else { break };
            let lowest = self.lowest[vertex as usize];
            self.lower(before, lowest);
            if before == root {
                branches += 1;
            } else if lowest >= self.numbers[before as usize] {
                self.cuts[before as usize] = true;
            }
        }
        self.cuts[root as usize] = branches > 1;
    }
}
