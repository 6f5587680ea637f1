//! The form of a scenario file as a JSON Schema (draft 2020-12), for editors and other programs.
//!
//! The tables come from the types that read the file, what keys mean from the page that documents
//! them. The schema says what each key takes; what keys have to do with each other, and what files
//! hold, only reading the scenario tells.

use super::file::{File, NodeSpan, Number, SeedNumber, Whole};
use super::load::SWEEP;
use super::sweep::MOST_REPEATS;
use super::words::{Choice, Word};
use crate::units::{BitRate, Interval, Length, Rate, Share, Size};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The page that documents every key.
const PAGE: &str = include_str!("../../docs/scenario.md");

/// What a length of time looks like: numbers and units, one after the other.
const LENGTH: &str = r"\s*([0-9][0-9\s]*(\.[0-9\s]+)?(nanos|nsec|ns|usec|us|µs|millis|msec|ms|seconds|second|secs|sec|s|minutes|minute|mins|min|m|hours|hour|hrs|hr|h|days|day|d|weeks|week|wks|wk|w|months|month|M|years|year|yrs|yr|y)\s*)+";

/// The schema of a scenario.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<File>().to_value();
    let meanings = meanings();
    let mut definitions = schema["$defs"].take();
    schema["title"] = json!("kadsim scenario");
    describe(&mut schema, &mut definitions, "", &meanings);
    schema["$defs"] = definitions;
    schema["properties"][SWEEP] = sweep();
    schema
}

/// What a sweep takes beside the scenario of its runs; `docs/sweep.md` says what it means.
fn sweep() -> Value {
    json!({
        "type": "object",
        "description": "Makes the file a list of runs, for kadsim sweep.",
        "additionalProperties": false,
        "properties": {
            "repeats": {
                "type": "integer",
                "minimum": 1,
                "maximum": MOST_REPEATS,
                "description": "Runs of each point. Default: 1. Written as: a whole number.",
            },
            "vary": {
                "type": "object",
                "description": "Keys of the scenario, each with a list of values or a range.",
            },
        },
    })
}

/// Gives the keys of a table, and of the tables in it, their descriptions. A kind of table that stands in
/// several places is described by the one that the page documents.
fn describe(
    table: &mut Value,
    definitions: &mut Value,
    path: &str,
    meanings: &BTreeMap<(String, String), String>,
) {
    let Some(properties) = table["properties"].as_object_mut() else { return };
    for (key, property) in properties {
        if let Some(meaning) = meanings.get(&(path.to_owned(), key.clone())) {
            property["description"] = json!(meaning);
        }
        let reference = property.get("$ref").or_else(|| property.get("items")?.get("$ref"));
        let name = reference.and_then(|name| name.as_str()?.strip_prefix("#/$defs/"));
        let Some(name) = name.filter(|name| name.ends_with("Table")) else { continue };
        let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let mut inner = definitions[name].take();
        describe(&mut inner, definitions, &below, meanings);
        definitions[name] = inner;
    }
}

/// What the page says of each key, by table and key.
fn meanings() -> BTreeMap<(String, String), String> {
    let mut meanings = BTreeMap::new();
    let mut table: Option<&str> = None;
    for line in PAGE.lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            table = match heading {
                "Top level" => Some(""),
                _ => heading.split('`').nth(1).map(|name| name.trim_matches(['[', ']'])),
            };
        } else if let (Some(table), true) = (table, line.starts_with("| `")) {
            let line = line.replace("\\|", "\u{0}");
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let [key, kind, default, meaning] = cells[..] else { continue };
            let key = key.trim_matches('`').to_owned();
            let text = format!("{} Default: {default}. Written as: {kind}.", meaning.trim());
            meanings.insert((table.to_owned(), key), plain(&text));
        }
    }
    meanings
}

/// The text without the marks of Markdown.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        let (_, after) = after.split_once(')').unwrap_or(("", after));
        let (before, label) = before.rsplit_once('[').unwrap_or((before, ""));
        plain.push_str(before);
        plain.push_str(label);
        rest = after;
    }
    plain.push_str(rest);
    plain.replace('`', "").replace('\u{0}', "|")
}

/// The schema of a table of these keys, none of them required.
pub(super) fn table(properties: impl IntoIterator<Item = (&'static str, Schema)>) -> Schema {
    let named = |(key, schema): (&'static str, Schema)| (key.to_owned(), schema.to_value());
    let properties: Map<String, Value> = properties.into_iter().map(named).collect();
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// Gives a unit its schema under its name.
macro_rules! unit {
    ($type:ty, $schema:expr) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

/// A text that matches as a whole.
fn text(pattern: &str) -> Schema {
    json_schema!({ "type": "string", "pattern": format!("^({pattern})$") })
}

unit!(Length, text(LENGTH));
unit!(Interval, text(&format!("never|{LENGTH}")));
unit!(BitRate, text(r"unlimited|[0-9]+(\.[0-9]+)?\s*(Gbit/s|Mbit/s|kbit/s|bit/s)"));
unit!(Rate, text(r"\s*\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*/\s*(s|min|h|d)\s*"));
unit!(Share, json_schema!({ "type": "number", "minimum": 0, "maximum": 1 }));
unit!(Number, json_schema!({ "type": "number" }));
unit!(Whole, json_schema!({ "type": "integer", "minimum": 0 }));
unit!(
    Size,
    json_schema!({ "anyOf": [
        text(r"[0-9]+(\.[0-9]+)?\s*(GiB|MiB|KiB|GB|MB|kB|B)").to_value(),
        { "type": "integer", "minimum": 0 },
    ] })
);
unit!(
    NodeSpan,
    json_schema!({ "anyOf": [
        text(r"\s*\+?[0-9]+\s*\.\.\s*\+?[0-9]+\s*").to_value(),
        { "type": "integer", "minimum": 0 },
    ] })
);
unit!(
    SeedNumber,
    json_schema!({ "anyOf": [
        { "type": "integer", "minimum": 0 },
        { "type": "string", "pattern": r"^\+?[0-9]{1,20}$" },
    ] })
);

impl<T: Choice> JsonSchema for Word<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Word".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = T::WORDS.iter().map(|(word, _)| *word).collect();
        json_schema!({ "type": "string", "enum": words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Notation;

    /// The schema takes the same texts as the program.
    fn agree<T: Notation + JsonSchema>(texts: &[&str]) {
        let mut generator = SchemaSettings::draft2020_12().into_generator();
        let schema = T::json_schema(&mut generator).to_value();
        let validator = jsonschema::validator_for(&schema).expect("it is a schema");
        for text in texts {
            let (taken, read) = (validator.is_valid(&json!(text)), T::from_text(text).is_some());
            assert_eq!(taken, read, "{text:?} as {}", T::schema_name());
        }
    }

    #[test]
    fn units_are_taken_as_they_are_read() {
        let times = [
            "5m",
            "1h 30m",
            "250ms",
            "1day",
            "1.5s",
            " 2 s ",
            "1h30m",
            "5",
            "",
            "5 parsecs",
            "-5m",
            "m",
            "1ss",
            "3us",
            "1M",
            "never",
            "Never",
            "2 weeks",
            "1 000ms",
        ];
        agree::<Length>(&times);
        agree::<Interval>(&times);
        agree::<Size>(&["1 KiB", "1.5MB", "1 KB", "-1 B", "1", "B", "1e3 B", "1. B"]);
        agree::<BitRate>(&["20 Mbit/s", "unlimited", "1 MB/s", "20", "20Mbit", "0.1 Mbit/s"]);
        let rates =
            ["0.1/s", "6/min", "2 / h", "1", "1/week", "-1/s", "inf/s", "/s", "1e-3/d", ".5/s"];
        agree::<Rate>(&rates);
        agree::<NodeSpan>(&["0..99", " 3 .. 5", "7", "a..b", "1..", "-1..3"]);
        agree::<SeedNumber>(&["18446744073709551615", "-1", "x", ""]);
    }

    #[test]
    fn links_and_marks_are_left_out() {
        assert_eq!(plain("see [a](b#c) and `d`; \"e\u{0}f\"."), "see a and d; \"e|f\".");
        assert_eq!(plain("an [aside] and [x](y)"), "an [aside] and x");
    }

    /// Every key is described in the words of the page.
    #[test]
    fn every_key_has_a_description() {
        let schema = schema();
        let tables = schema["$defs"].as_object().expect("there are tables").values();
        let tables = tables.filter(|table| table["properties"].is_object());
        let mut keys = 0;
        for table in tables.chain([&schema]) {
            for (key, property) in table["properties"].as_object().expect("a table has keys") {
                let is_table = |part: &Value| {
                    part["$ref"].as_str().is_some_and(|name| name.ends_with("Table"))
                };
                keys += 1;
                let is_tables = is_table(property) || is_table(&property["items"]);
                assert!(is_tables || property["description"].is_string(), "{key}: {property}");
            }
        }
        assert!(keys > 100, "{keys} keys");
    }
}
