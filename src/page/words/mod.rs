//! A scenario in words: what was simulated, with its numbers.
//!
//! The words are made from the complete scenario as `result.json` has it, in which every key that
//! counts is written.

// Parts of sentences.
mod phrases;
// One file for each part of the scenario.
mod applications;
mod churn;
mod graph;
mod network;
mod nodes;
mod protocol;
mod trouble;

use super::held::Held;
use serde_json::Value;

/// What is told of one part of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is about.
    pub heading: &'static str,
    /// Sentences that follow each other.
    pub text: String,
    /// One line for each of several things.
    pub items: Vec<String>,
}

/// The scenario, part by part.
pub fn parts(scenario: &Value) -> Vec<Part> {
    let parts = [
        nodes::part(scenario),
        protocol::part(scenario),
        network::part(scenario),
        churn::part(scenario),
        applications::part(scenario),
        trouble::faults(scenario),
        trouble::attacks(scenario),
        phases(scenario),
    ];
    parts.into_iter().flatten().collect()
}

fn phases(scenario: &Value) -> Option<Part> {
    let length = |name: &str| scenario.text(&format!("phases.{name}")).to_owned();
    let before = match length("init").as_str() {
        "0s" => String::new(),
        init => format!("{init} in which nodes join, "),
    };
    let mut text = format!(
        "The run has {before}{} in which the network settles, and {} of measurement, from which the \
         figures are.",
        length("transition"),
        length("measurement")
    );
    let lookups = scenario.number("checker.lookups").unwrap_or(0.0);
    if lookups > 0.0 {
        text.push_str(&format!(
            " {} of the lookups are compared with the true closest nodes.",
            phrases::capital(&phrases::share(lookups))
        ));
    }
    let looks = scenario.list("snapshot").iter().map(|snapshot| snapshot.text("at").to_owned());
    let looks: Vec<String> = looks.collect();
    if !looks.is_empty() {
        text.push_str(&format!(" The overlay is measured at {}.", phrases::list(&looks)));
    }
    Some(Part { heading: "Time", text, items: vec![] })
}

#[cfg(test)]
mod tests;
