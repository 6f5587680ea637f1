//! The cost of a message and of a node, against the number of nodes.

use super::axis::Axis;
use super::chart::{Chart, Data, Marks, Panel};
use super::scene::Look;

const KIB: f64 = 1_024.0;

/// Points of number of nodes and nanoseconds, and of number of nodes and bytes; there are some.
pub fn growth(subtitle: &str, times: Vec<(f64, f64)>, bytes: Vec<(f64, f64)>) -> Option<Chart> {
    let nodes = || times.iter().chain(&bytes).map(|point| point.0);
    let (first, last) = (nodes().reduce(f64::min)?, nodes().reduce(f64::max)?);
    let sizes = bytes.into_iter().map(|(nodes, bytes)| (nodes, bytes / KIB)).collect();
    let panel = |place, label: &str, points: Vec<(f64, f64)>| {
        let highest = points.iter().map(|point| point.1).fold(0.0, f64::max);
        let data = Data { name: String::new(), look: Look::nth(place), points };
        Panel { y: Axis::from_zero(label, highest), marks: Marks::Measured(vec![data]) }
    };
    let mut panels = vec![panel(0, "CPU per message (ns)", times)];
    let memory = panel(3, "Memory per node (KiB)", sizes);
    panels.extend((!memory.marks.is_empty()).then_some(memory));
    Some(Chart {
        name: "growth",
        title: "Processor time per message and memory per node".to_owned(),
        subtitle: subtitle.to_owned(),
        x: Axis::decades("Nodes (logarithmic)", first, last),
        panels,
        phases: vec![],
        bands: vec![],
    })
}
