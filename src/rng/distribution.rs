//! Draws from distributions, bit for bit the same on every machine: logarithms and powers come
//! from `libm`, uniform numbers from 52 or 53 bits.
//!
//! Every draw is the inverse of the distribution function at a number made of 64 uniform bits,
//! so a draw uses its stream exactly once, whatever comes out.

mod normal;
mod zipf;

pub use normal::normal_quantile;
pub use zipf::Zipf;

/// A number in `[0, 1)` from the upper 53 of `bits`.
#[inline]
pub fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// A number in `(0, 1]`, safe to take the logarithm of.
#[inline]
pub fn unit_open(bits: u64) -> f64 {
    ((bits >> 11) + 1) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// A number in `(0, 1)` from the upper 52 of `bits`, symmetric about one half.
#[inline]
pub fn unit_inner(bits: u64) -> f64 {
    ((bits >> 12) as f64 + 0.5) * (1.0 / (1u64 << 52) as f64)
}

/// A whole number below `bound` by multiply-and-shift; its bias is below `bound / 2^64`.
#[inline]
pub fn below(bits: u64, bound: u64) -> u64 {
    below_and_rest(bits, bound).0
}

/// [`below`], and what it leaves: 64 bits to draw once more from, as good as new as long as
/// the product of both bounds is far below `2^64`.
#[inline]
pub fn below_and_rest(bits: u64, bound: u64) -> (u64, u64) {
    let product = u128::from(bits) * u128::from(bound);
    ((product >> 64) as u64, product as u64)
}

/// Exponential with this mean.
pub fn exponential(bits: u64, mean: f64) -> f64 {
    -libm::log(unit_open(bits)) * mean
}

/// Weibull: `P(X > x) = exp(-(x / scale)^shape)`. Its mean is `scale * gamma(1 + 1 / shape)`.
pub fn weibull(bits: u64, scale: f64, shape: f64) -> f64 {
    libm::pow(-libm::log(unit_open(bits)), 1.0 / shape) * scale
}

/// Pareto shifted to begin at zero (Lomax): `P(X > x) = (1 + x / scale)^-shape`. Its mean is
/// `scale / (shape - 1)` for shapes above 1.
pub fn pareto_shifted(bits: u64, scale: f64, shape: f64) -> f64 {
    (libm::pow(unit_open(bits), -1.0 / shape) - 1.0) * scale
}

/// Lognormal: `exp(mu + sigma * Z)` with `Z` standard normal. Its median is `exp(mu)`, its mean
/// `exp(mu + sigma^2 / 2)`.
pub fn lognormal(bits: u64, mu: f64, sigma: f64) -> f64 {
    libm::exp(mu + sigma * standard_normal(bits))
}

/// Normal with mean 0 and standard deviation 1, within ±8.3.
pub fn standard_normal(bits: u64) -> f64 {
    normal_quantile(unit_inner(bits))
}

/// What tests of drawn numbers share.
#[cfg(test)]
pub(crate) mod testing {
    use crate::rng::{Purpose, Seed, Stream};
    use rand::Rng;

    /// `count` draws from a seeded stream, in ascending order.
    pub fn sorted_draws(count: usize, draw: impl Fn(u64) -> f64) -> Vec<f64> {
        let mut stream = Stream::new(Seed(2024), Purpose::Test, 0);
        let mut draws: Vec<f64> = (0..count).map(|_| draw(stream.next_u64())).collect();
        draws.sort_by(f64::total_cmp);
        draws
    }

    /// The Kolmogorov-Smirnov statistic of ascending `draws` against a distribution function,
    /// times the root of their number: above 1.95 once in a thousand seeds if all is well.
    pub fn kolmogorov_smirnov(draws: &[f64], distribution: impl Fn(f64) -> f64) -> f64 {
        let n = draws.len() as f64;
        let distance = |(i, x): (usize, &f64)| {
            let expected = distribution(*x);
            (expected - i as f64 / n).max((i as f64 + 1.0) / n - expected)
        };
        draws.iter().enumerate().map(distance).fold(0.0, f64::max) * n.sqrt()
    }

    pub fn mean(draws: &[f64]) -> f64 {
        draws.iter().sum::<f64>() / draws.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{kolmogorov_smirnov, mean, sorted_draws};
    use super::*;

    const DRAWS: usize = 100_000;
    const MIDDLE: u64 = 1 << 63;

    #[test]
    fn unit_numbers_stay_within_their_bounds() {
        assert_eq!(unit(0), 0.0);
        assert!(unit(u64::MAX) < 1.0);
        assert!(unit_open(0) > 0.0);
        assert_eq!(unit_open(u64::MAX), 1.0);
        assert!(unit_inner(0) > 0.0 && unit_inner(u64::MAX) < 1.0);
        assert_eq!(unit_inner(0), 1.0 - unit_inner(u64::MAX));
    }

    #[test]
    fn the_rest_of_a_draw_is_uniform() {
        let rests = sorted_draws(DRAWS, |bits| unit(below_and_rest(bits, 1_000_000_007).1));
        assert!(kolmogorov_smirnov(&rests, |x| x) < 1.95);
        assert_eq!(below_and_rest(u64::MAX, 10).0, 9);
    }

    #[test]
    fn medians_are_the_closed_forms() {
        let ln2 = std::f64::consts::LN_2;
        let close = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-12, "{a} is not {b}");
        close(exponential(MIDDLE, 3.0), 3.0 * ln2);
        close(weibull(MIDDLE, 3.0, 0.5), 3.0 * ln2 * ln2);
        close(pareto_shifted(MIDDLE, 3.0, 2.0), 3.0 * (2f64.sqrt() - 1.0));
        close(lognormal(MIDDLE, 0.7, 1.5), libm::exp(0.7));
    }

    #[test]
    fn extreme_bits_give_finite_numbers() {
        for bits in [0, u64::MAX] {
            let draws = [
                exponential(bits, 1.0),
                weibull(bits, 1.0, 0.3),
                pareto_shifted(bits, 1.0, 1.5),
                lognormal(bits, 0.0, 2.0),
            ];
            assert!(draws.iter().all(|draw| draw.is_finite() && *draw >= 0.0), "{draws:?}");
        }
    }

    #[test]
    fn exponential_draws() {
        let draws = sorted_draws(DRAWS, |bits| exponential(bits, 2.0));
        assert!(kolmogorov_smirnov(&draws, |x| 1.0 - libm::exp(-x / 2.0)) < 1.95);
        assert!((mean(&draws) - 2.0).abs() < 0.03);
    }

    #[test]
    fn weibull_draws() {
        let draws = sorted_draws(DRAWS, |bits| weibull(bits, 2.0, 0.6));
        let distribution = |x: f64| 1.0 - libm::exp(-libm::pow(x / 2.0, 0.6));
        assert!(kolmogorov_smirnov(&draws, distribution) < 1.95);
        let expected = 2.0 * libm::tgamma(1.0 + 1.0 / 0.6);
        assert!((mean(&draws) / expected - 1.0).abs() < 0.03);
    }

    #[test]
    fn pareto_shifted_draws() {
        let draws = sorted_draws(DRAWS, |bits| pareto_shifted(bits, 2.0, 3.0));
        assert!(kolmogorov_smirnov(&draws, |x| 1.0 - libm::pow(1.0 + x / 2.0, -3.0)) < 1.95);
        assert!((mean(&draws) - 1.0).abs() < 0.03);
    }

    #[test]
    fn lognormal_draws() {
        let draws = sorted_draws(DRAWS, |bits| lognormal(bits, 1.0, 0.5));
        let distribution = |x: f64| {
            let z = (libm::log(x) - 1.0) / 0.5;
            0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
        };
        assert!(kolmogorov_smirnov(&draws, distribution) < 1.95);
        assert!((mean(&draws) / libm::exp(1.125) - 1.0).abs() < 0.01);
    }

    /// The test itself can fail: a wrong mean is found.
    #[test]
    fn the_test_of_distributions_has_teeth() {
        let draws = sorted_draws(DRAWS, |bits| exponential(bits, 2.05));
        assert!(kolmogorov_smirnov(&draws, |x| 1.0 - libm::exp(-x / 2.0)) > 1.95);
    }
}
