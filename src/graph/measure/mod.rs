//! How a graph hangs together: degrees, paths, clustering, components, what must fail to
//! part it, cores.
//!
//! One code measures a drawn topology, a file, and the routing tables of a running network. What
//! takes more than one look at each edge is exact up to a stated size; above it places are
//! drawn from a seed, and the figure says how many and which side of the truth it is on.

// The figures themselves.
mod figures;
// Each of them.
mod clustering;
pub mod components;
mod connectivity;
mod cores;
mod cut_vertices;
mod degrees;
mod flow;
mod paths;

pub use figures::{
    Clustering, Components, Connectivity, Cores, Count, Degrees, Exactness, Figures, Parts, Paths,
    Share, Spread, Taken,
};

use super::Adjacency;
use crate::rng::{Purpose, Seed, Stream};
use std::borrow::Cow;

/// Up to which size figures are exact, and how much is looked at above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Largest graph of which all paths and triangles are counted.
    pub whole: Limit,
    /// Vertices from which paths are followed in a larger one.
    pub sources: usize,
    /// Vertices around which triangles are counted in a larger one.
    pub centres: usize,
    /// Largest graph whose vertex connectivity is exact.
    pub parted: Limit,
    /// Pairs of vertices between which disjoint paths are counted in a larger one.
    pub pairs: usize,
}

/// A size of graphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Most vertices.
    pub vertices: usize,
    /// Most edges, each way counted.
    pub arcs: usize,
}

impl Effort {
    /// What the program measures with; the documentation states these numbers.
    pub const USUAL: Effort = Effort {
        whole: Limit { vertices: 10_000, arcs: 4_000_000 },
        sources: 1_024,
        centres: 4_096,
        parted: Limit { vertices: 2_000, arcs: 400_000 },
        pairs: 512,
    };
}

impl Limit {
    fn holds(self, graph: &Adjacency) -> bool {
        graph.vertices() <= self.vertices && graph.arcs_count() <= self.arcs
    }
}

/// What is drawn where a graph is too large to be looked at as a whole.
#[derive(Clone, Copy, Debug)]
enum Draw {
    Sources = 0,
    Centres = 1,
    Pairs = 2,
}

impl Draw {
    fn stream(self, seed: Seed) -> Stream {
        Stream::new(seed, Purpose::Measuring, self as u64)
    }

    /// All vertices of a graph, or `count` of them in ascending order if it is beyond `limit`.
    fn vertices(self, graph: &Adjacency, limit: Limit, count: usize, seed: Seed) -> Vec<u32> {
        let all = graph.vertices();
        if limit.holds(graph) || all <= count {
            return (0..all as u32).collect();
        }
        let drawn = rand::seq::index::sample(&mut self.stream(seed), all, count);
        let mut drawn: Vec<u32> = drawn.into_iter().map(|vertex| vertex as u32).collect();
        drawn.sort_unstable();
        drawn
    }
}

/// The figures of a graph; `seed` draws where it is looked at if it is large. The same for any
/// number of threads.
pub fn measure(graph: &Adjacency, seed: Seed, effort: &Effort) -> Figures {
    let backward =
        if graph.is_directed() { Cow::Owned(graph.reversed()) } else { Cow::Borrowed(graph) };
    let undirected = graph.undirected();
    let components = components::of(graph, &undirected);
    let articulation_points = cut_vertices::count(&undirected);
    let hold = connectivity::Known { components, articulation_points };
    Figures {
        directed: graph.is_directed(),
        vertices: graph.vertices() as u64,
        edges: graph.edges() as u64,
        loops: graph.loops() as u64,
        degrees: degrees::of(graph, &backward),
        paths: paths::of(graph, &backward, seed, effort),
        clustering: clustering::of(&undirected, seed, effort),
        components,
        articulation_points,
        vertex_connectivity: connectivity::of(graph, &backward, hold, seed, effort),
        cores: cores::of(&undirected),
    }
}

#[cfg(test)]
mod tests;
