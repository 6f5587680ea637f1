//! Graphs whose figures can be derived by hand, and small ones beside every other way to get them.

use super::*;
use proptest::prelude::*;

const SEED: Seed = Seed(7);

/// Everything sampled, however small the graph.
const SPARING: Effort = Effort {
    whole: Limit { vertices: 0, arcs: 0 },
    sources: 16,
    centres: 16,
    parted: Limit { vertices: 0, arcs: 0 },
    pairs: 16,
};

fn graph(vertices: u32, edges: &[(u32, u32)], directed: bool) -> Adjacency {
    Adjacency::new(vertices as usize, edges.iter().copied(), directed)
}

fn undirected(vertices: u32, edges: &[(u32, u32)]) -> Figures {
    measure(&graph(vertices, edges, false), SEED, &Effort::USUAL)
}

fn mesh(first: u32, vertices: u32) -> Vec<(u32, u32)> {
    let pairs = |a| (a + 1..vertices).map(move |b| (first + a, first + b));
    (0..vertices).flat_map(pairs).collect()
}

fn ring(vertices: u32) -> Vec<(u32, u32)> {
    (0..vertices).map(|vertex| (vertex, (vertex + 1) % vertices)).collect()
}

fn grid(columns: u32, rows: u32) -> Vec<(u32, u32)> {
    let right = (0..columns * rows).filter(|v| v % columns + 1 < columns).map(|v| (v, v + 1));
    let below = (0..columns * (rows - 1)).map(|v| (v, v + columns));
    right.chain(below).collect()
}

/// Value and number of each: what a distribution says.
fn counts(distribution: &[Count]) -> Vec<(u64, u64)> {
    distribution.iter().map(|count| (count.value, count.count)).collect()
}

fn near(found: Option<f64>, expected: f64) -> bool {
    found.is_some_and(|found| (found - expected).abs() < 1e-12)
}

fn exact(value: u64) -> impl Fn(Connectivity) -> bool {
    move |found| (found.value, found.value_is) == (value, Exactness::Exact)
}

#[test]
fn a_full_mesh_is_next_to_itself_everywhere() {
    let found = undirected(6, &mesh(0, 6));
    assert_eq!((found.vertices, found.edges, found.loops), (6, 15, 0));
    assert_eq!(counts(&found.degrees.outgoing.distribution), [(5, 6)]);
    assert_eq!((found.paths.diameter, found.paths.diameter_is), (1, Exactness::Exact));
    assert_eq!((found.paths.mean, found.paths.pairs), (Some(1.0), 30));
    assert_eq!(found.clustering.mean_local, Some(1.0));
    assert_eq!(found.clustering.transitivity, Some(1.0));
    assert_eq!(found.clustering.distribution[19], Share { from: 0.95, count: 6 });
    assert!(exact(5)(found.vertex_connectivity), "{:?}", found.vertex_connectivity);
    assert_eq!(counts(&found.cores.distribution), [(5, 6)]);
    assert_eq!(found.articulation_points, 0);
}

#[test]
fn a_ring_is_parted_by_two() {
    let found = undirected(9, &ring(9));
    assert_eq!((found.edges, found.paths.diameter), (9, 4));
    assert_eq!(counts(&found.paths.distribution), [(1, 18), (2, 18), (3, 18), (4, 18)]);
    assert_eq!(found.paths.mean, Some(2.5));
    assert_eq!(found.clustering.mean_local, Some(0.0));
    assert!(exact(2)(found.vertex_connectivity), "{:?}", found.vertex_connectivity);
    assert_eq!((found.cores.largest, found.articulation_points), (2, 0));
    let one_way = measure(&graph(9, &ring(9), true), SEED, &Effort::USUAL);
    assert_eq!((one_way.paths.diameter, one_way.paths.mean), (8, Some(4.5)));
    assert!(exact(1)(one_way.vertex_connectivity), "{:?}", one_way.vertex_connectivity);
    assert_eq!(one_way.components.strong, Parts { count: 1, largest: 9 });
}

#[test]
fn a_star_falls_apart_without_its_centre() {
    let star: Vec<_> = (1..8).map(|leaf| (0, leaf)).collect();
    let found = undirected(8, &star);
    assert_eq!((found.edges, found.paths.diameter), (7, 2));
    assert!(near(found.paths.mean, (7.0 * 2.0 + 42.0 * 2.0) / 56.0));
    assert_eq!(counts(&found.degrees.incoming.distribution), [(1, 7), (7, 1)]);
    assert_eq!((found.articulation_points, found.cores.largest), (1, 1));
    assert!(exact(1)(found.vertex_connectivity), "{:?}", found.vertex_connectivity);
    assert_eq!(found.clustering.transitivity, Some(0.0), "21 pairs around the centre");
    let inward: Vec<_> = star.iter().map(|&(centre, leaf)| (leaf, centre)).collect();
    let found = measure(&graph(8, &inward, true), SEED, &Effort::USUAL);
    assert_eq!(counts(&found.degrees.incoming.distribution), [(0, 7), (7, 1)]);
    assert_eq!(counts(&found.degrees.outgoing.distribution), [(0, 1), (1, 7)]);
    assert_eq!(found.components.weak, Parts { count: 1, largest: 8 });
    assert_eq!(found.components.strong, Parts { count: 8, largest: 1 });
    assert!(exact(0)(found.vertex_connectivity), "{:?}", found.vertex_connectivity);
}

#[test]
fn a_grid_has_the_paths_of_a_city() {
    let found = undirected(20, &grid(5, 4));
    assert_eq!((found.edges, found.paths.diameter), (4 * 4 + 5 * 3, 7));
    // Sums over pairs of columns and of rows: n (n^2 - 1) / 3 in each line.
    let (columns, rows) = (5.0 * 24.0 / 3.0, 4.0 * 15.0 / 3.0);
    assert!(near(found.paths.mean, (columns * 16.0 + rows * 25.0) / 380.0));
    assert_eq!(counts(&found.degrees.outgoing.distribution), [(2, 4), (3, 10), (4, 6)]);
    assert!(exact(2)(found.vertex_connectivity), "{:?}", found.vertex_connectivity);
    assert_eq!((found.cores.largest, found.clustering.transitivity), (2, Some(0.0)));
}

#[test]
fn cliques_that_share_a_vertex_are_parted_by_it() {
    let edges = [mesh(0, 5), mesh(4, 4)].concat();
    let found = undirected(8, &edges);
    assert_eq!((found.edges, found.articulation_points), (16, 1));
    assert!(exact(1)(found.vertex_connectivity), "{:?}", found.vertex_connectivity);
    assert_eq!(counts(&found.cores.distribution), [(3, 3), (4, 5)]);
    // Around the shared vertex 7 * 6 ordered pairs, of which 4 * 3 and 3 * 2 are linked.
    assert!(near(found.clustering.mean_local, (7.0 + 18.0 / 42.0) / 8.0));
    // All linked pairs, 5 * 12 and 4 * 6, of all pairs: 4 * 12, 3 * 6 and 42.
    assert!(near(found.clustering.transitivity, 84.0 / 108.0));
    assert_eq!(found.paths.diameter, 2);
}

#[test]
fn petersen() {
    let star = (0..5).map(|v| (5 + v, 5 + (v + 2) % 5));
    let edges: Vec<_> = ring(5).into_iter().chain((0..5).map(|v| (v, v + 5))).chain(star).collect();
    let found = undirected(10, &edges);
    assert_eq!((found.edges, found.paths.diameter), (15, 2));
    assert!(near(found.paths.mean, 5.0 / 3.0));
    assert!(exact(3)(found.vertex_connectivity), "{:?}", found.vertex_connectivity);
    assert_eq!((found.cores.largest, found.clustering.mean_local), (3, Some(0.0)));
}

#[test]
fn what_is_apart_is_told_apart() {
    let found = undirected(7, &[(0, 1), (1, 2), (2, 0), (3, 4), (6, 6)]);
    assert_eq!(found.components.weak, Parts { count: 4, largest: 3 });
    assert_eq!((found.edges, found.loops), (5, 1));
    assert!(exact(0)(found.vertex_connectivity), "{:?}", found.vertex_connectivity);
    assert_eq!(counts(&found.degrees.outgoing.distribution), [(0, 1), (1, 2), (2, 4)]);
    assert_eq!((found.paths.pairs, found.paths.mean, found.paths.diameter), (8, Some(1.0), 1));
    assert_eq!(counts(&found.cores.distribution), [(0, 2), (1, 2), (2, 3)]);
    let nothing = undirected(0, &[]);
    assert_eq!((nothing.paths.mean, nothing.clustering.mean_local), (None, None));
    assert_eq!((nothing.components.weak.count, nothing.vertex_connectivity.value), (0, 0));
    let alone = undirected(1, &[]);
    assert_eq!((alone.paths.pairs, alone.paths.diameter), (0, 0));
    assert!(exact(0)(alone.vertex_connectivity), "{:?}", alone.vertex_connectivity);
}

#[test]
fn no_graph_is_too_long() {
    let edges: Vec<_> = (1..30_000).map(|vertex| (vertex - 1, vertex)).collect();
    let found = undirected(30_000, &edges);
    assert_eq!((found.articulation_points, found.cores.largest), (29_998, 1));
    assert_eq!(found.paths.sources, Taken { taken: 1_024, of: 30_000 });
    assert_eq!((found.paths.diameter, found.paths.diameter_is), (29_999, Exactness::LowerBound));
}

#[test]
fn a_sample_says_so_and_errs_to_the_side_that_it_names() {
    let torus: Vec<_> =
        (0..400u32).flat_map(|v| [(v, v / 20 * 20 + (v + 1) % 20), (v, (v + 20) % 400)]).collect();
    let torus = graph(400, &torus, false);
    let [all, some] = [Effort::USUAL, SPARING].map(|effort| measure(&torus, SEED, &effort));
    assert_eq!((all.paths.diameter, all.vertex_connectivity.value), (20, 4));
    assert_eq!(some.paths.sources, Taken { taken: 16, of: 400 });
    // Every vertex of a torus sees the same, so that a sample of sources misses nothing.
    assert_eq!((some.paths.mean, some.paths.pairs), (all.paths.mean, 16 * 399));
    assert_eq!((some.paths.diameter, some.paths.diameter_is), (20, Exactness::LowerBound));
    assert_eq!(some.clustering.centres, Taken { taken: 16, of: 400 });
    let hold = some.vertex_connectivity;
    assert_eq!((hold.value, hold.value_is, hold.pairs), (4, Exactness::UpperBound, 16));
}

#[test]
fn threads_do_not_matter() {
    let edges: Vec<_> = (0..3_000u32).map(|n| (n * 7_919 % 500, n * n % 499)).collect();
    let graph = graph(500, &edges, true);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("the system has threads").install(|| measure(&graph, SEED, &SPARING))
    };
    assert_eq!(on(1), on(3));
}

/// Whether everyone who is not among those left out, as bits, reaches everyone else.
fn holds(graph: &Adjacency, without: u32) -> bool {
    let stays = |vertex: u32| without & (1 << vertex) == 0;
    let staying: Vec<u32> = (0..graph.vertices() as u32).filter(|&v| stays(v)).collect();
    staying.iter().all(|&source| {
        let (mut reached, mut open) = (1u32 << source, vec![source]);
        while let Some(vertex) = open.pop() {
            for &next in graph.neighbours(vertex).iter().filter(|&&next| stays(next)) {
                if reached & (1 << next) == 0 {
                    reached |= 1 << next;
                    open.push(next);
                }
            }
        }
        staying.iter().all(|&target| reached & (1 << target) != 0)
    })
}

fn connectivity_by_trial(graph: &Adjacency) -> u64 {
    let vertices = graph.vertices() as u32;
    let cuts = (0u32..1 << vertices).filter(|without| without.count_ones() + 1 < vertices);
    let parting = cuts.filter(|&without| !holds(graph, without)).map(u32::count_ones).min();
    u64::from(parting.unwrap_or(vertices.saturating_sub(1)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Connectivity, articulation points and components, by trying all there is to try.
    #[test]
    fn small_graphs_hold_as_long_as_they_do(
        vertices in 1u32..8,
        edges in proptest::collection::vec((0u32..8, 0u32..8), 0..36),
        directed: bool,
    ) {
        let edges: Vec<_> = edges.iter().map(|&(a, b)| (a % vertices, b % vertices)).collect();
        let graph = graph(vertices, &edges, directed);
        let found = measure(&graph, SEED, &Effort::USUAL);
        prop_assert_eq!(found.vertex_connectivity.value, connectivity_by_trial(&graph));
        prop_assert_eq!(found.vertex_connectivity.value_is, Exactness::Exact);
        let sampled = measure(&graph, SEED, &SPARING).vertex_connectivity;
        prop_assert!(sampled.value >= found.vertex_connectivity.value);
        let undirected = graph.undirected();
        let parts = |without| {
            let left = (0..vertices).filter(|&v| Some(v) != without);
            let edges = undirected.arcs().filter(|&(a, b)| Some(a) != without && Some(b) != without);
            let rest = Adjacency::new(vertices as usize, edges, false);
            let parts = components::of(&rest, &rest).weak.count;
            parts - (u64::from(vertices) - left.count() as u64)
        };
        let whole = parts(None);
        let cuts = (0..vertices).filter(|&v| parts(Some(v)) > whole).count() as u64;
        prop_assert_eq!(found.articulation_points, cuts);
    }
}
