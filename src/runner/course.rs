//! A run under way: blocks of nodes, what they have in common, and what happens between two
//! windows of time.
//!
//! Time is divided into windows, multiples of the smallest delay of a packet. Within a window
//! the blocks run on their own; what concerns more than one node happens between two windows.
//! The windows are the same for any number of blocks, one included, and so is the run.

use super::agenda::{Entry, Global};
use super::capture::{Datagram, Filter, Tap};
use super::common::Common;
use super::population::{Population, Turn};
use super::surroundings::{BlockWorld, SimNode, Surroundings};
use super::warm_start::{self, History};
use super::{Execution, random_start, windows};
use crate::engine::Engine;
use crate::engine::blocks::Blocks;
use crate::engine::exchange::Division;
use crate::engine::queue::EventQueue;
use crate::kademlia::Node;
use crate::kademlia::key::Key64;
use crate::kademlia::params::Params;
use crate::metrics::{Gauges, Metrics};
use crate::network::Network;
use crate::protocol::NodeIndex;
use crate::rng::{Bijection, Seed};
use crate::scenario::{Bootstrap, Scenario};
use crate::time::{Duration, Instant};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A run under way.
pub(super) struct Course<'s, Q> {
    pub(super) scenario: &'s Scenario,
    pub(super) blocks: Blocks<SimNode, Q>,
    pub(super) surroundings: Vec<Surroundings<'s>>,
    pub(super) common: Common,
    globals: BTreeSet<(Instant, Global)>,
    /// The threads of the blocks; none for a single block.
    threads: Option<rayon::ThreadPool>,
    now: Instant,
    /// Width of a window.
    width: Duration,
    /// The end of the current window.
    horizon: Instant,
    samples: u64,
    /// What was captured and not taken yet.
    captured: Vec<Datagram>,
}

impl<'s, Q: EventQueue> Course<'s, Q> {
    /// A run at the beginning of its time.
    pub(super) fn begin(scenario: &'s Scenario, seed: Seed, execution: Execution) -> Self {
        let nodes = scenario.nodes.count;
        let network = Network::new(&scenario.network, nodes, seed);
        let (width, threads) = windows::of(network.smallest_delay(), execution.threads);
        let division = Division::new(nodes, threads);
        let params = Arc::new(scenario.kademlia.clone());
        let surroundings = (0..division.blocks()).map(|block| {
            Surroundings::new(scenario, seed, division.nodes_of(block), &params, &network)
        });
        let keys = Bijection::new(seed);
        let key_of = |node: NodeIndex| Key64(keys.apply(u64::from(node.0)));
        let mut course = Course {
            scenario,
            blocks: Blocks::new(division, seed),
            surroundings: surroundings.collect(),
            common: Common::new(scenario, Population::new(seed, scenario, key_of)),
            globals: BTreeSet::new(),
            threads: pool(division.blocks()),
            now: Instant::ZERO,
            width,
            horizon: Instant::ZERO,
            samples: 0,
            captured: Vec::new(),
        };
        if !execution.prefetch {
            course.blocks.engines().iter_mut().for_each(Engine::do_not_look_ahead);
        }
        course.schedule_first(scenario);
        if scenario.nodes.bootstrap != Bootstrap::Organic {
            course.place_settled(seed, &params, key_of);
        }
        course
    }

    /// From now on packets are captured.
    pub(super) fn capture(&mut self, filter: &Filter, seed: Seed) {
        for own in &mut self.surroundings {
            own.tap = Some(Tap::new(filter.clone(), seed));
        }
    }

    /// Takes what was captured, in the order in which it was sent.
    pub(super) fn take_captured(&mut self) -> Vec<Datagram> {
        std::mem::take(&mut self.captured)
    }

    /// Puts everything on the agendas with which a run begins, but for joins.
    fn schedule_first(&mut self, scenario: &Scenario) {
        self.globals.insert((scenario.phases.measurement_start(), Global::BeginMeasurement));
        self.globals.insert((Instant::ZERO + scenario.output.sample_interval, Global::Sample));
        for (engine, own) in self.blocks.engines().iter_mut().zip(&mut self.surroundings) {
            for node in engine.places().map(NodeIndex) {
                for (due, entry) in own.applications.first_entries(node) {
                    engine.schedule(due, node, entry.tag());
                }
            }
        }
        for (node, due, entry) in self.surroundings[0].applications.counted_entries() {
            self.blocks.engine_of(node).schedule(due, node, entry.tag());
        }
    }

    /// Puts the nodes online that are there from the beginning, with the tables that they have
    /// then.
    fn place_settled(
        &mut self,
        seed: Seed,
        params: &Arc<Params>,
        key_of: impl Fn(NodeIndex) -> Key64 + Sync,
    ) {
        let (blocks, surroundings) = (&mut self.blocks, &mut self.surroundings);
        let division = blocks.division();
        let mut settle = |key, node: NodeIndex, table| {
            let state = Node::settled(key, Arc::clone(params), table);
            let deadline = state.deadline();
            surroundings[division.block_of(node)].settled(node);
            let engine = blocks.engine_of(node);
            engine.place(node, state);
            engine.set_wake(node, deadline);
        };
        let present = self.common.population.online_first();
        match self.scenario.nodes.bootstrap {
            Bootstrap::Random => {
                let mut present: Vec<_> = present.map(|(_, node)| node).collect();
                present.sort_unstable();
                let contacts = self.scenario.nodes.contacts;
                let tables = random_start::tables(seed, params, &present, contacts, &key_of);
                for (node, table) in present.into_iter().zip(tables) {
                    settle(key_of(node), node, table);
                }
            }
            Bootstrap::Warm | Bootstrap::Organic => {
                let history = History::of(self.scenario.phases.init, params);
                warm_start::fill(seed, params, history, present, &mut settle);
            }
        }
    }

    /// The present.
    pub(super) fn now(&self) -> Instant {
        self.now
    }

    /// Runs until the present is `end`: handles everything that is due before it.
    pub(super) fn run_until(&mut self, end: Instant) {
        match self.threads.take() {
            None => self.run_windows(end),
            Some(threads) => {
                threads.install(|| self.run_windows(end));
                self.threads = Some(threads);
            }
        }
    }

    fn run_windows(&mut self, end: Instant) {
        while self.now < end {
            if self.now >= self.horizon {
                self.cross();
            }
            self.handle_globals();
            let global = self.globals.first().map_or(Instant::FAR_FUTURE, |&(due, _)| due);
            let stop = self.horizon.min(global).min(end);
            let common = &self.common;
            let own = self.surroundings.iter_mut();
            let mut worlds: Vec<_> = own.map(|own| BlockWorld { own, common }).collect();
            self.blocks.run_until(&mut worlds, stop);
            self.now = stop;
            let taps = self.surroundings.iter_mut().filter_map(|own| own.tap.as_mut());
            self.captured.extend(Tap::take_all(taps));
        }
    }

    /// From one window to the next: what was noticed in the one is known in the other, and who
    /// comes and goes in it is put on the agendas. Windows in which nothing happens are passed
    /// over.
    fn cross(&mut self) {
        self.take_note();
        let quiet = self.blocks.nothing_before().min(self.common.population.next_change());
        self.horizon = windows::end(self.now, self.width, quiet);
        for change in self.common.population.advance(self.horizon) {
            let entry = match change.turn {
                Turn::Joins => Entry::Join,
                Turn::Leaves(departure) => Entry::Leave(departure),
            };
            self.blocks.engine_of(change.node).schedule(change.at, change.node, entry.tag());
        }
    }

    fn take_note(&mut self) {
        for own in &mut self.surroundings {
            own.notices.drain(..).for_each(|notice| self.common.note(notice));
        }
    }

    /// Handles what is due now and concerns the whole run, before all node events of the
    /// instant.
    fn handle_globals(&mut self) {
        while let Some(&(due, global)) = self.globals.first()
            && due <= self.now
        {
            self.globals.pop_first();
            match global {
                Global::BeginMeasurement => {
                    self.surroundings.iter_mut().for_each(|own| own.metrics.begin_measurement());
                }
                Global::Sample => {
                    self.sample();
                    let next = self.now + self.scenario.output.sample_interval;
                    self.globals.insert((next, global));
                }
            }
        }
    }

    /// Takes a sample of the time series. Each block has its part; what belongs to all stands
    /// in the first.
    fn sample(&mut self) {
        let tally = self.common.population.tally(self.now);
        let mut of_all = Gauges {
            online: tally.online,
            joins: tally.joins,
            leaves: tally.leaves,
            crashes: tally.crashes,
            records_alive: self.common.holders.alive() as u64,
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
        for (engine, own) in self.blocks.engines().iter_mut().zip(&mut self.surroundings) {
            let looked = own.look(engine, &self.common.population, self.samples);
            let gauges = Gauges {
                tables: looked.tables,
                contacts: looked.contacts,
                contacts_online: looked.contacts_online,
                ..std::mem::take(&mut of_all)
            };
            own.metrics.sample(self.now, phase, gauges);
        }
        self.samples += 1;
    }

    /// Everything that has been counted, when the run has ended: a last sample included.
    pub(super) fn close(&mut self) -> Metrics {
        self.take_note();
        let last = self.surroundings[0].metrics.series().samples.last();
        if last.is_none_or(|sample| sample.time < self.now) {
            self.sample();
        }
        let (first, others) = self.surroundings.split_first().expect("there is a block");
        let mut metrics = first.metrics.clone();
        others.iter().for_each(|other| metrics.merge(&other.metrics));
        metrics
    }

    /// The nodes online, in order.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (NodeIndex, &SimNode)> + Clone {
        let places = (0..self.blocks.places()).map(NodeIndex);
        places.filter_map(|node| self.blocks.node(node).map(|state| (node, state)))
    }

    /// The key of a node.
    pub(super) fn key(&self, node: NodeIndex) -> Key64 {
        self.surroundings[0].key(node)
    }

    /// Nodes online now.
    pub(super) fn online(&self) -> u64 {
        self.common.population.tally(self.now).online
    }
}

/// A thread for each block; where the system gives none, the blocks share those that there are.
fn pool(blocks: usize) -> Option<rayon::ThreadPool> {
    let builder = rayon::ThreadPoolBuilder::new().num_threads(blocks);
    if blocks > 1 { builder.build().ok() } else { None }
}
