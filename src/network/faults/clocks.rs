//! The time that nodes read from clocks that run wrong.
//!
//! What a node is told as the present, and what it asks to be woken at, is the time of its own
//! clock. A clock runs at another rate while a fault lasts, and keeps afterwards what it has gained
//! or lost; it is never set back. So the time of a node is a function of the true time, one that
//! never falls, and deadlines can be turned into true instants.

use super::Members;
use super::config::FaultKind;
use crate::network::config::NetworkConfig;
use crate::protocol::NodeIndex;
use crate::rng::{PacketDraws, Purpose, Seed};
use crate::time::Instant;

/// Rates are counted in so many parts of one.
const ONE: i128 = 1 << 32;

/// The largest sum of the skews of all faults: below 1, so that no clock stands still.
pub const LARGEST_SKEW: f64 = 0.9;

/// The clocks of all nodes of a run.
#[derive(Clone, Debug)]
pub struct Clocks {
    faults: Box<[Skew]>,
    draws: PacketDraws,
}

#[derive(Clone, Debug)]
struct Skew {
    fault: usize,
    at: Instant,
    until: Instant,
    members: Members,
    /// The largest deviation of a rate from one, in parts.
    most: i128,
}

impl Clocks {
    /// Those of this configuration; `None` if all run as they should.
    pub fn new(config: &NetworkConfig, seed: Seed) -> Option<Self> {
        let skew = |(fault, said): (usize, &super::config::FaultConfig)| {
            let FaultKind::TimerSkew { skew, .. } = said.kind else { return None };
            let members = Members::of(config, fault, seed);
            let most = (skew * ONE as f64) as i128;
            Some(Skew { fault, at: said.at, until: said.end(), members, most })
        };
        let faults: Box<[Skew]> = config.faults.iter().enumerate().filter_map(skew).collect();
        let draws = PacketDraws::new(seed, Purpose::FaultClock);
        (!faults.is_empty()).then_some(Clocks { faults, draws })
    }

    /// How much faster than it should the clock of a node runs under a fault, in parts of one.
    fn rate(&self, skew: &Skew, node: NodeIndex) -> i128 {
        if !skew.members.has(node) {
            return 0;
        }
        let drawn = self.draws.bits(u64::from(node.0), skew.fault as u64) >> 1;
        (i128::from(drawn) - (1 << 62)) * skew.most / (1 << 62)
    }

    /// What the clock of a node shows at a true instant.
    pub fn shown(&self, node: NodeIndex, now: Instant) -> Instant {
        let gained = |skew: &Skew| {
            let passed = now.min(skew.until).saturating_since(skew.at).as_nanos();
            if passed == 0 { 0 } else { i128::from(passed) * self.rate(skew, node) }
        };
        // One rounding for all, so that a clock that runs slowly never runs backwards.
        let gained = self.faults.iter().map(gained).sum::<i128>().div_euclid(ONE);
        let shown = (i128::from(now.as_nanos()) + gained).clamp(0, i128::from(u64::MAX));
        Instant::from_nanos(shown as u64)
    }

    /// The first true instant at which the clock of a node shows at least `shown`.
    pub fn when_shown(&self, node: NodeIndex, shown: Instant) -> Instant {
        if shown == Instant::FAR_FUTURE {
            return shown;
        }
        // No clock runs at less than a tenth, so the instant lies before ten times the time shown;
        // what lies so far ahead that this is no number never comes.
        let (mut before, mut after) = (0, shown.as_nanos());
        while self.shown(node, Instant::from_nanos(after)) < shown {
            before = after + 1;
            after = after.saturating_mul(2).max(1);
            if after == u64::MAX {
                return Instant::FAR_FUTURE;
            }
        }
        while before < after {
            let middle = before + (after - before) / 2;
            if self.shown(node, Instant::from_nanos(middle)) < shown {
                before = middle + 1;
            } else {
                after = middle;
            }
        }
        Instant::from_nanos(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::config::{ClassConfig, LatencyModel};
    use crate::network::faults::config::{FaultConfig, Whom};
    use crate::time::Duration;

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    fn clocks(faults: &[(u64, Option<u64>, f64)]) -> Clocks {
        let classes = vec![ClassConfig::unlimited("all")];
        let mut config = NetworkConfig::of_latency(LatencyModel::NONE, classes);
        let fault = |&(from, until, skew): &(u64, Option<u64>, f64)| FaultConfig {
            name: "skew".to_owned(),
            at: at(from),
            until: until.map(at),
            kind: FaultKind::TimerSkew { whom: Whom::Share(0.8), skew },
        };
        config.faults = faults.iter().map(fault).collect();
        Clocks::new(&config, Seed(4)).expect("some run wrong")
    }

    #[test]
    fn clocks_are_right_before_and_keep_their_error_after() {
        let clocks = clocks(&[(100, Some(200), 0.2)]);
        let error = |node, now: Instant| {
            clocks.shown(NodeIndex(node), now).as_secs_f64() - now.as_secs_f64()
        };
        let mut wrong = 0;
        for node in 0..1_000 {
            assert_eq!(clocks.shown(NodeIndex(node), at(100)), at(100));
            let last = error(node, at(200));
            assert!(last.abs() <= 20.0, "{last}");
            assert!((error(node, at(150)) - last / 2.0).abs() < 1e-6);
            assert!((error(node, at(900)) - last).abs() < 1e-6);
            wrong += u32::from(last != 0.0);
        }
        // Five standard deviations of a share of 0.8.
        assert!(wrong.abs_diff(800) < 64, "{wrong}");
    }

    #[test]
    fn no_clock_runs_backwards_and_deadlines_are_met_at_once() {
        let clocks = clocks(&[(1, Some(3), 0.4), (2, None, 0.5)]);
        for node in (0..200).map(NodeIndex) {
            let mut last = Instant::ZERO;
            for now in (0..4_000_000_000u64).step_by(7_777_777).flat_map(|t| [t, t + 1, t + 2]) {
                let shown = clocks.shown(node, Instant::from_nanos(now));
                assert!(shown >= last, "{node} at {now}");
                last = shown;
                let due = Instant::from_nanos(now);
                let met = clocks.when_shown(node, due);
                assert!(clocks.shown(node, met) >= due);
                let before = Instant::from_nanos(met.as_nanos().saturating_sub(1));
                assert!(met == Instant::ZERO || clocks.shown(node, before) < due);
            }
            assert_eq!(clocks.when_shown(node, Instant::FAR_FUTURE), Instant::FAR_FUTURE);
        }
    }
}
