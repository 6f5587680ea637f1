//! Datagrams of other programs, as they were recorded: `tests/corpus/krpc`, one a file.
//!
//! A file is named `client.method.kind`, and further words say what else is in it. A response is
//! named by the method that it answers, and an error by its code.

use crate::krpc::decode::decode;
use crate::krpc::encode::encode;
use crate::krpc::packet::{Content, Packet, Query, Response};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The corpus: names and bytes, in the order of names.
pub(super) fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/krpc");
    let entries = fs::read_dir(folder).expect("the corpus is there");
    let mut files: Vec<_> = entries
        .map(|entry| {
            let entry = entry.expect("its entries can be read");
            let name = entry.file_name().into_string().expect("names are text");
            (name, fs::read(entry.path()).expect("its files as well"))
        })
        .collect();
    files.sort();
    files
}

/// Whether a query is what the words after its method say.
fn query_says(query: &Query, word: &str) -> bool {
    match (query, word) {
        (Query::Put { item, .. }, "immutable") => item.signed.is_none(),
        (Query::Put { item, .. }, "mutable" | "salted") => {
            let salted = item.signed.as_ref().map(|signed| !signed.salt.is_empty());
            item.verify() == Ok(()) && salted == Some(word == "salted")
        }
        _ => false,
    }
}

fn response_says(response: &Response, word: &str) -> bool {
    match word {
        "values" => response.values.as_ref().is_some_and(|values| !values.is_empty()),
        "samples" => response.samples.is_some(),
        "alone" => response.nodes.as_ref().is_some_and(Vec::is_empty),
        "immutable" => response.item.as_ref().is_some_and(|item| item.signed.is_none()),
        "mutable" => response.item.as_ref().is_some_and(|item| item.signed.is_some()),
        _ => false,
    }
}

/// What the method of a response demands of it.
fn answers(method: &str, response: &Response) -> bool {
    match method {
        "find_node" => response.nodes.is_some(),
        "get_peers" => response.token.is_some(),
        "get" => response.token.is_some() && response.values.is_none(),
        _ => response.item.is_none() && response.values.is_none(),
    }
}

fn says(packet: &Packet, name: &str) -> bool {
    let words: Vec<&str> = name.split('.').collect();
    let [_client, method, kind, words @ ..] = &words[..] else { return false };
    match &packet.content {
        Content::Query { query, .. } => {
            let all = words.iter().all(|word| query_says(query, word));
            *kind == "query" && query.method() == *method && all
        }
        Content::Response { response, .. } => {
            let all = words.iter().all(|word| response_says(response, word));
            *kind == "response" && answers(method, response) && all
        }
        Content::Error(error) => *kind == "error" && *words == [error.code.to_string()],
    }
}

#[test]
fn each_says_what_its_name_says_and_is_written_again() {
    let corpus = corpus();
    let mut seen = BTreeSet::new();
    for (name, bytes) in &corpus {
        let packet = decode(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(says(&packet, name), "{name}: {packet:?}");
        assert_eq!(decode(&encode(&packet)).as_ref(), Ok(&packet), "{name}");
        let mut words = name.split('.');
        seen.insert((words.next(), words.nth(1)));
    }
    for client in ["aria2", "bittorrent-dht", "libtorrent", "mainline"] {
        for kind in ["query", "response"] {
            assert!(seen.contains(&(Some(client), Some(kind))), "no {kind} of {client}");
        }
    }
    let bytes: usize = corpus.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(corpus.len() <= 80 && bytes <= 20_000, "a corpus is kept small: {bytes} bytes");
}
