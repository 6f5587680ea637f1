//! `--set key=value`: single values that the command line lays over the file.

use super::document::KeyPath;
use super::models::Rule;
use std::ops::Range;
use std::str::FromStr;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Key, Table, Value};

/// One value laid over the file, as `key=value` with the dotted keys of the file;
/// `workload.0.rate` addresses the first item of a list.
#[derive(Clone, Debug)]
pub struct Setting {
    /// As it was given.
    pub text: String,
    pub(super) path: KeyPath,
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// Who gave a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The command line, by the option of this name.
    Option(&'static str),
    /// The file itself, in the bytes of this range: a value of its `[sweep]`.
    File(Range<usize>),
}

/// A text that is no setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// There is no `=` in it.
    #[error("give key=value, such as nodes.count=500")]
    NoValue,
    /// What stands before `=` is no key.
    #[error("{0:?} is no key: give a dotted key, such as nodes.count or workload.0.rate")]
    NoKey(String),
}

impl FromStr for Setting {
    type Err = SettingError;

    /// The value is a TOML value if it reads as one, else a text: `500`, `5m`, `["svg"]`.
    fn from_str(text: &str) -> Result<Self, SettingError> {
        let (key, value) = text.split_once('=').ok_or(SettingError::NoValue)?;
        let keys = Key::parse(key).map_err(|_| SettingError::NoKey(key.trim().to_owned()))?;
        let path = KeyPath(keys.iter().map(|key| key.get().to_owned()).collect());
        let value = value.trim().parse().unwrap_or_else(|_| Value::from(value.trim()));
        Ok(Setting { text: text.to_owned(), path, value, origin: Origin::Option("--set") })
    }
}

impl Setting {
    /// The same setting in the table of this name.
    pub fn below(mut self, table: &str) -> Self {
        self.path.0.insert(0, table.to_owned());
        self
    }
}

/// Keys of a workload of which it has one at most.
const AMOUNTS: [&str; 4] = ["rate", "total_rate", "count", "total_count"];

/// Lays the settings over the document, later ones over earlier ones.
///
/// A setting that chooses a model (or `kind`, or `popularity`) also removes the keys of the
/// file that belong to other choices; likewise the ways to say how much of
/// a workload there is remove each other.
/// Otherwise `--set churn.model=none` would fail on every file that has churn.
///
/// # Errors
/// A message for the setting whose path leads nowhere.
pub fn apply<'a>(
    document: &mut DocumentMut,
    settings: &'a [Setting],
) -> Result<(), (&'a Setting, String)> {
    for setting in settings {
        let root = document.as_item_mut();
        put(root, &setting.path.0, &setting.value).map_err(|message| (setting, message))?;
    }
    for (place, setting) in settings.iter().enumerate() {
        // What a later one has said anew displaces nothing.
        let replaces = |later: &Setting| setting.path.0.starts_with(&later.path.0);
        if settings[place + 1..].iter().any(replaces) {
            continue;
        }
        for path in displaced(setting) {
            if !settings.iter().any(|other| other.path == path) {
                remove(document.as_item_mut(), &path.0);
            }
        }
    }
    Ok(())
}

/// The keys that have no effect beside the setting.
fn displaced(setting: &Setting) -> Vec<KeyPath> {
    let table = setting.path.parent();
    let word = setting.value.as_str().unwrap_or_default();
    let foreign = Rule::of(&table)
        .filter(|rule| rule.selector_in(&table) == setting.path && !rule.words.contains(&word))
        .map(|rule| table.join(rule.key));
    let is_amount = table.0.first().is_some_and(|first| first == "workload")
        && AMOUNTS.contains(&setting.path.last());
    let rivals = AMOUNTS.iter().filter(|key| is_amount && **key != setting.path.last());
    foreign.chain(rivals.map(|key| table.join(key))).collect()
}

/// Puts `value` where `path` leads from `item`, making tables and list items on the way.
fn put(item: &mut Item, path: &[String], value: &Value) -> Result<(), String> {
    let Some((key, rest)) = path.split_first() else {
        *item = Item::Value(value.clone());
        return Ok(());
    };
    if let Some(tables) = item.as_array_of_tables_mut() {
        return put_in_tables(tables, key, rest, value);
    }
    if let Some(values) = item.as_array_mut() {
        return put_in_values(values, key, rest, value);
    }
    let Some(table) = item.as_table_like_mut() else {
        return Err(format!("there is no `{key}` in a single value"));
    };
    if !table.contains_key(key) {
        let is_list = rest.first().is_some_and(|next| next.parse::<usize>().is_ok());
        let empty = match (is_list, rest.len()) {
            (false, _) => Item::Table(Table::new()),
            (true, 1) => Item::Value(Value::Array(Array::new())),
            (true, _) => Item::ArrayOfTables(ArrayOfTables::new()),
        };
        table.insert(key, empty);
    }
    put(table.get_mut(key).expect("it was inserted if it was not there"), rest, value)
}

fn put_in_tables(
    tables: &mut ArrayOfTables,
    key: &str,
    rest: &[String],
    value: &Value,
) -> Result<(), String> {
    let index = index_in(key, tables.len())?;
    if index == tables.len() {
        tables.push(Table::new());
    }
    let table = tables.get_mut(index).expect("the index was checked and the item made");
    // The tables of a list are no items: take this one out, change it, put it back.
    let mut taken = Item::Table(std::mem::take(table));
    put(&mut taken, rest, value)?;
    *table = taken.into_table().map_err(|_| "an item of this list is a table".to_owned())?;
    Ok(())
}

fn put_in_values(
    values: &mut Array,
    key: &str,
    rest: &[String],
    value: &Value,
) -> Result<(), String> {
    let index = index_in(key, values.len())?;
    if index == values.len() {
        values.push(InlineTable::new());
    }
    let place = values.get_mut(index).expect("the index was checked and the item made");
    let mut taken = Item::Value(place.clone());
    put(&mut taken, rest, value)?;
    *place = taken.into_value().map_err(|_| "an item of this list is a value".to_owned())?;
    Ok(())
}

/// The position that `key` names in a list of `length` items, or the one after them.
fn index_in(key: &str, length: usize) -> Result<usize, String> {
    let index = key.parse().ok().filter(|&index: &usize| index <= length);
    index.ok_or_else(|| {
        format!(
            "`{key}` is no item of a list of {length}: items are counted from 0, and {length} \
             adds one"
        )
    })
}

fn remove(item: &mut Item, path: &[String]) {
    let Some((key, rest)) = path.split_first() else {
        return;
    };
    if let Some(tables) = item.as_array_of_tables_mut() {
        let table = key.parse().ok().and_then(|index| tables.get_mut(index));
        if let (Some(table), [last]) = (table, rest) {
            table.remove(last);
        }
    } else if let Some(table) = item.as_table_like_mut() {
        if rest.is_empty() {
            table.remove(key);
        } else if let Some(child) = table.get_mut(key) {
            remove(child, rest);
        }
    }
}
