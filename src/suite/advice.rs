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
        ("failures", |point| point.failure_rate),
        ("latency", |point| point.latency_ms),
        ("connections", |point| Some(point.connections_per_node)),
        ("traffic", |point| Some(point.bytes_per_node_second)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::{Given, PointFigures, Source, Suite, TestType};
    use crate::time::Duration;
    use std::ops::ControlFlow;

    /// The points of a small topology test, to be changed.
    fn measured() -> Vec<PointFigures> {
        let given = Given {
            tests: Some(vec![TestType::Topology]),
            max_nodes: Some(3),
            duration: Some(Duration::from_secs(2)),
            repeats: Some(1),
            ..Given::default()
        };
        let suite = Suite::new(given.complete(), &Source::Own).expect("it is sound");
        let report = suite.run(1, &|_| ControlFlow::Continue(())).expect("nothing fails");
        let mut points = report.tests[0].points.clone();
        for (point, told) in points.iter_mut().zip([9.0, 2.0, 1.0, 3.0, 4.0]) {
            point.health = Health::Healthy;
            point.failure_grade = Some(FailureGrade::Excellent);
            point.latency_ms = Some(mean(10.0));
            point.connections_per_node = mean(5.0);
            point.first_contacts_per_node = Some(told);
        }
        points
    }

    /// A mean with an interval of a twentieth either way.
    fn mean(mean: f64) -> Mean {
        Mean { mean, low: Some(0.95 * mean), high: Some(1.05 * mean) }
    }

    fn advised(points: &[PointFigures]) -> String {
        let advice = advice(points);
        assert_eq!(advice.len(), 1, "all have one size");
        advice[0].topology.clone()
    }

    #[test]
    fn of_equals_the_one_that_has_to_be_told_least_is_advised() {
        let points = measured();
        assert_eq!(points.iter().map(topology).collect::<Vec<_>>(), super::super::plan::TOPOLOGIES);
        assert_eq!(advised(&points), "star");
        assert_eq!(advice(&points)[0].equals.len(), 4);
    }

    #[test]
    fn health_comes_first_then_failures_then_latency_then_connections() {
        let mut points = measured();
        points[2].health = Health::Degraded;
        assert_eq!(advised(&points), "ring");
        points[1].failure_grade = Some(FailureGrade::Acceptable);
        assert_eq!(advised(&points), "random");
        points[3].latency_ms = Some(mean(12.0));
        assert_eq!(advised(&points), "bootstrap", "its interval begins where others' have ended");
        points[3].latency_ms = Some(mean(10.5));
        assert_eq!(advised(&points), "random", "that is no difference");
        points[3].connections_per_node = mean(8.0);
        assert_eq!(advised(&points), "bootstrap");
        points[4].latency_ms = Some(mean(12.0));
        points[3].latency_ms = Some(mean(13.0));
        assert_eq!(advised(&points), "full-mesh", "better than all others");
        assert_eq!(advice(&points)[0].equals, Vec::<String>::new());
    }

    #[test]
    fn each_is_best_at_what_it_is_distinguishably_best_at() {
        let mut points = measured();
        for point in &mut points {
            point.failure_rate = Some(mean(0.0));
            point.bytes_per_node_second = mean(100.0);
        }
        let best_at = |points: &[PointFigures]| uses(&points.iter().collect::<Vec<_>>());
        assert!(best_at(&points).iter().all(String::is_empty), "all are alike");
        points[1].latency_ms = Some(mean(5.0));
        points[2].latency_ms = Some(mean(5.2));
        points[2].connections_per_node = mean(2.0);
        let expected = ["", "latency", "latency, connections", "", ""];
        assert_eq!(best_at(&points), expected);
    }
}
