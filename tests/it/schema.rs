//! `kadsim schema`: what it takes is what a scenario may hold.

use crate::desk::Desk;
use kadsim::scenario::{Scenario, starter};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn validator() -> jsonschema::Validator {
    let printed = Desk::with("").succeeds(&["schema"]);
    let schema: Value = serde_json::from_str(&printed).expect("it is JSON");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(jsonschema::meta::is_valid(&schema), "it is a schema");
    jsonschema::validator_for(&schema).expect("it is a schema")
}

fn json(text: &str) -> Value {
    let table: toml::Table = toml::from_str(text).expect("it is TOML");
    serde_json::to_value(table).expect("it is JSON as well")
}

fn shipped(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("scenarios are shipped");
    let paths = entries.map(|entry| entry.expect("readable").path());
    // Baselines say what scenarios come to.
    let paths = paths.filter(|path| !path.ends_with("baselines"));
    let found = paths.flat_map(|path| match path.is_dir() {
        true => shipped(&path),
        false => vec![path],
    });
    found.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect()
}

#[test]
fn every_shipped_scenario_is_of_that_form() {
    let validator = validator();
    let files = shipped(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"));
    assert!(files.len() >= 16, "{files:?}");
    let mut texts = vec![("the starter".to_owned(), starter().to_owned())];
    for file in files {
        texts.push((file.display().to_string(), fs::read_to_string(&file).expect("it is text")));
    }
    texts.push(("an empty one".to_owned(), String::new()));
    for (name, text) in texts {
        let errors: Vec<_> = validator.iter_errors(&json(&text)).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

/// What is wrong in its form, the program and the schema refuse both.
#[test]
fn wrong_scenarios_are_not() {
    let validator = validator();
    let wrong = [
        "nodes = 3",
        "[sweep]\nrepeats = 0",
        "[sweep]\nvarry.seed = [1]",
        "nmae = \"x\"",
        "seed = -1",
        "seed = \"x\"",
        "[nodes]\ncuont = 10",
        "[nodes]\ncount = \"many\"",
        "[nodes]\ncount = -1",
        "[nodes]\ncount = 1.5",
        "[nodes]\nbootstrap = \"cold\"",
        "[phases]\ninit = 5",
        "[phases]\ninit = \"5 parsecs\"",
        "[kademlia]\nstop = \"never\"",
        "[kademlia]\nreplicate_interval = \"sometimes\"",
        "[kademlia]\nfollow_up = 1",
        "[network.loss]\nrate = 1.5",
        "[network.loss]\nlink = [{ form = \"a\" }]",
        "[network.latency]\ndelay = 50",
        "[network.latency]\nregion = [{ name = \"a\", delays = { a = 5 } }]",
        "[[nodes.class]]\nuplink = \"20\"",
        "[[nodes.class]]\nqueue = \"1 KB\"",
        "[workload]\nkind = \"lookup\"",
        "[[workload]]\nkind = \"putget\"",
        "[[workload]]\nrate = \"0.1\"",
        "[output]\nplots = [\"gif\"]",
        "[output]\nplots = \"svg\"",
        "[[snapshot]]\nat = \"1s\"\nexport = [\"svg\"]",
    ];
    for text in wrong {
        assert!(!validator.is_valid(&json(text)), "{text}");
        let parsed = Scenario::parse(text, "wrong.toml", Path::new("."), &[]);
        assert!(parsed.is_err(), "{text}");
    }
}
