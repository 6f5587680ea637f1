//! An event with its figures by name, as JSON lines have it.

use crate::kademlia::step::{Aim, Answer, Found, Stopped, Then};
use crate::metrics::OperationRecord;
use crate::network::Verdict;
use crate::runner::trace::{Event, Parcel, What};
use crate::workload::sessions::Departure;
use serde::Serialize;

/// Defines a line: what an event does not have is not written.
macro_rules! line {
    ($($key:ident: $type:ty,)*) => {
        /// An event by name. What it does not have is left out.
        #[derive(Clone, Debug, Default, PartialEq, Serialize)]
        pub(super) struct Line {
            $(#[serde(skip_serializing_if = "Option::is_none")] pub(super) $key: Option<$type>,)*
        }
    };
}

line!(
    time_ns: u64,
    node: u32,
    event: &'static str,
    message: &'static str,
    from: u32,
    to: u32,
    packet: u64,
    bytes: u32,
    arrives_ns: u64,
    reason: &'static str,
    operation: u32,
    kind: &'static str,
    target: String,
    asked: u32,
    request: u32,
    round: u32,
    shared_bits: u32,
    aim: &'static str,
    found: &'static str,
    providers: u32,
    nodes: u32,
    then: &'static str,
    stopped: &'static str,
    number: u64,
    outcome: &'static str,
    started_ns: u64,
    rounds: u32,
    hops: u32,
    requests: u32,
    timeouts: u32,
    results: u32,
    departure: &'static str,
);

impl Line {
    /// The line of an event.
    pub(super) fn of(event: &Event) -> Self {
        Line {
            time_ns: Some(event.at.as_nanos()),
            node: Some(event.node.0),
            event: Some(event.what.kind()),
            ..Line::what(&event.what)
        }
    }

    /// The same without when and where.
    pub(super) fn what(what: &What) -> Self {
        let line = match what {
            What::Online => Line::default(),
            What::Offline(departure) => Line {
                departure: Some(match departure {
                    Departure::Graceful => "graceful",
                    Departure::Crash => "crash",
                }),
                ..Line::default()
            },
            What::Sent(parcel, Verdict::Deliver(at))
            | What::Copied(parcel, Verdict::Deliver(at)) => {
                Line { arrives_ns: Some(at.as_nanos()), ..Line::parcel(parcel) }
            }
            What::Sent(parcel, Verdict::Drop(reason))
            | What::Copied(parcel, Verdict::Drop(reason))
            | What::Dropped(parcel, reason) => {
                Line { reason: Some(reason.name()), ..Line::parcel(parcel) }
            }
            What::Received(parcel) => Line::parcel(parcel),
            What::Began { kind, target, .. } => Line {
                kind: Some(kind.name()),
                target: Some(format!("{target:?}")),
                ..Line::default()
            },
            What::Asked { peer, request, round, shared_bits, aim, .. } => Line {
                asked: Some(peer.0),
                request: Some(*request),
                round: Some(*round),
                shared_bits: Some(*shared_bits),
                aim: Some(aim_name(*aim)),
                ..Line::default()
            },
            What::Answered { peer, request, answer, .. } => {
                Line { asked: Some(peer.0), request: Some(*request), ..Line::answer(answer) }
            }
            What::Overdue { peer, request, then, .. } => Line {
                asked: Some(peer.0),
                request: Some(*request),
                then: Some(then_name(*then)),
                ..Line::default()
            },
            What::Searched { stopped, .. } => {
                Line { stopped: Some(stopped_name(*stopped)), ..Line::default() }
            }
            What::Ended { record, .. } => Line::record(record),
        };
        Line { operation: what.operation(), ..line }
    }

    fn parcel(parcel: &Parcel) -> Self {
        Line {
            message: Some(parcel.message()),
            from: Some(parcel.sender.0),
            to: Some(parcel.receiver.0),
            packet: Some(parcel.number),
            request: Some(parcel.request),
            bytes: Some(parcel.bytes),
            ..Line::default()
        }
    }

    fn answer(answer: &Answer) -> Self {
        let found = match answer.found {
            Found::Nodes => "nodes",
            Found::Value => "value",
            Found::Providers(_) => "providers",
            Found::Stored => "stored",
            Found::Refused => "refused",
            Found::AnotherNode => "another-node",
        };
        let providers = match answer.found {
            Found::Providers(count) => Some(count),
            _ => None,
        };
        let (nodes, shared_bits) = (Some(answer.nodes), answer.shared_bits);
        Line { found: Some(found), providers, nodes, shared_bits, ..Line::default() }
    }

    fn record(record: &OperationRecord) -> Self {
        Line {
            kind: Some(record.kind.name()),
            number: Some(record.number),
            outcome: Some(record.outcome.name()),
            started_ns: Some(record.started.as_nanos()),
            rounds: Some(record.rounds),
            hops: Some(record.hops),
            requests: Some(record.requests),
            timeouts: Some(record.timeouts),
            results: Some(record.found),
            ..Line::default()
        }
    }
}

fn aim_name(aim: Aim) -> &'static str {
    match aim {
        Aim::Lookup => "lookup",
        Aim::Store => "store",
    }
}

fn then_name(then: Then) -> &'static str {
    match then {
        Then::Passed => "another-asked",
        Then::Again => "sent-again",
        Then::Failed => "failed",
    }
}

fn stopped_name(stopped: Stopped) -> &'static str {
    match stopped {
        Stopped::Rule => "rule",
        Stopped::Exhausted => "exhausted",
        Stopped::Found => "found",
        Stopped::Held => "held",
    }
}
