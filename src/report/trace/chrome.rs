//! The trace event format of Chrome ("Trace Event Format", Google), which `ui.perfetto.dev` and
//! `chrome://tracing` read.
//!
//! Nodes are threads. A packet is a slice of a nanosecond where it is sent and one where it ends, with
//! a flow between them. An operation is an asynchronous span, and so is each of its requests.

use super::line::Line;
use crate::kademlia::step::Then;
use crate::network::Verdict;
use crate::protocol::NodeIndex;
use crate::runner::trace::{Event, Parcel, What};
use crate::time::Instant;
use crate::units::number::fixed_point;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// What has to be remembered of a trace while it is written: nodes, and what is under way.
#[derive(Debug, Default)]
pub(super) struct Chrome {
    named: BTreeSet<NodeIndex>,
    /// Flows that have begun.
    flows: BTreeSet<u64>,
    /// Operations that have begun, by node and number, with the requests under way of each.
    operations: BTreeMap<(NodeIndex, u32), Open>,
}

/// An operation under way.
#[derive(Debug)]
struct Open {
    name: &'static str,
    requests: BTreeMap<u32, NodeIndex>,
}

/// The parts of a trace event that differ.
struct Entry<'e> {
    phase: char,
    name: &'e str,
    category: &'e str,
    node: NodeIndex,
    at: Instant,
    /// Further fields, each with a comma before it.
    more: String,
}

/// A packet's slice lasts a nanosecond: what has no length binds no flow.
const SLICE: &str = ",\"dur\":0.001";

impl Chrome {
    pub(super) fn begin(out: &mut impl Write, name: &str, seed: u64) -> io::Result<Self> {
        let name = serde_json::to_string(name)?;
        writeln!(
            out,
            "{{\"displayTimeUnit\":\"ns\",\"otherData\":{{\"scenario\":{name},\"seed\":\"{seed}\"}},\"traceEvents\":["
        )?;
        write!(
            out,
            "{{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":1,\"tid\":0,\"args\":{{\"name\":{name}}}}}"
        )?;
        Ok(Chrome::default())
    }

    pub(super) fn add(&mut self, out: &mut impl Write, event: &Event) -> io::Result<()> {
        let &Event { at, node, ref what } = event;
        self.name(out, node)?;
        let arguments = arguments(&Line::what(what))?;
        match what {
            What::Online | What::Offline(_) => {
                let more = format!(",\"s\":\"t\"{arguments}");
                let (name, category) = (what.kind(), "session");
                put(out, &Entry { phase: 'i', name, category, node, at, more })
            }
            What::Sent(parcel, verdict) | What::Copied(parcel, verdict) => {
                let goes = matches!(verdict, Verdict::Deliver(_));
                self.packet(out, event, parcel, &arguments)?;
                if goes { self.flow_begins(out, event, parcel) } else { Ok(()) }
            }
            What::Received(parcel) | What::Dropped(parcel, _) => {
                self.packet(out, event, parcel, &arguments)?;
                self.flow_ends(out, event, parcel)
            }
            _ => self.operation(out, event, arguments),
        }
    }

    /// Names the thread of a node when it comes up first.
    fn name(&mut self, out: &mut impl Write, node: NodeIndex) -> io::Result<()> {
        if !self.named.insert(node) {
            return Ok(());
        }
        let thread = thread(node);
        write!(
            out,
            ",\n{{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":1,\"tid\":{thread},\"args\":{{\"name\":\"{node}\"}}}},\
             \n{{\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":1,\"tid\":{thread},\"args\":{{\"sort_index\":{}}}}}",
            node.0
        )
    }

    fn packet(
        &mut self,
        out: &mut impl Write,
        event: &Event,
        parcel: &Parcel,
        arguments: &str,
    ) -> io::Result<()> {
        let name = format!("{} {}", event.what.kind(), parcel.message());
        let more = format!("{SLICE}{arguments}");
        let &Event { at, node, .. } = event;
        put(out, &Entry { phase: 'X', name: &name, category: "packet", node, at, more })
    }

    fn flow_begins(
        &mut self,
        out: &mut impl Write,
        event: &Event,
        parcel: &Parcel,
    ) -> io::Result<()> {
        let id = flow(parcel);
        self.flows.insert(id);
        let more = format!(",\"id\":\"{id:#x}\"");
        let &Event { at, node, .. } = event;
        put(out, &Entry { phase: 's', name: "packet", category: "packet", node, at, more })
    }

    /// A flow whose beginning was left out is left out.
    fn flow_ends(
        &mut self,
        out: &mut impl Write,
        event: &Event,
        parcel: &Parcel,
    ) -> io::Result<()> {
        let id = flow(parcel);
        if !self.flows.remove(&id) {
            return Ok(());
        }
        let more = format!(",\"id\":\"{id:#x}\",\"bp\":\"e\"");
        let &Event { at, node, .. } = event;
        put(out, &Entry { phase: 'f', name: "packet", category: "packet", node, at, more })
    }

    /// A step of an operation. One whose beginning was left out is left out.
    fn operation(
        &mut self,
        out: &mut impl Write,
        event: &Event,
        arguments: String,
    ) -> io::Result<()> {
        let &Event { at, node, ref what } = event;
        let operation = what.operation().expect("whatever is no packet and no session is a step");
        if let What::Began { kind, .. } = what {
            let (name, requests) = (kind.name(), BTreeMap::new());
            self.operations.insert((node, operation), Open { name, requests });
        }
        let Some(open) = self.operations.get_mut(&(node, operation)) else { return Ok(()) };
        let span = |phase, more| span(phase, open.name, "operation", node, operation, at, more);
        match *what {
            What::Began { .. } => put(out, &span('b', arguments)),
            What::Asked { peer, request, .. } => {
                open.requests.insert(request, peer);
                put(out, &self::span('b', &asks(peer), "request", node, request, at, arguments))
            }
            What::Answered { peer, request, .. } if open.requests.remove(&request).is_some() => {
                put(out, &self::span('e', &asks(peer), "request", node, request, at, arguments))
            }
            What::Overdue { peer, request, then, .. } if open.requests.contains_key(&request) => {
                let phase = if then == Then::Failed { 'e' } else { 'n' };
                if then == Then::Failed {
                    open.requests.remove(&request);
                }
                put(out, &self::span(phase, &asks(peer), "request", node, request, at, arguments))
            }
            What::Searched { .. } => put(out, &span('n', arguments)),
            What::Ended { .. } => {
                for (&request, &peer) in &open.requests {
                    let none = String::new();
                    put(out, &self::span('e', &asks(peer), "request", node, request, at, none))?;
                }
                put(out, &span('e', arguments))?;
                self.operations.remove(&(node, operation));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Closes what is under way, and the trace.
    pub(super) fn finish(self, out: &mut impl Write, now: Instant) -> io::Result<()> {
        for ((node, operation), open) in self.operations {
            for (request, peer) in open.requests {
                let name = asks(peer);
                put(out, &span('e', &name, "request", node, request, now, String::new()))?;
            }
            put(out, &span('e', open.name, "operation", node, operation, now, String::new()))?;
        }
        writeln!(out, "\n]}}")
    }
}

fn asks(peer: NodeIndex) -> String {
    format!("ask {peer}")
}

/// Threads are numbered from 1: there are programs for which thread 0 is no thread.
fn thread(node: NodeIndex) -> u64 {
    u64::from(node.0) + 1
}

/// What names a packet names its flow.
fn flow(parcel: &Parcel) -> u64 {
    u64::from(parcel.sender.0) << 32 | parcel.number & u64::from(u32::MAX)
}

/// Part of an asynchronous span, which is named by its category, its node and a number.
fn span<'e>(
    phase: char,
    name: &'e str,
    category: &'e str,
    node: NodeIndex,
    number: u32,
    at: Instant,
    arguments: String,
) -> Entry<'e> {
    let id = u64::from(node.0) << 32 | u64::from(number);
    let more = format!(",\"id\":\"{id:#x}\"{arguments}");
    Entry { phase, name, category, node, at, more }
}

fn arguments(line: &impl Serialize) -> io::Result<String> {
    Ok(format!(",\"args\":{}", serde_json::to_string(line)?))
}

/// Writes a trace event. Names hold nothing that JSON would want escaped; times are in microseconds.
fn put(out: &mut impl Write, entry: &Entry<'_>) -> io::Result<()> {
    let &Entry { phase, name, category, node, at, ref more } = entry;
    let (thread, at) = (thread(node), fixed_point(at.as_nanos(), 3));
    write!(
        out,
        ",\n{{\"ph\":\"{phase}\",\"name\":\"{name}\",\"cat\":\"{category}\",\"pid\":1,\
         \"tid\":{thread},\"ts\":{at}{more}}}"
    )
}
