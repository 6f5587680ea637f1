//! The network: its graph, messages, links, drops, tables, records and maintenance.

use super::figures::{millis, number, share, size, time, whole};
use super::held::Held;
use super::table::{Cell, Column, pairs, table};
use crate::report::text::plain;
use crate::report::text::{bytes, grouped, percent, short};
use maud::{Markup, html};
use serde_json::Value;

/// Everything of nodes, tables and messages.
pub fn show(result: &Value) -> Markup {
    html! {
        (nodes(result))
        (messages(result))
        (drops(result))
        (links(result))
        (maintenance(result))
        (buckets(result))
        (snapshots(result))
    }
}

fn nodes(result: &Value) -> Markup {
    let whole = |path| result.whole(path).map(grouped);
    let part = |path| result.number(path).map(percent);
    let tables = result.whole("tables.contacts_min").zip(result.whole("tables.contacts_max"));
    let tables = tables.zip(result.number("tables.contacts_mean"));
    let exact = result.whole("checks.lookups_exact").zip(result.whole("checks.lookups_checked"));
    pairs(&[
        ("Nodes online on average", result.number("network.online_mean").map(short)),
        ("Nodes online at the end", whole("network.online_end")),
        (
            "Contacts of a node",
            tables.map(|((min, max), mean)| {
                format!("{} on average, from {} to {}", short(mean), grouped(min), grouped(max))
            }),
        ),
        ("Contacts that are online", part("tables.online_share")),
        ("Contacts that can be reached", part("tables.reachable_share")),
        ("Nodes that know all their k closest", part("tables.knows_closest_share")),
        (
            "Pairs that know each other",
            whole("network.connections")
                .zip(whole("network.theoretical_maximum"))
                .map(|(pairs, all)| format!("{pairs} of {all}")),
        ),
        ("Strongly connected components", whole("network.strongly_connected_components")),
        ("Nodes in the largest of them", part("network.largest_component_share")),
        (
            "Lookups that found exactly the closest, whole run",
            exact
                .filter(|(_, all)| *all > 0)
                .map(|(exact, all)| format!("{} of {}", grouped(exact), grouped(all))),
        ),
        (
            "Routing tables checked",
            whole("checks.tables_checked").map(|count| format!("{count}, all sound")),
        ),
        ("Packets duplicated", result.whole("duplicated").filter(|count| *count > 0).map(grouped)),
    ])
}

fn messages(result: &Value) -> Markup {
    let columns: [Column<'_>; 6] = [
        ("message", ""),
        ("sent", ""),
        ("a second", "all nodes"),
        ("delivered", ""),
        ("bytes sent", ""),
        ("bytes delivered", ""),
    ];
    let sent = result.list("messages").iter().filter(|of| of.whole("sent").unwrap_or(0) > 0);
    let row = |of: &Value| {
        vec![
            Cell::Name(of.text("kind").to_owned()),
            whole(of, "sent"),
            number(of, "sent_per_second"),
            whole(of, "delivered"),
            size(of, "bytes_sent"),
            size(of, "bytes_delivered"),
        ]
    };
    let rows: Vec<_> = sent.map(row).collect();
    html! { @if !rows.is_empty() { (table("Messages", &columns, &rows)) } }
}

fn drops(result: &Value) -> Markup {
    let drops = result.at("drops").and_then(Value::as_object).into_iter().flatten();
    let drops =
        drops.filter_map(|(reason, count)| Some((reason, count.as_u64().filter(|n| *n > 0)?)));
    let row = |(reason, count): (&String, u64)| {
        vec![Cell::Name(reason.clone()), Cell::Number(grouped(count), count as f64)]
    };
    let rows: Vec<_> = drops.map(row).collect();
    html! {
        @if rows.is_empty() { p { "No packet was dropped." } }
        @else { (table("Packets dropped", &[("reason", ""), ("packets", "")], &rows)) }
    }
}

fn links(result: &Value) -> Markup {
    let columns: [Column<'_>; 10] = [
        ("class", ""),
        ("link", ""),
        ("rate", "Mbit/s"),
        ("packets", ""),
        ("dropped", ""),
        ("in use", ""),
        ("delay", "mean, ms"),
        ("delay", "p50, ms"),
        ("delay", "p95, ms"),
        ("delay", "max, ms"),
    ];
    let row = |of: &Value| {
        let rate = of.number("bits_per_second").map(|bits| bits / 1e6);
        let delay = |name| match of.whole("packets") {
            Some(0) | None => Cell::None,
            _ => millis(of, &format!("queueing_delay_micros.{name}")),
        };
        vec![
            Cell::Name(of.text("class").to_owned()),
            Cell::Text(of.text("direction").to_owned()),
            rate.map_or(Cell::None, |rate| Cell::Number(short(rate), rate)),
            whole(of, "packets"),
            whole(of, "dropped"),
            share(of, "utilization"),
            delay("mean"),
            delay("p50"),
            delay("p95"),
            delay("max"),
        ]
    };
    let rows: Vec<_> = result.list("links").iter().map(row).collect();
    html! { @if !rows.is_empty() { (table("Access links", &columns, &rows)) } }
}

fn maintenance(result: &Value) -> Markup {
    let kinds = result.list("maintenance.kinds").iter();
    let all = result.number("maintenance.bytes").unwrap_or(0.0);
    let row = |of: &Value| {
        let part = of.number("bytes").filter(|_| all > 0.0).map(|bytes| bytes / all);
        vec![
            Cell::Name(of.text("kind").to_owned()),
            whole(of, "messages"),
            size(of, "bytes"),
            part.map_or(Cell::None, |part| Cell::Number(percent(part), part)),
        ]
    };
    let rows: Vec<_> = kinds.filter(|of| of.whole("messages").unwrap_or(0) > 0).map(row).collect();
    let columns = [("maintenance", ""), ("messages", ""), ("bytes", ""), ("of the bytes", "")];
    html! { @if !rows.is_empty() { (table("What nodes send on their own account", &columns, &rows)) } }
}

fn buckets(result: &Value) -> Markup {
    let columns =
        [("bits shared", ""), ("contacts", "mean"), ("online", "mean"), ("reachable", "mean")];
    let row = |of: &Value| {
        let depth = of.whole("depth").unwrap_or(0);
        let mean = |path| number(of, path);
        vec![
            Cell::Name(depth.to_string()),
            mean("contacts_mean"),
            mean("online_mean"),
            mean("reachable_mean"),
        ]
    };
    let rows: Vec<_> = result.list("tables.buckets").iter().map(row).collect();
    html! {
        @if !rows.is_empty() {
            details { summary { "Buckets, one by one" } (table("Buckets at the end", &columns, &rows)) }
        }
    }
}

/// Records: how many are alive, and what keeps them so. Nothing where there were none.
pub fn records(result: &Value) -> Option<Markup> {
    result.whole("records.published").filter(|count| *count > 0)?;
    let whole = |path| result.whole(path).map(grouped);
    let mut rows = vec![];
    let survival = result.list("records.survival");
    // Ten ages of the hundred.
    for of in survival
        .iter()
        .skip(survival.len().div_ceil(10).max(1) - 1)
        .step_by(survival.len().div_ceil(10).max(1))
    {
        rows.push(vec![
            Cell::Name(time(of.number("age_seconds").unwrap_or(0.0))),
            self::whole(of, "observed"),
            share(of, "alive_share"),
            share(of, "exact_share"),
            number(of, "replicas_mean"),
        ]);
    }
    let columns = [
        ("age", ""),
        ("observed", "records"),
        ("alive", ""),
        ("exact", "by theory"),
        ("holders", "mean"),
    ];
    Some(html! {
        (pairs(&[
            ("Published", whole("records.published")),
            ("Ever held by a node", whole("records.stored")),
            ("Alive at the end", whole("records.alive")),
            ("Lost at the end", whole("records.lost")),
            ("Holders of a living record", result.number("records.replicas_mean").map(plain)),
            ("Times that the last holder was gone", whole("records.times_gone")),
            ("What keeps one alive for an hour", result.number("records.upkeep.bytes_per_record_hour").map(bytes)),
        ]))
        @if !rows.is_empty() { (table("Records by their age", &columns, &rows)) }
    })
}

fn snapshots(result: &Value) -> Markup {
    let columns: [Column<'_>; 9] = [
        ("time", ""),
        ("nodes", ""),
        ("contacts", "that are online"),
        ("out-degree", "mean"),
        ("path length", "mean"),
        ("diameter", ""),
        ("clustering", "mean"),
        ("strong parts", ""),
        ("connectivity", "of vertices"),
    ];
    let row = |of: &Value| {
        vec![
            Cell::Name(time(of.number("at_seconds").unwrap_or(0.0))),
            whole(of, "vertices"),
            whole(of, "edges"),
            number(of, "degrees.out.mean"),
            number(of, "paths.mean"),
            whole(of, "paths.diameter"),
            number(of, "clustering.mean_local"),
            whole(of, "components.strong.count"),
            whole(of, "vertex_connectivity.value"),
        ]
    };
    let rows: Vec<_> = result.list("snapshots").iter().map(row).collect();
    html! { @if !rows.is_empty() { (table("The overlay", &columns, &rows)) } }
}
