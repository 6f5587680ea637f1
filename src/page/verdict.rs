//! How good a run is, by the thresholds of its scenario; and the words for that.

use super::figures::time;
use super::held::Held;
use super::table::{Cell, Tone, pairs};
use super::tiles::{self, Tile};
use super::times;
use crate::report::text::{grouped, percent, short};
use maud::{Markup, html};
use serde_json::Value;

/// The verdict of a run; nothing where there is none, or nothing that it could be on.
pub fn show(result: &Value) -> Option<Markup> {
    let verdict = result.at("verdict")?;
    let count = verdict.whole("successes")? + verdict.whole("failures")?;
    if count == 0 {
        return Some(html! {
            p { "Applications asked for no lookup, put, get, announcement or search, so there is nothing to judge." }
        });
    }
    let late = verdict.whole("late").unwrap_or(0);
    Some(html! {
        p {
            "Lookups, puts, gets, announcements and searches for providers together. What applications "
            "say to each other is not in it."
        }
        (tiles::show(&tiles(verdict, follows(verdict), "virtual, of all nodes")))
        (pairs(&[
            ("Operations that succeeded in time", verdict.whole("successes").map(grouped)),
            ("The others", verdict.whole("failures").map(grouped)),
            ("Of these, only late", (late > 0).then(|| grouped(late))),
        ]))
        @if let Some(latency) = verdict.at("latency_micros") {
            (times::table("Latency of what succeeded, late or not", &[("all kinds together", latency)]))
        }
        @if let Some(thresholds) = result.at("scenario.verdict") { (self::thresholds(thresholds)) }
    })
}

/// Health, failures, latency and rate of a verdict or of a suite: where the health is from, and what the
/// rate is of.
pub fn tiles(of: &Value, health_from: &str, rate_of: &str) -> Vec<Tile> {
    let count = of.whole("successes").unwrap_or(0) + of.whole("failures").unwrap_or(0);
    let mut tiles = vec![health_tile(of, health_from)];
    if let Some(rate) = of.number("failure_rate") {
        let grade = of.text("failure_grade");
        let more = format!("{grade}, of {}", grouped(count));
        tiles.push(Tile::new("Failed operations", percent(rate), more).toned(tone(grade)));
    }
    let millis = of.number("latency_micros.mean").map(|micros| micros / 1_000.0);
    if let Some(millis) = of.number("latency_ms").or(millis) {
        let grade = of.text("latency_grade");
        // Of no successes the mean is 0, and nobody says how good that is.
        if !grade.is_empty() {
            let value = format!("{} ms", short(millis));
            tiles.push(Tile::new("Mean latency", value, grade.to_owned()).toned(tone(grade)));
        }
    }
    if let Some(rate) = of.number("operations_per_second") {
        tiles.push(Tile::new("Operations a second", short(rate), rate_of.to_owned()));
    }
    tiles
}

fn health_tile(of: &Value, from: &str) -> Tile {
    let health = of.text("health");
    Tile::new("Health", spaced(health, "unknown"), from.to_owned()).toned(tone(health))
}

/// What the health of a verdict follows from.
fn follows(verdict: &Value) -> &'static str {
    match verdict.text("health") {
        "healthy" => "failures and latency are acceptable or better",
        "degraded" => "failures or latency are worse than acceptable",
        "needs-scaling" => "failures are concerning, or latency is to be investigated",
        _ => "nothing that could be judged",
    }
}

/// What a word of a verdict says.
pub fn tone(word: &str) -> Tone {
    match word {
        "healthy" | "excellent" | "good" | "acceptable" => Tone::Good,
        "degraded" | "elevated" | "slow" => Tone::Middling,
        "needs-scaling" | "concerning" | "investigate" => Tone::Bad,
        _ => Tone::None,
    }
}

/// A word of a verdict as a cell.
pub fn grade(of: &Value, path: &str) -> Cell {
    match of.text(path) {
        "" => Cell::None,
        word => Cell::Grade(spaced(word, ""), tone(word)),
    }
}

fn spaced(word: &str, otherwise: &str) -> String {
    if word.is_empty() { otherwise.to_owned() } else { word.replace('-', " ") }
}

fn thresholds(of: &Value) -> Markup {
    let share = |path| of.number(path).map(percent);
    let length = |path| match of.text(path) {
        "" => of.number(path).map(time),
        text => Some(text.to_owned()),
    };
    let failures = share("failure_excellent")
        .zip(share("failure_acceptable"))
        .zip(share("failure_concerning"))
        .map(|((excellent, acceptable), concerning)| {
            format!(
                "excellent below {excellent}, acceptable below {acceptable}, concerning above \
                 {concerning}, elevated between"
            )
        });
    let latency = length("latency_good")
        .zip(length("latency_acceptable"))
        .zip(length("latency_investigate"))
        .map(|((good, acceptable), investigate)| {
            format!(
                "good below {good}, acceptable below {acceptable}, to be investigated above \
                 {investigate}, slow between"
            )
        });
    html! {
        h3 { "Thresholds" }
        (pairs(&[
            ("Share of failures", failures),
            ("Mean latency", latency),
            ("What takes longer has failed", length("operation_timeout")),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_run_of_which_nothing_was_asked_is_not_praised() {
        let nothing = json!({ "verdict": { "successes": 0, "failures": 0, "health": "unknown" } });
        let shown = show(&nothing).expect("there is a verdict").into_string();
        assert!(shown.contains("nothing to judge") && !shown.contains("tiles"), "{shown}");
        assert!(show(&json!({})).is_none());
    }

    #[test]
    fn words_that_warn_are_told_from_those_that_praise() {
        let tones = ["healthy", "slow", "needs-scaling", "of another version"].map(tone);
        assert_eq!(tones, [Tone::Good, Tone::Middling, Tone::Bad, Tone::None]);
        let worst = json!({ "successes": 1, "failures": 3, "failure_rate": 0.75, "health": "needs-scaling",
            "failure_grade": "concerning", "latency_grade": null, "latency_micros": { "mean": 0.0 } });
        let shown = tiles::show(&tiles(&worst, "", "")).into_string();
        assert!(shown.contains("<span class=\"outside\">needs scaling</span>"), "{shown}");
        assert!(shown.contains("75.0%") && shown.contains("concerning, of 4"), "{shown}");
        assert!(!shown.contains("latency</dt>"), "nothing succeeded: {shown}");
    }
}
