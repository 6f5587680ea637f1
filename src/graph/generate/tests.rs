//! What holds for all kinds: repeatable, possible exactly if the check says so, refused with a
//! clear message.

use super::generate;
use crate::graph::Graph;
use crate::graph::config::{Density, FileConfig, GraphConfig, TransitStub};
use crate::graph::read::Format;
use crate::rng::{Purpose, Seed, Stream};
use rand::{Rng, RngExt};
use std::sync::Arc;

fn from_seed(config: &GraphConfig, vertices: u32, seed: u64) -> Graph {
    let mut stream = Stream::new(Seed(seed), Purpose::Test, 0);
    generate(config, vertices, &mut stream).unwrap_or_else(|error| panic!("{error}"))
}

fn transit_stub() -> TransitStub {
    TransitStub {
        transit_domains: 2,
        transit_nodes: 3,
        stubs_per_transit_node: 2,
        transit_edge_probability: 0.5,
        stub_edge_probability: 0.2,
        extra_transit_stub_edges: 1,
        extra_stub_stub_edges: 2,
    }
}

#[test]
fn a_stream_has_one_graph_and_others_have_others() {
    let drawn = [
        GraphConfig::Random { connection_ratio: 0.2 },
        GraphConfig::Bootstrap { bootstrap_nodes: 5, known_bootstrap_nodes: 2 },
        GraphConfig::ErdosRenyi(Density::MeanDegree(5.0)),
        GraphConfig::RandomRegular { degree: 4 },
        GraphConfig::WattsStrogatz { neighbours: 4, rewiring: 0.2 },
        GraphConfig::BarabasiAlbert { edges_per_node: 2 },
        GraphConfig::Waxman { alpha: 0.3, beta: 0.5 },
        GraphConfig::TransitStub(transit_stub()),
    ];
    for config in drawn {
        assert_eq!(from_seed(&config, 60, 1), from_seed(&config, 60, 1), "{config:?}");
        assert_ne!(from_seed(&config, 60, 1).edges, from_seed(&config, 60, 2).edges, "{config:?}");
    }
}

#[test]
fn what_is_impossible_is_said() {
    let regular = |degree| GraphConfig::RandomRegular { degree };
    let stub = |transit_domains| {
        GraphConfig::TransitStub(TransitStub { transit_domains, ..transit_stub() })
    };
    let file = GraphConfig::File(FileConfig {
        file: "x.gml".into(),
        format: Format::Gml,
        graph: Arc::new(Graph::of(4, false)),
    });
    let bootstrap = |bootstrap_nodes, known_bootstrap_nodes| GraphConfig::Bootstrap {
        bootstrap_nodes,
        known_bootstrap_nodes,
    };
    let small = |neighbours| GraphConfig::WattsStrogatz { neighbours, rewiring: 0.1 };
    let waxman = |alpha, beta| GraphConfig::Waxman { alpha, beta };
    let cases = [
        (GraphConfig::Ring, 0, "`kind` needs a vertex"),
        (
            GraphConfig::FullMesh,
            100_000,
            "`kind` makes a graph of about 4999950000 edges: at most 10000000 are allowed, as they \
             take 400 MB of memory",
        ),
        (
            regular(3),
            7,
            "`degree` is 3 with 7 vertices: one of the two must be even, as each edge \
             has two ends",
        ),
        (
            regular(7),
            7,
            "`degree` is 7: with so many vertices a whole number from 0 to 6 is allowed",
        ),
        (
            GraphConfig::Random { connection_ratio: 1.5 },
            7,
            "`connection_ratio` is 1.5: a number from 0 to 1 is allowed",
        ),
        (
            GraphConfig::ErdosRenyi(Density::MeanDegree(7.0)),
            7,
            "`mean_degree` is 7: a number from 0 to 6 is allowed",
        ),
        (small(3), 7, "`neighbours` is 3: an even number is allowed, half on each side"),
        (
            bootstrap(8, 1),
            7,
            "`bootstrap_nodes` is 8: with so many vertices a whole number from 1 \
             to 7 is allowed",
        ),
        (
            bootstrap(3, 4),
            7,
            "`known_bootstrap_nodes` is 4: a whole number from 1 to 3 is allowed, \
             the bootstrap nodes",
        ),
        (
            GraphConfig::BarabasiAlbert { edges_per_node: 2 },
            1,
            "`edges_per_node` is 2: there are too few vertices for any",
        ),
        (
            GraphConfig::Torus { columns: Some(5) },
            12,
            "`columns` is 5: 12 vertices do not fill rows of 5; a divisor is allowed",
        ),
        (
            GraphConfig::Tree { branching: 0 },
            7,
            "`branching` is 0: a whole number from 1 is allowed",
        ),
        (waxman(0.0, 0.5), 7, "`alpha` is 0: a number above 0, at most 1, is allowed"),
        (
            waxman(0.005, 1.0),
            30_000,
            "`beta` asks for 449985000 pairs to be tried for an edge: at \
             most 200000000 are allowed, so that a run begins in seconds",
        ),
        (
            stub(3),
            26,
            "`transit_domains` is 3: with 3 vertices in each and 2 stub domains at each \
             of these, 27 vertices are needed, and there are 26",
        ),
        (file, 5, "`file` has a graph of 4 vertices where 5 are wanted"),
    ];
    for (config, vertices, expected) in cases {
        let error = config.check(vertices).expect_err(expected);
        assert_eq!(error.to_string(), expected);
        let mut stream = Stream::new(Seed(1), Purpose::Test, 0);
        assert_eq!(generate(&config, vertices, &mut stream), Err(error));
    }
}

/// Kinds with numbers drawn at random, sensible and not.
fn any(stream: &mut Stream) -> GraphConfig {
    let mut whole = |most: u32| stream.random_range(0..=most);
    let numbers = [whole(9), whole(9), whole(4), whole(3)];
    let mut part = || f64::from(stream.random_range(0..=12u32)) / 10.0 - 0.1;
    let parts = [part(), part()];
    match stream.next_u32() % 14 {
        0 => GraphConfig::FullMesh,
        1 => GraphConfig::Ring,
        2 => GraphConfig::Star,
        3 => GraphConfig::Random { connection_ratio: parts[0] },
        4 => GraphConfig::Bootstrap {
            bootstrap_nodes: numbers[0],
            known_bootstrap_nodes: numbers[1],
        },
        5 => GraphConfig::ErdosRenyi(Density::Probability(parts[0])),
        6 => GraphConfig::ErdosRenyi(Density::MeanDegree(parts[0] * 10.0)),
        7 => GraphConfig::RandomRegular { degree: numbers[0] },
        8 => GraphConfig::WattsStrogatz { neighbours: numbers[0], rewiring: parts[0] },
        9 => GraphConfig::BarabasiAlbert { edges_per_node: numbers[0] },
        10 => GraphConfig::Grid { columns: (numbers[2] > 0).then_some(numbers[0]) },
        11 => GraphConfig::Torus { columns: (numbers[2] > 0).then_some(numbers[0]) },
        12 => GraphConfig::Waxman { alpha: parts[0], beta: parts[1] },
        _ => GraphConfig::TransitStub(TransitStub {
            transit_domains: numbers[3],
            transit_nodes: numbers[2],
            stubs_per_transit_node: numbers[2],
            transit_edge_probability: parts[0],
            stub_edge_probability: parts[1],
            extra_transit_stub_edges: numbers[0],
            extra_stub_stub_edges: numbers[1],
        }),
    }
}

#[test]
fn whatever_passes_the_check_is_made_and_simple() {
    let mut stream = Stream::new(Seed(77), Purpose::Test, 0);
    let mut made = 0;
    for _ in 0..5_000 {
        let config = any(&mut stream);
        let vertices = stream.random_range(0..30);
        let Ok(graph) = generate(&config, vertices, &mut stream) else { continue };
        made += 1;
        assert!(graph.edges.iter().all(|edge| edge.source != edge.target), "{config:?}");
        assert_eq!(graph.adjacency().edges(), graph.edges.len(), "{config:?} of {vertices}");
    }
    assert!(made > 2_000, "{made} of 5,000 were possible");
}
