//! Plots of how values are spread.

use super::axis::Axis;
use super::bins::Bins;
use super::chart::{Chart, Data, Marks, Panel};
use super::scene::Look;
use crate::runner::result::{Distribution, RunOutput};

/// More lines of links than this cannot be told apart.
const MOST_LINKS: usize = 8;
/// Waits up to so many microseconds are no waits to be told apart.
const SHORT_WAIT: u64 = 99;

fn chart(name: &'static str, title: &str, x: Axis, panel: Panel) -> Chart {
    let (title, subtitle) = (title.to_owned(), String::new());
    Chart { name, title, subtitle, x, panels: vec![panel], phases: vec![], bands: vec![] }
}

/// Lines of shares in percent over milliseconds, from microseconds with the number of values up
/// to each; and their axis, which begins at the smallest value above `least` microseconds.
fn shares_over_millis<'r>(
    label: &str,
    least: u64,
    spreads: impl Iterator<Item = (String, Look, &'r [(u64, u64)])> + Clone,
) -> Option<(Axis, Vec<Data>)> {
    let values = || spreads.clone().flat_map(|(_, _, values)| values);
    let millis = |micros: u64| micros as f64 / 1_000.0;
    // What took less, or no time, has no place on a logarithmic axis; it stands at its left end.
    let smallest = values().map(|(micros, _)| *micros).filter(|micros| *micros > least).min();
    let largest = values().map(|(micros, _)| *micros).max()?;
    let smallest = smallest.unwrap_or(1_000);
    let x = Axis::logarithmic(
        format!("{label} (milliseconds, logarithmic)"),
        millis(smallest),
        millis(largest.max(smallest)),
    );
    let line = |(name, look, values): (String, Look, &[(u64, u64)])| {
        let total = values.last().map_or(1, |(_, count)| *count) as f64;
        let mut points = vec![];
        let mut before = 0.0;
        for (micros, count) in values {
            let share = 100.0 * *count as f64 / total;
            points.extend([(millis(*micros), before), (millis(*micros), share)]);
            before = share;
        }
        Data { name, look, points }
    };
    Some((x, spreads.clone().map(line).collect()))
}

/// Share of successful operations that took no longer than so many milliseconds.
pub fn latency(run: &RunOutput) -> Option<Chart> {
    let spreads = run.distributions.iter().map(|spread| {
        let look = Look::nth(spread.kind.index());
        (spread.kind.name().to_owned(), look, &spread.latency_micros[..])
    });
    let (x, lines) = shares_over_millis("Latency", 0, spreads)?;
    let y = Axis::percent("Successful operations that took no longer", 0.0);
    let panel = Panel { y, marks: Marks::Lines(lines) };
    Some(chart("latency-cdf", "Latency of successful operations", x, panel))
}

/// Share of packets that waited no longer than so many milliseconds before finite links.
pub fn queueing(run: &RunOutput) -> Option<Chart> {
    let shown = &run.link_waits[..run.link_waits.len().min(MOST_LINKS)];
    let spreads = shown.iter().enumerate();
    let spreads =
        spreads.map(|(place, waits)| (waits.name.clone(), Look::nth(place), &waits.micros[..]));
    let (x, mut lines) = shares_over_millis("Queueing delay", SHORT_WAIT, spreads)?;
    // Most links have waits of their own orders of magnitude; all lines go on to the right end.
    let ends = lines.iter().filter_map(|line| line.points.last());
    let longest = ends.map(|point| point.0).fold(0.0, f64::max);
    lines.iter_mut().for_each(|line| line.points.push((longest, 100.0)));
    let y = Axis::percent("Packets that waited no longer", 0.0);
    let panel = Panel { y, marks: Marks::Lines(lines) };
    let title = match run.link_waits.len() - shown.len() {
        0 => "Queueing delay at access links".to_owned(),
        _ => format!("Queueing delay at the {MOST_LINKS} slowest kinds of access links"),
    };
    Some(chart("queueing-delay", &title, x, panel))
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
    let shut = |i: usize| used[i].online_mean - used[i].reachable_mean;
    let gone = layer("offline", 1, &|i| used[i].contacts_mean - used[i].online_mean);
    let layers = if (0..used.len()).all(|bucket| shut(bucket) <= 0.0) {
        vec![layer("online", 0, &|i| used[i].online_mean), gone]
    } else {
        let open = layer("reachable", 0, &|i| used[i].reachable_mean);
        vec![open, layer("online, undialable", 2, &shut), gone]
    };
    let highest = used.iter().map(|bucket| bucket.contacts_mean).fold(0.0, f64::max);
    let names = used.iter().map(|bucket| bucket.depth.to_string()).collect();
    let x = Axis::places("Bucket (leading key bits shared with its owner)", names);
    let y = Axis::from_zero("Contacts per node, mean", highest);
    let panel = Panel { y, marks: Marks::Stacked(layers) };
    Some(chart("buckets", "Contacts per bucket at the end", x, panel))
}
