//! What applications ask of a node, what it does on its own account, and what comes of it.

use super::disjoint::{Paths, Search};
use super::key::Key;
use super::maintenance::Maintenance;
use super::message::{Body, PeerList, Record};
use super::params::SearchFor;
use super::rules::Refusal;
use super::step::Step;
use crate::time::{Duration, Instant};
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
    /// Announce to the k closest nodes, once, that this node provides an item for so long. The
    /// application sees to it that it is announced again. Zero withdraws what was announced: those of
    /// the k closest nodes that are reached forget it at once, the others when it expires there.
    Announce {
        /// Comes back in the report, which is that of a [`Command::Provide`].
        number: u64,
        /// The item's key.
        key: K,
        /// How long it is to be remembered; holders keep it no longer than `provider_expiry`.
        time_to_live: Duration,
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
    /// Get to know a node that somebody names: as if it had been heard from.
    Meet {
        /// A node that may be in the network.
        peer: P,
    },
    /// Hand a request to the application at another node. It is sent once: an application knows
    /// better than its node whether asking twice does harm. That it is not answered is held against
    /// nobody, as an application may be silent on a node that is not.
    Ask {
        /// Comes back in the report; of all requests under way, only this one has it.
        number: u32,
        /// Who is asked.
        peer: P,
        /// Which application, as both of them name it.
        protocol: u32,
        /// What it says.
        request: Bytes,
        /// How long its answer is waited for; `None`: as long as that to any request.
        timeout: Option<Duration>,
    },
    /// Answer what another node's application has asked, at once or later.
    Answer {
        /// Who has asked.
        to: P,
        /// The request, as [`Report::Asked`] named it.
        request: u32,
        /// What is answered.
        response: Bytes,
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
    /// See [`Lookup::rounds`](super::lookup::Lookup::rounds); with one more for the round in which copies are stored.
    pub rounds: u32,
    /// See [`Lookup::hops`](super::lookup::Lookup::hops).
    pub hops: u32,
    /// How each path of the lookup went.
    pub paths: Paths,
    /// Requests sent, further tries of one not counted.
    pub requests: u32,
    /// Requests that timed out, each try counted.
    pub timeouts: u32,
    /// Why the last node that refused a copy did, but that one holds a newer version counts for more
    /// than anything else.
    pub refused: Option<Refusal>,
}

/// What a node tells its application and the metrics.
#[derive(Clone, Debug)]
pub enum Report<P, K> {
    /// An operation has ended.
    Finished(Finished<P, K>),
    /// A step of the operation of this number, which the node counts from 0 in each of its lives. Told
    /// only where the node is [observed](crate::protocol::Transport::is_observed).
    Step(u32, Step<P, K>),
    /// The node now holds a record, or knows a provider of an item, where it did not.
    Holds(K),
    /// The node no longer holds the record, or knows no provider of the item any more.
    Dropped(K),
    /// So many bytes were sent, or received in response, in one message for the sake of maintenance.
    Spent(Maintenance, u32),
    /// The application at another node asks something, to be answered with [`Command::Answer`]. The
    /// same may be asked twice, where the network copies packets.
    Asked {
        /// Who asks.
        from: P,
        /// Which application, as both of them name it.
        protocol: u32,
        /// What the answer has to name.
        number: u32,
        /// What it says.
        request: Bytes,
    },
    /// What has come of [`Command::Ask`].
    Answered {
        /// The application's number.
        number: u32,
        /// What the application there has answered; `None` if nothing came in time, or if that node
        /// carries nothing for applications.
        response: Option<Bytes>,
    },
}

/// An operation under way.
#[derive(Clone, Debug)]
pub(super) struct Operation<P, K> {
    pub(super) id: u32,
    pub(super) kind: OperationKind,
    pub(super) number: Option<u64>,
    pub(super) started: Instant,
    pub(super) lookup: Search<P, K>,
    /// What most operations have nothing of.
    content: Option<Box<Content<P>>>,
    /// Confirmed or found: one of each node asked at most.
    pub(super) copies: u16,
    /// Copies sent and not yet confirmed or failed.
    pub(super) unconfirmed: u16,
    /// Copies sent.
    pub(super) sent: u16,
    pub(super) timeouts: u32,
}

/// What an operation carries or has found beside nodes.
#[derive(Clone, Debug)]
struct Content<P> {
    value: Option<Bytes>,
    providers: Vec<P>,
    refused: Option<Refusal>,
    time_to_live: Option<Duration>,
}

impl<P: Copy + Eq + Ord, K: Key> Operation<P, K> {
    /// An operation that begins.
    pub(super) fn new(
        id: u32,
        kind: OperationKind,
        number: Option<u64>,
        started: Instant,
        lookup: Search<P, K>,
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

    /// Why the copy was not taken that a node has refused.
    pub(super) fn refused(&self) -> Option<Refusal> {
        self.content.as_ref()?.refused
    }

    /// A node has refused a copy.
    pub(super) fn set_refused(&mut self, refusal: Refusal) {
        self.content_mut().refused = Some(refusal);
    }

    /// How long what is announced is to be remembered, where the application says so.
    pub(super) fn set_time_to_live(&mut self, time_to_live: Duration) {
        self.content_mut().time_to_live = Some(time_to_live);
    }

    /// The request that stores what the operation stores.
    pub(super) fn store_body(&self) -> Body<P, K> {
        let key = self.lookup.target();
        match self.value() {
            Some(value) => {
                let record = Record { value: value.clone(), age: Duration::ZERO, cached: false };
                Body::Store { key, record }
            }
            None => {
                let time_to_live = self.content.as_ref().and_then(|content| content.time_to_live);
                Body::AddProvider { key, provider: None, time_to_live }
            }
        }
    }

    fn content_mut(&mut self) -> &mut Content<P> {
        let empty = Content { value: None, providers: vec![], refused: None, time_to_live: None };
        self.content.get_or_insert_with(|| Box::new(empty))
    }

    /// What the operation's lookup asks of each node.
    #[inline]
    pub(super) fn query(&self, before_store: SearchFor) -> Body<P, K> {
        let key = self.lookup.target();
        match self.kind {
            OperationKind::Get => Body::FindValue { key },
            OperationKind::FindProviders => Body::GetProviders { key },
            OperationKind::Put | OperationKind::Provide | OperationKind::Republish
                if before_store == SearchFor::Item =>
            {
                match self.value() {
                    Some(_) => Body::FindValue { key },
                    None => Body::GetProviders { key },
                }
            }
            OperationKind::FindNode
            | OperationKind::Put
            | OperationKind::Provide
            | OperationKind::Join
            | OperationKind::Refresh
            | OperationKind::Republish => Body::FindNode { target: key },
        }
    }

    /// What there is to say about the operation at this point.
    pub(super) fn report(&self, k: usize) -> Finished<P, K> {
        let Operation { lookup, .. } = self;
        Finished {
            kind: self.kind,
            number: self.number,
            target: lookup.target(),
            started: self.started,
            closest: lookup.closest_answered(k),
            value: if self.stores() { None } else { self.value().cloned() },
            providers: self.providers().to_vec(),
            copies: u32::from(self.copies),
            rounds: lookup.rounds() + u32::from(self.sent > 0),
            hops: lookup.hops(),
            paths: lookup.paths(),
            requests: lookup.requests() + u32::from(self.sent),
            timeouts: self.timeouts,
            refused: self.refused(),
        }
    }

    /// The key in question.
    pub(super) fn target(&self) -> K {
        self.lookup.target()
    }

    /// Whether the lookup is followed by storing something on the nodes found.
    pub(super) fn stores(&self) -> bool {
        use OperationKind::{Provide, Put, Republish};
        matches!(self.kind, Put | Provide | Republish)
    }
}
