//! The histories of registers, put together from what all nodes have noted, and what the checker says of them.

use crate::checker::registers::{Effect, Flaw, Found, Read, RegisterChecks, Write, check};
use crate::kademlia::version::Version;
use crate::metrics::Histogram;
use crate::protocol::NodeIndex;
use crate::workload::registers::log::{Log, Outcome, Seen, WriteRecord};
use std::collections::BTreeMap;

/// What has been done to each register that anything was done to.
pub(super) struct Histories(BTreeMap<u32, History>);

/// What has been done to one.
#[derive(Default)]
struct History {
    /// In the order of their versions.
    writes: Vec<(Version, Write)>,
    /// With what each has returned.
    reads: Vec<(Seen, Read)>,
}

/// What the checker says of all registers.
#[derive(Default)]
pub(super) struct Judged {
    /// By the beginning of the read.
    pub(super) unexplained: Vec<Unexplained>,
    pub(super) inverted: u64,
    pub(super) concurrent: u64,
    /// Registers whose history no order explains.
    pub(super) not_atomic: u64,
    /// For how long stale values had certainly been overwritten when their reads began, in microseconds.
    pub(super) stale_for: Histogram,
}

/// A read that no order of the writes explains.
pub(super) struct Unexplained {
    pub(super) register: u32,
    pub(super) read: Read,
    pub(super) flaw: Flaw,
    /// The write whose value it returned, if any did write it.
    pub(super) returned: Option<Write>,
    /// The write that it should have known of.
    pub(super) missed: Option<Write>,
}

impl Histories {
    /// Those of all nodes.
    pub(super) fn new(logs: &[(NodeIndex, Log)]) -> Self {
        let mut histories = BTreeMap::<u32, History>::new();
        for (by, log) in logs {
            for write in &log.writes {
                let history = histories.entry(write.register).or_default();
                history.writes.push((write.version, as_write(*by, write)));
            }
            for read in &log.reads {
                let (started, ended, found) = (read.started, read.ended, Found::Unwritten);
                let history = histories.entry(read.register).or_default();
                history.reads.push((read.found, Read { by: *by, started, ended, found }));
            }
        }
        Histories(histories)
    }

    /// Has all of them checked.
    pub(super) fn judge(self) -> Judged {
        let mut judged = Judged::default();
        for (register, history) in self.0 {
            let (writes, reads) = history.settle();
            let checks = check(&writes, &reads);
            judged.add(register, &writes, &reads, &checks);
        }
        judged.unexplained.sort_by_key(|one| (one.read.started, one.read.by, one.register));
        judged
    }
}

impl History {
    /// The writes, and the reads with the places of the writes that they returned.
    fn settle(mut self) -> (Vec<Write>, Vec<Read>) {
        self.writes.sort_unstable_by_key(|&(version, _)| version);
        let found = |seen| match seen {
            Seen::Nothing => Found::Nothing,
            Seen::Foreign => Found::Unwritten,
            Seen::Value(version) => {
                let place = self.writes.binary_search_by_key(&version, |&(version, _)| version);
                place.map_or(Found::Unwritten, Found::Write)
            }
        };
        let reads = self.reads.iter().map(|&(seen, read)| Read { found: found(seen), ..read });
        let reads = reads.collect();
        (self.writes.into_iter().map(|(_, write)| write).collect(), reads)
    }
}

impl Judged {
    fn add(&mut self, register: u32, writes: &[Write], reads: &[Read], checks: &RegisterChecks) {
        self.inverted += checks.inverted;
        self.concurrent += checks.concurrent;
        self.not_atomic += u64::from(!checks.is_atomic);
        for &(place, flaw) in &checks.unexplained {
            let read = reads[place];
            let returned = match read.found {
                Found::Write(place) => Some(writes[place]),
                Found::Nothing | Found::Unwritten => None,
            };
            let missed = match flaw {
                Flaw::Stale(place) | Flaw::Lost(place) => Some(writes[place]),
                Flaw::Unwritten => None,
            };
            if let Flaw::Stale(place) = flaw {
                self.stale_for.record((read.started - writes[place].ended).as_micros());
            }
            self.unexplained.push(Unexplained { register, read, flaw, returned, missed });
        }
    }
}

fn as_write(by: NodeIndex, write: &WriteRecord) -> Write {
    let effect = match write.outcome {
        Outcome::Confirmed | Outcome::Superseded => Effect::Done,
        Outcome::Unconfirmed | Outcome::Interrupted | Outcome::Unfinished => Effect::Open,
    };
    Write { by, started: write.version.written, ended: write.ended, effect }
}
