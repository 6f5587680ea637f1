//! What the concurrent test tells: whether some order of the writes explains each read.

use super::measure::Ran;
use super::special::Lines;
use crate::metrics::number::ratio;
use crate::report::text::{grouped, percent};
use serde::Serialize;
use serde_json::Value;

/// The kind of workload that is looked at.
const KIND: &str = "registers";

/// What registers came to, over all runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Consistency {
    /// Registers, each counted in each run.
    pub registers: u64,
    /// Those of which one order of all operations explains every read.
    pub atomic_registers: u64,
    /// Writes that were done.
    pub writes: u64,
    /// Reads that were answered.
    pub reads: u64,
    /// Those of them during which a write was under way.
    pub concurrent: u64,
    /// Reads that no order of the writes explains, since another write had certainly come between.
    pub stale: u64,
    /// Those that found nothing though something had been written.
    pub lost: u64,
    /// Those of a value that nobody wrote.
    pub unwritten: u64,
    /// Reads that are explained, but return an older value than another read before them.
    pub inverted: u64,
    /// Each unexplained read, as its run names it, with that run's `seed`.
    pub unexplained: Vec<Value>,
}

impl Consistency {
    /// That of runs; `None` if nobody wrote and read registers in them.
    pub(super) fn of(runs: &[Ran]) -> Option<Self> {
        let mut sum = Consistency::default();
        let mut has_any = false;
        for ran in runs {
            let findings = &ran.result.applications;
            for findings in findings.iter().filter(|findings| findings.workload == KIND) {
                has_any = true;
                sum.add(&Value::Object(findings.figures.clone()), ran.result.seed);
            }
        }
        has_any.then_some(sum)
    }

    fn add(&mut self, figures: &Value, seed: u64) {
        let count = |path: &str| {
            let found = figures.pointer(path).and_then(Value::as_u64);
            found.unwrap_or_else(|| panic!("figures of registers have {path}"))
        };
        self.registers += count("/registers");
        self.atomic_registers += count("/atomic_registers");
        self.writes += count("/writes/done");
        self.reads += count("/reads/done");
        self.concurrent += count("/reads/concurrent");
        self.stale += count("/checks/stale");
        self.lost += count("/checks/lost");
        self.unwritten += count("/checks/unwritten");
        self.inverted += count("/checks/inverted");
        for read in figures["unexplained"].as_array().into_iter().flatten() {
            let mut read = read.clone();
            read["seed"] = seed.into();
            self.unexplained.push(read);
        }
    }

    pub(super) fn lines(&self) -> Lines {
        let line = |what: &str, text: String| (what.to_owned(), text);
        let share = |part: u64| percent(ratio(part, self.reads).unwrap_or(0.0));
        let unexplained = self.unexplained.len() as u64;
        let checked = match unexplained {
            0 => "some order of the writes explains each read".to_owned(),
            count => format!(
                "no order of the writes explains {} reads ({}):\n{} stale, {} lost, {} unwritten; \
                 suite.json names each",
                grouped(count),
                share(count),
                grouped(self.stale),
                grouped(self.lost),
                grouped(self.unwritten)
            ),
        };
        vec![
            line(
                "operations",
                format!(
                    "{} writes, {} reads, {} of them during a write",
                    grouped(self.writes),
                    grouped(self.reads),
                    share(self.concurrent)
                ),
            ),
            line("consistency", checked),
            line(
                "atomic",
                format!(
                    "{} of {} registers; {} reads inverted",
                    grouped(self.atomic_registers),
                    grouped(self.registers),
                    grouped(self.inverted)
                ),
            ),
        ]
    }
}
