//! How often the test of baselines is wrong, and what it finds. docs/baselines.md quotes what is counted here.

use kadsim::baseline::permutation::{p_value, smallest};
use kadsim::rng::distribution::{exponential, standard_normal};
use kadsim::rng::{Purpose, Seed, Stream};
use kadsim::validate::statistics::holm;
use rand::Rng;
use rayon::prelude::*;
use std::path::Path;

/// Figures of a baseline, as many as the usual ones of three kinds of operations.
const FIGURES: usize = 10;
/// The level that `kadsim baseline save` writes.
const ALPHA: f64 = 0.01;

/// A seeded stream for a repeat of a simulation.
fn stream(case: u64, repeat: u64) -> Stream {
    Stream::new(Seed(23 + case), Purpose::Test, repeat)
}

fn normal(stream: &mut Stream) -> f64 {
    standard_normal(stream.next_u64())
}

fn skewed(stream: &mut Stream) -> f64 {
    exponential(stream.next_u64(), 1.0)
}

/// Of 1,000 baselines of ten figures and `count` seeds in which nothing has changed, how many sound an
/// alarm at 0.05 and at 0.01.
fn false_alarms(count: usize, draw: impl Fn(&mut Stream) -> f64 + Sync) -> (usize, usize) {
    let smallest_p = |repeat: u64| {
        let mut stream = stream(count as u64, repeat);
        let mut sample = || (0..count).map(|_| draw(&mut stream)).collect::<Vec<_>>();
        let p_values: Vec<f64> = (0..FIGURES).map(|_| p_value(&sample(), &sample())).collect();
        holm(&p_values).into_iter().fold(1.0, f64::min)
    };
    let found: Vec<f64> = (0..1_000).into_par_iter().map(smallest_p).collect();
    let at = |alpha: f64| found.iter().filter(|&&p| p <= alpha).count();
    (at(0.05), at(ALPHA))
}

/// Baselines that are simulated with a change.
const SIMULATED: u64 = 400;

/// Of these, in how many a figure whose mean has risen by 5 % is found at 0.01, beside nine that
/// have not changed: it is then the smallest of ten p-values. `variation` is the standard deviation of the
/// figure between seeds over its mean.
fn found(count: usize, variation: f64) -> usize {
    let is_found = |repeat: &u64| {
        let mut stream = stream((1_000.0 * variation) as u64 + 1_000 * count as u64, *repeat);
        let mut sample = |mean: f64| {
            let draws = (0..count).map(|_| mean * (1.0 + variation * normal(&mut stream)));
            draws.collect::<Vec<_>>()
        };
        p_value(&sample(1.0), &sample(1.05)) * FIGURES as f64 <= ALPHA
    };
    (0..SIMULATED).into_par_iter().filter(is_found).count()
}

/// Fails with the rows that the page does not have.
fn quoted(rows: &[String]) {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/baselines.md");
    let page = std::fs::read_to_string(page).expect("it is there");
    let missing: Vec<&String> = rows.iter().filter(|row| !page.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "docs/baselines.md has the rows\n{rows:#?}");
}

#[test]
fn false_alarms_come_at_their_rate() {
    let counts = [7, 10, 20];
    let of_normal = counts.map(|count| false_alarms(count, normal));
    let of_skewed = counts.map(|count| false_alarms(count, skewed));
    let rows: Vec<String> = counts
        .iter()
        .zip(of_normal.iter().zip(&of_skewed))
        .map(|(count, (normal, skewed))| {
            format!("| {count} | {} | {} | {} | {} |", normal.0, skewed.0, normal.1, skewed.1)
        })
        .collect();
    quoted(&rows);
    // 49 and 10 of 1,000 are expected of ten independent figures, with standard deviations of 6.8 and
    // 3.1: three of them either way.
    for (at_five, at_one) in of_normal.into_iter().chain(of_skewed) {
        assert!((28..=70).contains(&at_five), "{at_five} of 1000 at 0.05");
        assert!(at_one <= 19, "{at_one} of 1000 at 0.01");
    }
}

#[test]
fn a_shift_of_five_per_cent_is_found_with_enough_seeds() {
    let counts = [7, 10, 15, 20];
    let variations = [0.02, 0.03, 0.05];
    let table = counts.map(|count| variations.map(|variation| found(count, variation)));
    let row = |(count, found): (&usize, &[usize; 3])| {
        let found: Vec<String> = found.iter().map(usize::to_string).collect();
        format!("| {count} | {} |", found.join(" | "))
    };
    quoted(&counts.iter().zip(&table).map(row).collect::<Vec<_>>());
    // The number of seeds that the page recommends.
    assert!(10 * table[1][0] >= 9 * SIMULATED as usize, "10 seeds, 2 %: {}", table[1][0]);
    assert!(10 * table[3][1] >= 9 * SIMULATED as usize, "20 seeds, 3 %: {}", table[3][1]);
}

/// Of 1, 2, 3 and 4, 5, 6 two of 20 divisions are as far apart: p = 0.1.
#[test]
fn p_values_are_the_shares_of_divisions() {
    let p = p_value(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]);
    assert!((p - 0.1).abs() < 0.03, "{p}");
    let p = p_value(&[1.0, 2.0, 6.0], &[3.0, 4.0, 5.0]);
    // Sums of the first group as far from 10.5 as 9 is: 14 of 20.
    assert!((p - 0.7).abs() < 0.15, "{p}");
    assert_eq!(p_value(&[0.1; 8], &[0.1; 8]), 1.0, "nothing differs");
    assert_eq!(p_value(&[0.3, 0.1, 0.2], &[0.1, 0.2, 0.3]), 1.0, "in another order");
    let p = p_value(&[1.0; 10], &[0.9; 10]);
    assert!(p <= 3e-4, "two of 184,756 divisions are as far apart: {p}");
}

#[test]
fn few_seeds_have_large_p_values() {
    let about = |count, expected: f64| {
        let smallest = smallest(count);
        assert!((smallest - expected).abs() < 1e-9, "{count}: {smallest}");
    };
    about(2, 2.0 / 6.0);
    about(3, 2.0 / 20.0);
    about(6, 2.0 / 924.0);
    about(10, 1.0 / 10_000.0);
}
