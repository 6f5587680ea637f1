//! Faults: what is taken, and what the user is told of those that are wrong.

use super::parse;
use super::random::lengths;
use crate::network::faults::config::{Direction, FaultConfig, FaultKind, Sides, Ways, Whom};
use crate::time::{Duration, Instant};
use proptest::prelude::*;

fn fault(keys: &str) -> String {
    format!("[network.latency]\nmodel = \"regions\"\n[[fault]]\n{keys}\n")
}

#[test]
fn a_fault_has_a_time_and_nodes() {
    let keys = r#"
        kind = "partition"
        at = "1m"
        for = "30s"
        groups = [["0..9", 12], [11]]
        direction = "out"
        [[fault]]
        kind = "degradation"
        name = "cable"
        at = "2m"
        until = "3m"
        from = "europe"
        to = "default"
        loss = 0.5
        [[fault]]
        kind = "crash"
        at = "4m"
        class = "default""#;
    let scenario = parse(&fault(keys), &[]).unwrap_or_else(|error| panic!("{error}"));
    let [cut, cable, crash] = &scenario.network.faults[..] else { panic!("three faults") };
    let at = |seconds| Instant::ZERO + Duration::from_secs(seconds);
    assert_eq!((cut.name.as_str(), cut.at, cut.until), ("partition", at(60), Some(at(90))));
    let sides = Sides::Groups(vec![vec![0..=9, 12..=12], vec![11..=11]]);
    assert_eq!(cut.kind, FaultKind::Partition { sides, direction: Direction::Out });
    assert_eq!((cable.name.as_str(), cable.until), ("cable", Some(at(180))));
    assert!(matches!(
        &cable.kind,
        FaultKind::Degradation { ways: Ways::Between { direction: Direction::Both, .. }, .. }
    ));
    assert_eq!(crash.kind, FaultKind::Crash(Whom::Class("default".to_owned())));
    assert_eq!((crash.until, crash.end()), (None, Instant::FAR_FUTURE));
}

/// Keys of a fault beside what the message says.
const CASES: &[(&str, &str)] = &[
    ("at = \"1s\"", "`fault.0.kind` is missing: it takes \"partition\" or"),
    ("kind = \"crash\"", "`fault.0.at` is missing: it takes a virtual time from 0s to before 12m"),
    ("kind = \"crash\"\nat = \"12m\"", "`fault.0.at` cannot be \"12m\": allowed is a virtual time"),
    ("kind = \"crash\"\nat = \"1m\"", "names no nodes: give one of share, region, class or nodes"),
    ("kind = \"crash\"\nat = \"1m\"\nshare = 0.5\nclass = \"default\"", "has both share and class"),
    (
        "kind = \"crash\"\nat = \"1m\"\nshare = 1\nfor = \"1m\"\nuntil = \"3m\"",
        "`fault.0` has both for (1m) and until (3m): give one of them",
    ),
    (
        "kind = \"crash\"\nat = \"1m\"\nshare = 1\nuntil = \"1m\"",
        "`fault.0.until` cannot be \"1m\": allowed is a virtual time after 1m",
    ),
    (
        "kind = \"crash\"\nat = \"1m\"\nshare = 1\ndelay = \"1s\"",
        "belongs to kind slow-nodes; this one is crash and takes name, at, for, until, share",
    ),
    ("kind = \"crash\"\nat = \"1m\"\nclass = \"defualt\"", "(did you mean default?)"),
    ("kind = \"outage\"\nat = \"1m\"\nregion = \"europ\"", "(did you mean europe?)"),
    ("kind = \"crash\"\nat = \"1m\"\nnodes = [\"0..1000\"]", "none twice, from 0 to 999"),
    ("kind = \"crash\"\nat = \"1m\"\nnodes = [\"9..1\"]", "`fault.0.nodes.0` cannot be \"9..1\""),
    ("kind = \"partition\"\nat = \"1m\"\ngroups = [[1], [1]]", "none twice, from 0 to 999"),
    ("kind = \"partition\"\nat = \"1m\"\ngroups = [[1]]", "a list of 2 to 64 lists of nodes"),
    ("kind = \"degradation\"\nat = \"1m\"", "`fault.0` degrades nothing"),
    (
        "kind = \"degradation\"\nat = \"1m\"\nloss = 0.1\nfrom = \"europe\"",
        "`fault.0.to` is missing: it takes the name of a class or region of nodes",
    ),
    ("kind = \"timer-skew\"\nat = \"1m\"\nskew = 1", "a number above 0 and up to 0.9"),
    ("kind = \"slow-nodes\"\nat = \"1m\"", "a length of time above 0s and up to 1h"),
];

#[test]
fn of_a_wrong_fault() {
    for (keys, expected) in CASES {
        let error = parse(&fault(keys), &[]).expect_err(keys);
        assert!(error.message.contains(expected), "{keys}\n{}", error.message);
    }
    let text = "[[fault]]\nkind = \"outage\"\nat = \"1m\"\nregion = \"europe\"\n";
    let error = parse(text, &[]).expect_err("there are no regions");
    assert!(error.message.contains("needs `network.latency.model` = \"regions\""), "{error}");
}

#[test]
fn clocks_neither_stand_still_nor_run_away() {
    let skew = "kind = \"timer-skew\"\nat = \"1m\"\nskew = 0.5";
    let two = format!("{}[[fault]]\n{skew}\n", fault(skew));
    let error = parse(&two, &[]).expect_err("0.5 and 0.5 are too much");
    assert!(error.message.contains("sum to 1: at most 0.9"), "{error}");
    let error = parse(&fault(skew), &["phases.measurement=700days"]).expect_err("too long");
    assert!(error.message.contains("which is the most"), "{error}");
}

/// Faults of 100 seconds and of networks of any size, one node included.
pub(super) fn faults() -> impl Strategy<Value = Vec<FaultConfig>> {
    let millis = || lengths(Duration::from_millis(1), Duration::from_secs(100));
    let whom = || {
        prop_oneof![
            (0.0..=1.0).prop_map(Whom::Share),
            Just(Whom::Nodes(vec![0..=0])),
            Just(Whom::Class("class \"0\"".to_owned())),
        ]
    };
    let any = || prop_oneof![1 => Just(Whom::All), 3 => whom()];
    let direction =
        || prop_oneof![Just(Direction::Both), Just(Direction::Out), Just(Direction::In)];
    let ways = prop_oneof![
        (any(), direction()).prop_map(|(whom, direction)| Ways::Of(whom, direction)),
        Just(Ways::Between {
            from: "class \"0\"".to_owned(),
            to: "class \"0\"".to_owned(),
            direction: Direction::Out,
        }),
    ];
    let limit = proptest::option::of(1u64..1 << 40);
    let kind = prop_oneof![
        (whom(), direction()).prop_map(|(whom, direction)| {
            FaultKind::Partition { sides: Sides::Apart(whom), direction }
        }),
        (ways, millis(), 0.0..=1.0, limit).prop_map(|(ways, latency, loss, bandwidth)| {
            FaultKind::Degradation { ways, latency, loss, bandwidth }
        }),
        whom().prop_map(FaultKind::Crash),
        whom().prop_map(FaultKind::FlashCrowd),
        (any(), millis()).prop_map(|(whom, delay)| FaultKind::SlowNodes { whom, delay }),
        (any(), 0.001..=0.2).prop_map(|(whom, skew)| FaultKind::TimerSkew { whom, skew }),
    ];
    let fault = ("\\PC{1,40}", millis(), proptest::option::of(millis()), kind);
    let fault = fault.prop_map(|(name, at, length, kind)| {
        let at = Instant::ZERO + at;
        FaultConfig { name, at, until: length.map(|length| at + length), kind }
    });
    proptest::collection::vec(fault, 0..4)
}
