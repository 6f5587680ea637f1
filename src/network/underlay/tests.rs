//! Tests of what becomes of packets between two hosts.

use super::super::config::{ClassConfig, LatencyModel, LossConfig, NetworkConfig};
use super::super::{Network, Verdict};
use super::*;
use crate::graph::Edge;
use crate::graph::config::{FileConfig, GraphConfig};
use crate::graph::read::Format;
use crate::network::config::RouteChoice;
use crate::network::faults::config::{Direction, FaultConfig, FaultKind, Sides, Whom};
use crate::network::reach::Exchange;
use crate::rng::distribution::testing::kolmogorov_smirnov;
use crate::time::Instant;
use std::sync::Arc;

/// Two routers, 30 ms one way and 50 ms back; each class at one of them. A third is apart.
fn graph() -> Graph {
    let edge = |source, target, millis| Edge {
        latency: Some(Duration::from_millis(millis)),
        ..Edge::between(source, target)
    };
    let edges = vec![edge(0, 1, 30), edge(1, 0, 50), edge(0, 0, 2)];
    Graph { edges, ..Graph::of(3, true) }
}

fn class(name: &str, share: f64) -> ClassConfig {
    ClassConfig { share, queue: 10_000, ..ClassConfig::unlimited(name) }
}

/// The network of this graph, with a class of nodes at each of its three routers.
fn config(graph: Graph) -> NetworkConfig {
    let routers = graph.vertices.len() as u32;
    let file = FileConfig { file: "test".into(), format: Format::Gml, graph: Arc::new(graph) };
    let model = LatencyModel::Graph(UnderlayConfig {
        graph: GraphConfig::File(file),
        routers,
        routes: RouteChoice::Shortest,
        edge_latency: Duration::from_millis(5),
        latency_per_unit: Duration::ZERO,
        pinned: vec![Some(0), Some(1), Some(2)],
    });
    let classes = ["a", "b", "c"].map(|name| class(name, 1.0 / 3.0)).to_vec();
    NetworkConfig::of_latency(model, classes)
}

const NODES: u32 = 40;

/// Two nodes of each class.
fn nodes(config: &NetworkConfig) -> [[NodeIndex; 2]; 3] {
    let classes = super::super::class_placement(config, Seed(1));
    [0, 1, 2].map(|class| {
        let mut of_class = (0..NODES).map(NodeIndex).filter(|&node| classes.of(node) == class);
        [(); 2].map(|()| of_class.next().expect("there are two of each class"))
    })
}

fn packet(sender: NodeIndex, receiver: NodeIndex, number: u64) -> Packet {
    Packet { sender, receiver, number, size: 1_000, sent: Instant::ZERO }
}

fn at_millis(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

#[test]
fn packets_take_the_ways_of_the_graph() {
    let config = config(graph());
    let [[a, other_a], [b, other_b], [c, _]] = nodes(&config);
    let mut network = Network::new(&config, NODES, Seed(1));
    let mut send = |sender, receiver| network.send(&packet(sender, receiver, 7));
    assert_eq!(send(a, b), Verdict::Deliver(at_millis(30)));
    assert_eq!(send(b, a), Verdict::Deliver(at_millis(50)));
    assert_eq!(send(a, other_a), Verdict::Deliver(at_millis(2)), "the loop");
    assert_eq!(send(b, other_b), Verdict::Deliver(at_millis(2)), "no loop: the smallest latency");
    assert_eq!(send(a, c), Verdict::Drop(DropReason::Unreachable));
    assert_eq!(send(c, b), Verdict::Drop(DropReason::Unreachable));
    assert_eq!(network.smallest_delay(), Duration::from_millis(2));
    assert_eq!(Network::smallest_delay_of(&config, NODES, Seed(1)), Duration::from_millis(2));
    assert!(!network.decides_arrivals());
    let of_all = Network::pieces_of(&config, NODES, Seed(1));
    assert!(matches!(of_all, Some(Pieces::Apart { count: 2, .. })), "{of_all:?}");
}

/// 8 Mbit/s up at the first router is 1 ms a packet; the class "b" has 4 Mbit/s of its own, 2 ms,
/// though its router says 80. Down at the second router 16 Mbit/s are 0.5 ms.
#[test]
fn routers_limit_their_hosts_unless_the_class_does() {
    let mut graph = graph();
    graph.vertices[0].host_bandwidth_up = Some(8_000_000);
    graph.vertices[1].host_bandwidth_up = Some(80_000_000);
    graph.vertices[1].host_bandwidth_down = Some(16_000_000);
    let mut config = config(graph);
    config.classes[1].uplink = Some(4_000_000);
    let [[a, _], [b, _], _] = nodes(&config);
    let mut network = Network::new(&config, NODES, Seed(1));
    assert_eq!(network.send(&packet(a, b, 0)), Verdict::Deliver(at_millis(31)));
    assert_eq!(network.send(&packet(a, b, 1)), Verdict::Deliver(at_millis(32)));
    assert_eq!(network.send(&packet(b, a, 0)), Verdict::Deliver(at_millis(52)));
    assert!(network.decides_arrivals());
    let through = at_millis(31) + Duration::from_micros(500);
    let arrival = |network: &mut Network, node| {
        network.receive(at_millis(31), node, 1_000, Exchange::Answers)
    };
    assert_eq!(arrival(&mut network, b), super::super::Arrival::At(through));
    assert_eq!(arrival(&mut network, a), super::super::Arrival::Now);
}

/// Loss of the edges and of `[network.loss]` are independent: of 100,000 packets 1 - 0.9 * 0.8
/// are lost, within five standard deviations.
#[test]
fn loss_along_the_way_and_loss_everywhere_multiply() {
    let mut graph = graph();
    graph.edges[0].packet_loss = 0.1;
    let mut config = config(graph);
    config.loss = LossConfig::Bernoulli { rate: 0.2 };
    let [[a, _], [b, _], _] = nodes(&config);
    let mut network = Network::new(&config, NODES, Seed(1));
    let mut lost = |sender, receiver| {
        let verdicts = (0..100_000).map(|number| network.send(&packet(sender, receiver, number)));
        verdicts.filter(|verdict| *verdict == Verdict::Drop(DropReason::Loss)).count() as f64
    };
    assert!((lost(a, b) - 28_000.0).abs() < 710.0);
    assert!((lost(b, a) - 20_000.0).abs() < 633.0, "the way back loses nothing itself");
}

#[test]
fn jitter_of_the_way_is_uniform_and_reorders() {
    let mut graph = graph();
    graph.edges[0].jitter = Duration::from_millis(8);
    let config = config(graph);
    let [[a, _], [b, _], _] = nodes(&config);
    let mut network = Network::new(&config, NODES, Seed(1));
    let mut arrival = |number| match network.send(&packet(a, b, number)) {
        Verdict::Deliver(at) => at.as_secs_f64() * 1e3,
        verdict => panic!("{verdict:?}"),
    };
    let mut delays: Vec<f64> = (0..20_000).map(&mut arrival).collect();
    let later_first = delays.windows(2).filter(|pair| pair[1] < pair[0]).count();
    assert!((9_600..10_400).contains(&later_first), "half overtake the one before: {later_first}");
    delays.sort_by(f64::total_cmp);
    assert!(delays[0] >= 30.0 && delays[19_999] < 38.0);
    assert!(kolmogorov_smirnov(&delays, |x| (x - 30.0) / 8.0) < 1.95);
}

#[test]
fn a_lost_way_loses_everything() {
    let mut graph = graph();
    graph.edges[0].packet_loss = 1.0;
    let config = config(graph);
    let [[a, _], [b, _], _] = nodes(&config);
    let mut network = Network::new(&config, NODES, Seed(1));
    let lost = Verdict::Drop(DropReason::Loss);
    assert!((0..1_000).all(|number| network.send(&packet(a, b, number)) == lost));
}

/// A packet counts for a cut that it meets, also if its way would have lost it.
#[test]
fn a_cut_takes_what_the_way_would_lose() {
    let mut graph = graph();
    graph.edges[0].packet_loss = 1.0;
    let mut config = config(graph);
    let [[a, _], [b, _], _] = nodes(&config);
    let sides = Sides::Apart(Whom::Nodes(vec![a.0..=a.0]));
    config.faults = vec![FaultConfig {
        name: "cut".to_owned(),
        at: at_millis(20),
        until: Some(at_millis(40)),
        kind: FaultKind::Partition { sides, direction: Direction::Both },
    }];
    let mut network = Network::new(&config, NODES, Seed(1));
    let later = Packet { sent: at_millis(40), ..packet(a, b, 1) };
    let fates = [packet(a, b, 0), later].map(|packet| network.send(&packet));
    assert_eq!(fates, [DropReason::Partition, DropReason::Loss].map(Verdict::Drop));
    assert_eq!(network.dropped_by_faults(), [1]);
}

#[test]
fn parts_of_a_network_share_its_ways() {
    let config = config(graph());
    let [[a, _], [b, _], _] = nodes(&config);
    let mut network = Network::new(&config, NODES, Seed(1));
    let mut part = network.part(a.0..a.0 + 1);
    assert_eq!(part.send(&packet(a, b, 3)), network.send(&packet(a, b, 3)));
    part.foresee(a, b);
}
