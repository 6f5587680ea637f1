//! What happens to who is online: nodes that come and go, and how many did.

use crate::protocol::NodeIndex;
use crate::time::Instant;
use crate::workload::sessions::Departure;

/// A node comes or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) at: Instant,
    pub(super) node: NodeIndex,
    pub(super) turn: Turn,
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Joins,
    Leaves(Departure),
}

/// How many nodes are online, and how often nodes have come and gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) online: u64,
    pub(super) joins: u64,
    pub(super) leaves: u64,
    pub(super) crashes: u64,
}

impl Tally {
    /// Counts a change that has come to pass.
    pub(super) fn count(&mut self, turn: Turn) {
        match turn {
            Turn::Joins => {
                self.joins += 1;
                self.online += 1;
                return;
            }
            Turn::Leaves(Departure::Graceful) => self.leaves += 1,
            Turn::Leaves(Departure::Crash) => self.crashes += 1,
        }
        self.online -= 1;
    }
}
