//! Bytes to packets. Whatever comes is read from front to back, once, or twice if its keys are out of
//! order; what is nested deeper than [`MOST_DEPTH`] is refused unread; and each byte is kept at most
//! once.

use super::Id;
use super::compact::{self, Family, NodeInfo};
use super::item::{Item, Signed};
use super::order::in_order;
use super::packet::{Content, ErrorCode, KrpcError, Packet, Query, Response, Samples, Want};
use super::writer;
use crate::kademlia::key::WideKey;
use bendy::decoding::{Decoder, DictDecoder, Error, Object};
use bytes::Bytes;
use std::borrow::Cow;
use std::net::SocketAddr;

/// Lists and dictionaries within each other. The deepest that KRPC has by itself is 3; the value of
/// an item adds its own.
pub const MOST_DEPTH: usize = 32;

/// Why there is no packet in a datagram.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// It is not bencoded (BEP 3), has a key twice, or has a value whose keys are out of order.
    #[error("not bencoded")]
    NotBencoded,
    /// It is bencoded, but no KRPC packet that could be answered or that answers.
    #[error("{0}")]
    NotKrpc(&'static str),
    /// It is a query that cannot be read; who sent it can be told so.
    #[error("{error}")]
    Query {
        /// Its `t`.
        transaction: Vec<u8>,
        /// What to answer.
        error: KrpcError,
    },
}

impl From<Error> for DecodeError {
    fn from(_: Error) -> Self {
        DecodeError::NotBencoded
    }
}

/// Reads a datagram. Its own keys and those of `a` and `r` may be in any order.
///
/// # Errors
/// Why it is no packet.
pub fn decode(datagram: &[u8]) -> Result<Packet, DecodeError> {
    match read(datagram) {
        // Rare enough to be found out only now.
        Err(DecodeError::NotBencoded) => read(&in_order(datagram).ok_or(DecodeError::NotBencoded)?),
        outcome => outcome,
    }
}

/// Reads a datagram whose keys are in order.
fn read(datagram: &[u8]) -> Result<Packet, DecodeError> {
    let mut decoder = Decoder::new(datagram).with_max_depth(MOST_DEPTH);
    let dict = match decoder.next_object()? {
        Some(Object::Dict(dict)) => dict,
        Some(_) => return Err(DecodeError::NotKrpc("not a dictionary")),
        None => return Err(DecodeError::NotBencoded),
    };
    let top = Top::read(dict)?;
    if decoder.next_object()?.is_some() {
        return Err(DecodeError::NotBencoded);
    }
    let transaction = top.transaction.ok_or(DecodeError::NotKrpc("no transaction"))?;
    let content = match top.kind {
        Some(b"q") => {
            let error = |error| DecodeError::Query { transaction: transaction.to_vec(), error };
            query(top.method, top.arguments.as_ref()).map_err(error)?
        }
        Some(b"r") => {
            response(top.fields.as_ref()).ok_or(DecodeError::NotKrpc("a response without id"))?
        }
        Some(b"e") => {
            Content::Error(top.error.ok_or(DecodeError::NotKrpc("an error without a code"))?)
        }
        _ => return Err(DecodeError::NotKrpc("neither query nor response nor error")),
    };
    Ok(Packet {
        transaction: transaction.to_vec(),
        version: top.version.map(<[u8]>::to_vec),
        ip: top.ip.and_then(compact::address),
        read_only: top.read_only,
        content,
    })
}

/// The outermost dictionary. What has the wrong type counts as left out.
#[derive(Default)]
struct Top<'a> {
    transaction: Option<&'a [u8]>,
    kind: Option<&'a [u8]>,
    method: Option<&'a [u8]>,
    version: Option<&'a [u8]>,
    ip: Option<&'a [u8]>,
    read_only: bool,
    arguments: Option<Fields<'a>>,
    fields: Option<Fields<'a>>,
    error: Option<KrpcError>,
}

impl<'a> Top<'a> {
    fn read(mut dict: DictDecoder<'_, 'a>) -> Result<Self, Error> {
        let mut top = Top::default();
        while let Some((key, object)) = dict.next_pair()? {
            match (key, object) {
                (b"a", Object::Dict(inner)) => top.arguments = Some(Fields::read(inner)?),
                (b"r", Object::Dict(inner)) => top.fields = Some(Fields::read(inner)?),
                (b"e", Object::List(mut list)) => {
                    let code = list.next_object()?.and_then(integer);
                    let message = list.next_object()?.and_then(bytes).unwrap_or_default();
                    let message = String::from_utf8_lossy(message).into_owned();
                    top.error = code.map(|code| KrpcError { code, message });
                }
                (b"t", Object::Bytes(text)) => top.transaction = Some(text),
                (b"y", Object::Bytes(text)) => top.kind = Some(text),
                (b"q", Object::Bytes(text)) => top.method = Some(text),
                (b"v", Object::Bytes(text)) => top.version = Some(text),
                (b"ip", Object::Bytes(text)) => top.ip = Some(text),
                (b"ro", object) => top.read_only = integer(object) == Some(1),
                _ => {}
            }
        }
        Ok(top)
    }
}

/// The entries of `a` and of `r`. Methods share their names, and where they stand nothing is known
/// of the method yet.
#[derive(Default)]
struct Fields<'a> {
    id: Option<&'a [u8]>,
    target: Option<&'a [u8]>,
    info_hash: Option<&'a [u8]>,
    token: Option<&'a [u8]>,
    port: Option<i64>,
    implied_port: Option<i64>,
    cas: Option<i64>,
    key: Option<&'a [u8]>,
    salt: Option<&'a [u8]>,
    seq: Option<i64>,
    signature: Option<&'a [u8]>,
    /// Bencoded.
    value: Option<Cow<'a, [u8]>>,
    want: Option<Want>,
    nodes: Option<&'a [u8]>,
    nodes6: Option<&'a [u8]>,
    values: Option<Vec<SocketAddr>>,
    interval: Option<i64>,
    number: Option<i64>,
    samples: Option<&'a [u8]>,
    protocol: Option<i64>,
    ttl: Option<i64>,
    request: Option<&'a [u8]>,
    response: Option<&'a [u8]>,
}

fn bytes<'a>(object: Object<'_, 'a>) -> Option<&'a [u8]> {
    object.try_into_bytes().ok()
}

fn integer(object: Object) -> Option<i64> {
    object.try_into_integer().ok()?.parse().ok()
}

impl<'a> Fields<'a> {
    fn read(mut dict: DictDecoder<'_, 'a>) -> Result<Self, Error> {
        let mut fields = Fields::default();
        while let Some((key, object)) = dict.next_pair()? {
            match key {
                b"id" => fields.id = bytes(object),
                b"target" => fields.target = bytes(object),
                b"info_hash" => fields.info_hash = bytes(object),
                b"token" => fields.token = bytes(object),
                b"port" => fields.port = integer(object),
                b"implied_port" => fields.implied_port = integer(object),
                b"cas" => fields.cas = integer(object),
                b"k" => fields.key = bytes(object),
                b"salt" => fields.salt = bytes(object),
                b"seq" => fields.seq = integer(object),
                b"sig" => fields.signature = bytes(object),
                b"v" => fields.value = Some(raw(object)?),
                b"want" => fields.want = want(object)?,
                b"nodes" => fields.nodes = bytes(object),
                b"nodes6" => fields.nodes6 = bytes(object),
                b"values" => fields.values = addresses(object)?,
                b"interval" => fields.interval = integer(object),
                b"num" => fields.number = integer(object),
                b"samples" => fields.samples = bytes(object),
                b"protocol" => fields.protocol = integer(object),
                b"ttl" => fields.ttl = integer(object),
                b"request" => fields.request = bytes(object),
                b"response" => fields.response = bytes(object),
                _ => {}
            }
        }
        Ok(fields)
    }

    fn item(&self) -> Option<Item> {
        let value = Bytes::copy_from_slice(self.value.as_ref()?);
        let key = self.key.and_then(|key| key.try_into().ok());
        let signature = self.signature.and_then(|signature| signature.try_into().ok());
        let signed = match (key, self.seq, signature) {
            (Some(key), Some(seq), Some(signature)) => {
                let salt = self.salt.unwrap_or_default().to_vec();
                Some(Box::new(Signed { key, salt, seq, signature }))
            }
            // One part of a signature without the others, or of the wrong length.
            _ if self.key.is_some() || self.signature.is_some() => return None,
            _ => None,
        };
        Some(Item { value, signed })
    }
}

/// The bytes of a value as they stand in the datagram. Where the decoder has taken them apart they
/// are put together again: it takes each number and each length in one notation only.
fn raw<'a>(object: Object<'_, 'a>) -> Result<Cow<'a, [u8]>, Error> {
    Ok(match object {
        Object::List(list) => Cow::Borrowed(list.into_raw()?),
        Object::Dict(dict) => Cow::Borrowed(dict.into_raw()?),
        Object::Integer(digits) => Cow::Owned(format!("i{digits}e").into_bytes()),
        Object::Bytes(text) => {
            let mut whole = Vec::with_capacity(text.len() + 8);
            writer::bytes(&mut whole, text);
            Cow::Owned(whole)
        }
    })
}

fn want(object: Object) -> Result<Option<Want>, Error> {
    let Object::List(mut list) = object else { return Ok(None) };
    let mut want = Want::default();
    while let Some(family) = list.next_object()? {
        match bytes(family) {
            Some(b"n4") => want.v4 = true,
            Some(b"n6") => want.v6 = true,
            _ => {}
        }
    }
    Ok(Some(want))
}

/// The addresses in a list; what else is in it is passed over.
fn addresses(object: Object) -> Result<Option<Vec<SocketAddr>>, Error> {
    let Object::List(mut list) = object else { return Ok(None) };
    let mut found = Vec::new();
    while let Some(entry) = list.next_object()? {
        found.extend(bytes(entry).and_then(compact::address));
    }
    Ok(Some(found))
}

fn id(bytes: Option<&[u8]>) -> Option<Id> {
    bytes.and_then(|bytes| bytes.try_into().ok()).map(WideKey)
}

fn wrong(what: &str) -> KrpcError {
    let code = i64::from(ErrorCode::Protocol.number());
    KrpcError { code, message: format!("protocol error: {what}") }
}

fn query(method: Option<&[u8]>, arguments: Option<&Fields>) -> Result<Content, KrpcError> {
    let method = method.ok_or_else(|| wrong("no method"))?;
    let arguments = arguments.ok_or_else(|| wrong("no arguments"))?;
    let sender = id(arguments.id).ok_or_else(|| wrong("id is not of 20 bytes"))?;
    let target = || id(arguments.target).ok_or_else(|| wrong("target is not of 20 bytes"));
    let info_hash = || id(arguments.info_hash).ok_or_else(|| wrong("info_hash is not of 20 bytes"));
    let token = || arguments.token.map(<[u8]>::to_vec).ok_or_else(|| wrong("no token"));
    let want = arguments.want;
    let query = match method {
        b"ping" => Query::Ping,
        b"find_node" => Query::FindNode { target: target()?, want },
        b"get_peers" => Query::GetPeers { info_hash: info_hash()?, want },
        b"announce_peer" => {
            let implied_port = arguments.implied_port.is_some_and(|implied| implied != 0);
            let port = arguments.port.and_then(|port| u16::try_from(port).ok());
            let port = port.or(implied_port.then_some(0)).filter(|&port| implied_port || port > 0);
            let port = port.ok_or_else(|| wrong("port is not from 1 to 65535"))?;
            // What is no time to live counts as left out, as elsewhere it is not known.
            let ttl = arguments.ttl.and_then(|seconds| u32::try_from(seconds).ok());
            let (info_hash, token) = (info_hash()?, token()?);
            Query::AnnouncePeer { info_hash, port, implied_port, token, ttl }
        }
        b"get" => Query::Get { target: target()?, seq: arguments.seq, want },
        b"put" => {
            let item = arguments.item().ok_or_else(|| wrong("no value, or half a signature"))?;
            let target = id(arguments.target);
            Query::Put { item, cas: arguments.cas, target, token: token()? }
        }
        b"sample_infohashes" => Query::SampleInfohashes { target: target()?, want },
        b"talk" => {
            let protocol = arguments.protocol.and_then(|number| u32::try_from(number).ok());
            let protocol = protocol.ok_or_else(|| wrong("protocol is not from 0 to 4294967295"))?;
            let request = arguments.request.ok_or_else(|| wrong("no request"))?;
            Query::Talk { protocol, request: Bytes::copy_from_slice(request) }
        }
        _ => return Err(ErrorCode::MethodUnknown.into()),
    };
    Ok(Content::Query { id: sender, query })
}

fn response(fields: Option<&Fields>) -> Option<Content> {
    let fields = fields?;
    let sender = id(fields.id)?;
    let nodes = |bytes: Option<&[u8]>, family| -> Option<Vec<NodeInfo>> {
        bytes.and_then(|bytes| compact::nodes(bytes, family))
    };
    let samples = fields.samples.map(|samples| Samples {
        interval: fields.interval.unwrap_or(0),
        number: fields.number.unwrap_or(0),
        sample: samples.chunks_exact(20).filter_map(|chunk| id(Some(chunk))).collect(),
    });
    let response = Response {
        nodes: nodes(fields.nodes, Family::V4),
        nodes6: nodes(fields.nodes6, Family::V6),
        token: fields.token.map(<[u8]>::to_vec),
        values: fields.values.clone(),
        item: fields.item(),
        seq: fields.seq,
        samples,
        talk: fields.response.map(Bytes::copy_from_slice),
    };
    Some(Content::Response { id: sender, response: Box::new(response) })
}

/// The item, and the `cas` that it is offered with, in a value of `kademlia`'s records: what
/// [`Item::to_record`] makes.
pub fn item_of_record(record: &[u8]) -> Option<(Item, Option<i64>)> {
    let mut decoder = Decoder::new(record).with_max_depth(MOST_DEPTH);
    let Object::Dict(dict) = decoder.next_object().ok()?? else { return None };
    let fields = Fields::read(dict).ok()?;
    Some((fields.item()?, fields.cas))
}

/// Whether these bytes are one bencoded value and nothing more.
pub fn is_bencoded(value: &[u8]) -> bool {
    let mut decoder = Decoder::new(value).with_max_depth(MOST_DEPTH - 2);
    let first = match decoder.next_object() {
        Ok(Some(object)) => raw(object).is_ok(),
        _ => false,
    };
    first && matches!(decoder.next_object(), Ok(None))
}
