//! Plots over the time of the run.

use super::axis::{Axis, TimeUnit, byte_rate_unit};
use super::chart::{Band, Chart, Data, Marks, Panel};
use super::scene::Look;
use crate::metrics::{OperationKind, Sample, Series};
use crate::runner::faults::FaultFigures;
use crate::runner::result::{RunOutput, Transport};
use crate::time::Instant;

/// More points than this are not seen on a line of that width.
pub(super) const POINTS: usize = 400;

/// Consecutive samples that are shown as one point.
pub(super) struct Bin<'a> {
    end: Instant,
    seconds: f64,
    samples: &'a [Sample],
}

impl Bin<'_> {
    /// The last sample.
    pub(super) fn last(&self) -> &Sample {
        &self.samples[self.samples.len() - 1]
    }

    /// Sum over the samples.
    fn sum(&self, value: impl Fn(&Sample) -> u64) -> u64 {
        self.samples.iter().map(value).sum()
    }

    /// Sum over the samples, a second.
    fn rate(&self, value: impl Fn(&Sample) -> u64) -> f64 {
        self.sum(value) as f64 / self.seconds
    }
}

/// All samples in at most `count` bins of equally many samples.
pub(super) fn bins(series: &Series, count: usize) -> Vec<Bin<'_>> {
    let size = series.samples.len().div_ceil(count).max(1);
    let mut start = Instant::ZERO;
    let bin = |samples| {
        let samples: &[Sample] = samples;
        let end = samples[samples.len() - 1].time;
        let seconds = (end - start).as_secs_f64();
        start = end;
        Bin { end, seconds, samples }
    };
    series.samples.chunks(size).map(bin).collect()
}

/// A chart over the time of the run.
pub(super) fn chart(name: &'static str, title: &str, run: &RunOutput, panels: Vec<Panel>) -> Chart {
    let end = end(run);
    let unit = TimeUnit::of(end);
    let phases = run.result.phases.iter().map(|phase| (phase.name, unit.value(phase.start)));
    Chart {
        name,
        title: title.to_owned(),
        subtitle: String::new(),
        x: Axis::time(clock(run.result.transport), end),
        panels,
        phases: phases.collect(),
        bands: bands(run, end),
    }
}

/// The times of faults, as far as they are within the run.
fn bands(run: &RunOutput, end: Instant) -> Vec<Band> {
    let unit = TimeUnit::of(end);
    let faults = run.result.faults.iter().filter(|fault| fault.start < end);
    let band = |fault: &FaultFigures| Band {
        label: fault.name.clone(),
        from: unit.value(fault.start),
        to: unit.value(fault.end.unwrap_or(end)),
    };
    faults.map(band).collect()
}

/// Whose time it is.
fn clock(transport: Transport) -> &'static str {
    match transport {
        Transport::Simulated => "Virtual",
        Transport::Udp => "Real",
    }
}

fn end(run: &RunOutput) -> Instant {
    run.series.samples.last().map_or(Instant::ZERO, |sample| sample.time)
}

/// A line with a point at the end of each bin that has a value.
pub(super) fn line(
    run: &RunOutput,
    bins: &[Bin<'_>],
    (name, place): (&str, usize),
    value: impl Fn(&Bin<'_>) -> Option<f64>,
) -> Data {
    let unit = TimeUnit::of(end(run));
    let points = bins.iter().filter_map(|bin| Some((unit.value(bin.end), value(bin)?)));
    Data { name: name.to_owned(), look: Look::nth(place), points: points.collect() }
}

pub(super) fn largest(lines: &[Data]) -> f64 {
    lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(0.0, f64::max)
}

/// Share of operations that succeed.
pub fn success(run: &RunOutput) -> Option<Chart> {
    // Wider bins than elsewhere: a share of few operations jumps.
    let bins = bins(&run.series, 60);
    let share = |kind: &OperationKind| {
        line(run, &bins, (kind.name(), kind.index()), |bin| {
            let finished = bin.sum(|sample| sample.finished[kind.index()]);
            let succeeded = bin.sum(|sample| sample.succeeded[kind.index()]);
            (finished > 0).then(|| 100.0 * succeeded as f64 / finished as f64)
        })
    };
    let mut lines: Vec<_> = OperationKind::ALL.iter().map(share).collect();
    lines.retain(|line| !line.points.is_empty());
    let smallest = lines.iter().flat_map(|l| &l.points).map(|p| p.1).reduce(f64::min)?;
    let y = Axis::percent("Operations that succeed", smallest);
    let panels = vec![Panel { y, marks: Marks::Lines(lines) }];
    Some(chart("success", "Success over time", run, panels))
}

/// Nodes online, and how many come and go.
pub fn online(run: &RunOutput) -> Option<Chart> {
    let bins = bins(&run.series, POINTS);
    let online = |bin: &Bin<'_>| Some(bin.samples[bin.samples.len() - 1].online as f64);
    let lines = vec![line(run, &bins, ("", 0), online)];
    let y = Axis::from_zero("Nodes online", largest(&lines));
    let mut panels = vec![Panel { y, marks: Marks::Lines(lines) }];
    type Change = (&'static str, fn(&Sample) -> u64);
    let changes: [Change; 3] = [
        ("joins", |sample| sample.joins),
        ("graceful leaves", |sample| sample.leaves),
        ("crashes", |sample| sample.crashes),
    ];
    let wide = self::bins(&run.series, 120);
    let lines = changes.iter().enumerate().map(|(place, (name, count))| {
        line(run, &wide, (name, place), |bin| Some(60.0 * bin.rate(count)))
    });
    let mut lines: Vec<_> = lines.collect();
    lines.retain(|line| line.points.iter().any(|point| point.1 > 0.0));
    if !lines.is_empty() {
        let y = Axis::from_zero("Changes per minute", largest(&lines));
        panels.push(Panel { y, marks: Marks::Lines(lines) });
    }
    let some = !run.series.samples.is_empty();
    some.then(|| chart("nodes-online", "Nodes online over time", run, panels))
}

/// A line for each kind of message that was ever sent.
fn by_kind(run: &RunOutput, value: impl Fn(&Sample, usize) -> u64) -> Option<Vec<Data>> {
    let bins = bins(&run.series, 240);
    let kinds = run.series.samples.first()?.traffic.kinds();
    let mut lines = vec![];
    for (kind, name) in kinds.iter().enumerate() {
        if run.series.samples.iter().any(|sample| sample.traffic.sent()[kind].messages > 0) {
            let place = lines.len();
            lines.push(line(run, &bins, (name, place), |bin| {
                Some(bin.rate(|sample| value(sample, kind)))
            }));
        }
    }
    (!lines.is_empty()).then_some(lines)
}

/// Messages sent by kind.
pub fn messages(run: &RunOutput) -> Option<Chart> {
    let lines = by_kind(run, |sample, kind| sample.traffic.sent()[kind].messages)?;
    let y = Axis::from_zero("Messages per second, all nodes", largest(&lines));
    let panels = vec![Panel { y, marks: Marks::Lines(lines) }];
    Some(chart("messages", "Messages sent, by kind", run, panels))
}

/// Bytes sent by kind of message.
pub fn bytes(run: &RunOutput) -> Option<Chart> {
    let mut lines = by_kind(run, |sample, kind| sample.traffic.sent()[kind].bytes)?;
    let (unit, size) = byte_rate_unit(largest(&lines));
    lines.iter_mut().flat_map(|line| &mut line.points).for_each(|point| point.1 /= size);
    let y = Axis::from_zero(format!("Bytes sent, all nodes ({unit})"), largest(&lines));
    let panels = vec![Panel { y, marks: Marks::Lines(lines) }];
    Some(chart("bytes", "Bytes sent, by kind of message", run, panels))
}

/// How full the routing tables are, and how much of them is online.
pub fn tables(run: &RunOutput) -> Option<Chart> {
    let bins = bins(&run.series, POINTS);
    let last = |bin: &Bin<'_>| bin.samples[bin.samples.len() - 1].clone();
    let fill = |bin: &Bin<'_>| Some(last(bin)).filter(|s| s.tables > 0).map(|s| s.mean_contacts());
    let fill = vec![line(run, &bins, ("", 0), fill)];
    let share = |bin: &Bin<'_>| last(bin).online_share().map(|share| 100.0 * share);
    let share = vec![line(run, &bins, ("", 1), share)];
    let smallest = share[0].points.iter().map(|point| point.1).reduce(f64::min)?;
    let y = Axis::from_zero("Contacts per node", largest(&fill));
    let health = Axis::percent("Contacts online", smallest);
    let panels = vec![
        Panel { y, marks: Marks::Lines(fill) },
        Panel { y: health, marks: Marks::Lines(share) },
    ];
    Some(chart("routing-tables", "Routing tables over time", run, panels))
}
