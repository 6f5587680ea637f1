//! Metrics whose values can be computed beforehand, through whole runs.

use crate::worlds::{accounts, operations, run, scenario};
use kadsim::metrics::{OperationKind, OperationRecord, Outcome};
use kadsim::rng::Seed;
use kadsim::runner;
use kadsim::runner::figures::{MessageFigures, OperationFigures};
use kadsim::runner::result::RunOutput;
use kadsim::time::{Duration, Instant};

/// 300 nodes with full tables that stay; every packet takes 50 ms; nothing is refreshed.
const STILL: &str = r#"
    phases = { init = "1s", transition = "20s", measurement = "60s" }
    nodes = { count = 300, bootstrap = "warm" }
    kademlia = { refresh_interval = "10years", republish_interval = "never", replicate_interval = "never" }
    network.latency = { model = "constant", delay = "50ms" }
    output = { plots = [], operations_limit = 1_000_000 }
"#;

const LOOKUPS: &str = "[[workload]]\nkind = \"lookup\"\nrate = \"0.1/s\"";
const RECORDS: &str = "[[workload]]\nkind = \"put-get\"\nrate = \"0.1/s\"\nrecord_size = \"100 B\"";
const ITEMS: &str = "[[workload]]\nkind = \"provide\"\nrate = \"0.1/s\"";

const L: Duration = Duration::from_millis(50);

/// Runs [`STILL`] with these workloads and settings.
pub fn still(workloads: &[&str], settings: &[&str]) -> RunOutput {
    run(&scenario(&format!("{STILL}\n{}", workloads.join("\n")), settings))
}

fn figures(run: &RunOutput, kind: OperationKind) -> &OperationFigures {
    let found = run.result.operations.iter().find(|figures| figures.kind == kind);
    found.unwrap_or_else(|| panic!("there are no operations of kind {}", kind.name()))
}

fn message<'r>(run: &'r RunOutput, kind: &str) -> &'r MessageFigures {
    let found = run.result.messages.iter().find(|figures| figures.kind == kind);
    found.unwrap_or_else(|| panic!("there are no messages of kind {kind}"))
}

fn all_succeed(run: &RunOutput, kind: OperationKind) {
    let found = figures(run, kind);
    assert!(found.count > 100, "{} operations prove nothing", found.count);
    assert_eq!((found.success, found.success_rate), (found.count, 1.0), "{}", kind.name());
    assert_eq!(found.failures.total(), 0);
}

/// Mean of a figure of operations, and the standard error of that mean.
fn mean_and_error(
    operations: &[OperationRecord],
    value: impl Fn(&OperationRecord) -> u32,
) -> (f64, f64) {
    let values: Vec<f64> = operations.iter().map(|operation| f64::from(value(operation))).collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, f64::sqrt(squares / (count - 1.0) / count))
}

/// At constant latency L, whatever takes r rounds takes 2 r L: lookups, and with one more
/// round what is stored. Each row, to the nanosecond.
#[test]
fn a_lookup_of_r_rounds_takes_2_r_l() {
    let kinds = [
        OperationKind::Lookup,
        OperationKind::Get,
        OperationKind::FindProviders,
        OperationKind::Refresh,
        OperationKind::Republish,
    ];
    for preset in ["paper", "mainline", "go-libp2p", "rust-libp2p"] {
        for parallelism in ["loose", "strict"] {
            let run = still(
                &[LOOKUPS, RECORDS, ITEMS],
                &[
                    &format!("kademlia.preset={preset}"),
                    &format!("kademlia.parallelism={parallelism}"),
                    // So that several rounds are needed.
                    "kademlia.k=4",
                    "kademlia.refresh_interval=2m",
                    "kademlia.republish_interval=30s",
                    "kademlia.provider_republish_interval=40s",
                ],
            );
            for kind in kinds {
                let rows = operations(&run, kind);
                assert!(rows.len() > 100, "{preset}: {} of {}", rows.len(), kind.name());
                for row in &rows {
                    assert_eq!(row.latency(), L * 2 * u64::from(row.rounds), "{preset}: {row:?}");
                    assert!(row.hops <= row.rounds && row.rounds <= row.requests, "{row:?}");
                    assert_eq!(row.timeouts, 0, "{row:?}");
                }
                assert!(rows.iter().map(|row| row.rounds).max() > Some(1), "{}", kind.name());
                let figures = figures(&run, kind);
                let micros = 2.0 * L.as_micros() as f64;
                let error = figures.latency_micros.mean - figures.rounds.mean * micros;
                assert!(error.abs() < 0.001 * micros, "{preset}: {}", kind.name());
            }
        }
    }
}

/// Strict rounds of alpha: a lookup never sends more than that in one round.
#[test]
fn a_strict_round_sends_at_most_alpha_requests() {
    for alpha in 1..=3 {
        let settings = ["kademlia.k=8", "kademlia.parallelism=strict"];
        let run =
            still(&[LOOKUPS], &[&settings[..], &[&format!("kademlia.alpha={alpha}")]].concat());
        let rows = operations(&run, OperationKind::Lookup);
        assert!(rows.iter().all(|row| row.requests <= alpha * row.rounds));
        // With one at a time there are as many rounds as requests.
        assert!(alpha > 1 || rows.iter().all(|row| row.requests == row.rounds));
    }
}

#[test]
fn lookups_over_full_tables_find_exactly_the_closest() {
    for parallelism in ["loose", "strict"] {
        let run = still(&[LOOKUPS], &[&format!("kademlia.parallelism={parallelism}")]);
        all_succeed(&run, OperationKind::Lookup);
        let rows = operations(&run, OperationKind::Lookup);
        assert!(rows.iter().all(|row| row.recall == Some(1_000)));
        assert!(rows.iter().all(|row| row.closest_found == Some(true) && row.found == 20));
        let figures = figures(&run, OperationKind::Lookup);
        assert_eq!((figures.checked, figures.recall), (figures.count, Some(1.0)));
        assert_eq!(figures.exact_share, Some(1.0));
        assert_eq!(figures.closest_found_share, Some(1.0));
        let checks = run.result.checks;
        assert_eq!(checks.lookups_exact, checks.lookups_checked);
        assert!(checks.lookups_checked >= figures.count && checks.tables_checked > 0);
        // 300 nodes ask for 0.1 a second over 60 s: 1,800, give or take five deviations.
        assert!(figures.count.abs_diff(1_800) < 5 * 43, "{}", figures.count);
        assert_eq!(figures.operations_per_second, figures.count as f64 / 60.0);
    }
}

/// A network of two: either knows the other, so a lookup is one round of one request.
#[test]
fn two_nodes_ask_each_other_once() {
    let run = still(&[LOOKUPS], &["nodes.count=2", "workload.0.rate=1/s"]);
    let rows = operations(&run, OperationKind::Lookup);
    assert!(rows.len() > 60);
    for row in rows {
        assert_eq!((row.rounds, row.requests, row.hops, row.found), (1, 1, 0, 1));
        assert_eq!((row.latency(), row.recall), (L * 2, Some(1_000)));
    }
}

/// A node on its own has nobody to ask and says so.
#[test]
fn a_node_on_its_own_has_no_contacts() {
    let run = still(&[LOOKUPS, RECORDS], &["nodes.count=1", "workload.0.rate=1/s"]);
    let rows = operations(&run, OperationKind::Lookup);
    assert!(rows.len() > 20);
    assert!(rows.iter().all(|row| row.outcome == Outcome::NoContacts && row.requests == 0));
    assert_eq!(figures(&run, OperationKind::Lookup).success, 0);
    assert_eq!(run.result.network.strongly_connected_components, 1);
    assert_eq!((run.result.network.theoretical_maximum, run.result.records.alive), (0, 0));
}

/// Every request that arrives is answered at that instant, so the two are equal at any time;
/// without loss and without churn nothing is dropped.
#[test]
fn responses_equal_requests() {
    let run = still(
        &[LOOKUPS, RECORDS, ITEMS],
        // Full buckets whose oldest contact is pinged at once.
        &["kademlia.questionable_after=0s", "kademlia.k=4", "kademlia.republish_interval=25s"],
    );
    let delivered = |kinds: &[&str]| kinds.iter().map(|kind| message(&run, kind).delivered).sum();
    let sent = |kinds: &[&str]| kinds.iter().map(|kind| message(&run, kind).sent).sum::<u64>();
    for (requests, responses) in [
        (&["ping"][..], &["pong"][..]),
        (&["store"], &["stored"]),
        (&["find-node", "find-value", "get-providers"], &["nodes", "value", "providers"]),
    ] {
        let handled: u64 = delivered(requests);
        assert!(handled > 500, "{requests:?}: {handled}");
        assert_eq!(handled, sent(responses), "{requests:?}");
    }
    assert_eq!(run.result.drops.total(), 0);
    // What is sent and not delivered is under way, in the last 50 ms and the first.
    let (mut all_sent, mut all_delivered) = (0, 0);
    for sample in &run.series.samples {
        all_sent += sample.traffic.total_sent().messages;
        all_delivered += sample.traffic.total_delivered().messages;
    }
    assert!((all_delivered..all_delivered + all_sent / 100).contains(&all_sent));
}

/// Records and items that are published again in the measurement phase, once each, and nothing
/// else: then requests, messages and bytes can be counted by hand.
#[test]
fn messages_and_bytes_are_those_of_the_operations() {
    let run = still(
        &[&RECORDS.replace("0.1/s", "0.001/d"), &ITEMS.replace("0.1/s", "0.001/d")],
        &["kademlia.republish_interval=30s", "kademlia.provider_republish_interval=30s"],
    );
    // Published in the first ten seconds of the transition, which lasts 20 s.
    let rows = operations(&run, OperationKind::Republish);
    assert_eq!(rows.len(), 2 * 300 * 2, "after 30 and after 60 s, of the measurement's 60 s");
    let requests: u64 = rows.iter().map(|row| u64::from(row.requests)).sum();
    let count = |kind| message(&run, kind).sent;
    assert_eq!(count("find-node") + count("store") + count("add-provider"), requests);
    // All 20 copies of an item are sent; of a record the publisher may keep one itself.
    assert_eq!(count("add-provider"), 600 * 20);
    assert!(rows.iter().all(|row| row.found == 20));
    assert!((600 * 19..600 * 20).contains(&count("store")), "{}", count("store"));
    // Headers of IPv4 and UDP, and what BEP 5 and BEP 44 make of each message.
    let sizes = [
        ("find-node", 28 + 94),
        ("nodes", 28 + 60 + 26 * 20),
        ("store", 28 + 108 + 100),
        ("stored", 28 + 49),
        ("add-provider", 28 + 145),
        ("provider-added", 28 + 49),
    ];
    for (kind, size) in sizes {
        let figures = message(&run, kind);
        assert_eq!(figures.sent, figures.delivered, "{kind}");
        assert_eq!(
            (figures.bytes_sent, figures.bytes_delivered),
            (figures.sent * size, figures.sent * size),
            "{kind}"
        );
        assert_eq!(figures.sent_per_second, figures.sent as f64 / 60.0, "{kind}");
    }
    let bytes: u64 = run.result.messages.iter().map(|figures| figures.bytes_sent).sum();
    let per_node = run.result.node_traffic;
    assert_eq!(per_node.bytes_sent_per_second, bytes as f64 / 60.0 / 300.0);
    assert_eq!(per_node.bytes_received_per_second, per_node.bytes_sent_per_second);
}

#[test]
fn pings_have_their_size() {
    let settings = ["kademlia.questionable_after=0s", "kademlia.k=4"];
    let run = still(&[LOOKUPS], &settings);
    for (kind, size) in [("ping", 28 + 58), ("pong", 28 + 49)] {
        let figures = message(&run, kind);
        assert!(figures.sent > 500, "{kind}: {}", figures.sent);
        assert_eq!(figures.bytes_sent, figures.sent * size, "{kind}");
        assert_eq!(figures.bytes_delivered, figures.delivered * size, "{kind}");
    }
}

/// Each packet is lost with probability p on its own; a request times out if it or its response
/// is lost, with q = 1 - (1 - p)^2; one that is sent again times out twice with q^2. In strict
/// rounds every request of a lookup has ended when the lookup has.
#[test]
fn loss_is_binomial_and_times_out_requests() {
    for (rate, retries) in [(0.02, 0), (0.2, 0), (0.2, 1)] {
        let run = still(
            &[LOOKUPS],
            &[
                "kademlia.parallelism=strict",
                &format!("kademlia.retries={retries}"),
                &format!("network.loss.rate={rate}"),
            ],
        );
        let sent: u64 = run.result.messages.iter().map(|figures| figures.sent).sum();
        let delivered: u64 = run.result.messages.iter().map(|figures| figures.delivered).sum();
        let lost = run.result.drops.total();
        assert_eq!(
            run.result.drops.0,
            [
                ("loss", lost),
                ("uplink-full", 0),
                ("downlink-full", 0),
                ("corrupted", 0),
                ("offline", 0),
                ("unreachable", 0),
                ("undialable", 0),
                ("partition", 0)
            ]
        );
        let (n, band) = (sent as f64, 5.0 * f64::sqrt(sent as f64 * rate * (1.0 - rate)));
        assert!((lost as f64 - n * rate).abs() < band, "{lost} of {sent} at {rate}");
        // Besides the lost ones those under way at either end of the measurement are missing.
        assert!((sent - lost).abs_diff(delivered) < sent / 200, "{sent} {lost} {delivered}");

        let rows = operations(&run, OperationKind::Lookup);
        let requests: u32 = rows.iter().map(|row| row.requests).sum();
        let timeouts: u32 = rows.iter().map(|row| row.timeouts).sum();
        let q = 1.0 - (1.0 - rate) * (1.0 - rate);
        let (mean, square) = if retries == 0 { (q, q) } else { (q + q * q, q + 3.0 * q * q) };
        let expected = f64::from(requests) * mean;
        let band = 5.0 * f64::sqrt(f64::from(requests) * (square - mean * mean));
        assert!((f64::from(timeouts) - expected).abs() < band, "{timeouts}, not {expected}");
        // A round ends 100 ms after it began, or after one or two time-outs of 1 s.
        let second = Duration::from_secs(1);
        for row in rows {
            let longest = (second * (1 + retries)).max(L * 2) * u64::from(row.rounds);
            assert!(row.latency() >= L * 2 * u64::from(row.rounds) && row.latency() <= longest);
            let slow = second * u64::from(row.timeouts > 0);
            assert!(row.latency() >= slow, "{row:?}");
        }
    }
}

/// Whatever happens to a packet is counted once: over a whole run with loss, narrow links,
/// nodes that leave and nodes that cannot be dialled, what was sent was delivered, was dropped for a reason, or is under way.
#[test]
fn every_packet_is_accounted_for() {
    let link = "uplink=\"60 kbit/s\",downlink=\"60 kbit/s\",queue=\"2 KiB\"";
    let hidden = format!("{{name=\"hidden\",share=0.2,dialable=false,{link}}}");
    let run = still(
        &[
            LOOKUPS,
            RECORDS,
            "[churn]\nmodel = \"lifetime\"\nlifetime_mean = \"2m\"\ndeadtime_mean = \"2m\"",
        ],
        &[
            "network.loss.rate=0.05",
            &format!("nodes.class=[{{name=\"open\",share=0.8,{link}}}, {hidden}]"),
        ],
    );
    let (sent, under_way) = accounts(&run);
    // Of 81 s, a packet is under way for 50 ms and for 0.3 s at either link at most.
    assert!(under_way < sent / 100, "{under_way} of {sent} are unaccounted for");
    // Nothing is damaged or cut off here, and without an underlay there is a way to everyone.
    let others = ["corrupted", "unreachable", "partition"];
    for (reason, count) in run.result.drops.0.iter().filter(|(name, _)| !others.contains(name)) {
        assert!(*count > 100, "{count} packets are dropped for {reason}");
    }
}

#[test]
fn those_who_stay_are_online() {
    let run = still(&[LOOKUPS], &[]);
    let network = run.result.network;
    assert_eq!((network.nodes, network.online_mean, network.online_end), (300, 300.0, 300));
    assert_eq!(network.theoretical_maximum, 300 * 299 / 2);
    assert_eq!(network.strongly_connected_components, 1);
    assert_eq!(network.largest_component_share, 1.0);
    assert!(run.series.samples.iter().all(|sample| sample.online == 300));
    assert_eq!(run.series.samples.iter().map(|sample| sample.joins).sum::<u64>(), 300);
}

/// Sessions and absences of a minute each: half of the nodes are online. A node's indicator has
/// the variance p (1 - p) and the correlation time 1 / (1/60 + 1/60) = 30 s, so the mean of 400
/// nodes over 10 min has the deviation sqrt(2 * 0.25 * 30 / 600 / 400) = 0.008.
#[test]
fn half_of_the_nodes_are_online_if_sessions_are_as_long_as_absences() {
    let run = still(
        &["[churn]\nmodel = \"lifetime\"\nlifetime_distribution = \"exponential\"\n\
           lifetime_mean = \"1m\"\ndeadtime_mean = \"1m\"\ngraceful_leave_probability = 0.3"],
        &["nodes.count=400", "phases.measurement=10m", "workload.0.rate=0.001/s"],
    );
    let share = run.result.network.online_mean / 400.0;
    assert!((share - 0.5).abs() < 4.0 * 0.008, "{share}");
    let (mut online, mut left, mut crashed) = (0i64, 0, 0);
    for sample in &run.series.samples {
        online += sample.joins as i64 - sample.leaves as i64 - sample.crashes as i64;
        assert_eq!(online, sample.online as i64, "at {:?}", sample.time);
        left += sample.leaves;
        crashed += sample.crashes;
    }
    // 400 nodes leave every two minutes, for 10 min and 21 s.
    let departures = (left + crashed) as f64;
    assert!((departures - 400.0 * 621.0 / 120.0).abs() < 5.0 * 46.0, "{departures}");
    let graceful = left as f64 / departures;
    assert!((graceful - 0.3).abs() < 5.0 * f64::sqrt(0.21 / departures), "{graceful}");
    assert_eq!(run.result.network.online_end, online as u64);
}

/// What was put is found by everyone, and held by the k closest.
#[test]
fn records_are_found_everywhere_and_held_k_times() {
    for bootstrap in ["warm", "organic"] {
        let run = still(
            &[RECORDS],
            &[&format!("nodes.bootstrap={bootstrap}"), "workload.0.records_per_node=2"],
        );
        all_succeed(&run, OperationKind::Get);
        let records = run.result.records.clone();
        assert_eq!((records.published, records.alive), (600, 600));
        match bootstrap {
            "warm" => assert_eq!(records.replicas_mean, 20.0),
            _ => assert!((19.5..=20.0).contains(&records.replicas_mean), "{records:?}"),
        }
        let last = run.series.samples.last().expect("a run ends with a sample");
        assert_eq!(last.records_alive, 600);
    }
}

#[test]
fn providers_are_found_everywhere() {
    let run = still(&[ITEMS], &[]);
    all_succeed(&run, OperationKind::FindProviders);
    let rows = operations(&run, OperationKind::FindProviders);
    assert!(rows.iter().all(|row| row.found == 1), "each item has one provider");
    assert_eq!(run.result.records.published, 300);
}

/// Nodes that joined through the protocol: everyone reaches everyone and lookups are right.
#[test]
fn an_organic_network_is_whole() {
    let run = still(
        &[LOOKUPS],
        &["nodes.bootstrap=organic", "phases.init=1m", "phases.transition=1m", "nodes.count=500"],
    );
    let lookups = figures(&run, OperationKind::Lookup);
    assert!(lookups.exact_share > Some(0.99), "{:?}", lookups.exact_share);
    assert_eq!(lookups.success, lookups.count);
    assert_eq!(run.result.network.strongly_connected_components, 1);
    assert_eq!(run.result.network.largest_component_share, 1.0);
}

/// How the tables were filled makes no difference to what is measured afterwards, if all nodes
/// are of one age. Where they join one after the other, buckets keep the oldest (paper, section
/// 2.2): everyone knows the same few, the youngest are known to few, and the way to these is
/// longer by a fraction of a hop, which tables drawn evenly do not show.
#[test]
fn warm_tables_are_as_the_protocol_leaves_them() {
    let measure = |bootstrap: &str, init: &str| {
        let run = still(
            &[LOOKUPS],
            &[
                &format!("nodes.bootstrap={bootstrap}"),
                &format!("phases.init={init}"),
                "nodes.count=1000",
                "kademlia.k=8",
                "kademlia.refresh_interval=1h",
                "phases.transition=10m",
            ],
        );
        let rows = operations(&run, OperationKind::Lookup);
        let hops = mean_and_error(&rows, |row| row.hops);
        (run.result.tables.contacts_mean, hops)
    };
    let (warm, (warm_hops, warm_error)) = measure("warm", "0s");
    for (init, longer) in [("0s", 0.0), ("2m", 0.25)] {
        let (organic, (organic_hops, organic_error)) = measure("organic", init);
        assert!((organic / warm - 1.0).abs() < 0.05, "{organic} contacts, not {warm}");
        let band = 4.0 * f64::hypot(warm_error, organic_error);
        let expected = warm_hops + longer;
        assert!((organic_hops - expected).abs() < band, "{organic_hops}, not {expected} +- {band}");
    }
}

/// One request at a time, so that a lookup is a chain: each request of 122 bytes and each
/// response of 88 + 26 * 8 bytes passes an uplink and a downlink on its way.
#[test]
fn links_add_the_time_to_serialise() {
    let chain = ["kademlia.alpha=1", "kademlia.k=8", "workload.0.total_rate=0.5/s"];
    let bits = (122 + 88 + 26 * 8) * 8;
    let cases = [
        (["uplink=1 Mbit/s", "downlink=unlimited"], 1_000),
        (["uplink=unlimited", "downlink=500 kbit/s"], 2_000),
        (["uplink=1 Mbit/s", "downlink=500 kbit/s"], 3_000),
    ];
    for (links, nanos_per_bit) in cases {
        let links = links.map(|link| format!("nodes.class.0.{link}"));
        let run = still(&[LOOKUPS], &[&chain[..], &[&links[0], &links[1]]].concat());
        let rows = operations(&run, OperationKind::Lookup);
        assert!(rows.len() > 20);
        for row in rows {
            let serialisation = Duration::from_nanos(bits * nanos_per_bit);
            let expected = (L * 2 + serialisation) * u64::from(row.rounds);
            assert_eq!(row.latency(), expected, "{links:?}: {row:?}");
        }
        assert_eq!(run.result.drops.total(), 0);
    }
}

/// 21 nodes that know each other: a lookup asks all 20 others at once, 20 * 122 bytes. Of these
/// 16 fit into a queue of 2 KiB, the first of them being sent already; four are dropped.
#[test]
fn a_full_uplink_drops_what_does_not_fit() {
    let run = still(
        &[LOOKUPS],
        &[
            "nodes.count=21",
            "nodes.class.0.uplink=1 Mbit/s",
            "nodes.class.0.queue=2 KiB",
            "kademlia.alpha=20",
            "kademlia.parallelism=strict",
            "kademlia.failures_before_eviction=60",
            "workload.0.total_rate=0.2/s",
            "workload.0.arrivals=fixed",
            "phases.measurement=2m",
        ],
    );
    let rows = operations(&run, OperationKind::Lookup);
    assert!(rows.len() >= 10);
    assert!(rows.iter().all(|row| (row.requests, row.timeouts, row.found) == (20, 4, 16)));
    let drops = &run.result.drops.0;
    let full = drops.iter().find(|(reason, _)| *reason == "uplink-full").expect("it is listed").1;
    let begun = full / 4;
    assert!((rows.len() as u64..=rows.len() as u64 + 1).contains(&begun) && full % 4 == 0);
    assert_eq!(run.result.drops.total(), full);
}

/// Without anyone who publishes again, records go when their time has come, whether their
/// holders replicate them or not: a copy keeps the age of its record.
#[test]
fn records_that_nobody_publishes_again_expire() {
    for replication in ["never", "8s"] {
        let run = still(
            &[RECORDS],
            &["kademlia.record_expiry=40s", &format!("kademlia.replicate_interval={replication}")],
        );
        let records = run.result.records.clone();
        assert_eq!((records.published, records.alive, records.replicas_mean), (300, 0, 0.0));
        // Published by second 11 of the run, gone by second 51 and a little.
        for sample in &run.series.samples {
            let second = sample.time.as_secs_f64();
            let alive = sample.records_alive;
            assert!(!(12.0..=41.0).contains(&second) || alive == 300, "{alive} at {second}");
            assert!(second < 53.0 || alive == 0, "{alive} at {second}");
        }
        let rows = operations(&run, OperationKind::Get);
        for row in rows {
            let ended = row.finished.as_secs_f64();
            match row.outcome {
                Outcome::Success => assert!(ended < 53.0, "{row:?}"),
                Outcome::Gone => assert!(ended > 41.0, "{row:?}"),
                _ => assert!((41.0..53.0).contains(&ended), "{row:?}"),
            }
        }
    }
}

#[test]
fn records_that_are_published_again_live() {
    let settings = ["kademlia.record_expiry=20s", "kademlia.republish_interval=12s"];
    let run = still(&[RECORDS], &settings);
    assert_eq!((run.result.records.alive, run.result.records.replicas_mean), (300, 20.0));
    all_succeed(&run, OperationKind::Get);
    all_succeed(&run, OperationKind::Republish);
}

#[test]
fn providers_that_fall_silent_are_forgotten() {
    let settings = ["kademlia.provider_expiry=30s", "kademlia.provider_republish_interval=never"];
    let run = still(&[ITEMS], &settings);
    let rows = operations(&run, OperationKind::FindProviders);
    for row in &rows {
        let ended = row.finished.as_secs_f64();
        assert!(row.outcome == Outcome::Success || ended > 31.0, "{row:?}");
        assert!(row.outcome != Outcome::Success || ended < 43.0, "{row:?}");
    }
    let settings = ["kademlia.provider_expiry=30s", "kademlia.provider_republish_interval=20s"];
    all_succeed(&still(&[ITEMS], &settings), OperationKind::FindProviders);
}

/// Half of the nodes are online, for 8 min on average. Of 8 holders at least one outlives 20 min
/// with 1 - (1 - exp(-20/8))^8 = 49 %, somewhat more for records whose publishers come later.
/// Replication makes up for holders that are lost. One that leaves in good order hands its
/// records over, but only once, and perhaps to a contact that has left as well.
#[test]
fn replication_and_good_leaves_keep_records_alive() {
    let alive = |replication: &str, graceful: &str| {
        let run = still(
            &[
                &RECORDS.replace("0.1/s", "0.001/d"),
                "[churn]\nmodel = \"lifetime\"\nlifetime_distribution = \"exponential\"\n\
                 lifetime_mean = \"8m\"\ndeadtime_mean = \"8m\"",
            ],
            &[
                "kademlia.k=8",
                "kademlia.refresh_interval=2m",
                "phases.measurement=20m",
                &format!("churn.graceful_leave_probability={graceful}"),
                &format!("kademlia.replicate_interval={replication}"),
            ],
        );
        let records = run.result.records.clone();
        assert!(records.published > 250, "{records:?}");
        records.alive as f64 / records.published as f64
    };
    let crashes = alive("never", "0.0");
    assert!((0.4..0.7).contains(&crashes), "{crashes}");
    let replicated = alive("1m", "0.0");
    assert!(replicated > 0.95 && replicated > crashes + 0.2, "{replicated} and {crashes}");
    let handed_over = alive("never", "1.0");
    assert!(handed_over > crashes + 0.2, "{handed_over} and {crashes}");
}

/// What is counted is asked for as often as it says, and when it says: 4 lookups of each of 300
/// nodes at one instant, 30 of all of them one every two seconds.
#[test]
fn counted_lookups_are_as_many_as_the_scenario_says() {
    let lookups = |amount: &str| {
        let workload = format!("[[workload]]\nkind = \"lookup\"\n{amount}\n");
        operations(&still(&[&workload], &[]), OperationKind::Lookup)
    };
    let start = Duration::from_secs(21);
    let all = lookups("count = 4\narrivals = \"at-once\"");
    assert_eq!(all.len(), 1_200);
    assert!(all.iter().all(|lookup| lookup.started == Instant::ZERO + start));
    let mut of_a_node = all.iter().filter(|lookup| lookup.node == all[0].node);
    assert_eq!(of_a_node.by_ref().count(), 4);

    let mut instants: Vec<_> =
        lookups("total_count = 30\narrivals = \"fixed\"").iter().map(|one| one.started).collect();
    instants.sort_unstable();
    let expected = (0..30).map(|i| Instant::ZERO + start + Duration::from_secs(2) * i);
    assert!(instants.iter().copied().eq(expected), "{instants:?}");

    // Some of the last ones are still under way at the end.
    let drawn = lookups("count = 4\narrivals = \"poisson\"").len();
    assert!((1_150..=1_200).contains(&drawn), "{drawn}");
    let drawn = lookups("total_count = 500").len();
    assert!((480..=500).contains(&drawn), "{drawn}");
}

/// Under `bootstrap = "random"` a node begins with the contacts that it is given and nobody joins;
/// from 25 of them, lookups still find their way.
#[test]
fn random_contacts_are_enough_to_find_others() {
    let settings = ["nodes.bootstrap=random", "nodes.contacts=25"];
    let workload = "[[workload]]\nkind = \"lookup\"\ncount = 4\narrivals = \"at-once\"\n";
    let text = format!("{STILL}\n{workload}");
    let scenario = scenario(&text, &settings);
    let settled = runner::settle(&scenario, Seed(scenario.seed));
    for node in settled.nodes() {
        let contacts = settled.node(node).expect("it is online").table().len();
        assert!((20..=25).contains(&contacts), "{contacts}");
    }
    let run = run(&scenario);
    let found = figures(&run, OperationKind::Lookup);
    assert_eq!(found.count, 1_200);
    assert!(found.success_rate > 0.9, "{}", found.success_rate);
}

#[test]
fn nodes_that_join_evenly_come_one_after_another() {
    let scenario = scenario(
        "[nodes]\ncount = 10\njoins = \"even\"\n[phases]\ninit = \"20s\"\ntransition = \"1s\"\n\
         measurement = \"1s\"\n[output]\nsample_interval = \"1s\"\n",
        &[],
    );
    let run = run(&scenario);
    let online = |second: u64| {
        let at = |sample: &&kadsim::metrics::Sample| {
            sample.time == Instant::ZERO + Duration::from_secs(second)
        };
        run.series.samples.iter().find(at).expect("there is a sample each second").online
    };
    // One each two seconds, the first at once.
    for second in (1..20).step_by(2) {
        assert_eq!(online(second), second.div_ceil(2), "after {second} s");
    }
    assert_eq!(online(22), 10);
}
