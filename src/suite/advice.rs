//! Which topology suits which size of network, from what was measured and nothing else.

use super::figures::{Mean, PointFigures};
use crate::metrics::number;
use crate::report::text::short;
use crate::runner::verdict::{FailureGrade, Health};
use serde::Serialize;

/// What is advised for networks of one size.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Advice {
    /// Number of nodes.
    pub nodes: u64,
    /// Kind of topology.
    pub topology: String,
    /// Nodes that each is connected with there.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub connections_per_node: f64,
    /// Nodes that each is told of when it comes.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub first_contacts_per_node: Option<f64>,
    /// Its mean latency in milliseconds.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub latency_ms: Option<f64>,
    /// Those that are as good in health, failures and latency.
    pub equals: Vec<String>,
    /// Place of its point among those of the test.
    #[serde(skip)]
    pub place: usize,
}

/// The kind of topology of a point, whose label begins with it.
pub fn topology(point: &PointFigures) -> &str {
    point.label.split(',').next().unwrap_or_default()
}

/// What is advised for each size among these points, the smallest first: of the topologies with the
/// best health and the best grade of failures those whose latency is not distinguishably above the
/// smallest, of these those whose connections are not distinguishably more than the fewest, and of these
/// the one whose nodes have to be told of the fewest others.
pub(super) fn advice(points: &[PointFigures]) -> Vec<Advice> {
    let mut sizes: Vec<u64> = points.iter().map(|point| point.nodes).collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes.into_iter().filter_map(|nodes| of_size(points, nodes)).collect()
}

fn of_size(points: &[PointFigures], nodes: u64) -> Option<Advice> {
    let of_size: Vec<(usize, &PointFigures)> =
        points.iter().enumerate().filter(|(_, point)| point.nodes == nodes).collect();
    let best = of_size.iter().map(|(_, point)| rank(point)).min()?;
    let sound = || of_size.iter().copied().filter(|(_, point)| rank(point) == best);
    let fastest = sound().filter_map(|(_, point)| point.latency_ms);
    let fastest = fastest.min_by(|one, other| one.mean.total_cmp(&other.mean));
    let as_fast = |point: &PointFigures| match (point.latency_ms, fastest) {
        (Some(latency), Some(fastest)) => !is_above(latency, fastest),
        _ => true,
    };
    let equals: Vec<_> = sound().filter(|(_, point)| as_fast(point)).collect();
    let connections = |point: &PointFigures| point.connections_per_node;
    let fewest = equals.iter().map(|(_, point)| connections(point));
    let fewest = fewest.min_by(|one, other| one.mean.total_cmp(&other.mean))?;
    let sparse = equals.iter().copied().filter(|(_, point)| !is_above(connections(point), fewest));
    // What somebody has to know beforehand decides between those that come to the same.
    let told = |point: &PointFigures| point.first_contacts_per_node.unwrap_or(f64::INFINITY);
    let (place, chosen) =
        sparse.min_by(|(_, one), (_, other)| told(one).total_cmp(&told(other)))?;
    let others = equals.iter().filter(|(other, _)| *other != place);
    Some(Advice {
        nodes,
        topology: topology(chosen).to_owned(),
        connections_per_node: connections(chosen).mean,
        first_contacts_per_node: chosen.first_contacts_per_node,
        latency_ms: chosen.latency_ms.map(|latency| latency.mean),
        equals: others.map(|(_, point)| topology(point).to_owned()).collect(),
        place,
    })
}

/// Better first.
fn rank(point: &PointFigures) -> (u8, Option<FailureGrade>) {
    let health = match point.health {
        Health::Healthy => 0,
        Health::Degraded => 1,
        Health::NeedsScaling => 2,
        Health::Unknown => 3,
    };
    (health, point.failure_grade)
}

/// Whether one mean is above another by more than their intervals tell apart; of single runs, by a
/// tenth.
fn is_above(one: Mean, other: Mean) -> bool {
    match (one.low, other.high) {
        (Some(low), Some(high)) => low > high,
        _ => one.mean > 1.1 * other.mean,
    }
}

/// What each of these points of one size is best at, from its figures.
pub(super) fn uses(points: &[&PointFigures]) -> Vec<String> {
    type Of = fn(&PointFigures) -> Option<Mean>;
    let figures: [(&str, Of); 4] = [
        ("fewest failures", |point| point.failure_rate),
        ("lowest latency", |point| point.latency_ms),
        ("fewest connections", |point| Some(point.connections_per_node)),
        ("least traffic", |point| Some(point.bytes_per_node_second)),
    ];
    let mut uses: Vec<Vec<&str>> = vec![Vec::new(); points.len()];
    for (name, of) in figures {
        let known = || points.iter().filter_map(|point| of(point));
        let best = known().min_by(|one, other| one.mean.total_cmp(&other.mean));
        let worst = known().max_by(|one, other| one.mean.total_cmp(&other.mean));
        let (Some(best), Some(worst)) = (best, worst) else { continue };
        if !is_above(worst, best) {
            // Nobody is better at it than anybody else.
            continue;
        }
        for (point, uses) in points.iter().zip(&mut uses) {
            if of(point).is_some_and(|value| !is_above(value, best)) {
                uses.push(name);
            }
        }
    }
    uses.into_iter().map(|uses| uses.join(", ")).collect()
}

impl Advice {
    /// The advice in words.
    pub fn sentence(&self) -> String {
        let latency = self.latency_ms.map_or(String::new(), |ms| format!("{} ms, ", short(ms)));
        let told = self
            .first_contacts_per_node
            .map_or(String::new(), |told| format!(", of which it is told of {}", short(told)));
        let equals = match self.equals.len() {
            0 => "better than all others".to_owned(),
            _ => format!("as good as {}", self.equals.join(", ")),
        };
        format!(
            "{}: {latency}{} connections a node{told};\n{equals}",
            self.topology,
            short(self.connections_per_node)
        )
    }
}
