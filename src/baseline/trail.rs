//! The digests of a run at even distances of virtual time, cut to a few digits: by them the stretch of
//! time is found in which a run leaves another.

use crate::time::{Duration, Instant};

/// Stretches into which a run is divided.
pub const PARTS: u64 = 256;
/// Hexadecimal digits of each digest. The digest at an instant is that of everything before it, so where
/// two agree by chance (one time in 65,536) the next tells.
pub const DIGITS: usize = 4;
/// Digests in a line.
const IN_LINE: usize = 16;

/// The digests of a run at the ends of its [`PARTS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trail {
    /// End of the run.
    pub end: Instant,
    /// The digests, in order.
    pub digests: Vec<u16>,
}

/// The ends of the parts of a run that ends at `end`.
pub fn marks(end: Instant) -> Vec<Instant> {
    let at = |part: u64| {
        let nanos = u128::from(end.as_nanos()) * u128::from(part) / u128::from(PARTS);
        Instant::from_nanos(u64::try_from(nanos).expect("a part of a run is no longer than it"))
    };
    (1..=PARTS).map(at).collect()
}

impl Trail {
    /// Of the whole digests of a run at its [`marks`].
    pub fn of(end: Instant, digests: &[u64]) -> Self {
        Trail { end, digests: digests.iter().map(|digest| (digest >> 48) as u16).collect() }
    }

    /// Where a run leaves another of the same length: the two have handled the same events until the
    /// first of these instants, and not until the second. `None` if no digest differs, or if they are
    /// not of one length.
    pub fn first_apart(&self, other: &Trail) -> Option<(Instant, Instant)> {
        if self.end != other.end {
            return None;
        }
        let part = self.digests.iter().zip(&other.digests).position(|(one, two)| one != two)?;
        let marks = marks(self.end);
        let from = part.checked_sub(1).map_or(Instant::ZERO, |before| marks[before]);
        Some((from, marks[part]))
    }

    /// Length of a part.
    pub fn part(&self) -> Duration {
        (self.end - Instant::ZERO) / PARTS
    }

    /// As lines.
    pub fn to_text(&self) -> String {
        let line = |digests: &[u16]| {
            let digests: Vec<String> =
                digests.iter().map(|digest| format!("{digest:04x}")).collect();
            digests.join(" ")
        };
        self.digests.chunks(IN_LINE).map(line).collect::<Vec<_>>().join("\n")
    }

    /// From lines.
    ///
    /// # Errors
    /// What is wrong.
    pub fn from_text(end: Instant, text: &str) -> Result<Self, String> {
        let read = |word: &str| {
            let digest = u16::from_str_radix(word, 16).ok().filter(|_| word.len() == DIGITS);
            digest.ok_or_else(|| format!("{word:?} is not {DIGITS} hexadecimal digits"))
        };
        let digests: Vec<u16> = text.split_whitespace().map(read).collect::<Result<_, _>>()?;
        match digests.len() as u64 {
            PARTS => Ok(Trail { end, digests }),
            found => Err(format!("there are {found} digests instead of {PARTS}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_found_within_its_part() {
        let end = Instant::from_nanos(2_560);
        let digests: Vec<u64> = (0..PARTS).map(|part| part << 48).collect();
        let one = Trail::of(end, &digests);
        assert_eq!(one.first_apart(&one), None);
        assert_eq!(Trail::from_text(end, &one.to_text()), Ok(one.clone()));
        for part in [0, 1, 255] {
            let mut changed = one.clone();
            changed.digests[part..].iter_mut().for_each(|digest| *digest ^= 0xFFFF);
            let (from, until) = one.first_apart(&changed).expect("they differ");
            let at = |part: usize| Instant::from_nanos(10 * part as u64);
            assert_eq!((from, until), (at(part), at(part + 1)));
        }
        let longer = Trail { end: Instant::from_nanos(2_561), ..one.clone() };
        assert_eq!(one.first_apart(&longer), None);
        assert!(Trail::from_text(end, "12").is_err() && Trail::from_text(end, "0000 1").is_err());
    }

    #[test]
    fn marks_lead_to_the_end_of_any_run() {
        for nanos in [1, 255, 256, 1_000_000_007, u64::MAX / 2] {
            let marks = marks(Instant::from_nanos(nanos));
            assert!(marks.windows(2).all(|pair| pair[0] <= pair[1]));
            assert_eq!(marks.last(), Some(&Instant::from_nanos(nanos)));
        }
    }
}
