//! How time is divided into windows, in which blocks of nodes run without regard to each other.

use crate::time::{Duration, Instant};

/// Narrower windows than this cost more than a second thread brings.
pub(super) const NARROWEST: Duration = Duration::from_micros(100);

/// Wider ones are not needed: what was noticed elsewhere should not stay unknown for long.
const WIDEST: Duration = Duration::from_millis(100);

/// The width of windows if blocks cannot run side by side anyway.
const UNDIVIDED: Duration = Duration::from_millis(1);

/// The width of windows in a network of this smallest delay, and the number of threads, of
/// those wanted, that can be used.
pub(super) fn of(smallest_delay: Duration, wanted: usize) -> (Duration, usize) {
    if smallest_delay < NARROWEST {
        return (UNDIVIDED, 1);
    }
    (smallest_delay.min(WIDEST), wanted.max(1))
}

/// The end of the window that begins `now`, if nothing happens before `quiet`: a multiple of
/// the width. What it is multiplied by does not depend on how the run got there.
pub(super) fn end(now: Instant, width: Duration, quiet: Instant) -> Instant {
    let width = width.as_nanos();
    let next = (now.as_nanos() / width + 1).saturating_mul(width);
    let last_quiet = quiet.as_nanos() / width * width;
    Instant::from_nanos(next.max(last_quiet))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: u64) -> Instant {
        Instant::ZERO + Duration::from_micros(micros)
    }

    #[test]
    fn windows_end_at_multiples_of_their_width() {
        let width = Duration::from_micros(200);
        assert_eq!(end(at(0), width, at(0)), at(200));
        assert_eq!(end(at(200), width, at(250)), at(400));
        assert_eq!(end(at(399), width, at(399)), at(400));
        assert_eq!(end(at(399), width, at(1_999)), at(1_800), "the next event lies after it");
        let far = end(at(5), width, Instant::FAR_FUTURE);
        assert_eq!(far.as_nanos() % width.as_nanos(), 0);
    }

    #[test]
    fn a_network_without_delay_has_one_thread() {
        assert_eq!(of(Duration::ZERO, 4), (UNDIVIDED, 1));
        assert_eq!(of(Duration::from_millis(10), 4), (Duration::from_millis(10), 4));
        assert_eq!(of(Duration::from_secs(2), 0), (WIDEST, 1));
    }
}
