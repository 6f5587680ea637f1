//! Packets to bytes. Keys are in order everywhere, as BEP 3 asks: some nodes, and packet
//! analysers, take nothing else.

use super::compact::{self, NodeInfo};
use super::item::Item;
use super::packet::{Content, Packet, Query, Response, Want};
use super::writer::{self, Dict};
use super::{Id, packet::KrpcError};

/// The datagram that says `packet`.
pub fn encode(packet: &Packet) -> Vec<u8> {
    let mut out = Vec::with_capacity(400);
    Dict::write(&mut out, |dict| {
        if let Content::Query { id, query } = &packet.content {
            dict.dict("a", |arguments| write_arguments(arguments, *id, query));
        }
        if let Content::Error(KrpcError { code, message }) = &packet.content {
            dict.list("e", |list| {
                writer::integer(list, *code);
                writer::bytes(list, message.as_bytes());
            });
        }
        if let Some(address) = packet.ip {
            let mut bytes = Vec::with_capacity(18);
            compact::push_address(&mut bytes, address);
            dict.bytes("ip", &bytes);
        }
        if let Content::Query { query, .. } = &packet.content {
            dict.bytes("q", query.method().as_bytes());
        }
        if let Content::Response { id, response } = &packet.content {
            dict.dict("r", |fields| write_response(fields, *id, response));
        }
        if packet.read_only {
            dict.integer("ro", 1);
        }
        dict.bytes("t", &packet.transaction);
        if let Some(version) = &packet.version {
            dict.bytes("v", version);
        }
        let y = match packet.content {
            Content::Query { .. } => b"q",
            Content::Response { .. } => b"r",
            Content::Error(_) => b"e",
        };
        dict.bytes("y", y);
    });
    out
}

fn write_arguments(dict: &mut Dict, id: Id, query: &Query) {
    match query {
        Query::Ping => dict.bytes("id", &id.0),
        Query::FindNode { target, want } | Query::SampleInfohashes { target, want } => {
            dict.bytes("id", &id.0);
            dict.bytes("target", &target.0);
            write_want(dict, *want);
        }
        Query::GetPeers { info_hash, want } => {
            dict.bytes("id", &id.0);
            dict.bytes("info_hash", &info_hash.0);
            write_want(dict, *want);
        }
        Query::AnnouncePeer { info_hash, port, implied_port, token, ttl } => {
            dict.bytes("id", &id.0);
            dict.integer("implied_port", i64::from(*implied_port));
            dict.bytes("info_hash", &info_hash.0);
            dict.integer("port", i64::from(*port));
            dict.bytes("token", token);
            if let Some(ttl) = ttl {
                dict.integer("ttl", i64::from(*ttl));
            }
        }
        Query::Get { target, seq, want } => {
            dict.bytes("id", &id.0);
            if let Some(seq) = seq {
                dict.integer("seq", *seq);
            }
            dict.bytes("target", &target.0);
            write_want(dict, *want);
        }
        Query::Put { item, cas, target, token } => {
            if let Some(cas) = cas {
                dict.integer("cas", *cas);
            }
            dict.bytes("id", &id.0);
            write_signed(dict, item);
            if let Some(target) = target {
                dict.bytes("target", &target.0);
            }
            dict.bytes("token", token);
            dict.raw("v", &item.value);
        }
        Query::Talk { protocol, request } => {
            dict.bytes("id", &id.0);
            dict.integer("protocol", i64::from(*protocol));
            dict.bytes("request", request);
        }
    }
}

fn write_want(dict: &mut Dict, want: Option<Want>) {
    let Some(Want { v4, v6 }) = want else { return };
    dict.list("want", |list| {
        for (name, wanted) in [(b"n4", v4), (b"n6", v6)] {
            if wanted {
                writer::bytes(list, name);
            }
        }
    });
}

/// The fields of a mutable item but its value: `k`, `salt`, `seq`, `sig`.
pub(super) fn write_signed(dict: &mut Dict, item: &Item) {
    let Some(signed) = &item.signed else { return };
    dict.bytes("k", &signed.key);
    if !signed.salt.is_empty() {
        dict.bytes("salt", &signed.salt);
    }
    dict.integer("seq", signed.seq);
    dict.bytes("sig", &signed.signature);
}

fn write_response(dict: &mut Dict, id: Id, response: &Response) {
    let Response { nodes, nodes6, token, values, item, seq, samples, talk } = response;
    let signed = item.as_ref().and_then(|item| item.signed.as_ref());
    dict.bytes("id", &id.0);
    if let Some(samples) = samples {
        dict.integer("interval", samples.interval);
    }
    if let Some(signed) = signed {
        dict.bytes("k", &signed.key);
    }
    for (key, nodes) in [("nodes", nodes), ("nodes6", nodes6)] {
        if let Some(nodes) = nodes {
            dict.bytes(key, &node_string(nodes));
        }
    }
    if let Some(samples) = samples {
        dict.integer("num", samples.number);
    }
    if let Some(talk) = talk {
        dict.bytes("response", talk);
    }
    if let Some(samples) = samples {
        let sample: Vec<u8> = samples.sample.iter().flat_map(|id| id.0).collect();
        dict.bytes("samples", &sample);
    }
    if let Some(seq) = signed.map(|signed| signed.seq).or(*seq) {
        dict.integer("seq", seq);
    }
    if let Some(signed) = signed {
        dict.bytes("sig", &signed.signature);
    }
    if let Some(token) = token {
        dict.bytes("token", token);
    }
    if let Some(item) = item {
        dict.raw("v", &item.value);
    }
    if let Some(values) = values {
        dict.list("values", |list| {
            for &value in values {
                let mut bytes = Vec::with_capacity(18);
                compact::push_address(&mut bytes, value);
                writer::bytes(list, &bytes);
            }
        });
    }
}

fn node_string(nodes: &[NodeInfo]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(38 * nodes.len());
    nodes.iter().for_each(|&node| compact::push_node(&mut bytes, node));
    bytes
}
