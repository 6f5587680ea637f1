//! How long a packet travels: the base delay of the model, and jitter on top.
//!
//! The draws belong to the packet (its sender and number) or to the pair of nodes, so a
//! delay depends on nothing that happened before.

use super::Packet;
use super::config::{LatencyConfig, LatencyModel, Matrix, RegionsConfig};
use super::placement::{self, Placement};
use crate::protocol::NodeIndex;
use crate::rng::distribution::{below_and_rest, lognormal};
use crate::rng::{PacketDraws, Purpose, Seed};
use crate::time::Duration;

/// The latency of one run.
#[derive(Clone, Debug)]
pub struct Latency {
    base: Base,
    /// Nanoseconds; a packet waits less than this in addition.
    jitter: u64,
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
    Sites(Sites),
}

impl Latency {
    /// The latency of this configuration between nodes `0..nodes`.
    ///
    /// # Panics
    /// If the configuration is impossible: a table that is not square or has no entries, more
    /// than 65,536 sites, a uniform delay whose largest value is below its smallest.
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
            LatencyModel::Regions(regions) => Sites::regions(regions, nodes, seed).into_base(),
            LatencyModel::Matrix(matrix) => Sites::matrix(&matrix.matrix, nodes, seed).into_base(),
        };
        let draws = PacketDraws::new(seed, Purpose::PacketLatency);
        Latency { base, jitter: config.jitter.as_nanos(), draws, smallest }
    }

    /// How long this packet travels.
    #[inline]
    pub fn delay(&self, packet: &Packet) -> Duration {
        let base = match &self.base {
            Base::Constant(delay) => *delay,
            Base::Uniform { min, span } => {
                let (above, rest) = below_and_rest(self.bits(packet), *span);
                return Duration::from_nanos(min + above) + self.jitter_from(rest);
            }
            Base::Pair { quantiles, draws } => {
                let (a, b) = (u64::from(packet.sender.0), u64::from(packet.receiver.0));
                quantiles.at(draws.bits(a.min(b), a.max(b)))
            }
            Base::Sites(sites) => sites.delay(packet.sender, packet.receiver),
        };
        if self.jitter == 0 {
            return Duration::from_nanos(base);
        }
        Duration::from_nanos(base) + self.jitter_from(self.bits(packet))
    }

    /// The smallest delay that the model can give; a packet with jitter may still have it.
    pub fn smallest(&self) -> Duration {
        self.smallest
    }

    #[inline]
    fn bits(&self, packet: &Packet) -> u64 {
        self.draws.bits(u64::from(packet.sender.0), packet.number)
    }

    #[inline]
    fn jitter_from(&self, bits: u64) -> Duration {
        Duration::from_nanos(below_and_rest(bits, self.jitter).0)
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

/// The quantiles of a lognormal distribution, so that a draw costs a table lookup and not a
/// logarithm and an exponential.
///
/// `CELLS` cells of equal probability, linear in between, exact in the `OUTER` cells at
/// either end, where a straight line would be far off (and the tails would end). The
/// largest error anywhere is below `sigma * 2e-4` of the value for `sigma` up to 2.
#[derive(Clone, Debug)]
struct LognormalTable {
    /// Nanoseconds at `i / CELLS`; the first and the last are never used.
    bounds: Box<[u64]>,
    log_median: f64,
    sigma: f64,
}

impl LognormalTable {
    const CELL_BITS: u32 = 12;
    const CELLS: u64 = 1 << Self::CELL_BITS;
    const OUTER: u64 = 16;

    fn new(median: Duration, sigma: f64) -> Self {
        assert!(sigma >= 0.0, "a standard deviation is not negative");
        let log_median = libm::log(median.as_nanos() as f64);
        let mut table = LognormalTable { bounds: Box::new([]), log_median, sigma };
        let shift = u64::BITS - Self::CELL_BITS;
        let bounds = (0..Self::CELLS).map(|cell| table.exact(cell << shift));
        table.bounds = bounds.chain([table.exact(u64::MAX)]).collect();
        table
    }

    /// The quantile at `bits / 2^64`.
    #[inline]
    fn at(&self, bits: u64) -> u64 {
        let cell = bits >> (u64::BITS - Self::CELL_BITS);
        if !(Self::OUTER..Self::CELLS - Self::OUTER).contains(&cell) {
            return self.exact(bits);
        }
        let (low, high) = (self.bounds[cell as usize], self.bounds[cell as usize + 1]);
        let (within, _) = below_and_rest(bits << Self::CELL_BITS, high - low);
        low + within
    }

    #[cold]
    fn exact(&self, bits: u64) -> u64 {
        libm::round(lognormal(bits, self.log_median, self.sigma)) as u64
    }

    /// The quantile function rises, so no draw gives less than this.
    fn smallest(&self) -> u64 {
        self.exact(0)
    }
}
