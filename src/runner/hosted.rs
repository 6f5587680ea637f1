//! The applications of a block that are state machines: which node has which, what they have yet to be
//! told, and when they want to be woken.

use super::population::Population;
use super::surroundings::Done;
use super::{blocks, registers, services};
use crate::kademlia::key::Key64;
use crate::kademlia::operation::Command;
use crate::protocol::NodeIndex;
use crate::rng::{Purpose, Seed, Stream};
use crate::scenario::Scenario;
use crate::time::Instant;
use crate::workload::application::{
    Application, Caller, Desk, Happening, NUMBERS_PER_WORKLOAD, TICKETS, Ticket, Workload,
};
use crate::workload::config::WorkloadKind;
use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// A workload of applications, under its number in the run.
pub(super) type Numbered = (u32, Arc<dyn Workload>);

/// The workloads of a run whose applications are state machines: those of its scenario, and those that
/// it is handed beside.
pub(super) fn of(
    scenario: &Scenario,
    seed: Seed,
    population: &Population,
    workloads: &[Arc<dyn Workload>],
) -> Vec<Numbered> {
    let own = (0..).zip(&scenario.workloads).filter_map(|(number, config)| match config.kind {
        WorkloadKind::Services(services) => {
            Some(services::workload(scenario, seed, (number, config), services, population))
        }
        WorkloadKind::Blocks(blocks) => {
            Some(blocks::workload(scenario, seed, (number, config), blocks, population))
        }
        WorkloadKind::Registers(registers) => {
            Some(registers::workload(scenario, seed, (number, config), registers))
        }
        WorkloadKind::Lookup | WorkloadKind::PutGet { .. } | WorkloadKind::Provide { .. } => None,
    });
    let given = (scenario.workloads.len() as u32..).zip(workloads.iter().cloned());
    own.chain(given).collect()
}

/// An application when its run has ended.
#[derive(Debug)]
pub struct Retired {
    /// The workload's number: those of the scenario come first, in its order, then those that were
    /// handed to the run.
    pub workload: usize,
    /// Where it was.
    pub node: NodeIndex,
    /// What has become of it.
    pub application: Box<dyn Application>,
}

/// What an application wants done.
pub(super) struct Wishes {
    pub(super) commands: Vec<Command<NodeIndex, Key64>>,
    /// When an entry of its agenda is to be made.
    pub(super) entry: Option<Instant>,
}

/// The applications of a block. A node without any costs nothing.
#[derive(Debug)]
pub(super) struct Hosted {
    seed: Seed,
    /// Nodes of the whole network.
    nodes: u32,
    workloads: Vec<Numbered>,
    places: BTreeMap<(NodeIndex, u32), Place>,
    waiting: VecDeque<(NodeIndex, u32, Happening)>,
    /// Whether somebody has to be told something and nobody is being told.
    pub(super) is_stirred: bool,
    /// When applications begin.
    begin: Instant,
}

/// An application and what it is told by.
#[derive(Debug)]
struct Place {
    application: Box<dyn Application>,
    /// Whether its node is in the network, as far as it has been told.
    is_present: bool,
    tickets: u32,
    /// Where its stream stands.
    draws: u64,
    /// When it wants to be woken.
    due: Instant,
    /// The first entry on its agenda. There may be later ones, which come to nothing.
    entry: Instant,
}

impl Hosted {
    /// No applications yet, of these workloads in a network of so many nodes.
    pub(super) fn new(seed: Seed, nodes: u32, begin: Instant, workloads: Vec<Numbered>) -> Self {
        Hosted {
            seed,
            nodes,
            workloads,
            places: BTreeMap::new(),
            waiting: VecDeque::new(),
            is_stirred: false,
            begin,
        }
    }

    /// Gives a node its applications; the workloads that it takes part in, and when each begins.
    pub(super) fn settle_in(&mut self, node: NodeIndex) -> Vec<(u32, Instant)> {
        let mut begun = Vec::new();
        for (number, workload) in &self.workloads {
            let Some(application) = workload.application(node) else { continue };
            let place = Place {
                application,
                is_present: false,
                tickets: 0,
                draws: 0,
                due: Instant::FAR_FUTURE,
                entry: self.begin,
            };
            self.places.insert((node, *number), place);
            begun.push((*number, self.begin));
        }
        begun
    }

    /// Whether an operation of this number is one of theirs.
    pub(super) fn own(&self, number: u64) -> bool {
        let workload = number / NUMBERS_PER_WORKLOAD;
        self.workloads.iter().any(|&(number, _)| u64::from(number) == workload)
    }

    fn stir(&mut self, node: NodeIndex, workload: u32, happening: Happening) {
        self.waiting.push_back((node, workload, happening));
        self.is_stirred = true;
    }

    /// The applications of a node, by workload.
    fn of(&mut self, node: NodeIndex) -> impl Iterator<Item = (u32, &mut Place)> {
        let places = self.places.range_mut((node, 0)..=(node, u32::MAX));
        places.map(|(&(_, workload), place)| (workload, place))
    }

    /// A node has found its place in the network.
    pub(super) fn joined(&mut self, now: Instant, node: NodeIndex) {
        if now < self.begin {
            return;
        }
        let absent = self.of(node).filter(|(_, place)| !place.is_present);
        let told: Vec<u32> = absent
            .map(|(workload, place)| {
                place.is_present = true;
                workload
            })
            .collect();
        told.into_iter().for_each(|workload| self.stir(node, workload, Happening::Joined));
    }

    /// A node goes offline.
    pub(super) fn left(&mut self, node: NodeIndex) {
        let present = self.of(node).filter(|(_, place)| place.is_present);
        let told: Vec<u32> = present
            .map(|(workload, place)| {
                place.is_present = false;
                place.due = Instant::FAR_FUTURE;
                workload
            })
            .collect();
        told.into_iter().for_each(|workload| self.stir(node, workload, Happening::Left));
    }

    /// An operation of a node has ended.
    pub(super) fn finished(&mut self, node: NodeIndex, done: Done) {
        let Some(number) = done.number.filter(|&number| self.own(number)) else { return };
        let (workload, ticket) = (number / NUMBERS_PER_WORKLOAD, number % NUMBERS_PER_WORKLOAD);
        let happening = Happening::Finished(Ticket(ticket as u32), done);
        self.tell_present(node, workload as u32, happening);
    }

    /// Another node asks this one's application something.
    pub(super) fn asked(
        &mut self,
        node: NodeIndex,
        workload: u32,
        from: NodeIndex,
        request: (u32, Bytes),
    ) {
        let caller = Caller { node: from, request: request.0 };
        self.tell_present(node, workload, Happening::Asked(caller, request.1));
    }

    /// A request of a node's application has been answered, or not.
    pub(super) fn answered(&mut self, node: NodeIndex, number: u32, response: Option<Bytes>) {
        let happening = Happening::Answered(Ticket(number % TICKETS), response);
        self.tell_present(node, number / TICKETS, happening);
    }

    fn tell_present(&mut self, node: NodeIndex, workload: u32, happening: Happening) {
        if self.places.get(&(node, workload)).is_some_and(|place| place.is_present) {
            self.stir(node, workload, happening);
        }
    }

    /// An entry of an application's agenda is due. `has_joined` is whether its node has found its
    /// place. Gives when another entry is to be made.
    pub(super) fn wake(
        &mut self,
        now: Instant,
        node: NodeIndex,
        workload: u32,
        has_joined: bool,
    ) -> Option<Instant> {
        let place = self.places.get_mut(&(node, workload))?;
        if place.entry <= now {
            place.entry = Instant::FAR_FUTURE;
        }
        if !place.is_present && now == self.begin && has_joined {
            place.is_present = true;
            self.stir(node, workload, Happening::Joined);
            return None;
        }
        if place.due <= now {
            place.due = Instant::FAR_FUTURE;
            self.stir(node, workload, Happening::Woken);
            return None;
        }
        place.next_entry()
    }

    /// What an application has to be told next; nobody else is stirred until there is nothing more.
    pub(super) fn next(&mut self) -> Option<(NodeIndex, u32, Happening)> {
        self.is_stirred = false;
        self.waiting.pop_front()
    }

    /// Tells an application what happens.
    pub(super) fn tell(
        &mut self,
        now: Instant,
        node: NodeIndex,
        workload: u32,
        happening: Happening,
    ) -> Wishes {
        let index = u64::from(workload) * u64::from(self.nodes) + u64::from(node.0);
        let place = self.places.get_mut(&(node, workload)).expect("who is told is there");
        let mut rng = Stream::resume(self.seed, Purpose::Application, index, place.draws);
        let mut commands = Vec::new();
        let mut desk = Desk {
            now,
            node,
            protocol: workload,
            tickets: &mut place.tickets,
            rng: &mut rng,
            commands: &mut commands,
            due: &mut place.due,
        };
        place.application.handle(happening, &mut desk);
        place.draws = rng.position();
        if !place.is_present {
            place.due = Instant::FAR_FUTURE;
        }
        place.due = place.due.max(now);
        Wishes { commands, entry: place.next_entry() }
    }

    /// The applications of a workload, by node.
    pub(super) fn of_workload(
        &self,
        workload: u32,
    ) -> impl Iterator<Item = (NodeIndex, &dyn Application)> {
        let places = self.places.iter().filter(move |((_, number), _)| *number == workload);
        places.map(|(&(node, _), place)| (node, &*place.application))
    }

    /// Takes the applications away when the run has ended.
    pub(super) fn retire(&mut self) -> impl Iterator<Item = Retired> {
        let places = std::mem::take(&mut self.places).into_iter();
        places.map(|((node, workload), place)| Retired {
            workload: workload as usize,
            node,
            application: place.application,
        })
    }
}

impl Place {
    /// When an entry is to be made, if those that there are come too late.
    fn next_entry(&mut self) -> Option<Instant> {
        let earlier = self.due < self.entry;
        earlier.then(|| {
            self.entry = self.due;
            self.due
        })
    }
}
