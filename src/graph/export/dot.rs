//! DOT, the language of Graphviz.

use super::{Exported, attributes};
use std::io::{self, Write};

/// Writes a graph.
pub fn write(graph: &impl Exported, out: &mut impl Write) -> io::Result<()> {
    let (kind, line) = if graph.is_directed() { ("digraph", "->") } else { ("graph", "--") };
    writeln!(out, "{kind} {{")?;
    for place in 0..graph.vertices() {
        let vertex = graph.vertex(place);
        write!(out, "  {place} [label={}", quoted(&vertex.name))?;
        if let Some([x, y]) = vertex.position {
            // The mark keeps Graphviz from moving it.
            write!(out, ", pos=\"{x},{y}!\"")?;
        }
        for (name, value) in attributes::of_vertex(graph, place, &vertex) {
            write!(out, ", {name}={}", quoted(&value.to_string()))?;
        }
        writeln!(out, "];")?;
    }
    for edge in graph.edges() {
        write!(out, "  {} {line} {}", edge.source, edge.target)?;
        let attributes = attributes::of_edge(edge);
        let texts: Vec<_> = attributes
            .iter()
            .map(|(name, value)| format!("{name}={}", quoted(&value.to_string())))
            .collect();
        match texts.is_empty() {
            true => writeln!(out, ";")?,
            false => writeln!(out, " [{}];", texts.join(", "))?,
        }
    }
    writeln!(out, "}}")
}

/// A text in quotes; a backslash would begin one of Graphviz's abbreviations.
fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|letter| match letter {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        letter => letter.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}
