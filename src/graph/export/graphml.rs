//! GraphML.

use super::Exported;
use super::attributes::{self, NUMBER, OF_EDGES, OF_VERTICES, Value};
use super::xml::escaped;
use std::io::{self, Write};

const NAMESPACE: &str = "http://graphml.graphdrawing.org/xmlns";

/// Writes a graph.
pub fn write(graph: &impl Exported, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<graphml xmlns=\"{NAMESPACE}\">")?;
    let of_vertices = ["label", "x", "y"].into_iter().chain(OF_VERTICES);
    let keys = of_vertices.map(|name| ("node", name)).chain(OF_EDGES.map(|name| ("edge", name)));
    for (domain, name) in keys {
        let kind = if [NUMBER, "x", "y"].contains(&name) { "double" } else { "string" };
        writeln!(
            out,
            "  <key id=\"{name}\" for=\"{domain}\" attr.name=\"{name}\" attr.type=\"{kind}\"/>"
        )?;
    }
    let default = if graph.is_directed() { "directed" } else { "undirected" };
    writeln!(out, "  <graph edgedefault=\"{default}\">")?;
    for place in 0..graph.vertices() {
        let vertex = graph.vertex(place);
        writeln!(out, "    <node id=\"{place}\">")?;
        data(out, "label", &Value::Text(vertex.name.clone()))?;
        for (name, value) in ["x", "y"].iter().zip(vertex.position.into_iter().flatten()) {
            data(out, name, &Value::Number(value))?;
        }
        for (name, value) in attributes::of_vertex(graph, place, &vertex) {
            data(out, name, &value)?;
        }
        writeln!(out, "    </node>")?;
    }
    for edge in graph.edges() {
        write!(out, "    <edge source=\"{}\" target=\"{}\"", edge.source, edge.target)?;
        let attributes = attributes::of_edge(edge);
        if attributes.is_empty() {
            writeln!(out, "/>")?;
            continue;
        }
        writeln!(out, ">")?;
        for (name, value) in attributes {
            data(out, name, &value)?;
        }
        writeln!(out, "    </edge>")?;
    }
    writeln!(out, "  </graph>\n</graphml>")
}

fn data(out: &mut impl Write, name: &str, value: &Value) -> io::Result<()> {
    writeln!(out, "      <data key=\"{name}\">{}</data>", escaped(&value.to_string()))
}
