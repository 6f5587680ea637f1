//! A square table of lengths of time, exact and compact: whole multiples of one unit, four bytes
//! each as long as they fit.

/// What stands where there is no length: in four bytes, and in eight.
const NONE_NARROW: u32 = u32::MAX;
const NONE_WIDE: u64 = u64::MAX;

/// Lengths of time, row by row.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    /// Nanoseconds that a cell counts in.
    unit: u64,
    counts: Counts,
}

#[derive(Clone, Debug)]
enum Counts {
    Narrow(Vec<u32>),
    Wide(Vec<u64>),
}

impl Cells {
    /// An empty table of this unit, with room for `cells`.
    pub(super) fn new(unit: u64, cells: usize) -> Self {
        Cells { unit, counts: Counts::Narrow(Vec::with_capacity(cells)) }
    }

    /// Appends lengths, given in units; `None` where there is none. From the first on that does
    /// not fit four bytes, all take eight.
    pub(super) fn extend(&mut self, units: impl Iterator<Item = Option<u64>>) {
        for units in units {
            self.push(units);
        }
    }

    fn push(&mut self, units: Option<u64>) {
        if let Counts::Narrow(cells) = &mut self.counts {
            let narrow = units.map_or(Some(NONE_NARROW), |units| {
                u32::try_from(units).ok().filter(|&narrow| narrow != NONE_NARROW)
            });
            if let Some(narrow) = narrow {
                cells.push(narrow);
                return;
            }
            let widen = |&cell: &u32| if cell == NONE_NARROW { NONE_WIDE } else { u64::from(cell) };
            let mut wide = Vec::with_capacity(cells.capacity());
            wide.extend(cells.iter().map(widen));
            self.counts = Counts::Wide(wide);
        }
        if let Counts::Wide(cells) = &mut self.counts {
            cells.push(units.unwrap_or(NONE_WIDE));
        }
    }

    /// The length at this place in nanoseconds; `None` if there is none.
    #[inline]
    pub(super) fn at(&self, place: usize) -> Option<u64> {
        match &self.counts {
            Counts::Narrow(cells) => {
                let cell = cells[place];
                (cell != NONE_NARROW).then(|| u64::from(cell) * self.unit)
            }
            Counts::Wide(cells) => {
                let cell = cells[place];
                (cell != NONE_WIDE).then(|| cell * self.unit)
            }
        }
    }

    /// Begins to fetch what stands at this place.
    #[inline]
    pub(super) fn prefetch(&self, place: usize) {
        match &self.counts {
            Counts::Narrow(cells) => crate::memory::prefetch_start(&cells[place]),
            Counts::Wide(cells) => crate::memory::prefetch_start(&cells[place]),
        }
    }

    /// All lengths in nanoseconds, row by row.
    pub(super) fn iter(&self) -> impl Iterator<Item = Option<u64>> {
        (0..self.len()).map(|place| self.at(place))
    }

    fn len(&self) -> usize {
        match &self.counts {
            Counts::Narrow(cells) => cells.len(),
            Counts::Wide(cells) => cells.len(),
        }
    }

    /// Bytes that the cells take.
    pub(super) fn bytes(&self) -> usize {
        match &self.counts {
            Counts::Narrow(cells) => size_of_val(&cells[..]),
            Counts::Wide(cells) => size_of_val(&cells[..]),
        }
    }
}

/// The largest length of which all of these are whole multiples; 1 if they are all zero.
pub(super) fn common_unit(lengths: impl Iterator<Item = u64>) -> u64 {
    let divisor = |mut a: u64, mut b: u64| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    lengths.fold(0, divisor).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_exact_however_long() {
        let small = [Some(7), None, Some(u64::from(u32::MAX) - 1)];
        let mut cells = Cells::new(3, 5);
        cells.extend(small.into_iter());
        let tripled = |units: Option<u64>| units.map(|units| units * 3);
        assert_eq!(cells.iter().collect::<Vec<_>>(), small.map(tripled));
        assert_eq!(cells.bytes(), 12);
        // The mark of what is missing is no length, so this one takes eight bytes.
        let large = [Some(u64::from(u32::MAX)), None];
        cells.extend(large.into_iter());
        let all = small.into_iter().chain(large).map(tripled);
        assert_eq!(cells.iter().collect::<Vec<_>>(), all.collect::<Vec<_>>());
        assert_eq!(cells.bytes(), 40);
    }

    #[test]
    fn the_unit_divides_all() {
        assert_eq!(common_unit([12, 18, 0, 30].into_iter()), 6);
        assert_eq!(common_unit([0, 0].into_iter()), 1);
        assert_eq!(common_unit([7, 1_000].into_iter()), 1);
    }
}
