//! Named streams of randomness: every draw of a run comes from a stream named by the seed, a
//! [`Purpose`] and an index (mostly a node), so that a new draw in one place changes no
//! draw in another.
//!
//! Two kinds, both counter based:
//! - [`Stream`]: ChaCha with 8 rounds, for everything that a node or a workload decides.
//!   Between uses it is an 8-byte position ([`Stream::position`]).
//! - [`PacketDraws`]: for what happens to one packet on its way. It is a function of the
//!   packet's name (sender, the sender's counter) and keeps no state at all.

pub mod distribution;

use rand::SeedableRng;
use rand::rand_core::{Infallible, TryRng};
use rand_chacha::ChaCha8Rng;

/// What a run is repeated from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

/// What a stream is for. The number is part of the stream's name: never reuse or reorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// The bijection from node index to node key.
    NodeKeys = 1,
    /// What the protocol of a node draws itself.
    Protocol = 2,
    /// Which nodes a node knows at the start.
    Contacts = 3,
    /// When a node joins in the init phase.
    Join = 4,
    /// Sessions, absences and the manner of leaving.
    Churn = 5,
    /// When a node's application asks for something, and what for.
    Traffic = 6,
    /// Filling routing tables in a warm start.
    WarmStart = 7,
    /// Class, region or matrix site of a node.
    Placement = 8,
    /// Latency and jitter of a packet.
    PacketLatency = 9,
    /// Loss of a packet.
    PacketLoss = 10,
    /// Latency that belongs to a pair of nodes and not to a packet.
    PairLatency = 11,
    /// What the checker and the reports sample.
    Sampling = 12,
    /// Keys and contents of records.
    Records = 13,
    /// Draws of tests and benches.
    Test = 14,
    /// The graph of first contacts.
    Topology = 20,
    /// Where a large graph is looked at when it is measured or drawn.
    Measuring = 21,
    /// Place of a node in the coordinate space of latencies.
    Coordinates = 30,
    /// How a pair of nodes shares a round trip between its two ways.
    PairAsymmetry = 31,
    /// Whether a link's state changes after a packet.
    LinkState = 32,
    /// Loss of a packet by the classes and regions of its two ends.
    PlaceLoss = 33,
    /// Whether a packet arrives twice.
    Duplication = 34,
    /// Whether a packet arrives damaged.
    Corruption = 35,
    /// The graph of an underlay that is generated.
    Underlay = 41,
    /// Loss of a packet along its route through the underlay.
    RouteLoss = 42,
    /// Jitter of a packet along its route through the underlay.
    RouteJitter = 43,
    /// Which nodes a fault concerns.
    FaultMembers = 50,
    /// Loss of a packet by a fault.
    FaultLoss = 51,
    /// How fast the clock of a node runs.
    FaultClock = 52,
    /// When a node of a flash crowd joins.
    FaultJoin = 53,
    /// Mean session and mean absence of a node's own.
    IndividualMeans = 60,
    /// Which node comes or goes next, where nodes have no lives of their own.
    RandomChurn = 61,
    /// Which nodes are adversaries.
    AttackNodes = 70,
    /// The keys that adversaries choose.
    AttackKeys = 71,
    /// What adversaries ask, and when.
    AttackRequests = 72,
    /// Which address group a node belongs to.
    AddressGroups = 90,
    /// The seeds of the repeats of a sweep.
    Repeats = 80,
    /// Resampling of measurements, for their intervals.
    Resampling = 81,
    /// Permutations of measurements, for the test whether they have changed.
    Permutation = 82,
    /// Resampling of the windows of time of a single run, for intervals.
    WindowResampling = 85,
    /// Resampling of the runs of two points, for intervals of their difference.
    DifferenceResampling = 86,
    /// What the application of a workload draws at a node.
    Application = 100,
    /// Which nodes provide a service.
    ServiceProviders = 101,
    /// Keys of services.
    ServiceKeys = 102,
    /// What is in blocks.
    BlockContents = 110,
    /// On which nodes blocks lie.
    BlockPlaces = 111,
    /// Which copies of blocks are damaged.
    BlockDamages = 112,
    /// Who gives a register its first value.
    RegisterWriters = 120,
    /// Keys of registers.
    RegisterKeys = 121,
}

fn chacha(seed: Seed, purpose: Purpose, index: u64) -> ChaCha8Rng {
    let mut key = [0u8; 32];
    key[..8].copy_from_slice(&seed.0.to_le_bytes());
    key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
    let mut rng = ChaCha8Rng::from_seed(key);
    rng.set_stream(index);
    rng
}

/// A stream of draws; implements rand's `Rng`.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of this name, from its beginning.
    pub fn new(seed: Seed, purpose: Purpose, index: u64) -> Self {
        Stream(chacha(seed, purpose, index))
    }

    /// The stream of this name, continued at `position`.
    pub fn resume(seed: Seed, purpose: Purpose, index: u64, position: u64) -> Self {
        let mut rng = chacha(seed, purpose, index);
        rng.set_word_pos(u128::from(position));
        Stream(rng)
    }

    /// Where the stream stands, in 32-bit words; what [`Stream::resume`] takes.
    pub fn position(&self) -> u64 {
        u64::try_from(self.0.get_word_pos()).expect("no stream is drawn from 2^64 times")
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(bytes)
    }
}

/// Draws that belong to a packet or a pair of nodes and to nothing else: 64 bits as a
/// function of two numbers, keyed by seed and purpose.
///
/// A packet's latency and loss are drawn on the hot path, once or twice a message. A ChaCha
/// block a draw would cost more than the rest of the network model, and a buffered generator a
/// node would cost a cache line; the key comes from ChaCha, the draw itself is a keyed
/// multiply-and-fold mix of the packet's name.
#[derive(Clone, Copy, Debug)]
pub struct PacketDraws {
    key: [u64; 3],
}

impl PacketDraws {
    /// The draws of this seed and purpose.
    pub fn new(seed: Seed, purpose: Purpose) -> Self {
        use rand::Rng;
        let mut rng = chacha(seed, purpose, 0);
        PacketDraws { key: [rng.next_u64() | 1, rng.next_u64(), rng.next_u64()] }
    }

    /// 64 uniform bits that belong to `(a, b)`.
    #[inline]
    pub fn bits(&self, a: u64, b: u64) -> u64 {
        let x = fold(a ^ self.key[1], b.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ self.key[2]);
        fold(x ^ self.key[0], a.rotate_left(32).wrapping_add(b) ^ 0xD6E8_FEB8_6659_FD93)
    }
}

/// High and low half of the 128-bit product, folded: every input bit reaches every output bit.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// A seeded bijection of the 64-bit numbers (xor-shift-multiply rounds, each invertible):
/// turns a node's index into its key, so that no two nodes share one and none is stored.
#[derive(Clone, Copy, Debug)]
pub struct Bijection {
    key: [u64; 2],
}

impl Bijection {
    /// The bijection of this seed.
    pub fn new(seed: Seed) -> Self {
        use rand::Rng;
        let mut rng = chacha(seed, Purpose::NodeKeys, 0);
        Bijection { key: [rng.next_u64(), rng.next_u64()] }
    }

    /// The image of `x`.
    #[inline]
    pub fn apply(&self, x: u64) -> u64 {
        let mut z = x.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ self.key[0];
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9) ^ self.key[1];
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn a_stream_continues_where_it_stood() {
        let mut whole = Stream::new(Seed(7), Purpose::Test, 3);
        for _ in 0..5 {
            whole.next_u64();
        }
        let mut resumed = Stream::resume(Seed(7), Purpose::Test, 3, whole.position());
        for _ in 0..100 {
            assert_eq!(whole.next_u64(), resumed.next_u64());
        }
    }

    #[test]
    fn streams_differ_by_every_part_of_their_name() {
        let first = |seed, purpose, index| Stream::new(Seed(seed), purpose, index).next_u64();
        let draws = [
            first(1, Purpose::Test, 1),
            first(2, Purpose::Test, 1),
            first(1, Purpose::Churn, 1),
            first(1, Purpose::Test, 2),
        ];
        for (i, a) in draws.iter().enumerate() {
            assert!(draws[i + 1..].iter().all(|b| a != b));
        }
    }

    /// Chi-square over 256 cells for each of the eight bytes, with names as runs make them:
    /// small senders, consecutive counters. 400 is beyond the 1e-8 quantile of 255 degrees.
    #[test]
    fn packet_draws_are_uniform_over_consecutive_names() {
        let draws = PacketDraws::new(Seed(42), Purpose::Test);
        let mut cells = [[0u32; 256]; 8];
        for sender in 0..256u64 {
            for counter in 0..1024u64 {
                let bits = draws.bits(sender, counter);
                for (byte, cells) in cells.iter_mut().enumerate() {
                    cells[(bits >> (8 * byte)) as usize & 255] += 1;
                }
            }
        }
        let expected = 256.0 * 1024.0 / 256.0;
        for cells in cells {
            let chi: f64 =
                cells.iter().map(|&c| (f64::from(c) - expected).powi(2) / expected).sum();
            assert!(chi < 400.0, "chi-square {chi}");
        }
    }

    /// One flipped input bit flips half of the output bits, whichever bit it is.
    #[test]
    fn packet_draws_avalanche() {
        let draws = PacketDraws::new(Seed(1), Purpose::Test);
        for bit in 0..64 {
            let mut flips = 0;
            for i in 0..1_000u64 {
                let (a, b) = (i * 77, i * 13);
                flips += (draws.bits(a, b) ^ draws.bits(a ^ (1 << bit), b)).count_ones();
                flips += (draws.bits(a, b) ^ draws.bits(a, b ^ (1 << bit))).count_ones();
            }
            let mean = f64::from(flips) / 2_000.0;
            assert!((30.0..34.0).contains(&mean), "bit {bit}: {mean} of 64 flip");
        }
    }
}
