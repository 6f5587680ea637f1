//! Lengths of time as scenarios write them.

use super::notation::{Notation, read_by_notation, write_as_text};
use crate::time::Duration;
use std::fmt;

/// A length of time: `"5m"`, `"1h 30m"`, `"250ms"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Length(pub Duration);

/// The time between two rounds of something that may never happen: `"1h"` or `"never"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval(pub Option<Duration>);

impl Notation for Length {
    fn allowed() -> String {
        "a length of time, such as \"250ms\", \"5m\" or \"1h 30m\"".to_owned()
    }

    fn from_text(text: &str) -> Option<Self> {
        let std = humantime::parse_duration(text).ok()?;
        let nanos = u64::try_from(std.as_nanos()).ok()?;
        Some(Length(Duration::from_nanos(nanos)))
    }
}

impl Notation for Interval {
    fn allowed() -> String {
        "a length of time, such as \"5m\" or \"1h 30m\", or \"never\"".to_owned()
    }

    fn from_text(text: &str) -> Option<Self> {
        if text == "never" {
            return Some(Interval(None));
        }
        Length::from_text(text).map(|length| Interval(Some(length.0)))
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(length) => fmt::Display::fmt(&length, f),
            None => f.write_str("never"),
        }
    }
}

read_by_notation!(Length);
read_by_notation!(Interval);
write_as_text!(Length);
write_as_text!(Interval);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_people_write() {
        assert_eq!("5m".parse(), Ok(Length(Duration::from_secs(300))));
        assert_eq!("1h 30m".parse(), Ok(Length(Duration::from_secs(5_400))));
        assert_eq!("250ms".parse(), Ok(Length(Duration::from_millis(250))));
        assert_eq!("never".parse(), Ok(Interval(None)));
    }

    #[test]
    fn refuses_numbers_without_unit_and_says_what_is_allowed() {
        for text in ["5", "", "5 parsecs", "-5m", "999999999999 years"] {
            assert!(text.parse::<Length>().is_err(), "{text}");
        }
        assert_eq!(
            "5x".parse::<Length>().unwrap_err().to_string(),
            r#""5x" is not allowed: give a length of time, such as "250ms", "5m" or "1h 30m""#
        );
    }

    proptest! {
        #[test]
        fn prints_what_it_reads(nanos in any::<u64>()) {
            let length = Length(Duration::from_nanos(nanos));
            prop_assert_eq!(length.to_string().parse(), Ok(length));
            let interval = Interval(Some(length.0));
            prop_assert_eq!(interval.to_string().parse(), Ok(interval));
        }
    }
}
