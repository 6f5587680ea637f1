//! Figures as they are read on a page, and as cells.

use super::held::Held;
use super::table::Cell;
use crate::report::text::{bytes, grouped, percent, short};
use serde_json::Value;

/// A figure as a number of about three digits.
pub fn number(of: &Value, path: &str) -> Cell {
    cell(of.number(path), |value| match value.fract() == 0.0 {
        true => plain(value),
        false => short(value),
    })
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

/// A number of any size and sign, with about four digits.
pub fn plain(value: f64) -> String {
    let sign = if value < 0.0 { "−" } else { "" };
    let size = value.abs();
    match size {
        0.0 => "0".to_owned(),
        size if size >= 10_000.0 => format!("{sign}{}", grouped(size.round() as u64)),
        size if size >= 1.0 => {
            let decimals = if size >= 1_000.0 {
                0
            } else if size >= 100.0 {
                1
            } else if size >= 10.0 {
                2
            } else {
                3
            };
            let text = format!("{size:.decimals$}");
            let text =
                if decimals > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
            format!("{sign}{text}")
        }
        size if size >= 0.001 => format!("{sign}{}", format!("{size:.4}").trim_end_matches('0')),
        _ => format!("{value:.2e}"),
    }
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
    fn numbers_of_all_sizes_are_short() {
        let values = [0.0, 1.0, 12.345, 123.45, 1_234.5, 54_321.9, -2.5, 0.012_3, 0.000_001_2];
        let texts = ["0", "1", "12.35", "123.5", "1234", "54,322", "−2.5", "0.0123", "1.20e-6"];
        assert_eq!(values.map(plain), texts);
        assert_eq!(time(90.0), "1m 30s");
    }
}
