//! Random workloads, attacks and looks at the overlay, for random scenarios.

use super::random::lengths;
use crate::graph::export::Format;
use crate::kademlia::params::Params;
use crate::scenario::{Bootstrap, Joins, Nodes, SnapshotConfig, VerdictConfig};
use crate::time::{Duration, Instant};
use crate::workload::attack::{AttackConfig, AttackKind};
use crate::workload::config::{
    Amount, Arrivals, BlocksConfig, ClassSet, HandlerTime, Popularity, RecordsConfig,
    RegistersConfig, Selection, ServicesConfig, WorkloadConfig, WorkloadKind,
};
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
        joins: match bootstrap {
            Bootstrap::Organic if count.is_multiple_of(3) => Joins::Even,
            _ => Joins::Drawn,
        },
        contacts: (count as usize - 1).min(7),
        address_groups: has_groups.then_some(1 + count / 3),
    }
}

/// Thresholds from two numbers.
pub(super) fn verdict(share: f64, time: Duration) -> VerdictConfig {
    let timeout = Some(Duration::from_secs(2) + time).filter(|_| share < 0.5);
    VerdictConfig {
        operation_timeout: timeout,
        failure_excellent: share / 4.0,
        failure_acceptable: share / 2.0,
        failure_concerning: share,
        latency_good: Duration::from_millis(1) + time,
        latency_acceptable: Duration::from_secs(1) + time,
        latency_investigate: Duration::from_secs(1) + time,
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

fn services() -> impl Strategy<Value = ServicesConfig> {
    let popularity = prop_oneof![
        Just(Popularity::Uniform),
        (0.0..=10.0).prop_map(|exponent| Popularity::Zipf { exponent })
    ];
    let selection = proptest::sample::select(vec![
        Selection::RoundRobin,
        Selection::Random,
        Selection::LeastLoaded,
    ]);
    let up_to = |seconds| lengths(Duration::from_millis(1), Duration::from_secs(seconds));
    let handler = prop_oneof![
        up_to(10).prop_map(HandlerTime::Constant),
        up_to(10).prop_map(HandlerTime::Exponential),
    ];
    let times = (up_to(300), up_to(300), up_to(300), up_to(60));
    let amounts = (1u32..=1_000_000, 1u32..=3, 0u32..=100, 4u32..=1 << 20, 4u32..=1 << 20);
    (popularity, selection, handler, times, amounts, 0.0..=1.0).prop_map(
        |(popularity, selection, handler, times, amounts, unadvertise_share)| {
            let (ttl, interval, discovery_cache, call_timeout) = times;
            let (count, providers, call_retries, request_size, reply_size) = amounts;
            ServicesConfig {
                count,
                providers,
                popularity,
                advertisement_ttl: ttl.max(interval),
                readvertise_interval: ttl.min(interval),
                discovery_cache,
                selection,
                call_retries,
                call_timeout,
                request_size,
                reply_size,
                handler,
                unadvertise_share,
            }
        },
    )
}

fn blocks() -> impl Strategy<Value = BlocksConfig> {
    let popularity = prop_oneof![
        Just(Popularity::Uniform),
        (0.0..=10.0).prop_map(|exponent| Popularity::Zipf { exponent })
    ];
    let marketplace = prop_oneof![Just(ClassSet::default()), Just(ClassSet::default().with(0))];
    let counts = (1u32..=3, 16u32..=1 << 24, 1u32..=3, 1u32..=1_000, 1u32..=1_000);
    let bytes = || 0u64..=1 << 50;
    let sizes = (bytes(), bytes(), bytes(), proptest::option::of(1u64..=1 << 40));
    let time = || lengths(Duration::from_millis(1), Duration::from_secs(100));
    let times = (time(), time(), time(), time());
    (popularity, marketplace, counts, sizes, times, any::<bool>(), 0.0..=1.0).prop_map(
        |(popularity, marketplace, counts, sizes, times, announce_fetched, damaged_share)| {
            let (per_node, size, copies, parallel_fetches, parallel_uploads) = counts;
            let (credit, memory_size, disk_size, marketplace_upload) = sizes;
            let (fetch_timeout, marketplace_queue, memory_delay, disk_delay) = times;
            BlocksConfig {
                per_node,
                size,
                copies,
                popularity,
                parallel_fetches,
                parallel_uploads,
                fetch_timeout,
                marketplace,
                credit,
                marketplace_upload,
                marketplace_queue,
                memory_size,
                memory_delay,
                disk_size,
                disk_delay,
                announce_fetched,
                damaged_share,
            }
        },
    )
}

fn registers() -> impl Strategy<Value = RegistersConfig> {
    let popularity = prop_oneof![
        Just(Popularity::Uniform),
        (0.0..=10.0).prop_map(|exponent| Popularity::Zipf { exponent })
    ];
    (1u32..=1_000_000, 0.0..=1.0, 24u32..=1 << 20, popularity).prop_map(
        |(count, write_share, size, popularity)| RegistersConfig {
            count,
            write_share,
            size,
            popularity,
        },
    )
}

pub(super) fn workload() -> impl Strategy<Value = WorkloadConfig> {
    let popularity = prop_oneof![
        Just(Popularity::Uniform),
        (0.0..=10.0).prop_map(|exponent| Popularity::Zipf { exponent })
    ];
    let records = (1u32..40, 1u32..=1 << 20, popularity)
        .prop_map(|(per_node, size, popularity)| RecordsConfig { per_node, size, popularity });
    let kind = prop_oneof![
        Just(WorkloadKind::Lookup),
        records.clone().prop_map(|records| WorkloadKind::PutGet { records }),
        records.prop_map(|records| WorkloadKind::Provide {
            records: RecordsConfig { size: 0, ..records }
        }),
        services().prop_map(WorkloadKind::Services),
        blocks().prop_map(WorkloadKind::Blocks),
        registers().prop_map(WorkloadKind::Registers),
    ];
    let arrivals = prop_oneof![Just(Arrivals::Poisson), Just(Arrivals::Fixed)];
    let rate = (1e-6..1e3).prop_map(Amount::Rate);
    let count = (1u32..=1_000_000).prop_map(Amount::PerNode);
    let total = (1u32..=100_000_000).prop_map(Amount::Total);
    // What is done at once is limited by the number of nodes.
    let few = prop_oneof![
        (1u32..=1_000).prop_map(Amount::PerNode),
        (1u32..=1_000).prop_map(Amount::Total),
    ];
    let how = prop_oneof![
        (rate, arrivals.clone()),
        (count, arrivals.clone()),
        (total, arrivals),
        (few, Just(Arrivals::AtOnce)),
    ];
    (kind, how).prop_filter_map("applications are not counted over all nodes", |(kind, how)| {
        let (amount, arrivals) = how;
        let of_applications = matches!(
            kind,
            WorkloadKind::Services(_) | WorkloadKind::Blocks(_) | WorkloadKind::Registers(_)
        );
        let counted = of_applications && matches!(amount, Amount::Total(_));
        (!counted).then_some(WorkloadConfig { kind, amount, arrivals })
    })
}
