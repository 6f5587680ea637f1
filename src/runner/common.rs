//! What the blocks of a run have in common: read by all within a window of time, changed
//! between two windows by what the blocks have noticed.

use super::attackers::Attackers;
use super::first_contacts::FirstContacts;
use super::groups::Groups;
use super::keys::Keys;
use super::population::Population;
use crate::checker::{Holders, Publication};
use crate::kademlia::key::Key64;
use crate::protocol::{AddressGroup, NodeIndex};
use crate::rng::Seed;
use crate::scenario::Scenario;
use crate::time::Instant;
use crate::workload::config::WorkloadKind;
use std::collections::BTreeMap;

/// Something that has happened at a node and concerns others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// An application publishes something for the first time.
    Published(Key64, Publication),
    /// A node has begun to hold a record, or to know a provider of an item.
    Holds(Key64, Instant),
    /// A node has ceased to.
    Dropped(Key64, Instant),
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

impl Notice {
    /// The order in which what happens in a window is taken note of, whichever block it comes
    /// from: by time, and at the same instant what comes before what goes. What concerns one
    /// publisher alone may come first.
    pub(super) fn order(&self) -> (Instant, u8, Key64) {
        match *self {
            Notice::PutApart { name, .. } => (Instant::ZERO, 0, Key64(name)),
            Notice::Published(key, Publication { at, .. }) => (at, 0, key),
            Notice::Holds(key, at) => (at, 1, key),
            Notice::Dropped(key, at) => (at, 2, key),
        }
    }
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
    /// Absent if all nodes keep to the protocol.
    pub(super) attackers: Option<Attackers>,
    pub(super) groups: Groups,
    /// What was put while a cut lasted, by fault and the application's number: on which side.
    pub(super) put_apart: BTreeMap<(u32, u64), u32>,
}

impl Common {
    /// As a run begins.
    pub(super) fn new(
        seed: Seed,
        scenario: &Scenario,
        population: Population,
        keys: &Keys,
    ) -> Self {
        let counts = |kind| match kind {
            WorkloadKind::Lookup
            | WorkloadKind::Services(_)
            | WorkloadKind::Blocks(_)
            | WorkloadKind::Registers(_) => Vec::new(),
            WorkloadKind::PutGet { .. } | WorkloadKind::Provide { .. } => {
                vec![0; scenario.nodes.count as usize]
            }
        };
        let counts = scenario.workloads.iter().map(|config| counts(config.kind)).collect();
        Common {
            population,
            first_contacts: FirstContacts::new(seed, scenario),
            published: Published { counts },
            holders: Holders::new(
                scenario.phases.end() - Instant::ZERO,
                scenario.phases.measurement_start(),
            ),
            attackers: Attackers::new(seed, scenario, keys),
            groups: Groups::new(seed, scenario),
            put_apart: BTreeMap::new(),
        }
    }

    /// Takes note, in the order of notices.
    pub(super) fn note(&mut self, notice: Notice) {
        match notice {
            Notice::Holds(key, at) => self.holders.add(key, at),
            Notice::Dropped(key, at) => self.holders.remove(key, at),
            Notice::PutApart { fault, name, side } => {
                self.put_apart.insert((fault, name), side);
            }
            Notice::Published(key, publication) => {
                let Publication { workload, node, .. } = publication;
                self.published.counts[workload as usize][node.get()] += 1;
                self.holders.published(key, publication);
            }
        }
    }

    /// Whether a node is an adversary.
    pub(super) fn is_adversary(&self, node: NodeIndex) -> bool {
        self.attackers.as_ref().is_some_and(|attackers| attackers.is_adversary(node))
    }

    /// The address group of a node.
    pub(super) fn group_of(&self, node: NodeIndex) -> AddressGroup {
        self.groups.of(node, self.attackers.as_ref())
    }

    /// Whether nobody held this when the window began.
    pub(super) fn is_gone(&self, key: Key64) -> bool {
        self.holders.count(key) == 0
    }
}
