//! Amounts of data, and of data per second, as scenarios write them.

use super::notation::{Notation, read_by_notation, write_as_text};
use std::fmt;

/// Bytes: `"1 KiB"`, `"1 MB"` or a plain whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

/// Bits per second, above zero: `"20 Mbit/s"`. `None` is `"unlimited"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BitRate(pub Option<u64>);

const BYTES: &[(&str, u64)] = &[
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

const BITS_PER_SECOND: &[(&str, u64)] =
    &[("Gbit/s", 1_000_000_000), ("Mbit/s", 1_000_000), ("kbit/s", 1_000), ("bit/s", 1)];

impl Notation for Size {
    fn allowed() -> String {
        "a size in B, kB, MB, GB, KiB, MiB or GiB, such as \"64 KiB\", or a whole number of bytes"
            .to_owned()
    }

    fn from_text(text: &str) -> Option<Self> {
        scaled(text, BYTES).map(Size)
    }

    fn from_whole(number: i64) -> Option<Self> {
        u64::try_from(number).ok().map(Size)
    }
}

impl Notation for BitRate {
    fn allowed() -> String {
        "a rate in bit/s, kbit/s, Mbit/s or Gbit/s, such as \"20 Mbit/s\", or \"unlimited\""
            .to_owned()
    }

    fn from_text(text: &str) -> Option<Self> {
        if text == "unlimited" {
            return Some(BitRate(None));
        }
        scaled(text, BITS_PER_SECOND).filter(|&bits| bits > 0).map(|bits| BitRate(Some(bits)))
    }
}

/// The whole number that `text`, a decimal number and one of `units`, stands for. Exact: what
/// is no whole number of the smallest unit, or too large, is refused.
fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let split = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = (text[..split].trim(), &text[split..]);
    let &(_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let tenths = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let part = fraction.parse::<u128>().ok()?.checked_mul(u128::from(factor))?;
    if !part.is_multiple_of(tenths) {
        return None;
    }
    let total = whole.parse::<u128>().ok()?.checked_mul(u128::from(factor))? + part / tenths;
    u64::try_from(total).ok()
}

/// Writes `value` in the unit that gives the smallest whole number.
fn write_scaled(f: &mut fmt::Formatter<'_>, value: u64, units: &[(&str, u64)]) -> fmt::Result {
    let whole = units.iter().filter(|(_, factor)| value.is_multiple_of(*factor));
    let &(unit, factor) =
        whole.min_by_key(|(_, factor)| value / factor).expect("every table has a unit of one");
    write!(f, "{} {unit}", value / factor)
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 { f.write_str("0 B") } else { write_scaled(f, self.0, BYTES) }
    }
}

impl fmt::Display for BitRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(bits) => write_scaled(f, bits, BITS_PER_SECOND),
            None => f.write_str("unlimited"),
        }
    }
}

read_by_notation!(Size);
read_by_notation!(BitRate);
write_as_text!(Size);
write_as_text!(BitRate);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_people_write() {
        assert_eq!("1 KiB".parse(), Ok(Size(1_024)));
        assert_eq!("1MB".parse(), Ok(Size(1_000_000)));
        assert_eq!("1.5 KiB".parse(), Ok(Size(1_536)));
        assert_eq!(Size::from_whole(700), Some(Size(700)));
        assert_eq!("20 Mbit/s".parse(), Ok(BitRate(Some(20_000_000))));
        assert_eq!("0.1 Mbit/s".parse(), Ok(BitRate(Some(100_000))));
        assert_eq!("unlimited".parse(), Ok(BitRate(None)));
    }

    #[test]
    fn refuses_what_has_no_unit_or_no_exact_value() {
        for text in ["", "1", "KiB", "1 KB", "0.3 B", "-1 B", "1e3 B", "99999999999999 GB"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
        for text in ["20 Mbit", "0 bit/s", "20 MB/s", "1.0000001 Mbit/s", "infinite"] {
            assert!(text.parse::<BitRate>().is_err(), "{text}");
        }
    }

    #[test]
    fn prints_the_shortest_number() {
        assert_eq!(Size(262_144).to_string(), "256 KiB");
        assert_eq!(Size(2_000_000).to_string(), "2 MB");
        assert_eq!(Size(0).to_string(), "0 B");
        assert_eq!(BitRate(Some(1_500_000)).to_string(), "1500 kbit/s");
    }

    proptest! {
        #[test]
        fn prints_what_it_reads(value in any::<u64>(), shift in 0u32..64) {
            let value = value >> shift;
            prop_assert_eq!(Size(value).to_string().parse(), Ok(Size(value)));
            let rate = BitRate(Some(value.max(1)));
            prop_assert_eq!(rate.to_string().parse(), Ok(rate));
        }
    }
}
