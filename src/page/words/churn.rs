//! Who comes and goes.

use super::Part;
use super::graph::file;
use super::phrases::{capital, list, rate, share, short_number};
use crate::page::held::Held;
use serde_json::Value;

/// Churn of all nodes.
pub fn part(scenario: &Value) -> Option<Part> {
    let churn = scenario.at("churn")?;
    Some(Part { heading: "Churn", text: sentences(churn, "nodes"), items: vec![] })
}

/// What churn does to `whom`.
pub fn sentences(table: &Value, whom: &str) -> String {
    let leave = |text: String| format!("{text} {}", leaving(table));
    match table.text("model") {
        "none" => format!("{} stay for the whole run.", capital(whom)),
        "lifetime" => leave(format!(
            "{} come and go: sessions {}, absences {}.{}",
            capital(whom),
            distribution(table, "lifetime"),
            distribution(table, "deadtime"),
            day(table)
        )),
        "pareto" => leave(format!(
            "{} come and go around means of their own, which follow a Pareto distribution: sessions of {} \
             and absences of {} on average.{}",
            capital(whom),
            table.text("lifetime_mean"),
            table.text("deadtime_mean"),
            day(table)
        )),
        "random" => leave(random(table)),
        "trace" => format!("{} come and go as the file {} has it.", capital(whom), file(table)),
        other => format!("{} come and go by the model {other}.", capital(whom)),
    }
}

fn distribution(table: &Value, of: &str) -> String {
    let mean = table.text(&format!("{of}_mean"));
    let shape = short_number(table.number(&format!("{of}_shape")).unwrap_or(0.0));
    let name = match table.text(&format!("{of}_distribution")) {
        "exponential" => return format!("are exponential with a mean of {mean}"),
        "weibull" => "Weibull",
        "pareto_shifted" => "shifted Pareto",
        "lognormal" => "lognormal",
        other => other,
    };
    format!("are {name} (shape {shape}) with a mean of {mean}")
}

fn day(table: &Value) -> String {
    match table.number("diurnal_amplitude") {
        Some(amplitude) if amplitude > 0.0 => format!(
            " By the time of day absences pass up to {} faster or slower, over {} from a peak at {}.",
            share(amplitude),
            table.text("diurnal_period"),
            table.text("diurnal_peak")
        ),
        _ => String::new(),
    }
}

fn leaving(table: &Value) -> String {
    match table.number("graceful_leave_probability") {
        Some(1.0) => "Who leaves hands over its records first.".to_owned(),
        Some(0.0) => "Who leaves vanishes without a word.".to_owned(),
        Some(part) => {
            format!(
                "Of those that leave {} hand over their records first; the others vanish.",
                share(part)
            )
        }
        None => String::new(),
    }
}

fn random(table: &Value) -> String {
    let rates = [
        ("join_rate", "nodes that are away come"),
        ("leave_rate", "nodes that are online leave"),
        ("migration_rate", "nodes leave while others come"),
    ];
    let said = rates.iter().filter_map(|(key, what)| {
        let text = Some(table.text(key)).filter(|text| !text.is_empty())?;
        Some(format!("{what} at {}", rate(text)))
    });
    let said: Vec<String> = said.collect();
    let online = share(table.number("online_share").unwrap_or(0.0));
    format!(
        "Nodes drawn at random come and go: {}. At the start {online} of them are online.",
        list(&said)
    )
}
