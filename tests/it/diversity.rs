//! Limits of address groups and siblings: what a table, a store and a list hold in whole runs.

use crate::determinism::difference;
use crate::worlds::{arguments, run, scenario};
use kadsim::engine::queue::QueueKind;
use kadsim::kademlia::key::{Key, Key64};
use kadsim::kademlia::routing_table::RoutingTable;
use kadsim::protocol::NodeIndex;
use kadsim::rng::{Purpose, Seed, Stream};
use kadsim::runner::{RunArguments, settle};
use kadsim::scenario::Scenario;
use rand::Rng;

/// A node that 60 adversaries want to be known to; every table is checked at every sample.
const ECLIPSE: &str = r#"
    phases = { init = "0s", transition = "1ms", measurement = "2m" }
    nodes = { count = 400, bootstrap = "random", contacts = 20, address_groups = 200 }
    kademlia = { alpha = 1, refresh_interval = "1day", request_timeout = "50ms" }
    network.latency = { model = "constant", delay = "20ms" }
    workload = [{ kind = "lookup", total_count = 20 }]
    attack = [{ kind = "eclipse-node", victim = 3, count = 60, rate = "0.2/s", address_groups = 1 }]
    checker.tables = 1.0
    output = { plots = [], sample_interval = "10s" }
"#;

/// Share of the adversaries among the victim's contacts when the run ends.
fn eclipsed(settings: &[&str]) -> f64 {
    let run = run(&scenario(ECLIPSE, settings));
    let last = run.result.attacks[0].over_time.last().expect("there is a last sample");
    last.share.expect("the victim has contacts")
}

/// An adversary with one network eclipses a node that does not limit it. With the limits of go-libp2p
/// it has at most three of its contacts, unless it has networks enough.
#[test]
fn limits_keep_an_adversary_with_one_network_out() {
    let limits = ["kademlia.bucket_group_limit=2", "kademlia.table_group_limit=3"];
    let free = eclipsed(&[]);
    let limited = eclipsed(&limits);
    let rich = eclipsed(&[limits[0], limits[1], "attack.0.address_groups=60"]);
    assert!(free > 0.6, "{free}");
    assert!(limited < 0.25, "{limited}");
    assert!(rich > 2.0 * limited, "{rich} of one with sixty networks, {limited} of one with one");
}

/// The tables of nodes that begin warm and at random are what the limits let in, and as full as that.
#[test]
fn tables_begin_within_the_limits() {
    for bootstrap in ["warm", "random"] {
        let settings = [
            format!("nodes.bootstrap={bootstrap}"),
            "nodes.contacts=60".to_owned(),
            "nodes.address_groups=7".to_owned(),
            "kademlia.bucket_group_limit=1".to_owned(),
            "kademlia.table_group_limit=4".to_owned(),
            "attack=[]".to_owned(),
        ];
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        let scenario = scenario(ECLIPSE, &settings);
        let settled = settle(&scenario, Seed(2));
        let tables = || settled.nodes().map(|node| settled.node(node).expect("online").table());
        let sizes: Vec<usize> = tables().map(RoutingTable::len).collect();
        assert!(sizes.iter().all(|&size| size <= 7 * 4), "{bootstrap}: {sizes:?}");
        let first: Vec<usize> = tables().map(|table| table.bucket(0).len()).collect();
        assert!(first.iter().all(|&size| size <= 7), "{bootstrap}: {first:?}");
        let filled = first.iter().filter(|&&size| size >= 3).count();
        assert!(filled > 300, "{bootstrap}: {filled} nodes know three of the seven groups there");
    }
}

/// Nodes that stay and have settled.
const CALM: &str = r#"
    phases = { init = "1h", transition = "1ms", measurement = "1m" }
    nodes = { count = 2000, bootstrap = "warm" }
    workload = [{ kind = "lookup", total_count = 20 }]
    checker.tables = 1.0
    output.plots = []
"#;

fn calm(siblings: usize) -> Scenario {
    scenario(CALM, &[&format!("kademlia.siblings={siblings}")])
}

#[test]
fn siblings_begin_as_the_closest_nodes() {
    let scenario = calm(30);
    let settled = settle(&scenario, Seed(5));
    for node in (0..50).map(NodeIndex) {
        let state = settled.node(node).expect("it is online");
        let others = settled.truly_closest(state.key(), 31);
        assert_eq!(state.siblings(), &others[1..], "the closest is the node itself");
    }
    let scenario = calm(0);
    let settled = settle(&scenario, Seed(5));
    assert!(settled.nodes().all(|node| settled.node(node).unwrap().siblings().is_empty()));
}

/// Of the nodes closest to a key, the share that know all k of them by themselves.
fn knows_all(scenario: &Scenario) -> f64 {
    let settled = settle(scenario, Seed(5));
    let k = scenario.kademlia.k;
    let mut stream = Stream::new(Seed(1), Purpose::Test, 0);
    let mut known = 0;
    const KEYS: u32 = 500;
    for _ in 0..KEYS {
        let target = Key64(stream.next_u64());
        let truth = settled.truly_closest(target, k);
        let closest = settled.node(truth[0]).expect("it is online");
        let mut others = closest.closest(target, k, |peer| settled.key_of(peer)).to_vec();
        others.sort_unstable_by_key(|&peer| settled.key_of(peer).distance(target));
        known += u32::from(others[..k - 1] == truth[1..]);
    }
    f64::from(known) / f64::from(KEYS)
}

/// A node that is closest to a key knows the other holders of a record with it by its siblings.
#[test]
fn siblings_know_the_holders_of_a_record() {
    let [none, k, five_k] = [0, 20, 100].map(|siblings| knows_all(&calm(siblings)));
    assert!(none < five_k && none <= k, "{none} without, {k} with k, {five_k} with 5 k");
    assert!(five_k > 0.99, "{five_k} with 5 k siblings");
}

/// Nodes that join and go by the protocol: the laws of limits and siblings are checked in all of them.
const LIVELY: &str = r#"
    phases = { init = "30s", transition = "30s", measurement = "2m" }
    nodes = { count = 80, address_groups = 12 }
    kademlia = { preset = "mainline", bucket_group_limit = 2, table_group_limit = 5, store_group_limit = 3, siblings = 12 }
    network.latency = { model = "lognormal" }
    churn = { model = "lifetime", lifetime_mean = "1m", deadtime_mean = "20s" }
    workload = [{ kind = "put-get", rate = "0.05/s" }, { kind = "provide", rate = "0.05/s" }]
    attack = [{ kind = "colluders", count = 8, address_groups = 2 }]
    checker.tables = 1.0
    output = { plots = [], sample_interval = "5s" }
"#;

#[test]
fn runs_with_defences_keep_their_laws_and_repeat() {
    for preset in ["mainline", "paper", "go-libp2p", "rust-libp2p"] {
        let scenario = scenario(LIVELY, &[&format!("kademlia.preset={preset}")]);
        let other = arguments(&scenario, QueueKind::Reference, 3);
        assert_eq!(difference(RunArguments::of(&scenario), other), None, "{preset}");
    }
}

/// One host announces more items than it is given room for.
#[test]
fn one_host_fills_no_store() {
    let kept = |limit: u32| {
        let limit = format!("kademlia.store_group_limit={limit}");
        let text = CALM.replace("count = 2000", "count = 21");
        let provide = "workload=[{ kind = \"provide\", rate = \"1/s\", records_per_node = 10 }]";
        let run = run(&scenario(&text, &[provide, &limit]));
        run.series.samples.last().expect("there is a last sample").replicas
    };
    // Twenty others announce ten items each, to the twenty closest.
    assert!(kept(0) >= 21 * 10 * 19, "{}", kept(0));
    assert!(kept(4) <= 21 * 21 * 4 && kept(4) >= 21 * 15 * 4, "{}", kept(4));
}

#[test]
fn limits_without_groups_are_refused() {
    let parse = |settings: &[&str]| {
        let settings: Vec<_> = settings.iter().map(|text| text.parse().unwrap()).collect();
        Scenario::parse("", "empty.toml", std::path::Path::new(""), &settings)
    };
    let error = parse(&["kademlia.table_group_limit=3"]).expect_err("it limits nothing");
    assert!(error.to_string().contains("nodes.address_groups"), "{error}");
    assert!(parse(&["kademlia.table_group_limit=3", "nodes.address_groups=9"]).is_ok());
    assert!(parse(&["kademlia.store_group_limit=3"]).is_ok(), "each node is a group");
}
