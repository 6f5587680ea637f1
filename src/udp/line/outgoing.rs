//! What a node says, as datagrams.

use super::{Asked, LONGEST_WAIT, Line, MANY_OPEN, Open, Sought};
use crate::kademlia::message::{Body, Message};
use crate::krpc::Id;
use crate::krpc::compact::Family;
use crate::krpc::decode::item_of_record;
use crate::krpc::item::Item;
use crate::krpc::packet::{Content, KrpcError, Packet, Query, Response, Samples, Want};
use crate::krpc::translate::{Naming, content};
use crate::time::Instant;
use crate::udp::contact::Contact;
use bytes::Bytes;
use rand::seq::SliceRandom;
use std::net::SocketAddr;

/// Peers named in a response, at most: as many as leave it below the 1,280 bytes that every network
/// carries in one piece. Where more are known, those are drawn.
const fn most_values(family: Family) -> usize {
    match family {
        Family::V4 => 100,
        Family::V6 => 35,
    }
}

/// Info hashes in a sample (BEP 51), for the same reason.
const MOST_SAMPLES: usize = 20;
/// Seconds after which another sample is worth asking for.
const SAMPLE_INTERVAL: i64 = 60;

/// Names in packets are those of contacts, and records hold items.
struct Names;

impl Naming<Contact, Id> for Names {
    fn id(&self, peer: Contact) -> Id {
        peer.id
    }
    fn address(&self, peer: Contact) -> SocketAddr {
        peer.address
    }
    fn target(&self, key: Id) -> Id {
        key
    }
    fn item(&self, value: &Bytes) -> Item {
        item_of_record(value).expect("only items are published and kept").0
    }
    fn cas(&self, value: &Bytes) -> Option<i64> {
        item_of_record(value).and_then(|(_, cas)| cas)
    }
}

impl Line {
    /// Sends a query of the node.
    pub(super) fn ask(&mut self, to: Contact, message: &Message<Contact, Id>, now: Instant) {
        let (sought, stored) = match message.body {
            Body::FindNode { .. } => (Sought::Nodes, None),
            Body::FindValue { key } => (Sought::Item(key), None),
            Body::GetProviders { key } => (Sought::Providers(key), None),
            Body::Store { key, .. } => (Sought::Storing, Some(key)),
            Body::AddProvider { key, .. } => (Sought::Announcing, Some(key)),
            Body::TalkRequest { .. } => (Sought::Talk, None),
            _ => (Sought::Presence, None),
        };
        if self.open.len() >= MANY_OPEN {
            self.open.retain(|_, open| now.saturating_since(open.sent) < LONGEST_WAIT);
        }
        let transaction = self.transaction();
        let number = message.number;
        self.open.insert(transaction, Open { number, to, sought, sent: now });
        let token = stored.and_then(|key| self.received.get(to.address, key)).unwrap_or_default();
        let mut content = content(&message.body, self.me, token, &Names);
        if let Content::Query {
            query: Query::AnnouncePeer { info_hash, port, implied_port, .. },
            ..
        } = &mut content
            && let Some(&own) = self.ports.get(info_hash)
        {
            (*port, *implied_port) = (own, false);
        }
        let bytes = self.send(to.address, Packet::new(&transaction.to_be_bytes(), content));
        self.counters.say(message, bytes);
    }

    /// Sends the node's response to the query that it was handed.
    pub(super) fn respond(&mut self, message: &Message<Contact, Id>, now: Instant) {
        let asked = match message.body {
            Body::TalkResponse { .. } => self.talks.remove(&message.number),
            _ => self.asked.take(),
        };
        let Some(asked) = asked else { return };
        let token = self.given.give(asked.source.ip(), now);
        let mut content = content(&message.body, self.me, &token, &Names);
        if let Content::Response { response, .. } = &mut content {
            response.token = asked.gives_token.then(|| token.to_vec());
            self.suit(response, &asked);
        }
        let bytes = self.answer(asked, content);
        self.counters.say(message, bytes);
    }

    /// Makes of what the node answers what the asker wants of it.
    fn suit(&mut self, response: &mut Response, asked: &Asked) {
        if let Some(Want { v4, v6 }) = asked.want {
            let empty = |wanted: bool| wanted.then(Vec::new);
            match self.family {
                Family::V4 if !v4 => response.nodes = None,
                Family::V6 if !v6 => response.nodes6 = None,
                _ => {}
            }
            match self.family {
                Family::V4 => response.nodes6 = empty(v6),
                Family::V6 => response.nodes = empty(v4),
            }
        }
        if let Some(values) = &mut response.values
            && values.len() > most_values(self.family)
        {
            let (chosen, _) = values.partial_shuffle(&mut self.rng, most_values(self.family));
            *values = chosen.to_vec();
        }
        let seq = response.item.as_ref().and_then(Item::seq);
        if let (Some(seq), Some(known)) = (seq, asked.seq)
            && seq <= known
        {
            (response.item, response.seq) = (None, Some(seq));
        }
    }

    /// Answers a request for a sample of info hashes.
    pub(in crate::udp) fn respond_with_sample(&mut self, mut hashes: Vec<Id>, near: Vec<Contact>) {
        let Some(asked) = self.asked.take() else { return };
        let number = hashes.len() as i64;
        let (sample, _) = hashes.partial_shuffle(&mut self.rng, MOST_SAMPLES);
        let samples = Samples { interval: SAMPLE_INTERVAL, number, sample: sample.to_vec() };
        let nodes = Some(near.into_iter().map(Into::into).collect());
        let mut response = Response { samples: Some(samples), ..Response::default() };
        match self.family {
            Family::V4 => response.nodes = nodes,
            Family::V6 => response.nodes6 = nodes,
        }
        self.suit(&mut response, &asked);
        let content = Content::Response { id: self.me.id, response: Box::new(response) };
        self.answer(asked, content);
    }

    fn answer(&mut self, asked: Asked, content: Content) -> usize {
        let ip = matches!(content, Content::Response { .. }).then_some(asked.source);
        let packet = Packet { ip, ..Packet::new(&asked.transaction, content) };
        self.send(asked.source, packet)
    }

    /// Answers a query with an error.
    pub(super) fn fail(&mut self, to: SocketAddr, transaction: &[u8], error: KrpcError) {
        self.send(to, Packet::new(transaction, Content::Error(error)));
    }
}
