//! Numbers as they are written to files.
//!
//! Results must be byte-identical between machines, so a printed number is an integer, a
//! fixed-point integer, or a float that came from additions, multiplications and divisions
//! and is rounded to six decimals.

use serde::Serializer;

/// Floats in a result are whole multiples of `1 / SCALE`.
const SCALE: f64 = 1e6;

/// `value` rounded to six decimals.
pub fn rounded(value: f64) -> f64 {
    let scaled = value * SCALE;
    // Beyond 2^53 a float has no decimals left to round, and scaling it loses digits.
    if scaled.abs() < 9.0e15 { scaled.round() / SCALE } else { value }
}

/// For `#[serde(serialize_with = ...)]`: writes [`rounded`] values; what is not a finite number
/// is written as null.
pub fn serialize_rounded<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    match value.is_finite() {
        true => serializer.serialize_f64(rounded(*value)),
        false => serializer.serialize_none(),
    }
}

/// [`serialize_rounded`] for a value that may be missing.
pub fn serialize_rounded_option<S: Serializer>(
    value: &Option<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serialize_rounded(value, serializer),
        None => serializer.serialize_none(),
    }
}

/// `part / whole`, or `None` of nothing.
pub fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// `value / 10^digits` in decimal notation, with exactly `digits` decimals.
pub fn fixed_point(value: u64, digits: u32) -> String {
    let scale = 10u64.pow(digits);
    match digits {
        0 => value.to_string(),
        _ => format!("{}.{:0width$}", value / scale, value % scale, width = digits as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_keep_six_decimals() {
        assert_eq!(rounded(2.0 / 3.0), 0.666_667);
        assert_eq!(rounded(-1.000_000_4), -1.0);
        assert_eq!(rounded(1e300), 1e300);
    }

    #[test]
    fn fixed_point_pads_its_decimals() {
        assert_eq!(fixed_point(1_002_003, 6), "1.002003");
        assert_eq!(fixed_point(7, 3), "0.007");
        assert_eq!(fixed_point(7, 0), "7");
    }

    #[test]
    fn a_share_of_nothing_is_unknown() {
        assert_eq!(ratio(0, 0), None);
        assert_eq!(ratio(1, 4), Some(0.25));
    }
}
