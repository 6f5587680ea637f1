//! What faults did, as a person reads it in a terminal.

use super::table::numbers;
use super::text::{grouped, percent, short};
use crate::runner::faults::{ByTime, FaultFigures, Measure, RecoveryFigures, SuccessFigures};
use std::fmt::Write;

/// The sections of all faults.
pub fn faults(figures: &[FaultFigures]) -> String {
    let mut text = String::new();
    for fault in figures {
        head(&mut text, fault);
        let rows: Vec<_> = rows(fault).collect();
        if !rows.is_empty() {
            let header = ["nodes", "operation", "before", "during", "after"];
            let _ = writeln!(text, "{}", numbers(header, rows.into_iter()));
        }
        recovery(&mut text, fault);
        records(&mut text, fault);
    }
    text
}

fn head(text: &mut String, fault: &FaultFigures) {
    let name = match fault.name == fault.kind {
        true => fault.name.clone(),
        false => format!("{} ({})", fault.name, fault.kind),
    };
    let time = match fault.end {
        Some(end) if end == fault.start => format!("at {}", fault.start),
        Some(end) => format!("from {} to {end}", fault.start),
        None => format!("from {} on", fault.start),
    };
    let _ = write!(text, "\nFault: {name} {time}\n  {} nodes", grouped(fault.nodes));
    if let Some(online) = fault.nodes_online {
        let _ = write!(text, ", {} of them online before", grouped(online));
    }
    let _ = writeln!(text, "; {} packets dropped", grouped(fault.packets_dropped));
}

fn rows(fault: &FaultFigures) -> impl Iterator<Item = [String; 5]> {
    fault.sides.iter().flat_map(|side| {
        let nodes = format!("{} {}", grouped(side.nodes), side.side);
        side.operations.iter().map(move |by_time| {
            let ByTime { kind, before, during, after } = by_time;
            let [before, during, after] = [before, during, after].map(share);
            [nodes.clone(), kind.name().to_owned(), before, during, after]
        })
    })
}

/// Success, and the recall of what was compared with the truth.
fn share(figures: &SuccessFigures) -> String {
    let success = figures.success_rate.map_or("-".to_owned(), percent);
    let recall = figures.recall.map(|recall| format!(", recall {}", percent(recall)));
    success + &recall.unwrap_or_default()
}

fn recovery(text: &mut String, fault: &FaultFigures) {
    let since = if fault.end.is_some() { "its end" } else { "its beginning" };
    let row = |figures: &RecoveryFigures| {
        let what = match figures.measure {
            Measure::Success => "success",
            Measure::Recall => "recall",
        };
        let time = match figures.recovered_after_seconds {
            Some(seconds) => format!("{} s after {since}", short(seconds)),
            None => "not within the run".to_owned(),
        };
        let (level, lowest) = (percent(figures.level), percent(figures.lowest));
        let kind = figures.kind.name();
        format!("  {kind} {what}: {level} before, {lowest} at worst; recovered {time}")
    };
    for figures in &fault.recovery {
        let _ = writeln!(text, "{}", row(figures));
    }
    if !fault.recovery.is_empty() {
        let rule = &fault.recovery_rule;
        let _ = writeln!(
            text,
            "  (recovered: from the first of {} intervals of {} s on that are within {} and {} \
             deviations\n  of the level before)",
            rule.consecutive_intervals,
            short(rule.interval_seconds),
            percent(rule.band),
            short(rule.deviations),
        );
    }
}

fn records(text: &mut String, fault: &FaultFigures) {
    if let Some(records) = fault.records.filter(|records| records.alive_at_start > 0) {
        let at_end = records.lost_at_end;
        let at_end = at_end.map(|lost| format!("{} when it was over, ", grouped(lost)));
        let _ = writeln!(
            text,
            "  of {} records alive before: lost {}{} at the end of the run",
            grouped(records.alive_at_start),
            at_end.unwrap_or_default(),
            grouped(records.lost_at_run_end)
        );
    }
    if let Some(across) = fault.across.filter(|across| across.records_put > 0) {
        let _ = writeln!(
            text,
            "  records put on one side: {}; asked for from another afterwards: {}; never found: {}",
            grouped(across.records_put),
            grouped(across.records_asked),
            grouped(across.records_never_found)
        );
    }
}
