//! What a datagram means to a node: decoded, and held against what was asked.

use super::{Asked, Line, Open, Sought};
use crate::kademlia::message::{Body, Message, PeerList, Providers, Record};
use crate::kademlia::rules::Refusal;
use crate::krpc::Id;
use crate::krpc::compact::Family;
use crate::krpc::decode::{DecodeError, decode};
use crate::krpc::packet::{Content, ErrorCode, KrpcError, Packet, Query, Response};
use crate::time::{Duration, Instant};
use crate::udp::contact::{Contact, is_usable};
use crate::udp::counters::{Dropped, kind};
use crate::udp::limits::Limits;
use std::net::SocketAddr;
use std::num::NonZeroU16;

/// Nodes that are taken from one response; nobody has reason to name more.
const MOST_NODES: usize = 40;
/// Peers of a torrent that are taken from one response: those of a full datagram.
const MOST_VALUES: usize = 250;

/// What is to be done about a datagram.
#[derive(Debug)]
pub(in crate::udp) enum Incoming {
    /// Hand this to the node.
    Message(Contact, Message<Contact, Id>),
    /// Tell who asked for it what is kept here, and the nodes close to this.
    Sample(Id),
    /// A ping was answered.
    Pong(u64, Contact),
    /// No more than has been done.
    Nothing,
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
        if !is_usable(source, self.family) {
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
                let number = transaction.as_slice().try_into().map(u32::from_be_bytes);
                let Ok(number) = number else { return self.refuse(Dropped::Unsolicited) };
                if self.pings.get(&number).is_some_and(|ping| ping.to == source) {
                    let ping = self.pings.remove(&number).expect("it is there");
                    return Incoming::Pong(ping.tag, Contact::new(id, source));
                }
                let Some(open) = self.take_open(number, source) else {
                    return self.refuse(Dropped::Unsolicited);
                };
                let body = self.body(open.sought, *response, source, now);
                Incoming::Message(Contact::new(id, source), Message { number, body })
            }
            Content::Error(KrpcError { code, .. }) => {
                let number = transaction.as_slice().try_into().map(u32::from_be_bytes);
                let open =
                    number.ok().and_then(|number| Some((number, self.take_open(number, source)?)));
                let Some((number, open)) = open else { return self.refuse(Dropped::Unsolicited) };
                let code = u16::try_from(code).ok().and_then(NonZeroU16::new);
                let refusal = code.map_or(ErrorCode::Generic.into(), Refusal);
                // An error has no id: it comes from who was asked, or from someone at its address.
                Incoming::Message(open.to, Message { number, body: Body::Refused(refusal) })
            }
        }
    }

    fn refuse(&mut self, reason: Dropped) -> Incoming {
        self.drop(reason);
        Incoming::Nothing
    }

    /// Closes the query of this number if it was sent to `source`.
    fn take_open(&mut self, number: u32, source: SocketAddr) -> Option<Open> {
        self.open.get(&number).filter(|open| open.to.address == source)?;
        self.open.remove(&number)
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
        let mut asked = Asked { transaction, source, want: None, seq: None, gives_token: false };
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
            Query::AnnouncePeer { info_hash, port, implied_port, .. } => {
                let at = SocketAddr::new(source.ip(), port);
                let provider = (!implied_port).then(|| Contact { address: at, ..from });
                Body::AddProvider { key: info_hash, provider }
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
        };
        self.asked = Some(asked);
        match sample {
            Some(target) => Incoming::Sample(target),
            None => Incoming::Message(from, Message { number: 0, body }),
        }
    }

    /// What a response says to what was asked.
    fn body(
        &mut self,
        sought: Sought,
        response: Response,
        source: SocketAddr,
        now: Instant,
    ) -> Body<Contact, Id> {
        let Response { nodes, nodes6, token, values, item, .. } = response;
        let nodes = match self.family {
            Family::V4 => nodes,
            Family::V6 => nodes6,
        };
        let mut peers: PeerList<Contact> = PeerList::new();
        for node in nodes.into_iter().flatten().take(MOST_NODES) {
            let contact = Contact::new(node.id, node.address);
            if is_usable(node.address, self.family) && !peers.contains(&contact) {
                peers.push(contact);
            }
        }
        if let (Sought::Item(key) | Sought::Providers(key), Some(token)) = (sought, token) {
            self.received.keep(source, key, token, now);
        }
        match sought {
            Sought::Presence => Body::Pong,
            Sought::Storing => Body::Stored,
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
                let usable = |address: &SocketAddr| is_usable(*address, self.family);
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
