//! Whether a register was atomic (linearizable): the zones of Gibbons and Korach, "Testing shared memories"
//! (SIAM Journal on Computing, 1997), for values that are unique.
//!
//! A write and the reads that returned it stand together in every order that explains them. Their zone lies
//! between the first end and the last beginning among them. Of two such groups the one must come first of which
//! an operation ends before one of the other begins; an order exists unless that asks for both, of any two:
//! longer circles have a circle of two in them, at the group whose first end is the earliest. So no two
//! *forward* zones (first end before last beginning) may overlap, and no *backward* zone (the other way round)
//! may lie within a forward one.

use super::{Found, Read, Write};
use crate::time::Instant;

/// A write with its reads.
#[derive(Clone, Copy)]
struct Zone {
    first_end: Instant,
    last_start: Instant,
    is_read: bool,
}

impl Zone {
    fn add(&mut self, read: &Read) {
        self.first_end = self.first_end.min(read.ended);
        self.last_start = self.last_start.max(read.started);
        self.is_read = true;
    }
}

/// Whether the zones of a register are such that an order exists, in a history of which each read is
/// explained by itself.
pub(super) fn are_apart(writes: &[Write], reads: &[Read]) -> bool {
    let zone =
        |write: &Write| Zone { first_end: write.done(), last_start: write.started, is_read: false };
    let mut zones: Vec<Zone> = writes.iter().map(zone).collect();
    let mut last_empty = Instant::ZERO;
    for read in reads {
        match read.found {
            Found::Nothing => last_empty = last_empty.max(read.started),
            Found::Write(place) => zones[place].add(read),
            Found::Unwritten => return false,
        }
    }
    // A write that may never have taken effect, and that nobody has seen, has not.
    zones.retain(|zone| zone.is_read || zone.first_end < Instant::FAR_FUTURE);
    // What there was in the beginning is as if it had been written before everything.
    if zones.iter().any(|zone| zone.first_end < last_empty) {
        return false;
    }
    let (mut forward, backward): (Vec<Zone>, Vec<Zone>) =
        zones.into_iter().partition(|zone| zone.first_end < zone.last_start);
    forward.sort_unstable_by_key(|zone| (zone.first_end, zone.last_start));
    let overlap = forward.windows(2).any(|pair| pair[1].first_end < pair[0].last_start);
    !overlap && backward.iter().all(|zone| !lies_within(zone, &forward))
}

/// Whether a backward zone lies within a forward one; these are in order and apart.
fn lies_within(zone: &Zone, forward: &[Zone]) -> bool {
    let before = forward.partition_point(|other| other.first_end < zone.last_start);
    forward[..before].last().is_some_and(|other| zone.first_end < other.last_start)
}
