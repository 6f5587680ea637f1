//! The applications on the nodes of a block: what they publish, and what they ask for when.

use super::agenda::Entry;
use super::common::Published;
use super::record_keys::RecordKeys;
use crate::kademlia::key::Key64;
use crate::kademlia::operation::{Command, OperationKind};
use crate::protocol::NodeIndex;
use crate::rng::{Purpose, Seed, Stream};
use crate::scenario::Scenario;
use crate::time::{Duration, Instant};
use crate::workload::application::NUMBERS_PER_WORKLOAD as RECORDS_PER_WORKLOAD;
use crate::workload::config::WorkloadKind;
use crate::workload::records::Records;
use crate::workload::traffic::{Left, Traffic};
use bytes::Bytes;
use rand::{Rng, RngExt};
use std::ops::Range;

/// The key of what is published, and the command for its node.
type Publishing = (Key64, Command<NodeIndex, Key64>);

/// How often a record that is not published yet is drawn again before nothing is asked for.
const MOST_REDRAWS: usize = 1_000;

/// The applications of the nodes of a block.
pub(super) struct Applications {
    seed: Seed,
    record_keys: RecordKeys,
    /// Nodes of the whole network.
    nodes: u32,
    /// The first node of the block.
    first: u32,
    workloads: Vec<Workload>,
    /// When records are put: the transition phase, or what comes after it for a late node.
    publish_from: Instant,
    publish_until: Instant,
    end: Instant,
}

struct Workload {
    kind: WorkloadKind,
    traffic: Traffic,
    /// `None` for a workload without records.
    records: Option<Records>,
    /// Where each node's stream of this workload stands.
    draws: Vec<u64>,
    /// How many of its records each node has put.
    put: Vec<u32>,
    /// Nodes that were away when they should have put a record.
    missed: Vec<bool>,
    /// How many operations each node has left; empty where these are not counted.
    left: Vec<u32>,
}

impl Applications {
    pub(super) fn new(
        seed: Seed,
        scenario: &Scenario,
        record_keys: RecordKeys,
        block: Range<u32>,
    ) -> Self {
        let nodes = scenario.nodes.count;
        let workloads = scenario.workloads.iter().enumerate().map(|(index, config)| {
            let records = match config.kind {
                WorkloadKind::Lookup
                | WorkloadKind::Services(_)
                | WorkloadKind::Blocks(_)
                | WorkloadKind::Registers(_) => None,
                WorkloadKind::PutGet { records } | WorkloadKind::Provide { records } => {
                    Some(records)
                }
            };
            let traffic = Traffic::new(config, scenario.phases.measurement);
            Workload {
                kind: config.kind,
                traffic,
                records: records.map(|config| Records::new(&config, nodes, seed, index as u32)),
                draws: vec![0; block.len()],
                put: vec![0; if records.is_some() { block.len() } else { 0 }],
                missed: vec![false; if records.is_some() { block.len() } else { 0 }],
                left: traffic.count_per_node().map_or(vec![], |count| vec![count; block.len()]),
            }
        });
        Applications {
            seed,
            record_keys,
            nodes,
            first: block.start,
            workloads: workloads.collect(),
            publish_from: scenario.phases.transition_start(),
            publish_until: scenario.phases.measurement_start(),
            end: scenario.phases.end(),
        }
    }

    /// The first entries of each workload for a node: whether it is to publish, and when.
    ///
    /// Searches for nodes begin with the transition phase. Searches for records begin with
    /// the measurement, when every publisher that was online has put its records; so does what
    /// is counted.
    pub(super) fn first_entries(&mut self, node: NodeIndex) -> Vec<(Instant, Entry)> {
        let mut entries = Vec::new();
        for index in 0..self.workloads.len() as u32 {
            // What state machines do is up to them.
            if let WorkloadKind::Services(_)
            | WorkloadKind::Blocks(_)
            | WorkloadKind::Registers(_) = self.workloads[index as usize].kind
            {
                continue;
            }
            let mut stream = self.stream(node, index);
            let workload = &self.workloads[index as usize];
            let begin = match workload.kind {
                WorkloadKind::Lookup if workload.left.is_empty() => self.publish_from,
                _ => self.publish_until,
            };
            if let Some(gap) = workload.traffic.first_gap(&mut stream) {
                entries.push((begin + gap, Entry::Ask(index)));
            }
            if workload.records.as_ref().is_some_and(|records| records.count() > 0) {
                let length = self.publish_until - self.publish_from;
                let phase = Duration::from_nanos(stream.random_range(0..=length.as_nanos() / 2));
                entries.push((self.publish_from + phase, Entry::Publish(index)));
            }
            self.store(node, index, &stream);
        }
        entries
    }

    /// The entries of workloads whose operations are counted over all nodes of the network:
    /// each is one of a node that is drawn for it.
    pub(super) fn counted_entries(&self) -> impl Iterator<Item = (NodeIndex, Instant, Entry)> {
        let workloads = (0u32..).zip(&self.workloads);
        workloads.flat_map(move |(index, workload)| {
            let count = workload.traffic.total_count().unwrap_or(0);
            // The streams of nodes are numbered from below.
            let mut stream = Stream::new(self.seed, Purpose::Traffic, u64::MAX - u64::from(index));
            (0..count).map(move |number| {
                let node = NodeIndex(stream.random_range(0..self.nodes));
                let offset = workload.traffic.offset(number, stream.next_u64());
                (node, self.publish_until + offset, Entry::Ask(index))
            })
        })
    }

    fn place(&self, node: NodeIndex) -> usize {
        (node.0 - self.first) as usize
    }

    fn stream(&self, node: NodeIndex, workload: u32) -> Stream {
        let index = u64::from(workload) * u64::from(self.nodes) + u64::from(node.0);
        let position = self.workloads[workload as usize].draws[self.place(node)];
        Stream::resume(self.seed, Purpose::Traffic, index, position)
    }

    fn store(&mut self, node: NodeIndex, workload: u32, stream: &Stream) {
        let place = self.place(node);
        self.workloads[workload as usize].draws[place] = stream.position();
    }

    /// The next record that a node publishes, with its key, and when it publishes another. A node begins in the
    /// first half of the transition phase and spreads its records over the time of a half.
    pub(super) fn publish(
        &mut self,
        node: NodeIndex,
        workload: u32,
        now: Instant,
        online: bool,
    ) -> (Option<Publishing>, Option<Instant>) {
        let half = (self.publish_until - self.publish_from) / 2;
        let place = self.place(node);
        let Workload { kind, records, put, missed, .. } = &mut self.workloads[workload as usize];
        let records = records.as_ref().expect("only a workload with records publishes");
        missed[place] = !online;
        if !online {
            return (None, None);
        }
        let of_node = put[place];
        put[place] += 1;
        let numbers = records.published_by(node);
        let number = numbers.start + u64::from(of_node);
        let name = name(workload, number);
        let (key, command) = match kind {
            WorkloadKind::Provide { .. } => {
                let key = Key64(records.id(number));
                (key, Command::Provide { number: name, key })
            }
            _ => {
                let key = self.record_keys.of(records, number);
                (key, Command::Put { number: name, key, value: records.value(number) })
            }
        };
        let gap = half / (numbers.end - numbers.start);
        let next = (number + 1 < numbers.end).then(|| now + gap);
        (Some((key, command)), next)
    }

    /// The workloads whose records a node should have put while it was away.
    pub(super) fn missed(&mut self, node: NodeIndex) -> Vec<u32> {
        let place = self.place(node);
        let missed = |(index, workload): (usize, &mut Workload)| {
            let missed = workload.missed.get_mut(place).is_some_and(std::mem::take);
            missed.then_some(index as u32)
        };
        self.workloads.iter_mut().enumerate().filter_map(missed).collect()
    }

    /// What a node asks for now, and when it asks again, if it does. Only what has been published
    /// is asked for: a record that its publisher, being away, could not put yet is drawn again.
    /// Nothing is asked for while hardly anything is published.
    pub(super) fn ask(
        &mut self,
        node: NodeIndex,
        workload: u32,
        now: Instant,
        published: &Published,
    ) -> (Option<Command<NodeIndex, Key64>>, Option<Instant>) {
        let mut stream = self.stream(node, workload);
        let Workload { kind, traffic, records, .. } = &self.workloads[workload as usize];
        let command = if let Some(records) = records {
            let is_put = |number: &u64| {
                let publisher = records.publisher(*number);
                let of_node = number - records.published_by(publisher).start;
                of_node < u64::from(published.by(workload, publisher))
            };
            let draws = std::iter::repeat_with(|| records.select(stream.next_u64()));
            draws.take(MOST_REDRAWS).find(is_put).map(|number| {
                let name = name(workload, number);
                match kind {
                    WorkloadKind::Provide { .. } => {
                        Command::FindProviders { number: name, key: Key64(records.id(number)) }
                    }
                    _ => Command::Get { number: name, key: self.record_keys.of(records, number) },
                }
            })
        } else {
            let target = Key64(stream.next_u64());
            Some(Command::FindNode { number: name(workload, 0), target })
        };
        let traffic = *traffic;
        let left = self.one_less(node, workload, now);
        let gap = traffic.next_gap(left, &mut stream);
        self.store(node, workload, &stream);
        (command, gap.map(|gap| now + gap))
    }

    /// Counts an operation of a node, where these are counted, and gives what it has left.
    fn one_less(&mut self, node: NodeIndex, workload: u32, now: Instant) -> Left {
        let place = self.place(node);
        let left = self.workloads[workload as usize].left.get_mut(place);
        let operations = left.map_or(0, |left| {
            *left -= 1;
            *left
        });
        Left { operations, time: self.end.saturating_since(now) }
    }

    /// The value that an operation should have found.
    pub(super) fn expected(&self, kind: OperationKind, number: Option<u64>) -> Option<Bytes> {
        let (OperationKind::Get, Some(number)) = (kind, number) else { return None };
        // What state machines get is their own affair.
        let workload = self.workloads.get((number / RECORDS_PER_WORKLOAD) as usize)?;
        let records = workload.records.as_ref()?;
        Some(records.value(number % RECORDS_PER_WORKLOAD))
    }
}

/// The number under which an operation of a workload is reported.
fn name(workload: u32, number: u64) -> u64 {
    u64::from(workload) * RECORDS_PER_WORKLOAD + number
}
