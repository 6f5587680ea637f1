//! What nodes say to each other, and its size on the wire.

use super::rules::Refusal;
use crate::protocol;
use crate::time::Duration;
use bytes::Bytes;
use smallvec::SmallVec;

/// Nodes named in a message. Up to 20 of them, the largest k in use, need no allocation.
pub type PeerList<P> = SmallVec<[P; 20]>;

/// A request or its response; a response carries the number of its request.
///
/// What a request consists of comes first, so that the simulator reads one line of the processor's
/// cache for it.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Message<P, K> {
    /// Chosen by who asks.
    pub number: u32,
    /// What is asked or answered.
    pub body: Body<P, K>,
}

/// A value as it travels: with its age instead of a date, so that no two clocks need agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The content.
    pub value: Bytes,
    /// How long ago its publisher published it.
    pub age: Duration,
    /// Whether this is a copy cached on a lookup's path, which its holder does not replicate.
    pub cached: bool,
}

/// The kinds of message: the four of the paper (section 2.3), two for provider records, and one that
/// carries what applications say to each other.
#[derive(Clone, Debug)]
pub enum Body<P, K> {
    /// Are you there?
    Ping,
    /// I am.
    Pong,
    /// Name the k nodes that you know closest to `target`.
    FindNode {
        /// The key in question.
        target: K,
    },
    /// These; also the answer to a request for a value or for providers that are not held.
    Nodes {
        /// The closest known nodes, in no particular order.
        peers: PeerList<P>,
    },
    /// Keep this record.
    Store {
        /// The record's key.
        key: K,
        /// The record.
        record: Record,
    },
    /// It is kept.
    Stored,
    /// Give the record of this key or, failing that, the closest nodes.
    FindValue {
        /// The record's key.
        key: K,
    },
    /// Here it is.
    Value {
        /// The record.
        record: Record,
        /// The closest known nodes, where [`Measures::closer_with_value`] has them told as well.
        ///
        /// [`Measures::closer_with_value`]: super::params::Measures::closer_with_value
        closer: Option<Box<PeerList<P>>>,
    },
    /// The record is not kept, or the request cannot be granted for another reason.
    Refused(Refusal),
    /// Remember who provides this.
    AddProvider {
        /// The item's key.
        key: K,
        /// Who does; `None`: the sender.
        provider: Option<P>,
        /// How long to remember it, no longer than [`provider_expiry`]; `None`: so long. Zero is a
        /// withdrawal: forget it at once.
        ///
        /// [`provider_expiry`]: super::params::Params::provider_expiry
        time_to_live: Option<Duration>,
    },
    /// It is remembered.
    ProviderAdded,
    /// Who provides this? And name the closest nodes.
    GetProviders {
        /// The item's key.
        key: K,
    },
    /// These do.
    Providers(Box<Providers<P>>),
    /// A request of an application for that of the same protocol at the other node (as discv5's
    /// TALKREQ).
    TalkRequest {
        /// Which application, as both of them name it.
        protocol: u32,
        /// What it says.
        request: Bytes,
    },
    /// What the application there answers (TALKRESP).
    TalkResponse {
        /// What it says.
        response: Bytes,
    },
}

/// The answer of a node that knows providers.
#[derive(Clone, Debug)]
pub struct Providers<P> {
    /// Nodes that provide the item.
    pub providers: Vec<P>,
    /// The closest known nodes, for the search to go on.
    pub closer: PeerList<P>,
}

/// IPv4 and UDP headers.
const PACKET_HEADERS: usize = 28;
/// A query without arguments but its sender's id, bencoded as BEP 5 has it, `t` of 4 bytes.
const QUERY: usize = 58;
/// A response that carries nothing but its sender's id.
const RESPONSE: usize = 49;
/// An error with its number and a few words.
const REFUSAL: usize = 56;
/// A key as an argument: its name, its length and 20 bytes.
const KEY_ARGUMENT: usize = 31;
/// A node in a response: 20 bytes of id, 6 of address and port (BEP 5, compact node info).
const COMPACT_NODE: usize = 26;
/// A provider in a response: a string of 6 bytes.
const COMPACT_PEER: usize = 8;
/// Write token, as libtorrent sends it.
const TOKEN: usize = 13;
/// Where a value stands: its name.
const VALUE: usize = 3;
/// Where nodes stand: their name.
const NODES: usize = 7;
/// Where providers stand: their name, and the ends of their list.
const PROVIDERS: usize = 10;
/// A port, and that it is implied.
const PORT: usize = 30;
/// How long a provider is to be remembered: its name and an integer's ends.
const TIME_TO_LIVE: usize = 7;
/// An application's protocol: its name and an integer's ends.
const PROTOCOL: usize = 12;
/// An application's request: its name.
const TALK_REQUEST: usize = 9;
/// An application's response: its name.
const TALK_RESPONSE: usize = 10;

/// Size of a bencoded string.
#[inline]
fn string(length: usize) -> usize {
    digits(length) + 1 + length
}

#[inline]
fn digits(number: usize) -> usize {
    1 + number.checked_ilog10().unwrap_or(0) as usize
}

#[inline]
fn nodes<P>(peers: &PeerList<P>) -> usize {
    NODES + string(COMPACT_NODE * peers.len())
}

impl<P, K> Body<P, K> {
    /// Whether this answers a request.
    #[inline]
    pub fn is_response(&self) -> bool {
        matches!(
            self,
            Body::Pong
                | Body::Nodes { .. }
                | Body::Stored
                | Body::Value { .. }
                | Body::Refused(_)
                | Body::ProviderAdded
                | Body::Providers(_)
                | Body::TalkResponse { .. }
        )
    }

    /// The key whose closest nodes are asked for, if any.
    #[inline]
    pub(super) fn wanted(&self) -> Option<K>
    where
        K: Copy,
    {
        match *self {
            Body::FindNode { target } => Some(target),
            Body::FindValue { key } | Body::GetProviders { key } => Some(key),
            _ => None,
        }
    }

    /// Size in bytes of the body in BEP 5's and BEP 44's encoding.
    fn encoded_size(&self) -> usize {
        match self {
            Body::Ping => QUERY,
            Body::Pong | Body::Stored | Body::ProviderAdded => RESPONSE,
            Body::Refused(_) => REFUSAL,
            Body::FindNode { .. } => QUERY + 5 + KEY_ARGUMENT,
            Body::FindValue { .. } => QUERY - 1 + KEY_ARGUMENT,
            Body::GetProviders { .. } => QUERY + 5 + KEY_ARGUMENT + 3,
            Body::AddProvider { time_to_live, .. } => {
                let seconds = time_to_live.map(Duration::whole_seconds_up);
                let time_to_live =
                    seconds.map_or(0, |seconds| TIME_TO_LIVE + digits(seconds as usize));
                QUERY + 10 + KEY_ARGUMENT + 3 + TOKEN + PORT + time_to_live
            }
            Body::Nodes { peers } => RESPONSE + nodes(peers),
            Body::Store { record, .. } => {
                QUERY - 1 + KEY_ARGUMENT + TOKEN + VALUE + string(record.value.len())
            }
            Body::Value { record, closer } => {
                let closer = closer.as_ref().map_or(0, |peers| nodes(peers));
                RESPONSE + TOKEN + VALUE + string(record.value.len()) + closer
            }
            Body::Providers(answer) => {
                let providers = PROVIDERS + COMPACT_PEER * answer.providers.len();
                RESPONSE + TOKEN + providers + nodes(&answer.closer)
            }
            Body::TalkRequest { protocol, request } => {
                let protocol = PROTOCOL + digits(*protocol as usize);
                QUERY + protocol + TALK_REQUEST + string(request.len())
            }
            Body::TalkResponse { response } => RESPONSE + TALK_RESPONSE + string(response.len()),
        }
    }
}

impl<P, K> protocol::Message for Message<P, K> {
    const KINDS: &'static [&'static str] = &[
        "ping",
        "pong",
        "find-node",
        "nodes",
        "store",
        "stored",
        "find-value",
        "value",
        "add-provider",
        "provider-added",
        "get-providers",
        "providers",
        "refused",
        "talk-request",
        "talk-response",
    ];

    #[inline]
    fn kind(&self) -> usize {
        match self.body {
            Body::Ping => 0,
            Body::Pong => 1,
            Body::FindNode { .. } => 2,
            Body::Nodes { .. } => 3,
            Body::Store { .. } => 4,
            Body::Stored => 5,
            Body::FindValue { .. } => 6,
            Body::Value { .. } => 7,
            Body::AddProvider { .. } => 8,
            Body::ProviderAdded => 9,
            Body::GetProviders { .. } => 10,
            Body::Providers(_) => 11,
            Body::Refused(_) => 12,
            Body::TalkRequest { .. } => 13,
            Body::TalkResponse { .. } => 14,
        }
    }

    #[inline]
    fn wire_size(&self) -> u32 {
        (PACKET_HEADERS + self.body.encoded_size()) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kademlia::key::Key64;
    use crate::protocol::{Message as _, NodeIndex};

    /// BEP 5's own example queries, with `t` of 4 bytes and ids of 20.
    #[test]
    fn sizes_are_those_of_bep_5() {
        let size = |body: Body<NodeIndex, Key64>| Message { number: 1, body }.wire_size() - 28;
        let id = "x".repeat(20);
        let ping = format!("d1:ad2:id20:{id}e1:q4:ping1:t4:aaaa1:y1:qe");
        assert_eq!(size(Body::Ping), ping.len() as u32);
        let find = format!("d1:ad2:id20:{id}6:target20:{id}e1:q9:find_node1:t4:aaaa1:y1:qe");
        assert_eq!(size(Body::FindNode { target: Key64(0) }), find.len() as u32);
        let pong = format!("d1:rd2:id20:{id}e1:t4:aaaa1:y1:re");
        assert_eq!(size(Body::Pong), pong.len() as u32);
        let nodes = "n".repeat(26 * 8);
        let answer = format!("d1:rd2:id20:{id}5:nodes208:{nodes}e1:t4:aaaa1:y1:re");
        let peers = (0..8).map(NodeIndex).collect();
        assert_eq!(size(Body::Nodes { peers }), answer.len() as u32);
    }

    #[test]
    fn a_message_of_a_simulated_node_fits_two_cache_lines_and_a_request_one() {
        assert!(size_of::<Option<Message<NodeIndex, Key64>>>() <= 104);
        let request =
            Message::<NodeIndex, _> { number: 1, body: Body::FindNode { target: Key64(2) } };
        let Body::FindNode { target } = &request.body else { unreachable!("it was made so") };
        let start = std::ptr::from_ref(&request).addr();
        assert!(std::ptr::from_ref(target).addr() + size_of::<Key64>() - start <= 64);
    }
}
