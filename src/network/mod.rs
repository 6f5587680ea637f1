//! What happens to a packet: packet in, verdict out. Holds no packets and no nodes.
//!
//! A packet's way, and who decides about each part of it:
//! - [`bandwidth`]: the sender's uplink: a bounded queue and the time to serialise;
//! - [`loss`]: whether it is lost in between, and `impairments`: whether it arrives twice, or
//!   damaged;
//! - [`faults`]: whether something has gone wrong on its way just then;
//! - [`latency`]: how long it travels, from a formula, a table of [`regions`] or a measured
//!   [`matrix`];
//! - [`underlay`]: how long it travels and whether it is lost, by the way between two routers of
//!   a graph;
//! - [`bandwidth`] again: the receiver's downlink;
//! - [`reach`]: whether what stands before the receiver lets it in.
//!
//! What the user says about all that is in [`config`]; which class, region or site a node
//! belongs to is drawn once, in [`placement`].

pub mod bandwidth;
mod chance;
pub mod config;
pub mod faults;
mod impairments;
pub mod latency;
pub mod loss;
pub mod matrix;
pub mod placement;
pub mod reach;
pub mod regions;
pub mod underlay;
mod verdict;

pub use verdict::{Arrival, DropReason, Packet, Verdict};

use crate::graph::Graph;
use crate::protocol::NodeIndex;
use crate::rng::Seed;
use crate::time::{Duration, Instant};
use bandwidth::{LinkLog, Links};
use config::{LatencyModel, NetworkConfig, UnderlayConfig};
use faults::{Clocks, Packets};
use impairments::Impairments;
use latency::Latency;
use loss::Loss;
use placement::Placement;
use reach::{Exchange, Reach};
use std::ops::Range;
use std::sync::Arc;
use underlay::hosts::Hosts;
use underlay::{Pieces, Underlay};

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
    /// Absent if latency has another model than the graph.
    underlay: Option<Arc<Underlay>>,
    /// Absent if no class has a finite link: then no state is kept at all.
    links: Option<Links>,
    /// Absent if all nodes are servers that can be dialled.
    reach: Option<Arc<Reach>>,
    /// Absent if no fault concerns packets.
    faults: Option<Box<Packets>>,
    /// Absent if the clocks of all nodes are right.
    clocks: Option<Arc<Clocks>>,
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
            loss: Loss::new(config, nodes, seed),
            impairments: Impairments::new(config, seed),
            underlay: underlay.map(Arc::new),
            links: Links::new(&config.classes, &classes, router_rates, nodes),
            reach: Reach::new(&config.classes, seed).map(Arc::new),
            faults: Packets::new(config, nodes, seed).map(Box::new),
            clocks: Clocks::new(config, seed).map(Arc::new),
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
            loss: self.loss.part(nodes.clone()),
            impairments: self.impairments,
            underlay: self.underlay.clone(),
            links: self.links.as_ref().map(|links| links.part(nodes.clone())),
            reach: self.reach.clone(),
            faults: self.faults.as_ref().map(|faults| Box::new(faults.part(nodes))),
            clocks: self.clocks.clone(),
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
        let (along_route, lost) = match &self.underlay {
            None => (Duration::ZERO, false),
            Some(underlay) => match underlay.carry(packet) {
                Ok(delay) => (delay, false),
                // A cut that it meets takes it, and not the loss further on.
                Err(DropReason::Loss) if self.faults.is_some() => (underlay.delay(packet), true),
                Err(reason) => return Verdict::Drop(reason),
            },
        };
        let lost = lost || self.loss.takes(packet);
        if let Some(faults) = &mut self.faults {
            let travel = along_route + self.latency.delay(packet);
            return faults.judge(packet, departure, travel, lost);
        }
        if lost {
            return Verdict::Drop(DropReason::Loss);
        }
        Verdict::Deliver(departure + along_route + self.latency.delay(packet))
    }

    /// Packets dropped by each fault of the configuration, of those sent from here; none if no
    /// fault concerns packets.
    pub fn dropped_by_faults(&self) -> &[u64] {
        self.faults.as_ref().map_or(&[], |faults| faults.dropped())
    }

    /// The clocks of the nodes; `None` if all are right.
    pub fn clocks(&self) -> Option<Arc<Clocks>> {
        self.clocks.clone()
    }

    /// Begins to fetch what will be read of a packet between these nodes.
    #[inline]
    pub fn foresee(&self, sender: NodeIndex, receiver: NodeIndex) {
        if let Some(underlay) = &self.underlay {
            underlay.prefetch(sender, receiver);
        }
    }

    /// Whether any packet arrives twice; if not, [`Network::duplicate`] need not be called.
    #[inline]
    pub fn may_duplicate(&self) -> bool {
        self.impairments.may_duplicate()
    }

    /// What becomes of the copy of the packet that was sent last and is delivered at `arrival`, if
    /// the network makes one. The copy comes into being behind the uplink, where the packet is not
    /// lost any more. It has a name of its own, with `number`, and a delay of its own.
    ///
    /// # Panics
    /// If there are faults and another packet has been sent since.
    pub fn duplicate(&mut self, packet: &Packet, arrival: Instant, number: u64) -> Option<Verdict> {
        if !self.impairments.duplicates(packet.sender, packet.number) {
            return None;
        }
        let delay = |packet: &Packet| {
            let along_route = self.underlay.as_ref().map(|underlay| underlay.delay(packet));
            along_route.unwrap_or(Duration::ZERO) + self.latency.delay(packet)
        };
        let travel = delay(&Packet { number, ..*packet });
        if let Some(faults) = &mut self.faults {
            return Some(faults.judge_copy(packet, travel));
        }
        // The packet's delay is a function of its name, so when it left the uplink follows.
        let since_departure = delay(packet).as_nanos();
        let departure = Instant::from_nanos(arrival.as_nanos().saturating_sub(since_departure));
        Some(Verdict::Deliver(departure + travel))
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
mod tests;
