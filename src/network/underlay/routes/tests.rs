//! Tests of routes: small graphs by hand, and random ones against petgraph and a slow search.

use super::*;
use crate::graph::config::{FileConfig, GraphConfig};
use crate::graph::read::Format;
use crate::graph::{Edge, Vertex};
use petgraph::algo::{dijkstra, floyd_warshall};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use proptest::prelude::*;
use std::sync::Arc;

const SHORTEST: RouteChoice = RouteChoice::Shortest;
const DIRECT: RouteChoice = RouteChoice::Direct;

/// An edge: ends, milliseconds of latency and of jitter, loss.
type Written = (u32, u32, u64, u64, f64);

fn graph(vertices: u32, directed: bool, edges: &[Written]) -> Graph {
    let edge = |&(source, target, latency, jitter, packet_loss): &Written| Edge {
        source,
        target,
        latency: Some(Duration::from_millis(latency)),
        jitter: Duration::from_millis(jitter),
        packet_loss,
    };
    Graph { edges: edges.iter().map(edge).collect(), ..Graph::of(vertices, directed) }
}

/// An underlay of this graph, as if it had come from a file.
fn underlay(graph: &Graph, routes: RouteChoice) -> UnderlayConfig {
    let file =
        FileConfig { file: "test".into(), format: Format::Gml, graph: Arc::new(graph.clone()) };
    UnderlayConfig {
        graph: GraphConfig::File(file),
        routers: graph.vertices.len() as u32,
        routes,
        edge_latency: Duration::from_millis(5),
        latency_per_unit: Duration::from_millis(100),
        pinned: vec![],
    }
}

fn all(graph: &Graph) -> Vec<u32> {
    (0..graph.vertices.len() as u32).collect()
}

fn routes(graph: &Graph, choice: RouteChoice) -> Routes {
    Routes::new(graph, &all(graph), &underlay(graph, choice))
}

/// Latency and jitter in milliseconds and loss, from row to column; -1 where there is no route.
fn table(routes: &Routes) -> Vec<Vec<(i64, u64, f64)>> {
    let cell = |source: usize, target: usize| {
        let Some(route) = routes.between(source as u16, target as u16) else { return (-1, 0, 0.0) };
        let loss = f64::from(route.loss) / f64::from(1u32 << LOSS_BITS);
        (route.latency as i64 / 1_000_000, route.jitter / 1_000_000, (loss * 1e6).round() / 1e6)
    };
    let used = routes.used;
    (0..used).map(|source| (0..used).map(|target| cell(source, target)).collect()).collect()
}

/// Latencies alone.
fn latencies(routes: &Routes) -> Vec<Vec<i64>> {
    let table = table(routes).into_iter();
    table.map(|row| row.into_iter().map(|(latency, ..)| latency).collect()).collect()
}

/// 0 - 1 - 2 in a row, and a slow short cut from 0 to 2: two edges add up, what gets through is
/// multiplied (0.9 times 0.8), and two hosts at one router use its loop, or the smallest latency.
#[test]
fn sums_and_products_along_a_path() {
    let edges = [(0, 1, 10, 1, 0.1), (1, 2, 20, 2, 0.2), (0, 2, 31, 0, 0.0), (1, 1, 4, 3, 0.5)];
    let graph = graph(3, false, &edges);
    let shortest = routes(&graph, SHORTEST);
    assert_eq!(
        table(&shortest),
        [
            [(4, 0, 0.0), (10, 1, 0.1), (30, 3, 0.28)],
            [(10, 1, 0.1), (4, 3, 0.5), (20, 2, 0.2)],
            [(30, 3, 0.28), (20, 2, 0.2), (4, 0, 0.0)],
        ]
    );
    assert_eq!(shortest.smallest(), Duration::from_millis(4));
    assert_eq!(latencies(&routes(&graph, DIRECT)), [[4, 10, 31], [10, 4, 20], [31, 20, 4]]);
}

#[test]
fn a_directed_graph_has_other_ways_back() {
    let graph = graph(3, true, &[(0, 1, 1, 0, 0.0), (1, 2, 2, 0, 0.0), (2, 0, 5, 0, 0.0)]);
    assert_eq!(latencies(&routes(&graph, SHORTEST)), [[1, 1, 3], [7, 1, 2], [5, 6, 1]]);
    let direct = routes(&graph, DIRECT);
    assert_eq!(latencies(&direct), [[1, 1, -1], [-1, 1, 2], [5, -1, 1]]);
    assert_eq!(direct.unreachable(), 3);
}

#[test]
fn what_is_not_connected_is_not_reached() {
    let graph = graph(4, false, &[(0, 1, 3, 0, 0.0), (2, 3, 7, 0, 0.0)]);
    let routes = routes(&graph, SHORTEST);
    assert_eq!(latencies(&routes)[0], [3, 3, -1, -1]);
    assert_eq!(latencies(&routes)[3], [-1, -1, 7, 3]);
    assert_eq!(routes.between(0, 2), None);
    assert_eq!(routes.unreachable(), 8);
}

/// Four ways from 0 to 5 take 20 ms: of those with two edges the one through the router of the
/// lowest index is taken, though it was written last, and not the one with three edges. Of two
/// edges between 0 and 1 that are alike in latency the first counts, and the slower one never.
#[test]
fn of_equal_paths_the_fewest_edges_then_the_lowest_index() {
    let edges = [
        (0, 4, 10, 0, 0.4),
        (4, 5, 10, 0, 0.0),
        (0, 3, 10, 0, 0.3),
        (3, 5, 10, 0, 0.0),
        (0, 1, 15, 0, 0.9),
        (0, 1, 5, 0, 0.1),
        (0, 1, 5, 0, 0.9),
        (1, 2, 5, 0, 0.0),
        (2, 5, 10, 0, 0.0),
    ];
    let table = table(&routes(&graph(6, false, &edges), SHORTEST));
    assert_eq!(table[0][5], (20, 0, 0.3));
    assert_eq!(table[0][1], (5, 0, 0.1));
}

#[test]
fn edges_without_latency_take_the_default_and_their_length() {
    let mut graph = Graph::of(3, false);
    graph.edges = vec![Edge::between(0, 1), Edge::between(1, 2)];
    assert_eq!(latencies(&routes(&graph, SHORTEST))[0], [5, 5, 10]);
    // 3 and 4 along the axes are 5 units: half a second at 100 ms each.
    let at = |position| Vertex { position: Some(position), ..Vertex::default() };
    graph.vertices = vec![at([1.0, 1.0]), at([4.0, 5.0]), Vertex::default()];
    assert_eq!(latencies(&routes(&graph, SHORTEST))[0], [5, 505, 510]);
}

#[test]
fn only_used_routers_take_room() {
    let edges: Vec<Written> = (0..999).map(|i| (i, i + 1, 1 + u64::from(i % 7), 0, 0.0)).collect();
    let graph = graph(1_000, false, &edges);
    let config = underlay(&graph, SHORTEST);
    let used = [0, 7, 999];
    let routes = Routes::new(&graph, &used, &config);
    assert_eq!(routes.bytes(), 3 * 3 * 4);
    assert_eq!(latencies(&routes)[0][1], 1 + 2 + 3 + 4 + 5 + 6 + 7);
    assert_eq!(smallest(&graph, &used, &config), routes.smallest());
}

#[test]
fn certain_loss_is_certain_and_the_least_is_some() {
    assert_eq!([0.0, 1.0, 0.5, 1e-30].map(threshold), [0, 1 << 31, 1 << 30, 1]);
}

fn random_graphs() -> impl Strategy<Value = Graph> {
    let sizes = (1u32..9, any::<bool>());
    sizes.prop_flat_map(|(vertices, directed)| {
        // Few different latencies, zero among them, so that paths are often equal.
        let edge = (0..vertices, 0..vertices, 0u64..5, 0u64..9, 0.0..=1.0);
        proptest::collection::vec(edge, 0..24)
            .prop_map(move |edges| graph(vertices, directed, &edges))
    })
}

fn as_petgraph(graph: &Graph) -> DiGraph<(), u64> {
    let mut copy = DiGraph::new();
    graph.vertices.iter().for_each(|_| {
        copy.add_node(());
    });
    for edge in &graph.edges {
        let latency = edge.latency.expect("all of them have one").as_nanos();
        copy.add_edge(edge.source.into(), edge.target.into(), latency);
        if !graph.directed {
            copy.add_edge(edge.target.into(), edge.source.into(), latency);
        }
    }
    copy
}

/// Latency, edges, jitter and survival of the path that the rules choose: all are improved along
/// all edges until nothing changes, as slow as it is simple.
fn slow_row(graph: &Graph, source: u32) -> Vec<Option<(u64, u32, u64, f64)>> {
    let ways = || {
        graph.edges.iter().enumerate().flat_map(|(place, edge)| {
            let there = (edge.source, edge.target, place);
            let back = (edge.target, edge.source, place);
            [Some(there), (!graph.directed).then_some(back)].into_iter().flatten()
        })
    };
    let latency = |place: usize| graph.edges[place].latency.unwrap_or_default().as_nanos();
    let mut best = vec![None; graph.vertices.len()];
    best[source as usize] = Some((0, 0));
    for _ in 0..graph.vertices.len() {
        for (from, to, place) in ways() {
            let Some((so_far, hops)): Option<(u64, u32)> = best[from as usize] else { continue };
            let through = (so_far + latency(place), hops + 1);
            if best[to as usize].is_none_or(|known| through < known) {
                best[to as usize] = Some(through);
            }
        }
    }
    let follow = |target: usize| {
        let (total, hops) = best[target]?;
        let (mut jitter, mut places, mut at) = (0, Vec::new(), target as u32);
        while at != source {
            let (so_far, hops) = best[at as usize].expect("a path leads over routers reached");
            let last = ways().filter(|&(from, to, place)| {
                let before = best[from as usize];
                to == at
                    && before.is_some_and(|(t, h)| (t + latency(place), h + 1) == (so_far, hops))
            });
            let (from, _, place) = last.min_by_key(|&(from, _, place)| (from, place)).expect("one");
            jitter += graph.edges[place].jitter.as_nanos();
            places.push(place);
            at = from;
        }
        let along = places.iter().rev();
        let survival = along.fold(1.0, |so_far, &p| so_far * (1.0 - graph.edges[p].packet_loss));
        Some((total, hops, jitter, survival))
    };
    (0..graph.vertices.len()).map(follow).collect()
}

proptest! {
    #[test]
    fn latencies_are_those_of_petgraph(graph in random_graphs()) {
        let (routes, other) = (routes(&graph, SHORTEST), as_petgraph(&graph));
        let pairs = floyd_warshall(&other, |edge| *edge.weight()).expect("no latency is negative");
        for source in all(&graph) {
            let row = dijkstra(&other, NodeIndex::from(source), None, |edge| *edge.weight());
            for target in all(&graph).into_iter().filter(|&target| target != source) {
                let found = routes.between(source as u16, target as u16).map(|route| route.latency);
                prop_assert_eq!(found, row.get(&NodeIndex::from(target)).copied());
                let pair = pairs[&(NodeIndex::from(source), NodeIndex::from(target))];
                prop_assert_eq!(found.unwrap_or(u64::MAX), pair);
            }
        }
    }

    #[test]
    fn the_path_among_equals_is_the_one_that_the_rules_choose(graph in random_graphs()) {
        let routes = routes(&graph, SHORTEST);
        for source in all(&graph) {
            for (target, slow) in slow_row(&graph, source).into_iter().enumerate() {
                if target == source as usize {
                    continue;
                }
                let expected = slow.map(|(latency, _, jitter, survival)| {
                    Route { latency, jitter, loss: threshold(1.0 - survival) }
                });
                prop_assert_eq!(routes.between(source as u16, target as u16), expected);
            }
        }
    }

    #[test]
    fn direct_routes_are_the_fastest_edges(graph in random_graphs()) {
        let (routes, other) = (routes(&graph, DIRECT), as_petgraph(&graph));
        for (source, target) in all(&graph).into_iter().flat_map(|s| all(&graph).into_iter().map(move |t| (s, t))) {
            if source == target {
                continue;
            }
            let edges = other.edges(NodeIndex::from(source));
            let to_target = edges.filter(|edge| edge.target() == NodeIndex::from(target));
            let fastest = to_target.map(|edge| *edge.weight()).min();
            let found = routes.between(source as u16, target as u16).map(|route| route.latency);
            prop_assert_eq!(found, fastest);
        }
    }

    #[test]
    fn the_smallest_is_known_without_the_table(graph in random_graphs(), step in 1usize..4) {
        let used: Vec<u32> = all(&graph).into_iter().step_by(step).collect();
        for choice in [SHORTEST, DIRECT] {
            let config = underlay(&graph, choice);
            let routes = Routes::new(&graph, &used, &config);
            prop_assert_eq!(smallest(&graph, &used, &config), routes.smallest());
        }
    }
}
