//! Registers that all nodes read and write: the application of one node.
//!
//! - [`plan`]: which registers there are, who writes each first, and what nodes do to which;
//! - [`log`]: what has happened, for figures and for the checker;
//! - here: the application.
//!
//! A register is a record that has many writers. Each value carries its [`Version`], which no other has.

pub mod log;
pub mod plan;

use super::application::{Application, Desk, Happening, Ticket};
use super::timers::Timers;
use super::traffic::Left;
use crate::kademlia::key::Key64;
use crate::kademlia::operation::Finished;
use crate::kademlia::rules::Refusal;
use crate::kademlia::version::Version;
use crate::protocol::NodeIndex;
use crate::time::{Duration, Instant};
use log::{Log, Outcome, ReadRecord, Seen, WriteRecord};
use plan::{Act, Plan};
use std::collections::BTreeMap;
use std::sync::Arc;

/// After a first value that nobody has confirmed the next is tried.
const RETRY: Duration = Duration::from_secs(10);

/// The application of a node, which reads and writes all registers.
#[derive(Debug)]
pub struct RegisterNode {
    plan: Arc<Plan>,
    /// Whether it has been online before.
    has_begun: bool,
    /// The registers that it has yet to give their first value, and when.
    first_writes: BTreeMap<u32, Instant>,
    under_way: BTreeMap<Ticket, Operation>,
    timers: Timers<Timer>,
    /// Values written.
    written: u32,
    /// Operations that it still has to make, where they are counted.
    left: Option<u32>,
    log: Log,
}

/// An operation under way.
#[derive(Clone, Copy, Debug)]
enum Operation {
    Read { register: u32, started: Instant },
    Write { register: u32, version: Version },
}

/// What is to be done at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// A register is given its first value.
    WriteFirst(u32),
    /// A register is read or written.
    Operate,
}

impl RegisterNode {
    /// The application of a node that gives these registers their first values.
    pub fn new(plan: Arc<Plan>, writes_first: &[u32]) -> Self {
        let left = plan.traffic.count_per_node();
        RegisterNode {
            plan,
            has_begun: false,
            first_writes: writes_first.iter().map(|&register| (register, Instant::ZERO)).collect(),
            under_way: BTreeMap::new(),
            timers: Timers::default(),
            written: 0,
            left,
            log: Log::default(),
        }
    }

    /// What has happened here until the run's end: what is under way then is given up.
    pub fn closed_log(&self, end: Instant) -> Log {
        let mut log = self.log.clone();
        for operation in self.under_way.values() {
            match *operation {
                Operation::Read { .. } => log.reads_unfinished += 1,
                Operation::Write { register, version } => {
                    let outcome = Outcome::Unfinished;
                    log.writes.push(WriteRecord { register, version, ended: end, outcome });
                }
            }
        }
        log
    }

    fn join(&mut self, desk: &mut Desk<'_>) {
        let first = !std::mem::replace(&mut self.has_begun, true);
        for (&register, due) in &mut self.first_writes {
            if first {
                *due = self.plan.first_write(desk.rng());
            }
            self.timers.set((*due).max(desk.now()), Timer::WriteFirst(register));
        }
        let begin = self.plan.measured_from.max(desk.now());
        let gap = match first {
            true => self.plan.traffic.first_gap(desk.rng()),
            false => self.next_gap(desk),
        };
        if let Some(gap) = gap {
            self.timers.set(begin + gap, Timer::Operate);
        }
    }

    /// Its node is away: what was under way comes to nothing that it hears of.
    fn leave(&mut self, now: Instant) {
        for operation in std::mem::take(&mut self.under_way).into_values() {
            match operation {
                Operation::Read { .. } => self.log.reads_interrupted += 1,
                Operation::Write { register, version } => {
                    let outcome = Outcome::Interrupted;
                    self.log.writes.push(WriteRecord { register, version, ended: now, outcome });
                }
            }
        }
        self.timers.clear();
    }

    fn next_gap(&self, desk: &mut Desk<'_>) -> Option<Duration> {
        let time = self.plan.end.saturating_since(self.plan.measured_from.max(desk.now()));
        let left = Left { operations: self.left.unwrap_or(0), time };
        self.plan.traffic.next_gap(left, desk.rng())
    }

    fn wake(&mut self, desk: &mut Desk<'_>) {
        while let Some(timer) = self.timers.pop_due(desk.now()) {
            match timer {
                Timer::WriteFirst(register) => self.write(register, desk),
                Timer::Operate => self.operate(desk),
            }
        }
    }

    /// Reads or writes a register.
    fn operate(&mut self, desk: &mut Desk<'_>) {
        if let Some(left) = &mut self.left {
            *left -= 1;
        }
        if let Some(gap) = self.next_gap(desk) {
            self.timers.set(desk.now() + gap, Timer::Operate);
        }
        match self.plan.next(desk.rng()) {
            (Act::Write, register) => self.write(register, desk),
            (Act::Read, register) => {
                let ticket = desk.get(self.plan.key(register));
                let started = desk.now();
                self.under_way.insert(ticket, Operation::Read { register, started });
            }
        }
    }

    fn write(&mut self, register: u32, desk: &mut Desk<'_>) {
        let NodeIndex(writer) = desk.node();
        let version = Version { written: desk.now(), writer, count: self.written };
        self.written += 1;
        let value = version.value(self.plan.config.size as usize);
        let ticket = desk.put(self.plan.key(register), value);
        self.under_way.insert(ticket, Operation::Write { register, version });
    }

    fn finished(&mut self, ticket: Ticket, done: &Finished<NodeIndex, Key64>, now: Instant) {
        match self.under_way.remove(&ticket) {
            Some(Operation::Read { register, started }) => self.read(register, started, done, now),
            Some(Operation::Write { register, version }) => {
                let outcome = match (done.copies, done.refused) {
                    (1.., _) => Outcome::Confirmed,
                    (0, Some(Refusal::OUTDATED)) => Outcome::Superseded,
                    (0, _) => Outcome::Unconfirmed,
                };
                self.log.writes.push(WriteRecord { register, version, ended: now, outcome });
                self.settle_first(register, outcome, now);
            }
            None => {}
        }
    }

    /// A register that this node gives its first value has it, or is given another.
    fn settle_first(&mut self, register: u32, outcome: Outcome, now: Instant) {
        let Some(due) = self.first_writes.get_mut(&register) else { return };
        match outcome {
            Outcome::Confirmed | Outcome::Superseded => {
                self.first_writes.remove(&register);
            }
            Outcome::Unconfirmed | Outcome::Interrupted | Outcome::Unfinished => {
                *due = now + RETRY;
                self.timers.unset(Timer::WriteFirst(register));
                self.timers.set(*due, Timer::WriteFirst(register));
            }
        }
    }

    fn read(
        &mut self,
        register: u32,
        started: Instant,
        done: &Finished<NodeIndex, Key64>,
        ended: Instant,
    ) {
        let found = match &done.value {
            Some(value) => self.seen(value),
            None if done.closest.is_empty() => {
                self.log.reads_failed += 1;
                return;
            }
            None => Seen::Nothing,
        };
        self.log.reads.push(ReadRecord { register, started, ended, found });
    }

    /// What a value is, all of whose bytes must be as its version has them.
    fn seen(&self, value: &[u8]) -> Seen {
        let whole = |version: &Version| version.value(self.plan.config.size as usize) == value;
        Version::of(value).filter(whole).map_or(Seen::Foreign, Seen::Value)
    }
}

impl Application for RegisterNode {
    fn handle(&mut self, happening: Happening, desk: &mut Desk<'_>) {
        match happening {
            Happening::Joined => self.join(desk),
            Happening::Left => self.leave(desk.now()),
            Happening::Woken => self.wake(desk),
            Happening::Finished(ticket, done) => self.finished(ticket, &done, desk.now()),
            Happening::Asked(..) | Happening::Answered(..) => {}
        }
        desk.wake_at(self.timers.earliest());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `docs/registers.md` says of memory.
    #[test]
    fn sizes_are_as_documented() {
        assert!(size_of::<RegisterNode>() <= 300, "{}", size_of::<RegisterNode>());
        assert_eq!((size_of::<ReadRecord>(), size_of::<WriteRecord>()), (48, 32));
    }
}
