//! The page of a suite.

use super::{Element, check, headings, page, read};
use crate::desk::{Desk, text};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const FOLDER: &str = "output/suite";

/// A desk on which three tests were run.
fn desk() -> Desk {
    let desk = Desk::with("");
    let suite =
        ["suite", "--test-type", "smoke,topology,linear", "--max-nodes", "5", "--duration", "20"];
    desk.succeeds(&[&suite[..], &["--repeat", "2", "--quiet"]].concat());
    desk
}

fn report(desk: &Desk, folder: &str) -> String {
    desk.succeeds(&["report", folder, "--quiet"]);
    let html = text(&desk.read(&format!("{folder}/report.html")));
    check(&html);
    html
}

fn json(desk: &Desk, name: &str) -> Value {
    serde_json::from_slice(&desk.read(name)).expect("JSON")
}

/// What the page says, without its markup.
fn words(html: &str) -> String {
    page(html).into_iter().map(|(_, _, own)| own).collect::<Vec<_>>().join("\n")
}

fn is_code(element: &&Element) -> bool {
    element.0 == "code" && element.2.starts_with("kadsim run")
}

#[test]
fn a_suite_has_a_page_with_its_verdicts_and_a_section_for_each_test() {
    let desk = desk();
    let html = report(&desk, FOLDER);
    let sections = [
        "Verdict",
        "Recommendation",
        "What was run",
        "Network overview",
        "Resources",
        "Linear",
        "Topology",
        "Smoke",
    ];
    assert_eq!(headings(&html), sections);
    let suite = json(&desk, &format!("{FOLDER}/suite.json"));
    let tests = suite["tests"].as_array().expect("a list");
    let said = words(&html);
    let points: Vec<&Value> =
        tests.iter().flat_map(|test| test["points"].as_array().expect("a list")).collect();
    assert!(points.len() > 5, "{}", points.len());
    for point in &points {
        let label = point["label"].as_str().expect("a text");
        assert!(html.contains(&format!("<th scope=\"row\">{label}</th>")), "{label}");
        let latency = point["latency_ms"]["mean"].as_f64().expect("a number");
        assert!(html.contains(&format!("data-value=\"{latency}\"")), "{label}: {latency}");
        for of in ["seeds", "digests"] {
            for one in point[of].as_array().expect("a list") {
                assert!(said.contains(one.to_string().trim_matches('"')), "{label}: {of} {one}");
            }
        }
    }
    // A range below a mean, of runs that differ.
    let smoke = &points.last().expect("some")["latency_ms"];
    let ends = ["low", "high"].map(|end| smoke[end].as_f64().expect("a number"));
    let interval = format!("{:.1} to {:.1}", ends[0], ends[1]);
    assert!(said.contains(&interval), "{interval}");
    let estimate = 50 * suite["estimates"]["nodes"].as_u64().expect("a number");
    for part in [
        "healthy",
        "excellent",
        "Which topology suits which size",
        "topology, nodes",
        &format!("{estimate} MB"),
        "drawn from the seed of each scenario",
    ] {
        assert!(said.contains(part), "{part} is missing");
    }
    // The plots of a test stand in its section.
    let sections: Vec<&str> = html.split("<section id=\"test-").skip(1).collect();
    let counts: Vec<_> = sections.iter().map(|one| one.matches("<figure").count()).collect();
    assert_eq!((counts, html.matches("<figure").count()), (vec![3, 3, 0], 6));
    // Those of topologies have a line for each.
    let has_lines = |section: &&str| section.contains(">full-mesh</text>");
    assert_eq!(sections.iter().map(has_lines).collect::<Vec<_>>(), [false, true, false]);
    // A later run of the suite keeps no page of the last.
    desk.succeeds(&["suite", "--test-type", "smoke,linear", "--max-nodes", "3", "--quiet"]);
    assert!(!desk.path(&format!("{FOLDER}/report.html")).exists());
}

/// The command that a page gives for a point runs just that.
#[test]
fn the_commands_of_a_suites_page_repeat_its_runs() {
    let desk = desk();
    let all = page(&report(&desk, FOLDER));
    let code = all.iter().rfind(is_code).expect("commands");
    let suite = json(&desk, &format!("{FOLDER}/suite.json"));
    let point = &suite["tests"][2]["points"][0];
    let file = "scenarios/suite/smoke.toml";
    fs::create_dir_all(desk.path("scenarios/suite")).expect("made");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(file), desk.path(file)).expect("copied");
    let words: Vec<&str> = code.2.split(' ').skip(1).collect();
    desk.succeeds(&[&words[..], &["--quiet", "--out", "again"]].concat());
    let folder = format!("again/smoke-{}", point["seeds"][0]);
    assert_eq!(json(&desk, &format!("{folder}/result.json"))["digest"], point["digests"][0]);
}

#[test]
fn a_partial_suite_has_a_page_that_says_so() {
    let desk = Desk::with("");
    // A thousand nodes take longer than a second, five do not.
    let suite = ["suite", "--test-type", "smoke,stress", "--max-nodes", "500", "--repeat", "1"];
    desk.kadsim(&[&suite[..], &["--time-limit", "1s", "--quiet"]].concat());
    let html = report(&desk, "output/suite-partial");
    let sections = ["Verdict", "What was run", "Network overview", "Resources", "Stress", "Smoke"];
    assert_eq!(headings(&html), sections);
    let stress = html.split("id=\"test-0\"").nth(1).expect("a section");
    let (stress, smoke) = stress.split_once("id=\"test-1\"").expect("another");
    assert!(stress.contains("took longer than it might") && !stress.contains("<table"), "{stress}");
    assert!(!smoke.contains("took longer") && smoke.contains("<table"), "{smoke}");
    assert!(html.contains("stress (timed out)") && !html.contains("smoke (timed out)"));
}

/// What `suite.json` may become: texts that look like markup, tests and details that are not known, and
/// little else.
#[test]
fn a_suite_of_tomorrow_is_shown_as_far_as_it_is_understood() {
    let desk = Desk::with("");
    let evil = "<script>alert(1)</script><img src=x>";
    let suite = json!({ "version": "99.0.0", "tests": [
        { "test": evil, "description": evil, "file": evil, "state": evil,
          "points": [{ "label": evil, "settings": [evil], "seeds": [1], "digests": [evil],
                       "health": evil, "failure_grade": evil }],
          "summary": { "health": evil }, "details": { "of-tomorrow": { evil: evil, "rows": [{ evil: 7 }] } } },
        { "test": "concurrent", "points": [], "state": "interrupted" },
        { "test": "smoke", "points": [{ "label": "1" }], "details": { "concurrent": {
            "reads": 4711, "unexplained": [{ "kind": evil, "seed": evil }] } } },
    ] });
    fs::create_dir(desk.path("odd")).expect("made");
    let write = |suite: &Value| {
        fs::write(desk.path("odd/suite.json"), suite.to_string()).expect("written");
    };
    write(&suite);
    let output = desk.kadsim(&["report", "odd", "--quiet"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(text(&output.stderr).contains("written by kadsim 99.0.0"));
    let html = text(&desk.read("odd/report.html"));
    read(&html);
    check(&html);
    assert!(!page(&html).iter().any(|(name, ..)| name == "img"));
    for part in ["Of tomorrow", "4,711", "concurrent (interrupted)"] {
        assert!(html.contains(part), "{part} is missing");
    }
    // What is missing is named, with the file.
    for (wrong, cause) in [
        (json!({ "tests": [] }), "it has no version"),
        (json!({ "version": "1" }), "it has no list of tests"),
        (
            json!({ "version": "1", "tests": [{ "test": "a", "points": [] }, {}] }),
            "tests.1 has no name",
        ),
        (
            json!({ "version": "1", "tests": [{ "test": "a", "points": 3 }] }),
            "tests.0 has no list of points",
        ),
        (
            json!({ "version": "1", "tests": [{ "test": "a", "points": [{ "label": "b" }, 7] }] }),
            "tests.0.points.1 has no label",
        ),
        (json!([]), "it is no object"),
    ] {
        write(&wrong);
        let message = desk.fails(&["report", "odd"], 2);
        assert!(message.contains("odd/suite.json") && message.contains(cause), "{message}");
    }
}
