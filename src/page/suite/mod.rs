//! The page of a suite: what its tests come to together, and a section for each of them.
//!
//! `suite.json` may hold more than this version of kadsim knows: another test, or another kind of
//! details. A test that is not known has its points all the same, and details that are not known are
//! shown as names and numbers.

// All tests together.
mod overview;
// One test: its points, what it tells beside them, and what repeats it.
mod details;
mod points;
mod repeat;
mod test;

use super::applications;
use super::folder::Suite;
use super::frame::{self, Head, Section};
use super::held::Held;
use super::plots::{self, Plot};
use crate::report::text::grouped;
use maud::{Markup, html};
use serde_json::Value;

/// The page.
pub fn page(suite: &Suite) -> Markup {
    let report = &suite.report;
    let tests = report.list("tests");
    let name = match tests {
        [only] => format!("The {} test", only.text("test")),
        _ => format!("A suite of {} tests", tests.len()),
    };
    let count = |path: &str| report.whole(path).map(grouped);
    let mut marks = vec![("Tests", grouped(tests.len() as u64))];
    marks.extend(count("repeats").map(|repeats| ("Runs of each point", repeats)));
    marks.extend(count("max_nodes").map(|nodes| ("Nodes", format!("up to {nodes}"))));
    marks.push(("Written by", format!("kadsim {}", suite.version())));
    let head = Head {
        name: &name,
        kind: "Tests of a simulated Kademlia network",
        description: "Each test is a scenario at one size or at several; verdicts are by the thresholds of \
                      scenarios.",
        marks,
        notices: frame::of_version(&suite.version())
            .into_iter()
            .chain(ended_early(tests))
            .collect(),
    };
    frame::page(&head, &sections(suite))
}

/// Names and states of the tests that have no figures.
fn ended_early(tests: &[Value]) -> Option<String> {
    let early = tests.iter().filter(|test| state(test) != "complete");
    let early: Vec<String> = early
        .map(|test| format!("{} ({})", test.text("test"), state(test).replace('-', " ")))
        .collect();
    (!early.is_empty()).then(|| {
        format!(
            "Not all tests came to their end: {}. These have no figures, and what is said of all tests \
             together is without them.",
            early.join(", ")
        )
    })
}

/// How a test ended.
fn state(test: &Value) -> &str {
    match test.text("state") {
        "" => "complete",
        state => state,
    }
}

/// Where links to the test of this place lead.
fn id(place: usize) -> String {
    format!("test-{place}")
}

/// Plots of a test: what most ask for comes first, all others by name.
fn in_order(mut plots: Vec<&Plot>) -> Vec<&Plot> {
    let first = ["-latency", "-failures", "-operations", "-connections"];
    plots.sort_by_key(|plot| {
        first.iter().position(|end| plot.name.ends_with(end)).unwrap_or(first.len())
    });
    plots
}

fn sections(suite: &Suite) -> Vec<Section> {
    let report = &suite.report;
    let tests = report.list("tests");
    let some = |id: &str, heading: &str, content: Option<Markup>| {
        content.map(|content| Section::new(id, heading, content))
    };
    let first = [
        Some(Section::new("verdict", "Verdict", overview::verdict(report))),
        some("recommendation", "Recommendation", overview::recommendation(tests)),
        Some(Section::new("settings", "What was run", overview::settings(report))),
        some("network", "Network overview", overview::network(tests)),
        some("resources", "Resources", overview::resources(report, suite.performance.as_ref())),
    ];
    let mut others: Vec<&Plot> = suite.plots.iter().collect();
    let mut of_tests = vec![];
    for (place, test) in tests.iter().enumerate() {
        let name = test.text("test");
        // The plots of a test whose name begins with another's are not the other's.
        let is_own = |plot: &&Plot| {
            let of =
                |test: &str| plot.name.strip_prefix(test).is_some_and(|rest| rest.starts_with('-'));
            let names = tests.iter().map(|test| test.text("test")).filter(|name| of(name));
            names.max_by_key(|name| name.len()) == Some(name)
        };
        let (own, rest): (Vec<_>, Vec<_>) = others.into_iter().partition(is_own);
        others = rest;
        let own = in_order(own);
        let heading = applications::name(&name.replace('-', " "));
        of_tests.push(Section::new(id(place), heading, test::show(suite, test, &own)));
    }
    let rest = (!others.is_empty())
        .then(|| Section::new("plots", "Other plots", html! { (plots::some(&others)) }));
    first.into_iter().flatten().chain(of_tests).chain(rest).collect()
}
