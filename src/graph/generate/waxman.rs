//! Waxman's graphs: vertices in the plane, of which those that are near are more often connected.

use super::{Pairs, Positions, pairs};
use crate::rng::Stream;
use crate::rng::distribution::unit;
use rand::Rng;

/// Vertices uniform in the unit square, connected with the probability `beta exp(-d / (alpha L))`.
///
/// Every pair is first picked with `beta`, which needs no draw for a pair that is not, and then
/// kept with the rest of the probability.
pub fn waxman(vertices: u32, alpha: f64, beta: f64, stream: &mut Stream) -> (Pairs, Positions) {
    let mut number = || unit(stream.next_u64());
    let positions: Positions = (0..vertices).map(|_| [number(), number()]).collect();
    let reach = alpha * std::f64::consts::SQRT_2;
    let picked: Vec<u64> = pairs::each_with(beta, pairs::count(vertices), stream).collect();
    let is_kept = |&(one, other): &(u32, u32)| {
        let apart = distance(positions[one as usize], positions[other as usize]);
        unit(stream.next_u64()) < libm::exp(-apart / reach)
    };
    let edges = picked.into_iter().map(pairs::pair).filter(is_kept).collect();
    (edges, positions)
}

fn distance(one: [f64; 2], other: [f64; 2]) -> f64 {
    libm::hypot(one[0] - other[0], one[1] - other[1])
}

#[cfg(test)]
mod tests {
    use super::super::testing::made;
    use super::distance;
    use crate::graph::Graph;
    use crate::graph::config::GraphConfig;

    /// The mean of `f` of the distance of two points in the unit square, by the density of that
    /// distance: `2 d (pi - 4 d + d^2)` up to 1, and beyond it
    /// `2 d (4 sqrt(d^2 - 1) - (d^2 + 2 - pi) - 4 atan(sqrt(d^2 - 1)))`.
    fn mean_over_distance(f: impl Fn(f64) -> f64) -> f64 {
        let density = |d: f64| {
            let pi = std::f64::consts::PI;
            if d <= 1.0 {
                return 2.0 * d * (pi - 4.0 * d + d * d);
            }
            let root = (d * d - 1.0).sqrt();
            2.0 * d * (4.0 * root - (d * d + 2.0 - pi) - 4.0 * root.atan())
        };
        let steps = 100_000;
        let width = std::f64::consts::SQRT_2 / f64::from(steps);
        let middle = |step: i32| (f64::from(step) + 0.5) * width;
        (0..steps).map(|step| density(middle(step)) * f(middle(step)) * width).sum()
    }

    fn length(graph: &Graph, source: u32, target: u32) -> f64 {
        let place = |vertex: u32| graph.vertices[vertex as usize].position;
        distance(place(source).expect("it lies somewhere"), place(target).expect("this too"))
    }

    #[test]
    fn mean_degree_and_length_of_edges_are_those_of_the_model() {
        assert!((mean_over_distance(|_| 1.0) - 1.0).abs() < 1e-6);
        assert!((mean_over_distance(|d| d) - 0.521_405).abs() < 1e-5);
        let vertices = 3_000;
        for (alpha, beta) in [(0.15, 0.2), (1.0, 0.01), (0.05, 1.0)] {
            let graph = made(&GraphConfig::Waxman { alpha, beta }, vertices);
            let reach = alpha * std::f64::consts::SQRT_2;
            let near = mean_over_distance(|d| libm::exp(-d / reach));
            let expected = (f64::from(vertices) - 1.0) * beta * near;
            let found = 2.0 * graph.edges.len() as f64 / f64::from(vertices);
            // The number of edges varies by its root, and with where the vertices lie by about a
            // hundredth.
            assert!((found / expected - 1.0).abs() < 0.04, "{found} for {expected}");
            let lengths = graph.edges.iter().map(|edge| length(&graph, edge.source, edge.target));
            let mean = lengths.sum::<f64>() / graph.edges.len() as f64;
            let expected = mean_over_distance(|d| d * libm::exp(-d / reach)) / near;
            assert!((mean / expected - 1.0).abs() < 0.03, "{mean} for {expected}");
        }
    }
}
