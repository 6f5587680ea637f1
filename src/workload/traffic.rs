//! When a node's application asks for something.

use super::config::{Amount, Arrivals, WorkloadConfig};
use crate::rng::Stream;
use crate::rng::distribution::{below, exponential, unit_open};
use crate::time::{Duration, Instant};
use rand::Rng;

/// When a run does what.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// Its transition phase begins.
    pub transition: Instant,
    /// Its measurement begins.
    pub measurement: Instant,
    /// It ends.
    pub end: Instant,
}

/// The gaps between the operations of one node; stateless, drawn from a stream of the caller's.
///
/// Operations at a rate go on without end. Those that are counted fill the measurement phase,
/// and the caller counts how many are left.
#[derive(Clone, Copy, Debug)]
pub struct Traffic {
    amount: Amount,
    arrivals: Arrivals,
    /// How long operations that are counted have.
    measurement: Duration,
}

/// What is left to a node that has its operations counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Operations.
    pub operations: u32,
    /// Of the measurement phase.
    pub time: Duration,
}

impl Traffic {
    /// The traffic of this configuration, in a run that measures for so long.
    ///
    /// # Panics
    /// If the rate is negative or not a number, or is to be had all at once.
    pub fn new(config: &WorkloadConfig, measurement: Duration) -> Self {
        if let Amount::Rate(rate) = config.amount {
            assert!(rate >= 0.0, "a rate is not negative");
            assert!(config.arrivals != Arrivals::AtOnce, "a rate has no end and so no instant");
        }
        Traffic { amount: config.amount, arrivals: config.arrivals, measurement }
    }

    /// Operations of each node, where these are counted.
    pub fn count_per_node(&self) -> Option<u32> {
        match self.amount {
            Amount::PerNode(count) => Some(count),
            Amount::Rate(_) | Amount::Total(_) => None,
        }
    }

    /// Operations of all nodes together, where these are counted.
    pub fn total_count(&self) -> Option<u32> {
        match self.amount {
            Amount::Total(count) => Some(count),
            Amount::Rate(_) | Amount::PerNode(_) => None,
        }
    }

    /// From the instant at which a node may begin to its first operation; `None` if it has none
    /// of its own. Draws once at most.
    pub fn first_gap(&self, stream: &mut Stream) -> Option<Duration> {
        match (self.amount, self.arrivals) {
            (Amount::Total(_), _) => None,
            (_, Arrivals::Poisson) => {
                let operations = self.count_per_node().unwrap_or(0);
                self.next_gap(Left { operations, time: self.measurement }, stream)
            }
            (_, Arrivals::Fixed) => {
                // A phase of its own, so that the nodes do not all ask at once.
                let bits = stream.next_u64();
                self.period().map(|period| Duration::from_nanos(below(bits, period.as_nanos())))
            }
            (_, Arrivals::AtOnce) => Some(Duration::ZERO),
        }
    }

    /// From one operation of a node to its next; `None` if there is none. At a rate `left` is
    /// not looked at, and the gap is never zero.
    pub fn next_gap(&self, left: Left, stream: &mut Stream) -> Option<Duration> {
        match (self.amount, self.arrivals) {
            (Amount::Rate(rate), Arrivals::Poisson) => {
                let bits = stream.next_u64();
                let gap = |mean| at_least_a_nanosecond(exponential(bits, mean));
                (rate > 0.0).then(|| gap(1.0 / rate))
            }
            (Amount::Rate(_), _) => self.period(),
            (Amount::Total(_), _) => None,
            (Amount::PerNode(_), _) if left.operations == 0 => None,
            (Amount::PerNode(_), Arrivals::Poisson) => Some(earliest(left, stream.next_u64())),
            (Amount::PerNode(_), Arrivals::Fixed) => self.period(),
            (Amount::PerNode(_), Arrivals::AtOnce) => Some(Duration::ZERO),
        }
    }

    /// From the beginning of the measurement to the operation of this number, where those of all
    /// nodes together are counted.
    pub fn offset(&self, number: u32, bits: u64) -> Duration {
        let length = self.measurement.as_nanos();
        match (self.arrivals, self.total_count()) {
            (Arrivals::Poisson, _) => Duration::from_nanos(below(bits, length)),
            (Arrivals::Fixed, Some(count)) => {
                let nanos = u128::from(length) * u128::from(number) / u128::from(count);
                Duration::from_nanos(nanos as u64)
            }
            _ => Duration::ZERO,
        }
    }

    fn period(&self) -> Option<Duration> {
        match self.amount {
            Amount::Rate(rate) if rate > 0.0 => Some(at_least_a_nanosecond(1.0 / rate)),
            Amount::PerNode(count) => {
                let nanos = self.measurement.as_nanos() / u64::from(count);
                Some(Duration::from_nanos(nanos.max(1)))
            }
            Amount::Rate(_) | Amount::Total(_) => None,
        }
    }
}

/// The earliest of so many instants, each uniform in what is left of the time: drawn one after
/// another like this, they are a Poisson process of which the number is known.
fn earliest(left: Left, bits: u64) -> Duration {
    let later = libm::pow(unit_open(bits), 1.0 / f64::from(left.operations));
    let nanos = (1.0 - later) * left.time.as_nanos() as f64;
    Duration::from_nanos(nanos as u64)
}

/// Operations at a rate are never at the same instant, so no instant is endless.
fn at_least_a_nanosecond(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds).max(Duration::from_nanos(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::distribution::testing::{kolmogorov_smirnov, mean};
    use crate::rng::{Purpose, Seed};
    use crate::time::Instant;
    use crate::workload::config::WorkloadKind;

    const MINUTE: Duration = Duration::from_secs(60);
    const END: Instant = Instant::from_nanos(60_000_000_000);
    const ANY: Left = Left { operations: 0, time: Duration::ZERO };

    fn traffic(amount: Amount, arrivals: Arrivals) -> Traffic {
        Traffic::new(&WorkloadConfig { kind: WorkloadKind::Lookup, amount, arrivals }, MINUTE)
    }

    fn stream(node: u64) -> Stream {
        Stream::new(Seed(3), Purpose::Traffic, node)
    }

    /// All operations of a node, if the measurement begins with the run.
    fn instants(traffic: &Traffic, node: u64) -> Vec<Instant> {
        let mut stream = stream(node);
        let mut instants = Vec::new();
        let mut gap = traffic.first_gap(&mut stream);
        let mut operations = traffic.count_per_node().expect("they are counted");
        let mut now = Instant::ZERO;
        while let Some(length) = gap {
            now += length;
            operations -= 1;
            instants.push(now);
            gap =
                traffic.next_gap(Left { operations, time: END.saturating_since(now) }, &mut stream);
        }
        instants
    }

    /// Exponential gaps: their mean is their standard deviation.
    #[test]
    fn poisson_gaps() {
        let traffic = traffic(Amount::Rate(0.1), Arrivals::Poisson);
        let mut stream = stream(0);
        let mut next = || traffic.next_gap(ANY, &mut stream).expect("it has no end").as_secs_f64();
        let mut gaps: Vec<f64> = (0..50_000).map(|_| next()).collect();
        gaps.sort_by(f64::total_cmp);
        assert!(kolmogorov_smirnov(&gaps, |x| 1.0 - libm::exp(-x / 10.0)) < 1.95);
        let mean_gap = mean(&gaps);
        let squares: Vec<f64> = gaps.iter().map(|gap| (gap - mean_gap).powi(2)).collect();
        assert!((mean_gap - 10.0).abs() < 0.2, "mean {mean_gap}");
        assert!((mean(&squares) - 100.0).abs() < 5.0, "variance {}", mean(&squares));
    }

    #[test]
    fn fixed_gaps_have_a_uniform_phase() {
        let traffic = traffic(Amount::Rate(0.25), Arrivals::Fixed);
        let first = |node| traffic.first_gap(&mut stream(node)).expect("it asks").as_secs_f64();
        let mut phases: Vec<f64> = (0..10_000).map(first).collect();
        phases.sort_by(f64::total_cmp);
        assert!(kolmogorov_smirnov(&phases, |x| x / 4.0) < 1.95);
        assert!(phases[phases.len() - 1] < 4.0);
        assert_eq!(traffic.next_gap(ANY, &mut stream(0)), Some(Duration::from_secs(4)));
    }

    #[test]
    fn a_rate_of_zero_is_silence() {
        for arrivals in [Arrivals::Poisson, Arrivals::Fixed] {
            let traffic = traffic(Amount::Rate(0.0), arrivals);
            assert_eq!(traffic.first_gap(&mut stream(0)), None);
            assert_eq!(traffic.next_gap(ANY, &mut stream(0)), None);
        }
    }

    #[test]
    fn what_is_counted_fills_the_measurement_and_ends() {
        for arrivals in [Arrivals::Poisson, Arrivals::Fixed, Arrivals::AtOnce] {
            let instants = instants(&traffic(Amount::PerNode(7), arrivals), 1);
            assert_eq!(instants.len(), 7, "{arrivals:?}");
            assert!(instants.is_sorted() && instants[6] < END, "{instants:?}");
            match arrivals {
                Arrivals::Poisson => {}
                Arrivals::Fixed => assert_eq!(instants[6] - instants[5], MINUTE / 7),
                Arrivals::AtOnce => assert_eq!(instants[6], Instant::ZERO),
            }
        }
    }

    /// Taken together, the instants of a Poisson process of known number are uniform.
    #[test]
    fn counted_arrivals_are_uniform_over_the_measurement() {
        let traffic = traffic(Amount::PerNode(5), Arrivals::Poisson);
        let of_node = |node| instants(&traffic, node).into_iter().map(Instant::as_secs_f64);
        let mut all: Vec<f64> = (0..10_000).flat_map(of_node).collect();
        all.sort_by(f64::total_cmp);
        assert!(kolmogorov_smirnov(&all, |x| x / 60.0) < 1.95);
    }

    #[test]
    fn a_total_is_spread_over_the_network_and_not_over_a_node() {
        let traffic = |arrivals| traffic(Amount::Total(6), arrivals);
        let fixed = traffic(Arrivals::Fixed);
        assert_eq!(fixed.first_gap(&mut stream(0)), None);
        assert_eq!(fixed.offset(5, 0), Duration::from_secs(50));
        assert_eq!(traffic(Arrivals::AtOnce).offset(5, u64::MAX), Duration::ZERO);
        let poisson = traffic(Arrivals::Poisson);
        assert_eq!(poisson.offset(5, 1 << 63), Duration::from_secs(30));
        assert!(poisson.offset(5, u64::MAX) < MINUTE);
    }
}
