//! The closest contacts from a routing table, as a node looks them up for every request.

use criterion::{Criterion, criterion_group, criterion_main};
use kadsim::kademlia::key::{Key, Key64};
use kadsim::kademlia::message::PeerList;
use kadsim::kademlia::params::Params;
use kadsim::kademlia::routing_table::RoutingTable;
use kadsim::protocol::NodeIndex;
use kadsim::rng::{Bijection, PacketDraws, Purpose, Seed};
use std::hint::black_box;

const NODES: u32 = 10_000;

fn closest(criterion: &mut Criterion) {
    let keys = Bijection::new(Seed(1));
    let key_of = |node: NodeIndex| Key64(keys.apply(u64::from(node.0)));
    let own = key_of(NodeIndex(0));
    let params = Params::paper();
    let mut table = RoutingTable::new();
    for node in (1..NODES).map(NodeIndex) {
        table.heard(own.shared_bits(key_of(node)) as usize, node, 0, true, &params);
    }
    let draws = PacketDraws::new(Seed(1), Purpose::Test);
    let mut group = criterion.benchmark_group("closest");
    // A random target falls into a full bucket; one near the own key needs several.
    for (name, shared) in [("random", 0), ("near", 12)] {
        let mut counter = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                counter += 1;
                let target = Key64(own.0 ^ draws.bits(0, counter) >> shared);
                let mut closest = PeerList::new();
                table.closest(own, target, params.k, &params, key_of, &mut closest);
                black_box(closest)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, closest);
criterion_main!(benches);
