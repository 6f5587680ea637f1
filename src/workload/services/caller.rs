//! The caller's side: finding providers, choosing one, calling it, and trying another if it is silent.

use super::known::Known;
use super::log::{CallRecord, Search};
use super::provider::HEAD;
use super::{Asked, ServiceNode, Timer};
use crate::protocol::NodeIndex;
use crate::time::Instant;
use crate::workload::application::Desk;
use crate::workload::traffic::Left;
use bytes::Bytes;
use rand::RngExt;

/// Services are drawn so often until one comes that the caller does not provide itself.
const MOST_DRAWS: usize = 1_000;

/// A call under way.
#[derive(Clone, Debug)]
pub(super) struct Call {
    service: u32,
    /// When it was wanted.
    wanted: Instant,
    /// When it was known whom to call.
    found: Option<Instant>,
    /// Whether that was known at once.
    from_cache: bool,
    /// Who is being called, and since when.
    provider: Option<(NodeIndex, Instant)>,
    /// Tries since the last search.
    tries: u32,
    all_tries: u32,
    /// Searches after providers that were known have failed, or after one that found nobody.
    searches: u32,
    /// Who was tried since the last search.
    tried: Vec<NodeIndex>,
}

impl ServiceNode {
    /// Its node has joined: sets when it calls. Calls begin with the measurement.
    pub(super) fn begin_calling(&mut self, first: bool, desk: &mut Desk<'_>) {
        let begin = self.plan.measured_from.max(desk.now());
        let gap = match first {
            true => self.plan.traffic.first_gap(desk.rng()),
            false => self.next_gap(desk),
        };
        if let Some(gap) = gap {
            self.timers.set(begin + gap, Timer::Call);
        }
    }

    fn next_gap(&self, desk: &mut Desk<'_>) -> Option<crate::time::Duration> {
        let time = self.plan.end.saturating_since(self.plan.measured_from.max(desk.now()));
        let left = Left { operations: self.left.unwrap_or(0), time };
        self.plan.traffic.next_gap(left, desk.rng())
    }

    /// A call is wanted.
    pub(super) fn call(&mut self, desk: &mut Desk<'_>) {
        if let Some(left) = &mut self.left {
            *left -= 1;
        }
        if let Some(gap) = self.next_gap(desk) {
            self.timers.set(desk.now() + gap, Timer::Call);
        }
        let is_own = |service| self.advertisements.iter().any(|own| own.service == service);
        let plan = &self.plan;
        let drawn = std::iter::repeat_with(|| plan.select(desk.rng())).take(MOST_DRAWS);
        let service = drawn.into_iter().find(|&service| !is_own(service));
        let Some(service) = service else { return };
        let (now, number) = (desk.now(), self.number());
        let known = self.known.get(&service);
        let from_cache = known.is_some_and(|known| now < known.until && !known.is_empty());
        let call = Call {
            service,
            wanted: now,
            found: None,
            from_cache,
            provider: None,
            tries: 0,
            all_tries: 0,
            searches: 0,
            tried: Vec::new(),
        };
        self.calls.insert(number, call);
        match from_cache {
            true => {
                self.log.hits += 1;
                self.attempt(number, desk);
            }
            false => {
                self.log.misses += 1;
                self.search(number, desk);
            }
        }
    }

    /// Has a call wait for the providers of its service; one search serves all that wait.
    fn search(&mut self, number: u32, desk: &mut Desk<'_>) {
        let service = self.calls[&number].service;
        if let Some((_, waiting)) = self.searches.get_mut(&service) {
            waiting.push(number);
            return;
        }
        let ticket = desk.find_providers(self.plan.key(service));
        self.searches.insert(service, (desk.now(), vec![number]));
        self.asked.insert(ticket, Asked::Search(service));
    }

    /// A search has ended.
    pub(super) fn found(
        &mut self,
        service: u32,
        mut providers: Vec<NodeIndex>,
        desk: &mut Desk<'_>,
    ) {
        let Some((started, waiting)) = self.searches.remove(&service) else { return };
        let (now, own) = (desk.now(), desk.node());
        providers.retain(|&provider| provider != own);
        providers.sort_unstable();
        let search = Search { service, started, ended: now, found: providers.clone().into() };
        self.log.searches.push(search);
        // A round begins anywhere, or all callers would begin with the same provider.
        let known = self.known.entry(service).or_insert_with(|| {
            let last = match providers.len() {
                0 => own,
                found => providers[desk.rng().random_range(0..found)],
            };
            Known::nothing(last)
        });
        known.renew(providers, now + self.plan.config.discovery_cache);
        waiting.into_iter().for_each(|number| self.attempt(number, desk));
    }

    /// Calls a provider that has not been tried since the last search; where none is left, or all tries
    /// are used up, searches again.
    fn attempt(&mut self, number: u32, desk: &mut Desk<'_>) {
        let config = self.plan.config;
        let call = self.calls.get_mut(&number).expect("it is under way");
        let known = self.known.get_mut(&call.service);
        let may_try = call.tries <= config.call_retries;
        let chosen = known
            .filter(|_| may_try)
            .and_then(|known| known.choose(config.selection, &call.tried, desk.rng()));
        let Some(provider) = chosen else { return self.search_again(number, desk) };
        call.found.get_or_insert(desk.now());
        call.provider = Some((provider, desk.now()));
        call.tries += 1;
        call.all_tries += 1;
        let mut request = vec![0; config.request_size as usize];
        request[..HEAD].copy_from_slice(&call.service.to_le_bytes());
        let ticket = desk.ask(provider, Bytes::from(request), Some(config.call_timeout));
        self.asked.insert(ticket, Asked::Try(number));
    }

    /// After one search more a call that still has nobody to turn to has failed.
    fn search_again(&mut self, number: u32, desk: &mut Desk<'_>) {
        let call = self.calls.get_mut(&number).expect("it is under way");
        if call.searches > 0 {
            return self.end_call(number, None, desk.now());
        }
        call.searches += 1;
        call.tries = 0;
        call.tried.clear();
        if let Some(known) = self.known.get_mut(&call.service) {
            known.forget();
        }
        self.search(number, desk);
    }

    /// What was called has answered, or has not in time.
    pub(super) fn answered(&mut self, number: u32, reply: Option<&[u8]>, desk: &mut Desk<'_>) {
        let Some(call) = self.calls.get_mut(&number) else { return };
        let (provider, _) = call.provider.expect("somebody was called");
        let known = self.known.get_mut(&call.service);
        let load = reply.and_then(|reply| reply.first_chunk::<HEAD>());
        let Some(load) = load else {
            call.tried.push(provider);
            if let Some(known) = known {
                known.failed(provider);
            }
            return self.attempt(number, desk);
        };
        if let Some(known) = known {
            known.answered(provider, u32::from_le_bytes(*load));
        }
        self.end_call(number, Some(provider), desk.now());
    }

    fn end_call(&mut self, number: u32, provider: Option<NodeIndex>, now: Instant) {
        let Some(call) = self.calls.remove(&number) else { return };
        self.log.calls.push(CallRecord {
            service: call.service,
            provider,
            wanted: call.wanted,
            found: call.found.unwrap_or(now),
            called: call.provider.map_or(now, |(_, since)| since),
            ended: now,
            tries: call.all_tries,
            searched_again: call.searches > 0,
            from_cache: call.from_cache,
        });
    }
}
