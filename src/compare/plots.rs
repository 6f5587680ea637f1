//! The folder of a comparison: the differences as files, and what is compared as overlaid plots.

use super::sides::{Case, Side, complete};
use super::{Compare, CompareError, show};
use crate::metrics::OperationKind;
use crate::report::{
    self, Lines, Overlay, OverlayLines, Point, Range, ReportError, Spread, SweepPlot,
};
use crate::results::{Moment, Operation, Results, RunFolder, SweepFolder, value_text};
use crate::scenario::PlotFormat;
use crate::sweep::interval::Resamples;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Points of a line over time; a share of few operations jumps.
const POINTS: usize = 60;
/// Longest name in a legend.
const LONGEST_NAME: usize = 24;
/// What a folder holds that is not to be replaced by a comparison.
const RESULTS: [&str; 2] = ["result.json", "sweep.json"];

/// Writes `compare.json`, `compare.csv` and `plots/` to the folder at `place`, which appears complete or not
/// at all, and gives its path.
///
/// # Errors
/// If the folder holds a run or a sweep, a table of a run cannot be read, or something cannot be written.
pub fn write(
    compare: &Compare,
    place: &Path,
    formats: &[PlotFormat],
) -> Result<PathBuf, CompareError> {
    let out = |cause: &str| CompareError::Out { path: place.to_owned(), cause: cause.to_owned() };
    if RESULTS.iter().any(|name| place.join(name).exists()) {
        return Err(out("it holds a run or a sweep, which is not replaced: give another folder"));
    }
    let overlays = overlays(&compare.sides)?;
    let sweeps = against_keys(compare);
    let written = report::write_folder(place, |draft| {
        let failed = |cause| ReportError::Write { path: place.to_owned(), cause };
        fs::write(draft.join("compare.json"), show::json(&compare.comparison)).map_err(failed)?;
        let mut table = Vec::new();
        show::csv(&compare.comparison, &mut table).map_err(failed)?;
        fs::write(draft.join("compare.csv"), table).map_err(failed)?;
        let plots = draft.join("plots");
        fs::create_dir(&plots).map_err(failed)?;
        report::overlays(&overlays, &plots, formats)?;
        report::sweep_plots(&sweeps, &plots, formats)?;
        Ok(())
    })?;
    Ok(written)
}

/// Name of a side in legends.
fn name(side: &Side) -> String {
    let rest = match &side.results {
        Results::Sweep(sweep) if !sweep.fixed.is_empty() => {
            let last = |key: &str| key.rsplit('.').next().unwrap_or(key).to_owned();
            let pairs = sweep.fixed.iter();
            let pairs = pairs.map(|(key, value)| format!("{}={}", last(key), value_text(value)));
            pairs.collect::<Vec<_>>().join(" ")
        }
        results => {
            let path = fs::canonicalize(results.path());
            let path = path.unwrap_or_else(|_| results.path().to_owned());
            path.file_name().unwrap_or_default().to_string_lossy().into_owned()
        }
    };
    shortened(&format!("{} {rest}", side.letter), LONGEST_NAME)
}

fn shortened(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most - 3).chain("...".chars()).collect(),
        false => text.to_owned(),
    }
}

fn subtitle(sides: &[Side]) -> String {
    let each = sides.iter().map(|side| match &side.results {
        Results::Run(run) => format!("{}: {}, seed {}", side.letter, run.name, run.seed),
        Results::Sweep(SweepFolder { identity, .. }) => {
            format!("{}: {}, sweep of seed {}", side.letter, identity.name, identity.seed)
        }
    });
    shortened(&each.collect::<Vec<_>>().join("; "), 110)
}

/// The plots of single runs, or of single points of sweeps; none of whole sweeps.
fn overlays(sides: &[Side]) -> Result<Vec<Overlay>, CompareError> {
    if sides.iter().any(|side| !side.free().is_empty()) {
        return Ok(vec![]);
    }
    let names: Vec<String> = sides.iter().map(name).collect();
    let subtitle = subtitle(sides);
    let plot = |name: String, title: String, lines: OverlayLines| Overlay {
        name,
        title,
        subtitle: subtitle.clone(),
        lines,
    };
    let operations = sides.iter().map(Side::operations).collect::<Result<Vec<_>, _>>()?;
    let mut plots = Vec::new();
    for kind in OperationKind::ALL {
        let spread = |(place, side): (usize, &Side)| Spread {
            name: names[place].clone(),
            micros: latencies(side, operations[place].as_deref(), kind),
        };
        let spreads: Vec<Spread> = sides.iter().enumerate().map(spread).collect();
        let spreads = spreads.into_iter().filter(|spread| !spread.micros.is_empty()).collect();
        let title = format!("Latency of {}", kind.name());
        let file = format!("latency-{}", kind.name());
        plots.push(plot(file, title, OverlayLines::Latencies(spreads)));
    }
    let Some(operations) = operations.into_iter().collect::<Option<Vec<_>>>() else {
        return Ok(plots);
    };
    // A run on sockets has no digest.
    let is_real = |side: &Side| side.run().is_some_and(|run| run.digest.is_none());
    let clock = match (sides.iter().any(is_real), sides.iter().all(is_real)) {
        (_, true) => "Real",
        (true, false) => "Virtual or real",
        (false, _) => "Virtual",
    };
    let series = sides.iter().filter_map(Side::run).map(RunFolder::series);
    let series = series.collect::<Result<Vec<Vec<Moment>>, _>>()?;
    for (name, title, lines) in of_operations(clock, &names, &operations) {
        plots.push(plot(name, title, lines));
    }
    for (name, title, lines) in over_time(clock, &names, &series) {
        plots.push(plot(name, title, lines));
    }
    Ok(plots)
}

/// Microseconds, each with the number of successful operations up to so many.
fn latencies(
    side: &Side,
    operations: Option<&[Operation]>,
    kind: OperationKind,
) -> Vec<(u64, u64)> {
    let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
    for operation in operations.unwrap_or_default() {
        if operation.kind == kind && operation.is_success {
            *counts.entry(operation.latency_micros).or_default() += 1;
        }
    }
    for (_, case) in side.cases() {
        let Case::Point(point) = case else { continue };
        for spread in complete(point).filter_map(|row| row.latency_micros.get(kind.name())) {
            let mut before = 0;
            for (micros, up_to) in spread {
                *counts.entry(*micros).or_default() += up_to - before;
                before = *up_to;
            }
        }
    }
    let mut sum = 0;
    let cumulative = counts.into_iter().map(|(micros, count)| {
        sum += count;
        (micros, sum)
    });
    cumulative.collect()
}

type Plot = (String, String, OverlayLines);

/// Rounds, hops and latency over time, of the operations of each run.
fn of_operations(
    clock: &'static str,
    names: &[String],
    operations: &[Vec<Operation>],
) -> Vec<Plot> {
    let each = || names.iter().zip(operations);
    let mut plots = Vec::new();
    for kind in OperationKind::ALL {
        let kind_name = kind.name();
        let successes = |operations: &[Operation]| -> Vec<Operation> {
            operations.iter().filter(|o| o.kind == kind && o.is_success).copied().collect()
        };
        type Number = (&'static str, &'static str, fn(&Operation) -> u64);
        let numbers: [Number; 2] = [
            ("rounds", "Rounds (requests one after another)", |operation| operation.rounds),
            ("hops", "Hops (responses that led to the closest node)", |operation| operation.hops),
        ];
        for (file, x, number) in numbers {
            let line = |(name, operations): (&String, &Vec<Operation>)| {
                let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
                let successes = successes(operations);
                successes.iter().for_each(|o| *counts.entry(number(o)).or_default() += 1);
                (name.clone(), counts.into_iter().collect())
            };
            let lines = OverlayLines::Shares { x: x.to_owned(), lines: each().map(line).collect() };
            let title = format!("{} of {kind_name}", x.split(' ').next().unwrap_or(x));
            plots.push((format!("{file}-{kind_name}"), title, lines));
        }
        let line = |(name, operations): (&String, &Vec<Operation>)| {
            (name.clone(), mean_latencies(&successes(operations)))
        };
        let lines = OverlayLines::OverTime {
            clock,
            y: "Mean latency by beginning (milliseconds)".to_owned(),
            range: Range::FromZero,
            lines: each().map(line).collect(),
        };
        let title = format!("Latency of {kind_name} over time");
        plots.push((format!("latency-over-time-{kind_name}"), title, lines));
    }
    plots
}

/// Mean latency in milliseconds of the operations that began in each piece of the time in which any did.
fn mean_latencies(operations: &[Operation]) -> Vec<(f64, f64)> {
    let times = || operations.iter().map(|operation| operation.started_seconds);
    let (first, last) = (times().fold(f64::INFINITY, f64::min), times().fold(0.0, f64::max));
    let width = ((last - first) / POINTS as f64).max(f64::MIN_POSITIVE);
    let mut pieces = [(0.0, 0.0); POINTS];
    for operation in operations {
        let piece = (operation.started_seconds - first) / width;
        let (sum, count) = &mut pieces[(piece as usize).min(POINTS - 1)];
        *sum += operation.latency_micros as f64 / 1_000.0;
        *count += 1.0;
    }
    let pieces = pieces.iter().enumerate().filter(|(_, (_, count))| *count > 0.0);
    pieces.map(|(at, (sum, count))| (first + width * (at as f64 + 0.5), sum / count)).collect()
}

/// Success, traffic and nodes online, of the series of each run.
fn over_time(clock: &'static str, names: &[String], series: &[Vec<Moment>]) -> Vec<Plot> {
    let plot = |file: String, title: String, y: &str, range, value: &Value<'_>| {
        let line = |(name, series): (&String, &Vec<Moment>)| (name.clone(), binned(series, value));
        let lines = names.iter().zip(series).map(line).collect();
        (file, title, OverlayLines::OverTime { clock, y: y.to_owned(), range, lines })
    };
    let mut plots = Vec::new();
    for kind in OperationKind::ALL {
        let value = |bin: &[Moment], _: f64| {
            let sum =
                |of: fn(&Moment) -> &[u64]| bin.iter().map(|m| of(m)[kind.index()]).sum::<u64>();
            let finished = sum(|moment| &moment.finished);
            let succeeded = sum(|moment| &moment.succeeded);
            (finished > 0).then(|| 100.0 * succeeded as f64 / finished as f64)
        };
        let title = format!("Success of {} over time", kind.name());
        let file = format!("success-{}", kind.name());
        plots.push(plot(file, title, "Operations that succeed", Range::Percent, &value));
    }
    let rate = |of: fn(&Moment) -> u64| {
        move |bin: &[Moment], seconds: f64| Some(bin.iter().map(of).sum::<u64>() as f64 / seconds)
    };
    let counts: [(&str, &str, &str, &Value<'_>); 3] = [
        ("messages", "Messages sent", "Messages per second, all nodes", &rate(|m| m.messages)),
        ("bytes", "Bytes sent", "Kilobytes per second, all nodes", &|bin, seconds| {
            Some(bin.iter().map(|m| m.bytes).sum::<u64>() as f64 / 1_000.0 / seconds)
        }),
        ("nodes-online", "Nodes online over time", "Nodes online", &|bin, _| {
            bin.last().map(|moment| moment.online as f64)
        }),
    ];
    for (file, title, y, value) in counts {
        plots.push(plot(file.to_owned(), title.to_owned(), y, Range::FromZero, value));
    }
    plots
}

/// What is drawn of consecutive samples that cover so many seconds.
type Value<'v> = dyn Fn(&[Moment], f64) -> Option<f64> + 'v;

fn binned(series: &[Moment], value: &Value<'_>) -> Vec<(f64, f64)> {
    let mut before = 0.0;
    let bins = series.chunks(series.len().div_ceil(POINTS).max(1));
    let points = bins.filter_map(|bin| {
        let end = bin[bin.len() - 1].seconds;
        let seconds = end - before;
        before = end;
        Some((end, value(bin, seconds)?))
    });
    points.collect()
}

/// The figures of whole sweeps against the first of their keys, a line for each sweep; a plot for each
/// combination of the other keys.
fn against_keys(compare: &Compare) -> Vec<(String, SweepPlot)> {
    let keys = compare.sides[0].free();
    if keys.is_empty() {
        return vec![];
    }
    let differences = compare.comparison.points.iter().flat_map(|point| &point.differences);
    let figures: BTreeSet<&String> = differences.map(|difference| &difference.figure).collect();
    let all: Vec<_> = compare.sides.iter().map(Side::cases).collect();
    let texts = |values: &[serde_json::Value]| values.iter().map(value_text).collect::<Vec<_>>();
    let mut xs: Vec<String> = Vec::new();
    let mut rest: Vec<Vec<String>> = Vec::new();
    for values in all.iter().flatten().map(|(values, _)| texts(values)) {
        let (x, others) = (values[0].clone(), values[1..].to_vec());
        if !xs.contains(&x) {
            xs.push(x);
        }
        if !rest.contains(&others) {
            rest.push(others);
        }
    }
    let numbers = xs.iter().map(|x| x.parse().ok()).collect::<Option<Vec<f64>>>();
    let mut plots = Vec::new();
    for figure in figures {
        for others in &rest {
            let point = |side: usize, x: &String| {
                let wanted = |values: &[serde_json::Value]| {
                    let values = texts(values);
                    values[0] == *x && values[1..] == **others
                };
                let (_, case) = all[side].iter().find(|(values, _)| wanted(values))?;
                let samples = case.samples();
                let values = samples.iter().filter_map(|s| s.figures.get(figure)?.as_f64());
                let values: Vec<f64> = values.collect();
                let mean =
                    (!values.is_empty()).then(|| Resamples::of(values.len()).summary(&values));
                mean.map(|s| Point { mean: s.mean.value, interval: s.mean.interval })
            };
            let fixed = keys[1..].iter().zip(others).map(|(key, value)| format!("{key}={value}"));
            let fixed: Vec<String> = fixed.collect();
            let line = |(place, side): (usize, &Side)| {
                (name(side), xs.iter().map(|x| point(place, x)).collect())
            };
            let at = fixed.iter().map(|fixed| format!(", {fixed}")).collect::<String>();
            let lines = Lines {
                title: figure.clone(),
                subtitle: shortened(&format!("{}{at}", subtitle(&compare.sides)), 110),
                x: keys[0].to_owned(),
                names: xs.iter().map(|x| shortened(x, 14)).collect(),
                numbers: numbers.clone(),
                y: "Mean of the runs, with its 95 % interval".to_owned(),
                lines: compare.sides.iter().enumerate().map(line).collect(),
            };
            let suffix: String = fixed.iter().map(|fixed| format!("-{fixed}")).collect();
            plots.push((file_name(&format!("{figure}{suffix}")), SweepPlot::Lines(lines)));
        }
    }
    plots
}

/// A name for a file: whatever could leave its folder or trouble a shell becomes a dash.
fn file_name(text: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "-_.=".contains(c) { c } else { '-' };
    text.chars().map(safe).collect()
}
