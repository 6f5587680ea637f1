//! Node ids that belong to an address (BEP 42): 21 bits of an id follow from the address and a
//! number below eight, so that nobody can choose a place in the key space freely.

use super::Id;
use crate::kademlia::key::WideKey;
use std::net::IpAddr;

/// The first 32 bits that the id of this address and number has; 21 of them count.
fn checksum(address: IpAddr, number: u8) -> u32 {
    const MASK_V4: [u8; 4] = [0x03, 0x0f, 0x3f, 0xff];
    const MASK_V6: [u8; 8] = [0x01, 0x03, 0x07, 0x0f, 0x1f, 0x3f, 0x7f, 0xff];
    let number = number & 7;
    match address {
        IpAddr::V4(ip) => {
            let mut bytes = ip.octets();
            bytes.iter_mut().zip(MASK_V4).for_each(|(byte, mask)| *byte &= mask);
            bytes[0] |= number << 5;
            crc32c::crc32c(&bytes)
        }
        IpAddr::V6(ip) => {
            let [b0, b1, b2, b3, b4, b5, b6, b7, ..] = ip.octets();
            let mut bytes = [b0, b1, b2, b3, b4, b5, b6, b7];
            bytes.iter_mut().zip(MASK_V6).for_each(|(byte, mask)| *byte &= mask);
            bytes[0] |= number << 5;
            crc32c::crc32c(&bytes)
        }
    }
}

/// An id that belongs to `address`, of `drawn` bytes where it is free.
pub fn for_address(address: IpAddr, drawn: [u8; 20]) -> Id {
    let mut id = drawn;
    let [first, second, third, _] = checksum(address, drawn[19]).to_be_bytes();
    id[0] = first;
    id[1] = second;
    id[2] = third & 0xf8 | drawn[2] & 0x07;
    WideKey(id)
}

/// Whether every id belongs to this address: one of a host's own or of a private network, or none
/// in particular.
fn is_exempt(address: IpAddr) -> bool {
    address.is_unspecified()
        || address.is_loopback()
        || match address {
            IpAddr::V4(ip) => ip.is_private() || ip.is_link_local(),
            IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
        }
}

/// An id for a node that listens at `address`: one that belongs to it, or what was drawn where every
/// id does.
pub fn draw(address: IpAddr, drawn: [u8; 20]) -> Id {
    if is_exempt(address) { WideKey(drawn) } else { for_address(address, drawn) }
}

/// Whether an id belongs to the address that its node has.
pub fn belongs(id: Id, address: IpAddr) -> bool {
    is_exempt(address) || for_address(address, id.0) == id
}
