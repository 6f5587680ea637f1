//! Churn: when a node is online, when it is away, and how it leaves.
//!
//! A node alternates between a session and an absence, as in OverSim's `LifetimeChurn`. Its
//! first session begins when it joins in the init phase and has the full length of the
//! distribution, not the rest of a session that began earlier, as OverSim does it too: the run
//! reaches the steady state during its transition phase.

use super::config::{ChurnConfig, LengthDistribution};
use crate::protocol::NodeIndex;
use crate::rng::distribution::{exponential, lognormal, pareto_shifted, unit, weibull};
use crate::rng::{Purpose, Seed, Stream};
use crate::time::{Duration, Instant};
use rand::Rng;

/// How a node leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// It is told, and may tell others.
    Graceful,
    /// It is gone from one instant to the next.
    Crash,
}

/// The next change in a node's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// It goes offline.
    Leave {
        /// When.
        at: Instant,
        /// In what manner.
        departure: Departure,
    },
    /// It comes online again, under the same key.
    Return {
        /// When.
        at: Instant,
    },
}

impl Transition {
    /// When it happens.
    pub const fn at(self) -> Instant {
        match self {
            Transition::Leave { at, .. } | Transition::Return { at } => at,
        }
    }
}

/// The churn of one run. A node's state is its position in its own stream: 8 bytes, zero at
/// the beginning.
///
/// Drawn in turn are the length of a session, the manner of leaving and the length of an
/// absence; so the position also says whether the node is online, and what is drawn here moves
/// no other draw of the run.
#[derive(Clone, Copy, Debug)]
pub struct Sessions {
    seed: Seed,
    lifetime: LengthDistribution,
    deadtime: LengthDistribution,
    graceful: f64,
}

impl Sessions {
    /// 32-bit words of the stream that a draw takes.
    const WORDS_PER_DRAW: u64 = 2;
    /// Draws of a session, a departure and an absence.
    const DRAWS_PER_CYCLE: u64 = 3;

    /// The churn of this configuration; none if nodes stay.
    pub fn new(seed: Seed, config: &ChurnConfig) -> Option<Self> {
        let ChurnConfig::Lifetime { lifetime, deadtime, graceful_leave_probability } = *config
        else {
            return None;
        };
        Some(Sessions { seed, lifetime, deadtime, graceful: graceful_leave_probability })
    }

    /// When and how a node that joins at `join` leaves for the first time.
    pub fn first(&self, node: NodeIndex, position: &mut u64, join: Instant) -> Transition {
        *position = 0;
        self.next(node, position, join)
    }

    /// What comes after the transition that happens `now`.
    pub fn next(&self, node: NodeIndex, position: &mut u64, now: Instant) -> Transition {
        let draws = *position / Self::WORDS_PER_DRAW;
        if draws.is_multiple_of(Self::DRAWS_PER_CYCLE) {
            let at = now + self.session(node, position);
            Transition::Leave { at, departure: self.departure(node, position) }
        } else {
            Transition::Return { at: now + self.absence(node, position) }
        }
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

    fn bits(&self, node: NodeIndex, position: &mut u64) -> u64 {
        let index = u64::from(node.0);
        let mut stream = Stream::resume(self.seed, Purpose::Churn, index, *position);
        let bits = stream.next_u64();
        *position += Self::WORDS_PER_DRAW;
        debug_assert_eq!(*position, stream.position(), "a draw takes two words");
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

    /// A node's life alternates, its time online is the expected share, and so is the share of
    /// good leaves; resuming from the 8 bytes is the same life.
    #[test]
    fn a_life_alternates_and_meets_its_expectations() {
        let sessions = sessions(LengthDistribution::Exponential { mean: HOUR });
        assert!((sessions.expected_availability() - 0.75).abs() < 1e-12);
        let (mut online, mut total, mut graceful) = (0.0, 0.0, 0);
        for node in (0..500).map(NodeIndex) {
            let (mut position, mut now) = (0, Instant::from_nanos(5));
            for cycle in 0..20 {
                let leave = if cycle == 0 {
                    sessions.first(node, &mut position, now)
                } else {
                    sessions.next(node, &mut position, now)
                };
                let Transition::Leave { at, departure } = leave else { panic!("an absence") };
                let back = sessions.next(node, &mut position, at);
                assert!(matches!(back, Transition::Return { .. }) && back.at() > at && at > now);
                online += (at - now).as_secs_f64();
                total += (back.at() - now).as_secs_f64();
                graceful += u32::from(departure == Departure::Graceful);
                now = back.at();
            }
        }
        assert!((online / total - 0.75).abs() < 0.01, "{}", online / total);
        // Five standard deviations of 10,000 draws with probability 0.3.
        assert!((f64::from(graceful) / 10_000.0 - 0.3).abs() < 0.023, "{graceful}");
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
