//! What came of a check, as a person reads it: a line for each baseline, then what differs.

use super::depart::Side;
use super::judge::{Finding, Report, Verdict};
use comfy_table::presets::UTF8_BORDERS_ONLY;
use comfy_table::{Cell, CellAlignment, Table};
use std::fmt::Write;

/// The reports as a table for a terminal, and below it each baseline that differs in full.
pub fn table(reports: &[Report]) -> String {
    let mut table = bordered(&["baseline", "level", "runs", "figures", "verdict"]);
    for report in reports {
        let cells = [
            report.name.clone(),
            report.level.to_owned(),
            report.runs.to_string(),
            report.metrics.len().to_string(),
            word(report).to_owned(),
        ];
        table.add_row(
            cells.into_iter().enumerate().map(|(place, text)| aligned(text, place, 2..=3)),
        );
    }
    let mut text = format!("{table}\n");
    for report in reports.iter().filter(|report| report.verdict == Verdict::Differs) {
        tell(&mut text, report);
    }
    let differing = reports.iter().filter(|report| report.verdict == Verdict::Differs).count();
    let updated = reports.iter().filter(|report| report.updated).count();
    let _ = match (differing, updated) {
        (0, _) => writeln!(text, "{} baselines hold.", reports.len()),
        (_, 0) => writeln!(text, "{differing} of {} baselines differ.", reports.len()),
        _ => writeln!(text, "{updated} of {} baselines were rewritten.", reports.len()),
    };
    text
}

fn word(report: &Report) -> &'static str {
    match (report.verdict, report.updated) {
        (Verdict::Same, _) => "same",
        (Verdict::Differs, false) => "DIFFERS",
        (Verdict::Differs, true) => "rewritten",
    }
}

fn bordered(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY);
    table.set_header(header);
    table.column_iter_mut().skip(1).for_each(|column| {
        column.set_padding((0, 1));
    });
    table
}

fn aligned(text: String, place: usize, right: std::ops::RangeInclusive<usize>) -> Cell {
    match right.contains(&place) {
        true => Cell::new(text).set_alignment(CellAlignment::Right),
        false => Cell::new(text),
    }
}

/// What differs in a baseline.
fn tell(text: &mut String, report: &Report) {
    let _ = writeln!(text, "\n{} ({})", report.name, report.scenario);
    for line in differences(report) {
        let _ = writeln!(text, "  {line}");
    }
    let mut table = bordered(&["figure", "baseline", "now", "allowed", "p", "verdict"]);
    for finding in &report.metrics {
        table.add_row(
            cells(finding).into_iter().enumerate().map(|(place, text)| aligned(text, place, 1..=4)),
        );
    }
    let _ = writeln!(text, "{table}");
    if let (Some(test), Some(alpha)) = (report.test, report.alpha) {
        let _ = writeln!(
            text,
            "p: {test}, adjusted for {} figures (Holm); a figure differs at {alpha} or below. Means of {} \
             seeds each.",
            report.metrics.len(),
            report.runs
        );
    }
    text.push('\n');
}

/// What differs, in sentences of one line each.
pub(super) fn differences(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    if report.digest_differs() {
        let Report { digest_expected, digest_measured, version, .. } = report;
        lines.push(format!("digest {digest_measured} instead of {digest_expected} ({version})"));
    }
    match &report.first_differing_metric {
        Some(metric) => lines.push(format!("first differing metric: {metric}")),
        None if report.digest_differs() => lines.push("no metric differs".to_owned()),
        None => {}
    }
    let Some(departure) = &report.departure else { return lines };
    let (from, until) = (departure.from, departure.until);
    lines.push(format!("the runs part between {from} and {until} of virtual time"));
    lines.extend(departure.note.clone());
    if let Some(event) = &departure.event {
        let at = crate::units::number::fixed_point(event.at.as_nanos(), 9);
        let only = match event.only {
            Side::Here => "which only this run has",
            Side::There => "which only the reference has",
            Side::Both => "which the two have otherwise",
        };
        lines.push(format!("first differing event: node {} at {at} s, {only}", event.node));
        let line =
            |line: &Option<String>| line.clone().unwrap_or_else(|| "the run has ended".to_owned());
        lines.push(format!("  next here: {}", line(&event.here)));
        lines.push(format!("  reference: {}", line(&event.there)));
    }
    if !departure.events.is_empty() {
        lines.push("first events of this run in that time:".to_owned());
        lines.extend(departure.events.iter().map(|event| format!("  {event}")));
    }
    lines
}

/// The figure in words, without its name.
pub(super) fn sentence(finding: &Finding) -> String {
    let [_, expected, measured, allowed, p, _] = cells(finding);
    let mut text = format!("{measured} instead of {expected}");
    if finding.tolerance.is_some() {
        let _ = write!(text, ", allowed is {allowed}");
    }
    if finding.p.is_some() {
        let _ = write!(text, ", adjusted p = {p}");
    }
    text
}

fn cells(finding: &Finding) -> [String; 6] {
    let number =
        |value: Option<f64>, missing: &str| value.map_or(missing.to_owned(), |v| v.to_string());
    let rounded = |value: f64| match finding.p {
        // Means have many digits that say nothing.
        Some(_) => format!("{value:.6}"),
        None => value.to_string(),
    };
    [
        finding.metric.clone(),
        rounded(finding.expected),
        finding.measured.map_or("missing".to_owned(), rounded),
        match finding.tolerance {
            Some(tolerance) => format!("± {tolerance}"),
            None => "-".to_owned(),
        },
        number(finding.p_adjusted, "-"),
        match finding.verdict {
            Verdict::Same => "same".to_owned(),
            Verdict::Differs => "DIFFERS".to_owned(),
        },
    ]
}
