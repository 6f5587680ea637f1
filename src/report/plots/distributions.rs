//! Plots of how values are spread.

use super::axis::Axis;
use super::bins::Bins;
use super::chart::{Chart, Data, Marks, Panel};
use super::scene::Look;
use crate::runner::result::{Distribution, RunOutput};

fn chart(name: &'static str, title: &str, x: Axis, panel: Panel) -> Chart {
    let (title, subtitle) = (title.to_owned(), String::new());
    Chart { name, title, subtitle, x, panels: vec![panel], phases: vec![] }
}

/// Share of successful operations that took no longer than so many milliseconds.
pub fn latency(run: &RunOutput) -> Option<Chart> {
    let values = || run.distributions.iter().flat_map(|spread| &spread.latency_micros);
    let millis = |micros: u64| micros as f64 / 1_000.0;
    // What took no time has no place on a logarithmic axis; it stands at its left end.
    let smallest = values().map(|(micros, _)| *micros).filter(|micros| *micros > 0).min();
    let largest = values().map(|(micros, _)| *micros).max()?;
    let smallest = smallest.unwrap_or(1_000);
    let x = Axis::logarithmic(
        "Latency (milliseconds, logarithmic)",
        millis(smallest),
        millis(largest.max(smallest)),
    );
    let line = |spread: &Distribution| {
        let total = spread.latency_micros.last().map_or(1, |(_, count)| *count) as f64;
        let mut points = vec![];
        let mut before = 0.0;
        for (micros, count) in &spread.latency_micros {
            let share = 100.0 * *count as f64 / total;
            points.extend([(millis(*micros), before), (millis(*micros), share)]);
            before = share;
        }
        let look = Look::nth(spread.kind.index());
        Data { name: spread.kind.name().to_owned(), look, points }
    };
    let lines = run.distributions.iter().map(line).collect();
    let y = Axis::percent("Successful operations that took no longer", 0.0);
    let panel = Panel { y, marks: Marks::Lines(lines) };
    Some(chart("latency-cdf", "Latency of successful operations", x, panel))
}

/// Share of successful operations by rounds.
pub fn rounds(run: &RunOutput) -> Option<Chart> {
    let values = || run.distributions.iter().flat_map(|spread| &spread.rounds);
    let first = values().map(|(rounds, _)| *rounds).min()?;
    let last = values().map(|(rounds, _)| *rounds).max()?;
    let bins = Bins::of(first, last);
    let bars = |spread: &Distribution| {
        let total = spread.rounds.last().map_or(1, |(_, count)| *count) as f64;
        let mut points = bins.points();
        let mut before = 0;
        for (rounds, count) in &spread.rounds {
            points[bins.place(*rounds)].1 += 100.0 * (count - before) as f64 / total;
            before = *count;
        }
        let look = Look::nth(spread.kind.index());
        Data { name: spread.kind.name().to_owned(), look, points }
    };
    let groups: Vec<_> = run.distributions.iter().map(bars).collect();
    let highest = groups.iter().flat_map(|g| &g.points).map(|p| p.1).fold(0.0, f64::max);
    let x = bins.axis("Rounds (requests one after another)");
    let y = Axis::from_zero("Share of successful operations (%)", highest);
    let panel = Panel { y, marks: Marks::Grouped(groups) };
    Some(chart("rounds", "Rounds of successful operations", x, panel))
}

/// Mean contacts in the buckets of each depth.
pub fn buckets(run: &RunOutput) -> Option<Chart> {
    let all = &run.result.tables.buckets;
    let used = all.iter().rposition(|bucket| bucket.contacts_mean > 0.0)?;
    let used = &all[..=used];
    let layer = |name: &str, place, value: &dyn Fn(usize) -> f64| Data {
        name: name.to_owned(),
        look: Look::nth(place),
        points: (0..used.len()).map(|bucket| (bucket as f64, value(bucket))).collect(),
    };
    let online = layer("online", 0, &|i| used[i].online_mean);
    let gone = layer("offline", 1, &|i| used[i].contacts_mean - used[i].online_mean);
    let highest = used.iter().map(|bucket| bucket.contacts_mean).fold(0.0, f64::max);
    let names = used.iter().map(|bucket| bucket.depth.to_string()).collect();
    let x = Axis::places("Bucket (leading key bits shared with its owner)", names);
    let y = Axis::from_zero("Contacts per node, mean", highest);
    let panel = Panel { y, marks: Marks::Stacked(vec![online, gone]) };
    Some(chart("buckets", "Contacts per bucket at the end", x, panel))
}
