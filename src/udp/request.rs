//! What applications ask of a hosted node, and what they are told.

use super::contact::Contact;
use crate::krpc::Id;
use crate::krpc::item::Item;
use bytes::Bytes;
use std::net::SocketAddr;

/// What an application asks for.
#[derive(Clone, Debug)]
pub enum Request {
    /// Store an item (BEP 44).
    Put {
        /// Bencoded.
        value: Bytes,
        /// What signs it; `None`: it is immutable.
        signer: Option<Signer>,
    },
    /// Find an item.
    Get {
        /// Its target.
        target: Id,
        /// The salt of a mutable one.
        salt: Vec<u8>,
    },
    /// Say that this node is a peer of a torrent.
    Announce {
        /// The torrent.
        info_hash: Id,
        /// Where; `None`: at the node's own port.
        port: Option<u16>,
    },
    /// Find the peers of a torrent.
    FindPeers {
        /// The torrent.
        info_hash: Id,
    },
    /// Find the closest nodes.
    FindNode {
        /// To this.
        target: Id,
    },
    /// Ask an address who is there.
    Ping {
        /// The address.
        address: SocketAddr,
    },
}

/// Who signs a mutable item, and as which version.
#[derive(Clone, Debug)]
pub struct Signer {
    /// The ed25519 seed.
    pub secret: [u8; 32],
    /// Tells the items of a key apart.
    pub salt: Vec<u8>,
    /// The version; `None`: one above that found, 1 if none is.
    pub seq: Option<i64>,
    /// Only if the version found by who keeps it is this one.
    pub cas: Option<i64>,
}

/// What came of a request.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is stored.
    Stored {
        /// Under this target, info hash included.
        target: Id,
        /// On so many nodes.
        copies: u32,
        /// As this version of a mutable item.
        seq: Option<i64>,
    },
    /// The item.
    Found(Item),
    /// Peers of the torrent; empty if none is known.
    Peers(Vec<SocketAddr>),
    /// The closest nodes, closest first.
    Nodes(Vec<Contact>),
    /// Who is there.
    Present(Contact),
    /// It could not be done.
    Failed(String),
}

/// What the driver of a service is told.
#[derive(Clone, Debug)]
pub enum Notice {
    /// A node has found its place in the network, for the first time.
    Joined {
        /// Which.
        node: usize,
        /// The contacts that it has.
        contacts: usize,
    },
    /// A request is done.
    Done {
        /// The request, as [`Service::ask`](super::service::Service::ask) named it.
        ticket: u64,
        /// What came of it.
        outcome: Outcome,
    },
}
