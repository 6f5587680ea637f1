//! The scenario's network between sockets: it is applied to a packet before that leaves.

use super::names::Directory;
use crate::network::{Network, Packet, Verdict};
use crate::protocol::NodeIndex;
use crate::udp::fate::{Departing, Fate, Fates};
use std::cell::RefCell;
use std::rc::Rc;

/// IPv4 and UDP headers.
const PACKET_HEADERS: usize = 28;

/// The network, and which node is where.
pub(super) struct Ways {
    pub(super) network: Network,
    pub(super) directory: Directory,
}

/// What the driver is given of it.
pub(super) struct SharedWays(pub(super) Rc<RefCell<Ways>>);

impl Fates for SharedWays {
    /// A packet is named as in virtual time, by its sender and the sender's count, and so meets
    /// with what a packet of that name meets with there.
    fn decide(&mut self, packet: Departing) -> Fate {
        let Ways { network, directory } = &mut *self.0.borrow_mut();
        // Who is no part of the run is not part of its network.
        let Some(receiver) = directory.at(packet.to.port()) else { return Fate::Leave };
        let packet = Packet {
            sender: NodeIndex(packet.node as u32),
            receiver,
            number: packet.number,
            size: (PACKET_HEADERS + packet.bytes) as u32,
            sent: packet.now,
        };
        match network.send(&packet) {
            Verdict::Deliver(at) => Fate::LeaveAfter(at - packet.sent),
            Verdict::Drop(reason) => Fate::Lost(reason),
        }
    }
}
