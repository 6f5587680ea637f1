//! Applications on the nodes as state machines: what a workload of one's own is written against.
//!
//! A [`Workload`] says which nodes take part in it and gives each an [`Application`]. That is a pure
//! state machine, as a node is: it is told what happens and asks its [`Desk`] for what it wants done.
//! It has no clock and does no input or output, so it runs the same in virtual time and on sockets.
//! Applications of the same workload reach each other through their nodes and the network between
//! them ([`Desk::ask`]).
//!
//! What an application may touch is its own state only, so that runs do not depend on threads. It
//! costs memory on the nodes that take part, and on no other.

use super::findings::{Ended, Findings};
use crate::kademlia::key::Key64;
use crate::kademlia::operation::{Command, Finished};
use crate::protocol::NodeIndex;
use crate::rng::Stream;
use crate::time::{Duration, Instant};
use bytes::Bytes;
use std::any::Any;
use std::fmt::Debug;

/// What an application has asked for, until it is told what has come of it. No two under way at one
/// application are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub(crate) u32);

/// A request of the application at another node, to be answered with [`Desk::answer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Caller {
    /// Who asks.
    pub node: NodeIndex,
    /// What its node calls the request.
    pub(crate) request: u32,
}

/// What an application is told.
#[derive(Clone, Debug)]
pub enum Happening {
    /// Its node has found its place in the network: what it asks for from now on is done. Never told
    /// before the transition phase.
    Joined,
    /// Its node has gone offline. What was asked for will not be told of any more, nor is it woken;
    /// what it asks for now is not heard. It remembers what it likes for when the node is back.
    Left,
    /// The instant of [`Desk::wake_at`] has come.
    Woken,
    /// A search or a publication has ended.
    Finished(Ticket, Finished<NodeIndex, Key64>),
    /// The application at another node asks this. It may be asked the same twice, where the network
    /// copies packets.
    Asked(Caller, Bytes),
    /// This was answered to what it has asked of another; `None` if nothing came in time.
    Answered(Ticket, Option<Bytes>),
}

/// The application of a workload at one node.
pub trait Application: Any + Debug + Send + Sync {
    /// Told what happens; effects go to the desk.
    fn handle(&mut self, happening: Happening, desk: &mut Desk<'_>);
}

/// Something that applications do, on some of the nodes.
pub trait Workload: Debug + Send + Sync {
    /// What it is called in messages.
    fn name(&self) -> &str;

    /// The application at a node; `None` if it takes no part.
    fn application(&self, node: NodeIndex) -> Option<Box<dyn Application>>;

    /// What has come of all applications of the workload when the run has ended, by node; `None` if
    /// there is nothing to say. It stands in `result.json` and in the summary, and is drawn.
    ///
    /// # Panics
    /// If a law of the workload is broken.
    fn findings(&self, ended: &Ended<'_>) -> Option<Findings> {
        let _ = ended;
        None
    }
}

/// Tickets of an application before they begin again.
pub(crate) const TICKETS: u32 = 1 << 22;

/// Where an application asks for what it wants done, while it is told something.
#[derive(Debug)]
pub struct Desk<'a> {
    pub(crate) now: Instant,
    pub(crate) node: NodeIndex,
    /// The workload's number.
    pub(crate) protocol: u32,
    pub(crate) tickets: &'a mut u32,
    pub(crate) rng: &'a mut Stream,
    pub(crate) commands: &'a mut Vec<Command<NodeIndex, Key64>>,
    pub(crate) due: &'a mut Instant,
}

impl Desk<'_> {
    /// The time.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The application's own node.
    pub fn node(&self) -> NodeIndex {
        self.node
    }

    /// The application's own stream of randomness.
    pub fn rng(&mut self) -> &mut Stream {
        self.rng
    }

    /// Asks for [`Happening::Woken`] at `due`, or at once if that has passed. Replaces what was asked
    /// for before; [`Instant::FAR_FUTURE`] asks for none.
    pub fn wake_at(&mut self, due: Instant) {
        *self.due = due;
    }

    /// Looks for the closest nodes to a key.
    pub fn find_node(&mut self, target: Key64) -> Ticket {
        self.operate(|number| Command::FindNode { number, target })
    }

    /// Stores a record, now and at each republish interval.
    pub fn put(&mut self, key: Key64, value: Bytes) -> Ticket {
        self.operate(|number| Command::Put { number, key, value })
    }

    /// Looks for a record.
    pub fn get(&mut self, key: Key64) -> Ticket {
        self.operate(|number| Command::Get { number, key })
    }

    /// Announces that the node provides an item, now and at each republish interval.
    pub fn provide(&mut self, key: Key64) -> Ticket {
        self.operate(|number| Command::Provide { number, key })
    }

    /// Announces, once, that the node provides an item for so long. Holders keep it no longer than
    /// `kademlia.provider_expiry`.
    pub fn announce(&mut self, key: Key64, time_to_live: Duration) -> Ticket {
        self.operate(|number| Command::Announce { number, key, time_to_live })
    }

    /// Withdraws what was announced: the holders that are reached forget it.
    pub fn withdraw(&mut self, key: Key64) -> Ticket {
        self.announce(key, Duration::ZERO)
    }

    /// Looks for nodes that provide an item.
    pub fn find_providers(&mut self, key: Key64) -> Ticket {
        self.operate(|number| Command::FindProviders { number, key })
    }

    /// Asks the application of the same workload at another node, once, and waits this long for its
    /// answer (`None`: `kademlia.request_timeout`).
    pub fn ask(&mut self, peer: NodeIndex, request: Bytes, timeout: Option<Duration>) -> Ticket {
        let ticket = self.ticket();
        let number = talk_number(self.protocol, ticket);
        let protocol = self.protocol;
        self.commands.push(Command::Ask { number, peer, protocol, request, timeout });
        ticket
    }

    /// Answers what another application has asked.
    pub fn answer(&mut self, caller: Caller, response: Bytes) {
        let Caller { node: to, request } = caller;
        self.commands.push(Command::Answer { to, request, response });
    }

    fn operate(&mut self, command: impl FnOnce(u64) -> Command<NodeIndex, Key64>) -> Ticket {
        let ticket = self.ticket();
        self.commands.push(command(operation_number(self.protocol, ticket)));
        ticket
    }

    fn ticket(&mut self) -> Ticket {
        let ticket = *self.tickets;
        *self.tickets = (ticket + 1) % TICKETS;
        Ticket(ticket)
    }
}

/// Numbers of a workload's operations begin at a multiple of this, so that a number names its
/// workload too.
pub(crate) const NUMBERS_PER_WORKLOAD: u64 = 1 << 48;

/// How a node is told of an operation.
fn operation_number(workload: u32, Ticket(ticket): Ticket) -> u64 {
    u64::from(workload) * NUMBERS_PER_WORKLOAD + u64::from(ticket)
}

/// How a node is told of a request.
fn talk_number(workload: u32, Ticket(ticket): Ticket) -> u32 {
    assert!(workload < u32::MAX / TICKETS, "a run has at most 1,023 workloads");
    workload * TICKETS + ticket
}
