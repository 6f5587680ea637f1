//! Lists in the documentation are complete: the scenarios that come along, the columns of each CSV
//! file, and what sockets cannot carry.

use crate::docs::{cells, general, page, quoted};
use crate::worlds::{run, scenario};
use kadsim::runner::Obstacle;
use std::collections::BTreeSet;
use std::fs;
use std::io::Error;
use std::path::Path;

/// The lines of a page from this heading to the next.
fn below<'p>(page: &'p str, heading: &str) -> Vec<&'p str> {
    let mut lines = page.lines().skip_while(|line| *line != heading);
    assert!(lines.next().is_some(), "there is a heading {heading}");
    lines.take_while(|line| !line.starts_with('#')).collect()
}

/// What stands between backticks in the first cells of the tables among these lines.
fn first_cells(lines: &[&str]) -> Vec<String> {
    let rows = lines.iter().filter(|line| line.starts_with("| `"));
    rows.flat_map(|row| quoted(&cells(row)[0]).map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn every_scenario_that_comes_along_is_listed_and_no_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeSet::new();
    let mut folders = vec!["scenarios".to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).expect("scenarios come along") {
            let entry = entry.expect("its entries as well");
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            match entry.path().is_dir() {
                // What runs came to, and no scenarios.
                true if name == "scenarios/baselines" => {}
                true => folders.push(name),
                false if name.ends_with(".toml") => drop(files.insert(name)),
                false => {}
            }
        }
    }
    let page = page("scenario.md");
    let listed = first_cells(&below(&page, "## The scenarios that come with kadsim"));
    assert_eq!(listed.len(), files.len(), "each stands there once");
    assert_eq!(BTreeSet::from_iter(listed), files);
}

/// In the order in which they are written; columns of a family stand there as one.
#[test]
fn the_columns_of_each_csv_file_are_documented() {
    let settings = [
        "nodes.count=20",
        "phases.init=5s",
        "phases.transition=1s",
        "phases.measurement=5s",
        "workload.0.kind=put-get",
        "workload.0.rate=1/s",
        "output.plots=[]",
    ];
    let run = run(&scenario("", &settings));
    let folder = tempfile::tempdir().expect("the system has room for a folder");
    let written = kadsim::report::write(folder.path(), &run, &[]).expect("it is written");
    let page = page("results.md");
    for file in ["timeseries.csv", "operations.csv", "records.csv"] {
        let text = fs::read_to_string(written.join(file)).expect("it is there");
        let mut columns: Vec<String> = Vec::new();
        for column in text.lines().next().expect("a header").split(',').map(general) {
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        assert_eq!(first_cells(&below(&page, &format!("## `{file}`"))), columns, "{file}");
    }
}

/// What the page calls an obstacle. One that is added does not compile until it stands here; put it
/// into the list below as well.
fn called(obstacle: &Obstacle) -> &'static str {
    match obstacle {
        Obstacle::OpenFiles { .. } => "more nodes than the system lets files be",
        Obstacle::Ports { .. } => "or ports be had",
        Obstacle::Downlink { .. } => "a limited `downlink`",
        Obstacle::RouterDownlink { .. } => "`host_bandwidth_down`",
        Obstacle::Undialable { .. } => "`dialable = false`",
        Obstacle::RecordSize { .. } => "records of more than 996 bytes",
        Obstacle::Registers { .. } => "registers, as a record lies under the hash of its content",
        Obstacle::TalkSize { .. } => "requests or replies of more than 8,000 bytes",
        Obstacle::Tokens { .. } => "`kademlia.precautions = \"none\"`",
        Obstacle::Snapshot => "`[[snapshot]]`",
        Obstacle::Attack => "`[[attack]]`",
        Obstacle::AddressGroups { .. } => "limits of address groups",
        Obstacle::TimerSkew { .. } => "`timer-skew`",
        Obstacle::System(_) => "or something could not be done",
    }
}

#[test]
fn what_sockets_cannot_carry_is_documented() {
    let all = [
        Obstacle::OpenFiles { nodes: 0, needed: 0, allowed: 0 },
        Obstacle::Ports { nodes: 0, opened: 0, cause: Error::other("") },
        Obstacle::Downlink { class: 0 },
        Obstacle::RouterDownlink { router: String::new() },
        Obstacle::Undialable { class: 0 },
        Obstacle::RecordSize { workload: 0, size: 0, most: 0 },
        Obstacle::Registers { workload: 0 },
        Obstacle::TalkSize { workload: 0, largest: 0, most: 0 },
        Obstacle::Tokens { workload: 0 },
        Obstacle::Snapshot,
        Obstacle::Attack,
        Obstacle::AddressGroups { key: "" },
        Obstacle::TimerSkew { fault: 0 },
        Obstacle::System(Error::other("")),
    ];
    let page = page("validate.md").split_whitespace().collect::<Vec<_>>().join(" ");
    let missing: Vec<_> = all.iter().map(called).filter(|name| !page.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
