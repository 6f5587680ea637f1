//! A warm start is an organic one that need not be waited for: what is measured afterwards is
//! the same.

use crate::worlds::{operations, run_with, scenario};
use kadsim::metrics::{OperationKind, OperationRecord};
use kadsim::rng::Seed;
use kadsim::runner::RunArguments;
use kadsim::runner::result::RunOutput;

/// Nodes that come within five minutes and refresh their buckets at least once before anything
/// is measured; after a warm start there is nothing to wait for but the first of the lookups.
const GROWING: &str = r#"
    phases = { init = "5m", transition = "7m", measurement = "20s" }
    nodes = { count = 600 }
    kademlia = { refresh_interval = "5m" }
    network.latency = { model = "uniform", min = "10ms", max = "110ms" }
    workload = [{ kind = "lookup", total_rate = "200/s" }]
    output.plots = []
    output.sample_interval = "1m"
"#;

const SEEDS: u64 = 5;

/// Student's t for 95 % and four degrees of freedom.
const T: f64 = 2.776;

/// A mean and half of its 95 % confidence interval.
type Interval = (f64, f64);

/// Mean over the networks of several seeds.
fn interval(values: &[f64]) -> Interval {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, T * (squares / (count - 1.0) / count).sqrt())
}

/// Hops, rounds and requests of the lookups, and contacts, of a run.
fn figures(run: &RunOutput) -> [f64; 4] {
    let lookups = operations(run, OperationKind::Lookup);
    let mean = |of: fn(&OperationRecord) -> u32| {
        lookups.iter().map(|row| f64::from(of(row))).sum::<f64>() / lookups.len() as f64
    };
    let contacts = run.result.tables.contacts_mean;
    [mean(|row| row.hops), mean(|row| row.rounds), mean(|row| row.requests), contacts]
}

/// Their means over several seeds.
fn intervals(settings: &[&str]) -> [Interval; 4] {
    let scenario = scenario(GROWING, settings);
    let run =
        |seed| figures(&run_with(RunArguments { seed: Seed(seed), ..RunArguments::of(&scenario) }));
    let runs: Vec<_> = (1..=SEEDS).map(run).collect();
    std::array::from_fn(|figure| {
        let values: Vec<_> = runs.iter().map(|run| run[figure]).collect();
        interval(&values)
    })
}

/// Figures, and by which share of the value they may lie apart beyond their intervals: the model
/// is known to be a little off in what follows from hops (`docs/models.md`).
const FIGURES: [(&str, f64); 4] =
    [("hops", 0.0), ("rounds", 0.005), ("requests", 0.005), ("contacts", 0.0)];

fn both_starts_agree(preset: &str) {
    let preset = format!("kademlia.preset={preset}");
    let organic = intervals(&[&preset, "nodes.bootstrap=organic"]);
    let warm = intervals(&[&preset, "nodes.bootstrap=warm", "phases.transition=1s"]);
    for ((name, share), (organic, warm)) in FIGURES.into_iter().zip(organic.into_iter().zip(warm)) {
        let apart = (organic.0 - warm.0).abs();
        assert!(
            apart <= (organic.1 + warm.1).max(share * organic.0),
            "{preset}: {name} {:.4} ± {:.4} organic, {:.4} ± {:.4} warm",
            organic.0,
            organic.1,
            warm.0,
            warm.1
        );
    }
}

#[test]
fn both_starts_agree_with_buckets_of_20() {
    both_starts_agree("paper");
}

#[test]
fn both_starts_agree_with_buckets_of_8() {
    both_starts_agree("mainline");
}
