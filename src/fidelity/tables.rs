//! What the tables of a run's nodes hold.

use super::estimate::Estimate;
use super::networks::{each_settled, scenario};
use super::row::Sample;
use crate::kademlia::Node;
use crate::kademlia::key::{Key, Key64};
use crate::protocol::NodeIndex;
use crate::runner::Settled;

/// Bucket size of F5 and F7, and rank of the node whose distance tells the size in F8.
const K: usize = 20;

/// F5: contacts in a table.
pub(super) fn entries(nodes: u32, sample: Sample) -> Vec<Estimate> {
    let means = means(nodes, K, sample, 1, |_, node| vec![node.table().len() as f64]);
    estimates(&means, nodes, sample)
}

/// F7: contacts in single buckets.
pub(super) fn occupancy(nodes: u32, buckets: &[usize], sample: Sample) -> Vec<Estimate> {
    let means = means(nodes, K, sample, buckets.len(), |_, node| {
        buckets.iter().map(|&bucket| node.table().bucket(bucket).len() as f64).collect()
    });
    estimates(&means, nodes, sample)
}

/// F8: a node that knows `D`, the distance of the 20th closest other node as a share of the key
/// space, takes `(20 - 1) / D` for the number of other nodes. The mean of that over the true
/// number, and its standard deviation.
///
/// The figure is about the node that is truly the 20th closest. A table whose buckets hold 20
/// does not always know that one: where the neighbour range of a node's own holds more than 20
/// and its own fewer, some of the 20 closest are left out (in 8.9 % of tables). Buckets must
/// be larger than that rank for a table to show what the figure is about.
pub(super) fn size_estimator(nodes: u32, bucket: usize, sample: Sample) -> Vec<Estimate> {
    let others = f64::from(nodes - 1);
    let means = means(nodes, bucket, sample, 2, |network, node| {
        let closest = node.closest(node.key(), K, |peer| network.key_of(peer));
        let distance = |&peer: &NodeIndex| network.key_of(peer).distance(node.key()).0;
        let farthest = closest.iter().map(distance).max().expect("a warm table is not empty");
        let share = farthest as f64 / KEYS;
        let relative = (K - 1) as f64 / share / others;
        vec![relative, (relative - 1.0) * (relative - 1.0)]
    });
    let estimates = estimates(&means, nodes, sample);
    vec![estimates[0], estimates[1].root()]
}

/// Number of keys: 2^64.
const KEYS: f64 = 18_446_744_073_709_551_616.0;

/// For each network the means of `count` numbers that `look` reads off each of its first nodes.
fn means(
    nodes: u32,
    bucket: usize,
    sample: Sample,
    count: usize,
    look: impl Fn(&Settled<'_>, &Node<NodeIndex, Key64>) -> Vec<f64> + Sync + Send,
) -> Vec<Vec<f64>> {
    let scenario = scenario(nodes, &[format!("kademlia.k={bucket}")]);
    each_settled(&scenario, sample, |network, _| {
        let mut sums = vec![0.0; count];
        let mut read = 0u32;
        for node in network.nodes().take(sample.each as usize) {
            let state = network.node(node).expect("it was named as online");
            read += 1;
            for (sum, value) in sums.iter_mut().zip(look(network, state)) {
                *sum += value;
            }
        }
        sums.iter().map(|sum| sum / f64::from(read)).collect()
    })
}

/// An estimate of each of the numbers.
fn estimates(means: &[Vec<f64>], nodes: u32, sample: Sample) -> Vec<Estimate> {
    let samples = u64::from(sample.networks) * u64::from(sample.each.min(nodes));
    let count = means.first().map_or(0, Vec::len);
    let column = |index: usize| means.iter().map(|row| row[index]).collect::<Vec<_>>();
    (0..count).map(|index| Estimate::over_networks(&column(index), samples)).collect()
}
