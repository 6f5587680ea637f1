//! Nodes in a plane with heights: the coordinate space of Dabek et al., "Vivaldi: A Decentralized
//! Network Coordinate System" (SIGCOMM 2004), section 5.4.
//!
//! The plane stands for the core of the network, where latency is distance; the height for the
//! access link, which every packet of the node passes. The round-trip time of two nodes is their
//! distance and both heights, and either way takes half of it.
//!
//! Points are drawn once and kept, 12 bytes a node: to draw them anew from the node's index costs
//! six draws and their quantiles a packet, more than the two loads from a table of any size.

use crate::network::config::CoordinatesConfig;
use crate::protocol::NodeIndex;
use crate::rng::distribution::{lognormal, standard_normal};
use crate::rng::{PacketDraws, Purpose, Seed};

/// Where each node is.
#[derive(Clone, Debug)]
pub(super) struct Coordinates {
    /// Both coordinates and the height, in nanoseconds. 24 bits of each are more than is known
    /// of any latency.
    points: Box<[[f32; 3]]>,
    /// Nanoseconds.
    smallest: u64,
}

impl Coordinates {
    pub(super) fn new(config: CoordinatesConfig, nodes: u32, seed: Seed) -> Self {
        let draws = PacketDraws::new(seed, Purpose::Coordinates);
        let spread = config.spread.as_nanos() as f64;
        let median = config.height_median.as_nanos() as f64;
        let height = |bits| match median > 0.0 {
            true => lognormal(bits, libm::log(median), config.height_sigma),
            false => 0.0,
        };
        let point = |node| {
            let bits = |draw| draws.bits(u64::from(node), draw);
            let along = |bits| spread * standard_normal(bits);
            [along(bits(0)) as f32, along(bits(1)) as f32, height(bits(2)) as f32]
        };
        let points = (0..nodes).map(point).collect();
        Coordinates { points, smallest: config.smallest.as_nanos() }
    }

    /// Nanoseconds from one node to the other, either way. (Roots are exact on every machine.)
    #[inline]
    pub(super) fn delay(&self, sender: NodeIndex, receiver: NodeIndex) -> u64 {
        let [ax, ay, a_height] = self.points[sender.get()].map(f64::from);
        let [bx, by, b_height] = self.points[receiver.get()].map(f64::from);
        let (dx, dy) = (ax - bx, ay - by);
        let round_trip = f64::sqrt(dx * dx + dy * dy) + a_height + b_height;
        ((round_trip * 0.5) as u64).max(self.smallest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::distribution::testing::kolmogorov_smirnov;
    use crate::time::Duration;

    fn coordinates(spread: u64, height_median: u64, height_sigma: f64) -> Coordinates {
        let config = CoordinatesConfig {
            spread: Duration::from_millis(spread),
            height_median: Duration::from_millis(height_median),
            height_sigma,
            smallest: Duration::from_millis(1),
        };
        Coordinates::new(config, 20_000, Seed(9))
    }

    /// Round-trip times, in milliseconds, of pairs that share no node.
    fn round_trips(coordinates: &Coordinates) -> Vec<f64> {
        let delay = |node| coordinates.delay(NodeIndex(node), NodeIndex(node + 1));
        let mut times: Vec<f64> =
            (0..20_000).step_by(2).map(|node| 2.0 * delay(node) as f64 / 1e6).collect();
        times.sort_by(f64::total_cmp);
        times
    }

    /// The distance of two points whose coordinates are normal is of Rayleigh's distribution:
    /// P(D > d) = exp(-(d / spread)^2 / 4).
    #[test]
    fn without_heights_round_trips_are_distances_of_rayleigh() {
        let times = round_trips(&coordinates(50, 0, 0.0));
        // Below the smallest delay (2 ms of round trip) the distribution is cut.
        let rayleigh =
            |d: f64| if d <= 2.0 { 0.0 } else { 1.0 - libm::exp(-d * d / (4.0 * 50.0 * 50.0)) };
        assert!(kolmogorov_smirnov(&times[20..], rayleigh) < 1.95);
        assert_eq!(times[0], 2.0, "the smallest delay is one way");
    }

    /// Heights alone: everyone is at one point, and a round trip is the sum of two heights. The
    /// sum of two lognormals has no closed form; its mean and variance have.
    #[test]
    fn without_a_plane_round_trips_are_both_heights() {
        let same = round_trips(&coordinates(0, 20, 0.0));
        assert!(same.iter().all(|&time| (time - 40.0).abs() < 1e-5), "{:?}", &same[..3]);
        let sigma: f64 = 0.6;
        let times = round_trips(&coordinates(0, 20, sigma));
        let mean = times.iter().sum::<f64>() / times.len() as f64;
        let expected = 2.0 * 20.0 * libm::exp(sigma * sigma / 2.0);
        let variance = 2.0 * 400.0 * libm::exp(sigma * sigma) * libm::expm1(sigma * sigma);
        let band = 4.0 * f64::sqrt(variance / times.len() as f64);
        assert!((mean - expected).abs() < band, "{mean}, not {expected}");
    }

    /// A plane obeys the triangle inequality and heights can only help it.
    #[test]
    fn both_ways_are_alike_and_detours_do_not_pay() {
        let coordinates = coordinates(50, 10, 0.5);
        let delay = |a, b| coordinates.delay(NodeIndex(a), NodeIndex(b));
        for a in 0..1_000 {
            let (b, c) = (a + 1_000, a + 2_000);
            assert_eq!(delay(a, b), delay(b, a));
            // A nanosecond for each rounding down.
            assert!(delay(a, c) <= delay(a, b) + delay(b, c) + 2);
        }
    }
}
