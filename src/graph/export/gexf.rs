//! GEXF 1.2, the XML format of Gephi.

use super::Exported;
use super::attributes::{self, NUMBER, OF_EDGES, OF_VERTICES, Value};
use super::xml::escaped;
use std::io::{self, Write};

const NAMESPACE: &str = "http://www.gexf.net/1.2draft";

/// Writes a graph.
pub fn write(graph: &impl Exported, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<gexf xmlns=\"{NAMESPACE}\" xmlns:viz=\"{NAMESPACE}/viz\" version=\"1.2\">")?;
    let default = if graph.is_directed() { "directed" } else { "undirected" };
    writeln!(out, "  <graph mode=\"static\" defaultedgetype=\"{default}\">")?;
    declare(out, "node", &OF_VERTICES)?;
    declare(out, "edge", &OF_EDGES)?;
    writeln!(out, "    <nodes>")?;
    for place in 0..graph.vertices() {
        let vertex = graph.vertex(place);
        writeln!(out, "      <node id=\"{place}\" label=\"{}\">", escaped(&vertex.name))?;
        values(out, &OF_VERTICES, &attributes::of_vertex(graph, place, &vertex))?;
        if let Some([x, y]) = vertex.position {
            writeln!(out, "        <viz:position x=\"{x}\" y=\"{y}\" z=\"0\"/>")?;
        }
        writeln!(out, "      </node>")?;
    }
    writeln!(out, "    </nodes>\n    <edges>")?;
    for (id, edge) in graph.edges().enumerate() {
        let (source, target) = (edge.source, edge.target);
        write!(out, "      <edge id=\"{id}\" source=\"{source}\" target=\"{target}\"")?;
        let attributes = attributes::of_edge(edge);
        if attributes.is_empty() {
            writeln!(out, "/>")?;
            continue;
        }
        writeln!(out, ">")?;
        values(out, &OF_EDGES, &attributes)?;
        writeln!(out, "      </edge>")?;
    }
    writeln!(out, "    </edges>\n  </graph>\n</gexf>")
}

/// Attributes go by their places in these lists.
fn declare(out: &mut impl Write, class: &str, names: &[&str]) -> io::Result<()> {
    writeln!(out, "    <attributes class=\"{class}\">")?;
    for (place, name) in names.iter().enumerate() {
        let kind = if *name == NUMBER { "double" } else { "string" };
        writeln!(out, "      <attribute id=\"{place}\" title=\"{name}\" type=\"{kind}\"/>")?;
    }
    writeln!(out, "    </attributes>")
}

fn values(out: &mut impl Write, names: &[&str], values: &[(&str, Value)]) -> io::Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    writeln!(out, "        <attvalues>")?;
    for (name, value) in values {
        let place = names.iter().position(|known| known == name).expect("attributes are declared");
        let value = escaped(&value.to_string());
        writeln!(out, "          <attvalue for=\"{place}\" value=\"{value}\"/>")?;
    }
    writeln!(out, "        </attvalues>")
}
