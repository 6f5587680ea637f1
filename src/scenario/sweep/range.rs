//! Values of a key in the notation of a sweep: single ones, `lo..hi/step`, `lo..hi*factor`.

use std::fmt;
use toml_edit::Value;

/// More values than this of one key are a mistake.
const MOST_VALUES: usize = 10_000;

/// What a range looks like, for messages.
pub const NOTATION: &str = "a range: lo..hi/step (10..50/10, 20ms..100ms/20ms) or lo..hi*factor (100..10000*10), numbers \
     of one unit, both ends included";

/// A number in decimal notation, exact: `digits / 10^decimals`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Decimal {
    digits: i128,
    decimals: u32,
}

impl Decimal {
    /// The number at the beginning of `text`, and what follows it; none is negative.
    fn split(text: &str) -> Option<(Self, &str)> {
        let is_part = |c: char| c.is_ascii_digit() || c == '.' || c == '_';
        let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let number = number.replace('_', "");
        let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
        if whole.is_empty() || fraction.contains('.') || number.ends_with('.') {
            return None;
        }
        let digits = format!("{whole}{fraction}").parse().ok()?;
        let decimals = u32::try_from(fraction.len()).ok()?;
        Some((Decimal { digits, decimals }, unit))
    }

    /// Both numbers as digits with the same number of decimals.
    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let decimals = self.decimals.max(other.decimals);
        let scaled = |number: Decimal| {
            let factor = 10i128.checked_pow(decimals - number.decimals)?;
            number.digits.checked_mul(factor)
        };
        Some((scaled(self)?, scaled(other)?, decimals))
    }

    fn plus(self, other: Self) -> Option<Self> {
        let (a, b, decimals) = self.aligned(other)?;
        Some(Decimal { digits: a.checked_add(b)?, decimals })
    }

    fn times(self, other: Self) -> Option<Self> {
        let digits = self.digits.checked_mul(other.digits)?;
        Some(Decimal { digits, decimals: self.decimals.checked_add(other.decimals)? }.shortest())
    }

    fn is_above(self, other: Self) -> Option<bool> {
        self.aligned(other).map(|(a, b, _)| a > b)
    }

    /// The same number without zeros at the end of its decimals.
    fn shortest(mut self) -> Self {
        while self.decimals > 0 && self.digits % 10 == 0 {
            self.digits /= 10;
            self.decimals -= 1;
        }
        self
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Decimal { digits, decimals } = self.shortest();
        match decimals as usize {
            0 => write!(f, "{digits}"),
            places => {
                let text = format!("{digits:0>width$}", width = places + 1);
                let (whole, fraction) = text.split_at(text.len() - places);
                write!(f, "{whole}.{fraction}")
            }
        }
    }
}

/// The number that a value begins with, and its unit; `None` if it begins with none.
pub fn number_and_unit(text: &str) -> Option<(f64, &str)> {
    let (number, unit) = Decimal::split(text.trim())?;
    Some((number.to_string().parse().ok()?, unit.trim()))
}

/// The value of a single text: as TOML if it reads as that, else the text itself.
pub fn value(text: &str) -> Value {
    text.trim().parse().unwrap_or_else(|_| Value::from(text.trim()))
}

/// The values of a range; `None` if `text` is none.
///
/// # Errors
/// What is wrong with a text that begins like a range.
pub fn range(text: &str) -> Option<Result<Vec<Value>, String>> {
    let text = text.trim();
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (low, rest) = text.split_once("..")?;
    Some(values(low, rest))
}

fn values(low: &str, rest: &str) -> Result<Vec<Value>, String> {
    let malformed = || NOTATION.to_owned();
    // Units have slashes too, but no digit behind them: 1/min..9/min/2/min.
    let is_sign =
        |place: usize| rest[place + 1..].trim_start().starts_with(|c: char| c.is_ascii_digit());
    let mut signs = rest.match_indices(['/', '*']).map(|(place, _)| place);
    let place = signs.find(|place| is_sign(*place)).ok_or_else(malformed)?;
    let (high, by) = (&rest[..place], &rest[place + 1..]);
    let number = |text| Decimal::split(text).ok_or_else(malformed);
    let ((low, unit), (high, unit_of_high), (by, unit_of_by)) =
        (number(low.trim())?, number(high.trim())?, number(by.trim())?);
    let is_step = rest[place..].starts_with('/');
    let unit_of_step = if is_step { unit } else { "" };
    if unit.trim() != unit_of_high.trim() || unit_of_by.trim() != unit_of_step.trim() {
        return Err(malformed());
    }
    let no_change = match is_step {
        true => by.digits == 0,
        false => {
            !by.is_above(Decimal { digits: 1, decimals: 0 }).unwrap_or(true) || low.digits == 0
        }
    };
    if no_change || low.is_above(high).unwrap_or(true) {
        return Err(format!(
            "{NOTATION}, with lo at most hi, and a step above 0 or a factor above 1 (of a lo above 0)"
        ));
    }
    let mut found = Vec::new();
    let mut next = Some(low);
    while let Some(number) = next.filter(|number| number.is_above(high) == Some(false)) {
        if found.len() == MOST_VALUES {
            return Err(format!("{NOTATION}, with at most {MOST_VALUES} values"));
        }
        found.push(value(&format!("{number}{unit}")));
        next = if is_step { number.plus(by) } else { number.times(by) };
    }
    if next.is_none() {
        return Err(format!("{NOTATION}, with fewer digits"));
    }
    Ok(found)
}

/// The values in a list of single ones and ranges between commas.
///
/// # Errors
/// What is wrong with an item.
pub fn list(text: &str) -> Result<Vec<Value>, String> {
    let mut found = Vec::new();
    for item in items(text) {
        if item.trim().is_empty() {
            return Err("values between commas, none of them empty".to_owned());
        }
        match range(item) {
            Some(values) => found.extend(values?),
            None => found.push(value(item)),
        }
    }
    Ok(found)
}

/// The pieces of `text` between commas that stand in no bracket and no quotes.
fn items(text: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut depth) = (Vec::new(), 0, 0usize);
    let mut quote = None;
    for (place, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                pieces.push(&text[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let values = list(text).unwrap_or_else(|allowed| panic!("{text}: {allowed}"));
        values.iter().map(|value| value.to_string().trim().to_owned()).collect()
    }

    #[test]
    fn ranges_are_exact_and_include_both_ends() {
        assert_eq!(texts("1..5/2"), ["1", "3", "5"]);
        assert_eq!(texts("1..6/2"), ["1", "3", "5"]);
        assert_eq!(texts("0..0.3/0.1"), ["0", "0.1", "0.2", "0.3"]);
        assert_eq!(texts("20ms..60ms/20ms"), ["\"20ms\"", "\"40ms\"", "\"60ms\""]);
        assert_eq!(texts("0.001..1*10"), ["0.001", "0.01", "0.1", "1"]);
        assert_eq!(texts("100..1_000*2.5"), ["100", "250", "625"]);
        assert_eq!(texts("7..7/1"), ["7"]);
        assert_eq!(texts("1/min..3/min/2/min"), ["\"1/min\"", "\"3/min\""]);
        assert_eq!(texts("1 Mbit/s..4 Mbit/s*4"), ["\"1 Mbit/s\"", "\"4 Mbit/s\""]);
    }

    #[test]
    fn lists_hold_values_of_all_kinds() {
        assert_eq!(texts("3, 5..7/1,9"), ["3", "5", "6", "7", "9"]);
        assert_eq!(texts("strict,loose"), ["\"strict\"", "\"loose\""]);
        assert_eq!(texts("[\"svg\",\"png\"],[]"), ["[\"svg\",\"png\"]", "[]"]);
        assert_eq!(texts("true,'a,b'"), ["true", "'a,b'"]);
        assert_eq!(texts("../a.gml"), ["\"../a.gml\""]);
    }

    #[test]
    fn what_is_no_range_says_what_one_is() {
        for wrong in
            ["1..5", "5..1/1", "1..5/0", "1..5*1", "0..5*2", "1s..5/1s", "1..5*2s", "1.../2"]
        {
            let allowed = list(wrong).expect_err(wrong);
            assert!(allowed.contains("lo..hi/step"), "{wrong}: {allowed}");
        }
        assert!(list("0..20000/1").expect_err("too many").contains("10000"));
        assert!(list("1,,2").expect_err("empty").contains("empty"));
    }

    #[test]
    fn numbers_are_read_with_their_unit() {
        assert_eq!(number_and_unit("20ms"), Some((20.0, "ms")));
        assert_eq!(number_and_unit("0.5"), Some((0.5, "")));
        assert_eq!(number_and_unit("strict"), None);
    }
}
