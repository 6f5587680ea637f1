//! How much anyone may ask: a bucket of tokens for each source, in bounded memory.

use crate::time::{Duration, Instant};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

/// A rate with a burst, per source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Datagrams per second in the long run.
    pub per_second: u32,
    /// Datagrams at once after silence.
    pub burst: u32,
}

impl Rate {
    /// More than any node needs of another, and little enough that one source cannot keep a
    /// processor busy.
    pub const DEFAULT: Rate = Rate { per_second: 100, burst: 500 };
}

/// Sources that are remembered at most.
const MOST_SOURCES: usize = 8_192;

/// What is counted as one source: a host, or on this host one socket.
type Source = (IpAddr, u16);

/// The rates of all sources that were heard from lately.
#[derive(Debug)]
pub struct Limits {
    rate: Option<Rate>,
    /// When each would be as good as new; at most as far ahead as a burst takes to refill.
    full_at: BTreeMap<Source, Instant>,
}

impl Limits {
    /// Holds every source to `rate`; `None`: to nothing.
    pub fn new(rate: Option<Rate>) -> Self {
        Limits { rate, full_at: BTreeMap::new() }
    }

    /// Whether another datagram of this source is to be looked at.
    pub fn admit(&mut self, from: SocketAddr, now: Instant) -> bool {
        let Some(Rate { per_second, burst }) = self.rate else { return true };
        let source = (from.ip(), if from.ip().is_loopback() { from.port() } else { 0 });
        let each = Duration::from_nanos(1_000_000_000 / u64::from(per_second.max(1)));
        if self.full_at.len() >= MOST_SOURCES && !self.full_at.contains_key(&source) {
            self.full_at.retain(|_, full_at| *full_at > now);
            if self.full_at.len() >= MOST_SOURCES {
                // So many sources at once are no neighbours: the first to be good again makes room.
                let first = self.full_at.iter().min_by_key(|(_, full_at)| **full_at);
                let first = first.map(|(&source, _)| source);
                first.map(|source| self.full_at.remove(&source));
            }
        }
        let full_at = self.full_at.entry(source).or_insert(now);
        let next = (*full_at).max(now) + each;
        if next.saturating_since(now) > each * u64::from(burst) {
            return false;
        }
        *full_at = next;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_has_its_burst_and_then_its_rate() {
        let mut limits = Limits::new(Some(Rate { per_second: 10, burst: 20 }));
        let from = SocketAddr::from(([10, 0, 0, 1], 5));
        let second = |second| Instant::ZERO + Duration::from_secs(second);
        let admitted =
            |limits: &mut Limits, from, now| (0..100).filter(|_| limits.admit(from, now)).count();
        assert_eq!(admitted(&mut limits, from, second(1)), 20);
        assert_eq!(admitted(&mut limits, from, second(2)), 10);
        assert_eq!(admitted(&mut limits, from, second(60)), 20);
        let other_port = SocketAddr::from(([10, 0, 0, 1], 6));
        assert_eq!(admitted(&mut limits, other_port, second(60)), 0, "a host is one source");
        let neighbour = SocketAddr::from(([10, 0, 0, 2], 5));
        assert_eq!(admitted(&mut limits, neighbour, second(60)), 20);
        let here = |port| SocketAddr::from(([127, 0, 0, 1], port));
        assert_eq!(admitted(&mut limits, here(5), second(60)), 20);
        assert_eq!(admitted(&mut limits, here(6), second(60)), 20, "a socket is one here");
    }

    #[test]
    fn sources_are_bounded() {
        let mut limits = Limits::new(Some(Rate::DEFAULT));
        for source in 0..20_000u32 {
            let ip = std::net::Ipv4Addr::from(0x0a00_0000 + source);
            assert!(limits.admit((ip, 1).into(), Instant::ZERO));
        }
        assert_eq!(limits.full_at.len(), MOST_SOURCES);
    }
}
