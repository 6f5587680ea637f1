//! A test of a suite.

use super::overview::RATE_OF;
use super::{details, points, repeat, state};
use crate::page::folder::Suite;
use crate::page::held::Held;
use crate::page::plots::{self, Plot};
use crate::page::{tiles, verdict};
use maud::{Markup, html};
use serde_json::Value;

/// What a test comes to, with the plots that are its own.
pub fn show(suite: &Suite, test: &Value, plots: &[&Plot]) -> Markup {
    let description = test.text("description");
    let points = test.list("points");
    html! {
        @if !description.is_empty() { p .description { (description) "." } }
        @match state(test) {
            "complete" => {}
            "timed-out" => p .notice { "The test took longer than it might, and has no figures." },
            "interrupted" => p .notice { "The test was interrupted, and has no figures." },
            other => p .notice { "The test ended so: " (other) "." },
        }
        @if !points.is_empty() {
            @if let Some(summary) = test.at("summary") {
                (tiles::show(&verdict::tiles(summary, "the worst of what is judged", RATE_OF)))
            }
            (details::show(test))
            (points::table(test))
            (plots::some(plots))
            (repeat::show(suite, test))
        }
    }
}
