//! Byte for byte against the texts of BEP 5, 32, 42, 43, 44 and 51.

use crate::kademlia::key::WideKey;
use crate::krpc::Id;
use crate::krpc::compact::NodeInfo;
use crate::krpc::decode::{DecodeError, MOST_DEPTH, decode, is_bencoded, item_of_record};
use crate::krpc::encode::encode;
use crate::krpc::item::{Item, Signed, bencoded_string, mutable_target, public_key};
use crate::krpc::node_id;
use crate::krpc::packet::{Content, ErrorCode, KrpcError, Packet, Query, Response, Samples, Want};
use bytes::Bytes;

fn id(text: &str) -> Id {
    WideKey(text.as_bytes().try_into().expect("20 bytes"))
}

fn asker() -> Id {
    id("abcdefghij0123456789")
}

fn target() -> Id {
    id("mnopqrstuvwxyz123456")
}

/// Reads as the packet, which writes as the text.
fn is(text: &[u8], packet: &Packet) {
    assert_eq!(decode(text).as_ref(), Ok(packet), "{}", text.escape_ascii());
    let written = encode(packet);
    assert_eq!(written.escape_ascii().to_string(), text.escape_ascii().to_string());
}

fn query(query: Query) -> Packet {
    Packet::new(b"aa", Content::Query { id: asker(), query })
}

fn answer(id: Id, response: Response) -> Packet {
    Packet::new(b"aa", Content::Response { id, response: Box::new(response) })
}

#[test]
fn queries_of_bep_5() {
    is(b"d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe", &query(Query::Ping));
    is(
        b"d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q9:find_node1:t2:aa1:y1:qe",
        &query(Query::FindNode { target: target(), want: None }),
    );
    is(
        b"d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456e1:q9:get_peers1:t2:aa1:y1:qe",
        &query(Query::GetPeers { info_hash: target(), want: None }),
    );
    is(
        b"d1:ad2:id20:abcdefghij012345678912:implied_porti1e9:info_hash20:mnopqrstuvwxyz1234564:porti6881e5:token8:aoeusnthe1:q13:announce_peer1:t2:aa1:y1:qe",
        &query(Query::AnnouncePeer {
            info_hash: target(),
            port: 6881,
            implied_port: true,
            token: b"aoeusnth".to_vec(),
            ttl: None,
        }),
    );
}

#[test]
fn responses_and_errors_of_bep_5() {
    is(b"d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re", &answer(target(), Response::default()));
    let values = vec!["97.120.106.101:11893".parse().expect("an address")];
    let values = [values, vec!["105.100.104.116:28269".parse().expect("an address")]].concat();
    let token = Some(b"aoeusnth".to_vec());
    let response = Response { token, values: Some(values), ..Response::default() };
    is(
        b"d1:rd2:id20:abcdefghij01234567895:token8:aoeusnth6:valuesl6:axje.u6:idhtnmee1:t2:aa1:y1:re",
        &answer(asker(), response),
    );
    let error = KrpcError { code: 201, message: "A Generic Error Ocurred".to_owned() };
    is(
        b"d1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee",
        &Packet::new(b"aa", Content::Error(error)),
    );
}

#[test]
fn nodes_of_both_families_and_what_bep_32_42_and_43_add() {
    let v4 = NodeInfo { id: target(), address: "127.0.0.1:258".parse().expect("an address") };
    let v6 = NodeInfo { id: asker(), address: "[::1]:258".parse().expect("an address") };
    let nodes = Response { nodes: Some(vec![v4]), nodes6: Some(vec![v6]), ..Response::default() };
    let mut packet = answer(target(), nodes);
    packet.ip = Some(v4.address);
    packet.version = Some(b"KS01".to_vec());
    is(
        b"d2:ip6:\x7f\0\0\x01\x01\x021:rd2:id20:mnopqrstuvwxyz1234565:nodes26:mnopqrstuvwxyz123456\x7f\0\0\x01\x01\x026:nodes638:abcdefghij0123456789\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x01\x02e1:t2:aa1:v4:KS011:y1:re",
        &packet,
    );
    let want = Some(Want { v4: true, v6: true });
    let mut packet = query(Query::FindNode { target: target(), want });
    packet.read_only = true;
    is(
        b"d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz1234564:wantl2:n42:n6ee1:q9:find_node2:roi1e1:t2:aa1:y1:qe",
        &packet,
    );
}

#[test]
fn samples_of_bep_51() {
    let want = None;
    is(
        b"d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q17:sample_infohashes1:t2:aa1:y1:qe",
        &query(Query::SampleInfohashes { target: target(), want }),
    );
    let samples = Samples { interval: 60, number: 7, sample: vec![target()] };
    is(
        b"d1:rd2:id20:abcdefghij01234567898:intervali60e3:numi7e7:samples20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re",
        &answer(asker(), Response { samples: Some(samples), ..Response::default() }),
    );
}

fn hex<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).expect("hex").try_into().expect("the length")
}

const KEY: &str = "77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548";

/// BEP 44, "Test vectors" 1 to 3.
fn vectors() -> [(Item, &'static str); 3] {
    let value = Bytes::from_static(b"12:Hello World!");
    let signed = |salt: &[u8], signature| {
        let signed = Signed { key: hex(KEY), salt: salt.to_vec(), seq: 1, signature };
        Item { value: value.clone(), signed: Some(Box::new(signed)) }
    };
    let plain = "305ac8aeb6c9c151fa120f120ea2cfb923564e11552d06a5d856091e5e853cff\
                 1260d3f39e4999684aa92eb73ffd136e6f4f3ecbfda0ce53a1608ecd7ae21f01";
    let salted = "6834284b6b24c3204eb2fea824d82f88883a3d95e8b4a21b8c0ded553d17d17d\
                  df9a8a7104b1258f30bed3787e6cb896fca78c58f8e03b5f18f14951a87d9a08";
    [
        (signed(b"", hex(plain)), "4a533d47ec9c7d95b1ad75f576cffc641853b750"),
        (signed(b"foobar", hex(salted)), "411eba73b6f087ca51a3795d9c8c938d365e32c1"),
        (Item::immutable(value.clone()), "e5f96f6f38320f0f33959cb4d3d656452117aadb"),
    ]
}

#[test]
fn items_of_bep_44() {
    for (item, target) in vectors() {
        assert_eq!(item.target(), WideKey(hex(target)));
        assert_eq!(item.verify(), Ok(()), "{target}");
        let Some(signed) = &item.signed else { continue };
        let mut other = signed.clone();
        other.seq = 2;
        let other = Item { value: item.value.clone(), signed: Some(other) };
        assert_eq!(other.verify(), Err(ErrorCode::BadSignature), "another version");
        let mut other = item.clone();
        other.value = Bytes::from_static(b"12:hello World!");
        assert_eq!(other.verify(), Err(ErrorCode::BadSignature), "another value");
    }
}

#[test]
fn puts_and_gets_of_bep_44() {
    let [(item, of), ..] = vectors();
    let signed = item.signed.clone().expect("it is signed");
    let token = b"tk".to_vec();
    let put = Query::Put { item: item.clone(), cas: Some(-3), target: None, token };
    let mut text = b"d1:ad3:casi-3e2:id20:abcdefghij01234567891:k32:".to_vec();
    text.extend(signed.key);
    text.extend(b"3:seqi1e3:sig64:");
    text.extend(signed.signature);
    text.extend(b"5:token2:tk1:v12:Hello World!e1:q3:put1:t2:aa1:y1:qe");
    is(&text, &query(put));

    let get = Query::Get { target: WideKey(hex(of)), seq: Some(0), want: None };
    let mut text = b"d1:ad2:id20:abcdefghij01234567893:seqi0e6:target20:".to_vec();
    text.extend(hex::<20>(of));
    text.extend(b"e1:q3:get1:t2:aa1:y1:qe");
    is(&text, &query(get));

    let token = Some(b"tk".to_vec());
    let nodes = Some(Vec::new());
    let (seq, item) = (item.seq(), Some(item));
    let response = Response { token, nodes, seq, item, ..Response::default() };
    let mut text = b"d1:rd2:id20:abcdefghij01234567891:k32:".to_vec();
    text.extend(signed.key);
    text.extend(b"5:nodes0:3:seqi1e3:sig64:");
    text.extend(signed.signature);
    text.extend(b"5:token2:tk1:v12:Hello World!e1:t2:aa1:y1:re");
    is(&text, &answer(asker(), response));
}

#[test]
fn sizes_have_limits_to_the_byte() {
    let value = |bytes: usize| bencoded_string(&vec![b'x'; bytes - 4]);
    assert_eq!(value(1_000).len(), 1_000);
    assert_eq!(Item::immutable(value(1_000)).verify(), Ok(()));
    assert_eq!(Item::immutable(value(1_001)).verify(), Err(ErrorCode::TooBig));
    let sign = |salt: usize, value| Item::sign([7; 32], &vec![b's'; salt], 5, value);
    let item = sign(64, value(1_000)).expect("just small enough");
    assert_eq!(item.verify(), Ok(()));
    assert_eq!(item.target(), mutable_target(&public_key([7; 32]), &[b's'; 64]));
    assert_eq!(sign(65, value(10)), Err(ErrorCode::SaltTooBig));
    assert_eq!(sign(0, value(1_001)), Err(ErrorCode::TooBig));
    let record = item.to_record(Some(4));
    assert_eq!(item_of_record(&record), Some((item, Some(4))));
}

/// BEP 42, "Node ID restriction": address, random number, the id's first bytes.
#[test]
fn ids_belong_to_addresses() {
    let vectors = [
        ("124.31.75.21", 1, [0x5f, 0xbf, 0xbf]),
        ("21.75.31.124", 86, [0x5a, 0x3c, 0xe9]),
        ("65.23.51.170", 22, [0xa5, 0xd4, 0x32]),
        ("84.124.73.14", 65, [0x1b, 0x03, 0x21]),
        ("43.213.53.83", 90, [0xe5, 0x6f, 0x6c]),
    ];
    for (address, last, first) in vectors {
        let address = address.parse().expect("an address");
        let mut drawn = [0; 20];
        drawn[2] = first[2];
        drawn[19] = last;
        let WideKey(id) = node_id::for_address(address, drawn);
        assert_eq!(id[..2], first[..2], "{address}");
        assert_eq!(id[2] & 0xf8, first[2] & 0xf8, "{address}");
        assert!(node_id::belongs(WideKey(id), address));
        let mut other = id;
        other[0] ^= 1;
        assert!(!node_id::belongs(WideKey(other), address));
        assert!(node_id::belongs(WideKey(other), "127.0.0.1".parse().expect("an address")));
    }
}

#[test]
fn what_cannot_be_read_is_told_apart() {
    let told = |text: &[u8]| match decode(text) {
        Err(DecodeError::Query { transaction, error }) => {
            assert_eq!(transaction, b"longer transaction");
            error.code
        }
        other => panic!("{other:?}"),
    };
    let id = "2:id20:abcdefghij0123456789";
    let end = "1:t18:longer transaction1:y1:qe";
    assert_eq!(told(format!("d1:ad{id}e1:q6:gossip{end}").as_bytes()), 204);
    assert_eq!(told(format!("d1:ad{id}e{end}").as_bytes()), 203);
    assert_eq!(told(format!("d1:ad2:id2:abe1:q4:ping{end}").as_bytes()), 203);
    assert_eq!(told(format!("d1:ad{id}6:target2:abe1:q9:find_node{end}").as_bytes()), 203);
    assert_eq!(told(format!("d1:ad{id}1:vi5ee1:q3:put{end}").as_bytes()), 203, "no token");
    assert_eq!(told(format!("d1:ad{id}1:k2:ab5:token0:1:vi5ee1:q3:put{end}").as_bytes()), 203);

    let not_krpc = |text: &[u8]| matches!(decode(text), Err(DecodeError::NotKrpc(_)));
    assert!(not_krpc(b"de") && not_krpc(b"le") && not_krpc(b"4:ping"));
    assert!(not_krpc(b"d1:rd2:id2:abe1:t2:aa1:y1:re") && not_krpc(b"d1:t2:aa1:y1:ee"));
    assert!(not_krpc(b"d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:y1:qe"), "nothing to send back");
    for text in [&b"d1:t2:aa1:y1:qeX"[..], b"d1:t2:aa1:t2:aae", b"d", b"", b"d1:t999:aae", b"i5"] {
        assert_eq!(decode(text), Err(DecodeError::NotBencoded), "{}", text.escape_ascii());
    }
}

/// As programs send it that write datagrams by hand.
#[test]
fn keys_may_be_read_in_any_order_and_values_stay_as_they_are() {
    let ping = b"d1:y1:q1:t2:aa1:q4:ping1:ad2:id20:abcdefghij0123456789ee";
    assert_eq!(decode(ping), Ok(query(Query::Ping)));
    let find = b"d1:y1:q1:ad6:target20:mnopqrstuvwxyz1234562:id20:abcdefghij0123456789e1:q9:find_node1:t2:aae";
    assert_eq!(decode(find), Ok(query(Query::FindNode { target: target(), want: None })));
    let pong = b"d1:rd5:token2:tk2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re";
    let token = Some(b"tk".to_vec());
    assert_eq!(decode(pong), Ok(answer(target(), Response { token, ..Response::default() })));
    assert_eq!(
        encode(&query(Query::Ping)),
        b"d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe"
    );

    let put = |value: &str| {
        let put =
            format!("d1:ad1:v{value}2:id20:abcdefghij01234567895:token0:e1:q3:put1:t2:aa1:y1:qe");
        decode(put.as_bytes())
    };
    let item = Item::immutable(Bytes::from_static(b"d1:a1:x1:bi2ee"));
    let stored = Query::Put { item, cas: None, target: None, token: Vec::new() };
    assert_eq!(put("d1:a1:x1:bi2ee"), Ok(query(stored)));
    // Who put a value in order would change its name, and who kept it could not pass it on to those
    // that take nothing out of order.
    assert_eq!(put("d1:bi2e1:a1:xe"), Err(DecodeError::NotBencoded));
    assert_eq!(decode(b"d1:y1:q1:t2:aa1:t2:aae"), Err(DecodeError::NotBencoded), "a key twice");
}

#[test]
fn depth_is_bounded_and_values_are_kept_byte_for_byte() {
    let nested = |depth: usize| [b"l".repeat(depth), b"e".repeat(depth)].concat();
    assert!(is_bencoded(&nested(MOST_DEPTH - 2)) && !is_bencoded(&nested(MOST_DEPTH - 1)));
    assert!(!is_bencoded(b"i5ei6e") && !is_bencoded(b"") && !is_bencoded(b"i05e"));
    let mut deep = b"d1:ad2:id20:abcdefghij01234567895:token0:1:v".to_vec();
    deep.extend(nested(60_000));
    deep.extend(b"e1:q3:put1:t2:aa1:y1:qe");
    assert_eq!(decode(&deep), Err(DecodeError::NotBencoded));
    for value in ["i99999999999999999999999999999e", "0:", "d1:ali1eee", "le"] {
        let value = Bytes::from_static(value.as_bytes());
        assert!(is_bencoded(&value));
        let item = Item::immutable(value);
        let put = Query::Put { item, cas: None, target: Some(target()), token: Vec::new() };
        let packet = query(put);
        assert_eq!(decode(&encode(&packet)), Ok(packet));
    }
}
