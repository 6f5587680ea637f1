//! The time of day: absences pass faster at some hours than at others.
//!
//! Only absences are modulated. Sessions keep the distribution that they are given, and so do
//! absences when they are measured on a clock that runs at the rate of [`Day::rate`]: over whole
//! periods that clock shows as much as any other.

use super::config::DiurnalConfig;
use crate::time::Duration;

/// Halvings and steps after which the end of an absence is known to the last bit.
const MOST_STEPS: u32 = 200;

/// The clock on which absences pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Day {
    amplitude: f64,
    /// Seconds.
    period: f64,
    /// Seconds.
    peak: f64,
}

impl Day {
    /// The clock of this configuration.
    pub fn new(config: DiurnalConfig) -> Self {
        Day {
            amplitude: config.amplitude,
            period: config.period.as_secs_f64(),
            peak: config.peak.as_secs_f64(),
        }
    }

    /// How fast absences pass `seconds` after the beginning of the run; 1 on average.
    pub fn rate(&self, seconds: f64) -> f64 {
        1.0 + self.amplitude * libm::cos(self.angle(seconds))
    }

    /// What the clock shows `seconds` after the beginning of the run, or before if negative.
    pub fn shows(&self, seconds: f64) -> f64 {
        seconds + self.swing() * libm::sin(self.angle(seconds))
    }

    /// How long an absence lasts that begins `from` seconds after the beginning of the run and is
    /// `length` long on the clock; at least a nanosecond.
    pub fn lasting(&self, length: Duration, from: f64) -> Duration {
        let wanted = self.shows(from) + length.as_secs_f64();
        // The clock is never further than its swing from the time.
        let mut low = (wanted - self.swing()).max(from);
        let mut high = (wanted + self.swing()).max(low);
        let mut at = wanted.clamp(low, high);
        for _ in 0..MOST_STEPS {
            let over = self.shows(at) - wanted;
            if over > 0.0 {
                high = at;
            } else {
                low = at;
            }
            let newton = at - over / self.rate(at);
            // Where the clock stands still the step leads anywhere; half of what is left is safe.
            let next = if newton > low && newton < high { newton } else { (low + high) / 2.0 };
            if next <= low || next >= high || libm::fabs(next - at) < 1e-10 {
                break;
            }
            at = next;
        }
        Duration::from_secs_f64((at - from).max(0.0)).max(Duration::from_nanos(1))
    }

    fn angle(&self, seconds: f64) -> f64 {
        (seconds - self.peak) / self.period * std::f64::consts::TAU
    }

    /// How far the clock is ahead of the time, or behind it, at most.
    fn swing(&self) -> f64 {
        self.amplitude * self.period / std::f64::consts::TAU
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(amplitude: f64) -> Day {
        Day::new(DiurnalConfig {
            amplitude,
            period: Duration::from_secs(86_400),
            peak: Duration::from_secs(72_000),
        })
    }

    /// Whatever the beginning, the clock shows the drawn length more at the end.
    #[test]
    fn an_absence_is_as_long_as_drawn_on_the_clock() {
        for amplitude in [0.1, 0.9, 1.0] {
            let day = day(amplitude);
            for hour in -50..50 {
                let from = f64::from(hour) * 3_600.0;
                for length in [1, 600, 7_200, 86_400, 1_000_000] {
                    let lasting = day.lasting(Duration::from_secs(length), from).as_secs_f64();
                    let passed = day.shows(from + lasting) - day.shows(from);
                    assert!((passed - length as f64).abs() < 1e-6, "{from} {length} {passed}");
                }
            }
        }
    }

    #[test]
    fn the_clock_runs_at_its_rate_and_loses_nothing_in_a_period() {
        let day = day(0.6);
        assert!((day.rate(72_000.0) - 1.6).abs() < 1e-12);
        assert!((day.rate(72_000.0 + 43_200.0) - 0.4).abs() < 1e-12);
        let slope = (day.shows(1_001.0) - day.shows(999.0)) / 2.0;
        assert!((slope - day.rate(1_000.0)).abs() < 1e-6);
        assert!((day.shows(86_400.0 * 7.0) - day.shows(0.0) - 86_400.0 * 7.0).abs() < 1e-6);
        let period = Duration::from_secs(86_400);
        assert!((day.lasting(period, 5.0).as_secs_f64() - 86_400.0).abs() < 1e-6);
    }
}
