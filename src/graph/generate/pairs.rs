//! The pairs of different vertices, numbered from 0, so that a set of pairs is a set of numbers.

use crate::rng::Stream;
use crate::rng::distribution::unit_open;
use rand::{Rng, RngExt};

/// Number of pairs of different vertices.
pub fn count(vertices: u32) -> u64 {
    u64::from(vertices) * u64::from(vertices).saturating_sub(1) / 2
}

/// The pair of this number, the smaller vertex first: (0, 1), (0, 2), (1, 2), (0, 3), ...
pub fn pair(number: u64) -> (u32, u32) {
    let first_of = |larger: u64| larger * larger.saturating_sub(1) / 2;
    // The root is off by at most one where the numbers are too large for its 53 bits.
    let mut larger = ((1.0 + libm::sqrt(1.0 + 8.0 * number as f64)) / 2.0) as u64;
    while first_of(larger) > number {
        larger -= 1;
    }
    while first_of(larger + 1) <= number {
        larger += 1;
    }
    ((number - first_of(larger)) as u32, larger as u32)
}

/// The numbers below `count` that come up if each does with this probability, in ascending order.
/// Draws once for each number that comes up and not once for each that might (Batagelj and Brandes
/// 2005).
pub fn each_with(
    probability: f64,
    count: u64,
    stream: &mut Stream,
) -> impl Iterator<Item = u64> + '_ {
    let log_of_other = libm::log1p(-probability.min(1.0));
    let mut next = 0u64;
    std::iter::from_fn(move || {
        if probability <= 0.0 || next >= count {
            return None;
        }
        if probability < 1.0 {
            // Saturates where the gap is larger than any number of pairs.
            let gap = libm::floor(libm::log(unit_open(stream.next_u64())) / log_of_other) as u64;
            next = next.saturating_add(gap);
        }
        let number = next;
        next = next.saturating_add(1);
        (number < count).then_some(number)
    })
}

/// So many different numbers below `count`, every set of them as likely as any other, in
/// ascending order.
pub fn so_many(wanted: u64, count: u64, stream: &mut Stream) -> Vec<u64> {
    if wanted > count / 2 {
        let mut left_out = so_many(count - wanted, count, stream).into_iter().peekable();
        return (0..count).filter(|number| left_out.next_if_eq(number).is_none()).collect();
    }
    let mut drawn: Vec<u64> = Vec::with_capacity(wanted as usize);
    // At most half of the numbers are wanted, so each round finds half of those still missing.
    while (drawn.len() as u64) < wanted {
        let missing = wanted - drawn.len() as u64;
        drawn.extend((0..missing).map(|_| stream.random_range(0..count)));
        drawn.sort_unstable();
        drawn.dedup();
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Seed};

    #[test]
    fn numbers_and_pairs_are_the_same_thing() {
        let mut number = 0;
        for larger in 1..60 {
            for smaller in 0..larger {
                assert_eq!(pair(number), (smaller, larger));
                number += 1;
            }
        }
        assert_eq!(number, count(60));
        for vertices in [70_000, 100_000_000, u32::MAX] {
            assert_eq!(pair(count(vertices) - 1), (vertices - 2, vertices - 1));
            assert_eq!(pair(count(vertices)), (0, vertices));
        }
        assert_eq!((count(0), count(1), count(2)), (0, 0, 1));
    }

    #[test]
    fn numbers_come_up_with_their_probability() {
        let mut stream = Stream::new(Seed(4), Purpose::Test, 0);
        assert_eq!(each_with(0.0, 100, &mut stream).count(), 0);
        assert!(each_with(1.0, 100, &mut stream).eq(0..100));
        // 1,000 rounds of 50 numbers: each comes up 300 times, with a deviation of 14.5.
        let mut counts = [0u32; 50];
        for _ in 0..1_000 {
            each_with(0.3, 50, &mut stream).for_each(|number| counts[number as usize] += 1);
        }
        assert!(counts.iter().all(|count| count.abs_diff(300) < 65), "{counts:?}");
    }

    #[test]
    fn so_many_are_different_and_each_as_likely() {
        for wanted in [3, 15] {
            let mut counts = [0u32; 20];
            let mut stream = Stream::new(Seed(5), Purpose::Test, wanted);
            for _ in 0..2_000 {
                let numbers = so_many(wanted, 20, &mut stream);
                assert!(numbers.is_sorted_by(|left, right| left < right));
                assert_eq!(numbers.len() as u64, wanted);
                numbers.iter().for_each(|&number| counts[number as usize] += 1);
            }
            let expected = 2_000 * wanted as u32 / 20;
            // The deviation of a count is at most 20.
            assert!(counts.iter().all(|count| count.abs_diff(expected) < 90), "{counts:?}");
        }
        assert!(so_many(0, 0, &mut Stream::new(Seed(5), Purpose::Test, 0)).is_empty());
    }
}
