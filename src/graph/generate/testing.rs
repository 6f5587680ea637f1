//! What the tests of generators share.

use super::generate;
use crate::graph::Graph;
use crate::graph::config::GraphConfig;
use crate::rng::{Purpose, Seed, Stream};

/// The graph of this kind from a seeded stream, held to be simple.
pub fn made(config: &GraphConfig, vertices: u32) -> Graph {
    let mut stream = Stream::new(Seed(2025), Purpose::Test, u64::from(vertices));
    let graph = generate(config, vertices, &mut stream).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(graph.vertices.len() as u32, vertices);
    assert!(graph.edges.iter().all(|edge| edge.source != edge.target), "a loop");
    assert_eq!(graph.adjacency().edges(), graph.edges.len(), "a repeated edge");
    graph
}

/// Number of neighbours of each vertex.
pub fn degrees(graph: &Graph) -> Vec<u32> {
    let adjacency = graph.adjacency();
    let vertices = 0..graph.vertices.len() as u32;
    vertices.map(|vertex| adjacency.neighbours(vertex).len() as u32).collect()
}

/// The share of vertices with 0, 1, 2, ... neighbours.
pub fn shares_of_degrees(graph: &Graph, below: usize) -> Vec<f64> {
    let mut shares = vec![0.0; below];
    for degree in degrees(graph).into_iter().filter(|&degree| (degree as usize) < below) {
        shares[degree as usize] += 1.0 / graph.vertices.len() as f64;
    }
    shares
}

/// The chi-square statistic of shares of `count` things against expected ones.
pub fn chi_square(found: &[f64], expected: &[f64], count: f64) -> f64 {
    let cells = found.iter().zip(expected);
    cells.map(|(found, expected)| (found - expected).powi(2) / expected * count).sum()
}
