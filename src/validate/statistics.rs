//! Means and shares with their intervals, and whether two of them differ by more than chance.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Two-sided 95 %: this much of a distribution lies below the upper end.
const UPPER: f64 = 0.975;

/// What was measured on one side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// Operations that it comes from.
    pub count: u64,
    /// Their mean, or the share of them.
    pub value: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A sample of measurements, reduced to what its mean is judged by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    count: u64,
    mean: f64,
    /// With `count - 1` as divisor.
    variance: f64,
}

impl Sample {
    /// Of these values; `None` if there are fewer than two.
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.len() < 2 {
            return None;
        }
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Some(Sample { count: values.len() as u64, mean, variance: squares / (count - 1.0) })
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Variance of the mean.
    fn error(&self) -> f64 {
        self.variance / self.count as f64
    }

    /// The mean with Student's interval.
    pub fn estimate(&self) -> Estimate {
        let Sample { count, mean, .. } = *self;
        let half = student(count as f64 - 1.0).inverse_cdf(UPPER) * self.error().sqrt();
        Estimate { count, value: mean, low: mean - half, high: mean + half }
    }
}

fn student(freedom: f64) -> StudentsT {
    StudentsT::new(0.0, 1.0, freedom).expect("two values or more leave a degree of freedom")
}

/// Welch's t-test: the probability of means at least so far apart if both samples came from
/// populations of equal means, whatever their variances.
pub fn welch(a: &Sample, b: &Sample) -> f64 {
    let (of_a, of_b) = (a.error(), b.error());
    if of_a + of_b == 0.0 {
        return if a.mean == b.mean { 1.0 } else { 0.0 };
    }
    let t = (a.mean - b.mean).abs() / (of_a + of_b).sqrt();
    let part = |error: f64, sample: &Sample| error * error / (sample.count as f64 - 1.0);
    // Welch's and Satterthwaite's degrees of freedom.
    let freedom = (of_a + of_b) * (of_a + of_b) / (part(of_a, a) + part(of_b, b));
    2.0 * student(freedom).sf(t)
}

/// Successes among trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Successes.
    pub successes: u64,
    /// Trials.
    pub count: u64,
}

impl Share {
    /// The share of the successes, with Wilson's interval, which is one even where all succeed.
    /// Without a trial the share is 0 and can be any.
    pub fn estimate(&self) -> Estimate {
        let Share { successes, count } = *self;
        if count == 0 {
            return Estimate { count, value: 0.0, low: 0.0, high: 1.0 };
        }
        let (n, share) = (count as f64, successes as f64 / count as f64);
        let z = Normal::standard().inverse_cdf(UPPER);
        let (zz, scale) = (z * z, 1.0 + z * z / n);
        let centre = (share + zz / (2.0 * n)) / scale;
        let half = z * (share * (1.0 - share) / n + zz / (4.0 * n * n)).sqrt() / scale;
        Estimate {
            count,
            value: share,
            low: (centre - half).max(0.0),
            high: (centre + half).min(1.0),
        }
    }
}

/// The two-proportion z-test, with a common share: the probability of shares at least so far apart
/// if both came from the same. Without trials on a side nothing is improbable.
pub fn two_proportions(a: Share, b: Share) -> f64 {
    let (n, m) = (a.count as f64, b.count as f64);
    let common = (a.successes + b.successes) as f64 / (n + m);
    let error = (common * (1.0 - common) * (1.0 / n + 1.0 / m)).sqrt();
    if error > 0.0 && error.is_finite() {
        let apart = a.successes as f64 / n - b.successes as f64 / m;
        2.0 * Normal::standard().sf(apart.abs() / error)
    } else {
        1.0
    }
}

/// Holm's and Bonferroni's adjustment: with these, the chance that any of the rows differs by
/// chance alone at some level is no more than that level. In the order given.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (rank, place) in order.into_iter().enumerate() {
        let rest = (p_values.len() - rank) as f64;
        largest = largest.max((p_values[place] * rest).min(1.0));
        adjusted[place] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(value: f64, expected: f64, tolerance: f64) {
        assert!((value - expected).abs() < tolerance, "{value} and not {expected}");
    }

    /// The third example in Welch's test's usual presentation: t = -2.22, 24.5 degrees of freedom,
    /// p = 0.036 (reported as 0.021 and 0.036 for neighbouring examples).
    #[test]
    fn welch_has_the_known_answers() {
        let a = [19.8, 20.4, 19.6, 17.8, 18.5, 18.9, 18.3, 18.9, 19.5, 22.0];
        let b = [
            28.2, 26.6, 20.1, 23.3, 25.2, 22.1, 17.7, 27.6, 20.6, 13.7, 23.2, 17.5, 20.6, 18.0,
            23.9, 21.6, 24.3, 20.4, 24.0, 13.2,
        ];
        let (a, b) = (Sample::of(&a).unwrap(), Sample::of(&b).unwrap());
        about(a.mean, 19.37, 1e-9);
        about(b.mean, 21.59, 1e-9);
        about(welch(&a, &b), 0.0359722710297968, 1e-6);
        about(welch(&b, &a), welch(&a, &b), 1e-12);
    }

    #[test]
    fn samples_without_variance_differ_or_do_not() {
        let sample = |value| Sample::of(&[value; 5]).unwrap();
        assert_eq!(welch(&sample(2.0), &sample(2.0)), 1.0);
        assert_eq!(welch(&sample(2.0), &sample(3.0)), 0.0);
        assert_eq!(Sample::of(&[1.0]), None);
    }

    /// Of 1, 2, 3, 4, 5: standard error sqrt(0.5), Student's 97.5 % at 4 degrees 2.776.
    #[test]
    fn intervals_are_those_of_student_and_wilson() {
        let mean = Sample::of(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap().estimate();
        about(mean.value, 3.0, 1e-12);
        about(mean.high - mean.value, 2.776_445 * 0.5f64.sqrt(), 1e-5);
        about(mean.value - mean.low, mean.high - mean.value, 1e-12);
        // Wilson: 81 of 263 is 0.3080 with 0.2553 to 0.3662 (Newcombe 1998, table I).
        let share = Share { successes: 81, count: 263 }.estimate();
        about(share.low, 0.2553, 5e-5);
        about(share.high, 0.3662, 5e-5);
        let all = Share { successes: 10, count: 10 }.estimate();
        assert_eq!((all.value, all.high), (1.0, 1.0));
        about(all.low, 0.7225, 5e-5);
    }

    /// 30 of 100 and 45 of 100: common share 0.375, z = 0.15 / sqrt(0.375 * 0.625 * 0.02) = 2.1909.
    #[test]
    fn two_proportions_have_the_known_answer() {
        let share = |successes, count| Share { successes, count };
        about(two_proportions(share(30, 100), share(45, 100)), 0.028_460, 1e-5);
        assert_eq!(two_proportions(share(7, 7), share(9, 9)), 1.0);
        assert_eq!(two_proportions(share(0, 0), share(3, 9)), 1.0);
    }

    /// Holm's own procedure on four values.
    #[test]
    fn the_number_of_rows_is_paid_for() {
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        let expected = [0.03, 0.06, 0.06, 0.02];
        adjusted.into_iter().zip(expected).for_each(|(one, other)| about(one, other, 1e-12));
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }
}
