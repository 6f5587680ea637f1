//! An event as a person reads it: when, where, what.

use crate::kademlia::step::{Aim, Answer, Found, Stopped, Then};
use crate::network::Verdict;
use crate::runner::trace::{Event, Parcel, What};
use crate::time::Instant;
use crate::units::number::fixed_point;
use crate::workload::sessions::Departure;
use std::io::{self, Write};

/// Writes an event as a line.
pub(super) fn write(out: &mut impl Write, event: &Event) -> io::Result<()> {
    let Event { at, node, what } = event;
    let place = node.to_string();
    writeln!(out, "{:>16}  {place:<11}  {:<8}  {}", seconds(*at), what.kind(), told(what))
}

/// Seconds with all nine digits.
pub(super) fn seconds(at: Instant) -> String {
    fixed_point(at.as_nanos(), 9)
}

fn told(what: &What) -> String {
    match what {
        What::Online => String::new(),
        What::Offline(Departure::Graceful) => "leaves in good order".to_owned(),
        What::Offline(Departure::Crash) => "crashes".to_owned(),
        What::Sent(parcel, Verdict::Deliver(at)) | What::Copied(parcel, Verdict::Deliver(at)) => {
            format!(
                "{} to {}, {}, arrives {}",
                parcel.message(),
                parcel.receiver,
                named(parcel),
                seconds(*at)
            )
        }
        What::Sent(parcel, Verdict::Drop(reason)) | What::Copied(parcel, Verdict::Drop(reason)) => {
            format!(
                "{} to {}, {}, lost: {}",
                parcel.message(),
                parcel.receiver,
                named(parcel),
                reason.name()
            )
        }
        What::Received(parcel) => {
            format!("{} from {}, {}", parcel.message(), parcel.sender, named(parcel))
        }
        What::Dropped(parcel, reason) => {
            format!(
                "{} from {}, {}: {}",
                parcel.message(),
                parcel.sender,
                named(parcel),
                reason.name()
            )
        }
        What::Began { operation, kind, target } => {
            format!("operation {operation}: {} of {target:?}", kind.name())
        }
        What::Asked { operation, peer, request, round, shared_bits, aim } => {
            let aim = match aim {
                Aim::Lookup => "round",
                Aim::Store => "to store, round",
            };
            format!(
                "operation {operation}: {peer} ({shared_bits} bits shared), {aim} {round}, request {request}"
            )
        }
        What::Answered { operation, peer, request, answer: came } => {
            format!("operation {operation}: {peer}, request {request}: {}", answer(came))
        }
        What::Overdue { operation, peer, request, then } => {
            format!("operation {operation}: {peer}, request {request}: {}", overdue(*then))
        }
        What::Searched { operation, stopped: why } => {
            format!("operation {operation}: {}", stopped(*why))
        }
        What::Ended { operation, record } => format!(
            "operation {operation}: {}, {} after {} ms, number {}",
            record.kind.name(),
            record.outcome.name(),
            fixed_point(record.latency().as_micros(), 3),
            record.number
        ),
    }
}

fn named(parcel: &Parcel) -> String {
    format!("request {}, packet {}, {} B", parcel.request, parcel.number, parcel.bytes)
}

/// What came back.
pub(super) fn answer(answer: &Answer) -> String {
    let nodes = match (answer.nodes, answer.shared_bits) {
        (0, _) | (_, None) => "no nodes".to_owned(),
        (1, Some(bits)) => format!("1 node, which shares {bits} bits"),
        (count, Some(bits)) => format!("{count} nodes, the closest shares {bits} bits"),
    };
    match answer.found {
        Found::Nodes => nodes,
        Found::Value if answer.nodes == 0 => "the value".to_owned(),
        Found::Value => format!("the value; {nodes}"),
        Found::Providers(1) => format!("1 provider; {nodes}"),
        Found::Providers(count) => format!("{count} providers; {nodes}"),
        Found::Stored => "stored".to_owned(),
        Found::Refused => "refused".to_owned(),
        Found::AnotherNode => "another node is there".to_owned(),
    }
}

/// What is done about an overdue request.
pub(super) fn overdue(then: Then) -> &'static str {
    match then {
        Then::Passed => "late, no longer waited for",
        Then::Again => "timed out, sent again",
        Then::Failed => "timed out",
    }
}

/// Why a lookup has ended.
pub(super) fn stopped(stopped: Stopped) -> &'static str {
    match stopped {
        Stopped::Rule => "the rule for stopping is met",
        Stopped::Exhausted => "nobody is left to ask",
        Stopped::Found => "what was looked for is found",
        Stopped::Held => "the node holds it itself",
    }
}
