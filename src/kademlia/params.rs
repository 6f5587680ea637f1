//! The parameters of a Kademlia node and the four published sets of them.
//!
//! Sources, as the tables below cite them:
//! - *paper*: Maymounkov and Mazières, "Kademlia: A Peer-to-peer Information System Based on
//!   the XOR Metric", IPTPS 2002, and the extended version's sections 2.5 and 4.1.
//! - *BEP 5*, *BEP 44*: bittorrent.org; *libtorrent*: its `dht_settings` and traversal code.
//! - *go-libp2p*: go-libp2p-kad-dht and its provider and routing-table defaults.
//! - *rust-libp2p*: the defaults of its `kad::Config` and `KBucketConfig`.

use crate::time::Duration;

/// How many requests of a lookup are under way, and when the next ones go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parallelism {
    /// Whenever a request ends, the next one goes out: always `alpha` in flight.
    Loose,
    /// In rounds: the next `alpha` requests go out when all of the last have ended.
    Strict,
}

/// When an iterative lookup has found what it looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The k closest candidates that have not failed have answered (paper, section 2.3).
    KClosest,
    /// The `beta` closest candidates that have not failed have answered (go-libp2p).
    BetaClosest,
    /// `alpha` answers in a row named no node closer than the closest known one, and that one
    /// has answered (BEP 5: "until it cannot find any closer nodes").
    NoCloser,
}

/// What happens when an unknown node is heard from and its bucket is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eviction {
    /// The least recently seen contact is pinged if it was silent for `questionable_after`,
    /// and replaced if it does not answer (paper, section 2.2; BEP 5).
    PingOldest,
    /// A contact that gave no answer for `questionable_after` is replaced at once
    /// (go-libp2p's usefulness window).
    ReplaceUseless,
    /// The newcomer waits for `pending_delay`; if the least recently seen contact was not
    /// heard from until then, it is replaced (rust-libp2p).
    Pending,
}

/// Who is taken into the routing table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Whoever is heard from (paper, section 2.2).
    OnHearing,
    /// Who has answered a request of this node. One that only asks is pinged first, so that
    /// nobody enters under a false address or key, or behind a wall that lets no request in.
    OnAnswer,
}

/// What an operation that stores something asks for on its way to the nodes that are to hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchFor {
    /// Nodes only (paper, section 2.3).
    Nodes,
    /// The item itself. BitTorrent's nodes keep something only for who has asked them for it
    /// before (BEP 5, "token"). Nothing is then stored without a search: no replication, no
    /// handing over.
    Item,
}

/// What a node does because it cannot trust everyone who reaches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precautions {
    /// Nothing: everyone is trusted, and memory is for everyone. So do the papers, and the
    /// simulations that kadsim is compared with.
    None,
    /// What a node of an open network like Mainline needs: see [`Measures::OPEN`].
    Open,
}

impl Precautions {
    /// One by one.
    #[inline]
    pub const fn measures(self) -> Measures {
        match self {
            Precautions::None => Measures::NONE,
            Precautions::Open => Measures::OPEN,
        }
    }
}

/// The single precautions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measures {
    /// Who is taken into the routing table.
    pub admission: Admission,
    /// What is asked for before something is stored.
    pub search_before_store: SearchFor,
    /// Whether a node that answers with a value also names the closest nodes that it knows, so
    /// that the search for a newer one can go on.
    pub closer_with_value: bool,
    /// Records that a node holds for others. When there are more, those farthest from its own
    /// key go.
    pub record_room: usize,
    /// Providers of one item that a node remembers. When there are more, the one that announced
    /// itself longest ago goes.
    pub item_provider_room: usize,
    /// Providers of all items that a node remembers; no further ones are taken.
    pub provider_room: usize,
}

impl Measures {
    /// None of them.
    pub const NONE: Measures = Measures {
        admission: Admission::OnHearing,
        search_before_store: SearchFor::Nodes,
        closer_with_value: false,
        record_room: usize::MAX,
        item_provider_room: usize::MAX,
        provider_room: usize::MAX,
    };

    /// All of them. The room is that of libtorrent's `max_dht_items` (700) and, for the peers of a
    /// torrent, `max_peers` (500); for all peers 8 times as much.
    pub const OPEN: Measures = Measures {
        admission: Admission::OnAnswer,
        search_before_store: SearchFor::Item,
        closer_with_value: true,
        record_room: 700,
        item_provider_room: 500,
        provider_room: 4_000,
    };
}

/// Which of several values of one record counts, where nodes that share it have written them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflicts {
    /// The one that came last at a holder, and the one that came first to who looks for it: as in the
    /// paper, which has records written by one node only.
    LastCome,
    /// The one with the newest [`Version`](super::version::Version): a holder refuses an older one, and a GET
    /// returns the newest of the copies that it has collected.
    Newest,
}

/// The largest [`Params::failures_before_eviction`]: a table counts no further.
pub const MOST_FAILURES: u32 = 63;

/// Everything that can be set about a node. [`Params::paper`] and the other presets give
/// complete sets; every field can be overridden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// Contacts a bucket holds, nodes a lookup finds, replicas of a record.
    pub k: usize,
    /// Requests of one lookup under way at a time.
    pub alpha: usize,
    /// Closest answers that end a lookup under [`Stop::BetaClosest`].
    pub beta: usize,
    /// Loose or strict rounds.
    pub parallelism: Parallelism,
    /// When a lookup ends.
    pub stop: Stop,
    /// Whether, after the stop, the k closest that were not asked yet are asked at once
    /// (go-libp2p's lookup follow-up).
    pub follow_up: bool,
    /// Candidates that a lookup keeps beside those that failed: the closest so many.
    pub candidates: usize,
    /// A request without an answer for this long has failed (one try).
    pub request_timeout: Duration,
    /// The same for a request to a node with which there is no open connection: it has to be
    /// dialled first. `None`: [`Params::request_timeout`] as well, as where nothing is dialled.
    pub dial_timeout: Option<Duration>,
    /// The connection to a node counts as open for this long after its last answer. Without
    /// effect if [`Params::dial_timeout`] is `None`.
    pub connection_idle: Duration,
    /// After this long a lookup no longer waits for a request: another goes out in its place,
    /// and the lookup can end without it, but its answer is still taken until then
    /// (libtorrent's short time-out). `None`: never.
    pub short_timeout: Option<Duration>,
    /// Further tries of a request that timed out.
    pub retries: u32,
    /// Further tries of the ping that asks whether a doubted contact is still there.
    pub probe_retries: u32,
    /// A bucket in whose range nothing was looked up for this long is refreshed.
    pub refresh_interval: Duration,
    /// A holder sends each record to the k closest again this often. `None`: only the
    /// publisher keeps it alive.
    pub replicate_interval: Option<Duration>,
    /// A publisher stores its records again this often. `None`: never.
    pub republish_interval: Option<Duration>,
    /// A holder forgets a record this long after it was published last; replication does not
    /// prolong it, as its age travels with it.
    pub record_expiry: Duration,
    /// A provider announces itself again this often. `None`: never.
    pub provider_republish_interval: Option<Duration>,
    /// A holder forgets a provider that did not announce itself again for this long.
    pub provider_expiry: Duration,
    /// What happens when a bucket is full.
    pub eviction: Eviction,
    /// Silence after which a contact may be questioned or replaced.
    pub questionable_after: Duration,
    /// How long a newcomer waits under [`Eviction::Pending`].
    pub pending_delay: Duration,
    /// Newcomers that are remembered for each full bucket, to replace contacts that fail.
    pub replacements: usize,
    /// Failed requests in a row after which a contact is replaced or, where no replacement
    /// is known and [`Params::keep_stale`] holds, no longer given to others.
    pub failures_before_eviction: u32,
    /// Whether a failed contact stays in its bucket while nothing can replace it (paper,
    /// section 4.1: a node that loses its own connection must not empty its table).
    pub keep_stale: bool,
    /// Whether a found value is stored at the closest node seen that did not have it (paper,
    /// section 2.3).
    pub cache_on_path: bool,
    /// Copies of a value that a GET collects before it ends.
    pub get_quorum: usize,
    /// Which of several values of one record counts.
    pub conflicts: Conflicts,
    /// Providers that a search for providers collects before it ends.
    pub providers_wanted: usize,
    /// What the node does because it cannot trust everyone.
    pub precautions: Precautions,
    /// Paths of a lookup of which no two ask the same node (S/Kademlia's `d`); at least 1, at most
    /// `k`.
    pub disjoint_paths: usize,
    /// Whether only nodes that have answered a request of this one are contacts and so are named to
    /// others, also without [`Precautions::Open`].
    pub verify_contacts: bool,
    /// Contacts of one address group in a bucket, newcomers that wait and siblings included. `None`:
    /// any number.
    pub bucket_group_limit: Option<usize>,
    /// The same for the whole table.
    pub table_group_limit: Option<usize>,
    /// Records that a node holds for the nodes of one address group, and as many providers of that group
    /// that it remembers. `None`: any number.
    pub store_group_limit: Option<usize>,
    /// Nodes closest to its own key that a node keeps beside its buckets (S/Kademlia's sibling list).
    /// 0: none.
    pub siblings: usize,
}

impl Params {
    /// Who is taken into the routing table.
    #[inline]
    pub fn admission(&self) -> Admission {
        if self.verify_contacts {
            return Admission::OnAnswer;
        }
        self.precautions.measures().admission
    }

    /// Whether address groups are limited in the routing table.
    #[inline]
    pub fn limits_contacts(&self) -> bool {
        self.bucket_group_limit.is_some() || self.table_group_limit.is_some()
    }

    /// The parameters of the paper.
    ///
    /// k = 20 and alpha = 3: section 2.3. Refresh after 1 h: section 2.3. Replication every
    /// hour by holders, republication by the publisher every 24 h, expiry after 24 h: section
    /// 2.5. Five failures and staying while there is no replacement: section 4.1, which also
    /// postpones the ping of the oldest contact until there is reason to doubt it: here, when
    /// it was silent for a refresh interval. The paper gives no size for the replacement
    /// cache (8 here), no time-out (1 s here) and no retry.
    pub fn paper() -> Self {
        Params {
            k: 20,
            alpha: 3,
            beta: 3,
            parallelism: Parallelism::Loose,
            stop: Stop::KClosest,
            follow_up: false,
            candidates: 40,
            request_timeout: Duration::from_secs(1),
            dial_timeout: None,
            connection_idle: Duration::from_secs(60),
            short_timeout: None,
            retries: 0,
            probe_retries: 0,
            refresh_interval: Duration::from_secs(3_600),
            replicate_interval: Some(Duration::from_secs(3_600)),
            republish_interval: Some(Duration::from_secs(24 * 3_600)),
            record_expiry: Duration::from_secs(24 * 3_600),
            provider_republish_interval: Some(Duration::from_secs(12 * 3_600)),
            provider_expiry: Duration::from_secs(24 * 3_600),
            eviction: Eviction::PingOldest,
            questionable_after: Duration::from_secs(3_600),
            pending_delay: Duration::from_secs(60),
            replacements: 8,
            failures_before_eviction: 5,
            keep_stale: true,
            cache_on_path: false,
            get_quorum: 1,
            conflicts: Conflicts::LastCome,
            providers_wanted: 20,
            precautions: Precautions::None,
            disjoint_paths: 1,
            verify_contacts: false,
            bucket_group_limit: None,
            table_group_limit: None,
            store_group_limit: None,
            siblings: 0,
        }
    }

    /// The parameters of BitTorrent's Mainline DHT.
    ///
    /// k = 8, 15 min of silence make a contact questionable, which is then pinged and pinged
    /// once more before it is replaced, refresh after 15 min: BEP 5.
    /// alpha = 5 (`search_branching`), time-outs of 1 s (short) and 15 s, replacement buckets of
    /// the size of a bucket: libtorrent. Two failures in a row: BEP 5 ("fail to respond to
    /// multiple queries in a row"). Items live 2 h and are put again hourly: BEP 44.
    pub fn mainline() -> Self {
        Params {
            k: 8,
            alpha: 5,
            stop: Stop::NoCloser,
            candidates: 100,
            request_timeout: Duration::from_secs(15),
            short_timeout: Some(Duration::from_secs(1)),
            probe_retries: 1,
            refresh_interval: Duration::from_secs(15 * 60),
            replicate_interval: None,
            republish_interval: Some(Duration::from_secs(3_600)),
            record_expiry: Duration::from_secs(2 * 3_600),
            provider_republish_interval: Some(Duration::from_secs(3_600)),
            provider_expiry: Duration::from_secs(2 * 3_600),
            questionable_after: Duration::from_secs(15 * 60),
            failures_before_eviction: 2,
            providers_wanted: 100,
            ..Self::paper()
        }
    }

    /// The parameters of go-libp2p-kad-dht.
    ///
    /// k = 20, alpha = 10, beta = 3 and a follow-up of the k closest: its `defaults`.
    /// Time-out 10 s; refresh every 10 min: its routing-table options. Records live 48 h and
    /// providers announce every 22 h: amino defaults. A contact that gave no useful answer
    /// for twice ln(1/k) / ln(1 - alpha/k) refresh intervals (86 min), the grace period that
    /// it gives its table, may be replaced; one that fails is dropped at once.
    pub fn go_libp2p() -> Self {
        Params {
            alpha: 10,
            beta: 3,
            stop: Stop::BetaClosest,
            follow_up: true,
            request_timeout: Duration::from_secs(10),
            refresh_interval: Duration::from_secs(10 * 60),
            replicate_interval: None,
            republish_interval: Some(Duration::from_secs(22 * 3_600)),
            record_expiry: Duration::from_secs(48 * 3_600),
            provider_republish_interval: Some(Duration::from_secs(22 * 3_600)),
            provider_expiry: Duration::from_secs(48 * 3_600),
            eviction: Eviction::ReplaceUseless,
            questionable_after: Duration::from_secs(86 * 60),
            replacements: 0,
            failures_before_eviction: 1,
            keep_stale: false,
            ..Self::paper()
        }
    }

    /// The parameters of rust-libp2p's `kad`.
    ///
    /// k = 20, alpha = 3, query time-outs of 10 s a peer, pending entries of 60 s, one a bucket,
    /// bootstrap every 5 min, publication every 22 h (of provider records every 12 h), expiry
    /// after 48 h, replication hourly: the defaults of its `Config`, `StoreInserts` and `KBucketConfig`.
    pub fn rust_libp2p() -> Self {
        Params {
            request_timeout: Duration::from_secs(10),
            refresh_interval: Duration::from_secs(5 * 60),
            replicate_interval: Some(Duration::from_secs(3_600)),
            republish_interval: Some(Duration::from_secs(22 * 3_600)),
            record_expiry: Duration::from_secs(48 * 3_600),
            provider_republish_interval: Some(Duration::from_secs(12 * 3_600)),
            provider_expiry: Duration::from_secs(48 * 3_600),
            eviction: Eviction::Pending,
            questionable_after: Duration::ZERO,
            pending_delay: Duration::from_secs(60),
            replacements: 1,
            failures_before_eviction: 1,
            keep_stale: true,
            cache_on_path: true,
            ..Self::paper()
        }
    }
}
