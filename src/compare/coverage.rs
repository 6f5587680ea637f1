//! How often the intervals of a comparison cover a known difference: the tables of docs/compare.md.

use super::repeats::{Interval, paired, unpaired};
use super::windows::{Statistic, WINDOWS, Windowed, shares, statistics};
use crate::rng::distribution::{exponential, standard_normal, unit};
use crate::rng::{Purpose, Seed, Stream};
use rand::Rng;
use rayon::prelude::*;
use std::fs;
use std::path::Path;

const REPEATS: u64 = 1_000;
/// 950 of 1,000 are expected, with a standard deviation of 6.9: three of them either way.
const BAND: std::ops::RangeInclusive<usize> = 929..=971;

fn stream(repeat: u64) -> Stream {
    Stream::new(Seed(23), Purpose::Test, repeat)
}

fn normal(stream: &mut Stream) -> f64 {
    standard_normal(stream.next_u64())
}

/// A number from 0 to 1.
fn uniform(stream: &mut Stream) -> f64 {
    unit(stream.next_u64())
}

/// How many of 1,000 intervals hold `truth`.
fn covered(truth: f64, interval: impl Fn(&mut Stream) -> Interval + Sync) -> usize {
    let holds = |repeat: &u64| {
        let found = interval(&mut stream(*repeat));
        (found.low..=found.high).contains(&truth)
    };
    (0..REPEATS).into_par_iter().filter(holds).count()
}

fn page_has(rows: &[String]) {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/compare.md");
    let page = fs::read_to_string(page).expect("the page is there");
    let missing: Vec<&String> = rows.iter().filter(|row| !page.contains(*row)).collect();
    assert!(missing.is_empty(), "docs/compare.md has the rows\n{missing:#?}");
}

/// Runs whose mean differs by 1. Pairs share what their seed does to them, of three times the spread.
#[test]
fn intervals_of_repeats_cover_at_their_rate() {
    type Draw = fn(&mut Stream) -> f64;
    let skewed: Draw = |stream| exponential(stream.next_u64(), 1.0);
    let list = |stream: &mut Stream, count: usize, draw: Draw, more: f64| -> Vec<f64> {
        (0..count).map(|_| draw(stream) + more).collect()
    };
    let of_pairs = |count: usize, draw: Draw| {
        covered(1.0, |stream| {
            let seeds = list(stream, count, normal, 0.0);
            let bases = list(stream, count, draw, 0.0);
            let others = list(stream, count, draw, 1.0);
            let of_seed = seeds.iter().map(|seed| 3.0 * seed);
            let runs = of_seed.zip(bases.iter().zip(&others));
            let runs = runs.map(|(seed, (base, other))| (seed + other) - (seed + base));
            paired(&runs.collect::<Vec<f64>>()).expect("several pairs")
        })
    };
    let of_lists = |count: usize, draw: Draw| {
        covered(1.0, |stream| {
            let bases = list(stream, count, draw, 0.0);
            let others = list(stream, count, draw, 1.0);
            unpaired(&bases, &others).expect("several runs")
        })
    };
    let counts = [3, 5, 6, 10, 20];
    let mut rows = vec![];
    for count in counts {
        let found = [
            of_pairs(count, normal),
            of_pairs(count, skewed),
            of_lists(count, normal),
            of_lists(count, skewed),
        ];
        let [a, b, c, d] = found;
        rows.push((count, found, format!("| {count} | {a} | {b} | {c} | {d} |")));
    }
    page_has(&rows.iter().map(|row| row.2.clone()).collect::<Vec<_>>());
    for (count, found, _) in rows {
        // Six pairs have a widest interval of 1 - 2^-5 at most.
        let least = if count == 6 { 915 } else { *BAND.start() };
        assert!((least..=*BAND.end()).contains(&found[0]), "{count} pairs: {found:?}");
        assert!(found[2] >= least && found[2] <= 985, "{count} of each: {found:?}");
    }
}

/// A latency-like value with a tail, in milliseconds.
fn latency(stream: &mut Stream) -> f64 {
    libm::exp(4.0 + 0.5 * normal(stream))
}

/// Operations of a run, evenly over its time: each with the time and the value that `value` gives it,
/// from what its window has in common with it, a standard normal number.
fn run(stream: &mut Stream, count: usize, value: impl Fn(&mut Stream, f64) -> f64) -> Windowed {
    let common: Vec<f64> = (0..WINDOWS).map(|_| normal(stream)).collect();
    let values: Vec<(f64, f64)> = (0..count)
        .map(|place| {
            let at = place as f64 / count as f64;
            (at, value(stream, common[(at * WINDOWS as f64) as usize]))
        })
        .collect();
    Windowed::new(values.into_iter(), (0.0, 1.0))
}

/// Two runs of 400 operations each, alike, so that the difference is 0: apart from each other, or
/// with a part that all operations of a window share.
#[test]
fn intervals_of_operations_cover_at_their_rate() {
    const COUNT: usize = 400;
    let all = [Statistic::Mean, Statistic::Percentile(50.0), Statistic::Percentile(95.0)];
    let of_latency = |in_common: f64| {
        let value =
            move |stream: &mut Stream, common: f64| latency(stream) * libm::exp(in_common * common);
        let holds = |repeat: u64| -> [usize; 3] {
            let mut stream = stream(repeat);
            let (base, other) = (run(&mut stream, COUNT, value), run(&mut stream, COUNT, value));
            let found = statistics(&base, &other, &all).expect("20 windows");
            [0, 1, 2].map(|place| usize::from(found[place].low <= 0.0 && found[place].high >= 0.0))
        };
        let add = |a: [usize; 3], b: [usize; 3]| [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
        (0..REPEATS).into_par_iter().map(holds).reduce(|| [0; 3], add)
    };
    let of_share = |share: f64, in_common: f64| {
        covered(0.0, |stream| {
            let value = move |stream: &mut Stream, common: f64| {
                let share = (share + in_common * common).clamp(0.0, 1.0);
                if uniform(stream) < share { 1.0 } else { 0.0 }
            };
            let (base, other) = (run(stream, COUNT, value), run(stream, COUNT, value));
            shares(&base, &other).expect("20 windows")
        })
    };
    let apart = of_latency(0.0);
    let together = of_latency(0.3);
    let rows = [
        ("mean latency", apart[0], together[0]),
        ("50th percentile of latency", apart[1], together[1]),
        ("95th percentile of latency", apart[2], together[2]),
        ("share of 90 %", of_share(0.9, 0.0), of_share(0.9, 0.05)),
        ("share of 50 %", of_share(0.5, 0.0), of_share(0.5, 0.15)),
    ];
    page_has(&rows.map(|(name, apart, together)| format!("| {name} | {apart} | {together} |")));
    for (name, apart, together) in rows {
        for found in [apart, together] {
            assert!((*BAND.start()..=990).contains(&found), "{name}: {found}");
        }
    }
}
