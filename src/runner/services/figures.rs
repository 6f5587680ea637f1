//! The figures of services, and how the summary tells them.

use crate::checker::SearchChecks;
use crate::metrics::{Histogram, Percentiles, number};
use crate::protocol::NodeIndex;
use crate::runner::told::{line, median, percent};
use crate::units::number::ratio;
use crate::workload::findings::Amounts;
use crate::workload::services::log::{Log, Readvertisements};
use crate::workload::services::plan::Plan;
use serde::Serialize;
use std::collections::BTreeMap;

/// Sums over all nodes.
#[derive(Default)]
pub(super) struct Tallies {
    pub(super) discovery: Histogram,
    pub(super) call: Histogram,
    pub(super) whole: Histogram,
    found: u64,
    empty: u64,
    hits: u64,
    misses: u64,
    answered: u64,
    failed: u64,
    failed_over: u64,
    searched_again: u64,
    interrupted: u64,
    unfinished: u64,
    turned_away: u64,
    announcements: u64,
    announcements_failed: u64,
    withdrawn: u64,
    holders_told: u64,
    by_provider: BTreeMap<(u32, NodeIndex), u64>,
}

impl Tallies {
    /// Adds a node.
    pub(super) fn add(&mut self, log: &Log) {
        for search in &log.searches {
            self.discovery.record((search.ended - search.started).as_micros());
            match search.found.is_empty() {
                true => self.empty += 1,
                false => self.found += 1,
            }
        }
        for call in &log.calls {
            self.failed_over += u64::from(call.tries > 1);
            self.searched_again += u64::from(call.searched_again);
            let Some(provider) = call.provider else {
                self.failed += 1;
                continue;
            };
            self.answered += 1;
            self.call.record((call.ended - call.called).as_micros());
            self.whole.record((call.ended - call.wanted).as_micros());
            *self.by_provider.entry((call.service, provider)).or_default() += 1;
        }
        self.hits += log.hits;
        self.misses += log.misses;
        self.interrupted += log.interrupted;
        self.unfinished += log.unfinished;
        self.turned_away += log.turned_away;
        self.announcements += log.announcements;
        self.announcements_failed += log.announcements_failed;
        self.withdrawn += log.withdrawn.len() as u64;
        self.holders_told += log.withdrawn.iter().map(|gone| u64::from(gone.holders)).sum::<u64>();
    }
}

/// The figures of a workload of services.
#[derive(Debug, Serialize)]
pub(super) struct ServiceFigures {
    advertisements: AdvertisementFigures,
    discovery: DiscoveryFigures,
    calls: CallFigures,
    #[serde(serialize_with = "number::serialize_rounded_option")]
    least_fairness: Option<f64>,
    shares: Vec<ShareFigures>,
    checks: CheckedFigures,
}

#[derive(Debug, Serialize)]
struct AdvertisementFigures {
    announcements: u64,
    unconfirmed: u64,
    renewed_on_time: u64,
    renewed_late: u64,
    renewals_missed: u64,
    withdrawn: u64,
    #[serde(serialize_with = "number::serialize_rounded_option")]
    holders_told_mean: Option<f64>,
}

#[derive(Debug, Serialize)]
struct DiscoveryFigures {
    from_network: u64,
    found_nobody: u64,
    latency_micros: Percentiles,
    cache_hits: u64,
    cache_misses: u64,
    #[serde(serialize_with = "number::serialize_rounded_option")]
    cache_hit_ratio: Option<f64>,
}

#[derive(Debug, Serialize)]
struct CallFigures {
    answered: u64,
    failed: u64,
    failed_over: u64,
    searched_again: u64,
    interrupted: u64,
    unfinished: u64,
    turned_away: u64,
    latency_micros: Percentiles,
    whole_latency_micros: Percentiles,
}

#[derive(Debug, Serialize)]
struct ShareFigures {
    service: u32,
    providers: Vec<ProviderFigures>,
    #[serde(serialize_with = "number::serialize_rounded_option")]
    fairness: Option<f64>,
}

#[derive(Debug, Serialize)]
struct ProviderFigures {
    node: u32,
    calls: u64,
    #[serde(serialize_with = "number::serialize_rounded_option")]
    share: Option<f64>,
}

#[derive(Debug, Serialize)]
struct CheckedFigures {
    searches_expected: u64,
    searches_missed: u64,
    providers_expected: u64,
    providers_missed: u64,
    found_withdrawn: u64,
    found_expired: u64,
    orphan_timers: u64,
}

impl ServiceFigures {
    /// Those of these sums.
    pub(super) fn new(
        plan: &Plan,
        tallies: &Tallies,
        renewals: Readvertisements,
        checks: SearchChecks,
        orphan_timers: u64,
    ) -> Self {
        let told = ratio(tallies.holders_told, tallies.withdrawn);
        let shares: Vec<_> =
            (0..plan.config.count).map(|service| share(plan, service, tallies)).collect();
        ServiceFigures {
            least_fairness: shares.iter().filter_map(|share| share.fairness).reduce(f64::min),
            advertisements: AdvertisementFigures {
                announcements: tallies.announcements,
                unconfirmed: tallies.announcements_failed,
                renewed_on_time: renewals.on_time,
                renewed_late: renewals.late,
                renewals_missed: renewals.missed,
                withdrawn: tallies.withdrawn,
                holders_told_mean: told,
            },
            discovery: DiscoveryFigures {
                from_network: tallies.found + tallies.empty,
                found_nobody: tallies.empty,
                latency_micros: tallies.discovery.summary(),
                cache_hits: tallies.hits,
                cache_misses: tallies.misses,
                cache_hit_ratio: ratio(tallies.hits, tallies.hits + tallies.misses),
            },
            calls: CallFigures {
                answered: tallies.answered,
                failed: tallies.failed,
                failed_over: tallies.failed_over,
                searched_again: tallies.searched_again,
                interrupted: tallies.interrupted,
                unfinished: tallies.unfinished,
                turned_away: tallies.turned_away,
                latency_micros: tallies.call.summary(),
                whole_latency_micros: tallies.whole.summary(),
            },
            shares,
            checks: CheckedFigures {
                searches_expected: checks.expected,
                searches_missed: checks.missed,
                providers_expected: checks.expected_providers,
                providers_missed: checks.missed_providers,
                found_withdrawn: checks.stale,
                found_expired: checks.undead,
                orphan_timers,
            },
        }
    }
}

/// How the calls of a service are spread over its providers.
fn share(plan: &Plan, service: u32, tallies: &Tallies) -> ShareFigures {
    let calls = |node| tallies.by_provider.get(&(service, node)).copied().unwrap_or(0);
    let nodes = plan.providers(service);
    let all: u64 = nodes.iter().map(|&node| calls(node)).sum();
    let provider = |&node: &NodeIndex| ProviderFigures {
        node: node.0,
        calls: calls(node),
        share: ratio(calls(node), all),
    };
    let providers = nodes.iter().map(provider).collect();
    ShareFigures { service, providers, fairness: fairness(nodes.iter().map(|&node| calls(node))) }
}

/// Jain's index of fairness: 1 if all have as many, `1 / n` if one of `n` has all; `None` of nothing.
fn fairness(amounts: impl Iterator<Item = u64>) -> Option<f64> {
    let (mut count, mut sum, mut squares) = (0u64, 0u128, 0u128);
    for amount in amounts {
        count += 1;
        sum += u128::from(amount);
        squares += u128::from(amount) * u128::from(amount);
    }
    (squares > 0).then(|| (sum * sum) as f64 / (u128::from(count) * squares) as f64)
}

/// Calls by provider, most first.
pub(super) fn amounts(figures: &ServiceFigures) -> Amounts {
    let all = figures.shares.iter().flat_map(|share| &share.providers);
    let mut amounts: Vec<u64> = all.map(|provider| provider.calls).collect();
    amounts.sort_unstable_by(|left, right| right.cmp(left));
    Amounts { name: "Calls answered".to_owned(), owner: "Provider".to_owned(), amounts }
}

/// What stands in the summary.
pub(super) fn lines(figures: &ServiceFigures) -> Vec<(String, String)> {
    let ServiceFigures { advertisements, discovery, calls, least_fairness, checks, .. } = figures;
    vec![
        line(
            "re-advertised",
            format!(
                "{} on time, {} late, {} missed; {} withdrawn",
                advertisements.renewed_on_time,
                advertisements.renewed_late,
                advertisements.renewals_missed,
                advertisements.withdrawn
            ),
        ),
        line(
            "discovery",
            format!(
                "{} from the network ({}), cache hits {}",
                discovery.from_network,
                median(&discovery.latency_micros),
                percent(discovery.cache_hit_ratio)
            ),
        ),
        line(
            "calls",
            format!(
                "{} answered ({}), {} failed, {} failed over",
                calls.answered,
                median(&calls.latency_micros),
                calls.failed,
                calls.failed_over
            ),
        ),
        line(
            "fairness of providers",
            least_fairness.map_or("-".to_owned(), |least| format!("{least:.3} at least")),
        ),
        line(
            "searches checked",
            format!(
                "{} of {} missed what was advertised, {} found what was withdrawn; {} orphan timers",
                checks.searches_missed,
                checks.searches_expected,
                checks.found_withdrawn,
                checks.orphan_timers
            ),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fairness_is_jains_index() {
        assert_eq!(fairness([5, 5, 5].into_iter()), Some(1.0));
        assert_eq!(fairness([8, 0, 0, 0].into_iter()), Some(0.25));
        assert_eq!(fairness([1, 3].into_iter()), Some(0.8));
        assert_eq!(fairness([0, 0].into_iter()), None);
    }
}
