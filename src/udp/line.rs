//! One node's correspondence: what it has asked and what it is being asked. Here is what it sends;
//! what it receives is read in `incoming`.

mod incoming;
mod outgoing;

pub(super) use incoming::{Incoming, LONGEST};

use super::UdpNode;
use super::contact::Contact;
use super::counters::{Counters, Dropped, kind};
use super::groups::Grouping;
use super::tokens::{GivenTokens, ReceivedTokens};
use crate::kademlia::message::Message;
use crate::kademlia::operation::Report;
use crate::krpc::Id;
use crate::krpc::compact::Family;
use crate::krpc::encode::encode;
use crate::krpc::packet::{Content, Packet, Query, Want};
use crate::protocol::{AddressGroup, Transport};
use crate::rng::{Purpose, Seed, Stream};
use crate::time::{Duration, Instant};
use rand::Rng;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

/// `v` in what is sent: two letters for the program, two bytes for the version (BEP 5).
const VERSION: &[u8; 4] = b"KS\x00\x01";
/// After this the answer to a query is not waited for, whatever the node's parameters.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Queries under way at which those that nobody waits for are looked for and dropped.
const MANY_OPEN: usize = 256;
/// Requests for the application that may wait for its answer.
const MOST_TALKS: usize = 1_024;
/// How long a ping on the application's behalf is waited for.
const PING_WAIT: Duration = Duration::from_secs(3);

/// A query of the node that has not been answered.
#[derive(Debug)]
struct Open {
    /// The number that the node gave it.
    number: u32,
    to: Contact,
    sought: Sought,
    sent: Instant,
}

/// What a query asks for. A response does not say what it answers.
#[derive(Clone, Copy, Debug)]
enum Sought {
    /// A sign of life.
    Presence,
    Nodes,
    Item(Id),
    Providers(Id),
    /// That something is stored.
    Storing,
    /// That someone is remembered as a provider.
    Announcing,
    /// What an application answers.
    Talk,
}

/// A ping on the application's behalf.
#[derive(Debug)]
struct Ping {
    to: SocketAddr,
    tag: u64,
    due: Instant,
}

/// The query that the node is being handed: what its response needs and the node does not know.
#[derive(Debug)]
struct Asked {
    transaction: Vec<u8>,
    source: SocketAddr,
    want: Option<Want>,
    /// The version that who asks for an item has.
    seq: Option<i64>,
    gives_token: bool,
    at: Instant,
}

/// What a node's correspondents must not be able to guess.
pub(super) struct Secrets {
    pub(super) tokens: [u8; 20],
    pub(super) transactions: u64,
}

impl Secrets {
    /// Secrets from the system.
    pub(super) fn draw() -> io::Result<Self> {
        let mut tokens = [0; 20];
        getrandom::fill(&mut tokens).map_err(io::Error::other)?;
        let transactions = getrandom::u64().map_err(io::Error::other)?;
        Ok(Secrets { tokens, transactions })
    }
}

/// Everything about a hosted node that is not the node.
#[derive(Debug)]
pub(super) struct Line {
    me: Contact,
    /// Which addresses have a group.
    pub(super) grouping: Grouping,
    family: Family,
    given: GivenTokens,
    received: ReceivedTokens,
    /// By transaction, as are pings.
    open: BTreeMap<u32, Open>,
    pings: BTreeMap<u32, Ping>,
    /// Transactions are drawn and not counted: who has seen some cannot answer in another's name.
    transactions: Stream,
    asked: Option<Asked>,
    /// Whether the node has an application that others may ask; if not, they are told so.
    pub(super) takes_talk: bool,
    /// What the application has been asked and has not answered, by the number that it knows.
    talks: BTreeMap<u32, Asked>,
    next_talk: u32,
    /// Salts of the items that this node's application deals with. Responses do not carry them.
    salts: BTreeMap<Id, Vec<u8>>,
    /// Ports at which this node's application provides something, where it is not the node's own.
    ports: BTreeMap<Id, u16>,
    pub(super) rng: Stream,
    /// When the node wants to be woken.
    wake: Instant,
    pub(super) counters: Counters,
    pub(super) reports: Vec<Report<Contact, Id>>,
    /// Datagrams that are to leave.
    pub(super) out: Vec<(SocketAddr, Vec<u8>)>,
}

impl Line {
    /// The correspondence of `me`, which draws from `rng`; nobody else may know `secrets`.
    pub(super) fn new(me: Contact, secrets: Secrets, rng: Stream, now: Instant) -> Self {
        let Secrets { tokens, transactions } = secrets;
        Line {
            me,
            grouping: Grouping::default(),
            family: Family::of(me.address),
            given: GivenTokens::new(tokens, now),
            received: ReceivedTokens::default(),
            open: BTreeMap::new(),
            pings: BTreeMap::new(),
            transactions: Stream::new(Seed(transactions), Purpose::Protocol, 0),
            asked: None,
            takes_talk: false,
            talks: BTreeMap::new(),
            next_talk: 0,
            salts: BTreeMap::new(),
            ports: BTreeMap::new(),
            rng,
            wake: Instant::FAR_FUTURE,
            counters: Counters::default(),
            reports: Vec::new(),
            out: Vec::new(),
        }
    }

    /// The address group of a node.
    pub(super) fn group_of(&self, peer: Contact) -> Option<AddressGroup> {
        self.grouping.of(peer.address.ip())
    }

    pub(super) fn me(&self) -> Contact {
        self.me
    }

    /// The application deals with an item of this salt.
    pub(super) fn use_salt(&mut self, target: Id, salt: &[u8]) {
        if !salt.is_empty() {
            self.salts.insert(target, salt.to_vec());
        }
    }

    /// The application provides this at a port of its own, or (`None`) at the node's.
    pub(super) fn use_port(&mut self, info_hash: Id, port: Option<u16>) {
        match port {
            Some(port) => self.ports.insert(info_hash, port),
            None => self.ports.remove(&info_hash),
        };
    }

    /// When the node, or a ping, has to be seen to.
    pub(super) fn due(&self) -> Instant {
        self.pings.values().map(|ping| ping.due).fold(self.wake, Instant::min)
    }

    /// The node is to be woken then.
    pub(super) fn set_wake(&mut self, due: Instant) {
        self.wake = due;
    }

    /// Whether the node is to be woken by now; it will set the next time.
    pub(super) fn take_wake(&mut self, now: Instant) -> bool {
        let due = self.wake <= now;
        if due {
            self.wake = Instant::FAR_FUTURE;
        }
        due
    }

    /// Sends a ping; what comes of it is told under `tag`.
    pub(super) fn ping(&mut self, to: SocketAddr, tag: u64, now: Instant) {
        let transaction = self.transaction();
        self.pings.insert(transaction, Ping { to, tag, due: now + PING_WAIT });
        let content = Content::Query { id: self.me.id, query: Query::Ping };
        self.send(to, Packet::new(&transaction.to_be_bytes(), content));
    }

    /// A transaction that is not in use.
    fn transaction(&mut self) -> u32 {
        loop {
            let drawn = self.transactions.next_u32();
            if !self.open.contains_key(&drawn) && !self.pings.contains_key(&drawn) {
                return drawn;
            }
        }
    }

    /// Forgets what is under way: nobody waits for it any more.
    pub(super) fn forget(&mut self) {
        self.open.clear();
        self.asked = None;
        self.talks.clear();
        self.wake = Instant::FAR_FUTURE;
    }

    /// The tag of a ping that was not answered in time.
    pub(super) fn silent_ping(&mut self, now: Instant) -> Option<u64> {
        let (&number, _) = self.pings.iter().find(|(_, ping)| ping.due <= now)?;
        self.pings.remove(&number).map(|ping| ping.tag)
    }

    /// Sends a packet; gives its length.
    fn send(&mut self, to: SocketAddr, mut packet: Packet) -> usize {
        packet.version = Some(VERSION.to_vec());
        packet.read_only = self.me.read_only && matches!(packet.content, Content::Query { .. });
        let bytes = encode(&packet);
        let length = bytes.len();
        self.counters.send(kind(&packet), length);
        self.out.push((to, bytes));
        length
    }

    pub(super) fn drop(&mut self, reason: Dropped) {
        self.counters.drop(reason);
    }
}

/// The world as a hosted node sees it while it handles one input.
pub(super) struct Wire<'a> {
    pub(super) now: Instant,
    pub(super) line: &'a mut Line,
}

impl Transport<UdpNode> for Wire<'_> {
    fn now(&self) -> Instant {
        self.now
    }

    fn key_of(&self, peer: Contact) -> Id {
        peer.id
    }

    fn is_routable(&self, peer: Contact) -> bool {
        !peer.read_only
    }

    fn group_of(&self, peer: Contact) -> Option<AddressGroup> {
        self.line.group_of(peer)
    }

    fn serves(&self) -> bool {
        !self.line.me.read_only
    }

    fn send(&mut self, to: Contact, message: Message<Contact, Id>) {
        if message.body.is_response() {
            self.line.respond(&message, self.now);
        } else {
            self.line.ask(to, &message, self.now);
        }
    }

    fn wake_at(&mut self, due: Instant) {
        self.line.set_wake(due);
    }

    fn rng(&mut self) -> &mut Stream {
        &mut self.line.rng
    }

    fn report(&mut self, report: Report<Contact, Id>) {
        self.line.reports.push(report);
    }
}
