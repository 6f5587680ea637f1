//! How records fare: by their age, and over the time of the run.

use super::axis::{Axis, TimeUnit};
use super::chart::{Chart, Data, Marks, Panel};
use super::over_time;
use super::scene::Look;
use crate::runner::result::{RunOutput, SurvivalFigures};
use crate::time::Instant;

/// Records that somebody holds at an age, beside what renewal theory says, and how many hold them.
pub fn survival(run: &RunOutput) -> Option<Chart> {
    let ages = &run.result.records.survival;
    let end = Instant::ZERO + ages.last()?.age;
    let unit = TimeUnit::of(end);
    let line = |name: &str, place, value: &dyn Fn(&SurvivalFigures) -> Option<f64>| {
        let point =
            |age: &SurvivalFigures| Some((unit.value(Instant::ZERO + age.age), value(age)?));
        let points = ages.iter().filter_map(point).collect();
        Data { name: name.to_owned(), look: Look::nth(place), points }
    };
    let mut shares = vec![line("alive", 0, &|age| Some(100.0 * age.alive_share))];
    let exact = line("renewal theory", 1, &|age| age.exact_share.map(|share| 100.0 * share));
    if !exact.points.is_empty() {
        shares.push(exact);
    }
    // Somebody holds each of them at the beginning.
    shares.iter_mut().for_each(|line| line.points.insert(0, (0.0, 100.0)));
    let smallest = shares.iter().flat_map(|l| &l.points).map(|p| p.1).reduce(f64::min)?;
    let replicas = vec![line("", 2, &|age| Some(age.replicas_mean))];
    let most = over_time::largest(&replicas);
    let panels = vec![
        Panel { y: Axis::percent("Records alive", smallest), marks: Marks::Lines(shares) },
        Panel { y: Axis::from_zero("Holders, mean", most), marks: Marks::Lines(replicas) },
    ];
    Some(Chart {
        name: "record-survival",
        title: "Records by age".to_owned(),
        subtitle: String::new(),
        x: Axis::lengths("Age since the first copy", end),
        panels,
        phases: vec![],
        bands: vec![],
    })
}

/// How many nodes hold a living record, and how many records live.
pub fn replicas(run: &RunOutput) -> Option<Chart> {
    let bins = over_time::bins(&run.series, over_time::POINTS);
    let mean = over_time::line(run, &bins, ("", 0), |bin| {
        let last = bin.last();
        (last.records_alive > 0).then(|| last.replicas as f64 / last.records_alive as f64)
    });
    if mean.points.is_empty() {
        return None;
    }
    let mean = vec![mean];
    let alive = |bin: &over_time::Bin<'_>| Some(bin.last().records_alive as f64);
    let alive = vec![over_time::line(run, &bins, ("", 1), alive)];
    let replicas = Axis::from_zero("Holders of a living record", over_time::largest(&mean));
    let records = Axis::from_zero("Records alive", over_time::largest(&alive));
    let panels = vec![
        Panel { y: replicas, marks: Marks::Lines(mean) },
        Panel { y: records, marks: Marks::Lines(alive) },
    ];
    Some(over_time::chart("replicas", "Copies of records over time", run, panels))
}
