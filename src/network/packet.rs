//! A packet and what can become of it.

use crate::protocol::NodeIndex;
use crate::time::Instant;

/// A packet, as far as the network is concerned.
#[derive(Clone, Copy, Debug)]
pub struct Packet {
    /// Who sends it.
    pub sender: NodeIndex,
    /// Whom it is for.
    pub receiver: NodeIndex,
    /// The sender's own counter: with the sender, the packet's name.
    pub number: u64,
    /// Bytes on the wire.
    pub size: u32,
    /// When it is sent.
    pub sent: Instant,
}

/// What becomes of a packet at the receiver's access link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It is delivered at once.
    Now,
    /// It has passed the link at this instant.
    At(Instant),
    /// It is lost.
    Drop(DropReason),
}
/// Why a packet did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropReason {
    /// Lost on the way.
    Loss,
}
