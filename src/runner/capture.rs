//! The packets of a run as datagrams: what a card beside each simulated node would see leave.

use super::block::SimMessage;
use super::record_keys;
use crate::kademlia::key::{Key64, WideKey};
use crate::krpc::Id;
use crate::krpc::item::Item;
use crate::krpc::translate::{self, Naming};
use crate::network::Packet;
use crate::protocol::NodeIndex;
use crate::rng::{Bijection, Seed};
use crate::scenario::Scenario;
use crate::time::Instant;
use crate::workload::config::{WorkloadConfig, WorkloadKind};
use bytes::Bytes;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::ops::Range;

/// BitTorrent's usual port.
const PORT: u16 = 6_881;

/// Which packets are captured.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Those that one of these nodes sends or is to receive; `None`: those of all.
    pub nodes: Option<Vec<Range<u32>>>,
    /// Those sent from this virtual time on.
    pub from: Instant,
    /// Those sent before this virtual time.
    pub until: Instant,
}

impl Filter {
    fn takes(&self, packet: &Packet) -> bool {
        let named = |node: NodeIndex| {
            self.nodes
                .as_ref()
                .is_none_or(|ranges| ranges.iter().any(|range| range.contains(&node.0)))
        };
        let within = self.from <= packet.sent && packet.sent < self.until;
        within && (named(packet.sender) || named(packet.receiver))
    }
}

/// A packet as a datagram of BitTorrent's DHT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datagram {
    /// When it was sent.
    pub sent: Instant,
    /// Who sent it.
    pub from: SocketAddrV4,
    /// Who is meant to receive it.
    pub to: SocketAddrV4,
    /// KRPC, bencoded.
    pub payload: Vec<u8>,
}

/// The address of a simulated node: in 10.0.0.0/8, which is nobody's, and from the 16,777,216th
/// node on with the next port.
pub fn address_of(node: NodeIndex) -> SocketAddrV4 {
    let [port, a, b, c] = node.0.wrapping_add(1).to_be_bytes();
    SocketAddrV4::new(Ipv4Addr::new(10, a, b, c), PORT + u16::from(port))
}

/// The 160 bits that stand for a key of the simulator: its 64, and zeros, which decide nothing.
pub fn id_of(key: Key64) -> Id {
    let mut id = [0; 20];
    id[..8].copy_from_slice(&key.0.to_be_bytes());
    WideKey(id)
}

/// The most bytes of a record that a datagram carries: 65,507, less what stands around the record.
pub const MOST_RECORD_BYTES: u32 = 65_507 - 507;

/// The largest record of the scenario, in bytes, if no datagram can carry it.
pub fn too_large(scenario: &Scenario) -> Option<u32> {
    let size = |workload: &WorkloadConfig| match workload.kind {
        WorkloadKind::PutGet { records } => records.size,
        WorkloadKind::Lookup | WorkloadKind::Provide { .. } => 0,
    };
    let largest = scenario.workloads.iter().map(size).max()?;
    (largest > MOST_RECORD_BYTES).then_some(largest)
}

/// What simulated nodes are called in datagrams.
struct Names {
    keys: Bijection,
}

impl Naming<NodeIndex, Key64> for Names {
    fn id(&self, node: NodeIndex) -> Id {
        id_of(Key64(self.keys.apply(u64::from(node.0))))
    }

    fn address(&self, node: NodeIndex) -> SocketAddr {
        address_of(node).into()
    }

    fn target(&self, key: Key64) -> Id {
        id_of(key)
    }

    fn item(&self, value: &Bytes) -> Item {
        record_keys::item(value)
    }
}

/// The packets that the nodes of a block have sent since they were last taken away.
pub(super) struct Tap {
    filter: Filter,
    names: Names,
    seen: Vec<(Instant, NodeIndex, u64, Datagram)>,
}

impl Tap {
    pub(super) fn new(filter: Filter, seed: Seed) -> Self {
        Tap { filter, names: Names { keys: Bijection::new(seed) }, seen: Vec::new() }
    }

    /// A packet leaves its sender.
    pub(super) fn see(&mut self, packet: &Packet, message: &SimMessage) {
        if !self.filter.takes(packet) {
            return;
        }
        // A token binds who gives it to who is given it.
        let (giver, taker) = match message.body.is_response() {
            true => (packet.sender, packet.receiver),
            false => (packet.receiver, packet.sender),
        };
        let token = giver.0.wrapping_mul(0x9e37_79b9) ^ taker.0;
        let datagram = Datagram {
            sent: packet.sent,
            from: address_of(packet.sender),
            to: address_of(packet.receiver),
            payload: translate::datagram(message, packet.sender, &token.to_be_bytes(), &self.names),
        };
        self.seen.push((packet.sent, packet.sender, packet.number, datagram));
    }

    /// What the taps of all blocks have seen, in an order that does not depend on the blocks.
    pub(super) fn take_all<'t>(taps: impl Iterator<Item = &'t mut Tap>) -> Vec<Datagram> {
        let mut seen: Vec<_> = taps.flat_map(|tap| tap.seen.drain(..)).collect();
        seen.sort_unstable_by_key(|&(sent, sender, number, _)| (sent, sender, number));
        seen.into_iter().map(|(.., datagram)| datagram).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kademlia::message::{Body, Message};
    use crate::time::Duration;

    const ALL: Filter = Filter { nodes: None, from: Instant::ZERO, until: Instant::FAR_FUTURE };

    fn packet(sender: u32, receiver: u32, number: u64, sent: Instant) -> Packet {
        let (sender, receiver) = (NodeIndex(sender), NodeIndex(receiver));
        Packet { sender, receiver, number, size: 0, sent }
    }

    fn message(body: Body<NodeIndex, Key64>) -> SimMessage {
        Message { number: 7, body }
    }

    #[test]
    fn a_filter_takes_what_is_within_it() {
        let at = |seconds| Instant::ZERO + Duration::from_secs(seconds);
        let filter = Filter { nodes: Some(vec![3..5, 9..10]), from: at(2), until: at(4) };
        let takes =
            |sender, receiver, seconds| filter.takes(&packet(sender, receiver, 0, at(seconds)));
        assert!(takes(3, 0, 2) && takes(0, 4, 3) && takes(9, 9, 3));
        assert!(!takes(5, 2, 3) && !takes(10, 8, 3));
        assert!(!takes(3, 4, 1) && !takes(3, 4, 4));
        assert!(ALL.takes(&packet(0, 1, 0, Instant::ZERO)));
    }

    #[test]
    fn the_order_is_that_of_sending_whoever_saw_it() {
        let mut taps = [Tap::new(ALL, Seed(1)), Tap::new(ALL, Seed(1))];
        let later = Instant::ZERO + Duration::from_nanos(1);
        taps[1].see(&packet(8, 0, 2, later), &message(Body::Ping));
        taps[1].see(&packet(8, 0, 1, later), &message(Body::Pong));
        taps[0].see(&packet(2, 0, 9, later), &message(Body::Ping));
        taps[0].see(&packet(5, 0, 9, Instant::ZERO), &message(Body::Ping));
        let order: Vec<_> = Tap::take_all(taps.iter_mut()).iter().map(|seen| seen.from).collect();
        assert_eq!(order, [5, 2, 8, 8].map(|node| address_of(NodeIndex(node))));
    }

    #[test]
    fn every_node_has_an_address_of_its_own() {
        let address = |node| address_of(NodeIndex(node)).to_string();
        assert_eq!(address(0), "10.0.0.1:6881");
        assert_eq!(address(0xff_fffe), "10.255.255.255:6881");
        assert_eq!(address(0xff_ffff), "10.0.0.0:6882");
    }
}
