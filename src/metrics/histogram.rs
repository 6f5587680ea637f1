//! Distributions of integers.

use super::number;
use serde::{Deserialize, Serialize};

/// A distribution of integers: exact up to 2,047 (rounds, hops, requests), three significant
/// digits above (latencies in microseconds). Count, sum, minimum and maximum are exact.
#[derive(Clone, Debug)]
pub struct Histogram {
    buckets: hdrhistogram::Histogram<u64>,
    sum: u128,
    min: u64,
    max: u64,
}

/// A distribution in a few numbers, in the unit of what was recorded.
///
/// A percentile is the smallest recorded value that at least that share of the values does not
/// exceed (nearest rank). Of no values at all, everything is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Percentiles {
    /// Number of values.
    pub count: u64,
    /// Arithmetic mean.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub mean: f64,
    /// Smallest value.
    pub min: u64,
    /// 1st percentile.
    pub p1: u64,
    /// 5th percentile.
    pub p5: u64,
    /// 10th percentile.
    pub p10: u64,
    /// 25th percentile.
    pub p25: u64,
    /// Median.
    pub p50: u64,
    /// 75th percentile.
    pub p75: u64,
    /// 90th percentile.
    pub p90: u64,
    /// 95th percentile.
    pub p95: u64,
    /// 99th percentile.
    pub p99: u64,
    /// Largest value.
    pub max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl Histogram {
    /// An empty distribution.
    pub fn new() -> Self {
        let buckets =
            hdrhistogram::Histogram::new(3).expect("three digits are within what it takes");
        Histogram { buckets, sum: 0, min: u64::MAX, max: 0 }
    }

    /// Adds one value.
    pub fn record(&mut self, value: u64) {
        self.buckets.record(value).expect("the histogram grows with its values");
        self.sum += u128::from(value);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// Adds all values of `other`.
    pub fn merge(&mut self, other: &Histogram) {
        self.buckets.add(&other.buckets).expect("the histogram grows with its values");
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.buckets.len()
    }

    /// Arithmetic mean; zero of no values.
    pub fn mean(&self) -> f64 {
        match self.count() {
            0 => 0.0,
            count => self.sum as f64 / count as f64,
        }
    }

    /// The distribution in a few numbers.
    pub fn summary(&self) -> Percentiles {
        if self.count() == 0 {
            return Percentiles::default();
        }
        let [p1, p5, p10, p25, p50, p75, p90, p95, p99] =
            self.percentiles([1, 5, 10, 25, 50, 75, 90, 95, 99]);
        Percentiles {
            count: self.count(),
            mean: self.mean(),
            min: self.min,
            p1,
            p5,
            p10,
            p25,
            p50,
            p75,
            p90,
            p95,
            p99,
            max: self.max,
        }
    }

    /// Every distinct value that was recorded (above 2,047: every bucket, by its largest value)
    /// with the number of values up to it.
    pub fn cdf(&self) -> Vec<(u64, u64)> {
        let mut cumulative = 0;
        self.buckets
            .iter_recorded()
            .map(|step| {
                cumulative += step.count_at_value();
                (step.value_iterated_to().clamp(self.min, self.max), cumulative)
            })
            .collect()
    }

    /// Values at ascending whole percentages, by integer arithmetic alone.
    fn percentiles<const N: usize>(&self, percents: [u64; N]) -> [u64; N] {
        let mut values = [0; N];
        let mut next = 0;
        for (value, cumulative) in self.cdf() {
            while next < N && cumulative >= (percents[next] * self.count()).div_ceil(100) {
                values[next] = value;
                next += 1;
            }
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram = Histogram::new();
        values.into_iter().for_each(|value| histogram.record(value));
        histogram
    }

    #[test]
    fn small_numbers_are_exact() {
        let summary = of((1..=100).rev()).summary();
        assert_eq!((summary.count, summary.min, summary.max), (100, 1, 100));
        assert_eq!((summary.p1, summary.p10, summary.p25, summary.p50), (1, 10, 25, 50));
        assert_eq!((summary.p90, summary.p99), (90, 99));
        assert_eq!(summary.mean, 50.5);
    }

    #[test]
    fn equal_latencies_stay_what_they_are() {
        let summary = of([480_000; 7]).summary();
        assert_eq!((summary.p1, summary.p50, summary.p99), (480_000, 480_000, 480_000));
        assert_eq!(summary.mean, 480_000.0);
    }

    #[test]
    fn large_numbers_keep_three_digits_and_an_exact_mean() {
        let summary = of([1_000_001, 2_000_002, 9_000_003]).summary();
        assert_eq!((summary.min, summary.max), (1_000_001, 9_000_003));
        assert_eq!(summary.mean, 4_000_002.0);
        assert!(summary.p50.abs_diff(2_000_002) <= 2_000);
    }

    #[test]
    fn merging_is_recording_both() {
        let mut left = of([1, 2, 3]);
        left.merge(&of([1_000_000, 0]));
        assert_eq!(left.summary(), of([0, 1, 2, 3, 1_000_000]).summary());
        left.merge(&Histogram::new());
        assert_eq!(left.count(), 5);
    }

    #[test]
    fn the_cdf_counts_up_to_each_value() {
        assert_eq!(of([3, 5, 3, 9]).cdf(), [(3, 2), (5, 3), (9, 4)]);
        assert_eq!(Histogram::new().cdf(), []);
        assert_eq!(Histogram::new().summary(), Percentiles::default());
    }
}
