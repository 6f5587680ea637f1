//! The fetching side: finding who provides a block, asking one after another, verifying what comes.

use super::log::{Fetched, Log, Transfer, Way};
use super::{Asked, BlockNode, Refusal, Timer};
use crate::protocol::NodeIndex;
use crate::time::{Duration, Instant};
use crate::workload::application::Desk;
use crate::workload::traffic::Left;
use bytes::Bytes;
use rand::RngExt;

/// Blocks are drawn so often until one comes that was not put on the node itself.
const MOST_DRAWS: usize = 1_000;

/// A fetch under way.
#[derive(Clone, Debug)]
pub(super) struct Fetch {
    block: u32,
    /// When it was wanted.
    wanted: Instant,
    /// When its turn came.
    begun: Instant,
    /// When the search for providers ended.
    found: Option<Instant>,
    /// Providers that have not been asked, the next one last.
    left: Vec<NodeIndex>,
    /// Who is being asked, and since when.
    provider: Option<(NodeIndex, Instant)>,
    tries: u32,
}

impl BlockNode {
    /// Its node has joined: sets when it wants blocks. That begins with the measurement.
    pub(super) fn begin_wanting(&mut self, first: bool, desk: &mut Desk<'_>) {
        let begin = self.plan.times.measurement.max(desk.now());
        let gap = match first {
            true => self.plan.traffic.first_gap(desk.rng()),
            false => self.next_gap(desk),
        };
        if let Some(gap) = gap {
            self.timers.set(begin + gap, Timer::Want);
        }
    }

    fn next_gap(&self, desk: &mut Desk<'_>) -> Option<Duration> {
        let times = self.plan.times;
        let time = times.end.saturating_since(times.measurement.max(desk.now()));
        let left = Left { operations: self.left.unwrap_or(0), time };
        self.plan.traffic.next_gap(left, desk.rng())
    }

    /// A block is wanted.
    pub(super) fn want(&mut self, desk: &mut Desk<'_>) {
        if let Some(left) = &mut self.left {
            *left -= 1;
        }
        if let Some(gap) = self.next_gap(desk) {
            self.timers.set(desk.now() + gap, Timer::Want);
        }
        let plan = &self.plan;
        let mut drawn = std::iter::repeat_with(|| plan.select(desk.rng())).take(MOST_DRAWS);
        let wanted = drawn.find(|block| block.is_none_or(|block| !self.store.is_own(block)));
        let Some(Some(block)) = wanted else { return };
        self.waiting.push_back((block, desk.now()));
        self.fetch_next(desk);
    }

    /// Begins fetches as long as more may be under way.
    fn fetch_next(&mut self, desk: &mut Desk<'_>) {
        while self.fetches.len() < self.plan.config.parallel_fetches as usize
            && let Some((block, wanted)) = self.waiting.pop_front()
        {
            if self.read(block, desk).is_some() {
                self.log.local += 1;
                continue;
            }
            self.log.misses += 1;
            let fetch = Fetch {
                block,
                wanted,
                begun: desk.now(),
                found: None,
                left: Vec::new(),
                provider: None,
                tries: 0,
            };
            let number = self.number();
            self.fetches.insert(number, fetch);
            let ticket = desk.find_providers(self.plan.key(block));
            self.asked.insert(ticket, Asked::Search(number));
        }
    }

    /// A search has ended: providers are asked in an order of chance.
    pub(super) fn found(
        &mut self,
        number: u32,
        mut providers: Vec<NodeIndex>,
        desk: &mut Desk<'_>,
    ) {
        let Some(fetch) = self.fetches.get_mut(&number) else { return };
        let own = desk.node();
        providers.retain(|&provider| provider != own);
        providers.sort_unstable();
        providers.dedup();
        for last in (1..providers.len()).rev() {
            providers.swap(last, desk.rng().random_range(0..=last));
        }
        self.log.found_nobody += u64::from(providers.is_empty());
        fetch.found = Some(desk.now());
        fetch.left = providers;
        self.attempt(number, desk);
    }

    /// Asks the next provider; without one the fetch has failed.
    fn attempt(&mut self, number: u32, desk: &mut Desk<'_>) {
        let fetch = self.fetches.get_mut(&number).expect("it is under way");
        let Some(provider) = fetch.left.pop() else { return self.end(number, None, desk) };
        fetch.provider = Some((provider, desk.now()));
        fetch.tries += 1;
        let request = Bytes::copy_from_slice(self.plan.id(fetch.block));
        let timeout = Some(self.plan.config.fetch_timeout);
        let ticket = desk.ask(provider, request, timeout);
        self.asked.insert(ticket, Asked::Try(number));
    }

    /// Who was asked has answered, or has not in time.
    pub(super) fn answered(&mut self, number: u32, answer: Option<&[u8]>, desk: &mut Desk<'_>) {
        let Some(fetch) = self.fetches.get(&number) else { return };
        let (block, provider) = (fetch.block, fetch.provider.expect("somebody was asked").0);
        let Some(answer) = answer else {
            self.log.timed_out += 1;
            return self.attempt(number, desk);
        };
        if let Some(refusal) = Refusal::read(answer) {
            Log::count(&mut self.log.got_refused, refusal);
            return self.attempt(number, desk);
        }
        self.log.received += 1;
        if !self.plan.verifies(block, answer) {
            self.log.unverified += 1;
            return self.attempt(number, desk);
        }
        self.ledger.earn(provider, answer.len() as u64);
        self.log.transfers.push(Transfer { peer: provider, block, way: Way::Received });
        self.keep(block, desk);
        self.end(number, Some(provider), desk);
    }

    /// Keeps a fetched block where there is room, and announces it.
    fn keep(&mut self, block: u32, desk: &mut Desk<'_>) {
        let is_new = !self.store.holds(block);
        let gone = self.store.keep(block);
        self.lose(gone, desk);
        let announces = self.plan.config.announce_fetched && self.plan.is_open(desk.node());
        if is_new && announces && self.store.holds(block) {
            self.announce(block, desk);
        }
    }

    fn end(&mut self, number: u32, provider: Option<NodeIndex>, desk: &mut Desk<'_>) {
        let now = desk.now();
        let fetch = self.fetches.remove(&number).expect("it is under way");
        self.log.fetches.push(Fetched {
            block: fetch.block,
            provider,
            wanted: fetch.wanted,
            begun: fetch.begun,
            found: fetch.found.unwrap_or(now),
            asked: fetch.provider.map_or(now, |(_, since)| since),
            ended: now,
            tries: fetch.tries,
        });
        self.fetch_next(desk);
    }
}
