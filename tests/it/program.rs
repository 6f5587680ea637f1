//! The program as a user runs it: what it writes, what it prints, how it ends.

use crate::desk::{Desk, files, text};
use crate::worlds::needed_by;
use std::fs;
use std::path::Path;

/// Ten nodes for a few seconds, with something of everything.
const TINY: &str = r#"
name = "tiny"
seed = 7

[phases]
init = "2s"
transition = "5s"
measurement = "10s"

[nodes]
count = 10

[network.loss]
rate = 0.01

[[workload]]
kind = "lookup"
rate = "1/s"

[[workload]]
kind = "put-get"
rate = "1/s"
"#;

#[test]
fn a_run_writes_its_whole_folder() {
    let desk = Desk::with(TINY);
    let summary = desk.succeeds(&["run", "my.toml"]);
    for part in ["tiny", "lookup", "digest", "output/tiny-7"] {
        assert!(summary.contains(part), "the summary says {part}: {summary}");
    }
    let written = files(&desk.path("output/tiny-7"));
    for name in
        ["scenario.toml", "result.json", "performance.json", "timeseries.csv", "operations.csv"]
    {
        assert!(written.contains(&name.to_owned()), "{name}: {written:?}");
        assert!(!desk.read(&format!("output/tiny-7/{name}")).is_empty(), "{name} has content");
    }
    let plots = |extension| {
        let plots = written.iter().filter(|name| name.starts_with("plots/"));
        let mut stems: Vec<_> = plots.filter_map(|name| name.strip_suffix(extension)).collect();
        stems.sort_unstable();
        stems
    };
    assert!(plots(".svg").len() >= 6, "{written:?}");
    assert_eq!(plots(".svg"), plots(".png"), "each plot in both formats");
    let svg = text(&desk.read(&format!("output/tiny-7/{}.svg", plots(".svg")[0])));
    assert!(svg.contains("<svg") && svg.trim_end().ends_with("</svg>"));
    let png = desk.read(&format!("output/tiny-7/{}.png", plots(".png")[0]));
    assert!(png.starts_with(b"\x89PNG\r\n"));
    assert_eq!(files(&desk.path("output")).iter().filter(|name| !name.contains('/')).count(), 1);

    let result: serde_json::Value =
        serde_json::from_slice(&desk.read("output/tiny-7/result.json")).expect("it is JSON");
    assert_eq!(
        (&result["name"], &result["seed"], &result["partial"]),
        (&"tiny".into(), &7.into(), &false.into())
    );
    assert_eq!(result["scenario"]["nodes"]["count"], 10);
    let rows = text(&desk.read("output/tiny-7/operations.csv")).lines().count() as u64;
    assert_eq!(result["operations_log"]["kept"], rows - 1);
}

/// The scenario in the folder repeats the run, and so do the other queue and a second time.
#[test]
fn the_result_is_the_same_byte_for_byte() {
    let desk = Desk::with(TINY);
    let first = desk.succeeds(&["run", "my.toml", "--out", "a", "--format", "json"]);
    assert_eq!(first.as_bytes(), desk.read("a/tiny-7/result.json"), "what is printed is the file");
    let again = ["a/tiny-7/scenario.toml", "my.toml", "my.toml", "my.toml"];
    let plain: &[&str] = &["--no-prefetch", "--no-huge-pages"];
    let more = [&[], &["--queue", "reference"][..], &["--queue", "bucketed"], plain];
    for (file, more) in again.into_iter().zip(more) {
        desk.succeeds(&[&["run", file, "--out", "b"], more].concat());
        for name in ["result.json", "timeseries.csv", "operations.csv", "scenario.toml"] {
            let (a, b) = (format!("a/tiny-7/{name}"), format!("b/tiny-7/{name}"));
            assert_eq!(desk.read(&a), desk.read(&b), "{name} of {file} {more:?}");
        }
    }
}

#[test]
fn options_do_what_they_say() {
    let desk = Desk::with(TINY);
    let fewer = ["--set", "output.plots=[]", "--set", "workload.1.rate=2/s"];
    let run = |more: &[&str]| desk.succeeds(&[&["run", "my.toml"], &fewer[..], more].concat());
    assert_eq!(run(&["--quiet"]), "");
    assert!(!desk.path("output/tiny-7/plots").exists());

    run(&["--seed", "8", "--quiet"]);
    let json = |name: &str| -> serde_json::Value {
        serde_json::from_slice(&desk.read(&format!("output/{name}/result.json"))).expect("JSON")
    };
    let (seven, eight) = (json("tiny-7"), json("tiny-8"));
    assert_eq!((&eight["seed"], &eight["scenario"]["seed"]), (&8.into(), &8.into()));
    assert_ne!(seven["digest"], eight["digest"]);

    run(&["--set", "nodes.count=20", "--set", "network.loss.rate=0.5", "--set", "name=other"]);
    let other = json("other-7");
    assert_eq!(other["network"]["nodes"], 20);
    assert!(other["drops"]["loss"].as_u64() > seven["drops"]["loss"].as_u64());
}

#[test]
fn a_count_alone_is_a_scenario() {
    let desk = Desk::with("[nodes]\ncount = 10\n");
    let printed = desk.succeeds(&["run", "my.toml", "--format", "json"]);
    let result: serde_json::Value = serde_json::from_str(&printed).expect("it is JSON");
    assert_eq!((&result["name"], &result["network"]["nodes"]), (&"my".into(), &10.into()));
    assert!(desk.path("output/my-42/result.json").exists());
}

#[test]
fn a_wrong_scenario_is_told_in_one_message() {
    let wrong = |from: &str, to: &str| {
        assert!(TINY.contains(from));
        Desk::with(&TINY.replace(from, to))
    };
    // The file and the line, the value, and what is allowed.
    let cases = [
        (wrong("count = 10", "count = \"many\""), ["my.toml:11", "\"many\"", "a whole number"]),
        (wrong("rate = 0.01", "rate = 1.5"), ["my.toml:14", "1.5", "from 0 to 1"]),
        (wrong("count = 10", "cuont = 10"), ["my.toml:11", "cuont", "did you mean `count`?"]),
        (wrong("init = \"2s\"", "init = \"2 parsecs\""), ["my.toml:6", "2 parsecs", "\"5m\""]),
        (wrong("\"put-get\"", "\"putget\""), ["my.toml:21", "putget", "\"provide\""]),
        (wrong("[nodes]", "[nodes"), ["my.toml:10", "TOML", "]"]),
    ];
    for (desk, parts) in cases {
        for command in ["run", "check"] {
            let message = desk.fails(&[command, "my.toml"], 2);
            for part in parts {
                assert!(message.contains(part), "{command}: {part:?} is not in {message}");
            }
        }
    }
}

#[test]
fn wrong_arguments_are_told_in_one_message() {
    let desk = Desk::with(TINY);
    let message = desk.fails(&["run", "none.toml"], 2);
    assert!(message.contains("none.toml") && message.contains("kadsim init"), "{message}");
    let message = desk.fails(&["run", "my.toml", "--set", "nodes.cuont=5"], 2);
    assert!(message.contains("nodes.cuont=5") && message.contains("`count`"), "{message}");
    let message = desk.fails(&["run", "my.toml", "--set", "nodes.count=0"], 2);
    assert!(message.contains("nodes.count") && message.contains("from 1 to"), "{message}");
    let message = desk.fails(&["run", "my.toml", "--set", "nodes.count"], 2);
    assert!(message.contains("key=value"), "{message}");
    let message = desk.fails(&["run", "my.toml", "--seed", "x"], 2);
    assert!(message.contains("--seed"), "{message}");
    let message = desk.fails(&["run", "my.toml", "--queue", "heap"], 2);
    assert!(message.contains("bucketed") && message.contains("reference"), "{message}");
    let message = desk.fails(&["walk"], 2);
    assert!(message.contains("walk"), "{message}");
}

#[test]
fn a_file_in_the_way_is_an_error_and_stays() {
    let desk = Desk::with(TINY);
    fs::write(desk.path("taken"), "mine").expect("written");
    for out in ["taken", "taken/below"] {
        let message = desk.fails(&["run", "my.toml", "--out", out], 2);
        assert!(message.contains(out), "{message}");
    }
    assert_eq!(desk.read("taken"), b"mine");
    let message = desk.fails(&["init", "my.toml"], 2);
    assert!(message.contains("my.toml") && message.contains("--force"), "{message}");
}

#[test]
fn what_check_prints_is_checked_again_unchanged() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let beside = |text: &str| text.replace("\"data/", &format!("\"{}/data/", folder.display()));
    let needs = tempfile::tempdir().expect("the system has room for a folder");
    let needed = |path: &Path, text: String| match needed_by(path, needs.path()) {
        None => text,
        Some(setting) => {
            let matrix = setting.split('=').nth(1).expect("a setting has a value");
            text.replace("unit = \"ms\"", &format!("unit = \"ms\"\nfile = \"{matrix}\""))
        }
    };
    let shipped = fs::read_dir(&folder).expect("scenarios are shipped");
    let mut texts: Vec<String> = shipped
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| needed(&path, fs::read_to_string(&path).expect("a scenario is text")))
        .collect();
    texts.push(TINY.to_owned());
    texts.push(String::new());
    for text in texts {
        let desk = Desk::with(&beside(&text));
        let printed = desk.succeeds(&["check", "my.toml"]);
        fs::write(desk.path("my.toml"), &printed).expect("written");
        assert_eq!(desk.succeeds(&["check", "my.toml"]), printed);
        assert_eq!(files(desk.0.path()), ["my.toml"], "check writes nothing");
        let other = desk.succeeds(&["check", "my.toml", "--set", "seed=77"]);
        assert!(other != printed && other.contains("seed = 77"), "{other}");
    }
}

#[test]
fn what_init_writes_runs() {
    let desk = Desk::with(TINY);
    desk.succeeds(&["init", "first.toml"]);
    let quick = ["--set", "nodes.count=10", "--set", "phases.measurement=10s", "--quiet"];
    desk.succeeds(&[&["run", "first.toml"], &quick[..]].concat());
    assert!(desk.path("output/first-42/result.json").exists());
}

#[test]
fn help_lists_every_subcommand() {
    let desk = Desk::with(TINY);
    let help = desk.succeeds(&["--help"]);
    let commands = [
        "run",
        "sweep",
        "compare",
        "trace",
        "check",
        "init",
        "fidelity",
        "bench",
        "growth",
        "topology",
        "schema",
        "completions",
        "man",
    ];
    for command in commands {
        let line = help.lines().find(|line| line.trim_start().starts_with(command));
        assert!(line.is_some_and(|line| line.trim().len() > command.len() + 10), "{help}");
        assert!(desk.succeeds(&[command, "--help"]).contains("Usage: kadsim "));
    }
    assert!(!help.contains("measure"), "what only the program calls is not listed: {help}");
    assert!(desk.succeeds(&["--version"]).contains(env!("CARGO_PKG_VERSION")));
}

/// Each workload, small: what is measured is a run of that workload, in a process of its own.
#[test]
fn bench_measures_every_workload() {
    let desk = Desk::with(TINY);
    let printed = desk.succeeds(&["bench", "--nodes", "60", "--threads", "1", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&printed).expect("it is JSON");
    assert_eq!(report["machine"]["kadsim"], env!("CARGO_PKG_VERSION"));
    assert!(report["machine"]["cores"].as_u64() > Some(0));
    let rows = report["rows"].as_array().expect("there are rows");
    let names: Vec<_> = rows.iter().map(|row| row["workload"].as_str().expect("named")).collect();
    assert_eq!(names, ["speed", "simgrid-kademlia", "peersim-kademlia", "pydht-lookups"]);
    for row in rows {
        assert_eq!((&row["nodes"], &row["ratio"]), (&60.into(), &serde_json::Value::Null));
        let figure = |name: &str| row[name].as_f64().unwrap_or_else(|| panic!("{name}: {row}"));
        assert!(figure("messages") > 1_000.0 && figure("cpu_seconds") > 0.0, "{row}");
        let speed = figure("messages") / figure("cpu_seconds");
        assert!((speed / figure("messages_per_cpu_second") - 1.0).abs() < 0.05, "{row}");
    }
    // The work is that of the scenario, to the message.
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/peers/peersim-kademlia.toml");
    desk.succeeds(&["run", file, "--set", "nodes.count=60", "--quiet"]);
    let run: serde_json::Value =
        serde_json::from_slice(&desk.read("output/peersim-kademlia-1/performance.json"))
            .expect("it is JSON");
    assert_eq!(rows[2]["messages"], run["messages"]);

    let table = desk.succeeds(&["bench", "--nodes", "60", "--threads", "1", "--only", "speed"]);
    assert!(table.contains("speed") && !table.contains("pydht-lookups"), "{table}");
}

#[test]
fn wrong_arguments_of_bench_and_growth_are_told_in_one_message() {
    let desk = Desk::with(TINY);
    let message = desk.fails(&["bench", "--only", "sped"], 2);
    assert!(message.contains("sped") && message.contains("speed, simgrid-kademlia"), "{message}");
    let message = desk.fails(&["bench", "--repeat", "0"], 2);
    assert!(message.contains("a whole number from 1"), "{message}");
    for threads in ["0", "2000", "two"] {
        let message = desk.fails(&["run", "my.toml", "--threads", threads], 2);
        assert!(message.contains("a whole number from 1 to 256"), "{message}");
    }
    let message = desk.fails(&["growth", "--from", "30", "--to", "40"], 2);
    assert!(message.contains("1, 2 and 5"), "{message}");
    let message = desk.fails(&["growth", "--to", "1000", "--out", "my.toml"], 2);
    assert!(message.contains("my.toml") && message.contains("--out"), "{message}");
}

#[test]
fn growth_writes_a_table_and_two_pictures_of_it() {
    let desk = Desk::with(TINY);
    let printed = desk.succeeds(&["growth", "--from", "20", "--to", "50", "--out", "here"]);
    assert!(printed.contains("Written to here"), "{printed}");
    assert_eq!(files(&desk.path("here")), ["growth.csv", "growth.png", "growth.svg"]);
    let csv = text(&desk.read("here/growth.csv"));
    let sizes: Vec<_> = csv.lines().skip(1).filter_map(|row| row.split(',').next()).collect();
    assert_eq!(sizes, ["20", "50"], "{csv}");
    let costs = |row: &str| {
        row.split(',').nth(2).is_some_and(|cost| cost.parse::<f64>().is_ok_and(|cost| cost > 0.0))
    };
    assert!(csv.lines().skip(1).all(costs), "{csv}");
    let svg = text(&desk.read("here/growth.svg"));
    assert!(svg.contains("CPU per message (ns)") && svg.contains("Memory per node (KiB)"));
}

/// A run that would take hours, interrupted: the folder is there, complete and marked partial;
/// nothing else is left.
#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_a_complete_folder() {
    let desk = Desk::with(&TINY.replace("measurement = \"10s\"", "measurement = \"1year\""));
    desk.interrupt(&["--set", "nodes.count=50", "--set", "output.operations_limit=1000"]);

    let written = files(&desk.path("output"));
    assert_eq!(written.iter().filter(|name| !name.contains('/')).count(), 1, "{written:?}");
    let result: serde_json::Value =
        serde_json::from_slice(&desk.read("output/tiny-7-partial/result.json"))
            .expect("it is complete");
    assert_eq!(result["partial"], true);
    for name in ["scenario.toml", "performance.json", "timeseries.csv", "operations.csv", "plots"] {
        assert!(written.contains(&format!("tiny-7-partial/{name}")), "{name}: {written:?}");
    }
}
