//! Whether neighbours are neighbours of each other.

use super::{Clustering, Draw, Effort, Share, Taken};
use crate::graph::Adjacency;
use crate::rng::Seed;
use crate::units::number::ratio;
use rayon::prelude::*;

/// Classes of the distribution, each as wide as the others; the last holds 1 as well.
const CLASSES: u64 = 20;

/// The neighbours of one vertex.
#[derive(Clone, Copy, Debug)]
struct Around {
    /// Pairs of them, in either order.
    pairs: u64,
    /// Those pairs that are neighbours.
    linked: u64,
}

/// The clustering of a graph without directions and loops.
pub fn of(undirected: &Adjacency, seed: Seed, effort: &Effort) -> Clustering {
    let centres = Draw::Centres.vertices(undirected, effort.whole, effort.centres, seed);
    let around: Vec<Around> = centres
        .par_iter()
        .map_init(
            || vec![false; undirected.vertices()],
            |marks, &centre| Around::of(undirected, centre, marks),
        )
        .collect();
    let local = |around: &Around| ratio(around.linked, around.pairs).unwrap_or(0.0);
    let sum = |part: fn(&Around) -> u64| around.iter().map(part).sum::<u64>();
    let mut classes = vec![0; CLASSES as usize];
    for around in &around {
        let class = (around.linked * CLASSES).checked_div(around.pairs).unwrap_or(0);
        classes[class.min(CLASSES - 1) as usize] += 1;
    }
    let share = |(class, count)| Share { from: class as f64 / CLASSES as f64, count };
    Clustering {
        centres: Taken { taken: centres.len() as u64, of: undirected.vertices() as u64 },
        mean_local: (!around.is_empty())
            .then(|| around.iter().map(local).sum::<f64>() / around.len() as f64),
        transitivity: ratio(sum(|around| around.linked), sum(|around| around.pairs)),
        distribution: classes.into_iter().enumerate().map(share).collect(),
    }
}

impl Around {
    /// `marks`, one for each vertex, are all unset before and after.
    fn of(graph: &Adjacency, centre: u32, marks: &mut [bool]) -> Self {
        let neighbours = graph.neighbours(centre);
        neighbours.iter().for_each(|&neighbour| marks[neighbour as usize] = true);
        let marked = |&other: &&u32| marks[*other as usize];
        let linked =
            neighbours.iter().map(|&near| graph.neighbours(near).iter().filter(marked).count());
        let linked = linked.sum::<usize>() as u64;
        neighbours.iter().for_each(|&neighbour| marks[neighbour as usize] = false);
        let count = neighbours.len() as u64;
        Around { pairs: count * count.saturating_sub(1), linked }
    }
}
