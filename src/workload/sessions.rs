//! Churn: when a node is online, when it is away, and how it leaves.
//!
//! A node alternates between a session and an absence, as in OverSim's `LifetimeChurn`. A run
//! begins in the middle of these lives, and not with a session of everyone: which nodes are
//! there, and how long they stay, is what it is in the long run ([`Sessions::stationary`]).

use super::config::{ChurnConfig, LengthDistribution};
use crate::protocol::NodeIndex;
use crate::rng::distribution::{exponential, lognormal, pareto_shifted, unit, weibull};
use crate::rng::{Purpose, Seed, Stream};
use crate::time::Duration;
use rand::Rng;

/// How a node leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// It is told, and may tell others.
    Graceful,
    /// It is gone from one instant to the next.
    Crash,
}

/// Where a node is in its life when the run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// In a session that will last so much longer.
    Online(Duration),
    /// In an absence that will last so much longer.
    Away(Duration),
}

/// The churn of one run. A node's state is its position in its own stream: 8 bytes, zero at the
/// beginning, so that what is drawn here moves no other draw of the run.
#[derive(Clone, Copy, Debug)]
pub struct Sessions {
    seed: Seed,
    lifetime: LengthDistribution,
    deadtime: LengthDistribution,
    graceful: f64,
}

impl Sessions {
    /// Mean sessions and absences that pass before a run begins. The state with which such a
    /// life starts is right on average, so this has only to even out the ages of sessions.
    const CYCLES_BEFORE: u64 = 30;

    /// The churn of this configuration; none if nodes stay.
    pub fn new(seed: Seed, config: &ChurnConfig) -> Option<Self> {
        let ChurnConfig::Lifetime { lifetime, deadtime, graceful_leave_probability } = *config
        else {
            return None;
        };
        Some(Sessions { seed, lifetime, deadtime, graceful: graceful_leave_probability })
    }

    /// Where a node is in its life when the run begins: its life is followed from long before.
    /// The rest of a session is longer than a session on average where its distribution has a
    /// heavy tail, as a long session is the more likely one to be met.
    pub fn stationary(&self, node: NodeIndex, position: &mut u64) -> State {
        let mut stream = self.stream(node, *position);
        let cycle = self.lifetime.mean() + self.deadtime.mean();
        // As far back as the longest means leave room for.
        let most = Duration::MAX.as_nanos() / 2 / cycle.as_nanos();
        let begin = cycle * Self::CYCLES_BEFORE.min(most);
        let mut online = unit(stream.next_u64()) < self.expected_availability();
        let mut passed = Duration::ZERO;
        loop {
            let lengths = if online { &self.lifetime } else { &self.deadtime };
            passed = passed + lengths.draw(stream.next_u64());
            if passed > begin {
                break;
            }
            online = !online;
        }
        *position = stream.position();
        let rest = Duration::from_nanos(passed.as_nanos() - begin.as_nanos());
        if online { State::Online(rest) } else { State::Away(rest) }
    }

    /// The length of a session; never zero.
    pub fn session(&self, node: NodeIndex, position: &mut u64) -> Duration {
        self.lifetime.draw(self.bits(node, position))
    }

    /// The length of an absence; never zero.
    pub fn absence(&self, node: NodeIndex, position: &mut u64) -> Duration {
        self.deadtime.draw(self.bits(node, position))
    }

    /// The manner of leaving.
    pub fn departure(&self, node: NodeIndex, position: &mut u64) -> Departure {
        if unit(self.bits(node, position)) < self.graceful {
            Departure::Graceful
        } else {
            Departure::Crash
        }
    }

    /// The share of its time that a node is online in the long run.
    pub fn expected_availability(&self) -> f64 {
        let online = self.lifetime.mean().as_secs_f64();
        online / (online + self.deadtime.mean().as_secs_f64())
    }

    fn stream(&self, node: NodeIndex, position: u64) -> Stream {
        Stream::resume(self.seed, Purpose::Churn, u64::from(node.0), position)
    }

    fn bits(&self, node: NodeIndex, position: &mut u64) -> u64 {
        let mut stream = self.stream(node, *position);
        let bits = stream.next_u64();
        *position = stream.position();
        bits
    }
}

impl LengthDistribution {
    /// The mean length.
    pub fn mean(&self) -> Duration {
        match *self {
            LengthDistribution::Weibull { mean, .. }
            | LengthDistribution::Exponential { mean }
            | LengthDistribution::ParetoShifted { mean, .. }
            | LengthDistribution::LogNormal { mean, .. } => mean,
        }
    }

    /// The length that belongs to 64 uniform bits; at least a nanosecond, so that what begins
    /// also ends later.
    ///
    /// # Panics
    /// If the distribution has no mean: a shape at or below 0, or of a Pareto at or below 1.
    pub fn draw(&self, bits: u64) -> Duration {
        let mean = self.mean().as_secs_f64();
        let seconds = match *self {
            LengthDistribution::Exponential { .. } => exponential(bits, mean),
            LengthDistribution::Weibull { shape, .. } => {
                assert!(shape > 0.0, "the shape of a Weibull distribution is above 0");
                weibull(bits, mean / libm::tgamma(1.0 + 1.0 / shape), shape)
            }
            LengthDistribution::ParetoShifted { shape, .. } => {
                assert!(shape > 1.0, "a Pareto distribution has a mean if its shape is above 1");
                pareto_shifted(bits, mean * (shape - 1.0), shape)
            }
            LengthDistribution::LogNormal { shape, .. } => {
                assert!(shape >= 0.0, "a standard deviation is not negative");
                lognormal(bits, libm::log(mean) - shape * shape / 2.0, shape)
            }
        };
        Duration::from_secs_f64(seconds).max(Duration::from_nanos(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::distribution::testing::{kolmogorov_smirnov, mean};

    const HOUR: Duration = Duration::from_secs(3_600);

    fn sessions(lifetime: LengthDistribution) -> Sessions {
        let deadtime = LengthDistribution::Exponential { mean: HOUR / 3 };
        let config = ChurnConfig::Lifetime { lifetime, deadtime, graceful_leave_probability: 0.3 };
        Sessions::new(Seed(8), &config).expect("nodes come and go")
    }

    /// Lengths in hours of the first ten sessions of 2,000 nodes, in ascending order.
    fn lengths(lifetime: LengthDistribution) -> Vec<f64> {
        let sessions = sessions(lifetime);
        let mut lengths = Vec::new();
        for node in (0..2_000).map(NodeIndex) {
            let mut position = 0;
            lengths.extend((0..10).map(|_| sessions.session(node, &mut position).as_secs_f64()));
        }
        lengths.iter_mut().for_each(|length| *length /= HOUR.as_secs_f64());
        lengths.sort_by(f64::total_cmp);
        lengths
    }

    #[test]
    fn exponential_sessions() {
        let lengths = lengths(LengthDistribution::Exponential { mean: HOUR });
        assert!(kolmogorov_smirnov(&lengths, |x| 1.0 - libm::exp(-x)) < 1.95);
        assert!((mean(&lengths) - 1.0).abs() < 0.03);
    }

    /// A shape of one half has the mean `2 * scale`.
    #[test]
    fn weibull_sessions() {
        let lengths = lengths(LengthDistribution::Weibull { mean: HOUR, shape: 0.5 });
        let distribution = |x: f64| 1.0 - libm::exp(-libm::sqrt(x * 2.0));
        assert!(kolmogorov_smirnov(&lengths, distribution) < 1.95);
        assert!((mean(&lengths) - 1.0).abs() < 0.06);
    }

    #[test]
    fn pareto_sessions() {
        let lengths = lengths(LengthDistribution::ParetoShifted { mean: HOUR, shape: 3.0 });
        let distribution = |x: f64| 1.0 - libm::pow(1.0 + x / 2.0, -3.0);
        assert!(kolmogorov_smirnov(&lengths, distribution) < 1.95);
        assert!((mean(&lengths) - 1.0).abs() < 0.06);
    }

    #[test]
    fn lognormal_sessions() {
        let lengths = lengths(LengthDistribution::LogNormal { mean: HOUR, shape: 0.8 });
        let distribution = |x: f64| {
            let z = (libm::log(x) + 0.32) / 0.8;
            0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
        };
        assert!(kolmogorov_smirnov(&lengths, distribution) < 1.95);
        assert!((mean(&lengths) - 1.0).abs() < 0.04);
    }

    /// The rest of a session from a random instant has the distribution of the integrated tail:
    /// for Weibull with shape 1/2 and scale s it is `1 - (1 + sqrt(x/s)) exp(-sqrt(x/s))`.
    #[test]
    fn a_run_begins_in_the_steady_state() {
        let sessions = sessions(LengthDistribution::Weibull { mean: HOUR, shape: 0.5 });
        let mut rests = Vec::new();
        for node in (0..20_000).map(NodeIndex) {
            let mut position = 0;
            if let State::Online(rest) = sessions.stationary(node, &mut position) {
                rests.push(rest.as_secs_f64() / HOUR.as_secs_f64());
            }
        }
        // Five standard deviations of 20,000 draws with probability 0.75.
        let online = rests.len() as f64 / 20_000.0;
        assert!((online - 0.75).abs() < 0.0154, "{online}");
        rests.sort_by(f64::total_cmp);
        let distribution = |x: f64| {
            let root = libm::sqrt(2.0 * x);
            1.0 - (1.0 + root) * libm::exp(-root)
        };
        assert!(kolmogorov_smirnov(&rests, distribution) < 1.95);
    }

    #[test]
    fn the_share_of_good_leaves_is_as_configured() {
        let sessions = sessions(LengthDistribution::Exponential { mean: HOUR });
        let mut position = 0;
        let departures = (0..10_000).map(|_| sessions.departure(NodeIndex(3), &mut position));
        let graceful = departures.filter(|&departure| departure == Departure::Graceful).count();
        // Five standard deviations of 10,000 draws with probability 0.3.
        assert!((graceful as f64 / 10_000.0 - 0.3).abs() < 0.023, "{graceful}");
    }

    #[test]
    fn lengths_are_never_zero() {
        let tiny = LengthDistribution::Exponential { mean: Duration::from_nanos(1) };
        assert_eq!(tiny.draw(u64::MAX), Duration::from_nanos(1));
    }

    #[test]
    fn without_churn_there_are_no_sessions() {
        assert!(Sessions::new(Seed(1), &ChurnConfig::None).is_none());
    }
}
