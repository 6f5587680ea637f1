//! Underlays through whole runs: times that follow from the graph, who cannot be reached, wrong
//! files, and the measured matrix.

use crate::desk::Desk;
use crate::determinism::difference;
use crate::worlds::{accounts, arguments, operations, run, scenario};
use kadsim::engine::queue::QueueKind;
use kadsim::metrics::OperationKind;
use kadsim::rng::Seed;
use kadsim::runner::result::RunOutput;
use kadsim::runner::{Obstacle, RunArguments, run_on_sockets};
use kadsim::scenario::{Scenario, Setting};
use kadsim::time::Duration;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

/// Nodes with full tables that stay, over the graph in a file.
const STILL: &str = r#"
    phases = { init = "1s", transition = "5s", measurement = "30s" }
    nodes = { count = 100, bootstrap = "warm" }
    kademlia = { k = 8, refresh_interval = "10years" }
    network.latency = { model = "graph" }
    network.underlay = { kind = "file" }
    workload = [{ kind = "lookup", rate = "0.2/s" }]
    output = { plots = [], operations_limit = 1_000_000 }
"#;

/// A scenario over this graph in GML, with further settings.
fn over(gml: &str, settings: &[&str]) -> Scenario {
    let folder = tempfile::tempdir().expect("the system has room for a folder");
    let file = folder.path().join("graph.gml");
    fs::write(&file, gml).expect("written");
    let file = format!("network.underlay.file={}", file.display());
    scenario(STILL, &[&[&*file][..], settings].concat())
}

/// A graph in GML of routers 0 to `routers` - 1 and these edges: ends, and what they say.
fn gml(routers: u32, directed: u8, edges: &[(u32, u32, &str)]) -> String {
    let node = |id: u32| format!("node [ id {id} ]\n");
    let edge = |(source, target, says): &(u32, u32, &str)| {
        format!("edge [ source {source} target {target} {says} ]\n")
    };
    let nodes: String = (0..routers).map(node).collect();
    let edges: String = edges.iter().map(edge).collect();
    format!("graph [\ndirected {directed}\n{nodes}{edges}]\n")
}

fn drops(run: &RunOutput, reason: &str) -> u64 {
    let found = run.result.drops.0.iter().find(|(name, _)| *name == reason);
    found.unwrap_or_else(|| panic!("{reason} is a reason")).1
}

/// 30 ms there and 50 ms back, 40 ms each way between hosts of one router: whoever asks whom, an
/// answer takes 80 ms, and a lookup as many times that as it has rounds, to the nanosecond.
#[test]
fn a_round_trip_is_the_way_there_and_the_way_back() {
    let loops = [(0, 0, "latency \"40 ms\""), (1, 1, "latency \"40 ms\"")];
    let ways = [(0, 1, "latency \"30 ms\""), (1, 0, "latency \"50 ms\"")];
    let run = run(&over(&gml(2, 1, &[loops, ways].concat()), &[]));
    let rows = operations(&run, OperationKind::Lookup);
    assert!(rows.len() > 400, "{} lookups", rows.len());
    for row in &rows {
        assert_eq!(row.latency(), Duration::from_millis(80) * u64::from(row.rounds), "{row:?}");
    }
    assert_eq!(run.result.drops.total(), 0);
}

/// Two nodes on a line of three routers: 10 + 20 ms each way, and a host's 1 Mbit/s takes the time
/// to put a request and a response on the wire on top.
#[test]
fn two_hosts_take_the_latencies_and_the_bandwidth_of_their_way() {
    let line = "graph [\n\
        node [ id 0 label \"here\" host_bandwidth_up \"1 Mbit\" ]\n\
        node [ id 1 label \"between\" ]\n\
        node [ id 2 label \"there\" host_bandwidth_up \"1 Mbit\" ]\n\
        edge [ source 0 target 1 latency \"10 ms\" ]\n\
        edge [ source 1 target 2 latency \"20 ms\" ]\n]\n";
    let classes = "nodes.class=[{name=\"a\",share=0.5,router=\"here\"},\
                   {name=\"b\",share=0.5,router=\"there\"}]";
    // A single lookup, so that no packet waits for another.
    let once = "workload=[{kind=\"lookup\",total_count=1}]";
    let mut across = 0;
    for seed in 0..16 {
        let settings = ["nodes.count=2", classes, once, &format!("seed={seed}")];
        let run = run(&over(line, &settings));
        let sizes: u64 = run
            .result
            .messages
            .iter()
            .filter(|figures| figures.sent > 0)
            .map(|figures| figures.bytes_sent / figures.sent)
            .sum();
        let serialised = Duration::from_nanos(sizes * 8 * 1_000);
        for row in operations(&run, OperationKind::Lookup) {
            // Both at one router are 10 ms apart: the smallest latency of any edge.
            let way = row.latency();
            let is_across = way == Duration::from_millis(60) + serialised;
            assert!(is_across || way == Duration::from_millis(20) + serialised, "{row:?}");
            across += u32::from(is_across);
        }
    }
    assert!(across > 0, "in some of the runs the nodes are apart");
}

/// Two islands: packets from one to the other are dropped as unreachable, all are accounted for,
/// and a run says so before it begins.
#[test]
fn who_is_not_connected_is_not_reached() {
    let islands = gml(4, 0, &[(0, 1, "latency \"10 ms\""), (2, 3, "latency \"10 ms\"")]);
    let scenario = over(&islands, &["kademlia.request_timeout=200ms"]);
    let run = run(&scenario);
    assert!(drops(&run, "unreachable") > 500, "{:?}", run.result.drops);
    assert_eq!(drops(&run, "unreachable"), run.result.drops.total());
    let (sent, under_way) = accounts(&run);
    assert!(under_way < sent / 100, "{under_way} of {sent}");

    let desk = Desk::with(&STILL.replace("100", "20").replace("30s", "1s"));
    fs::write(desk.path("islands.gml"), islands).expect("written");
    let set = ["--set", "network.underlay.file=islands.gml"];
    let output = desk.kadsim(&[&["run", "my.toml", "--quiet"], &set[..]].concat());
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.starts_with("note: the underlay is in 2 pieces"), "{told}");
    assert_eq!(output.status.code(), Some(0), "{told}");
    let direct =
        [&["run", "my.toml", "--quiet", "--set", "network.underlay.routes=direct"], &set[..]];
    let output = desk.kadsim(&direct.concat());
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.starts_with("note: no edge joins 8 of the pairs of routers"), "{told}");
}

#[test]
fn runs_over_a_graph_repeat_on_any_number_of_threads() {
    let edges = [
        (0, 1, "latency \"10 ms\" jitter \"9 ms\" packet_loss 0.1"),
        (1, 2, "latency \"3 ms\" packet_loss 0.05"),
        (2, 0, "latency \"4 ms\" jitter \"1 ms\""),
    ];
    let scenario = over(&gml(3, 1, &edges), &[]);
    let bucketed = RunArguments::of(&scenario);
    assert!(drops(&crate::worlds::run_with(bucketed), "loss") > 100);
    for (queue, threads) in [(QueueKind::Bucketed, 2), (QueueKind::Reference, 7)] {
        assert_eq!(difference(bucketed, arguments(&scenario, queue, threads)), None);
    }
}

/// An edge of no latency leaves no room for threads, as with any other model.
#[test]
fn an_edge_of_no_latency_leaves_one_thread() {
    let scenario = over(&gml(2, 0, &[(0, 1, "latency \"0 ms\"")]), &[]);
    assert_eq!(kadsim::runner::undivided(&scenario), Some(Duration::ZERO));
    let slower = over(&gml(2, 0, &[(0, 1, "latency \"1 ms\"")]), &[]);
    assert_eq!(kadsim::runner::undivided(&slower), None);
}

#[test]
fn a_wrong_graph_is_told_with_file_and_line() {
    let text = "[network.latency]\nmodel = \"graph\"\n[network.underlay]\nkind = \"file\"\n\
                file = \"lines.gml\"\n";
    let desk = Desk::with(text);
    let check = |gml: &str, more: &[&str]| {
        fs::write(desk.path("lines.gml"), gml).expect("written");
        desk.fails(&[&["check", "my.toml"], more].concat(), 2)
    };
    let sound = "graph [\nnode [ id 0 ]\nnode [ id 1 ]\n";
    let message = check(&format!("{sound}edge [ source 0 target 7 latency \"1 ms\" ]\n]\n"), &[]);
    assert!(message.contains("lines.gml:4:") && message.contains('7'), "{message}");
    assert!(message.contains("my.toml:5:"), "{message}");
    let message = check(&format!("{sound}edge [ source 0 target 1 latency \"soon\" ]\n]\n"), &[]);
    assert!(message.contains("lines.gml:4:") && message.contains("soon"), "{message}");
    let message = check(&format!("{sound}edge [ source 0 target 1 latency \"2 h\" ]\n]\n"), &[]);
    assert!(message.contains("lines.gml:4:") && message.contains("1 hour"), "{message}");
    let whole = format!("{sound}edge [ source 0 target 1 latency \"2 ms\" ]\n]\n");
    let router = ["--set", "nodes.class.0.router=nowhere"];
    let message = check(&whole, &router);
    assert!(message.contains("the name of a vertex of the graph"), "{message}");
    fs::write(desk.path("lines.gml"), whole).expect("written");
    assert!(desk.succeeds(&["check", "my.toml"]).contains("format = \"gml\""));
}

#[test]
fn an_underlay_that_cannot_be_is_told() {
    let fails = |text: &str, parts: &[&str]| {
        let message = Desk::with(text).fails(&["check", "my.toml"], 2);
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    };
    let graph = "[network.latency]\nmodel = \"graph\"\n";
    fails(graph, &["`network.underlay.kind` is missing", "\"transit-stub\""]);
    fails("[network.underlay]\nkind = \"ring\"\n", &["my.toml:1:", "network.latency.model graph"]);
    fails("[[nodes.class]]\nrouter = \"0\"\n", &["my.toml:2:", "network.latency.model graph"]);
    let under = |keys: &str| format!("{graph}[network.underlay]\n{keys}\n");
    fails(&under("kind = \"ring\"\nalpha = 0.5"), &["my.toml:5:", "belongs to kind waxman"]);
    fails(&under("kind = \"file\""), &["`network.underlay.file` is missing"]);
    fails(&under("kind = \"file\"\nfile = \"x.bin\""), &["x.bin", "network.underlay.format"]);
    fails(&under("kind = \"random-regular\"\ndegree = 100"), &["network.underlay.degree"]);
    let many = "kind = \"ring\"\nrouters = 40000";
    let nodes = "[nodes]\ncount = 50000\n";
    fails(&format!("{nodes}{}", under(many)), &["network.underlay.routers", "32768", "4 GiB"]);
    let pinned = "[[nodes.class]]\nrouter = \"100\"\n";
    fails(&format!("{pinned}{}", under("kind = \"ring\"")), &["my.toml:2:", "\"0\" to \"99\""]);
}

#[test]
fn sockets_carry_an_underlay_but_no_downlinks_of_routers() {
    let sockets =
        |scenario: &Scenario| run_on_sockets(scenario, Seed(1), &mut |_| ControlFlow::Continue(()));
    let limited = "graph [ node [ id 0 label \"far\" host_bandwidth_down \"1 Mbit\" ]\n\
                   edge [ source 0 target 0 latency \"1 ms\" ] ]\n";
    let obstacle = sockets(&over(limited, &["nodes.count=5"])).expect_err("it has downlinks");
    assert!(
        matches!(&obstacle, Obstacle::RouterDownlink { router } if router == "far"),
        "{obstacle}"
    );
    let islands = gml(4, 0, &[(0, 1, "latency \"1 ms\""), (2, 3, "latency \"1 ms\"")]);
    let short = [
        "nodes.count=20",
        "phases.transition=100ms",
        "phases.measurement=2s",
        "workload.0.rate=4/s",
        "kademlia.request_timeout=100ms",
    ];
    let run = sockets(&over(&islands, &short)).unwrap_or_else(|obstacle| panic!("{obstacle}"));
    assert!(drops(&run, "unreachable") > 0, "{:?}", run.result.drops);
    assert!(run.result.messages.iter().any(|figures| figures.delivered > 0));
}

/// What a user meets who runs it as it is: one message that says what to give.
#[test]
fn planetlab_asks_for_its_matrix() {
    let text = include_str!("../../scenarios/planetlab.toml");
    let message = Desk::with(text).fails(&["run", "my.toml"], 2);
    assert!(message.contains("`network.latency.file` is missing"), "{message}");
    assert!(message.contains("--set network.latency.file="), "{message}");
}

/// The whole of PlanetLab's matrix, packed as it is published: half of the median round-trip time
/// of 135 ms is what a request takes, so lookups of few rounds take a few hundred milliseconds.
#[test]
fn planetlab_runs_with_the_measured_matrix() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let matrix = root.join("../shared/data/PlanetLabData_1.gz");
    if !matrix.exists() {
        println!("skipped: {} is not here", matrix.display());
        return;
    }
    let settings = [
        format!("network.latency.file={}", matrix.display()),
        "phases.init=20s".to_owned(),
        "phases.transition=10s".to_owned(),
        "phases.measurement=1m".to_owned(),
    ];
    let settings: Vec<Setting> =
        settings.iter().map(|text| text.parse().expect("it is a setting")).collect();
    let scenario = Scenario::load(&root.join("scenarios/planetlab.toml"), &settings);
    let run = run(&scenario.unwrap_or_else(|error| panic!("{error}")));
    let found = run.result.operations.iter().find(|found| found.kind == OperationKind::Lookup);
    let lookups = found.expect("there are lookups");
    let millis = lookups.latency_micros.p50 as f64 / 1e3;
    let round_trips = millis / 135.0;
    assert!(lookups.count > 500 && lookups.success_rate > 0.95, "{lookups:?}");
    assert!((1.0..20.0).contains(&round_trips), "{round_trips} median round trips");
}
