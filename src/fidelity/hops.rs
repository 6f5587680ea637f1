//! How far it is to a key, read off the tables of a run's nodes.

use super::estimate::Estimate;
use super::networks::{each_settled, scenario};
use super::row::Sample;
use crate::kademlia::Node;
use crate::kademlia::key::{Key, Key64};
use crate::kademlia::message::PeerList;
use crate::protocol::NodeIndex;
use crate::rng::{Purpose, Seed, Stream};
use crate::runner::Settled;
use rand::{Rng, RngExt};

/// Candidates that the search keeps (RFM19.1).
const CANDIDATES: usize = 10;
/// Nodes that may be reached: those on which a record of the key would be stored.
const WANTED: usize = 20;
/// No path is longer: each hop shares a further bit with the key.
const MOST_HOPS: u32 = 64;

/// F1, F2: from a random node towards a random key.
pub(super) fn candidates(nodes: u32, bucket: usize, sample: Sample) -> Vec<Estimate> {
    let scenario = scenario(nodes, &[format!("kademlia.k={bucket}")]);
    let means = each_settled(&scenario, sample, |network, seed| {
        let mut draws = draws(seed);
        let hops = (0..sample.each).map(|_| {
            let start = NodeIndex(draws.random_range(0..nodes));
            hops_of_candidates(network, start, Key64(draws.next_u64()))
        });
        mean(hops, sample)
    });
    vec![estimate(&means, sample)]
}

/// Hops until one of the truly closest nodes is known: 0 if `start` is one; 1 if its own
/// candidates hold one; 2 if the candidates from the union of their tables do; and so on.
fn hops_of_candidates(network: &Settled<'_>, start: NodeIndex, target: Key64) -> u32 {
    let wanted = network.truly_closest(target, WANTED);
    if wanted.contains(&start) {
        return 0;
    }
    let mut candidates = closest(network, start, target, CANDIDATES);
    for hops in 1..=MOST_HOPS {
        if candidates.iter().any(|candidate| wanted.contains(candidate)) {
            return hops;
        }
        // The closest of the union are among the closest of each.
        let mut union: Vec<_> = candidates
            .iter()
            .flat_map(|&candidate| closest(network, candidate, target, CANDIDATES))
            .map(|node| (network.key_of(node).distance(target), node))
            .collect();
        union.sort_unstable();
        union.dedup();
        candidates = union.into_iter().take(CANDIDATES).map(|(_, node)| node).collect();
    }
    panic!("the search of {target:?} from {start} leads nowhere");
}

/// F3: a single path between two different nodes.
pub(super) fn greedy(nodes: u32, k: usize, sample: Sample) -> Vec<Estimate> {
    vec![estimate(&greedy_means(nodes, k, sample), sample)]
}

/// F4: what each doubling of the network adds to such paths.
pub(super) fn per_doubling(nodes: u32, doublings: u32, k: usize, sample: Sample) -> Vec<Estimate> {
    let small = greedy_means(nodes, k, sample);
    let large = greedy_means(nodes << doublings, k, sample);
    let added: Vec<_> = large.iter().zip(&small).map(|(large, small)| large - small).collect();
    vec![estimate(&added, sample).divided_by(f64::from(doublings))]
}

/// The mean length of greedy paths in each network.
fn greedy_means(nodes: u32, k: usize, sample: Sample) -> Vec<f64> {
    let scenario = scenario(nodes, &[format!("kademlia.k={k}")]);
    each_settled(&scenario, sample, |network, seed| {
        let mut draws = draws(seed);
        let hops = (0..sample.each).map(|_| {
            let start = draws.random_range(0..nodes);
            // Any but the start.
            let target = (start + draws.random_range(1..nodes)) % nodes;
            greedy_hops(network, NodeIndex(start), NodeIndex(target))
        });
        mean(hops, sample)
    })
}

/// Hops from `start` to `target`, each to the closest entry of the current node's table.
fn greedy_hops(network: &Settled<'_>, start: NodeIndex, target: NodeIndex) -> u32 {
    let key = network.key_of(target);
    let mut current = start;
    for hops in 0..=MOST_HOPS {
        if current == target {
            return hops;
        }
        let next = closest(network, current, key, 1);
        current = *next.first().expect("a warm table is not empty");
    }
    panic!("the path from {start} to {target} leads nowhere");
}

fn closest(
    network: &Settled<'_>,
    node: NodeIndex,
    target: Key64,
    count: usize,
) -> PeerList<NodeIndex> {
    let node: &Node<_, _> = network.node(node).expect("without churn all nodes are online");
    node.closest(target, count, |peer| network.key_of(peer))
}

/// What is drawn in one network.
fn draws(seed: Seed) -> Stream {
    Stream::new(seed, Purpose::Sampling, 1)
}

fn mean(hops: impl Iterator<Item = u32>, sample: Sample) -> f64 {
    hops.map(u64::from).sum::<u64>() as f64 / f64::from(sample.each)
}

fn estimate(means: &[f64], sample: Sample) -> Estimate {
    Estimate::over_networks(means, u64::from(sample.networks) * u64::from(sample.each))
}
