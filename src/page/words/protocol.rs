//! The parameters of every node, and what of them is not the preset's.

use super::Part;
use super::phrases::count;
use crate::page::held::Held;
use crate::scenario::{Scenario, Setting};
use serde_json::Value;
use std::path::Path;

/// The protocol.
pub fn part(scenario: &Value) -> Option<Part> {
    let table = scenario.at("kademlia")?;
    let preset = match table.text("preset") {
        "paper" => "the parameters of the Kademlia paper",
        "mainline" => "the parameters of BitTorrent's Mainline DHT",
        "go-libp2p" => "the parameters of go-libp2p, as IPFS uses it",
        "rust-libp2p" => "the parameters of rust-libp2p",
        other => return Some(plain(table, &format!("the parameters {other}"))),
    };
    let mut part = plain(table, preset);
    let changed = changed(table);
    if !changed.is_empty() {
        part.text.push_str(" Other than in the preset: ");
        part.text.push_str(&changed.join("; "));
        part.text.push('.');
    }
    Some(part)
}

fn plain(table: &Value, preset: &str) -> Part {
    let number = |key: &str| table.whole(key).unwrap_or(0);
    let (k, alpha) = (number("k"), number("alpha"));
    let going = match table.text("parallelism") {
        "strict" => format!("in rounds of {}", count(alpha, "request", "requests")),
        _ => format!("with {} under way at a time", count(alpha, "request", "requests")),
    };
    let stop = match table.text("stop") {
        "k-closest" => "the k closest nodes have answered".to_owned(),
        "beta-closest" => format!("the {} closest nodes have answered", number("beta")),
        "no-closer" => format!("{alpha} answers in a row have named nobody closer"),
        other => format!("it has reached {other}"),
    };
    let follow = if table.is("follow_up") {
        ", and then asks the rest of the k closest at once"
    } else {
        ""
    };
    let mut text = format!(
        "Every node runs Kademlia with {preset}: k = {k}, alpha = {alpha}. A lookup goes on {going} until \
         {stop}{follow}."
    );
    let paths = number("disjoint_paths");
    if paths > 1 {
        text.push_str(&format!(" It takes {paths} disjoint paths, as in S/Kademlia."));
    }
    text.push_str(&format!(" A request has failed after {}", table.text("request_timeout")));
    match table.text("dial_timeout") {
        "never" | "" => {}
        dial => text.push_str(&format!(", or {dial} where no connection is open")),
    }
    let retries = number("retries");
    let tries = count(retries, "further try", "further tries");
    text.push_str(&if retries > 0 { format!(", and has {tries}.") } else { ".".to_owned() });
    text.push_str(&format!(
        " Buckets that nothing was looked up in are refreshed after {}.",
        table.text("refresh_interval")
    ));
    text.push_str(match table.text("eviction") {
        "ping-oldest" => " Where a bucket is full, the contact that was silent longest is pinged before it gives way.",
        "replace-useless" => " Where a bucket is full, a newcomer takes the place of a contact that proved useless.",
        "pending" => " Where a bucket is full, a newcomer waits until a contact is disconnected.",
        _ => "",
    });
    if table.text("precautions") == "open" {
        text.push_str(" Nodes take the precautions of an open network.");
    }
    Part { heading: "Protocol", text, items: vec![] }
}

/// The keys whose values the preset does not have, with both.
fn changed(table: &Value) -> Vec<String> {
    let preset = format!("kademlia.preset={}", table.text("preset"));
    let Ok(setting) = preset.parse::<Setting>() else { return vec![] };
    let Ok(scenario) = Scenario::parse("", "preset", Path::new(""), &[setting]) else {
        return vec![];
    };
    let Ok(whole) = scenario.to_toml().parse::<toml::Table>() else { return vec![] };
    let Ok(whole) = serde_json::to_value(whole) else { return vec![] };
    let Some(usual) = whole.at("kademlia").and_then(Value::as_object) else { return vec![] };
    let differing =
        usual.iter().filter(|(key, value)| table.get(key).is_some_and(|own| own != *value));
    differing
        .map(|(key, value)| {
            let usual = Held::written(&serde_json::json!({ "it": value }), "it");
            format!("{key} is {} instead of {usual}", table.written(key))
        })
        .collect()
}
