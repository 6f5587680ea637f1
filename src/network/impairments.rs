//! What may happen to a packet that is not lost: it arrives twice, or it arrives damaged.

use super::chance::Chance;
use super::config::NetworkConfig;
use crate::protocol::NodeIndex;
use crate::rng::{PacketDraws, Purpose, Seed};

/// Duplication and corruption of one run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Impairments {
    duplication: Chance,
    corruption: Chance,
    copies: PacketDraws,
    damages: PacketDraws,
}

impl Impairments {
    /// # Panics
    /// If one of them is no probability.
    pub(super) fn new(config: &NetworkConfig, seed: Seed) -> Self {
        Impairments {
            duplication: Chance::new(config.duplication),
            corruption: Chance::new(config.corruption),
            copies: PacketDraws::new(seed, Purpose::Duplication),
            damages: PacketDraws::new(seed, Purpose::Corruption),
        }
    }

    /// Whether any packet arrives twice.
    #[inline]
    pub(super) fn may_duplicate(&self) -> bool {
        !self.duplication.is_never()
    }

    /// Whether any packet arrives damaged.
    #[inline]
    pub(super) fn may_corrupt(&self) -> bool {
        !self.corruption.is_never()
    }

    /// Whether the packet of this name arrives twice.
    #[inline]
    pub(super) fn duplicates(&self, sender: NodeIndex, number: u64) -> bool {
        self.duplication.hits(self.copies.bits(u64::from(sender.0), number))
    }

    /// Whether the packet of this name arrives damaged.
    #[inline]
    pub(super) fn corrupts(&self, sender: NodeIndex, number: u64) -> bool {
        self.corruption.hits(self.damages.bits(u64::from(sender.0), number))
    }
}
