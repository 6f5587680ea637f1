//! Which blocks there are, what is in them and on which nodes they lie: a function of seed and scenario.

use crate::kademlia::key::Key64;
use crate::protocol::NodeIndex;
use crate::rng::distribution::{Zipf, below, unit};
use crate::rng::{PacketDraws, Purpose, Seed, Stream};
use crate::time::{Duration, Instant};
use crate::workload::config::{BlocksConfig, Popularity};
use crate::workload::traffic::{Times, Traffic};
use bytes::Bytes;
use rand::{Rng, RngExt};
use sha1::{Digest, Sha1};
use std::collections::BTreeMap;

/// A block's id: the SHA-1 of its content, as pieces have it in BEP 3.
pub type BlockId = [u8; 20];

/// What all nodes of a blocks workload have in common.
#[derive(Clone, Debug)]
pub struct Plan {
    /// As the scenario has it.
    pub config: BlocksConfig,
    pub(super) traffic: Traffic,
    /// Noise that all contents are cut from: block `i` begins at byte `i`, so that contents differ
    /// and none takes memory of its own.
    noise: Bytes,
    /// By number.
    ids: Vec<BlockId>,
    numbers: BTreeMap<BlockId, u32>,
    /// The blocks that lie on a node from the beginning, in order.
    placed: BTreeMap<NodeIndex, Vec<u32>>,
    law: Option<Zipf>,
    damages: PacketDraws,
    workload: u64,
    /// The classes of nodes that serve against credit only.
    is_marketplace: Vec<bool>,
    /// Nodes that others can ask.
    is_open: Vec<bool>,
    /// How long holders remember who provides a block.
    pub(super) provider_expiry: Duration,
    /// When that is announced again; `None`: never.
    pub(super) announce_interval: Option<Duration>,
    pub(super) times: Times,
}

/// What the nodes of a run are, by index.
#[derive(Clone, Debug)]
pub struct Members {
    /// Whether others can ask the node.
    pub is_open: Vec<bool>,
    /// Whether the node serves against credit only.
    pub is_marketplace: Vec<bool>,
}

/// What is announced is remembered for so long, and announced again after so long.
#[derive(Clone, Copy, Debug)]
pub struct Announcing {
    /// How long.
    pub provider_expiry: Duration,
    /// After how long; `None`: never.
    pub interval: Option<Duration>,
}

impl Plan {
    /// The plan of the workload at this place of the scenario.
    ///
    /// It computes the hash of every block once.
    pub fn new(
        config: BlocksConfig,
        traffic: Traffic,
        times: Times,
        (seed, workload): (Seed, u32),
        members: Members,
        announcing: Announcing,
    ) -> Self {
        let workload = u64::from(workload);
        let open: Vec<NodeIndex> = (0..)
            .zip(&members.is_open)
            .filter_map(|(node, &is_open)| is_open.then_some(NodeIndex(node)))
            .collect();
        let count = open.len() as u32 * config.per_node;
        let draws = PacketDraws::new(seed, Purpose::BlockContents);
        let words = (config.size as usize + count as usize).div_ceil(8) as u64;
        let noise = (0..words).flat_map(|word| draws.bits(workload, word).to_le_bytes());
        let noise = Bytes::from(noise.collect::<Vec<u8>>());
        let content = |number: u32| &noise[number as usize..][..config.size as usize];
        let ids: Vec<BlockId> =
            (0..count).map(|number| Sha1::digest(content(number)).into()).collect();
        let mut stream = Stream::new(seed, Purpose::BlockPlaces, workload);
        Plan {
            traffic,
            numbers: ids.iter().copied().zip(0..).collect(),
            ids,
            placed: place(&config, &open, count, &mut stream),
            law: match config.popularity {
                Popularity::Zipf { exponent } if count > 0 => {
                    Some(Zipf::new(u64::from(count), exponent))
                }
                Popularity::Uniform | Popularity::Zipf { .. } => None,
            },
            damages: PacketDraws::new(seed, Purpose::BlockDamages),
            noise,
            workload,
            is_marketplace: members.is_marketplace,
            is_open: members.is_open,
            provider_expiry: announcing.provider_expiry,
            announce_interval: announcing.interval,
            times,
            config,
        }
    }

    /// How many blocks there are.
    pub fn count(&self) -> u32 {
        self.ids.len() as u32
    }

    /// How many copies of them lie on nodes from the beginning.
    pub fn copies(&self) -> u64 {
        self.placed.values().map(|blocks| blocks.len() as u64).sum()
    }

    /// The id of a block.
    pub fn id(&self, block: u32) -> &BlockId {
        &self.ids[block as usize]
    }

    /// The key under which it is announced: the beginning of its id.
    pub fn key(&self, block: u32) -> Key64 {
        let head = self.id(block).first_chunk::<8>().expect("an id has 20 bytes");
        Key64(u64::from_be_bytes(*head))
    }

    /// The block of this id.
    pub(super) fn block_of(&self, id: &[u8]) -> Option<u32> {
        let id: &BlockId = id.try_into().ok()?;
        self.numbers.get(id).copied()
    }

    /// The blocks that lie on a node from the beginning, in order.
    pub fn placed_on(&self, node: NodeIndex) -> &[u32] {
        self.placed.get(&node).map_or(&[], |blocks| blocks)
    }

    /// Whether others can ask a node.
    pub fn is_open(&self, node: NodeIndex) -> bool {
        self.is_open[node.get()]
    }

    /// Whether a node serves against credit only.
    pub fn is_marketplace(&self, node: NodeIndex) -> bool {
        self.is_marketplace[node.get()]
    }

    /// What a node gives away as the content of a block: another, where its copy is damaged.
    pub(super) fn content_on(&self, node: NodeIndex, block: u32) -> Bytes {
        let content = self.noise.slice(block as usize..(block + self.config.size) as usize);
        if !self.is_damaged(node, block) {
            return content;
        }
        let mut damaged = content.to_vec();
        damaged[0] ^= 1;
        Bytes::from(damaged)
    }

    /// Whether the copy of a block that lay on a node from the beginning is damaged.
    fn is_damaged(&self, node: NodeIndex, block: u32) -> bool {
        let copy = u64::from(node.0) << 32 | u64::from(block);
        let is_first = self.placed_on(node).binary_search(&block).is_ok();
        is_first && unit(self.damages.bits(self.workload, copy)) < self.config.damaged_share
    }

    /// Whether this is the content of a block: whether its hash is the block's id.
    pub fn verifies(&self, block: u32, content: &[u8]) -> bool {
        let id: BlockId = Sha1::digest(content).into();
        id == *self.id(block)
    }

    /// The block that is wanted next, by popularity; `None` if there are none.
    pub(super) fn select(&self, stream: &mut Stream) -> Option<u32> {
        let bits = stream.next_u64();
        let block = match &self.law {
            _ if self.ids.is_empty() => return None,
            None => below(bits, u64::from(self.count())),
            Some(law) => law.rank(bits) - 1,
        };
        Some(block as u32)
    }

    /// When a node begins to announce what lies on it: in the first half of the transition phase.
    pub(super) fn first_announcement(&self, stream: &mut Stream) -> Instant {
        let Times { transition, measurement, .. } = self.times;
        let half = (measurement - transition).as_nanos() / 2;
        transition + Duration::from_nanos(below(stream.next_u64(), half.max(1)))
    }
}

/// Puts as many blocks on each node, drawn at random so that the popular ones are anywhere; further
/// copies lie on any other nodes.
fn place(
    config: &BlocksConfig,
    open: &[NodeIndex],
    count: u32,
    stream: &mut Stream,
) -> BTreeMap<NodeIndex, Vec<u32>> {
    let mut blocks: Vec<u32> = (0..count).collect();
    for left in (1..blocks.len()).rev() {
        blocks.swap(left, stream.random_range(0..=left));
    }
    let copies = (config.copies as usize).min(open.len());
    let mut placed = BTreeMap::<NodeIndex, Vec<u32>>::new();
    for (place, block) in blocks.into_iter().enumerate() {
        let mut on = vec![open[place / config.per_node as usize]];
        while on.len() < copies {
            let node = open[stream.random_range(0..open.len())];
            if !on.contains(&node) {
                on.push(node);
            }
        }
        on.into_iter().for_each(|node| placed.entry(node).or_default().push(block));
    }
    placed.values_mut().for_each(|blocks| blocks.sort_unstable());
    placed
}
