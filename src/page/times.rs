//! Distributions of times, a row each.

use super::figures::{millis, number, whole};
use super::held::Held;
use super::table::{Cell, table as build};
use maud::{Markup, html};
use serde_json::Value;

/// What of a distribution is shown.
const SHOWN: [&str; 8] = ["mean", "min", "p25", "p50", "p90", "p95", "p99", "max"];

/// These distributions of microseconds; those of nothing are left out.
pub fn table(caption: &str, rows: &[(&str, &Value)]) -> Markup {
    let mut columns = vec![("of", ""), ("count", "")];
    columns.extend(SHOWN.map(|name| (name, "ms")));
    show(caption, &columns, rows, millis)
}

/// These distributions of whatever it is.
pub fn plain(caption: &str, rows: &[(&str, &Value)]) -> Markup {
    let mut columns = vec![("of", ""), ("count", "")];
    columns.extend(SHOWN.map(|name| (name, "")));
    show(caption, &columns, rows, number)
}

/// Whether this is a distribution.
pub fn is_one(value: &Value) -> bool {
    ["count", "mean", "p50", "p99", "max"].iter().all(|name| value.number(name).is_some())
}

fn show(
    caption: &str,
    columns: &[(&str, &str)],
    rows: &[(&str, &Value)],
    figure: impl Fn(&Value, &str) -> Cell,
) -> Markup {
    let some = rows.iter().filter(|(_, of)| of.whole("count").unwrap_or(0) > 0);
    let row = |(name, of): &(&str, &Value)| {
        let about = [Cell::Name((*name).to_owned()), whole(of, "count")];
        about.into_iter().chain(SHOWN.map(|part| figure(of, part))).collect()
    };
    let rows: Vec<Vec<Cell>> = some.map(row).collect();
    html! { @if !rows.is_empty() { (build(caption, columns, &rows)) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_distribution_of_nothing_has_no_row() {
        let (none, some) = (json!({ "count": 0 }), json!({ "count": 2, "mean": 1500.0 }));
        assert_eq!(table("t", &[("a", &none)]).into_string(), "");
        let shown = table("t", &[("a", &none), ("b", &some)]).into_string();
        assert!(shown.contains("1.50") && !shown.contains(">a<"), "{shown}");
    }
}
