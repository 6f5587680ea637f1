//! Churn: when a node is online, when it is away, and how it leaves.
//!
//! A node alternates between a session and an absence, as in OverSim's `LifetimeChurn`. A run
//! begins in the middle of these lives, and not with a session of everyone: which nodes are
//! there, and how long they stay, is what it is in the long run ([`Life::stationary`]).

use super::config::{ChurnConfig, LengthDistribution};
use super::diurnal::Day;
use super::individual::{self, Individual};
use crate::network::placement::{self, Placement};
use crate::protocol::NodeIndex;
use crate::rng::distribution::{exponential, lognormal, pareto_shifted, unit, weibull};
use crate::rng::{Purpose, Seed, Stream};
use crate::time::{Duration, Instant};
use rand::Rng;
use std::collections::BTreeMap;

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

/// The lives of the nodes of one run. A node's state is its position in its own stream: 8 bytes,
/// zero at the beginning, so that what is drawn here moves no other draw of the run.
#[derive(Clone, Debug)]
pub struct Sessions {
    seed: Seed,
    /// How nodes of each class live; `None` for those that stay. One for all if no class differs.
    laws: Vec<Option<Law>>,
    /// Which node belongs to which class; absent if one law is for all.
    placement: Option<Placement>,
}

/// How nodes live.
#[derive(Clone, Copy, Debug)]
struct Law {
    lengths: Lengths,
    graceful: f64,
    day: Option<Day>,
}

#[derive(Clone, Copy, Debug)]
enum Lengths {
    /// Sessions and absences of all nodes alike.
    Alike([LengthDistribution; 2]),
    /// Those of each node around means of its own.
    Individual(Individual),
}

/// The life of one node.
#[derive(Clone, Copy, Debug)]
pub struct Life {
    seed: Seed,
    node: NodeIndex,
    lifetime: LengthDistribution,
    deadtime: LengthDistribution,
    graceful: f64,
    day: Option<Day>,
    /// Whether the rest of a session is known to have a distribution that can be drawn from.
    has_known_rest: bool,
}

impl Sessions {
    /// The lives of `nodes` nodes; none if all stay, or if joins and leaves are not those of
    /// single lives. `of_classes` has what holds for the nodes of each class of these shares
    /// instead of `config`, and is empty if nothing does.
    pub fn new(
        seed: Seed,
        config: &ChurnConfig,
        of_classes: &BTreeMap<usize, ChurnConfig>,
        shares: &[f64],
        nodes: u32,
    ) -> Option<Self> {
        let all = || (0..nodes).map(NodeIndex);
        if of_classes.is_empty() {
            let law = Law::new(seed, config, all())?;
            return Some(Sessions { seed, laws: vec![Some(law)], placement: None });
        }
        let placement = Placement::by_share(seed, placement::CLASS, shares);
        let law = |class| {
            let members = all().filter(|&node| placement.of(node) == class);
            Law::new(seed, of_classes.get(&class).unwrap_or(config), members)
        };
        let laws: Vec<_> = (0..shares.len()).map(law).collect();
        let is_any = laws.iter().any(Option::is_some);
        is_any.then_some(Sessions { seed, laws, placement: Some(placement) })
    }

    /// The life of a node; `None` if it stays.
    pub fn of(&self, node: NodeIndex) -> Option<Life> {
        let class = self.placement.as_ref().map_or(0, |placement| placement.of(node));
        let Law { lengths, graceful, day } = self.laws[class]?;
        let (has_known_rest, [lifetime, deadtime]) = match lengths {
            Lengths::Alike(lengths) => (false, lengths),
            Lengths::Individual(individual) => (day.is_none(), individual.of(node)),
        };
        Some(Life { seed: self.seed, node, lifetime, deadtime, graceful, day, has_known_rest })
    }
}

impl Law {
    fn new(
        seed: Seed,
        config: &ChurnConfig,
        nodes: impl Iterator<Item = NodeIndex>,
    ) -> Option<Self> {
        let (lengths, graceful, diurnal) = match *config {
            ChurnConfig::Lifetime { lifetime, deadtime, graceful_leave_probability, diurnal } => {
                (Lengths::Alike([lifetime, deadtime]), graceful_leave_probability, diurnal)
            }
            ChurnConfig::Pareto {
                lifetime_mean,
                deadtime_mean,
                graceful_leave_probability,
                diurnal,
            } => {
                let individual = Individual::new(seed, lifetime_mean, deadtime_mean, nodes);
                (Lengths::Individual(individual), graceful_leave_probability, diurnal)
            }
            ChurnConfig::None | ChurnConfig::Random(_) | ChurnConfig::Trace(_) => return None,
        };
        Some(Law { lengths, graceful, day: diurnal.map(Day::new) })
    }
}

impl Life {
    /// Mean sessions and absences that pass before a run begins. The state with which such a
    /// life starts is right on average, so this has only to even out the ages of sessions.
    const CYCLES_BEFORE: u64 = 30;

    /// Where a node is in its life when the run begins: its life is followed from long before.
    /// The rest of a session is longer than a session on average where its distribution has a
    /// heavy tail, as a long session is the more likely one to be met.
    pub fn stationary(&self, position: &mut u64) -> State {
        let mut stream = self.stream(*position);
        let mut online = unit(stream.next_u64()) < self.expected_availability();
        if self.has_known_rest {
            let lengths = if online { &self.lifetime } else { &self.deadtime };
            let rest = rest_of_pareto(stream.next_u64(), lengths.mean());
            *position = stream.position();
            return if online { State::Online(rest) } else { State::Away(rest) };
        }
        let cycle = self.lifetime.mean() + self.deadtime.mean();
        // As far back as the longest means leave room for.
        let most = Duration::MAX.as_nanos() / 2 / cycle.as_nanos();
        let begin = cycle * Self::CYCLES_BEFORE.min(most);
        let mut passed = Duration::ZERO;
        loop {
            let lengths = if online { &self.lifetime } else { &self.deadtime };
            let drawn = lengths.draw(stream.next_u64());
            let since = passed.as_secs_f64() - begin.as_secs_f64();
            passed = passed + if online { drawn } else { self.lasting(drawn, since) };
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
    pub fn session(&self, position: &mut u64) -> Duration {
        self.lifetime.draw(self.bits(position))
    }

    /// The length of an absence that begins now; never zero.
    pub fn absence(&self, position: &mut u64, now: Instant) -> Duration {
        let drawn = self.deadtime.draw(self.bits(position));
        self.lasting(drawn, Duration::from_nanos(now.as_nanos()).as_secs_f64())
    }

    /// The manner of leaving.
    pub fn departure(&self, position: &mut u64) -> Departure {
        if unit(self.bits(position)) < self.graceful {
            Departure::Graceful
        } else {
            Departure::Crash
        }
    }

    /// The share of its time that the node is online in the long run, but for the time of day.
    pub fn expected_availability(&self) -> f64 {
        let online = self.lifetime.mean().as_secs_f64();
        online / (online + self.deadtime.mean().as_secs_f64())
    }

    /// What the node's sessions and absences are drawn from.
    pub fn lengths(&self) -> [LengthDistribution; 2] {
        [self.lifetime, self.deadtime]
    }

    /// How long an absence lasts that is drawn so long and begins `from` seconds after the
    /// beginning of the run.
    fn lasting(&self, drawn: Duration, from: f64) -> Duration {
        self.day.map_or(drawn, |day| day.lasting(drawn, from))
    }

    fn stream(&self, position: u64) -> Stream {
        Stream::resume(self.seed, Purpose::Churn, u64::from(self.node.0), position)
    }

    fn bits(&self, position: &mut u64) -> u64 {
        let mut stream = self.stream(*position);
        let bits = stream.next_u64();
        *position = stream.position();
        bits
    }
}

/// What is left, at an instant that knows nothing of it, of a length that is Pareto distributed
/// with this mean and [`individual::SHAPE`]: it has the same scale and a shape less by one.
fn rest_of_pareto(bits: u64, mean: Duration) -> Duration {
    let scale = mean.as_secs_f64() * (individual::SHAPE - 1.0);
    let seconds = pareto_shifted(bits, scale, individual::SHAPE - 1.0);
    Duration::from_secs_f64(seconds).max(Duration::from_nanos(1))
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
        let config = ChurnConfig::Lifetime {
            lifetime,
            deadtime: LengthDistribution::Exponential { mean: HOUR / 3 },
            graceful_leave_probability: 0.3,
            diurnal: None,
        };
        of(&config).expect("nodes come and go")
    }

    fn of(config: &ChurnConfig) -> Option<Sessions> {
        Sessions::new(Seed(8), config, &BTreeMap::new(), &[1.0], 20_000)
    }

    fn life(sessions: &Sessions, node: NodeIndex) -> Life {
        sessions.of(node).expect("all come and go")
    }

    /// Lengths in hours of the first ten sessions of 2,000 nodes, in ascending order.
    fn lengths(lifetime: LengthDistribution) -> Vec<f64> {
        let sessions = sessions(lifetime);
        let mut lengths = Vec::new();
        for node in (0..2_000).map(NodeIndex) {
            let mut position = 0;
            let life = life(&sessions, node);
            lengths.extend((0..10).map(|_| life.session(&mut position).as_secs_f64()));
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
            if let State::Online(rest) = life(&sessions, node).stationary(&mut position) {
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
        let departures =
            (0..10_000).map(|_| life(&sessions, NodeIndex(3)).departure(&mut position));
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
        assert!(of(&ChurnConfig::None).is_none());
    }
}
