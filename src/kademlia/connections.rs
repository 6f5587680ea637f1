//! With whom a node has an open connection, as far as that is to be guessed from who has answered it
//! lately: what decides whether a request has to wait for a dial.

use crate::time::{Duration, Instant};
use std::collections::BTreeMap;

/// Who has answered, and when last. Kept only where dialling has a time-out of its own, and only as
/// long as it decides something.
#[derive(Clone, Debug)]
pub(super) struct Connections<P> {
    answered: BTreeMap<P, Instant>,
    /// When those were last forgotten that are idle.
    swept: Instant,
}

impl<P: Ord> Connections<P> {
    pub(super) const fn new() -> Self {
        Connections { answered: BTreeMap::new(), swept: Instant::ZERO }
    }

    /// A node has answered. Connections are `idle` this long after that.
    pub(super) fn answered(&mut self, peer: P, now: Instant, idle: Duration) {
        // Once in that time, so that it is a small part of what the answers cost anyway.
        if now.saturating_since(self.swept) >= idle {
            self.answered.retain(|_, at| now.saturating_since(*at) < idle);
            self.swept = now;
        }
        self.answered.insert(peer, now);
    }

    /// A node has not answered.
    pub(super) fn failed(&mut self, peer: &P) {
        self.answered.remove(peer);
    }

    pub(super) fn is_open(&self, peer: &P, now: Instant, idle: Duration) -> bool {
        self.answered.get(peer).is_some_and(|&at| now.saturating_since(at) < idle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_open_until_it_is_idle_or_fails() {
        let idle = Duration::from_secs(60);
        let at = |seconds| Instant::ZERO + Duration::from_secs(seconds);
        let mut connections = Connections::new();
        connections.answered(1u32, at(100), idle);
        connections.answered(2, at(110), idle);
        assert!(connections.is_open(&1, at(159), idle) && !connections.is_open(&1, at(160), idle));
        assert!(!connections.is_open(&3, at(100), idle));
        connections.failed(&2);
        assert!(!connections.is_open(&2, at(111), idle));
        connections.answered(3, at(165), idle);
        assert_eq!(connections.answered.len(), 1, "the idle ones are forgotten");
    }
}
