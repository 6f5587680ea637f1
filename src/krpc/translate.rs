//! What `kademlia` says, as packets. Both speak of the same things, but for tokens, which
//! `kademlia` does not know, and names: a node is an id and an address in a packet.

use super::Id;
use super::compact::{Family, NodeInfo};
use super::encode::encode;
use super::item::Item;
use super::packet::{Content, ErrorCode, KrpcError, Packet, Query, Response};
use crate::kademlia::message::{Body, Message};
use crate::kademlia::rules::Refusal;
use bytes::Bytes;
use std::net::SocketAddr;

/// What peers and keys of `kademlia` are called in packets.
pub trait Naming<P, K> {
    /// A node's id.
    fn id(&self, peer: P) -> Id;
    /// A node's address.
    fn address(&self, peer: P) -> SocketAddr;
    /// A key as a target or info hash.
    fn target(&self, key: K) -> Id;
    /// The item in a record's value.
    fn item(&self, value: &Bytes) -> Item;
    /// The version that a record's value may supersede, where it is offered on that condition.
    fn cas(&self, value: &Bytes) -> Option<i64> {
        let _ = value;
        None
    }
}

/// The datagram that a node sends when `kademlia` has it say `message`. A message of `kademlia` has no
/// token; the one given here goes wherever a packet needs one.
pub fn datagram<P: Copy, K: Copy>(
    message: &Message<P, K>,
    from: P,
    token: &[u8],
    naming: &impl Naming<P, K>,
) -> Vec<u8> {
    let transaction = message.number.to_be_bytes();
    encode(&Packet::new(&transaction, content(&message.body, from, token, naming)))
}

/// A refusal as an error. Its number is that of the error.
fn error(Refusal(number): Refusal) -> KrpcError {
    let code = i64::from(number.get());
    let message = ErrorCode::from_number(code).unwrap_or(ErrorCode::Generic).message();
    KrpcError { code, message: message.to_owned() }
}

/// What a packet says when `kademlia` has `from` say `body`.
pub fn content<P: Copy, K: Copy>(
    body: &Body<P, K>,
    from: P,
    token: &[u8],
    naming: &impl Naming<P, K>,
) -> Content {
    let id = naming.id(from);
    let query = |query| Content::Query { id, query };
    let answer = |response| Content::Response { id, response: Box::new(response) };
    let with_nodes = |peers: &[P], response: Response| {
        let info = |&peer: &P| NodeInfo { id: naming.id(peer), address: naming.address(peer) };
        let nodes = Some(peers.iter().map(info).collect());
        match Family::of(naming.address(from)) {
            Family::V4 => Response { nodes, ..response },
            Family::V6 => Response { nodes6: nodes, ..response },
        }
    };
    let token = || token.to_vec();
    let with_token = || Response { token: Some(token()), ..Response::default() };
    match body {
        Body::Ping => query(Query::Ping),
        Body::FindNode { target } => {
            query(Query::FindNode { target: naming.target(*target), want: None })
        }
        Body::FindValue { key } => {
            query(Query::Get { target: naming.target(*key), seq: None, want: None })
        }
        Body::GetProviders { key } => {
            query(Query::GetPeers { info_hash: naming.target(*key), want: None })
        }
        Body::Store { key, record } => {
            let (item, target) = (naming.item(&record.value), Some(naming.target(*key)));
            let cas = naming.cas(&record.value);
            query(Query::Put { item, cas, target, token: token() })
        }
        Body::AddProvider { key, provider, time_to_live } => query(Query::AnnouncePeer {
            info_hash: naming.target(*key),
            port: naming.address(provider.unwrap_or(from)).port(),
            implied_port: provider.is_none(),
            token: token(),
            ttl: time_to_live.map(|time| time.whole_seconds_up().try_into().unwrap_or(u32::MAX)),
        }),
        Body::Pong | Body::Stored | Body::ProviderAdded => answer(Response::default()),
        Body::Nodes { peers } => answer(with_nodes(peers, Response::default())),
        Body::Value { record, closer } => {
            let response = Response { item: Some(naming.item(&record.value)), ..with_token() };
            answer(match closer {
                Some(closer) => with_nodes(closer, response),
                None => response,
            })
        }
        Body::Refused(refusal) => Content::Error(error(*refusal)),
        Body::Providers(found) => {
            let values = found.providers.iter().map(|&peer| naming.address(peer)).collect();
            answer(with_nodes(&found.closer, Response { values: Some(values), ..with_token() }))
        }
        Body::TalkRequest { protocol, request } => {
            query(Query::Talk { protocol: *protocol, request: request.clone() })
        }
        Body::TalkResponse { response } => {
            answer(Response { talk: Some(response.clone()), ..Response::default() })
        }
    }
}
