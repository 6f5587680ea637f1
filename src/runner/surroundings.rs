//! What surrounds the nodes of a block, wherever they live: applications, metrics, and the judge of
//! their operations.

use super::applications::Applications;
use super::common::{Common, Notice};
use super::faults::Watch;
use super::first_contacts::Coming;
use super::host::Tables;
use super::hosted::{Hosted, Numbered};
use super::judge::Judge;
use super::keys::Keys;
use super::record_keys::RecordKeys;
use super::resilience::PathSums;
use super::tap::Tap;
use super::windows;
use crate::kademlia::key::Key64;
use crate::kademlia::message::Message;
use crate::kademlia::operation::{Finished, OperationKind, Report};
use crate::metrics::{Gauges, LinkLoads, Metrics, OperationRecord};
use crate::network::{DropReason, Network};
use crate::protocol::{Message as _, NodeIndex};
use crate::rng::Seed;
use crate::scenario::Scenario;
use crate::time::Instant;
use std::ops::Range;

/// What a node says of an operation that has ended.
pub(super) type Done = Finished<NodeIndex, Key64>;

/// What surrounds the nodes of one block.
pub(super) struct Surroundings<'s> {
    scenario: &'s Scenario,
    seed: Seed,
    /// The first node of the block.
    first: u32,
    keys: Keys,
    /// Whether packets can arrive within the window in which they are sent.
    is_undivided: bool,
    /// How often each node has come online.
    lives: Vec<u32>,
    /// Where each node's stream of contacts stands.
    contact_draws: Vec<u64>,
    pub(super) applications: Applications,
    pub(super) hosted: Hosted,
    pub(super) metrics: Metrics,
    /// Absent without faults.
    pub(super) watch: Option<Watch>,
    pub(super) judge: Judge,
    pub(super) tables_checked: u64,
    /// Who observes the block, if anybody does.
    pub(super) tap: Option<Tap>,
    /// Lookups during attacks.
    pub(super) paths: PathSums,
    /// What has happened here and concerns other blocks.
    pub(super) notices: Vec<Notice>,
}

impl<'s> Surroundings<'s> {
    pub(super) fn new(
        scenario: &'s Scenario,
        seed: Seed,
        record_keys: RecordKeys,
        block: Range<u32>,
        network: &Network,
        keys: Keys,
        hosted: Vec<Numbered>,
    ) -> Self {
        let measured = scenario.phases.measurement_start();
        let mut metrics = Metrics::new(
            Message::<NodeIndex, Key64>::KINDS,
            DropReason::NAMES,
            measured,
            scenario.output.sample_interval,
            scenario.output.operations_limit as usize,
            seed,
        );
        let classes = &scenario.network.classes;
        metrics.set_links(LinkLoads::new(classes, measured, scenario.phases.end()));
        Surroundings {
            scenario,
            seed,
            first: block.start,
            keys,
            is_undivided: network.smallest_delay() < windows::NARROWEST,
            lives: vec![0; block.len()],
            contact_draws: vec![0; block.len()],
            applications: Applications::new(seed, scenario, record_keys, block.clone()),
            hosted: Hosted::new(
                seed,
                scenario.nodes.count,
                scenario.phases.transition_start(),
                hosted,
            ),
            metrics,
            watch: Watch::new(scenario, seed),
            judge: Judge::new(seed, block, scenario.kademlia.k, scenario.checker.lookups),
            tables_checked: 0,
            tap: None,
            paths: PathSums::default(),
            notices: Vec::new(),
        }
    }

    pub(super) fn key(&self, node: NodeIndex) -> Key64 {
        self.keys.of(node)
    }

    /// The same where no key is chosen.
    #[inline]
    pub(super) fn computed_key(&self, node: NodeIndex) -> Key64 {
        self.keys.computed(node)
    }

    /// The places of the block's nodes.
    pub(super) fn places(&self) -> Range<u32> {
        self.first..self.first + self.lives.len() as u32
    }

    fn place(&self, node: NodeIndex) -> usize {
        (node.0 - self.first) as usize
    }

    /// A node that has long been online comes with its first life behind it.
    pub(super) fn settled(&mut self, node: NodeIndex) {
        self.next_life(node);
    }

    /// The number of the life that begins for a node.
    pub(super) fn next_life(&mut self, node: NodeIndex) -> u32 {
        let place = self.place(node);
        let life = self.lives[place];
        self.lives[place] += 1;
        life
    }

    /// The number of the life that a node lives.
    pub(super) fn life(&self, node: NodeIndex) -> u32 {
        self.lives[self.place(node)] - 1
    }

    /// Nodes for a node to join through in the life of this number.
    pub(super) fn contacts_for(
        &mut self,
        common: &Common,
        now: Instant,
        node: NodeIndex,
        life: u32,
    ) -> Vec<NodeIndex> {
        let coming = if life == 0 { Coming::FirstTime } else { Coming::Again };
        let population = &common.population;
        let is_open = |other| population.is_open(other);
        let is_there = |other| population.is_open_at(other, now);
        let told = common.first_contacts.as_ref();
        if let Some(contacts) = told.and_then(|graph| graph.of(node, coming, is_open, is_there)) {
            return contacts;
        }
        let count = self.scenario.nodes.contacts;
        let place = self.place(node);
        let position = &mut self.contact_draws[place];
        let undivided_now = self.is_undivided.then_some(now);
        common.population.contacts_for(self.seed, node, count, position, undivided_now)
    }

    /// A node of the block reports something.
    pub(super) fn report(
        &mut self,
        common: &Common,
        now: Instant,
        node: NodeIndex,
        report: Report<NodeIndex, Key64>,
    ) {
        match report {
            Report::Holds(key) => self.notices.push(Notice::Holds(key, now)),
            Report::Dropped(key) => self.notices.push(Notice::Dropped(key, now)),
            Report::Spent(maintenance, bytes) => self.metrics.maintained(maintenance, bytes),
            // What adversaries do is nobody's success.
            Report::Finished(_) if common.is_adversary(node) => {}
            Report::Finished(done) => {
                let expected = self.applications.expected(done.kind, done.number);
                if let Some(attackers) = &common.attackers
                    && done.kind == OperationKind::FindNode
                    && attackers.are_at_work(done.started)
                {
                    self.paths.add(&done, attackers);
                }
                let record = self.judge.judge(now, node, &done, common, expected);
                let number = done.number.filter(|&number| !self.hosted.own(number));
                self.count(now, record, number, common);
                if done.kind == OperationKind::Join && !done.closest.is_empty() {
                    self.hosted.joined(now, node);
                }
                self.hosted.finished(node, done);
            }
            Report::Asked { from, protocol, number, request } => {
                self.hosted.asked(node, protocol, from, (number, request));
            }
            Report::Answered { number, response } => self.hosted.answered(node, number, response),
            Report::Step(id, step) => {
                if let Some(tap) = &mut self.tap {
                    tap.step(now, node, id, step);
                }
            }
        }
    }

    /// Counts an operation that ends `now`, for which the application has this number.
    pub(super) fn count(
        &mut self,
        now: Instant,
        record: OperationRecord,
        number: Option<u64>,
        common: &Common,
    ) {
        if let Some(tap) = &mut self.tap {
            tap.operation(now, &record);
        }
        if let Some(watch) = &mut self.watch {
            watch.see(&record, number, common, &mut self.notices);
        }
        self.metrics.operation(record);
    }

    /// Looks at the block from outside, checking the tables that it looks at: every n-th of all
    /// places, others at each sample.
    pub(super) fn look(
        &mut self,
        now: Instant,
        tables: &impl Tables,
        common: &Common,
        samples: u64,
    ) -> Gauges {
        let (mut gauges, population) = (Gauges::default(), &common.population);
        let share = self.scenario.checker.tables;
        if share <= 0.0 {
            return gauges;
        }
        let nodes = f64::from(self.scenario.nodes.count);
        let stride = libm::round(1.0 / share).clamp(1.0, nodes) as u32;
        let first = (samples % u64::from(stride)) as u32;
        let places = self.places();
        // The first place of the block that is looked at.
        let start = places.start + (stride + first - places.start % stride) % stride;
        for node in (start..places.end).step_by(stride as usize).map(NodeIndex) {
            let Some(table) = tables.table(node) else { continue };
            table.check(self.key(node), &self.scenario.kademlia, |peer| self.key(peer));
            if let Some(state) = tables.state(node) {
                state.check(|peer| self.key(peer), |peer| Some(common.group_of(peer)));
            }
            self.tables_checked += 1;
            gauges.tables += 1;
            gauges.contacts += table.len() as u64;
            let online = table.contacts().filter(|&peer| population.was_online(peer, now)).count();
            gauges.contacts_online += online as u64;
        }
        gauges
    }
}
