//! What goes wrong for a time: to packets, to who is there, and to clocks.
//!
//! Faults stand in the scenario, so what they do is a function of time and of a node's index, and
//! known before the run: no node and no packet keeps anything of them, but for degraded ways with
//! a limited bandwidth, which have a queue for each sender.
//!
//! - [`config`]: what the user says.
//! - `members`: which nodes a fault concerns.
//! - `packets`: what partitions, degraded ways, unreachable regions and slow nodes do to packets.
//! - `clocks`: the time that nodes read from clocks that run wrong.
//! - `presence`: who is kept away when by crashes, outages and flash crowds.

mod clocks;
pub mod config;
mod members;
mod packets;
mod presence;

pub use clocks::{Clocks, LARGEST_SKEW};
pub use members::Members;
pub(super) use packets::Packets;
pub use presence::{Presence, Turn};

use super::config::NetworkConfig;
use crate::rng::Seed;
use config::{FaultKind, Sides, Ways};

impl Members {
    /// The nodes that the fault of this number concerns; with the groups of a partition.
    ///
    /// # Panics
    /// If there is no such fault, or it names a class or region that there is not.
    pub fn of(config: &NetworkConfig, fault: usize, seed: Seed) -> Self {
        let of_whom = |whom| Members::new(whom, fault, config, seed);
        match &config.faults[fault].kind {
            FaultKind::Partition { sides: Sides::Groups(groups), .. } => Members::numbered(groups),
            FaultKind::Degradation { ways: Ways::Between { from, to, .. }, .. } => {
                let place = |name: &str| Members::of_place(name, config, seed);
                Members::either(place(from), place(to))
            }
            FaultKind::Partition { sides: Sides::Apart(whom), .. }
            | FaultKind::Degradation { ways: Ways::Of(whom, _), .. }
            | FaultKind::Crash(whom)
            | FaultKind::FlashCrowd(whom)
            | FaultKind::SlowNodes { whom, .. }
            | FaultKind::TimerSkew { whom, .. } => of_whom(whom),
            FaultKind::Outage { region, .. } => Members::of_place(region, config, seed),
        }
    }
}
