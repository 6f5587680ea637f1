//! What names a remote node: an id and a socket address.

use crate::krpc::Id;
use crate::krpc::compact::{Family, NodeInfo};
use std::cmp::Ordering;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// A remote node. Two names are the same if their addresses are: an id is what the node at an
/// address says of itself, so an endpoint is one entry wherever contacts are kept.
#[derive(Clone, Copy, Debug)]
pub struct Contact {
    /// Its id.
    pub id: Id,
    /// Where its packets come from and go to.
    pub address: SocketAddr,
    /// Whether it only asks (BEP 43).
    pub read_only: bool,
}

impl Contact {
    /// A node that serves.
    pub fn new(id: Id, address: SocketAddr) -> Self {
        Contact { id, address: plain(address), read_only: false }
    }
}

impl PartialEq for Contact {
    fn eq(&self, other: &Self) -> bool {
        self.address == other.address
    }
}

impl Eq for Contact {}

impl PartialOrd for Contact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Contact {
    fn cmp(&self, other: &Self) -> Ordering {
        self.address.cmp(&other.address)
    }
}

impl From<Contact> for NodeInfo {
    fn from(contact: Contact) -> Self {
        NodeInfo { id: contact.id, address: contact.address }
    }
}

/// The address without what IPv6 sockets add to it (flow and scope), by which it would differ from
/// the same one in a packet.
pub fn plain(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip(), address.port())
}

/// Where a packet to `address` arrives: an address that stands for all of a host's own is that of
/// this host, which answers it from another.
pub fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        other => other,
    };
    SocketAddr::new(ip, address.port())
}

/// Whether a packet can be sent to this address by a node of this family, and to one host.
pub fn is_usable(address: SocketAddr, family: Family) -> bool {
    let one_host = match address.ip() {
        IpAddr::V4(ip) => !(ip.is_unspecified() || ip.is_multicast() || ip.is_broadcast()),
        IpAddr::V6(ip) => {
            !(ip.is_unspecified() || ip.is_multicast() || ip.to_ipv4_mapped().is_some())
        }
    };
    one_host && address.port() != 0 && Family::of(address) == family
}
