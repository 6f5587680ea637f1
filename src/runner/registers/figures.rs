//! The figures of registers, and how the summary tells them.

use super::histories::{Judged, Unexplained};
use crate::checker::registers::{Effect, Flaw, Write};
use crate::metrics::{Histogram, Percentiles, number};
use crate::runner::told::{line, median, percent};
use crate::time::{Duration, Instant};
use crate::units::number::ratio;
use crate::workload::registers::log::{Log, Outcome, Seen, WriteRecord};
use serde::Serialize;

/// Sums over all nodes.
#[derive(Default)]
pub(super) struct Tallies {
    pub(super) read: Histogram,
    /// Of writes that are done.
    pub(super) write: Histogram,
    found_nothing: u64,
    reads_failed: u64,
    reads_interrupted: u64,
    reads_unfinished: u64,
    first_values: u64,
    superseded: u64,
    writes_failed: u64,
    writes_interrupted: u64,
    writes_unfinished: u64,
}

impl Tallies {
    /// Adds a node. What is written before `measured_from` is the registers' first values.
    pub(super) fn add(&mut self, log: &Log, measured_from: Instant) {
        for read in &log.reads {
            self.read.record((read.ended - read.started).as_micros());
            self.found_nothing += u64::from(read.found == Seen::Nothing);
        }
        self.reads_failed += log.reads_failed;
        self.reads_interrupted += log.reads_interrupted;
        self.reads_unfinished += log.reads_unfinished;
        let (first, measured): (Vec<&WriteRecord>, Vec<&WriteRecord>) =
            log.writes.iter().partition(|write| write.version.written < measured_from);
        let is_confirmed = |write: &&&WriteRecord| write.outcome == Outcome::Confirmed;
        self.first_values += first.iter().filter(is_confirmed).count() as u64;
        for write in measured {
            match write.outcome {
                Outcome::Confirmed | Outcome::Superseded => {
                    self.write.record((write.ended - write.version.written).as_micros());
                    self.superseded += u64::from(write.outcome == Outcome::Superseded);
                }
                Outcome::Unconfirmed => self.writes_failed += 1,
                Outcome::Interrupted => self.writes_interrupted += 1,
                Outcome::Unfinished => self.writes_unfinished += 1,
            }
        }
    }
}

/// The figures of a workload of registers.
#[derive(Debug, Serialize)]
pub(super) struct RegisterFigures {
    registers: u64,
    atomic_registers: u64,
    reads: ReadFigures,
    writes: WriteFigures,
    checks: CheckFigures,
    unexplained: Vec<UnexplainedFigures>,
}

#[derive(Debug, Serialize)]
struct ReadFigures {
    done: u64,
    found_nothing: u64,
    concurrent: u64,
    #[serde(serialize_with = "number::serialize_rounded_option")]
    concurrent_share: Option<f64>,
    failed: u64,
    interrupted: u64,
    unfinished: u64,
    #[serde(serialize_with = "number::serialize_rounded")]
    per_second: f64,
    latency_micros: Percentiles,
}

#[derive(Debug, Serialize)]
struct WriteFigures {
    done: u64,
    superseded: u64,
    failed: u64,
    interrupted: u64,
    unfinished: u64,
    first_values: u64,
    #[serde(serialize_with = "number::serialize_rounded")]
    per_second: f64,
    latency_micros: Percentiles,
}

#[derive(Debug, Serialize)]
struct CheckFigures {
    unexplained_reads: u64,
    #[serde(serialize_with = "number::serialize_rounded_option")]
    unexplained_share: Option<f64>,
    stale: u64,
    lost: u64,
    unwritten: u64,
    inverted: u64,
    stale_for_micros: Percentiles,
}

#[derive(Debug, Serialize)]
struct UnexplainedFigures {
    register: u32,
    node: u32,
    #[serde(serialize_with = "number::serialize_rounded")]
    started_seconds: f64,
    #[serde(serialize_with = "number::serialize_rounded")]
    ended_seconds: f64,
    kind: &'static str,
    returned: Option<NamedWrite>,
    missed: Option<NamedWrite>,
}

/// A write as a read's flaw names it.
#[derive(Debug, Serialize)]
struct NamedWrite {
    writer: u32,
    #[serde(serialize_with = "number::serialize_rounded")]
    started_seconds: f64,
    #[serde(serialize_with = "number::serialize_rounded_option")]
    ended_seconds: Option<f64>,
}

impl NamedWrite {
    fn new(write: Write) -> Self {
        let ended = (write.effect == Effect::Done).then(|| write.ended.as_secs_f64());
        NamedWrite {
            writer: write.by.0,
            started_seconds: write.started.as_secs_f64(),
            ended_seconds: ended,
        }
    }
}

impl UnexplainedFigures {
    fn new(unexplained: &Unexplained) -> Self {
        let Unexplained { register, read, flaw, returned, missed } = *unexplained;
        UnexplainedFigures {
            register,
            node: read.by.0,
            started_seconds: read.started.as_secs_f64(),
            ended_seconds: read.ended.as_secs_f64(),
            kind: kind(flaw),
            returned: returned.map(NamedWrite::new),
            missed: missed.map(NamedWrite::new),
        }
    }
}

fn kind(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::Stale(_) => "stale",
        Flaw::Lost(_) => "lost",
        Flaw::Unwritten => "unwritten",
    }
}

impl RegisterFigures {
    /// Those of so many registers and these sums, over the time measured.
    pub(super) fn new(count: u32, measured: Duration, tallies: &Tallies, judged: &Judged) -> Self {
        let count = u64::from(count);
        let seconds = measured.as_secs_f64();
        let per_second = |done: u64| if seconds > 0.0 { done as f64 / seconds } else { 0.0 };
        let (reads, writes) = (tallies.read.count(), tallies.write.count());
        let of =
            |name| judged.unexplained.iter().filter(|one| kind(one.flaw) == name).count() as u64;
        let unexplained = judged.unexplained.len() as u64;
        RegisterFigures {
            registers: count,
            atomic_registers: count - judged.not_atomic,
            reads: ReadFigures {
                done: reads,
                found_nothing: tallies.found_nothing,
                concurrent: judged.concurrent,
                concurrent_share: ratio(judged.concurrent, reads),
                failed: tallies.reads_failed,
                interrupted: tallies.reads_interrupted,
                unfinished: tallies.reads_unfinished,
                per_second: per_second(reads),
                latency_micros: tallies.read.summary(),
            },
            writes: WriteFigures {
                done: writes,
                superseded: tallies.superseded,
                failed: tallies.writes_failed,
                interrupted: tallies.writes_interrupted,
                unfinished: tallies.writes_unfinished,
                first_values: tallies.first_values,
                per_second: per_second(writes),
                latency_micros: tallies.write.summary(),
            },
            checks: CheckFigures {
                unexplained_reads: unexplained,
                unexplained_share: ratio(unexplained, reads),
                stale: of("stale"),
                lost: of("lost"),
                unwritten: of("unwritten"),
                inverted: judged.inverted,
                stale_for_micros: judged.stale_for.summary(),
            },
            unexplained: judged.unexplained.iter().map(UnexplainedFigures::new).collect(),
        }
    }
}

/// What stands in the summary.
pub(super) fn lines(figures: &RegisterFigures) -> Vec<(String, String)> {
    let RegisterFigures { registers, atomic_registers, reads, writes, checks, .. } = figures;
    vec![
        line(
            "reads",
            format!(
                "{}, {:.1}/s ({}); {} beside a write;\n{} found nothing, {} failed",
                reads.done,
                reads.per_second,
                median(&reads.latency_micros),
                percent(reads.concurrent_share),
                reads.found_nothing,
                reads.failed
            ),
        ),
        line(
            "writes",
            format!(
                "{}, {:.1}/s ({}); {} failed",
                writes.done,
                writes.per_second,
                median(&writes.latency_micros),
                writes.failed
            ),
        ),
        line(
            "unexplained reads",
            format!(
                "{} ({}): {} stale, {} lost, {} unwritten; {} inverted",
                checks.unexplained_reads,
                percent(checks.unexplained_share),
                checks.stale,
                checks.lost,
                checks.unwritten,
                checks.inverted
            ),
        ),
        line("atomic registers", format!("{atomic_registers} of {registers}")),
    ]
}
