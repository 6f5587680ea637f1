//! Services that are advertised, found and called: what follows from arithmetic, and their laws.

use crate::worlds::{
    application_figures as figures, applications, arguments, number, run_with, scenario,
};
use kadsim::engine::queue::QueueKind;
use kadsim::protocol::NodeIndex;
use kadsim::rng::Seed;
use kadsim::runner::{Obstacle, RunArguments, run_on_sockets};
use kadsim::scenario::{Scenario, Setting};
use kadsim::workload::services::ServiceNode;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

/// Constant latency, no loss, nobody comes or goes; every node calls each 20 s for 400 s.
const WORLD: &str = r#"
name = "services"
seed = 3

[nodes]
count = 60
bootstrap = "warm"

[phases]
init = "10 s"
transition = "60 s"
measurement = "400 s"

[network.latency]
model = "constant"
delay = "30 ms"

[[workload]]
kind = "services"
services = 1
providers_per_service = 3
rate = "3/min"
arrivals = "fixed"
handler_time = "10 ms"
"#;

#[test]
fn a_call_takes_two_ways_and_its_handler() {
    for (handler, expected) in [("0 s", 60_000.0), ("10 ms", 70_000.0), ("3 s", 3_060_000.0)] {
        let handler = format!("workload.0.handler_time={handler}");
        let settings = [&handler[..], "workload.0.call_timeout=5 s"];
        let run = run_with(RunArguments::of(&scenario(WORLD, &settings)));
        let calls = &figures(&run)["calls"];
        for of in ["min", "mean", "max"] {
            assert_eq!(number(calls, &format!("/latency_micros/{of}")), expected, "{of}");
        }
        // 57 callers, each with 20 calls; one that begins at the end is under way then.
        let (answered, unfinished) = (number(calls, "/answered"), number(calls, "/unfinished"));
        assert_eq!(answered + unfinished, 57.0 * 20.0);
        assert!(unfinished < 30.0 && number(calls, "/failed") == 0.0);
    }
}

/// 1,000 and 128 bytes, as bencoded with their headers, at 1 Mbit/s each way.
#[test]
fn bytes_take_time_where_links_are_finite() {
    let links = r#"
        [[nodes.class]]
        name = "slow"
        share = 1.0
        uplink = "1 Mbit/s"
        downlink = "1 Mbit/s"
    "#;
    let text = WORLD.replace("[phases]", &format!("{links}\n[phases]"));
    let settings = ["workload.0.reply_size=1000 B", "workload.0.request_size=128 B"];
    let run = run_with(RunArguments::of(&scenario(&text, &settings)));
    let request = 28 + 58 + 13 + 9 + (4 + 128);
    let reply = 28 + 49 + 10 + (5 + 1_000);
    // A bit takes a microsecond, once at the uplink and once at the downlink.
    let expected = 70_000 + 2 * 8 * (request + reply);
    let calls = &figures(&run)["calls"];
    assert_eq!(number(calls, "/latency_micros/min"), f64::from(expected));
}

/// A search at t is used until t + 60 s and what it took: by the calls at 20, 40 and 60 s, not at 80 s.
#[test]
fn the_cache_serves_three_calls_of_four() {
    let run = run_with(RunArguments::of(&scenario(WORLD, &[])));
    let discovery = &figures(&run)["discovery"];
    assert_eq!(number(discovery, "/cache_hits"), 57.0 * 15.0);
    assert_eq!(number(discovery, "/cache_misses"), 57.0 * 5.0);
    assert_eq!(number(discovery, "/cache_hit_ratio"), 0.75);
    assert_eq!(number(discovery, "/from_network"), 57.0 * 5.0);
    assert_eq!(number(discovery, "/found_nobody"), 0.0);
    let without = scenario(WORLD, &["workload.0.discovery_cache=0 s"]);
    let run = run_with(RunArguments::of(&without));
    assert_eq!(number(&figures(&run), "/discovery/cache_hit_ratio"), 0.0);
}

#[test]
fn a_round_robin_gives_each_provider_as_many_calls_but_for_one() {
    for (node, state) in applications::<ServiceNode>(&scenario(WORLD, &[])) {
        let mut by_provider = BTreeMap::<NodeIndex, u32>::new();
        for call in &state.log().calls {
            *by_provider.entry(call.provider.expect("all are answered")).or_default() += 1;
        }
        if by_provider.is_empty() {
            continue;
        }
        assert_eq!(by_provider.len(), 3, "{node}");
        let (least, most) = (by_provider.values().min(), by_provider.values().max());
        assert!(most.expect("three") - least.expect("three") <= 1, "{node}: {by_provider:?}");
    }
}

#[test]
fn advertisements_are_renewed_on_time_and_found_where_nothing_is_lost() {
    let run = run_with(RunArguments::of(&scenario(WORLD, &[])));
    let figures = figures(&run);
    let (advertised, checks) = (&figures["advertisements"], &figures["checks"]);
    // First in the 30 s from the 10th on, then after 240 s; the run ends after 470 s.
    assert_eq!(number(advertised, "/renewed_on_time"), 3.0);
    assert_eq!(number(advertised, "/renewed_late") + number(advertised, "/renewals_missed"), 0.0);
    assert_eq!(number(checks, "/searches_expected"), 57.0 * 5.0);
    assert_eq!(number(checks, "/providers_expected"), 3.0 * 57.0 * 5.0);
    for law in ["searches_missed", "providers_missed", "found_withdrawn", "found_expired"] {
        assert_eq!(number(checks, &format!("/{law}")), 0.0, "{law}");
    }
    assert_eq!(number(checks, "/orphan_timers"), 0.0);
}

#[test]
fn what_is_withdrawn_is_not_found_any_more_and_not_answered() {
    let text = WORLD.replace("services = 1", "services = 8");
    let scenario = scenario(&text, &["workload.0.unadvertise_share=1.0", "workload.0.rate=6/min"]);
    let run = run_with(RunArguments::of(&scenario));
    let figures = &figures(&run);
    assert_eq!(number(figures, "/advertisements/withdrawn"), 24.0);
    assert!(number(figures, "/advertisements/holders_told_mean") > 15.0, "k is 20");
    assert_eq!(number(figures, "/checks/found_withdrawn"), 0.0, "all holders were told");
    assert!(number(figures, "/calls/turned_away") > 0.0, "caches last longer");
    assert!(number(figures, "/calls/failed_over") > 0.0);
    assert!(number(figures, "/calls/failed") > 0.0, "in the end nobody is left");
}

/// Where announcements are lost they are late or missed, and the laws hold all the same.
#[test]
fn loss_and_churn_are_counted_and_break_no_law() {
    let churn = r#"
        [churn]
        model = "lifetime"
        lifetime_distribution = "exponential"
        lifetime_mean = "2m"
        deadtime_mean = "1m"
        graceful_leave_probability = 0.5

        [network.loss]
        model = "bernoulli"
        rate = 0.3
    "#;
    let text = WORLD.replace("[[workload]]", &format!("{churn}\n[[workload]]"));
    let settings = [
        "workload.0.services=5",
        "workload.0.unadvertise_share=0.5",
        "workload.0.advertisement_ttl=30 s",
        "workload.0.readvertise_interval=30 s",
    ];
    let scenario = scenario(&text, &settings);
    let run = run_with(RunArguments::of(&scenario));
    let of = |path| number(&figures(&run), path);
    assert!(of("/advertisements/renewed_late") > 0.0);
    assert!(of("/calls/failed_over") > 0.0 && of("/calls/interrupted") > 0.0);
    assert!(of("/checks/providers_missed") > 0.0, "loss hides providers");
    assert_eq!(of("/checks/found_expired") + of("/checks/orphan_timers"), 0.0);
    for (queue, threads) in [(QueueKind::Reference, 1), (QueueKind::Bucketed, 2)] {
        let again = run_with(arguments(&scenario, queue, threads));
        assert_eq!(again.result, run.result);
    }
}

/// With handlers of very different length the choice matters: who knows the load spreads it.
#[test]
fn strategies_differ_where_they_should() {
    let settings = |selection: &str| {
        scenario(
            WORLD,
            &[
                &format!("workload.0.selection={selection}"),
                "workload.0.rate=60/min",
                "workload.0.handler_time=500 ms",
            ],
        )
    };
    let fairness = |selection| {
        let run = run_with(RunArguments::of(&settings(selection)));
        number(&figures(&run), "/shares/0/fairness")
    };
    let [round_robin, random, least_loaded] =
        ["round-robin", "random", "least-loaded"].map(fairness);
    assert!(round_robin > 0.999, "{round_robin}");
    assert!(random > 0.99 && random < round_robin, "{random}");
    assert!(least_loaded > 0.9, "{least_loaded}");
}

/// The same scenario on sockets, for three seconds.
#[test]
fn services_are_called_over_sockets() {
    let settings = [
        "nodes.count=20",
        "phases.init=100ms",
        "phases.transition=1s",
        "phases.measurement=3s",
        "network.latency.delay=5ms",
        "kademlia.k=4",
        "kademlia.precautions=open",
        "workload.0.rate=4/s",
        "workload.0.readvertise_interval=2s",
        "workload.0.unadvertise_share=0.3",
        "workload.0.services=4",
    ];
    let scenario_of = |more: &[&str]| scenario(WORLD, &[&settings[..], more].concat());
    let watch = &mut |_| ControlFlow::Continue(());
    let run = run_on_sockets(&scenario_of(&[]), Seed(1), watch).expect("this host has sockets");
    let figures = figures(&run);
    assert!(number(&figures, "/calls/answered") > 100.0, "{figures}");
    assert!(number(&figures, "/calls/latency_micros/min") >= 20_000.0, "{figures}");
    assert!(number(&figures, "/discovery/cache_hits") > 50.0, "{figures}");
    assert!(number(&figures, "/advertisements/renewed_on_time") > 5.0, "{figures}");
    assert_eq!(number(&figures, "/checks/searches_missed"), 0.0, "{figures}");
    let refused = run_on_sockets(&scenario_of(&["workload.0.reply_size=8001 B"]), Seed(1), watch);
    let refused = refused.expect_err("no node reads that");
    let expected = Obstacle::TalkSize { workload: 0, largest: 8_001, most: 8_000 };
    assert_eq!(refused.to_string(), expected.to_string());
}

#[test]
fn what_no_workload_of_services_takes_is_told() {
    for (setting, told) in [
        ("workload.0.advertisement_ttl=25h", "workload.0.advertisement_ttl"),
        ("workload.0.readvertise_interval=301s", "workload.0.readvertise_interval"),
        ("workload.0.providers_per_service=61", "from 1 to 60"),
        ("workload.0.reply_size=3 B", "4 B"),
        ("workload.0.selection=best", "least-loaded"),
        ("workload.0.record_size=1 KiB", "record_size"),
        ("workload.0.total_count=7", "total_count"),
    ] {
        let setting: Setting = setting.parse().expect("it is well formed");
        let parsed = Scenario::parse(WORLD, "test.toml", Path::new(""), &[setting]);
        let error = parsed.expect_err("it is wrong").to_string();
        assert!(error.contains(told), "{error}");
    }
}
