//! What the edges of an underlay say, in the units of the table of routes.

use super::cells::common_unit;
use super::search::Lines;
use crate::graph::{Edge, Graph};
use crate::network::config::UnderlayConfig;
use crate::time::Duration;

/// The edges of a graph, their lengths of time as whole multiples of a unit.
pub(super) struct Edges<'g> {
    graph: &'g Graph,
    /// Nanoseconds that latencies are counted in.
    pub(super) latency_unit: u64,
    /// Nanoseconds that jitter is counted in.
    pub(super) jitter_unit: u64,
    /// Of each edge, in units.
    latencies: Vec<u64>,
}

impl<'g> Edges<'g> {
    /// The edges of `graph`, with the latencies of `config` where they have none.
    pub(super) fn new(graph: &'g Graph, config: &UnderlayConfig) -> Self {
        let nanos = |edge| latency_of(graph, edge, config).as_nanos();
        let mut latencies: Vec<u64> = graph.edges.iter().map(nanos).collect();
        let latency_unit = common_unit(latencies.iter().copied());
        latencies.iter_mut().for_each(|latency| *latency /= latency_unit);
        let jitter_unit = common_unit(graph.edges.iter().map(|edge| edge.jitter.as_nanos()));
        Edges { graph, latency_unit, jitter_unit, latencies }
    }

    /// Number of routers.
    pub(super) fn routers(&self) -> usize {
        self.graph.vertices.len()
    }

    /// Whether any edge has jitter.
    pub(super) fn have_jitter(&self) -> bool {
        self.graph.edges.iter().any(|edge| !edge.jitter.is_zero())
    }

    /// Whether any edge loses packets.
    pub(super) fn have_loss(&self) -> bool {
        self.graph.edges.iter().any(|edge| edge.packet_loss > 0.0)
    }

    /// The latency of the edge at this place, in units.
    pub(super) fn latency(&self, place: usize) -> u64 {
        self.latencies[place]
    }

    /// Its jitter, in units of jitter.
    pub(super) fn jitter(&self, place: usize) -> u64 {
        self.graph.edges[place].jitter.as_nanos() / self.jitter_unit
    }

    /// The probability that a packet gets along it.
    pub(super) fn survival(&self, place: usize) -> f64 {
        1.0 - self.graph.edges[place].packet_loss
    }

    /// The edges as they are searched.
    pub(super) fn lines(&self) -> Lines {
        Lines::new(self.graph, |place| self.latency(place))
    }

    /// The loop at each router that has one: the fastest, and of those the first.
    pub(super) fn loops(&self) -> Vec<Option<usize>> {
        let mut loops: Vec<Option<usize>> = vec![None; self.routers()];
        for (place, edge) in self.graph.edges.iter().enumerate() {
            let known = &mut loops[edge.source as usize];
            if edge.source == edge.target
                && known.is_none_or(|known| self.latency(place) < self.latency(known))
            {
                *known = Some(place);
            }
        }
        loops
    }

    /// What a packet takes between two hosts at a router without a loop, in units: the smallest
    /// latency above zero that any edge has, since nothing in the graph is nearer than that.
    pub(super) fn latency_at_home(&self) -> u64 {
        self.latencies.iter().copied().filter(|&latency| latency > 0).min().unwrap_or(0)
    }
}

/// How long a packet takes along an edge.
fn latency_of(graph: &Graph, edge: &Edge, config: &UnderlayConfig) -> Duration {
    let position = |vertex: u32| graph.vertices[vertex as usize].position;
    match (edge.latency, position(edge.source), position(edge.target)) {
        (Some(latency), ..) => latency,
        (None, Some([x, y]), Some([other_x, other_y])) => {
            let (dx, dy) = (x - other_x, y - other_y);
            let distance = libm::sqrt(dx * dx + dy * dy);
            let travel = config.latency_per_unit.as_secs_f64() * distance;
            config.edge_latency + Duration::from_secs_f64(travel)
        }
        (None, ..) => config.edge_latency,
    }
}
