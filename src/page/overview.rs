//! What a run comes to, at a glance, and what was simulated in words.

use super::figures::time;
use super::held::Held;
use super::tiles::{self, Tile};
use super::words;
use crate::report::text::{bytes, grouped, percent, short};
use maud::{Markup, html};
use serde_json::Value;

/// Operations that are told at a glance, the more telling first.
const TOLD: [&str; 5] = ["lookup", "get", "find-providers", "provide", "put"];

/// The few figures that most ask for first.
pub fn tiles(result: &Value) -> Markup {
    let mut tiles = vec![];
    if let Some(nodes) = result.whole("network.nodes") {
        let online = result.number("network.online_mean").unwrap_or(0.0);
        tiles.push(Tile::new(
            "Nodes",
            grouped(nodes),
            format!("{} online on average", short(online)),
        ));
    }
    let of_kind =
        |kind: &&str| result.list("operations").iter().find(|of| of.text("kind") == *kind);
    for figures in TOLD.iter().filter_map(of_kind).take(2) {
        let kind = figures.text("kind");
        let (count, rate) = (figures.whole("count").unwrap_or(0), figures.number("success_rate"));
        tiles.push(Tile::new(
            format!("Success of {kind}"),
            rate.map_or("–".to_owned(), percent),
            format!("of {}", grouped(count)),
        ));
        if figures.whole("success").unwrap_or(0) > 0 {
            let millis = |path: &str| short(figures.number(path).unwrap_or(0.0) / 1_000.0);
            tiles.push(Tile::new(
                format!("Latency of {kind}"),
                format!("{} ms", millis("latency_micros.p50")),
                format!("median; 99% within {} ms", millis("latency_micros.p99")),
            ));
        }
    }
    if let Some(rate) = result.number("node_traffic.bytes_sent_per_second") {
        let maintenance =
            result.number("maintenance.maintenance_bytes_per_node_second").unwrap_or(0.0);
        tiles.push(Tile::new(
            "A node sends",
            format!("{}/s", bytes(rate)),
            format!("{}/s of it for maintenance", bytes(maintenance)),
        ));
    }
    if result.whole("records.stored").unwrap_or(0) > 0 {
        let lost = result.whole("records.lost").unwrap_or(0);
        let stored = result.whole("records.stored").unwrap_or(0);
        tiles.push(Tile::new(
            "Records lost",
            grouped(lost),
            format!("of {} stored", grouped(stored)),
        ));
    }
    tiles::show(&tiles)
}

/// What was simulated, in words.
pub fn words(scenario: &Value) -> Markup {
    html! {
        div .words {
            @for part in words::parts(scenario) {
                div {
                    h3 { (part.heading) }
                    @if !part.text.is_empty() { p { (part.text) } }
                    @if !part.items.is_empty() { ul { @for item in &part.items { li { (item) } } } }
                }
            }
        }
    }
}

/// The virtual length of a run, from its phases.
pub fn length(result: &Value) -> Option<String> {
    result.list("phases").last()?.number("end_seconds").map(time)
}
