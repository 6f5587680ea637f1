//! The scenarios in which figures are measured, and the networks that they give.

use super::row::Sample;
use crate::rng::Seed;
use crate::runner::{self, Settled};
use crate::scenario::Scenario;
use rayon::prelude::*;
use std::path::Path;

/// The network of every row: complete tables, nobody leaves, nothing is lost, constant latency,
/// strict rounds. The latency is short so that hardly a lookup is still under way at the end,
/// where long ones would be missed more often than short ones. Refreshes are lookups of another
/// kind, counted apart; there are none so that they cost no time.
const STATIC: &str = r#"
name = "fidelity"

[phases]
init = "0s"
transition = "1ms"
measurement = "10s"

[nodes]
bootstrap = "warm"

[kademlia]
preset = "paper"
parallelism = "strict"
refresh_interval = "1000d"

[network.latency]
model = "constant"
delay = "1ms"

[checker]
lookups = 1.0
tables = 0.0

[output]
plots = []
sample_interval = "10s"
operations_limit = 1_000_000
"#;

/// Networks of more nodes are set up one at a time: each has all threads to itself then, and
/// their tables are not in memory together.
const MOST_NODES_SIDE_BY_SIDE: u32 = 50_000;

/// The scenario of networks of `nodes` nodes, with further settings as on the command line.
pub(super) fn scenario(nodes: u32, settings: &[String]) -> Scenario {
    let nodes = format!("nodes.count={nodes}");
    let settings: Vec<_> = std::iter::once(&nodes)
        .chain(settings)
        .map(|setting| setting.parse().expect("rows have well-formed settings"))
        .collect();
    Scenario::parse(STATIC, "fidelity.toml", Path::new(""), &settings)
        .unwrap_or_else(|error| panic!("a row's scenario is sound: {error}"))
}

/// What `measure` says of each network of `sample`, in the order of their seeds.
pub(super) fn each<T: Send>(
    nodes: u32,
    sample: Sample,
    measure: impl Fn(Seed) -> T + Sync + Send,
) -> Vec<T> {
    let seeds = (1..=u64::from(sample.networks)).map(Seed);
    if nodes > MOST_NODES_SIDE_BY_SIDE {
        return seeds.map(measure).collect();
    }
    let seeds: Vec<_> = seeds.collect();
    seeds.into_par_iter().map(measure).collect()
}

/// What `look` says of each network of `sample` as a run would begin with it.
pub(super) fn each_settled<T: Send>(
    scenario: &Scenario,
    sample: Sample,
    look: impl Fn(&Settled<'_>, Seed) -> T + Sync + Send,
) -> Vec<T> {
    each(scenario.nodes.count, sample, |seed| look(&runner::settle(scenario, seed), seed))
}
