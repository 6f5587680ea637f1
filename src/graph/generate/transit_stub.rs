//! Transit-stub graphs: the internet as backbones and the networks that hang on them.

use super::{Pairs, Positions, pairs};
use crate::graph::config::TransitStub;
use crate::rng::Stream;
use crate::rng::distribution::unit;
use rand::{Rng, RngExt};
use std::collections::BTreeSet;
use std::ops::Range;

/// How far from the middle of their domain transit vertices lie, each way, where domains lie in the
/// unit square.
const TRANSIT_SPREAD: f64 = 0.1;

/// How far from their transit vertex the vertices of a stub domain lie, each way.
const STUB_SPREAD: f64 = 0.02;

/// First the transit vertices, domain by domain, then the stub vertices, in the order of the
/// transit vertices that their domains hang on.
///
/// Every domain is connected: each of its vertices but the first has an edge to one before it, drawn
/// at random, and every other pair has one with the domain's probability. Every two transit domains
/// are connected by an edge between two of their vertices, every stub domain to its transit vertex
/// by an edge from one of its own.
pub fn transit_stub(
    vertices: u32,
    parameters: &TransitStub,
    stream: &mut Stream,
) -> (Pairs, Positions) {
    let layout = Layout::new(vertices, parameters);
    let mut edges = Pairs::new();
    let mut positions = Positions::new();
    for domain in 0..parameters.transit_domains {
        let members = layout.transit_domain(domain);
        let middle = [unit(stream.next_u64()), unit(stream.next_u64())];
        positions.extend(members.clone().map(|_| near(middle, TRANSIT_SPREAD, stream)));
        connect_domain(members, parameters.transit_edge_probability, &mut edges, stream);
    }
    for (one, other) in (0..pairs::count(parameters.transit_domains)).map(pairs::pair) {
        let mut of = |domain| stream.random_range(layout.transit_domain(domain));
        edges.push((of(one), of(other)));
    }
    for stub in 0..layout.stubs {
        let (members, transit) = (layout.stub(stub), layout.transit_of(stub));
        let middle = positions[transit as usize];
        positions.extend(members.clone().map(|_| near(middle, STUB_SPREAD, stream)));
        edges.push((transit, stream.random_range(members.clone())));
        connect_domain(members, parameters.stub_edge_probability, &mut edges, stream);
    }
    let all = layout.transit..vertices;
    add(parameters.extra_transit_stub_edges, &mut edges, || {
        let (transit, vertex) = (stream.random_range(0..layout.transit), draw(&all, stream));
        (layout.transit_of(layout.stub_of(vertex)) != transit).then_some((transit, vertex))
    });
    add(parameters.extra_stub_stub_edges, &mut edges, || {
        let (one, other) = (draw(&all, stream), draw(&all, stream));
        let are_apart = layout.stub_of(one) != layout.stub_of(other);
        are_apart.then_some((one.min(other), one.max(other)))
    });
    (edges, positions)
}

fn draw(vertices: &Range<u32>, stream: &mut Stream) -> u32 {
    stream.random_range(vertices.clone())
}

/// A place up to `spread` away in each direction.
fn near(middle: [f64; 2], spread: f64, stream: &mut Stream) -> [f64; 2] {
    middle.map(|place| place + (2.0 * unit(stream.next_u64()) - 1.0) * spread)
}

fn connect_domain(members: Range<u32>, probability: f64, edges: &mut Pairs, stream: &mut Stream) {
    let first = members.start;
    let mut earlier = Vec::new();
    for vertex in members.clone().skip(1) {
        earlier.push(stream.random_range(first..vertex));
    }
    let count = pairs::count(members.len() as u32);
    let others: Vec<u64> = pairs::each_with(probability, count, stream).collect();
    let is_new = |&(one, other): &(u32, u32)| earlier[(other - first - 1) as usize] != one;
    let moved = |(one, other)| (first + one, first + other);
    let others = others.into_iter().map(pairs::pair).map(moved).filter(is_new);
    edges.extend(others);
    edges.extend(members.skip(1).zip(&earlier).map(|(vertex, &before)| (before, vertex)));
}

/// Adds this many different edges of those that `candidate` gives, none of which is there yet.
fn add(count: u32, edges: &mut Pairs, mut candidate: impl FnMut() -> Option<(u32, u32)>) {
    let mut added = BTreeSet::new();
    while added.len() < count as usize {
        if let Some(edge) = candidate()
            && added.insert(edge)
        {
            edges.push(edge);
        }
    }
}

/// Which vertices belong where.
struct Layout {
    /// Transit vertices, all together.
    transit: u32,
    transit_nodes: u32,
    stubs: u32,
    stubs_per_transit_node: u32,
    /// Vertices of each stub domain.
    size: u32,
    /// So many of the first stub domains have one more.
    larger: u32,
}

impl Layout {
    fn new(vertices: u32, parameters: &TransitStub) -> Self {
        let transit = parameters.transit_domains * parameters.transit_nodes;
        let stubs = transit * parameters.stubs_per_transit_node;
        Layout {
            transit,
            transit_nodes: parameters.transit_nodes,
            stubs,
            stubs_per_transit_node: parameters.stubs_per_transit_node,
            size: (vertices - transit) / stubs,
            larger: (vertices - transit) % stubs,
        }
    }

    fn transit_domain(&self, domain: u32) -> Range<u32> {
        domain * self.transit_nodes..(domain + 1) * self.transit_nodes
    }

    fn stub(&self, stub: u32) -> Range<u32> {
        let start = |stub: u32| self.transit + stub * self.size + stub.min(self.larger);
        start(stub)..start(stub + 1)
    }

    /// The stub domain of a stub vertex.
    fn stub_of(&self, vertex: u32) -> u32 {
        let place = vertex - self.transit;
        let of_larger = self.larger * (self.size + 1);
        if place < of_larger {
            place / (self.size + 1)
        } else {
            self.larger + (place - of_larger) / self.size
        }
    }

    /// The transit vertex that a stub domain hangs on.
    fn transit_of(&self, stub: u32) -> u32 {
        stub / self.stubs_per_transit_node
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::made;
    use super::*;
    use crate::graph::config::GraphConfig;
    use petgraph::unionfind::UnionFind;

    const PARAMETERS: TransitStub = TransitStub {
        transit_domains: 3,
        transit_nodes: 4,
        stubs_per_transit_node: 2,
        transit_edge_probability: 0.5,
        stub_edge_probability: 0.25,
        extra_transit_stub_edges: 5,
        extra_stub_stub_edges: 7,
    };

    #[test]
    fn every_vertex_belongs_to_one_domain() {
        let layout = Layout::new(100, &PARAMETERS);
        // 88 vertices in 24 stub domains: 16 of four and 8 of three.
        let sizes: Vec<usize> = (0..24).map(|stub| layout.stub(stub).len()).collect();
        assert_eq!((&sizes[..16], &sizes[16..]), (&[4; 16][..], &[3; 8][..]));
        assert_eq!((layout.stub(0).start, layout.stub(23).end), (12, 100));
        for stub in 0..24 {
            assert!(layout.stub(stub).all(|vertex| layout.stub_of(vertex) == stub));
        }
    }

    #[test]
    fn edges_are_where_they_belong() {
        let graph = made(&GraphConfig::TransitStub(PARAMETERS), 100);
        let layout = Layout::new(100, &PARAMETERS);
        let mut counts = [0; 6];
        for edge in &graph.edges {
            let (one, other) = (edge.source.min(edge.target), edge.source.max(edge.target));
            let kind = match (one < layout.transit, other < layout.transit) {
                (true, true) => usize::from(one / 4 != other / 4),
                (true, false) => 2 + usize::from(layout.transit_of(layout.stub_of(other)) != one),
                _ => 4 + usize::from(layout.stub_of(one) != layout.stub_of(other)),
            };
            counts[kind] += 1;
        }
        let [_, between, hung, extra_up, _, extra_across] = counts;
        assert_eq!([between, hung, extra_up, extra_across], [3, 24, 5, 7]);
        let mut parts = UnionFind::<u32>::new(100);
        graph.edges.iter().for_each(|edge| {
            parts.union(edge.source, edge.target);
        });
        assert!((0..100).all(|vertex| parts.equiv(0, vertex)), "the graph is connected");
    }

    /// A domain of `s` vertices has `s - 1` edges and each further one with its probability.
    #[test]
    fn domains_have_the_edges_that_they_should() {
        let parameters = TransitStub {
            extra_transit_stub_edges: 0,
            extra_stub_stub_edges: 0,
            transit_domains: 1,
            transit_nodes: 40,
            stubs_per_transit_node: 5,
            ..PARAMETERS
        };
        let graph = made(&GraphConfig::TransitStub(parameters), 40 + 200 * 9);
        let within = |edge: &&crate::graph::Edge| edge.source >= 40 && edge.target >= 40;
        let stubs = graph.edges.iter().filter(within).count() as f64;
        // 200 domains of 8 edges and 28 pairs at 0.25: 3,000, with a deviation of 32.
        assert!((stubs - 3_000.0).abs() < 130.0, "{stubs}");
        let transit = graph.edges.iter().filter(|edge| edge.source.max(edge.target) < 40).count();
        // 39 edges and 741 pairs at 0.5: 409.5, with a deviation of 13.6.
        assert!((transit as f64 - 409.5).abs() < 55.0, "{transit}");
    }

    #[test]
    fn no_vertex_is_far_from_its_domain() {
        let graph = made(&GraphConfig::TransitStub(PARAMETERS), 100);
        let layout = Layout::new(100, &PARAMETERS);
        let place = |vertex: u32| graph.vertices[vertex as usize].position.expect("it has one");
        for vertex in layout.transit..100 {
            let middle = place(layout.transit_of(layout.stub_of(vertex)));
            let here = place(vertex);
            assert!((0..2).all(|axis| (here[axis] - middle[axis]).abs() <= STUB_SPREAD));
        }
    }
}
