//! What the codec must do.

// Byte for byte against the texts of BEP 5, 32, 42, 43, 44 and 51.
mod known;
// Datagrams of other programs, as they were recorded.
mod recorded;
// Whatever comes: no panic, and what is read is written again as it was.
mod mutated;
// Messages of kademlia as datagrams.
mod translated;
