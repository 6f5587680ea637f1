//! Rules of the source tree that no lint knows: the order of layers, and the size of files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The layers, lowest first. A module imports only from layers below its own; modules of one
/// layer do not import each other.
const LAYERS: &[&[&str]] = &[
    &["memory", "time", "rng", "units"],
    &["graph"],
    &["protocol", "network"],
    &["kademlia", "engine"],
    &["workload", "metrics", "checker", "krpc"],
    &["scenario", "udp"],
    &["runner"],
    &["report", "fidelity", "validate"],
    &["bench", "doctor", "sweep"],
    &["results", "baseline", "suite"],
    &["compare", "page"],
    &["cli"],
];

/// Imports within a layer, or upward, that are wanted, each with its reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("rng", "time", "within layer 1, time is the lowest"),
    ("units", "time", "units parses durations into times"),
    ("network", "protocol", "a packet names nodes as the protocol does"),
];

/// Longest file in lines; one with a better reason to be long than to be split says so here.
const MOST_LINES: usize = 400;

fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src is there to be read") {
            let path = entry.expect("its entries as well").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    assert!(files.len() > 20, "the walk finds the sources");
    files
}

/// The top-level module that a file belongs to; `None` for `lib.rs` and `main.rs`.
fn module_of(file: &Path) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let relative = file.strip_prefix(root).expect("a source lies in src");
    let first = relative.components().next()?.as_os_str().to_str()?;
    let name = first.strip_suffix(".rs").unwrap_or(first);
    (name != "lib" && name != "main").then(|| name.to_owned())
}

/// The code of a file: without comments, and without the tests at its end, which may use
/// whatever they need.
fn code(text: &str) -> String {
    let body = text.split("\n#[cfg(test)]\nmod tests {").next().expect("split gives a first part");
    let lines = body.lines().map(|line| line.split("//").next().unwrap_or(""));
    lines.collect::<Vec<_>>().join("\n")
}

/// The top-level modules of this crate that a piece of code names.
fn imports(code: &str) -> Vec<String> {
    let named = code.match_indices("crate::").map(|(at, found)| &code[at + found.len()..]);
    named
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(list) => {
                let list = list.split('}').next().unwrap_or("");
                list.split(',').map(|item| item.trim().to_owned()).collect::<Vec<_>>()
            }
            None => vec![rest.to_owned()],
        })
        .map(|path| {
            path.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>()
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn modules_import_downward_only() {
    let layer_of: BTreeMap<&str, usize> = LAYERS
        .iter()
        .enumerate()
        .flat_map(|(layer, modules)| modules.iter().map(move |module| (*module, layer)))
        .collect();
    let mut faults = Vec::new();
    for file in sources() {
        let is_test = file.file_stem().is_some_and(|stem| stem == "tests");
        let Some(module) = module_of(&file).filter(|_| !is_test) else { continue };
        let layer = *layer_of
            .get(module.as_str())
            .unwrap_or_else(|| panic!("{module} has its place in LAYERS"));
        let text = fs::read_to_string(&file).expect("a source is text");
        for name in imports(&code(&text)) {
            let Some(&other) = layer_of.get(name.as_str()) else { continue };
            let excepted = EXCEPTIONS.iter().any(|(from, to, _)| *from == module && *to == name);
            if name != module && other >= layer && !excepted {
                faults.push(format!("{}: {module} imports {name}", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "imports that do not lead downward:\n{}", faults.join("\n"));
}

#[test]
fn files_stay_small() {
    let long = |file: &PathBuf| {
        let lines = fs::read_to_string(file).expect("a source is text").lines().count();
        (lines > MOST_LINES).then(|| format!("{}: {lines} lines", file.display()))
    };
    let faults: Vec<_> = sources().iter().filter_map(long).collect();
    assert!(faults.is_empty(), "files of over {MOST_LINES} lines:\n{}", faults.join("\n"));
}

#[test]
fn every_file_says_first_what_it_is_for() {
    let silent =
        |file: &&PathBuf| !fs::read_to_string(file).expect("a source is text").starts_with("//! ");
    let files = sources();
    let faults: Vec<_> = files.iter().filter(silent).map(|file| file.display()).collect();
    assert!(faults.is_empty(), "files without a first line of documentation: {faults:?}");
}

/// Names on both sides of a rule: printing, clocks and processes stay where they belong.
#[test]
fn printing_is_for_the_command_line() {
    let mut faults = Vec::new();
    for file in sources() {
        let module = module_of(&file);
        let text = fs::read_to_string(&file).expect("a source is text");
        let prints = ["println!", "eprintln!", "print!(", "std::process::exit"];
        let printing = prints.iter().any(|name| code(&text).contains(name));
        if printing && module.as_deref() != Some("cli") {
            faults.push(file.display().to_string());
        }
    }
    assert!(faults.is_empty(), "only cli prints: {faults:?}");
}

#[test]
fn the_walk_understands_imports() {
    let found = imports("use crate::{time, rng::Seed};\nlet x = crate::units::Rate;");
    assert_eq!(found, ["time", "rng", "units"]);
    assert_eq!(code("a // crate::cli\n#[cfg(test)]\nmod tests {\nuse crate::cli;"), "a ");
}
