//! Registers: reads, writes, and whether some order of the writes explains each read.

use super::part;
use crate::page::figures::{number, whole};
use crate::page::held::Held;
use crate::page::table::{Cell, pairs, sortable};
use crate::page::times;
use crate::report::text::{grouped, percent};
use maud::{Markup, html};
use serde_json::Value;

/// A row of these figures.
type Row<'r> = (&'r str, Option<String>);

/// The figures of a workload of registers.
pub fn show(of: &Value) -> Markup {
    let rows = [("read", "reads.latency_micros"), ("write", "writes.latency_micros")];
    let rows: Vec<_> = rows.iter().filter_map(|(name, path)| Some((*name, of.at(path)?))).collect();
    html! {
        p { (told(of)) }
        (part("Consistency", &pairs(&checks(of))))
        (unexplained(of.list("unexplained")))
        (times::table("How long it took", &rows))
        (part("Reads", &pairs(&operations(of, "reads"))))
        (part("Writes", &pairs(&operations(of, "writes"))))
    }
}

/// What the check came to, in a sentence.
fn told(of: &Value) -> String {
    let reads = of.whole("reads.done").unwrap_or(0);
    match of.whole("checks.unexplained_reads").unwrap_or(0) {
        _ if reads == 0 => "Nothing was read.".to_owned(),
        0 => format!("Some order of the writes explains each of the {} reads.", grouped(reads)),
        count => format!(
            "No order of the writes explains {} of {} reads ({}).",
            grouped(count),
            grouped(reads),
            percent(count as f64 / reads as f64)
        ),
    }
}

fn checks(of: &Value) -> Vec<Row<'static>> {
    let count = |path: &str| of.whole(path).map(grouped);
    let atomic = count("atomic_registers").zip(count("registers"));
    vec![
        (
            "Registers of which one order of all operations explains every read",
            atomic.map(|(atomic, all)| format!("{atomic} of {all}")),
        ),
        ("Another write had certainly come between", count("checks.stale")),
        ("Found nothing though something had been written", count("checks.lost")),
        ("A value that nobody wrote", count("checks.unwritten")),
        (
            "Explained, but older than what another read before it returned",
            count("checks.inverted"),
        ),
    ]
}

fn operations(of: &Value, kind: &str) -> Vec<Row<'static>> {
    let count = |name: &str| of.whole(&format!("{kind}.{name}")).map(grouped);
    vec![
        ("Done", count("done")),
        ("During a write of the same register", count("concurrent")),
        ("Found nothing", count("found_nothing")),
        ("Superseded: all holders had a newer version", count("superseded")),
        ("First values", count("first_values")),
        ("Failed", count("failed")),
        ("Interrupted, as the node left", count("interrupted")),
        ("Unfinished at the end", count("unfinished")),
    ]
}

/// Each read that no order of the writes explains.
pub fn unexplained(reads: &[Value]) -> Markup {
    let has_seeds = reads.iter().any(|read| read.at("seed").is_some());
    let mut columns = vec![
        ("register", ""),
        ("node", ""),
        ("flaw", ""),
        ("began", "s"),
        ("ended", "s"),
        ("value of", "writer"),
        ("written", "s"),
        ("missed", "writer"),
        ("written", "s"),
    ];
    if has_seeds {
        columns.push(("seed", "of the run"));
    }
    let row = |read: &Value| {
        let mut row = vec![
            Cell::Name(read.written("register")),
            whole(read, "node"),
            Cell::Text(read.text("kind").to_owned()),
            number(read, "started_seconds"),
            number(read, "ended_seconds"),
            whole(read, "returned.writer"),
            number(read, "returned.started_seconds"),
            whole(read, "missed.writer"),
            number(read, "missed.started_seconds"),
        ];
        if has_seeds {
            row.push(Cell::Text(read.written("seed")));
        }
        row
    };
    let rows: Vec<_> = reads.iter().map(row).collect();
    html! {
        @if !rows.is_empty() {
            details {
                summary { "Unexplained reads, one by one" }
                (sortable("Reads that no order of the writes explains", &columns, &rows))
            }
        }
    }
}
