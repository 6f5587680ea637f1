//! What people do to the network: traffic and churn.

pub mod config;
