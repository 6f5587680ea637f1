//! Nodes that do not keep to the protocol: worlds of known answer, and the formula of S/Kademlia.

use crate::determinism::difference;
use crate::worlds::{arguments, run, scenario};
use kadsim::engine::queue::QueueKind;
use kadsim::metrics::{OperationKind, Outcome};
use kadsim::runner::RunArguments;
use kadsim::runner::resilience::Resilience;
use kadsim::runner::result::RunOutput;

/// Lookups walked hop by hop in a network whose tables stay as they are.
const WALKS: &str = r#"
    phases = { init = "0s", transition = "1ms", measurement = "2m" }
    nodes = { count = 1000, bootstrap = "warm" }
    kademlia = { alpha = 1, failures_before_eviction = 63, replacements = 0, refresh_interval = "1day", request_timeout = "50ms" }
    network.latency = { model = "constant", delay = "20ms" }
    workload = [{ kind = "lookup", total_count = 4000 }]
    attack = [{ kind = "drop", share = 0.2, at = "0s" }]
    output.plots = []
"#;

fn walks(settings: &[&str]) -> (Resilience, RunOutput) {
    let run = run(&scenario(WALKS, settings));
    let resilience = run.result.resilience.clone().expect("there is an attack");
    (resilience, run)
}

/// With one path the share of lookups whose path holds is what the formula makes of the run's own
/// path lengths: over five networks, within four standard errors.
#[test]
fn one_path_holds_as_often_as_the_formula_says() {
    for share in ["0.1", "0.2", "0.3", "0.4"] {
        let of = |seed: u64| walks(&[&format!("attack.0.share={share}"), &format!("seed={seed}")]);
        let networks: Vec<(Resilience, RunOutput)> = (1..=5).map(of).collect();
        for (found, run) in &networks {
            assert!(found.lookups > 2_000, "{} lookups prove little", found.lookups);
            assert_eq!(found.found_adversary_share, Some(0.0), "who drops is never found");
            let attack = &run.result.attacks[0];
            let in_tables = attack.table_share.expect("there are contacts");
            assert!((in_tables - share.parse::<f64>().unwrap()).abs() < 0.02, "{attack:?}");
        }
        let mean = |figure: fn(&Resilience) -> Option<f64>| {
            let figures = networks.iter().map(|(found, _)| figure(found));
            figures.map(|figure| figure.expect("there were lookups")).sum::<f64>() / 5.0
        };
        let (low, high) = (mean(|found| found.unbroken_low), mean(|found| found.unbroken_high));
        let standard_error = (high - low) / (2.0 * 1.96) / 5f64.sqrt();
        let off = mean(|found| found.unbroken_share) - mean(|found| found.expected_share);
        assert!(off.abs() < 4.0 * standard_error, "m = {share}: {off} +- {standard_error}");
    }
}

/// More disjoint paths raise it as the formula says; paths of one lookup come out at different
/// lengths, of which the formula knows only how they are spread.
#[test]
fn disjoint_paths_raise_the_share_as_the_formula_says() {
    let of = |paths: &str| {
        let settings =
            [format!("kademlia.disjoint_paths={paths}"), format!("kademlia.alpha={paths}")];
        walks(&[&settings[0], &settings[1], "attack.0.share=0.3"]).0
    };
    let [one, four, eight] = ["1", "4", "8"].map(of);
    assert_eq!([one.disjoint_paths, four.disjoint_paths, eight.disjoint_paths], [1, 4, 8]);
    for found in [&four, &eight] {
        let (share, expected) = (found.unbroken_share.unwrap(), found.expected_share.unwrap());
        assert!((share - expected).abs() < 0.02, "{found:?}");
    }
    let said = |figure: Option<f64>| figure.expect("there were lookups");
    assert!(said(one.unbroken_high) < said(four.unbroken_low), "{one:?} {four:?}");
    assert!(said(four.unbroken_share) < said(eight.unbroken_share), "{four:?} {eight:?}");
}

#[test]
fn without_an_attack_nothing_is_said_of_it() {
    let plain = WALKS.replace("attack = [{ kind = \"drop\", share = 0.2, at = \"0s\" }]", "");
    let run = run(&scenario(&plain, &[]));
    assert!(run.result.attacks.is_empty() && run.result.resilience.is_none());
}

/// Before it begins and after it has ended an attack changes nothing.
#[test]
fn an_attack_has_a_beginning_and_an_end() {
    let calm = ["attack.0.at=119s", "workload.0.arrivals=at-once", "workload.0.total_count=50"];
    let (found, _) = walks(&calm);
    assert_eq!(found.lookups, 0, "all lookups began before");
    let (found, run) = walks(&["attack.0.until=1ms"]);
    assert_eq!((found.lookups, run.result.drops.total()), (0, 0));
    let lookups = &run.result.operations[0];
    assert_eq!(lookups.timeouts.max, 0, "everyone answers again");
}

/// Nodes that do not exist are asked in vain, and are never found.
#[test]
fn nodes_that_do_not_exist_cost_time_outs() {
    let (found, run) = walks(&["attack.0.kind=nonexistent"]);
    assert!(found.unbroken_share.expect("there were lookups") < 0.9, "{found:?}");
    assert!(run.result.operations[0].timeouts.mean > 1.0);
    assert_eq!(run.result.network.nodes, 1_000, "they are no nodes of the network");
}

/// Who names colluders only brings more of them among those found than there are.
#[test]
fn colluders_crowd_out_others() {
    let (found, _) = walks(&["attack.0.kind=colluders"]);
    assert!(found.found_adversary_share > Some(0.2), "{found:?}");
}

/// Records that are got and put among nodes of which some are adversaries.
const RECORDS: &str = r#"
    phases = { init = "1s", transition = "20s", measurement = "1m" }
    nodes = { count = 60, bootstrap = "warm" }
    kademlia = { k = 8, refresh_interval = "1day" }
    network.latency = { model = "constant", delay = "20ms" }
    workload = [{ kind = "put-get", rate = "0.1/s" }]
    attack = [{ kind = "poison", share = 0.3 }]
    output.plots = []
"#;

fn outcomes(run: &RunOutput, kind: OperationKind) -> impl Fn(Outcome) -> usize {
    let all: Vec<Outcome> =
        crate::worlds::operations(run, kind).iter().map(|op| op.outcome).collect();
    move |outcome| all.iter().filter(|&&other| other == outcome).count()
}

#[test]
fn poisoned_records_are_wrong_results() {
    let run = run(&scenario(RECORDS, &[]));
    let gets = outcomes(&run, OperationKind::Get);
    assert!(gets(Outcome::WrongResult) > 20 && gets(Outcome::Success) > 20);
}

#[test]
fn adversaries_that_provide_nothing_are_wrong_results() {
    let run = run(&scenario(RECORDS, &["workload.0.kind=provide", "kademlia.providers_wanted=1"]));
    assert!(outcomes(&run, OperationKind::FindProviders)(Outcome::WrongResult) > 20);
}

/// The closest to a key are those who chose their keys for it.
#[test]
fn sybils_are_the_closest_to_their_target() {
    for kind in ["sybil", "eclipse-key"] {
        let choose =
            format!("attack=[{{ kind = \"{kind}\", count = 30, target = \"00ff00ff00ff00ff\" }}]");
        let run = run(&scenario(WALKS, &[&choose, "workload.0.total_count=100"]));
        let shares = &run.result.attacks[0].over_time;
        assert!(!shares.is_empty() && shares.iter().all(|at| at.share == Some(1.0)), "{shares:?}");
    }
}

/// Those who want to be the victim's contacts become them; it is the victim that knows them.
#[test]
fn an_eclipsed_node_knows_adversaries() {
    let attack = "attack=[{ kind = \"eclipse-node\", victim = 3, count = 100, rate = \"0.2/s\" }]";
    let random = ["nodes.bootstrap=random", "nodes.contacts=5", "workload.0.total_count=10"];
    let run = run(&scenario(WALKS, &[attack, random[0], random[1], random[2]]));
    let attack = &run.result.attacks[0];
    let last = attack.over_time.last().and_then(|last| last.share).expect("it has contacts");
    assert!(last > 0.8, "{attack:?}");
    assert!(attack.table_share.expect("there are contacts") < 0.5, "{attack:?}");
}

/// Each adversary sends at its rate: so many requests arrive as were sent.
#[test]
fn a_flood_is_as_large_as_its_rate() {
    let quiet = ["workload.0.total_count=1", "nodes.count=100"];
    let sent = |attack: &str| {
        let run = run(&scenario(WALKS, &[attack, quiet[0], quiet[1]]));
        let kind = run.result.messages.iter().find(|figures| figures.kind == "find-node");
        kind.map_or(0, |figures| figures.sent)
    };
    let flood = |rate: &str| {
        sent(&format!(
            "attack=[{{ kind = \"flood\", count = 10, rate = \"{rate}\", victims = 2 }}]"
        ))
    };
    // 10 adversaries, 120 seconds, a request twice or four times a second.
    assert_eq!(flood("4/s") - flood("2/s"), 10 * 120 * 2);
}

/// Attacks repeat, with either queue and any number of threads.
#[test]
fn attacks_repeat() {
    for kind in ["drop", "nonexistent", "colluders", "poison", "flood", "sybil", "eclipse-node"] {
        let text = RECORDS.replace("poison", kind);
        let scenario = scenario(&text, &[]);
        let other = arguments(&scenario, QueueKind::Reference, 3);
        assert_eq!(difference(RunArguments::of(&scenario), other), None, "{kind}");
    }
}

#[test]
fn attacks_are_not_made_on_sockets() {
    let scenario = scenario(RECORDS, &["kademlia.precautions=open"]);
    let watch = &mut |_| std::ops::ControlFlow::Continue(());
    let refused = kadsim::runner::run_on_sockets(&scenario, kadsim::rng::Seed(1), watch);
    let message = refused.expect_err("it is refused").to_string();
    assert!(message.contains("virtual time only"), "{message}");
}
