//! Services: advertisements, discovery, calls, and who answered them.

use super::part;
use crate::page::figures::{share, whole};
use crate::page::held::Held;
use crate::page::table::{Cell, pairs, sortable, table};
use crate::page::times;
use crate::report::text::{grouped, percent, short};
use maud::{Markup, html};
use serde_json::Value;

/// A row of these figures.
type Row<'r> = (&'r str, Option<String>);

/// The figures of a workload of services.
pub fn show(of: &Value) -> Markup {
    html! {
        (told(of))
        (part("Calls", &pairs(&calls(of))))
        (times(of))
        (part("Discovery", &pairs(&discovery(of))))
        (part("Advertisements", &pairs(&advertisements(of))))
        (providers(of))
        (part("Checked against what providers did", &pairs(&checks(of))))
    }
}

/// The calls in a sentence or two.
fn told(of: &Value) -> Markup {
    let count = |path| of.whole(path).unwrap_or(0);
    let (answered, failed) = (count("calls.answered"), count("calls.failed"));
    let ended = answered + failed;
    let answered = match ended {
        0 => "No call was wanted that came to an end.".to_owned(),
        _ => format!(
            "Of {} calls {} were answered.",
            grouped(ended),
            percent(answered as f64 / ended as f64)
        ),
    };
    let found = of.number("discovery.cache_hit_ratio").map(|ratio| {
        format!(
            " At {} of the wishes the caller knew providers; at all others it searched.",
            percent(ratio)
        )
    });
    let fairness = of.number("least_fairness").map(|fairness| {
        format!(
            " The service whose calls are spread least evenly has a fairness of {}.",
            short(fairness)
        )
    });
    html! { p { (answered) (found.unwrap_or_default()) (fairness.unwrap_or_default()) } }
}

fn calls(of: &Value) -> Vec<Row<'static>> {
    let count = |name: &str| of.whole(&format!("calls.{name}")).map(grouped);
    vec![
        ("Answered", count("answered")),
        ("No provider answered", count("failed")),
        ("More than one provider was called", count("failed_over")),
        ("Searched a second time", count("searched_again")),
        ("Reached a node that provides it no more", count("turned_away")),
        ("Interrupted, as the caller left", count("interrupted")),
        ("Unfinished at the end", count("unfinished")),
    ]
}

fn times(of: &Value) -> Markup {
    let rows = [
        ("search", "discovery.latency_micros"),
        ("call", "calls.latency_micros"),
        ("call, from the wish on", "calls.whole_latency_micros"),
    ];
    let rows: Vec<_> = rows.iter().filter_map(|(name, path)| Some((*name, of.at(path)?))).collect();
    times::table("How long it took", &rows)
}

fn discovery(of: &Value) -> Vec<Row<'static>> {
    let count = |name: &str| of.whole(&format!("discovery.{name}")).map(grouped);
    vec![
        ("Searches in the network", count("from_network")),
        ("Searches that found nobody", count("found_nobody")),
        ("Calls that began with known providers", count("cache_hits")),
        ("Calls that began without", count("cache_misses")),
        (
            "Share of calls with known providers",
            of.number("discovery.cache_hit_ratio").map(percent),
        ),
    ]
}

fn advertisements(of: &Value) -> Vec<Row<'static>> {
    let count = |name: &str| of.whole(&format!("advertisements.{name}")).map(grouped);
    vec![
        ("Announcements that ended", count("announcements")),
        ("Confirmed by no holder", count("unconfirmed")),
        ("Renewed on time", count("renewed_on_time")),
        ("Renewed late", count("renewed_late")),
        ("Renewals missed", count("renewals_missed")),
        ("Withdrawn", count("withdrawn")),
        (
            "Holders told of a withdrawal, mean",
            of.number("advertisements.holders_told_mean").map(short),
        ),
    ]
}

/// Services, and within each its providers.
fn providers(of: &Value) -> Markup {
    let services = of.list("shares");
    let calls = |service: &Value| {
        service.list("providers").iter().filter_map(|one| one.whole("calls")).sum::<u64>()
    };
    let row = |service: &Value| {
        let shares = service.list("providers").iter().filter_map(|one| one.number("share"));
        let (all, count) = (calls(service), service.list("providers").len());
        let number = |value: u64| Cell::Number(grouped(value), value as f64);
        vec![
            Cell::Name(service.written("service")),
            number(count as u64),
            number(all),
            shares.reduce(f64::max).map_or(Cell::None, |most| Cell::Number(percent(most), most)),
            fairness(service),
        ]
    };
    let heads = [
        ("service", ""),
        ("providers", ""),
        ("calls answered", ""),
        ("largest share", "of a provider"),
        ("fairness", "Jain's index"),
    ];
    let each = |service: &Value| {
        let name = service.written("service");
        let one = |one: &Value| {
            let node = whole(one, "node");
            vec![Cell::Name(name.clone()), node, whole(one, "calls"), share(one, "share")]
        };
        service.list("providers").iter().map(one).collect::<Vec<_>>()
    };
    let all: Vec<_> = services.iter().flat_map(each).collect();
    let columns =
        [("service", ""), ("node", ""), ("calls answered", ""), ("share", "of the service")];
    html! {
        @if !services.is_empty() {
            (table("Services", &heads, &services.iter().map(row).collect::<Vec<_>>()))
            details { summary { "Providers, one by one" } (sortable("Calls by provider", &columns, &all)) }
        }
    }
}

fn fairness(service: &Value) -> Cell {
    let value = service.number("fairness");
    value.map_or(Cell::None, |value| Cell::Number(short(value), value))
}

fn checks(of: &Value) -> Vec<Row<'static>> {
    let count = |name: &str| of.whole(&format!("checks.{name}")).map(grouped);
    let missed = |missed: &str, expected: &str| {
        count(missed).zip(count(expected)).map(|(missed, all)| format!("{missed} of {all}"))
    };
    vec![
        (
            "Searches that found nobody, though somebody was visible",
            missed("searches_missed", "searches_expected"),
        ),
        (
            "Visible providers that a search missed",
            missed("providers_missed", "providers_expected"),
        ),
        ("Found though withdrawn", count("found_withdrawn")),
    ]
}
