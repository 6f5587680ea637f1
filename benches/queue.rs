//! The event queue alone, by the hold model: with so many events pending, take the first and put
//! one in 0 to 200 ms later.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kadsim::engine::event::{Event, Payload};
use kadsim::engine::queue::{Bucketed, EventQueue, Reference};
use kadsim::protocol::NodeIndex;
use kadsim::rng::{PacketDraws, Purpose, Seed, distribution};
use kadsim::time::Instant;
use std::hint::black_box;

/// Mean distance is half of this.
const REACH_NANOS: u64 = 200_000_000;

/// A queue that holds a fixed number of events.
struct Hold<Q> {
    queue: Q,
    draws: PacketDraws,
    counter: u32,
}

impl<Q: EventQueue> Hold<Q> {
    fn new(pending: u32) -> Self {
        let draws = PacketDraws::new(Seed(1), Purpose::Test);
        let mut hold = Hold { queue: Q::new(0..1), draws, counter: 0 };
        for _ in 0..pending {
            hold.put(0);
        }
        // Let the queue settle into the density of events.
        for _ in 0..4 * pending.max(100_000) {
            hold.step();
        }
        hold
    }

    fn put(&mut self, now: u64) {
        self.counter = (self.counter + 1) % (1 << 30);
        let gap = distribution::below(self.draws.bits(0, u64::from(self.counter)), REACH_NANOS);
        let due = Instant::from_nanos(now + gap);
        // Destinations are spread as in a network, so that the queue's reads are as well.
        let node = NodeIndex(0);
        self.queue.push(Event::new(due, node, self.counter, node, Payload::Arrival(0)));
    }

    fn step(&mut self) {
        let event = self.queue.pop_before(Instant::FAR_FUTURE).expect("events are held");
        self.put(black_box(event).due().as_nanos());
    }
}

fn hold_model(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hold");
    group.throughput(Throughput::Elements(1));
    for pending in [1_000, 100_000, 1_000_000] {
        let mut bucketed: Hold<Bucketed> = Hold::new(pending);
        group.bench_function(BenchmarkId::new("bucketed", pending), |bencher| {
            bencher.iter(|| bucketed.step());
        });
        drop(bucketed);
        let mut reference: Hold<Reference> = Hold::new(pending);
        group.bench_function(BenchmarkId::new("reference", pending), |bencher| {
            bencher.iter(|| reference.step());
        });
    }
    group.finish();
}

criterion_group!(benches, hold_model);
criterion_main!(benches);
