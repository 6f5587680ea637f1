//! Packets among faults.

use super::*;
use crate::network::Network;
use crate::network::config::{ClassConfig, LatencyModel, LossConfig};
use crate::network::faults::config::{FaultConfig, Sides, Whom};

const LATENCY: Duration = Duration::from_millis(100);

fn at(millis: u64) -> Instant {
    Instant::from_nanos(millis * 1_000_000)
}

/// A network of ten nodes with these faults from 1 s to 2 s.
fn network(kinds: Vec<FaultKind>) -> Network {
    let classes = vec![ClassConfig::unlimited("all")];
    let model = LatencyModel::Constant { delay: LATENCY };
    let mut config = NetworkConfig::of_latency(model, classes);
    let fault = |kind| FaultConfig {
        name: "fault".to_owned(),
        at: at(1_000),
        until: Some(at(2_000)),
        kind,
    };
    config.faults = kinds.into_iter().map(fault).collect();
    Network::new(&config, 10, Seed(1))
}

fn packet(number: u64, sent: u64, (sender, receiver): (u32, u32)) -> Packet {
    let (sender, receiver) = (NodeIndex(sender), NodeIndex(receiver));
    Packet { sender, receiver, number, size: 1_000, sent: at(sent) }
}

fn partition(direction: Direction) -> FaultKind {
    FaultKind::Partition { sides: Sides::Apart(Whom::Nodes(vec![0..=3])), direction }
}

const CUT: Verdict = Verdict::Drop(DropReason::Partition);

#[test]
fn what_is_on_its_way_while_a_cut_lasts_is_lost() {
    let mut network = network(vec![partition(Direction::Both)]);
    let mut fate = |sent| network.send(&packet(sent, sent, (0, 9)));
    assert_eq!(fate(899), Verdict::Deliver(at(999)));
    assert_eq!(fate(900), CUT, "it would arrive at the first instant of the cut");
    assert_eq!(fate(1_999), CUT, "it leaves at the last one");
    assert_eq!(fate(2_000), Verdict::Deliver(at(2_100)));
    assert_eq!(network.dropped_by_faults(), [2]);
    let within = [(0, 3), (4, 9)].map(|ends| network.send(&packet(5_000, 1_500, ends)));
    assert_eq!(within, [Verdict::Deliver(at(1_600)); 2], "nobody is cut off from its own side");
}

#[test]
fn a_cut_may_lead_one_way_and_through_several_groups() {
    let ends = [(0, 9), (9, 0), (0, 1), (8, 9)];
    let cut = |network: &mut Network| ends.map(|e| network.send(&packet(1, 1_500, e)) == CUT);
    let one_way = |direction| cut(&mut network(vec![partition(direction)]));
    assert_eq!(one_way(Direction::Both), [true, true, false, false]);
    assert_eq!(one_way(Direction::Out), [true, false, false, false]);
    assert_eq!(one_way(Direction::In), [false, true, false, false]);
    let sides = Sides::Groups(vec![vec![0..=0], vec![1..=1, 8..=8]]);
    let groups = FaultKind::Partition { sides, direction: Direction::Both };
    assert_eq!(cut(&mut network(vec![groups])), [true, true, true, true]);
}

#[test]
fn a_degraded_way_is_longer_loses_and_carries_less() {
    let ways = Ways::Of(Whom::Nodes(vec![0..=0]), Direction::Out);
    let degraded = |latency, loss, bandwidth| {
        let ways = ways.clone();
        network(vec![FaultKind::Degradation { ways, latency, loss, bandwidth }])
    };
    let mut longer = degraded(Duration::from_millis(30), 0.0, None);
    assert_eq!(longer.send(&packet(1, 1_500, (0, 9))), Verdict::Deliver(at(1_630)));
    assert_eq!(longer.send(&packet(2, 1_500, (9, 0))), Verdict::Deliver(at(1_600)));
    assert_eq!(longer.send(&packet(3, 2_000, (0, 9))), Verdict::Deliver(at(2_100)));

    let mut lossy = degraded(Duration::ZERO, 0.25, None);
    let lost = (0..20_000).filter(|&number| {
        lossy.send(&packet(number, 1_500, (0, 9))) == Verdict::Drop(DropReason::Loss)
    });
    // Four deviations of a binomial number of 20,000.
    let lost = lost.count() as u64;
    assert!(lost.abs_diff(5_000) < 245, "{lost}");
    assert_eq!(lossy.dropped_by_faults(), [lost]);

    // 1,000 bytes at 1 Mbit/s take 8 ms, and one packet waits for the other.
    let mut narrow = degraded(Duration::ZERO, 0.0, Some(1_000_000));
    let arrivals = [1, 2].map(|number| narrow.send(&packet(number, 1_500, (0, 9))));
    assert_eq!(arrivals, [1_608, 1_616].map(|due| Verdict::Deliver(at(due))));
    let full = (3..300).find(|&n| {
        narrow.send(&packet(n, 1_500, (0, 9))) != arrivals[0] && narrow.dropped_by_faults()[0] > 0
    });
    assert_eq!(full, Some(263), "as on access links, 256 KiB hold what is on the wire too");
    // 0.8 of a nanosecond is one.
    let mut fast = degraded(Duration::ZERO, 0.0, Some(10_000_000_000));
    let byte = Packet { size: 1, ..packet(1, 1_500, (0, 9)) };
    let through = at(1_600) + Duration::from_nanos(1);
    assert_eq!(fast.send(&byte), Verdict::Deliver(through));
}

#[test]
fn slow_nodes_have_later_what_arrives() {
    let delay = Duration::from_millis(250);
    let slow = FaultKind::SlowNodes { whom: Whom::Nodes(vec![9..=9]), delay };
    let mut network = network(vec![slow]);
    let mut arrival = |sent, ends| network.send(&packet(sent, sent, ends));
    assert_eq!(arrival(899, (0, 9)), Verdict::Deliver(at(999)));
    assert_eq!(arrival(900, (0, 9)), Verdict::Deliver(at(1_250)));
    assert_eq!(arrival(900, (9, 0)), Verdict::Deliver(at(1_000)));
}

/// A copy goes the way of its packet, waits where the packet waited, and is slow to be handled by
/// when it arrives itself. What cuts the way after it has come does not take it.
#[test]
fn a_copy_is_on_its_way_when_its_packet_is() {
    let classes = vec![ClassConfig::unlimited("all")];
    let model = LatencyModel::Constant { delay: LATENCY };
    let mut config = NetworkConfig::of_latency(model, classes);
    config.duplication = 1.0;
    let fault = |at, until, kind| FaultConfig { name: "fault".to_owned(), at, until, kind };
    let slow =
        FaultKind::SlowNodes { whom: Whom::Nodes(vec![9..=9]), delay: Duration::from_millis(250) };
    let degraded = FaultKind::Degradation {
        ways: Ways::Of(Whom::Nodes(vec![0..=0]), Direction::Out),
        latency: Duration::from_millis(300),
        loss: 0.0,
        bandwidth: Some(1_000_000),
    };
    config.faults = vec![
        fault(at(1_000), Some(at(2_000)), slow),
        fault(at(1_100), Some(at(1_150)), partition(Direction::Both)),
        fault(at(3_000), Some(at(4_000)), degraded),
    ];
    let mut network = Network::new(&config, 10, Seed(1));
    let mut pair = |number, sent, ends| {
        let packet = packet(number, sent, ends);
        let first = network.send(&packet);
        let Verdict::Deliver(arrival) = first else { panic!("{first:?}") };
        [Some(first), network.duplicate(&packet, arrival, 1_000 + number)]
    };
    let both = |due| [Some(Verdict::Deliver(at(due))); 2];
    // Comes at 1,050 ms, is cut off from what comes later, and is handled after that.
    assert_eq!(pair(1, 950, (4, 9)), both(1_300));
    assert_eq!(pair(2, 940, (0, 9)), both(1_290));
    assert_eq!(pair(3, 3_500, (0, 9)), both(3_908));
    assert_eq!(pair(4, 3_500, (0, 9)), both(3_916), "it has waited, and so has its copy");

    config.latency.jitter = LATENCY;
    let mut network = Network::new(&config, 10, Seed(1));
    let mut apart = 0;
    for number in 0..1_000 {
        let packet = packet(number, 1_850, (4, 9));
        let Verdict::Deliver(arrival) = network.send(&packet) else { panic!("it is cut off") };
        let copy = network.duplicate(&packet, arrival, 1_000 + number);
        let Some(Verdict::Deliver(copy)) = copy else { panic!("{copy:?}") };
        // It arrives from 1,950 to 2,050 ms, and is slow to be handled until 2,000.
        let ends = [arrival, copy].map(|due| due < at(2_050) || due >= at(2_200));
        assert!(ends[0] && ends[1], "{arrival:?} {copy:?}");
        apart += u32::from((arrival < at(2_050)) != (copy < at(2_050)));
    }
    assert!(apart > 100, "{apart} pairs are on either side of the end");
}

/// What a fault drops is not what is lost anyway, and a link of bursts steps all the same.
#[test]
fn a_cut_takes_what_would_be_lost_too() {
    let classes = vec![ClassConfig { loss: 0.5, ..ClassConfig::unlimited("all") }];
    let model = LatencyModel::Constant { delay: LATENCY };
    let mut config = NetworkConfig::of_latency(model, classes);
    config.loss = LossConfig::Bernoulli { rate: 0.5 };
    let mut network = Network::new(&config, 10, Seed(1));
    config.faults = vec![FaultConfig {
        name: "cut".to_owned(),
        at: at(0),
        until: None,
        kind: partition(Direction::Both),
    }];
    let mut cut = Network::new(&config, 10, Seed(1));
    for number in 0..500 {
        assert_eq!(cut.send(&packet(number, number, (0, 9))), CUT);
        let within = packet(1_000 + number, number, (0, 1));
        assert_eq!(cut.send(&within), network.send(&within));
    }
    assert_eq!(cut.dropped_by_faults(), [500]);
}
