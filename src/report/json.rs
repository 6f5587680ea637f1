//! Figures as JSON: keys in the order in which the types declare them.

use serde::Serialize;

/// `figures` as indented JSON that ends with a newline.
///
/// # Panics
/// If `figures` holds a map whose keys are no strings; no type of a result does.
pub fn to_json(figures: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(figures).expect("figures are numbers and names");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fabricated;

    #[test]
    fn the_result_keeps_its_order_and_knows_no_clock() {
        let run = fabricated::run();
        let text = to_json(&run.result);
        let place = |key: &str| text.find(&format!("\n  \"{key}\":")).expect(key);
        let keys = ["name", "version", "seed", "digest", "partial", "phases", "network"];
        assert!(keys.windows(2).all(|pair| place(pair[0]) < place(pair[1])));
        assert!(!text.contains("wall"));
        assert_eq!(text, to_json(&fabricated::run().result));
        let value: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(value["phases"][1]["start_seconds"], 300.0);
        assert_eq!(value["operations"][0]["kind"], "lookup");
        assert!(value["operations"][0]["failures"]["not-found"].is_u64());
        assert!(value["operations"][0]["latency_micros"]["p99"].is_u64());
    }

    #[test]
    fn a_missing_figure_is_null() {
        let text = to_json(&fabricated::empty_run().result);
        let value: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        assert!(value["tables"]["online_share"].is_null());
    }
}
