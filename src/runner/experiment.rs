//! A run apart from where its nodes live: who is online, what applications do, what is counted,
//! and what happens between two windows of time. The same in virtual and in real time.

use super::agenda::{Entry, Global};
use super::attackers::{self, Attackers};
use super::block::SimNode;
use super::change::Turn;
use super::common::{Common, Notice};
use super::faults::Book;
use super::first_contacts::Coming;
use super::host::Tables;
use super::hosted::{Numbered, Retired};
use super::keys::Keys;
use super::population::Population;
use super::record_keys::RecordKeys;
use super::resilience::{self, ShareAt};
use super::snapshot::Snapshot;
use super::surroundings::Surroundings;
use super::warm_start::{self, History};
use super::{faults, hosted, random_start, windows};
use crate::engine::exchange::Division;
use crate::kademlia::Node;
use crate::kademlia::key::Key64;
use crate::kademlia::params::{Admission, Params};
use crate::metrics::{Gauges, Metrics};
use crate::network::Network;
use crate::protocol::NodeIndex;
use crate::rng::Seed;
use crate::scenario::{Bootstrap, Scenario};
use crate::time::{Duration, Instant};
use crate::workload::application::Workload;
use crate::workload::findings::{Ended, Findings};
use std::collections::BTreeSet;
use std::sync::Arc;
use tracing::info;

/// What a run does, wherever its nodes live.
pub(super) struct Experiment<'s> {
    pub(super) scenario: &'s Scenario,
    pub(super) seed: Seed,
    pub(super) params: Arc<Params>,
    pub(super) common: Common,
    /// Those of each block of nodes.
    pub(super) surroundings: Vec<Surroundings<'s>>,
    pub(super) keys: Keys,
    /// The workloads whose applications are state machines.
    hosted: Vec<Numbered>,
    globals: BTreeSet<(Instant, Global)>,
    pub(super) now: Instant,
    /// Width of a window.
    width: Duration,
    /// The end of the current window.
    pub(super) horizon: Instant,
    samples: u64,
    /// The looks at the overlay until now.
    pub(super) snapshots: Vec<Snapshot>,
    /// What each attack had come to at each sample.
    pub(super) attack_shares: Vec<Vec<ShareAt>>,
    /// What was seen when faults began and ended, by number.
    pub(super) fault_books: Vec<Option<Book>>,
}

impl<'s> Experiment<'s> {
    /// An experiment at the beginning of its time, for nodes divided like this.
    pub(super) fn new(
        scenario: &'s Scenario,
        seed: Seed,
        record_keys: RecordKeys,
        network: &Network,
        width: Duration,
        division: Division,
        workloads: &[Arc<dyn Workload>],
    ) -> Self {
        let params = Arc::new(scenario.kademlia.clone());
        let keys = attackers::keys(seed, scenario);
        let key_of = |node: NodeIndex| keys.of(node);
        let population = Population::new(seed, scenario, key_of);
        let hosted = hosted::of(scenario, seed, &population, workloads);
        let surroundings = (0..division.blocks()).map(|block| {
            let nodes = division.nodes_of(block);
            let hosted = hosted.clone();
            Surroundings::new(scenario, seed, record_keys, nodes, network, keys.clone(), hosted)
        });
        let snapshots = scenario.snapshots.iter().enumerate();
        let snapshots = snapshots.map(|(number, config)| (config.at, Global::Snapshot(number)));
        let edges = faults::edges(&scenario.network);
        let edges = edges.map(|(at, number, edge)| (at, Global::Fault(number, edge)));
        let globals = [
            (scenario.phases.measurement_start(), Global::BeginMeasurement),
            (Instant::ZERO + scenario.output.sample_interval, Global::Sample),
        ];
        Experiment {
            scenario,
            seed,
            surroundings: surroundings.collect(),
            common: Common::new(seed, scenario, population, &keys),
            hosted: hosted.clone(),
            params,
            keys,
            globals: globals.into_iter().chain(snapshots).chain(edges).collect(),
            now: Instant::ZERO,
            width,
            horizon: Instant::ZERO,
            samples: 0,
            snapshots: Vec::new(),
            attack_shares: Vec::new(),
            fault_books: vec![None; scenario.network.faults.len()],
        }
    }

    /// The key of a node.
    pub(super) fn key(&self, node: NodeIndex) -> Key64 {
        self.keys.of(node)
    }

    /// Nodes online now.
    pub(super) fn online(&self) -> u64 {
        self.common.population.tally(self.now).online
    }

    /// Gives out everything with which agendas begin, but for joins.
    pub(super) fn first_entries(&mut self, mut schedule: impl FnMut(Instant, NodeIndex, Entry)) {
        for own in &mut self.surroundings {
            let nodes =
                own.places().map(NodeIndex).filter(|node| node.0 < self.scenario.nodes.count);
            for node in nodes.filter(|&node| !self.common.is_adversary(node)) {
                for (due, entry) in own.applications.first_entries(node) {
                    schedule(due, node, entry);
                }
                for (workload, due) in own.hosted.settle_in(node) {
                    schedule(due, node, Entry::Wake(workload));
                }
            }
        }
        for (node, due, entry) in self.surroundings[0].applications.counted_entries() {
            if !self.common.is_adversary(node) {
                schedule(due, node, entry);
            }
        }
        for (due, node, attack) in self.common.attackers.iter().flat_map(Attackers::first_requests)
        {
            schedule(due, node, Entry::Assault(attack));
        }
    }

    /// Gives out the nodes that are there from the beginning, with the tables that they have then;
    /// none where all have to join first.
    pub(super) fn first_nodes(&mut self, mut place: impl FnMut(NodeIndex, SimNode)) {
        let Common { population, groups, attackers, .. } = &self.common;
        let surroundings = &mut self.surroundings;
        let (seed, params) = (self.seed, &self.params);
        let keys = &self.keys;
        let key_of = |node: NodeIndex| keys.of(node);
        let group_of = |node: NodeIndex| groups.of(node, attackers.as_ref());
        let place_of = random_start::PlaceOf { key: key_of, group: group_of };
        let first_contacts = self.common.first_contacts.as_ref();
        let is_kept = |node| match params.admission() {
            Admission::OnHearing => population.serves(node),
            Admission::OnAnswer => population.is_open(node),
        };
        let is_warm = self.scenario.nodes.bootstrap == Bootstrap::Warm;
        let mut place = |key, node: NodeIndex, table| {
            let own = surroundings.iter_mut().find(|own| own.places().contains(&node.0));
            own.expect("a node belongs to a block").settled(node);
            let mut state = Node::settled(key, Arc::clone(params), table);
            if is_warm && params.siblings > 0 {
                // With a limit some are not let in, and others are siblings in their place.
                let most = params.siblings * if params.limits_contacts() { 4 } else { 1 };
                let is_near = |other| {
                    other != node && is_kept(other) && population.was_online(other, Instant::ZERO)
                };
                let near = population.closest_of(key, most, is_near);
                state.set_siblings(near.into_iter(), key_of, |peer| Some(group_of(peer)));
            } else {
                state.set_siblings(std::iter::empty(), key_of, |peer| Some(group_of(peer)));
            }
            place(node, state);
        };
        match self.scenario.nodes.bootstrap {
            Bootstrap::Organic => {}
            Bootstrap::Random => {
                let mut present: Vec<_> = population.online_first().map(|(_, node)| node).collect();
                present.sort_unstable();
                let contacts = self.scenario.nodes.contacts;
                let is_open = |node| population.is_open(node);
                let open: Vec<_> = present.iter().copied().filter(|&node| is_open(node)).collect();
                let is_there = |node| population.is_open_at(node, Instant::ZERO);
                let told = |node| {
                    let graph = first_contacts?;
                    graph.of(node, Coming::FirstTime, is_open, is_there)
                };
                let tables =
                    random_start::tables(seed, params, &present, &open, contacts, told, place_of);
                for (&node, table) in present.iter().zip(tables) {
                    place(key_of(node), node, table);
                }
                if let Some(graph) = self.common.first_contacts.as_mut() {
                    present.into_iter().for_each(|node| graph.is_there(node));
                }
            }
            Bootstrap::Warm => {
                let history = History::of(self.scenario.phases.init, params);
                let (kept, unknown): (Vec<_>, Vec<_>) =
                    population.online_first().partition(|&(_, node)| is_kept(node));
                warm_start::fill(seed, params, history, kept, unknown, group_of, &mut place);
            }
        }
    }

    /// When something that concerns the whole run is due next.
    pub(super) fn next_global(&self) -> Instant {
        self.globals.first().map_or(Instant::FAR_FUTURE, |&(due, _)| due)
    }

    /// From one window to the next: what was noticed in the one is known in the other, and who
    /// comes and goes in it is put on the agendas. Windows in which nothing happens, which is
    /// before `quiet`, are passed over.
    pub(super) fn cross(
        &mut self,
        quiet: Instant,
        mut schedule: impl FnMut(Instant, NodeIndex, Entry),
    ) {
        self.take_note();
        let quiet = quiet.min(self.common.population.next_change());
        self.horizon = windows::end(self.now, self.width, quiet);
        self.common.population.advance(self.horizon);
        let Common { population, first_contacts, .. } = &mut self.common;
        for change in population.ahead() {
            let entry = match change.turn {
                Turn::Joins => Entry::Join,
                Turn::Leaves(departure) => Entry::Leave(departure),
            };
            schedule(change.at, change.node, entry);
            if let (Some(graph), Turn::Joins) = (first_contacts.as_mut(), change.turn)
                && population.is_open(change.node)
            {
                let was_online = |other| population.was_online(other, change.at);
                for source in graph.comes(change.node, was_online) {
                    schedule(change.at, source, Entry::Meet(change.node));
                }
            }
        }
    }

    fn take_note(&mut self) {
        let blocks = self.surroundings.iter_mut();
        let mut notices: Vec<_> = blocks.flat_map(|own| own.notices.drain(..)).collect();
        notices.sort_by_key(Notice::order);
        notices.into_iter().for_each(|notice| self.common.note(notice));
    }

    /// Handles what is due now and concerns the whole run, before all node events of the
    /// instant.
    pub(super) fn handle_globals(&mut self, tables: &impl Tables) {
        while let Some(&(due, global)) = self.globals.first()
            && due <= self.now
        {
            self.globals.pop_first();
            match global {
                Global::BeginMeasurement => {
                    info!(at = %self.now, online = self.online(), "the measurement begins");
                    self.surroundings.iter_mut().for_each(|own| own.metrics.begin_measurement());
                }
                Global::Sample => {
                    self.sample(tables);
                    let next = self.now + self.scenario.output.sample_interval;
                    self.globals.insert((next, global));
                }
                Global::Snapshot(number) => self.look_at_overlay(number, tables),
                Global::Fault(number, edge) => Book::note(self, number, edge),
            }
        }
    }

    fn look_at_overlay(&mut self, number: usize, tables: &impl Tables) {
        let config = &self.scenario.snapshots[number];
        let snapshot = Snapshot::take(config, tables, |node| self.key(node), self.seed);
        self.snapshots.push(snapshot);
    }

    /// Takes a sample of the time series. Each block has its part; what belongs to all stands
    /// in the first.
    fn sample(&mut self, tables: &impl Tables) {
        let tally = self.common.population.tally(self.now);
        let mut of_all = Gauges {
            online: tally.online,
            joins: tally.joins,
            leaves: tally.leaves,
            crashes: tally.crashes,
            records_alive: self.common.holders.alive() as u64,
            replicas: self.common.holders.replicas(),
            ..Gauges::default()
        };
        let phases = self.scenario.phases;
        let phase = if self.now <= phases.transition_start() {
            "init"
        } else if self.now <= phases.measurement_start() {
            "transition"
        } else {
            "measurement"
        };
        for own in &mut self.surroundings {
            let looked = own.look(self.now, tables, &self.common, self.samples);
            let gauges = Gauges {
                tables: looked.tables,
                contacts: looked.contacts,
                contacts_online: looked.contacts_online,
                ..std::mem::take(&mut of_all)
            };
            own.metrics.sample(self.now, phase, gauges);
        }
        self.samples += 1;
        resilience::look(self, tables);
    }

    /// Everything that has been counted, when the run has ended: a last sample included.
    pub(super) fn close(&mut self, tables: &impl Tables) -> Metrics {
        self.take_note();
        // What is due at the end is due before the node events of that instant, which do not come.
        self.handle_globals(tables);
        let last = self.surroundings[0].metrics.series().samples.last();
        if last.is_none_or(|sample| sample.time < self.now) {
            self.sample(tables);
        }
        let (first, others) = self.surroundings.split_first().expect("there is a block");
        let mut metrics = first.metrics.clone();
        others.iter().for_each(|other| metrics.merge(&other.metrics));
        metrics
    }

    /// What has come of the workloads whose applications are state machines, in their order.
    pub(super) fn findings(&self, is_virtual: bool) -> Vec<Findings> {
        let findings = |(number, workload): &Numbered| {
            let blocks = self.surroundings.iter();
            let applications = blocks.flat_map(|own| own.hosted.of_workload(*number)).collect();
            let measured_from = self.scenario.phases.measurement_start();
            workload.findings(&Ended { applications, measured_from, end: self.now, is_virtual })
        };
        self.hosted.iter().filter_map(findings).collect()
    }

    /// The applications that are state machines, when the run has ended: by node, then workload.
    pub(super) fn retire(&mut self) -> Vec<Retired> {
        self.surroundings.iter_mut().flat_map(|own| own.hosted.retire()).collect()
    }
}
