//! What stands on a node's agenda, packed into the engine's tags; and what concerns the whole run.

use super::faults::Edge;
use crate::protocol::NodeIndex;
use crate::workload::sessions::Departure;

/// Tags from here on name a node; no scenario has as many workloads as there are tags below.
const NAMES: u32 = 1 << 28;

/// Tags from here on up to those number an attack.
const ATTACKS: u32 = 1 << 27;

/// Tags from here on up to those number a workload whose application is to be woken.
const WAKES: u32 = 1 << 26;

/// An entry of the agenda of one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// It comes online.
    Join,
    /// It goes offline.
    Leave(Departure),
    /// It is looked at whether it has found its way into the network.
    CheckJoin,
    /// It is told of another node.
    Meet(NodeIndex),
    /// Its application puts the next record of this workload.
    Publish(u32),
    /// Its application asks for something, as this workload has it.
    Ask(u32),
    /// It sends a request of this attack.
    Assault(u32),
    /// Its application of this workload, which is a state machine, may have something to do.
    Wake(u32),
}

/// An entry that concerns the whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Global {
    /// The measurement phase begins.
    BeginMeasurement,
    /// A sample of the time series is due.
    Sample,
    /// The overlay is to be measured: which of the scenario's snapshots.
    Snapshot(usize),
    /// The fault of this number begins or ends.
    Fault(usize, Edge),
}

impl Entry {
    pub(super) fn tag(self) -> u32 {
        match self {
            Entry::Join => 0,
            Entry::Leave(Departure::Crash) => 1,
            Entry::Leave(Departure::Graceful) => 2,
            Entry::CheckJoin => 3,
            Entry::Meet(node) => NAMES + node.0,
            Entry::Publish(workload) => 4 + 2 * workload,
            Entry::Ask(workload) => 5 + 2 * workload,
            Entry::Assault(attack) => ATTACKS + attack,
            Entry::Wake(workload) => WAKES + workload,
        }
    }

    pub(super) fn from_tag(tag: u32) -> Self {
        match tag {
            0 => Entry::Join,
            1 => Entry::Leave(Departure::Crash),
            2 => Entry::Leave(Departure::Graceful),
            3 => Entry::CheckJoin,
            NAMES.. => Entry::Meet(NodeIndex(tag - NAMES)),
            ATTACKS.. => Entry::Assault(tag - ATTACKS),
            WAKES.. => Entry::Wake(tag - WAKES),
            _ if tag.is_multiple_of(2) => Entry::Publish((tag - 4) / 2),
            _ => Entry::Ask((tag - 5) / 2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_survive_packing() {
        for entry in [
            Entry::Join,
            Entry::Leave(Departure::Crash),
            Entry::Leave(Departure::Graceful),
            Entry::CheckJoin,
            Entry::Meet(NodeIndex(0)),
            Entry::Meet(NodeIndex(99_999_999)),
            Entry::Publish(7),
            Entry::Ask(0),
            Entry::Assault(99),
            Entry::Wake(7),
        ] {
            assert_eq!(Entry::from_tag(entry.tag()), entry);
        }
    }
}
