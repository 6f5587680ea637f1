//! Records one by one, as CSV.

use crate::checker::RecordLife;
use crate::metrics::number::{fixed_point, rounded};
use crate::runner::result::RunOutput;
use crate::time::Instant;
use std::io::{self, Write};

/// Writes the records of a run, a row each, with a header. What has not come to pass is empty.
///
/// # Errors
/// What `out` fails with.
pub fn write_csv(run: &RunOutput, out: &mut impl Write) -> io::Result<()> {
    let end = run.result.phases.last().map_or(Instant::ZERO, |phase| phase.end);
    writeln!(
        out,
        "key,workload,publisher,published_s,first_held_s,last_seen_s,replicas_end,replicas_max,\
         replicas_mean,times_gone"
    )?;
    run.records.iter().try_for_each(|life| writeln!(out, "{}", row(life, end)))
}

fn row(life: &RecordLife, end: Instant) -> String {
    let seconds = |at: Instant| fixed_point(at.as_nanos() / 1_000, 6);
    let or_empty = |text: Option<String>| text.unwrap_or_default();
    let published = life.published;
    [
        format!("{:016x}", life.key.0),
        or_empty(published.map(|first| first.workload.to_string())),
        or_empty(published.map(|first| first.node.0.to_string())),
        or_empty(published.map(|first| seconds(first.at))),
        or_empty(life.first_held.map(seconds)),
        or_empty(life.last_seen(end).map(seconds)),
        life.replicas.to_string(),
        life.replicas_max.to_string(),
        or_empty(life.replicas_mean(end).map(|mean| rounded(mean).to_string())),
        life.times_gone.to_string(),
    ]
    .join(",")
}
