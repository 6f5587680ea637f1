//! Faults: when they were, and what they did.

use super::figures::{share, time, whole};
use super::held::Held;
use super::table::{Cell, Column, pairs, table};
use crate::report::text::plain;
use crate::report::text::{grouped, percent};
use maud::{Markup, html};
use serde_json::Value;

/// The faults of a run; nothing where there were none.
pub fn show(result: &Value) -> Option<Markup> {
    let faults = result.list("faults");
    (!faults.is_empty()).then(|| {
        html! {
            (course(result))
            (together(faults))
            @for fault in faults {
                h3 { (fault.text("name")) }
                (one(fault))
            }
        }
    })
}

/// The phases and faults over the time of the run, as bands.
fn course(result: &Value) -> Markup {
    let end = result.list("phases").last().and_then(|phase| phase.number("end_seconds"));
    let end = end.filter(|end| *end > 0.0).unwrap_or(1.0);
    let band = |of: &Value, class: &str| {
        let from = of.number("start_seconds").unwrap_or(0.0).min(end);
        let to = of.number("end_seconds").unwrap_or(end).min(end);
        // What happens at one instant is still to be seen.
        let (left, width) = (1_000.0 * from / end, (1_000.0 * (to - from) / end).max(4.0));
        html! { rect .(class) x=(left.min(996.0)) y="0" width=(width) height="10" {} }
    };
    let line = |name: &str, of: &Value, class: &str| {
        html! {
            div {
                span { (name) }
                svg viewBox="0 0 1000 10" preserveAspectRatio="none" role="img"
                    aria-label={ (name) ": " (span(of)) } {
                    title { (name) ": " (span(of)) }
                    rect .ground x="0" y="0" width="1000" height="10" {}
                    (band(of, class))
                }
            }
        }
    };
    html! {
        div .course {
            @for phase in result.list("phases") { (line(phase.text("name"), phase, "phase")) }
            @for fault in result.list("faults") { (line(fault.text("name"), fault, "fault")) }
        }
    }
}

fn span(of: &Value) -> String {
    let start = of.number("start_seconds").unwrap_or(0.0);
    match of.number("end_seconds") {
        Some(end) if end <= start => format!("at {}", time(start)),
        Some(end) => format!("from {} to {}", time(start), time(end)),
        None => format!("from {} on", time(start)),
    }
}

fn together(faults: &[Value]) -> Markup {
    let columns: [Column<'_>; 7] = [
        ("fault", ""),
        ("kind", ""),
        ("time", "virtual"),
        ("nodes", "concerned"),
        ("online", "before"),
        ("dropped", "packets"),
        ("records lost", "at the end"),
    ];
    let row = |of: &Value| {
        vec![
            Cell::Name(of.text("name").to_owned()),
            Cell::Text(of.text("kind").to_owned()),
            Cell::Text(span(of)),
            whole(of, "nodes"),
            whole(of, "nodes_online"),
            whole(of, "packets_dropped"),
            whole(of, "records.lost_at_run_end"),
        ]
    };
    table("The faults", &columns, &faults.iter().map(row).collect::<Vec<_>>())
}

fn one(fault: &Value) -> Markup {
    let columns: [Column<'_>; 9] = [
        ("nodes", ""),
        ("operation", ""),
        ("before", "success"),
        ("during", "success"),
        ("after", "success"),
        ("before", "recall"),
        ("during", "recall"),
        ("after", "recall"),
        ("during", "count"),
    ];
    let mut rows = vec![];
    for side in fault.list("sides") {
        let nodes = grouped(side.whole("nodes").unwrap_or(0));
        for of in side.list("operations") {
            let mut row = vec![
                Cell::Name(format!("{nodes} {}", side.text("side"))),
                Cell::Text(of.text("kind").to_owned()),
            ];
            for measure in ["success_rate", "recall"] {
                let times = ["before", "during", "after"];
                row.extend(times.map(|time| share(of, &format!("{time}.{measure}"))));
            }
            row.push(whole(of, "during.count"));
            rows.push(row);
        }
    }
    html! {
        @if rows.is_empty() { p { "Nothing that nodes were asked for is compared here." } }
        @else { (table(&format!("{}: success by who asked, and when", fault.text("name")), &columns, &rows)) }
        (recovery(fault))
        (across(fault))
    }
}

fn recovery(fault: &Value) -> Markup {
    let since =
        if fault.number("end_seconds").is_some() { "after its end" } else { "after its beginning" };
    let row = |of: &Value| {
        let after = of.number("recovered_after_seconds");
        vec![
            Cell::Name(format!("{} {}", of.text("kind"), of.text("measure"))),
            share(of, "level"),
            share(of, "lowest"),
            after.map_or(Cell::Text("not within the run".to_owned()), |s| {
                Cell::Number(format!("{} s", plain(s)), s)
            }),
        ]
    };
    let rows: Vec<_> = fault.list("recovery").iter().map(row).collect();
    let columns =
        [("measure", ""), ("before", "level"), ("worst", "interval"), ("recovered", since)];
    let rule = fault.at("recovery_rule");
    html! {
        @if !rows.is_empty() {
            (table(&format!("{}: recovery", fault.text("name")), &columns, &rows))
            @if let Some(rule) = rule {
                p {
                    "Recovered: from the first of " (rule.whole("consecutive_intervals").unwrap_or(0))
                    " intervals of " (plain(rule.number("interval_seconds").unwrap_or(0.0)))
                    " s on that are within " (percent(rule.number("band").unwrap_or(0.0))) " and "
                    (plain(rule.number("deviations").unwrap_or(0.0)))
                    " deviations of the level before."
                }
            }
        }
    }
}

fn across(fault: &Value) -> Markup {
    let records =
        fault.at("records").filter(|records| records.whole("alive_at_start").unwrap_or(0) > 0);
    let across = fault.at("across").filter(|across| across.whole("records_put").unwrap_or(0) > 0);
    let of = |value: Option<&Value>, path| value.and_then(|value| value.whole(path)).map(grouped);
    html! {
        @if records.is_some() || across.is_some() {
            (pairs(&[
                ("Records alive when it began", of(records, "alive_at_start")),
                ("Of them lost when it was over", of(records, "lost_at_end")),
                ("Of them lost at the end of the run", of(records, "lost_at_run_end")),
                ("Records put on one side while it lasted", of(across, "records_put")),
                ("Of them asked for from another side afterwards", of(across, "records_asked")),
                ("Of these never found", of(across, "records_never_found")),
            ]))
        }
    }
}
