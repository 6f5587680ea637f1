//! The run beside live networks: rows L1 to L8 of the page on fidelity.

use super::folder::{Operation, Run};
use super::held::Held;
use crate::fidelity::{LiveFigure, LiveRow, Observed, Searches, Unit, live_rows};
use crate::report::text::percent;
use crate::report::text::plain;
use maud::{Markup, html};
use serde_json::Value;

/// The rows that apply; nothing where none does and the parameters are of no live network.
pub fn show(run: &Run) -> Option<Markup> {
    let preset = run.result.text("scenario.kademlia.preset");
    if !matches!(preset, "go-libp2p" | "mainline") {
        return None;
    }
    let rows = live_rows(&observed(run));
    let applying = || rows.iter().filter_map(|row| Some((row, row.figures.as_ref().ok()?)));
    let others = rows.iter().filter_map(|row| Some((row, row.figures.as_ref().err()?)));
    // Rows of the other network say nothing to who chose this one.
    let others = others.filter(|(row, _)| (row.id == "L8") == (preset == "mainline"));
    let others: Vec<_> = others.collect();
    let own = if preset == "mainline" { "Mainline DHT" } else { "IPFS" };
    Some(html! {
        p {
            "This run has the parameters of a live network, " (own) ", of which these figures were "
            "published. A figure outside its band is no mistake: it says that the scenario is not that "
            "network. How the bands are made stands in docs/fidelity.md."
        }
        @if applying().next().is_some() { (table(applying())) }
        @if !others.is_empty() {
            h3 { "Rows that do not apply" }
            ul { @for (row, why) in others { li { (row.id) " (" (row.setting) "): " (why) "." } } }
        }
    })
}

fn table<'r>(rows: impl Iterator<Item = (&'r LiveRow, &'r Vec<LiveFigure>)>) -> Markup {
    let caption = "Measured beside published";
    html! {
        div .box tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr {
                    @for name in ["row", "quantity"] { th scope="col" { (name) } }
                    @for name in ["live", "this run", "band"] { th scope="col" .number { (name) } }
                    @for name in ["verdict", "what was measured, and by whom"] { th scope="col" { (name) } }
                } }
                tbody {
                    @for (row, figures) in rows {
                        @for (place, figure) in figures.iter().enumerate() {
                            tr {
                                th scope="row" { (row.id) }
                                td { (figure.quantity) }
                                td .number { (between(figure.published, figure.unit)) }
                                td .number { (value(figure.measured, figure.unit)) }
                                td .number { (between(figure.band, figure.unit)) }
                                @if figure.is_inside() { td .inside { "inside" } }
                                @else { td .outside { "outside" } }
                                td .wide { @if place == 0 { (row.setting) ". " (row.source) "." } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn value(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => percent(value),
        Unit::Seconds => format!("{} s", plain(value)),
        Unit::Count => plain(value),
    }
}

fn between((low, high): (f64, f64), unit: Unit) -> String {
    match low == high {
        true => value(low, unit),
        false => format!("{} to {}", value(low, unit), value(high, unit)),
    }
}

/// What the folder of a run knows of these rows.
pub fn observed(run: &Run) -> Observed {
    let result = &run.result;
    let parameters = |key: &str| result.whole(&format!("scenario.kademlia.{key}")).unwrap_or(0);
    let dial = result.text("scenario.kademlia.dial_timeout");
    let quantiles = |kind: &str, names: &[&str]| {
        let of = result.list("operations").iter().find(|of| of.text("kind") == kind)?;
        of.whole("success").filter(|count| *count > 0)?;
        let seconds = |name: &&str| Some(of.number(&format!("latency_micros.{name}"))? / 1e6);
        names.iter().map(seconds).collect::<Option<Vec<f64>>>()
    };
    let bucket = |of: &Value| {
        (of.number("contacts_mean").unwrap_or(0.0), of.number("reachable_mean").unwrap_or(0.0))
    };
    Observed {
        preset: result.text("scenario.kademlia.preset").to_owned(),
        k: parameters("k"),
        alpha: parameters("alpha"),
        dial_timeout: humantime::parse_duration(dial).ok().map(|time| time.as_secs_f64()),
        provide_hops: hops(&run.operations),
        provide_quartiles: quantiles("provide", &["p25", "p50", "p75"])
            .map(|found| [found[0], found[1], found[2]]),
        searches: searches(&run.operations, quantiles("find-providers", &["mean", "p90"])),
        holders: holders(run),
        buckets: result.list("tables.buckets").iter().map(bucket).collect(),
        knows_closest: result.number("tables.knows_closest_share"),
        unreachable: result.number("tables.reachable_share").map(|share| 1.0 - share),
        lookups: quantiles("lookup", &["p50", "p75"]).map(|found| (found[0], found[1])),
    }
}

fn hops(operations: &[Operation]) -> Vec<u64> {
    let mut counts = vec![];
    for operation in operations.iter().filter(|of| of.kind == "provide" && of.success) {
        let place = operation.hops as usize;
        counts.resize(counts.len().max(place + 1), 0);
        counts[place] += 1;
    }
    counts
}

/// Mean and percentile are those of all; the spread, which says how sure the mean is, of the rows.
fn searches(operations: &[Operation], found: Option<Vec<f64>>) -> Option<Searches> {
    let found = found?;
    let seconds = operations.iter().filter(|of| of.kind == "find-providers" && of.success);
    let seconds: Vec<f64> = seconds.map(|of| of.latency_ms / 1e3).collect();
    let count = seconds.len() as f64;
    let mean = seconds.iter().sum::<f64>() / count.max(1.0);
    let squares: f64 = seconds.iter().map(|value| (value - mean) * (value - mean)).sum();
    let error = if count > 1.0 { libm::sqrt(squares / (count - 1.0) / count) } else { 0.0 };
    Some(Searches { mean: found[0], standard_error: error, p90: found[1] })
}

/// Holders of the records that are 36 to 80 hours old at the end.
fn holders(run: &Run) -> Vec<u64> {
    let end = run.result.list("phases").last().and_then(|phase| phase.number("end_seconds"));
    let Some(end) = end else { return vec![] };
    let hours = |first: f64| (end - first) / 3_600.0;
    let old = run
        .records
        .iter()
        .filter(|of| of.first_held.is_some_and(|first| (36.0..=80.0).contains(&hours(first))));
    old.map(|of| of.replicas_end).collect()
}
