//! The scenario's network between sockets: it is applied to a packet before that leaves.

use super::names::Directory;
use crate::metrics::LinkLoads;
use crate::network::{DropReason, Network, Packet, Verdict};
use crate::protocol::NodeIndex;
use crate::time::{Duration, Instant};
use crate::udp::fate::{Departing, Fate, Fates};
use std::cell::RefCell;
use std::rc::Rc;

/// IPv4 and UDP headers.
const PACKET_HEADERS: usize = 28;

/// The network, and which node is where.
pub(super) struct Ways {
    pub(super) network: Network,
    pub(super) links: LinkLoads,
    pub(super) directory: Directory,
}

/// What the driver is given of it.
pub(super) struct SharedWays(pub(super) Rc<RefCell<Ways>>);

impl Fates for SharedWays {
    /// A packet is named as in virtual time, by its sender and the sender's count, and so meets
    /// with what a packet of that name meets with there. Its copy has the next number, as there.
    fn decide(&mut self, packet: Departing) -> Fate {
        let Ways { network, links, directory } = &mut *self.0.borrow_mut();
        // Who is no part of the run is not part of its network.
        let Some(receiver) = directory.at(packet.to.port()) else { return Fate::Leave };
        let packet = Packet {
            sender: NodeIndex(packet.node as u32),
            receiver,
            number: packet.number,
            size: (PACKET_HEADERS + packet.bytes) as u32,
            sent: packet.now,
        };
        let arrival = match network.send_logged(&packet, links) {
            Verdict::Deliver(at) => at,
            Verdict::Drop(reason) => return Fate::Lost(reason),
        };
        let first = whole(network, &packet, packet.number, arrival);
        let number = packet.number + 1;
        match network.duplicate(&packet, arrival, number) {
            Some(Verdict::Deliver(second)) => {
                Fate::Twice([first, whole(network, &packet, number, second)])
            }
            Some(Verdict::Drop(reason)) => Fate::Twice([first, Err(reason)]),
            None => first.map_or_else(Fate::Lost, Fate::LeaveAfter),
        }
    }
}

/// How long a packet of this number waits before it leaves. A damaged one never does: no socket
/// would send what fails the checksum.
fn whole(
    network: &Network,
    packet: &Packet,
    number: u64,
    arrival: Instant,
) -> Result<Duration, DropReason> {
    match network.corrupts(packet.sender, number) {
        true => Err(DropReason::Corrupted),
        false => Ok(arrival - packet.sent),
    }
}
