//! What becomes of a record, and of all of them by their age.
//!
//! A record's age counts from the instant at which the first node held it: what counts is how long
//! copies last, not how long it took to place them.

use crate::kademlia::key::Key64;
use crate::protocol::NodeIndex;
use crate::time::{Duration, Instant};

/// Ages at which records are looked at: so many even steps of the run's length.
const STEPS: u64 = 100;

/// Who published a record, or provides an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Index of the workload.
    pub workload: u32,
    /// The node.
    pub node: NodeIndex,
    /// When its application asked for it.
    pub at: Instant,
}

/// The life of one record, or item that is provided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecordLife {
    /// Its key.
    pub key: Key64,
    /// Who published it first; `None` if that has not come to pass before its first holder.
    pub published: Option<Publication>,
    /// When the first node held it; `None` if none ever did.
    pub first_held: Option<Instant>,
    /// When the last holder was gone; as long as somebody holds it, when a holder came or went
    /// last.
    pub last_change: Instant,
    /// Online nodes that hold it.
    pub replicas: u32,
    /// Most of them at once.
    pub replicas_max: u32,
    /// Sum over time of the nodes that held it, in node-nanoseconds up to the last change.
    pub replica_time: u128,
    /// How often its last holder was gone. Publishing it again can bring it back.
    pub times_gone: u32,
}

impl RecordLife {
    pub(super) fn new(key: Key64) -> Self {
        RecordLife {
            key,
            published: None,
            first_held: None,
            last_change: Instant::ZERO,
            replicas: 0,
            replicas_max: 0,
            replica_time: 0,
            times_gone: 0,
        }
    }

    /// Until when somebody held it, up to `end`; `None` if nobody ever did.
    pub fn last_seen(&self, end: Instant) -> Option<Instant> {
        self.first_held?;
        Some(if self.replicas > 0 { end } else { self.last_change })
    }

    /// Mean number of online nodes that held it, from the first on until `end`.
    pub fn replicas_mean(&self, end: Instant) -> Option<f64> {
        let age = end.saturating_since(self.first_held?).as_nanos();
        let rest = end.saturating_since(self.last_change).as_nanos();
        let sum = self.replica_time + u128::from(self.replicas) * u128::from(rest);
        (age > 0).then(|| sum as f64 / age as f64)
    }

    /// A node begins to hold it, at this age; `true` if nobody did.
    pub(super) fn gain(&mut self, at: Instant) -> (Duration, bool) {
        self.pass(at);
        let revived = self.replicas == 0;
        self.replicas += 1;
        self.replicas_max = self.replicas_max.max(self.replicas);
        let first = *self.first_held.get_or_insert(at);
        (at.saturating_since(first), revived)
    }

    /// A node ceases to hold it, at this age; `true` if it was the last.
    pub(super) fn lose(&mut self, at: Instant) -> (Duration, bool) {
        self.pass(at);
        self.replicas = self.replicas.checked_sub(1).expect("no more holders leave than came");
        let gone = self.replicas == 0;
        self.times_gone += u32::from(gone);
        let first = self.first_held.expect("what is dropped was held");
        (at.saturating_since(first), gone)
    }

    fn pass(&mut self, at: Instant) {
        let length = at.saturating_since(self.last_change).as_nanos();
        self.replica_time += u128::from(self.replicas) * u128::from(length);
        self.last_change = at.max(self.last_change);
    }
}

/// Records of one age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtAge {
    /// The age.
    pub age: Duration,
    /// Records that came to be so old before the run ended, held by somebody or not.
    pub observed: u64,
    /// Those of them that somebody held at that age.
    pub alive: u64,
    /// Copies of these at that age.
    pub replicas: u64,
}

/// How records fare by their age: sums of differences from one step of age to the next, so that
/// a change is two additions, and their order does not matter.
#[derive(Clone, Debug, Default)]
pub(super) struct Ages {
    step: u64,
    alive: Vec<i64>,
    replicas: Vec<i64>,
}

impl Ages {
    /// For a run of this length; nothing is kept before the first record comes.
    pub(super) fn new(length: Duration) -> Self {
        let step = length.as_nanos().div_ceil(STEPS).max(1);
        Ages { step, alive: Vec::new(), replicas: Vec::new() }
    }

    /// From this age on so many more copies of a record exist, and so many more records.
    pub(super) fn change(&mut self, age: Duration, replicas: i64, alive: i64) {
        let place = age.as_nanos().div_ceil(self.step) as usize;
        if self.alive.is_empty() {
            self.alive = vec![0; STEPS as usize + 1];
            self.replicas = self.alive.clone();
        }
        // What is older than the run is long is nobody's age.
        if let (Some(a), Some(r)) = (self.alive.get_mut(place), self.replicas.get_mut(place)) {
            *a += alive;
            *r += replicas;
        }
    }

    /// Every age that a record has reached before `end`, the beginning left out.
    pub(super) fn at(&self, lives: impl Iterator<Item = RecordLife>, end: Instant) -> Vec<AtAge> {
        let mut ages = self.clone();
        let mut observed = vec![0u64; STEPS as usize + 2];
        for life in lives {
            let Some(first) = life.first_held else { continue };
            let age = end.saturating_since(first);
            // An age that it has not reached at the end is none at which it was looked at.
            let place = age.as_nanos() / self.step + 1;
            observed[(place as usize).min(STEPS as usize + 1)] += 1;
            let past = Duration::from_nanos(place * self.step);
            ages.change(past, -i64::from(life.replicas), -i64::from(life.replicas > 0));
        }
        let (mut alive, mut replicas) = (0i64, 0i64);
        let mut left: u64 = observed.iter().sum();
        let mut all = Vec::new();
        let changes = ages.alive.iter().zip(&ages.replicas).zip(&observed).enumerate();
        for (place, ((more_alive, more_replicas), no_longer)) in changes {
            alive += more_alive;
            replicas += more_replicas;
            left -= no_longer;
            let count = |sum: i64| u64::try_from(sum).expect("no more is lost than there was");
            if place > 0 && left > 0 {
                all.push(AtAge {
                    age: Duration::from_nanos(place as u64 * self.step),
                    observed: left,
                    alive: count(alive),
                    replicas: count(replicas),
                });
            }
        }
        all
    }
}
