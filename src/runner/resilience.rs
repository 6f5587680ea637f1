//! What attacks come to: lookups whose path holds, adversaries among contacts and among those found.

use super::attackers::Attackers;
use super::experiment::Experiment;
use super::host::Tables;
use super::surroundings::Done;
use crate::kademlia::key::Key64;
use crate::kademlia::routing_table::RoutingTable;
use crate::metrics::number;
use crate::metrics::number::ratio;
use crate::protocol::NodeIndex;
use crate::time::Instant;
use crate::workload::attack::{AttackConfig, AttackKind};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// Of a normal distribution 95 % lie within so many standard deviations.
const STANDARD_DEVIATIONS: f64 = 1.96;

/// Lookups of nodes during attacks, in one block.
#[derive(Clone, Debug, Default)]
pub(super) struct PathSums {
    lookups: u64,
    unbroken: u64,
    /// Unbroken paths by their hops.
    whole: BTreeMap<u16, u64>,
    /// Broken ones by the hops before the break.
    broken: BTreeMap<u16, u64>,
    found: u64,
    found_adversaries: u64,
}

impl PathSums {
    /// A lookup of an honest node has ended.
    pub(super) fn add(&mut self, done: &Done, attackers: &Attackers) {
        self.lookups += 1;
        self.unbroken += u64::from(done.paths.iter().any(|path| path.is_unbroken()));
        for path in done.paths.iter().filter(|path| path.hops > 0) {
            let ended = if path.is_unbroken() { &mut self.whole } else { &mut self.broken };
            *ended.entry(path.sound).or_default() += 1;
        }
        self.found += done.closest.len() as u64;
        let adversaries = done.closest.iter().filter(|&&peer| attackers.is_adversary(peer));
        self.found_adversaries += adversaries.count() as u64;
    }

    fn merge(&mut self, other: &PathSums) {
        self.lookups += other.lookups;
        self.unbroken += other.unbroken;
        self.found += other.found;
        self.found_adversaries += other.found_adversaries;
        for (own, other) in [(&mut self.whole, &other.whole), (&mut self.broken, &other.broken)] {
            for (&hops, &count) in other {
                *own.entry(hops).or_default() += count;
            }
        }
    }
}

/// Lookups of nodes that honest nodes began while an attack went on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Resilience {
    /// Paths of a lookup, d.
    pub disjoint_paths: u64,
    /// Share of the nodes that are adversaries of any attack, m.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub adversary_share: f64,
    /// How many lookups there were.
    pub lookups: u64,
    /// Share of them of which at least one path is unbroken: everyone asked on it has answered, up
    /// to the closest node asked, that one included. `None` without lookups.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub unbroken_share: Option<f64>,
    /// Lower end of the interval (Wilson, 95 %) around it.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub unbroken_low: Option<f64>,
    /// Upper end of it.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub unbroken_high: Option<f64>,
    /// The same by the formula of S/Kademlia: the sum over i of h_i (1 - (1 - (1 - m)^i)^d).
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub expected_share: Option<f64>,
    /// h_i: paths by the number of hops that they have where nothing breaks them.
    pub path_lengths: Vec<PathLength>,
    /// Share of the nodes found that are adversaries.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub found_adversary_share: Option<f64>,
}

/// Paths of one length.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PathLength {
    /// Nodes on the path up to the closest one asked, that one included.
    pub hops: u16,
    /// Share of the paths that have so many.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub share: f64,
}

/// One attack.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AttackFigures {
    /// What the adversaries do.
    pub kind: &'static str,
    /// How many they are.
    pub adversaries: u64,
    /// When they begin, in virtual seconds.
    #[serde(rename = "at_seconds", serialize_with = "seconds")]
    pub at: Instant,
    /// When they end, in virtual seconds.
    #[serde(rename = "until_seconds", serialize_with = "seconds")]
    pub until: Instant,
    /// Share of these adversaries among the contacts of honest nodes when the run ends.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub table_share: Option<f64>,
    /// Share of these adversaries over time: among the contacts of the victim, or among the k nodes
    /// online that are closest to the target. Empty where there is neither.
    pub over_time: Vec<ShareAt>,
}

/// A share at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ShareAt {
    /// When that was, in virtual seconds.
    #[serde(rename = "time_seconds", serialize_with = "seconds")]
    pub time: Instant,
    /// The share; `None` of nothing.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub share: Option<f64>,
}

fn seconds<S: Serializer>(instant: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    number::serialize_rounded(&instant.as_secs_f64(), serializer)
}

/// Looks at what each attack has come to by now.
pub(super) fn look(experiment: &mut Experiment<'_>, tables: &impl Tables) {
    let Some(attackers) = &experiment.common.attackers else { return };
    let (population, now) = (&experiment.common.population, experiment.now);
    let attacks = experiment.scenario.attacks.iter().enumerate();
    let share = |(attack, config): (usize, &AttackConfig)| match config.kind {
        AttackKind::EclipseNode { victim, .. } => {
            let contacts = tables.table(NodeIndex(victim)).map(RoutingTable::contacts);
            let contacts: Vec<NodeIndex> = contacts.into_iter().flatten().collect();
            Some(attackers.share_of(attack, &contacts))
        }
        AttackKind::Sybil { target } | AttackKind::EclipseKey { target } => {
            let k = experiment.scenario.kademlia.k;
            let is_there = |node| population.is_open(node) && population.was_online(node, now);
            let closest = population.closest_of(Key64(target), k, is_there);
            Some(attackers.share_of(attack, &closest))
        }
        _ => None,
    };
    let shares: Vec<Option<Option<f64>>> = attacks.map(share).collect();
    experiment.attack_shares.resize(shares.len(), Vec::new());
    for (seen, share) in experiment.attack_shares.iter_mut().zip(shares) {
        seen.extend(share.map(|share| ShareAt { time: now, share }));
    }
}

/// The figures of all attacks.
pub(super) fn attacks(experiment: &Experiment<'_>, tables: &impl Tables) -> Vec<AttackFigures> {
    let Some(attackers) = &experiment.common.attackers else { return Vec::new() };
    let nodes = (0..experiment.scenario.nodes.count).map(NodeIndex);
    let honest = nodes.filter(|&node| !attackers.is_adversary(node));
    let mut contacts: Vec<NodeIndex> = Vec::new();
    for table in honest.filter_map(|node| tables.table(node)) {
        contacts.extend(table.contacts());
    }
    let attacks = experiment.scenario.attacks.iter().enumerate();
    let figures = |(attack, config): (usize, &AttackConfig)| AttackFigures {
        kind: config.kind.name(),
        adversaries: u64::from(config.adversaries),
        at: config.at,
        until: config.until,
        table_share: attackers.share_of(attack, &contacts),
        over_time: experiment.attack_shares.get(attack).cloned().unwrap_or_default(),
    };
    attacks.map(figures).collect()
}

/// The figures of lookups during attacks; `None` where there is no attack.
pub(super) fn resilience(experiment: &Experiment<'_>) -> Option<Resilience> {
    experiment.common.attackers.as_ref()?;
    let mut sums = PathSums::default();
    experiment.surroundings.iter().for_each(|own| sums.merge(&own.paths));
    let scenario = experiment.scenario;
    let adversaries: u32 = scenario.attacks.iter().map(|attack| attack.adversaries).sum();
    let share = f64::from(adversaries) / f64::from(scenario.nodes.count);
    let lengths = lengths(&sums.whole, &sums.broken);
    let disjoint_paths = scenario.kademlia.disjoint_paths;
    let interval = (sums.lookups > 0).then(|| wilson(sums.unbroken, sums.lookups));
    Some(Resilience {
        disjoint_paths: disjoint_paths as u64,
        adversary_share: share,
        lookups: sums.lookups,
        unbroken_share: ratio(sums.unbroken, sums.lookups),
        unbroken_low: interval.map(|(low, _)| low),
        unbroken_high: interval.map(|(_, high)| high),
        expected_share: (!lengths.is_empty()).then(|| expected(&lengths, share, disjoint_paths)),
        path_lengths: lengths,
        found_adversary_share: ratio(sums.found_adversaries, sums.found),
    })
}

/// How long paths are where nothing breaks them, from those that nothing broke and those of which
/// it is only known that they would have had more hops than the ones before the break (Kaplan and
/// Meier 1958, "Nonparametric Estimation from Incomplete Observations": a break is a censored
/// observation). Counting only the former would make paths too short, since long ones break more
/// often. A broken path that went on for longer than any that held is taken to break at its last hop.
fn lengths(whole: &BTreeMap<u16, u64>, broken: &BTreeMap<u16, u64>) -> Vec<PathLength> {
    // Paths whose hop of this number has answered, as all before it have.
    let reach = |hops: u16| -> u64 {
        whole.range(hops..).chain(broken.range(hops..)).map(|(_, count)| count).sum()
    };
    let mut rest = 1.0;
    let mut lengths = Vec::new();
    for (&hops, &ended) in whole {
        let share = rest * (ended as f64 / reach(hops) as f64);
        lengths.push(PathLength { hops, share });
        rest -= share;
    }
    let longest = |paths: &BTreeMap<u16, u64>| paths.last_key_value().map(|(&hops, _)| hops);
    if let Some(broken) =
        longest(broken).filter(|&broken| longest(whole).is_none_or(|whole| whole <= broken))
    {
        lengths.push(PathLength { hops: broken.saturating_add(1), share: rest });
    }
    lengths
}

/// The probability that one of `d` paths has honest nodes only, if each node is an adversary with
/// probability `m` (S/Kademlia, the section on lookups over disjoint paths).
fn expected(lengths: &[PathLength], m: f64, d: usize) -> f64 {
    let holds = |hops: u16| libm::pow(1.0 - m, f64::from(hops));
    let one_of_them = |hops: u16| 1.0 - libm::pow(1.0 - holds(hops), d as f64);
    lengths.iter().map(|length| length.share * one_of_them(length.hops)).sum()
}

/// Wilson's interval of 95 % for a share of which `hits` of `count` were seen.
fn wilson(hits: u64, count: u64) -> (f64, f64) {
    let (n, p) = (count as f64, hits as f64 / count as f64);
    let z2 = STANDARD_DEVIATIONS * STANDARD_DEVIATIONS;
    let middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let spread = libm::sqrt(p * (1.0 - p) / n + z2 / (4.0 * n * n)) * STANDARD_DEVIATIONS;
    let half = spread / (1.0 + z2 / n);
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formula_by_hand() {
        let lengths = [PathLength { hops: 1, share: 0.5 }, PathLength { hops: 2, share: 0.5 }];
        // (1 - m) = 1/2: a path of one hop holds with 1/2, one of two with 1/4.
        assert!((expected(&lengths, 0.5, 1) - 0.375).abs() < 1e-12);
        // One of two: 3/4 and 7/16.
        assert!((expected(&lengths, 0.5, 2) - 0.59375).abs() < 1e-12);
        assert!((expected(&lengths, 0.0, 1) - 1.0).abs() < 1e-12);
    }

    /// Four paths reach the first hop, of which one ends there and one breaks after it; of the two
    /// that reach the second, one ends. A path that breaks at once says nothing.
    #[test]
    fn lengths_by_hand() {
        let of = |paths: &[(u16, u64)]| paths.iter().copied().collect::<BTreeMap<u16, u64>>();
        let shares = |whole: &[(u16, u64)], broken: &[(u16, u64)]| {
            let found = lengths(&of(whole), &of(broken));
            found.iter().map(|length| (length.hops, length.share)).collect::<Vec<_>>()
        };
        assert_eq!(
            shares(&[(1, 1), (2, 1), (3, 1)], &[(0, 7), (1, 1)]),
            [(1, 0.25), (2, 0.375), (3, 0.375)]
        );
        assert_eq!(shares(&[(1, 1)], &[(2, 3)]), [(1, 0.25), (3, 0.75)]);
        assert_eq!(shares(&[], &[(0, 2)]), [(1, 1.0)]);
        assert_eq!(shares(&[(2, 5)], &[(2, 5)]), [(2, 0.5), (3, 0.5)]);
        assert_eq!(shares(&[], &[]), []);
    }

    /// Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I.
    #[test]
    fn wilsons_interval_as_published() {
        let (low, high) = wilson(81, 263);
        assert!((low - 0.2553).abs() < 1e-4 && (high - 0.3662).abs() < 1e-4, "{low} {high}");
    }
}
