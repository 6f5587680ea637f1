//! Plots of a run whose scenario asks for none, drawn from its tables.

use super::PageError;
use super::folder::{Run, Table};
use super::held::Held;
use super::plots::Plot;
use crate::report::text::grouped;
use crate::report::{self, Lines, Point, Spread, SweepPlot};
use std::collections::BTreeMap;

/// Points of a line over time.
const POINTS: usize = 60;

/// The plots that `run` and its time series have data for.
///
/// # Errors
/// If one cannot be drawn.
pub fn plots(run: &Run, series: &Table) -> Result<Vec<Plot>, PageError> {
    let result = &run.result;
    let nodes = grouped(result.whole("network.nodes").unwrap_or(0));
    let subtitle =
        format!("{}, {nodes} nodes, seed {}", result.text("name"), result.written("seed"));
    let over_time = [
        ("success", "Success over time", "Operations that succeed (%)", success(series)),
        ("nodes-online", "Nodes online over time", "Nodes online", online(series)),
        (
            "messages",
            "Messages sent, by kind",
            "Messages per second, all nodes",
            rates(series, "sent_"),
        ),
        ("routing-tables", "Routing tables over time", "Contacts per node", contacts(series)),
    ];
    let mut drawn: Vec<(&str, SweepPlot)> = vec![];
    drawn.extend(latency(run, &subtitle).map(|plot| ("latency-cdf", plot)));
    for (name, title, y, lines) in over_time {
        if !lines.is_empty() {
            drawn.push((name, over(series, (title, &subtitle, y), lines)));
        }
    }
    drawn
        .iter()
        .enumerate()
        .map(|(place, (name, plot))| {
            let svg = report::sweep_plot_svg(name, plot)?;
            Ok(Plot::of(name, &svg, place).expect("what was just drawn is an SVG"))
        })
        .collect()
}

type Line = (String, Vec<Option<f64>>);

fn over(series: &Table, (title, subtitle, y): (&str, &str, &str), lines: Vec<Line>) -> SweepPlot {
    // From the run's beginning on, at which nothing has been counted yet.
    let ends = bins(series).map(|bin| seconds(series, bin));
    let ends: Vec<f64> = [0.0].into_iter().chain(ends).collect();
    let point = |mean: Option<f64>| mean.map(|mean| Point { mean, interval: None });
    SweepPlot::Lines(Lines {
        title: title.to_owned(),
        subtitle: subtitle.to_owned(),
        x: "Virtual time (seconds)".to_owned(),
        names: ends.iter().map(|end| grouped(end.round() as u64)).collect(),
        numbers: Some(ends),
        y: y.to_owned(),
        lines: lines
            .into_iter()
            .map(|(name, values)| (name, [None].into_iter().chain(values).map(point).collect()))
            .collect(),
    })
}

/// The rows of the series, several together where there are many.
fn bins(series: &Table) -> impl Iterator<Item = &[Vec<String>]> {
    series.rows.chunks(series.rows.len().div_ceil(POINTS).max(1))
}

/// When a bin ends.
fn seconds(series: &Table, bin: &[Vec<String>]) -> f64 {
    bin.last().and_then(|row| series.cell(row, "time_s").parse().ok()).unwrap_or(0.0)
}

fn sum(series: &Table, bin: &[Vec<String>], column: &str) -> f64 {
    bin.iter().filter_map(|row| series.cell(row, column).parse::<f64>().ok()).sum()
}

fn success(series: &Table) -> Vec<Line> {
    let kinds = series.header.iter().filter_map(|name| name.strip_prefix("finished_"));
    let line = |kind: &str| {
        let share = |bin| {
            let finished = sum(series, bin, &format!("finished_{kind}"));
            let succeeded = sum(series, bin, &format!("succeeded_{kind}"));
            (finished > 0.0).then(|| 100.0 * succeeded / finished)
        };
        (kind.to_owned(), bins(series).map(share).collect::<Vec<_>>())
    };
    kinds.map(line).filter(|(_, values)| values.iter().any(Option::is_some)).collect()
}

fn last(series: &Table, name: &str, column: &str) -> Vec<Line> {
    let value = |bin: &[Vec<String>]| {
        let row = bin.last()?;
        // Where no table was looked at, or all were empty, a mean says nothing.
        let says =
            column != "mean_contacts" || !series.cell(row, "contacts_online_share").is_empty();
        series.cell(row, column).parse().ok().filter(|_| says)
    };
    let values: Vec<Option<f64>> = bins(series).map(value).collect();
    if values.iter().any(Option::is_some) { vec![(name.to_owned(), values)] } else { vec![] }
}

fn online(series: &Table) -> Vec<Line> {
    last(series, "", "online")
}

fn contacts(series: &Table) -> Vec<Line> {
    last(series, "", "mean_contacts")
}

/// What the columns that begin so count, a second.
fn rates(series: &Table, prefix: &str) -> Vec<Line> {
    let line = |column: &String| {
        let mut start = 0.0;
        let rate = |bin| {
            let length = seconds(series, bin) - start;
            start += length;
            (length > 0.0).then(|| sum(series, bin, column) / length)
        };
        (column[prefix.len()..].to_owned(), bins(series).map(rate).collect::<Vec<_>>())
    };
    let columns = series.header.iter().filter(|column| column.starts_with(prefix));
    columns
        .map(line)
        .filter(|(_, values)| values.iter().any(|v| v.is_some_and(|v| v > 0.0)))
        .collect()
}

/// How latencies of successes are spread.
fn latency(run: &Run, subtitle: &str) -> Option<SweepPlot> {
    let mut kinds: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for operation in run.operations.iter().filter(|operation| operation.success) {
        kinds.entry(&operation.kind).or_default().push((operation.latency_ms * 1e3).round() as u64);
    }
    let spread = |(kind, mut micros): (&str, Vec<u64>)| {
        micros.sort_unstable();
        // Of equal values only the last, which counts all of them.
        let counted = micros.iter().enumerate().map(|(place, micros)| (*micros, place as u64 + 1));
        let mut counted: Vec<(u64, u64)> = counted.collect();
        let steps = counted.len().div_ceil(500);
        counted = counted.chunks(steps).map(|chunk| chunk[chunk.len() - 1]).collect();
        Spread { name: kind.to_owned(), micros: counted }
    };
    let spreads: Vec<Spread> = kinds.into_iter().map(spread).collect();
    (!spreads.is_empty()).then(|| SweepPlot::Spreads {
        title: "Latency of successful operations".to_owned(),
        subtitle: subtitle.to_owned(),
        whose: "Successful operations".to_owned(),
        spreads,
    })
}
