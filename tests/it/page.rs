//! `kadsim report` as a user runs it: pages that are sound HTML, load nothing, and show what the
//! folder holds. What a browser makes of them is told by `tests/page`.

// Of applications and verdicts.
mod applications;
// Of suites.
mod suite;

use crate::desk::{Desk, files, text};
use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use std::fs;

/// A few nodes for a few seconds, with what a page has sections for, and text that looks like markup.
const SMALL: &str = r#"
name = "small & quick"
description = "</title><script>alert(1)</script> <b>&amp;"
seed = 7

[phases]
init = "2s"
transition = "5s"
measurement = "20s"

[nodes]
count = 30

[[workload]]
kind = "lookup"
rate = "1/s"

[[workload]]
kind = "provide"
rate = "1/s"

[kademlia]
preset = "go-libp2p"

[[fault]]
name = "<img src=x>"
kind = "partition"
at = "10s"
until = "15s"
share = 0.5

[[attack]]
kind = "drop"
count = 3

[output]
plots = ["svg"]
"#;

const FOLDER: &str = "output/small---quick-7";

/// The page as a browser reads it, which must not find anything wrong with it.
fn read(html: &str) -> Handle {
    let dom = parse_document(RcDom::default(), ParseOpts::default()).one(html);
    let errors = dom.errors.borrow();
    assert!(errors.is_empty(), "{errors:?}");
    dom.document.clone()
}

/// Name, attributes and own text of an element.
type Element = (String, Vec<(String, String)>, String);

/// Every element, in the order of the page.
fn elements(node: &Handle, into: &mut Vec<Element>) {
    if let NodeData::Element { name, attrs, .. } = &node.data {
        let attribute = |a: &html5ever::Attribute| (a.name.local.to_string(), a.value.to_string());
        let attributes = attrs.borrow().iter().map(attribute).collect();
        let texts = node.children.borrow();
        let own = texts.iter().filter_map(|child| match &child.data {
            NodeData::Text { contents } => Some(contents.borrow().to_string()),
            _ => None,
        });
        into.push((name.local.to_string(), attributes, own.collect()));
    }
    node.children.borrow().iter().for_each(|child| elements(child, into));
}

fn page(html: &str) -> Vec<Element> {
    let mut all = vec![];
    elements(&read(html), &mut all);
    all
}

/// Nothing of a page is loaded from anywhere, and no text has become an element.
fn check(html: &str) {
    let all = page(html);
    let loading = ["src", "href", "xlink:href", "srcset", "data", "action", "poster", "background"];
    for (name, attributes, own) in &all {
        for (key, value) in attributes {
            let within = value.starts_with('#') || value.starts_with("data:image/png;base64,");
            assert!(
                !loading.contains(&key.as_str()) || within || name == "a",
                "{name} {key}={value}"
            );
            assert!(!key.starts_with("on"), "{name} {key}={value}");
        }
        let is_style = name == "style" || name == "script";
        assert!(!is_style || !own.contains("http") && !own.contains("@import"), "{own}");
    }
    let count = |wanted: &str| all.iter().filter(|(name, ..)| name == wanted).count();
    assert_eq!((count("script"), count("h1"), count("main"), count("link")), (1, 1, 1, 0));
    assert_eq!((count("iframe"), count("object"), count("embed"), count("b")), (0, 0, 0, 0));
    let mut names: Vec<_> = all.iter().flat_map(|(_, a, _)| a).filter(|a| a.0 == "id").collect();
    let before = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), before, "no two elements share a name");
    let heads = all.iter().filter(|(name, ..)| name == "th");
    assert!(heads.clone().count() > 3);
    assert!(heads.into_iter().all(|(_, a, _)| a.iter().any(|(key, _)| key == "scope")));
}

fn headings(html: &str) -> Vec<String> {
    page(html).into_iter().filter(|(name, ..)| name == "h2").map(|(_, _, own)| own).collect()
}

#[test]
fn a_run_has_a_page_that_loads_nothing_and_shows_what_it_is() {
    let desk = Desk::with(SMALL);
    desk.succeeds(&["run", "my.toml", "--quiet"]);
    let told = desk.succeeds(&["report", FOLDER]);
    assert_eq!(told, format!("Written to {FOLDER}/report.html\n"));
    let html = text(&desk.read(&format!("{FOLDER}/report.html")));
    check(&html);
    let sections = [
        "What was simulated",
        "Verdict",
        "Operations",
        "Faults",
        "Attacks",
        "Beside live networks",
        "Plots",
        "Records",
        "Network and messages",
        "Repeat it",
    ];
    assert_eq!(headings(&html), sections);
    let result: serde_json::Value =
        serde_json::from_slice(&desk.read(&format!("{FOLDER}/result.json"))).expect("JSON");
    let digest = result["digest"].as_str().expect("it has one");
    for part in [
        digest,
        "30 nodes join one after the other",
        "the parameters of go-libp2p",
        "kadsim run scenario.toml",
        "&lt;img src=x&gt;",
        "&lt;/title&gt;&lt;script&gt;alert(1)",
        "found at hop 3",
        "Latency of successful operations",
        "preset = \"go-libp2p\"".replace('"', "&quot;").as_str(),
    ] {
        assert!(html.contains(part), "{part} is missing");
    }
    // The same folder gives the same page, wherever it is written.
    assert_eq!(desk.succeeds(&["report", FOLDER, "--out", "elsewhere.html", "--quiet"]), "");
    assert_eq!(text(&desk.read("elsewhere.html")), html);
    // The next run keeps no page of the last.
    desk.succeeds(&["run", "my.toml", "--quiet"]);
    assert!(!files(&desk.path(FOLDER)).contains(&"report.html".to_owned()));
}

#[test]
fn a_page_has_its_plots_whatever_the_run_has_drawn() {
    let desk = Desk::with(SMALL);
    let plots = |set: &str| {
        desk.succeeds(&["run", "my.toml", "--quiet", "--set", set]);
        desk.succeeds(&["report", FOLDER, "--quiet"]);
        let html = text(&desk.read(&format!("{FOLDER}/report.html")));
        check(&html);
        let all = page(&html);
        let count = |wanted: &str| all.iter().filter(|(name, ..)| name == wanted).count();
        let figures = count("figure");
        (figures, count("img"), html.contains("Latency of"))
    };
    let (svg, images, _) = plots("output.plots=[\"svg\", \"png\"]");
    assert!(svg >= 8 && images == 0, "{svg} plots, {images} images");
    let (png, images, _) = plots("output.plots=[\"png\"]");
    assert_eq!((png, images), (svg, svg));
    let (redrawn, images, has_latency) = plots("output.plots=[]");
    assert_eq!((redrawn, images, has_latency), (5, 0, true));
}

#[test]
fn a_sweep_has_a_page_with_its_grid_and_intervals() {
    let desk = Desk::with(SMALL);
    let sweep = ["sweep", "my.toml", "--quiet", "--vary", "kademlia.alpha=1,10", "--repeats", "2"];
    desk.succeeds(&sweep);
    let folder = format!("{FOLDER}-sweep");
    desk.succeeds(&["report", &folder]);
    let html = text(&desk.read(&format!("{folder}/report.html")));
    check(&html);
    let sections =
        ["What was varied", "What was simulated", "Summary", "Plots", "Runs", "Repeat it"];
    assert_eq!(headings(&html), sections);
    for part in [
        "kadsim sweep scenario.toml --vary kademlia.alpha=1,10 --repeats 2 --seed 7",
        "operations.lookup.latency_micros.mean",
        "4 of 4 runs are complete.",
    ] {
        assert!(html.contains(part), "{part} is missing");
    }
    // Each run with its seed and digest.
    let runs = text(&desk.read(&format!("{folder}/runs.csv")));
    for row in runs.lines().skip(1) {
        let seed = row.split(',').nth(3).expect("a row has a seed");
        assert!(html.contains(&format!("data-value=\"{seed}\"")), "{seed}");
    }
    fs::remove_file(desk.path(&format!("{folder}/summary.csv"))).expect("it was there");
    let message = desk.fails(&["report", &folder], 2);
    assert!(message.contains("no tables yet"), "{message}");
}

#[test]
fn what_is_no_folder_of_results_is_refused() {
    let desk = Desk::with(SMALL);
    for folder in [".", "nowhere", "my.toml"] {
        let message = desk.fails(&["report", folder], 2);
        for part in [folder, "result.json", "sweep.json", "suite.json"] {
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(message.trim().lines().count(), 1, "{message}");
    }
    assert_eq!(files(desk.0.path()), ["my.toml"]);
    fs::write(desk.path("result.json"), "{ \"name\": 3 }").expect("written");
    let message = desk.fails(&["report", "."], 2);
    assert!(message.contains("result.json is not as kadsim writes it"), "{message}");
    fs::write(desk.path("result.json"), "{ no").expect("written");
    assert!(desk.fails(&["report", "."], 2).contains("line 1"));
}

#[test]
fn a_folder_of_another_version_is_shown_and_said_to_be_one() {
    let desk = Desk::with("");
    let result = "{ \"name\": \"old\", \"version\": \"0.0.1\", \"scenario\": {} }";
    fs::write(desk.path("result.json"), result).expect("written");
    let output = assert_cmd::Command::cargo_bin("kadsim")
        .expect("the program is built")
        .current_dir(desk.0.path())
        .args(["report", "."])
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{output:?}");
    assert!(text(&output.stderr).contains("written by kadsim 0.0.1"), "{output:?}");
    let html = text(&desk.read("report.html"));
    assert!(html.contains("written by kadsim 0.0.1"));
    read(&html);
}

/// A page is whole or not there: where nothing can be written, what was there stays.
#[test]
fn a_page_that_cannot_be_written_leaves_nothing() {
    let desk = Desk::with(SMALL);
    desk.succeeds(&["run", "my.toml", "--quiet"]);
    let message = desk.fails(&["report", FOLDER, "--out", "no/such/folder.html"], 1);
    assert!(message.contains("no/such/folder.html"), "{message}");
    let message = desk.fails(&["report", FOLDER, "--out", "output"], 1);
    assert!(message.contains("output"), "{message}");
    assert!(!files(&desk.path(FOLDER)).contains(&"report.html".to_owned()));
}
