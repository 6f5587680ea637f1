//! The page of a sweep.

use super::folder::Sweep;
use super::frame::{self, Head, Section};
use super::held::Held;
use super::table::{Cell, sortable, table};
use super::{overview, plots, repeat};
use crate::report::text::{grouped, plain};
use crate::sweep::unit;
use maud::{Markup, html};
use serde_json::Value;
use std::collections::BTreeMap;

/// Figures that stand on the page before all others, as far as a sweep has them; the rest can be
/// unfolded.
const USUAL: [&str; 9] = [
    "success_rate",
    "latency_micros.mean",
    "latency_micros.p50",
    "latency_micros.p99",
    "rounds.mean",
    "hops.mean",
    "requests.mean",
    "timeouts.mean",
    "recall",
];
/// The same, of no operation.
const USUAL_OF_ALL: [&str; 4] = [
    "network.online_mean",
    "node_traffic.bytes_sent_per_second",
    "maintenance.maintenance_bytes_per_node_second",
    "records.lost",
];

/// Operations that nodes begin themselves.
const OWN: [&str; 3] = ["join", "refresh", "republish"];

/// The page.
pub fn page(sweep: &Sweep) -> Markup {
    let identity = &sweep.identity;
    let (points, repeats) = (points(sweep), identity.whole("repeats").unwrap_or(1));
    let scenario = first(sweep);
    let head = Head {
        name: identity.text("name"),
        kind: "A sweep over a simulated Kademlia network",
        description: scenario.text("description"),
        marks: vec![
            ("Points", grouped(points)),
            ("Runs of each", grouped(repeats)),
            ("Seed", identity.written("seed")),
            ("Written by", format!("kadsim {}", sweep.version())),
        ],
        notices: frame::of_version(&sweep.version()).into_iter().chain(timed_out(sweep)).collect(),
    };
    let sections = [
        Section::new("grid", "What was varied", grid(sweep)),
        Section::new(
            "scenario",
            "What was simulated",
            html! {
                p { "At the first point of the grid:" } (overview::words(&scenario))
            },
        ),
        Section::new("summary", "Summary", summary(sweep)),
        Section::new("plots", "Plots", plots::show(&sweep.plots.iter().collect::<Vec<_>>())),
        Section::new("runs", "Runs", runs(sweep)),
        Section::new("repeat", "Repeat it", repeat::sweep(sweep)),
    ];
    frame::page(&head, &sections)
}

/// The scenario at the first point, as a result would have it.
fn first(sweep: &Sweep) -> Value {
    let table = sweep.identity.text("first").parse::<toml::Table>();
    table.ok().and_then(|table| serde_json::to_value(table).ok()).unwrap_or_default()
}

fn keys(sweep: &Sweep) -> Vec<String> {
    sweep.identity.list("vary").iter().map(|varied| varied.text("key").to_owned()).collect()
}

fn points(sweep: &Sweep) -> u64 {
    let counts =
        sweep.identity.list("vary").iter().map(|varied| varied.list("values").len() as u64);
    counts.product()
}

fn timed_out(sweep: &Sweep) -> Option<String> {
    let rows = sweep.runs.rows.iter();
    let count = rows.filter(|row| sweep.runs.cell(row, "status") == "timed-out").count();
    (count > 0).then(|| {
        format!(
            "{count} of {} runs took longer than they might, and have no figures.",
            sweep.runs.rows.len()
        )
    })
}

fn grid(sweep: &Sweep) -> Markup {
    let written = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let row = |varied: &Value| {
        let values: Vec<String> = varied.list("values").iter().map(written).collect();
        vec![Cell::Name(varied.text("key").to_owned()), Cell::Text(values.join(", "))]
    };
    let rows: Vec<_> = sweep.identity.list("vary").iter().map(row).collect();
    html! {
        @if rows.is_empty() { p { "Nothing: the scenario was repeated with seeds of its own." } }
        @else {
            p {
                "Every combination of these values is a point of the grid. The seeds of repeats are the "
                "same at all points."
            }
            (table("Varied keys", &[("key", ""), ("values", "")], &rows))
        }
    }
}

/// A value of a varied key, sorted as a number if it is one.
fn value(text: &str) -> Cell {
    match text.parse::<f64>() {
        Ok(number) => Cell::Number(text.to_owned(), number),
        Err(_) => Cell::Text(text.to_owned()),
    }
}

fn summary(sweep: &Sweep) -> Markup {
    let rows = &sweep.summary.rows;
    let mut by_figure: BTreeMap<&str, Vec<&Vec<String>>> = BTreeMap::new();
    for row in rows {
        by_figure.entry(sweep.summary.cell(row, "figure")).or_default().push(row);
    }
    let is_usual = |name: &str| {
        let of_operation = name.strip_prefix("operations.").and_then(|rest| rest.split_once('.'));
        of_operation.map_or_else(|| USUAL_OF_ALL.contains(&name), |(_, rest)| USUAL.contains(&rest))
    };
    // What nodes do on their own account comes after what they are asked for.
    let is_own =
        |name: &str| OWN.iter().any(|kind| name.starts_with(&format!("operations.{kind}.")));
    let usual = by_figure.iter().filter(|(name, _)| is_usual(name));
    let (own, asked): (Vec<_>, Vec<_>) = usual.partition(|(name, _)| is_own(name));
    html! {
        @if rows.is_empty() { p { "No run has figures." } } @else {
            p {
                "Mean and median over the runs of a point, each with its 95% interval by resampling. "
                "Press the head of a column to sort by it. summary.csv has all "
                (grouped(by_figure.len() as u64)) " figures."
            }
            @for (name, rows) in asked { (figure(sweep, name, rows)) }
            @if !own.is_empty() {
                details {
                    summary { "Joins, refreshes and republishing" }
                    @for (name, rows) in own { (figure(sweep, name, rows)) }
                }
            }
        }
    }
}

fn figure(sweep: &Sweep, name: &str, rows: &[&Vec<String>]) -> Markup {
    let keys = keys(sweep);
    let mut columns: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "")).collect();
    let (unit, size) = unit::of(name);
    let comma = if unit.is_empty() { "" } else { ", " };
    let interval_unit = format!("95% interval{comma}{unit}");
    columns.extend([("runs", ""), ("mean", unit), ("mean", &interval_unit)]);
    columns.extend([("median", unit), ("median", &interval_unit)]);
    let cells = |row: &&Vec<String>| {
        let text = |column| sweep.summary.cell(row, column);
        let number = |column| text(column).parse::<f64>().ok().map(|number| number / size);
        let figure = |column| number(column).map_or(Cell::None, |n| Cell::Number(plain(n), n));
        let interval = |low, high| match (number(low), number(high)) {
            (Some(low), Some(high)) => {
                Cell::Number(format!("{} to {}", plain(low), plain(high)), high - low)
            }
            _ => Cell::None,
        };
        let mut cells: Vec<Cell> = keys.iter().map(|key| value(text(key))).collect();
        cells.extend([
            value(text("runs")),
            figure("mean"),
            interval("mean_low", "mean_high"),
            figure("median"),
            interval("median_low", "median_high"),
        ]);
        cells
    };
    sortable(name, &columns, &rows.iter().map(cells).collect::<Vec<_>>())
}

fn runs(sweep: &Sweep) -> Markup {
    let keys = keys(sweep);
    let mut columns = vec![("point", "")];
    columns.extend(keys.iter().map(|key| (key.as_str(), "")));
    columns.extend([("repeat", ""), ("seed", ""), ("status", ""), ("digest", "")]);
    let row = |row: &Vec<String>| {
        let text = |column| sweep.runs.cell(row, column);
        let mut cells = vec![value(text("point"))];
        cells.extend(keys.iter().map(|key| value(text(key))));
        cells.extend([value(text("repeat")), value(text("seed"))]);
        cells.extend([text("status"), text("digest")].map(|text| Cell::Text(text.to_owned())));
        cells
    };
    let rows: Vec<_> = sweep.runs.rows.iter().map(row).collect();
    let complete =
        sweep.runs.rows.iter().filter(|row| sweep.runs.cell(row, "status") == "complete");
    html! {
        p { (grouped(complete.count() as u64)) " of " (grouped(rows.len() as u64)) " runs are complete." }
        details { summary { "All runs" } (sortable("All runs", &columns, &rows)) }
    }
}
