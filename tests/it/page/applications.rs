//! The page of a run as far as applications and the verdict go.

use super::{check, headings, page};
use crate::desk::{Desk, text};
use serde_json::{Value, json};
use std::fs;

const PHASES: &str = r#"
name = "app"
seed = 3

[phases]
init = "10s"
transition = "30s"
measurement = "60s"

[nodes]
count = 20

[network.latency]
model = "constant"
delay = "20ms"

[output]
plots = ["svg"]
"#;

const SERVICES: &str = r#"
[[workload]]
kind = "services"
services = 3
providers_per_service = 2
rate = "0.5/s"
unadvertise_share = 0.2
"#;

const BLOCKS: &str = r#"
[[nodes.class]]
name = "givers"
share = 0.5

[[nodes.class]]
name = "traders"
share = 0.5

[[workload]]
kind = "blocks"
count = 10
blocks_per_node = 2
block_size = "4 KiB"
memory_size = "8 KiB"
damaged_share = 0.1
marketplace = ["traders"]
credit = "8 KiB"

[[workload]]
kind = "blocks"
count = 1
blocks_per_node = 1
block_size = "1 KiB"
"#;

/// The page of a run of this scenario, and its result.
fn run(workloads: &str) -> (String, Value) {
    let desk = Desk::with(&format!("{PHASES}{workloads}"));
    desk.succeeds(&["run", "my.toml", "--quiet"]);
    desk.succeeds(&["report", "output/app-3", "--quiet"]);
    let html = text(&desk.read("output/app-3/report.html"));
    check(&html);
    let result = desk.read("output/app-3/result.json");
    (html, serde_json::from_slice(&result).expect("JSON"))
}

/// The section of this name.
fn section<'h>(html: &'h str, id: &str) -> &'h str {
    let from = html.find(&format!("<section id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}"));
    let rest = &html[from..];
    &rest[..rest.find("</section>").expect("it ends")]
}

/// That a list of the section has this name with this value.
#[track_caller]
fn says(section: &str, name: &str, value: &Value) {
    let expected = format!("<dt>{name}</dt><dd>{value}</dd>");
    assert!(section.contains(&expected), "{expected} is missing in {section}");
}

#[test]
fn services_are_told_on_the_page_of_their_run() {
    let (html, result) = run(SERVICES);
    assert_eq!(headings(&html)[..4], ["What was simulated", "Verdict", "Operations", "Services"]);
    let (of, shown) = (&result["applications"][0], section(&html, "application-0"));
    assert!(of["calls"]["answered"].as_u64() > Some(100), "{of}");
    says(shown, "Answered", &of["calls"]["answered"]);
    says(shown, "Searches in the network", &of["discovery"]["from_network"]);
    says(shown, "Announcements that ended", &of["advertisements"]["announcements"]);
    says(shown, "Withdrawn", &of["advertisements"]["withdrawn"]);
    for service in of["shares"].as_array().expect("a list") {
        for provider in service["providers"].as_array().expect("a list") {
            let cells = format!(
                "<th scope=\"row\">{}</th><td class=\"number\" data-value=\"{node}\">{node}</td>\
                 <td class=\"number\" data-value=\"{calls}\">{calls}</td>",
                service["service"],
                node = provider["node"],
                calls = provider["calls"]
            );
            assert!(shown.contains(&cells), "{cells} is missing in {shown}");
        }
    }
    assert!(shown.contains("call, from the wish on"));
    // Its plots stand there, and nowhere else.
    for plot in ["How long services took", "Calls answered by provider"] {
        let label = format!("aria-label=\"Plot: {plot}\"");
        assert_eq!((shown.matches(&label).count(), html.matches(&label).count()), (1, 1), "{plot}");
    }
    assert!(html.contains("For each of 3 services 2 nodes announce themselves"));
}

#[test]
fn each_workload_of_blocks_has_a_section() {
    let (html, result) = run(BLOCKS);
    let headings = headings(&html);
    assert_eq!(headings[3..5], ["Blocks 1", "Blocks 2"], "{headings:?}");
    for place in 0..2 {
        let of = &result["applications"][place];
        let shown = section(&html, &format!("application-{place}"));
        says(shown, "Fetched and verified", &of["fetches"]["fetched"]);
        says(shown, "Copies that a holder has confirmed", &of["uploads"]["announced"]);
        says(shown, "Contents received", &of["verification"]["received"]);
        says(shown, "Wanted and not there", &of["cache"]["misses"]);
        assert_eq!(shown.matches("<figure").count(), 2, "both have their own plots");
        let has_credit = shown.contains("Accounts of the marketplace");
        assert_eq!(has_credit, of["credit"]["accounts"].as_u64() > Some(0));
    }
    let shown = section(&html, "application-0");
    for class in result["applications"][0]["by_class"].as_array().expect("a list") {
        let name = class["class"].as_str().expect("a text");
        let given = &class["blocks_given"];
        assert!(shown.contains(&format!("<th scope=\"row\">{name}</th>")), "{name}");
        assert!(shown.contains(&format!("data-value=\"{given}\">{given}</td>")), "{name}: {given}");
    }
    assert!(html.contains("2 blocks of 4 KiB"));
}

#[test]
fn a_verdict_is_told_with_its_thresholds() {
    let (html, result) = run("[[workload]]\nkind = \"lookup\"\nrate = \"1/s\"\n");
    let (of, shown) = (&result["verdict"], section(&html, "verdict"));
    for part in ["failure_grade", "latency_grade", "health"] {
        let word = of[part].as_str().expect("a text").replace('-', " ");
        assert!(shown.contains(&word), "{part}: {word} is missing in {shown}");
    }
    assert!(
        shown.contains(&format!("data-value=\"{}\"", of["latency_micros"]["count"])),
        "{shown}"
    );
    assert!(shown.contains("acceptable below 5.0%, concerning above 10.0%"), "{shown}");
    assert!(shown.contains("good below 50ms"), "{shown}");
}

/// Of kinds that are not known, and of folders from before there were any.
#[test]
fn applications_of_any_kind_have_a_section_and_old_folders_none() {
    let desk = Desk::with("");
    let mut result = json!({ "name": "old", "version": env!("CARGO_PKG_VERSION"), "scenario": {} });
    let page_of = |result: &Value| {
        fs::write(desk.path("result.json"), result.to_string()).expect("written");
        desk.succeeds(&["report", ".", "--quiet"]);
        text(&desk.read("report.html"))
    };
    let old = page_of(&result);
    assert!(!headings(&old).contains(&"Verdict".to_owned()), "{:?}", headings(&old));
    result["applications"] = json!([
        { "kind": "gossip", "reads": { "done": 4711, "<b>": "<i>" }, "rows": [{ "writer": 5 }] },
        { "kind": "<b>bold" }, 7, { "kind": "blocks" }, { "kind": "services", "shares": 3 },
        { "kind": "registers", "unexplained": [{ "kind": "<i>stale" }] },
    ]);
    result["verdict"] = json!({ "successes": 0, "failures": 0 });
    let html = page_of(&result);
    let shown = section(&html, "application-0");
    for part in ["Gossip", "reads.done", "4711", "&lt;i&gt;", "writer"] {
        assert!(shown.contains(part), "{part} is missing in {shown}");
    }
    let expected = ["Gossip", "<b>bold", "An application", "Blocks", "Services", "Registers"];
    assert!(headings(&html).windows(6).any(|some| some == expected), "{:?}", headings(&html));
    let all = page(&html);
    assert!(
        !all.iter().any(|(name, ..)| name == "b" || name == "i"),
        "no text has become an element"
    );
    assert!(html.contains("nothing to judge"));
}
