//! What a datagram says (BEP 5, "KRPC Protocol").

use super::Id;
use super::compact::NodeInfo;
use super::item::Item;
use bytes::Bytes;
use std::net::SocketAddr;

/// One datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// `t`: chosen by who asks, of any length, and sent back unchanged.
    pub transaction: Vec<u8>,
    /// `v`: the sender's program and version.
    pub version: Option<Vec<u8>>,
    /// `ip`, in responses: the address that the query came from (BEP 42).
    pub ip: Option<SocketAddr>,
    /// `ro`, in queries: who asks serves nobody and is not to be routed to (BEP 43).
    pub read_only: bool,
    /// The rest.
    pub content: Content,
}

impl Packet {
    /// A packet with this `t` and nothing that is optional.
    pub fn new(transaction: &[u8], content: Content) -> Self {
        let transaction = transaction.to_vec();
        Packet { transaction, version: None, ip: None, read_only: false, content }
    }
}

/// Query, response or error: `y`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// `q`.
    Query {
        /// Who asks.
        id: Id,
        /// What.
        query: Query,
    },
    /// `r`. A response does not say what it answers: that is known by its transaction.
    Response {
        /// Who answers.
        id: Id,
        /// What; boxed because it is large.
        response: Box<Response>,
    },
    /// `e`.
    Error(KrpcError),
}

/// The families of nodes that are asked for (BEP 32, `want`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Want {
    /// `n4`.
    pub v4: bool,
    /// `n6`.
    pub v6: bool,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// Are you there?
    Ping,
    /// The nodes closest to `target`.
    FindNode {
        /// The id in question.
        target: Id,
        /// Families asked for; `None`: that of the datagram.
        want: Option<Want>,
    },
    /// The peers of a torrent, and the closest nodes.
    GetPeers {
        /// The torrent.
        info_hash: Id,
        /// As in `FindNode`.
        want: Option<Want>,
    },
    /// Who asks is a peer of a torrent.
    AnnouncePeer {
        /// The torrent.
        info_hash: Id,
        /// The peer's port.
        port: u16,
        /// Whether the port that the datagram came from is meant, and not `port`.
        implied_port: bool,
        /// From an earlier response to `get_peers`.
        token: Vec<u8>,
        /// Seconds for which to remember the peer, and 0 to forget it: kadsim's own, which other
        /// programs pass over.
        ttl: Option<u32>,
    },
    /// The item of this target, and the closest nodes (BEP 44).
    Get {
        /// SHA-1 of the value, or of public key and salt.
        target: Id,
        /// The asker has this version and wants only a newer one.
        seq: Option<i64>,
        /// As in `FindNode`.
        want: Option<Want>,
    },
    /// Keep this item (BEP 44).
    Put {
        /// The item, of which nothing has been verified.
        item: Item,
        /// Only if the version kept is this one.
        cas: Option<i64>,
        /// Its target. BEP 44 has no such argument, but some nodes require it.
        target: Option<Id>,
        /// From an earlier response to `get`.
        token: Vec<u8>,
    },
    /// A sample of the info hashes that are kept, and the closest nodes (BEP 51).
    SampleInfohashes {
        /// The id whose closest nodes are asked for.
        target: Id,
        /// As in `FindNode`.
        want: Option<Want>,
    },
    /// A request between applications: kadsim's own, which other programs answer with error 204.
    Talk {
        /// Which application.
        protocol: u32,
        /// What it says.
        request: Bytes,
    },
}

impl Query {
    /// `q`: the method's name.
    pub fn method(&self) -> &'static str {
        match self {
            Query::Ping => "ping",
            Query::FindNode { .. } => "find_node",
            Query::GetPeers { .. } => "get_peers",
            Query::AnnouncePeer { .. } => "announce_peer",
            Query::Get { .. } => "get",
            Query::Put { .. } => "put",
            Query::SampleInfohashes { .. } => "sample_infohashes",
            Query::Talk { .. } => "talk",
        }
    }
}

/// What is answered. Which fields are there depends on the query; that to a ping has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Nodes with IPv4 addresses.
    pub nodes: Option<Vec<NodeInfo>>,
    /// Nodes with IPv6 addresses (BEP 32).
    pub nodes6: Option<Vec<NodeInfo>>,
    /// Needed for a later `announce_peer` or `put` at the same node.
    pub token: Option<Vec<u8>>,
    /// Peers of the torrent.
    pub values: Option<Vec<SocketAddr>>,
    /// The item, of which nothing has been verified.
    pub item: Option<Item>,
    /// `seq` without an item: there is no newer version than this (BEP 44).
    pub seq: Option<i64>,
    /// A sample of info hashes (BEP 51).
    pub samples: Option<Samples>,
    /// What an application answers ([`Query::Talk`]).
    pub talk: Option<Bytes>,
}

/// The answer to `sample_infohashes` (BEP 51).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Samples {
    /// Seconds after which another sample may be asked for.
    pub interval: i64,
    /// How many info hashes are kept.
    pub number: i64,
    /// Some of them.
    pub sample: Vec<Id>,
}

/// `e`: what went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("error {code}: {message}")]
pub struct KrpcError {
    /// One of [`ErrorCode`], or one that is not known here.
    pub code: i64,
    /// For people.
    pub message: String,
}

/// The error codes of BEP 5 and BEP 44.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum ErrorCode {
    /// Anything without a code of its own.
    Generic = 201,
    /// The node cannot do it now.
    Server = 202,
    /// A malformed packet, wrong arguments or a wrong token.
    Protocol = 203,
    /// There is no such method.
    MethodUnknown = 204,
    /// The value is of more than 1,000 bytes.
    TooBig = 205,
    /// The signature is not that of the key for this item.
    BadSignature = 206,
    /// The salt is of more than 64 bytes.
    SaltTooBig = 207,
    /// The version kept is not that of `cas`.
    CasMismatch = 301,
    /// The version kept is newer.
    SeqTooLow = 302,
}

impl ErrorCode {
    /// All of them, in the order of their numbers.
    pub const ALL: [ErrorCode; 9] = {
        use ErrorCode::{
            BadSignature, CasMismatch, Generic, MethodUnknown, Protocol, SaltTooBig, SeqTooLow,
            Server, TooBig,
        };
        [
            Generic,
            Server,
            Protocol,
            MethodUnknown,
            TooBig,
            BadSignature,
            SaltTooBig,
            CasMismatch,
            SeqTooLow,
        ]
    };

    /// The number in the packet.
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The code of this number, if it is one.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|code| i64::from(code.number()) == number)
    }

    /// The words that go with it.
    pub const fn message(self) -> &'static str {
        match self {
            ErrorCode::Generic => "generic error",
            ErrorCode::Server => "server error",
            ErrorCode::Protocol => "protocol error",
            ErrorCode::MethodUnknown => "method unknown",
            ErrorCode::TooBig => "message (v field) too big",
            ErrorCode::BadSignature => "invalid signature",
            ErrorCode::SaltTooBig => "salt (salt field) too big",
            ErrorCode::CasMismatch => "the CAS hash mismatched, re-read value and try again",
            ErrorCode::SeqTooLow => "sequence number less than current",
        }
    }
}

impl From<ErrorCode> for KrpcError {
    fn from(code: ErrorCode) -> Self {
        KrpcError { code: i64::from(code.number()), message: code.message().to_owned() }
    }
}
