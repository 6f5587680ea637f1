//! Barabási and Albert's growing graphs, in which who has many neighbours gets more.

use super::{Pairs, pairs};
use crate::rng::Stream;
use rand::RngExt;

/// Begins with a full mesh of `edges_per_node + 1` vertices. Then vertices come one by one and
/// connect to so many different ones that are there, each drawn with a probability proportional to
/// the number of its neighbours.
pub fn barabasi_albert(vertices: u32, edges_per_node: u32, stream: &mut Stream) -> Pairs {
    let mut edges: Pairs = (0..pairs::count(edges_per_node + 1)).map(pairs::pair).collect();
    // Every vertex stands here once for each of its neighbours.
    let mut ends: Vec<u32> = edges.iter().flat_map(|&(one, other)| [one, other]).collect();
    let mut chosen = Vec::new();
    for vertex in edges_per_node + 1..vertices {
        chosen.clear();
        while chosen.len() < edges_per_node as usize {
            let drawn = ends[stream.random_range(0..ends.len() as u64) as usize];
            if let Err(place) = chosen.binary_search(&drawn) {
                chosen.insert(place, drawn);
            }
        }
        for &other in &chosen {
            edges.push((other, vertex));
            ends.extend([other, vertex]);
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::super::testing::{chi_square, degrees, made, shares_of_degrees};
    use crate::graph::config::GraphConfig;

    /// `P(k) = 2 m (m + 1) / (k (k + 1) (k + 2))` from `k = m` (Dorogovtsev, Mendes and Samukhin
    /// 2000; Bollobás, Riordan, Spencer and Tusnády 2001): a power law of exponent 3.
    #[test]
    fn degrees_follow_the_power_law() {
        let (vertices, m) = (50_000u32, 3u32);
        let graph = made(&GraphConfig::BarabasiAlbert { edges_per_node: m }, vertices);
        assert_eq!(graph.edges.len() as u32, 6 + m * (vertices - m - 1));
        let law = |k: usize| {
            let (k, m) = (k as f64, f64::from(m));
            if k < m { 0.0 } else { 2.0 * m * (m + 1.0) / (k * (k + 1.0) * (k + 2.0)) }
        };
        let shares = shares_of_degrees(&graph, 400);
        assert_eq!(shares[..3], [0.0; 3]);
        let expected: Vec<f64> = (0..40).map(law).collect();
        // Cells from 3 to 39 hold over 15 vertices each. 70 is exceeded in one seed in a thousand
        // at 37 degrees of freedom.
        let chi = chi_square(&shares[3..40], &expected[3..40], f64::from(vertices));
        assert!(chi < 70.0, "{chi}");
        // The share with at least k neighbours is m (m + 1) / (k (k + 1)): 58 vertices at 100.
        let many = degrees(&graph).iter().filter(|&&degree| degree >= 100).count();
        assert!((30..=90).contains(&many), "{many} of 59");
    }

    #[test]
    fn the_smallest_is_a_mesh_and_one_edge_each_is_a_tree() {
        let config = |edges_per_node| GraphConfig::BarabasiAlbert { edges_per_node };
        assert!(degrees(&made(&config(4), 5)).iter().all(|&degree| degree == 4));
        assert_eq!(made(&config(1), 100).edges.len(), 99);
    }
}
