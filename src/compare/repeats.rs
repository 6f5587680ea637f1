//! The difference between the means of two points of sweeps, with its 95 % interval.
//!
//! Runs of the same seed are pairs: their differences are judged, so that what a seed does to
//! both cancels out. Without common seeds the two lists are resampled apart from each other.
//!
//! From 6 runs on these are expanded percentile intervals of the bootstrap, as in
//! [`crate::sweep::interval`]; of two lists the expansion is that which makes the spread of the
//! resampled differences the unbiased one, with the degrees of freedom of Welch and Satterthwaite. Fewer
//! runs have too few resamples for 95 %: of 3 pairs, the widest covers 75 %. There the intervals
//! are those of Student and of Welch, which take the values to be normal and are wide.

use super::Method;
use crate::rng::{Purpose, Seed, Stream};
use crate::sweep::interval::RESAMPLES;
use rand::Rng;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Fewest runs that are resampled.
pub const FEWEST_RESAMPLED: usize = 6;
/// Two-sided 95 %: this much of a distribution lies below the lower end.
pub(super) const LOWER: f64 = 0.025;
/// Where the draws start: an interval depends on its values alone.
const SEED: Seed = Seed(0);

/// An interval and how it was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How it was found.
    pub method: Method,
}

/// The interval of the mean of `differences`, each between two runs of one seed; `None` of fewer than
/// two.
pub fn paired(differences: &[f64]) -> Option<Interval> {
    let (low, high, method) = match differences.len() {
        0 | 1 => return None,
        count if count < FEWEST_RESAMPLED => {
            let moments = Moments::of(differences);
            let half = student(moments.count - 1.0) * moments.error().sqrt();
            (moments.mean - half, moments.mean + half, Method::PairedStudent)
        }
        count => {
            let n = count as f64;
            let distance = (n / (n - 1.0)).sqrt() * student(n - 1.0);
            let (low, high) = match differences.iter().all(|value| *value == differences[0]) {
                // Not even rounding makes a spread of equal values.
                true => (differences[0], differences[0]),
                false => percentiles(means(differences, 0), distance),
            };
            (low, high, Method::PairedBootstrap)
        }
    };
    Some(Interval { low, high, method })
}

/// The interval of the mean of `others` less that of `bases`, of runs that have nothing to do with
/// each other; `None` if there are fewer than two of either.
pub fn unpaired(bases: &[f64], others: &[f64]) -> Option<Interval> {
    if bases.len().min(others.len()) < 2 {
        return None;
    }
    let (base, other) = (Moments::of(bases), Moments::of(others));
    let difference = other.mean - base.mean;
    let error = base.error() + other.error();
    if error == 0.0 {
        return Some(Interval { low: difference, high: difference, method: Method::Bootstrap });
    }
    let part = |moments: Moments| moments.error() * moments.error() / (moments.count - 1.0);
    let t = student(error * error / (part(base) + part(other)));
    if bases.len().min(others.len()) < FEWEST_RESAMPLED {
        let half = t * error.sqrt();
        let (low, high) = (difference - half, difference + half);
        return Some(Interval { low, high, method: Method::Welch });
    }
    // What resampling makes of the variance of a mean: too little, by one part of the values.
    let resampled = |moments: Moments| moments.error() * (moments.count - 1.0) / moments.count;
    let expansion = (error / (resampled(base) + resampled(other))).sqrt();
    let of_bases = means(bases, 0);
    let of_others = means(others, 1);
    let differences = of_others.iter().zip(&of_bases).map(|(other, base)| other - base);
    let (low, high) = percentiles(differences.collect(), expansion * t);
    Some(Interval { low, high, method: Method::Bootstrap })
}

/// The ends of the interval among resampled `estimates`, at the normal distribution's `distance`.
pub(super) fn percentiles(mut estimates: Vec<f64>, distance: f64) -> (f64, f64) {
    let level = Normal::standard().cdf(-distance);
    let place = (level * (estimates.len() + 1) as f64).floor() as usize;
    let place = place.saturating_sub(1).min(estimates.len() - 1);
    let last = estimates.len() - 1;
    let mut at = |place| *estimates.select_nth_unstable_by(place, f64::total_cmp).1;
    (at(place), at(last - place))
}

/// The 97.5 % point of Student's distribution.
pub(super) fn student(freedom: f64) -> f64 {
    let student = StudentsT::new(0.0, 1.0, freedom);
    student.expect("two values leave a degree of freedom").inverse_cdf(1.0 - LOWER)
}

/// The means of as many lists drawn from `values` with replacement as there are resamples.
fn means(values: &[f64], side: u64) -> Vec<f64> {
    let count = values.len() as u64;
    let mut stream = Stream::new(SEED, Purpose::DifferenceResampling, 2 * count + side);
    // In ascending order, so that the interval does not depend on the order of the runs.
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut mean = || {
        let pick = |stream: &mut Stream| ((u64::from(stream.next_u32()) * count) >> 32) as usize;
        (0..count).map(|_| sorted[pick(&mut stream)]).sum::<f64>() / count as f64
    };
    (0..RESAMPLES).map(|_| mean()).collect()
}

/// What a mean is judged by.
#[derive(Clone, Copy, Debug)]
struct Moments {
    count: f64,
    mean: f64,
    /// With `count - 1` as divisor.
    variance: f64,
}

impl Moments {
    /// Of two values or more.
    fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        if values.iter().all(|value| *value == values[0]) {
            // Not even rounding makes a spread of equal values.
            return Moments { count, mean: values[0], variance: 0.0 };
        }
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Moments { count, mean, variance: squares / (count - 1.0) }
    }

    /// Variance of the mean.
    fn error(self) -> f64 {
        self.variance / self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_judged_more_sharply_than_two_lists() {
        // The seed does far more to a run than the planted difference of 1.
        let of_seed = [3.0, 90.0, 41.0, 17.0, 66.0, 28.0, 75.0, 52.0];
        let noise = [0.2, -0.1, 0.3, -0.2, 0.1, 0.0, -0.3, 0.05];
        let others: Vec<f64> =
            of_seed.iter().zip(noise).map(|(s, noise)| s + 1.0 + noise).collect();
        let differences: Vec<f64> = others.iter().zip(of_seed).map(|(o, base)| o - base).collect();
        let pairs = paired(&differences).expect("eight pairs");
        let lists = unpaired(&of_seed, &others).expect("eight of each");
        assert!(pairs.low > 0.8 && pairs.low < 1.0 && pairs.high > 1.0, "{pairs:?}");
        assert!(lists.low < 0.0 && lists.high > 1.0, "{lists:?}");
        assert!(lists.high - lists.low > 50.0 * (pairs.high - pairs.low));
        assert_eq!((pairs.method, lists.method), (Method::PairedBootstrap, Method::Bootstrap));
    }

    #[test]
    fn few_runs_have_the_intervals_of_student_and_welch() {
        // t with 2 degrees of freedom is 4.302653, the standard error 1 / sqrt(3).
        let few = paired(&[1.0, 2.0, 3.0]).expect("three pairs");
        let half = 4.302_653 / 3f64.sqrt();
        assert!((few.low - (2.0 - half)).abs() < 1e-5 && (few.high - (2.0 + half)).abs() < 1e-5);
        assert_eq!(few.method, Method::PairedStudent);
        // Equal counts and variances: 4 degrees of freedom, t = 2.776445.
        let welch = unpaired(&[1.0, 2.0, 3.0], &[11.0, 12.0, 13.0]).expect("three of each");
        let half = 2.776_445 * (2.0f64 / 3.0).sqrt();
        assert!((welch.high - (10.0 + half)).abs() < 1e-5, "{welch:?}");
        assert_eq!(welch.method, Method::Welch);
        assert_eq!((paired(&[1.0]), unpaired(&[1.0], &[2.0, 3.0])), (None, None));
    }

    #[test]
    fn equal_runs_differ_by_nothing() {
        let nothing = |interval: Option<Interval>| interval.map(|i| (i.low, i.high));
        assert_eq!(nothing(paired(&[0.0; 8])), Some((0.0, 0.0)));
        assert_eq!(nothing(paired(&[0.0; 3])), Some((0.0, 0.0)));
        assert_eq!(nothing(unpaired(&[0.1; 7], &[0.1; 9])), Some((0.0, 0.0)));
    }
}
