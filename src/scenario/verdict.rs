//! When what a run came to is good: the thresholds of its verdict.

use crate::time::Duration;

/// Thresholds for what applications ask for. The defaults are those that operators of small clusters
/// use for stores of records on one site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VerdictConfig {
    /// An operation that took longer counts as failed; `None`: however long it took.
    pub operation_timeout: Option<Duration>,
    /// A share of failures below this is excellent.
    pub failure_excellent: f64,
    /// One below this is acceptable.
    pub failure_acceptable: f64,
    /// One above this is concerning.
    pub failure_concerning: f64,
    /// A mean latency below this is good.
    pub latency_good: Duration,
    /// One below this is acceptable.
    pub latency_acceptable: Duration,
    /// One above this is to be investigated.
    pub latency_investigate: Duration,
}

impl Default for VerdictConfig {
    fn default() -> Self {
        VerdictConfig {
            operation_timeout: Some(Duration::from_secs(30)),
            failure_excellent: 0.01,
            failure_acceptable: 0.05,
            failure_concerning: 0.1,
            latency_good: Duration::from_millis(50),
            latency_acceptable: Duration::from_millis(100),
            latency_investigate: Duration::from_millis(200),
        }
    }
}
