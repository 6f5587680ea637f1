//! Figures as they are read on a page, and as cells.

use super::held::Held;
use super::table::Cell;
use crate::report::text::{bytes, grouped, percent, plain, short};
use serde_json::Value;

/// A figure as a number of about three digits.
pub fn number(of: &Value, path: &str) -> Cell {
    of.number(path).map_or(Cell::None, self::of)
}

/// A number of about three digits.
pub fn of(value: f64) -> Cell {
    let text = match value.fract() == 0.0 || value < 0.0 {
        true => plain(value),
        false => short(value),
    };
    Cell::Number(text, value)
}

/// A whole figure.
pub fn whole(of: &Value, path: &str) -> Cell {
    of.whole(path).map_or(Cell::None, |value| Cell::Number(grouped(value), value as f64))
}

/// A share in percent, with its sign.
pub fn share(of: &Value, path: &str) -> Cell {
    cell(of.number(path), percent)
}

/// Bytes in the unit that needs few digits.
pub fn size(of: &Value, path: &str) -> Cell {
    cell(of.number(path), bytes)
}

/// Microseconds as milliseconds.
pub fn millis(of: &Value, path: &str) -> Cell {
    cell(of.number(path).map(|micros| micros / 1_000.0), short)
}

fn cell(value: Option<f64>, text: impl Fn(f64) -> String) -> Cell {
    value.map_or(Cell::None, |value| Cell::Number(text(value), value))
}

/// Virtual seconds as a length of time.
pub fn time(seconds: f64) -> String {
    humantime::format_duration(std::time::Duration::from_millis((seconds * 1e3).round() as u64))
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_do() {
        assert_eq!(time(90.0), "1m 30s");
    }
}
