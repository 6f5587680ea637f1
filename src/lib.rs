//! kadsim: a deterministic discrete-event network simulator for Kademlia.

// Layer 1: time and randomness.
pub mod rng;
pub mod time;
// Layer 2: the contract between a protocol and its world; what happens to a packet.
pub mod network;
pub mod protocol;
// Layer 3: one node.
pub mod kademlia;
// Layer 4: what people do to the network.
pub mod workload;
// Layer 4, beside it: what is counted.
pub mod metrics;
// Layer 6: a run and what comes out of it.
pub mod runner;
// Layer 7: what a person or a program reads afterwards.
pub mod report;
