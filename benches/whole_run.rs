//! Whole runs: lookups over warm tables at 1,000 and 10,000 nodes. The throughput is that of
//! messages delivered; one thread, so a second of time is a second of processor time.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kadsim::runner::{self, RunArguments};
use kadsim::scenario::Scenario;
use std::ops::ControlFlow;
use std::path::Path;

/// The scenario that speed is quoted for.
fn scenario(nodes: u32) -> Scenario {
    let text = include_str!("../scenarios/speed.toml");
    let setting = format!("nodes.count={nodes}").parse().expect("it is a setting");
    Scenario::parse(text, "speed.toml", Path::new("scenarios"), &[setting])
        .expect("a shipped scenario is sound")
}

fn whole_run(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("run");
    group.sample_size(10);
    for nodes in [1_000, 10_000] {
        let scenario = scenario(nodes);
        let run = || runner::run(RunArguments::of(&scenario), &mut |_| ControlFlow::Continue(()));
        group.throughput(Throughput::Elements(run().performance.messages));
        group.bench_function(BenchmarkId::new("lookups", nodes), |bencher| bencher.iter(run));
    }
    group.finish();
}

criterion_group!(benches, whole_run);
criterion_main!(benches);
