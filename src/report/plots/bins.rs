//! Whole numbers under bars: each its own, or several together where there are many.

use crate::report::text::grouped;

/// More bars than this cannot be told apart.
const BARS: u64 = 40;

/// Equally wide classes of whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bins {
    first: u64,
    width: u64,
    places: u64,
}

impl Bins {
    /// Classes for the numbers from `first` to `last`.
    pub fn of(first: u64, last: u64) -> Self {
        let width = (last - first + 1).div_ceil(BARS);
        Bins { first, width, places: (last - first) / width + 1 }
    }

    /// The class of a number, from 0.
    pub fn place(&self, number: u64) -> usize {
        ((number - self.first) / self.width) as usize
    }

    /// A bar of no height for each class.
    pub fn points(&self) -> Vec<(f64, f64)> {
        (0..self.places).map(|place| (place as f64, 0.0)).collect()
    }

    /// What stands below each bar.
    pub fn names(&self) -> Vec<String> {
        let name = |place: u64| {
            let from = self.first + place * self.width;
            match self.width {
                1 => grouped(from),
                _ => format!("{}-{}", grouped(from), grouped(from + self.width - 1)),
            }
        };
        (0..self.places).map(name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_numbers_share_bars() {
        assert_eq!(Bins::of(3, 5).names(), ["3", "4", "5"]);
        let wide = Bins::of(1, 1_000);
        assert_eq!((wide.names()[0].as_str(), wide.names().len()), ("1-25", 40));
        assert_eq!(
            [wide.place(1), wide.place(25), wide.place(26), wide.place(1_000)],
            [0, 0, 1, 39]
        );
        assert_eq!(wide.points()[39], (39.0, 0.0));
    }
}
