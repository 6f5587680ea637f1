//! kadsim: a deterministic discrete-event network simulator for Kademlia.

// Layer 1: time, randomness and numbers with units.
pub mod rng;
pub mod time;
pub mod units;
// Layer 2: the contract between a protocol and its world; what happens to a packet.
pub mod network;
pub mod protocol;
// Layer 3: one node.
pub mod kademlia;
// Layer 4: what people do to the network.
pub mod workload;
// Layer 5: the experiment as the user says it.
pub mod scenario;
// Layer 8: the program.
pub mod cli;
