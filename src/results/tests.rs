//! Folders that are read back, whole and damaged.

use super::*;
use crate::metrics::OperationKind;
use crate::report;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A run that has been written, and where.
fn run() -> (TempDir, PathBuf) {
    let parent = tempfile::tempdir().expect("the system has room for a folder");
    let folder = report::write(parent.path(), &report::fabricated::run(), &[]).expect("written");
    (parent, folder)
}

fn read(folder: &Path) -> Result<RunFolder, ReadError> {
    match Results::open(&folder.to_string_lossy())? {
        Results::Run(run) => Ok(run),
        Results::Sweep(_) => panic!("{} is a run", folder.display()),
    }
}

/// Changes the text of a file.
fn change(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("it is there");
    assert!(text.contains(from), "{from} is in {}", path.display());
    fs::write(path, text.replacen(from, to, 1)).expect("written");
}

#[test]
fn a_run_is_read_as_it_was_written() {
    let (_parent, folder) = run();
    let written = report::fabricated::run();
    let found = read(&folder).expect("it is a run");
    assert_eq!((&found.name, found.seed), (&written.result.name, written.result.seed));
    assert_eq!(found.figures, crate::sweep::figures::of(&written.result));
    let operations = found.operations().expect("they are there");
    assert_eq!(operations.len(), written.operations.len());
    for (found, written) in operations.iter().zip(&written.operations) {
        assert_eq!((found.kind, found.hops), (written.kind, u64::from(written.hops)));
        assert_eq!(found.latency_micros, written.latency().as_micros());
    }
    let series = found.series().expect("it is there");
    assert_eq!(series.len(), written.series.samples.len());
    let (last, sample) =
        (series.last().expect("many"), written.series.samples.last().expect("many"));
    assert_eq!((last.online, last.messages), (sample.online, sample.traffic.total_sent().messages));
    let lookups = OperationKind::Lookup.index();
    assert_eq!(last.finished[lookups], sample.finished[lookups]);
}

#[test]
fn what_is_damaged_is_named_with_its_line() {
    let (_parent, folder) = run();
    let operations = folder.join("operations.csv");
    change(&operations, "\n", "\nx,lookup,1,1.0,2.0,success,1,1,1,seven,1,,\n");
    let error = read(&folder).expect("it is a run").operations().unwrap_err().to_string();
    assert!(error.contains("operations.csv:2:"), "{error}");
    let series = folder.join("timeseries.csv");
    let text = fs::read_to_string(&series).expect("it is there");
    let second = text.lines().nth(2).expect("many rows").to_owned();
    change(&series, &second, "1,2,3");
    let error = read(&folder).expect("it is a run").series().unwrap_err().to_string();
    assert!(error.contains("timeseries.csv:3:"), "{error}");

    let result = folder.join("result.json");
    change(&result, "\"name\"", "\"title\"");
    let error = read(&folder).unwrap_err().to_string();
    assert!(error.contains("result.json:1:") && error.contains("`name`"), "{error}");
    fs::write(&result, "{\n  \"name\": \"x\",\n").expect("written");
    let error = read(&folder).unwrap_err().to_string();
    assert!(error.contains("result.json:3:"), "{error}");
}

#[test]
fn a_table_that_was_cut_off_is_noticed() {
    let (_parent, folder) = run();
    let path = folder.join("operations.csv");
    let text = fs::read_to_string(&path).expect("it is there");
    let half: Vec<&str> = text.lines().take(100).collect();
    fs::write(&path, half.join("\n") + "\n").expect("written");
    let error = read(&folder).expect("it is a run").operations().unwrap_err().to_string();
    assert!(error.contains("ends after 99 operations"), "{error}");
}

#[test]
fn another_version_says_so_and_no_folder_as_well() {
    let (parent, folder) = run();
    let own = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    change(&folder.join("result.json"), &own, "\"version\": \"99.0.0\"");
    let error = read(&folder).unwrap_err().to_string();
    assert!(error.contains("written by kadsim 99.0.0"), "{error}");
    let error = read(parent.path()).unwrap_err().to_string();
    assert!(error.contains("holds no results") && error.contains("sweep.json"), "{error}");
}

/// A sweep of two keys, with one run at each point.
fn sweep() -> TempDir {
    let folder = tempfile::tempdir().expect("the system has room for a folder");
    let identity = json!({
        "version": env!("CARGO_PKG_VERSION"), "name": "s", "seed": 1, "repeats": 1,
        "vary": [
            { "key": "kademlia.alpha", "values": [1, 3] },
            { "key": "phases.measurement", "values": ["5m", "10m", "15m"] },
        ],
        "fingerprint": "", "first": "name = \"s\"\n",
    });
    fs::write(folder.path().join("sweep.json"), identity.to_string()).expect("written");
    fs::create_dir(folder.path().join("rows")).expect("made");
    for point in 0..6 {
        let row = json!({
            "point": point, "repeat": 0, "seed": 9, "status": "complete", "timeout_seconds": null,
            "digest": "d", "figures": { "events": point * 10 }, "latency_micros": {},
        });
        let name = format!("rows/{point:06}-000000.json");
        fs::write(folder.path().join(name), row.to_string()).expect("written");
    }
    folder
}

fn points(folder: &TempDir, chosen: &str) -> Result<SweepFolder, ReadError> {
    match Results::open(&format!("{}{chosen}", folder.path().display()))? {
        Results::Sweep(sweep) => Ok(sweep),
        Results::Run(_) => panic!("it is a sweep"),
    }
}

#[test]
fn points_of_a_sweep_are_chosen_by_their_values() {
    let folder = sweep();
    let places = |chosen: &str| -> Vec<usize> {
        let sweep = points(&folder, chosen).expect("there are such");
        sweep.points.iter().map(|point| point.place).collect()
    };
    assert_eq!(places(""), [0, 1, 2, 3, 4, 5]);
    assert_eq!(places("@kademlia.alpha=3"), [3, 4, 5]);
    assert_eq!(places("@phases.measurement=10m"), [1, 4]);
    assert_eq!(places("@phases.measurement=10m,kademlia.alpha=3"), [4]);
    let chosen = points(&folder, "@phases.measurement=10m").expect("there are such");
    assert_eq!(chosen.points[1].values, [Value::from(3)]);
    assert_eq!(chosen.points[1].rows[0].figures["events"], 40.into());
    let told = |chosen: &str| points(&folder, chosen).unwrap_err().to_string();
    assert!(told("@nodes.count=3").contains("give kademlia.alpha, phases.measurement"));
    assert!(told("@kademlia.alpha=2").contains("it has 1, 3"));
    assert!(told("@alpha").contains("key=value"));
}

#[test]
fn a_damaged_row_of_a_sweep_is_named() {
    let folder = sweep();
    fs::rename(
        folder.path().join("rows/000002-000000.json"),
        folder.path().join("rows/000003-000000.json"),
    )
    .expect("renamed");
    let error = points(&folder, "").unwrap_err().to_string();
    assert!(error.contains("000003-000000.json:1:") && error.contains("another run"), "{error}");
}
