//! The underlay: nodes are hosts at the routers of a graph, and a packet takes the way between
//! its two routers, with the latency, the jitter and the loss of that way.
//!
//! - [`hosts`]: which node is at which router;
//! - `edges`, `search`: the graph as it is searched, and the shortest paths from one router;
//! - `routes`, `cells`: the table of all routes that are used, computed once.
//!
//! Memory and time of the set-up go by the routers at which there are nodes, never by pairs of
//! nodes; a packet costs one look into the table.

mod cells;
mod edges;
pub mod hosts;
mod pieces;
mod routes;
mod search;

pub use pieces::Pieces;

use super::config::UnderlayConfig;
use super::{DropReason, Packet};
use crate::graph::Graph;
use crate::protocol::NodeIndex;
use crate::rng::distribution::below;
use crate::rng::{PacketDraws, Purpose, Seed};
use crate::time::Duration;
use hosts::Hosts;
use routes::Routes;

/// The ways between the nodes of one run.
#[derive(Clone, Debug)]
pub struct Underlay {
    /// Each node's router, by its place among the used ones.
    router_of: Box<[u16]>,
    routes: Routes,
    smallest: Duration,
    loss_draws: PacketDraws,
    jitter_draws: PacketDraws,
}

impl Underlay {
    /// The ways between these hosts in `graph`.
    pub fn new(config: &UnderlayConfig, graph: &Graph, hosts: &Hosts, seed: Seed) -> Self {
        let routes = Routes::new(graph, hosts.used(), config);
        Underlay {
            router_of: hosts.places(),
            smallest: routes.smallest(),
            routes,
            loss_draws: PacketDraws::new(seed, Purpose::RouteLoss),
            jitter_draws: PacketDraws::new(seed, Purpose::RouteJitter),
        }
    }

    /// How long this packet travels.
    ///
    /// # Errors
    /// Why it does not arrive: there is no way to its receiver, or it is lost along it.
    #[inline]
    pub fn carry(&self, packet: &Packet) -> Result<Duration, DropReason> {
        let router_of = |node: NodeIndex| self.router_of[node.get()];
        let route = self.routes.between(router_of(packet.sender), router_of(packet.receiver));
        let route = route.ok_or(DropReason::Unreachable)?;
        let name = (u64::from(packet.sender.0), packet.number);
        if route.loss > 0 {
            let draw = self.loss_draws.bits(name.0, name.1) >> (u64::BITS - routes::LOSS_BITS);
            if draw < u64::from(route.loss) {
                return Err(DropReason::Loss);
            }
        }
        let later = match route.jitter {
            0 => 0,
            jitter => below(self.jitter_draws.bits(name.0, name.1), jitter),
        };
        Ok(Duration::from_nanos(route.latency + later))
    }

    /// Begins to fetch what [`Underlay::carry`] will read of a packet between these nodes.
    #[inline]
    pub fn prefetch(&self, sender: NodeIndex, receiver: NodeIndex) {
        let router_of = |node: NodeIndex| self.router_of[node.get()];
        self.routes.prefetch(router_of(sender), router_of(receiver));
    }

    /// No packet takes less.
    pub fn smallest(&self) -> Duration {
        self.smallest
    }

    /// What [`Underlay::smallest`] would say, without the table of routes.
    pub fn smallest_of(config: &UnderlayConfig, graph: &Graph, hosts: &Hosts) -> Duration {
        routes::smallest(graph, hosts.used(), config)
    }

    /// Bytes of the table of routes.
    pub fn bytes(&self) -> usize {
        self.routes.bytes()
    }
}

#[cfg(test)]
mod tests;
