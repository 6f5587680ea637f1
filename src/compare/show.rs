//! The comparison as text: for people, for the documentation, and for programs.

use super::{Comparison, Difference, KeyDifference, Kind, Method};
use crate::report::to_json;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;

/// A longer name stands on a line of its own, so that two runs fit 100 columns.
const WIDEST_NAME: usize = 30;

/// All of it as JSON.
pub fn json(comparison: &Comparison) -> String {
    to_json(comparison)
}

/// The differences as CSV, a row each, with a header.
///
/// # Errors
/// What `out` fails with.
pub fn csv(comparison: &Comparison, out: impl io::Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record([
        "point",
        "figure",
        "run",
        "base_runs",
        "runs",
        "base",
        "value",
        "difference",
        "relative",
        "low",
        "high",
        "method",
        "excludes_zero",
    ])?;
    let maybe = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    for point in &comparison.points {
        for difference in &point.differences {
            table.write_record([
                &point.point,
                &difference.figure,
                &difference.run,
                &difference.base_runs.to_string(),
                &difference.runs.to_string(),
                &difference.base.to_string(),
                &difference.value.to_string(),
                &difference.difference.to_string(),
                &maybe(difference.relative),
                &maybe(difference.low),
                &maybe(difference.high),
                &difference.method.name().to_owned(),
                &difference.excludes_zero.to_string(),
            ])?;
        }
    }
    table.flush()
}

/// For people: what is compared, in what the scenarios differ, and the figures.
pub fn table(comparison: &Comparison) -> String {
    let mut text = String::new();
    for line in told_runs(comparison).into_iter().chain(told_scenario(comparison)) {
        let _ = writeln!(text, "{line}");
    }
    for point in &comparison.points {
        let _ = writeln!(text);
        if !point.point.is_empty() {
            let _ = writeln!(text, "At {}", point.point);
        }
        let _ = write!(text, "{}", aligned(&rows(comparison, &point.differences)));
    }
    let _ = writeln!(text);
    for line in told_intervals(comparison) {
        let _ = writeln!(text, "{line}");
    }
    text
}

/// The same as Markdown.
pub fn markdown(comparison: &Comparison) -> String {
    let mut text = String::new();
    for line in told_runs(comparison).into_iter().chain(told_scenario(comparison)) {
        let _ = match line.is_empty() {
            true => writeln!(text),
            false => writeln!(text, "- {}", line.trim().replace('|', "\\|")),
        };
    }
    for point in &comparison.points {
        if !point.point.is_empty() {
            let _ = write!(text, "\n### {}\n", point.point);
        }
        let rows = rows(comparison, &point.differences);
        let _ = writeln!(text, "\n| {} |", rows.header.join(" | "));
        let columns = (0..rows.header.len()).map(|at| if at < rows.names { "---" } else { "--:" });
        let _ = writeln!(text, "| {} |", columns.collect::<Vec<_>>().join(" | "));
        for (group, cells) in &rows.cells {
            let mut cells = cells.clone();
            cells[0] = format!("`{}`", whole_name(group, &cells[0]));
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
    }
    let _ = writeln!(text);
    for line in told_intervals(comparison) {
        let _ = writeln!(text, "- {}", line.trim());
    }
    text
}

fn told_runs(comparison: &Comparison) -> Vec<String> {
    let widest = comparison.runs.iter().map(|run| run.given.chars().count()).max().unwrap_or(0);
    let line = |run: &super::Compared| {
        let what = match (run.kind, &run.digest) {
            (Kind::Run, Some(digest)) => format!("digest {digest}"),
            (Kind::Run, None) => "on sockets".to_owned(),
            (Kind::Sweep, _) => format!("{} runs of a sweep", run.runs),
        };
        format!("{}  {:widest$}  {}, seed {}, {what}", run.letter, run.given, run.name, run.seed)
    };
    let mut lines: Vec<String> = comparison.runs.iter().map(line).collect();
    let notes = comparison.notes.iter().map(|note| format!("note: {note}"));
    lines.extend(notes);
    lines.push(String::new());
    lines
}

fn told_scenario(comparison: &Comparison) -> Vec<String> {
    let mut lines = Vec::new();
    for run in comparison.runs.iter().filter(|run| run.same_events) {
        let letter = &run.letter;
        lines.push(format!("{letter} has the same digest as A: it did the same, event for event."));
    }
    if comparison.scenario.is_empty() {
        lines.push("The scenarios are equal.".to_owned());
        return lines;
    }
    lines.push("The scenarios differ:".to_owned());
    let line = |KeyDifference { key, values }: &KeyDifference| {
        let values = values.iter().map(|value| value.as_deref().unwrap_or("(not set)"));
        format!("  {key}: {}", values.collect::<Vec<_>>().join(" -> "))
    };
    lines.extend(comparison.scenario.iter().map(line));
    lines
}

/// How the intervals were found, and what to make of their number.
fn told_intervals(comparison: &Comparison) -> Vec<String> {
    let mut counts: BTreeMap<Method, usize> = BTreeMap::new();
    for difference in comparison.points.iter().flat_map(|point| &point.differences) {
        *counts.entry(difference.method).or_default() += 1;
    }
    let mut lines = vec!["95 % intervals of the difference:".to_owned()];
    for (method, count) in counts {
        lines.extend(wrapped(&format!("{count:>5}  {}", method.told())));
    }
    let intervals = &comparison.intervals;
    if intervals.count > 0 {
        lines.extend(wrapped(&format!(
            "* {} of {} intervals exclude zero. If nothing differed, about {:.1} of them (5 %) would be \
             expected to by chance: they are not corrected for their number.",
            intervals.exclude_zero, intervals.count, intervals.expected_by_chance
        )));
    }
    if intervals.constant > 0 {
        lines.extend(wrapped(&format!(
            "= {} differences are the same in every resample: the interval has no width.",
            intervals.constant
        )));
    }
    let missing = comparison.not_in_all.len();
    if missing > 0 {
        lines.push(format!(
            "{missing} figures are not in all of these runs (--format json names them)."
        ));
    }
    lines
}

/// The text in lines of at most 96 characters; further lines are indented.
fn wrapped(text: &str) -> Vec<String> {
    let indent = text.len() - text.trim_start().len();
    let mut lines = vec![" ".repeat(indent)];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is a line");
        match last.chars().count() + word.chars().count() {
            0..=94 if last.trim().is_empty() => last.push_str(word),
            0..=94 => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(format!("       {word}")),
        }
    }
    lines
}

/// A table of texts.
struct Rows {
    header: Vec<String>,
    /// Columns of names, which come first and stand on the left.
    names: usize,
    /// What the figures of a row have in common, and the cells, of which the first is the rest of the name.
    cells: Vec<(String, Vec<String>)>,
}

fn rows(comparison: &Comparison, differences: &[Difference]) -> Rows {
    let several = comparison.runs.len() > 2;
    let mut header = vec!["figure".to_owned()];
    match several {
        true => header.extend(["run", "A", "value"].map(str::to_owned)),
        false => header.extend(comparison.runs.iter().map(|run| run.letter.clone())),
    }
    header.extend(["difference", "relative", "95 % interval", ""].map(str::to_owned));
    let row = |difference: &Difference| {
        let (group, rest) = split(&difference.figure);
        let mut cells = vec![rest.to_owned()];
        if several {
            cells.push(difference.run.clone());
        }
        cells.extend([difference.base, difference.value].map(number));
        cells.push(signed(difference.difference));
        cells.push(difference.relative.map_or_else(|| "-".to_owned(), percent));
        cells.push(match (difference.low, difference.high) {
            (Some(low), Some(high)) => format!("{} .. {}", signed(low), signed(high)),
            _ => "-".to_owned(),
        });
        let mark = match (difference.excludes_zero, difference.low == difference.high) {
            (true, false) => "*",
            (true, true) => "=",
            (false, _) => "",
        };
        cells.push(mark.to_owned());
        (group.to_owned(), cells)
    };
    Rows { header, names: 1 + usize::from(several), cells: differences.iter().map(row).collect() }
}

/// A name as the group that it stands in and the rest.
fn split(name: &str) -> (&str, &str) {
    let dots: Vec<usize> = name.match_indices('.').map(|(at, _)| at).collect();
    match dots[..] {
        [] => ("", name),
        [only] => (&name[..only], &name[only + 1..]),
        [_, second, ..] => (&name[..second], &name[second + 1..]),
    }
}

fn whole_name(group: &str, rest: &str) -> String {
    if group.is_empty() { rest.to_owned() } else { format!("{group}.{rest}") }
}

/// Columns of one width, the groups as headings.
fn aligned(rows: &Rows) -> String {
    let name = |text: &str| text.chars().count();
    let fits = |text: &str| name(text) <= WIDEST_NAME;
    let width = |column: usize| {
        let cells = rows.cells.iter().map(|(_, cells)| &cells[column]);
        let cells = cells.filter(|cell| column > 0 || fits(cell)).map(|cell| name(cell));
        cells.max().unwrap_or(0).max(name(&rows.header[column]))
    };
    let widths: Vec<usize> = (0..rows.header.len()).map(width).collect();
    let line = |cells: &[String]| {
        let cell = |(column, text): (usize, &String)| {
            let room = widths[column];
            if column < rows.names { format!("{text:<room$}") } else { format!("{text:>room$}") }
        };
        let cells: Vec<String> = cells.iter().enumerate().map(cell).collect();
        format!("  {}", cells.join("  ")).trim_end().to_owned()
    };
    let mut text = format!("{}\n", line(&rows.header));
    let mut current = "";
    let mut last_name = "";
    for (group, cells) in &rows.cells {
        if group != current {
            let _ = writeln!(text, "{group}");
            (current, last_name) = (group, "");
        }
        let mut cells_shown = cells.clone();
        if cells[0] == last_name {
            cells_shown[0].clear();
        } else if !fits(&cells[0]) {
            let _ = writeln!(text, "  {}", cells[0]);
            cells_shown[0].clear();
        }
        last_name = &cells[0];
        let _ = writeln!(text, "{}", line(&cells_shown));
    }
    text
}

/// Five digits, or all of a whole number.
fn number(value: f64) -> String {
    let size = value.abs();
    if value.fract() == 0.0 && size < 1e15 {
        return format!("{value:.0}");
    }
    let before = if size >= 1.0 { libm::log10(size).floor() as usize + 1 } else { 1 };
    let decimals = 5usize.saturating_sub(before).max(usize::from(size < 1e5));
    let decimals = if size < 0.01 { 6 } else { decimals };
    format!("{value:.decimals$}")
}

fn signed(value: f64) -> String {
    match value > 0.0 {
        true => format!("+{}", number(value)),
        false => number(value),
    }
}

fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    match percent.abs() {
        0.0 => "0%".to_owned(),
        size if size < 0.005 => "<0.01%".to_owned(),
        size if size < 10.0 => format!("{percent:+.2}%"),
        size if size < 1e6 => format!("{percent:+.1}%"),
        _ => format!("{percent:+.0e}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_few_digits_and_keep_their_sign() {
        let texts = [0.0, 7.0, 123_456.0, 0.98765, -0.001_234, 98.765_4, 123_456.7].map(number);
        assert_eq!(texts, ["0", "7", "123456", "0.9877", "-0.001234", "98.765", "123457"]);
        assert_eq!((signed(1.5), signed(-1.5)), ("+1.5000".into(), "-1.5000".into()));
        assert_eq!(
            [0.0, 0.012_34, -0.5, 30.0].map(percent),
            ["0%", "+1.23%", "-50.0%", "+3000.0%"]
        );
    }

    #[test]
    fn names_stand_in_groups() {
        assert_eq!(split("events"), ("", "events"));
        assert_eq!(split("network.nodes"), ("network", "nodes"));
        let name = "operations.lookup.latency_micros.p50";
        assert_eq!(split(name), ("operations.lookup", "latency_micros.p50"));
        assert_eq!(whole_name("operations.lookup", "latency_micros.p50"), name);
    }

    #[test]
    fn long_texts_are_wrapped() {
        let lines = wrapped(&"word ".repeat(60));
        assert!(lines.len() > 2 && lines.iter().all(|line| line.chars().count() <= 96));
    }
}
