//! All finished runs of a sweep, in the order of the grid.

use super::SweepError;
use super::interval::{Resamples, Summary};
use super::plan::Plan;
use super::row::{Row, Status};
use crate::metrics::OperationKind;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The finished runs, and the names of their figures.
#[derive(Debug)]
pub struct Collected {
    /// Sorted by point and repeat.
    pub rows: Vec<Row>,
    /// Names of all figures that any run has, sorted.
    pub names: Vec<String>,
    /// Number of points.
    points: usize,
}

impl Collected {
    /// Of these rows, which are sorted.
    pub fn of(plan: &Plan, rows: Vec<Row>) -> Self {
        let names: BTreeSet<&String> = rows.iter().flat_map(|row| row.figures.keys()).collect();
        let names = names.into_iter().cloned().collect();
        Collected { names, rows, points: plan.grid.points() }
    }

    /// The finished runs of a point.
    pub fn of_point(&self, point: usize) -> &[Row] {
        let begin = self.rows.partition_point(|row| row.point < point);
        let end = self.rows.partition_point(|row| row.point <= point);
        &self.rows[begin..end]
    }

    /// Runs of a point that came to their end.
    pub fn complete(&self, point: usize) -> impl Iterator<Item = &Row> {
        self.of_point(point).iter().filter(|row| row.status == Status::Complete)
    }

    /// Names of the figures that are drawn: `wanted`, or the usual ones if none is.
    ///
    /// # Errors
    /// The first that no run has, if there are runs with figures.
    pub fn known(&self, wanted: &[String]) -> Result<Vec<String>, SweepError> {
        let is_known = |name: &&String| self.names.binary_search(name).is_ok();
        if wanted.is_empty() {
            return Ok(usual().filter(|name| is_known(&name)).collect());
        }
        let unknown = wanted.iter().find(|name| !is_known(name));
        match unknown.filter(|_| !self.names.is_empty()) {
            Some(name) => {
                let part = name.rsplit('.').next().unwrap_or(name);
                let alike = self.names.iter().filter(|known| known.ends_with(part));
                let alike: Vec<&str> = alike.take(5).map(String::as_str).collect();
                let known = match alike.is_empty() {
                    true => "the columns of runs.csv are the names".to_owned(),
                    false => format!("there are {}", alike.join(", ")),
                };
                Err(SweepError::UnknownMetric { name: name.clone(), known })
            }
            None => Ok(wanted.iter().filter(is_known).cloned().collect()),
        }
    }

    /// What each of the figures `names` comes to at each point; nothing where no run has it.
    pub fn summaries(&self, names: &[String]) -> Vec<Vec<Option<Summary>>> {
        let mut summaries = vec![vec![None; names.len()]; self.points];
        let cells = (0..self.points).flat_map(|point| (0..names.len()).map(move |at| (point, at)));
        let mut of_count: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
        for (point, at) in cells {
            let count = self.values(point, &names[at]).len();
            of_count.entry(count).or_default().push((point, at));
        }
        // One number of runs after the other: the draws for many are large.
        for (count, cells) in of_count.range(1..) {
            let resamples = Resamples::of(*count);
            let summary =
                |(point, at): &(usize, usize)| resamples.summary(&self.values(*point, &names[*at]));
            let found: Vec<Summary> = cells.par_iter().map(summary).collect();
            for ((point, at), summary) in cells.iter().zip(found) {
                summaries[*point][*at] = Some(summary);
            }
        }
        summaries
    }

    fn values(&self, point: usize, name: &str) -> Vec<f64> {
        let numbers = self.complete(point).filter_map(|row| row.figures.get(name));
        numbers.filter_map(serde_json::Number::as_f64).collect()
    }

    /// How the latencies of one kind of operation are spread over all runs of a point: microseconds,
    /// each with the number of operations up to so many.
    pub fn spread(&self, point: usize, kind: &str) -> Vec<(u64, u64)> {
        let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
        for cumulative in self.complete(point).filter_map(|row| row.latency_micros.get(kind)) {
            let mut before = 0;
            for (micros, up_to) in cumulative {
                *counts.entry(*micros).or_default() += up_to - before;
                before = *up_to;
            }
        }
        let mut sum = 0;
        let cumulative = |(micros, count): (u64, u64)| {
            sum += count;
            (micros, sum)
        };
        counts.into_iter().map(cumulative).collect()
    }

    /// Kinds of operations of which latencies are known, in the order of results.
    pub fn kinds(&self) -> Vec<&'static str> {
        let occurs =
            |kind: &&str| self.rows.iter().any(|row| row.latency_micros.contains_key(*kind));
        OperationKind::ALL.into_iter().map(OperationKind::name).filter(occurs).collect()
    }
}

/// What is drawn if nothing is named: how often and how fast what applications ask for succeeds,
/// and what it costs a node.
fn usual() -> impl Iterator<Item = String> {
    let asked = [
        OperationKind::Lookup,
        OperationKind::Put,
        OperationKind::Get,
        OperationKind::Provide,
        OperationKind::FindProviders,
    ];
    let of_kind = |kind: OperationKind| {
        ["success_rate", "latency_micros.mean"]
            .map(|figure| format!("operations.{}.{figure}", kind.name()))
    };
    let traffic = "node_traffic.bytes_sent_per_second".to_owned();
    asked.into_iter().flat_map(of_kind).chain([traffic])
}
