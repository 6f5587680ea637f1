//! What happens to a packet: packet in, verdict out. Holds no packets and no nodes.

pub mod config;
mod packet;
pub use packet::*;
