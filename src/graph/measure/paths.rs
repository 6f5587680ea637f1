//! Shortest paths in edges: breadth-first from 64 vertices at a time, each of them a bit.

use super::{Count, Draw, Effort, Exactness, Paths, Taken};
use crate::graph::Adjacency;
use crate::rng::Seed;
use crate::units::number::ratio;
use rayon::prelude::*;

/// Vertices that are followed at once: the bits of a word.
const AT_ONCE: usize = 64;

/// The paths of a graph whose edges, the other way round, are `backward`.
pub fn of(graph: &Adjacency, backward: &Adjacency, seed: Seed, effort: &Effort) -> Paths {
    let sources = Draw::Sources.vertices(graph, effort.whole, effort.sources, seed);
    let found = sources
        .par_chunks(AT_ONCE)
        .map_init(|| Search::of(graph.vertices()), |search, chunk| search.follow(graph, chunk))
        .reduce(Found::default, Found::merge);
    let sources = Taken { taken: sources.len() as u64, of: graph.vertices() as u64 };
    let (diameter, diameter_is) = match sources.is_all() {
        true => (found.longest(), Exactness::Exact),
        false => (swept(graph, backward, &found), Exactness::LowerBound),
    };
    let pairs: u64 = found.pairs.iter().sum();
    let lengths = found.pairs.iter().enumerate().map(|(length, &pairs)| length as u64 * pairs);
    Paths {
        sources,
        pairs,
        mean: ratio(lengths.sum(), pairs),
        diameter: diameter as u64,
        diameter_is,
        distribution: Count::by_place(&found.pairs),
    }
}

/// The longest path known after a double sweep: from the vertex that lies farthest from a source,
/// backward to the one that lies farthest from it, and forward from there.
fn swept(graph: &Adjacency, backward: &Adjacency, found: &Found) -> usize {
    let mut search = Search::of(graph.vertices());
    let into = search.follow(backward, &[found.farthest]);
    let out = search.follow(graph, &[into.farthest]);
    found.longest().max(into.longest()).max(out.longest())
}

/// What some searches found.
#[derive(Clone, Debug, Default)]
struct Found {
    /// Pairs of source and other vertex by the length of the path.
    pairs: Vec<u64>,
    /// The first vertex at the end of one of the longest.
    farthest: u32,
}

impl Found {
    fn longest(&self) -> usize {
        self.pairs.len().saturating_sub(1)
    }

    fn merge(mut self, mut other: Self) -> Self {
        let order = |found: &Self| (found.pairs.len(), std::cmp::Reverse(found.farthest));
        if order(&self) < order(&other) {
            std::mem::swap(&mut self, &mut other);
        }
        self.pairs.iter_mut().zip(&other.pairs).for_each(|(sum, part)| *sum += part);
        self
    }
}

/// A search from up to 64 vertices.
#[derive(Debug)]
struct Search {
    /// By which of them a vertex has been reached.
    seen: Vec<u64>,
    /// By which of them it was reached first in the last step, and is in this one.
    now: Vec<u64>,
    next: Vec<u64>,
}

impl Search {
    fn of(vertices: usize) -> Self {
        Search { seen: vec![0; vertices], now: vec![0; vertices], next: vec![0; vertices] }
    }

    fn follow(&mut self, graph: &Adjacency, sources: &[u32]) -> Found {
        let Search { seen, now, next } = self;
        seen.fill(0);
        for (bit, &source) in sources.iter().enumerate() {
            now[source as usize] |= 1 << bit;
            seen[source as usize] |= 1 << bit;
        }
        let mut open = sources.to_vec();
        let mut found = Found { pairs: Vec::new(), farthest: *sources.first().unwrap_or(&0) };
        let mut reached = Vec::new();
        while !open.is_empty() {
            for vertex in open.drain(..) {
                let by = std::mem::take(&mut now[vertex as usize]);
                for &other in graph.neighbours(vertex) {
                    let other_place = other as usize;
                    let new = by & !seen[other_place];
                    if new != 0 {
                        if next[other_place] == 0 {
                            reached.push(other);
                        }
                        next[other_place] |= new;
                    }
                }
            }
            let mut pairs = 0;
            for &vertex in &reached {
                let place = vertex as usize;
                seen[place] |= next[place];
                pairs += u64::from(next[place].count_ones());
            }
            // Nobody is at a distance of nothing but the source itself, which is no pair.
            found.pairs.resize(found.pairs.len().max(1), 0);
            if let Some(&farthest) = reached.iter().min() {
                found.pairs.push(pairs);
                found.farthest = farthest;
            }
            std::mem::swap(&mut open, &mut reached);
            std::mem::swap(now, next);
        }
        found
    }
}
