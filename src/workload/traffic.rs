//! When a node's application asks for something.

use super::config::{Arrivals, WorkloadConfig};
use crate::rng::Stream;
use crate::rng::distribution::{below, exponential};
use crate::time::Duration;
use rand::Rng;

/// The gaps between the operations of one online node; stateless, drawn from a stream of the
/// caller's.
#[derive(Clone, Copy, Debug)]
pub struct Traffic {
    arrivals: Arrivals,
    /// The mean gap in seconds; infinite if nothing is asked for.
    mean_gap: f64,
}

impl Traffic {
    /// The traffic of this configuration.
    ///
    /// # Panics
    /// If the rate is negative or not a number.
    pub fn new(config: &WorkloadConfig) -> Self {
        assert!(config.rate_per_node >= 0.0, "a rate is not negative");
        Traffic { arrivals: config.arrivals, mean_gap: 1.0 / config.rate_per_node }
    }

    /// From the instant at which a node may begin to its first operation;
    /// [`Duration::MAX`] if there is none. Draws once.
    pub fn first_gap(&self, stream: &mut Stream) -> Duration {
        match self.arrivals {
            Arrivals::Poisson => self.next_gap(stream),
            Arrivals::Fixed => {
                // A phase of its own, so that the nodes do not all ask at once.
                let bits = stream.next_u64();
                match self.period() {
                    Duration::MAX => Duration::MAX,
                    period => Duration::from_nanos(below(bits, period.as_nanos())),
                }
            }
        }
    }

    /// From one operation to the next; [`Duration::MAX`] if there is none. Never zero.
    pub fn next_gap(&self, stream: &mut Stream) -> Duration {
        match self.arrivals {
            Arrivals::Fixed => self.period(),
            Arrivals::Poisson => {
                let bits = stream.next_u64();
                if self.mean_gap.is_infinite() {
                    return Duration::MAX;
                }
                at_least_a_nanosecond(exponential(bits, self.mean_gap))
            }
        }
    }

    fn period(&self) -> Duration {
        at_least_a_nanosecond(self.mean_gap)
    }
}

/// Operations of one node are never at the same instant, so none is ever endless.
fn at_least_a_nanosecond(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds).max(Duration::from_nanos(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::distribution::testing::{kolmogorov_smirnov, mean};
    use crate::rng::{Purpose, Seed};
    use crate::workload::config::WorkloadKind;

    fn traffic(rate_per_node: f64, arrivals: Arrivals) -> Traffic {
        Traffic::new(&WorkloadConfig { kind: WorkloadKind::Lookup, rate_per_node, arrivals })
    }

    fn stream(node: u64) -> Stream {
        Stream::new(Seed(3), Purpose::Traffic, node)
    }

    /// Exponential gaps: their mean is their standard deviation.
    #[test]
    fn poisson_gaps() {
        let traffic = traffic(0.1, Arrivals::Poisson);
        let mut stream = stream(0);
        let mut gaps: Vec<f64> =
            (0..50_000).map(|_| traffic.next_gap(&mut stream).as_secs_f64()).collect();
        gaps.sort_by(f64::total_cmp);
        assert!(kolmogorov_smirnov(&gaps, |x| 1.0 - libm::exp(-x / 10.0)) < 1.95);
        let mean_gap = mean(&gaps);
        let squares: Vec<f64> = gaps.iter().map(|gap| (gap - mean_gap).powi(2)).collect();
        assert!((mean_gap - 10.0).abs() < 0.2, "mean {mean_gap}");
        assert!((mean(&squares) - 100.0).abs() < 5.0, "variance {}", mean(&squares));
    }

    #[test]
    fn fixed_gaps_have_a_uniform_phase() {
        let traffic = traffic(0.25, Arrivals::Fixed);
        let mut phases: Vec<f64> =
            (0..10_000).map(|node| traffic.first_gap(&mut stream(node)).as_secs_f64()).collect();
        phases.sort_by(f64::total_cmp);
        assert!(kolmogorov_smirnov(&phases, |x| x / 4.0) < 1.95);
        assert!(phases[phases.len() - 1] < 4.0);
        assert_eq!(traffic.next_gap(&mut stream(0)), Duration::from_secs(4));
    }

    #[test]
    fn a_rate_of_zero_is_silence() {
        for arrivals in [Arrivals::Poisson, Arrivals::Fixed] {
            let traffic = traffic(0.0, arrivals);
            assert_eq!(traffic.first_gap(&mut stream(0)), Duration::MAX);
            assert_eq!(traffic.next_gap(&mut stream(0)), Duration::MAX);
        }
    }
}
