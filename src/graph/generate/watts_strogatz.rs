//! Watts and Strogatz's small worlds, between a ring lattice and a random graph.

use super::Pairs;
use super::neighbourhoods::Neighbourhoods;
use crate::rng::Stream;
use crate::rng::distribution::unit;
use rand::{Rng, RngExt};

/// Everyone is connected to `neighbours / 2` on each side of the ring; then each edge, nearest
/// first, is led with the probability `rewiring` from its first vertex to one drawn from those
/// that this is not connected to.
pub fn watts_strogatz(vertices: u32, neighbours: u32, rewiring: f64, stream: &mut Stream) -> Pairs {
    let mut made = Neighbourhoods::new(vertices);
    let mut edges = Pairs::with_capacity(vertices as usize * neighbours as usize / 2);
    for distance in 1..=neighbours / 2 {
        for vertex in 0..vertices {
            let other = (u64::from(vertex) + u64::from(distance)) % u64::from(vertices);
            edges.push((vertex, other as u32));
            made.connect(vertex, other as u32);
        }
    }
    for (vertex, other) in &mut edges {
        // A vertex that is connected to all has nowhere else to lead an edge.
        let is_full = made.degree(*vertex) == vertices as usize - 1;
        if unit(stream.next_u64()) >= rewiring || is_full {
            continue;
        }
        let elsewhere = loop {
            let drawn = stream.random_range(0..vertices);
            if drawn != *vertex && !made.are_connected(*vertex, drawn) {
                break drawn;
            }
        };
        made.disconnect(*vertex, *other);
        made.connect(*vertex, elsewhere);
        *other = elsewhere;
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::super::testing::{chi_square, degrees, made, shares_of_degrees};
    use crate::graph::Graph;
    use crate::graph::config::GraphConfig;

    fn world(vertices: u32, neighbours: u32, rewiring: f64) -> Graph {
        made(&GraphConfig::WattsStrogatz { neighbours, rewiring }, vertices)
    }

    /// Mean share of the pairs of a vertex's neighbours that are connected.
    fn clustering(graph: &Graph) -> f64 {
        let adjacency = graph.adjacency();
        let of = |vertex: u32| {
            let around = adjacency.neighbours(vertex);
            let pairs = around.len() * around.len().saturating_sub(1) / 2;
            let is_edge = |&(one, two): &(u32, u32)| adjacency.are_neighbours(one, two);
            let ordered = around.iter().enumerate();
            let all = ordered.flat_map(|(i, &one)| around[..i].iter().map(move |&two| (one, two)));
            if pairs == 0 { 0.0 } else { all.filter(is_edge).count() as f64 / pairs as f64 }
        };
        let vertices = graph.vertices.len() as u32;
        (0..vertices).map(of).sum::<f64>() / f64::from(vertices)
    }

    /// Without rewiring: the lattice, with a clustering of `3 (k - 2) / (4 (k - 1))`.
    #[test]
    fn without_rewiring_it_is_the_ring_lattice() {
        let graph = world(100, 6, 0.0);
        assert_eq!(graph.adjacency().neighbours(0), [1, 2, 3, 97, 98, 99]);
        assert!(degrees(&graph).iter().all(|&degree| degree == 6));
        assert!((clustering(&graph) - 0.6).abs() < 1e-12);
        assert_eq!(world(100, 2, 0.0).adjacency(), made(&GraphConfig::Ring, 100).adjacency());
    }

    /// All rewired: everyone keeps the `k / 2` edges that it leads itself; those led to it are
    /// Poisson with mean `k / 2` (Barrat and Weigt 2000). Clustering falls to that of a random
    /// graph, `k / n`.
    #[test]
    fn all_rewired_it_is_nearly_random() {
        let (vertices, k) = (20_000, 8u32);
        let graph = world(vertices, k, 1.0);
        assert_eq!(graph.edges.len() as u32, vertices * k / 2);
        let half = f64::from(k) / 2.0;
        let mut expected = vec![0.0; 4];
        expected.push(libm::exp(-half));
        for i in 1..20 {
            expected.push(expected[3 + i] * half / i as f64);
        }
        let shares = shares_of_degrees(&graph, 24);
        assert_eq!(shares[..4], [0.0; 4]);
        // Cells from 4 to 16: 34.5 is exceeded in one seed in a thousand at 13 degrees.
        let chi = chi_square(&shares[4..17], &expected[4..17], f64::from(vertices));
        assert!(chi < 34.5, "{chi}");
        assert!(clustering(&graph) < 0.002);
    }

    /// In between, clustering follows `(1 - p)^3` (Barrat and Weigt 2000).
    #[test]
    fn clustering_falls_with_the_cube() {
        let found = clustering(&world(5_000, 10, 0.1)) / clustering(&world(5_000, 10, 0.0));
        assert!((found - 0.729).abs() < 0.02, "{found}");
    }

    #[test]
    fn a_full_mesh_stays_one() {
        assert_eq!(world(7, 6, 1.0).adjacency(), made(&GraphConfig::FullMesh, 7).adjacency());
    }
}
