//! Axes: from values to places, and the marks that people read them by.

use super::scene::text_width;
use crate::report::text::grouped;
use crate::time::Instant;

/// Room at either end of an axis of decades, as a factor.
const ROOM: f64 = 1.15;

/// The room for marks below bars, in pixels, beside a short legend; the height of their font and
/// the gap between two.
const ROOM_OF_PLACES: f64 = 930.0;
const MARK_SIZE: f64 = 17.0;
const MARK_GAP: f64 = 8.0;

/// How values are spread over an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scale {
    Linear,
    Logarithmic,
}

/// One axis of a chart.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What it shows, with the unit.
    pub label: String,
    /// Where it is marked, and with what.
    pub ticks: Vec<(f64, String)>,
    min: f64,
    max: f64,
    scale: Scale,
}

/// A unit that virtual time is shown in.
#[derive(Clone, Copy, Debug)]
pub struct TimeUnit {
    name: &'static str,
    seconds: f64,
    /// Distances between marks, in the unit.
    steps: &'static [f64],
}

impl TimeUnit {
    /// The unit in which a run until `end` needs few digits.
    pub fn of(end: Instant) -> Self {
        let unit = |name, seconds, steps| TimeUnit { name, seconds, steps };
        match end.whole_seconds() {
            0..180 => unit("seconds", 1.0, &[1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0]),
            180..10_800 => unit("minutes", 60.0, &[0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0]),
            10_800..259_200 => unit("hours", 3_600.0, &[0.5, 1.0, 2.0, 3.0, 6.0, 12.0]),
            _ => unit("days", 86_400.0, &[0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0]),
        }
    }

    /// `instant` in this unit.
    pub fn value(&self, instant: Instant) -> f64 {
        instant.as_secs_f64() / self.seconds
    }
}

impl Axis {
    /// Where `value` stands: 0 at the beginning of the axis, 1 at its end.
    pub fn place(&self, value: f64) -> f64 {
        let place = match self.scale {
            Scale::Linear => (value - self.min) / (self.max - self.min),
            Scale::Logarithmic => {
                libm::log(value.max(self.min) / self.min) / libm::log(self.max / self.min)
            }
        };
        place.clamp(0.0, 1.0)
    }

    /// From zero to a round number not below `max`.
    pub fn from_zero(label: impl Into<String>, max: f64) -> Self {
        let max = if max > 0.0 { max } else { 1.0 };
        let step = round_step(max / 6.0);
        let last = (max / step).ceil() as u32;
        let ticks = (0..=last).map(|i| f64::from(i) * step).map(|v| (v, decimal(v, step)));
        Axis {
            label: label.into(),
            ticks: ticks.collect(),
            min: 0.0,
            max: f64::from(last) * step,
            scale: Scale::Linear,
        }
    }

    /// Shares in percent, from a round number not above `min` to 100.
    pub fn percent(label: impl Into<String>, min: f64) -> Self {
        let (min, step): (u32, u32) = match min {
            min if min >= 99.0 => (99, 1),
            min if min >= 95.0 => (95, 1),
            min if min >= 90.0 => (90, 2),
            min if min >= 50.0 => (50, 10),
            _ => (0, 20),
        };
        let ticks = (min..=100).step_by(step as usize);
        Axis {
            label: label.into(),
            ticks: ticks.map(|v| (f64::from(v), format!("{v}%"))).collect(),
            min: f64::from(min),
            max: 100.0,
            scale: Scale::Linear,
        }
    }

    /// A logarithmic axis around `min` and `max`, which are above zero.
    pub fn logarithmic(label: impl Into<String>, min: f64, max: f64) -> Self {
        let decade = |value: f64| libm::floor(libm::log10(value)) as i32;
        let marks = (decade(min)..=decade(max) + 1).flat_map(|exponent| {
            [1.0, 2.0, 5.0].map(|factor| factor * libm::pow(10.0, f64::from(exponent)))
        });
        let marks: Vec<f64> = marks.collect();
        let first = marks.iter().rposition(|mark| *mark <= min * 1.000_001).unwrap_or(0);
        let last = marks.iter().position(|mark| *mark > max).unwrap_or(marks.len() - 1);
        // Over many decades, the decades alone are marked.
        let every = if last - first < 13 { 1 } else { 3 };
        let marked = (first..=last).filter(|place| place % every == 0);
        let ticks = marked.map(|place| (marks[place], decimal(marks[place], marks[place])));
        let (ticks, min, max) = (ticks.collect(), marks[first], marks[last]);
        Axis { label: label.into(), ticks, min, max, scale: Scale::Logarithmic }
    }

    /// A logarithmic axis a little beyond `min` and `max`, so that marks there stand free; marked
    /// at 1, 2 and 5 where there are few decades and at the decades otherwise.
    pub fn decades(label: impl Into<String>, min: f64, max: f64) -> Self {
        let whole = Axis::logarithmic(label, min, max);
        let max = if max > min { max } else { whole.max };
        let is_decade = |value: f64| {
            let exponent = libm::log10(value);
            (exponent - libm::round(exponent)).abs() < 1e-9
        };
        let few = max / min < 50.0;
        let inside = |value: f64| value >= min * 0.999_999 && value <= max * 1.000_001;
        let ticks = whole.ticks.into_iter().filter(|(value, _)| inside(*value));
        let ticks = ticks.filter(|(value, _)| few || is_decade(*value)).collect();
        Axis { ticks, min: min / ROOM, max: max * ROOM, ..whole }
    }

    /// Time from the beginning of the run to `end`, which is that of `clock`.
    pub fn time(clock: &str, end: Instant) -> Self {
        Axis::lengths(&format!("{clock} time"), end)
    }

    /// Time that has passed since something began, up to `end`.
    pub fn lengths(name: &str, end: Instant) -> Self {
        let unit = TimeUnit::of(end);
        let max = unit.value(end).max(f64::MIN_POSITIVE);
        let enough = |step: &&f64| max / **step <= 12.0;
        let step = unit.steps.iter().find(enough).copied().unwrap_or(round_step(max / 10.0));
        let count = (max / step * 1.000_001).floor() as u32;
        let ticks = (0..=count).map(|i| f64::from(i) * step).map(|v| (v, decimal(v, step)));
        Axis {
            label: format!("{name} ({})", unit.name),
            ticks: ticks.collect(),
            min: 0.0,
            max,
            scale: Scale::Linear,
        }
    }

    /// One place for each of `names`, at 0, 1, 2 and so on; marks as many as there is room for.
    pub fn places(label: impl Into<String>, names: Vec<String>) -> Self {
        let count = names.len();
        let widest = names.iter().map(|name| text_width(name, MARK_SIZE)).fold(0.0, f64::max);
        let room = (ROOM_OF_PLACES / (widest + MARK_GAP)) as usize;
        let every = count.div_ceil(room.clamp(1, 24)).max(1);
        let ticks = names.into_iter().enumerate().step_by(every);
        Axis {
            label: label.into(),
            ticks: ticks.map(|(place, name)| (place as f64, name)).collect(),
            min: -0.5,
            max: count as f64 - 0.5,
            scale: Scale::Linear,
        }
    }
}

/// The unit of a rate in bytes per second whose largest value is `max`, and its size in bytes.
pub fn byte_rate_unit(max: f64) -> (&'static str, f64) {
    const KIB: f64 = 1_024.0;
    match max {
        max if max < 2.0 * KIB => ("B/s", 1.0),
        max if max < 2.0 * KIB * KIB => ("KiB/s", KIB),
        max if max < 2.0 * KIB * KIB * KIB => ("MiB/s", KIB * KIB),
        _ => ("GiB/s", KIB * KIB * KIB),
    }
}

/// 1, 2 or 5 times a power of ten, not below `raw`.
fn round_step(raw: f64) -> f64 {
    let decade = libm::pow(10.0, libm::floor(libm::log10(raw)));
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * decade >= raw * 0.999_999);
    factor.unwrap_or(10.0) * decade
}

/// `value` with as many decimals as multiples of `step` need.
fn decimal(value: f64, step: f64) -> String {
    let decimals = (-libm::floor(libm::log10(step) + 1e-9)).max(0.0) as usize;
    match decimals {
        0 => grouped(value.round() as u64),
        _ => format!("{value:.decimals$}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;

    fn texts(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn marks_are_round_numbers() {
        assert_eq!(
            texts(&Axis::from_zero("", 9_300.0)),
            ["0", "2,000", "4,000", "6,000", "8,000", "10,000"]
        );
        assert_eq!(texts(&Axis::from_zero("", 0.9)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(texts(&Axis::from_zero("", 0.0)).len(), 6);
        assert_eq!(texts(&Axis::percent("", 96.0)), ["95%", "96%", "97%", "98%", "99%", "100%"]);
    }

    #[test]
    fn time_is_shown_in_the_unit_that_fits() {
        let axis = |seconds| Axis::time("Virtual", Instant::ZERO + Duration::from_secs(seconds));
        assert_eq!(axis(3_600).label, "Virtual time (minutes)");
        assert_eq!(
            texts(&axis(3_600)),
            ["0", "5", "10", "15", "20", "25", "30", "35", "40", "45", "50", "55", "60"]
        );
        assert_eq!(axis(100).label, "Virtual time (seconds)");
        assert_eq!(texts(&axis(86_400))[1..3], ["2", "4"]);
        assert_eq!(axis(10 * 86_400).label, "Virtual time (days)");
    }

    #[test]
    fn logarithmic_marks_are_one_two_five() {
        let axis = Axis::logarithmic("", 3.0, 300.0);
        assert_eq!(texts(&axis), ["2", "5", "10", "20", "50", "100", "200", "500"]);
        assert_eq!((axis.place(2.0), axis.place(500.0)), (0.0, 1.0));
        assert_eq!(axis.place(0.0), 0.0);
        assert_eq!(texts(&Axis::logarithmic("", 100.0, 100.0)), ["100", "200"]);
        assert_eq!(
            texts(&Axis::logarithmic("", 0.01, 20_000.0)),
            ["0.01", "0.1", "1", "10", "100", "1,000", "10,000"]
        );
    }

    #[test]
    fn decades_end_where_the_values_end() {
        let axis = Axis::decades("", 1_000.0, 1_000_000.0);
        assert_eq!(texts(&axis), ["1,000", "10,000", "100,000", "1,000,000"]);
        let ends = (axis.place(1_000.0), axis.place(1_000_000.0));
        assert!((0.01..0.03).contains(&ends.0) && (0.97..0.99).contains(&ends.1), "{ends:?}");
        assert_eq!(texts(&Axis::decades("", 1_000.0, 5_000.0)), ["1,000", "2,000", "5,000"]);
        assert_eq!(texts(&Axis::decades("", 1_000.0, 1_000.0)), ["1,000", "2,000"]);
    }

    #[test]
    fn bars_stand_in_the_middle_of_their_places() {
        let axis = Axis::places("", vec!["1".into(), "2".into()]);
        assert_eq!((axis.place(0.0), axis.place(1.0)), (0.25, 0.75));
    }
}
