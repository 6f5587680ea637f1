//! What happens to a packet before it leaves. The network between two sockets of one host has no
//! latency and no loss to speak of; an experiment there brings its own.

use crate::network::DropReason;
use crate::time::{Duration, Instant};
use std::net::SocketAddr;

/// A datagram that a hosted node sends.
#[derive(Clone, Copy, Debug)]
pub struct Departing {
    /// Which of the hosted nodes sends it.
    pub node: usize,
    /// Where to.
    pub to: SocketAddr,
    /// The node's count of what it has sent before, with the copies that were made of it.
    pub number: u64,
    /// Its bytes, without headers.
    pub bytes: usize,
    /// When it is sent.
    pub now: Instant,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It leaves at once.
    Leave,
    /// It leaves after this.
    LeaveAfter(Duration),
    /// It never leaves, for this reason.
    Lost(DropReason),
    /// It and a copy, which counts as one packet more: how long each waits before it leaves, or why
    /// it does not.
    Twice([Result<Duration, DropReason>; 2]),
}

/// Decides about packets.
pub trait Fates {
    /// What becomes of this one.
    fn decide(&mut self, packet: Departing) -> Fate;
}

/// The network is the one that there is.
#[derive(Clone, Copy, Debug)]
pub struct AsItIs;

impl Fates for AsItIs {
    fn decide(&mut self, _: Departing) -> Fate {
        Fate::Leave
    }
}

impl<F: FnMut(Departing) -> Fate> Fates for F {
    fn decide(&mut self, packet: Departing) -> Fate {
        self(packet)
    }
}
