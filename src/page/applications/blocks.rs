//! Blocks: what was put on nodes, fetched from them and verified, and who gave how much.

use super::part;
use crate::page::figures::{share, size, whole};
use crate::page::held::Held;
use crate::page::table::{Cell, pairs, table};
use crate::page::times;
use crate::report::text::{bytes, grouped, percent, short};
use maud::{Markup, html};
use serde_json::Value;

/// A row of these figures.
type Row<'r> = (&'r str, Option<String>);

/// The figures of a workload of blocks.
pub fn show(of: &Value) -> Markup {
    html! {
        (told(of))
        (part("Uploads", &pairs(&uploads(of))))
        (part("Fetches", &pairs(&fetches(of))))
        (times(of))
        (part("Verification", &pairs(&verification(of))))
        (refusals(of))
        (by_class(of))
        (part("Cache", &pairs(&cache(of))))
        (part("Credit", &pairs(&credit(of))))
    }
}

/// What was fetched, in a sentence or two.
fn told(of: &Value) -> Markup {
    let count = |path| of.whole(path).unwrap_or(0);
    let (blocks, copies) = (grouped(count("blocks")), grouped(count("copies")));
    let (fetched, failed) = (count("fetches.fetched"), count("fetches.failed"));
    let rate = of.number("fetches.blocks_per_second").unwrap_or(0.0);
    let rate = match of.number("fetches.bytes_per_second") {
        Some(size) if rate > 0.0 => {
            format!(", {} a second ({}/s)", short(rate), bytes(size))
        }
        _ => String::new(),
    };
    html! {
        p {
            "There are " (blocks) " blocks in " (copies) " copies. " (grouped(fetched)) " were fetched from "
            "others and verified" (rate) "; " (grouped(failed)) " fetches failed."
        }
    }
}

fn uploads(of: &Value) -> Vec<Row<'static>> {
    let count = |name: &str| of.whole(&format!("uploads.{name}")).map(grouped);
    vec![
        ("Copies that a holder has confirmed", count("announced")),
        ("Announcements that ended, of any block", count("announcements")),
        ("Confirmed by no holder", count("unconfirmed")),
    ]
}

fn fetches(of: &Value) -> Vec<Row<'static>> {
    let count = |name: &str| of.whole(&format!("fetches.{name}")).map(grouped);
    vec![
        ("Fetched and verified", count("fetched")),
        ("No provider gave it", count("failed")),
        ("Of these, no provider was found", count("found_nobody")),
        ("More than one provider was asked", count("failed_over")),
        ("Requests not answered in time", of.whole("timed_out").map(grouped)),
        ("Interrupted, as the client left", count("interrupted")),
        ("Unfinished at the end", count("unfinished")),
    ]
}

fn times(of: &Value) -> Markup {
    let rows = [
        ("upload", "uploads.latency_micros"),
        ("search for providers", "fetches.search_micros"),
        ("transfer", "fetches.transfer_micros"),
        ("fetch, from the wish on", "fetches.latency_micros"),
    ];
    let rows: Vec<_> = rows.iter().filter_map(|(name, path)| Some((*name, of.at(path)?))).collect();
    times::table("How long it took", &rows)
}

fn verification(of: &Value) -> Vec<Row<'static>> {
    let count = |name: &str| of.whole(&format!("verification.{name}")).map(grouped);
    vec![
        ("Contents received", count("received")),
        ("Verified by their hash", count("verified")),
        ("Not the block that was asked for", count("failures")),
    ]
}

fn refusals(of: &Value) -> Markup {
    let refusals = of.at("refusals").and_then(Value::as_object).into_iter().flatten();
    let some = refusals.filter_map(|(reason, count)| Some((reason, count.as_u64()?)));
    let rows: Vec<_> = some
        .filter(|(_, count)| *count > 0)
        .map(|(reason, count)| {
            vec![Cell::Name(reason.replace('-', " ")), Cell::Number(grouped(count), count as f64)]
        })
        .collect();
    html! { @if !rows.is_empty() { (table("Refusals", &[("reason", ""), ("requests", "")], &rows)) } }
}

fn by_class(of: &Value) -> Markup {
    let columns = [
        ("class", ""),
        ("policy", ""),
        ("nodes", ""),
        ("blocks given", ""),
        ("share given", "of all blocks"),
        ("served", "bytes"),
        ("fetched", "bytes"),
        ("refused", "requests"),
    ];
    let row = |class: &Value| {
        vec![
            Cell::Name(class.text("class").to_owned()),
            Cell::Text(class.text("policy").to_owned()),
            whole(class, "nodes"),
            whole(class, "blocks_given"),
            share(class, "share_given"),
            size(class, "bytes_served"),
            size(class, "bytes_fetched"),
            whole(class, "refused"),
        ]
    };
    let rows: Vec<_> = of.list("by_class").iter().map(row).collect();
    html! { @if !rows.is_empty() { (table("By class of nodes", &columns, &rows)) } }
}

fn cache(of: &Value) -> Vec<Row<'static>> {
    let count = |name: &str| of.whole(&format!("cache.{name}")).map(grouped);
    vec![
        ("Read from memory", count("memory_hits")),
        ("Read from disk", count("disk_hits")),
        ("Share of memory", of.number("cache.memory_hit_ratio").map(percent)),
        ("Wanted and there", count("local")),
        ("Wanted and not there", count("misses")),
        ("Fetched blocks that are gone", count("evicted")),
    ]
}

/// Nothing where there is no account.
fn credit(of: &Value) -> Vec<Row<'static>> {
    if of.whole("credit.accounts").unwrap_or(0) == 0 {
        return vec![];
    }
    let count = |name: &str| of.whole(&format!("credit.{name}")).map(grouped);
    vec![
        ("Accounts of the marketplace with peers", count("accounts")),
        ("Lowest credit that a peer has had", of.number("credit.lowest_bytes").map(bytes)),
        ("Blocks served without credit", count("served_without")),
        ("Blocks received that nobody sent", count("received_unsent")),
    ]
}
