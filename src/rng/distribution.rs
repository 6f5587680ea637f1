//! Draws from distributions, bit for bit the same on every machine: logarithms and powers come
//! from `libm`, uniform numbers from 53 bits.

/// A number in `[0, 1)` from the upper 53 of `bits`.
#[inline]
pub fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// A number in `(0, 1]`, safe to take the logarithm of.
#[inline]
pub fn unit_open(bits: u64) -> f64 {
    ((bits >> 11) + 1) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// A whole number below `bound` by multiply-and-shift; its bias is below `bound / 2^64`.
#[inline]
pub fn below(bits: u64, bound: u64) -> u64 {
    ((u128::from(bits) * u128::from(bound)) >> 64) as u64
}
