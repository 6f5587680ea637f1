//! The difference between two single runs, with an interval from their own operations.
//!
//! Operations of one run are not independent of each other: those of the same moment meet the
//! same network. So the measurement is cut into [`WINDOWS`] windows of equal length, and what is
//! resampled, or whose variance is taken, is whole windows with all operations that began in them.
//! What operations of one window have in common then widens the interval. What all operations of
//! a run have in common (its seed: keys, places of nodes, who comes and goes) it does not show: only
//! repeats do.
//!
//! Means and percentiles have expanded percentile intervals of the bootstrap over windows. A share
//! has Newcombe's interval of a difference (1998, his method 10), from Wilson's of each side, with as
//! many operations as would, independent of each other, give the variance that the windows show
//! (Kish's design effect), and Student's distribution instead of the normal one. It is one even where all
//! operations of both runs succeed.

use super::Method;
use super::repeats::{Interval, percentiles, student};
use crate::rng::{Purpose, Seed, Stream};
use rand::Rng;
use rayon::prelude::*;

/// Windows that a measurement is cut into.
pub const WINDOWS: usize = 20;
/// Fewest windows with operations in them.
pub const FEWEST_WINDOWS: usize = 10;
/// How often windows are drawn anew.
pub const RESAMPLES: usize = 2_000;
/// Where the draws start: an interval depends on its values alone.
const SEED: Seed = Seed(0);

/// Values of the operations of a run, each with the window in which its operation began.
#[derive(Clone, Debug, Default)]
pub struct Windowed {
    /// In ascending order.
    values: Vec<(f64, u16)>,
    /// Windows with values in them.
    used: Vec<u16>,
}

/// What a list of values comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// Their mean.
    Mean,
    /// The smallest value that at least so many percent of them do not exceed.
    Percentile(f64),
}

impl Windowed {
    /// Of these values with the times at which their operations began, within a measurement from
    /// `begin` to `end`.
    pub fn new(values: impl Iterator<Item = (f64, f64)>, (begin, end): (f64, f64)) -> Self {
        let width = (end - begin).max(f64::MIN_POSITIVE) / WINDOWS as f64;
        let window = |at: f64| ((at - begin) / width).clamp(0.0, (WINDOWS - 1) as f64) as u16;
        let mut values: Vec<(f64, u16)> = values.map(|(at, value)| (value, window(at))).collect();
        values.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut used: Vec<u16> = values.iter().map(|value| value.1).collect();
        used.sort_unstable();
        used.dedup();
        Windowed { values, used }
    }

    /// Number of values.
    pub fn count(&self) -> usize {
        self.values.len()
    }

    /// Whether there are too few windows with values for an interval.
    pub fn is_scarce(&self) -> bool {
        self.used.len() < FEWEST_WINDOWS
    }

    /// How often each window is drawn.
    fn weights(&self, side: u64, resample: usize) -> [u32; WINDOWS] {
        let mut weights = [0; WINDOWS];
        let mut stream = Stream::new(SEED, Purpose::WindowResampling, 2 * resample as u64 + side);
        for _ in 0..self.used.len() {
            let pick = (u64::from(stream.next_u32()) * self.used.len() as u64) >> 32;
            weights[self.used[pick as usize] as usize] += 1;
        }
        weights
    }

    /// All of `statistics` of the values, each counted as often as its window is drawn.
    fn weighted(&self, weights: &[u32; WINDOWS], statistics: &[Statistic]) -> Vec<f64> {
        let weight = |window: u16| u64::from(weights[window as usize]);
        let (mut total, mut sum) = (0, 0.0);
        for (value, window) in &self.values {
            total += weight(*window);
            sum += value * weight(*window) as f64;
        }
        let mut found = vec![sum / total as f64; statistics.len()];
        // Percentiles in ascending order, in one more pass.
        let mut wanted: Vec<(u64, usize)> = statistics
            .iter()
            .enumerate()
            .filter_map(|(place, statistic)| match statistic {
                Statistic::Mean => None,
                Statistic::Percentile(percent) => {
                    let rank = (percent / 100.0 * total as f64).ceil() as u64;
                    Some((rank.clamp(1, total), place))
                }
            })
            .collect();
        wanted.sort_unstable();
        let mut wanted = wanted.into_iter().peekable();
        let mut passed = 0;
        for (value, window) in &self.values {
            passed += weight(*window);
            while let Some((_, place)) = wanted.next_if(|(rank, _)| *rank <= passed) {
                found[place] = *value;
            }
            if wanted.peek().is_none() {
                break;
            }
        }
        found
    }

    /// Successes, trials and design effect, of values that are 0 or 1.
    fn share(&self) -> Share {
        let mut windows = [(0.0, 0.0); WINDOWS];
        for (value, window) in &self.values {
            let (successes, trials) = &mut windows[*window as usize];
            *successes += value;
            *trials += 1.0;
        }
        let count = self.values.len() as f64;
        let share = windows.iter().map(|window| window.0).sum::<f64>() / count;
        let used = self.used.len() as f64;
        let apart = windows.iter().map(|(successes, trials)| successes - share * trials);
        let squares: f64 = apart.map(|apart| apart * apart).sum();
        // The variance of the share as the windows show it, beside that of independent trials.
        let shown = used / (used - 1.0) * squares / (count * count);
        let independent = share * (1.0 - share) / count;
        let effect = if independent > 0.0 { (shown / independent).max(1.0) } else { 1.0 };
        Share { share, count: count / effect, quantile: student(used - 1.0) }
    }
}

/// A share with the number of independent trials that it is worth.
#[derive(Clone, Copy, Debug)]
struct Share {
    share: f64,
    count: f64,
    quantile: f64,
}

impl Share {
    /// Wilson's interval.
    fn wilson(self) -> (f64, f64) {
        let Share { share, count, quantile } = self;
        let zz = quantile * quantile / count;
        let centre = (share + zz / 2.0) / (1.0 + zz);
        let half = (zz * (share * (1.0 - share) + zz / 4.0)).sqrt() / (1.0 + zz);
        ((centre - half).clamp(0.0, share), (centre + half).clamp(share, 1.0))
    }
}

/// The interval of the share of `other` less that of `base`, of values that are 0 or 1; `None` if one
/// is scarce.
pub fn shares(base: &Windowed, other: &Windowed) -> Option<Interval> {
    if base.is_scarce() || other.is_scarce() {
        return None;
    }
    let (of_base, of_other) = (base.share(), other.share());
    let difference = of_other.share - of_base.share;
    let (base_ends, other_ends) = (of_base.wilson(), of_other.wilson());
    let down = libm::hypot(of_other.share - other_ends.0, base_ends.1 - of_base.share);
    let up = libm::hypot(other_ends.1 - of_other.share, of_base.share - base_ends.0);
    let (low, high) = (difference - down, difference + up);
    Some(Interval { low, high, method: Method::WindowShares })
}

/// The intervals of `statistics` of `other` less those of `base`; `None` if one is scarce.
pub fn statistics(
    base: &Windowed,
    other: &Windowed,
    statistics: &[Statistic],
) -> Option<Vec<Interval>> {
    if base.is_scarce() || other.is_scarce() {
        return None;
    }
    let of_resample = |resample: usize| {
        let of_base = base.weighted(&base.weights(0, resample), statistics);
        let of_other = other.weighted(&other.weights(1, resample), statistics);
        of_other.iter().zip(&of_base).map(|(other, base)| other - base).collect::<Vec<f64>>()
    };
    let resampled: Vec<Vec<f64>> = (0..RESAMPLES).into_par_iter().map(of_resample).collect();
    let fewest = base.used.len().min(other.used.len()) as f64;
    let distance = (fewest / (fewest - 1.0)).sqrt() * student(fewest - 1.0);
    let interval = |place: usize| {
        let estimates = resampled.iter().map(|estimates| estimates[place]).collect();
        let (low, high) = percentiles(estimates, distance);
        Interval { low, high, method: Method::Windows }
    };
    Some((0..statistics.len()).map(interval).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One value a second, in a measurement of so many seconds.
    fn every_second(values: &[f64]) -> Windowed {
        let timed = values.iter().enumerate().map(|(second, value)| (second as f64, *value));
        Windowed::new(timed, (0.0, values.len() as f64))
    }

    #[test]
    fn statistics_are_those_of_all_values_if_each_window_counts_once() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        let windowed = every_second(&values);
        let all = [Statistic::Percentile(99.0), Statistic::Mean, Statistic::Percentile(50.0)];
        assert_eq!(windowed.weighted(&[1; WINDOWS], &all), [99.0, 50.5, 50.0]);
        let mut first = [0; WINDOWS];
        first[0] = 2;
        assert_eq!(windowed.weighted(&first, &all), [5.0, 3.0, 3.0]);
    }

    #[test]
    fn a_planted_difference_is_found_and_equal_runs_have_none() {
        let values: Vec<f64> = (0..400).map(|second| 100.0 + f64::from(second * 7 % 50)).collect();
        let slower: Vec<f64> = values.iter().map(|value| value + 30.0).collect();
        let (base, other) = (every_second(&values), every_second(&slower));
        let found = [Statistic::Mean, Statistic::Percentile(90.0)];
        for interval in statistics(&base, &other, &found).expect("20 windows") {
            assert!(interval.low > 20.0 && (interval.low..=interval.high).contains(&30.0));
        }
        for interval in statistics(&base, &base, &found).expect("20 windows") {
            assert!((interval.low..=interval.high).contains(&0.0), "{interval:?}");
        }
        let few = every_second(&values[..9]);
        assert_eq!((statistics(&few, &few, &found), shares(&few, &few)), (None, None));
    }

    /// Newcombe (1998), table II: 56 of 70 beside 48 of 80, method 10: 0.0524 to 0.3339. His
    /// quantile is the normal one.
    #[test]
    fn newcombes_interval_as_published() {
        let side = |successes: f64, count: f64| Share {
            share: successes / count,
            count,
            quantile: 1.959_964,
        };
        let (first, second) = (side(56.0, 70.0), side(48.0, 80.0));
        let (one, two) = (first.wilson(), second.wilson());
        let low = 0.2 - libm::hypot(first.share - one.0, two.1 - second.share);
        let high = 0.2 + libm::hypot(one.1 - first.share, second.share - two.0);
        assert!((low - 0.0524).abs() < 1e-4 && (high - 0.3339).abs() < 1e-4, "{low} {high}");
    }

    #[test]
    fn what_a_window_has_in_common_widens_an_interval() {
        let apart: Vec<f64> = (0..400).map(|second| f64::from(second % 2)).collect();
        // The same share, but whole windows fail.
        let together: Vec<f64> = (0..400).map(|second| f64::from(second / 20 % 2)).collect();
        let width = |values: &[f64]| {
            let windowed = every_second(values);
            shares(&windowed, &windowed).map(|interval| interval.high - interval.low)
        };
        let (apart, together) = (width(&apart).expect("wide"), width(&together).expect("wide"));
        assert!(together > 3.0 * apart, "{together} {apart}");
        let all = width(&[1.0; 400]).expect("an interval of shares of one");
        assert!(all > 0.0 && all < 0.03, "{all}");
    }
}
