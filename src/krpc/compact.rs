//! Addresses in 6 or 18 bytes, nodes in 26 or 38 (BEP 5, "Contact Encoding"; BEP 32).

use super::Id;
use crate::kademlia::key::WideKey;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// A node as packets name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeInfo {
    /// Its id.
    pub id: Id,
    /// Where it can be reached.
    pub address: SocketAddr,
}

/// Bytes of an id.
const ID: usize = 20;

/// Whether addresses are those of IPv4 or of IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// 4 bytes and a port; `nodes`.
    V4,
    /// 16 bytes and a port; `nodes6`.
    V6,
}

impl Family {
    /// The family of an address. An IPv4 address mapped into IPv6 is one of IPv6.
    pub fn of(address: SocketAddr) -> Self {
        if address.is_ipv4() { Family::V4 } else { Family::V6 }
    }

    /// Bytes of an address with its port.
    const fn address_bytes(self) -> usize {
        match self {
            Family::V4 => 6,
            Family::V6 => 18,
        }
    }
}

/// Appends an address: its bytes, then the port, both in network order.
pub fn push_address(bytes: &mut Vec<u8>, address: SocketAddr) {
    match address.ip() {
        IpAddr::V4(ip) => bytes.extend(ip.octets()),
        IpAddr::V6(ip) => bytes.extend(ip.octets()),
    }
    bytes.extend(address.port().to_be_bytes());
}

/// The address in exactly 6 or 18 bytes; `None` for any other length.
pub fn address(bytes: &[u8]) -> Option<SocketAddr> {
    let (ip, port) = bytes.split_last_chunk::<2>()?;
    let ip = match ip.len() {
        4 => IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(ip).ok()?)),
        16 => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(ip).ok()?)),
        _ => return None,
    };
    Some(SocketAddr::new(ip, u16::from_be_bytes(*port)))
}

/// Appends a node: its id, then its address.
pub fn push_node(bytes: &mut Vec<u8>, node: NodeInfo) {
    bytes.extend(node.id.0);
    push_address(bytes, node.address);
}

/// The nodes in a string of `nodes` or `nodes6`; `None` if its length is no multiple of one.
pub fn nodes(bytes: &[u8], family: Family) -> Option<Vec<NodeInfo>> {
    let each = ID + family.address_bytes();
    if !bytes.len().is_multiple_of(each) {
        return None;
    }
    let node = |bytes: &[u8]| {
        let (id, rest) = bytes.split_first_chunk::<ID>()?;
        Some(NodeInfo { id: WideKey(*id), address: address(rest)? })
    };
    bytes.chunks_exact(each).map(node).collect()
}
