//! Baselines: those that are shipped, and `kadsim baseline` as a user runs it.

use crate::desk::{Desk, files, text};
use kadsim::baseline::judge::judge;
use kadsim::baseline::{self, Folder, Level, Runner, SMALL, Stored, Verdict};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

/// Twenty nodes for a few seconds.
const LITTLE: &str = r#"
name = "little"
seed = 7

[phases]
init = "2s"
transition = "5s"
measurement = "20s"

[nodes]
count = 20

[kademlia]
alpha = 3

[[workload]]
kind = "lookup"
rate = "1/s"
"#;

fn shipped() -> Folder {
    Folder::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/baselines"))
}

fn shipped_baselines() -> Vec<(String, Stored)> {
    let names = shipped().names().expect("they are shipped");
    let read = |name: String| {
        let stored = shipped().read(&name).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, stored)
    };
    names.into_iter().map(read).collect()
}

#[test]
fn every_shipped_scenario_has_an_exact_baseline() {
    let folder = shipped();
    let baselines = shipped_baselines();
    let exact = baselines.iter().filter(|(_, stored)| matches!(stored.level, Level::Exact { .. }));
    let kept: BTreeSet<_> = exact
        .map(|(_, stored)| stored.scenario_path(folder.path()).canonicalize().expect("it is there"))
        .collect();
    let scenarios = folder.shipped().expect("their names differ");
    assert!(scenarios.len() >= 20, "{scenarios:?}");
    let missing: Vec<&String> = scenarios
        .iter()
        .filter(|(_, path)| !kept.contains(&path.canonicalize().expect("it is there")))
        .map(|(name, _)| name)
        .collect();
    assert!(missing.is_empty(), "`kadsim baseline save --all` makes those of {missing:?}");
}

/// What `kadsim baseline check --small` does, of those that are exact.
#[test]
fn the_small_baselines_hold() {
    let small = shipped_baselines()
        .into_iter()
        .filter(|(_, stored)| stored.cost <= SMALL && matches!(stored.level, Level::Exact { .. }));
    let small: Vec<(String, Stored)> = small.collect();
    assert!(small.len() >= 3, "there are small ones");
    let runs: Vec<_> = small
        .iter()
        .map(|(_, stored)| stored.load(shipped().path()).expect("its scenario is sound"))
        .collect();
    let jobs = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let runner = Runner { jobs, watch: &|_| ControlFlow::Continue(()) };
    let measured = runner.measure(&runs).expect("there are threads").expect("nobody ends it");
    let each = small.iter().zip(&measured);
    let reports: Vec<_> =
        each.map(|((name, stored), run)| judge(name, stored, std::slice::from_ref(run))).collect();
    let differs = reports.iter().any(|report| report.verdict == Verdict::Differs);
    assert!(!differs, "{}", baseline::table(&reports));
}

/// How much figures differ between seeds, as docs/baselines.md quotes it.
#[test]
fn the_page_has_the_variation_of_figures() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/baselines.md"));
    let page = page.expect("it is there");
    let stored = shipped().read("quickstart-seeds").expect("it is shipped");
    let Level::Repeated { samples, .. } = &stored.level else { panic!("it has several seeds") };
    let row = |(name, values): &(String, Vec<f64>)| {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let variation = 100.0 * (squares / (count - 1.0)).sqrt() / mean;
        format!("| `{name}` | {variation:.2} % |")
    };
    let rows: Vec<String> = samples.iter().map(row).collect();
    let missing: Vec<_> = rows.iter().filter(|row| !page.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "docs/baselines.md has the rows\n{}", rows.join("\n"));
}

const CHECK: [&str; 4] = ["baseline", "check", "--dir", "kept"];

fn save<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["baseline", "save", "one", "my.toml", "--dir", "kept"], more].concat()
}

/// The program, which finds a difference.
fn differs(desk: &Desk, more: &[&str]) -> String {
    let output = desk.kadsim(&[&CHECK[..], more].concat());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
    text(&output.stdout)
}

#[test]
fn an_exact_baseline_holds_until_the_run_is_another() {
    let desk = Desk::with(LITTLE);
    desk.succeeds(&save(&[]));
    let kept = text(&desk.read("kept/one.toml"));
    assert!(kept.contains("scenario = \"../my.toml\"") && kept.contains("seed = 7\n"), "{kept}");
    let told = desk.succeeds(&CHECK);
    assert!(told.contains("1 baselines hold."), "{told}");
    let other = desk.succeeds(&[&CHECK[..], &["one", "--jobs", "2", "--format", "json"]].concat());
    let reports: serde_json::Value = serde_json::from_str(&other).expect("it is JSON");
    assert_eq!(reports[0]["verdict"], "same");

    // From 12 s on another network.
    let fault = "[[fault]]\nkind = \"degradation\"\nat = \"12s\"\nfor = \"2s\"\nfrom = \"default\"\n\
                 to = \"default\"\nloss = 0.5\n";
    fs::write(desk.path("my.toml"), format!("{LITTLE}{fault}")).expect("written");
    let told = differs(&desk, &["one"]);
    for part in ["digest", "first differing metric: ", "the runs part between 1", "first events of"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
    let told = differs(&desk, &["--format", "json"]);
    let report = &serde_json::from_str::<serde_json::Value>(&told).expect("it is JSON")[0];
    assert_eq!(report["verdict"], "differs");
    assert_ne!(report["digest_expected"], report["digest_measured"]);
    let metric = report["first_differing_metric"].as_str().expect("one differs");
    let first = report["metrics"].as_array().expect("a list");
    let first = first.iter().find(|finding| finding["verdict"] == "differs").expect("one does");
    assert_eq!(first["metric"], metric);
    assert_ne!(first["expected"], first["measured"]);
    // 27 s in 256 parts: what is lost after 12 s is missed when it would have arrived.
    let departure = &report["departure"];
    let (from, until) = (&departure["from_ns"], &departure["until_ns"]);
    let (from, until) = (from.as_u64().expect("a time"), until.as_u64().expect("a time"));
    assert!(until > 12_000_000_000 && from < 13_000_000_000, "{from} to {until}");
    assert!(until - from <= 27_000_000_000 / 256 + 1, "{from} to {until}");
    let event = departure["events"][0].as_str().expect("an event");
    let at: f64 = event.split_whitespace().next().expect("a time").parse().expect("seconds");
    assert!((from as f64..until as f64).contains(&(at * 1e9)), "{event}");
}

/// The program that the baseline came from is this one, as it was before alpha was another.
#[cfg(unix)]
#[test]
fn with_the_other_program_the_first_event_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::with(LITTLE);
    desk.succeeds(&save(&["--set", "nodes.contacts=5"]));
    let traced = |alpha: &str| {
        let set = format!("kademlia.alpha={alpha}");
        let trace = ["trace", "my.toml", "--format", "jsonl", "--set", "nodes.contacts=5"];
        desk.succeeds(&[&trace[..], &["--set", &set]].concat())
    };
    let (before, now) = (traced("3"), traced("2"));
    let first = before.lines().zip(now.lines()).find(|(one, other)| one != other);
    let (before, now) = first.expect("they differ");

    let program = assert_cmd::cargo::cargo_bin!("kadsim").display().to_string();
    let script = format!("#!/bin/sh\nexec '{program}' \"$@\" --set kademlia.alpha=3\n");
    fs::write(desk.path("before"), script).expect("written");
    fs::set_permissions(desk.path("before"), fs::Permissions::from_mode(0o755))
        .expect("it is ours");
    let reference = desk.path("before").display().to_string();
    fs::write(desk.path("my.toml"), LITTLE.replace("alpha = 3", "alpha = 2")).expect("written");

    let told = differs(&desk, &["--reference", &reference]);
    assert!(told.contains("first differing event: node ") && told.contains(" s, which "), "{told}");
    let told = differs(&desk, &["--reference", &reference, "--format", "json"]);
    let report = &serde_json::from_str::<serde_json::Value>(&told).expect("it is JSON")[0];
    let event = &report["departure"]["event"];
    assert_eq!((&event["here"], &event["there"]), (&now.into(), &before.into()));
    let earlier: serde_json::Value = [before, now]
        .into_iter()
        .map(|line| serde_json::from_str(line).expect("it is JSON"))
        .min_by_key(|event: &serde_json::Value| (event["time_ns"].as_u64(), event["node"].as_u64()))
        .expect("there are two");
    assert_eq!((&event["at_ns"], &event["node"]), (&earlier["time_ns"], &earlier["node"]));

    // The same program tells the same story.
    let told = differs(&desk, &["--reference", &program]);
    assert!(told.contains("a trace shows the same events in both programs"), "{told}");
    let told = desk.fails(&[&CHECK[..], &["--reference", "nothing"]].concat(), 2);
    assert!(told.contains("--reference nothing") && told.contains("a kadsim"), "{told}");
}

#[test]
fn a_difference_is_accepted_with_its_reason() {
    let desk = Desk::with(LITTLE);
    desk.succeeds(&save(&[]));
    desk.succeeds(&["baseline", "save", "two", "my.toml", "--dir", "kept", "--seed", "8"]);
    let before = text(&desk.read("kept/one.toml"));
    desk.fails(&[&CHECK[..], &["--update"]].concat(), 2);
    desk.fails(&[&CHECK[..], &["--update", "--reason", " "]].concat(), 2);
    desk.succeeds(&[&CHECK[..], &["--update", "--reason", "none"]].concat());
    assert_eq!(text(&desk.read("kept/one.toml")), before, "what holds is not rewritten");

    fs::write(desk.path("my.toml"), LITTLE.replace("alpha = 3", "alpha = 2")).expect("written");
    differs(&desk, &[]);
    assert_eq!(text(&desk.read("kept/one.toml")), before, "a check writes nothing");
    let update = ["one", "--update", "--reason", "two requests at a time"];
    let told = desk.succeeds(&[&CHECK[..], &update].concat());
    assert!(told.contains("1 of 1 baselines were rewritten"), "{told}");
    desk.succeeds(&[&CHECK[..], &["one"]].concat());
    let after = text(&desk.read("kept/one.toml"));
    let value = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.starts_with(&format!("{key} = ")));
        line.expect(key).split('"').nth(1).expect("quoted").to_owned()
    };
    assert_eq!(value(&after, "from"), value(&before, "digest"));
    assert_eq!(value(&after, "to"), value(&after, "digest"));
    assert_eq!(value(&after, "reason"), "two requests at a time");
    let told = differs(&desk, &[]);
    assert!(told.contains("1 of 2 baselines differ"), "the other is as it was: {told}");
}

#[test]
fn a_statistical_baseline_holds_within_its_tolerance() {
    let desk = Desk::with(LITTLE);
    let metrics = ["--metric", "events", "--metric", "operations.lookup.success_rate"];
    desk.succeeds(&save(&[&metrics[..], &["--tolerance", "10%"]].concat()));
    desk.succeeds(&CHECK);
    let kept = text(&desk.read("kept/one.toml"));
    assert!(kept.contains("relative = 0.1 }"), "{kept}");
    // Another seed is another run with about as many events.
    let seeded = |text: &str| text.replace("seed = 7", "seed = 8");
    fs::write(desk.path("kept/one.toml"), seeded(&kept)).expect("written");
    desk.succeeds(&CHECK);
    let exact = seeded(&kept).replacen("relative = 0.1", "absolute = 0", 1);
    fs::write(desk.path("kept/one.toml"), exact).expect("written");
    let told = differs(&desk, &[]);
    assert!(told.contains("first differing metric: events"), "{told}");
}

#[test]
fn several_seeds_tell_a_change_from_chance() {
    let desk = Desk::with(LITTLE);
    let metrics = ["--metric", "operations.lookup.latency_micros.mean", "--repeats", "8"];
    desk.succeeds(&save(&metrics));
    desk.succeeds(&CHECK);
    let slower = format!("{LITTLE}[network.latency]\nmodel = \"constant\"\ndelay = \"150ms\"\n");
    fs::write(desk.path("my.toml"), slower).expect("written");
    let told = differs(&desk, &[]);
    assert!(told.contains("permutation test of means") && told.contains("8 seeds"), "{told}");
    let told = differs(&desk, &["--format", "json"]);
    let report = &serde_json::from_str::<serde_json::Value>(&told).expect("it is JSON")[0];
    assert!(report["metrics"][0]["p_adjusted"].as_f64() <= Some(0.01), "{report}");
    assert_eq!(report["alpha"], 0.01);
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_written() {
    let desk = Desk::with(LITTLE);
    let refused = |arguments: &[&str], parts: &[&str]| {
        let told = desk.fails(arguments, 2);
        for part in parts {
            assert!(told.contains(part), "{part} is not in: {told}");
        }
    };
    refused(&CHECK, &["no such baseline in kept", "kadsim baseline save"]);
    desk.succeeds(&save(&[]));
    refused(&save(&[]), &["kept/one.toml exists already", "--update"]);
    refused(&[&CHECK[..], &["oen"]].concat(), &["no baseline kept/oen.toml", "kept holds one"]);
    let new = ["baseline", "save", "two", "my.toml", "--dir", "kept"];
    let new = |more: &[&'static str]| [&new[..], more].concat();
    refused(&new(&["--metric", "evnets"]), &["--metric evnets", "docs/sweep.md"]);
    refused(
        &new(&["--metric", "put.success_rate"]),
        &["there are", "operations.lookup.success_rate"],
    );
    refused(&new(&["--repeats", "3"]), &["--repeats 3", "give 6 or more"]);
    refused(&new(&["--tolerance", "much"]), &["--tolerance", "5%"]);
    refused(&new(&["--level", "exact", "--tolerance", "1"]), &["--level exact"]);
    refused(&new(&["--alpha", "0.01"]), &["--repeats"]);
    refused(&new(&["--set", "nodes.count=0"]), &["`nodes.count`", "0", "allowed is"]);
    refused(&["baseline", "save", "../x", "my.toml"], &["../x", "letters"]);
    refused(&["baseline", "save", "x", "no.toml"], &["no.toml", "cannot be read"]);
    refused(&[&CHECK[..], &["--junit", "no/junit.xml"]].concat(), &["--junit", "no/junit.xml"]);

    let kept = text(&desk.read("kept/one.toml"));
    let damaged = kept.replace("digest = \"", "digest = \"x");
    fs::write(desk.path("kept/one.toml"), damaged).expect("written");
    refused(&CHECK, &["kept/one.toml:", "`digest` cannot be \"x", "16 hexadecimal digits"]);
    let elsewhere = kept.replace("../my.toml", "../gone.toml");
    fs::write(desk.path("kept/one.toml"), elsewhere).expect("written");
    refused(&CHECK, &["kept/one.toml:", "`scenario` cannot be \"../gone.toml\"", "allowed is"]);
}

#[test]
fn all_scenarios_get_the_baselines_that_they_lack() {
    let desk = Desk::with(LITTLE);
    fs::create_dir_all(desk.path("all/below")).expect("made");
    fs::write(desk.path("all/a.toml"), LITTLE).expect("written");
    fs::write(desk.path("all/below/b.toml"), LITTLE).expect("written");
    fs::write(desk.path("all/sweep.toml"), format!("{LITTLE}[sweep]\nrepeats = 2\n"))
        .expect("written");
    let all = ["baseline", "save", "--all", "--dir", "all/kept"];
    desk.succeeds(&all);
    assert_eq!(files(&desk.path("all/kept")), ["a.toml", "b.toml"]);
    fs::remove_file(desk.path("all/kept/a.toml")).expect("removed");
    let told = desk.succeeds(&all);
    assert!(told.contains("a.toml") && !told.contains("b.toml"), "{told}");
    assert!(desk.succeeds(&all).contains("All scenarios have"));
    desk.succeeds(&["baseline", "check", "--small", "--dir", "all/kept"]);
}

/// A run of weeks is ended; nothing of it is written.
#[cfg(unix)]
#[test]
fn an_interrupted_check_writes_nothing() {
    let desk = Desk::with(LITTLE);
    desk.succeeds(&save(&[]));
    let longer = LITTLE.replace("measurement = \"20s\"", "measurement = \"1000h\"");
    fs::write(desk.path("my.toml"), longer).expect("written");
    let before = files(desk.0.path());
    let kept = desk.read("kept/one.toml");
    let more = ["--junit", "junit.xml", "--update", "--reason", "none"];
    let mut child = desk.starts(&[&CHECK[..], &more].concat());
    child.wait_for("the file that is begun", |_| files(desk.0.path()).len() > before.len());
    child.signal("INT");
    child.wait_for("its end", |child| child.try_wait().expect("it can be asked").is_some());
    assert_eq!(child.0.wait().expect("it has ended").code(), Some(130));
    assert_eq!(files(desk.0.path()), before);
    assert!(desk.read("kept/one.toml") == kept, "the baseline is as it was");
}

/// The elements of JUnit XML with the attributes that they may have, those that they must have first, as
/// Jenkins' schema (xunit plugin, junit-10.xsd) has them, and the elements within them.
const JUNIT: [(&str, usize, &[&str], &[&str]); 4] = [
    ("testsuites", 0, &["name", "tests", "failures", "errors", "time"], &["testsuite"]),
    ("testsuite", 4, &["name", "tests", "failures", "errors", "skipped", "time"], &["testcase"]),
    ("testcase", 1, &["name", "classname", "time"], &["failure"]),
    ("failure", 0, &["type", "message"], &[]),
];

#[test]
fn the_junit_file_has_the_form_that_systems_read() {
    let desk = Desk::with(LITTLE);
    desk.succeeds(&save(&[]));
    desk.succeeds(&["baseline", "save", "two", "my.toml", "--dir", "kept", "--seed", "8"]);
    desk.succeeds(&[&CHECK[..], &["--junit", "junit.xml", "--quiet"]].concat());
    assert_eq!(failures(&text(&desk.read("junit.xml"))), 0);
    let kept = text(&desk.read("kept/one.toml"));
    let changed = kept.replacen("value = ", "value = 1", 1);
    fs::write(desk.path("kept/one.toml"), changed).expect("written");
    differs(&desk, &["--junit", "junit.xml"]);
    assert_eq!(failures(&text(&desk.read("junit.xml"))), 1, "the digest is the same");
    fs::write(desk.path("my.toml"), LITTLE.replace("alpha = 3", "alpha = 2")).expect("written");
    differs(&desk, &["--junit", "junit.xml"]);
    assert!(failures(&text(&desk.read("junit.xml"))) >= 4, "digests and figures");
}

/// Failures in JUnit XML, which is as it should be.
fn failures(text: &str) -> usize {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<String> = Vec::new();
    // Cases and failures that were found and that their elements say, by element.
    let (mut found, mut said) = (BTreeMap::new(), BTreeMap::new());
    let mut names = BTreeSet::new();
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{error}: {text}"));
        match &event {
            Event::Start(tag) | Event::Empty(tag) => {
                let (name, attributes) = element(tag, open.last().map(String::as_str));
                for counted in ["tests", "failures"] {
                    if let Some(number) = attributes.get(counted) {
                        let number: usize = number.parse().expect("a number");
                        *said.entry((name.clone(), counted)).or_insert(0) += number;
                    }
                }
                if let Some(time) = attributes.get("time") {
                    assert!(time.parse::<f64>().is_ok() && time.contains('.'), "{time}");
                }
                if name == "testcase" {
                    let case = (attributes["classname"].clone(), attributes["name"].clone());
                    assert!(names.insert(case), "each case has a name of its own: {attributes:?}");
                }
                *found.entry(name.clone()).or_insert(0) += 1;
                if matches!(event, Event::Start(_)) {
                    open.push(name);
                }
            }
            Event::End(_) => drop(open.pop()),
            Event::Eof => break,
            _ => {}
        }
    }
    let count = |name: &str| found.get(name).copied().unwrap_or(0);
    assert_eq!(count("testsuites"), 1);
    assert_eq!(count("testsuite"), 2);
    for element in ["testsuites", "testsuite"] {
        assert_eq!(said[&(element.to_owned(), "tests")], count("testcase"), "{element}");
        assert_eq!(said[&(element.to_owned(), "failures")], count("failure"), "{element}");
    }
    count("failure")
}

/// Name and attributes of an element that may stand where it does.
fn element(tag: &BytesStart<'_>, within: Option<&str>) -> (String, BTreeMap<String, String>) {
    let name = tag.name().as_ref().to_owned();
    let form = |name: &str| JUNIT.into_iter().find(|(known, ..)| *known == name);
    let (_, needed, allowed, _) =
        form(&name).unwrap_or_else(|| panic!("{name} is none of JUnit's"));
    match within.and_then(form) {
        Some((.., elements)) => assert!(elements.contains(&&*name), "{name} in {within:?}"),
        None => assert_eq!(name, "testsuites", "the root"),
    }
    let attributes: BTreeMap<String, String> = tag
        .attributes()
        .map(|attribute| {
            let attribute = attribute.expect("well formed");
            let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0);
            (attribute.key.as_ref().to_string(), value.expect("known characters").into_owned())
        })
        .collect();
    for key in attributes.keys() {
        assert!(allowed.contains(&&**key), "{key} of {name}");
    }
    for key in &allowed[..needed] {
        assert!(attributes.contains_key(*key), "{name} without {key}");
    }
    (name, attributes)
}
