//! Parts of sentences: amounts, shares, rates, lists.

use crate::report::text::{grouped, percent, short};

/// `one` of something, or several.
pub fn count(number: u64, one: &str, several: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        number => format!("{} {several}", grouped(number)),
    }
}

/// A share in percent; all or none, where it is a whole or nothing.
pub fn share(share: f64) -> String {
    match share {
        1.0 => "all".to_owned(),
        0.0 => "none".to_owned(),
        share => percentage(share),
    }
}

/// A share in percent, as it was written if that is short.
pub fn percentage(share: f64) -> String {
    let written = short_number(100.0 * share);
    if written.len() <= 6 { format!("{written}%") } else { percent(share) }
}

/// A number with as few decimals as it needs, at most six.
pub fn short_number(number: f64) -> String {
    let text = format!("{number:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A rate as a scenario has it, such as `0.016666666666666666/s`: `1 a minute`.
pub fn rate(text: &str) -> String {
    let units = [("second", 1.0), ("minute", 60.0), ("hour", 3_600.0), ("day", 86_400.0)];
    let Some(per_second) = text.strip_suffix("/s").and_then(|number| number.parse::<f64>().ok())
    else {
        return text.to_owned();
    };
    let whole = |number: f64| (number - number.round()).abs() < 1e-6 * number && number >= 0.999;
    let found = units.iter().find(|(_, seconds)| whole(per_second * seconds));
    let large = units.iter().find(|(_, seconds)| per_second * seconds >= 1.0);
    let (unit, seconds) = found.or(large).unwrap_or(&units[3]);
    let number = per_second * seconds;
    let number = if whole(number) { grouped(number.round() as u64) } else { short(number) };
    let article = if *unit == "hour" { "an" } else { "a" };
    format!("{number} {article} {unit}")
}

/// Several things after each other: `a, b and c`.
pub fn list(things: &[String]) -> String {
    match things {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The text with a large first letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_a_person_says_them() {
        let rates = [
            "0.016666666666666666/s",
            "2/s",
            "0.25/s",
            "0.00001/s",
            "0.0033333333333333335/s",
            "7/d",
        ];
        let said = ["1 a minute", "2 a second", "15 a minute", "0.864 a day", "12 an hour", "7/d"];
        assert_eq!(rates.map(rate), said);
        let shares = [1.0, 0.3, 0.0025, 0.123_456_789].map(share);
        assert_eq!(shares, ["all", "30%", "0.25%", "12.3%"]);
        let things = ["a", "b", "c"].map(str::to_owned);
        assert_eq!((list(&things).as_str(), list(&things[..1]).as_str()), ("a, b and c", "a"));
        assert_eq!(
            (count(1, "node", "nodes"), count(2_000, "node", "nodes")),
            ("1 node".into(), "2,000 nodes".into())
        );
    }
}
