//! Operations: success, latency, and what they cost.

use super::figures::{millis, number, share, whole};
use super::held::Held;
use super::table::{Cell, Column, table};
use crate::report::text::grouped;
use maud::{Markup, html};
use serde_json::Value;

/// All tables of operations; nothing where there were none.
pub fn show(result: &Value) -> Markup {
    let all = result.list("operations");
    html! {
        @if all.is_empty() {
            p { "No operation began and ended in the measurement." }
        } @else {
            (success(all)) (latency(all)) (cost(all)) (failures(all))
        }
        (log(result))
    }
}

fn kind(figures: &Value) -> Cell {
    Cell::Name(figures.text("kind").to_owned())
}

/// A figure of successes, where there are any.
fn of_successes(figures: &Value, cell: Cell) -> Cell {
    if figures.whole("success").unwrap_or(0) > 0 { cell } else { Cell::None }
}

fn success(all: &[Value]) -> Markup {
    let columns: [Column<'_>; 7] = [
        ("operation", ""),
        ("ended", ""),
        ("success", ""),
        ("a second", "all nodes"),
        ("recall", "of the k closest"),
        ("exact", "all k found"),
        ("closest found", ""),
    ];
    let row = |figures: &Value| {
        vec![
            kind(figures),
            whole(figures, "count"),
            share(figures, "success_rate"),
            number(figures, "operations_per_second"),
            share(figures, "recall"),
            share(figures, "exact_share"),
            share(figures, "closest_found_share"),
        ]
    };
    table("Operations and their success", &columns, &all.iter().map(row).collect::<Vec<_>>())
}

fn latency(all: &[Value]) -> Markup {
    let names = ["mean", "min", "p5", "p25", "p50", "p75", "p90", "p95", "p99", "max"];
    let mut columns = vec![("operation", "")];
    columns.extend(names.map(|name| (name, "ms")));
    let row = |figures: &Value| {
        let cell = |name| of_successes(figures, millis(figures, &format!("latency_micros.{name}")));
        [kind(figures)].into_iter().chain(names.map(cell)).collect()
    };
    table("Latency of successful operations", &columns, &all.iter().map(row).collect::<Vec<_>>())
}

fn cost(all: &[Value]) -> Markup {
    let columns: [Column<'_>; 9] = [
        ("operation", ""),
        ("rounds", "mean"),
        ("rounds", "p95"),
        ("hops", "mean"),
        ("hops", "p95"),
        ("requests", "mean"),
        ("requests", "p95"),
        ("time-outs", "mean"),
        ("time-outs", "p95"),
    ];
    let row = |figures: &Value| {
        let lasting = |path| of_successes(figures, number(figures, path));
        vec![
            kind(figures),
            lasting("rounds.mean"),
            lasting("rounds.p95"),
            lasting("hops.mean"),
            lasting("hops.p95"),
            number(figures, "requests.mean"),
            number(figures, "requests.p95"),
            number(figures, "timeouts.mean"),
            number(figures, "timeouts.p95"),
        ]
    };
    table("What an operation takes", &columns, &all.iter().map(row).collect::<Vec<_>>())
}

fn failures(all: &[Value]) -> Markup {
    let mut rows = vec![];
    for figures in all {
        let failures = figures.at("failures").and_then(Value::as_object);
        let counts = failures.into_iter().flatten();
        for (outcome, count) in counts.filter_map(|(name, count)| Some((name, count.as_u64()?))) {
            if count > 0 {
                let count = Cell::Number(grouped(count), count as f64);
                rows.push(vec![kind(figures), Cell::Text(outcome.clone()), count]);
            }
        }
    }
    html! {
        @if !rows.is_empty() {
            (table("Failures", &[("operation", ""), ("outcome", ""), ("count", "")], &rows))
        }
    }
}

fn log(result: &Value) -> Markup {
    let (total, kept) = (result.whole("operations_log.total"), result.whole("operations_log.kept"));
    html! {
        @if let (Some(total), Some(kept)) = (total, kept) {
            @if kept < total {
                p { "operations.csv holds a uniform sample: " (grouped(kept)) " of " (grouped(total)) "." }
            }
        }
    }
}
