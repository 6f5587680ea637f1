//! One operation, request by request: who was asked in which round, how close to the target, what
//! became of it, and what ended the search.

use super::text;
use crate::kademlia::key::Key64;
use crate::kademlia::step::{Aim, Stopped, Then};
use crate::metrics::{OperationKind, OperationRecord};
use crate::network::Verdict;
use crate::protocol::NodeIndex;
use crate::report::table;
use crate::runner::trace::{Event, Parcel, What};
use crate::scenario::{Choice, Scenario};
use crate::time::Instant;
use crate::units::number::fixed_point;
use std::fmt::Write;

/// A request of the operation.
struct Request {
    number: u32,
    peer: NodeIndex,
    at: Instant,
    round: u32,
    shared_bits: u32,
    aim: Aim,
    /// What became of it, as it happened.
    fates: Vec<String>,
    is_settled: bool,
}

/// The operation of which these are all events, as text.
///
/// # Panics
/// If its beginning or its end is not among them.
pub fn story(events: &[Event], scenario: &Scenario) -> String {
    let (began, kind, target) = beginning(events);
    let mut requests: Vec<Request> = Vec::new();
    let mut end = String::new();
    let mut searched = String::new();
    for event in events {
        match &event.what {
            &What::Asked { peer, request, round, shared_bits, aim, .. } => {
                let (number, at, fates) = (request, event.at, Vec::new());
                let is_settled = false;
                requests.push(Request {
                    number,
                    peer,
                    at,
                    round,
                    shared_bits,
                    aim,
                    fates,
                    is_settled,
                });
            }
            What::Searched { stopped, .. } => {
                searched = format!("{}: {}\n", after(began, event.at), why(*stopped, scenario));
            }
            What::Ended { record, .. } => {
                end = format!("{}: {}\n", after(began, event.at), result(record));
            }
            _ => follow(&mut requests, event),
        }
    }
    let number = number(events);
    let node = events.first().map_or(NodeIndex(0), |event| event.node);
    let mut story =
        format!("{} {number}: {node}, {} s, key {target:?}\n", kind.name(), text::seconds(began),);
    if !requests.is_empty() {
        let header = ["asks", "round", "at", "shared bits", "what became of it"];
        let rows = requests.iter().map(|request| row(request, began));
        writeln!(story, "{}", table::texts(header, rows)).expect("a text takes all");
    }
    story + &searched + &end
}

fn beginning(events: &[Event]) -> (Instant, OperationKind, Key64) {
    let began = events.iter().find_map(|event| match event.what {
        What::Began { kind, target, .. } => Some((event.at, kind, target)),
        _ => None,
    });
    began.expect("an operation is observed from its beginning")
}

fn number(events: &[Event]) -> u64 {
    let ended = events.iter().find_map(|event| match &event.what {
        What::Ended { record, .. } => Some(record.number),
        _ => None,
    });
    ended.expect("an operation is told when it has ended")
}

/// What has become of a request.
fn follow(requests: &mut [Request], event: &Event) {
    let (peer, number) = match &event.what {
        What::Answered { peer, request, .. } | What::Overdue { peer, request, .. } => {
            (*peer, *request)
        }
        what => match what.parcel() {
            Some(parcel) if parcel.is_response => (parcel.sender, parcel.request),
            Some(parcel) => (parcel.receiver, parcel.request),
            None => return,
        },
    };
    let found = requests.iter_mut().find(|other| (other.peer, other.number) == (peer, number));
    let Some(request) = found else { return };
    let fate = match &event.what {
        What::Answered { answer, .. } => {
            request.is_settled = true;
            text::answer(answer)
        }
        What::Overdue { then, .. } => {
            request.is_settled = *then == Then::Failed;
            text::overdue(*then).to_owned()
        }
        What::Sent(parcel, Verdict::Drop(reason)) | What::Dropped(parcel, reason) => {
            format!("{} lost: {}", direction(parcel), reason.name())
        }
        _ => return,
    };
    request.fates.push(format!("{}: {fate}", after(request.at, event.at)));
}

fn direction(parcel: &Parcel) -> &'static str {
    if parcel.is_response { "answer" } else { "request" }
}

fn row(request: &Request, began: Instant) -> [String; 5] {
    let mut fates = request.fates.clone();
    if !request.is_settled {
        fates.push("not waited for".to_owned());
    }
    let round = match request.aim {
        Aim::Lookup => request.round.to_string(),
        Aim::Store => "store".to_owned(),
    };
    [
        request.peer.to_string(),
        round,
        after(began, request.at),
        request.shared_bits.to_string(),
        fates.join("\n"),
    ]
}

/// The time from one instant to another, in milliseconds.
fn after(from: Instant, at: Instant) -> String {
    format!("+{} ms", fixed_point((at - from).as_micros(), 3))
}

fn why(stopped: Stopped, scenario: &Scenario) -> String {
    let rule = scenario.kademlia.stop.word();
    match stopped {
        Stopped::Rule => format!("the search ends: {} ({rule})", text::stopped(stopped)),
        _ => format!("the search ends: {}", text::stopped(stopped)),
    }
}

/// A number of things.
fn counted(number: u32, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

fn result(record: &OperationRecord) -> String {
    let checked = |recall: u16| format!(", recall {}", fixed_point(u64::from(recall), 3));
    format!(
        "{}; {} found in {}, {}, {}, {}{}",
        record.outcome.name(),
        record.found,
        counted(record.rounds, "round"),
        counted(record.hops, "hop"),
        counted(record.requests, "request"),
        counted(record.timeouts, "time-out"),
        record.recall.map(checked).unwrap_or_default(),
    )
}
