//! thin
use super::config::WorkloadConfig;
use crate::rng::Stream;
use crate::time::Duration;
use rand::Rng;
/// thin
pub struct Gaps {
    rate: f64,
}
#[allow(missing_docs, clippy::allow_attributes_without_reason)]
impl Gaps {
    pub fn new(c: &WorkloadConfig) -> Self {
        Gaps { rate: c.rate_per_node }
    }
    pub fn first(&self, s: &mut Stream) -> Option<Duration> {
        Some(self.next(s))
    }
    pub fn next(&self, s: &mut Stream) -> Duration {
        let u = crate::rng::distribution::unit_open(s.next_u64());
        Duration::from_secs_f64(-libm::log(u) / self.rate)
    }
}
