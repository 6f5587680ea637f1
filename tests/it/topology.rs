//! Graphs of first contacts: what a network whose tables are known beforehand makes of them.

use crate::determinism::difference;
use crate::worlds::{arguments, run, run_with, scenario};
use kadsim::engine::queue::QueueKind;
use kadsim::graph::config::TOPOLOGIES;
use kadsim::protocol::NodeIndex;
use kadsim::rng::Seed;
use kadsim::runner::result::RunOutput;
use kadsim::runner::{self, RunArguments};
use kadsim::scenario::Scenario;
use std::path::Path;

/// A network smaller than a bucket: whoever can be found is in every table at the end.
const SMALL: &str = r#"
    phases = { init = "1m", transition = "1m", measurement = "4m" }
    nodes = { count = 12 }
    network.latency = { model = "constant", delay = "20ms" }
    workload = [{ kind = "lookup", rate = "0.2/s" }]
    output.plots = []
"#;

fn with_file(text: &str, name: &str, settings: &[&str]) -> Scenario {
    let folder = tempfile::tempdir().expect("the system has room for a folder");
    std::fs::write(folder.path().join(name), text).expect("it has room for a file");
    let file = format!("topology.file={}", folder.path().join(name).display());
    let settings: Vec<&str> =
        ["topology.kind=file", &file].into_iter().chain(settings.iter().copied()).collect();
    scenario(SMALL, &settings)
}

fn contacts(run: &RunOutput) -> (u64, u64) {
    (run.result.tables.contacts_min, run.result.tables.contacts_max)
}

fn of_seed(scenario: &Scenario, seed: u64) -> RunOutput {
    run_with(RunArguments { seed: Seed(seed), ..RunArguments::of(scenario) })
}

/// Whatever the order in which nodes come, every edge is used, so that all find each other.
#[test]
fn a_connected_graph_becomes_one_network() {
    let kinds: &[&[&str]] = &[
        &["topology.kind=full-mesh"],
        &["topology.kind=ring"],
        &["topology.kind=star"],
        &["topology.kind=tree"],
        &["topology.kind=grid"],
        &["topology.kind=random", "topology.connection_ratio=0.4"],
        &["topology.kind=bootstrap"],
        &[
            "topology.kind=bootstrap",
            "topology.bootstrap_nodes=3",
            "topology.known_bootstrap_nodes=1",
        ],
        &["topology.kind=ring", "phases.init=0s"],
        &["topology.kind=ring", "nodes.bootstrap=random"],
    ];
    for settings in kinds {
        let scenario = scenario(SMALL, settings);
        for seed in 1..4 {
            assert_eq!(contacts(&of_seed(&scenario, seed)), (11, 11), "{settings:?}, seed {seed}");
        }
    }
}

/// A chain in which each knows the next: half of the nodes come before the one that they know, and
/// are told of it when it comes.
#[test]
fn a_directed_edge_is_used_whoever_comes_first() {
    let node = |id: u32| format!("node [ id {id} ]\n");
    let edge = |id: u32| format!("edge [ source {id} target {} ]\n", id + 1);
    let nodes: String = (0..12).map(node).collect();
    let edges: String = (0..11).map(edge).collect();
    let text = format!("graph [ directed 1\n{nodes}{edges}]");
    let scenario = with_file(&text, "chain.gml", &[]);
    for seed in 1..6 {
        assert_eq!(contacts(&of_seed(&scenario, seed)), (11, 11), "seed {seed}");
    }
}

/// Two meshes without an edge between them never hear of each other.
#[test]
fn contacts_come_from_the_graph_alone() {
    let mut text = String::new();
    for first in [0, 6] {
        for one in first..first + 6 {
            (one + 1..first + 6).for_each(|other| text += &format!("{one} {other}\n"));
        }
    }
    for settings in [&[][..], &["nodes.bootstrap=random"]] {
        let scenario = with_file(&text, "two.edges", settings);
        assert_eq!(contacts(&run(&scenario)), (5, 5), "{settings:?}");
    }
    // As many contacts, drawn: one network.
    assert_eq!(contacts(&run(&scenario(SMALL, &["nodes.contacts=5"]))), (11, 11));
}

/// Nobody can join through nobody: a node without neighbours is told of drawn ones.
#[test]
fn a_node_without_neighbours_is_told_of_others() {
    let mut text = String::from("11\n");
    (0..10).for_each(|one| text += &format!("{one} {}\n", one + 1));
    let scenario = with_file(&text, "line.edges", &[]);
    for seed in 1..4 {
        assert_eq!(contacts(&of_seed(&scenario, seed)), (11, 11), "seed {seed}");
    }
}

#[test]
fn tables_begin_with_the_neighbours() {
    let settings = ["topology.kind=torus", "nodes.count=100", "nodes.bootstrap=random"];
    let scenario = scenario(SMALL, &settings);
    let settled = runner::settle(&scenario, Seed(7));
    let known = |node: u32| {
        let table = settled.node(NodeIndex(node)).expect("all are there").table();
        let mut known: Vec<u32> = table.contacts().map(|peer| peer.0).collect();
        known.sort_unstable();
        known
    };
    assert_eq!(known(0), [1, 9, 10, 90]);
    assert_eq!(known(55), [45, 54, 56, 65]);
}

/// Bootstrap nodes neither leave nor crash; all others do.
#[test]
fn bootstrap_nodes_stay() {
    let churn = ["churn.model=lifetime", "churn.lifetime_mean=20s", "churn.deadtime_mean=20s"];
    let gone = |bootstrap_nodes: u32, start: &str| {
        let nodes = format!("topology.bootstrap_nodes={bootstrap_nodes}");
        let start = format!("nodes.bootstrap={start}");
        let settings = [churn[0], churn[1], churn[2], "topology.kind=bootstrap", &nodes, &start];
        let run = run(&scenario(SMALL, &settings));
        let samples = &run.series.samples;
        let gone: u64 = samples.iter().map(|sample| sample.leaves + sample.crashes).sum();
        (gone, samples.last().expect("a run has samples").online)
    };
    for start in ["organic", "random"] {
        assert_eq!(gone(12, start), (0, 12), "{start}");
        let (gone, online) = gone(4, start);
        assert!(gone > 20 && online >= 4, "{start}: {gone} {online}");
    }
}

/// Under churn every node comes back to neighbours that are there, or to others.
#[test]
fn nodes_that_come_back_find_the_network() {
    let settings = [
        "nodes.count=60",
        "topology.kind=ring",
        "churn.model=lifetime",
        "churn.lifetime_mean=2m",
        "churn.deadtime_mean=1m",
        "phases.measurement=10m",
    ];
    let run = run(&scenario(SMALL, &settings));
    let lookups = run.result.operations.iter().find(|figures| figures.kind.name() == "lookup");
    let lookups = lookups.expect("nodes look keys up");
    assert!(lookups.count > 2_000 && lookups.success_rate > 0.95, "{}", lookups.success_rate);
}

/// Every kind under churn, with either queue and one, two and three threads: the shipped scenarios
/// have two of them.
#[test]
fn every_kind_repeats() {
    for (index, kind) in TOPOLOGIES.iter().enumerate() {
        let kind = format!("topology.kind={kind}");
        let start = ["nodes.bootstrap=organic", "nodes.bootstrap=random"][index % 2];
        let settings = [
            &*kind,
            start,
            "nodes.count=60",
            "churn.model=lifetime",
            "churn.lifetime_mean=1m",
            "churn.deadtime_mean=1m",
            "phases.measurement=1m",
        ];
        let scenario = scenario(SMALL, &settings);
        let one = arguments(&scenario, QueueKind::Bucketed, 1);
        for (queue, threads) in [(QueueKind::Bucketed, 2), (QueueKind::Reference, 3)] {
            let other = arguments(&scenario, queue, threads);
            assert_eq!(difference(one, other), None, "{kind} with {queue:?} and {threads} threads");
        }
    }
}

/// The graph follows from the seed.
#[test]
fn another_seed_has_another_graph() {
    let settings = ["topology.kind=random-regular", "nodes.count=40", "nodes.bootstrap=random"];
    let scenario = scenario(SMALL, &settings);
    let tables = |seed| {
        let settled = runner::settle(&scenario, Seed(seed));
        let contacts = |node| settled.node(node).expect("it is there").table().contacts();
        settled.nodes().map(|node| contacts(node).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    assert_eq!(tables(1), tables(1));
    assert_ne!(tables(1), tables(2));
}

#[test]
fn a_wrong_topology_is_said() {
    let error = |settings: &[&str]| {
        let settings: Vec<_> =
            settings.iter().map(|text| text.parse().expect("it is a setting")).collect();
        let parsed = Scenario::parse(SMALL, "s.toml", Path::new(""), &settings);
        parsed.expect_err("the topology is wrong").to_string()
    };
    let cases: &[(&[&str], &str)] = &[
        (
            &["topology.kind=ring", "nodes.bootstrap=warm"],
            "--set topology.kind=ring: a topology says whom nodes know when they come, and after \
             `nodes.bootstrap` = \"warm\" all know the tables that they would have long after: \
             \"organic\" or \"random\" goes with a topology",
        ),
        (
            &["topology.kind=full-mesh", "nodes.count=100000"],
            "--set topology.kind=full-mesh: `topology.kind` makes a graph of about 4999950000 \
             edges: at most 10000000 are allowed, as they take 400 MB of memory",
        ),
        (
            &["topology.kind=random-regular", "topology.degree=3", "nodes.count=7"],
            "--set topology.degree=3: `topology.degree` is 3 with 7 vertices: one of the two must \
             be even, as each edge has two ends",
        ),
        (
            &["topology.degree=3"],
            "--set topology.degree=3: `topology.degree`, here 3, belongs to kind \
             random-regular; this one is drawn by default and takes no other key",
        ),
    ];
    for (settings, expected) in cases {
        assert_eq!(error(settings), *expected);
    }
    let folder = tempfile::tempdir().expect("the system has room for a folder");
    let file = folder.path().join("x.gml");
    std::fs::write(&file, "graph [\n node [ id 0 ]\n edge [ source 0 target 1 ]\n]").expect("room");
    let setting = format!("topology.file={}", file.display());
    let said = error(&["topology.kind=file", &setting]);
    let place = format!("{}:3:25: there is no node 1: ", file.display());
    assert!(said.contains(&place), "{said}");
    std::fs::write(&file, "graph [ node [ id 0 ] ]").expect("room");
    let said = error(&["topology.kind=file", &setting]);
    assert!(said.contains("holds a graph of 1 nodes, and `nodes.count` is 12"), "{said}");
}
