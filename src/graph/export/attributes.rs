//! What is written of vertices and edges, apart from how: names of attributes and values with
//! units.

use super::Exported;
use crate::graph::{Edge, Vertex};
use crate::time::Duration;
use std::fmt;

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number without unit.
    Number(f64),
    /// A text, or a number with its unit.
    Text(String),
}

impl fmt::Display for Value {
    /// Numbers with a point, by which GML knows them from whole ones, and never with an exponent.
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => to.write_str(text),
            Value::Number(number) => {
                let digits = number.to_string();
                let point = if digits.contains('.') { "" } else { ".0" };
                write!(to, "{digits}{point}")
            }
        }
    }
}

/// The attributes that a vertex may have beside its name and position, with whether it is a number.
pub const OF_VERTICES: [&str; 3] = ["host_bandwidth_down", "host_bandwidth_up", "key"];

/// The attributes that an edge may have, in the order of writing.
pub const OF_EDGES: [&str; 3] = ["latency", "jitter", "packet_loss"];

/// The attribute whose values are numbers without unit.
pub const NUMBER: &str = "packet_loss";

/// What is known of a vertex beside its name and position, the `key` of a node of an overlay
/// included.
pub fn of_vertex(graph: &impl Exported, place: u32, vertex: &Vertex) -> Vec<(&'static str, Value)> {
    let bandwidths = [
        (OF_VERTICES[0], vertex.host_bandwidth_down.map(bits)),
        (OF_VERTICES[1], vertex.host_bandwidth_up.map(bits)),
        (OF_VERTICES[2], graph.key(place).map(|key| format!("{key:016x}"))),
    ];
    bandwidths.into_iter().filter_map(|(name, text)| Some((name, Value::Text(text?)))).collect()
}

/// What is known of an edge. One that says nothing of time says something of loss and jitter
/// only if there is any.
pub fn of_edge(edge: Edge) -> Vec<(&'static str, Value)> {
    let timed = edge.latency.is_some();
    let latency = edge.latency.map(|latency| Value::Text(time(latency)));
    let jitter = (timed || edge.jitter > Duration::ZERO).then(|| Value::Text(time(edge.jitter)));
    let loss = (timed || edge.packet_loss > 0.0).then_some(Value::Number(edge.packet_loss));
    let all = OF_EDGES.into_iter().zip([latency, jitter, loss]);
    all.filter_map(|(name, value)| Some((name, value?))).collect()
}

/// A length of time as a whole number of the largest unit that takes it.
fn time(time: Duration) -> String {
    let units = [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1)];
    whole(time.as_nanos(), &units)
}

/// Bits per second, likewise.
fn bits(rate: u64) -> String {
    whole(rate, &[("Gbit", 1_000_000_000), ("Mbit", 1_000_000), ("Kbit", 1_000), ("bit", 1)])
}

fn whole(number: u64, units: &[(&str, u64)]) -> String {
    let fits = units.iter().find(|(_, size)| number.is_multiple_of(*size) && number >= *size);
    let (unit, size) = fits.or(units.last()).expect("there are units");
    format!("{} {unit}", number / size)
}
