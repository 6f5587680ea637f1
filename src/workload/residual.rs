//! How long a node stays that is met online at a random instant: the rest of its session.
//!
//! Renewal theory: of a node that has long been coming and going, the rest of the session in which it
//! is met exceeds `t` with probability `(1 / mean) * integral from t to infinity of the probability
//! that a session exceeds x`. Exponential sessions have no memory: their rest is as long as they are.
//! Of Weibull sessions with shape c and scale s it is `Γ(1/c, (t/s)^c) / Γ(1/c)`.

use super::config::LengthDistribution;
use crate::time::Duration;

/// From here on a sum of this many terms would not be exact any more, and what is left is nothing.
const NOTHING_LEFT: f64 = 500.0;

/// Probability that the rest of a session is longer than `rest`; `None` for distributions of which
/// no closed form is known here.
pub fn outlasts(sessions: &LengthDistribution, rest: Duration) -> Option<f64> {
    let rest = rest.as_secs_f64();
    match *sessions {
        LengthDistribution::Exponential { mean } => Some(libm::exp(-rest / mean.as_secs_f64())),
        LengthDistribution::Weibull { mean, shape } => {
            let scale = mean.as_secs_f64() / libm::tgamma(1.0 + 1.0 / shape);
            Some(upper_gamma(1.0 / shape, libm::pow(rest / scale, shape)))
        }
        LengthDistribution::ParetoShifted { .. } | LengthDistribution::LogNormal { .. } => None,
    }
}

/// The regularized upper incomplete gamma function `Γ(a, x) / Γ(a)`, by the series of its complement,
/// all of whose terms are positive. With logarithms and exponentials of `libm`, as what is
/// computed here stands in results.
fn upper_gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if x > NOTHING_LEFT {
        return 0.0;
    }
    let (mut term, mut sum, mut next) = (1.0, 1.0, a);
    while term > sum * 1e-17 {
        next += 1.0;
        term *= x / next;
        sum += term;
    }
    let lower = sum * libm::exp(a * libm::log(x) - x - libm::lgamma(a + 1.0));
    (1.0 - lower).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn about(value: f64, expected: f64) {
        assert!((value - expected).abs() < 5e-5, "{value} and {expected}");
    }

    /// `Γ(1, x) = exp(-x)`, `Γ(1/2, x) / Γ(1/2) = erfc(sqrt x)`, `Γ(2, x) = (1 + x) exp(-x)`.
    #[test]
    fn the_gamma_function_agrees_with_its_closed_forms() {
        for x in [0.0, 0.01, 0.5, 1.0, 3.0, 20.0, 200.0, 501.0] {
            let close = |value: f64, expected: f64| assert!((value - expected).abs() < 1e-12);
            close(upper_gamma(1.0, x), libm::exp(-x));
            close(upper_gamma(0.5, x), libm::erfc(libm::sqrt(x)));
            close(upper_gamma(2.0, x), (1.0 + x) * libm::exp(-x));
        }
    }

    /// Figures F15 and F16 of docs/fidelity.md.
    #[test]
    fn records_outlast_what_was_derived_for_them() {
        let alive = |outlasts: f64, k: i32| 1.0 - (1.0 - outlasts).powi(k);
        let memoryless = outlasts(&LengthDistribution::Exponential { mean: HOUR }, HOUR);
        let memoryless = memoryless.expect("it is known");
        about(alive(memoryless, 8), 0.974_51);
        about(alive(memoryless, 20), 0.999_896);
        let mean = Duration::from_secs_f64(169.54 * 60.0 * libm::tgamma(1.0 + 1.0 / 0.615_11));
        let kad = LengthDistribution::Weibull { mean, shape: 0.615_11 };
        let kad = outlasts(&kad, HOUR * 12).expect("it is known");
        about(alive(kad, 8), 0.8480);
        about(alive(kad, 20), 0.9910);
    }

    #[test]
    fn of_others_nothing_is_claimed() {
        let lomax = LengthDistribution::ParetoShifted { mean: HOUR, shape: 3.0 };
        assert_eq!(outlasts(&lomax, HOUR), None);
        let lognormal = LengthDistribution::LogNormal { mean: HOUR, shape: 1.0 };
        assert_eq!(outlasts(&lognormal, HOUR), None);
    }
}
