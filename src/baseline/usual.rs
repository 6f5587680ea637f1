//! Which figures a baseline keeps if none is named: what applications ask for, and what it costs a node.

use crate::metrics::OperationKind;

/// What applications ask for.
const ASKED: [OperationKind; 5] = [
    OperationKind::Lookup,
    OperationKind::Put,
    OperationKind::Get,
    OperationKind::Provide,
    OperationKind::FindProviders,
];

/// Of an exact baseline: enough that a difference shows what it concerns.
pub fn exact() -> Vec<String> {
    let figures = [
        "count",
        "success_rate",
        "rounds.mean",
        "requests.mean",
        "timeouts.mean",
        "latency_micros.mean",
        "latency_micros.p99",
    ];
    let first = ["events", "network.online_mean"].map(str::to_owned);
    let traffic =
        ["messages_sent_per_second", "bytes_sent_per_second", "bytes_received_per_second"];
    let traffic = traffic.map(|figure| format!("node_traffic.{figure}"));
    first.into_iter().chain(of_kinds(&figures)).chain(traffic).collect()
}

/// Of a statistical baseline: the fewer there are, the smaller are the changes that are found.
pub fn statistical() -> Vec<String> {
    let traffic = "node_traffic.bytes_sent_per_second".to_owned();
    of_kinds(&["success_rate", "requests.mean", "latency_micros.mean"]).chain([traffic]).collect()
}

fn of_kinds(figures: &[&'static str]) -> impl Iterator<Item = String> {
    ASKED.into_iter().flat_map(move |kind| {
        figures.iter().map(move |figure| format!("operations.{}.{figure}", kind.name()))
    })
}
