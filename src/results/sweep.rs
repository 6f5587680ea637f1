//! The folder of a sweep, and points of it.

use super::{ReadError, check_version, damaged, read_json};
use crate::sweep::{Identity, Row, Varied};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// What the sweep is.
pub const IDENTITY: &str = "sweep.json";
const ROWS: &str = "rows";

/// A sweep, or those of its points that were chosen.
#[derive(Clone, Debug)]
pub struct SweepFolder {
    /// Where it lies.
    pub path: PathBuf,
    /// What it consists of.
    pub identity: Identity,
    /// Keys that were given a value, with it, in the order of the sweep.
    pub fixed: Vec<(String, Value)>,
    /// The other varied keys, in the order of the sweep.
    pub free: Vec<Varied>,
    /// The chosen points, in the order of the sweep.
    pub points: Vec<Point>,
}

/// A point of a sweep.
#[derive(Clone, Debug)]
pub struct Point {
    /// Which one.
    pub place: usize,
    /// The values of the free keys at it.
    pub values: Vec<Value>,
    /// Its finished runs, by repeat.
    pub rows: Vec<Row>,
}

impl SweepFolder {
    /// Reads the sweep in the folder at `path`.
    ///
    /// # Errors
    /// If a file cannot be read, is damaged, or was written by another version.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let file = path.join(IDENTITY);
        let top: Value = read_json(&file)?;
        let version = top.get("version").and_then(Value::as_str);
        check_version(&file, version.ok_or_else(|| damaged(&file, 1, "it has no `version`"))?)?;
        let identity: Identity = read_json(&file)?;
        let counts = identity.vary.iter().map(|varied| varied.values.len());
        let mut points: Vec<Point> = (0..counts.product())
            .map(|place| Point { place, values: values(&identity.vary, place), rows: vec![] })
            .collect();
        for row in rows(&path.join(ROWS))? {
            match points.get_mut(row.1.point) {
                Some(point) => point.rows.push(row.1),
                None => {
                    return Err(damaged(&row.0, 1, "it is the row of a point that is not there"));
                }
            }
        }
        let free = identity.vary.clone();
        Ok(SweepFolder { path: path.to_owned(), identity, fixed: vec![], free, points })
    }

    /// The points at which keys have the values of `chosen`, as `key=value,key=value`. `given` is
    /// what the user wrote.
    ///
    /// # Errors
    /// If the sweep does not vary such a key, or not with such a value.
    pub fn at(mut self, given: &str, chosen: &str) -> Result<Self, ReadError> {
        let wrong = |cause| ReadError::Point { given: given.to_owned(), cause };
        for (key, value) in pairs(chosen).map_err(wrong)? {
            let Some(place) = self.free.iter().position(|varied| varied.key == key) else {
                let keys: Vec<&str> = self.free.iter().map(|varied| &*varied.key).collect();
                let cause = match keys.is_empty() {
                    true => format!("the sweep does not vary `{key}`, or no other value is left"),
                    false => format!("the sweep does not vary `{key}`: give {}", keys.join(", ")),
                };
                return Err(wrong(cause));
            };
            let varied = self.free.remove(place);
            let Some(found) = varied.values.iter().find(|own| value_text(own) == value) else {
                let values: Vec<String> = varied.values.iter().map(value_text).collect();
                let values = values.join(", ");
                return Err(wrong(format!("the sweep has no `{key}` of {value}: it has {values}")));
            };
            self.fixed.push((varied.key.clone(), found.clone()));
            self.points.retain(|point| &point.values[place] == found);
            self.points.iter_mut().for_each(|point| drop(point.values.remove(place)));
        }
        Ok(self)
    }
}

/// A value of a varied key as a person writes it: texts without quotes.
pub fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Keys and values. What has no `=` belongs to the value before it: values may hold commas.
fn pairs(chosen: &str) -> Result<Vec<(String, String)>, String> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for piece in chosen.split(',') {
        match (piece.split_once('='), pairs.last_mut()) {
            (Some((key, value)), _) => pairs.push((key.trim().to_owned(), value.trim().to_owned())),
            (None, Some((_, value))) => *value = format!("{value},{piece}"),
            (None, None) => return Err("behind the @ stand keys and values: key=value".to_owned()),
        }
    }
    Ok(pairs)
}

/// The values of all keys at a point; the first key is the slowest.
fn values(vary: &[Varied], place: usize) -> Vec<Value> {
    let mut rest = place;
    let mut values: Vec<Value> = vary
        .iter()
        .rev()
        .map(|varied| {
            let value = varied.values[rest % varied.values.len()].clone();
            rest /= varied.values.len();
            value
        })
        .collect();
    values.reverse();
    values
}

/// The finished runs with their files, by point and repeat.
fn rows(folder: &Path) -> Result<Vec<(PathBuf, Row)>, ReadError> {
    let failed = |cause| ReadError::File { path: folder.to_owned(), cause };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Those with a dot are being written.
        if name.ends_with(".json") && !name.starts_with('.') {
            files.push((path, name));
        }
    }
    files.sort();
    let read = |(path, name): (PathBuf, String)| {
        let row: Row = read_json(&path)?;
        match name == format!("{:06}-{:06}.json", row.point, row.repeat) {
            true => Ok((path, row)),
            false => Err(damaged(&path, 1, "it is the row of another run")),
        }
    };
    files.into_iter().map(read).collect()
}
