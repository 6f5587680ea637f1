//! Lognormal delays without a logarithm a packet.

use crate::rng::distribution::{below_and_rest, lognormal};
use crate::time::Duration;

/// The quantiles of a lognormal distribution, so that a draw costs a table lookup and not a
/// logarithm and an exponential.
///
/// `CELLS` cells of equal probability, linear in between, exact in the `OUTER` cells at
/// either end, where a straight line would be far off (and the tails would end). The
/// largest error anywhere is below `sigma * 2.5e-4` of the value for `sigma` up to 2.
#[derive(Clone, Debug)]
pub struct LognormalTable {
    /// Nanoseconds at `i / CELLS`; the first and the last are never used.
    bounds: Box<[u64]>,
    log_median: f64,
    sigma: f64,
}

impl LognormalTable {
    const CELL_BITS: u32 = 12;
    const CELLS: u64 = 1 << Self::CELL_BITS;
    const OUTER: u64 = 16;

    /// The table of this median and this standard deviation of the logarithm.
    pub fn new(median: Duration, sigma: f64) -> Self {
        assert!(sigma >= 0.0, "a standard deviation is not negative");
        let log_median = libm::log(median.as_nanos() as f64);
        let mut table = LognormalTable { bounds: Box::new([]), log_median, sigma };
        let shift = u64::BITS - Self::CELL_BITS;
        let bounds = (0..Self::CELLS).map(|cell| table.exact(cell << shift));
        table.bounds = bounds.chain([table.exact(u64::MAX)]).collect();
        table
    }

    /// The quantile at `bits / 2^64`.
    #[inline]
    pub fn at(&self, bits: u64) -> u64 {
        let cell = bits >> (u64::BITS - Self::CELL_BITS);
        if !(Self::OUTER..Self::CELLS - Self::OUTER).contains(&cell) {
            return self.exact(bits);
        }
        let (low, high) = (self.bounds[cell as usize], self.bounds[cell as usize + 1]);
        let (within, _) = below_and_rest(bits << Self::CELL_BITS, high - low);
        low + within
    }

    #[cold]
    fn exact(&self, bits: u64) -> u64 {
        libm::round(lognormal(bits, self.log_median, self.sigma)) as u64
    }

    /// The quantile function rises, so no draw gives less than this.
    pub fn smallest(&self) -> u64 {
        self.exact(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error that [`LognormalTable`] states, in the middle of every cell and at its ends.
    #[test]
    fn the_lognormal_table_is_as_exact_as_it_says() {
        for sigma in [0.1, 0.5, 1.0, 2.0] {
            let table = LognormalTable::new(Duration::from_secs(100), sigma);
            let mut last = 0;
            for eighth in 0..LognormalTable::CELLS * 8 {
                let bits = eighth << (u64::BITS - LognormalTable::CELL_BITS - 3);
                let (approximate, exact) = (table.at(bits), table.exact(bits));
                let error = (approximate as f64 / exact as f64 - 1.0).abs();
                assert!(error < sigma * 2.5e-4, "sigma {sigma}, {eighth}: {error}");
                assert!(approximate >= last, "the quantile function rises");
                last = approximate;
            }
            assert!(table.smallest() > 0);
        }
    }
}
