//! Whole numbers under bars: each its own, or several together where there are many.

use super::axis::Axis;
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

    /// The axis below the bars: each class is named by its first number.
    pub fn axis(&self, label: &str) -> Axis {
        let names = (0..self.places).map(|place| grouped(self.first + place * self.width));
        let label = match self.width {
            1 => label.to_owned(),
            width => format!("{label}; in classes of {}, marked by their first", grouped(width)),
        };
        Axis::places(label, names.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_numbers_share_bars() {
        let names = |axis: &Axis| axis.ticks.iter().map(|tick| tick.1.clone()).collect::<Vec<_>>();
        let axis = Bins::of(3, 5).axis("Edges");
        assert_eq!(
            (names(&axis), axis.label.as_str()),
            (vec!["3".into(), "4".into(), "5".into()], "Edges")
        );
        let wide = Bins::of(1, 1_000);
        let axis = wide.axis("Edges");
        assert_eq!(names(&axis)[..2], ["1", "51"]);
        assert_eq!(axis.label, "Edges; in classes of 25, marked by their first");
        assert_eq!(
            [wide.place(1), wide.place(25), wide.place(26), wide.place(1_000)],
            [0, 0, 1, 39]
        );
        assert_eq!(wide.points()[39], (39.0, 0.0));
    }
}
