//! The lines that a node is led by.

use crate::krpc::Id;
use crate::krpc::decode::is_bencoded;
use crate::krpc::item::{bencoded_string, mutable_target};
use crate::udp::request::{Request, Signer};
use crate::udp::state::parse_id;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::net::SocketAddr;

/// A line, understood.
pub(super) struct Line {
    /// Comes back with the answer.
    pub(super) id: Value,
    /// Which of the hosted nodes.
    pub(super) node: usize,
    pub(super) wish: Wish,
}

/// What is wanted.
pub(super) enum Wish {
    Ask(Request),
    Table,
    Stats,
    Stop,
}

const COMMANDS: &str = "put, get, announce, find-peers, find-node, ping, table, stats, stop";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Put {
    value: Option<String>,
    bencoded: Option<String>,
    secret: Option<String>,
    salt: Option<String>,
    seq: Option<i64>,
    cas: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Get {
    target: Option<String>,
    public: Option<String>,
    salt: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Announce {
    infohash: String,
    #[serde(default)]
    port: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FindPeers {
    infohash: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FindNode {
    target: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ping {
    address: SocketAddr,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Reads a line for a program that hosts `nodes`.
///
/// # Errors
/// What is wrong, with the line's `id` as far as it has one.
pub(super) fn parse(line: &[u8], nodes: usize) -> Result<Line, (Value, String)> {
    let mut fields: Map<String, Value> =
        serde_json::from_slice(line).map_err(|error| (Value::Null, error.to_string()))?;
    let id = fields.remove("id").unwrap_or(Value::Null);
    let parsed = wish(&mut fields, nodes);
    match parsed {
        Ok((node, wish)) => Ok(Line { id, node, wish }),
        Err(error) => Err((id, error)),
    }
}

fn wish(fields: &mut Map<String, Value>, nodes: usize) -> Result<(usize, Wish), String> {
    let node = match fields.remove("node") {
        None => 0,
        Some(number) => {
            let known = number.as_u64().and_then(|number| usize::try_from(number).ok());
            known.filter(|&node| node < nodes).ok_or_else(|| {
                format!("there is no node {number}: give a whole number from 0 to {}", nodes - 1)
            })?
        }
    };
    let name = match fields.remove("do") {
        Some(Value::String(name)) => name,
        _ => return Err(format!("`do` is missing: give one of {COMMANDS}")),
    };
    let wish = match &name[..] {
        "put" => Wish::Ask(put(arguments(fields)?)?),
        "get" => Wish::Ask(get(arguments(fields)?)?),
        "announce" => {
            let Announce { infohash, port } = arguments(fields)?;
            let (info_hash, port) = (key("infohash", &infohash)?, (port > 0).then_some(port));
            Wish::Ask(Request::Announce { info_hash, port })
        }
        "find-peers" => {
            let FindPeers { infohash } = arguments(fields)?;
            Wish::Ask(Request::FindPeers { info_hash: key("infohash", &infohash)? })
        }
        "find-node" => {
            let FindNode { target } = arguments(fields)?;
            Wish::Ask(Request::FindNode { target: key("target", &target)? })
        }
        "ping" => {
            let Ping { address } = arguments(fields)?;
            Wish::Ask(Request::Ping { address })
        }
        "table" => arguments(fields).map(|Nothing {}| Wish::Table)?,
        "stats" => arguments(fields).map(|Nothing {}| Wish::Stats)?,
        "stop" => arguments(fields).map(|Nothing {}| Wish::Stop)?,
        _ => return Err(format!("`do` is {name:?}: give one of {COMMANDS}")),
    };
    Ok((node, wish))
}

fn arguments<T: for<'de> Deserialize<'de>>(fields: &mut Map<String, Value>) -> Result<T, String> {
    serde_json::from_value(Value::Object(std::mem::take(fields))).map_err(|error| error.to_string())
}

fn key(name: &str, text: &str) -> Result<Id, String> {
    parse_id(text).map_err(|error| format!("`{name}`: {error}"))
}

fn bytes<const N: usize>(name: &str, text: &str) -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    let wrong = |_| format!("`{name}` is {text:?}: give {} hexadecimal digits", 2 * N);
    hex::decode_to_slice(text, &mut bytes).map_err(wrong)?;
    Ok(bytes)
}

fn put(put: Put) -> Result<Request, String> {
    let Put { value, bencoded, secret, salt, seq, cas } = put;
    let value = match (value, bencoded) {
        (Some(text), None) => bencoded_string(text.as_bytes()),
        (None, Some(digits)) => {
            let value = hex::decode(&digits).ok().filter(|value| is_bencoded(value));
            let wrong = || {
                format!(
                    "`bencoded` is {digits:?}: give the hexadecimal digits of one bencoded value"
                )
            };
            Bytes::from(value.ok_or_else(wrong)?)
        }
        _ => return Err("give either `value` or `bencoded`".to_owned()),
    };
    let signer = match secret {
        Some(secret) => {
            let (secret, salt) = (bytes("secret", &secret)?, salt.unwrap_or_default().into_bytes());
            Some(Signer { secret, salt, seq, cas })
        }
        None if salt.is_some() || seq.is_some() || cas.is_some() => {
            return Err("`salt`, `seq` and `cas` belong to mutable items: give `secret`".to_owned());
        }
        None => None,
    };
    Ok(Request::Put { value, signer })
}

fn get(get: Get) -> Result<Request, String> {
    let Get { target, public, salt } = get;
    let salt = salt.map(String::into_bytes);
    match (target, public) {
        (None, Some(public)) => {
            let salt = salt.unwrap_or_default();
            let target = mutable_target(&bytes("public", &public)?, &salt);
            Ok(Request::Get { target, salt })
        }
        (Some(target), None) => {
            let target = key("target", &target)?;
            Ok(Request::Get { target, salt: salt.unwrap_or_default() })
        }
        _ => Err("give either `target` or `public`".to_owned()),
    }
}
