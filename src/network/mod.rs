//! What happens to a packet: packet in, verdict out. Holds no packets and no nodes.
//!
//! A packet's way, and who decides about each part of it:
//! - [`bandwidth`]: the sender's uplink: a bounded queue and the time to serialise;
//! - [`loss`]: whether it is lost in between, and `impairments`: whether it arrives twice, or
//!   damaged;
//! - [`latency`]: how long it travels, from a formula, a table of [`regions`] or a measured
//!   [`matrix`];
//! - [`bandwidth`] again: the receiver's downlink;
//! - [`reach`]: whether what stands before the receiver lets it in.
//!
//! What the user says about all that is in [`config`]; which class, region or site a node
//! belongs to is drawn once, in [`placement`].

pub mod bandwidth;
mod chance;
pub mod config;
mod impairments;
pub mod latency;
pub mod loss;
pub mod matrix;
pub mod placement;
pub mod reach;
pub mod regions;

use crate::protocol::NodeIndex;
use crate::rng::Seed;
use crate::time::{Duration, Instant};
use bandwidth::{LinkLog, Links};
use config::NetworkConfig;
use impairments::Impairments;
use latency::Latency;
use loss::Loss;
use placement::Placement;
use reach::{Exchange, Reach};
use std::ops::Range;
use std::sync::Arc;

/// All that the network needs to know about a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Who sends it.
    pub sender: NodeIndex,
    /// Who is meant to receive it.
    pub receiver: NodeIndex,
    /// The sender's own count of its packets; with `sender` it names the packet, and its draws.
    pub number: u64,
    /// Bytes on the wire, headers included.
    pub size: u32,
    /// When the sender hands it to its uplink.
    pub sent: Instant,
}

/// What becomes of a packet that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It reaches the receiver's downlink at this instant.
    Deliver(Instant),
    /// It never gets there.
    Drop(DropReason),
}

/// What becomes of a packet that has reached the receiver's downlink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The receiver has it.
    Now,
    /// The receiver will have it at this instant, when the downlink has brought it.
    At(Instant),
    /// It does not get through.
    Drop(DropReason),
}

/// Why a packet did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DropReason {
    /// Lost between the two links.
    Loss,
    /// Too many bytes waited before the sender's uplink.
    UplinkFull,
    /// Too many bytes waited before the receiver's downlink.
    DownlinkFull,
    /// It arrived damaged and failed the checksum.
    Corrupted,
    /// The receiver is not online. The network knows no nodes: whoever drives it decides this.
    Offline,
    /// It opens an exchange with a node that cannot be dialled.
    Undialable,
}

impl DropReason {
    /// Every reason, in the order of the enum: `ALL[reason as usize] == reason`.
    pub const ALL: [DropReason; 6] = [
        DropReason::Loss,
        DropReason::UplinkFull,
        DropReason::DownlinkFull,
        DropReason::Corrupted,
        DropReason::Offline,
        DropReason::Undialable,
    ];

    /// Names of all, in that order.
    pub const NAMES: &'static [&'static str] = &[
        DropReason::Loss.name(),
        DropReason::UplinkFull.name(),
        DropReason::DownlinkFull.name(),
        DropReason::Corrupted.name(),
        DropReason::Offline.name(),
        DropReason::Undialable.name(),
    ];

    /// Place in [`DropReason::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name in results and plots.
    pub const fn name(self) -> &'static str {
        match self {
            DropReason::Loss => "loss",
            DropReason::UplinkFull => "uplink-full",
            DropReason::DownlinkFull => "downlink-full",
            DropReason::Corrupted => "corrupted",
            DropReason::Offline => "offline",
            DropReason::Undialable => "undialable",
        }
    }
}

/// The network between the nodes of one run.
///
/// Every verdict is a function of the configuration, the seed, the packet's name and the links
/// of one node: [`Network::send`] changes the sender's link only, [`Network::receive`] the
/// receiver's only. So nodes may be handled in any order, and in parallel, with the same
/// verdicts, as long as each node's own packets come in the order of time.
#[derive(Clone, Debug)]
pub struct Network {
    latency: Arc<Latency>,
    loss: Loss,
    impairments: Impairments,
    /// Absent if no class has a finite link: then no state is kept at all.
    links: Option<Links>,
    /// Absent if all nodes are servers that can be dialled.
    reach: Option<Arc<Reach>>,
}

impl Network {
    /// The network of this configuration for nodes `0..nodes`.
    ///
    /// # Panics
    /// If the configuration is impossible: no class, a table that is not square, a rate of zero.
    pub fn new(config: &NetworkConfig, nodes: u32, seed: Seed) -> Self {
        assert!(!config.classes.is_empty(), "a network has at least one class of nodes");
        let shares: Vec<f64> = config.classes.iter().map(|class| class.share).collect();
        let classes = Placement::by_share(seed, placement::CLASS, &shares);
        Network {
            latency: Arc::new(Latency::new(&config.latency, nodes, seed)),
            loss: Loss::new(config, nodes, seed),
            impairments: Impairments::new(config, seed),
            links: Links::new(&config.classes, &classes, nodes),
            reach: Reach::new(&config.classes, seed).map(Arc::new),
        }
    }

    /// The same network with the access links of these nodes only, for a block of nodes: what
    /// is sent by them and received by them. What never changes is shared.
    pub fn part(&self, nodes: Range<u32>) -> Self {
        Network {
            latency: Arc::clone(&self.latency),
            loss: self.loss.part(nodes.clone()),
            impairments: self.impairments,
            links: self.links.as_ref().map(|links| links.part(nodes)),
            reach: self.reach.clone(),
        }
    }

    /// Sends a packet: through the sender's uplink, which a lost packet occupies as well, and
    /// across the network. Packets of one sender must come in the order of `sent`.
    #[inline]
    pub fn send(&mut self, packet: &Packet) -> Verdict {
        self.send_logged(packet, &mut ())
    }

    /// As [`Network::send`], and `log` is told of the packet's passage over a finite uplink.
    #[inline]
    pub fn send_logged(&mut self, packet: &Packet, log: &mut impl LinkLog) -> Verdict {
        let departure = match &mut self.links {
            None => packet.sent,
            Some(links) => match links.uplink(packet.sender, packet.sent, packet.size, log) {
                Some(departure) => departure,
                None => return Verdict::Drop(DropReason::UplinkFull),
            },
        };
        if self.loss.takes(packet) {
            return Verdict::Drop(DropReason::Loss);
        }
        Verdict::Deliver(departure + self.latency.delay(packet))
    }

    /// Whether any packet arrives twice; if not, [`Network::duplicate`] need not be called.
    #[inline]
    pub fn may_duplicate(&self) -> bool {
        self.impairments.may_duplicate()
    }

    /// When the copy of a packet that is delivered at `arrival` reaches the receiver's downlink, if
    /// the network makes one. The copy comes into being behind the uplink, where the packet is not
    /// lost any more. It has a name of its own, with `number`, and a delay of its own.
    pub fn duplicate(&self, packet: &Packet, arrival: Instant, number: u64) -> Option<Instant> {
        if !self.impairments.duplicates(packet.sender, packet.number) {
            return None;
        }
        // The packet's delay is a function of its name, so when it left the uplink follows.
        let delay = self.latency.delay(packet).as_nanos();
        let departure = Instant::from_nanos(arrival.as_nanos().saturating_sub(delay));
        Some(departure + self.latency.delay(&Packet { number, ..*packet }))
    }

    /// Whether any packet arrives damaged; if not, [`Network::corrupts`] need not be called.
    #[inline]
    pub fn may_corrupt(&self) -> bool {
        self.impairments.may_corrupt()
    }

    /// Whether the packet of this name is damaged on its way. It is delivered and occupies the
    /// downlink as any other, but fails the checksum of UDP.
    #[inline]
    pub fn corrupts(&self, sender: NodeIndex, number: u64) -> bool {
        self.impairments.corrupts(sender, number)
    }

    /// Takes a packet of `size` bytes that reaches the receiver's downlink `now`, once for each
    /// packet and in the order of `now` for each receiver. After [`Arrival::At`] the packet is
    /// through the downlink: deliver it then, without asking again. What is not let in has
    /// occupied the downlink before, behind which the firewall stands.
    #[inline]
    pub fn receive(
        &mut self,
        now: Instant,
        receiver: NodeIndex,
        size: u32,
        exchange: Exchange,
    ) -> Arrival {
        self.receive_logged(now, receiver, size, exchange, &mut ())
    }

    /// As [`Network::receive`], and `log` is told of the packet's passage over a finite downlink.
    #[inline]
    pub fn receive_logged(
        &mut self,
        now: Instant,
        receiver: NodeIndex,
        size: u32,
        exchange: Exchange,
        log: &mut impl LinkLog,
    ) -> Arrival {
        let through = match &mut self.links {
            None => Some(now),
            Some(links) => links.downlink(receiver, now, size, log),
        };
        let Some(through) = through else { return Arrival::Drop(DropReason::DownlinkFull) };
        if exchange == Exchange::Opens
            && let Some(reach) = &self.reach
            && !reach.is_dialable(receiver)
        {
            return Arrival::Drop(DropReason::Undialable);
        }
        if through == now { Arrival::Now } else { Arrival::At(through) }
    }

    /// Whether anything can become of a packet that arrives but that its receiver has it at once;
    /// if not, [`Network::receive`] always answers [`Arrival::Now`] and need not be called.
    pub fn decides_arrivals(&self) -> bool {
        self.reach.is_some() || self.links.as_ref().is_some_and(Links::has_downlinks)
    }

    /// Whether a node answers what others ask.
    #[inline]
    pub fn serves(&self, node: NodeIndex) -> bool {
        self.reach.as_ref().is_none_or(|reach| reach.serves(node))
    }

    /// No packet arrives sooner after it was sent: the width of the windows in which nodes can
    /// be handled without regard to each other.
    pub fn smallest_delay(&self) -> Duration {
        self.latency.smallest()
    }

    /// The node has restarted: its queues are empty.
    pub fn forget(&mut self, node: NodeIndex) {
        if let Some(links) = &mut self.links {
            links.forget(node);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::config::{ClassConfig, JitterDistribution, LatencyModel, LossConfig};
    use super::*;

    fn config(loss: LossConfig, rates: [Option<u64>; 2]) -> NetworkConfig {
        let model = LatencyModel::Constant { delay: Duration::from_millis(50) };
        let [uplink, downlink] = rates;
        let class =
            ClassConfig { uplink, downlink, queue: 2_500, ..ClassConfig::unlimited("home") };
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
            let Some(copy) = network.duplicate(&packet, arrival, 1_000_000 + number) else {
                continue;
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
}
