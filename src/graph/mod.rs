//! Graphs as data: vertices and edges with what a network needs to know about them. The same
//! type serves as the underlay (routers and lines), as the graph of first contacts, and as the
//! picture of who has whom in its routing table.

// Who is next to whom.
mod adjacency;
// The graph as the user says it, made, and read from a file.
pub mod config;
mod generate;
pub mod read;
// How a graph hangs together: its figures.
pub mod measure;
// Graphs as files for other programs.
pub mod export;

pub use adjacency::Adjacency;
pub use generate::generate;

use crate::time::Duration;

/// A graph as it was generated, read from a file or taken from a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// Whether an edge leads one way only, from its source to its target.
    pub directed: bool,
    /// What is connected; an edge names a vertex by its place here.
    pub vertices: Vec<Vertex>,
    /// What connects, in the order of making or reading.
    pub edges: Vec<Edge>,
}

/// A router, a site or a node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vertex {
    /// What the file calls it: an id or a label; the place if nothing did.
    pub name: String,
    /// Bits per second that a host at this vertex can send; `None` is unlimited.
    pub host_bandwidth_up: Option<u64>,
    /// Bits per second that a host at this vertex can receive; `None` is unlimited.
    pub host_bandwidth_down: Option<u64>,
    /// Where it lies in the plane, if the model or file says so.
    pub position: Option<[f64; 2]>,
}

/// A line from one vertex to another; in a graph that is not directed, both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Edge {
    /// Place of the vertex at which it begins.
    pub source: u32,
    /// Place of the vertex at which it ends. May be the source: what it takes to reach another
    /// host at the same vertex.
    pub target: u32,
    /// How long a packet takes, one way; `None` where the graph says nothing of time.
    pub latency: Option<Duration>,
    /// A packet takes up to this much longer.
    pub jitter: Duration,
    /// Probability that a packet is lost, from 0 to 1.
    pub packet_loss: f64,
}

impl Edge {
    /// An edge of which nothing is known but its ends.
    pub fn between(source: u32, target: u32) -> Self {
        Edge { source, target, ..Edge::default() }
    }
}

impl Graph {
    /// A graph of this many vertices, named by their places, and no edges.
    pub fn of(vertices: u32, directed: bool) -> Self {
        let vertex = |place: u32| Vertex { name: place.to_string(), ..Vertex::default() };
        Graph { directed, vertices: (0..vertices).map(vertex).collect(), edges: Vec::new() }
    }

    /// Who is next to whom, along the edges.
    pub fn adjacency(&self) -> Adjacency {
        let ends = self.edges.iter().map(|edge| (edge.source, edge.target));
        Adjacency::new(self.vertices.len(), ends, self.directed)
    }
}
