//! How the cost of a message and of a node grows with the number of nodes.

use super::machine::Machine;
use crate::report::{PlotError, growth_chart, text};
use crate::runner::result::Performance;
use crate::scenario::PlotFormat;
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

/// What one size cost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct GrowthPoint {
    /// Number of nodes.
    pub nodes: u64,
    /// Messages delivered.
    pub messages: u64,
    /// Processor time of one message, the set-up not counted.
    pub nanoseconds_per_message: f64,
    /// By how much the process grew, divided by the nodes.
    pub bytes_per_node: Option<u64>,
}

impl GrowthPoint {
    /// The point that was measured like this.
    pub fn new(measured: &Performance) -> Self {
        GrowthPoint {
            nodes: measured.nodes,
            messages: measured.messages,
            nanoseconds_per_message: 1e9 / measured.messages_per_cpu_second,
            bytes_per_node: measured.bytes_per_node,
        }
    }
}

/// 1, 2 and 5 times the powers of ten from `from` to `to`, both included if they are such numbers.
pub fn growth_sizes(from: u32, to: u32) -> Vec<u32> {
    let decades = (0..9).map(|exponent| 10u32.pow(exponent));
    let steps = decades.flat_map(|decade| [1, 2, 5].map(|step| step * decade));
    steps.filter(|size| (from..=to).contains(size)).collect()
}

/// The points as CSV.
pub fn growth_csv(points: &[GrowthPoint]) -> String {
    let mut csv = "nodes,messages,nanoseconds_per_message,bytes_per_node\n".to_owned();
    for GrowthPoint { nodes, messages, nanoseconds_per_message, bytes_per_node } in points {
        let bytes = bytes_per_node.map_or(String::new(), |bytes| bytes.to_string());
        let _ = writeln!(csv, "{nodes},{messages},{nanoseconds_per_message:.1},{bytes}");
    }
    csv
}

/// The points as a table for a terminal, below a line that names the machine.
pub fn growth_table(machine: &Machine, points: &[GrowthPoint]) -> String {
    let rows = points.iter().map(|point| {
        let bytes = point.bytes_per_node.map_or("-".to_owned(), |value| text::bytes(value as f64));
        let nanoseconds = text::short(point.nanoseconds_per_message);
        [text::grouped(point.nodes), text::grouped(point.messages), nanoseconds, bytes]
    });
    let header = ["nodes", "messages", "CPU ns a message", "memory a node"];
    format!("{}\n{}\n", machine.line(), crate::report::table::numbers(header, rows))
}

/// Draws `growth.svg` and `growth.png` into `folder`.
///
/// # Errors
/// If a plot cannot be drawn or written.
pub fn growth_plots(
    machine: &Machine,
    points: &[GrowthPoint],
    folder: &Path,
) -> Result<(), PlotError> {
    let nodes = |point: &GrowthPoint| point.nodes as f64;
    let times = points.iter().map(|point| (nodes(point), point.nanoseconds_per_message));
    let bytes =
        points.iter().filter_map(|point| Some((nodes(point), point.bytes_per_node? as f64)));
    let subtitle = format!("{}, {} cores, one thread", machine.cpu, machine.cores);
    let formats = [PlotFormat::Svg, PlotFormat::Png];
    growth_chart(&subtitle, times.collect(), bytes.collect(), folder, &formats)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(nodes: u64, bytes_per_node: Option<u64>) -> GrowthPoint {
        GrowthPoint { nodes, messages: 7, nanoseconds_per_message: 812.345, bytes_per_node }
    }

    #[test]
    fn sizes_are_one_two_five() {
        assert_eq!(growth_sizes(1_000, 10_000), [1_000, 2_000, 5_000, 10_000]);
        assert_eq!(growth_sizes(1_500, 6_000), [2_000, 5_000]);
        assert!(growth_sizes(1_000, 1_000_000).len() == 10 && growth_sizes(3, 4).is_empty());
    }

    #[test]
    fn csv_has_a_row_for_each_point_and_leaves_out_what_is_not_known() {
        let csv = growth_csv(&[point(1_000, Some(2_048)), point(2_000, None)]);
        let rows: Vec<&str> = csv.lines().skip(1).collect();
        assert_eq!(rows, ["1000,7,812.3,2048", "2000,7,812.3,"]);
    }

    #[test]
    fn a_message_costs_what_is_left_of_a_second() {
        let measured = Performance { messages_per_cpu_second: 2e6, ..Performance::default() };
        assert_eq!(GrowthPoint::new(&measured).nanoseconds_per_message, 500.0);
    }
}
