//! Whatever comes: no panic, and what is read is written again as it was.

use crate::kademlia::key::WideKey;
use crate::krpc::compact::NodeInfo;
use crate::krpc::decode::{decode, item_of_record};
use crate::krpc::encode::encode;
use crate::krpc::item::{Item, bencoded_string};
use crate::krpc::packet::{Content, ErrorCode, Packet, Query, Response, Samples, Want};
use crate::rng::{Purpose, Seed, Stream};
use bytes::Bytes;
use proptest::prelude::*;
use rand::{Rng, RngExt};

/// One packet of each kind, with everything in it that can be.
fn packets() -> Vec<Packet> {
    let id = WideKey([b'i'; 20]);
    let want = Some(Want { v4: true, v6: true });
    let token = || b"token".to_vec();
    let item = Item::sign([1; 32], b"salt", 3, bencoded_string(b"value")).expect("it is small");
    let address = |text: &str| text.parse().expect("an address");
    let node = |text: &str| Some(vec![NodeInfo { id, address: address(text) }; 8]);
    let full = Response {
        nodes: node("10.0.0.1:6881"),
        nodes6: node("[2001:db8::1]:6881"),
        token: Some(token()),
        values: Some(vec![address("10.0.0.2:1"), address("[2001:db8::2]:2")]),
        item: Some(Item { signed: None, ..item.clone() }),
        seq: None,
        samples: Some(Samples { interval: 1, number: 2, sample: vec![id; 3] }),
        talk: Some(Bytes::from_static(b"well")),
    };
    let queries = [
        Query::Ping,
        Query::FindNode { target: id, want },
        Query::GetPeers { info_hash: id, want },
        Query::AnnouncePeer {
            info_hash: id,
            port: 9,
            implied_port: false,
            token: token(),
            ttl: Some(300),
        },
        Query::Get { target: id, seq: Some(2), want },
        Query::Put { item, cas: Some(2), target: Some(id), token: token() },
        Query::SampleInfohashes { target: id, want },
        Query::Talk { protocol: 7, request: Bytes::from_static(b"how are you?") },
    ];
    let contents = queries.into_iter().map(|query| Content::Query { id, query }).chain([
        Content::Response { id, response: Box::new(full) },
        Content::Error(ErrorCode::Server.into()),
    ]);
    contents.map(|content| Packet::new(b"four", content)).collect()
}

#[test]
fn every_kind_is_read_as_it_was_written() {
    for packet in packets() {
        assert_eq!(decode(&encode(&packet)), Ok(packet));
    }
}

/// One to four changes: a byte, a piece taken out, a piece twice, digits for digits, the end cut.
fn mutate(datagram: &mut Vec<u8>, draws: &mut Stream) {
    for _ in 0..draws.random_range(1..5) {
        if datagram.is_empty() {
            return;
        }
        let at = draws.random_range(0..datagram.len());
        let end = (at + draws.random_range(1..9)).min(datagram.len());
        match draws.random_range(0..5) {
            0 => datagram[at] = draws.next_u32() as u8,
            1 => drop(datagram.drain(at..end)),
            2 => datagram.extend_from_within(at..end),
            3 => datagram.truncate(at),
            _ => {
                let digits = datagram.iter_mut().filter(|byte| byte.is_ascii_digit());
                let count = digits.count();
                if count > 0 {
                    let chosen = draws.random_range(0..count);
                    let digit = b'0' + draws.random_range(0..10u8);
                    let mut digits = datagram.iter_mut().filter(|byte| byte.is_ascii_digit());
                    *digits.nth(chosen).expect("counted") = digit;
                }
            }
        }
    }
}

/// The smallest law that a reader can have: what it takes it can say again, and that is the same.
fn reads_again(datagram: &[u8]) {
    if let Ok(packet) = decode(datagram) {
        let written = encode(&packet);
        assert_eq!(decode(&written).as_ref(), Ok(&packet), "{}", datagram.escape_ascii());
    }
}

#[test]
fn mutated_datagrams_are_read_or_refused() {
    let originals: Vec<_> = packets().iter().map(encode).collect();
    let mut draws = Stream::new(Seed(7), Purpose::Test, 0);
    let mut read = 0;
    for round in 0..40_000 {
        let mut datagram = originals[round % originals.len()].clone();
        mutate(&mut datagram, &mut draws);
        reads_again(&datagram);
        read += u32::from(decode(&datagram).is_ok());
        let _ = item_of_record(&datagram);
    }
    assert!(read > 1_000, "some changes leave a packet: {read}");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        reads_again(&bytes);
    }

    #[test]
    fn anything_bencoded_is_read_or_refused(
        text in "(d|l|e|i[0-9]{1,20}e|1:[arqtyev]|2:(id|ip|ro)|5:token|20:[a-z]{20}){0,40}",
    ) {
        reads_again(text.as_bytes());
    }
}
