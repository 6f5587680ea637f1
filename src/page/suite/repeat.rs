//! What repeats the points of a test: their settings laid over its file, and their seeds.

use crate::page::folder::Suite;
use crate::page::frame::copied;
use crate::page::held::Held;
use crate::page::repeat::quoted;
use crate::page::table::{Cell, sortable};
use maud::{Markup, html};
use serde_json::Value;

/// A command for each point, and the seeds and digests of all runs.
pub fn show(suite: &Suite, test: &Value) -> Markup {
    let points = test.list("points");
    let commands: Vec<String> = points.iter().map(|point| command(test, point)).collect();
    let prefix = format!("{}-", test.text("test"));
    let has_files = suite.scenarios.iter().any(|name| name.starts_with(&prefix));
    html! {
        details {
            summary { "Repeat the points" }
            p {
                "Each line is the first run of a point: what was laid over the scenario of the test, and the "
                "seed. The other runs have the seeds below."
                @if has_files {
                    " The complete scenarios lie in the folder, in " code { "scenarios/" }
                    ", under names that begin with " code { (prefix) } "."
                }
            }
            (copied("Commands that repeat the points", &commands.join("\n")))
            (runs(points))
        }
    }
}

/// The command that repeats the first run of a point.
fn command(test: &Value, point: &Value) -> String {
    let mut words = vec!["kadsim run".to_owned(), quoted(test.text("file"))];
    let settings = point.list("settings").iter().filter_map(Value::as_str);
    words.extend(settings.map(|setting| format!("--set {}", quoted(setting))));
    words.extend(point.list("seeds").first().map(|seed| format!("--seed {seed}")));
    words.join(" ")
}

fn runs(points: &[Value]) -> Markup {
    let of_point = |point: &Value| {
        let digests = point.list("digests");
        let row = |(place, seed): (usize, &Value)| {
            let digest = digests.get(place).and_then(Value::as_str).unwrap_or("–").to_owned();
            vec![
                Cell::Name(point.text("label").to_owned()),
                Cell::Text(seed.to_string()),
                Cell::Text(digest),
            ]
        };
        point.list("seeds").iter().enumerate().map(row).collect::<Vec<_>>()
    };
    let rows: Vec<_> = points.iter().flat_map(of_point).collect();
    html! {
        @if !rows.is_empty() { (sortable("Runs", &[("point", ""), ("seed", ""), ("digest", "")], &rows)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_command_survives_a_shell() {
        let test = json!({ "file": "my scenarios/smoke.toml" });
        let point = json!({ "settings": ["nodes.count=5", "phases.init=1m 30s", "fault.0.nodes=[\"3..5\"]",
            "name=it's"], "seeds": [7, 8] });
        assert_eq!(
            command(&test, &point),
            "kadsim run 'my scenarios/smoke.toml' --set nodes.count=5 --set 'phases.init=1m 30s' --set \
             'fault.0.nodes=[\"3..5\"]' --set 'name=it'\\''s' --seed 7"
        );
    }
}
