//! How records fare, and what it costs to keep them and the network alive.

use super::experiment::Experiment;
use super::result::{
    LogFigures, MaintenanceFigures, MaintenanceOfKind, RecordFigures, RepublishFigures,
    SurvivalFigures,
};
use crate::checker::{AtAge, RecordLife};
use crate::graph::config::GraphConfig;
use crate::kademlia::maintenance::Maintenance;
use crate::kademlia::params::SearchFor;
use crate::metrics::Upkeep;
use crate::metrics::number::ratio;
use crate::rng::{PacketDraws, Purpose};
use crate::scenario::Scenario;
use crate::time::{Duration, Instant};
use crate::workload::config::{ChurnConfig, LengthDistribution, WorkloadKind};
use crate::workload::residual;

/// Sets the choice of records apart from other draws of [`Purpose::Sampling`].
const DRAW: u64 = 0x7265_636f_7264;

const SECONDS_PER_HOUR: f64 = 3_600.0;

/// The records at the end, and how they came there.
pub(super) fn records(experiment: &mut Experiment<'_>, upkeep: &Upkeep) -> RecordFigures {
    let (now, scenario) = (experiment.now, experiment.scenario);
    let common = &mut experiment.common;
    let published = common.published.total();
    let holders = &mut common.holders;
    let (alive, replicas) = (holders.alive() as u64, holders.replicas());
    let lives = || holders.lives();
    let stored = lives().filter(|life| life.first_held.is_some()).count() as u64;
    let times_gone = lives().map(|life| u64::from(life.times_gone)).sum();
    let total = lives().count() as u64;
    let kept = total.min(scenario.output.operations_limit);
    let exact = Exact::of(scenario);
    let survival = holders.by_age(now).into_iter().map(|ages| survival(ages, exact));
    let survival = survival.collect();
    let hours = holders.alive_seconds(now) / SECONDS_PER_HOUR;
    RecordFigures {
        published,
        alive,
        replicas_mean: ratio(replicas, alive).unwrap_or(0.0),
        stored,
        lost: stored - alive,
        times_gone,
        upkeep: republish(upkeep, hours),
        survival,
        log: LogFigures { total, kept },
    }
}

fn survival(ages: AtAge, exact: Option<Exact>) -> SurvivalFigures {
    SurvivalFigures {
        age: ages.age,
        observed: ages.observed,
        alive: ages.alive,
        alive_share: ages.alive as f64 / ages.observed as f64,
        replicas_mean: ages.replicas as f64 / ages.observed as f64,
        exact_share: exact.and_then(|exact| exact.alive(ages.age)),
    }
}

fn republish(upkeep: &Upkeep, record_hours: f64) -> RepublishFigures {
    let counts = [Maintenance::Republish, Maintenance::Replicate].map(|kind| upkeep.on(kind));
    let messages = counts.iter().map(|count| count.messages).sum();
    let bytes = counts.iter().map(|count| count.bytes).sum();
    let mean = |sum: u64| (record_hours > 0.0).then(|| sum as f64 / record_hours);
    RepublishFigures {
        messages,
        bytes,
        messages_per_record_hour: mean(messages),
        bytes_per_record_hour: mean(bytes),
    }
}

/// What was spent on maintenance, over `measured` of virtual time and so many nodes.
pub(super) fn maintenance(
    upkeep: &Upkeep,
    online_mean: f64,
    measured: Duration,
) -> MaintenanceFigures {
    let node_seconds = online_mean * measured.as_secs_f64();
    let mean = |sum: u64| if node_seconds > 0.0 { sum as f64 / node_seconds } else { 0.0 };
    let total = upkeep.total();
    let of_kind = |kind: Maintenance| {
        let count = upkeep.on(kind);
        MaintenanceOfKind { kind: kind.name(), messages: count.messages, bytes: count.bytes }
    };
    MaintenanceFigures {
        messages: total.messages,
        bytes: total.bytes,
        maintenance_messages_per_node_second: mean(total.messages),
        maintenance_bytes_per_node_second: mean(total.bytes),
        kinds: Maintenance::ALL.into_iter().map(of_kind).collect(),
    }
}

/// The records that are written out one by one, by ascending key: all, or up to the limit those whose
/// keys hash lowest, which depends on the seed alone.
pub(super) fn log(experiment: &Experiment<'_>) -> Vec<RecordLife> {
    let draws = PacketDraws::new(experiment.seed, Purpose::Sampling);
    let limit = experiment.scenario.output.operations_limit as usize;
    sample(experiment.common.holders.lives(), limit, &draws)
}

fn sample<'l>(
    lives: impl Iterator<Item = &'l RecordLife>,
    limit: usize,
    draws: &PacketDraws,
) -> Vec<RecordLife> {
    let mut lives: Vec<RecordLife> = lives.copied().collect();
    if lives.len() > limit {
        lives.sort_by_cached_key(|life| draws.bits(life.key.0, DRAW));
        lives.truncate(limit);
        lives.sort_by_key(|life| life.key);
    }
    lives
}

/// What renewal theory says of records whose copies nobody renews: alive as long as one of the k
/// nodes stays that were online when it was stored.
#[derive(Clone, Copy, Debug)]
struct Exact {
    sessions: LengthDistribution,
    k: i32,
    expiry: Duration,
}

impl Exact {
    /// That of this scenario; `None` if nodes do not come and go, or not all alike at all times, if it
    /// is not known, or if copies are renewed, handed over or left elsewhere.
    fn of(scenario: &Scenario) -> Option<Self> {
        let ChurnConfig::Lifetime { lifetime, graceful_leave_probability, diurnal: None, .. } =
            scenario.churn
        else {
            return None;
        };
        let is_disturbed = !scenario.network.faults.is_empty() || !scenario.attacks.is_empty();
        if is_disturbed || !scenario.class_churn.is_empty() {
            return None;
        }
        residual::outlasts(&lifetime, Duration::ZERO)?;
        let params = &scenario.kademlia;
        let length = scenario.phases.end() - Instant::ZERO;
        let never = |interval: Option<Duration>| interval.is_none_or(|often| often >= length);
        let hands_over = graceful_leave_probability > 0.0
            && params.precautions.measures().search_before_store == SearchFor::Nodes;
        let mut expiry = Duration::MAX;
        let lasting = |kind: &WorkloadKind| match kind {
            // Services and blocks are no records: what applications announce lives as they say.
            WorkloadKind::Lookup | WorkloadKind::Services(_) | WorkloadKind::Blocks(_) => true,
            // What is written again lives on with its new value.
            WorkloadKind::Registers(_) => false,
            WorkloadKind::PutGet { .. } => {
                expiry = expiry.min(params.record_expiry);
                let copied = params.cache_on_path || !never(params.replicate_interval);
                never(params.republish_interval) && !copied && !hands_over
            }
            WorkloadKind::Provide { .. } => {
                expiry = expiry.min(params.provider_expiry);
                never(params.provider_republish_interval)
            }
        };
        let stays = matches!(scenario.topology, Some(GraphConfig::Bootstrap { .. }));
        let all = scenario.workloads.iter().map(|workload| &workload.kind).all(lasting);
        let k = i32::try_from(params.k).ok()?;
        (all && !stays).then_some(Exact { sessions: lifetime, k, expiry })
    }

    /// Share of the records that are alive at this age.
    fn alive(self, age: Duration) -> Option<f64> {
        if age >= self.expiry {
            return None;
        }
        let outlasts = residual::outlasts(&self.sessions, age)?;
        Some(1.0 - libm::pow(1.0 - outlasts, f64::from(self.k)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kademlia::key::Key64;
    use crate::rng::Seed;
    use std::path::Path;

    fn exact(settings: &[&str]) -> Option<f64> {
        let always = [
            "churn.model=lifetime",
            "churn.lifetime_distribution=exponential",
            "churn.lifetime_mean=1h",
            "churn.graceful_leave_probability=0",
            "kademlia.preset=paper",
            "kademlia.k=8",
            "kademlia.replicate_interval=never",
            "kademlia.cache_on_path=false",
            "workload.0.kind=put-get",
        ];
        let settings: Vec<_> = always
            .iter()
            .chain(settings)
            .map(|setting| setting.parse().expect("settings are well formed"))
            .collect();
        let scenario = Scenario::parse("", "records.toml", Path::new(""), &settings);
        let scenario = scenario.unwrap_or_else(|error| panic!("{error}"));
        Exact::of(&scenario)?.alive(Duration::from_secs(3_600))
    }

    #[test]
    fn survival_is_known_where_nothing_renews_a_copy() {
        let alive = exact(&[]).expect("it is known");
        assert!((alive - 0.974_51).abs() < 5e-6, "{alive}");
        for setting in [
            "churn.lifetime_distribution=lognormal",
            "churn.diurnal_amplitude=0.5",
            "nodes.class.0.churn.preset=kad-2007",
            "fault=[{kind = \"crash\", at = \"2m\", share = 0.1}]",
            "attack=[{kind = \"drop\"}]",
            "churn.graceful_leave_probability=0.5",
            "kademlia.replicate_interval=10s",
            "kademlia.republish_interval=10s",
            "kademlia.record_expiry=1h",
            "kademlia.cache_on_path=true",
        ] {
            assert_eq!(exact(&[setting]), None, "{setting}");
        }
        assert!(exact(&["kademlia.republish_interval=1000d"]).is_some());
    }

    #[test]
    fn more_records_than_are_wanted_are_a_sample() {
        let lives: Vec<_> = (0..100).map(|key| RecordLife::new(Key64(key))).collect();
        let draws = PacketDraws::new(Seed(1), Purpose::Sampling);
        let kept = sample(lives.iter(), 10, &draws);
        assert_eq!(kept.len(), 10);
        assert!(kept.is_sorted_by_key(|life| life.key));
        assert!(kept.iter().any(|life| life.key.0 >= 50), "not only the first");
        assert_eq!(sample(lives.iter().rev(), 10, &draws), kept);
        assert_eq!(sample(lives.iter(), 100, &draws), lives);
    }
}
