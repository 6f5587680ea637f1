//! What repeats the results: the scenario, the seed, the version and the command.

use super::folder::{Run, Sweep};
use super::frame::copied;
use super::held::Held;
use super::table::pairs;
use crate::report::text::plain;
use crate::report::text::{bytes, grouped, short};
use maud::{Markup, html};
use serde_json::Value;

/// The command and the scenario of a run.
pub fn run(run: &Run) -> Markup {
    let result = &run.result;
    let on_sockets = result.text("transport") == "udp";
    let command = match on_sockets {
        true => "kadsim run scenario.toml --transport udp",
        false => "kadsim run scenario.toml",
    };
    html! {
        p {
            "The scenario below is complete: every default and the seed stand in it. Saved as "
            code { "scenario.toml" } " it is repeated by"
        }
        (copied("The command that repeats the run", command))
        @if on_sockets { p { "On sockets no run is like another." } }
        @else { p { "and has the same digest, with any number of threads." } }
        @if result.is("partial") { p { "The run was interrupted: the command goes on to its end." } }
        (pairs(&[
            ("Seed", Some(result.written("seed"))),
            ("Version of kadsim", Some(result.text("version").to_owned())),
            ("Digest", Some(result.text("digest").to_owned()).filter(|digest| !digest.is_empty())),
            ("Events", result.whole("events").map(grouped)),
        ]))
        @if run.scenario.is_empty() { p { "The folder has no scenario.toml." } }
        @else { (scenario(&run.scenario)) }
        @if let Some(cost) = &run.performance { h3 { "What it cost" } (performance(cost)) }
    }
}

/// The command and the scenario of a sweep.
pub fn sweep(sweep: &Sweep) -> Markup {
    let identity = &sweep.identity;
    let first = identity.text("first");
    html! {
        p {
            "The scenario of the first point is complete: every default stands in it. Saved as "
            code { "scenario.toml" } " it is swept again by"
        }
        (copied("The command that repeats the sweep", &command(identity)))
        (pairs(&[
            ("Seed", Some(identity.written("seed"))),
            ("Version of kadsim", Some(identity.text("version").to_owned())),
            ("Fingerprint of all points", Some(identity.text("fingerprint").to_owned())),
        ]))
        (scenario(first))
    }
}

fn scenario(text: &str) -> Markup {
    html! { details { summary { "The complete scenario" } (copied("scenario.toml", text)) } }
}

fn command(identity: &Value) -> String {
    let mut words = vec!["kadsim sweep scenario.toml".to_owned()];
    for varied in identity.list("vary") {
        let values = varied.list("values").iter().map(|value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        let values: Vec<String> = values.collect();
        words.push(format!(
            "--vary {}",
            quoted(&format!("{}={}", varied.text("key"), values.join(",")))
        ));
    }
    words.push(format!("--repeats {}", identity.whole("repeats").unwrap_or(1)));
    words.push(format!("--seed {}", identity.written("seed")));
    words.join(" ")
}

/// A word that a shell takes as it is.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.,=/:+".contains(c);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

fn performance(cost: &Value) -> Markup {
    let seconds = |path| cost.number(path).map(|value| format!("{} s", short(value)));
    pairs(&[
        ("Time that passed", seconds("wall_seconds")),
        ("Processor time", seconds("cpu_seconds")),
        ("Messages a processor second", cost.number("messages_per_cpu_second").map(plain)),
        ("Most memory at once", cost.number("peak_memory_bytes").map(bytes)),
        ("Threads", cost.whole("threads").map(grouped)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_command_of_a_sweep_survives_a_shell() {
        let identity = json!({ "seed": 7, "repeats": 3, "vary": [
            { "key": "kademlia.alpha", "values": [1, 3] },
            { "key": "network.latency.delay", "values": ["50 ms", "it's"] },
        ] });
        assert_eq!(
            command(&identity),
            "kadsim sweep scenario.toml --vary kademlia.alpha=1,3 --vary \
             'network.latency.delay=50 ms,it'\\''s' --repeats 3 --seed 7"
        );
    }
}
