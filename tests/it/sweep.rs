//! `kadsim sweep` as a user runs it: its tables, what it refuses, and that it may be killed.

use crate::desk::{Desk, files, text};
use kadsim::rng::distribution::below;
use kadsim::rng::{Purpose, Seed, Stream};
use kadsim::scenario::Grid;
use kadsim::sweep::Plan;
use rand::Rng;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

/// Twelve runs of a few nodes for a few seconds.
const SMALL: &str = r#"
name = "small"
seed = 7

[phases]
init = "2s"
transition = "5s"
measurement = "10s"

[nodes]
count = 10

[[workload]]
kind = "lookup"
rate = "1/s"

[output]
plots = ["svg"]

[sweep]
repeats = 3

[sweep.vary]
nodes.count = [10, 20]
kademlia.alpha = "1..3/2"
"#;

const FOLDER: &str = "output/small-7-sweep";
const TABLES: [&str; 3] = ["runs.csv", "runs.jsonl", "summary.csv"];

fn tables(desk: &Desk, folder: &str) -> Vec<Vec<u8>> {
    TABLES.iter().map(|name| desk.read(&format!("{folder}/{name}"))).collect()
}

/// The rows of a table, each by the names of its columns.
fn table(desk: &Desk, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(desk.path(name)).expect("it is there");
    reader.deserialize().map(|row| row.expect("it is a row")).collect()
}

#[test]
fn a_row_is_the_run_that_its_seed_repeats() {
    let desk = Desk::with(SMALL);
    let told = desk.succeeds(&["sweep", "my.toml"]);
    assert!(told.contains("12 runs at 4 points") && told.contains(FOLDER), "{told}");
    let rows = table(&desk, &format!("{FOLDER}/runs.csv"));
    let places: Vec<_> = rows.iter().map(|row| (&*row["point"], &*row["repeat"])).collect();
    assert_eq!(places.len(), 12);
    assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "in order, each once: {places:?}");
    let seeds: Vec<_> = rows.iter().map(|row| &row["seed"]).collect();
    assert_eq!(seeds[..3], seeds[9..], "the same seeds at all points");
    assert!(seeds[0] != seeds[1] && seeds[1] != seeds[2], "another for each repeat");

    let row = &rows[7];
    assert_eq!((&*row["nodes.count"], &*row["kademlia.alpha"]), ("20", "1"));
    let single = SMALL.split("[sweep]").next().expect("a scenario without its sweep");
    fs::write(desk.path("single.toml"), single).expect("written");
    let set = ["--set", "nodes.count=20", "--set", "kademlia.alpha=1", "--seed", &row["seed"]];
    let run = ["run", "single.toml", "--format", "json"];
    let result: serde_json::Value =
        serde_json::from_str(&desk.succeeds(&[&run[..], &set].concat())).expect("it is JSON");
    assert_eq!(result["digest"], row["digest"].as_str());
    assert_eq!(result["events"].to_string(), row["events"]);
    let lookup = &result["operations"][0];
    assert_eq!(lookup["success_rate"].to_string(), row["operations.lookup.success_rate"]);
    let mean = lookup["latency_micros"]["mean"].to_string();
    assert_eq!(mean, row["operations.lookup.latency_micros.mean"]);

    let lines = text(&desk.read(&format!("{FOLDER}/runs.jsonl")));
    let line: serde_json::Value =
        serde_json::from_str(lines.lines().nth(7).expect("a line a run")).expect("JSON");
    assert_eq!((&line["nodes.count"], &line["digest"]), (&20.into(), &result["digest"]));
    assert_eq!(lines.lines().count(), 12);
}

#[test]
fn all_points_of_the_shipped_sweeps_are_sound() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/sweeps");
    let shipped: Vec<_> = fs::read_dir(folder).expect("they are shipped").collect();
    for entry in &shipped {
        let path = entry.as_ref().expect("readable").path();
        let plan = Grid::load(&path, &[], &[], None).and_then(|grid| Plan::new(grid, None));
        let plan = plan.unwrap_or_else(|error| panic!("{error}"));
        assert!(plan.count() > 1);
    }
    assert!(!shipped.is_empty());
}

#[test]
fn the_summary_is_that_of_the_runs() {
    let desk = Desk::with(SMALL);
    desk.succeeds(&["sweep", "my.toml", "--metric", "events"]);
    let runs = table(&desk, &format!("{FOLDER}/runs.csv"));
    let summary = table(&desk, &format!("{FOLDER}/summary.csv"));
    for point in 0..4usize {
        let events = runs.iter().filter(|row| row["point"] == point.to_string());
        let mut events: Vec<f64> =
            events.map(|row| row["events"].parse().expect("a number")).collect();
        events.sort_by(f64::total_cmp);
        let row = summary
            .iter()
            .find(|row| row["point"] == point.to_string() && row["figure"] == "events")
            .expect("each point has a row for each figure");
        let number = |name: &str| row[name].parse::<f64>().expect("a number");
        assert!((number("mean") - events.iter().sum::<f64>() / 3.0).abs() < 1e-6);
        assert_eq!((number("runs"), number("median")), (3.0, events[1]));
        assert!(number("mean_low") <= number("mean") && number("mean") <= number("mean_high"));
        assert!(number("mean_low") >= events[0] && number("mean_high") <= events[2]);
    }
    let plots = files(&desk.path(&format!("{FOLDER}/plots")));
    assert_eq!(plots, ["events-map.svg", "events.svg", "latency-join.svg", "latency-lookup.svg"]);
}

#[test]
fn tables_are_the_same_with_any_number_of_jobs_and_a_second_time() {
    let desk = Desk::with(SMALL);
    desk.succeeds(&["sweep", "my.toml", "--jobs", "1", "--out", "one"]);
    desk.succeeds(&["sweep", "my.toml", "--jobs", "3", "--out", "three"]);
    let first = tables(&desk, "one/small-7-sweep");
    assert!(first == tables(&desk, "three/small-7-sweep"), "other tables with three jobs");
    let again = desk.succeeds(&["sweep", "my.toml", "--out", "one"]);
    assert!(again.contains("12 of them from before"), "{again}");
    assert!(first == tables(&desk, "one/small-7-sweep"), "other tables a second time");
    assert_eq!(desk.succeeds(&["sweep", "my.toml", "--out", "one", "--quiet"]), "");
}

/// The finished runs in a folder, each with the time of its last change.
fn rows(folder: &Path) -> BTreeMap<String, std::time::SystemTime> {
    let Ok(entries) = fs::read_dir(folder.join("rows")) else { return BTreeMap::new() };
    let entries = entries.map(|entry| entry.expect("readable"));
    let named = entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry));
    let finished = named.filter(|(name, _)| !name.starts_with('.'));
    let changed = |entry: fs::DirEntry| entry.metadata().and_then(|about| about.modified());
    finished.map(|(name, entry)| (name, changed(entry).expect("it has a time"))).collect()
}

/// Killed ten times, each time when some more runs have finished: what has finished is not done
/// again, nothing else is in the tables, and they are those of a sweep that was left alone.
#[cfg(unix)]
#[test]
fn a_sweep_may_be_killed_at_any_moment() {
    use std::os::unix::process::ExitStatusExt;
    let larger = SMALL.replace("measurement = \"10s\"", "measurement = \"1m\"");
    let desk = Desk::with(&larger);
    let sweep = ["sweep", "my.toml", "--repeats", "16", "--jobs", "2"];
    let folder = desk.path(FOLDER);
    let mut moments = Stream::new(Seed(77), Purpose::Test, 0);
    let (mut kept, mut killed) = (BTreeMap::new(), 0);
    for _ in 0..10 {
        let enough = (kept.len() + 1 + below(moments.next_u64(), 5) as usize).min(64);
        let mut child = desk.starts(&sweep);
        child.wait_for("a number of runs", |_| rows(&folder).len() >= enough);
        child.0.kill().expect("it can be killed");
        let status = child.0.wait().expect("it has ended");
        killed += usize::from(status.signal() == Some(9));
        let now = rows(&folder);
        for (name, changed) in &kept {
            assert_eq!(now.get(name), Some(changed), "{name} is not done again");
        }
        kept = now;
    }
    assert!(killed >= 5, "most of the kills come before the end: {killed}");
    let told = desk.succeeds(&sweep);
    assert!(told.contains(&format!("{} of them from before", kept.len())), "{told}");
    let hidden: Vec<_> =
        files(&folder).into_iter().filter(|name| name.ends_with(".unfinished")).collect();
    assert_eq!(hidden, Vec::<String>::new(), "nothing half done stays");

    desk.succeeds(&[&sweep[..], &["--out", "alone"]].concat());
    let (after, alone) = (tables(&desk, FOLDER), tables(&desk, "alone/small-7-sweep"));
    for (name, (after, alone)) in TABLES.iter().zip(after.iter().zip(&alone)) {
        assert!(after == alone, "{name} is another than without kills");
    }
    assert_eq!(text(&after[1]).lines().count(), 64);
}

#[cfg(unix)]
#[test]
fn an_interrupted_sweep_says_how_it_goes_on() {
    let desk = Desk::with(SMALL);
    let sweep = ["sweep", "my.toml", "--repeats", "40"];
    let mut child = desk.starts(&sweep);
    child.wait_for("a run", |_| !rows(&desk.path(FOLDER)).is_empty());
    child.signal("INT");
    child.wait_for("its end", |child| child.try_wait().expect("it can be asked").is_some());
    assert_eq!(child.0.wait().expect("it has ended").code(), Some(130));
    assert!(!desk.path(FOLDER).join("runs.csv").exists(), "no table of some of the runs");
    let kept = rows(&desk.path(FOLDER)).len();
    let told = desk.succeeds(&sweep);
    assert!(told.contains(&format!("{kept} of them from before")), "{told}");
}

#[test]
fn what_is_wrong_is_told_before_the_first_run() {
    let desk = Desk::with(SMALL);
    let refused = |arguments: &[&str], parts: &[&str]| {
        let told = desk.fails(&[&["sweep", "my.toml"], arguments].concat(), 2);
        for part in parts {
            assert!(told.contains(part), "{part} is not in: {told}");
        }
    };
    refused(
        &["--vary", "kademlia.alpha=1,3,0"],
        &["`kademlia.alpha`", "0", "allowed is", "--vary"],
    );
    refused(&["--vary", "kademlia.alhpa=1,3"], &["unknown key `alhpa`", "did you mean `alpha`?"]);
    refused(&["--vary", "kademlia.alpha=1..5"], &["kademlia.alpha", "1..5", "lo..hi/step"]);
    refused(&["--vary", "seed=1,2"], &["--repeats"]);
    refused(&["--repeats", "0"], &["--repeats", "1..=10000"]);
    refused(&["--timeout", "5"], &["--timeout", "90s"]);
    refused(&["--jobs", "0"], &["--jobs"]);
    refused(&["--set", "nodes.contacts=15"], &["nodes.contacts", "15"]);
    let told = desk.fails(&["run", "my.toml"], 2);
    assert!(told.contains("kadsim sweep my.toml"), "{told}");
}

#[test]
fn a_folder_takes_one_sweep() {
    let desk = Desk::with(SMALL);
    desk.succeeds(&["sweep", "my.toml"]);
    let refused = |arguments: &[&str], difference: &str| {
        let told = desk.fails(&[&["sweep", "my.toml"], arguments].concat(), 2);
        assert!(told.contains("holds another sweep") && told.contains(difference), "{told}");
    };
    refused(&["--repeats", "4"], "--repeats is 3 there and 4 here");
    refused(&["--vary", "kademlia.alpha=1,3,5"], "`kademlia.alpha` is 1, 3 there and 1, 3, 5 here");
    refused(&["--vary", "kademlia.k=8,20"], "varied keys is nodes.count, kademlia.alpha there and");
    refused(&["--set", "kademlia.k=9"], "the scenario is `k = 20` there and `k = 9` here");
    let other = desk.kadsim(&["sweep", "my.toml", "--seed", "8"]);
    assert_eq!(other.status.code(), Some(0), "another seed has a folder of its own");

    let lock = File::open(desk.path(FOLDER).join(".lock")).expect("it is there");
    lock.lock().expect("nobody holds it");
    let told = desk.fails(&["sweep", "my.toml"], 2);
    assert!(told.contains("under way"), "{told}");
    drop(lock);
    desk.succeeds(&["sweep", "my.toml"]);

    let row = desk.path(FOLDER).join("rows/000002-000001.json");
    fs::write(&row, "{").expect("written");
    let told = desk.fails(&["sweep", "my.toml"], 2);
    assert!(told.contains("000002-000001.json") && told.contains("is repeated"), "{told}");
    fs::remove_file(row).expect("removed");
    assert!(desk.succeeds(&["sweep", "my.toml"]).contains("11 of them from before"));
}

/// No run ends within a nanosecond; with more time they are repeated.
#[test]
fn runs_that_take_too_long_are_told_and_repeated() {
    let desk = Desk::with(SMALL);
    let output = desk.kadsim(&["sweep", "my.toml", "--timeout", "1ns"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("12 of 12 runs took longer"), "{output:?}");
    let statuses = || {
        let rows = table(&desk, &format!("{FOLDER}/runs.csv"));
        rows.iter().map(|row| row["status"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(statuses(), ["timed-out"; 12]);
    let again = desk.kadsim(&["sweep", "my.toml", "--timeout", "1ns"]);
    assert!(text(&again.stdout).contains("12 of them from before"), "as much time is not enough");
    desk.succeeds(&["sweep", "my.toml", "--timeout", "1h"]);
    assert_eq!(statuses(), ["complete"; 12]);
}

#[test]
fn a_figure_that_no_run_has_costs_no_run() {
    let desk = Desk::with(SMALL);
    let output = desk.kadsim(&["sweep", "my.toml", "--metric", "operations.get.success_rate"]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("there are operations.join.success_rate"), "{told}");
    let told = desk.fails(&["sweep", "my.toml", "--metric", "evnets"], 2);
    assert!(told.contains("--metric evnets") && told.contains("runs.csv"), "{told}");
    assert!(desk.succeeds(&["sweep", "my.toml"]).contains("12 of them from before"));
}

/// A file that the disk has no room for is an error, and not half a file.
#[cfg(unix)]
#[test]
fn without_room_there_is_an_error_and_no_half_file() {
    let desk = Desk::with(SMALL);
    let limited = |blocks: usize| {
        // With the signal ignored, a write beyond the limit fails as it does on a full disk.
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" sweep my.toml");
        let program = assert_cmd::cargo::cargo_bin!("kadsim");
        let mut shell = std::process::Command::new("sh");
        shell.arg("-c").arg(script).arg(program).current_dir(desk.0.path());
        let output = shell.output().expect("there is a shell");
        (output.status.code(), text(&output.stderr))
    };
    let (status, told) = limited(8);
    assert_eq!(status, Some(1), "{told}");
    assert!(told.starts_with("error: cannot write output/small-7-sweep/rows/"), "{told}");
    assert!(rows(&desk.path(FOLDER)).is_empty(), "no row is there by half");
    let kept = files(&desk.path(FOLDER));
    assert!(kept.iter().all(|name| !name.ends_with(".unfinished")), "{kept:?}");

    desk.succeeds(&["sweep", "my.toml"]);
    let before = tables(&desk, FOLDER);
    let (status, told) = limited(16);
    assert_eq!(status, Some(1), "{told}");
    assert!(told.contains("cannot write output/small-7-sweep/"), "{told}");
    assert!(before == tables(&desk, FOLDER), "the tables that were there stay");

    // Nobody makes folders there, whoever asks.
    let told = desk.fails(&["sweep", "my.toml", "--out", "/proc/kadsim"], 2);
    assert!(told.contains("cannot write /proc/kadsim"), "{told}");
}

/// The table in columns has the same rows and columns as the other.
#[cfg(feature = "parquet")]
#[test]
fn the_table_in_columns_is_the_same() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;
    let desk = Desk::with(SMALL);
    desk.succeeds(&["sweep", "my.toml"]);
    let file = File::open(desk.path(FOLDER).join("runs.parquet")).expect("it is there");
    let reader = SerializedFileReader::new(file).expect("it is Parquet");
    let rows: Vec<_> = reader.get_row_iter(None).expect("it has rows").collect();
    let expected = table(&desk, &format!("{FOLDER}/runs.csv"));
    assert_eq!(rows.len(), expected.len());
    for (row, expected) in rows.iter().zip(&expected) {
        let row = row.as_ref().expect("it can be read");
        assert_eq!(row.get_column_iter().count(), expected.len());
        for (name, field) in row.get_column_iter() {
            let wanted = expected[name].as_str();
            match field {
                Field::Null => assert_eq!(wanted, "", "{name}"),
                Field::Str(text) => assert_eq!(wanted, text, "{name}"),
                Field::Long(number) => assert_eq!(wanted, number.to_string(), "{name}"),
                Field::Double(number) => assert_eq!(wanted.parse(), Ok(*number), "{name}"),
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}
