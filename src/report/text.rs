//! Numbers as a person reads them.

/// A whole number with a comma between each three digits.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// About three digits of `value`, which is not negative: `0.123`, `4.56`, `78.9`, `1,234`.
pub fn short(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        value if value < 0.999_5 => format!("{value:.3}"),
        value if value < 9.995 => format!("{value:.2}"),
        value if value < 99.95 => format!("{value:.1}"),
        _ => grouped(value.round() as u64),
    }
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

/// Microseconds in milliseconds.
pub fn millis(micros: u64) -> String {
    short(micros as f64 / 1_000.0)
}

/// A share in percent. Only a whole is `100%` and only nothing `0%`: what rounds to them keeps
/// a mark.
pub fn percent(share: f64) -> String {
    match share {
        1.0 => "100%".to_owned(),
        0.0 => "0%".to_owned(),
        share if share > 1.0 => format!("{}%", short(100.0 * share)),
        share if share >= 0.999_95 => ">99.99%".to_owned(),
        share if share < 0.000_1 => "<0.01%".to_owned(),
        share if !(0.01..0.99).contains(&share) => format!("{:.2}%", 100.0 * share),
        share => format!("{:.1}%", 100.0 * share),
    }
}

/// Bytes in the unit that needs few digits.
pub fn bytes(value: f64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    let mut scaled = (value, "B");
    for unit in units {
        if scaled.0 < 1_000.0 {
            break;
        }
        scaled = (scaled.0 / 1_024.0, unit);
    }
    match scaled {
        (value, "B") if value.fract() == 0.0 => format!("{value} B"),
        (value, unit) => format!("{} {unit}", short(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_about_three_digits() {
        assert_eq!((grouped(7), grouped(1_234_567)), ("7".into(), "1,234,567".into()));
        let texts = [0.0, 0.1234, 4.567, 78.91, 99.96, 1_234.5].map(short);
        assert_eq!(texts, ["0", "0.123", "4.57", "78.9", "100", "1,235"]);
        assert_eq!(millis(480_000), "480");
    }

    #[test]
    fn numbers_of_all_sizes_are_short() {
        let values = [0.0, 1.0, 12.345, 123.45, 1_234.5, 54_321.9, -2.5, 0.012_3, 0.000_001_2];
        let texts = ["0", "1", "12.35", "123.5", "1234", "54,322", "−2.5", "0.0123", "1.20e-6"];
        assert_eq!(values.map(plain), texts);
    }

    #[test]
    fn almost_all_is_not_all() {
        let texts = [1.0, 0.999_99, 0.998_7, 0.5, 0.000_01, 0.0].map(percent);
        assert_eq!(texts, ["100%", ">99.99%", "99.87%", "50.0%", "<0.01%", "0%"]);
    }

    #[test]
    fn bytes_are_shown_in_binary_units() {
        let texts = [0.0, 312.0, 312.5, 2_048.0, 5e9].map(bytes);
        assert_eq!(texts, ["0 B", "312 B", "313 B", "2.00 KiB", "4.66 GiB"]);
    }
}
