//! Which addresses are of one group: those of one network, since who has one of them easily gets more.
//!
//! The networks are those of libtorrent's `compare_ip_cidr`: IPv4 addresses of one /24, IPv6 addresses of
//! one /64, which is what a single customer is given at least. go-libp2p takes larger ones (an IPv4 /16,
//! an IPv6 autonomous system, which takes a table of who owns what).

use crate::protocol::AddressGroup;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which addresses have a group at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// Those of the Internet. Nobody far away has those of this host, of a private network or of a
    /// carrier's, and in a laboratory all nodes have them: they are not limited.
    #[default]
    Public,
    /// All.
    All,
}

impl Grouping {
    /// The group of an address; `None` if it is not limited.
    pub fn of(self, address: IpAddr) -> Option<AddressGroup> {
        if self == Grouping::Public && is_local(address) {
            return None;
        }
        Some(AddressGroup(match address {
            // 64 bits of an IPv6 address that is ever given out begin with something else.
            IpAddr::V4(ip) => u64::from(u32::from(ip) >> 8),
            IpAddr::V6(ip) => (u128::from(ip) >> 64) as u64,
        }))
    }
}

/// Whether an address is of this host or of a network that is not the Internet.
fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => {
            // Of carriers' networks: RFC 6598.
            let of_carriers = u32::from(ip) >> 22 == u32::from(Ipv4Addr::new(100, 64, 0, 0)) >> 22;
            ip.is_loopback()
                || ip.is_private()
                || ip.is_link_local()
                || ip.is_unspecified()
                || of_carriers
        }
        IpAddr::V6(ip) => {
            let [first, ..] = ip.segments();
            // Unique local addresses (RFC 4193) and those of a link (RFC 4291).
            ip == Ipv6Addr::LOCALHOST
                || ip.is_unspecified()
                || first & 0xfe00 == 0xfc00
                || first & 0xffc0 == 0xfe80
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(grouping: Grouping, address: &str) -> Option<AddressGroup> {
        grouping.of(address.parse().expect("it is an address"))
    }

    #[test]
    fn addresses_of_one_network_are_of_one_group() {
        let public = |address| group(Grouping::Public, address).expect("it is public");
        assert_eq!(public("198.51.100.1"), public("198.51.100.254"));
        assert_ne!(public("198.51.100.1"), public("198.51.101.1"));
        assert_eq!(public("2001:db8:1:2::1"), public("2001:db8:1:2:ffff::1"));
        assert_ne!(public("2001:db8:1:2::1"), public("2001:db8:1:3::1"));
    }

    #[test]
    fn local_addresses_are_limited_only_if_that_is_asked_for() {
        let local = [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "169.254.0.1",
            "100.127.0.1",
            "::1",
            "fd00::1",
            "fe80::1",
        ];
        for address in local {
            assert_eq!(group(Grouping::Public, address), None, "{address}");
            assert!(group(Grouping::All, address).is_some(), "{address}");
        }
        for address in ["100.128.0.1", "172.32.0.1", "2600::1"] {
            assert!(group(Grouping::Public, address).is_some(), "{address}");
        }
    }
}
