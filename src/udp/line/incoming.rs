//! What a datagram means to a node: decoded, and held against what was asked.

use super::{Asked, LONGEST_WAIT, Line, MOST_TALKS, Open, Sought, Wire};
use crate::kademlia::message::{Body, Message, PeerList, Providers, Record};
use crate::kademlia::rules::Refusal;
use crate::krpc::Id;
use crate::krpc::compact::Family;
use crate::krpc::decode::{DecodeError, decode};
use crate::krpc::packet::{Content, ErrorCode, KrpcError, Packet, Query, Response};
use crate::protocol::{Input, Protocol};
use crate::time::{Duration, Instant};
use crate::udp::UdpNode;
use crate::udp::contact::{Contact, is_usable};
use crate::udp::counters::{Dropped, kind};
use crate::udp::limits::Limits;
use std::net::SocketAddr;
use std::num::NonZeroU16;

/// Nodes that are taken from one response; nobody has reason to name more.
const MOST_NODES: usize = 40;
/// Bytes of the longest datagram that is read: several times what any network carries in one piece,
/// and little enough to be read, and its transaction sent back, at no great cost.
pub(in crate::udp) const LONGEST: usize = 8_192;
/// Peers of a torrent that are taken from one response: those of a full datagram.
const MOST_VALUES: usize = 250;

/// What is to be done about a datagram.
#[derive(Debug)]
pub(in crate::udp) enum Incoming {
    /// Hand this to the node.
    Message(Contact, Box<Message<Contact, Id>>),
    /// Tell who asked for it what is kept here, and the nodes close to this.
    Sample(Id),
    /// A ping was answered.
    Pong(u64, Contact),
    /// No more than has been done.
    Nothing,
}

impl Incoming {
    fn message(from: Contact, number: u32, body: Body<Contact, Id>) -> Self {
        Incoming::Message(from, Box::new(Message { number, body }))
    }

    /// Does it: hands the node what is for it. If an application's ping was answered, gives its tag
    /// and by whom. `k` is how many nodes go with a sample.
    pub(in crate::udp) fn hand_to(
        self,
        node: &mut UdpNode,
        line: &mut Line,
        k: usize,
        now: Instant,
    ) -> Option<(u64, Contact)> {
        match self {
            Incoming::Message(from, message) => {
                let input = Input::Message { from, message: *message };
                node.handle(input, &mut Wire { now, line });
            }
            Incoming::Sample(target) => {
                let near = node.closest(target, k, |contact| contact.id);
                line.respond_with_sample(node.provided_keys(), near.to_vec());
            }
            Incoming::Pong(tag, contact) => return Some((tag, contact)),
            Incoming::Nothing => {}
        }
        None
    }
}

impl Line {
    /// Reads a datagram.
    pub(in crate::udp) fn read(
        &mut self,
        datagram: &[u8],
        source: SocketAddr,
        limits: &mut Limits,
        now: Instant,
    ) -> Incoming {
        self.asked = None;
        if !is_usable(source, self.family) || datagram.len() > LONGEST {
            return self.refuse(Dropped::Malformed);
        }
        let packet = match decode(datagram) {
            Ok(packet) => packet,
            Err(error) => {
                if !limits.admit(source, now) {
                    return self.refuse(Dropped::RateLimit);
                }
                if let DecodeError::Query { transaction, error } = error
                    && !self.me.read_only
                {
                    self.fail(source, &transaction, error);
                }
                return self.refuse(Dropped::Malformed);
            }
        };
        self.counters.receive(kind(&packet), datagram.len());
        let Packet { transaction, content, read_only, .. } = packet;
        match content {
            Content::Query { id, query } => {
                if !limits.admit(source, now) {
                    return self.refuse(Dropped::RateLimit);
                }
                if self.me.read_only {
                    return self.refuse(Dropped::ReadOnly);
                }
                let from = Contact { id, address: source, read_only };
                self.on_query(from, transaction, query, now)
            }
            Content::Response { id, response } => {
                if let Some(tag) = self.take_ping(&transaction, source) {
                    return Incoming::Pong(tag, Contact::new(id, source));
                }
                let Some(open) = self.take_open(&transaction, source) else {
                    return self.refuse(Dropped::Unsolicited);
                };
                let body = self.body(open.sought, *response, source, now);
                Incoming::message(Contact::new(id, source), open.number, body)
            }
            Content::Error(KrpcError { code, .. }) => {
                let Some(open) = self.take_open(&transaction, source) else {
                    return self.refuse(Dropped::Unsolicited);
                };
                let code = u16::try_from(code).ok().and_then(NonZeroU16::new);
                let refusal = code.map_or(ErrorCode::Generic.into(), Refusal);
                // An error has no id: it comes from who was asked, or from someone at its address.
                Incoming::message(open.to, open.number, Body::Refused(refusal))
            }
        }
    }

    fn refuse(&mut self, reason: Dropped) -> Incoming {
        self.drop(reason);
        Incoming::Nothing
    }

    /// Closes the query of this transaction if it was sent to `source`.
    fn take_open(&mut self, transaction: &[u8], source: SocketAddr) -> Option<Open> {
        let transaction = u32::from_be_bytes(transaction.try_into().ok()?);
        self.open.get(&transaction).filter(|open| open.to.address == source)?;
        self.open.remove(&transaction)
    }

    /// The same for a ping; its tag.
    fn take_ping(&mut self, transaction: &[u8], source: SocketAddr) -> Option<u64> {
        let transaction = u32::from_be_bytes(transaction.try_into().ok()?);
        self.pings.get(&transaction).filter(|ping| ping.to == source)?;
        self.pings.remove(&transaction).map(|ping| ping.tag)
    }

    fn on_query(
        &mut self,
        from: Contact,
        transaction: Vec<u8>,
        query: Query,
        now: Instant,
    ) -> Incoming {
        let source = from.address;
        if let Query::AnnouncePeer { token, .. } | Query::Put { token, .. } = &query
            && !self.given.accepts(token, source.ip(), now)
        {
            let code = i64::from(ErrorCode::Protocol.number());
            self.fail(source, &transaction, KrpcError { code, message: "bad token".to_owned() });
            return Incoming::Nothing;
        }
        let mut asked =
            Asked { transaction, source, want: None, seq: None, gives_token: false, at: now };
        let mut sample = None;
        let body = match query {
            Query::Ping => Body::Ping,
            Query::FindNode { target, want } => {
                asked.want = want;
                Body::FindNode { target }
            }
            Query::GetPeers { info_hash, want } => {
                (asked.want, asked.gives_token) = (want, true);
                Body::GetProviders { key: info_hash }
            }
            Query::Get { target, seq, want } => {
                (asked.want, asked.seq, asked.gives_token) = (want, seq, true);
                Body::FindValue { key: target }
            }
            Query::AnnouncePeer { info_hash, port, implied_port, ttl, .. } => {
                let at = SocketAddr::new(source.ip(), port);
                let provider = (!implied_port).then_some(Contact { address: at, ..from });
                let time_to_live = ttl.map(|seconds| Duration::from_secs(seconds.into()));
                Body::AddProvider { key: info_hash, provider, time_to_live }
            }
            Query::Put { item, cas, .. } => {
                let value = item.to_record(cas);
                let record = Record { value, age: Duration::ZERO, cached: false };
                Body::Store { key: item.target(), record }
            }
            Query::SampleInfohashes { target, want } => {
                asked.want = want;
                sample = Some(target);
                Body::Ping
            }
            Query::Talk { protocol, request } => {
                return self.on_talk(from, asked, Body::TalkRequest { protocol, request });
            }
        };
        self.asked = Some(asked);
        match sample {
            Some(target) => Incoming::Sample(target),
            None => Incoming::message(from, 0, body),
        }
    }

    /// A request for the application, which may answer it later.
    fn on_talk(&mut self, from: Contact, asked: Asked, body: Body<Contact, Id>) -> Incoming {
        if self.talks.len() >= MOST_TALKS {
            self.talks.retain(|_, other| asked.at.saturating_since(other.at) < LONGEST_WAIT);
        }
        let error = match () {
            () if !self.takes_talk => ErrorCode::MethodUnknown,
            () if self.talks.len() >= MOST_TALKS => ErrorCode::Server,
            () => {
                let number = self.next_talk;
                self.next_talk = number.wrapping_add(1);
                self.talks.insert(number, asked);
                return Incoming::message(from, number, body);
            }
        };
        self.fail(asked.source, &asked.transaction, error.into());
        Incoming::Nothing
    }

    /// Whether an address that `source` names may be believed to be that of another node: only who
    /// is on this host knows what is on this host.
    fn may_name(&self, source: SocketAddr, address: SocketAddr) -> bool {
        let near = source.ip().is_loopback() || !address.ip().is_loopback();
        near && is_usable(address, self.family)
    }

    /// What a response says to what was asked.
    fn body(
        &mut self,
        sought: Sought,
        response: Response,
        source: SocketAddr,
        now: Instant,
    ) -> Body<Contact, Id> {
        let Response { nodes, nodes6, token, values, item, talk, .. } = response;
        let nodes = match self.family {
            Family::V4 => nodes,
            Family::V6 => nodes6,
        };
        let mut peers: PeerList<Contact> = PeerList::new();
        for node in nodes.into_iter().flatten().take(MOST_NODES) {
            let contact = Contact::new(node.id, node.address);
            if self.may_name(source, node.address) && !peers.contains(&contact) {
                peers.push(contact);
            }
        }
        if let (Sought::Item(key) | Sought::Providers(key), Some(token)) = (sought, token) {
            self.received.keep(source, key, token, now);
        }
        match sought {
            Sought::Presence => Body::Pong,
            Sought::Storing => Body::Stored,
            Sought::Announcing => Body::ProviderAdded,
            Sought::Talk => Body::TalkResponse { response: talk.unwrap_or_default() },
            Sought::Nodes => Body::Nodes { peers },
            Sought::Item(key) => match item {
                Some(mut item) => {
                    if let Some(signed) = &mut item.signed {
                        signed.salt = self.salts.get(&key).cloned().unwrap_or_default();
                    }
                    let value = item.to_record(None);
                    let record = Record { value, age: Duration::ZERO, cached: false };
                    Body::Value { record, closer: Some(Box::new(peers)) }
                }
                None => Body::Nodes { peers },
            },
            Sought::Providers(_) => {
                let usable = |address: &SocketAddr| self.may_name(source, *address);
                let values = values.unwrap_or_default().into_iter().take(MOST_VALUES);
                let provider = |address| Contact::new(self.me.id, address);
                let providers: Vec<_> = values.filter(usable).map(provider).collect();
                match providers.is_empty() {
                    true => Body::Nodes { peers },
                    false => Body::Providers(Box::new(Providers { providers, closer: peers })),
                }
            }
        }
    }
}
