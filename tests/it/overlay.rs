//! Looks at the overlay of a run: what they see, and that the run does not notice.

use crate::desk::{Desk, files, text};
use crate::determinism::difference;
use crate::worlds::{arguments, run, run_with, scenario};
use kadsim::engine::queue::QueueKind;
use kadsim::graph::measure::{Count, Exactness};
use kadsim::protocol::NodeIndex;

/// Nodes that come and go, looked at while they join, in between, and at the very end.
const CHURNING: &str = r#"
name = "churning"
[phases]
init = "30s"
transition = "10s"
measurement = "50s"
[nodes]
count = 60
[kademlia]
k = 5
[churn]
model = "lifetime"
lifetime_mean = "3m"
deadtime_mean = "1m"
[output]
plots = ["png"]
[[snapshot]]
at = "1m 30s"
[[snapshot]]
at = "10s"
export = ["graphml", "gml"]
[[snapshot]]
at = "40s 123ms"
"#;

/// `CHURNING` up to its first snapshot.
fn unwatched() -> &'static str {
    CHURNING.split("[[snapshot]]").next().expect("there is a beginning")
}

#[test]
fn a_run_does_not_notice_that_it_is_looked_at() {
    let mut looked = run(&scenario(CHURNING, &[]));
    let alone = run(&scenario(unwatched(), &[]));
    assert_eq!(looked.result.digest, alone.result.digest);
    assert_eq!(looked.result.snapshots.len(), 3);
    looked.result.snapshots.clear();
    looked.result.scenario = alone.result.scenario.clone();
    assert_eq!(looked.result, alone.result);
    assert_eq!(looked.series, alone.series);
}

#[test]
fn what_is_seen_is_the_same_with_either_queue_and_any_number_of_threads() {
    let scenario = scenario(CHURNING, &[]);
    let plain = arguments(&scenario, QueueKind::Bucketed, 1);
    let snapshots = run_with(plain).snapshots;
    for (queue, threads) in [(QueueKind::Bucketed, 2), (QueueKind::Reference, 3)] {
        let other = arguments(&scenario, queue, threads);
        assert_eq!(difference(plain, other), None);
        assert_eq!(run_with(other).snapshots, snapshots);
    }
}

/// The figures of the last look are those that the checker finds in place at the end.
#[test]
fn at_the_end_both_ways_to_look_agree() {
    let run = run(&scenario(CHURNING, &[]));
    let (network, last) = (&run.result.network, &run.snapshots[2]);
    assert_eq!(last.at.to_string(), "1m 30s");
    assert_eq!(last.figures.vertices, network.online_end);
    assert_eq!(last.overlay.contacts.undirected().edges() as u64, network.connections);
    let strong = last.figures.components.strong;
    assert_eq!(strong.count, network.strongly_connected_components);
    let online_share = run.result.tables.online_share.expect("there are contacts");
    let online = (online_share * network.contacts as f64).round() as u64;
    assert_eq!(last.figures.edges, online, "contacts that are offline are no edges");
    assert!(online < network.contacts, "some are");
}

/// Tables drawn at random: everyone begins with three contacts, and nobody has lost any yet.
#[test]
fn a_look_at_the_beginning_sees_what_nodes_begin_with() {
    let settings = ["nodes.bootstrap=random", "nodes.contacts=3", "churn.model=none"];
    let text = format!("{}[[snapshot]]\nat = \"0s\"", unwatched());
    let run = run(&scenario(&text, &settings));
    let figures = &run.snapshots[0].figures;
    assert_eq!((figures.vertices, figures.edges, figures.loops), (60, 180, 0));
    assert_eq!(figures.degrees.outgoing.distribution, [Count { value: 3, count: 60 }]);
    assert_eq!(figures.paths.diameter_is, Exactness::Exact);
    let nodes = &run.snapshots[0].overlay.nodes;
    assert!(nodes.iter().copied().eq((0..60).map(NodeIndex)));
}

#[test]
fn the_folder_of_a_run_has_what_was_seen() {
    let desk = Desk::with(CHURNING);
    let summary = desk.succeeds(&["run", "my.toml"]);
    assert!(summary.contains("Overlay") && summary.contains("40s 123ms"), "{summary}");
    let written = files(&desk.path("output/churning-42"));
    let overlays: Vec<_> =
        written.iter().filter(|name| name.starts_with("overlay-")).map(String::as_str).collect();
    assert_eq!(overlays, ["overlay-10s.gml", "overlay-10s.graphml"]);
    for plot in ["degrees", "path-lengths", "clustering", "core-numbers", "key-ring"] {
        for at in ["10s", "40s123ms", "1m30s"] {
            let name = format!("plots/overlay-{at}-{plot}.png");
            assert!(written.contains(&name), "{name}: {written:?}");
        }
    }
    let result: serde_json::Value =
        serde_json::from_slice(&desk.read("output/churning-42/result.json")).expect("it is JSON");
    let first = &result["snapshots"][0];
    assert_eq!((&first["at_seconds"], &first["directed"]), (&10.0.into(), &true.into()));
    // A run without them takes their files away.
    desk.succeeds(&["run", "my.toml", "--set", "snapshot=[]", "--set", "output.plots=[]"]);
    let left = files(&desk.path("output/churning-42"));
    assert!(!left.iter().any(|name| name.contains("overlay")), "{left:?}");
}

#[test]
fn sockets_are_not_looked_at() {
    let desk = Desk::with(CHURNING);
    let output = desk.kadsim(&["run", "my.toml", "--transport", "udp"]);
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("error: snapshot.0: on sockets"), "{message}");
}

#[test]
fn wrong_times_and_formats_are_refused() {
    let desk = Desk::with("");
    let refused = |settings: &[&str], expected: &str| {
        let set = settings.iter().flat_map(|setting| ["--set", setting]);
        let arguments: Vec<_> = ["check", "my.toml"].into_iter().chain(set).collect();
        let message = desk.fails(&arguments, 2);
        assert!(message.contains(expected), "{message}");
    };
    refused(&["snapshot.0.at=13m"], "from 0s to 12m, the end of the run");
    refused(&["snapshot.0.export=[]"], "`snapshot.0.at`");
    refused(&["snapshot.0.at=1m", "snapshot.1.at=60s"], "that no other snapshot has");
    refused(&["snapshot.0.at=1m", "snapshot.0.export=[\"png\"]"], "\"gexf\"");
    refused(&["snapshot.0.at=1m", "snapshot.0.export=[\"gml\", \"gml\"]"], "at most once");
}

#[test]
fn a_graph_is_measured_drawn_and_written() {
    let desk = Desk::with("");
    let table = desk.succeeds(&["topology", "star", "--nodes", "1200", "--plots", "p"]);
    for line in ["1,199, undirected", "1 to 1,199, mean 2.00", "articulation points   1"] {
        assert!(table.contains(line), "{line}: {table}");
    }
    assert_eq!(files(&desk.path("p")).len(), 8);
    let words = ["topology", "waxman", "--nodes", "40", "--seed", "9", "--set", "alpha=0.5"];
    for format in ["gml", "graphml"] {
        let file = format!("w.{format}");
        let printed = desk.succeeds(&[&words[..], &["--export", format]].concat());
        let to_file = ["--export", format, "--out", &file];
        let told = desk.succeeds(&[&words[..], &to_file].concat());
        assert_eq!(told, format!("Written to {file}\n"));
        assert_eq!(text(&desk.read(&file)), printed);
        let figures = |arguments: &[&str]| {
            let text = desk.succeeds(arguments);
            let mut value: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
            let object = value.as_object_mut().expect("it is an object");
            object.retain(|key, _| key != "graph" && key != "seed");
            value
        };
        let made = figures(&[&words[..], &["--format", "json"]].concat());
        assert_eq!(made["vertices"], 40);
        assert_eq!(made, figures(&["topology", &file, "--format", "json"]));
    }
}

#[test]
fn graphs_that_cannot_be_had_are_refused() {
    let desk = Desk::with("");
    std::fs::write(desk.path("w.gml"), "graph [\n node [ id 0 ]\n edge [ source 0 target 7 ]\n]")
        .expect("written");
    for (arguments, expected) in [
        (&["pentagon"][..], "the kinds are full-mesh"),
        (&["my.toml"], "does not say how the graph in it is written"),
        (&["w.gml"], "w.gml: line 3"),
        (&["w.gml", "--nodes", "3"], "leave them out with w.gml"),
        (&["ring", "--set", "degree=3"], "takes no other key"),
        (&["random-regular", "--nodes", "5", "--set", "degree=3"], "must be even"),
        (&["ring", "--metrics", "--export", "dot"], "give --out FILE"),
        (&["ring", "--export", "dot", "--out", "none/a"], "a folder that is there"),
    ] {
        let message = desk.fails(&[&["topology"], arguments].concat(), 2);
        assert!(message.contains(expected), "{message}");
    }
}
