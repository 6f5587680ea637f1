//! One Kademlia node as a pure state machine.

pub mod params;
