//! An experiment of your own with kadsim's runner: a scenario that code builds, workloads of your own
//! mix, and figures that no report has, from the operations one by one.
//!
//! ```sh
//! cargo run --release --example experiment
//! ```
//!
//! The question: does it help impatient users to ask more nodes at a time? A network in which nodes come
//! and go holds records, of which few are asked for often. A user waits for a record for 100, 200, 400
//! or 800 ms; what share of all gets succeeds within that time, and what do they cost,
//! with 1, 3 and 6 requests at a time?

use kadsim::metrics::{OperationKind, OperationRecord};
use kadsim::runner::{self, RunArguments};
use kadsim::scenario::{Scenario, ScenarioError};
use kadsim::time::Duration;
use kadsim::workload::config::{
    Amount, Arrivals, ChurnConfig, LengthDistribution, Popularity, RecordsConfig, WorkloadConfig,
    WorkloadKind,
};
use std::io::Write;
use std::ops::ControlFlow;

/// How long users wait, in milliseconds.
const PATIENCE: [u64; 4] = [100, 200, 400, 800];

/// What stays the same. What is not said has its default: `kadsim check` prints them all.
const BASE: &str = r#"
name = "patience"
seed = 11

[phases]
init = "30s"
transition = "60s"
measurement = "120s"

[nodes]
count = 1_000
bootstrap = "warm"

[kademlia]
preset = "paper"
k = 8
request_timeout = "500ms"

[network.latency]
model = "uniform"
min = "10ms"
max = "90ms"
"#;

/// The scenario with so many requests at a time.
fn scenario(at_a_time: usize) -> Result<Scenario, ScenarioError> {
    let mut scenario: Scenario = BASE.parse()?;
    scenario.kademlia.alpha = at_a_time;
    let mean = Duration::from_secs(600);
    scenario.churn = ChurnConfig::Lifetime {
        lifetime: LengthDistribution::Weibull { mean, shape: 0.5 },
        deadtime: LengthDistribution::Exponential { mean },
        graceful_leave_probability: 0.5,
        diurnal: None,
    };
    let popularity = Popularity::Zipf { exponent: 1.0 };
    let records = RecordsConfig { per_node: 1, size: 200, popularity };
    scenario.workloads = vec![
        // Users get records, each some every minute.
        WorkloadConfig {
            kind: WorkloadKind::PutGet { records },
            amount: Amount::Rate(0.05),
            arrivals: Arrivals::Poisson,
        },
        // Beside them a crawler looks up keys at an even pace, a thousand in all.
        WorkloadConfig {
            kind: WorkloadKind::Lookup,
            amount: Amount::Total(1_000),
            arrivals: Arrivals::Fixed,
        },
    ];
    Ok(scenario)
}

/// Whether users who wait so long get what they asked for.
fn is_in_time(get: &OperationRecord, patience: Duration) -> bool {
    get.outcome.is_success() && get.latency() <= patience
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "gets in time, in percent")?;
    write!(out, "at a time   gets")?;
    PATIENCE.iter().try_for_each(|patience| write!(out, " {patience:>5} ms"))?;
    writeln!(out, "  requests a get  digest")?;
    for at_a_time in [1, 3, 6] {
        let scenario = scenario(at_a_time)?;
        // A run tells how far it is, and goes on as long as it is told to.
        let output = runner::run(RunArguments::of(&scenario), &mut |_| ControlFlow::Continue(()));
        let is_get = |operation: &&OperationRecord| operation.kind == OperationKind::Get;
        let gets: Vec<&OperationRecord> = output.operations.iter().filter(is_get).collect();
        write!(out, "{at_a_time:>9} {:>6}", gets.len())?;
        for patience in PATIENCE.map(Duration::from_millis) {
            let in_time = gets.iter().filter(|get| is_in_time(get, patience)).count();
            write!(out, " {:>8.1}", 100.0 * in_time as f64 / gets.len() as f64)?;
        }
        let requests: u64 = gets.iter().map(|get| u64::from(get.requests)).sum();
        let digest = output.result.digest.unwrap_or_default();
        writeln!(out, " {:>15.2}  {digest}", requests as f64 / gets.len() as f64)?;
    }
    Ok(())
}
