//! Graphs whose edges are drawn without regard to each other.

use super::{Pairs, pairs};
use crate::rng::Stream;

/// The nearest whole number to this share of all pairs, every such graph as likely as any other.
pub fn with_ratio(vertices: u32, ratio: f64, stream: &mut Stream) -> Pairs {
    let all = pairs::count(vertices);
    let wanted = (libm::round(all as f64 * ratio) as u64).min(all);
    pairs::so_many(wanted, all, stream).into_iter().map(pairs::pair).collect()
}

/// Each pair with this probability.
pub fn erdos_renyi(vertices: u32, probability: f64, stream: &mut Stream) -> Pairs {
    pairs::each_with(probability, pairs::count(vertices), stream).map(pairs::pair).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{chi_square, degrees, made, shares_of_degrees};
    use crate::graph::config::{Density, GraphConfig};

    #[test]
    fn a_ratio_is_that_of_the_pairs() {
        for (ratio, edges) in [(0.0, 0), (0.1, 495), (0.3333, 1650), (0.8, 3960), (1.0, 4950)] {
            let graph = made(&GraphConfig::Random { connection_ratio: ratio }, 100);
            assert_eq!(graph.edges.len(), edges, "ratio {ratio}");
        }
    }

    /// Degrees are binomial: `C(n - 1, k) p^k (1 - p)^(n - 1 - k)`.
    #[test]
    fn degrees_of_erdos_renyi_are_binomial() {
        let (vertices, mean) = (20_000u32, 8.0);
        let others = f64::from(vertices) - 1.0;
        let p = mean / others;
        let mut expected = vec![libm::pow(1.0 - p, others)];
        for k in 1..30 {
            let before = expected[k - 1];
            expected.push(before * (others - k as f64 + 1.0) / k as f64 * p / (1.0 - p));
        }
        for density in [Density::MeanDegree(mean), Density::Probability(p)] {
            let graph = made(&GraphConfig::ErdosRenyi(density), vertices);
            let shares = shares_of_degrees(&graph, 30);
            // Cells from 1 to 17 hold over ten vertices each. 42.3 is exceeded in one seed in two
            // thousand at 17 degrees of freedom.
            let chi = chi_square(&shares[1..18], &expected[1..18], f64::from(vertices));
            assert!(chi < 42.3, "{density:?}: {chi}");
            let edges = graph.edges.len() as f64;
            // Mean 80,000, deviation 283.
            assert!((edges - 80_000.0).abs() < 1_200.0, "{edges}");
        }
        // A mean that is off by a twentieth is found.
        let off = made(&GraphConfig::ErdosRenyi(Density::MeanDegree(8.4)), vertices);
        let chi = chi_square(&shares_of_degrees(&off, 30)[1..18], &expected[1..18], 20_000.0);
        assert!(chi > 42.3, "{chi}");
    }

    #[test]
    fn extremes_are_exact() {
        let made = |density, n| made(&GraphConfig::ErdosRenyi(density), n);
        assert_eq!(made(Density::Probability(0.0), 50).edges.len(), 0);
        assert!(degrees(&made(Density::Probability(1.0), 50)).iter().all(|&degree| degree == 49));
        assert!(degrees(&made(Density::MeanDegree(49.0), 50)).iter().all(|&degree| degree == 49));
        assert_eq!(made(Density::MeanDegree(0.0), 1).edges.len(), 0);
    }
}
