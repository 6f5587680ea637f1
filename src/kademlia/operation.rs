//! What applications ask of a node, what it does on its own account, and what comes of it.

use super::key::Key;
use super::lookup::Lookup;
use super::message::PeerList;
use crate::time::Instant;
use bytes::Bytes;

/// What an application asks of its node. `number` is the application's own and comes back in
/// the report.
#[derive(Clone, Debug)]
pub enum Command<P, K> {
    /// Find the k closest nodes to a key.
    FindNode {
        /// Comes back in the report.
        number: u64,
        /// The key.
        target: K,
    },
    /// Store a record on the k closest nodes, and again at each republish interval.
    Put {
        /// Comes back in the report.
        number: u64,
        /// The record's key.
        key: K,
        /// Its content.
        value: Bytes,
    },
    /// Find a record.
    Get {
        /// Comes back in the report.
        number: u64,
        /// The record's key.
        key: K,
    },
    /// Announce to the k closest nodes that this node provides an item, again and again.
    Provide {
        /// Comes back in the report.
        number: u64,
        /// The item's key.
        key: K,
    },
    /// Find nodes that provide an item.
    FindProviders {
        /// Comes back in the report.
        number: u64,
        /// The item's key.
        key: K,
    },
    /// Join the network through these nodes, if the node has not joined yet.
    Join {
        /// Nodes that may be in the network.
        contacts: Vec<P>,
    },
}

/// What an operation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OperationKind {
    /// [`Command::FindNode`].
    FindNode,
    /// [`Command::Put`].
    Put,
    /// [`Command::Get`].
    Get,
    /// [`Command::Provide`].
    Provide,
    /// [`Command::FindProviders`].
    FindProviders,
    /// The lookup of its own key by which a node joins (paper, section 2.3).
    Join,
    /// The lookup that refreshes a bucket (paper, section 2.3).
    Refresh,
    /// A record or a provider's announcement that its publisher stores again (section 2.5).
    Republish,
}

/// What came of an operation, as far as its node can tell.
#[derive(Clone, Debug)]
pub struct Finished<P, K> {
    /// What it was for.
    pub kind: OperationKind,
    /// The application's number; `None` for what the node did on its own account.
    pub number: Option<u64>,
    /// The key in question.
    pub target: K,
    /// When it began.
    pub started: Instant,
    /// The up to k closest nodes that have answered, closest first.
    pub closest: PeerList<P>,
    /// The value that a Get has found.
    pub value: Option<Bytes>,
    /// The providers that a search has found.
    pub providers: Vec<P>,
    /// Nodes that confirmed a copy (Put, Provide), or copies found (Get).
    pub copies: u32,
    /// See [`Lookup::rounds`]; with one more for the round in which copies are stored.
    pub rounds: u32,
    /// See [`Lookup::hops`].
    pub hops: u32,
    /// Requests sent, further tries of one not counted.
    pub requests: u32,
    /// Requests that timed out, each try counted.
    pub timeouts: u32,
}

/// What a node tells its application and the metrics.
#[derive(Clone, Debug)]
pub enum Report<P, K> {
    /// An operation has ended.
    Finished(Finished<P, K>),
    /// The node now holds a record, or knows a provider of an item, where it did not.
    Holds(K),
    /// The node no longer holds the record, or knows no provider of the item any more.
    Dropped(K),
}

/// An operation under way.
#[derive(Clone, Debug)]
pub(super) struct Operation<P, K> {
    pub(super) id: u32,
    pub(super) kind: OperationKind,
    pub(super) number: Option<u64>,
    pub(super) started: Instant,
    pub(super) lookup: Lookup<P, K>,
    /// What most operations have nothing of.
    content: Option<Box<Content<P>>>,
    pub(super) copies: u32,
    /// Copies sent and not yet confirmed or failed.
    pub(super) unconfirmed: u32,
    /// Copies sent.
    pub(super) sent: u32,
    pub(super) timeouts: u32,
}

/// What an operation carries or has found beside nodes.
#[derive(Clone, Debug)]
struct Content<P> {
    value: Option<Bytes>,
    providers: Vec<P>,
}

impl<P: Copy + Eq, K: Key> Operation<P, K> {
    /// An operation that begins.
    pub(super) fn new(
        id: u32,
        kind: OperationKind,
        number: Option<u64>,
        started: Instant,
        lookup: Lookup<P, K>,
    ) -> Self {
        Operation {
            id,
            kind,
            number,
            started,
            lookup,
            content: None,
            copies: 0,
            unconfirmed: 0,
            sent: 0,
            timeouts: 0,
        }
    }

    /// What a Put stores or a Get has found.
    pub(super) fn value(&self) -> Option<&Bytes> {
        self.content.as_ref()?.value.as_ref()
    }

    pub(super) fn set_value(&mut self, value: Bytes) {
        self.content_mut().value = Some(value);
    }

    /// The providers found so far.
    pub(super) fn providers(&self) -> &[P] {
        self.content.as_ref().map_or(&[], |content| &content.providers)
    }

    pub(super) fn add_provider(&mut self, provider: P) {
        let providers = &mut self.content_mut().providers;
        if !providers.contains(&provider) {
            providers.push(provider);
        }
    }

    fn content_mut(&mut self) -> &mut Content<P> {
        self.content.get_or_insert_with(|| Box::new(Content { value: None, providers: Vec::new() }))
    }
}
