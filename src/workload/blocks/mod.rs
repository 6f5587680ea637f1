//! Blocks that lie on nodes and that others find, fetch and verify: the application of one node.
//!
//! - [`plan`]: which blocks there are, what is in them and where they lie;
//! - [`store`]: what a node holds in memory and on disk;
//! - [`ledger`]: who may be served by a node of the marketplace;
//! - `server`: announcing and giving away;
//! - `client`: finding providers, fetching and verifying;
//! - [`log`]: what has happened, for figures and for the checker;
//! - here: the application, which hands each part what is for it.
//!
//! A request holds a block's id. The answer is the block's content, or one byte that says why there is
//! none ([`Refusal`]); contents are longer than that.

mod client;
pub mod ledger;
pub mod log;
pub mod plan;
mod server;
pub mod store;

use super::application::{Application, Caller, Desk, Happening, Ticket};
use super::timers::Timers;
use crate::time::Instant;
use client::Fetch;
use ledger::Ledger;
use log::Log;
use plan::Plan;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use store::Store;

/// Why a node does not give a block away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// It does not have it, or not any more.
    NotHere,
    /// It serves against credit and the peer has too little.
    NoCredit,
    /// Too much waits for its upload already.
    Busy,
}

impl Refusal {
    /// All of them, in the order of their counts.
    pub const ALL: [Refusal; 3] = [Refusal::NotHere, Refusal::NoCredit, Refusal::Busy];

    /// What it is called in figures.
    pub fn name(self) -> &'static str {
        match self {
            Refusal::NotHere => "not-here",
            Refusal::NoCredit => "no-credit",
            Refusal::Busy => "busy",
        }
    }

    fn code(self) -> u8 {
        self as u8
    }

    fn read(answer: &[u8]) -> Option<Self> {
        let &[code] = answer else { return None };
        Refusal::ALL.into_iter().find(|refusal| refusal.code() == code)
    }
}

/// The application of a node: it gives blocks away and fetches others.
#[derive(Debug)]
pub struct BlockNode {
    plan: Arc<Plan>,
    store: Store,
    ledger: Ledger,
    /// Whether it has been online before.
    has_begun: bool,
    /// Blocks to be announced for which there has been no turn yet.
    to_announce: VecDeque<u32>,
    /// Announcements under way.
    announcing: u32,
    /// Own blocks that have been announced.
    uploaded: BTreeSet<u32>,
    /// Blocks that are on their way out of the node.
    sending: BTreeMap<u32, (Caller, u32)>,
    /// When the upload of a node with a limit of its own is free.
    upload_free: Instant,
    /// Blocks that are wanted and wait for their turn, with when they were.
    waiting: VecDeque<(u32, Instant)>,
    fetches: BTreeMap<u32, Fetch>,
    /// What was asked of the node and of other applications.
    asked: BTreeMap<Ticket, Asked>,
    timers: Timers<Timer>,
    /// Numbers fetches and what is being sent.
    next_number: u32,
    /// Fetches that it still has to begin, where they are counted.
    left: Option<u32>,
    log: Log,
}

/// What a ticket was given for.
#[derive(Clone, Copy, Debug)]
enum Asked {
    /// The announcement of this block, begun then.
    Announcement(u32, Instant),
    /// That it is not provided any more.
    Withdrawal,
    /// A search for the providers of what this fetch is for.
    Search(u32),
    /// A try of this fetch.
    Try(u32),
}

/// What is to be done at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// All that the node holds is announced.
    Begin,
    /// This block is announced again.
    Announce(u32),
    /// This answer leaves.
    Send(u32),
    /// A block is wanted.
    Want,
}

impl BlockNode {
    /// The application of a node on which these blocks lie, in order.
    pub fn new(plan: Arc<Plan>, own: &[u32]) -> Self {
        let config = plan.config;
        let room = |size: u64| size / u64::from(config.size);
        BlockNode {
            store: Store::new(own.to_vec(), room(config.memory_size), room(config.disk_size)),
            ledger: Ledger::new(config.credit),
            has_begun: false,
            to_announce: VecDeque::new(),
            announcing: 0,
            uploaded: BTreeSet::new(),
            sending: BTreeMap::new(),
            upload_free: Instant::ZERO,
            waiting: VecDeque::new(),
            fetches: BTreeMap::new(),
            asked: BTreeMap::new(),
            timers: Timers::default(),
            next_number: 0,
            left: plan.traffic.count_per_node(),
            log: Log::default(),
            plan,
        }
    }

    /// What has happened here.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// What it has exchanged with whom.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Fetches under way or waiting.
    pub fn unfinished(&self) -> u64 {
        (self.fetches.len() + self.waiting.len()) as u64
    }

    fn number(&mut self) -> u32 {
        let number = self.next_number;
        self.next_number = number.wrapping_add(1);
        number
    }

    fn join(&mut self, desk: &mut Desk<'_>) {
        let first = !std::mem::replace(&mut self.has_begun, true);
        self.begin_announcing(first, desk);
        self.begin_wanting(first, desk);
    }

    /// Its node is away: what was under way comes to nothing. Disk, accounts and counts are remembered.
    fn leave(&mut self) {
        self.log.interrupted += self.unfinished();
        self.log.evicted += self.store.restart().len() as u64;
        self.to_announce.clear();
        self.announcing = 0;
        self.sending.clear();
        self.upload_free = Instant::ZERO;
        self.waiting.clear();
        self.fetches.clear();
        self.asked.clear();
        self.timers.clear();
    }

    fn wake(&mut self, desk: &mut Desk<'_>) {
        while let Some(timer) = self.timers.pop_due(desk.now()) {
            match timer {
                Timer::Begin => self.announce_all(desk),
                Timer::Announce(block) => self.announce(block, desk),
                Timer::Send(number) => self.send(number, desk),
                Timer::Want => self.want(desk),
            }
        }
    }
}

impl Application for BlockNode {
    fn handle(&mut self, happening: Happening, desk: &mut Desk<'_>) {
        match happening {
            Happening::Joined => self.join(desk),
            Happening::Left => self.leave(),
            Happening::Woken => self.wake(desk),
            Happening::Asked(caller, request) => self.serve(caller, &request, desk),
            Happening::Finished(ticket, done) => match self.asked.remove(&ticket) {
                Some(Asked::Announcement(block, began)) => {
                    self.announced(block, began, done.copies, desk);
                }
                Some(Asked::Search(fetch)) => self.found(fetch, done.providers, desk),
                Some(Asked::Withdrawal | Asked::Try(_)) | None => {}
            },
            Happening::Answered(ticket, response) => {
                if let Some(Asked::Try(fetch)) = self.asked.remove(&ticket) {
                    self.answered(fetch, response.as_deref(), desk);
                }
            }
        }
        desk.wake_at(self.timers.earliest());
    }
}
