//! Services that nodes advertise and that others find and call: the application of one node.
//!
//! - [`plan`]: which services there are, who provides them, and who asks for which;
//! - `provider`: advertising, withdrawing and answering;
//! - `caller`: finding providers, choosing one and calling it;
//! - [`known`]: what a caller remembers of a service;
//! - [`log`]: what has happened, for figures and for the checker;
//! - here: the application, which hands each part what is for it.
//!
//! A node holds the timers of its parts in one ordered set and asks for one wake-up. Every timer belongs
//! to something that lives: an advertisement that has not been withdrawn, a call that is being handled,
//! a caller that is online ([`ServiceNode::orphan_timers`]).

mod caller;
pub mod known;
pub mod log;
pub mod plan;
mod provider;

use super::application::{Application, Caller, Desk, Happening, Ticket};
use super::timers::Timers;
use crate::time::Instant;
use caller::Call;
use known::Known;
use log::Log;
use plan::Plan;
use provider::Advertisement;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The application of a node: provider of some services, perhaps none, and caller of the others.
#[derive(Debug)]
pub struct ServiceNode {
    plan: Arc<Plan>,
    is_online: bool,
    /// Whether it has been online before.
    has_begun: bool,
    advertisements: Vec<Advertisement>,
    /// Calls of others that are being handled.
    handling: BTreeMap<u32, (Caller, u32)>,
    /// What is known of services, whether it still may be used for a new call or not.
    known: BTreeMap<u32, Known>,
    /// Searches under way: when each began, and the calls that wait for it.
    searches: BTreeMap<u32, (Instant, Vec<u32>)>,
    calls: BTreeMap<u32, Call>,
    /// What was asked of the node and of other applications.
    asked: BTreeMap<Ticket, Asked>,
    timers: Timers<Timer>,
    /// Numbers calls, its own and others'.
    next_number: u32,
    /// Calls that it still has to make, where they are counted.
    left: Option<u32>,
    log: Log,
}

/// What a ticket was given for.
#[derive(Clone, Copy, Debug)]
enum Asked {
    /// The announcement of the advertisement in this place, begun then.
    Announcement(usize, Instant),
    /// Its withdrawal.
    Withdrawal(usize),
    /// A search for providers of this service.
    Search(u32),
    /// A try of this call.
    Try(u32),
}

/// What is to be done at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// The advertisement in this place is announced, or announced again.
    Advertise(usize),
    /// It is withdrawn.
    Withdraw(usize),
    /// The call of another that has this number has been handled.
    Answer(u32),
    /// A call is made.
    Call,
}

impl ServiceNode {
    /// The application that provides these services.
    pub fn new(plan: Arc<Plan>, provides: &[u32]) -> Self {
        let left = plan.traffic.count_per_node();
        ServiceNode {
            plan,
            is_online: false,
            has_begun: false,
            advertisements: provides.iter().map(|&service| Advertisement::new(service)).collect(),
            handling: BTreeMap::new(),
            known: BTreeMap::new(),
            searches: BTreeMap::new(),
            calls: BTreeMap::new(),
            asked: BTreeMap::new(),
            timers: Timers::default(),
            next_number: 0,
            left,
            log: Log::default(),
        }
    }

    /// What has happened here.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// What has happened here until the run's end: what is still owed then is settled.
    pub fn closed_log(&self, end: Instant) -> Log {
        let mut log = self.log.clone();
        for advertisement in &self.advertisements {
            advertisement.close(end, &mut log.readvertisements);
            log.visible.extend(advertisement.visible());
            log.withdrawn.extend(advertisement.withdrawn());
        }
        log.unfinished += self.calls.len() as u64;
        log
    }

    /// Timers that belong to nothing that lives. There are none; who looks for them proves it.
    pub fn orphan_timers(&self) -> u64 {
        let belongs = |timer: Timer| match timer {
            _ if !self.is_online => false,
            Timer::Advertise(place) | Timer::Withdraw(place) => {
                !self.advertisements[place].is_withdrawn()
            }
            Timer::Answer(number) => self.handling.contains_key(&number),
            Timer::Call => self.left != Some(0),
        };
        self.timers.iter().filter(|&timer| !belongs(timer)).count() as u64
    }

    fn number(&mut self) -> u32 {
        let number = self.next_number;
        self.next_number = number.wrapping_add(1);
        number
    }

    fn join(&mut self, desk: &mut Desk<'_>) {
        self.is_online = true;
        let first = !std::mem::replace(&mut self.has_begun, true);
        for place in 0..self.advertisements.len() {
            self.begin_advertising(place, first, desk);
        }
        self.begin_calling(first, desk);
    }

    /// Its node is away: what was under way comes to nothing. Only what it advertises and has counted is
    /// remembered.
    fn leave(&mut self, now: Instant) {
        self.is_online = false;
        self.log.interrupted += self.calls.len() as u64;
        for advertisement in &mut self.advertisements {
            let ttl = self.plan.config.advertisement_ttl;
            advertisement.pause(now, ttl, &mut self.log.readvertisements);
        }
        self.handling.clear();
        self.known.clear();
        self.searches.clear();
        self.calls.clear();
        self.asked.clear();
        self.timers.clear();
    }

    fn wake(&mut self, desk: &mut Desk<'_>) {
        while let Some(timer) = self.timers.pop_due(desk.now()) {
            match timer {
                Timer::Advertise(place) => self.advertise(place, desk),
                Timer::Withdraw(place) => self.withdraw(place, desk),
                Timer::Answer(number) => self.answer(number, desk),
                Timer::Call => self.call(desk),
            }
        }
    }
}

impl Application for ServiceNode {
    fn handle(&mut self, happening: Happening, desk: &mut Desk<'_>) {
        match happening {
            Happening::Joined => self.join(desk),
            Happening::Left => self.leave(desk.now()),
            Happening::Woken => self.wake(desk),
            Happening::Asked(caller, request) => self.serve(caller, &request, desk),
            Happening::Finished(ticket, done) => match self.asked.remove(&ticket) {
                Some(Asked::Announcement(place, began)) => {
                    self.announced(place, began, done.copies, desk);
                }
                Some(Asked::Withdrawal(place)) => self.removed(place, done.copies, desk),
                Some(Asked::Search(service)) => self.found(service, done.providers, desk),
                Some(Asked::Try(_)) | None => {}
            },
            Happening::Answered(ticket, response) => {
                if let Some(Asked::Try(call)) = self.asked.remove(&ticket) {
                    self.answered(call, response.as_deref(), desk);
                }
            }
        }
        desk.wake_at(self.timers.earliest());
    }
}

#[cfg(test)]
mod tests {
    use super::log::{CallRecord, Search};
    use super::*;

    /// What `docs/services.md` says of memory.
    #[test]
    fn sizes_are_as_documented() {
        assert!(size_of::<ServiceNode>() <= 500, "{}", size_of::<ServiceNode>());
        assert!(size_of::<Advertisement>() <= 200, "{}", size_of::<Advertisement>());
        assert_eq!((size_of::<CallRecord>(), size_of::<Search>()), (56, 40));
    }
}
