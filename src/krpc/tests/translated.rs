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
        let mut bytes = [0; 20];
        bytes[..8].copy_from_slice(&key.0.to_be_bytes());
        WideKey(bytes)
    }
    fn item(&self, value: &Bytes) -> Item {
        Item::immutable(bencoded_string(value))
    }
}

fn written(body: Body<NodeIndex, Key64>) -> (Vec<u8>, u32) {
    let message = Message { number: 0x6162_6364, body };
    (datagram(&message, NodeIndex(3), b"tokn", &Simulated), message.wire_size())
}

/// The size that the network model charges for is that of the datagram.
#[test]
fn simulated_sizes_are_those_on_the_wire() {
    const HEADERS: usize = 28;
    let peers = || (0..8).map(NodeIndex).collect();
    let target = Key64(7);
    let exact = [
        Body::Ping,
        Body::Pong,
        Body::FindNode { target },
        Body::Nodes { peers: peers() },
        Body::Stored,
        Body::FindValue { key: target },
        Body::GetProviders { key: target },
    ];
    for body in exact {
        let (bytes, size) = written(body.clone());
        assert_eq!(bytes.len() + HEADERS, size as usize, "{body:?}");
    }
    let record = || Record {
        value: Bytes::from_static(b"twelve bytes"),
        age: Duration::ZERO,
        cached: false,
    };
    let providers = vec![NodeIndex(9); 3];
    let near = [
        Body::Store { key: target, record: record() },
        Body::Value { record: record(), closer: None },
        Body::AddProvider { key: target, provider: None },
        Body::Providers(Box::new(Providers { providers, closer: peers() })),
    ];
    for body in near {
        let (bytes, size) = written(body.clone());
        let difference = (bytes.len() + HEADERS).abs_diff(size as usize);
        assert!(difference <= 16, "{body:?}: {} and {size}", bytes.len() + HEADERS);
    }
}

#[test]
fn a_simulated_message_is_a_packet_that_others_read() {
    let (bytes, _) = written(Body::AddProvider { key: Key64(u64::MAX), provider: None });
    let packet = decode(&bytes).expect("it is a packet");
    assert_eq!(packet.transaction, b"abcd");
    let mut info_hash = [0; 20];
    info_hash[..8].fill(0xff);
    let query = Query::AnnouncePeer {
        info_hash: WideKey(info_hash),
        port: 6881,
        implied_port: true,
        token: b"tokn".to_vec(),
    };
    assert_eq!(packet.content, Content::Query { id: WideKey([3; 20]), query });
}
