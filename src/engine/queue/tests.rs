//! Laws of the queue, held against the reference by random scripts.

use super::*;
use crate::engine::event::Payload;
use crate::rng::distribution::below;
use crate::rng::{Purpose, Seed, Stream};
use rand::Rng;

const NODES: u32 = 20;

/// Drives both queues with the same random script and compares every event that comes out.
fn same_as_reference(seed: u64, steps: u32, reach: u64) {
    let mut draws = Stream::new(Seed(seed), Purpose::Test, 0);
    let mut queue = Bucketed::new(0..NODES);
    let mut reference = Reference::new(0..NODES);
    let mut now = 0;
    for counter in 0..steps {
        // Distances over many orders of magnitude: current bucket, ring, far future.
        let exponent = below(draws.next_u64(), reach);
        let due = Instant::from_nanos(now + below(draws.next_u64(), 1 << exponent));
        let node = NodeIndex(below(draws.next_u64(), u64::from(NODES)) as u32);
        match below(draws.next_u64(), 8) {
            0..=3 => {
                let event = Event::new(due, node, counter, node, Payload::Arrival(counter));
                queue.push(event);
                reference.push(event);
            }
            4 => {
                queue.set_wake(node, due);
                reference.set_wake(node, due);
            }
            5 if counter % 3 == 0 => {
                queue.set_wake(node, Instant::FAR_FUTURE);
                reference.set_wake(node, Instant::FAR_FUTURE);
            }
            _ => {
                let popped = queue.pop_before(due);
                let expected = reference.pop_before(due);
                assert_eq!(popped.map(|e| e.payload()), expected.map(|e| e.payload()));
                assert_eq!(popped, expected, "seed {seed}, step {counter}");
                now = popped.map_or(due.as_nanos(), |event| event.due);
            }
        }
        assert_eq!(queue.pending(), reference.pending());
    }
    loop {
        let popped = queue.pop_before(Instant::FAR_FUTURE);
        assert_eq!(popped, reference.pop_before(Instant::FAR_FUTURE), "seed {seed}, at the end");
        if popped.is_none() {
            return;
        }
    }
}

#[test]
fn gives_the_reference_s_order_over_all_distances() {
    for seed in 0..60 {
        same_as_reference(seed, 2_000, 45);
    }
}

#[test]
fn gives_the_reference_s_order_when_crowded() {
    for seed in 100..130 {
        same_as_reference(seed, 4_000, 12);
    }
}

/// Enough events a bucket, and then enough empty ones, that the width adapts both ways.
#[test]
fn gives_the_reference_s_order_across_changes_of_width() {
    let mut draws = Stream::new(Seed(5), Purpose::Test, 0);
    let mut queue = Bucketed::new(0..1);
    let mut reference = Reference::new(0..1);
    let (mut counter, mut now, mut end) = (0, 0, Instant::ZERO);
    let mut widths = std::collections::BTreeSet::new();
    for (pending, gap) in [(60_000u64, 100_000_000u64), (3, 60_000_000_000)] {
        for hold in 0..6 * pending.max(20_000) {
            // In windows, as a run does, so that the end of one falls where the width changes.
            end = end.max(Instant::from_nanos(now + gap / 50));
            let last = queue.pop_before(end);
            assert_eq!(last, reference.pop_before(end));
            now = last.map_or(end.as_nanos(), |event| event.due);
            let pushes = if hold < pending { 2 } else { u64::from(queue.pending() < 60_000) };
            for _ in 0..pushes {
                counter += 1;
                let due = Instant::from_nanos(now + 1 + below(draws.next_u64(), gap));
                let node = NodeIndex(0);
                let event = Event::new(due, node, counter, node, Payload::Arrival(counter));
                queue.push(event);
                reference.push(event);
            }
            widths.insert(queue.width_in_nanos());
        }
        while queue.pending() > 3 {
            assert_eq!(
                queue.pop_before(Instant::FAR_FUTURE),
                reference.pop_before(Instant::FAR_FUTURE)
            );
        }
    }
    assert!(widths.len() >= 3, "the width took the values {widths:?} only");
}

/// Dense wake-ups, many of them moved to an earlier time, while the width changes.
#[test]
fn gives_the_reference_s_order_with_dense_wake_ups_across_changes_of_width() {
    const DENSE: u32 = 40_000;
    let mut draws = Stream::new(Seed(0), Purpose::Test, 0);
    let mut queue = Bucketed::new(0..DENSE);
    let mut reference = Reference::new(0..DENSE);
    let mut widths = std::collections::BTreeSet::new();
    let mut now = 0;
    for step in 0..600_000u32 {
        let node = NodeIndex(below(draws.next_u64(), u64::from(DENSE)) as u32);
        let reach = if step % 7 == 0 { 100_000 } else { 200_000_000 };
        let due = Instant::from_nanos(now + below(draws.next_u64(), reach));
        queue.set_wake(node, due);
        reference.set_wake(node, due);
        if step > DENSE {
            let popped = queue.pop_before(Instant::FAR_FUTURE);
            assert_eq!(popped, reference.pop_before(Instant::FAR_FUTURE), "step {step}");
            now = popped.map_or(now, |event| event.due);
        }
        widths.insert(queue.width_in_nanos());
    }
    assert!(widths.len() > 1, "the width took the value {widths:?} only");
}

#[test]
fn a_wake_up_that_is_moved_comes_once() {
    let mut queue = Bucketed::new(0..2);
    let at = |millis: u64| Instant::from_nanos(millis * 1_000_000);
    queue.set_wake(NodeIndex(1), at(1_000));
    queue.set_wake(NodeIndex(1), at(10));
    queue.set_wake(NodeIndex(1), at(5_000));
    assert!(queue.pop_before(at(5_000)).is_none(), "postponed past the end");
    let event = queue.pop_before(at(5_001)).expect("it is due");
    assert_eq!((event.due(), event.payload()), (at(5_000), Payload::Wake));
    assert!(queue.pop_before(Instant::FAR_FUTURE).is_none());
}
