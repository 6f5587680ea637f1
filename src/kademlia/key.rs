//! Keys and the XOR metric (paper, section 2.1).

use crate::rng::Stream;
use rand::Rng;
use std::fmt;

/// A place in the key space. The distance of two keys is their XOR, read as a number: it is
/// zero for equal keys only, symmetric, and obeys the triangle inequality; and for a key and
/// a distance there is one key at that distance.
pub trait Key: Copy + Ord + fmt::Debug {
    /// Length in bits.
    const BITS: u32;

    /// The XOR of the two keys; compares as the distance does.
    fn distance(self, other: Self) -> Self;

    /// Leading bits that the two keys share.
    fn shared_bits(self, other: Self) -> u32;

    /// A key drawn from those that share exactly `shared` leading bits with this one.
    ///
    /// Takes 64 bits from `draws` whatever the key's length, and these decide its first 64
    /// bits: nodes with longer keys do the same as nodes with short ones.
    ///
    /// # Panics
    /// If `shared` is not below [`Key::BITS`].
    fn random_at(self, shared: u32, draws: &mut Stream) -> Self;
}

/// The first 64 bits of a key. No two nodes of a simulated run agree in them, so no comparison
/// needs more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Key64(pub u64);

impl Key for Key64 {
    const BITS: u32 = 64;

    #[inline]
    fn distance(self, other: Self) -> Self {
        Key64(self.0 ^ other.0)
    }

    #[inline]
    fn shared_bits(self, other: Self) -> u32 {
        (self.0 ^ other.0).leading_zeros()
    }

    fn random_at(self, shared: u32, draws: &mut Stream) -> Self {
        assert!(shared < Self::BITS, "a key shares at most 63 bits with a different one");
        let differing = 1u64 << (63 - shared);
        let below = draws.next_u64() & (differing - 1);
        Key64((self.0 ^ differing) & !(differing - 1) | below)
    }
}

impl fmt::Debug for Key64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A key of `N` bytes: 20 in the paper and in BitTorrent, 32 in libp2p.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct WideKey<const N: usize>(pub [u8; N]);

impl<const N: usize> Key for WideKey<N> {
    const BITS: u32 = 8 * N as u32;

    #[inline]
    fn distance(self, other: Self) -> Self {
        let mut bytes = self.0;
        for (byte, other) in bytes.iter_mut().zip(other.0) {
            *byte ^= other;
        }
        WideKey(bytes)
    }

    #[inline]
    fn shared_bits(self, other: Self) -> u32 {
        let distance = self.distance(other).0;
        match distance.iter().position(|&byte| byte != 0) {
            Some(index) => 8 * index as u32 + distance[index].leading_zeros(),
            None => Self::BITS,
        }
    }

    fn random_at(self, shared: u32, draws: &mut Stream) -> Self {
        assert!(shared < Self::BITS, "a key shares fewer bits with a different one than it has");
        let mut bytes = Self::beginning_with(Key64(draws.next_u64())).0;
        let (whole, bit) = (shared as usize / 8, 0x80u8 >> (shared % 8));
        bytes[..whole].copy_from_slice(&self.0[..whole]);
        let below = bit - 1;
        bytes[whole] = (self.0[whole] ^ bit) & !below | bytes[whole] & below;
        WideKey(bytes)
    }
}

impl<const N: usize> WideKey<N> {
    /// The key that begins with these 64 bits; what follows is a mix of them.
    pub fn beginning_with(first: Key64) -> Self {
        let mut bytes = [0; N];
        let mut bits = first.0;
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&bits.to_be_bytes()[..chunk.len()]);
            bits = following(bits);
        }
        WideKey(bytes)
    }

    /// The first 64 bits.
    ///
    /// # Panics
    /// If `N` is below 8.
    pub fn beginning(self) -> Key64 {
        let first = self.0[..8].try_into().expect("eight bytes are as many as were asked for");
        Key64(u64::from_be_bytes(first))
    }
}

/// The bits that follow these in a key that is longer: a mix of them (SplitMix64; Steele, Lea
/// and Flood, 2014).
fn following(bits: u64) -> u64 {
    let mut z = bits.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl<const N: usize> fmt::Debug for WideKey<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Seed};
    use proptest::prelude::*;

    fn laws<K: Key>(a: K, b: K, c: K) -> Result<(), TestCaseError> {
        let zero = a.distance(a);
        prop_assert_eq!(a.distance(b), b.distance(a));
        prop_assert_eq!(a.distance(b) == zero, a == b);
        // One key at a distance: XOR undoes itself.
        prop_assert_eq!(a.distance(a.distance(b)), b);
        // d(a,c) is the XOR of the other two, and XOR never exceeds the sum.
        prop_assert_eq!(a.distance(b).distance(b.distance(c)), a.distance(c));
        prop_assert_eq!(a.shared_bits(b) > a.shared_bits(c), {
            a.distance(b) < a.distance(c) && a.shared_bits(b) != a.shared_bits(c)
        });
        Ok(())
    }

    /// Long keys that begin as short ones do are drawn as these are.
    #[test]
    fn the_first_64_bits_of_a_random_key_do_not_depend_on_its_length() {
        let mut wide = WideKey([0x5A; 20]);
        wide.0[10] = 7;
        let short = Key64(0x5A5A_5A5A_5A5A_5A5A);
        for shared in 0..64 {
            let mut draws = Stream::new(Seed(3), Purpose::Test, u64::from(shared));
            let mut same = draws.clone();
            let drawn = wide.random_at(shared, &mut draws);
            assert_eq!(drawn.beginning(), short.random_at(shared, &mut same));
            assert_eq!(draws.position(), same.position());
            assert_ne!(drawn.0[8..], wide.0[8..], "what follows is drawn too");
        }
    }

    proptest! {
        #[test]
        fn xor_metric_of_64_bits(a: u64, b: u64, c: u64) {
            laws(Key64(a), Key64(b), Key64(c))?;
            prop_assert!((a ^ c) as u128 <= (a ^ b) as u128 + (b ^ c) as u128);
        }

        #[test]
        fn xor_metric_of_160_bits(a: [u8; 20], b: [u8; 20], c: [u8; 20]) {
            laws(WideKey(a), WideKey(b), WideKey(c))?;
        }

        #[test]
        fn random_keys_share_exactly_the_bits_asked_for(key: u64, wide: [u8; 20], shared in 0u32..64) {
            let mut draws = Stream::new(Seed(1), Purpose::Test, key);
            prop_assert_eq!(Key64(key).random_at(shared, &mut draws).shared_bits(Key64(key)), shared);
            let wide = WideKey(wide);
            prop_assert_eq!(wide.random_at(2 * shared, &mut draws).shared_bits(wide), 2 * shared);
        }
    }
}
