//! Tests of the words: every model that a scenario can have has words of its own, and all shipped
//! scenarios read well.

use super::*;
use crate::scenario::{Scenario, schema};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// All texts of a scenario.
fn texts(scenario: &Value) -> Vec<String> {
    parts(scenario).into_iter().flat_map(|part| [vec![part.text], part.items].concat()).collect()
}

/// What would be read as a mistake.
fn check(text: &str, what: &str) {
    for wrong in [
        "  ", " ,", " .", "..", " of .", ": .", "null", "\"", " a a ", "{", "NaN", "at  ",
        "1 nodes",
    ] {
        assert!(!text.contains(wrong), "{what}: {wrong:?} in {text:?}");
    }
    assert!(text.is_empty() || text.ends_with('.'), "{what}: {text:?}");
}

fn shipped() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files = vec![];
    for folder in [root.clone(), root.join("peers")] {
        let entries = fs::read_dir(folder).expect("scenarios are there");
        files.extend(entries.map(|entry| entry.expect("readable").path()));
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    files
}

fn json_of(scenario: &Scenario) -> Value {
    let table: toml::Table = scenario.to_toml().parse().expect("a printed scenario is TOML");
    serde_json::to_value(table).expect("TOML is JSON")
}

#[test]
fn all_shipped_scenarios_read_well() {
    let mut said = 0;
    for file in shipped() {
        // One needs a file that is not shipped.
        let Ok(scenario) = Scenario::load(&file, &[]) else { continue };
        let texts = texts(&json_of(&scenario));
        texts.iter().for_each(|text| check(text, &file.display().to_string()));
        assert!(texts.len() > 4, "{}: {texts:?}", file.display());
        said += 1;
    }
    assert!(said > 20, "{said} scenarios were told");
}

/// The words that a key takes, by the schema of scenarios.
fn words(table: &str, key: &str) -> Vec<String> {
    let schema = serde_json::to_value(schema()).expect("a schema is JSON");
    let path = format!("/$defs/{table}/properties/{key}");
    let mut found = schema.pointer(&path).unwrap_or_else(|| panic!("{path} is in the schema"));
    while let Some(reference) = found.get("$ref").and_then(Value::as_str) {
        found = schema.pointer(&reference[1..]).expect("it is defined");
    }
    let words = found.get("enum").and_then(Value::as_array).unwrap_or_else(|| panic!("{found}"));
    words.iter().map(|word| word.as_str().expect("a word").to_owned()).collect()
}

/// The scenario with `value` at `path`.
fn with(path: &str, value: Value) -> Value {
    let scenario = Scenario::parse("", "test.toml", Path::new(""), &[]).expect("sound");
    let mut scenario = json_of(&scenario);
    let mut place = &mut scenario;
    for name in path.split('.') {
        place = match name.parse::<usize>() {
            Ok(index) => &mut place[index],
            Err(_) => &mut place[name],
        };
    }
    *place = value;
    scenario
}

#[test]
fn every_model_has_words_of_its_own() {
    let cases = [
        ("LatencyTable", "model", "network.latency"),
        ("LossTable", "model", "network.loss"),
        ("ChurnTable", "model", "churn"),
        ("TopologyTable", "kind", "topology"),
        ("NodesTable", "bootstrap", "nodes"),
        ("KademliaTable", "preset", "kademlia"),
        ("KademliaTable", "stop", "kademlia"),
        ("KademliaTable", "eviction", "kademlia"),
        ("WorkloadTable", "kind", "workload.0"),
    ];
    for (table, key, path) in cases {
        let words = words(table, key);
        let mut seen = vec![];
        for word in &words {
            let said = texts(&with(&format!("{path}.{key}"), json!(word))).concat();
            for fallback in [
                "by the model",
                "the model",
                "of the kind",
                "come in by",
                "the parameters ",
                "it has reached",
            ] {
                let found = said.find(fallback).is_some_and(|at| {
                    said[at + fallback.len()..].trim_start().starts_with(word.as_str())
                });
                assert!(!found, "{key} = {word} has no words: {said}");
            }
            assert!(!seen.contains(&said), "{key} = {word} reads as another: {said}");
            seen.push(said);
        }
        assert!(words.len() > 1, "{table}.{key}");
    }
}

#[test]
fn every_fault_and_attack_has_words_of_its_own() {
    for (table, key, fallback) in
        [("FaultTable", "fault", "meet the fault"), ("AttackTable", "attack", "carry out")]
    {
        let mut seen = vec![];
        for word in words(table, "kind") {
            let value = json!([{ "name": "x", "kind": word, "at": "1m", "until": "2m", "share": 0.5,
                "region": "europe", "delay": "1s", "skew": 0.1, "latency": "1s", "count": 7,
                "rate": "1/s", "target": "80", "victim": 3, "victims": 2 }]);
            let said = texts(&with(key, value));
            said.iter().for_each(|text| check(text, &word));
            let said = said.concat();
            assert!(!said.contains(fallback) && !seen.contains(&said), "{word}: {said}");
            seen.push(said);
        }
    }
}

#[test]
fn a_scenario_is_told_with_its_numbers() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/quickstart.toml");
    let scenario = Scenario::load(&file, &[]).expect("it is sound");
    let said = texts(&json_of(&scenario)).join("\n");
    for part in [
        "1,000 nodes join one after the other through the protocol.",
        "the parameters of the Kademlia paper: k = 20, alpha = 3.",
        "a median of 50ms and sigma 0.5",
        "Of all packets 1% are lost",
        "sessions are Weibull (shape 0.6) with a mean of 1h, absences are exponential with a mean of 10m.",
        "Of those that leave 50% hand over their records first",
        "lookups of random keys at a mean rate of 1 a minute",
        "Each node puts 1 record of 1 KiB.",
        "All of the lookups are compared",
    ] {
        assert!(said.contains(part), "{part:?} is missing:\n{said}");
    }
    let said = texts(&with("kademlia.alpha", json!(7))).concat();
    assert!(said.contains("Other than in the preset: alpha is 7 instead of 3."), "{said}");
}
