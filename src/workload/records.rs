//! Which record a PUT or a GET concerns, and what is in it.
//!
//! Records are numbered: node `n` publishes the numbers `n * per_node` to
//! `(n + 1) * per_node - 1`. Identity and content are functions of the number, so a record
//! that is stored nowhere costs no memory.

use super::config::{Popularity, RecordsConfig};
use crate::protocol::NodeIndex;
use crate::rng::distribution::{Zipf, below};
use crate::rng::{PacketDraws, Purpose, Seed};
use bytes::Bytes;
use std::ops::Range;

/// The records of one workload of one run.
#[derive(Clone, Debug)]
pub struct Records {
    per_node: u64,
    /// How many there are.
    count: u64,
    popularity: Ranking,
    ids: PacketDraws,
    workload: u64,
    noise: Noise,
}

#[derive(Clone, Debug)]
enum Ranking {
    Uniform,
    /// The permutation says which record has a rank: without it the first node's
    /// records would be the most popular ones.
    Zipf {
        law: Zipf,
        permutation: Permutation,
    },
}

impl Records {
    /// The records that nodes `0..nodes` publish for the workload at index `workload` of the
    /// scenario.
    ///
    /// # Panics
    /// If popularity is Zipf and there are no records.
    pub fn new(config: &RecordsConfig, nodes: u32, seed: Seed, workload: u32) -> Self {
        let ids = PacketDraws::new(seed, Purpose::Records);
        let per_node = u64::from(config.per_node);
        let count = per_node * u64::from(nodes);
        let workload = u64::from(workload);
        let popularity = match config.popularity {
            Popularity::Uniform => Ranking::Uniform,
            Popularity::Zipf { exponent } => Ranking::Zipf {
                law: Zipf::new(count, exponent),
                permutation: Permutation::new(count, ids.bits(workload, PERMUTATION)),
            },
        };
        let noise = Noise::new(config.size, |i| ids.bits(workload, NOISE | i));
        Records { per_node, count, popularity, ids, workload, noise }
    }

    /// How many records all nodes together publish.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The numbers of the records that this node publishes.
    pub fn published_by(&self, node: NodeIndex) -> Range<u64> {
        let first = u64::from(node.0) * self.per_node;
        first..first + self.per_node
    }

    /// The node that publishes this record.
    pub fn publisher(&self, number: u64) -> NodeIndex {
        let node = u32::try_from(number / self.per_node);
        NodeIndex(node.expect("a record's number is below the count"))
    }

    /// The 64-bit identity of this record, the beginning of its key: uniform, so that records
    /// are spread evenly over the key space.
    pub fn id(&self, number: u64) -> u64 {
        self.ids.bits(self.workload, number)
    }

    /// Which record is asked for, by its popularity.
    ///
    /// # Panics
    /// If there are no records.
    pub fn select(&self, bits: u64) -> u64 {
        assert!(self.count > 0, "someone publishes a record before any is asked for");
        match &self.popularity {
            Ranking::Uniform => below(bits, self.count),
            Ranking::Zipf { law, permutation } => permutation.apply(law.rank(bits) - 1),
        }
    }

    /// The content of this record: a view of shared noise, without a copy.
    pub fn value(&self, number: u64) -> Bytes {
        self.noise.view(self.id(number))
    }
}

/// Second arguments of the draws that are no record's number, which are below `2^62`.
const PERMUTATION: u64 = 1 << 62;
const NOISE: u64 = 1 << 63;

/// Noise that all values are cut from, each at an offset of its own below 64 KiB. Two records
/// share their content once in 65,536 pairs, which no protocol notices: what counts is that
/// values can be told apart and have their size.
#[derive(Clone, Debug)]
struct Noise {
    buffer: Bytes,
    size: usize,
}

impl Noise {
    const OFFSETS: usize = 1 << 16;

    fn new(size: u32, word: impl Fn(u64) -> u64) -> Self {
        let size = size as usize;
        let words = (size + Self::OFFSETS).div_ceil(8) as u64;
        let buffer: Vec<u8> = (0..words).flat_map(|i| word(i).to_le_bytes()).collect();
        Noise { buffer: Bytes::from(buffer), size }
    }

    fn view(&self, id: u64) -> Bytes {
        let offset = id as usize % Self::OFFSETS;
        self.buffer.slice(offset..offset + self.size)
    }
}

/// A keyed permutation of `0..count` that stores no table.
#[derive(Clone, Copy, Debug)]
struct Permutation {
    count: u64,
    /// Ones in the bits that numbers below `count` use.
    mask: u64,
    /// Half of those bits, at least one.
    shift: u32,
    key: u64,
}

impl Permutation {
    const ROUNDS: u32 = 4;

    fn new(count: u64, key: u64) -> Self {
        let bits = u64::BITS - count.saturating_sub(1).leading_zeros();
        let mask = if bits == 0 { 0 } else { u64::MAX >> (u64::BITS - bits) };
        Permutation { count, mask, shift: (bits / 2).max(1), key }
    }

    /// Permutes the next power of two until the number is within the count again ("cycle
    /// walking"); each walk is one step of a cycle, so different numbers stay different. Takes
    /// less than two steps on average.
    fn apply(&self, number: u64) -> u64 {
        let mut x = number;
        loop {
            x = self.step(x);
            if x < self.count {
                return x;
            }
        }
    }

    /// Rounds of exclusive or, multiplication by an odd number and a folding shift, each
    /// invertible on the masked bits.
    fn step(&self, mut x: u64) -> u64 {
        for round in 0..Self::ROUNDS {
            x ^= self.key.rotate_left(16 * round) & self.mask;
            x = x.wrapping_mul(0x9E37_79B9_7F4A_7C15) & self.mask;
            x ^= x >> self.shift;
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;
    use rand::Rng;

    fn records(nodes: u32, per_node: u32, popularity: Popularity) -> Records {
        Records::new(&RecordsConfig { per_node, size: 1_000, popularity }, nodes, Seed(6), 0)
    }

    /// How often each record is asked for in `draws` draws.
    fn requests(records: &Records, draws: u32) -> Vec<u32> {
        let mut stream = Stream::new(Seed(6), Purpose::Test, 1);
        let mut counts = vec![0; usize::try_from(records.count()).expect("counts fit")];
        for _ in 0..draws {
            counts[records.select(stream.next_u64()) as usize] += 1;
        }
        counts
    }

    #[test]
    fn each_record_has_one_publisher() {
        let records = records(100, 3, Popularity::Uniform);
        assert_eq!(records.count(), 300);
        for node in (0..100).map(NodeIndex) {
            assert!(records.published_by(node).all(|number| records.publisher(number) == node));
        }
    }

    #[test]
    fn identities_differ_by_number_workload_and_seed() {
        let config = RecordsConfig { per_node: 1, size: 0, popularity: Popularity::Uniform };
        let ids = |seed, workload| {
            let records = Records::new(&config, 10_000, Seed(seed), workload);
            (0..10_000).map(move |number| records.id(number))
        };
        let mut all: Vec<u64> = ids(1, 0).chain(ids(1, 1)).chain(ids(2, 0)).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 30_000);
    }

    /// Five standard deviations of 1,000 expected requests are 158.
    #[test]
    fn uniform_popularity_is_even() {
        let counts = requests(&records(50, 2, Popularity::Uniform), 100_000);
        assert!(counts.iter().all(|count| count.abs_diff(1_000) < 158), "{counts:?}");
    }

    /// The i-th most popular of 100 records with exponent 1 has a share of `1 / (i * H(100))`,
    /// and being popular has nothing to do with being published by an early node.
    #[test]
    fn zipf_popularity_follows_the_law_whoever_publishes() {
        let records = records(100, 1, Popularity::Zipf { exponent: 1.0 });
        let mut counts: Vec<(u32, usize)> =
            requests(&records, 100_000).into_iter().enumerate().map(|(i, c)| (c, i)).collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let harmonic: f64 = (1..=100).map(|i| 1.0 / f64::from(i)).sum();
        for (rank, (count, _)) in (1..=10).zip(&counts) {
            let expected = 1e5 / (f64::from(rank) * harmonic);
            assert!((f64::from(*count) - expected).abs() < 5.0 * expected.sqrt(), "{counts:?}");
        }
        let early = counts[..20].iter().filter(|(_, number)| *number < 50).count();
        assert!((4..=16).contains(&early), "{early} of the 20 most popular come early");
    }

    #[test]
    fn permutations_are_permutations() {
        for count in [1, 2, 3, 5, 8, 100, 1_000, 4_097] {
            let permutation = Permutation::new(count, 0x1234_5678_9ABC_DEF0);
            let mut images: Vec<u64> = (0..count).map(|x| permutation.apply(x)).collect();
            images.sort_unstable();
            assert!(images.into_iter().eq(0..count), "{count}");
        }
    }

    #[test]
    fn values_are_views_of_one_buffer() {
        let records = records(100, 1, Popularity::Uniform);
        let (a, b) = (records.value(1), records.value(2));
        assert_eq!((a.len(), b.len()), (1_000, 1_000));
        assert_ne!(a, b);
        assert_eq!(a, records.value(1));
        let whole = records.noise.buffer.as_ptr() as usize;
        for value in [a, b] {
            assert!((whole..whole + (1 << 16)).contains(&(value.as_ptr() as usize)));
        }
    }

    #[test]
    fn contents_are_noise() {
        let buffer = records(1, 1, Popularity::Uniform).noise.buffer;
        let ones: u32 = buffer.iter().map(|byte| byte.count_ones()).sum();
        assert!((f64::from(ones) / (8.0 * buffer.len() as f64) - 0.5).abs() < 0.005);
    }
}
