//! thin
use super::config::RecordsConfig;
use crate::rng::{PacketDraws, Purpose, Seed, Stream};
use bytes::Bytes;
use rand::Rng;
/// thin
pub struct Records {
    per: u32,
    n: u64,
    d: PacketDraws,
    w: u64,
    size: usize,
    noise: Bytes,
}
#[allow(missing_docs, clippy::allow_attributes_without_reason)]
impl Records {
    pub fn new(seed: Seed, w: u64, nodes: u32, c: RecordsConfig) -> Self {
        let noise = vec![7u8; c.size as usize + 65536];
        Records {
            per: c.per_node,
            n: u64::from(nodes) * u64::from(c.per_node),
            d: PacketDraws::new(seed, Purpose::Records),
            w,
            size: c.size as usize,
            noise: noise.into(),
        }
    }
    pub fn per_node(&self) -> u32 {
        self.per
    }
    pub fn key(&self, n: u32) -> u64 {
        self.d.bits(self.w, u64::from(n))
    }
    pub fn pick(&self, s: &mut Stream) -> u32 {
        (s.next_u64() % self.n) as u32
    }
    pub fn value(&self, n: u32) -> Bytes {
        let o = (n % 65536) as usize;
        self.noise.slice(o..o + self.size)
    }
}
