//! Which plots a sweep has.

use super::SweepError;
use super::collected::Collected;
use super::folder::Folder;
use super::interval::Summary;
use super::plan::Plan;
use super::unit;
use crate::report::{self, Cell, HeatMap, Lines, Point, Spread, SweepPlot};
use crate::scenario::Varied;
use std::path::Path;

/// More lines than this cannot be told apart, nor their names put beside each other.
const MOST_LINES: usize = 20;

/// Draws the plots of these figures into the folder, and gives what could not be drawn, and why.
///
/// # Errors
/// If a plot cannot be drawn or written; then those of an earlier time stay.
pub fn draw(
    plan: &Plan,
    collected: &Collected,
    metrics: &[String],
    folder: &Folder,
) -> Result<Vec<String>, SweepError> {
    let mut notes = Vec::new();
    if plan.plots.is_empty() {
        return Ok(notes);
    }
    let mut plots = Vec::new();
    let summaries = collected.summaries(metrics);
    for (place, metric) in metrics.iter().enumerate() {
        let of_metric = |point: usize| summaries[point][place];
        plots.extend(of_figure(plan, metric, &of_metric, &mut notes));
    }
    plots.extend(spreads(plan, collected, &mut notes));
    folder.replace("plots", |draft: &Path| {
        Ok(report::sweep_plots(&plots, draft, &plan.plots).map_err(report::ReportError::from)?)
    })?;
    Ok(notes)
}

fn subtitle(plan: &Plan, fixed: &[String]) -> String {
    let repeats = match plan.repeats() {
        1 => "1 run".to_owned(),
        repeats => format!("{repeats} runs"),
    };
    let fixed: String = fixed.iter().map(|fixed| format!(", {fixed}")).collect();
    format!("{}, seed {}, {repeats} a point{fixed}", plan.name, plan.seed)
}

/// The places of the first two keys of several values, as far as there are such.
fn drawn(plan: &Plan) -> (Option<usize>, Option<usize>) {
    let keys = plan.grid.keys.iter().enumerate();
    let mut several = keys.filter(|(_, varied)| varied.count() > 1).map(|(place, _)| place);
    (several.next(), several.next())
}

/// The values of all keys that are not drawn against, and the points for each.
fn slices(plan: &Plan) -> Vec<(Vec<String>, Vec<usize>)> {
    let mut slices: Vec<(Vec<String>, Vec<usize>)> = Vec::new();
    for point in 0..plan.grid.points() {
        let (first, second) = drawn(plan);
        let fixed = plan.grid.keys.iter().zip(plan.grid.places(point)).enumerate();
        let fixed = fixed.filter(|(place, _)| ![first, second].contains(&Some(*place)));
        let fixed: Vec<String> =
            fixed.map(|(_, (varied, at))| format!("{}={}", varied.key, varied.text(at))).collect();
        match slices.iter_mut().find(|(others, _)| *others == fixed) {
            Some((_, points)) => points.push(point),
            None => slices.push((fixed, vec![point])),
        }
    }
    slices
}

/// The plots of one figure: lines over the first key, and a map over the first two.
fn of_figure(
    plan: &Plan,
    metric: &str,
    summary: &dyn Fn(usize) -> Option<Summary>,
    notes: &mut Vec<String>,
) -> Vec<(String, SweepPlot)> {
    let (Some(of_x), of_y) = drawn(plan) else { return vec![] };
    let (first, second) = (&plan.grid.keys[of_x], of_y.map(|key| &plan.grid.keys[key]));
    let count = second.map_or(1, Varied::count);
    let mut plots = Vec::new();
    if count > MOST_LINES {
        notes.push(format!(
            "{metric} is drawn as a map only: {count} lines are more than the {MOST_LINES} that can \
             be told apart"
        ));
    }
    for (fixed, points) in slices(plan) {
        let suffix: String = fixed.iter().map(|fixed| format!("-{fixed}")).collect();
        // The first key is the slowest, so that the points of one of its values are `count` apart;
        // keys in between are the same in all of them.
        let at = |x: usize, y: usize| summary(points[x * count + y]);
        if count <= MOST_LINES {
            let lines = lines(plan, metric, &fixed, (first, second), &at);
            plots.push((file_name(&format!("{metric}{suffix}")), SweepPlot::Lines(lines)));
        }
        if let Some(second) = second {
            let (of_figure, size) = unit::of(metric);
            let cell =
                |(x, y): (usize, usize)| Some(Cell { x, y, mean: at(x, y)?.mean.value / size });
            let places = (0..first.count()).flat_map(|x| (0..count).map(move |y| (x, y)));
            let map = HeatMap {
                title: with_unit(&format!("{metric}, mean of the runs"), of_figure),
                subtitle: subtitle(plan, &fixed),
                x: (first.key.clone(), texts(first)),
                y: (second.key.clone(), texts(second)),
                cells: places.filter_map(cell).collect(),
            };
            plots.push((file_name(&format!("{metric}{suffix}-map")), SweepPlot::HeatMap(map)));
        }
    }
    plots
}

fn lines(
    plan: &Plan,
    metric: &str,
    fixed: &[String],
    (first, second): (&Varied, Option<&Varied>),
    at: &dyn Fn(usize, usize) -> Option<Summary>,
) -> Lines {
    let numbers = first.numbers();
    let unit = numbers.as_ref().map_or("", |(_, unit)| unit.as_str());
    let (of_figure, size) = unit::of(metric);
    let line = |y: usize| {
        let point = |x: usize| {
            let mean = at(x, y)?.mean;
            let interval = mean.interval.map(|(low, high)| (low / size, high / size));
            Some(Point { mean: mean.value / size, interval })
        };
        let name = second.map_or_else(String::new, |second| {
            format!("{}={}", last(&second.key), shortened(&second.text(y)))
        });
        (name, (0..first.count()).map(point).collect())
    };
    Lines {
        title: metric.to_owned(),
        subtitle: subtitle(plan, fixed),
        x: with_unit(&first.key, unit),
        names: texts(first).iter().map(|text| text.trim_end_matches(unit).to_owned()).collect(),
        numbers: numbers.map(|(numbers, _)| numbers),
        y: with_unit("Mean of the runs, with its 95 % interval", of_figure),
        lines: (0..second.map_or(1, Varied::count)).map(line).collect(),
    }
}

/// What is shown, with its unit if it has one.
fn with_unit(shown: &str, unit: &str) -> String {
    if unit.is_empty() { shown.to_owned() } else { format!("{shown} ({unit})") }
}

/// The latencies of each kind of operation, a line a point.
fn spreads(
    plan: &Plan,
    collected: &Collected,
    notes: &mut Vec<String>,
) -> Vec<(String, SweepPlot)> {
    let points = plan.grid.points();
    if points > MOST_LINES {
        notes.push(format!(
            "latencies are not overlaid: {points} points are more than the {MOST_LINES} that can be \
             told apart"
        ));
        return vec![];
    }
    let spread = |point: usize, kind: &str| {
        let chosen = plan.grid.keys.iter().zip(plan.grid.places(point));
        let name = chosen
            .map(|(varied, at)| format!("{}={}", last(&varied.key), shortened(&varied.text(at))));
        let name = name.collect::<Vec<_>>().join(", ");
        Spread { name, micros: collected.spread(point, kind) }
    };
    let plot = |kind: &'static str| {
        let spreads = (0..points).map(|point| spread(point, kind));
        let plot = SweepPlot::Spreads {
            title: format!("Latency of {kind}, all runs of a point together"),
            subtitle: subtitle(plan, &[]),
            whose: "Successful operations".to_owned(),
            spreads: spreads.filter(|spread| !spread.micros.is_empty()).collect(),
        };
        (format!("latency-{kind}"), plot)
    };
    collected.kinds().into_iter().map(plot).collect()
}

/// The values of a key; the beginning of those that are too long to stand beside an axis.
fn texts(varied: &Varied) -> Vec<String> {
    (0..varied.count()).map(|place| shortened(&varied.text(place))).collect()
}

fn shortened(text: &str) -> String {
    const MOST: usize = 14;
    match text.chars().count() {
        0..=MOST => text.to_owned(),
        _ => text.chars().take(MOST - 3).chain("...".chars()).collect(),
    }
}

/// The last part of a dotted key.
fn last(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

/// A name for a file: whatever could leave its folder or trouble a shell becomes a dash.
fn file_name(text: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "-_.=".contains(c) { c } else { '-' };
    text.chars().map(safe).collect()
}
