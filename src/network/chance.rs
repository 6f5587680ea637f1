//! A probability, in the form in which a draw is held against it.

/// Whether something happens to a packet, by the upper 63 bits of a draw; 63 and not 64, so that a
/// probability of 1 has a threshold and always happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) const NEVER: Chance = Chance(0);

    /// # Panics
    /// If that is no probability.
    pub(super) fn new(probability: f64) -> Self {
        assert!((0.0..=1.0).contains(&probability), "{probability} is no probability");
        Chance((probability * (1u64 << 63) as f64) as u64)
    }

    /// Whether it happens with this draw.
    #[inline]
    pub(super) fn hits(self, bits: u64) -> bool {
        bits >> 1 < self.0
    }

    #[inline]
    pub(super) fn is_never(self) -> bool {
        self == Chance::NEVER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certainties_are_certain() {
        for bits in [0, 1, u64::MAX - 1, u64::MAX] {
            assert!(Chance::new(1.0).hits(bits));
            assert!(!Chance::new(0.0).hits(bits));
        }
        assert!(Chance::new(0.5).hits((1 << 63) - 1) && !Chance::new(0.5).hits(1 << 63));
        assert!(Chance::new(0.0).is_never() && !Chance::new(0.1).is_never());
    }
}
