//! kadsim doctor: what it says of this machine, and that the figures by which it judges hold for what
//! runs really take.

use crate::desk::{Desk, text};
use kadsim::doctor::needs::{self, Load};
use kadsim::kademlia::params::Params;
use serde_json::Value;

fn diagnosis(desk: &Desk, arguments: &[&str], status: i32) -> Value {
    let whole: Vec<&str> =
        ["doctor", "--format", "json"].iter().chain(arguments).copied().collect();
    let output = desk.kadsim(&whole);
    assert_eq!(text(&output.stderr), "", "{arguments:?}");
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {}", text(&output.stdout));
    let value: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(value["obstructed"], status == 1, "{arguments:?}");
    value
}

fn obstacles(diagnosis: &Value) -> Vec<&str> {
    let findings = diagnosis["findings"].as_array().expect("a list");
    let grave = findings.iter().filter(|finding| finding["severity"] == "obstacle");
    grave.map(|finding| finding["about"].as_str().expect("a word")).collect()
}

#[test]
fn a_small_network_fits_anywhere_and_the_largest_nowhere() {
    let desk = Desk::with("");
    let small = diagnosis(&desk, &["--nodes", "1000", "--udp-nodes", "20"], 0);
    assert!(small["facts"]["cores"]["usable"].as_u64() > Some(0));
    if cfg!(target_os = "linux") {
        assert!(small["usable_memory"].as_u64() > Some(needs::RUN_BYTES));
        assert!(small["simulation"][0]["idle"].as_u64() > small["simulation"][0]["busy"].as_u64());
        assert!(small["sockets"]["nodes"].as_u64() >= Some(20));
    }
    // More nodes than a scenario may have.
    let large = diagnosis(&desk, &["--nodes", "100000001"], 1);
    assert_eq!(obstacles(&large), ["memory"]);
    if cfg!(target_os = "linux") {
        let large = diagnosis(&desk, &["--udp-nodes", "10000000000"], 1);
        assert_eq!(obstacles(&large).len(), 1);
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_in_the_way() {
    let desk = Desk::with("");
    assert_eq!(obstacles(&diagnosis(&desk, &["--out", "my.toml"], 1)), ["disk"]);
    assert_eq!(obstacles(&diagnosis(&desk, &["--out", "my.toml/below"], 1)), ["disk"]);
    diagnosis(&desk, &["--out", "not/yet/there"], 0);
    assert!(!desk.path("not").exists(), "it looks and makes nothing");
}

#[test]
fn it_is_told_in_words_as_well() {
    let desk = Desk::with("");
    let said = desk.succeeds(&["doctor", "--nodes", "500", "--k", "8"]);
    for part in ["Runs on UDP sockets", "500 nodes with k = 8", "Nothing stands in the way."] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let output = desk.kadsim(&["doctor", "--out", "my.toml"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("in the way: ") && said.contains("  -> give --out"), "{said}");
    for wrong in [["--nodes", "0"], ["--udp-nodes", "many"], ["--k", "300"]] {
        desk.fails(&["doctor", wrong[0], wrong[1]], 2);
    }
}

/// With a limit of open files that is set for the program alone.
#[cfg(unix)]
#[test]
fn the_hard_limit_of_open_files_bounds_runs_on_sockets() {
    let program = assert_cmd::cargo::cargo_bin!("kadsim");
    let limited = |nodes: &str| {
        let line = "ulimit -n 100 && exec \"$0\" doctor --format json --udp-nodes \"$1\"";
        let mut shell = std::process::Command::new("sh");
        let output = shell.args(["-c", line]).arg(program).arg(nodes).output();
        let output = output.expect("there is a shell");
        let value: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        (output.status.code(), value)
    };
    let (status, fits) = limited("68");
    assert_eq!((status, &fits["sockets"]["nodes"]), (Some(0), &Value::from(68)), "{fits}");
    assert_eq!(fits["sockets"]["limit"], "open-files");
    let (status, too_many) = limited("69");
    assert_eq!((status, obstacles(&too_many)), (Some(1), vec!["open-files"]), "{too_many}");
}

/// A network that looks up now and then, and one that looks up without pause: what they take at their
/// peak is no more than the figures say, and the figures say no more than a few times that.
#[cfg(target_os = "linux")]
#[test]
fn small_runs_take_what_the_figures_say() {
    let base = include_str!("../../scenarios/speed.toml");
    let desk = Desk::with(base);
    let peak = |nodes: u64, preset: &str, rate: &str, name: &str| -> u64 {
        desk.succeeds(&[
            "run",
            "my.toml",
            "--quiet",
            "--set",
            &format!("name={name}"),
            "--set",
            &format!("nodes.count={nodes}"),
            "--set",
            &format!("kademlia.preset={preset}"),
            "--set",
            &format!("workload.0.rate={rate}"),
            "--set",
            "phases.measurement=2s",
        ]);
        let cost = desk.read(&format!("output/{name}-1/performance.json"));
        let cost: Value = serde_json::from_slice(&cost).expect("it is JSON");
        cost["peak_memory_bytes"].as_u64().expect("Linux tells")
    };
    let holds = |taken: u64, said: u64, what: &str| {
        assert!(taken <= said, "{what}: {taken} bytes taken, {said} said");
        assert!(said <= 3 * taken, "{what}: {said} bytes said, only {taken} taken");
    };
    for (preset, params) in [("paper", Params::paper()), ("mainline", Params::mainline())] {
        let said = |nodes, load| needs::simulation(nodes, params.k as u64, load);
        let taken = peak(20_000, preset, "0.01/s", &format!("idle-{preset}"));
        holds(taken, said(20_000, Load::Idle), &format!("{preset}, idle"));
        let taken = peak(4_000, preset, "2/s", &format!("busy-{preset}"));
        holds(taken, said(4_000, Load::Busy), &format!("{preset}, busy"));
    }
}

/// What the nodes of a run on sockets take, in the process.
#[cfg(target_os = "linux")]
#[test]
fn small_runs_on_sockets_take_what_the_figures_say() {
    let desk = Desk::with(include_str!("../../scenarios/validate-200.toml"));
    let phases = ["--set", "phases.init=1s", "--set", "phases.transition=1ms"];
    let short = ["--set", "phases.measurement=1s", "--set", "nodes.count=300"];
    let run = ["run", "my.toml", "--quiet", "--transport", "udp"];
    desk.succeeds(&[&run[..], &phases, &short].concat());
    let cost = desk.read("output/validate-200-1-udp/performance.json");
    let cost: Value = serde_json::from_slice(&cost).expect("it is JSON");
    let taken = cost["peak_memory_bytes"].as_u64().expect("Linux tells");
    assert!(taken <= needs::sockets(300), "{taken} bytes");
}
