//! Edges of a vertex.

use super::{Degrees, Spread};
use crate::graph::Adjacency;

/// The degrees of a graph whose edges, the other way round, are `backward`.
pub fn of(graph: &Adjacency, backward: &Adjacency) -> Degrees {
    Degrees { outgoing: spread(graph), incoming: spread(backward) }
}

fn spread(graph: &Adjacency) -> Spread {
    let degree = |vertex: u32| {
        // Without directions, both ends of a loop are at its vertex.
        let both_ends = !graph.is_directed() && graph.are_neighbours(vertex, vertex);
        graph.neighbours(vertex).len() as u64 + u64::from(both_ends)
    };
    Spread::of((0..graph.vertices() as u32).map(degree))
}
