//! What a test tells beside its points. A kind that is not known here is shown as names and numbers.

use crate::page::applications;
use crate::page::figures::{number, share, whole};
use crate::page::held::Held;
use crate::page::table::{Cell, pairs, table};
use crate::page::times;
use crate::report::text::{grouped, short};
use maud::{Markup, html};
use serde_json::Value;

/// The details of a test, each kind with its tag; nothing where it has none.
pub fn show(test: &Value) -> Markup {
    let kinds = test.at("details").and_then(Value::as_object);
    html! { @for (kind, of) in kinds.into_iter().flatten() { (one(kind, of)) } }
}

fn one(kind: &str, of: &Value) -> Markup {
    match kind {
        "topology" => advice(of),
        "throughput" => html! { h3 { "The highest rate" } (knee(of)) },
        "bootstrap" => participation(of),
        "partition" => cuts(of),
        "concurrent" => consistency(of),
        _ => {
            let heading = applications::name(&kind.replace('-', " "));
            html! { h3 { (heading) } (applications::figures("Figures", of)) }
        }
    }
}

/// Which topology suits which size.
pub fn advice(of: &Value) -> Markup {
    let advice = of.list("advice");
    let has_told = advice.iter().any(|one| one.number("first_contacts_per_node").is_some());
    let mut columns = vec![
        ("nodes", ""),
        ("topology", ""),
        ("latency", "mean, ms"),
        ("connections", "of a node"),
    ];
    if has_told {
        columns.push(("told of", "when it comes"));
    }
    columns.push(("as good as", ""));
    let row = |one: &Value| {
        let equals: Vec<&str> = one.list("equals").iter().filter_map(Value::as_str).collect();
        let equals = match equals.as_slice() {
            [] => "better than all others".to_owned(),
            some => some.join(", "),
        };
        let mut row = vec![
            Cell::Name(one.written("nodes")),
            Cell::Text(one.text("topology").to_owned()),
            number(one, "latency_ms"),
            number(one, "connections_per_node"),
        ];
        if has_told {
            row.push(number(one, "first_contacts_per_node"));
        }
        row.push(Cell::Text(equals));
        row
    };
    let rows: Vec<_> = advice.iter().map(row).collect();
    html! {
        @if !rows.is_empty() {
            p {
                "Advised for each size, from what was measured: of the topologies with the best health and the "
                "best grade of failures those whose latency is not distinguishably above the smallest, and of "
                "these the one that needs the least."
            }
            (table("Which topology suits which size", &columns, &rows))
        }
    }
}

/// The highest rate.
pub fn knee(of: &Value) -> Markup {
    let passed: Vec<&str> = of.list("passed").iter().filter_map(Value::as_str).collect();
    let passed = passed.join(" and ");
    let rates =
        (of.number("rate_per_node"), of.number("operations_per_second"), of.number("beyond"));
    let told = match rates {
        (Some(rate), Some(all), Some(beyond)) => format!(
            "The network takes {} operations a second, {} of each node. At {} of each node {passed} passed \
             the threshold.",
            short(all),
            short(rate),
            short(beyond)
        ),
        (Some(rate), Some(all), None) => format!(
            "The network takes all that was offered, up to {} operations a second, {} of each node.",
            short(all),
            short(rate)
        ),
        (_, _, Some(beyond)) => format!(
            "The network takes less than {} of each node a second: {passed} passed the threshold at every \
             rate.",
            short(beyond)
        ),
        _ => "The search found no rate.".to_owned(),
    };
    html! { p { (told) } }
}

/// How newcomers fare.
fn participation(of: &Value) -> Markup {
    html! {
        h3 { "How long newcomers take" }
        @match of.at("micros").filter(|times| times.whole("count").unwrap_or(0) > 0) {
            Some(times) => (times::table("From the first contact to full participation", &[("newcomers", times)])),
            None => p { "Nobody joined while it was measured." },
        }
    }
}

/// What cuts do.
fn cuts(of: &Value) -> Markup {
    let columns = [
        ("cut", ""),
        ("gets succeed", "before"),
        ("gets succeed", "while it lasts"),
        ("gets succeed", "after"),
        ("as before", "s after its end"),
        ("never as before", "runs"),
        ("asked for", "across, records"),
        ("never found", "of these"),
        ("lost", "records"),
    ];
    let row = |cut: &Value| {
        vec![
            Cell::Name(cut.text("name").to_owned()),
            share(cut, "success_before"),
            share(cut, "success_during"),
            share(cut, "success_after"),
            number(cut, "recovered_after_seconds"),
            whole(cut, "not_recovered"),
            whole(cut, "records_asked"),
            whole(cut, "records_never_found"),
            whole(cut, "records_lost"),
        ]
    };
    let rows: Vec<_> = of.list("cuts").iter().map(row).collect();
    html! {
        @if !rows.is_empty() {
            h3 { "What the cuts do" }
            p {
                "The health of the test is that of gets after the last cut, and degraded at best if they did not "
                "recover from a cut. What failed while a cut lasted is counted above."
            }
            (table("Over all runs", &columns, &rows))
        }
    }
}

/// Whether reads are consistent with writes.
fn consistency(of: &Value) -> Markup {
    let count = |path: &str| of.whole(path).map(grouped);
    let atomic = count("atomic_registers").zip(count("registers"));
    let rows = [
        ("Writes", count("writes")),
        ("Reads", count("reads")),
        ("Reads during a write of the same register", count("concurrent")),
        ("Stale reads: another write had certainly come between", count("stale")),
        ("Reads that found nothing though something had been written", count("lost")),
        ("Reads of a value that nobody wrote", count("unwritten")),
        ("Reads that are explained, but older than another before them", count("inverted")),
        (
            "Registers of which one order of all operations explains every read",
            atomic.map(|(atomic, all)| format!("{atomic} of {all}")),
        ),
    ];
    html! {
        h3 { "Consistency, over all runs" }
        (pairs(&rows))
        (applications::unexplained(of.list("unexplained")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_knee_is_told_in_words() {
        let of = |rate: Option<f64>, beyond: Option<f64>| {
            let all = rate.map(|rate| 10.0 * rate);
            knee(&json!({ "rate_per_node": rate, "operations_per_second": all, "beyond": beyond,
                "passed": ["latency", "failures"] }))
            .into_string()
        };
        assert!(
            of(Some(5.0), Some(6.0))
                .contains("50.0 operations a second, 5.00 of each node. At 6.00")
        );
        assert!(of(Some(5.0), None).contains("all that was offered, up to 50.0"));
        assert!(of(None, Some(1.0)).contains("less than 1.00 of each node"));
        assert!(of(None, None).contains("no rate"));
    }

    #[test]
    fn details_of_any_kind_are_shown() {
        let shown = |details: Value| show(&json!({ "details": details })).into_string();
        assert_eq!(shown(json!("none")), "");
        assert_eq!(shown(json!(null)), "");
        let unknown =
            shown(json!({ "of-tomorrow": { "far": { "away": 3 }, "<x>": [{ "y": "<z>" }] } }));
        for part in ["<h3>Of tomorrow</h3>", "far.away", ">3<", "&lt;x&gt;", "&lt;z&gt;"] {
            assert!(unknown.contains(part), "{part} is missing in {unknown}");
        }
        shown(
            json!({ "of-tomorrow": 7, "topology": 8, "partition": [], "concurrent": [], "bootstrap": null }),
        );
        let read = json!({ "register": 3, "node": 7, "kind": "stale", "seed": 42,
            "returned": { "writer": 5, "started_seconds": 1.5 }, "missed": null });
        let runs = shown(json!({ "concurrent": { "reads": 1_234, "atomic_registers": 8,
            "registers": 9, "unexplained": [read] } }));
        for part in ["1,234", "8 of 9", "stale", ">7<", "1.50", ">42<"] {
            assert!(runs.contains(part), "{part} is missing in {runs}");
        }
    }
}
