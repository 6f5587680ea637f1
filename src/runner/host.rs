//! Where the nodes of a run live, as the rest of the run sees it: the engine in virtual time, a
//! driver of sockets in real time. What happens at a node for the run's sake is told here once, in
//! terms of what a host can do.

use super::agenda::Entry;
use super::block::{SimMessage, SimNode};
use super::common::{Common, Notice};
use super::surroundings::{Done, Surroundings};
use crate::checker::Publication;
use crate::kademlia::key::Key64;
use crate::kademlia::operation::Command;
use crate::kademlia::routing_table::RoutingTable;
use crate::protocol::NodeIndex;
use crate::time::{Duration, Instant};
use crate::workload::sessions::Departure;

/// How long after it came online it is looked at whether a node has joined; one that has not is
/// given new contacts, as a client would ask its bootstrap list again.
const CHECK_JOIN_AFTER: Duration = Duration::from_secs(15);

/// The routing tables of a run, for who looks at them from outside.
pub(super) trait Tables: Sync {
    /// Number of places for nodes, online or not.
    fn places(&self) -> u32;

    /// The table of a node, if it is online.
    fn table(&self, node: NodeIndex) -> Option<&RoutingTable<NodeIndex>>;

    /// All of a node, where it can be looked at and is online.
    fn state(&self, node: NodeIndex) -> Option<&SimNode> {
        let _ = node;
        None
    }

    /// Begins to fetch what is in this place.
    fn prefetch(&self, node: NodeIndex) {
        let _ = node;
    }
}

/// What a node leaves behind.
#[derive(Debug)]
pub(super) struct Estate {
    /// Operations that it had not finished.
    pub(super) unfinished: Vec<Done>,
    /// What it held.
    pub(super) held: Vec<Key64>,
}

/// The nodes of a block, their agendas, and what surrounds them. What a node publishes its host
/// remembers from one of its lives to the next.
pub(super) trait Host<'s> {
    /// The time for which what is being done was planned.
    fn now(&self) -> Instant;

    /// The time as the nodes have it, which in real time is a little later.
    fn clock(&self) -> Instant;

    /// What surrounds the nodes.
    fn own(&mut self) -> &mut Surroundings<'s>;

    /// The same, beside what all blocks have in common.
    fn parts(&mut self) -> (&mut Surroundings<'s>, &Common);

    /// Puts something on a node's agenda.
    fn schedule(&mut self, due: Instant, node: NodeIndex, entry: Entry);

    /// Whether a node has found its place; `None` if it is not online.
    fn has_joined(&self, node: NodeIndex) -> Option<bool>;

    /// Brings a node online, to join through these, in the life of this number.
    fn start(&mut self, node: NodeIndex, contacts: Vec<NodeIndex>, life: u32);

    /// A command for a node; one that is not online does not hear it.
    fn command(&mut self, node: NodeIndex, command: Command<NodeIndex, Key64>);

    /// Tells a node to leave in good order.
    fn stop(&mut self, node: NodeIndex);

    /// Has an adversary that is online send a message past its protocol.
    fn say(&mut self, node: NodeIndex, to: NodeIndex, message: SimMessage);

    /// Takes a node offline.
    fn remove(&mut self, node: NodeIndex) -> Estate;

    /// Does what is due on a node's agenda.
    fn act(&mut self, node: NodeIndex, entry: Entry) {
        match entry {
            Entry::Join => self.join(node),
            Entry::Leave(departure) => self.leave(node, departure),
            Entry::CheckJoin => self.check_join(node),
            Entry::Assault(attack) => self.assault(node, attack),
            Entry::Meet(peer) => self.command(node, Command::Meet { peer }),
            Entry::Publish(workload) => {
                let (now, online) = (self.now(), self.has_joined(node).is_some());
                let own = self.own();
                let (command, next) = own.applications.publish(node, workload, now, online);
                if let Some((key, command)) = command {
                    let publication = Publication { workload, node, at: now };
                    own.notices.push(Notice::Published(key, publication));
                    self.command(node, command);
                }
                if let Some(next) = next {
                    self.schedule(next, node, entry);
                }
            }
            Entry::Ask(workload) => {
                let now = self.now();
                let (own, common) = self.parts();
                let (command, next) = own.applications.ask(node, workload, now, &common.published);
                if let Some(command) = command {
                    self.command(node, command);
                }
                if let Some(next) = next {
                    self.schedule(next, node, entry);
                }
            }
            Entry::Wake(workload) => {
                let (now, has_joined) = (self.now(), self.has_joined(node) == Some(true));
                let next = self.own().hosted.wake(now, node, workload, has_joined);
                if let Some(next) = next {
                    self.schedule(next, node, entry);
                }
                self.react();
            }
        }
    }

    /// Tells applications what has happened, until there is nothing more to tell.
    fn react(&mut self) {
        while let Some((node, workload, happening)) = self.own().hosted.next() {
            let now = self.clock();
            let wishes = self.own().hosted.tell(now, node, workload, happening);
            for command in wishes.commands {
                self.command(node, command);
            }
            if let Some(due) = wishes.entry {
                self.schedule(due, node, Entry::Wake(workload));
            }
        }
    }

    /// An adversary sends a request.
    fn assault(&mut self, node: NodeIndex, attack: u32) {
        let now = self.now();
        let (_, common) = self.parts();
        let attackers = common.attackers.as_ref().expect("who attacks is an adversary");
        let Some((to, message, next)) = attackers.request(now, node, attack) else { return };
        self.say(node, to, message);
        self.schedule(next, node, Entry::Assault(attack));
    }

    /// A node comes online.
    fn join(&mut self, node: NodeIndex) {
        let now = self.now();
        let (own, common) = self.parts();
        let life = own.next_life(node);
        let contacts = own.contacts_for(common, now, node, life);
        if let Some(tap) = &mut own.tap {
            tap.comes(now, node);
        }
        self.start(node, contacts, life);
        self.schedule(now + CHECK_JOIN_AFTER, node, Entry::CheckJoin);
        for workload in self.own().applications.missed(node) {
            self.schedule(now, node, Entry::Publish(workload));
        }
    }

    /// A node goes offline.
    fn leave(&mut self, node: NodeIndex, departure: Departure) {
        if departure == Departure::Graceful {
            self.stop(node);
        }
        let (now, estate) = (self.clock(), self.remove(node));
        let (own, common) = self.parts();
        let is_counted = !common.is_adversary(node);
        for record in own.judge.interrupted(now, node, estate.unfinished) {
            if is_counted {
                own.count(now, record, None, common);
            }
        }
        if let Some(tap) = &mut own.tap {
            tap.goes(now, node, departure);
        }
        own.notices.extend(estate.held.into_iter().map(|key| Notice::Dropped(key, now)));
        own.hosted.left(node);
        self.react();
    }

    /// A node that has not found its place is given new contacts.
    fn check_join(&mut self, node: NodeIndex) {
        if self.has_joined(node) != Some(false) {
            return;
        }
        let now = self.now();
        let (own, common) = self.parts();
        let contacts = own.contacts_for(common, now, node, own.life(node));
        self.command(node, Command::Join { contacts });
        self.schedule(now + CHECK_JOIN_AFTER, node, Entry::CheckJoin);
    }
}
