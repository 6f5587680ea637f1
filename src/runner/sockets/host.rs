//! A driver of sockets as the host of a run's nodes.

use super::names::Directory;
use super::obstacle::Obstacle;
use super::ways::{SharedWays, Ways};
use crate::kademlia::Publications;
use crate::kademlia::key::{Key64, WideKey};
use crate::kademlia::operation::{Command, OperationKind};
use crate::kademlia::routing_table::RoutingTable;
use crate::krpc::Id;
use crate::metrics::{LinkLoads, Traffic};
use crate::network::Network;
use crate::protocol::NodeIndex;
use crate::runner::agenda::Entry;
use crate::runner::block::SimMessage;
use crate::runner::common::Common;
use crate::runner::experiment::Experiment;
use crate::runner::host::{Estate, Host, Tables};
use crate::runner::surroundings::Surroundings;
use crate::time::Instant;
use crate::udp::contact::Contact;
use crate::udp::driver::{Driver, Event, Opening, Setup};
use crate::udp::groups::Grouping;
use std::cell::{Ref, RefCell};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;

/// The nodes of a run, a socket each, and their agendas.
pub(super) struct Sockets {
    pub(super) driver: Driver,
    ways: Rc<RefCell<Ways>>,
    agenda: BTreeMap<(Instant, NodeIndex, u64), Entry>,
    entries: u64,
    /// What nodes that are away will publish when they are back.
    away: BTreeMap<NodeIndex, Publications<Id>>,
}

impl Sockets {
    /// Binds a socket for each node. All are offline.
    pub(super) fn open(experiment: &Experiment<'_>, network: Network) -> Result<Self, Obstacle> {
        let phases = experiment.scenario.phases;
        let classes = &experiment.scenario.network.classes;
        let links = LinkLoads::new(classes, phases.measurement_start(), phases.end());
        let ways = Ways { network, links, directory: Directory::default() };
        let ways = Rc::new(RefCell::new(ways));
        let mut driver = Driver::new(Setup {
            seed: experiment.seed,
            params: Arc::clone(&experiment.params),
            grouping: Grouping::default(),
            rate: None,
            fates: Box::new(SharedWays(Rc::clone(&ways))),
            takes_talk: true,
        })?;
        let nodes = experiment.scenario.nodes.count;
        for opened in 0..nodes {
            let opening = Opening {
                id: WideKey::beginning_with(experiment.key(NodeIndex(opened))),
                listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                contacts: Vec::new(),
                read_only: !ways.borrow().network.serves(NodeIndex(opened)),
            };
            let bound = driver.open(opening);
            let node = bound.map_err(|cause| Obstacle::Ports { nodes, opened, cause })?;
            drop(driver.take_away(node));
            ways.borrow_mut().directory.add(driver.me(node));
        }
        Ok(Sockets { driver, ways, agenda: BTreeMap::new(), entries: 0, away: BTreeMap::new() })
    }

    fn directory(&self) -> Ref<'_, Directory> {
        Ref::map(self.ways.borrow(), |ways| &ways.directory)
    }

    /// Puts a node online with a table that it has from the beginning.
    pub(super) fn settle_in(&mut self, node: NodeIndex, table: &RoutingTable<NodeIndex>) {
        let table = table.renamed(0, |peer| Some(self.directory().contact(peer)));
        self.driver.settle_in(node.get(), table);
    }

    pub(super) fn schedule(&mut self, due: Instant, node: NodeIndex, entry: Entry) {
        self.agenda.insert((due, node, self.entries), entry);
        self.entries += 1;
    }

    /// When something on an agenda is due next.
    pub(super) fn next_entry(&self) -> Instant {
        self.agenda.first_key_value().map_or(Instant::FAR_FUTURE, |(&(due, ..), _)| due)
    }

    /// Takes that from its agenda.
    pub(super) fn take_entry(&mut self) -> Option<(Instant, NodeIndex, Entry)> {
        self.agenda.pop_first().map(|((due, node, _), entry)| (due, node, entry))
    }

    /// Hands what nodes have reported to what surrounds them.
    pub(super) fn collect(&mut self, own: &mut Surroundings<'_>, common: &Common) {
        for (node, event) in self.driver.events() {
            if let Event::Report(at, report) = event
                && let Some(report) = self.directory().report(*report)
            {
                own.report(common, at, NodeIndex(node as u32), report);
            }
        }
    }

    /// What all nodes have sent and received so far.
    pub(super) fn traffic(&self) -> Traffic {
        let mut sum = self.driver.counters(0).traffic.clone();
        for node in 1..self.driver.nodes() {
            sum.merge(&self.driver.counters(node).traffic);
        }
        sum
    }

    /// What finite links have carried so far.
    pub(super) fn links(&self) -> LinkLoads {
        self.ways.borrow().links.clone()
    }

    /// Packets dropped by each fault so far.
    pub(super) fn dropped_by_faults(&self) -> Vec<u64> {
        self.ways.borrow().network.dropped_by_faults().to_vec()
    }

    /// The tables of the nodes online as they are now.
    pub(super) fn tables(&self) -> Snapshot {
        let table = |node: usize| {
            let name = |contact: Contact| self.directory().node(contact);
            let is_online = self.driver.is_online(node);
            is_online.then(|| self.driver.node(node).table().renamed(0, name))
        };
        Snapshot((0..self.driver.nodes()).map(table).collect())
    }
}

/// Tables at one instant, by node.
pub(super) struct Snapshot(Vec<Option<RoutingTable<NodeIndex>>>);

impl Tables for Snapshot {
    fn places(&self) -> u32 {
        self.0.len() as u32
    }

    fn table(&self, node: NodeIndex) -> Option<&RoutingTable<NodeIndex>> {
        self.0[node.get()].as_ref()
    }
}

/// The host, while something is being done at a time that it was planned for.
pub(super) struct SocketHost<'a, 's> {
    /// The time of the plan, which the clock may have passed a little.
    pub(super) now: Instant,
    pub(super) own: &'a mut Surroundings<'s>,
    pub(super) common: &'a Common,
    pub(super) sockets: &'a mut Sockets,
}

impl<'s> Host<'s> for SocketHost<'_, 's> {
    fn now(&self) -> Instant {
        self.now
    }

    fn clock(&self) -> Instant {
        self.sockets.driver.now()
    }

    fn own(&mut self) -> &mut Surroundings<'s> {
        self.own
    }

    fn parts(&mut self) -> (&mut Surroundings<'s>, &Common) {
        (self.own, self.common)
    }

    fn schedule(&mut self, due: Instant, node: NodeIndex, entry: Entry) {
        self.sockets.schedule(due, node, entry);
    }

    fn has_joined(&self, node: NodeIndex) -> Option<bool> {
        let driver = &self.sockets.driver;
        driver.is_online(node.get()).then(|| driver.node(node.get()).has_joined())
    }

    fn start(&mut self, node: NodeIndex, contacts: Vec<NodeIndex>, _life: u32) {
        let sockets = &mut *self.sockets;
        sockets.ways.borrow_mut().network.forget(node);
        let contacts = contacts.into_iter().map(|peer| sockets.directory().contact(peer)).collect();
        let publications = sockets.away.remove(&node);
        sockets.driver.bring_back(node.get(), contacts, publications);
        sockets.driver.start(node.get());
    }

    fn command(&mut self, node: NodeIndex, command: Command<NodeIndex, Key64>) {
        if !self.sockets.driver.is_online(node.get()) {
            return;
        }
        let content = match command {
            Command::Get { number, .. } => {
                self.own.applications.expected(OperationKind::Get, Some(number))
            }
            _ => None,
        };
        let command = self.sockets.directory().command(command, content);
        self.sockets.driver.command(node.get(), command);
    }

    fn stop(&mut self, node: NodeIndex) {
        self.sockets.driver.stop(node.get());
    }

    fn say(&mut self, _: NodeIndex, _: NodeIndex, _: SimMessage) {
        unreachable!("attacks are made in virtual time only");
    }

    fn remove(&mut self, node: NodeIndex) -> Estate {
        // What it has reported belongs to its life.
        self.sockets.collect(self.own, self.common);
        let Sockets { driver, ways, away, .. } = &mut *self.sockets;
        let state = driver.node(node.get());
        let directory = &ways.borrow().directory;
        let unfinished = state.unfinished().map(|done| directory.done(done)).collect();
        let held = state.held_keys().map(WideKey::beginning).collect();
        let publications = driver.take_away(node.get());
        if !publications.is_empty() {
            away.insert(node, publications);
        }
        Estate { unfinished, held }
    }
}
