//! Defaults, settings and what is printed.

use super::parse;
use crate::kademlia::params::{Params, Stop};
use crate::network::config::{ClassConfig, LatencyModel, LossConfig, NetworkConfig, RegionsConfig};
use crate::scenario::{
    Bootstrap, CheckerConfig, Joins, Nodes, OutputConfig, Phases, PlotFormat, Preset, Scenario,
    VerdictConfig, starter,
};
use crate::time::{Duration, Instant};
use crate::workload::config::{
    Amount, Arrivals, ChurnConfig, LengthDistribution, WorkloadConfig, WorkloadKind,
};
use std::collections::BTreeMap;
use std::path::Path;

const SMALLEST: &str = "[nodes]\ncount = 10\n";

#[test]
fn everything_has_a_default() {
    let minute = Duration::from_secs(60);
    let expected = Scenario {
        name: "s".to_owned(),
        description: String::new(),
        seed: 42,
        phases: Phases { init: minute, transition: minute, measurement: minute * 10 },
        nodes: Nodes {
            count: 10,
            bootstrap: Bootstrap::Organic,
            joins: Joins::Drawn,
            contacts: 3,
            address_groups: None,
        },
        topology: None,
        preset: Preset::Paper,
        kademlia: Params::paper(),
        network: NetworkConfig::of_latency(
            LatencyModel::LogNormal { median: Duration::from_millis(50), sigma: 0.5 },
            vec![ClassConfig::unlimited("default")],
        ),
        churn: ChurnConfig::None,
        class_churn: BTreeMap::new(),
        workloads: vec![WorkloadConfig {
            kind: WorkloadKind::Lookup,
            amount: Amount::Rate(0.02),
            arrivals: Arrivals::Poisson,
        }],
        checker: CheckerConfig { lookups: 1.0, tables: 0.01 },
        verdict: VerdictConfig::default(),
        output: OutputConfig {
            plots: vec![PlotFormat::Svg, PlotFormat::Png],
            sample_interval: Duration::from_secs(6),
            operations_limit: 100_000,
        },
        attacks: Vec::new(),
        snapshots: vec![],
    };
    assert_eq!(parse(SMALLEST, &[]), Ok(expected));
}

#[test]
fn the_complete_scenario_is_printed_in_the_notation_of_the_file() {
    let scenario = parse(SMALLEST, &["network.latency.model=regions"]).unwrap();
    insta::assert_snapshot!(scenario.to_toml());
}

#[test]
fn json_holds_the_same_values_in_the_same_order() {
    let scenario = parse(SMALLEST, &[]).unwrap();
    let json = serde_json::to_string(&scenario).unwrap();
    let start =
        r#"{"name":"s","description":"","seed":42,"phases":{"init":"1m","transition":"1m","#;
    assert!(json.starts_with(start), "{json}");
    assert!(json.contains(r#""loss":{"model":"none"}},"churn""#), "{json}");
}

#[test]
fn the_starter_holds_the_defaults() {
    let written = parse(starter(), &[]).unwrap();
    assert_eq!(written, parse("", &[]).unwrap());
}

#[test]
fn what_the_starter_leaves_in_comments_is_allowed_too() {
    let text = "[network.latency]\nmodel = \"regions\"\n[[network.latency.region]]\n\
        name = \"europe\"\nshare = 1.0\ndelays = { europe = \"10ms\" }\n[network.loss]\n\
        model = \"gilbert-elliott\"\ngood_to_bad = 0.0025\nbad_to_good = 0.25\n\
        loss_in_good = 0.0\nloss_in_bad = 1.0\n[[network.loss.link]]\nfrom = \"default\"\n\
        to = \"europe\"\nrate = 0.05\n[churn]\nmodel = \"lifetime\"\n";
    let scenario = parse(text, &[]).unwrap();
    let regions = RegionsConfig {
        names: vec!["europe".to_owned()],
        shares: vec![1.0],
        delays: vec![Duration::from_millis(10)],
    };
    assert_eq!(scenario.network.latency.model, LatencyModel::Regions(regions));
    assert_eq!(scenario.network.loss_links.len(), 1);
    assert!(matches!(scenario.churn, ChurnConfig::Lifetime { .. }));
}

#[test]
fn every_scenario_that_comes_along_parses_and_says_what_it_shows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut names = Vec::new();
    let entries = |folder: &Path| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = entries(&folder).chain(entries(&folder.join("peers"))).map(|entry| entry.path());
    let matrix = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(matrix.path(), "0 10\n10 0\n").unwrap();
    let matrix = format!("network.latency.file={}", matrix.path().display());
    for path in files.filter(|path| path.is_file()) {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# "), "{} opens with a comment", path.display());
        // Its matrix does not come along.
        let needed = path.ends_with("planetlab.toml").then(|| matrix.parse().unwrap());
        let loaded = Scenario::load(&path, needed.as_slice());
        let scenario = loaded.unwrap_or_else(|error| panic!("{error}"));
        assert!(!scenario.description.is_empty(), "{}", path.display());
        let stem = path.file_stem().unwrap().to_str().unwrap();
        assert_eq!(scenario.name, stem);
        assert_eq!(parse(&scenario.to_toml(), &[]), Ok(scenario.clone()));
        names.push(scenario.name);
    }
    for name in
        ["churn-kad", "lossy-wan", "mainline-10k", "quickstart", "shadow-gml", "pydht-lookups"]
    {
        assert!(names.iter().any(|found| found == name), "{name}");
    }
}

#[test]
fn settings_reach_tables_lists_and_what_is_not_in_the_file() {
    let text = "[[workload]]\nrate = \"1/s\"\n[[nodes.class]]\nname = \"a\"\nshare = 0.5\n\
        [[nodes.class]]\nname = \"b\"\nshare = 0.5\n";
    let settings = [
        "nodes.count=500",
        "workload.0.rate=6/min",
        "workload.1.kind=put-get",
        "nodes.class.0.share=0.25",
        "nodes.class.1.share = 0.75",
        "network.loss.rate=0.1",
        "phases.init=90s",
        "output.plots=[\"png\"]",
        "kademlia.stop=no-closer",
        "seed=1",
        "seed=7",
    ];
    let scenario = parse(text, &settings).unwrap();
    assert_eq!(scenario.nodes.count, 500);
    assert_eq!(scenario.workloads[0].amount, Amount::Rate(0.1));
    assert!(matches!(scenario.workloads[1].kind, WorkloadKind::PutGet { .. }));
    let shares: Vec<f64> = scenario.network.classes.iter().map(|class| class.share).collect();
    assert_eq!(shares, [0.25, 0.75]);
    assert_eq!(scenario.network.loss, LossConfig::Bernoulli { rate: 0.1 });
    assert_eq!(scenario.phases.init, Duration::from_secs(90));
    assert_eq!(scenario.output.plots, [PlotFormat::Png]);
    assert_eq!(scenario.kademlia.stop, Stop::NoCloser);
    assert_eq!(scenario.seed, 7, "the last setting holds");
}

#[test]
fn a_setting_that_chooses_a_model_displaces_the_keys_of_the_others() {
    let text = "[churn]\nmodel = \"lifetime\"\nlifetime_mean = \"1h\"\nlifetime_shape = 0.5\n\
        [network]\nlatency = { model = \"uniform\", min = \"1ms\", max = \"2ms\" }\n\
        [[workload]]\nkind = \"put-get\"\nrate = \"1/s\"\npopularity = \"zipf\"\nexponent = 1\n";
    let settings = [
        "churn.model=none",
        "network.latency.model=constant",
        "network.latency.delay=3ms",
        "workload.0.kind=lookup",
        "workload.0.total_rate=5/s",
        "nodes.count=10",
    ];
    let scenario = parse(text, &settings).unwrap();
    assert_eq!(scenario.churn, ChurnConfig::None);
    let delay = Duration::from_millis(3);
    assert_eq!(scenario.network.latency.model, LatencyModel::Constant { delay });
    assert_eq!(scenario.workloads[0].kind, WorkloadKind::Lookup);
    assert_eq!(scenario.workloads[0].amount, Amount::Rate(0.5));
    assert!(parse(text, &["churn.lifetime_distribution=exponential"]).is_ok());
    let scenario = parse(text, &["workload.0.count=4", "workload.0.arrivals=at-once"]).unwrap();
    assert_eq!(scenario.workloads[0].amount, Amount::PerNode(4));
    let scenario = parse(&scenario.to_toml(), &["workload.0.total_count=2_000"]).unwrap();
    assert_eq!(scenario.workloads[0].amount, Amount::Total(2_000));
}

/// The grid of a sweep is laid over what the command line says.
#[test]
fn a_choice_that_a_later_setting_takes_back_displaces_nothing() {
    let text = "[churn]\nmodel = \"lifetime\"\nlifetime_mean = \"7h\"\n";
    let of_file = parse(text, &[]).unwrap().churn;
    assert_eq!(parse(text, &["churn.model=none", "churn.model=lifetime"]).unwrap().churn, of_file);
    let whole = "churn={model=\"lifetime\", lifetime_mean=\"7h\"}";
    assert_eq!(parse("", &["churn.model=none", whole]).unwrap().churn, of_file);
}

#[test]
fn values_that_follow_k() {
    let params = |settings: &[&str]| parse("", settings).unwrap().kademlia;
    assert_eq!(params(&["kademlia.k=8"]).candidates, 16);
    assert_eq!(params(&["kademlia.k=2"]).beta, 2);
    assert_eq!(params(&["kademlia.k=8", "kademlia.candidates=9"]).candidates, 9);
    let mainline = "kademlia.preset=mainline";
    assert_eq!(params(&[mainline]).candidates, 100);
    assert_eq!(params(&[mainline, "kademlia.k=20"]).candidates, 100);
    assert_eq!(params(&[mainline, "kademlia.k=60"]).candidates, 120);
    assert_eq!(params(&[mainline, "kademlia.request_timeout=1s"]).short_timeout, None);
}

#[test]
fn phases_follow_each_other() {
    let phases = parse("", &[]).unwrap().phases;
    assert_eq!(phases.transition_start(), Instant::from_nanos(60_000_000_000));
    assert_eq!(phases.measurement_start(), Instant::from_nanos(120_000_000_000));
    assert_eq!(phases.end(), Instant::from_nanos(720_000_000_000));
}

#[test]
fn a_matrix_is_found_beside_the_scenario() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rtt.txt"), "0 10\n10 0\n").unwrap();
    let file = folder.path().join("measured.toml");
    let text = "[network.latency]\nmodel = \"matrix\"\nfile = \"rtt.txt\"\nunit = \"us\"\n";
    std::fs::write(&file, text).unwrap();
    let scenario = Scenario::load(&file, &[]).unwrap();
    assert_eq!(scenario.name, "measured");
    let LatencyModel::Matrix(matrix) = &scenario.network.latency.model else {
        panic!("the model is matrix");
    };
    assert_eq!(matrix.matrix.delays[1], Duration::from_micros(5));
    let again = Scenario::parse(&scenario.to_toml(), "x.toml", Path::new(""), &[]);
    assert_eq!(again, Ok(scenario));
}

#[test]
fn seeds_beyond_the_integers_of_toml_are_texts() {
    let scenario = parse("seed = \"18446744073709551615\"\n", &[]).unwrap();
    assert_eq!(scenario.seed, u64::MAX);
    assert_eq!(parse(&scenario.to_toml(), &[]), Ok(scenario));
}

/// Sessions and absences of a preset, and what they say of how long nodes stay.
#[test]
fn presets_of_churn_are_what_was_measured() {
    let of = |keys: &str| {
        let scenario = parse(&format!("[churn]\n{keys}"), &[]).unwrap();
        let ChurnConfig::Lifetime { lifetime, deadtime, .. } = scenario.churn else {
            panic!("a preset says that nodes have lifetimes");
        };
        (lifetime, deadtime)
    };
    let seconds = |law: LengthDistribution| law.mean().as_secs_f64();
    let (lifetime, deadtime) = of("preset = \"kad-2007\"\n");
    let availability = seconds(lifetime) / (seconds(lifetime) + seconds(deadtime));
    assert!((availability - 0.214).abs() < 0.000_5, "{availability}");
    // The median of a Weibull distribution is `scale * ln(2)^(1 / shape)`.
    let tail = |law: LengthDistribution, x: f64| {
        let LengthDistribution::Weibull { shape, .. } = law else { panic!("it is Weibull") };
        let scale = seconds(law) / libm::tgamma(1.0 + 1.0 / shape);
        libm::exp(-libm::pow(x / scale, shape))
    };
    assert!((tail(lifetime, 169.54 * 60.0) - libm::exp(-1.0)).abs() < 1e-9);
    assert!((tail(deadtime, 413.68 * 60.0) - libm::exp(-1.0)).abs() < 1e-9);
    let (lifetime, deadtime) = of("preset = \"ipfs-2022\"\n");
    assert!((tail(lifetime, 7_200.0) - 0.5).abs() < 1e-9);
    assert!((tail(lifetime, 28_800.0) - 0.2).abs() < 1e-9);
    assert_eq!(deadtime, LengthDistribution::Exponential { mean: lifetime.mean() });
    let (lifetime, _) = of("preset = \"bittorrent-debian\"\n");
    assert!((tail(lifetime, 42.4 * 60.0) - libm::exp(-1.0)).abs() < 1e-9);
    // What is written comes before the preset; a shape goes with its distribution.
    let written = "preset = \"kad-2007\"\nlifetime_mean = \"1h\"\n\
                   deadtime_distribution = \"exponential\"\n";
    let (lifetime, deadtime) = of(written);
    let mean = Duration::from_secs(3_600);
    assert_eq!(lifetime, LengthDistribution::Weibull { mean, shape: 0.61511 });
    assert!(matches!(deadtime, LengthDistribution::Exponential { mean } if mean > lifetime.mean()));
    let none = parse("[churn]\npreset = \"kad-2007\"\n", &["churn.model=none"]).unwrap();
    assert_eq!(none.churn, ChurnConfig::None);
}
