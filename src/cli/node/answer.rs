//! What a node's lines are answered with.

use crate::krpc::item::Item;
use crate::udp::UdpNode;
use crate::udp::contact::Contact;
use crate::udp::counters::Count;
use crate::udp::driver::Driver;
use crate::udp::request::Outcome;
use crate::udp::state::id_text;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;

pub(super) fn ready(driver: &Driver) -> Value {
    let node = |node| {
        let Contact { id, address, .. } = driver.me(node);
        json!({ "node": node, "address": address, "key": id_text(id) })
    };
    let nodes: Vec<_> = (0..driver.nodes()).map(node).collect();
    json!({ "event": "ready", "nodes": nodes })
}

pub(super) fn failed(id: &Value, error: &str) -> Value {
    json!({ "id": id, "ok": false, "error": error })
}

/// An answer with these fields.
fn done(id: &Value, fields: Value) -> Value {
    let mut answer = Map::new();
    answer.insert("id".to_owned(), id.clone());
    answer.insert("ok".to_owned(), Value::Bool(true));
    if let Value::Object(fields) = fields {
        answer.extend(fields);
    }
    Value::Object(answer)
}

fn contact(contact: &Contact) -> Value {
    json!({ "key": id_text(contact.id), "address": contact.address })
}

pub(super) fn outcome(id: &Value, outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Stored { target, copies, seq } => {
            let mut fields = json!({ "target": id_text(*target), "copies": copies });
            if let Some(seq) = seq {
                fields["seq"] = json!(seq);
            }
            done(id, fields)
        }
        Outcome::Found(item) => done(id, found(item)),
        Outcome::Peers(peers) => {
            let peers: Vec<_> = peers.iter().map(SocketAddr::to_string).collect();
            done(id, json!({ "peers": peers }))
        }
        Outcome::Nodes(nodes) => {
            done(id, json!({ "nodes": nodes.iter().map(contact).collect::<Vec<_>>() }))
        }
        Outcome::Present(Contact { id: key, .. }) => done(id, json!({ "key": id_text(*key) })),
        Outcome::Failed(error) => failed(id, error),
    }
}

fn found(item: &Item) -> Value {
    let mut fields = json!({ "bencoded": hex::encode(&item.value) });
    if let Some(text) = text(&item.value) {
        fields["value"] = json!(text);
    }
    if let Some(signed) = &item.signed {
        fields["seq"] = json!(signed.seq);
        fields["public"] = json!(hex::encode(signed.key));
    }
    fields
}

/// The text in a bencoded string of UTF-8.
fn text(value: &[u8]) -> Option<&str> {
    let colon = value.iter().position(|&byte| byte == b':')?;
    value[..colon].iter().all(u8::is_ascii_digit).then_some(())?;
    std::str::from_utf8(&value[colon + 1..]).ok()
}

pub(super) fn table(id: &Value, node: &UdpNode) -> Value {
    let in_bucket = |bucket| node.table().bucket(bucket).map(move |contact| (bucket, contact));
    let entry = |(bucket, contact): (usize, Contact)| json!({ "key": id_text(contact.id), "address": contact.address, "bucket": bucket });
    let contacts = (0..node.table().buckets()).flat_map(in_bucket).map(entry);
    done(id, json!({ "contacts": contacts.collect::<Vec<_>>() }))
}

fn counts(counts: &BTreeMap<&'static str, Count>) -> Value {
    let entry = |(&kind, count): (&&'static str, &Count)| {
        (kind.to_owned(), json!({ "messages": count.messages, "bytes": count.bytes }))
    };
    Value::Object(counts.iter().map(entry).collect())
}

pub(super) fn stats(id: &Value, driver: &Driver, node: usize) -> Value {
    let counters = driver.counters(node);
    let dropped =
        counters.dropped.iter().map(|(reason, &count)| (reason.name().to_owned(), json!(count)));
    let dropped = Value::Object(dropped.collect());
    let state = driver.node(node);
    let (records, providers) = state.holdings();
    done(
        id,
        json!({
            "received": counts(&counters.received),
            "sent": counts(&counters.sent),
            "dropped": dropped,
            "records": records,
            "providers": providers,
            "contacts": state.table().len(),
        }),
    )
}
