//! `[sweep]` as it stands in a scenario file.

use super::{MOST_REPEATS, Varied, range};
use crate::scenario::document::KeyPath;
use crate::scenario::error::{Place, ScenarioError};
use crate::scenario::load::SWEEP;
use crate::scenario::settings::{Origin, Setting};
use std::ops::Range;
use toml_edit::{Document, Item, TableLike, Value};

/// What the table says.
#[derive(Debug, Default)]
pub struct SweepTable {
    /// `vary`, in the order of the file.
    pub keys: Vec<Varied>,
    /// `repeats`.
    pub repeats: Option<u64>,
}

/// What is wrong, and where.
struct Wrong {
    span: Option<Range<usize>>,
    message: String,
}

/// The `[sweep]` in `text`; empty if there is none.
///
/// # Errors
/// What is wrong with it. A text that is no TOML has none: what is wrong with that is told when
/// the scenario is read.
pub fn read(file: &str, text: &str) -> Result<SweepTable, ScenarioError> {
    let Ok(document) = Document::parse(text) else { return Ok(SweepTable::default()) };
    let Some(item) = document.get(SWEEP) else { return Ok(SweepTable::default()) };
    let found = match item.as_table_like() {
        Some(table) => sweep(table),
        None => Err(wrong(item, format!("`{SWEEP}` is a table: [{SWEEP}] with repeats and vary"))),
    };
    found.map_err(|Wrong { span, message }| at(file, text, span.unwrap_or(0..0), message))
}

/// An error at a place of the file.
pub fn at(file: &str, text: &str, span: Range<usize>, message: String) -> ScenarioError {
    let place = Some(Box::new(Place::new(text, span)));
    ScenarioError { file: file.to_owned(), place, setting: None, message, help: None }
}

fn wrong(item: &Item, message: String) -> Wrong {
    Wrong { span: item.span(), message }
}

fn sweep(table: &dyn TableLike) -> Result<SweepTable, Wrong> {
    let mut found = SweepTable::default();
    for (key, item) in table.iter() {
        match key {
            "repeats" => found.repeats = Some(repeats(item)?),
            "vary" => {
                let keys = item.as_table_like().ok_or_else(|| {
                    wrong(item, "`sweep.vary` is a table of keys, each with its values".to_owned())
                })?;
                vary(&KeyPath::default(), keys, &mut found.keys)?;
            }
            _ => {
                let span = table.key(key).and_then(toml_edit::Key::span);
                let message = format!("unknown key `{key}`: `{SWEEP}` takes repeats, vary");
                return Err(Wrong { span, message });
            }
        }
    }
    Ok(found)
}

fn repeats(item: &Item) -> Result<u64, Wrong> {
    let number = item.as_integer().and_then(|number| u64::try_from(number).ok());
    number.filter(|number| (1..=MOST_REPEATS).contains(number)).ok_or_else(|| {
        let given = item.to_string();
        let given = given.trim();
        let message = format!(
            "`sweep.repeats` cannot be {given}: allowed is a whole number from 1 to {MOST_REPEATS}"
        );
        wrong(item, message)
    })
}

/// The keys below `at`: a table leads on, a list or a text holds values.
fn vary(at: &KeyPath, table: &dyn TableLike, found: &mut Vec<Varied>) -> Result<(), Wrong> {
    for (key, item) in table.iter() {
        // A quoted key with dots in it is the same key as without quotes: no key of a scenario
        // has a dot in its name.
        let path = key.split('.').fold(at.clone(), |path, part| path.join(part));
        if let Some(below) = item.as_table_like() {
            vary(&path, below, found)?;
            continue;
        }
        let values = values(item).map_err(|allowed| {
            let given = item.to_string();
            let given = given.trim();
            wrong(item, format!("`sweep.vary.{path}` cannot be {given}: allowed is {allowed}"))
        })?;
        let setting = |(value, span): (Value, Option<Range<usize>>)| Setting {
            text: format!("{path}={value}"),
            path: path.clone(),
            value,
            origin: Origin::File(span.or_else(|| item.span()).unwrap_or(0..0)),
        };
        let values = values.into_iter().map(setting).collect();
        found.push(Varied { key: path.to_string(), values, path });
    }
    Ok(())
}

type Spanned = (Value, Option<Range<usize>>);

fn values(item: &Item) -> Result<Vec<Spanned>, String> {
    let allowed = || format!("a list of values, not empty, or {}", range::NOTATION);
    if let Some(list) = item.as_array() {
        let values: Vec<Spanned> =
            list.iter().map(|value| (value.clone().decorated("", ""), value.span())).collect();
        return if values.is_empty() { Err(allowed()) } else { Ok(values) };
    }
    let text = item.as_str().ok_or_else(allowed)?;
    let values = range::range(text).ok_or_else(allowed)??;
    Ok(values.into_iter().map(|value| (value, None)).collect())
}
