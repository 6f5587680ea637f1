//! Zipf's law over a finite number of ranks.

use super::below;

/// Ranks `1..=n`, rank `i` with a probability proportional to `i^-exponent`.
///
/// The inverse of a cumulative table of integer weights, built once: exact and the same on
/// every machine. Costs 8 bytes a rank.
#[derive(Clone, Debug)]
pub struct Zipf {
    /// Sum of the weights of ranks `1..=i + 1`.
    cumulative: Box<[u64]>,
}

impl Zipf {
    /// What the weights of all ranks sum to, save rounding.
    const TOTAL: f64 = (1u64 << 62) as f64;

    /// The law for `n` ranks. With an exponent of zero all are equally likely.
    ///
    /// # Panics
    /// If `n` is zero or the exponent is not finite.
    pub fn new(n: u64, exponent: f64) -> Self {
        assert!(n > 0, "Zipf's law needs a rank");
        assert!(exponent.is_finite(), "Zipf's law needs an exponent");
        let weight = |rank: u64| libm::pow(rank as f64, -exponent);
        let scale = Self::TOTAL / (1..=n).map(weight).sum::<f64>();
        let mut sum = 0;
        let cumulative = (1..=n).map(|rank| {
            // Even the least likely rank can be drawn.
            sum += ((weight(rank) * scale) as u64).max(1);
            sum
        });
        Zipf { cumulative: cumulative.collect() }
    }

    /// The rank, from 1, that belongs to 64 uniform bits.
    pub fn rank(&self, bits: u64) -> u64 {
        let draw = below(bits, self.cumulative[self.cumulative.len() - 1]);
        self.cumulative.partition_point(|&sum| sum <= draw) as u64 + 1
    }

    /// The probability of a rank.
    ///
    /// # Panics
    /// If `rank` is not in `1..=n`.
    pub fn probability(&self, rank: u64) -> f64 {
        let i = usize::try_from(rank - 1).expect("a rank indexes the table");
        let before = if i == 0 { 0 } else { self.cumulative[i - 1] };
        let total = self.cumulative[self.cumulative.len() - 1];
        (self.cumulative[i] - before) as f64 / total as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Seed, Stream};
    use rand::Rng;

    #[test]
    fn probabilities_are_the_closed_form() {
        let zipf = Zipf::new(4, 1.0);
        for (rank, expected) in (1..).zip([12.0, 6.0, 4.0, 3.0]) {
            assert!((zipf.probability(rank) - expected / 25.0).abs() < 1e-15);
        }
        let even = Zipf::new(10, 0.0);
        assert!((1..=10).all(|rank| (even.probability(rank) - 0.1).abs() < 1e-15));
    }

    /// Chi-square over 50 ranks; 98 is beyond the 1 in 20,000 quantile of 49 degrees.
    #[test]
    fn frequencies_follow_the_law() {
        for exponent in [0.5, 1.0, 1.5] {
            let zipf = Zipf::new(50, exponent);
            let mut stream = Stream::new(Seed(9), Purpose::Test, 0);
            let mut counts = [0u32; 50];
            for _ in 0..200_000 {
                counts[zipf.rank(stream.next_u64()) as usize - 1] += 1;
            }
            let chi = (1..).zip(counts).map(|(rank, count)| {
                let expected = 200_000.0 * zipf.probability(rank);
                (f64::from(count) - expected).powi(2) / expected
            });
            let chi: f64 = chi.sum();
            assert!(chi < 98.0, "exponent {exponent}: chi-square {chi}");
        }
    }

    #[test]
    fn the_ends_of_the_draw_are_the_ends_of_the_ranks() {
        let zipf = Zipf::new(1_000, 3.0);
        assert_eq!((zipf.rank(0), zipf.rank(u64::MAX)), (1, 1_000));
        assert_eq!(Zipf::new(1, 1.0).rank(u64::MAX), 1);
    }
}
