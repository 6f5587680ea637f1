//! What happens to a packet: packet in, verdict out. Holds no packets and no nodes.
//!
//! A packet's way, and who decides about each part of it:
//! - [`bandwidth`]: the sender's uplink: a bounded queue and the time to serialise;
//! - [`loss`]: whether it is lost in between;
//! - [`latency`]: how long it travels, from a formula, a table of [`regions`] or a measured
//!   [`matrix`];
//! - [`underlay`]: how long it travels and whether it is lost, by the way between two routers of
//!   a graph;
//! - [`bandwidth`] again: the receiver's downlink.
//!
//! What the user says about all that is in [`config`]; which class, region or site a node
//! belongs to is drawn once, in [`placement`].

pub mod bandwidth;
pub mod config;
pub mod latency;
pub mod loss;
pub mod matrix;
pub mod placement;
pub mod regions;
pub mod underlay;

use crate::graph::Graph;
use crate::protocol::NodeIndex;
use crate::rng::Seed;
use crate::time::{Duration, Instant};
use bandwidth::Links;
use config::{LatencyModel, NetworkConfig, UnderlayConfig};
use latency::Latency;
use loss::Loss;
use placement::Placement;
use std::ops::Range;
use std::sync::Arc;
use underlay::hosts::Hosts;
use underlay::{Pieces, Underlay};

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
    /// The receiver is not online. The network knows no nodes: whoever drives it decides this.
    Offline,
    /// The underlay has no way from the sender to the receiver.
    Unreachable,
}

impl DropReason {
    /// Every reason, in the order of the enum: `ALL[reason as usize] == reason`.
    pub const ALL: [DropReason; 5] = [
        DropReason::Loss,
        DropReason::UplinkFull,
        DropReason::DownlinkFull,
        DropReason::Offline,
        DropReason::Unreachable,
    ];

    /// Names of all, in that order.
    pub const NAMES: &'static [&'static str] = &[
        DropReason::Loss.name(),
        DropReason::UplinkFull.name(),
        DropReason::DownlinkFull.name(),
        DropReason::Offline.name(),
        DropReason::Unreachable.name(),
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
            DropReason::Offline => "offline",
            DropReason::Unreachable => "unreachable",
        }
    }
}

/// The network between the nodes of one run.
///
/// Every verdict is a function of the configuration, the seed, the packet's name and the queues
/// of one node: [`Network::send`] changes the sender's queue only, [`Network::receive`] the
/// receiver's only. So nodes may be handled in any order, and in parallel, with the same
/// verdicts, as long as each node's own packets come in the order of time.
#[derive(Clone, Debug)]
pub struct Network {
    latency: Arc<Latency>,
    loss: Loss,
    /// Absent if latency has another model than the graph.
    underlay: Option<Arc<Underlay>>,
    /// Absent if no class has a finite link: then no state is kept at all.
    links: Option<Links>,
}

impl Network {
    /// The network of this configuration for nodes `0..nodes`.
    ///
    /// # Panics
    /// If the configuration is impossible: no class, a table that is not square, a rate of zero.
    pub fn new(config: &NetworkConfig, nodes: u32, seed: Seed) -> Self {
        assert!(!config.classes.is_empty(), "a network has at least one class of nodes");
        let classes = class_placement(config, seed);
        let ground = Ground::of(config, &classes, nodes, seed);
        let underlay =
            ground.as_ref().map(|on| Underlay::new(on.config, &on.graph, &on.hosts, seed));
        let router_rates = ground.as_ref().map(|on| |node| on.hosts.bandwidth_of(&on.graph, node));
        let router_rates = router_rates.as_ref().map(|rates| rates as &dyn Fn(_) -> _);
        Network {
            latency: Arc::new(Latency::new(&config.latency, nodes, seed)),
            loss: Loss::new(config.loss, seed),
            underlay: underlay.map(Arc::new),
            links: Links::new(&config.classes, &classes, router_rates, nodes),
        }
    }

    /// What [`Network::smallest_delay`] of the network of this configuration would say, without
    /// making it.
    pub fn smallest_delay_of(config: &NetworkConfig, nodes: u32, seed: Seed) -> Duration {
        let classes = class_placement(config, seed);
        let along_routes = Ground::of(config, &classes, nodes, seed)
            .map_or(Duration::ZERO, |on| Underlay::smallest_of(on.config, &on.graph, &on.hosts));
        Latency::new(&config.latency, 1, seed).smallest() + along_routes
    }

    /// What keeps nodes of this network from reaching each other at all; `None` if nothing does.
    pub fn pieces_of(config: &NetworkConfig, nodes: u32, seed: Seed) -> Option<Pieces> {
        let ground = Ground::of(config, &class_placement(config, seed), nodes, seed)?;
        Pieces::of(&ground.graph, &ground.hosts, ground.config.routes)
    }

    /// The same network with the access links of these nodes only, for a block of nodes: what
    /// is sent by them and received by them. What never changes is shared.
    pub fn part(&self, nodes: Range<u32>) -> Self {
        Network {
            latency: Arc::clone(&self.latency),
            loss: self.loss.clone(),
            underlay: self.underlay.clone(),
            links: self.links.as_ref().map(|links| links.part(nodes)),
        }
    }

    /// Sends a packet: through the sender's uplink, which a lost packet occupies as well, and
    /// across the network. Packets of one sender must come in the order of `sent`.
    #[inline]
    pub fn send(&mut self, packet: &Packet) -> Verdict {
        let departure = match &mut self.links {
            None => packet.sent,
            Some(links) => match links.uplink(packet.sender, packet.sent, packet.size) {
                Some(departure) => departure,
                None => return Verdict::Drop(DropReason::UplinkFull),
            },
        };
        let along_route = match &self.underlay {
            None => Duration::ZERO,
            Some(underlay) => match underlay.carry(packet) {
                Ok(delay) => delay,
                Err(reason) => return Verdict::Drop(reason),
            },
        };
        if self.loss.takes(packet) {
            return Verdict::Drop(DropReason::Loss);
        }
        Verdict::Deliver(departure + along_route + self.latency.delay(packet))
    }

    /// Begins to fetch what will be read of a packet between these nodes.
    #[inline]
    pub fn foresee(&self, sender: NodeIndex, receiver: NodeIndex) {
        if let Some(underlay) = &self.underlay {
            underlay.prefetch(sender, receiver);
        }
    }

    /// Takes a packet of `size` bytes that reaches the receiver's downlink `now`, once for each
    /// packet and in the order of `now` for each receiver. After [`Arrival::At`] the packet is
    /// through the downlink: deliver it then, without asking again.
    #[inline]
    pub fn receive(&mut self, now: Instant, receiver: NodeIndex, size: u32) -> Arrival {
        let Some(links) = &mut self.links else { return Arrival::Now };
        match links.downlink(receiver, now, size) {
            Some(through) if through == now => Arrival::Now,
            Some(through) => Arrival::At(through),
            None => Arrival::Drop(DropReason::DownlinkFull),
        }
    }

    /// Whether any downlink is finite; if not, [`Network::receive`] always answers
    /// [`Arrival::Now`] and need not be called.
    pub fn has_downlinks(&self) -> bool {
        self.links.as_ref().is_some_and(Links::has_downlinks)
    }

    /// No packet arrives sooner after it was sent: the width of the windows in which nodes can
    /// be handled without regard to each other.
    pub fn smallest_delay(&self) -> Duration {
        let along_route = self.underlay.as_ref().map_or(Duration::ZERO, |on| on.smallest());
        along_route + self.latency.smallest()
    }

    /// The node has restarted: its queues are empty.
    pub fn forget(&mut self, node: NodeIndex) {
        if let Some(links) = &mut self.links {
            links.forget(node);
        }
    }
}

/// Which class a node belongs to.
fn class_placement(config: &NetworkConfig, seed: Seed) -> Placement {
    let shares: Vec<f64> = config.classes.iter().map(|class| class.share).collect();
    Placement::by_share(seed, placement::CLASS, &shares)
}

/// What an underlay is made from.
struct Ground<'c> {
    config: &'c UnderlayConfig,
    graph: Arc<Graph>,
    hosts: Hosts,
}

impl<'c> Ground<'c> {
    /// That of this configuration; `None` if its latency has another model than the graph.
    fn of(config: &'c NetworkConfig, classes: &Placement, nodes: u32, seed: Seed) -> Option<Self> {
        let LatencyModel::Graph(config) = &config.latency.model else { return None };
        let graph = config.graph(seed);
        let hosts = Hosts::place(&graph, &config.pinned, classes, nodes, seed);
        Some(Ground { config, graph, hosts })
    }
}

#[cfg(test)]
mod tests {
    use super::config::{ClassConfig, LatencyConfig, LatencyModel, LossConfig};
    use super::*;

    fn config(loss: LossConfig, rates: [Option<u64>; 2]) -> NetworkConfig {
        let model = LatencyModel::Constant { delay: Duration::from_millis(50) };
        let [uplink, downlink] = rates;
        let class = ClassConfig { name: "home".into(), share: 1.0, uplink, downlink, queue: 2_500 };
        let latency = LatencyConfig { model, jitter: Duration::ZERO };
        NetworkConfig { latency, loss, classes: vec![class] }
    }

    fn packet(number: u64) -> Packet {
        let (sender, receiver) = (NodeIndex(0), NodeIndex(1));
        Packet { sender, receiver, number, size: 1_000, sent: Instant::ZERO }
    }

    fn at_micros(micros: u64) -> Instant {
        Instant::ZERO + Duration::from_micros(micros)
    }

    #[test]
    fn without_links_and_loss_a_packet_takes_the_latency() {
        let mut network = Network::new(&config(LossConfig::None, [None; 2]), 2, Seed(1));
        assert!((0..9).all(|i| network.send(&packet(i)) == Verdict::Deliver(at_micros(50_000))));
        assert_eq!(network.receive(at_micros(7), NodeIndex(1), 1_000), Arrival::Now);
        assert!(!network.has_downlinks());
        assert_eq!(network.smallest_delay(), Duration::from_millis(50));
    }

    /// 8 Mbit/s up is 1 ms a packet, 16 Mbit/s down 0.5 ms; the queue holds two packets.
    #[test]
    fn links_delay_and_drop() {
        let rates = [Some(8_000_000), Some(16_000_000)];
        let mut network = Network::new(&config(LossConfig::None, rates), 2, Seed(1));
        assert!(network.has_downlinks());
        let sent: Vec<Verdict> = (0..3).map(|i| network.send(&packet(i))).collect();
        let full = Verdict::Drop(DropReason::UplinkFull);
        let arrive = [51_000, 52_000].map(|micros| Verdict::Deliver(at_micros(micros)));
        assert_eq!(sent, [arrive[0], arrive[1], full]);
        let mut receive = || network.receive(at_micros(51_000), NodeIndex(1), 1_000);
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
            let receive = |network: &mut Network| network.receive(now, NodeIndex(2), 1_000);
            assert_eq!(receive(&mut part), receive(&mut whole));
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

    #[test]
    fn reasons_are_in_order_and_have_names_of_their_own() {
        for (i, reason) in DropReason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, i);
            let namesakes = DropReason::ALL.iter().filter(|other| other.name() == reason.name());
            assert_eq!(namesakes.count(), 1);
        }
    }
}
