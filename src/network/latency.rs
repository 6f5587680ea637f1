//! How long a packet travels: the base delay of the model, and how packets vary about it.
//!
//! The draws belong to the packet (its sender and number) or to the pair of nodes, so a
//! delay depends on nothing that happened before.

mod coordinates;
mod lognormal;
mod variation;

use super::Packet;
use super::config::{LatencyConfig, LatencyModel, Matrix, RegionsConfig};
use super::placement::{self, Placement};
use crate::protocol::NodeIndex;
use crate::rng::distribution::{below, below_and_rest};
use crate::rng::{PacketDraws, Purpose, Seed};
use crate::time::Duration;
use coordinates::Coordinates;
use lognormal::LognormalTable;
use variation::Variation;

/// The latency of one run.
#[derive(Clone, Debug)]
pub struct Latency {
    base: Base,
    variation: Variation,
    draws: PacketDraws,
    smallest: Duration,
}

/// Where the base delay comes from; all numbers are nanoseconds.
#[derive(Clone, Debug)]
enum Base {
    Constant(u64),
    /// `min` and less than `span` above it, drawn for each packet.
    Uniform {
        min: u64,
        span: u64,
    },
    /// Drawn for each unordered pair of nodes.
    Pair {
        quantiles: LognormalTable,
        draws: PacketDraws,
    },
    Coordinates(Coordinates),
    Sites(Sites),
}

impl Latency {
    /// The latency of this configuration between nodes `0..nodes`.
    ///
    /// # Panics
    /// If the configuration is impossible: a table that is not square or has no entries, more
    /// than 65,536 sites, a uniform delay whose largest value is below its smallest, an asymmetry
    /// that is not from 0 to below 1.
    pub fn new(config: &LatencyConfig, nodes: u32, seed: Seed) -> Self {
        let (base, smallest) = match &config.model {
            LatencyModel::Constant { delay } => (Base::Constant(delay.as_nanos()), *delay),
            LatencyModel::Uniform { min, max } => {
                let range = max.as_nanos().checked_sub(min.as_nanos());
                let span = range.expect("min is not above max").saturating_add(1);
                (Base::Uniform { min: min.as_nanos(), span }, *min)
            }
            LatencyModel::LogNormal { median, sigma } => {
                let quantiles = LognormalTable::new(*median, *sigma);
                let smallest = Duration::from_nanos(quantiles.smallest());
                let draws = PacketDraws::new(seed, Purpose::PairLatency);
                (Base::Pair { quantiles, draws }, smallest)
            }
            LatencyModel::Coordinates(config) => {
                (Base::Coordinates(Coordinates::new(*config, nodes, seed)), config.smallest)
            }
            LatencyModel::Regions(regions) => Sites::regions(regions, nodes, seed).into_base(),
            LatencyModel::Matrix(matrix) => Sites::matrix(&matrix.matrix, nodes, seed).into_base(),
            // The underlay knows; what is left is jitter.
            LatencyModel::Graph(_) => (Base::Constant(0), Duration::ZERO),
        };
        let draws = PacketDraws::new(seed, Purpose::PacketLatency);
        let variation = Variation::new(config, seed);
        Latency { base, draws, smallest: variation.smallest(smallest), variation }
    }

    /// How long this packet travels.
    #[inline]
    pub fn delay(&self, packet: &Packet) -> Duration {
        let base = match &self.base {
            Base::Constant(delay) => *delay,
            Base::Uniform { min, span } => {
                let (above, rest) = below_and_rest(self.bits(packet), *span);
                return self.varied(packet, min + above, || rest);
            }
            Base::Pair { quantiles, draws } => {
                let (a, b) = (u64::from(packet.sender.0), u64::from(packet.receiver.0));
                quantiles.at(draws.bits(a.min(b), a.max(b)))
            }
            Base::Coordinates(coordinates) => coordinates.delay(packet.sender, packet.receiver),
            Base::Sites(sites) => sites.delay(packet.sender, packet.receiver),
        };
        self.varied(packet, base, || self.bits(packet))
    }

    /// The delay of a packet whose base delay this is; `bits` are its draw, or what is left of it.
    #[inline]
    fn varied(&self, packet: &Packet, base: u64, bits: impl FnOnce() -> u64) -> Duration {
        match &self.variation {
            Variation::None => Duration::from_nanos(base),
            Variation::Uniform(width) => {
                Duration::from_nanos(base) + Duration::from_nanos(below(bits(), *width))
            }
            Variation::Several(several) => {
                let back = match &self.base {
                    Base::Sites(sites) => sites.delay(packet.receiver, packet.sender),
                    // The other models know no direction.
                    _ => base,
                };
                several.apply(packet, base, back, bits())
            }
        }
    }

    /// The smallest delay that there can be; a packet with jitter may still have it.
    pub fn smallest(&self) -> Duration {
        self.smallest
    }

    #[inline]
    fn bits(&self, packet: &Packet) -> u64 {
        self.draws.bits(u64::from(packet.sender.0), packet.number)
    }
}

/// Nodes at sites with a delay for every ordered pair of sites.
#[derive(Clone, Debug)]
struct Sites {
    of_node: Box<[u16]>,
    count: usize,
    /// Nanoseconds, row (sender) by row.
    delays: Box<[u64]>,
}

impl Sites {
    fn regions(config: &RegionsConfig, nodes: u32, seed: Seed) -> Self {
        let count = config.names.len();
        assert_eq!(config.shares.len(), count, "every region has a share");
        assert_eq!(config.delays.len(), count * count, "the table of regions is square");
        let placement = Placement::by_share(seed, placement::REGION, &config.shares);
        let delays = config.delays.iter().map(|delay| delay.as_nanos()).collect();
        Sites { of_node: placement.table(nodes), count, delays }
    }

    /// Between nodes at the same site, and where the matrix says zero, the delay is half of the
    /// smallest round-trip time above zero between two sites: below that nothing was measured,
    /// and no packet travels in no time.
    fn matrix(matrix: &Matrix, nodes: u32, seed: Seed) -> Self {
        let count = matrix.sites;
        assert_eq!(matrix.delays.len(), count * count, "the matrix is square");
        let smallest = matrix.smallest().as_nanos();
        let entry = |(i, delay): (usize, &Duration)| {
            if i / count == i % count { smallest } else { delay.as_nanos().max(smallest) }
        };
        let delays = matrix.delays.iter().enumerate().map(entry).collect();
        let placement = Placement::equal(seed, placement::SITE, count);
        Sites { of_node: placement.table(nodes), count, delays }
    }

    fn into_base(self) -> (Base, Duration) {
        let smallest = *self.delays.iter().min().expect("a table of delays has entries");
        (Base::Sites(self), Duration::from_nanos(smallest))
    }

    #[inline]
    fn delay(&self, sender: NodeIndex, receiver: NodeIndex) -> u64 {
        let row = usize::from(self.of_node[sender.get()]);
        self.delays[row * self.count + usize::from(self.of_node[receiver.get()])]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::config::MatrixConfig;
    use crate::network::config::MatrixUnit;
    use crate::rng::distribution::testing::{kolmogorov_smirnov, mean};
    use crate::time::Instant;
    use std::sync::Arc;

    const JITTER: Duration = Duration::from_millis(10);

    fn latency(model: LatencyModel, jitter: Duration, nodes: u32) -> Latency {
        Latency::new(&LatencyConfig { jitter, ..LatencyConfig::of(model) }, nodes, Seed(11))
    }

    fn millis(latency: &Latency, sender: u32, receiver: u32, number: u64) -> f64 {
        let (sender, receiver) = (NodeIndex(sender), NodeIndex(receiver));
        let packet = Packet { sender, receiver, number, size: 100, sent: Instant::ZERO };
        let delay = latency.delay(&packet);
        assert!(delay >= latency.smallest(), "{delay} is below the smallest");
        delay.as_secs_f64() * 1e3
    }

    /// Delays of packets from node 0 to node 1, in ascending order.
    fn two_nodes(latency: &Latency) -> Vec<f64> {
        let mut delays: Vec<f64> = (0..20_000).map(|i| millis(latency, 0, 1, i)).collect();
        delays.sort_by(f64::total_cmp);
        delays
    }

    #[test]
    fn constant_is_constant() {
        let model = LatencyModel::Constant { delay: Duration::from_millis(50) };
        let delays = two_nodes(&latency(model.clone(), Duration::ZERO, 2));
        assert!(delays.iter().all(|&delay| delay == 50.0));
        let delays = two_nodes(&latency(model, JITTER, 2));
        assert!(kolmogorov_smirnov(&delays, |x| (x - 50.0) / 10.0) < 1.95);
        assert!(delays[0] >= 50.0 && delays[delays.len() - 1] < 60.0);
    }

    #[test]
    fn uniform_is_uniform_and_jitter_independent_of_it() {
        let (min, max) = (Duration::from_millis(20), Duration::from_millis(80));
        let model = LatencyModel::Uniform { min, max };
        let delays = two_nodes(&latency(model.clone(), Duration::ZERO, 2));
        assert!(kolmogorov_smirnov(&delays, |x| (x - 20.0) / 60.0) < 1.95);
        assert!((mean(&delays) - 50.0).abs() < 0.5);
        // The sum of two independent uniform delays of 60 ms each is triangular.
        let delays = two_nodes(&latency(model, Duration::from_millis(60), 2));
        let triangular = |x: f64| {
            let t = (x - 20.0) / 60.0;
            if t < 1.0 { t * t / 2.0 } else { 1.0 - (2.0 - t) * (2.0 - t) / 2.0 }
        };
        assert!(kolmogorov_smirnov(&delays, triangular) < 1.95);
    }

    #[test]
    fn a_uniform_delay_without_width_is_constant() {
        let delay = Duration::from_millis(20);
        let model = LatencyModel::Uniform { min: delay, max: delay };
        assert!(two_nodes(&latency(model, Duration::ZERO, 2)).iter().all(|&delay| delay == 20.0));
    }

    #[test]
    fn lognormal_belongs_to_the_pair() {
        let model = LatencyModel::LogNormal { median: Duration::from_millis(80), sigma: 0.5 };
        let latency = latency(model, Duration::ZERO, 2);
        let delays = two_nodes(&latency);
        assert!(delays.iter().all(|&delay| delay == delays[0]));
        assert_eq!(millis(&latency, 1, 0, 7), delays[0]);
        let mut pairs: Vec<f64> = (0..200)
            .flat_map(|a| (0..a).map(move |b| (a, b)))
            .map(|(a, b)| millis(&latency, a, b, 0))
            .collect();
        pairs.sort_by(f64::total_cmp);
        let distribution = |x: f64| {
            let z = libm::log(x / 80.0) / 0.5;
            0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
        };
        assert!(kolmogorov_smirnov(&pairs, distribution) < 1.95);
        assert!((mean(&pairs) / (80.0 * libm::exp(0.125)) - 1.0).abs() < 0.02);
    }

    #[test]
    fn regions_follow_the_table() {
        let delays = [10, 70, 90, 20].map(Duration::from_millis).to_vec();
        let names = ["here".into(), "there".into()].to_vec();
        let model =
            LatencyModel::Regions(RegionsConfig { names, shares: vec![0.25, 0.75], delays });
        let placement = Placement::by_share(Seed(11), placement::REGION, &[0.25, 0.75]);
        let region = |node| placement.of(NodeIndex(node));
        let latency = latency(model, Duration::ZERO, 100);
        for (a, b) in (0..100).zip((0..100).rev()) {
            let expected = [[10.0, 70.0], [90.0, 20.0]][region(a)][region(b)];
            assert_eq!(millis(&latency, a, b, u64::from(a)), expected);
        }
        assert_eq!(latency.smallest(), Duration::from_millis(10));
    }

    #[test]
    fn the_matrix_is_followed_and_no_delay_is_zero() {
        let unit = MatrixUnit::Milliseconds;
        let matrix = Matrix::parse("5 40 80\n44 5 0\n80 90 5", unit);
        let matrix = Arc::new(matrix.expect("the text is a matrix"));
        let model = LatencyModel::Matrix(MatrixConfig { file: "test".into(), unit, matrix });
        let placement = Placement::equal(Seed(11), placement::SITE, 3);
        let site = |node| placement.of(NodeIndex(node));
        let latency = latency(model, Duration::ZERO, 100);
        let expected = [[20.0, 20.0, 40.0], [22.0, 20.0, 20.0], [40.0, 45.0, 20.0]];
        for (a, b) in (0..100).zip((0..100).rev()).chain((0..99).zip(1..100)) {
            assert_eq!(millis(&latency, a, b, 0), expected[site(a)][site(b)]);
        }
        assert_eq!(latency.smallest(), Duration::from_millis(20));
    }

    /// A table that differs between the two ways: the round trip is the table's, and no way is
    /// shorter than the smallest delay.
    #[test]
    fn asymmetry_leaves_the_round_trips_of_a_table() {
        let delays = [10, 70, 90, 20].map(Duration::from_millis).to_vec();
        let names = ["here".into(), "there".into()].to_vec();
        let model = LatencyModel::Regions(RegionsConfig { names, shares: vec![0.5; 2], delays });
        let config = LatencyConfig { asymmetry: 0.25, ..LatencyConfig::of(model.clone()) };
        let (plain, shared) =
            (latency(model, Duration::ZERO, 50), Latency::new(&config, 50, Seed(11)));
        assert_eq!(shared.smallest(), Duration::from_micros(7_500));
        let mut moved = 0;
        for (a, b) in (0..50).flat_map(|a| (0..a).map(move |b| (a, b))) {
            let round_trip = |latency| millis(latency, a, b, 1) + millis(latency, b, a, 2);
            assert!((round_trip(&plain) - round_trip(&shared)).abs() < 1e-9);
            moved += u32::from(millis(&plain, a, b, 1) != millis(&shared, a, b, 1));
        }
        assert!(moved > 1_200, "{moved} of 1,225 pairs");
    }
}
