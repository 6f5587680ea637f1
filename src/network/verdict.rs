//! A packet, and what may become of it.

use crate::protocol::NodeIndex;
use crate::time::Instant;

/// All that the network needs to know about a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Who sends it.
    pub sender: NodeIndex,
    /// Who is meant to receive it.
    pub receiver: NodeIndex,
    /// The sender's own count of its packets; with `sender` it names the packet, and its draws.
    pub number: u64,
    /// Bytes on the wire, headers included.
    pub size: u32,
    /// When the sender hands it to its uplink.
    pub sent: Instant,
}

/// What becomes of a packet that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It reaches the receiver's downlink at this instant.
    Deliver(Instant),
    /// It never gets there.
    Drop(DropReason),
}

/// What becomes of a packet that has reached the receiver's downlink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The receiver has it.
    Now,
    /// The receiver will have it at this instant, when the downlink has brought it.
    At(Instant),
    /// It does not get through.
    Drop(DropReason),
}

/// Why a packet did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DropReason {
    /// Lost between the two links.
    Loss,
    /// Too many bytes waited before the sender's uplink.
    UplinkFull,
    /// Too many bytes waited before the receiver's downlink.
    DownlinkFull,
    /// It arrived damaged and failed the checksum.
    Corrupted,
    /// The receiver is not online. The network knows no nodes: whoever drives it decides this.
    Offline,
    /// The underlay has no way from the sender to the receiver.
    Unreachable,
    /// It opens an exchange with a node that cannot be dialled.
    Undialable,
    /// A fault cut its way while it was on it.
    Partition,
}

impl DropReason {
    /// Every reason, in the order of the enum: `ALL[reason as usize] == reason`.
    pub const ALL: [DropReason; 8] = [
        DropReason::Loss,
        DropReason::UplinkFull,
        DropReason::DownlinkFull,
        DropReason::Corrupted,
        DropReason::Offline,
        DropReason::Unreachable,
        DropReason::Undialable,
        DropReason::Partition,
    ];

    /// Names of all, in that order.
    pub const NAMES: &'static [&'static str] = &[
        DropReason::Loss.name(),
        DropReason::UplinkFull.name(),
        DropReason::DownlinkFull.name(),
        DropReason::Corrupted.name(),
        DropReason::Offline.name(),
        DropReason::Unreachable.name(),
        DropReason::Undialable.name(),
        DropReason::Partition.name(),
    ];

    /// Place in [`DropReason::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name in results and plots.
    pub const fn name(self) -> &'static str {
        match self {
            DropReason::Loss => "loss",
            DropReason::UplinkFull => "uplink-full",
            DropReason::DownlinkFull => "downlink-full",
            DropReason::Corrupted => "corrupted",
            DropReason::Offline => "offline",
            DropReason::Unreachable => "unreachable",
            DropReason::Undialable => "undialable",
            DropReason::Partition => "partition",
        }
    }
}
