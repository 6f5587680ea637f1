//! Scenarios from text to text.

// Wrong inputs and what the user is told.
mod wrong;
// Defaults and settings.
mod right;
// What goes wrong.
mod faults;
// The way back to text, for random scenarios.
mod random;
mod random_lists;

use super::{Scenario, ScenarioError, Setting};
use std::path::Path;

/// The scenario in `text` as if it came from `s.toml`, with `settings` laid over it.
fn parse(text: &str, settings: &[&str]) -> Result<Scenario, ScenarioError> {
    let settings: Vec<Setting> =
        settings.iter().map(|text| text.parse().expect("tests set keys to values")).collect();
    Scenario::parse(text, "s.toml", Path::new(""), &settings)
}
