//! How much anyone may ask: a bucket of tokens for each source, in bounded memory.

use crate::time::{Duration, Instant};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

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

/// What is counted as one source: a host, which with IPv6 has a whole /64 of addresses, or on this
/// host one socket.
type Source = (IpAddr, u16);

fn source(from: SocketAddr) -> Source {
    match from.ip() {
        ip if ip.is_loopback() => (ip, from.port()),
        IpAddr::V6(ip) => (Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(), 0),
        ip => (ip, 0),
    }
}

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

    /// So many sources at once are no neighbours: those that have sent least make room, half of them
    /// together, so that the search for them is worth it.
    fn forget_the_quieter_half(&mut self) {
        let mut instants: Vec<Instant> = self.full_at.values().copied().collect();
        let (_, &mut median, _) = instants.select_nth_unstable(MOST_SOURCES / 2);
        let mut room = MOST_SOURCES / 2;
        self.full_at.retain(|_, full_at| {
            let stays = *full_at > median || room == 0;
            room -= usize::from(!stays);
            stays
        });
    }

    /// Whether another datagram of this source is to be looked at.
    pub fn admit(&mut self, from: SocketAddr, now: Instant) -> bool {
        let Some(Rate { per_second, burst }) = self.rate else { return true };
        let source = source(from);
        let each = Duration::from_nanos(1_000_000_000 / u64::from(per_second.max(1)));
        if self.full_at.len() >= MOST_SOURCES && !self.full_at.contains_key(&source) {
            self.full_at.retain(|_, full_at| *full_at > now);
            if self.full_at.len() >= MOST_SOURCES {
                self.forget_the_quieter_half();
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
        let within: [SocketAddr; 2] =
            ["[2001:db8::1]:5", "[2001:db8::ffff:1]:5"].map(|text| text.parse().expect("one"));
        assert_eq!(admitted(&mut limits, within[0], second(60)), 20);
        assert_eq!(admitted(&mut limits, within[1], second(60)), 0, "a /64 is one host");
        let beside = "[2001:db8:0:1::1]:5".parse().expect("an address");
        assert_eq!(admitted(&mut limits, beside, second(60)), 20);
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
        assert!((MOST_SOURCES / 2..=MOST_SOURCES).contains(&limits.full_at.len()));
        // Who sends much is not forgotten for them.
        let loud = (std::net::Ipv4Addr::LOCALHOST, 1).into();
        let now = Instant::ZERO + Duration::from_secs(1);
        while limits.admit(loud, now) {}
        for source in 0..20_000u32 {
            let ip = std::net::Ipv4Addr::from(0x0b00_0000 + source);
            assert!(limits.admit((ip, 1).into(), now));
        }
        assert!(!limits.admit(loud, now));
    }
}
