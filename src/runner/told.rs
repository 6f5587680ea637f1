//! How summaries tell the figures of applications.

use crate::metrics::Percentiles;

/// A line of a summary: what, and how much.
pub(super) fn line(what: &str, text: String) -> (String, String) {
    (what.to_owned(), text)
}

/// A share in per cent; a dash where there is none.
pub(super) fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_owned(), |share| format!("{:.1} %", 100.0 * share))
}

/// Median and 99th percentile of microseconds, in milliseconds.
pub(super) fn median(of: &Percentiles) -> String {
    let millis = |micros: u64| format!("{:.1} ms", micros as f64 / 1_000.0);
    format!("median {}, 99 % {}", millis(of.p50), millis(of.p99))
}
