//! What has happened at a node that exchanges blocks: what figures are made of and what the checker looks
//! at. It grows with the fetches of the node and the blocks that it gives away, by about 70 bytes each.

use super::Refusal;
use crate::protocol::NodeIndex;
use crate::time::{Duration, Instant};

/// Everything that a node has noted.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Fetches over the network that have ended, in the order in which they did.
    pub fetches: Vec<Fetched>,
    /// Blocks given to others and got from them, in the order in which that was accounted for.
    pub transfers: Vec<Transfer>,
    /// How long the first announcement of each own block took.
    pub uploads: Vec<Duration>,
    /// Announcements that have ended.
    pub announcements: u64,
    /// Those that no holder confirmed.
    pub announcements_failed: u64,
    /// Fetched blocks that are gone, since others needed the room.
    pub evicted: u64,
    /// Blocks read for others or for the node itself, from memory.
    pub memory_hits: u64,
    /// The same, from disk.
    pub disk_hits: u64,
    /// Blocks that were wanted and not there: fetches begun.
    pub misses: u64,
    /// Blocks that were wanted and there.
    pub local: u64,
    /// Bytes of blocks that have left for others.
    pub bytes_served: u64,
    /// What the node has refused to others, by [`Refusal::ALL`].
    pub refused: [u64; 3],
    /// What others have refused to the node, by [`Refusal::ALL`].
    pub got_refused: [u64; 3],
    /// Requests that were not answered in time.
    pub timed_out: u64,
    /// Contents that have come in time, whatever they were.
    pub received: u64,
    /// Those whose hash was not the block's id.
    pub unverified: u64,
    /// Fetches that found no provider.
    pub found_nobody: u64,
    /// Fetches under way or waiting when the node left.
    pub interrupted: u64,
}

/// A fetch that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Which block.
    pub block: u32,
    /// Who gave it, verified; `None` if nobody did.
    pub provider: Option<NodeIndex>,
    /// When it was wanted.
    pub wanted: Instant,
    /// When its turn came.
    pub begun: Instant,
    /// When it was known who provides it.
    pub found: Instant,
    /// When the last provider was asked.
    pub asked: Instant,
    /// When it was there or given up.
    pub ended: Instant,
    /// Providers asked.
    pub tries: u32,
}

/// A block that was exchanged with a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// With whom.
    pub peer: NodeIndex,
    /// Which.
    pub block: u32,
    /// Which way.
    pub way: Way,
}

/// The way of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Given to the peer, or promised.
    Sent,
    /// Got from the peer, and verified.
    Received,
}

impl Log {
    /// Notes a refusal in the counts.
    pub(super) fn count(counts: &mut [u64; 3], refusal: Refusal) {
        counts[refusal as usize] += 1;
    }
}
