//! Whether two samples have different means: a permutation test, which assumes nothing of how values are
//! distributed.
//!
//! If nothing has changed, each division of all values into two groups is as likely as the one that is
//! there. The p-value is the share of divisions drawn at random whose means are at least as far apart, the
//! one that is there counted among them (Phipson and Smyth 2010). Drawing ends early where enough are
//! (Besag and Clifford 1991), so that what is not significant takes little time; both give valid p-values.

use crate::rng::{Purpose, Seed, Stream};
use rand::Rng;

/// Name of the test.
pub const NAME: &str = "permutation test of means";
/// Divisions that are drawn at most.
pub const DRAWS: u32 = 9_999;
/// Divisions as extreme as the one that is there, after which no more are drawn.
const ENOUGH: u32 = 100;
/// Where the draws start: a p-value depends on the values alone.
const SEED: Seed = Seed(0);

/// The probability of means at least so far apart, in either direction, if the two samples differ by
/// chance alone.
///
/// # Panics
/// If a sample is empty.
pub fn p_value(one: &[f64], other: &[f64]) -> f64 {
    assert!(!one.is_empty() && !other.is_empty(), "both samples have values");
    let count = one.len() + other.len();
    let mean = one.iter().chain(other).sum::<f64>() / count as f64;
    let mut values: Vec<f64> = one.iter().chain(other).map(|value| value - mean).collect();
    // Of values around their mean the sum over the first group says how far apart the means are.
    let apart = |values: &[f64]| values[..one.len()].iter().sum::<f64>().abs();
    // Sums in another order are not equal to the last digit.
    const ROUNDING: f64 = 1e-12;
    let slack =
        ROUNDING * (mean.abs() * count as f64 + values.iter().map(|v| v.abs()).sum::<f64>());
    let observed = apart(&values) - slack;
    let mut stream = Stream::new(SEED, Purpose::Permutation, count as u64);
    let mut extreme = 0;
    for draws in 1..=DRAWS {
        for place in 0..one.len() {
            let rest = (count - place) as u64;
            // The high half of a 32-bit draw times the count: uniform but for some parts in a billion.
            let step = (u64::from(stream.next_u32()) * rest) >> 32;
            values.swap(place, place + step as usize);
        }
        extreme += u32::from(apart(&values) >= observed);
        if extreme == ENOUGH {
            return f64::from(ENOUGH) / f64::from(draws);
        }
    }
    f64::from(extreme + 1) / f64::from(DRAWS + 1)
}

/// The smallest p-value that samples of `count` values each can have: two of all divisions are as
/// extreme as one that parts them wholly, and no more than [`DRAWS`] are drawn.
pub fn smallest(count: usize) -> f64 {
    // 2n over n, as a product that stays exact enough.
    let divisions = (1..=count).fold(1.0, |ways, k| ways * (count + k) as f64 / k as f64);
    (2.0 / divisions).max(1.0 / f64::from(DRAWS + 1))
}
