//! Core numbers, by taking vertices away in the order of what is left of their degrees
//! (Batagelj and Zaveršnik 2003): time and memory grow with the edges, hence not by petgraph.

use super::{Cores, Count};
use crate::graph::Adjacency;

/// The cores of a graph without directions and loops.
pub fn of(undirected: &Adjacency) -> Cores {
    let mut numbers = numbers(undirected);
    numbers.sort_unstable();
    Cores { largest: numbers.last().copied().unwrap_or(0), distribution: Count::sorted(&numbers) }
}

/// The core number of each vertex.
fn numbers(graph: &Adjacency) -> Vec<u64> {
    let vertices = graph.vertices();
    let mut degrees: Vec<usize> =
        (0..vertices as u32).map(|vertex| graph.neighbours(vertex).len()).collect();
    let most = degrees.iter().max().map_or(0, |&most| most);
    // The vertices by degree, and where each degree begins among them.
    let mut starts = vec![0; most + 2];
    degrees.iter().for_each(|&degree| starts[degree + 1] += 1);
    (0..=most).for_each(|degree| starts[degree + 1] += starts[degree]);
    let (mut order, mut places) = (vec![0u32; vertices], vec![0; vertices]);
    let mut next = starts.clone();
    for vertex in 0..vertices {
        places[vertex] = next[degrees[vertex]];
        order[places[vertex]] = vertex as u32;
        next[degrees[vertex]] += 1;
    }
    for place in 0..vertices {
        let vertex = order[place];
        let degree = degrees[vertex as usize];
        for &other in graph.neighbours(vertex) {
            let other = other as usize;
            if degrees[other] > degree {
                // To the front of its degree, whose room then begins one later.
                let first = starts[degrees[other]];
                let (moved, from) = (order[first], places[other]);
                order.swap(first, from);
                places.swap(moved as usize, other);
                starts[degrees[other]] = first + 1;
                degrees[other] -= 1;
            }
        }
    }
    degrees.into_iter().map(|degree| degree as u64).collect()
}
