//! Checked numbers with units, as scenarios write them: parsed and printed, and what is
//! printed parses back to the same number.

// The trait behind them all and its serde halves.
mod notation;
// Lengths of time: "5m", "1h 30m", "never".
mod time;
// Amounts of data and of data per second: "64 KiB", "20 Mbit/s", "unlimited".
mod data;
// Operations per time and parts of a whole: "6/min", 0.25.
mod rate;
// Numbers as they are written to files: the same digits on every machine.
pub mod number;

pub use data::{BitRate, Size};
pub use notation::{Notation, NotationError};
pub(crate) use notation::{NotationVisitor, read_by_notation};
pub use rate::{Rate, Share};
pub use time::{Interval, Length};
