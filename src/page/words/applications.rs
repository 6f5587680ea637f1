//! What applications ask the nodes for.

use super::Part;
use super::phrases::{count, rate, share, short_number};
use crate::page::held::Held;
use serde_json::Value;

/// The workloads.
pub fn part(scenario: &Value) -> Option<Part> {
    let items: Vec<String> = scenario.list("workload").iter().map(workload).collect();
    match items.as_slice() {
        [] => None,
        [one] => Some(Part { heading: "Applications", text: one.clone(), items: vec![] }),
        _ => Some(Part { heading: "Applications", text: String::new(), items }),
    }
}

fn workload(table: &Value) -> String {
    let (before, (one, several)) = match table.text("kind") {
        "lookup" => (String::new(), ("lookup of a random key", "lookups of random keys")),
        "put-get" => (
            format!(
                "Each node puts {} of {}. ",
                count(table.whole("records_per_node").unwrap_or(1), "record", "records"),
                table.text("record_size")
            ),
            ("get", "gets"),
        ),
        "provide" => (
            format!(
                "Each node announces {}. ",
                count(table.whole("records_per_node").unwrap_or(1), "item", "items")
            ),
            ("search for providers", "searches for providers"),
        ),
        "services" => (services(table), ("call of a service", "calls of services")),
        "blocks" => (blocks(table), ("fetch of a block", "fetches of blocks")),
        "registers" => (
            format!(
                "Nodes share {} of {}, and write one with {} of their operations. ",
                count(table.whole("registers").unwrap_or(1), "register", "registers"),
                table.text("record_size"),
                share(table.number("write_share").unwrap_or(0.0))
            ),
            ("read or write", "reads and writes"),
        ),
        other => (format!("The application {other}. "), ("operation", "operations")),
    };
    let often = match (table.text("rate"), table.text("total_rate"), table.whole("count")) {
        ("", "", Some(each)) => {
            format!("Each node makes {} in the measurement", count(each, one, several))
        }
        ("", "", None) => {
            let total = table.whole("total_count").unwrap_or(0);
            format!("All nodes together make {} in the measurement", count(total, one, several))
        }
        ("", total, _) => {
            format!("All nodes together make {several} at a mean rate of {}", rate(total))
        }
        (each, _, _) => {
            format!("While it is online a node makes {several} at a mean rate of {}", rate(each))
        }
    };
    let when = match table.text("arrivals") {
        "fixed" => ", with equal gaps",
        "at-once" => ", all at once",
        _ => ", at random instants",
    };
    let which = match (table.text("kind"), table.text("popularity")) {
        ("lookup", _) | (_, "") => String::new(),
        (_, "uniform") => " All are asked for alike.".to_owned(),
        (_, "zipf") => format!(
            " Which one is asked for follows Zipf's law with exponent {}.",
            short_number(table.number("exponent").unwrap_or(1.0))
        ),
        (_, other) => format!(" Which one is asked for follows {other}."),
    };
    format!("{before}{often}{when}.{which}")
}

fn services(table: &Value) -> String {
    let again = match (table.text("readvertise_interval"), table.text("advertisement_ttl")) {
        ("", _) | (_, "") => String::new(),
        (interval, ttl) => format!(", again each {interval} and each time for {ttl}"),
    };
    let chosen = match table.text("selection") {
        "" => String::new(),
        selection => format!(" Callers choose among them by {selection}."),
    };
    let providers = table.whole("providers_per_service").unwrap_or(1);
    let announce = if providers == 1 { "announces itself" } else { "announce themselves" };
    format!(
        "For each of {} {} {announce}{again}.{chosen} ",
        count(table.whole("services").unwrap_or(10), "service", "services"),
        count(providers, "node", "nodes"),
    )
}

fn blocks(table: &Value) -> String {
    let size = match table.text("block_size") {
        "" => String::new(),
        size => format!(" of {size}"),
    };
    format!(
        "For each node there {} {}{size}, on {} each. ",
        if table.whole("blocks_per_node") == Some(1) { "is" } else { "are" },
        count(table.whole("blocks_per_node").unwrap_or(1), "block", "blocks"),
        count(table.whole("copies").unwrap_or(1), "node", "nodes"),
    )
}
