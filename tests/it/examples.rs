//! The examples, as programs: they run, say the same each time, and what they say is right.
//!
//! `cargo test` builds them beside the program; with a choice of targets, `--examples` does.

use std::path::Path;
use std::process::{Command, Output};

fn run(name: &str, arguments: &[&str], threads: &str) -> Output {
    let program = assert_cmd::cargo::cargo_bin!("kadsim");
    let folder = Path::new(program).parent().expect("it lies in a folder");
    let file = folder.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(file.exists(), "{} is built by `cargo build --examples`", file.display());
    let output = Command::new(file).args(arguments).env("RAYON_NUM_THREADS", threads).output();
    output.expect("it starts")
}

/// What an example prints, with one thread and with three.
fn said(name: &str, arguments: &[&str]) -> String {
    let [once, again] = ["1", "3"].map(|threads| {
        let output = run(name, arguments, threads);
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it prints UTF-8")
    });
    assert_eq!(once, again, "{name} says the same each time");
    once
}

/// The numbers of the line that begins with `name`.
fn numbers(said: &str, name: &str) -> Vec<f64> {
    let line = said.lines().find_map(|line| line.strip_prefix(name));
    let line = line.unwrap_or_else(|| panic!("no line begins with {name:?}:\n{said}"));
    line.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

#[test]
fn the_ring_finds_owners_and_survives_a_crash() {
    let ring = said("ring", &["128", "3"]);
    let [asked, answered, right, hops] = numbers(&ring, "all online")[..] else { panic!("{ring}") };
    assert_eq!((asked, answered, right), (2_000.0, 2_000.0, 2_000.0), "{ring}");
    // Half the logarithm of the number of nodes (Stoica et al., section 6.3), less the last hop.
    assert!((2.0..4.5).contains(&hops), "{hops} hops among 128 nodes");
    let [asked, answered, right, _] = numbers(&ring, "a fifth crashed")[..] else {
        panic!("{ring}")
    };
    assert!(asked < 2_000.0, "who has crashed asks nothing");
    assert!(answered > 0.99 * asked && right > 0.99 * answered, "{ring}");
    let digest = ring.lines().last().and_then(|line| line.strip_prefix("digest "));
    assert!(digest.is_some_and(|digest| digest.len() == 16), "{ring}");
    assert_ne!(said("ring", &["128", "4"]), ring, "another seed is another run");
    let wrong = run("ring", &["1"], "1");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("from 2 to 100000"));
}

#[test]
fn more_requests_at_a_time_are_sooner_and_cost_more() {
    let table = said("experiment", &[]);
    let [one, three, six] = ["        1", "        3", "        6"].map(|name| {
        let [gets, soon, _, _, late, requests] = numbers(&table, name)[..6] else {
            panic!("{table}")
        };
        assert!(gets > 500.0, "{table}");
        assert!(soon < late && late <= 100.0, "{table}");
        (soon, requests)
    });
    assert!(one.0 < three.0 && one.1 < three.1, "{table}");
    assert!(three.0 <= six.0 + 2.0 && three.1 < six.1, "{table}");
    let digests: Vec<_> =
        table.lines().skip(2).filter_map(|line| line.split(' ').next_back()).collect();
    assert!(digests.len() == 3 && digests.iter().all(|digest| digest.len() == 16), "{table}");
}

#[test]
fn larger_buckets_find_more_where_nodes_come_and_go() {
    let table = said("sweep", &[]);
    let found = |k: &str, session: &str| -> f64 {
        let row = table.lines().find_map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            (cells.get(1) == Some(&k) && cells.get(2) == Some(&session))
                .then(|| cells[3].to_owned())
        });
        let cell = row.unwrap_or_else(|| panic!("no row for {k}, {session}:\n{table}"));
        assert!(cell.contains('[') && cell.contains(']'), "a mean with its interval: {cell}");
        cell.split(' ').next().and_then(|mean| mean.parse().ok()).expect("a number")
    };
    assert!(found("4", "2m") < found("16", "2m"), "{table}");
    assert!(found("16", "20m") > 97.0, "{table}");
    assert!(found("4", "2m") < found("4", "20m"), "{table}");
}

/// The first of three that take up to a second each answers after a quarter of it on average, a single one
/// after half, and two ways of 20 ms.
#[test]
fn three_mirrors_at_a_time_answer_sooner() {
    let table = said("workload", &[]);
    for (name, expected) in [("            1", 540.0), ("            3", 290.0)] {
        let [readers, wait] = numbers(&table, name)[..] else { panic!("{table}") };
        assert_eq!(readers, 190.0, "{table}");
        assert!((wait - expected).abs() < 60.0, "{wait} instead of {expected} ms\n{table}");
    }
}
