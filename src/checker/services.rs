//! Laws of services: what is advertised is found, and what has been withdrawn is not.
//!
//! A search that begins and ends while holders know of a provider should name it. Where packets are lost
//! or nodes come and go it may not, so that is counted. What a provider has withdrawn is forgotten by the
//! holders that were reached; a search may still come upon another until the advertisement expires there,
//! so that is counted too. That one names it afterwards is against the law whatever the network does.

use crate::protocol::NodeIndex;
use crate::time::{Duration, Instant};
use std::collections::BTreeMap;

/// A packet is on its way no longer than this; it is what an announcement may take beyond its end.
const LONGEST_WAY: Duration = Duration::from_secs(60);

/// A service of a provider.
pub type Offer = (u32, NodeIndex);

/// What is known of all providers of a workload.
#[derive(Clone, Debug, Default)]
pub struct Offers {
    visible: BTreeMap<Offer, Vec<(Instant, Instant)>>,
    withdrawn: BTreeMap<Offer, (Instant, Instant)>,
}

/// A search for the providers of a service.
#[derive(Clone, Copy, Debug)]
pub struct Searched<'a> {
    /// Of which service.
    pub service: u32,
    /// Who searched.
    pub by: NodeIndex,
    /// When it began.
    pub started: Instant,
    /// When it ended.
    pub ended: Instant,
    /// Who was found, by index.
    pub found: &'a [NodeIndex],
}

/// What a look at the searches has brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SearchChecks {
    /// Searches that should have named a provider at least.
    pub expected: u64,
    /// Those that named nobody.
    pub missed: u64,
    /// Providers that searches should have named.
    pub expected_providers: u64,
    /// Those that were not named.
    pub missed_providers: u64,
    /// Providers named after holders had been told that they have withdrawn.
    pub stale: u64,
    /// Providers named when nobody could know of them any more.
    pub undead: u64,
}

impl Offers {
    /// A provider could be found in this time.
    pub fn visible(&mut self, offer: Offer, from: Instant, until: Instant) {
        self.visible.entry(offer).or_default().push((from, until));
    }

    /// A provider has withdrawn, which its holders had been told at `told`; what the others know expires
    /// at `dead`.
    pub fn withdrawn(&mut self, offer: Offer, told: Instant, dead: Instant) {
        self.withdrawn.insert(offer, (told, dead));
    }

    /// Compares a search with what it should have found.
    pub fn check(&self, searched: &Searched<'_>, checks: &mut SearchChecks) {
        let Searched { service, by, started, ended, found } = *searched;
        let of_service = (service, NodeIndex(0))..=(service, NodeIndex(u32::MAX));
        let covers = |times: &[(Instant, Instant)]| {
            times.iter().any(|&(from, until)| from <= started && ended < until)
        };
        let visible = self
            .visible
            .range(of_service)
            .filter(|((_, node), times)| *node != by && covers(times));
        let (mut expected, mut missed) = (0, 0);
        for ((_, node), _) in visible {
            expected += 1;
            missed += u64::from(found.binary_search(node).is_err());
        }
        checks.expected_providers += expected;
        checks.missed_providers += missed;
        checks.expected += u64::from(expected > 0);
        checks.missed += u64::from(expected > 0 && found.is_empty());
        for &node in found {
            if let Some(&(told, dead)) = self.withdrawn.get(&(service, node)) {
                checks.stale += u64::from(told <= started);
                checks.undead += u64::from(dead + LONGEST_WAY <= started);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    #[test]
    fn a_planted_miss_and_a_planted_ghost_are_seen() {
        let mut offers = Offers::default();
        offers.visible((1, NodeIndex(4)), at(10), at(100));
        offers.visible((1, NodeIndex(5)), at(10), at(50));
        offers.withdrawn((1, NodeIndex(5)), at(51), at(310));
        let checked = |started, found: &[u32]| {
            let found: Vec<_> = found.iter().copied().map(NodeIndex).collect();
            let ended = at(started + 1);
            let by = NodeIndex(9);
            let searched = Searched { service: 1, by, started: at(started), ended, found: &found };
            let mut checks = SearchChecks::default();
            offers.check(&searched, &mut checks);
            let SearchChecks {
                expected_providers, missed, missed_providers, stale, undead, ..
            } = checks;
            (expected_providers, missed, missed_providers, stale, undead)
        };
        assert_eq!(checked(5, &[]), (0, 0, 0, 0, 0), "nothing is advertised yet");
        assert_eq!(checked(20, &[4, 5]), (2, 0, 0, 0, 0));
        assert_eq!(checked(20, &[4]), (2, 0, 1, 0, 0));
        assert_eq!(checked(20, &[]), (2, 1, 2, 0, 0));
        assert_eq!(checked(50, &[4, 5]), (1, 0, 0, 0, 0), "it is about to be withdrawn");
        assert_eq!(checked(60, &[4, 5]), (1, 0, 0, 1, 0), "a holder has not heard");
        assert_eq!(checked(371, &[5]), (0, 0, 0, 1, 1), "no holder can know any more");
    }
}
