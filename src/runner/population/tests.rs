//! Sessions and absences as they come out of a run's population, against their distributions by
//! Kolmogorov and Smirnov.
//!
//! Of each node the first session that begins in the first half of the run is taken, and the first
//! absence: none is preferred for its length. Those that have not ended after half of the run
//! count as longer than that. What is left of the sessions in which a run begins is another
//! matter: a long session is the more likely one to be met.

use super::*;
use crate::rng::Bijection;
use crate::workload::config::{ChurnConfig, LengthDistribution};
use crate::workload::diurnal::Day;
use std::path::Path;

const SEED: Seed = Seed(11);
const NODES: u32 = 6_000;
/// Above this once in a thousand seeds if all is well.
const CRITICAL: f64 = 1.95;

/// A length in hours; `None` if it is longer than what was seen of it.
type Length = Option<f64>;

fn scenario(churn: &str) -> Scenario {
    let text = format!("[nodes]\ncount = {NODES}\nbootstrap = \"warm\"\n{churn}");
    Scenario::parse(&text, "churn.toml", Path::new(""), &[]).unwrap_or_else(|e| panic!("{e}"))
}

/// What happened to each node, in hours: whether it was there at first, and when it changed.
struct Lives {
    hours: f64,
    first: Vec<bool>,
    changes: Vec<Vec<f64>>,
    population: Population,
}

impl Lives {
    fn of(scenario: &Scenario, hours: u64) -> Self {
        let keys = Bijection::new(SEED);
        let key_of = |node: NodeIndex| Key64(keys.apply(u64::from(node.0)));
        let mut population = Population::new(SEED, scenario, key_of);
        let nodes = || (0..scenario.nodes.count).map(NodeIndex);
        let first: Vec<bool> =
            nodes().map(|node| population.is_online(node, Instant::ZERO)).collect();
        let mut changes = vec![Vec::new(); first.len()];
        let mut online = first.clone();
        for step in 1..=hours * 4 {
            population.advance(Instant::ZERO + Duration::from_secs(900) * step);
            for change in population.ahead() {
                let joins = change.turn == Turn::Joins;
                assert_ne!(online[change.node.get()], joins, "in turns");
                online[change.node.get()] = joins;
                changes[change.node.get()].push(change.at.as_secs_f64() / 3_600.0);
            }
        }
        Lives { hours: hours as f64, first, changes, population }
    }

    /// The first whole sessions of nodes, or their first absences: who, from when, how long.
    fn first_whole(&self, sessions: bool) -> Vec<(NodeIndex, f64, Length)> {
        let half = self.hours / 2.0;
        let of = |node: usize| {
            // The first change ends what the node began with, the second the first of the others.
            let place = usize::from(self.first[node] == sessions);
            let &from = self.changes[node].get(place)?;
            let end = self.changes[node].get(place + 1).map(|end| end - from);
            let length = end.filter(|&length| length <= half);
            (from <= half).then_some((NodeIndex(node as u32), from, length))
        };
        (0..self.first.len()).filter_map(of).collect()
    }

    fn lengths(&self, sessions: bool) -> Vec<Length> {
        self.first_whole(sessions).into_iter().map(|(.., length)| length).collect()
    }

    /// What is left of the sessions in which nodes are at first, or of the absences.
    fn rests(&self, sessions: bool) -> Vec<(NodeIndex, Length)> {
        let nodes = (0..self.first.len()).filter(|&node| self.first[node] == sessions);
        let rest = |node: usize| self.changes[node].first().copied();
        nodes.map(|node| (NodeIndex(node as u32), rest(node))).collect()
    }

    fn share_at_first(&self) -> f64 {
        self.first.iter().filter(|&&online| online).count() as f64 / self.first.len() as f64
    }

    fn online_at(&self, hour: f64) -> f64 {
        let is_online = |node: usize| {
            let passed = self.changes[node].iter().filter(|&&at| at <= hour).count();
            self.first[node] ^ (passed % 2 == 1)
        };
        (0..self.first.len()).filter(|&node| is_online(node)).count() as f64
            / self.first.len() as f64
    }
}

/// The Kolmogorov-Smirnov statistic times the root of the number of lengths, of which some are
/// known only to be longer than all that are known.
fn statistic(lengths: &[Length], distribution: impl Fn(f64) -> f64) -> f64 {
    let n = lengths.len() as f64;
    assert!(n > 500.0, "{n} lengths");
    let mut known: Vec<f64> = lengths.iter().copied().flatten().collect();
    known.sort_by(f64::total_cmp);
    let distance = |(i, &x): (usize, &f64)| {
        let expected = distribution(x);
        (expected - i as f64 / n).max((i as f64 + 1.0) / n - expected)
    };
    known.iter().enumerate().map(distance).fold(0.0, f64::max) * n.sqrt()
}

fn below(law: LengthDistribution, x: f64) -> f64 {
    let mean = law.mean().as_secs_f64() / 3_600.0;
    match law {
        LengthDistribution::Exponential { .. } => 1.0 - libm::exp(-x / mean),
        LengthDistribution::Weibull { shape, .. } => {
            let scale = mean / libm::tgamma(1.0 + 1.0 / shape);
            1.0 - libm::exp(-libm::pow(x / scale, shape))
        }
        LengthDistribution::ParetoShifted { shape, .. } => {
            1.0 - libm::pow(1.0 + x / (mean * (shape - 1.0)), -shape)
        }
        LengthDistribution::LogNormal { shape, .. } => {
            let z = (libm::log(x / mean) + shape * shape / 2.0) / shape;
            0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
        }
    }
}

/// The distribution of what is left of such lengths, from a random instant: the integral of the
/// tail over the mean.
fn rest_below(law: LengthDistribution, most: f64) -> impl Fn(f64) -> f64 {
    const STEPS: usize = 50_000;
    let width = most / STEPS as f64;
    let mean = law.mean().as_secs_f64() / 3_600.0;
    let mut sums = vec![0.0];
    for step in 0..STEPS {
        let at = |place: f64| 1.0 - below(law, (step as f64 + place) * width);
        let area = (at(1e-9) + 4.0 * at(0.5) + at(1.0)) * width / 6.0;
        sums.push(sums[step] + area / mean);
    }
    move |x| {
        let place = x / width;
        let before = (place as usize).min(STEPS - 1);
        sums[before] + (sums[before + 1] - sums[before]) * (place - before as f64)
    }
}

/// Whole sessions and absences, what is left of those of the beginning, and how many are there.
fn hold(churn: &str, hours: u64) {
    let scenario = scenario(churn);
    let ChurnConfig::Lifetime { lifetime, deadtime, .. } = scenario.churn else {
        panic!("nodes have lifetimes");
    };
    let lives = Lives::of(&scenario, hours);
    for (law, sessions) in [(lifetime, true), (deadtime, false)] {
        let whole = statistic(&lives.lengths(sessions), |x| below(law, x));
        assert!(whole < CRITICAL, "{churn}: {law:?}: {whole}");
        let rests: Vec<_> = lives.rests(sessions).into_iter().map(|(_, rest)| rest).collect();
        let rest = statistic(&rests, rest_below(law, lives.hours));
        assert!(rest < CRITICAL, "{churn}: rest of {law:?}: {rest}");
    }
    let [online, away] = [lifetime, deadtime].map(|law| law.mean().as_secs_f64());
    within_chance(lives.share_at_first(), online / (online + away));
}

/// Five standard deviations of the share of all nodes.
fn within_chance(share: f64, expected: f64) {
    let deviation = (expected * (1.0 - expected) / f64::from(NODES)).sqrt();
    assert!((share - expected).abs() < 5.0 * deviation, "{share}, expected {expected}");
}

#[test]
fn lifetimes_are_those_of_kad() {
    hold("[churn]\npreset = \"kad-2007\"\n", 60);
}

#[test]
fn lifetimes_are_those_of_debian() {
    hold("[churn]\npreset = \"bittorrent-debian\"\n", 30);
}

#[test]
fn lifetimes_are_those_of_ipfs() {
    hold("[churn]\npreset = \"ipfs-2022\"\n", 60);
}

#[test]
fn lifetimes_are_of_any_distribution() {
    let laws = [("weibull", "0.7"), ("lognormal", "1.0"), ("pareto_shifted", "2.5")];
    let shaped = laws.map(|(law, shape)| (law, Some(shape)));
    for (law, shape) in shaped.into_iter().chain([("exponential", None)]) {
        let keys = |what: &str, mean: &str| {
            let shape = shape.map(|shape| format!("{what}_shape = {shape}\n"));
            let shape = shape.unwrap_or_default();
            format!("{what}_distribution = \"{law}\"\n{what}_mean = \"{mean}\"\n{shape}")
        };
        let [stays, goes] = [keys("lifetime", "90m"), keys("deadtime", "1h")];
        hold(&format!("[churn]\nmodel = \"lifetime\"\n{stays}{goes}"), 24);
    }
}

/// Sessions and absences of a node are Pareto distributed around means of its own.
#[test]
fn pareto_lives_have_two_stages() {
    let scenario =
        scenario("[churn]\nmodel = \"pareto\"\nlifetime_mean = \"2h\"\ndeadtime_mean = \"3h\"\n");
    let lives = Lives::of(&scenario, 48);
    let law = |node, sessions: bool| {
        let life = lives.population.life_of(node).expect("all come and go");
        life.lengths()[usize::from(!sessions)]
    };
    for sessions in [true, false] {
        let whole = lives.first_whole(sessions);
        let laws: Vec<_> = whole.iter().map(|&(node, ..)| law(node, sessions)).collect();
        let mixed = |x| laws.iter().map(|&law| below(law, x)).sum::<f64>() / laws.len() as f64;
        let lengths: Vec<_> = whole.iter().map(|&(.., length)| length).collect();
        let statistic = statistic(&lengths, mixed);
        assert!(statistic < CRITICAL, "{sessions}: {statistic}");
    }
    let rests = lives.rests(true);
    let means = rests.iter().map(|&(node, _)| law(node, true).mean().as_secs_f64() / 3_600.0);
    let means: Vec<f64> = means.collect();
    // What is left of a shifted Pareto length has the same scale and a shape less by one.
    let below = |x: f64| means.iter().map(move |m| 1.0 - libm::pow(1.0 + x / (2.0 * m), -2.0));
    let mixed = |x| below(x).sum::<f64>() / means.len() as f64;
    let lengths: Vec<_> = rests.iter().map(|&(_, rest)| rest).collect();
    let statistic = statistic(&lengths, mixed);
    assert!(statistic < CRITICAL, "{statistic}");
    let life = |node| lives.population.life_of(node).expect("all come and go");
    let shares = (0..NODES).map(|node| life(NodeIndex(node)).expected_availability());
    within_chance(lives.share_at_first(), shares.sum::<f64>() / f64::from(NODES));
}

/// While as many are online as leave and come, each session ends at the rate of migrations
/// divided by those online.
#[test]
fn migrations_are_exponential_and_keep_the_number() {
    let rate = "migration_rate = \"2400/h\"\nonline_share = 0.4\n";
    let lives = Lives::of(&scenario(&format!("[churn]\nmodel = \"random\"\n{rate}")), 12);
    for (sessions, mean) in [(true, 1.0), (false, 1.5)] {
        let lengths = statistic(&lives.lengths(sessions), |x| 1.0 - libm::exp(-x / mean));
        assert!(lengths < CRITICAL, "{sessions}: {lengths}");
    }
    for hour in [0.0, 3.0, 12.0] {
        assert!((lives.online_at(hour) - 0.4).abs() < 1e-12, "{hour}");
    }
}

/// Joins and leaves are Poisson processes of the network as a whole.
#[test]
fn random_joins_and_leaves_come_at_their_rates() {
    let rates = "join_rate = \"90/h\"\nleave_rate = \"60/h\"\nonline_share = 0.5\n";
    let lives = Lives::of(&scenario(&format!("[churn]\nmodel = \"random\"\n{rates}")), 24);
    let mut times = [Vec::new(), Vec::new()];
    for (changes, &first) in lives.changes.iter().zip(&lives.first) {
        for (place, &at) in changes.iter().enumerate() {
            times[usize::from(first == (place % 2 == 0))].push(at);
        }
    }
    for (times, rate) in times.iter_mut().zip([90.0, 60.0]) {
        times.sort_by(f64::total_cmp);
        let gaps: Vec<_> = times.windows(2).map(|pair| Some(pair[1] - pair[0])).collect();
        let statistic = statistic(&gaps, |x| 1.0 - libm::exp(-x * rate));
        assert!(statistic < CRITICAL, "{statistic}");
    }
}

/// Sessions are those of the distribution, absences are on the clock of the day, and as many are
/// online at each hour as the rates of coming and going say.
#[test]
fn the_day_moves_absences_and_nothing_else() {
    let keys = "model = \"lifetime\"\nlifetime_distribution = \"exponential\"\n\
                lifetime_mean = \"3h\"\ndeadtime_mean = \"5h\"\n\
                diurnal_amplitude = 0.8\ndiurnal_peak = \"20h\"\n";
    let scenario = scenario(&format!("[churn]\n{keys}"));
    let ChurnConfig::Lifetime { diurnal: Some(diurnal), .. } = scenario.churn else {
        panic!("there is a time of day");
    };
    let day = Day::new(diurnal);
    let lives = Lives::of(&scenario, 72);
    let sessions = statistic(&lives.lengths(true), |x| 1.0 - libm::exp(-x / 3.0));
    assert!(sessions < CRITICAL, "{sessions}");
    let shows = |hours: f64| day.shows(hours * 3_600.0) / 3_600.0;
    let whole = lives.first_whole(false);
    let on_clock = |&(_, from, length): &(_, f64, Length)| {
        length.map(|length| shows(from + length) - shows(from))
    };
    let absences: Vec<_> = whole.iter().map(on_clock).collect();
    let statistic = statistic(&absences, |x| 1.0 - libm::exp(-x / 5.0));
    assert!(statistic < CRITICAL, "{statistic}");
    // dp/dt = (1 - p) rate(t) / 5 h - p / 3 h, followed from long before.
    let (mut share, mut at, step) = (0.5, -480.0, 0.001);
    let mut expected = Vec::new();
    for _ in 0..552_000 {
        share += step * ((1.0 - share) * day.rate(at * 3_600.0) / 5.0 - share / 3.0);
        at += step;
        expected.push((at, share));
    }
    let of_hour = |hour: f64| expected[((hour + 480.0) / step) as usize - 1].1;
    for hour in 0..72 {
        within_chance(lives.online_at(f64::from(hour)), of_hour(f64::from(hour)));
    }
    let swing = (0..24).map(|hour| of_hour(f64::from(hour)));
    assert!(swing.clone().fold(0.0, f64::max) > 1.5 * swing.fold(1.0, f64::min), "it shows");
}

/// What a class does not say of itself is said of all, and a class can stay.
#[test]
fn classes_have_lives_of_their_own() {
    let class = |name, share| format!("[[nodes.class]]\nname = \"{name}\"\nshare = {share}\n");
    let own = "[nodes.class.churn]\nmodel = \"lifetime\"\nlifetime_distribution = \"exponential\"\n\
               lifetime_mean = \"1h\"\ndeadtime_mean = \"2h\"\n";
    let stays = "[nodes.class.churn]\nmodel = \"none\"\n";
    let all = "[churn]\nmodel = \"lifetime\"\nlifetime_distribution = \"exponential\"\n\
               lifetime_mean = \"4h\"\ndeadtime_mean = \"4h\"\n";
    let [mobile, server, home] = [class("mobile", 0.4), class("server", 0.2), class("home", 0.4)];
    let scenario = scenario(&format!("{mobile}{own}{server}{stays}{home}{all}"));
    let lives = Lives::of(&scenario, 24);
    let shares = [0.4, 0.2, 0.4];
    let placement = crate::network::placement::Placement::by_share(
        SEED,
        crate::network::placement::CLASS,
        &shares,
    );
    for (class, mean) in [(0, 1.0), (2, 4.0)] {
        let whole = lives.first_whole(true).into_iter();
        let of_class = whole.filter(|&(node, ..)| placement.of(node) == class);
        let lengths: Vec<_> = of_class.map(|(.., length)| length).collect();
        let statistic = statistic(&lengths, |x| 1.0 - libm::exp(-x / mean));
        assert!(statistic < CRITICAL, "{class}: {statistic}");
    }
    for node in (0..NODES).map(NodeIndex).filter(|&node| placement.of(node) == 1) {
        assert!(lives.first[node.get()] && lives.changes[node.get()].is_empty(), "{node:?}");
    }
}

/// A trace is followed to the nanosecond, and nobody else is there.
#[test]
fn a_trace_is_followed() {
    let folder = tempfile::tempdir().expect("the system has room for a folder");
    let file = folder.path().join("t.trace");
    let text = "0 anna JOIN\n0 bela JOIN\n1800 anna CRASH\n3600 carl JOIN\n3600 anna JOIN\n";
    std::fs::write(&file, text).expect("written");
    let keys = format!("file = '{}'\nnaming = \"name\"\n", file.display());
    let phases = "[phases]\nmeasurement = \"2h\"\n";
    let scenario = scenario(&format!("{phases}[churn]\nmodel = \"trace\"\n{keys}"));
    let lives = Lives::of(&scenario, 2);
    assert_eq!(lives.first.iter().filter(|&&online| online).count(), 2);
    assert_eq!(lives.changes[..4], [vec![0.5, 1.0], vec![], vec![1.0], vec![]]);
    assert!(lives.changes[4..].iter().all(Vec::is_empty));
    let tally = lives.population.tally(Instant::FAR_FUTURE);
    assert_eq!((tally.online, tally.joins, tally.leaves, tally.crashes), (3, 4, 0, 1));
}
