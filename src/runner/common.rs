//! What the blocks of a run have in common: read by all within a window of time, changed
//! between two windows by what the blocks have noticed.

use super::first_contacts::FirstContacts;
use super::population::Population;
use crate::checker::Holders;
use crate::kademlia::key::Key64;
use crate::protocol::NodeIndex;
use crate::rng::Seed;
use crate::scenario::Scenario;
use crate::workload::config::WorkloadKind;
use std::collections::BTreeMap;

/// Something that has happened at a node and concerns others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// A node has begun to hold a record, or to know a provider of an item.
    Holds(Key64),
    /// A node has ceased to.
    Dropped(Key64),
    /// The application of this workload on this node has published one more.
    Published(u32, NodeIndex),
    /// A record or item was put by a node on this side of a cut while it lasted.
    PutApart {
        /// Which fault it is.
        fault: u32,
        /// The application's number.
        name: u64,
        /// The group of its publisher.
        side: u32,
    },
}

/// How many records, or items, the nodes have published.
#[derive(Clone, Debug)]
pub(super) struct Published {
    /// By workload, then node; empty for a workload without records.
    counts: Vec<Vec<u32>>,
}

impl Published {
    /// What a node has published for a workload.
    pub(super) fn by(&self, workload: u32, node: NodeIndex) -> u32 {
        self.counts[workload as usize][node.get()]
    }

    /// What all nodes have published for all workloads.
    pub(super) fn total(&self) -> u64 {
        self.counts.iter().flatten().copied().map(u64::from).sum()
    }
}

/// What all blocks know.
#[derive(Clone, Debug)]
pub(super) struct Common {
    pub(super) population: Population,
    /// Absent if contacts are drawn.
    pub(super) first_contacts: Option<FirstContacts>,
    pub(super) published: Published,
    pub(super) holders: Holders,
    /// What was put while a cut lasted, by fault and the application's number: on which side.
    pub(super) put_apart: BTreeMap<(u32, u64), u32>,
}

impl Common {
    /// As a run begins.
    pub(super) fn new(seed: Seed, scenario: &Scenario, population: Population) -> Self {
        let counts = |kind| match kind {
            WorkloadKind::Lookup => Vec::new(),
            WorkloadKind::PutGet { .. } | WorkloadKind::Provide { .. } => {
                vec![0; scenario.nodes.count as usize]
            }
        };
        let counts = scenario.workloads.iter().map(|config| counts(config.kind)).collect();
        Common {
            population,
            first_contacts: FirstContacts::new(seed, scenario),
            published: Published { counts },
            holders: Holders::default(),
            put_apart: BTreeMap::new(),
        }
    }

    /// Takes note. Of what one node notices the order counts, of what several do it does not.
    pub(super) fn note(&mut self, notice: Notice) {
        match notice {
            Notice::Holds(key) => self.holders.add(key),
            Notice::Dropped(key) => self.holders.remove(key),
            Notice::PutApart { fault, name, side } => {
                self.put_apart.insert((fault, name), side);
            }
            Notice::Published(workload, node) => {
                self.published.counts[workload as usize][node.get()] += 1;
            }
        }
    }

    /// Whether nobody held this when the window began.
    pub(super) fn is_gone(&self, key: Key64) -> bool {
        self.holders.count(key) == 0
    }
}
