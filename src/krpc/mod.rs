//! KRPC, the wire format of BitTorrent's Mainline DHT: datagrams in, packets out, and back.
//!
//! No socket and no clock: everything here is a function of its arguments. Nothing panics, whatever
//! a datagram holds; work and memory are bounded by its length. What is read may have its keys in any
//! order, what is written has them in order.
//!
//! - [`packet`]: what a datagram says: queries, responses and errors (BEP 5, 32, 43, 44, 51);
//! - [`compact`]: addresses and nodes in 6, 18, 26 and 38 bytes (BEP 5, 32);
//! - [`encode`] and [`decode`]: packets to bytes and back;
//! - [`item`]: the values of BEP 44, immutable and signed, with their limits;
//! - [`rules`]: BEP 44 as rules for `kademlia`'s records;
//! - [`translate`]: what `kademlia` says, as packets;
//! - [`node_id`]: ids that belong to an address (BEP 42).

pub mod compact;
pub mod decode;
pub mod encode;
pub mod item;
pub mod node_id;
mod order;
pub mod packet;
pub mod rules;
pub mod translate;
mod writer;

use crate::kademlia::key::WideKey;

/// A node's id, an info hash or an item's target: 160 bits (BEP 5).
pub type Id = WideKey<20>;

#[cfg(test)]
mod tests;
