//! Random attacks and looks at the overlay, for random scenarios.

use super::random::lengths;
use crate::graph::export::Format;
use crate::kademlia::params::Params;
use crate::scenario::{Bootstrap, Nodes, SnapshotConfig};
use crate::time::{Duration, Instant};
use crate::workload::attack::{AttackConfig, AttackKind};
use proptest::prelude::*;

pub(super) fn attacks() -> impl Strategy<Value = Vec<AttackConfig>> {
    use AttackKind::{Colluders, Drop, EclipseKey, EclipseNode, Flood, Nonexistent, Poison, Sybil};
    let kind = prop_oneof![
        Just(Drop),
        Just(Nonexistent),
        Just(Colluders),
        Just(Poison),
        (0.001..1e6).prop_map(|rate| Flood { rate, victims: 1 }),
        any::<u64>().prop_map(|target| Sybil { target }),
        any::<u64>().prop_map(|target| EclipseKey { target }),
        (0.001..1e6).prop_map(|rate| EclipseNode { victim: 0, rate }),
    ];
    let times = (0..50_000_000_000u64, 1u64..50);
    proptest::collection::vec((kind, times), 0..2).prop_map(|attacks| {
        let config = |(kind, (at, length))| {
            let at = Instant::from_nanos(at);
            let until = at + Duration::from_secs(length);
            let address_groups = (length % 2 == 0).then_some(length as u32);
            AttackConfig { kind, adversaries: 1, at, until, address_groups }
        };
        attacks.into_iter().map(config).collect()
    })
}

/// These parameters with limits of address groups and siblings.
pub(super) fn defended(params: Params, more: usize) -> Params {
    Params {
        bucket_group_limit: (more % 3 == 1).then_some(1 + more % 7),
        table_group_limit: (more % 5 == 1).then_some(1 + more % 20),
        store_group_limit: (more % 4 == 1).then_some(1 + more % 50),
        siblings: more % 90,
        ..params
    }
}

/// Nodes, of which there are address groups where these are limited.
pub(super) fn nodes(count: u32, bootstrap: Bootstrap, kademlia: &Params) -> Nodes {
    let has_groups = kademlia.limits_contacts() || count.is_multiple_of(2);
    Nodes {
        count,
        bootstrap,
        contacts: (count as usize - 1).min(7),
        address_groups: has_groups.then_some(1 + count / 3),
    }
}

pub(super) fn snapshots() -> impl Strategy<Value = Vec<SnapshotConfig>> {
    let formats = proptest::sample::subsequence(Format::ALL.to_vec(), 0..=Format::ALL.len());
    let times = lengths(Duration::ZERO, Duration::from_secs(100));
    proptest::collection::btree_map(times, formats, 0..3).prop_map(|snapshots| {
        let config = |(at, export)| SnapshotConfig { at: Instant::ZERO + at, export };
        snapshots.into_iter().map(config).collect()
    })
}
