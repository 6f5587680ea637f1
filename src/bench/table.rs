//! What the workloads cost, as people and programs read it.

use super::machine::Machine;
use super::workloads::{PeerFigures, Size};
use crate::metrics::number;
use crate::report::text::{bytes, grouped, short};
use crate::runner::result::Performance;
use serde::Serialize;

/// Everything that `kadsim bench` measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BenchReport {
    /// Where.
    pub machine: Machine,
    /// Runs of each workload, of which the one in the middle counts.
    pub repeat: usize,
    /// A row for each workload and size.
    pub rows: Vec<BenchRow>,
}

/// What one workload cost at one size.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BenchRow {
    /// Name of the workload.
    pub workload: &'static str,
    /// Number of nodes.
    pub nodes: u64,
    /// Messages delivered, requests and responses.
    pub messages: u64,
    /// Processor time before the first event.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub set_up_cpu_seconds: f64,
    /// Processor time after that, one thread.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub cpu_seconds: f64,
    /// The one divided by the other.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub messages_per_cpu_second: f64,
    /// By how much the process grew, divided by the nodes.
    pub bytes_per_node: Option<u64>,
    /// Time that the run took on one thread, the set-up not counted.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub wall_seconds: f64,
    /// Threads of the other measurement.
    pub threads: u64,
    /// The same on so many; `None` if it did not run on so many.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub wall_seconds_threads: Option<f64>,
    /// Another simulator's figures of the same work.
    pub peer: Option<PeerFigures>,
    /// Messages per CPU second divided by the other simulator's.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub ratio: Option<f64>,
}

impl BenchRow {
    /// The row of a workload: what it cost on one thread and, if there are more, on `threads`.
    pub fn new(
        workload: &'static str,
        size: &Size,
        one: &Performance,
        threads: usize,
        many: Option<&Performance>,
    ) -> Self {
        let threads = threads as u64;
        // A run that cannot be split says so by its number of threads.
        let many = many.filter(|many| many.threads == threads);
        BenchRow {
            workload,
            nodes: one.nodes,
            messages: one.messages,
            set_up_cpu_seconds: one.set_up_cpu_seconds,
            cpu_seconds: one.cpu_seconds - one.set_up_cpu_seconds,
            messages_per_cpu_second: one.messages_per_cpu_second,
            bytes_per_node: one.bytes_per_node,
            wall_seconds: one.wall_seconds - one.set_up_wall_seconds,
            threads,
            wall_seconds_threads: many.map(|many| many.wall_seconds - many.set_up_wall_seconds),
            peer: size.peer,
            ratio: size.peer.map(|peer| one.messages_per_cpu_second / peer.messages_per_cpu_second),
        }
    }

    fn cells(&self) -> [String; 11] {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let speed = |value: f64| grouped(value.round() as u64);
        [
            self.workload.to_owned(),
            grouped(self.nodes),
            grouped(self.messages),
            short(self.set_up_cpu_seconds.max(0.0)),
            short(self.cpu_seconds.max(0.0)),
            speed(self.messages_per_cpu_second),
            or_dash(self.bytes_per_node.map(|value| bytes(value as f64))),
            short(self.wall_seconds),
            or_dash(self.wall_seconds_threads.map(short)),
            or_dash(self.peer.map(|peer| speed(peer.messages_per_cpu_second))),
            or_dash(self.ratio.map(|ratio| format!("{} x", short(ratio)))),
        ]
    }
}

/// The heads of the columns, with line breaks where a terminal has no room. "The other" is the
/// simulator that the workload is named after, and the figure its messages per CPU second.
fn header(report: &BenchReport) -> [String; 11] {
    let threads = report.rows.first().map_or(1, |row| row.threads);
    let many = match threads {
        1 => "wall s\nmore threads".to_owned(),
        threads => format!("wall s\n{threads} threads"),
    };
    [
        "workload",
        "nodes",
        "messages",
        "set-up\nCPU s",
        "CPU s",
        "messages\n/ CPU s",
        "memory\na node",
        "wall s\n1 thread",
        &many,
        "of the\nother",
        "ratio",
    ]
    .map(str::to_owned)
}

/// The machine in a line, and the rows as a table for a terminal.
pub fn table(report: &BenchReport) -> String {
    let header = header(report);
    let header = header.each_ref().map(String::as_str);
    let table = crate::report::table::numbers(header, report.rows.iter().map(BenchRow::cells));
    format!("{}\n{table}\n", report.machine.line())
}

/// The same for the documentation.
pub fn markdown(report: &BenchReport) -> String {
    let row = |cells: &[String; 11]| format!("| {} |\n", cells.join(" | "));
    let rows: String = report.rows.iter().map(|one| row(&one.cells())).collect();
    let header = header(report).map(|text| text.replace('\n', " "));
    let sides = format!("| --- |{}\n", " ---: |".repeat(10));
    format!("{}\n\n{}{sides}{rows}", report.machine.line(), row(&header))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::WORKLOADS;

    fn performance() -> Performance {
        Performance {
            wall_seconds: 6.5,
            set_up_wall_seconds: 0.5,
            cpu_seconds: 5.5,
            set_up_cpu_seconds: 0.5,
            messages: 6_280_000,
            messages_per_cpu_second: 1_256_000.0,
            bytes_per_node: Some(2_048),
            nodes: 10_000,
            threads: 1,
            ..Performance::default()
        }
    }

    #[test]
    fn a_row_stands_beside_the_other_simulator() {
        let size = &WORKLOADS[1].sizes[1];
        let one = performance();
        let two = Performance { threads: 2, wall_seconds: 3.75, ..performance() };
        let row = BenchRow::new("simgrid-kademlia", size, &one, 2, Some(&two));
        assert_eq!((row.cpu_seconds, row.ratio), (5.0, Some(40.0)));
        let report = BenchReport { machine: Machine::here(), repeat: 1, rows: vec![row] };
        for text in [table(&report), markdown(&report)] {
            for part in ["6,280,000", "1,256,000", "2.00 KiB", "3.25", "31,400", "40.0 x"] {
                assert!(text.contains(part), "{part:?} is not in {text}");
            }
        }
    }

    /// A run that took one thread although it was given two has no time for two.
    #[test]
    fn a_run_that_was_not_split_has_no_time_on_more_threads() {
        let size = &WORKLOADS[0].sizes[0];
        let row = BenchRow::new("speed", size, &performance(), 2, Some(&performance()));
        assert_eq!((row.threads, row.wall_seconds_threads, row.ratio), (2, None, None));
    }
}
