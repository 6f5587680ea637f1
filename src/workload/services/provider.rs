//! The provider's side: advertising, withdrawing and answering.

use super::log::{Readvertisements, Visible, Withdrawn};
use super::{Asked, ServiceNode, Timer};
use crate::protocol::NodeIndex;
use crate::time::{Duration, Instant};
use crate::workload::application::{Caller, Desk};
use bytes::Bytes;

/// After an announcement that nobody has confirmed the next is tried, at the latest.
const RETRY: Duration = Duration::from_secs(10);

/// The service that a request is for stands in its first bytes, as does the provider's load in a reply:
/// little-endian. The rest is there for its size.
pub(super) const HEAD: usize = 4;

/// The service that a node advertises, and how that goes.
#[derive(Clone, Debug)]
pub(super) struct Advertisement {
    pub(super) service: u32,
    node: NodeIndex,
    /// When it is withdrawn, if ever.
    withdraws_at: Option<Instant>,
    state: State,
    /// When it was announced last in this life of its node.
    begun: Option<Instant>,
    /// Announcements under way.
    under_way: u32,
    /// The end of the former announcement, while one is to take its place.
    owed: Option<Instant>,
    /// When what its holders know expires, at the earliest.
    expires: Instant,
    /// The same at the latest, but for the way of a packet.
    dead: Instant,
    /// Times without a gap in which holders knew of it.
    visible: Vec<(Instant, Instant)>,
    withdrawal: Option<Withdrawn>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It is advertised, or will be.
    Advertised,
    /// It is not any more.
    Withdrawn,
}

impl Advertisement {
    pub(super) fn new(service: u32) -> Self {
        Advertisement {
            service,
            node: NodeIndex(0),
            withdraws_at: None,
            state: State::Advertised,
            begun: None,
            under_way: 0,
            owed: None,
            expires: Instant::ZERO,
            dead: Instant::ZERO,
            visible: Vec::new(),
            withdrawal: None,
        }
    }

    pub(super) fn is_withdrawn(&self) -> bool {
        self.state == State::Withdrawn
    }

    /// Its node goes offline. Nobody expects it to advertise while it is away.
    pub(super) fn pause(&mut self, now: Instant, ttl: Duration, counts: &mut Readvertisements) {
        self.settle(now, counts);
        if self.under_way > 0 {
            self.outlive(now + ttl);
        }
        self.begun = None;
        self.under_way = 0;
    }

    /// An announcement is no longer waited for: it is missed if the former one has run out.
    fn settle(&mut self, now: Instant, counts: &mut Readvertisements) {
        if self.owed.take().is_some_and(|end| end < now) {
            counts.missed += 1;
        }
    }

    /// The same at the end of the run.
    pub(super) fn close(&self, end: Instant, counts: &mut Readvertisements) {
        self.clone().settle(end, counts);
    }

    pub(super) fn visible(&self) -> impl Iterator<Item = Visible> {
        let (service, provider) = (self.service, self.node);
        self.visible.iter().map(move |&(from, until)| Visible { service, provider, from, until })
    }

    pub(super) fn withdrawn(&self) -> Option<Withdrawn> {
        self.withdrawal
    }

    /// Some holder may know of it until then.
    fn outlive(&mut self, dead: Instant) {
        self.dead = self.dead.max(dead);
        if let Some(withdrawal) = &mut self.withdrawal {
            withdrawal.dead = self.dead;
        }
    }

    /// Holders know of it until `expires` at least.
    fn confirm(&mut self, now: Instant, expires: Instant) {
        match self.visible.last_mut() {
            Some((_, until)) if now <= *until => *until = expires.max(*until),
            _ => self.visible.push((now, expires)),
        }
        self.expires = self.expires.max(expires);
    }
}

impl ServiceNode {
    /// Its node has joined: what it provides is advertised, in its turn if that is for the first time.
    pub(super) fn begin_advertising(&mut self, place: usize, first: bool, desk: &mut Desk<'_>) {
        let now = desk.now();
        let advertisement = &mut self.advertisements[place];
        let mut due = now;
        if first {
            advertisement.node = desk.node();
            due = self.plan.first_advertisement(desk.rng());
            advertisement.withdraws_at = self.plan.withdrawal(desk.rng());
        }
        if advertisement.is_withdrawn() {
            return;
        }
        let withdraws_at = advertisement.withdraws_at;
        self.timers.set(due.max(now), Timer::Advertise(place));
        if let Some(at) = withdraws_at {
            self.timers.set(at.max(now), Timer::Withdraw(place));
        }
    }

    /// Announces a service, again if that has been done before.
    pub(super) fn advertise(&mut self, place: usize, desk: &mut Desk<'_>) {
        let (now, config) = (desk.now(), self.plan.config);
        let advertisement = &mut self.advertisements[place];
        if let Some(begun) = advertisement.begun {
            let late = now.saturating_since(begun).as_nanos();
            let allowed = config.readvertise_interval.as_nanos();
            self.log.readvertisements.begun_late += u64::from(late > allowed);
            if advertisement.owed.is_none() {
                advertisement.owed = Some(advertisement.expires);
            }
        }
        advertisement.begun = Some(now);
        advertisement.under_way += 1;
        let key = self.plan.key(advertisement.service);
        let ticket = desk.announce(key, config.advertisement_ttl);
        self.asked.insert(ticket, Asked::Announcement(place, now));
        self.timers.set(now + config.readvertise_interval, Timer::Advertise(place));
    }

    /// An announcement has ended, with so many holders that confirmed it.
    pub(super) fn announced(
        &mut self,
        place: usize,
        began: Instant,
        copies: u32,
        desk: &mut Desk<'_>,
    ) {
        let (now, config) = (desk.now(), self.plan.config);
        let advertisement = &mut self.advertisements[place];
        advertisement.under_way -= 1;
        advertisement.outlive(now + config.advertisement_ttl);
        self.log.announcements += 1;
        if advertisement.is_withdrawn() {
            // It may have reached holders that had been told to forget it, or will not be told.
            if advertisement.under_way == 0 {
                self.remove(place, desk);
            }
            return;
        }
        if copies == 0 {
            self.log.announcements_failed += 1;
            // Another may have begun since, whose own renewal must not wait for this.
            let begun = advertisement.begun.unwrap_or(now);
            let due = (now + RETRY).min(begun + config.readvertise_interval).max(now);
            self.timers.unset(Timer::Advertise(place));
            self.timers.set(due, Timer::Advertise(place));
            return;
        }
        if let Some(end) = advertisement.owed.take() {
            let counts = &mut self.log.readvertisements;
            match now <= end {
                true => counts.on_time += 1,
                false => counts.late += 1,
            }
        }
        advertisement.confirm(now, began + config.advertisement_ttl);
    }

    /// Withdraws a service: it is not answered from now on, and its holders are told, as soon as no
    /// announcement is under way that could undo that.
    pub(super) fn withdraw(&mut self, place: usize, desk: &mut Desk<'_>) {
        let now = desk.now();
        let advertisement = &mut self.advertisements[place];
        advertisement.settle(now, &mut self.log.readvertisements);
        advertisement.state = State::Withdrawn;
        if let Some((_, until)) = advertisement.visible.last_mut() {
            *until = now.min(*until);
        }
        let (service, provider) = (advertisement.service, advertisement.node);
        let dead = advertisement.dead.max(now);
        advertisement.withdrawal =
            Some(Withdrawn { service, provider, at: now, done: None, holders: 0, dead });
        let is_free = advertisement.under_way == 0;
        self.timers.unset(Timer::Advertise(place));
        if is_free {
            self.remove(place, desk);
        }
    }

    fn remove(&mut self, place: usize, desk: &mut Desk<'_>) {
        let key = self.plan.key(self.advertisements[place].service);
        let ticket = desk.withdraw(key);
        self.asked.insert(ticket, Asked::Withdrawal(place));
    }

    /// So many holders have confirmed that they have forgotten the service.
    pub(super) fn removed(&mut self, place: usize, holders: u32, desk: &mut Desk<'_>) {
        if let Some(withdrawal) = &mut self.advertisements[place].withdrawal {
            withdrawal.done = Some(desk.now());
            withdrawal.holders = holders;
        }
    }

    /// Another calls a service. What is not provided here, or not any more, is not answered.
    pub(super) fn serve(&mut self, caller: Caller, request: &[u8], desk: &mut Desk<'_>) {
        let Some(head) = request.first_chunk::<HEAD>() else { return };
        let service = u32::from_le_bytes(*head);
        let provided = |own: &Advertisement| own.service == service && !own.is_withdrawn();
        if !self.advertisements.iter().any(provided) {
            self.log.turned_away += 1;
            return;
        }
        let number = self.number();
        self.handling.insert(number, (caller, service));
        let time = self.plan.handler_time(desk.rng());
        match time.is_zero() {
            true => self.answer(number, desk),
            false => self.timers.set(desk.now() + time, Timer::Answer(number)),
        }
    }

    /// A call has been handled. The reply says how many others are.
    pub(super) fn answer(&mut self, number: u32, desk: &mut Desk<'_>) {
        let Some((caller, _)) = self.handling.remove(&number) else { return };
        let mut reply = vec![0; self.plan.config.reply_size as usize];
        let load = self.handling.len() as u32;
        reply[..HEAD].copy_from_slice(&load.to_le_bytes());
        self.log.served += 1;
        desk.answer(caller, Bytes::from(reply));
    }
}
