//! What goes along with the program: completions, manual pages, logs.

use crate::desk::{Desk, files, text};
use std::process::Output;

const COMMANDS: [&str; 18] = [
    "run",
    "sweep",
    "compare",
    "report",
    "baseline",
    "trace",
    "check",
    "init",
    "validate",
    "topology",
    "node",
    "fidelity",
    "bench",
    "growth",
    "doctor",
    "schema",
    "completions",
    "man",
];

const SMALL: &str =
    "[nodes]\ncount = 10\n[phases]\ninit = \"1s\"\ntransition = \"2s\"\nmeasurement = \"2s\"\n";

#[test]
fn completions_name_every_command() {
    let desk = Desk::with(SMALL);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = desk.succeeds(&["completions", shell]);
        for command in COMMANDS {
            assert!(script.contains(command), "{shell}: {command}");
        }
        assert!(script.contains("lookup"), "{shell}: options");
    }
    let message = desk.fails(&["completions", "tcsh"], 2);
    assert!(message.contains("bash") && message.contains("zsh"), "{message}");
}

#[test]
fn manual_pages_name_every_command() {
    let desk = Desk::with(SMALL);
    let page = desk.succeeds(&["man"]);
    assert!(page.contains(".TH kadsim 1"), "{page}");
    for command in COMMANDS {
        assert!(page.contains(&format!("kadsim\\-{command}(1)")), "{command}: {page}");
    }
    assert_eq!(desk.succeeds(&["man", "--out", "pages"]), "");
    let pages = files(&desk.path("pages"));
    for command in COMMANDS {
        let name = format!("kadsim-{command}.1");
        assert!(pages.contains(&name), "{name}: {pages:?}");
        assert!(desk.read(&format!("pages/{name}")).len() > 200, "{name}");
    }
    assert!(text(&desk.read("pages/kadsim-trace.1")).contains("lookup"));
    desk.fails(&["man", "--out", "my.toml"], 2);
}

/// The program in the folder, with `RUST_LOG` as given.
fn told(desk: &Desk, arguments: &[&str], wanted: &str) -> Output {
    let mut command = assert_cmd::Command::cargo_bin("kadsim").expect("the program is built");
    command.current_dir(desk.0.path()).args(arguments).env("RUST_LOG", wanted);
    command.output().expect("the program starts")
}

#[test]
fn logs_go_to_standard_error_and_change_nothing() {
    let desk = Desk::with(SMALL);
    let run = ["run", "my.toml", "--set", "output.plots=[]", "--format", "json"];
    let plain = desk.succeeds(&run);
    let verbose: [(&[&str], &str, bool); 5] = [
        (&["-v"], "", false),
        (&["-vv"], "", true),
        (&[], "kadsim=info", false),
        (&["--verbose"], "kadsim::runner=debug", true),
        (&["--verbose"], "kadsim=off", false),
    ];
    for (arguments, wanted, windows) in verbose {
        let output = told(&desk, &[&run, arguments].concat(), wanted);
        let log = text(&output.stderr);
        assert_eq!(text(&output.stdout), plain, "{arguments:?} {wanted}");
        assert!(output.status.success(), "{log}");
        let told = ["the network is set up", "the measurement begins", "the run has ended"];
        let is_told = told.iter().all(|line| log.contains(line));
        assert_eq!(is_told, wanted != "kadsim=off", "{arguments:?} {wanted}: {log}");
        assert_eq!(log.contains("window"), windows, "{arguments:?} {wanted}: {log}");
    }
    let output = told(&desk, &run, "kadsim=loud");
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("RUST_LOG \"kadsim=loud\""), "{message}");
}
