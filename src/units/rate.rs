//! Operations per time and parts of a whole, as scenarios write them.

use super::notation::{Notation, read_by_notation, write_as_text};
use serde::{Serialize, Serializer};
use std::fmt;

/// Operations per second, above zero: `"0.1/s"`, `"6/min"`, `"2/h"`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Rate(pub f64);

/// A part of a whole, or a probability: a number from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Share(pub f64);

/// Seconds in each unit of time that a rate may be per.
const PER: &[(&str, f64)] = &[("s", 1.0), ("min", 60.0), ("h", 3_600.0), ("d", 86_400.0)];

impl Notation for Rate {
    fn allowed() -> String {
        "a rate above zero per s, min, h or d, such as \"0.1/s\" or \"6/min\"".to_owned()
    }

    fn from_text(text: &str) -> Option<Self> {
        let (number, unit) = text.split_once('/')?;
        let &(_, seconds) = PER.iter().find(|(name, _)| *name == unit.trim())?;
        let per_second = number.trim().parse::<f64>().ok()? / seconds;
        // Also refuses the words for infinity and not-a-number, which the parser knows.
        (per_second > 0.0 && per_second.is_finite()).then_some(Rate(per_second))
    }
}

impl Notation for Share {
    fn allowed() -> String {
        "a number from 0 to 1, such as 0.25".to_owned()
    }

    fn from_text(_text: &str) -> Option<Self> {
        None
    }

    fn from_whole(number: i64) -> Option<Self> {
        Self::from_decimal(number as f64)
    }

    fn from_decimal(number: f64) -> Option<Self> {
        // Adding zero turns the negative zero into the ordinary one.
        (0.0..=1.0).contains(&number).then_some(Share(number + 0.0))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.0)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.0)
    }
}

read_by_notation!(Rate);
read_by_notation!(Share);
write_as_text!(Rate);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_people_write() {
        assert_eq!("0.1/s".parse(), Ok(Rate(0.1)));
        assert_eq!("6/min".parse(), Ok(Rate(0.1)));
        assert_eq!("2 / h".parse(), Ok(Rate(2.0 / 3_600.0)));
        assert_eq!(Share::from_whole(1), Some(Share(1.0)));
    }

    #[test]
    fn refuses_what_is_no_rate_and_no_share() {
        for text in ["1", "1/week", "0/s", "-1/s", "inf/s", "NaN/s", "/s"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
        for number in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Share::from_decimal(number), None, "{number}");
        }
    }

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Holder {
        share: Share,
    }

    proptest! {
        #[test]
        fn prints_the_rate_that_it_reads(rate in 1e-12..1e12) {
            prop_assert_eq!(Rate(rate).to_string().parse(), Ok(Rate(rate)));
        }

        #[test]
        fn writes_the_share_that_it_reads(share in 0.0..=1.0) {
            let text = toml::to_string(&Holder { share: Share(share) }).unwrap();
            prop_assert_eq!(toml::from_str::<Holder>(&text).unwrap().share, Share(share));
        }
    }
}
