//! Keys of any length give the same run, event for event, as long as no two nodes share their
//! first 64 bits.

use kadsim::engine::queue::{Bucketed, EventQueue};
use kadsim::engine::{Engine, World};
use kadsim::kademlia::Node;
use kadsim::kademlia::key::{Key, Key64, WideKey};
use kadsim::kademlia::message::Message;
use kadsim::kademlia::operation::{Command, OperationKind, Report};
use kadsim::kademlia::params::Params;
use kadsim::network::{Arrival, Packet};
use kadsim::protocol::{Input, NodeIndex};
use kadsim::rng::{Bijection, PacketDraws, Purpose, Seed};
use kadsim::time::{Duration, Instant};
use std::sync::Arc;

const NODES: u32 = 300;
const SEED: Seed = Seed(9);

/// A key of any length, from its first 64 bits.
trait Extended: Key {
    fn from_first(bits: u64) -> Self;

    fn first(self) -> u64;
}

impl Extended for Key64 {
    fn from_first(bits: u64) -> Self {
        Key64(bits)
    }

    fn first(self) -> u64 {
        self.0
    }
}

impl<const N: usize> Extended for WideKey<N> {
    fn from_first(bits: u64) -> Self {
        // What follows is as random as the beginning, and in another order.
        let rest = PacketDraws::new(Seed(77), Purpose::Test);
        let words = std::iter::once(bits).chain((1..).map(|word| rest.bits(bits, word)));
        let bytes: Vec<u8> = words.take(N.div_ceil(8)).flat_map(u64::to_be_bytes).collect();
        WideKey(bytes[..N].try_into().expect("as many as were asked for"))
    }

    fn first(self) -> u64 {
        u64::from_be_bytes(self.0[..8].try_into().expect("eight bytes"))
    }
}

/// What is left of an operation: kind, first bits of the target, rounds, requests, the closest.
type Trace = (OperationKind, u64, u32, u32, Vec<NodeIndex>);

/// Nodes that join one after another, store, find and refresh; one packet in twenty is lost.
struct Town<K> {
    keys: Bijection,
    params: Arc<Params>,
    draws: PacketDraws,
    traces: Vec<(Instant, NodeIndex, Trace)>,
    kind: std::marker::PhantomData<K>,
}

const JOIN: u32 = 0;
const ASK: u32 = 1;

impl<K: Extended> Town<K> {
    fn key(&self, node: NodeIndex) -> K {
        K::from_first(self.keys.apply(u64::from(node.0)))
    }

    fn ask(&self, node: NodeIndex) -> Command<NodeIndex, K> {
        let key = |number: u32| K::from_first(self.draws.bits(u64::from(number), 1));
        let value = bytes::Bytes::from_static(b"value");
        match node.0 % 5 {
            0 => Command::Put { number: 1, key: key(node.0), value },
            1 => Command::Get { number: 2, key: key(node.0 - 1) },
            2 => Command::Provide { number: 3, key: key(node.0) },
            3 => Command::FindProviders { number: 4, key: key(node.0 - 1) },
            _ => Command::FindNode { number: 5, target: key(node.0) },
        }
    }
}

impl<K: Extended> World<Node<NodeIndex, K>> for Town<K> {
    fn key_of(&self, node: NodeIndex) -> K {
        self.key(node)
    }

    fn send(&mut self, packet: &Packet, _: &Message<NodeIndex, K>) -> Option<Instant> {
        let bits = self.draws.bits(u64::from(packet.sender.0), packet.number);
        let delay = Duration::from_micros(10_000 + bits % 90_000);
        (!(bits >> 40).is_multiple_of(20)).then_some(packet.sent + delay)
    }

    fn arrive(&mut self, _: Instant, _: NodeIndex, _: &Message<NodeIndex, K>) -> Arrival {
        Arrival::Now
    }

    fn delivered(&mut self, _: Instant, _: &Message<NodeIndex, K>, _: bool) {}

    fn report(&mut self, now: Instant, node: NodeIndex, report: Report<NodeIndex, K>) {
        if let Report::Finished(done) = report {
            let closest = done.closest.to_vec();
            let trace = (done.kind, done.target.first(), done.rounds, done.requests, closest);
            self.traces.push((now, node, trace));
        }
    }

    fn agenda<Q: EventQueue>(
        &mut self,
        engine: &mut Engine<Node<NodeIndex, K>, Q>,
        node: NodeIndex,
        tag: u32,
    ) {
        if tag == JOIN {
            let contacts = (node.0 > 0).then_some(NodeIndex(node.0 / 2)).into_iter().collect();
            let state = Node::new(self.key(node), Arc::clone(&self.params), contacts, 0);
            engine.start(self, node, state);
        } else {
            let command = self.ask(node);
            engine.input(self, node, Input::Command(command));
        }
    }
}

/// Runs the town; the digest of each node, and what each operation came to.
fn run<K: Extended>() -> (Vec<u64>, Vec<(Instant, NodeIndex, Trace)>) {
    let params = Params { k: 8, refresh_interval: Duration::from_secs(200), ..Params::paper() };
    let mut town: Town<K> = Town {
        keys: Bijection::new(SEED),
        params: Arc::new(params),
        draws: PacketDraws::new(SEED, Purpose::Test),
        traces: Vec::new(),
        kind: std::marker::PhantomData,
    };
    let mut engine: Engine<Node<NodeIndex, K>, Bucketed> = Engine::new(NODES, SEED);
    let at = |millis: u32| Instant::ZERO + Duration::from_millis(u64::from(millis));
    for node in 0..NODES {
        engine.schedule(at(node * 100), NodeIndex(node), JOIN);
        engine.schedule(at(60_000 + node * 50 + 30_000 * (node % 2)), NodeIndex(node), ASK);
    }
    engine.run_until(&mut town, at(600_000));
    let digests = (0..NODES).map(|node| engine.digest_of(NodeIndex(node)).value()).collect();
    (digests, town.traces)
}

#[test]
fn keys_of_any_length_give_the_same_run() {
    let (digests, traces) = run::<Key64>();
    let refreshed = |(_, _, trace): &&(_, _, Trace)| trace.0 == OperationKind::Refresh;
    assert!(traces.iter().filter(refreshed).count() > 1_000, "buckets are refreshed");
    assert!(traces.len() > 2_000, "{} operations", traces.len());
    for (bits, (wide_digests, wide_traces)) in
        [(160, run::<WideKey<20>>()), (256, run::<WideKey<32>>())]
    {
        let apart = traces.iter().zip(&wide_traces).find(|(short, wide)| short != wide);
        assert_eq!(apart, None, "the first operation that differs with {bits} bits");
        assert_eq!(traces.len(), wide_traces.len(), "{bits} bits");
        assert_eq!(digests, wide_digests, "{bits} bits");
    }
}
