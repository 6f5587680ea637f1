//! Attacks: who attacked, and what lookups came to meanwhile.

use super::figures::{share, time, whole};
use super::held::Held;
use super::table::{Cell, Column, pairs, table};
use crate::report::text::{grouped, percent};
use maud::{Markup, html};
use serde_json::Value;

/// The attacks of a run; nothing where there were none.
pub fn show(result: &Value) -> Option<Markup> {
    let attacks = result.list("attacks");
    (!attacks.is_empty()).then(|| {
        html! {
            (together(attacks))
            @for attack in attacks { (over_time(attack)) }
            @if let Some(lookups) = result.at("resilience") {
                h3 { "Lookups while an attack lasted" }
                (resilience(lookups))
            }
        }
    })
}

/// What `over_time` is a share of.
fn whose(attack: &Value) -> &'static str {
    match attack.text("kind") {
        "eclipse-node" => "the victim's contacts",
        _ => "the k closest nodes",
    }
}

fn together(attacks: &[Value]) -> Markup {
    let columns: [Column<'_>; 6] = [
        ("attack", ""),
        ("adversaries", ""),
        ("from", "virtual time"),
        ("to", "virtual time"),
        ("of honest contacts", "at the end"),
        ("of their aim", "last look"),
    ];
    let row = |of: &Value| {
        let seconds = |path| Cell::Text(time(of.number(path).unwrap_or(0.0)));
        let last = of.list("over_time").iter().rev().find(|look| look.number("share").is_some());
        vec![
            Cell::Name(of.text("kind").to_owned()),
            whole(of, "adversaries"),
            seconds("at_seconds"),
            seconds("until_seconds"),
            share(of, "table_share"),
            last.map_or(Cell::None, |look| share(look, "share")),
        ]
    };
    table("The attacks", &columns, &attacks.iter().map(row).collect::<Vec<_>>())
}

/// The share of adversaries while it lasted, at ten of the looks.
fn over_time(attack: &Value) -> Markup {
    let known: Vec<_> =
        attack.list("over_time").iter().filter(|look| look.number("share").is_some()).collect();
    let step = known.len().div_ceil(10).max(1);
    let row = |look: &&Value| {
        vec![Cell::Name(time(look.number("time_seconds").unwrap_or(0.0))), share(look, "share")]
    };
    let rows: Vec<_> = known.iter().skip(step - 1).step_by(step).map(row).collect();
    let caption = format!("{}: adversaries among {}", attack.text("kind"), whose(attack));
    html! { @if !rows.is_empty() { (table(&caption, &[("virtual time", ""), ("share", "")], &rows)) } }
}

fn resilience(lookups: &Value) -> Markup {
    let part = |path| lookups.number(path).map(percent);
    let interval = part("unbroken_low").zip(part("unbroken_high"));
    let unbroken = part("unbroken_share").map(|share| match &interval {
        Some((low, high)) => format!("{share} (95% interval {low} to {high})"),
        None => share,
    });
    pairs(&[
        ("Lookups", lookups.whole("lookups").map(grouped)),
        ("With an unbroken path", unbroken),
        ("The same by the formula of S/Kademlia", part("expected_share")),
        ("Adversaries among the nodes", part("adversary_share")),
        ("Adversaries among the nodes found", part("found_adversary_share")),
        ("Disjoint paths of a lookup", lookups.whole("disjoint_paths").map(grouped)),
    ])
}
