//! The documentation says what the program does: every key that a scenario or a result has stands
//! in its page, every value of a preset in the table of presets.

use kadsim::kademlia::params::Params;
use kadsim::report::{self, to_json};
use kadsim::runner::{self, RunArguments};
use kadsim::scenario::{Choice, PlotFormat, Scenario, Setting};
use kadsim::units::{Interval, Length};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use toml::{Table, Value};

pub fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The scenario of an empty file with these settings, as TOML.
fn complete(settings: &[String]) -> Table {
    let settings: Vec<Setting> =
        settings.iter().map(|text| text.parse().expect("the setting is well formed")).collect();
    let scenario = Scenario::parse("", "docs.toml", Path::new(""), &settings)
        .unwrap_or_else(|error| panic!("{error}"));
    scenario.to_toml().parse().expect("a printed scenario is TOML")
}

/// Adds every key below `table`, with its table's name as headings write it.
fn collect(name: &str, table: &Table, keys: &mut BTreeSet<(String, String)>) {
    for (key, value) in table {
        let inner = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
        match value {
            // Its keys are names of regions.
            Value::Table(_) if key == "delays" => {}
            Value::Table(below) => {
                collect(&inner, below, keys);
                continue;
            }
            Value::Array(items) if items.iter().any(Value::is_table) => {
                for item in items.iter().filter_map(Value::as_table) {
                    collect(&inner, item, keys);
                }
                if key != "region" {
                    continue;
                }
            }
            _ => {}
        }
        keys.insert((name.to_owned(), key.clone()));
    }
}

/// The cells of a row of a table; `\|` is no border.
pub fn cells(row: &str) -> Vec<String> {
    let row = row.replace("\\|", "\u{0}");
    let inner = row.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect()
}

/// What stands in a cell between backticks, piece by piece.
pub fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// The rows of scenario.md's tables of keys: table and key to all cells.
fn documented_keys() -> BTreeMap<(String, String), Vec<String>> {
    let mut rows = BTreeMap::new();
    let mut table: Option<String> = None;
    for line in page("scenario.md").lines() {
        if line.starts_with('#') {
            table = match line.trim_start_matches("### ") {
                "Top level" => Some(String::new()),
                heading => quoted(heading)
                    .next()
                    .map(|name| name.trim_matches(|c| "[]".contains(c)).to_owned()),
            };
        } else if let (Some(table), true) = (&table, line.starts_with("| `")) {
            let cells = cells(line);
            let key = quoted(&cells[0]).next().expect("the row begins with a key").to_owned();
            assert!(rows.insert((table.clone(), key), cells).is_none(), "twice: {line}");
        }
    }
    rows
}

/// Settings that between them bring up every key of an underlay.
fn underlays(beside: &Path) -> Vec<Vec<String>> {
    let file = beside.with_extension("gml");
    fs::write(&file, "graph [ node [ id 0 ] edge [ source 0 target 0 latency \"1 ms\" ] ]\n")
        .expect("written");
    let graph = |keys: &[&str]| {
        let model = std::iter::once("latency.model=graph");
        model.chain(keys.iter().copied()).map(|key| format!("network.{key}")).collect()
    };
    let mut variants: Vec<Vec<String>> =
        KINDS_OF_GRAPHS.map(|kind| graph(&[&format!("underlay.kind={kind}")])).to_vec();
    let read = format!("underlay.file={}", file.display());
    variants.push(graph(&["underlay.kind=file", &read]));
    variants.push(graph(&["underlay.kind=grid", "underlay.columns=10"]));
    variants.push(graph(&["underlay.kind=erdos-renyi", "underlay.probability=0.5"]));
    let mut pinned: Vec<String> = graph(&["underlay.kind=ring"]);
    pinned.push("nodes.class.0.router='3'".to_owned());
    variants.push(pinned);
    variants
}

/// Settings that between them bring up every key of a topology.
fn topologies(beside: &Path) -> Vec<Vec<String>> {
    let file = beside.with_extension("edges");
    fs::write(&file, "0 1\n").expect("written");
    let graph = |keys: &[&str]| keys.iter().map(|key| format!("topology.{key}")).collect();
    let mut variants: Vec<Vec<String>> =
        KINDS_OF_GRAPHS.map(|kind| graph(&[&format!("kind={kind}")])).to_vec();
    let mut read: Vec<String> = graph(&["kind=file", &format!("file={}", file.display())]);
    read.push("nodes.count=2".to_owned());
    variants.push(read);
    variants.push(graph(&["kind=bootstrap"]));
    variants.push(graph(&["kind=grid", "columns=10"]));
    variants.push(graph(&["kind=erdos-renyi", "probability=0.5"]));
    variants
}

/// Kinds of graphs whose keys all have defaults.
const KINDS_OF_GRAPHS: [&str; 9] = [
    "ring",
    "random",
    "erdos-renyi",
    "random-regular",
    "watts-strogatz",
    "barabasi-albert",
    "tree",
    "waxman",
    "transit-stub",
];

/// Faults that between them have every key but those of an outage.
const FAULTS: [&str; 8] = [
    "kind = \"partition\", share = 0.5",
    "kind = \"partition\", groups = [[1], [2]]",
    "kind = \"degradation\", from = \"default\", to = \"default\", loss = 0.1",
    "kind = \"crash\", class = \"default\"",
    "kind = \"flash-crowd\", nodes = [1]",
    "kind = \"slow-nodes\", delay = \"1s\"",
    "kind = \"timer-skew\", skew = 0.1",
    "kind = \"degradation\", share = 0.5, bandwidth = \"1 kbit/s\"",
];

/// Settings that between them bring up every key.
fn variants(matrix: &Path) -> Vec<Vec<String>> {
    let one = |text: &str| vec![text.to_owned()];
    let mut variants = vec![vec![]];
    for preset in ["paper", "mainline", "go-libp2p", "rust-libp2p"] {
        variants.push(one(&format!("kademlia.preset={preset}")));
    }
    variants.push(one("snapshot.0.at=1s"));
    for kind in ["drop", "flood", "sybil", "eclipse-node"] {
        variants.push(one(&format!("attack.0.kind={kind}")));
    }
    for model in ["constant", "uniform", "lognormal", "coordinates", "regions"] {
        variants.push(one(&format!("network.latency.model={model}")));
    }
    let file = format!("network.latency.file={}", matrix.display());
    variants.push(vec!["network.latency.model=matrix".to_owned(), file]);
    variants.extend(underlays(matrix));
    variants.extend(topologies(matrix));
    variants.push(one("network.loss.model=bernoulli"));
    variants.push(one("network.loss.model=gilbert-elliott"));
    let link = "network.loss.link=[{from = \"default\", to = \"default\", rate = 0.1}]";
    variants.push(one(link));
    for keys in FAULTS {
        variants.push(vec![format!("fault=[{{{keys}, at = \"1s\", until = \"2s\"}}]")]);
    }
    let regions = "network.latency.model=regions".to_owned();
    let outage = "{kind = \"outage\", at = \"1s\", region = \"europe\"}";
    variants.push(vec![regions, format!("fault=[{outage}]")]);
    for distribution in ["weibull", "exponential", "pareto_shifted", "lognormal"] {
        variants.push(vec![
            "churn.model=lifetime".to_owned(),
            format!("churn.lifetime_distribution={distribution}"),
            format!("churn.deadtime_distribution={distribution}"),
        ]);
    }
    let churn = |keys: &[&str]| keys.iter().map(|key| format!("churn.{key}")).collect();
    variants.push(churn(&["model=pareto", "diurnal_amplitude=0.5"]));
    let rates = ["join_rate=1/s", "leave_rate=1/s", "migration_rate=1/s"];
    variants.push(churn(&["model=random", rates[0], rates[1], rates[2]]));
    let trace = matrix.with_extension("trace");
    fs::write(&trace, "0 1 JOIN\n").expect("written");
    variants.push(churn(&["model=trace", &format!("file={}", trace.display())]));
    for amount in ["count", "total_count"] {
        variants.push(one(&format!("workload.0.{amount}=4")));
    }
    for kind in ["lookup", "put-get", "provide", "services", "blocks", "registers"] {
        variants.push(one(&format!("workload.0.kind={kind}")));
    }
    for kind in ["put-get", "provide"] {
        let zipf = "workload.0.popularity=zipf".to_owned();
        variants.push(vec![format!("workload.0.kind={kind}"), zipf]);
    }
    variants
}

#[test]
fn every_key_of_a_scenario_is_documented_and_no_other() {
    let folder = tempfile::tempdir().expect("the system has room for a folder");
    let matrix = folder.path().join("rtt.txt");
    fs::write(&matrix, "0 100\n100 0\n").expect("written");
    let mut keys = BTreeSet::new();
    for settings in variants(&matrix) {
        collect("", &complete(&settings), &mut keys);
    }
    // Printed as `count`.
    keys.insert(("attack".to_owned(), "share".to_owned()));
    // Printed as `until`.
    keys.insert(("fault".to_owned(), "for".to_owned()));
    // Printed as `rate`, and as what it stands for.
    keys.insert(("workload".to_owned(), "total_rate".to_owned()));
    keys.insert(("churn".to_owned(), "preset".to_owned()));
    let documented: BTreeSet<_> = documented_keys().into_keys().collect();
    let missing: Vec<_> = keys.difference(&documented).collect();
    let stale: Vec<_> = documented.difference(&keys).collect();
    assert!(missing.is_empty() && stale.is_empty(), "missing {missing:?}, stale {stale:?}");
}

#[test]
fn the_defaults_of_a_scenario_are_documented() {
    let rows = documented_keys();
    let mut wrong = Vec::new();
    let graph = |kind| {
        let settings = ["network.latency.model=graph".to_owned()].into_iter();
        settings.chain([format!("network.underlay.kind={kind}")]).collect()
    };
    let models = ["churn.model=lifetime", "network.loss.model=gilbert-elliott"];
    let coordinates = "network.latency.model=coordinates";
    let changed = models.into_iter().chain([coordinates]).map(|text| vec![text.to_owned()]);
    let others = changed.chain([vec![]]);
    for settings in others.chain(KINDS_OF_GRAPHS.map(graph)) {
        let scenario = complete(&settings);
        let chosen = |key: &str| !settings.is_empty() && ["model", "kind"].contains(&key);
        let mut keys = BTreeSet::new();
        collect("", &scenario, &mut keys);
        for (table, key) in keys.into_iter().filter(|(_, key)| key != "name" && !chosen(key)) {
            let path = table.split('.').filter(|part| !part.is_empty());
            let found = path.fold(Value::Table(scenario.clone()), |value, part| {
                match value[part].clone() {
                    Value::Array(items) => items[0].clone(),
                    value => value,
                }
            });
            let printed = found[key.as_str()].to_string();
            let default = &rows[&(table.clone(), key.clone())][2];
            if !quoted(default).any(|text| text == printed) {
                wrong.push(format!("{table}.{key} is {printed}, documented as {default}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The fields of a set of parameters as the table of presets names and prints them. Takes the
/// set apart in full, so that a field that is added does not compile until it stands here.
fn fields(params: &Params) -> Vec<(&'static str, String)> {
    let length = |length| Length(length).to_string();
    let interval = |interval| Interval(interval).to_string();
    let &Params {
        k,
        alpha,
        beta,
        parallelism,
        stop,
        follow_up,
        candidates,
        request_timeout,
        dial_timeout,
        connection_idle,
        short_timeout,
        retries,
        probe_retries,
        refresh_interval,
        replicate_interval,
        republish_interval,
        record_expiry,
        provider_republish_interval,
        provider_expiry,
        eviction,
        questionable_after,
        pending_delay,
        replacements,
        failures_before_eviction,
        keep_stale,
        cache_on_path,
        get_quorum,
        conflicts,
        providers_wanted,
        precautions,
        disjoint_paths,
        verify_contacts,
        bucket_group_limit,
        table_group_limit,
        store_group_limit,
        siblings,
    } = params;
    let limit = |most: Option<usize>| most.unwrap_or(0).to_string();
    vec![
        ("k", k.to_string()),
        ("alpha", alpha.to_string()),
        ("beta", beta.to_string()),
        ("parallelism", parallelism.word().to_owned()),
        ("stop", stop.word().to_owned()),
        ("follow_up", follow_up.to_string()),
        ("candidates", candidates.to_string()),
        ("request_timeout", length(request_timeout)),
        ("dial_timeout", interval(dial_timeout)),
        ("connection_idle", length(connection_idle)),
        ("short_timeout", interval(short_timeout)),
        ("retries", retries.to_string()),
        ("probe_retries", probe_retries.to_string()),
        ("refresh_interval", length(refresh_interval)),
        ("replicate_interval", interval(replicate_interval)),
        ("republish_interval", interval(republish_interval)),
        ("record_expiry", length(record_expiry)),
        ("provider_republish_interval", interval(provider_republish_interval)),
        ("provider_expiry", length(provider_expiry)),
        ("eviction", eviction.word().to_owned()),
        ("questionable_after", length(questionable_after)),
        ("pending_delay", length(pending_delay)),
        ("replacements", replacements.to_string()),
        ("failures_before_eviction", failures_before_eviction.to_string()),
        ("keep_stale", keep_stale.to_string()),
        ("cache_on_path", cache_on_path.to_string()),
        ("get_quorum", get_quorum.to_string()),
        ("conflicts", conflicts.word().to_owned()),
        ("providers_wanted", providers_wanted.to_string()),
        ("precautions", precautions.word().to_owned()),
        ("disjoint_paths", disjoint_paths.to_string()),
        ("verify_contacts", verify_contacts.to_string()),
        ("bucket_group_limit", limit(bucket_group_limit)),
        ("table_group_limit", limit(table_group_limit)),
        ("store_group_limit", limit(store_group_limit)),
        ("siblings", siblings.to_string()),
    ]
}

#[test]
fn the_table_of_presets_has_their_values() {
    let text = page("parameters.md");
    let table: Vec<Vec<String>> =
        text.lines().filter(|line| line.starts_with("| `")).map(cells).collect();
    let presets = [Params::paper(), Params::mainline(), Params::go_libp2p(), Params::rust_libp2p()];
    let fields = presets.each_ref().map(fields);
    assert_eq!(table.len(), fields[0].len(), "a row for each field");
    for (place, row) in table.iter().enumerate() {
        assert_eq!(row[0], format!("`{}`", fields[0][place].0));
        for (preset, cell) in fields.iter().zip(&row[1..5]) {
            // Brackets: without effect in this preset.
            let value = cell.trim_matches(|c| "()".contains(c));
            assert_eq!(value, preset[place].1, "{}", row[0]);
        }
    }
}

/// Adds the keys of all objects in `value`; what stands below `scenario` has a page of its own.
fn json_keys(value: &serde_json::Value, keys: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(object) => {
            for (key, value) in object {
                keys.insert(key.clone());
                if key != "scenario" {
                    json_keys(value, keys);
                }
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| json_keys(item, keys)),
        _ => {}
    }
}

#[test]
fn every_figure_of_a_result_is_documented() {
    let settings = [
        "nodes.count=20",
        "phases.init=5s",
        "phases.measurement=5s",
        "workload.0.rate=1/s",
        "nodes.class.0.uplink=1 Mbit/s",
        "snapshot.0.at=3s",
        "attack.0.kind=eclipse-node",
        "workload.1.kind=put-get",
        "fault.0.kind=partition",
        "fault.0.at=30s",
        "fault.0.for=10s",
        "fault.0.share=0.5",
        "workload.2.kind=services",
        "workload.3.kind=blocks",
        "workload.4.kind=registers",
        "workload.4.rate=10/s",
        "workload.4.registers=1",
    ]
    .map(|text| text.parse().expect("the setting is well formed"));
    let scenario = Scenario::parse("", "docs.toml", Path::new(""), &settings).expect("it is sound");
    let watch = &mut |_| ControlFlow::Continue(());
    let run = runner::run(RunArguments::of(&scenario), watch);
    let mut names = BTreeSet::new();
    for text in [to_json(&run.result), to_json(&run.performance)] {
        json_keys(&serde_json::from_str(&text).expect("it is JSON"), &mut names);
    }
    let page = page("results.md");
    let documented: BTreeSet<&str> = page.lines().flat_map(quoted).collect();
    let missing: Vec<_> = names.iter().filter(|name| !documented.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// A column of the series as the page names it: one name for all kinds.
pub fn general(column: &str) -> String {
    let families = [
        ("sent_", "KIND"),
        ("bytes_", "KIND"),
        ("delivered_", "KIND"),
        ("dropped_", "REASON"),
        ("finished_", "OPERATION"),
        ("succeeded_", "OPERATION"),
    ];
    let family = families.iter().find(|(prefix, _)| column.starts_with(prefix));
    family.map_or(column.to_owned(), |(prefix, of)| format!("{prefix}{of}"))
}

/// The picture in the README is what its first command draws.
#[test]
fn the_picture_in_the_readme_is_that_of_the_quickstart() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let plot = "output/readme/quickstart-latency.svg";
    let Ok(shown) = fs::read_to_string(root.join(plot)) else {
        println!("skipped: {plot} comes with the repository only");
        return;
    };
    let file = root.join("scenarios/quickstart.toml");
    let scenario = Scenario::load(&file, &[]).expect("a shipped scenario is sound");
    let run = runner::run(RunArguments::of(&scenario), &mut |_| ControlFlow::Continue(()));
    let folder = tempfile::tempdir().expect("the system has room for a folder");
    let written = report::write(folder.path(), &run, &[PlotFormat::Svg]).expect("it is written");
    let drawn = fs::read_to_string(written.join("plots/latency-cdf.svg")).expect("it is drawn");
    assert!(
        shown == drawn,
        "run scenarios/quickstart.toml and copy its plots/latency-cdf.svg to {plot}",
    );
}
