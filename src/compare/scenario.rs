//! In what the scenarios differ: all keys with their values, of runs as `result.json` has them, of
//! sweeps as `sweep.json` has that of the first point, with the values of the keys that are varied.

use super::sides::Side;
use super::{CompareError, KeyDifference};
use crate::results::{ReadError, Results, value_text};
use crate::scenario::{Choice, PlotFormat};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The keys that are not the same in all, sorted.
///
/// # Errors
/// If the scenario of a sweep is damaged.
pub fn differences(sides: &[Side]) -> Result<Vec<KeyDifference>, CompareError> {
    let each = sides.iter().map(keys).collect::<Result<Vec<_>, _>>()?;
    let names: BTreeSet<&String> = each.iter().flat_map(BTreeMap::keys).collect();
    let difference = |key: &String| {
        let values: Vec<Option<String>> = each.iter().map(|keys| keys.get(key).cloned()).collect();
        let differs = values.iter().any(|value| *value != values[0]);
        differs.then(|| KeyDifference { key: key.clone(), values })
    };
    Ok(names.into_iter().filter_map(difference).collect())
}

fn keys(side: &Side) -> Result<BTreeMap<String, String>, CompareError> {
    let mut found = BTreeMap::new();
    match &side.results {
        Results::Run(run) => add("", &run.scenario, &mut found),
        Results::Sweep(sweep) => {
            let first: Value =
                toml::from_str(&sweep.identity.first).map_err(|error| ReadError::Damaged {
                    path: sweep.path.join("sweep.json"),
                    line: 1,
                    cause: format!("`first` is no scenario: {}", error.message()),
                })?;
            add("", &first, &mut found);
            for (key, value) in &sweep.fixed {
                found.insert(key.clone(), value_text(value));
            }
            for varied in &sweep.free {
                let values: Vec<String> = varied.values.iter().map(value_text).collect();
                found.insert(varied.key.clone(), values.join(", "));
            }
        }
    }
    Ok(found)
}

/// `output.plots` of the scenario of a side.
pub fn plots(side: &Side) -> Vec<PlotFormat> {
    let first;
    let scenario = match &side.results {
        Results::Run(run) => &run.scenario,
        Results::Sweep(sweep) => {
            first = toml::from_str(&sweep.identity.first).unwrap_or(Value::Null);
            &first
        }
    };
    let words = scenario["output"]["plots"].as_array().into_iter().flatten();
    let known =
        |word: &Value| PlotFormat::WORDS.iter().find(|known| Some(known.0) == word.as_str());
    words.filter_map(known).map(|known| known.1).collect()
}

/// Lists of tables by the place of each; other lists are values.
fn add(name: &str, value: &Value, found: &mut BTreeMap<String, String>) {
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match value {
        Value::Object(table) => {
            table.iter().for_each(|(key, value)| add(&below(key), value, found));
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            items
                .iter()
                .enumerate()
                .for_each(|(at, item)| add(&below(&at.to_string()), item, found));
        }
        Value::Null => {}
        other => {
            found.insert(name.to_owned(), value_text(other));
        }
    }
}
