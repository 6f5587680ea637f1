//! Full mesh, ring, star, and dedicated bootstrap nodes.

use super::{Pairs, pairs};
use crate::rng::Stream;
use rand::RngExt;

/// Everyone with everyone.
pub fn full_mesh(vertices: u32) -> Pairs {
    (0..pairs::count(vertices)).map(pairs::pair).collect()
}

/// Each with the next, the last with the first; two vertices have one edge, not two.
pub fn ring(vertices: u32) -> Pairs {
    let mut line: Pairs = (1..vertices).map(|vertex| (vertex - 1, vertex)).collect();
    if vertices > 2 {
        line.push((vertices - 1, 0));
    }
    line
}

/// All with the first.
pub fn star(vertices: u32) -> Pairs {
    (1..vertices).map(|vertex| (0, vertex)).collect()
}

/// The first `nodes` vertices to each other, both ways; from everyone else to `known` of them,
/// drawn for each.
pub fn bootstrap(vertices: u32, nodes: u32, known: u32, stream: &mut Stream) -> Pairs {
    let among = (0..nodes).flat_map(|one| (0..nodes).map(move |other| (one, other)));
    let mut edges: Pairs = among.filter(|(one, other)| one != other).collect();
    let mut all: Vec<u32> = (0..nodes).collect();
    for vertex in nodes..vertices {
        // The beginning of a shuffle; where all are known there is nothing to draw.
        for place in 0..known as usize {
            if known < nodes {
                all.swap(place, stream.random_range(place as u64..u64::from(nodes)) as usize);
            }
            edges.push((vertex, all[place]));
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::super::testing::{degrees, made};
    use crate::graph::config::GraphConfig;

    #[test]
    fn a_mesh_has_every_pair() {
        for vertices in [1, 2, 7] {
            let graph = made(&GraphConfig::FullMesh, vertices);
            assert_eq!(graph.edges.len() as u32, vertices * (vertices - 1) / 2);
            assert!(degrees(&graph).iter().all(|&degree| degree == vertices - 1));
        }
    }

    #[test]
    fn a_ring_has_two_neighbours_each_and_one_round() {
        let ring = made(&GraphConfig::Ring, 6).adjacency();
        assert_eq!([0, 3, 5].map(|v| ring.neighbours(v).to_vec()), [[1, 5], [2, 4], [0, 4]]);
        assert_eq!([1, 2, 3].map(|n| made(&GraphConfig::Ring, n).edges.len()), [0, 1, 3]);
    }

    #[test]
    fn a_star_has_a_centre() {
        let star = made(&GraphConfig::Star, 5);
        assert_eq!(degrees(&star), [4, 1, 1, 1, 1]);
        assert_eq!(star.adjacency().neighbours(3), [0]);
    }

    #[test]
    fn bootstrap_nodes_know_each_other_and_are_all_that_others_know() {
        let config = GraphConfig::Bootstrap { bootstrap_nodes: 3, known_bootstrap_nodes: 3 };
        let graph = made(&config, 6).adjacency();
        assert!(graph.is_directed());
        assert_eq!(graph.neighbours(1), [0, 2]);
        assert_eq!(graph.neighbours(5), [0, 1, 2]);

        // Each of three bootstrap nodes is known to two thirds of 900 others: 600, with a deviation
        // of 14.1.
        let config = GraphConfig::Bootstrap { bootstrap_nodes: 3, known_bootstrap_nodes: 2 };
        let graph = made(&config, 903).adjacency();
        assert!((3..903).all(|vertex| graph.neighbours(vertex).len() == 2));
        let known = graph.reversed();
        let counts = [0, 1, 2].map(|vertex| known.neighbours(vertex).len() - 2);
        assert!(counts.iter().all(|count| count.abs_diff(600) < 60), "{counts:?}");
    }
}
