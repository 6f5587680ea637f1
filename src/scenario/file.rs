//! The file as written: every table and key that a scenario may hold, all of them optional.
//!
//! Nothing is checked here beyond the form of each single value. The same types write a
//! checked scenario back, so reading and writing cannot drift apart.

use super::words::{
    AttackName, ChurnName, ChurnPreset, DistributionName, LatencyName, LossName, Word,
};
use super::{Bootstrap, Joins, PlotFormat, Preset};
use crate::graph::export::Format as ExportFormat;
use crate::kademlia::params::{Conflicts, Eviction, Parallelism, Precautions, Stop};
use crate::network::config::{JitterDistribution, MatrixUnit, Mode};
use crate::units::{BitRate, Interval, Length, Notation, Rate, Share, Size};
use crate::workload::trace::Naming;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A whole number without unit, not negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole(pub u64);

/// A number without unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(pub f64);

/// Where random streams start. TOML's integers end at 2^63 - 1, so larger ones are text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeedNumber(pub u64);

/// What a table may hold.
pub trait Keys {
    /// Names of all keys, in order.
    const KEYS: &'static [&'static str];
}

/// Defines a table: all keys optional, unknown ones refused, absent ones not written.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident { $($(#[$key_doc:meta])* $key:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
        #[serde(deny_unknown_fields, default, expecting = "a table of keys")]
        pub struct $name {
            $(
                $(#[$key_doc])*
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $key: Option<$type>,
            )*
        }

        impl Keys for $name {
            const KEYS: &'static [&'static str] = &[$(stringify!($key)),*];
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::scenario::schema::table([
                    $((stringify!($key), generator.subschema_for::<$type>()),)*
                ])
            }
        }
    };
}

// After the macro, which it uses.
mod faults;
mod graphs;
mod workloads;
pub use faults::{FaultTable, NodeSpan};
pub use graphs::{TopologyTable, UnderlayTable};
pub use workloads::WorkloadTable;

table!(
    /// The whole file.
    File {
        name: String,
        description: String,
        seed: SeedNumber,
        phases: PhasesTable,
        nodes: NodesTable,
        topology: TopologyTable,
        kademlia: KademliaTable,
        network: NetworkTable,
        churn: ChurnTable,
        workload: Vec<WorkloadTable>,
        checker: CheckerTable,
        verdict: VerdictTable,
        output: OutputTable,
        snapshot: Vec<SnapshotTable>,
        attack: Vec<AttackTable>,
        fault: Vec<FaultTable>,
    }
);

table!(
    /// `[phases]`
    PhasesTable {
        init: Length,
        transition: Length,
        measurement: Length,
    }
);

table!(
    /// `[nodes]`
    NodesTable {
        count: Whole,
        bootstrap: Word<Bootstrap>,
        joins: Word<Joins>,
        contacts: Whole,
        address_groups: Whole,
        class: Vec<ClassTable>,
    }
);

table!(
    /// `[[nodes.class]]`
    ClassTable {
        name: String,
        share: Share,
        uplink: BitRate,
        downlink: BitRate,
        queue: Size,
        dialable: bool,
        mode: Word<Mode>,
        loss: Share,
        router: String,
        churn: ChurnTable,
    }
);

table!(
    /// `[kademlia]`: the fields of the parameters under their names, and the preset.
    KademliaTable {
        preset: Word<Preset>,
        k: Whole,
        alpha: Whole,
        beta: Whole,
        parallelism: Word<Parallelism>,
        stop: Word<Stop>,
        follow_up: bool,
        candidates: Whole,
        request_timeout: Length,
        dial_timeout: Interval,
        connection_idle: Length,
        short_timeout: Interval,
        retries: Whole,
        probe_retries: Whole,
        refresh_interval: Length,
        replicate_interval: Interval,
        republish_interval: Interval,
        record_expiry: Length,
        provider_republish_interval: Interval,
        provider_expiry: Length,
        eviction: Word<Eviction>,
        questionable_after: Length,
        pending_delay: Length,
        replacements: Whole,
        failures_before_eviction: Whole,
        keep_stale: bool,
        cache_on_path: bool,
        get_quorum: Whole,
        conflicts: Word<Conflicts>,
        providers_wanted: Whole,
        precautions: Word<Precautions>,
        disjoint_paths: Whole,
        verify_contacts: bool,
        bucket_group_limit: Whole,
        table_group_limit: Whole,
        store_group_limit: Whole,
        siblings: Whole,
    }
);

table!(
    /// `[network]`
    NetworkTable {
        duplication: Share,
        corruption: Share,
        latency: LatencyTable,
        loss: LossTable,
        underlay: UnderlayTable,
    }
);

table!(
    /// `[network.latency]`
    LatencyTable {
        model: Word<LatencyName>,
        delay: Length,
        min: Length,
        max: Length,
        median: Length,
        sigma: Number,
        spread: Length,
        height_median: Length,
        height_sigma: Number,
        smallest: Length,
        file: String,
        unit: Word<MatrixUnit>,
        jitter: Length,
        jitter_distribution: Word<JitterDistribution>,
        asymmetry: Share,
        region: Vec<RegionTable>,
    }
);

table!(
    /// `[[network.latency.region]]`
    RegionTable {
        name: String,
        share: Share,
        delays: BTreeMap<String, Length>,
    }
);

table!(
    /// `[network.loss]`
    LossTable {
        model: Word<LossName>,
        rate: Share,
        good_to_bad: Share,
        bad_to_good: Share,
        loss_in_good: Share,
        loss_in_bad: Share,
        link: Vec<LinkLossTable>,
    }
);

table!(
    /// `[[network.loss.link]]`
    LinkLossTable {
        from: String,
        to: String,
        rate: Share,
    }
);

table!(
    /// `[churn]`, and `[nodes.class.churn]` for a class.
    ChurnTable {
        preset: Word<ChurnPreset>,
        model: Word<ChurnName>,
        lifetime_distribution: Word<DistributionName>,
        lifetime_mean: Length,
        lifetime_shape: Number,
        deadtime_distribution: Word<DistributionName>,
        deadtime_mean: Length,
        deadtime_shape: Number,
        graceful_leave_probability: Share,
        diurnal_amplitude: Share,
        diurnal_period: Length,
        diurnal_peak: Length,
        join_rate: Rate,
        leave_rate: Rate,
        migration_rate: Rate,
        online_share: Share,
        file: String,
        naming: Word<Naming>,
    }
);

table!(
    /// `[checker]`
    CheckerTable {
        lookups: Share,
        tables: Share,
    }
);

table!(
    /// `[verdict]`
    VerdictTable {
        operation_timeout: Interval,
        failure_excellent: Share,
        failure_acceptable: Share,
        failure_concerning: Share,
        latency_good: Length,
        latency_acceptable: Length,
        latency_investigate: Length,
    }
);

table!(
    /// `[output]`
    OutputTable {
        plots: Vec<Word<PlotFormat>>,
        sample_interval: Length,
        operations_limit: Whole,
    }
);

table!(
    /// `[[snapshot]]`
    SnapshotTable {
        at: Length,
        export: Vec<Word<ExportFormat>>,
    }
);

table!(
    /// `[[attack]]`
    AttackTable {
        kind: Word<AttackName>,
        share: Share,
        count: Whole,
        at: Length,
        until: Length,
        rate: Rate,
        victims: Whole,
        victim: Whole,
        target: String,
        address_groups: Whole,
    }
);

impl Notation for Whole {
    fn allowed() -> String {
        "a whole number, such as 20".to_owned()
    }

    fn from_text(_text: &str) -> Option<Self> {
        None
    }

    fn from_whole(number: i64) -> Option<Self> {
        u64::try_from(number).ok().map(Whole)
    }
}

impl Notation for Number {
    fn allowed() -> String {
        "a number, such as 0.5".to_owned()
    }

    fn from_text(_text: &str) -> Option<Self> {
        None
    }

    fn from_whole(number: i64) -> Option<Self> {
        Some(Number(number as f64))
    }

    fn from_decimal(number: f64) -> Option<Self> {
        number.is_finite().then_some(Number(number))
    }
}

impl Notation for SeedNumber {
    fn allowed() -> String {
        "a whole number from 0 to 2^64 - 1 (above 2^63 - 1 in quotes), such as 42".to_owned()
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok().map(SeedNumber)
    }

    fn from_whole(number: i64) -> Option<Self> {
        u64::try_from(number).ok().map(SeedNumber)
    }
}

crate::units::read_by_notation!(Whole);
crate::units::read_by_notation!(Number);
crate::units::read_by_notation!(SeedNumber);

impl Serialize for Whole {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(self.0)
    }
}

impl Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.0)
    }
}

impl Serialize for SeedNumber {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(self.0) {
            Ok(_) => to.serialize_u64(self.0),
            Err(_) => to.collect_str(&self.0),
        }
    }
}
