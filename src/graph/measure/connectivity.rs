//! Vertex connectivity: the fewest vertices without which some vertex no longer reaches
//! another, by Menger's theorem the fewest disjoint paths between two that are not next to
//! each other.

use super::flow::Flow;
use super::{Components, Connectivity, Draw, Effort, Exactness};
use crate::graph::Adjacency;
use crate::rng::{Seed, Stream};
use rand::RngExt;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// Draws for each pair that is wanted, at most: in a dense graph most vertices that are drawn
/// are next to each other.
const DRAWS_FOR_A_PAIR: usize = 64;

/// What has been found out before.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub components: Components,
    pub articulation_points: u64,
}

/// The vertex connectivity of a graph whose edges, the other way round, are `backward`.
pub fn of(
    graph: &Adjacency,
    backward: &Adjacency,
    known: Known,
    seed: Seed,
    effort: &Effort,
) -> Connectivity {
    let others = graph.vertices().saturating_sub(1) as u32;
    // Whoever has the fewest neighbours, on either side, is cut off with them.
    let degree = |vertex: u32| degree(graph, vertex).min(degree(backward, vertex));
    let weakest = (0..graph.vertices() as u32).min_by_key(|&vertex| degree(vertex));
    let bound = weakest.map_or(0, degree);
    let exact = |value| Connectivity { value, value_is: Exactness::Exact, pairs: 0 };
    match known {
        Known { components, .. } if components.strong.count != 1 => return exact(0),
        _ if bound == others => return exact(u64::from(others)),
        // Who is connected at all loses that with one vertex.
        Known { articulation_points: 1.., .. } => return exact(1),
        Known { .. } => {}
    }
    let (pairs, value_is) = match (weakest, effort.parted.holds(graph)) {
        (Some(vertex), true) => (deciding(graph, backward, vertex), Exactness::Exact),
        _ => {
            let mut stream = Draw::Pairs.stream(seed);
            (drawn(graph, effort.pairs, &mut stream), Exactness::UpperBound)
        }
    };
    let fewest = AtomicU32::new(bound);
    pairs.par_iter().for_each_init(
        || Flow::new(graph, backward),
        |flow, &(source, target)| {
            // More than the fewest so far need not be counted.
            let enough = fewest.load(Ordering::Relaxed);
            fewest.fetch_min(flow.paths(source, target, enough), Ordering::Relaxed);
        },
    );
    let value = u64::from(fewest.into_inner());
    Connectivity { value, value_is, pairs: pairs.len() as u64 }
}

/// Neighbours beside the vertex itself.
fn degree(graph: &Adjacency, vertex: u32) -> u32 {
    let own = usize::from(graph.are_neighbours(vertex, vertex));
    (graph.neighbours(vertex).len() - own) as u32
}

/// The pairs of which one has the fewest disjoint paths of all. Either `vertex` is on one side
/// of a smallest cut, and the pairs of it and others decide; or it is in each smallest cut, and
/// then an edge leads to it from the one side and an edge from it to the other
/// (Esfahanian and Hakimi 1984; with directions both ways count).
fn deciding(graph: &Adjacency, backward: &Adjacency, vertex: u32) -> Vec<(u32, u32)> {
    let apart =
        |&(source, target): &(u32, u32)| source != target && !graph.are_neighbours(source, target);
    let all = || 0..graph.vertices() as u32;
    let from = all().map(|other| (vertex, other)).filter(apart);
    let to = all().map(|other| (other, vertex)).filter(apart);
    let through = backward
        .neighbours(vertex)
        .iter()
        .flat_map(|&source| graph.neighbours(vertex).iter().map(move |&target| (source, target)));
    let through = through.filter(apart);
    let through = through.filter(|&(source, target)| source != vertex && target != vertex);
    match graph.is_directed() {
        true => from.chain(to).chain(through).collect(),
        false => from.chain(through.filter(|(source, target)| source < target)).collect(),
    }
}

/// Up to `count` pairs of vertices that are not next to each other.
fn drawn(graph: &Adjacency, count: usize, stream: &mut Stream) -> Vec<(u32, u32)> {
    let vertices = graph.vertices() as u32;
    let mut pairs = Vec::with_capacity(count);
    for _ in 0..count * DRAWS_FOR_A_PAIR {
        let pair = (stream.random_range(0..vertices), stream.random_range(0..vertices));
        if pair.0 != pair.1 && !graph.are_neighbours(pair.0, pair.1) {
            pairs.push(pair);
        }
        if pairs.len() == count {
            break;
        }
    }
    pairs
}
