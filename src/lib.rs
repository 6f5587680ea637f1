//! kadsim: a deterministic discrete-event network simulator for Kademlia.

// Layer 1: the machine's memory; time, randomness and numbers with units.
pub mod memory;
pub mod rng;
pub mod time;
pub mod units;
// Layer 2: graphs as data.
pub mod graph;
// Layer 3: the contract between a protocol and its world; what happens to a packet.
pub mod network;
pub mod protocol;
// Layer 4: one node; any protocol under virtual time.
pub mod engine;
pub mod kademlia;
// Layer 5: what people do to the network; what is counted; what only an observer knows; BitTorrent's
// wire format.
pub mod checker;
pub mod krpc;
pub mod metrics;
pub mod workload;
// Layer 6: the experiment as the user says it; the same node on real sockets.
pub mod scenario;
pub mod udp;
// Layer 7: a run and what comes out of it.
pub mod runner;
// Layer 8: what a person or a program reads afterwards; known figures, measured again; the
// same run in virtual and in real time.
pub mod fidelity;
pub mod report;
pub mod validate;
// Layer 9: what it costs; folders of results as pages; many runs of one scenario.
pub mod bench;
pub mod page;
pub mod sweep;
// Layer 10: folders of results, read back; what runs came to once, and whether they still do.
pub mod baseline;
pub mod results;
// Layer 11: results beside each other.
pub mod compare;
// Layer 12: the program.
pub mod cli;
