//! What is counted during a run: in integers, so that the order of counting does not matter,
//! and mergeable, so that parts of a run can count on their own.
//!
//! Two scopes, never mixed: *figures* cover the measurement phase, the *series* covers the
//! whole run from its first second.
//!
//! - [`Traffic`] counts messages, bytes and drops; the only part on the hot path.
//! - [`Upkeep`] counts what of that is maintenance.
//! - [`LinkLoads`] counts what finite access links carried.
//! - [`OperationRecord`] says what became of one operation; [`OperationStats`] sums them up.
//! - [`OperationLog`] keeps the records themselves, or a sample of them.
//! - [`Series`] holds one [`Sample`] per interval.
//! - [`Metrics`] puts them together.

// Everything that a run counts.
mod collector;
// Distributions of integers.
pub mod histogram;
// What access links carried.
mod links;
// The operations that are written out one by one.
pub mod operation_log;
// One operation, and the sums over many.
mod operation_stats;
pub mod operations;
// The run over virtual time.
pub mod series;
// Messages, bytes and drops.
pub mod traffic;
// What maintenance costs.
mod upkeep;

pub use collector::{Gauges, Metrics};
pub use histogram::{Histogram, Percentiles};
pub use links::{LinkLoad, LinkLoads};
pub use operation_log::OperationLog;
pub use operation_stats::OperationStats;
pub use operations::{OperationKind, OperationRecord, Outcome};
pub use series::{Sample, Series};
pub use traffic::{Count, Traffic};
pub use upkeep::Upkeep;

pub use crate::units::number;
