//! One Kademlia node as a pure state machine (Maymounkov and Mazières, 2002).
//!
//! From the parts to the whole:
//! - [`key`]: keys and the XOR metric;
//! - [`params`]: everything that can be set, and the published sets;
//! - [`message`]: what nodes say to each other;
//! - [`routing_table`]: the contacts;
//! - [`lookup`]: the iterative lookup; [`disjoint`]: over several paths;
//! - [`rules`]: which records a network takes; [`version`]: what tells which value of one is newer;
//! - `requests`, `connections`, `records`: what waits for an answer, with whom a connection is open,
//!   what is kept;
//! - [`maintenance`]: what a node spends on its own account;
//! - [`operation`]: what applications ask for and are told;
//! - [`step`]: what who observes a node is told of its operations;
//! - [`node`]: the node.

mod connections;
pub mod disjoint;
pub mod key;
pub mod lookup;
pub mod maintenance;
pub mod message;
pub mod node;
pub mod operation;
pub mod params;
mod records;
mod requests;
pub mod routing_table;
pub mod rules;
pub mod step;
pub mod version;

pub use node::Node;
pub use records::Publications;
