//! What the engine itself counts.

/// What has happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Events taken from the queue.
    pub events: u64,
    /// Messages handed to a node that was online.
    pub delivered: u64,
    /// Wake-ups handed to a node.
    pub wakes: u64,
}

impl Counters {
    /// Adds what another block of the same run counted.
    pub fn add(&mut self, other: Counters) {
        self.events += other.events;
        self.delivered += other.delivered;
        self.wakes += other.wakes;
    }
}
