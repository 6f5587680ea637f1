//! A sweep from code: runs of one scenario over a grid, several at a time, and a table with intervals.
//!
//! ```sh
//! cargo run --release --example sweep
//! ```
//!
//! The question: how many contacts does a bucket need where nodes come and go? For two sizes of buckets
//! and two lengths of sessions, with five seeds each: what share of lookups finds the truly closest node,
//! and how many requests does a lookup take? Runs go on all cores, in whatever order; the table is
//! the same with any number of them.
//!
//! (`kadsim sweep` does that for any keys of a scenario, keeps finished runs in a folder and draws plots;
//! `kadsim::sweep` is the same for programs. Code of your own is for grids and tables of your own.)

use comfy_table::Table;
use comfy_table::presets::ASCII_MARKDOWN;
use kadsim::runner::{self, RunArguments};
use kadsim::scenario::{Scenario, ScenarioError, Setting};
use kadsim::sweep::interval::{Estimate, Resamples};
use rayon::prelude::*;
use std::error::Error;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

const BASE: &str = r#"
name = "buckets"

[phases]
init = "10s"
transition = "60s"
measurement = "60s"

[nodes]
count = 200
bootstrap = "warm"

[churn]
model = "lifetime"
lifetime_distribution = "exponential"
deadtime_distribution = "exponential"

[network.latency]
model = "lognormal"
median = "60ms"
sigma = 0.4

[[workload]]
kind = "lookup"
rate = "0.05/s"
"#;

/// Contacts of a bucket.
const BUCKETS: [u32; 2] = [4, 16];
/// Mean lengths of sessions and absences.
const SESSIONS: [&str; 2] = ["2m", "20m"];
/// Runs of each point.
const REPEATS: u64 = 5;

/// A point of the grid.
#[derive(Clone, Copy)]
struct Point {
    k: u32,
    session: &'static str,
}

impl Point {
    /// The scenario at this point, as `kadsim run --set ...` would have it. A wrong value is told as one of
    /// the command line's is.
    fn scenario(self, seed: u64) -> Result<Scenario, ScenarioError> {
        let Point { k, session } = self;
        let settings = [
            format!("kademlia.k={k}"),
            format!("churn.lifetime_mean={session}"),
            format!("churn.deadtime_mean={session}"),
            format!("seed={seed}"),
        ];
        let settings = settings.map(|text| text.parse::<Setting>().expect("key=value"));
        Scenario::parse(BASE, "buckets.toml", Path::new(""), &settings)
    }
}

/// What is kept of a run.
#[derive(Clone, Copy)]
struct Figures {
    closest_found: f64,
    requests: f64,
}

/// One run. Repeats have the same seeds at all points, so that points are compared under the same draws.
fn run(point: Point, repeat: u64) -> Result<Figures, ScenarioError> {
    let scenario = point.scenario(1 + repeat)?;
    let output = runner::run(RunArguments::of(&scenario), &mut |_| ControlFlow::Continue(()));
    let lookups = &output.result.operations[0];
    Ok(Figures {
        closest_found: 100.0 * lookups.closest_found_share.unwrap_or(0.0),
        requests: lookups.requests.mean,
    })
}

/// A mean with its 95 % interval.
fn shown(estimate: Estimate) -> String {
    let Estimate { value, interval } = estimate;
    let interval = interval.map(|(low, high)| format!(" [{low:.2}, {high:.2}]"));
    format!("{value:.2}{}", interval.unwrap_or_default())
}

fn main() -> Result<(), Box<dyn Error>> {
    let sessions = |k| SESSIONS.into_iter().map(move |session| Point { k, session });
    let points: Vec<Point> = BUCKETS.into_iter().flat_map(sessions).collect();
    let runs: Vec<(Point, u64)> =
        points.iter().flat_map(|&point| (0..REPEATS).map(move |repeat| (point, repeat))).collect();
    // Results come back in the order of the grid, whichever run ends first.
    let figures: Vec<Figures> = runs
        .into_par_iter()
        .map(|(point, repeat)| run(point, repeat))
        .collect::<Result<_, ScenarioError>>()?;

    let resamples = Resamples::of(REPEATS as usize);
    let mean = |of_point: &[Figures], figure: fn(&Figures) -> f64| {
        let values: Vec<f64> = of_point.iter().map(figure).collect();
        shown(resamples.summary(&values).mean)
    };
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header(["k", "session", "closest found, percent", "requests a lookup"]);
    for (point, of_point) in points.iter().zip(figures.chunks(REPEATS as usize)) {
        table.add_row([
            point.k.to_string(),
            point.session.to_owned(),
            mean(of_point, |figures| figures.closest_found),
            mean(of_point, |figures| figures.requests),
        ]);
    }
    writeln!(std::io::stdout().lock(), "{table}")?;
    Ok(())
}
