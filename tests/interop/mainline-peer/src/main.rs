//! A node of the mainline crate that is driven as `kadsim node` is: JSON lines in, JSON lines out.

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::net::SocketAddrV4;
use std::str::FromStr;

use futures_lite::StreamExt;
use futures_lite::future::block_on;
use mainline::async_dht::AsyncDht;
use mainline::{Dht, Id, MutableItem, SigningKey};
use serde::Deserialize;
use serde_json::{Map, Value, json};

type Answer = Result<Value, Box<dyn Error>>;

/// One line of the input. Which fields are there depends on the verb.
#[derive(Deserialize)]
struct Request {
    id: Value,
    #[serde(rename = "do")]
    verb: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    target: String,
    #[serde(default)]
    infohash: String,
    secret: Option<String>,
    public: Option<String>,
    salt: Option<String>,
    seq: Option<i64>,
    cas: Option<i64>,
    port: Option<u16>,
}

impl Request {
    fn salt(&self) -> Option<&[u8]> {
        self.salt.as_deref().map(str::as_bytes)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let (listen, bootstrap) = arguments()?;
    let mut builder = Dht::builder();
    builder.server_mode().bind_address(*listen.ip()).port(listen.port());
    if bootstrap.is_empty() {
        builder.no_bootstrap();
    } else {
        builder.bootstrap(&bootstrap);
    }
    let dht = builder.build()?.as_async();
    let info = block_on(dht.info());
    let (address, key) = (info.local_addr(), hex::encode(info.id().as_bytes()));
    say(&json!({"event": "ready", "nodes": [{"node": 0, "address": address, "key": key}]}))?;
    for line in io::stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line?)?;
        let answer = answer(&dht, &request);
        let mut reply = Map::new();
        reply.insert("id".to_owned(), request.id.clone());
        reply.insert("ok".to_owned(), answer.is_ok().into());
        match answer {
            Ok(Value::Object(fields)) => reply.extend(fields),
            Ok(_) => {}
            Err(error) => {
                reply.insert("error".to_owned(), error.to_string().into());
            }
        }
        say(&Value::Object(reply))?;
        if request.verb == "stop" {
            break;
        }
    }
    Ok(())
}

/// Where to listen, and whom to join through.
fn arguments() -> Result<(SocketAddrV4, Vec<String>), Box<dyn Error>> {
    let (mut listen, mut bootstrap) = (None, Vec::new());
    let mut given = std::env::args().skip(1);
    while let (Some(name), Some(value)) = (given.next(), given.next()) {
        match name.as_str() {
            "--listen" => listen = Some(value.parse()?),
            "--bootstrap" => bootstrap.push(value),
            _ => return Err(format!("unknown argument {name}").into()),
        }
    }
    Ok((listen.ok_or("--listen is missing")?, bootstrap))
}

fn say(message: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{message}")?;
    out.flush()
}

fn answer(dht: &AsyncDht, request: &Request) -> Answer {
    match request.verb.as_str() {
        "put" => put(dht, request),
        "get" => get(dht, request),
        "announce" => {
            let target = Id::from_str(&request.infohash)?;
            block_on(dht.announce_peer(target, request.port.filter(|&port| port != 0)))?;
            // The crate tells only that somebody confirmed.
            Ok(json!({"copies": 1}))
        }
        "find-peers" => {
            let target = Id::from_str(&request.infohash)?;
            let answers: Vec<Vec<SocketAddrV4>> = block_on(dht.get_peers(target).collect());
            Ok(json!({"peers": answers.concat()}))
        }
        "find-node" => {
            let nodes = block_on(dht.find_node(Id::from_str(&request.target)?));
            let told = nodes.iter().map(
                |node| json!({"key": hex::encode(node.id().as_bytes()), "address": node.address()}),
            );
            Ok(json!({"nodes": told.collect::<Vec<_>>()}))
        }
        "stop" => Ok(Value::Null),
        verb => Err(format!("this client cannot {verb}").into()),
    }
}

fn put(dht: &AsyncDht, request: &Request) -> Answer {
    let value = request.value.as_bytes();
    let Some(secret) = &request.secret else {
        let target = block_on(dht.put_immutable(value))?;
        return Ok(json!({"target": hex::encode(target.as_bytes()), "copies": 1}));
    };
    let signer = SigningKey::from_bytes(&bytes32(secret)?);
    let key = signer.verifying_key().to_bytes();
    let seq = match request.seq {
        Some(seq) => seq,
        None => block_on(dht.get_mutable_most_recent(&key, request.salt()))
            .map_or(1, |item| item.seq() + 1),
    };
    let item = MutableItem::new(signer, value, seq, request.salt());
    let target = hex::encode(item.target().as_bytes());
    let outcome = block_on(dht.put_mutable(item, request.cas))?;
    Ok(json!({"target": target, "copies": outcome.stored_at, "seq": seq}))
}

fn get(dht: &AsyncDht, request: &Request) -> Answer {
    let Some(public) = &request.public else {
        let found = block_on(dht.get_immutable(Id::from_str(&request.target)?));
        return Ok(told(&found.ok_or("not found")?));
    };
    let key = bytes32(public)?;
    let item = block_on(dht.get_mutable_most_recent(&key, request.salt())).ok_or("not found")?;
    let mut answer = told(item.value());
    answer["seq"] = item.seq().into();
    answer["public"] = hex::encode(item.key()).into();
    Ok(answer)
}

/// The value of an item; this crate stores byte strings only.
fn told(value: &[u8]) -> Value {
    let mut bencoded = format!("{}:", value.len()).into_bytes();
    bencoded.extend(value);
    let mut answer = json!({"bencoded": hex::encode(bencoded)});
    if let Ok(text) = std::str::from_utf8(value) {
        answer["value"] = text.into();
    }
    answer
}

fn bytes32(text: &str) -> Result<[u8; 32], Box<dyn Error>> {
    let bytes = hex::decode(text)?;
    Ok(bytes.try_into().map_err(|_| "a key has 32 bytes")?)
}
