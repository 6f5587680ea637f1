//! A diagnosis as a person reads it.

use super::facts::{Facts, HugePages, Overcommit};
use super::{Diagnosis, Severity, SimulationSize};
use crate::report::table::{pairs, texts};
use crate::report::text::{bytes, grouped, short};
use std::fmt::Write;

const HEADER: [&str; 4] = ["k", "nodes, idle", "nodes, busy", "presets"];

/// What the machine has, what fits, and what there is to say, for a terminal.
pub fn table(diagnosis: &Diagnosis) -> String {
    let mut text = format!("{}\n", pairs(&facts(&diagnosis.facts)));
    let sizes = diagnosis.simulation.iter().map(|size: &SimulationSize| {
        [size.k.to_string(), grouped(size.idle), grouped(size.busy), size.presets.join(", ")]
    });
    match diagnosis.usable_memory {
        None => text.push_str("The system does not tell its memory: what fits is not known.\n"),
        Some(room) => {
            let room = bytes(room as f64);
            let _ = writeln!(text, "Simulations that fit into {room} of memory, at most:");
            let _ = writeln!(text, "{}", texts(HEADER, sizes));
            text.push_str("Busy nodes look up two keys a second each; records come on top.\n");
        }
    }
    let _ = match (diagnosis.sockets.nodes, diagnosis.sockets.limit) {
        (Some(nodes), Some(limit)) => writeln!(
            text,
            "Runs on UDP sockets: at most {} nodes; the limit is {}.",
            grouped(nodes),
            limit.name()
        ),
        _ => writeln!(text, "Runs on UDP sockets: the system tells no limit."),
    };
    for finding in &diagnosis.findings {
        let severity = match finding.severity {
            Severity::Obstacle => "in the way",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let _ = writeln!(text, "{severity}: {}\n  -> {}", finding.what, finding.advice);
    }
    let conclusion = match diagnosis.is_obstructed() {
        true => "Something stands in the way.",
        false => "Nothing stands in the way.",
    };
    let _ = writeln!(text, "{conclusion}");
    text
}

fn facts(facts: &Facts) -> Vec<(String, String)> {
    let amount = |value: Option<u64>| value.map_or("unknown".to_owned(), |n| bytes(n as f64));
    let count = |value: Option<u64>| value.map_or("unknown".to_owned(), grouped);
    let memory = &facts.memory;
    let mut rows = vec![
        ("cores".to_owned(), cores(facts)),
        (
            "memory".to_owned(),
            format!("{} available of {}", amount(memory.available), amount(memory.total)),
        ),
    ];
    if let Some(group) = memory.group {
        let text = format!("{} free of {}", bytes(group.room() as f64), bytes(group.limit as f64));
        rows.push(("memory of the control group".to_owned(), text));
    }
    let huge_pages = match memory.huge_pages {
        HugePages::Always => "always",
        HugePages::Madvise => "where a program asks, as kadsim does",
        HugePages::Never => "never",
        HugePages::Unknown => "unknown",
    };
    let overcommit = match memory.overcommit {
        Overcommit::Heuristic => "within reason (0)",
        Overcommit::Always => "whatever is asked for (1)",
        Overcommit::Never => "none (2)",
        Overcommit::Unknown => "unknown",
    };
    let files = &facts.files;
    let disk = &facts.disk;
    let place = disk.existing.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let loopback = match &facts.udp.loopback_failure {
        None => "works".to_owned(),
        Some(failure) => failure.clone(),
    };
    rows.extend([
        ("huge pages".to_owned(), huge_pages.to_owned()),
        ("memory promised beyond what is there".to_owned(), overcommit.to_owned()),
        (
            "open files".to_owned(),
            format!("{}, may be raised to {}", count(files.soft), count(files.hard)),
        ),
        (
            format!("disk for {}", disk.folder.display()),
            format!("{} free at {place}", amount(disk.free)),
        ),
        ("UDP on 127.0.0.1".to_owned(), loopback),
        ("ports for sockets".to_owned(), count(facts.udp.ports)),
    ]);
    rows
}

fn cores(facts: &Facts) -> String {
    let cores = &facts.cores;
    let of = cores.online.map_or(String::new(), |online| format!(" of {online}"));
    let quota = cores
        .quota
        .map_or(String::new(), |quota| format!(", a quota of {} in processor time", short(quota)));
    format!("{}{of}{quota}", cores.usable)
}
