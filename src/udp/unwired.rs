//! A node without a socket and without a clock: datagrams in, datagrams out, at times that the
//! caller names. What a [`Driver`](super::driver::Driver) does for a node, for tests and fuzzers that
//! must be able to repeat it.

use super::UdpNode;
use super::contact::Contact;
use super::counters::Counters;
use super::limits::{Limits, Rate};
use super::line::{Line, Secrets, Wire};
use crate::kademlia::operation::Command;
use crate::kademlia::params::Params;
use crate::krpc::Id;
use crate::protocol::{Input, Protocol};
use crate::rng::{Purpose, Seed, Stream};
use crate::time::Instant;
use rand::Rng;
use std::net::SocketAddr;
use std::sync::Arc;

/// A datagram that is to leave, and where to.
pub type Outgoing = (SocketAddr, Vec<u8>);

/// A node and its correspondence. Everything that it does follows from how it was made and from
/// what it was told, also its secrets: it is not for an open network.
#[derive(Debug)]
pub struct Unwired {
    node: UdpNode,
    line: Line,
    limits: Limits,
    params: Arc<Params>,
}

impl Unwired {
    /// The node `me`, which knows `contacts` and has not been started.
    pub fn new(
        me: Contact,
        contacts: Vec<Contact>,
        params: Params,
        rate: Option<Rate>,
        seed: Seed,
    ) -> Self {
        let params = Arc::new(params);
        let mut rng = Stream::new(seed, Purpose::Protocol, 0);
        let first_request = rng.next_u32();
        let mut secrets = Secrets { tokens: [0; 20], transactions: rng.next_u64() };
        rng.fill_bytes(&mut secrets.tokens);
        Unwired {
            node: UdpNode::new(me.id, Arc::clone(&params), contacts, first_request),
            line: Line::new(me, secrets, rng, Instant::ZERO),
            limits: Limits::new(rate),
            params,
        }
    }

    /// The node.
    pub fn node(&self) -> &UdpNode {
        &self.node
    }

    /// What it has seen and sent.
    pub fn counters(&self) -> &Counters {
        &self.line.counters
    }

    /// Starts it. Gives what it sends.
    pub fn start(&mut self, now: Instant) -> Vec<Outgoing> {
        self.handle(Input::Start, now)
    }

    /// An application's command. Gives what the node sends.
    pub fn command(&mut self, command: Command<Contact, Id>, now: Instant) -> Vec<Outgoing> {
        self.handle(Input::Command(command), now)
    }

    /// A datagram arrives. Gives what the node sends.
    pub fn hear(&mut self, datagram: &[u8], source: SocketAddr, now: Instant) -> Vec<Outgoing> {
        let incoming = self.line.read(datagram, source, &mut self.limits, now);
        incoming.hand_to(&mut self.node, &mut self.line, self.params.k, now);
        self.settle()
    }

    /// When it wants to be woken; far in the future if it does not.
    pub fn due(&self) -> Instant {
        self.line.due()
    }

    /// Wakes it if it is due. Gives what it sends.
    pub fn wake(&mut self, now: Instant) -> Vec<Outgoing> {
        match self.line.take_wake(now) {
            true => self.handle(Input::Wake, now),
            false => Vec::new(),
        }
    }

    fn handle(&mut self, input: Input<UdpNode>, now: Instant) -> Vec<Outgoing> {
        self.node.handle(input, &mut Wire { now, line: &mut self.line });
        self.settle()
    }

    /// Reports are for applications, and there is none.
    fn settle(&mut self) -> Vec<Outgoing> {
        self.line.reports.clear();
        std::mem::take(&mut self.line.out)
    }
}
