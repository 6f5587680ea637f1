//! Tests of what becomes of packets on their way.

use super::config::{ClassConfig, JitterDistribution, LatencyModel, LossConfig};
use super::*;

fn config(loss: LossConfig, rates: [Option<u64>; 2]) -> NetworkConfig {
    let model = LatencyModel::Constant { delay: Duration::from_millis(50) };
    let [uplink, downlink] = rates;
    let class = ClassConfig { uplink, downlink, queue: 2_500, ..ClassConfig::unlimited("home") };
    NetworkConfig { loss, ..NetworkConfig::of_latency(model, vec![class]) }
}

fn packet(number: u64) -> Packet {
    let (sender, receiver) = (NodeIndex(0), NodeIndex(1));
    Packet { sender, receiver, number, size: 1_000, sent: Instant::ZERO }
}

fn at_micros(micros: u64) -> Instant {
    Instant::ZERO + Duration::from_micros(micros)
}

fn receive(network: &mut Network, now: Instant, receiver: u32) -> Arrival {
    network.receive(now, NodeIndex(receiver), 1_000, Exchange::Opens)
}

/// A request is kept out and an answer is not; both have occupied the downlink.
#[test]
fn a_node_that_cannot_be_dialled_gets_answers_only() {
    let mut config = config(LossConfig::None, [None, Some(16_000_000)]);
    config.classes[0].dialable = false;
    let mut network = Network::new(&config, 2, Seed(1));
    assert!(network.decides_arrivals() && network.serves(NodeIndex(0)));
    let undialable = Arrival::Drop(DropReason::Undialable);
    assert_eq!(receive(&mut network, at_micros(0), 1), undialable);
    let answer = network.receive(at_micros(0), NodeIndex(1), 1_000, Exchange::Answers);
    assert_eq!(answer, Arrival::At(at_micros(1_000)));
}

#[test]
fn without_links_and_loss_a_packet_takes_the_latency() {
    let mut network = Network::new(&config(LossConfig::None, [None; 2]), 2, Seed(1));
    assert!((0..9).all(|i| network.send(&packet(i)) == Verdict::Deliver(at_micros(50_000))));
    assert_eq!(receive(&mut network, at_micros(7), 1), Arrival::Now);
    assert!(!network.decides_arrivals());
    assert_eq!(network.smallest_delay(), Duration::from_millis(50));
}

/// 8 Mbit/s up is 1 ms a packet, 16 Mbit/s down 0.5 ms; the queue holds two packets.
#[test]
fn links_delay_and_drop() {
    let rates = [Some(8_000_000), Some(16_000_000)];
    let mut network = Network::new(&config(LossConfig::None, rates), 2, Seed(1));
    assert!(network.decides_arrivals());
    let sent: Vec<Verdict> = (0..3).map(|i| network.send(&packet(i))).collect();
    let full = Verdict::Drop(DropReason::UplinkFull);
    let arrive = [51_000, 52_000].map(|micros| Verdict::Deliver(at_micros(micros)));
    assert_eq!(sent, [arrive[0], arrive[1], full]);
    let mut receive = || receive(&mut network, at_micros(51_000), 1);
    assert_eq!(receive(), Arrival::At(at_micros(51_500)));
    assert_eq!(receive(), Arrival::At(at_micros(52_000)));
    assert_eq!(receive(), Arrival::Drop(DropReason::DownlinkFull));
    network.forget(NodeIndex(0));
    assert_eq!(network.send(&packet(4)), arrive[0]);
}

/// A part has the links of its own nodes, in the state in which they are, and no others.
#[test]
fn a_part_does_for_its_nodes_what_the_whole_does() {
    let rates = [Some(8_000_000), Some(16_000_000)];
    let mut whole = Network::new(&config(LossConfig::None, rates), 4, Seed(1));
    let mut part = whole.part(2..4);
    let packet = Packet { sender: NodeIndex(3), receiver: NodeIndex(0), ..packet(0) };
    for _ in 0..4 {
        assert_eq!(part.send(&packet), whole.send(&packet));
        let now = at_micros(51_000);
        assert_eq!(receive(&mut part, now, 2), receive(&mut whole, now, 2));
    }
}

#[test]
fn a_lost_packet_has_occupied_the_uplink() {
    let loss = LossConfig::Bernoulli { rate: 1.0 };
    let mut network = Network::new(&config(loss, [Some(8_000_000), None]), 2, Seed(1));
    let sent: Vec<Verdict> = (0..3).map(|i| network.send(&packet(i))).collect();
    let lost = Verdict::Drop(DropReason::Loss);
    assert_eq!(sent, [lost, lost, Verdict::Drop(DropReason::UplinkFull)]);
}

/// The copy leaves the uplink with the packet, is one of as many as there should be, and its
/// jitter is its own.
#[test]
fn a_copy_travels_on_its_own_from_the_end_of_the_uplink() {
    let mut config = config(LossConfig::None, [Some(8_000_000), None]);
    config.duplication = 0.25;
    config.latency.jitter = Duration::from_millis(20);
    config.latency.jitter_distribution = JitterDistribution::Exponential;
    let mut network = Network::new(&config, 2, Seed(1));
    let (mut copies, mut earlier) = (0, 0);
    for number in 0..20_000 {
        let sent = Instant::ZERO + Duration::from_millis(10 * number);
        let packet = Packet { sent, ..packet(number) };
        let Verdict::Deliver(arrival) = network.send(&packet) else { panic!("it is lost") };
        let copy = match network.duplicate(&packet, arrival, 1_000_000 + number) {
            Some(Verdict::Deliver(copy)) => copy,
            Some(Verdict::Drop(reason)) => panic!("a copy is lost: {reason:?}"),
            None => continue,
        };
        assert!(copy.min(arrival) >= sent + Duration::from_millis(51) && copy != arrival);
        copies += 1;
        earlier += u32::from(copy < arrival);
    }
    // Four deviations of a binomial number of 20,000 and of one of 5,000.
    assert!(u32::abs_diff(copies, 5_000) < 245, "{copies} copies");
    assert!(earlier.abs_diff(copies / 2) < 142, "{earlier} of {copies} overtake");
    assert!(network.may_duplicate() && !network.may_corrupt());
}

#[test]
fn packets_are_damaged_at_the_rate() {
    let config = NetworkConfig { corruption: 0.1, ..config(LossConfig::None, [None; 2]) };
    let network = Network::new(&config, 2, Seed(1));
    let damaged = (0..20_000).filter(|&number| network.corrupts(NodeIndex(0), number)).count();
    assert!(damaged.abs_diff(2_000) < 170, "{damaged}");
    assert!(network.may_corrupt() && !network.may_duplicate());
}

#[test]
fn reasons_are_in_order_and_have_names_of_their_own() {
    for (i, reason) in DropReason::ALL.into_iter().enumerate() {
        assert_eq!(reason as usize, i);
        let namesakes = DropReason::ALL.iter().filter(|other| other.name() == reason.name());
        assert_eq!(namesakes.count(), 1);
    }
}
