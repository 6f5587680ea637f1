//! What is added to the base delay of a packet or taken from it: the share of the round trip that
//! belongs to its way, and jitter.

use crate::network::Packet;
use crate::network::config::{JitterDistribution, LatencyConfig};
use crate::rng::distribution::{below, exponential};
use crate::rng::{PacketDraws, Purpose, Seed};
use crate::time::Duration;

/// How delays vary about those of the model.
#[derive(Clone, Debug)]
pub(super) enum Variation {
    None,
    /// Jitter below so many nanoseconds, uniformly drawn, and nothing else.
    Uniform(u64),
    /// Whatever else there is, out of the way of the two common cases.
    Several(Box<Several>),
}

#[derive(Clone, Debug)]
pub(super) struct Several {
    asymmetry: Option<Asymmetry>,
    jitter: Jitter,
}

/// Numbers are nanoseconds.
#[derive(Clone, Copy, Debug)]
enum Jitter {
    Uniform(u64),
    Exponential(f64),
}

/// How much of a round trip one way takes from the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asymmetry {
    /// The largest share, in parts of `2^32`.
    most: u64,
    draws: PacketDraws,
}

impl Variation {
    pub(super) fn new(config: &LatencyConfig, seed: Seed) -> Self {
        let scale = config.jitter.as_nanos();
        let asymmetry = Asymmetry::new(config.asymmetry, seed);
        let jitter = match config.jitter_distribution {
            JitterDistribution::Exponential if scale > 0 => Jitter::Exponential(scale as f64),
            _ => Jitter::Uniform(scale),
        };
        match (jitter, asymmetry) {
            (Jitter::Uniform(0), None) => Variation::None,
            (Jitter::Uniform(width), None) => Variation::Uniform(width),
            (jitter, asymmetry) => Variation::Several(Box::new(Several { asymmetry, jitter })),
        }
    }

    /// The smallest delay, if this is the smallest that the model gives.
    pub(super) fn smallest(&self, model: Duration) -> Duration {
        let asymmetry = match self {
            Variation::Several(several) => several.asymmetry,
            _ => None,
        };
        let moved = asymmetry.map_or(0, |asymmetry| asymmetry.most_of(model.as_nanos()));
        Duration::from_nanos(model.as_nanos() - moved)
    }
}

impl Several {
    /// The delay of a packet whose way takes `there` by the model and the way back `back`, with
    /// the packet's draw.
    pub(super) fn apply(&self, packet: &Packet, there: u64, back: u64, bits: u64) -> Duration {
        let way = match &self.asymmetry {
            Some(asymmetry) => asymmetry.share(packet, there, back),
            None => there,
        };
        let jitter = match self.jitter {
            Jitter::Uniform(width) => below(bits, width),
            Jitter::Exponential(mean) => libm::round(exponential(bits, mean)) as u64,
        };
        Duration::from_nanos(way) + Duration::from_nanos(jitter)
    }
}

impl Asymmetry {
    fn new(most: f64, seed: Seed) -> Option<Self> {
        assert!((0.0..1.0).contains(&most), "one way never takes all of a round trip");
        let most = (most * (1u64 << 32) as f64) as u64;
        let draws = PacketDraws::new(seed, Purpose::PairAsymmetry);
        (most > 0).then_some(Asymmetry { most, draws })
    }

    fn most_of(&self, delay: u64) -> u64 {
        ((u128::from(delay) * u128::from(self.most)) >> 32) as u64
    }

    /// One way of the pair gives to the other a share, drawn for the pair, of the shorter way: to
    /// the nanosecond what the other takes, so that the round trip stays what it was.
    fn share(&self, packet: &Packet, there: u64, back: u64) -> u64 {
        let (a, b) = (u64::from(packet.sender.0), u64::from(packet.receiver.0));
        let bits = self.draws.bits(a.min(b), a.max(b));
        let moved = below(bits << 1, self.most_of(there.min(back)) + 1);
        // The highest bit says which of the two ways is the longer one.
        let is_longer = (bits >> 63 == 1) == (a < b);
        if is_longer { there + moved } else { there - moved }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::config::LatencyModel;
    use crate::protocol::NodeIndex;
    use crate::rng::distribution::testing::{kolmogorov_smirnov, mean};
    use crate::time::Instant;

    fn several(jitter_distribution: JitterDistribution, asymmetry: f64) -> Several {
        let model = LatencyModel::NONE;
        let jitter = Duration::from_millis(10);
        let config = LatencyConfig { model, jitter, jitter_distribution, asymmetry };
        match Variation::new(&config, Seed(4)) {
            Variation::Several(several) => *several,
            other => panic!("{other:?}"),
        }
    }

    fn packet(sender: u32, receiver: u32, number: u64) -> Packet {
        let (sender, receiver) = (NodeIndex(sender), NodeIndex(receiver));
        Packet { sender, receiver, number, size: 100, sent: Instant::ZERO }
    }

    #[test]
    fn exponential_jitter_is_exponential() {
        let several = several(JitterDistribution::Exponential, 0.0);
        let draws = PacketDraws::new(Seed(4), Purpose::Test);
        let delay = |i| several.apply(&packet(0, 1, i), 50_000_000, 50_000_000, draws.bits(0, i));
        let mut delays: Vec<f64> = (0..50_000).map(|i| delay(i).as_secs_f64() * 1e3).collect();
        delays.sort_by(f64::total_cmp);
        let distribution = |x: f64| 1.0 - libm::exp(-(x - 50.0) / 10.0);
        assert!(kolmogorov_smirnov(&delays, distribution) < 1.95);
        assert!((mean(&delays) - 60.0).abs() < 0.2);
    }

    /// Round trips stay to the nanosecond, whatever the two ways are; the share is uniform.
    #[test]
    fn a_pair_shares_its_round_trip_unequally() {
        let asymmetry = Asymmetry::new(0.3, Seed(4)).expect("there is some");
        let mut shares = Vec::new();
        for (a, b) in (0..200).flat_map(|a| (0..a).map(move |b| (a, b))) {
            for (there, back) in [(50_000_000, 50_000_000), (7, 3), (1_000, 90_000), (0, 5)] {
                let forward = asymmetry.share(&packet(a, b, 1), there, back);
                let backward = asymmetry.share(&packet(b, a, 9), back, there);
                assert_eq!(forward + backward, there + back);
                let most = asymmetry.most_of(there.min(back));
                assert!(forward.abs_diff(there) <= most && backward.abs_diff(back) <= most);
                if there == 50_000_000 {
                    shares.push(forward as f64 / 50e6 - 1.0);
                }
            }
        }
        shares.sort_by(f64::total_cmp);
        assert!(kolmogorov_smirnov(&shares, |x| (x + 0.3) / 0.6) < 1.95);
    }

    #[test]
    fn the_smallest_delay_follows() {
        let config = LatencyConfig { asymmetry: 0.25, ..LatencyConfig::of(LatencyModel::NONE) };
        let variation = Variation::new(&config, Seed(4));
        assert_eq!(variation.smallest(Duration::from_millis(8)), Duration::from_millis(6));
        let plain = Variation::new(&LatencyConfig::of(LatencyModel::NONE), Seed(4));
        assert_eq!(plain.smallest(Duration::from_millis(8)), Duration::from_millis(8));
    }
}
