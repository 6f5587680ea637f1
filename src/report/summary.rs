//! The figures of a run as a person reads them in a terminal.

use super::table::{numbers, pairs};
use super::text::{bytes, grouped, millis, percent, short};
use super::{attacks, faults, graph, verdict};
use crate::metrics::OperationKind;
use crate::metrics::number::ratio;
use crate::runner::figures::{LinkFigures, MessageFigures, NodeTraffic, OperationFigures};
use crate::runner::result::{MaintenanceFigures, Performance, RunOutput, RunResult, Transport};
use comfy_table::Table;
use std::fmt::Write;
use std::path::Path;

/// The summary of `run`, which was written to `folder` if to anywhere. Plain text, at most 100
/// columns unless names are long.
pub fn summary(run: &RunOutput, folder: Option<&Path>) -> String {
    let result = &run.result;
    let mut text = header(result);
    section(&mut text, "Network", &pairs(&network(result)));
    if !result.operations.is_empty() {
        let latency = "Operations (latency in ms; means of rounds, hops and requests)";
        section(&mut text, latency, &operations(&result.operations));
    }
    let failures = failures(&result.operations);
    if !failures.is_empty() {
        section(&mut text, "Failures", &pairs(&failures));
    }
    if result.verdict.failure_rate.is_some() {
        section(
            &mut text,
            "Verdict on what applications asked for",
            &pairs(&verdict::verdict(&result.verdict)),
        );
    }
    section(&mut text, "Messages", &messages(&result.messages, &result.node_traffic));
    if !result.links.is_empty() {
        section(&mut text, "Access links (queueing delay in ms)", &links(&result.links));
    }
    text.push_str(&faults::faults(&result.faults));
    if !result.snapshots.is_empty() {
        let overlay = "Overlay (directed, of the nodes online; κ: vertex connectivity)";
        section(&mut text, overlay, &graph::snapshots(&result.snapshots));
    }
    if let Some(resilience) = &result.resilience {
        section(&mut text, "Attacks", &pairs(&attacks::attacks(&result.attacks, resilience)));
    }
    for findings in result.applications.iter().filter(|findings| !findings.lines.is_empty()) {
        section(&mut text, &findings.workload, &pairs(&findings.lines));
    }
    let rest = rest(result);
    section(&mut text, "Drops, tables, records and checks", &pairs(&rest));
    text.push('\n');
    text.push_str(&performance(&run.performance));
    if let Some(folder) = folder {
        let _ = writeln!(text, "Written to {}", folder.display());
    }
    text
}

fn header(result: &RunResult) -> String {
    let RunResult { name, version, seed, .. } = result;
    let digest = match &result.digest {
        Some(digest) => format!("digest {digest}"),
        None => "no digest".to_owned(),
    };
    let mut text = format!("{name}   seed {seed}   {digest}   kadsim {version}\n");
    let phases =
        result.phases.iter().map(|phase| format!("{} {}", phase.name, phase.end - phase.start));
    let phases: Vec<_> = phases.collect();
    let time = match result.transport {
        Transport::Simulated => "Virtual time",
        Transport::Udp => "On UDP sockets, in real time",
    };
    let _ = writeln!(text, "{time}: {}", phases.join(", "));
    if result.partial {
        text.push_str(
            "PARTIAL: the run was interrupted; figures cover what was measured until then.\n",
        );
    }
    text
}

fn section(text: &mut String, title: &str, table: &Table) {
    let _ = writeln!(text, "\n{title}\n{table}");
}

fn pair(name: &str, value: String) -> (String, String) {
    (name.to_owned(), value)
}

fn network(result: &RunResult) -> Vec<(String, String)> {
    let network = &result.network;
    let share = ratio(network.connections, network.theoretical_maximum);
    let share = share.map(|share| format!(" ({})", percent(share))).unwrap_or_default();
    vec![
        pair(
            "nodes",
            format!(
                "{}, {} online on average, {} at the end",
                grouped(network.nodes),
                short(network.online_mean),
                grouped(network.online_end)
            ),
        ),
        pair(
            "connections",
            format!(
                "{} of {} possible pairs{share}",
                grouped(network.connections),
                grouped(network.theoretical_maximum)
            ),
        ),
        pair(
            "contacts per node",
            format!(
                "{} of {} possible",
                short(network.contacts_per_node),
                grouped(network.online_end.saturating_sub(1))
            ),
        ),
        pair(
            "strong components",
            format!(
                "{}, the largest with {} of the nodes online",
                grouped(network.strongly_connected_components),
                percent(network.largest_component_share)
            ),
        ),
    ]
}

fn operations(figures: &[OperationFigures]) -> Table {
    let header = [
        "operation",
        "count",
        "success",
        "failed",
        "rounds",
        "hops",
        "reqs",
        "p50",
        "p90",
        "p99",
        "mean",
        "ops/s",
    ];
    let row = |figures: &OperationFigures| {
        let latency = &figures.latency_micros;
        // Without a success there is no latency, and a zero would be a lie.
        let known = |text: String| if figures.success > 0 { text } else { "-".to_owned() };
        [
            figures.kind.name().to_owned(),
            grouped(figures.count),
            percent(figures.success_rate),
            grouped(figures.count - figures.success),
            known(short(figures.rounds.mean)),
            known(short(figures.hops.mean)),
            short(figures.requests.mean),
            known(millis(latency.p50)),
            known(millis(latency.p90)),
            known(millis(latency.p99)),
            known(short(latency.mean / 1_000.0)),
            short(figures.operations_per_second),
        ]
    };
    numbers(header, figures.iter().map(row))
}

/// For each kind of operation that failed: the reasons with their counts.
fn failures(figures: &[OperationFigures]) -> Vec<(String, String)> {
    let failed = figures.iter().filter(|figures| figures.success < figures.count);
    let reasons = |figures: &OperationFigures| {
        let reasons = figures.failures.0.iter().filter(|(_, count)| *count > 0);
        let reasons: Vec<_> =
            reasons.map(|(name, count)| format!("{} {name}", grouped(*count))).collect();
        pair(figures.kind.name(), reasons.join(", "))
    };
    failed.map(reasons).collect()
}

fn messages(figures: &[MessageFigures], node: &NodeTraffic) -> Table {
    let header = ["kind", "sent", "per second", "delivered", "bytes sent"];
    let sent = figures.iter().filter(|figures| figures.sent > 0);
    let row = |figures: &MessageFigures| {
        [
            figures.kind.to_owned(),
            grouped(figures.sent),
            short(figures.sent_per_second),
            percent(ratio(figures.delivered, figures.sent).unwrap_or(0.0)),
            bytes(figures.bytes_sent as f64),
        ]
    };
    let node = [
        "per node".to_owned(),
        String::new(),
        short(node.messages_sent_per_second),
        String::new(),
        format!(
            "{}/s up, {}/s down",
            bytes(node.bytes_sent_per_second),
            bytes(node.bytes_received_per_second)
        ),
    ];
    numbers(header, sent.map(row).chain([node]))
}

fn links(figures: &[LinkFigures]) -> Table {
    let header = [
        "class", "link", "Mbit/s", "packets", "dropped", "mean", "p50", "p95", "p99", "max", "use",
    ];
    let row = |figures: &LinkFigures| {
        let delay = &figures.queueing_delay_micros;
        // Where nothing passed there is no delay, and a zero would be a lie.
        let known = |text: String| if figures.packets > 0 { text } else { "-".to_owned() };
        [
            figures.class.clone(),
            figures.direction.to_owned(),
            short(figures.bits_per_second as f64 / 1e6),
            grouped(figures.packets),
            grouped(figures.dropped),
            known(short(delay.mean / 1_000.0)),
            known(millis(delay.p50)),
            known(millis(delay.p95)),
            known(millis(delay.p99)),
            known(millis(delay.max)),
            figures.utilization.map_or("-".to_owned(), percent),
        ]
    };
    numbers(header, figures.iter().map(row))
}

fn rest(result: &RunResult) -> Vec<(String, String)> {
    let mut rows = vec![];
    let drops = result.drops.0.iter().filter(|(_, count)| *count > 0);
    let drops: Vec<_> =
        drops.map(|(reason, count)| format!("{} {reason}", grouped(*count))).collect();
    rows.push(pair(
        "packets dropped",
        if drops.is_empty() { "none".to_owned() } else { drops.join(", ") },
    ));
    if result.duplicated > 0 {
        rows.push(pair("packets duplicated", grouped(result.duplicated)));
    }
    let timeouts = result.operations.iter().filter(|figures| figures.timeouts.mean > 0.0);
    let timeouts: Vec<_> = timeouts
        .map(|figures| format!("{} a {}", short(figures.timeouts.mean), figures.kind.name()))
        .collect();
    for (line, timeouts) in timeouts.chunks(3).enumerate() {
        rows.push(pair(if line == 0 { "time-outs" } else { "" }, timeouts.join(", ")));
    }
    let tables = &result.tables;
    let online = tables.online_share.map(|share| format!(", {} of them online", percent(share)));
    let counts = format!(
        "{} to {} contacts, mean {}",
        grouped(tables.contacts_min),
        grouped(tables.contacts_max),
        short(tables.contacts_mean)
    );
    let mut text = counts + &online.unwrap_or_default();
    if let Some(reachable) =
        tables.reachable_share.filter(|_| tables.reachable_share != tables.online_share)
    {
        text.push_str(&format!(", {} reachable", percent(reachable)));
    }
    rows.push(pair("routing tables", text));
    let records = &result.records;
    if records.published > 0 {
        rows.push(pair(
            "records",
            format!(
                "{} published, {} alive, {} replicas each",
                grouped(records.published),
                grouped(records.alive),
                short(records.replicas_mean)
            ),
        ));
        let cost = records.upkeep.bytes_per_record_hour;
        let cost = cost.map(|cost| format!("; {} an hour keep one alive", bytes(cost)));
        let lost = format!("{} of {} stored", grouped(records.lost), grouped(records.stored));
        rows.push(pair("records lost", lost + &cost.unwrap_or_default()));
        if records.log.kept < records.log.total {
            let (kept, total) = (grouped(records.log.kept), grouped(records.log.total));
            rows.push(pair("records.csv", format!("a sample: {kept} of {total} records")));
        }
    }
    let rate = result.maintenance.maintenance_bytes_per_node_second;
    rows.push(pair("maintenance", format!("{}/s a node", bytes(rate))));
    rows.extend(maintenance(&result.maintenance).map(|kinds| pair("", kinds)));
    let checks = &result.checks;
    let exact = ratio(checks.lookups_exact, checks.lookups_checked);
    let exact = exact.map(|share| format!(" ({})", percent(share))).unwrap_or_default();
    let lookups = result.operations.iter().find(|figures| figures.kind == OperationKind::Lookup);
    let recall = lookups.and_then(|figures| figures.recall).filter(|&recall| recall < 1.0);
    let recall = recall.map(|recall| format!("; recall {}", percent(recall)));
    rows.push(pair(
        "lookups checked",
        format!(
            "{}, {} found exactly the closest nodes{exact}{}",
            grouped(checks.lookups_checked),
            grouped(checks.lookups_exact),
            recall.unwrap_or_default()
        ),
    ));
    let tables = match checks.tables_checked {
        0 => "none".to_owned(),
        count => format!("{}, all sound", grouped(count)),
    };
    rows.push(pair("tables checked", tables));
    let log = &result.operations_log;
    if log.kept < log.total {
        rows.push(pair(
            "operations.csv",
            format!("a sample: {} of {} operations", grouped(log.kept), grouped(log.total)),
        ));
    }
    rows
}

/// What maintenance is spent on, most costly first; what costs nothing is left out.
fn maintenance(figures: &MaintenanceFigures) -> Option<String> {
    let mut kinds: Vec<_> = figures.kinds.iter().filter(|kind| kind.bytes > 0).collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.bytes));
    let share = |bytes| percent(ratio(bytes, figures.bytes).unwrap_or(0.0));
    let kinds: Vec<_> =
        kinds.iter().map(|kind| format!("{} {}", kind.kind, share(kind.bytes))).collect();
    (!kinds.is_empty()).then(|| kinds.join(", "))
}

fn performance(cost: &Performance) -> String {
    let per_second = |count: u64, seconds: f64| {
        if seconds > 0.0 { short(count as f64 / seconds) } else { "-".to_owned() }
    };
    let mut text = format!(
        "{} s wall, {} s CPU; {} events, {} events/s, {} messages per CPU second\n",
        short(cost.wall_seconds),
        short(cost.cpu_seconds),
        grouped(cost.events),
        per_second(cost.events, cost.wall_seconds),
        short(cost.messages_per_cpu_second),
    );
    if let Some(peak) = cost.peak_memory_bytes {
        let _ = write!(text, "{} peak memory", bytes(peak as f64));
        if let Some(node) = cost.bytes_per_node {
            let _ = write!(text, ", {} a node", bytes(node as f64));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fabricated;

    #[test]
    fn it_fits_a_terminal_and_says_what_matters() {
        let text = summary(&fabricated::run(), Some(Path::new("output/churn-kad-42")));
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{widest:?} columns:\n{text}");
        for part in [
            "seed 42",
            "digest 00c0ffee00c0ffee",
            "find-providers",
            "not-found",
            "loss",
            "Access links",
            "output/churn-kad-42",
        ] {
            assert!(text.contains(part), "{part} is missing:\n{text}");
        }
        assert!(!text.contains("PARTIAL"));
    }

    #[test]
    fn an_interrupted_run_without_figures_says_so() {
        let text = summary(&fabricated::empty_run(), None);
        assert!(text.contains("PARTIAL"), "{text}");
        assert!(!text.contains("NaN"), "{text}");
    }
}
