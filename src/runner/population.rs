//! Who is online, and who comes and goes next.
//!
//! Sessions depend on nothing that nodes do, so they are followed ahead of the nodes: what
//! changes in a window of time is known when the window begins, the same for every block of
//! nodes, and within the window it is only read.

// Who is online, who can be asked, and who is closest to a key.
mod presence;
// Whom a node joins through.
mod contacts;
// Joins and leaves that are not those of single lives.
mod turns;
// Sessions and absences of runs against their distributions.
#[cfg(test)]
mod tests;

use super::change::{Change, Tally, Turn};
use super::class_time::ClassTime;
use super::masks::Masks;
use crate::checker::KeyRing;
use crate::graph::config::GraphConfig;
use crate::kademlia::key::Key64;
use crate::network::reach::Reach;
use crate::protocol::NodeIndex;
use crate::rng::{Purpose, Seed, Stream};
use crate::scenario::{Bootstrap, Joins, Scenario};
use crate::time::{Duration, Instant};
use crate::workload::sessions::{Departure, Life, Sessions, State};
use rand::RngExt;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use turns::Turns;

/// No place in the list of those online.
const ABSENT: u32 = u32::MAX;

/// The nodes of a run and which of them are online.
#[derive(Clone, Debug)]
pub(super) struct Population {
    sessions: Option<Sessions>,
    /// Who comes and goes beside those who have sessions.
    turns: Option<Turns>,
    /// So many of the first nodes are bootstrap nodes, which are always there.
    dedicated: u32,
    /// Absent if all nodes are servers that can be dialled.
    reach: Option<Reach>,
    /// Where each node's stream of sessions stands; empty without churn.
    draws: Vec<u64>,
    /// What is left of the sessions in which nodes are when the run begins, until they join.
    first_sessions: BTreeMap<NodeIndex, Duration>,
    /// When each node comes or goes next.
    next: BinaryHeap<Reverse<(Instant, NodeIndex)>>,
    /// Who is online at the horizon, in an order that follows from the run alone.
    online: Vec<NodeIndex>,
    /// Place of each node in `online`.
    places: Vec<u32>,
    /// Who was online before the changes that are ahead.
    ring: KeyRing,
    tally: Tally,
    /// The changes ahead: of the window up to the horizon, by time.
    ahead: Vec<Change>,
    /// The same by node, then time.
    ahead_by_node: Vec<(NodeIndex, Instant, bool)>,
    /// Sum over time of the nodes online during the measurement, in node-nanoseconds.
    online_time: u128,
    online_since: Instant,
    measured_from: Instant,
    class_time: Option<ClassTime>,
    /// Absent if no fault ever keeps a node away.
    masks: Option<Masks>,
    /// Who comes within the window ahead because a fault lets go, in order.
    let_go: Vec<NodeIndex>,
}

impl Population {
    /// The population when a run begins. With churn it is one that has long been coming and
    /// going: some nodes are away.
    pub(super) fn new(
        seed: Seed,
        scenario: &Scenario,
        key_of: impl Fn(NodeIndex) -> Key64 + Sync,
    ) -> Self {
        let nodes = scenario.nodes.count;
        let classes = &scenario.network.classes;
        let shares: Vec<f64> = classes.iter().map(|class| class.share).collect();
        let sessions = Sessions::new(seed, &scenario.churn, &scenario.class_churn, &shares, nodes);
        let dedicated = match scenario.topology {
            Some(GraphConfig::Bootstrap { bootstrap_nodes, .. }) => bootstrap_nodes,
            _ => 0,
        };
        let measured_from = scenario.phases.measurement_start();
        let mut population = Population {
            draws: if sessions.is_some() { vec![0; nodes as usize] } else { Vec::new() },
            sessions,
            turns: Turns::new(seed, scenario, dedicated),
            dedicated,
            reach: Reach::new(classes, seed),
            first_sessions: BTreeMap::new(),
            next: BinaryHeap::new(),
            online: Vec::new(),
            places: vec![ABSENT; nodes as usize],
            ring: KeyRing::new(nodes, key_of),
            tally: Tally::default(),
            ahead: Vec::new(),
            ahead_by_node: Vec::new(),
            online_time: 0,
            online_since: Instant::ZERO,
            measured_from,
            class_time: ClassTime::new(seed, classes, measured_from),
            masks: Masks::new(&scenario.network, nodes, dedicated, seed),
            let_go: Vec::new(),
        };
        for node in (0..nodes).map(NodeIndex) {
            population.begin(seed, scenario, node);
        }
        if scenario.nodes.bootstrap != Bootstrap::Organic {
            population.begin_with_first_turns();
        }
        population
    }

    /// Whoever a trace lets join at the first instant is there from the beginning.
    fn begin_with_first_turns(&mut self) {
        while self.next_turn() == Instant::ZERO {
            for (node, _) in self.take_turns() {
                self.be_there_unless_kept(node);
            }
        }
    }

    /// Where a node is when the run begins, and what it does next.
    fn begin(&mut self, seed: Seed, scenario: &Scenario, node: NodeIndex) {
        let is_free = node.0 >= self.dedicated;
        if is_free && self.turns.as_ref().is_some_and(|turns| !turns.begins_with(node)) {
            return;
        }
        let life = self.life_of(node);
        let state = life.map(|life| life.stationary(&mut self.draws[node.get()]));
        let session = match state {
            Some(State::Away(absence)) => {
                self.next.push(Reverse((Instant::ZERO + absence, node)));
                return;
            }
            Some(State::Online(session)) => Some(session),
            None => None,
        };
        match scenario.nodes.bootstrap {
            Bootstrap::Warm | Bootstrap::Random => {
                self.be_there_unless_kept(node);
                let end = session.map(|session| Reverse((Instant::ZERO + session, node)));
                self.next.extend(end);
            }
            Bootstrap::Organic => {
                let joins = match node.0 < self.dedicated {
                    true => Instant::ZERO,
                    false => first_join(seed, scenario, node),
                };
                self.next.push(Reverse((joins, node)));
                self.first_sessions.extend(session.map(|session| (node, session)));
            }
        }
    }

    /// A node is online when the run begins.
    fn be_there(&mut self, node: NodeIndex) {
        self.enter(node);
        self.ring.set_online(node, true);
        self.tally.count(Turn::Joins);
        self.count_class_time(node, Instant::ZERO, Turn::Joins);
    }

    /// The same, unless a fault keeps the node away.
    fn be_there_unless_kept(&mut self, node: NodeIndex) {
        let is_kept_away = self.masks.as_mut().is_some_and(|masks| masks.would_join(node));
        if !is_kept_away {
            self.be_there(node);
        }
    }

    /// When the next change comes that is not ahead already.
    pub(super) fn next_change(&self) -> Instant {
        let by_fault = self.masks.as_ref().map_or(Instant::FAR_FUTURE, Masks::next_turn);
        self.next_of_churn().min(by_fault)
    }

    /// When a node comes or goes next of its own accord.
    fn next_of_churn(&self) -> Instant {
        self.next_of_lives().min(self.next_turn())
    }

    fn next_of_lives(&self) -> Instant {
        self.next.peek().map_or(Instant::FAR_FUTURE, |Reverse((due, _))| *due)
    }

    fn next_turn(&self) -> Instant {
        self.turns.as_ref().map_or(Instant::FAR_FUTURE, Turns::due)
    }

    /// Who comes and goes in the next turn.
    fn take_turns(&mut self) -> impl Iterator<Item = (NodeIndex, Turn)> + use<> {
        let turns = self.turns.as_mut();
        let taken = turns.map(|turns| turns.take(&self.online, self.dedicated));
        taken.unwrap_or_default().into_iter().flatten()
    }

    /// Moves the horizon: what was ahead has come to pass, and everything before `horizon`
    /// is now ahead.
    pub(super) fn advance(&mut self, horizon: Instant) {
        for change in std::mem::take(&mut self.ahead) {
            self.pass(change);
        }
        self.let_go.clear();
        while self.next_change() < horizon {
            let churn = self.next_of_churn();
            match self.masks.as_mut().and_then(|masks| masks.take(churn, horizon)) {
                Some(change) => {
                    self.let_go.extend(Some(change.node).filter(|_| change.turn == Turn::Joins));
                    self.come_or_go(change);
                }
                None if self.next_of_churn() < horizon => self.turn_of_churn(),
                None => {}
            }
        }
        self.let_go.sort_unstable();
        let ahead = self.ahead.iter();
        self.ahead_by_node.clear();
        self.ahead_by_node
            .extend(ahead.map(|change| (change.node, change.at, change.turn == Turn::Joins)));
        self.ahead_by_node.sort_unstable();
    }

    /// A node comes or goes of its own accord, by its own life or by a turn that it is given.
    fn turn_of_churn(&mut self) {
        if self.next_turn() < self.next_of_lives() {
            let at = self.next_turn();
            for (node, turn) in self.take_turns() {
                self.come_or_go_unless_kept(Change { at, node, turn });
            }
            return;
        }
        let Reverse((at, node)) = self.next.pop().expect("the next change was looked at");
        let is_there = match &self.masks {
            None => self.places[node.get()] != ABSENT,
            Some(masks) => masks.is_willing(node),
        };
        let turn = match is_there {
            true => Turn::Leaves(self.departure(node)),
            false => Turn::Joins,
        };
        self.come_or_go_unless_kept(Change { at, node, turn });
        if let Some(length) = self.length_after(node, at, turn) {
            self.next.push(Reverse((at + length, node)));
        }
    }

    /// A node comes or goes, unseen while a fault keeps it away.
    fn come_or_go_unless_kept(&mut self, change: Change) {
        let is_kept = match (&mut self.masks, change.turn) {
            (None, _) => false,
            (Some(masks), Turn::Joins) => masks.would_join(change.node),
            (Some(masks), Turn::Leaves(_)) => masks.would_leave(change.node),
        };
        if !is_kept {
            self.come_or_go(change);
        }
    }

    /// A node comes or goes within the window ahead.
    fn come_or_go(&mut self, change: Change) {
        match change.turn {
            Turn::Joins => self.enter(change.node),
            Turn::Leaves(_) => self.exit(change.node),
        }
        self.ahead.push(change);
    }

    /// The changes ahead, by time.
    pub(super) fn ahead(&self) -> &[Change] {
        &self.ahead
    }

    /// A change has come to pass.
    fn pass(&mut self, change: Change) {
        self.count_online_time(change.at);
        self.ring.set_online(change.node, change.turn == Turn::Joins);
        self.tally.count(change.turn);
        self.count_class_time(change.node, change.at, change.turn);
    }

    fn count_class_time(&mut self, node: NodeIndex, at: Instant, turn: Turn) {
        if let Some(class_time) = &mut self.class_time {
            class_time.change(node, at, turn == Turn::Joins);
        }
    }

    /// What the sessions of a node are drawn from, if it has any.
    fn life_of(&self, node: NodeIndex) -> Option<Life> {
        let sessions = self.sessions.as_ref().filter(|_| node.0 >= self.dedicated);
        sessions.and_then(|sessions| sessions.of(node))
    }

    fn departure(&mut self, node: NodeIndex) -> Departure {
        let life = self.life_of(node).expect("only churn ends a session");
        life.departure(&mut self.draws[node.get()])
    }

    /// How long a node stays, or stays away; `None` if for good.
    fn length_after(&mut self, node: NodeIndex, at: Instant, turn: Turn) -> Option<Duration> {
        let life = self.life_of(node)?;
        let draws = &mut self.draws[node.get()];
        Some(match turn {
            Turn::Leaves(_) => life.absence(draws, at),
            Turn::Joins => match self.first_sessions.remove(&node) {
                Some(rest) => rest,
                None => life.session(draws),
            },
        })
    }

    fn enter(&mut self, node: NodeIndex) {
        self.places[node.get()] = self.online.len() as u32;
        self.online.push(node);
    }

    fn exit(&mut self, node: NodeIndex) {
        let place = std::mem::replace(&mut self.places[node.get()], ABSENT) as usize;
        let removed = self.online.swap_remove(place);
        assert_eq!(removed, node, "a node that leaves was online");
        if let Some(&moved) = self.online.get(place) {
            self.places[moved.get()] = place as u32;
        }
    }

    /// What has come to pass before `now`.
    pub(super) fn tally(&self, now: Instant) -> Tally {
        let mut tally = self.tally;
        let passed = self.ahead.iter().take_while(|change| change.at < now);
        passed.for_each(|change| tally.count(change.turn));
        tally
    }

    /// Adds up the nodes online since the last change, as far as that was in the measurement.
    fn count_online_time(&mut self, now: Instant) {
        let since = self.online_since.max(self.measured_from);
        let length = u128::from(now.saturating_since(since).as_nanos());
        self.online_time += length * u128::from(self.tally.online);
        self.online_since = now;
    }

    /// Mean number of nodes online from the beginning of the measurement until `now`, when
    /// everything ahead that comes before has come to pass.
    pub(super) fn online_mean(&mut self, now: Instant) -> f64 {
        self.pass_until(now);
        self.count_online_time(now);
        let measured = now.saturating_since(self.measured_from).as_nanos();
        if measured == 0 {
            return self.tally.online as f64;
        }
        self.online_time as f64 / measured as f64
    }

    /// What nodes of a class have spent online from the beginning of the measurement until `now`,
    /// in node-nanoseconds; 0 if no link is finite.
    pub(super) fn class_time(&mut self, class: usize, now: Instant) -> u128 {
        self.pass_until(now);
        self.class_time.as_mut().map_or(0, |class_time| class_time.until(class, now))
    }

    /// What is ahead and comes before `now` comes to pass.
    fn pass_until(&mut self, now: Instant) {
        let due = self.ahead.partition_point(|change| change.at < now);
        let passed: Vec<Change> = self.ahead.drain(..due).collect();
        passed.into_iter().for_each(|change| self.pass(change));
    }
}

/// When a node joins for the first time in an organic start.
fn first_join(seed: Seed, scenario: &Scenario, node: NodeIndex) -> Instant {
    let init = scenario.phases.init.as_nanos();
    match scenario.nodes.joins {
        Joins::Drawn => {
            let mut stream = Stream::new(seed, Purpose::Join, u64::from(node.0));
            Instant::from_nanos(stream.random_range(0..=init))
        }
        Joins::Even => {
            let count = u128::from(scenario.nodes.count);
            Instant::from_nanos((u128::from(init) * u128::from(node.0) / count) as u64)
        }
    }
}
