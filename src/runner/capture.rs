//! The packets of a run as datagrams: what a card beside each simulated node would see leave. And
//! which nodes and times of a run are observed.

use super::block::SimMessage;
use super::keys::Keys;
use super::record_keys;
use crate::kademlia::key::{Key64, WideKey};
use crate::krpc::Id;
use crate::krpc::item::Item;
use crate::krpc::translate::{self, Naming};
use crate::network::Packet;
use crate::protocol::NodeIndex;
use crate::scenario::Scenario;
use crate::time::Instant;
use crate::workload::config::{WorkloadConfig, WorkloadKind};
use bytes::Bytes;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::ops::Range;

/// BitTorrent's usual port.
const PORT: u16 = 6_881;

/// Which packets or events are observed.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Packets that one of these nodes sends or is to receive, and what happens at these nodes; `None`:
    /// at all.
    pub nodes: Option<Vec<Range<u32>>>,
    /// What is sent or happens from this virtual time on.
    pub from: Instant,
    /// What is sent or happens before this virtual time.
    pub until: Instant,
}

impl Filter {
    /// Whether it takes what happens `at` this instant and concerns these nodes.
    pub(super) fn takes(&self, at: Instant, nodes: &[NodeIndex]) -> bool {
        self.is_within(at) && nodes.iter().any(|&node| self.names(node))
    }

    /// Whether it takes anything of this instant.
    pub(super) fn is_within(&self, at: Instant) -> bool {
        self.from <= at && at < self.until
    }

    /// Whether it takes anything of this node.
    pub(super) fn names(&self, node: NodeIndex) -> bool {
        self.nodes.as_ref().is_none_or(|ranges| ranges.iter().any(|range| range.contains(&node.0)))
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
        WorkloadKind::Services(services) => services.request_size.max(services.reply_size),
        WorkloadKind::Blocks(blocks) => blocks.size,
        WorkloadKind::Registers(registers) => registers.size,
        WorkloadKind::Lookup | WorkloadKind::Provide { .. } => 0,
    };
    let largest = scenario.workloads.iter().map(size).max()?;
    (largest > MOST_RECORD_BYTES).then_some(largest)
}

/// What simulated nodes are called in datagrams.
struct Names {
    keys: Keys,
}

impl Naming<NodeIndex, Key64> for Names {
    fn id(&self, node: NodeIndex) -> Id {
        id_of(self.keys.of(node))
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

/// Makes datagrams of packets.
pub(super) struct Translator {
    names: Names,
}

impl Translator {
    pub(super) fn new(keys: Keys) -> Self {
        Translator { names: Names { keys } }
    }

    /// A packet that leaves its sender.
    pub(super) fn datagram(&self, packet: &Packet, message: &SimMessage) -> Datagram {
        // A token binds who gives it to who is given it.
        let (giver, taker) = match message.body.is_response() {
            true => (packet.sender, packet.receiver),
            false => (packet.receiver, packet.sender),
        };
        let token = giver.0.wrapping_mul(0x9e37_79b9) ^ taker.0;
        Datagram {
            sent: packet.sent,
            from: address_of(packet.sender),
            to: address_of(packet.receiver),
            payload: translate::datagram(message, packet.sender, &token.to_be_bytes(), &self.names),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;

    #[test]
    fn a_filter_takes_what_is_within_it() {
        let at = |seconds| Instant::ZERO + Duration::from_secs(seconds);
        let filter = Filter { nodes: Some(vec![3..5, 9..10]), from: at(2), until: at(4) };
        let takes = |sender, receiver, seconds| {
            filter.takes(at(seconds), &[NodeIndex(sender), NodeIndex(receiver)])
        };
        assert!(takes(3, 0, 2) && takes(0, 4, 3) && takes(9, 9, 3));
        assert!(!takes(5, 2, 3) && !takes(10, 8, 3));
        assert!(!takes(3, 4, 1) && !takes(3, 4, 4));
        let all = Filter { nodes: None, from: Instant::ZERO, until: Instant::FAR_FUTURE };
        assert!(all.takes(Instant::ZERO, &[NodeIndex(0), NodeIndex(1)]));
    }

    #[test]
    fn every_node_has_an_address_of_its_own() {
        let address = |node| address_of(NodeIndex(node)).to_string();
        assert_eq!(address(0), "10.0.0.1:6881");
        assert_eq!(address(0xff_fffe), "10.255.255.255:6881");
        assert_eq!(address(0xff_ffff), "10.0.0.0:6882");
    }
}
