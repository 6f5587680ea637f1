//! Means and medians of a few runs, with 95 % intervals by resampling (the bootstrap of Efron).
//!
//! The interval is the *expanded percentile* interval (Hesterberg 2015, "What Teachers Should Know
//! About the Bootstrap", section 5.3). The plain percentile interval is too narrow for few runs, by
//! the factor `sqrt((n - 1) / n)` and for the lack of the tails of Student's distribution; so the
//! percentiles are taken further out, at `Phi(-sqrt(n / (n - 1)) t)` with `t` the 2.5 % point of
//! Student's distribution with `n - 1` degrees of freedom. For means of normal values that meets
//! Student's interval, and for skewed ones it keeps the skew of the values. BCa corrects bias and
//! skew but not the narrowness, which is the larger error of few runs.
//!
//! No percentile reaches beyond the smallest and the largest value, so that below 6 runs the
//! interval covers less than it says: with n runs at most `1 - 2^(1 - n)` for a median.

use crate::rng::{Purpose, Seed, Stream};
use rand::Rng;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// How often values are drawn anew.
pub const RESAMPLES: usize = 5_000;
/// Two-sided 95 %: this much of a distribution lies below the lower end.
const LOWER: f64 = 0.025;
/// Where the draws start, in every sweep: an interval depends on its values alone.
const SEED: Seed = Seed(0);

/// An estimate with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean or median of the values.
    pub value: f64,
    /// Lower and upper end of its 95 % interval; `None` of a single value.
    pub interval: Option<(f64, f64)>,
}

/// What a list of values comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Number of values.
    pub count: usize,
    /// Their mean.
    pub mean: Estimate,
    /// Their median.
    pub median: Estimate,
}

/// Draws with replacement out of a number of values, the same for all lists of so many.
#[derive(Clone, Debug)]
pub struct Resamples {
    count: usize,
    /// Ranks, `count` after each other for each resample.
    picks: Vec<u16>,
    /// The ranks in the middle of each resample; the same one twice, if `count` is odd.
    middles: Vec<(u16, u16)>,
    /// Place of the lower end among the resamples in ascending order.
    lower: usize,
}

impl Resamples {
    /// Those of `count` values.
    ///
    /// # Panics
    /// If there is no value, or more than 65,536.
    pub fn of(count: usize) -> Self {
        assert!((1..=1 << 16).contains(&count), "a point has from 1 to 65,536 runs");
        let mut stream = Stream::new(SEED, Purpose::Resampling, count as u64);
        // The high half of a 32-bit draw times the count: uniform but for one part in 65,536.
        let mut pick = || ((u64::from(stream.next_u32()) * count as u64) >> 32) as u16;
        let picks: Vec<u16> = (0..RESAMPLES * count).map(|_| pick()).collect();
        let middles = picks.chunks(count).map(middle).collect();
        Resamples { count, picks, middles, lower: place_of_lower(count) }
    }

    /// Mean and median of `values`, each with its interval.
    ///
    /// # Panics
    /// If these are not as many values as the resamples are of.
    pub fn summary(&self, values: &[f64]) -> Summary {
        assert_eq!(values.len(), self.count, "the resamples are of as many values");
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let half =
            |(low, high): (u16, u16)| f64::midpoint(sorted[low as usize], sorted[high as usize]);
        let ranks: Vec<u16> = (0..self.count).map(|rank| rank as u16).collect();
        let mean = sorted.iter().sum::<f64>() / self.count as f64;
        let median = half(middle(&ranks));
        let interval = |estimates: &mut dyn Iterator<Item = f64>| {
            let mut estimates: Vec<f64> = estimates.collect();
            let mut at = |place| *estimates.select_nth_unstable_by(place, f64::total_cmp).1;
            (at(self.lower), at(RESAMPLES - 1 - self.lower))
        };
        let is_constant = sorted[0] == sorted[self.count - 1];
        let (of_mean, of_median) = match self.count {
            1 => (None, None),
            _ if is_constant => (Some((sorted[0], sorted[0])), Some((sorted[0], sorted[0]))),
            _ => {
                let sum =
                    |picks: &[u16]| picks.iter().map(|&rank| sorted[rank as usize]).sum::<f64>();
                let means = self.picks.chunks(self.count).map(sum);
                let mut means = means.map(|sum| sum / self.count as f64);
                let mut medians = self.middles.iter().map(|&middle| half(middle));
                (Some(interval(&mut means)), Some(interval(&mut medians)))
            }
        };
        let mean =
            Estimate { value: if is_constant { sorted[0] } else { mean }, interval: of_mean };
        let median = Estimate { value: median, interval: of_median };
        Summary { count: self.count, mean, median }
    }
}

/// The middle rank of some, or the two in the middle.
fn middle(picks: &[u16]) -> (u16, u16) {
    let mut sorted = picks.to_vec();
    sorted.sort_unstable();
    (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2])
}

fn place_of_lower(count: usize) -> usize {
    if count < 2 {
        return 0;
    }
    let n = count as f64;
    let student = StudentsT::new(0.0, 1.0, n - 1.0).expect("two values leave a degree of freedom");
    let t = student.inverse_cdf(1.0 - LOWER);
    let level = Normal::standard().cdf(-(n / (n - 1.0)).sqrt() * t);
    ((level * (RESAMPLES + 1) as f64).floor() as usize).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::distribution::{exponential, standard_normal};

    /// How many of 1,000 lists of `count` values have intervals around the true mean and median.
    fn covered(count: usize, truth: (f64, f64), draw: impl Fn(&mut Stream) -> f64) -> (u32, u32) {
        let resamples = Resamples::of(count);
        let within = |estimate: Estimate, truth: f64| {
            let (low, high) = estimate.interval.expect("there are several values");
            u32::from((low..=high).contains(&truth))
        };
        (0..1_000u64).fold((0, 0), |(means, medians), repeat| {
            let mut stream = Stream::new(Seed(11), Purpose::Test, repeat);
            let values: Vec<f64> = (0..count).map(|_| draw(&mut stream)).collect();
            let summary = resamples.summary(&values);
            (means + within(summary.mean, truth.0), medians + within(summary.median, truth.1))
        })
    }

    fn normal(stream: &mut Stream) -> f64 {
        standard_normal(stream.next_u64())
    }

    /// 950 of 1,000 are expected, with a standard deviation of 6.9: three of them either way.
    const BAND: std::ops::RangeInclusive<u32> = 929..=971;

    /// The table in docs/sweep.md, which quotes what is counted here.
    #[test]
    fn intervals_cover_at_their_rate() {
        let exponential = |stream: &mut Stream| exponential(stream.next_u64(), 1.0);
        let median = std::f64::consts::LN_2;
        let counts = [6, 8, 10, 20, 50];
        let of_normal = counts.map(|count| covered(count, (0.0, 0.0), normal));
        let of_skewed = counts.map(|count| covered(count, (1.0, median), exponential));
        let page = include_str!("../../docs/sweep.md");
        let each = counts.iter().zip(of_normal.iter().zip(&of_skewed));
        let rows = each.map(|(count, (normal, skewed))| {
            format!("| {count} | {} | {} | {} | {} |", normal.0, skewed.0, normal.1, skewed.1)
        });
        let missing: Vec<String> = rows.filter(|row| !page.contains(row)).collect();
        assert!(missing.is_empty(), "docs/sweep.md has the rows\n{}", missing.join("\n"));
        for (means, medians) in &of_normal[1..] {
            assert!(BAND.contains(means), "means of normal values: {means} of 1000");
            // An interval of a median ends at values, so that it cannot hit its rate; it does not
            // miss it from below.
            assert!(medians >= BAND.start(), "medians: {medians} of 1000");
        }
        // No interval of a mean holds its rate for few values of a distribution with a long tail.
        assert!((890..950).contains(&of_skewed[2].0), "10 values: {of_skewed:?}");
        assert!((920..972).contains(&of_skewed[4].0), "50 values: {of_skewed:?}");
    }

    #[test]
    fn estimates_are_those_of_the_values() {
        let summary = Resamples::of(4).summary(&[4.0, 1.0, 2.0, 10.0]);
        assert_eq!((summary.count, summary.mean.value, summary.median.value), (4, 4.25, 3.0));
        let (low, high) = summary.mean.interval.expect("four values");
        assert!((1.0..4.25).contains(&low) && high > 4.25 && high <= 10.0);
        assert_eq!(summary, Resamples::of(4).summary(&[1.0, 2.0, 4.0, 10.0]), "in any order");
        assert_eq!(Resamples::of(1).summary(&[3.0]).mean, Estimate { value: 3.0, interval: None });
        let constant = Resamples::of(3).summary(&[0.1; 3]);
        assert_eq!(constant.mean, Estimate { value: 0.1, interval: Some((0.1, 0.1)) });
    }
}
