//! The provider's side: announcing blocks and giving them away.

use super::log::{Log, Transfer, Way};
use super::store::Tier;
use super::{Asked, BlockNode, Refusal, Timer};
use crate::time::{Duration, Instant};
use crate::workload::application::{Caller, Desk};
use bytes::Bytes;

/// An announcement that nobody has confirmed is tried again after this.
const RETRY: Duration = Duration::from_secs(10);

const NANOS_PER_SECOND: u128 = 1_000_000_000;

impl BlockNode {
    /// Its node has joined: what it holds is announced, in its turn if that is for the first time. Who
    /// cannot be asked announces nothing.
    pub(super) fn begin_announcing(&mut self, first: bool, desk: &mut Desk<'_>) {
        if !self.plan.is_open(desk.node()) {
            return;
        }
        let due = match first {
            true => self.plan.first_announcement(desk.rng()),
            false => desk.now(),
        };
        self.timers.set(due.max(desk.now()), Timer::Begin);
    }

    /// Announces everything, as much at once as may be.
    pub(super) fn announce_all(&mut self, desk: &mut Desk<'_>) {
        self.to_announce.extend(self.store.own());
        if self.plan.config.announce_fetched {
            self.to_announce.extend(self.store.fetched());
        }
        self.announce_next(desk);
    }

    /// Has a block announced in its turn.
    pub(super) fn announce(&mut self, block: u32, desk: &mut Desk<'_>) {
        self.to_announce.push_back(block);
        self.announce_next(desk);
    }

    fn announce_next(&mut self, desk: &mut Desk<'_>) {
        while self.announcing < self.plan.config.parallel_uploads
            && let Some(block) = self.to_announce.pop_front()
        {
            if !self.store.holds(block) {
                continue;
            }
            self.announcing += 1;
            let ticket = desk.announce(self.plan.key(block), self.plan.provider_expiry);
            self.asked.insert(ticket, Asked::Announcement(block, desk.now()));
        }
    }

    /// An announcement has ended, with so many holders that confirmed it.
    pub(super) fn announced(
        &mut self,
        block: u32,
        began: Instant,
        holders: u32,
        desk: &mut Desk<'_>,
    ) {
        let now = desk.now();
        self.announcing -= 1;
        self.log.announcements += 1;
        if !self.store.holds(block) {
            // It is gone since; holders that had been told so may have been told otherwise.
            self.withdraw(block, desk);
        } else if holders == 0 {
            self.log.announcements_failed += 1;
            self.timers.set(now + RETRY, Timer::Announce(block));
        } else {
            if self.store.is_own(block) && self.uploaded.insert(block) {
                self.log.uploads.push(now - began);
            }
            if let Some(interval) = self.plan.announce_interval {
                self.timers.set(began + interval, Timer::Announce(block));
            }
        }
        self.announce_next(desk);
    }

    /// Blocks are gone, since others needed their room: nobody shall come for them any more.
    pub(super) fn lose(&mut self, gone: impl IntoIterator<Item = u32>, desk: &mut Desk<'_>) {
        for block in gone {
            self.log.evicted += 1;
            if !self.plan.config.announce_fetched || !self.plan.is_open(desk.node()) {
                continue;
            }
            self.withdraw(block, desk);
        }
    }

    fn withdraw(&mut self, block: u32, desk: &mut Desk<'_>) {
        self.timers.unset(Timer::Announce(block));
        let ticket = desk.withdraw(self.plan.key(block));
        self.asked.insert(ticket, Asked::Withdrawal);
    }

    /// Reads a block; how long that takes. `None` if it is not here.
    pub(super) fn read(&mut self, block: u32, desk: &mut Desk<'_>) -> Option<Duration> {
        let (tier, gone) = self.store.read(block)?;
        self.lose(gone, desk);
        Some(match tier {
            Tier::Memory => {
                self.log.memory_hits += 1;
                self.plan.config.memory_delay
            }
            Tier::Disk => {
                self.log.disk_hits += 1;
                self.plan.config.disk_delay
            }
        })
    }

    /// Another asks for a block.
    pub(super) fn serve(&mut self, caller: Caller, request: &[u8], desk: &mut Desk<'_>) {
        let held = self.plan.block_of(request).filter(|&block| self.store.holds(block));
        let accepted = held.ok_or(Refusal::NotHere).and_then(|block| {
            let upload = self.accept(caller, desk)?;
            Ok((block, upload))
        });
        let (block, upload) = match accepted {
            Ok(accepted) => accepted,
            Err(refusal) => {
                Log::count(&mut self.log.refused, refusal);
                return desk.answer(caller, Bytes::copy_from_slice(&[refusal.code()]));
            }
        };
        let read = self.read(block, desk).expect("it is held");
        self.log.transfers.push(Transfer { peer: caller.node, block, way: Way::Sent });
        let number = self.number();
        self.sending.insert(number, (caller, block));
        let due = upload.max(desk.now() + read);
        match due == desk.now() {
            true => self.send(number, desk),
            false => self.timers.set(due, Timer::Send(number)),
        }
    }

    /// Whether a peer is served, and when the upload of a block is done. In the marketplace that takes
    /// credit, which is spent at once, and room in the upload.
    fn accept(&mut self, caller: Caller, desk: &Desk<'_>) -> Result<Instant, Refusal> {
        let (now, config) = (desk.now(), self.plan.config);
        let size = u64::from(config.size);
        if !self.plan.is_marketplace(desk.node()) {
            return Ok(now);
        }
        if self.ledger.credit(caller.node) < size {
            return Err(Refusal::NoCredit);
        }
        let mut done = now;
        if let Some(rate) = config.marketplace_upload {
            let free = self.upload_free.max(now);
            if free - now > config.marketplace_queue {
                return Err(Refusal::Busy);
            }
            let nanos = u128::from(size) * 8 * NANOS_PER_SECOND / u128::from(rate);
            done = free + Duration::from_nanos(nanos as u64);
            self.upload_free = done;
        }
        self.ledger.spend(caller.node, size);
        Ok(done)
    }

    /// A block leaves.
    pub(super) fn send(&mut self, number: u32, desk: &mut Desk<'_>) {
        let Some((caller, block)) = self.sending.remove(&number) else { return };
        let content = self.plan.content_on(desk.node(), block);
        self.log.bytes_served += content.len() as u64;
        desk.answer(caller, content);
    }
}
