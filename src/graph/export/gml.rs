//! The Graph Modelling Language. Each key on a line of its own and nothing nested in vertices and
//! edges, which is what Shadow reads.

use super::{Exported, attributes};
use attributes::Value;
use std::io::{self, Write};

/// Writes a graph.
pub fn write(graph: &impl Exported, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "graph [\n  directed {}", u8::from(graph.is_directed()))?;
    if graph.has_repeated_edges() {
        writeln!(out, "  multigraph 1")?;
    }
    for place in 0..graph.vertices() {
        let vertex = graph.vertex(place);
        writeln!(out, "  node [\n    id {place}\n    label {}", quoted(&vertex.name))?;
        for (name, value) in attributes::of_vertex(graph, place, &vertex) {
            pair(out, name, &value)?;
        }
        for (name, value) in ["x", "y"].iter().zip(vertex.position.into_iter().flatten()) {
            pair(out, name, &Value::Number(value))?;
        }
        writeln!(out, "  ]")?;
    }
    for edge in graph.edges() {
        writeln!(out, "  edge [\n    source {}\n    target {}", edge.source, edge.target)?;
        for (name, value) in attributes::of_edge(edge) {
            pair(out, name, &value)?;
        }
        writeln!(out, "  ]")?;
    }
    writeln!(out, "]")
}

fn pair(out: &mut impl Write, name: &str, value: &Value) -> io::Result<()> {
    match value {
        Value::Text(text) => writeln!(out, "    {name} {}", quoted(text)),
        Value::Number(_) => writeln!(out, "    {name} {value}"),
    }
}

/// A text in quotes: ASCII, everything else and what has a meaning as character references. A
/// backslash has one in Shadow's dialect.
fn quoted(text: &str) -> String {
    let plain = |letter: &char| matches!(letter, ' '..='~') && !"\"&\\".contains(*letter);
    let escaped = text.chars().map(|letter| match plain(&letter) {
        true => letter.to_string(),
        false => format!("&#{};", u32::from(letter)),
    });
    format!("\"{}\"", escaped.collect::<String>())
}
