//! Sockets, wake-ups and nodes in one thread.
//!
//! A [`Driver`] hosts nodes, each with a socket of its own. It waits for datagrams and for the
//! earliest wake-up, hands each to its node, and sends what the node says. What nodes report
//! waits in [`Driver::events`] for who drives.

mod departures;
mod lives;

use super::UdpNode;
use super::clock::{Clock, system};
use super::contact::{Contact, is_usable, plain, reachable};
use super::counters::Counters;
use super::fate::Fates;
use super::groups::Grouping;
use super::limits::{Limits, Rate};
use super::line::{Incoming, Line, Secrets, Wire};
use crate::kademlia::operation::{Command, Report};
use crate::kademlia::params::Params;
use crate::krpc::Id;
use crate::krpc::compact::Family;
use crate::metrics::Histogram;
use crate::protocol::{Input, Protocol};
use crate::rng::{Purpose, Seed, Stream};
use crate::time::{Duration, Instant};
use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token, Waker};
use priority_queue::PriorityQueue;
use rand::Rng;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

/// The largest datagram that UDP has.
const LARGEST: usize = 65_536;
/// Datagrams that are taken from a socket before others have their turn.
const BATCH: usize = 64;
/// The token of [`Driver::waker`]; sockets have those from 0 on.
const WAKER: Token = Token(usize::MAX);

/// How nodes are hosted.
pub struct Setup {
    /// What each node's draws come from.
    pub seed: Seed,
    /// The parameters of all.
    pub params: Arc<Params>,
    /// Which addresses are of a group that their limits count.
    pub grouping: Grouping,
    /// How much a source may ask; `None`: as much as it likes.
    pub rate: Option<Rate>,
    /// What happens to packets before they leave.
    pub fates: Box<dyn Fates>,
    /// Whether the nodes have applications that others may ask (`talk`); if not, others are told so.
    pub takes_talk: bool,
}

/// A node that is to be hosted.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Its own id.
    pub id: Id,
    /// Where it listens; port 0 for any that is free.
    pub listen: SocketAddr,
    /// Nodes that may be in the network; those of another family than `listen` are left out.
    pub contacts: Vec<Contact>,
    /// Whether it only asks (BEP 43).
    pub read_only: bool,
}

/// What has happened at a hosted node.
#[derive(Clone, Debug)]
pub enum Event {
    /// The node reports something, at this time.
    Report(Instant, Box<Report<Contact, Id>>),
    /// A ping under this tag was answered, or (`None`) was not in time.
    Ping(u64, Option<Contact>),
}

/// What the queue of wake-ups holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Due {
    /// This node has something to do.
    Node(usize),
    /// This packet leaves.
    Packet(u64),
}

/// A node and its socket.
struct Place {
    node: UdpNode,
    line: Line,
    socket: UdpSocket,
    /// Whether the node hears anything. Its socket stays bound while it does not.
    is_online: bool,
    /// Packets that it has sent, or tried to.
    packets: u64,
    /// Inputs that it has handled.
    inputs: u64,
}

impl Place {
    fn handle(&mut self, input: Input<UdpNode>, now: Instant) {
        self.inputs += 1;
        self.node.handle(input, &mut Wire { now, line: &mut self.line });
    }
}

/// The host of any number of nodes.
pub struct Driver {
    clock: Clock,
    poll: Poll,
    polled: Events,
    waker: Arc<Waker>,
    setup: Setup,
    places: Vec<Place>,
    limits: Limits,
    /// For each node, and each packet that is held back, when it is due.
    queue: PriorityQueue<Due, Reverse<Instant>>,
    held_back: BTreeMap<u64, (usize, SocketAddr, Vec<u8>)>,
    /// The number of the packet that is held back next.
    next_packet: u64,
    /// By how many microseconds these left later than planned.
    lateness: Histogram,
    /// Sockets that may hold more datagrams.
    readable: BTreeSet<usize>,
    buffer: Vec<u8>,
    events: Vec<(usize, Event)>,
}

impl Driver {
    /// A host without nodes.
    ///
    /// # Errors
    /// If the system grants no means to wait for sockets.
    pub fn new(setup: Setup) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKER)?);
        let limits = Limits::new(setup.rate);
        Ok(Driver {
            clock: Clock::new(),
            poll,
            polled: Events::with_capacity(1_024),
            waker,
            setup,
            places: Vec::new(),
            limits,
            queue: PriorityQueue::new(),
            held_back: BTreeMap::new(),
            next_packet: 0,
            lateness: Histogram::new(),
            readable: BTreeSet::new(),
            buffer: vec![0; LARGEST],
            events: Vec::new(),
        })
    }

    /// Ends [`Driver::turn`] early, from any thread.
    pub fn waker(&self) -> Arc<Waker> {
        Arc::clone(&self.waker)
    }

    /// The present.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Hosts a node: binds its socket. It does nothing before it is started. Gives its number;
    /// the first node has 0.
    ///
    /// # Errors
    /// If the address cannot be listened at.
    pub fn open(&mut self, opening: Opening) -> io::Result<usize> {
        let Opening { id, listen, mut contacts, read_only } = opening;
        contacts.retain(|contact| is_usable(contact.address, Family::of(listen)));
        let mut socket = UdpSocket::bind(listen)?;
        let address = plain(socket.local_addr()?);
        let number = self.places.len();
        self.poll.registry().register(&mut socket, Token(number), Interest::READABLE)?;
        let secrets = Secrets::draw()?;
        let mut rng = Stream::new(self.setup.seed, Purpose::Protocol, number as u64);
        let first_request = rng.next_u32();
        let params = Arc::clone(&self.setup.params);
        let me = Contact { id, address, read_only };
        let mut line = Line::new(me, secrets, rng, self.clock.now());
        line.takes_talk = self.setup.takes_talk;
        line.grouping = self.setup.grouping;
        self.places.push(Place {
            node: UdpNode::new(id, params, contacts, first_request),
            line,
            socket,
            is_online: true,
            packets: 0,
            inputs: 0,
        });
        Ok(number)
    }

    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        self.places.len()
    }

    /// A node.
    pub fn node(&self, node: usize) -> &UdpNode {
        &self.places[node].node
    }

    /// A node's own name.
    pub fn me(&self, node: usize) -> Contact {
        self.places[node].line.me()
    }

    /// Inputs that all nodes have handled.
    pub fn inputs(&self) -> u64 {
        self.places.iter().map(|place| place.inputs).sum()
    }

    /// What a node has seen.
    pub fn counters(&self, node: usize) -> &Counters {
        &self.places[node].line.counters
    }

    /// Tells a node to start.
    pub fn start(&mut self, node: usize) {
        self.input(node, Input::Start);
    }

    /// Tells a node to leave in good order. It stays hosted.
    pub fn stop(&mut self, node: usize) {
        self.input(node, Input::Stop);
    }

    /// An application's command to a node.
    pub fn command(&mut self, node: usize, command: Command<Contact, Id>) {
        self.input(node, Input::Command(command));
    }

    /// Pings an address from a node; what comes of it is an [`Event::Ping`] with this tag.
    pub fn ping(&mut self, node: usize, address: SocketAddr, tag: u64) {
        let now = self.clock.now();
        self.places[node].line.ping(reachable(address), tag, now);
        self.settle(node, now);
    }

    /// From now on this node's application deals with an item of this salt.
    pub fn use_salt(&mut self, node: usize, target: Id, salt: &[u8]) {
        self.places[node].line.use_salt(target, salt);
    }

    /// From now on what this node announces is at this port, or (`None`) at the node's own.
    pub fn use_port(&mut self, node: usize, info_hash: Id, port: Option<u16>) {
        self.places[node].line.use_port(info_hash, port);
    }

    /// Takes what has happened since it was called last, in order, with the node that it happened
    /// at.
    pub fn events(&mut self) -> Vec<(usize, Event)> {
        std::mem::take(&mut self.events)
    }

    /// Waits until something is to be done, `longest` at most, and does it.
    ///
    /// # Errors
    /// If the system cannot wait for sockets.
    pub fn turn(&mut self, longest: Duration) -> io::Result<()> {
        let next = self.queue.peek().map_or(Instant::FAR_FUTURE, |(_, &Reverse(due))| due);
        let wait = match self.readable.is_empty() {
            true => next.saturating_since(self.clock.now()).min(longest),
            false => Duration::ZERO,
        };
        match self.poll.poll(&mut self.polled, Some(system(wait))) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        let tokens = self.polled.iter().map(mio::event::Event::token);
        self.readable.extend(tokens.filter(|&token| token != WAKER).map(|Token(node)| node));
        for node in std::mem::take(&mut self.readable) {
            if self.receive(node) {
                self.readable.insert(node);
            }
        }
        self.wake();
        Ok(())
    }

    /// Takes datagrams from a socket; says whether there may be more.
    fn receive(&mut self, node: usize) -> bool {
        let mut buffer = std::mem::take(&mut self.buffer);
        let mut more = true;
        for _ in 0..BATCH {
            match self.places[node].socket.recv_from(&mut buffer) {
                Ok((length, source)) => self.on_datagram(node, &buffer[..length], plain(source)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    more = false;
                    break;
                }
                // What an earlier datagram met on its way; it will be missed by its time-out.
                Err(_) => {}
            }
        }
        self.buffer = buffer;
        more
    }

    fn on_datagram(&mut self, node: usize, datagram: &[u8], source: SocketAddr) {
        let now = self.clock.now();
        let place = &mut self.places[node];
        if !place.is_online {
            return place.line.counters.miss();
        }
        let incoming = place.line.read(datagram, source, &mut self.limits, now);
        if let Incoming::Message(_, message) = &incoming {
            place.inputs += 1;
            place.line.counters.hear(message, datagram.len());
        }
        let k = self.setup.params.k;
        if let Some((tag, from)) = incoming.hand_to(&mut place.node, &mut place.line, k, now) {
            self.events.push((node, Event::Ping(tag, Some(from))));
        }
        self.settle(node, now);
    }

    fn input(&mut self, node: usize, input: Input<UdpNode>) {
        let now = self.clock.now();
        self.places[node].handle(input, now);
        self.settle(node, now);
    }

    /// Does what is due by now.
    fn wake(&mut self) {
        let now = self.clock.now();
        while let Some((&due, &Reverse(planned))) = self.queue.peek()
            && planned <= now
        {
            match due {
                Due::Packet(number) => {
                    self.lateness.record((now - planned).as_nanos() / 1_000);
                    self.queue.remove(&due);
                    if let Some((node, to, bytes)) = self.held_back.remove(&number) {
                        self.transmit(node, to, &bytes);
                    }
                }
                Due::Node(node) => {
                    let place = &mut self.places[node];
                    while let Some(tag) = place.line.silent_ping(now) {
                        self.events.push((node, Event::Ping(tag, None)));
                    }
                    if place.line.take_wake(now) {
                        place.handle(Input::Wake, now);
                    }
                    self.settle(node, now);
                }
            }
        }
    }

    /// Takes from a node's line what is to leave and what is to be told, and notes when the node is
    /// due next.
    fn settle(&mut self, node: usize, now: Instant) {
        let Place { line, .. } = &mut self.places[node];
        let out = std::mem::take(&mut line.out);
        let reports = line.reports.drain(..);
        let reports = reports.map(|report| (node, Event::Report(now, Box::new(report))));
        self.events.extend(reports);
        let (key, due) = (Due::Node(node), line.due());
        if due == Instant::FAR_FUTURE {
            self.queue.remove(&key);
        } else if self.queue.change_priority(&key, Reverse(due)).is_none() {
            self.queue.push(key, Reverse(due));
        }
        for (to, bytes) in out {
            self.depart(node, to, bytes, now);
        }
    }
}
