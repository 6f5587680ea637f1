//! Blocks that lie on nodes and are found, fetched and verified: what follows from arithmetic, and their
//! laws.

use crate::worlds::{self, arguments, run_with, scenario};
use kadsim::engine::queue::QueueKind;
use kadsim::runner::RunArguments;
use kadsim::runner::result::RunOutput;
use kadsim::scenario::Scenario;
use kadsim::workload::blocks::BlockNode;

/// Constant latency, no loss, nobody comes or goes; blocks are fetched one at a time.
const WORLD: &str = r#"
name = "blocks"
seed = 3

[phases]
init = "10 s"
transition = "60 s"
measurement = "200 s"

[network.latency]
model = "constant"
delay = "30 ms"

[[workload]]
kind = "blocks"
blocks_per_node = 4
block_size = "10 kB"
rate = "0.1/s"
arrivals = "fixed"

[nodes]
count = 40
bootstrap = "warm"
"#;

/// The same with two classes, one of them a marketplace.
const MARKET: &str = r#"
[[nodes.class]]
name = "free"
share = 0.5

[[nodes.class]]
name = "market"
share = 0.5
"#;

fn market(settings: &[&str]) -> Scenario {
    let of_class = ["workload.0.marketplace=[\"market\"]"];
    scenario(&format!("{WORLD}{MARKET}"), &[&of_class[..], settings].concat())
}

fn number(run: &RunOutput, path: &str) -> f64 {
    worlds::number(&worlds::application_figures(run), path)
}

#[test]
fn a_fetch_takes_a_search_and_two_ways() {
    let run = run_with(RunArguments::of(&scenario(WORLD, &[])));
    for of in ["min", "mean", "max"] {
        let transfer = number(&run, &format!("/fetches/transfer_micros/{of}"));
        assert_eq!(transfer, 60_000.0, "{of}");
    }
    let whole = number(&run, "/fetches/latency_micros/mean");
    let search = number(&run, "/fetches/search_micros/mean");
    assert!((whole - search - 60_000.0).abs() < 0.01, "{whole} and {search}");
    let shortest = number(&run, "/fetches/search_micros/min");
    assert!(shortest >= 60_000.0 && shortest % 60_000.0 == 0.0, "a search is rounds: {shortest}");
    let (fetched, unfinished) =
        (number(&run, "/fetches/fetched"), number(&run, "/fetches/unfinished"));
    // Each node wants a block every ten seconds for 200.
    assert_eq!(fetched + unfinished, 40.0 * 20.0);
    assert!(unfinished < 40.0 && number(&run, "/fetches/failed") == 0.0);
    assert_eq!(number(&run, "/verification/verified"), fetched, "all that is fetched is verified");
    assert_eq!(number(&run, "/verification/failures"), 0.0);
    assert_eq!(number(&run, "/uploads/announced"), 160.0);
    assert_eq!(number(&run, "/by_class/0/bytes_fetched"), fetched * 10_000.0);
}

/// With links of a bandwidth B at both ends a block takes 2 L + 2 size / B, of which the request is a
/// part; its provider takes the time of its disk.
#[test]
fn bytes_and_disks_take_their_time() {
    let links = r#"
        [[nodes.class]]
        name = "slow"
        share = 1.0
        uplink = "1 Mbit/s"
        downlink = "1 Mbit/s"
    "#;
    let settings = ["workload.0.disk_delay=7 ms", "workload.0.rate=0.01/s"];
    let run = run_with(RunArguments::of(&scenario(&format!("{WORLD}{links}"), &settings)));
    let request = 28 + 58 + 13 + 9 + (3 + 20);
    let reply = 28 + 49 + 10 + (6 + 10_000);
    // A bit takes a microsecond, once at the uplink and once at the downlink.
    let expected = 60_000 + 7_000 + 2 * 8 * (request + reply);
    assert_eq!(number(&run, "/fetches/transfer_micros/min"), f64::from(expected));
}

/// A limit of the marketplace is one more link: 10 kB at 1 Mbit/s are 80 ms.
#[test]
fn the_marketplace_has_an_upload_of_its_own() {
    let settings = ["workload.0.marketplace_upload=1 Mbit/s", "nodes.class.0.share=0.0"];
    let settings = [&settings[..], &["nodes.class.1.share=1.0", "workload.0.credit=1 MB"]].concat();
    let run = run_with(RunArguments::of(&market(&settings)));
    assert_eq!(number(&run, "/fetches/transfer_micros/min"), 140_000.0);
    let narrow = ["workload.0.marketplace_upload=10 kbit/s", "workload.0.rate=1/s"];
    let run =
        run_with(RunArguments::of(&market(&[&narrow[..], &["workload.0.credit=1 GB"]].concat())));
    assert!(number(&run, "/refusals/busy") > 0.0, "a block takes 8 s, more than one waits");
}

#[test]
fn who_has_no_credit_goes_elsewhere() {
    let settings = ["workload.0.credit=20 kB", "workload.0.copies=3", "workload.0.rate=1/s"];
    let scenario = market(&settings);
    let run = run_with(RunArguments::of(&scenario));
    assert!(number(&run, "/refusals/no-credit") > 100.0);
    assert!(number(&run, "/fetches/failed_over") > 100.0, "others have the block too");
    assert_eq!(number(&run, "/credit/lowest_bytes"), 0.0, "it is used up and never overdrawn");
    assert_eq!(number(&run, "/credit/served_without"), 0.0);
    let [free, market] =
        [0, 1].map(|class| number(&run, &format!("/by_class/{class}/share_given")));
    assert!(free > market && market > 0.0, "{free} and {market}");
    assert!((free + market - 1.0).abs() < 1e-3);
    let without = run_with(RunArguments::of(&scenario_without_credit()));
    assert_eq!(number(&without, "/by_class/1/blocks_given"), 0.0, "nobody gives the first block");
    assert!(number(&without, "/fetches/failed") > 7_000.0, "so nobody ever gets any");
    for (node, state) in worlds::applications::<BlockNode>(&scenario) {
        let is_market = state.log().refused[1] > 0;
        for (peer, account) in state.ledger().accounts() {
            let within = account.sent <= 20_000 + account.received;
            assert!(within || !is_market, "{node} has given too much to {peer}");
        }
    }
}

fn scenario_without_credit() -> Scenario {
    let all = ["nodes.class.0.share=0.0", "nodes.class.1.share=1.0"];
    market(&[&["workload.0.credit=0 B", "workload.0.rate=1/s"], &all[..]].concat())
}

#[test]
fn damaged_blocks_are_recognised_and_fetched_elsewhere() {
    let settings = ["workload.0.damaged_share=0.3", "workload.0.copies=3", "workload.0.rate=1/s"];
    let run = run_with(RunArguments::of(&scenario(WORLD, &settings)));
    let (received, failures) =
        (number(&run, "/verification/received"), number(&run, "/verification/failures"));
    let share = failures / received;
    assert!((0.2..0.4).contains(&share), "{share}");
    assert_eq!(number(&run, "/verification/verified"), number(&run, "/fetches/fetched"));
    let (failed, fetched) = (number(&run, "/fetches/failed"), number(&run, "/fetches/fetched"));
    // All three copies of 2.7 % of the blocks.
    assert!(failed > 0.0 && failed / (failed + fetched) < 0.08, "{failed} of {fetched}");
}

#[test]
fn poisoned_blocks_fail_and_corrupted_packets_never_arrive() {
    let attack = r#"
        [[attack]]
        kind = "poison"
        share = 0.2
    "#;
    let settings = ["workload.0.copies=3", "workload.0.rate=1/s"];
    let poisoned = scenario(&format!("{WORLD}{attack}"), &settings);
    let run = run_with(RunArguments::of(&poisoned));
    assert!(number(&run, "/verification/failures") > 100.0);
    assert_eq!(number(&run, "/verification/verified"), number(&run, "/fetches/fetched"));
    let damaged =
        [&settings[..], &["network.corruption=0.1", "workload.0.fetch_timeout=1 s"]].concat();
    let run = run_with(RunArguments::of(&scenario(WORLD, &damaged)));
    assert!(number(&run, "/timed_out") > 0.0);
    assert_eq!(number(&run, "/verification/failures"), 0.0, "a damaged datagram is dropped");
}

/// What was fetched is kept and announced: popular blocks come from more and more nodes, and memory is
/// read before the disk.
#[test]
fn caches_keep_what_was_fetched() {
    let settings = [
        "workload.0.rate=2/s",
        "workload.0.popularity=zipf",
        "workload.0.exponent=1.0",
        "workload.0.memory_size=50 kB",
        "workload.0.disk_size=200 kB",
        "workload.0.disk_delay=10 ms",
    ];
    let run = run_with(RunArguments::of(&scenario(WORLD, &settings)));
    for kind in ["memory_hits", "disk_hits", "local", "evicted", "misses"] {
        assert!(number(&run, &format!("/cache/{kind}")) > 0.0, "{kind}");
    }
    let wanted = number(&run, "/cache/local") + number(&run, "/cache/misses");
    assert!(number(&run, "/uploads/announcements") > 160.0, "fetched blocks are announced too");
    let without = run_with(RunArguments::of(&scenario(WORLD, &settings[..3])));
    assert_eq!(number(&without, "/cache/local"), 0.0);
    assert_eq!(number(&without, "/cache/memory_hits"), 0.0);
    assert!(number(&without, "/cache/misses") >= wanted - 1.0);
    assert_eq!(number(&without, "/uploads/announcements"), 160.0);
}

/// Parallel fetches are bounded by the key: with one at a time each waits for the one before.
#[test]
fn as_many_fetches_as_may_be_are_under_way() {
    let settings = |parallel: &str| {
        let parallel = format!("workload.0.parallel_fetches={parallel}");
        let text = WORLD.replace("rate = \"0.1/s\"", "count = 30");
        let text = text.replace("arrivals = \"fixed\"", "arrivals = \"at-once\"");
        scenario(&text, &[&parallel])
    };
    let [one, many] = ["1", "100"].map(|parallel| run_with(RunArguments::of(&settings(parallel))));
    for run in [&one, &many] {
        assert_eq!(number(run, "/fetches/fetched"), 40.0 * 30.0);
    }
    let rates = [&one, &many].map(|run| number(run, "/fetches/blocks_per_second"));
    assert!(rates[1] > 10.0 * rates[0], "{rates:?}");
    let [slowest, first] =
        ["max", "min"].map(|of| number(&one, &format!("/fetches/latency_micros/{of}")));
    assert!(slowest > 25.0 * first, "the last one has waited for all others: {slowest}");
}

#[test]
fn loss_and_churn_break_no_law_on_any_queue_and_any_number_of_threads() {
    let churn = r#"
        [churn]
        model = "lifetime"
        lifetime_distribution = "exponential"
        lifetime_mean = "2m"
        deadtime_mean = "1m"
        graceful_leave_probability = 0.5

        [network.loss]
        model = "bernoulli"
        rate = 0.1
    "#;
    let settings = [
        "workload.0.marketplace=[\"market\"]",
        "workload.0.credit=30 kB",
        "workload.0.copies=2",
        "workload.0.rate=1/s",
        "workload.0.memory_size=50 kB",
        "workload.0.disk_size=100 kB",
        "workload.0.fetch_timeout=1 s",
        "network.duplication=0.1",
    ];
    let scenario = scenario(&format!("{WORLD}{MARKET}{churn}"), &settings);
    let run = run_with(RunArguments::of(&scenario));
    for path in ["/timed_out", "/fetches/interrupted", "/fetches/failed", "/refusals/no-credit"] {
        assert!(number(&run, path) > 0.0, "{path}");
    }
    for (queue, threads) in [(QueueKind::Reference, 1), (QueueKind::Bucketed, 2)] {
        let again = run_with(arguments(&scenario, queue, threads));
        assert_eq!(again.result, run.result);
    }
}

/// The cluster of the reference: under 10 ms a block and 500 blocks a second at 50 nodes.
#[test]
fn the_local_cluster_does_what_is_expected_of_it() {
    let text = include_str!("../../scenarios/blocks.toml");
    let run = run_with(RunArguments::of(&scenario(
        text,
        &["phases.measurement=10 s", "workload.0.count=100"],
    )));
    assert!(number(&run, "/fetches/latency_micros/p99") < 10_000.0);
    let rate = number(&run, "/fetches/blocks_per_second");
    assert!((450.0..=550.0).contains(&rate), "{rate}");
    assert!(number(&run, "/by_class/1/blocks_given") > 0.0);
}
