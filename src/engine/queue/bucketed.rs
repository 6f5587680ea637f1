//! A calendar queue: an event is appended to the bucket of its instant, and a bucket is sorted
//! only when its time has come. What an event costs hardly depends on how many are pending.
//!
//! Three places, by how far away an event is:
//! - the current bucket, sorted, taken from its end;
//! - a ring of buckets, unsorted, that reaches at least half a ring ahead;
//! - beyond it whole half rings, unsorted, in a map; each is spread over the ring when the
//!   one before it begins.
//!
//! The width of a bucket follows the density of events: it is halved or doubled (twice over)
//! when buckets hold too many or too few. The order of events does not depend on it.

use super::wakes::{Due, Move, NIL, Wakes};
use super::{EventQueue, NodeIndex};
use crate::engine::event::{Event, Payload};
use crate::time::Instant;
use std::collections::BTreeMap;
use std::ops::Range;

const RING_BITS: u32 = 14;
const RING: usize = 1 << RING_BITS;
const HALF_BITS: u32 = RING_BITS - 1;
/// Bucket widths are powers of two: from 16 ns to 17 s; a run begins with 131 µs.
const SHIFTS: std::ops::RangeInclusive<u32> = 4..=34;
const FIRST_SHIFT: u32 = 17;
/// Mean events in a sorted bucket outside of which the width changes. A bucket is what can be looked
/// at ahead, so it should hold several times as many as are.
const CROWDED: u64 = 384;
const SPARSE: u64 = 48;
/// One event in so many may come into the bucket that is sorted already, which moves what comes
/// before; where more do, buckets are narrower.
const LATE: u64 = 4;

/// So many events a bucket holds before it is given a long list: far ahead there are few.
const FEW: usize = 4;

/// One unsorted stretch of time: its events, and the list of its wake-ups.
struct Bucket {
    events: Vec<Event>,
    wakes: u32,
}

impl Bucket {
    const fn empty() -> Self {
        Bucket { events: Vec::new(), wakes: NIL }
    }
}

/// A calendar queue.
pub struct Bucketed {
    shift: u32,
    /// Number of the bucket that is being taken from.
    current: u64,
    /// Its events, the first one last.
    sorted: Vec<Event>,
    ring: Vec<Bucket>,
    /// Lists of buckets that are over, for those to come: memory is held for as many buckets as
    /// hold events at a time, and what is written next lies in the processor's cache.
    emptied: Vec<Vec<Event>>,
    /// A bit for each bucket of the ring that is not empty.
    occupied: Vec<u64>,
    far: BTreeMap<u64, Bucket>,
    wakes: Wakes,
    pending: usize,
    /// Buckets sorted and events in them since the width was last considered.
    sorted_buckets: u64,
    sorted_events: u64,
    late_events: u64,
}

/// Where an instant belongs.
enum Place {
    Sorted,
    Ring(usize),
    Far(u64),
}

impl Bucketed {
    #[inline]
    fn place(&self, due: u64) -> Place {
        let bucket = due >> self.shift;
        if bucket <= self.current {
            return Place::Sorted;
        }
        let half = bucket >> HALF_BITS;
        if half <= (self.current >> HALF_BITS) + 1 {
            return Place::Ring(bucket as usize & (RING - 1));
        }
        Place::Far(half)
    }

    #[inline]
    fn insert_sorted(&mut self, event: Event) {
        let position = self.sorted.partition_point(|other| *other > event);
        self.sorted.insert(position, event);
    }

    #[inline]
    fn occupy(&mut self, index: usize) {
        self.occupied[index >> 6] |= 1 << (index & 63);
    }

    #[inline]
    fn put(&mut self, event: Event) {
        match self.place(event.due) {
            Place::Sorted => {
                self.late_events += 1;
                self.insert_sorted(event);
            }
            Place::Ring(index) => {
                let events = &mut self.ring[index].events;
                if events.len() == FEW
                    && events.capacity() == FEW
                    && let Some(mut emptied) = self.emptied.pop()
                {
                    emptied.append(events);
                    *events = emptied;
                }
                events.push(event);
                self.occupy(index);
            }
            Place::Far(half) => {
                self.far.entry(half).or_insert(Bucket::empty()).events.push(event);
            }
        }
    }

    fn put_wake(&mut self, node: u32, due: u64) {
        match self.place(due) {
            Place::Sorted => self.insert_sorted(Event::wake(due, node)),
            Place::Ring(index) => {
                self.wakes.link(&mut self.ring[index].wakes, node);
                self.occupy(index);
            }
            Place::Far(half) => {
                let bucket = self.far.entry(half).or_insert(Bucket::empty());
                self.wakes.link(&mut bucket.wakes, node);
            }
        }
    }

    /// Takes a wake-up out of its list. One that is already in the sorted bucket stays there
    /// and is passed over when it comes up. A bucket that is left empty stays marked.
    fn remove_wake(&mut self, node: u32, placed: u64) {
        match self.place(placed) {
            Place::Sorted => {}
            Place::Ring(index) => self.wakes.unlink(&mut self.ring[index].wakes, node),
            Place::Far(half) => {
                let bucket = self.far.get_mut(&half).expect("a linked wake-up has its bucket");
                self.wakes.unlink(&mut bucket.wakes, node);
            }
        }
    }

    /// The first bucket after the current one that the ring holds and that is not empty.
    fn next_occupied(&self) -> Option<u64> {
        let end = ((self.current >> HALF_BITS) + 2) << HALF_BITS;
        let mut bucket = self.current + 1;
        while bucket < end {
            let index = bucket as usize & (RING - 1);
            let word = self.occupied[index >> 6] >> (index & 63);
            if word != 0 {
                return Some(bucket + u64::from(word.trailing_zeros()));
            }
            bucket += 64 - (index as u64 & 63);
        }
        None
    }

    /// Spreads a half ring of the far future over the ring.
    fn load(&mut self, half: u64) {
        let Some(bucket) = self.far.remove(&half) else { return };
        for event in bucket.events {
            self.put(event);
        }
        let mut standing = Vec::new();
        self.wakes.drain(bucket.wakes, |node, due| standing.push((node, due)));
        for (node, due) in standing {
            self.put_wake(node, due);
        }
    }

    /// Makes the next bucket that is not empty the current one, unless it begins at or after
    /// `end`: then time stands still, so that what is pushed next is not out of order.
    #[cold]
    fn advance(&mut self, end: u64) -> bool {
        loop {
            // Within the loop, as the width may change.
            let last = end.saturating_sub(1) >> self.shift;
            let Some(bucket) = self.next_occupied() else {
                let Some((&half, _)) = self.far.first_key_value() else { return false };
                if half << HALF_BITS > last {
                    return false;
                }
                self.current = (half << HALF_BITS) - 1;
                self.load(half);
                continue;
            };
            if bucket > last {
                return false;
            }
            let half = bucket >> HALF_BITS;
            let entered = half != self.current >> HALF_BITS;
            self.current = bucket;
            if entered {
                self.load(half + 1);
            }
            // Before the bucket is sorted: no wake-up has left its list yet.
            if entered && self.sorted_buckets >= 256 && self.adapt_width() {
                if self.sorted.is_empty() {
                    continue;
                }
                return true;
            }
            self.sort_current();
            if !self.sorted.is_empty() {
                return true;
            }
        }
    }

    fn sort_current(&mut self) {
        let index = self.current as usize & (RING - 1);
        self.occupied[index >> 6] &= !(1 << (index & 63));
        let bucket = &mut self.ring[index];
        let emptied = std::mem::replace(&mut self.sorted, std::mem::take(&mut bucket.events));
        if emptied.capacity() > FEW {
            self.emptied.push(emptied);
        }
        let head = std::mem::replace(&mut bucket.wakes, NIL);
        let sorted = &mut self.sorted;
        self.wakes.drain(head, |node, due| sorted.push(Event::wake(due, node)));
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        self.sorted_buckets += 1;
        self.sorted_events += self.sorted.len() as u64;
    }

    /// Changes the width of the buckets if they hold too many or too few events; says whether it
    /// did. Nothing may be sorted: wake-ups must stand in their lists.
    fn adapt_width(&mut self) -> bool {
        let (buckets, events) = (self.sorted_buckets, self.sorted_events);
        let late = std::mem::take(&mut self.late_events);
        self.sorted_buckets = 0;
        self.sorted_events = 0;
        let narrow = events > CROWDED * buckets || late * LATE > events && events > 4 * buckets;
        // At four times the width four times as many events come late.
        let wide = events < SPARSE * buckets && late * LATE * 4 < events;
        let shift = match (narrow, wide) {
            (true, _) => self.shift - 2,
            (false, true) => self.shift + 2,
            (false, false) => return false,
        };
        if !SHIFTS.contains(&shift) {
            return false;
        }
        assert!(self.sorted.is_empty(), "the width changes between two buckets");
        self.rebuild(shift);
        true
    }

    fn rebuild(&mut self, shift: u32) {
        let mut events = Vec::new();
        let mut standing = Vec::new();
        let far = std::mem::take(&mut self.far);
        let ring = self.ring.iter_mut().map(|bucket| std::mem::replace(bucket, Bucket::empty()));
        for bucket in ring.chain(far.into_values()) {
            events.extend(bucket.events);
            self.wakes.drain(bucket.wakes, |node, due| standing.push((node, due)));
        }
        self.occupied.fill(0);
        // The current bucket's first instant lies in the current bucket of the new width too.
        self.current = if shift < self.shift {
            self.current << (self.shift - shift)
        } else {
            self.current >> (shift - self.shift)
        };
        self.shift = shift;
        events.sort_unstable_by(|a, b| b.cmp(a));
        let kept = events.partition_point(|event| event.due >> shift > self.current);
        self.sorted = events.split_off(kept);
        for event in events {
            self.put(event);
        }
        for (node, due) in standing {
            self.put_wake(node, due);
        }
    }
}

impl EventQueue for Bucketed {
    fn new(nodes: Range<u32>) -> Self {
        Bucketed {
            shift: FIRST_SHIFT,
            current: 0,
            sorted: Vec::new(),
            ring: std::iter::repeat_with(Bucket::empty).take(RING).collect(),
            emptied: Vec::new(),
            occupied: vec![0; RING / 64],
            far: BTreeMap::new(),
            wakes: Wakes::new(nodes),
            pending: 0,
            sorted_buckets: 0,
            sorted_events: 0,
            late_events: 0,
        }
    }

    #[inline]
    fn push(&mut self, event: Event) {
        self.pending += 1;
        self.put(event);
    }

    #[inline]
    fn set_wake(&mut self, node: NodeIndex, due: Instant) {
        match self.wakes.want(node.0, due.as_nanos()) {
            Move::Stay => {}
            Move::Replace { placed, due } => {
                if placed != Instant::FAR_FUTURE.as_nanos() {
                    self.remove_wake(node.0, placed);
                }
                self.put_wake(node.0, due);
            }
        }
    }

    #[inline]
    fn pop_before(&mut self, end: Instant) -> Option<Event> {
        loop {
            let Some(event) = self.sorted.last().copied() else {
                if self.advance(end.as_nanos()) {
                    continue;
                }
                return None;
            };
            if event.due >= end.as_nanos() {
                return None;
            }
            self.sorted.pop();
            if event.payload() != Payload::Wake {
                self.pending -= 1;
                return Some(event);
            }
            match self.wakes.came_up(event.destination, event.due) {
                Due::Now => return Some(event),
                Due::Later(due) => self.put_wake(event.destination, due),
                Due::Nothing => {}
            }
        }
    }

    fn nothing_before(&self) -> Instant {
        let start = |bucket: u64| Instant::from_nanos(bucket.saturating_mul(1 << self.shift));
        if let Some(event) = self.sorted.last() {
            return event.due();
        }
        match (self.next_occupied(), self.far.first_key_value()) {
            (Some(bucket), _) => start(bucket),
            (None, Some((&half, _))) => start(half << HALF_BITS),
            (None, None) => Instant::FAR_FUTURE,
        }
    }

    #[inline]
    fn upcoming(&self, ahead: usize) -> Option<&Event> {
        let index = self.sorted.len().checked_sub(1 + ahead)?;
        Some(&self.sorted[index])
    }

    #[inline]
    fn prefetch_wake(&self, node: NodeIndex) {
        self.wakes.prefetch(node.0);
    }

    #[inline]
    fn turn(&self) -> u64 {
        self.current
    }

    fn pending(&self) -> usize {
        self.pending
    }
}

#[cfg(test)]
impl Bucketed {
    pub(in crate::engine) const WAKE_BYTES: usize = Wakes::BYTES;

    pub(super) fn width_in_nanos(&self) -> u64 {
        1 << self.shift
    }
}
