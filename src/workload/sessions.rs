//! thin
use super::config::ChurnConfig;
use crate::protocol::NodeIndex;
use crate::rng::Seed;
use crate::time::Duration;
/// thin
pub struct Sessions {}
#[allow(missing_docs, clippy::allow_attributes_without_reason)]
impl Sessions {
    pub fn new(_seed: Seed, churn: &ChurnConfig) -> Option<Self> {
        assert!(matches!(churn, ChurnConfig::None));
        None
    }
    pub fn session(&self, _: NodeIndex, _: &mut u64) -> Duration {
        Duration::MAX
    }
    pub fn absence(&self, _: NodeIndex, _: &mut u64) -> Duration {
        Duration::MAX
    }
    pub fn leaves_gracefully(&self, _: NodeIndex, _: &mut u64) -> bool {
        false
    }
    pub fn stationary(&self, _: NodeIndex, _: &mut u64) -> (bool, Duration) {
        (true, Duration::MAX)
    }
}
