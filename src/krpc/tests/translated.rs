//! Messages of kademlia as datagrams.

use crate::kademlia::key::{Key64, WideKey};
use crate::kademlia::message::{Body, Message, Providers, Record};
use crate::krpc::Id;
use crate::krpc::decode::decode;
use crate::krpc::item::{Item, bencoded_string};
use crate::krpc::packet::{Content, Query};
use crate::krpc::translate::{Naming, datagram};
use crate::protocol::{Message as _, NodeIndex};
use crate::time::Duration;
use bytes::Bytes;
use std::net::{Ipv4Addr, SocketAddr};

/// Node 3 has the id 3 3 3 ... and the address 10.0.0.3:6881.
struct Simulated;

impl Naming<NodeIndex, Key64> for Simulated {
    fn id(&self, peer: NodeIndex) -> Id {
        WideKey([peer.0 as u8; 20])
    }
    fn address(&self, peer: NodeIndex) -> SocketAddr {
        (Ipv4Addr::new(10, 0, 0, peer.0 as u8), 6881).into()
    }
    fn target(&self, key: Key64) -> Id {
        WideKey::beginning_with(key)
    }
    fn item(&self, value: &Bytes) -> Item {
        Item::immutable(bencoded_string(value))
    }
}

fn written(body: Body<NodeIndex, Key64>) -> (Vec<u8>, u32) {
    let message = Message { number: 0x6162_6364, body };
    (datagram(&message, NodeIndex(3), b"tokn", &Simulated), message.wire_size())
}

/// The size that the network model charges for is that of the datagram, to the byte.
#[test]
fn simulated_sizes_are_those_on_the_wire() {
    const HEADERS: usize = 28;
    let peers = |count: u32| (0..count).map(NodeIndex).collect();
    let record = |bytes: usize| Record {
        value: vec![b'x'; bytes].into(),
        age: Duration::ZERO,
        cached: false,
    };
    let key = Key64(7);
    let providers = vec![NodeIndex(9); 3];
    let bodies = [
        Body::Ping,
        Body::Pong,
        Body::FindNode { target: key },
        Body::Nodes { peers: peers(20) },
        Body::Nodes { peers: peers(3) },
        Body::Nodes { peers: peers(0) },
        Body::Stored,
        Body::ProviderAdded,
        Body::FindValue { key },
        Body::GetProviders { key },
        Body::Store { key, record: record(100) },
        Body::Value { record: record(1_000), closer: None },
        Body::Value { record: record(0), closer: Some(Box::new(peers(8))) },
        Body::AddProvider { key, provider: None, time_to_live: None },
        Body::AddProvider { key, provider: None, time_to_live: Some(Duration::from_secs(300)) },
        Body::Providers(Box::new(Providers { providers, closer: peers(20) })),
        Body::TalkRequest { protocol: 0, request: Bytes::new() },
        Body::TalkRequest { protocol: 1_023, request: vec![b'e'; 1_000].into() },
        Body::TalkResponse { response: Bytes::new() },
        Body::TalkResponse { response: vec![b'e'; 70_000].into() },
    ];
    for body in bodies {
        let (bytes, size) = written(body.clone());
        assert_eq!(bytes.len() + HEADERS, size as usize, "{body:?}");
        decode(&bytes).expect("it is a packet");
    }
}

#[test]
fn a_simulated_message_is_a_packet_that_others_read() {
    let (bytes, _) =
        written(Body::AddProvider { key: Key64(u64::MAX), provider: None, time_to_live: None });
    let packet = decode(&bytes).expect("it is a packet");
    assert_eq!(packet.transaction, b"abcd");
    let query = Query::AnnouncePeer {
        info_hash: WideKey::beginning_with(Key64(u64::MAX)),
        port: 6881,
        implied_port: true,
        token: b"tokn".to_vec(),
        ttl: None,
    };
    assert_eq!(packet.content, Content::Query { id: WideKey([3; 20]), query });
}
