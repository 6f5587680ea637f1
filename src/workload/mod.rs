//! What people do to the network.
//!
//! - [`config`]: as the user says it;
//! - [`attack`]: the same, of attacks;
//! - [`sessions`]: when a node is online, when it is away, and how it leaves;
//! - [`diurnal`]: how fast absences pass by the time of day;
//! - [`individual`]: means of each node's own;
//! - [`trace`]: joins and leaves from a file;
//! - [`residual`]: how long a node stays that is met online;
//! - [`traffic`]: when a node's application asks for something;
//! - [`records`]: which record it asks for, and what is in it;
//! - [`application`]: applications as state machines, also of a library's user;
//! - [`findings`]: what comes of them;
//! - [`services`]: those that advertise, find and call services;
//! - [`blocks`]: those that put, find, fetch and verify blocks;
//! - [`registers`]: those that read and write records which all share.
//!
//! Nothing but the last five knows a node or a protocol: these are processes to draw from, and whoever
//! runs the network keeps the few bytes of state that a node needs.

pub mod application;
pub mod attack;
pub mod blocks;
pub mod config;
pub mod diurnal;
pub mod findings;
pub mod individual;
pub mod records;
pub mod registers;
pub mod residual;
pub mod services;
pub mod sessions;
// Timers of applications.
mod timers;
pub mod trace;
pub mod traffic;
