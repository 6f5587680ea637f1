//! The figures of blocks, and how the summary tells them.

use crate::checker::ExchangeChecks;
use crate::metrics::{Histogram, Percentiles, number};
use crate::protocol::NodeIndex;
use crate::runner::told::{line, median, percent};
use crate::time::Instant;
use crate::units::number::ratio;
use crate::workload::blocks::plan::Plan;
use crate::workload::blocks::{BlockNode, Refusal};
use crate::workload::findings::Amounts;
use serde::Serialize;
use std::collections::BTreeMap;

/// A class of nodes.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub(super) name: String,
    pub(super) is_marketplace: bool,
    pub(super) nodes: u64,
}

/// Sums over all nodes.
pub(super) struct Tallies {
    /// From the instant at which a block was wanted until it was verified.
    pub(super) whole: Histogram,
    /// Searches for providers.
    pub(super) search: Histogram,
    /// From the request to the provider that gave the block until it was verified.
    pub(super) transfer: Histogram,
    uploads: Histogram,
    announcements: u64,
    unconfirmed: u64,
    verified: u64,
    failed: u64,
    failed_over: u64,
    found_nobody: u64,
    local: u64,
    interrupted: u64,
    unfinished: u64,
    received: u64,
    unverified: u64,
    timed_out: u64,
    got_refused: [u64; 3],
    refused: [u64; 3],
    memory_hits: u64,
    disk_hits: u64,
    misses: u64,
    evicted: u64,
    /// When the first block was wanted that was fetched, and the last one verified.
    span: Option<(Instant, Instant)>,
    by_class: Vec<ClassTally>,
    served: Vec<u64>,
}

#[derive(Clone, Copy, Default)]
struct ClassTally {
    /// Blocks that others have fetched and verified.
    given: u64,
    /// Bytes that have left.
    bytes_served: u64,
    /// Blocks that its nodes have fetched.
    fetched: u64,
    refused: u64,
}

impl Tallies {
    pub(super) fn new(classes: usize) -> Self {
        Tallies {
            whole: Histogram::new(),
            search: Histogram::new(),
            transfer: Histogram::new(),
            uploads: Histogram::new(),
            announcements: 0,
            unconfirmed: 0,
            verified: 0,
            failed: 0,
            failed_over: 0,
            found_nobody: 0,
            local: 0,
            interrupted: 0,
            unfinished: 0,
            received: 0,
            unverified: 0,
            timed_out: 0,
            got_refused: [0; 3],
            refused: [0; 3],
            memory_hits: 0,
            disk_hits: 0,
            misses: 0,
            evicted: 0,
            span: None,
            by_class: vec![ClassTally::default(); classes],
            served: Vec::new(),
        }
    }

    /// Adds a node.
    pub(super) fn add(
        &mut self,
        node: NodeIndex,
        state: &BlockNode,
        class_of: impl Fn(NodeIndex) -> usize,
    ) {
        let log = state.log();
        let own = class_of(node);
        for fetch in &log.fetches {
            self.search.record((fetch.found - fetch.begun).as_micros());
            self.failed_over += u64::from(fetch.tries > 1);
            let Some(provider) = fetch.provider else {
                self.failed += 1;
                continue;
            };
            self.verified += 1;
            self.whole.record((fetch.ended - fetch.wanted).as_micros());
            self.transfer.record((fetch.ended - fetch.asked).as_micros());
            self.by_class[class_of(provider)].given += 1;
            self.by_class[own].fetched += 1;
            let (first, last) = self.span.unwrap_or((fetch.wanted, fetch.ended));
            self.span = Some((first.min(fetch.wanted), last.max(fetch.ended)));
        }
        log.uploads.iter().for_each(|time| self.uploads.record(time.as_micros()));
        self.announcements += log.announcements;
        self.unconfirmed += log.announcements_failed;
        self.found_nobody += log.found_nobody;
        self.local += log.local;
        self.interrupted += log.interrupted;
        self.unfinished += state.unfinished();
        self.received += log.received;
        self.unverified += log.unverified;
        self.timed_out += log.timed_out;
        for refusal in Refusal::ALL {
            self.got_refused[refusal as usize] += log.got_refused[refusal as usize];
            self.refused[refusal as usize] += log.refused[refusal as usize];
            self.by_class[own].refused += log.refused[refusal as usize];
        }
        self.memory_hits += log.memory_hits;
        self.disk_hits += log.disk_hits;
        self.misses += log.misses;
        self.evicted += log.evicted;
        self.by_class[own].bytes_served += log.bytes_served;
        self.served.push(log.bytes_served);
    }

    /// Whether every block that was fetched was verified, and every content looked at.
    pub(super) fn is_consistent(&self) -> bool {
        self.received == self.verified + self.unverified
    }
}

/// The figures of a workload of blocks.
#[derive(Debug, Serialize)]
pub(super) struct BlockFigures {
    blocks: u64,
    copies: u64,
    uploads: UploadFigures,
    fetches: FetchFigures,
    /// As those who were refused count it.
    refusals: BTreeMap<&'static str, u64>,
    timed_out: u64,
    verification: VerificationFigures,
    by_class: Vec<ClassFigures>,
    cache: CacheFigures,
    credit: CreditFigures,
}

#[derive(Debug, Serialize)]
struct UploadFigures {
    announced: u64,
    announcements: u64,
    unconfirmed: u64,
    latency_micros: Percentiles,
}

#[derive(Debug, Serialize)]
struct FetchFigures {
    fetched: u64,
    failed: u64,
    failed_over: u64,
    found_nobody: u64,
    interrupted: u64,
    unfinished: u64,
    #[serde(serialize_with = "number::serialize_rounded_option")]
    blocks_per_second: Option<f64>,
    #[serde(serialize_with = "number::serialize_rounded_option")]
    bytes_per_second: Option<f64>,
    latency_micros: Percentiles,
    search_micros: Percentiles,
    transfer_micros: Percentiles,
}

#[derive(Debug, Serialize)]
struct VerificationFigures {
    received: u64,
    verified: u64,
    failures: u64,
}

#[derive(Debug, Serialize)]
struct ClassFigures {
    class: String,
    policy: &'static str,
    nodes: u64,
    blocks_given: u64,
    #[serde(serialize_with = "number::serialize_rounded_option")]
    share_given: Option<f64>,
    bytes_served: u64,
    bytes_fetched: u64,
    refused: u64,
}

#[derive(Debug, Serialize)]
struct CacheFigures {
    memory_hits: u64,
    disk_hits: u64,
    local: u64,
    misses: u64,
    #[serde(serialize_with = "number::serialize_rounded_option")]
    memory_hit_ratio: Option<f64>,
    evicted: u64,
}

#[derive(Debug, Serialize)]
struct CreditFigures {
    accounts: u64,
    lowest_bytes: Option<i64>,
    served_without: u64,
    received_unsent: u64,
}

impl BlockFigures {
    /// Those of these sums.
    pub(super) fn new(
        plan: &Plan,
        classes: &[Class],
        tallies: &Tallies,
        checks: ExchangeChecks,
    ) -> Self {
        let size = u64::from(plan.config.size);
        let seconds = tallies.span.map(|(first, last)| (last - first).as_secs_f64());
        let seconds = seconds.filter(|&seconds| seconds > 0.0);
        let per_second = |amount: u64| Some(amount as f64 / seconds?);
        let refusals = Refusal::ALL.map(|why| (why.name(), tallies.got_refused[why as usize]));
        let class = |(class, tally): (&Class, &ClassTally)| ClassFigures {
            class: class.name.clone(),
            policy: if class.is_marketplace { "marketplace" } else { "altruistic" },
            nodes: class.nodes,
            blocks_given: tally.given,
            share_given: ratio(tally.given, tallies.verified),
            bytes_served: tally.bytes_served,
            bytes_fetched: tally.fetched * size,
            refused: tally.refused,
        };
        let reads = tallies.memory_hits + tallies.disk_hits;
        BlockFigures {
            blocks: u64::from(plan.count()),
            copies: plan.copies(),
            uploads: UploadFigures {
                announced: tallies.uploads.count(),
                announcements: tallies.announcements,
                unconfirmed: tallies.unconfirmed,
                latency_micros: tallies.uploads.summary(),
            },
            fetches: FetchFigures {
                fetched: tallies.verified,
                failed: tallies.failed,
                failed_over: tallies.failed_over,
                found_nobody: tallies.found_nobody,
                interrupted: tallies.interrupted,
                unfinished: tallies.unfinished,
                blocks_per_second: per_second(tallies.verified),
                bytes_per_second: per_second(tallies.verified * size),
                latency_micros: tallies.whole.summary(),
                search_micros: tallies.search.summary(),
                transfer_micros: tallies.transfer.summary(),
            },
            refusals: refusals.into_iter().collect(),
            timed_out: tallies.timed_out,
            verification: VerificationFigures {
                received: tallies.received,
                verified: tallies.verified,
                failures: tallies.unverified,
            },
            by_class: classes.iter().zip(&tallies.by_class).map(class).collect(),
            cache: CacheFigures {
                memory_hits: tallies.memory_hits,
                disk_hits: tallies.disk_hits,
                local: tallies.local,
                misses: tallies.misses,
                memory_hit_ratio: ratio(tallies.memory_hits, reads),
                evicted: tallies.evicted,
            },
            credit: CreditFigures {
                accounts: checks.accounts,
                lowest_bytes: checks.lowest_credit,
                served_without: checks.without_credit,
                received_unsent: checks.never_sent,
            },
        }
    }
}

/// Bytes given away, by node.
pub(super) fn amounts(tallies: &Tallies) -> Amounts {
    let mut amounts = tallies.served.clone();
    amounts.sort_unstable_by(|left, right| right.cmp(left));
    Amounts { name: "Bytes given away".to_owned(), owner: "Node".to_owned(), amounts }
}

/// Lines of the summary.
pub(super) fn lines(figures: &BlockFigures) -> Vec<(String, String)> {
    let BlockFigures { uploads, fetches, refusals, timed_out, verification, .. } = figures;
    let mebibytes = |bytes: u64| format!("{:.1} MiB", bytes as f64 / (1 << 20) as f64);
    let rate = |rate: Option<f64>| rate.map_or("-".to_owned(), |rate| format!("{rate:.1}"));
    let refused: Vec<_> =
        refusals.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
    let mut lines = vec![
        line(
            "blocks announced",
            format!(
                "{} of {} copies ({})",
                uploads.announced,
                figures.copies,
                median(&uploads.latency_micros)
            ),
        ),
        line(
            "blocks fetched",
            format!(
                "{}, {} failed, {} failed over; {}/s",
                fetches.fetched,
                fetches.failed,
                fetches.failed_over,
                rate(fetches.blocks_per_second)
            ),
        ),
        line("time per block", median(&fetches.latency_micros)),
        line("of that, search", median(&fetches.search_micros)),
        line("and transfer", median(&fetches.transfer_micros)),
        line("refused", format!("{}; timed out {timed_out}", refused.join(", "))),
        line(
            "verified",
            format!("{} of {} received", verification.verified, verification.received),
        ),
    ];
    lines.extend(figures.by_class.iter().map(|class| {
        let text = format!(
            "{} nodes gave {} blocks ({}), {}; fetched {}",
            class.nodes,
            class.blocks_given,
            percent(class.share_given),
            mebibytes(class.bytes_served),
            mebibytes(class.bytes_fetched)
        );
        line(&format!("{} ({})", class.class, class.policy), text)
    }));
    let cache = &figures.cache;
    lines.push(line(
        "read from memory, disk",
        format!("{}, {}; {} evicted", cache.memory_hits, cache.disk_hits, cache.evicted),
    ));
    lines
}
