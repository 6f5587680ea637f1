//! The points of a test: means over runs with their intervals, and how good they are.

use crate::page::held::Held;
use crate::page::table::{Cell, sortable};
use crate::page::verdict;
use crate::report::text::{bytes, grouped, percent, short};
use crate::suite::TestType;
use maud::Markup;
use serde_json::Value;

/// A figure of points: head, unit, name in the file, and how it is written.
type Figure = (&'static str, &'static str, &'static str, fn(f64) -> String);

const FIGURES: [Figure; 9] = [
    ("latency", "mean, ms", "latency_ms", short),
    ("latency", "p50, ms", "latency_p50_ms", short),
    ("latency", "p90, ms", "latency_p90_ms", short),
    ("latency", "p99, ms", "latency_p99_ms", short),
    ("failed", "", "failure_rate", percent),
    ("operations", "a second", "operations_per_second", short),
    ("connections", "of a node", "connections_per_node", short),
    ("kept", "by a node", "state_bytes_per_node", bytes),
    ("sent", "by a node, a second", "bytes_per_node_second", bytes),
];

/// The table.
pub fn table(test: &Value) -> Markup {
    let points = test.list("points");
    let varies = TestType::of(test.text("test")).map_or("point", TestType::varies);
    let uses = test.list("details.topology.uses");
    let told_of = "first_contacts_per_node";
    let has_told = points.iter().any(|point| point.number(told_of).is_some());
    let judged: Vec<u64> = test.list("judged").iter().filter_map(Value::as_u64).collect();
    // Where all are judged there is nothing to be told.
    let tells_judged = judged.len() < points.len();

    let mut columns =
        vec![(varies, ""), ("health", ""), ("failures", "grade"), ("latency", "grade")];
    if tells_judged {
        columns.push(("judged", ""));
    }
    columns.extend(FIGURES.map(|(head, unit, ..)| (head, unit)));
    if has_told {
        columns.push(("told of", "when it comes"));
    }
    columns.extend([
        ("succeeded", "operations"),
        ("failed", "operations"),
        ("only late", "of these"),
    ]);
    if !uses.is_empty() {
        columns.push(("best at", ""));
    }
    let row = |(place, point): (usize, &Value)| {
        let count = |name| {
            point.whole(name).map_or(Cell::None, |count| Cell::Number(grouped(count), count as f64))
        };
        let mut row = vec![
            Cell::Name(point.text("label").to_owned()),
            verdict::grade(point, "health"),
            verdict::grade(point, "failure_grade"),
            verdict::grade(point, "latency_grade"),
        ];
        if tells_judged {
            let is_judged = judged.contains(&(place as u64));
            row.push(Cell::Text(if is_judged { "yes" } else { "no" }.to_owned()));
        }
        row.extend(FIGURES.map(|(.., name, written)| mean(point, name, written)));
        if has_told {
            let told = point.number(told_of);
            row.push(told.map_or(Cell::None, |told| Cell::Number(short(told), told)));
        }
        row.extend(["successes", "failures", "late"].map(count));
        if !uses.is_empty() {
            row.push(Cell::Text(uses.get(place).and_then(Value::as_str).unwrap_or("").to_owned()));
        }
        row
    };
    let rows: Vec<_> = points.iter().enumerate().map(row).collect();
    sortable("Points: means over runs, with 95% intervals", &columns, &rows)
}

/// A mean and, where its runs differ, its interval.
fn mean(point: &Value, name: &str, written: fn(f64) -> String) -> Cell {
    let part = |part: &str| point.number(&format!("{name}.{part}"));
    let Some(mean) = part("mean") else { return Cell::None };
    match part("low").zip(part("high")).filter(|(low, high)| low < high) {
        Some((low, high)) => {
            Cell::Interval(written(mean), format!("{} to {}", written(low), written(high)), mean)
        }
        None => Cell::Number(written(mean), mean),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn runs_that_agree_have_no_interval() {
        let point = json!({ "one": { "mean": 2.0, "low": null, "high": null },
            "same": { "mean": 2.0, "low": 2.0, "high": 2.0 },
            "several": { "mean": 2.0, "low": 1.0, "high": 3.0 }, "none": null });
        let of = |name| mean(&point, name, short);
        let single = Cell::Number("2.00".to_owned(), 2.0);
        assert_eq!((of("one"), of("same"), of("none")), (single.clone(), single, Cell::None));
        let interval = Cell::Interval("2.00".to_owned(), "1.00 to 3.00".to_owned(), 2.0);
        assert_eq!(of("several"), interval);
    }

    #[test]
    fn a_test_that_is_not_known_has_a_table_all_the_same() {
        let test = json!({ "test": "of-tomorrow", "judged": [1],
            "points": [{ "label": "<a>", "successes": 7, "failure_grade": "elevated" }, { "label": "b" }] });
        let shown = table(&test).into_string();
        assert!(shown.contains(">point<") && shown.contains("&lt;a&gt;"), "{shown}");
        assert!(shown.contains("class=\"middling\">elevated<"), "{shown}");
        assert_eq!((shown.matches(">yes<").count(), shown.matches(">no<").count()), (1, 1));
    }
}
