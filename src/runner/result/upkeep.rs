//! The figures of records, of how long they last, and of what maintenance costs.

use super::LogFigures;
use crate::metrics::number;
use crate::time::Duration;
use serde::{Serialize, Serializer};

/// The records at the end, and how they came there.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RecordFigures {
    /// Records that were ever published.
    pub published: u64,
    /// Records that at least one online node holds.
    pub alive: u64,
    /// Mean number of online nodes that hold a living record.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub replicas_mean: f64,
    /// Records that any node ever held.
    pub stored: u64,
    /// Those of them that nobody online holds.
    pub lost: u64,
    /// How often the last holder of a record was gone; some came back by being published again.
    pub times_gone: u64,
    /// What keeping them alive costs.
    pub upkeep: RepublishFigures,
    /// How they fare by their age.
    pub survival: Vec<SurvivalFigures>,
    /// How many of them `records.csv` has.
    pub log: LogFigures,
}

/// Messages and bytes of the measurement phase for publishing again, replicating and handing over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct RepublishFigures {
    /// Messages: requests that were sent, and their responses that came.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Messages per living record and virtual hour; `None` if no record lived.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub messages_per_record_hour: Option<f64>,
    /// Bytes per living record and virtual hour; `None` if no record lived.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub bytes_per_record_hour: Option<f64>,
}

/// Records at one age, counted from the instant at which the first node held them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SurvivalFigures {
    /// The age, in virtual seconds.
    #[serde(rename = "age_seconds", serialize_with = "serialize_length")]
    pub age: Duration,
    /// Records that came to that age before the run ended, held by somebody or not.
    pub observed: u64,
    /// Those of them that an online node held at that age.
    pub alive: u64,
    /// `alive / observed`.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub alive_share: f64,
    /// Mean number of online nodes that held one of `observed` at that age.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub replicas_mean: f64,
    /// What `alive_share` is by renewal theory; `None` where that does not say.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub exact_share: Option<f64>,
}

/// What nodes spend on staying in the network and on keeping records alive, in the measurement
/// phase: requests that were sent for that, and their responses that came.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MaintenanceFigures {
    /// Messages.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Messages per online node and virtual second.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub maintenance_messages_per_node_second: f64,
    /// Bytes per online node and virtual second.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub maintenance_bytes_per_node_second: f64,
    /// The same by what it is for.
    pub kinds: Vec<MaintenanceOfKind>,
}

/// What was spent on one kind of maintenance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MaintenanceOfKind {
    /// What it is for.
    pub kind: &'static str,
    /// Messages.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
}

fn serialize_length<S: Serializer>(length: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    number::serialize_rounded(&length.as_secs_f64(), serializer)
}
