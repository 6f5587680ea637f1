//! Figures of which nothing is known but that they are plain data: names and numbers, distributions,
//! and lists as tables.

use crate::page::figures::{millis, number, of};
use crate::page::table::{Cell, sortable, table};
use crate::page::times;
use maud::{Markup, html};
use serde_json::Value;

/// Rows of a list that are shown; the file has the others.
const MOST_ROWS: usize = 500;

/// Data sorted by how it is shown. Names are paths, as in the file.
#[derive(Default)]
struct Sorted<'v> {
    single: Vec<(String, &'v Value)>,
    times: Vec<(String, &'v Value)>,
    distributions: Vec<(String, &'v Value)>,
    lists: Vec<(String, &'v [Value])>,
}

/// Everything in `value` but what it is called.
pub fn figures(caption: &str, value: &Value) -> Markup {
    let mut sorted = Sorted::default();
    sorted.take("", value);
    let row = |(name, value): &(String, &Value)| vec![Cell::Name(name.clone()), cell(value)];
    let rows: Vec<_> = sorted.single.iter().map(row).collect();
    html! {
        @if !rows.is_empty() { (table(caption, &[("figure", ""), ("value", "")], &rows)) }
        (times::table("Times", &borrowed(&sorted.times)))
        (times::plain("Distributions", &borrowed(&sorted.distributions)))
        @for (name, list) in &sorted.lists { (listed(name, list)) }
    }
}

fn borrowed<'s>(rows: &'s [(String, &'s Value)]) -> Vec<(&'s str, &'s Value)> {
    rows.iter().map(|(name, value)| (name.as_str(), *value)).collect()
}

impl<'v> Sorted<'v> {
    fn take(&mut self, path: &str, value: &'v Value) {
        let name = if path.is_empty() { "value" } else { path }.to_owned();
        match value {
            Value::Object(_) if times::is_one(value) => match name.strip_suffix("_micros") {
                Some(name) => self.times.push((name.to_owned(), value)),
                None => self.distributions.push((name, value)),
            },
            Value::Object(parts) => {
                for (part, value) in parts {
                    match path {
                        // The section is called that.
                        "" if part == "kind" => {}
                        "" => self.take(part, value),
                        _ => self.take(&format!("{path}.{part}"), value),
                    }
                }
            }
            Value::Array(items) if items.iter().all(is_single) => self.single.push((name, value)),
            Value::Array(items) => self.lists.push((name, items)),
            _ => self.single.push((name, value)),
        }
    }
}

fn is_single(value: &Value) -> bool {
    !value.is_object() && !value.is_array()
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::None,
        Value::Number(value) => value.as_f64().map_or(Cell::None, of),
        _ => Cell::Text(written(value)),
    }
}

/// In a line.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(written).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// A list of tables, a row each; what lies in a table of an item is a column by its path.
fn listed(name: &str, list: &[Value]) -> Markup {
    let items: Vec<Vec<(String, Cell)>> = list.iter().take(MOST_ROWS).map(flat).collect();
    let mut columns: Vec<&str> = vec![];
    for (name, _) in items.iter().flatten() {
        if !columns.contains(&name.as_str()) {
            columns.push(name);
        }
    }
    let row = |item: &Vec<(String, Cell)>| {
        let of = |column: &&str| item.iter().find(|(name, _)| name == column);
        columns
            .iter()
            .map(|column| of(column).map_or(Cell::None, |(_, cell)| cell.clone()))
            .collect()
    };
    let heads: Vec<_> = columns.iter().map(|name| (*name, "")).collect();
    let rows: Vec<Vec<Cell>> = items.iter().map(row).collect();
    html! {
        @if !rows.is_empty() { (sortable(name, &heads, &rows)) }
        @if list.len() > MOST_ROWS { p { "The first " (MOST_ROWS) " of " (list.len()) "." } }
    }
}

/// An item of a list by column: of distributions their means, of lists within it how long they are.
fn flat(item: &Value) -> Vec<(String, Cell)> {
    let mut sorted = Sorted::default();
    sorted.take("", item);
    let single = sorted.single.into_iter().map(|(name, value)| (name, cell(value)));
    let means = sorted
        .times
        .into_iter()
        .map(|(name, of)| (format!("{name}, mean, ms"), millis(of, "mean")));
    let distributions = sorted.distributions.into_iter();
    let others = distributions.map(|(name, of)| (format!("{name}, mean"), number(of, "mean")));
    let lists = sorted
        .lists
        .into_iter()
        .map(|(name, list)| (name, Cell::Text(format!("{} entries", list.len()))));
    single.chain(means).chain(others).chain(lists).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn any_data_is_shown_and_none_is_taken_for_markup() {
        let of = json!({
            "kind": "anything",
            "reads": { "done": 1234, "share": 0.5, "none": null, "<b>": "<i>" },
            "wait_micros": { "count": 3, "mean": 2000.0, "p50": 1000, "p99": 9000, "max": 9000 },
            "size": { "count": 3, "mean": 7.5, "p50": 7, "p99": 9, "max": 9 },
            "seen": [1, 2, 3],
            "rows": [{ "a": 1, "in": { "b": 2 } }, { "c": [1, 2] }, 7],
        });
        let shown = figures("Figures", &of).into_string();
        for part in [
            "reads.done",
            "1234",
            "0.5",
            "&lt;b&gt;",
            "&lt;i&gt;",
            "1, 2, 3",
            ">wait<",
            "2.00",
            ">size<",
            "7.5",
            "in.b",
            ">rows<",
        ] {
            assert!(shown.contains(part), "{part} is missing in {shown}");
        }
        assert!(!shown.contains("anything") && !shown.contains("<i>"), "{shown}");
        for odd in [json!(null), json!([]), json!("text"), json!([[1], {}])] {
            figures("Figures", &odd);
        }
    }

    #[test]
    fn long_lists_are_cut() {
        let of = json!({ "rows": vec![json!({ "a": 1 }); MOST_ROWS + 1] });
        let shown = figures("Figures", &of).into_string();
        assert_eq!(shown.matches("<tr>").count(), MOST_ROWS + 1, "with the head");
        assert!(shown.contains("The first 500 of 501."));
    }
}
