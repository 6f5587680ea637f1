//! Faults and attacks.

use super::Part;
use super::phrases::{count, percentage, rate, share};
use crate::page::held::Held;
use serde_json::Value;

/// The faults; nothing where there are none.
pub fn faults(scenario: &Value) -> Option<Part> {
    let items: Vec<String> = scenario.list("fault").iter().map(fault).collect();
    part("Faults", items)
}

/// The attacks; nothing where there are none.
pub fn attacks(scenario: &Value) -> Option<Part> {
    let items: Vec<String> = scenario.list("attack").iter().map(attack).collect();
    part("Attacks", items)
}

fn part(heading: &'static str, items: Vec<String>) -> Option<Part> {
    (!items.is_empty()).then(|| Part { heading, text: String::new(), items })
}

fn fault(table: &Value) -> String {
    let what = match table.text("kind") {
        "partition" => partition(table),
        "degradation" => degradation(table),
        "crash" => format!("{} vanish at once", whom(table)),
        "flash-crowd" => format!("{}, which have not been there before, join", whom(table)),
        "slow-nodes" => format!("{} handle what arrives {} late", whom(table), table.text("delay")),
        "timer-skew" => format!(
            "the clocks of {} run up to {} too fast or too slow",
            whom(table),
            percentage(table.number("skew").unwrap_or(0.0))
        ),
        "outage" => match table.text("effect") {
            "unreachable" => {
                format!("the region {} is cut off from everyone", table.text("region"))
            }
            _ => format!("all nodes of the region {} are off", table.text("region")),
        },
        other => format!("{} meet the fault {other}", whom(table)),
    };
    format!("{}, {}: {what}.", table.text("name"), time(table))
}

fn partition(table: &Value) -> String {
    let groups = table.list("groups");
    let way = match table.text("direction") {
        "out" => "; only what they send is lost",
        "in" => "; only what is sent to them is lost",
        _ => "",
    };
    match groups {
        [] => format!("{} are cut off from the others{way}", whom(table)),
        groups => format!(
            "{} groups of nodes and the rest are cut off from each other{way}",
            groups.len()
        ),
    }
}

fn degradation(table: &Value) -> String {
    let ways = match (table.text("from"), table.text("direction")) {
        ("", "out") => format!("what {} send", whom(table)),
        ("", "in") => format!("what is sent to {}", whom(table)),
        ("", _) => format!("what {} send and are sent", whom(table)),
        (from, "out") => format!("what goes from {from} to {}", table.text("to")),
        (from, _) => format!("what goes between {from} and {}", table.text("to")),
    };
    let mut harm = vec![];
    if !matches!(table.text("latency"), "" | "0s") {
        harm.push(format!("takes {} longer", table.text("latency")));
    }
    if let Some(loss) = table.number("loss").filter(|loss| *loss > 0.0) {
        harm.push(format!("is lost with {} probability", percentage(loss)));
    }
    if !matches!(table.text("bandwidth"), "" | "unlimited") {
        harm.push(format!("is limited to {} a sender", table.text("bandwidth")));
    }
    format!("{ways} {}", super::phrases::list(&harm))
}

/// Whom a fault concerns.
fn whom(table: &Value) -> String {
    if let Some(part) = table.number("share") {
        return match part {
            1.0 => "all nodes".to_owned(),
            part => format!("{} of the nodes", share(part)),
        };
    }
    match (table.text("region"), table.text("class"), table.list("nodes")) {
        ("", "", []) => "all nodes".to_owned(),
        ("", "", nodes) => {
            let nodes: Vec<String> = nodes.iter().map(|n| n.to_string().replace('"', "")).collect();
            format!("nodes {}", nodes.join(", "))
        }
        ("", class, _) => format!("the nodes of class {class}"),
        (region, _, _) => format!("the nodes of {region}"),
    }
}

fn time(table: &Value) -> String {
    match table.text("until") {
        "" => format!("from {} on", table.text("at")),
        until => format!("from {} to {until}", table.text("at")),
    }
}

fn attack(table: &Value) -> String {
    let many = table.whole("count").unwrap_or(0);
    let nodes = count(many, "adversary", "adversaries");
    let rate = rate(table.text("rate"));
    let what = match table.text("kind") {
        "drop" => "do not answer".to_owned(),
        "nonexistent" => "name nodes that do not exist".to_owned(),
        "colluders" => "name only each other".to_owned(),
        "poison" => "answer with wrong values and false providers".to_owned(),
        "flood" => format!(
            "flood {} with requests, each at {rate}",
            count(table.whole("victims").unwrap_or(1), "node", "nodes")
        ),
        "sybil" => {
            format!("choose keys next to {} and hide what is stored there", table.text("target"))
        }
        "eclipse-key" => {
            format!("choose keys next to {} and name only each other", table.text("target"))
        }
        "eclipse-node" => format!(
            "press into the buckets of node {} with requests at {rate} each, and name it only each other",
            table.whole("victim").unwrap_or(0)
        ),
        other => format!("carry out the attack {other}"),
    };
    format!("From {} to {}, {nodes} {what}.", table.text("at"), table.text("until"))
}
