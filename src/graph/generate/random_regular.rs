//! Random regular graphs: everyone has the same number of neighbours.

use super::neighbourhoods::Neighbourhoods;
use super::{Pairs, pairs};
use crate::rng::Stream;
use rand::RngExt;

/// A simple graph in which every vertex has exactly `degree` neighbours.
///
/// Ends of edges are paired at random, and pairs that are loops or repeat an edge are drawn
/// again among themselves (Steger and Wormald 1999: as good as uniform). If none of those left fit
/// together they are switched with edges that are there (McKay and Wormald 1990). Where more than
/// half of all pairs would be edges, the graph is the complement of one with fewer.
pub fn random_regular(vertices: u32, degree: u32, stream: &mut Stream) -> Pairs {
    if degree > (vertices - 1) / 2 {
        let mut other = Neighbourhoods::new(vertices);
        for (one, two) in sparse(vertices, vertices - 1 - degree, stream) {
            other.connect(one, two);
        }
        let all = (0..pairs::count(vertices)).map(pairs::pair);
        return all.filter(|&(one, two)| !other.are_connected(one, two)).collect();
    }
    sparse(vertices, degree, stream)
}

fn sparse(vertices: u32, degree: u32, stream: &mut Stream) -> Pairs {
    loop {
        if let Some(edges) = attempt(vertices, degree, stream) {
            return edges;
        }
    }
}

/// `None` if the last ends found no place, which happens in tiny graphs only.
fn attempt(vertices: u32, degree: u32, stream: &mut Stream) -> Option<Pairs> {
    let mut made = Neighbourhoods::new(vertices);
    let mut edges = Pairs::with_capacity(vertices as usize * degree as usize / 2);
    let mut ends: Vec<u32> =
        (0..vertices).flat_map(|vertex| (0..degree).map(move |_| vertex)).collect();
    while !ends.is_empty() {
        shuffle(&mut ends, stream);
        let mut left = Vec::new();
        for pair in ends.chunks_exact(2) {
            if made.connect(pair[0], pair[1]) {
                edges.push((pair[0], pair[1]));
            } else {
                left.extend_from_slice(pair);
            }
        }
        if left.len() == ends.len() {
            for pair in left.chunks_exact(2) {
                switch((pair[0], pair[1]), &mut edges, &mut made, stream)?;
            }
            break;
        }
        ends = left;
    }
    Some(edges)
}

/// Puts two free ends into the middle of an edge drawn at random, such that the graph stays simple:
/// from `a - b` it makes `one - a` and `other - b`.
fn switch(
    (one, other): (u32, u32),
    edges: &mut Pairs,
    made: &mut Neighbourhoods,
    stream: &mut Stream,
) -> Option<()> {
    for _ in 0..100 * edges.len() {
        let place = stream.random_range(0..edges.len() as u64) as usize;
        let (mut a, mut b) = edges[place];
        if stream.random() {
            std::mem::swap(&mut a, &mut b);
        }
        let fits =
            a != one && b != other && !made.are_connected(one, a) && !made.are_connected(other, b);
        if fits {
            made.disconnect(a, b);
            assert!(made.connect(one, a) && made.connect(other, b), "the new edges were not there");
            edges[place] = (one, a);
            edges.push((other, b));
            return Some(());
        }
    }
    None
}

fn shuffle(items: &mut [u32], stream: &mut Stream) {
    for place in (1..items.len()).rev() {
        items.swap(place, stream.random_range(0..=place as u64) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{degrees, made};
    use super::*;
    use crate::graph::config::GraphConfig;
    use crate::rng::{Purpose, Seed};
    use std::collections::BTreeMap;

    /// `made` holds every graph to be simple.
    #[test]
    fn every_possible_degree_is_exact() {
        for vertices in 1..12 {
            for degree in (0..vertices).filter(|degree| (degree * vertices) % 2 == 0) {
                let graph = made(&GraphConfig::RandomRegular { degree }, vertices);
                assert!(degrees(&graph).iter().all(|&found| found == degree));
            }
        }
        for (vertices, degree) in [(10_000, 3), (2_000, 8), (301, 150), (200, 190)] {
            let graph = made(&GraphConfig::RandomRegular { degree }, vertices);
            assert!(degrees(&graph).iter().all(|&found| found == degree));
        }
    }

    /// There are 70 labelled graphs of 6 vertices with 2 neighbours each: 60 rings of six and 10
    /// pairs of triangles. Each is as likely as any other, but for the little that the pairing
    /// prefers.
    #[test]
    fn all_graphs_come_up() {
        let mut stream = Stream::new(Seed(8), Purpose::Test, 0);
        let mut counts: BTreeMap<Pairs, u32> = BTreeMap::new();
        for _ in 0..14_000 {
            let mut edges = random_regular(6, 2, &mut stream);
            edges.iter_mut().for_each(|(one, two)| {
                if one > two {
                    std::mem::swap(one, two);
                }
            });
            edges.sort_unstable();
            *counts.entry(edges).or_default() += 1;
        }
        assert_eq!(counts.len(), 70);
        let (least, most) = (counts.values().min(), counts.values().max());
        assert!(least >= Some(&120) && most <= Some(&320), "{least:?} {most:?}");
    }
}
