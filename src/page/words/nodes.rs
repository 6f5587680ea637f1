//! How many nodes there are, of which classes, and how they come in.

use super::phrases::{count, list, percentage, share};
use super::{Part, churn, graph};
use crate::page::held::Held;
use serde_json::Value;

/// The nodes, their classes and whom they know first.
pub fn part(scenario: &Value) -> Option<Part> {
    let nodes = count(scenario.whole("nodes.count").unwrap_or(0), "node", "nodes");
    let start = match scenario.text("nodes.bootstrap") {
        "organic" => "join one after the other through the protocol".to_owned(),
        "warm" => "begin with routing tables as the protocol would have filled them".to_owned(),
        "random" => {
            "begin with routing tables of contacts drawn at random; nobody joins".to_owned()
        }
        other => format!("come in by {other}"),
    };
    let contacts = count(scenario.whole("nodes.contacts").unwrap_or(0), "node", "nodes");
    let first = match scenario.text("topology.kind") {
        "" | "drawn" => format!(
            "A node that joins is told of {contacts} that {} online.",
            if contacts.starts_with("1 ") { "is" } else { "are" }
        ),
        "bootstrap" => bootstrap(scenario),
        kind => format!(
            "Who knows whom at the start is {}.",
            graph::graph(kind, scenario.at("topology").unwrap_or(&Value::Null), "node")
        ),
    };
    let classes = scenario.list("nodes.class");
    let mut text = format!("{nodes} {start}. {first}");
    let items = match classes {
        [one] => {
            let what = class(one);
            if !what.is_empty() {
                text.push_str(&format!(" Each node has {}.", list(&what)));
            }
            vec![]
        }
        several => several.iter().map(named).collect(),
    };
    Some(Part { heading: "Nodes", text, items })
}

fn bootstrap(scenario: &Value) -> String {
    let all = scenario.whole("topology.bootstrap_nodes").unwrap_or(1);
    let known = scenario.whole("topology.known_bootstrap_nodes").unwrap_or(all);
    let nodes = count(all, "dedicated bootstrap node", "dedicated bootstrap nodes");
    match (all, known) {
        (1, _) => "All join through one bootstrap node, which stays.".to_owned(),
        _ if all == known => {
            format!("All join through {nodes}, which stay and are known to everyone.")
        }
        _ => format!("All join through {nodes}, which stay; each node knows {known} of them."),
    }
}

/// A class by its name.
fn named(table: &Value) -> String {
    let part = share(table.number("share").unwrap_or(0.0));
    let mut what = class(table);
    if what.is_empty() {
        what.push("unlimited links".to_owned());
    }
    let mut text = format!("{}: {part} of the nodes, with {}.", table.text("name"), list(&what));
    if let Some(churn) = table.at("churn") {
        text.push(' ');
        text.push_str(&churn::sentences(churn, "its nodes"));
    }
    text
}

/// What sets the nodes of a class apart; nothing where all is as it is without.
fn class(table: &Value) -> Vec<String> {
    let mut what = vec![];
    let links = (table.text("uplink"), table.text("downlink"));
    match links {
        ("unlimited" | "", "unlimited" | "") => {}
        (up, "unlimited" | "") => what.push(format!("an uplink of {up}")),
        ("unlimited" | "", down) => what.push(format!("a downlink of {down}")),
        (up, down) if up == down => what.push(format!("links of {up} either way")),
        (up, down) => what.push(format!("links of {up} up and {down} down")),
    }
    if !what.is_empty() {
        what.push(format!("room for {} before each", table.text("queue")));
    }
    if table.at("dialable").and_then(Value::as_bool) == Some(false) {
        what.push("an address that others cannot dial".to_owned());
    }
    if table.text("mode") == "client" {
        what.push("the part of a client, which asks and serves nobody".to_owned());
    }
    if let Some(loss) = table.number("loss").filter(|loss| *loss > 0.0) {
        what.push(format!("{} of its packets lost", percentage(loss)));
    }
    if !table.text("router").is_empty() {
        what.push(format!("its place at router {}", table.text("router")));
    }
    what
}
