//! The figures of a run by their names, in one flat table: the path through `result.json`, with
//! dots. An item of a list goes by what names it there: its `kind`, its `class` and `direction`,
//! its `depth`.

use crate::runner::result::RunResult;
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;

/// What says which run it is, and is no figure.
const NO_FIGURES: [&str; 7] =
    ["name", "version", "seed", "transport", "digest", "partial", "scenario"];
/// What items of lists are named by; the first that an item has.
const NAMES: [&[&str]; 5] =
    [&["kind"], &["class", "direction"], &["name"], &["depth"], &["at_seconds"]];
/// Whole distributions, of as many numbers as there are values: no figures either.
const DISTRIBUTION: &str = "distribution";

/// The figures of `result`. What is not known in this run is left out; truth values are 0 or 1.
pub fn of(result: &RunResult) -> BTreeMap<String, Number> {
    match serde_json::to_value(result).expect("figures are numbers and names") {
        Value::Object(top) => of_json(&top),
        _ => BTreeMap::new(),
    }
}

/// The figures of a `result.json` that has been read.
pub fn of_json(top: &Map<String, Value>) -> BTreeMap<String, Number> {
    let mut found = BTreeMap::new();
    for (key, value) in top.iter().filter(|(key, _)| !NO_FIGURES.contains(&key.as_str())) {
        add(key, value, &mut found);
    }
    found
}

fn add(name: &str, value: &Value, found: &mut BTreeMap<String, Number>) {
    match value {
        Value::Number(number) => {
            found.insert(name.to_owned(), number.clone());
        }
        Value::Bool(truth) => {
            found.insert(name.to_owned(), u8::from(*truth).into());
        }
        Value::Object(table) => {
            for (key, value) in table.iter().filter(|(key, _)| *key != DISTRIBUTION) {
                add(&format!("{name}.{key}"), value, found);
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(place, item)| {
            let own = item.as_object().and_then(own_name);
            match own {
                Some((own, keys)) => {
                    let figures = item.as_object().into_iter().flatten();
                    let figures = figures.filter(|(key, _)| !keys.contains(&key.as_str()));
                    let figures = figures.filter(|(key, _)| *key != DISTRIBUTION);
                    figures
                        .for_each(|(key, value)| add(&format!("{name}.{own}.{key}"), value, found));
                }
                None => add(&format!("{name}.{place}"), item, found),
            }
        }),
        Value::Null | Value::String(_) => {}
    }
}

/// What names an item of a list, and the keys that it is made of.
fn own_name(item: &Map<String, Value>) -> Option<(String, &'static [&'static str])> {
    let keys = NAMES.into_iter().find(|keys| keys.iter().all(|key| item.contains_key(*key)))?;
    let part = |key: &&str| match &item[*key] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some((keys.iter().map(part).collect::<Vec<_>>().join("."), keys))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_lead_through_tables_and_lists() {
        let value = json!({
            "operations": [{ "kind": "lookup", "count": 3, "latency_micros": { "p50": 7 } }],
            "links": [{ "class": "home", "direction": "up", "packets": 9 }],
            "buckets": [{ "depth": 4, "contacts_mean": 1.5 }],
            "degrees": { "distribution": [{ "value": 1, "count": 2 }], "connected": true },
            "sizes": [5, 6],
            "unknown": null,
        });
        let mut found = BTreeMap::new();
        value.as_object().expect("a table").iter().for_each(|(k, v)| add(k, v, &mut found));
        let found: Vec<String> = found.iter().map(|(name, n)| format!("{name}={n}")).collect();
        let expected = [
            "buckets.4.contacts_mean=1.5",
            "degrees.connected=1",
            "links.home.up.packets=9",
            "operations.lookup.count=3",
            "operations.lookup.latency_micros.p50=7",
            "sizes.0=5",
            "sizes.1=6",
        ];
        assert_eq!(found, expected);
    }
}
