//! What people do to the network: traffic and churn.

pub mod config;
/// r
pub mod records;
/// s
pub mod sessions;
/// t
pub mod traffic;
