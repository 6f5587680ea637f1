//! Graphs as files for other programs: DOT for Graphviz, GraphML, GML as Shadow reads it, GEXF
//! for Gephi. Vertices are numbered by their places and labelled with their names. What takes a
//! unit is written with it, as scenarios have it; what the graph does not know is left out.

// What is written, apart from how.
mod attributes;
// The formats.
mod dot;
mod gexf;
mod gml;
mod graphml;
mod xml;

use super::{Edge, Graph, Vertex};
use std::borrow::Cow;
use std::io::{self, Write};

/// How a graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The language of Graphviz.
    Dot,
    /// GraphML, an XML format.
    GraphMl,
    /// The Graph Modelling Language, with the attributes of Shadow's network graphs.
    Gml,
    /// GEXF 1.2, the XML format of Gephi.
    Gexf,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 4] = [Format::Dot, Format::GraphMl, Format::Gml, Format::Gexf];

    /// Its name, which is also the ending of its files.
    pub fn name(self) -> &'static str {
        match self {
            Format::Dot => "dot",
            Format::GraphMl => "graphml",
            Format::Gml => "gml",
            Format::Gexf => "gexf",
        }
    }
}

/// A graph to be written, edge by edge, so that a large one need not be there twice.
pub trait Exported {
    /// Whether an edge leads one way only.
    fn is_directed(&self) -> bool;

    /// Number of vertices.
    fn vertices(&self) -> u32;

    /// What is known of one.
    fn vertex(&self, place: u32) -> Cow<'_, Vertex>;

    /// The key of a node of an overlay.
    fn key(&self, place: u32) -> Option<u64> {
        let _ = place;
        None
    }

    /// All edges.
    fn edges(&self) -> impl Iterator<Item = Edge>;

    /// Whether several edges have the same ends.
    fn has_repeated_edges(&self) -> bool;
}

impl Exported for Graph {
    fn is_directed(&self) -> bool {
        self.directed
    }

    fn vertices(&self) -> u32 {
        self.vertices.len() as u32
    }

    fn vertex(&self, place: u32) -> Cow<'_, Vertex> {
        Cow::Borrowed(&self.vertices[place as usize])
    }

    fn edges(&self) -> impl Iterator<Item = Edge> {
        self.edges.iter().copied()
    }

    fn has_repeated_edges(&self) -> bool {
        self.adjacency().edges() < self.edges.len()
    }
}

/// Writes a graph.
///
/// # Errors
/// If `out` does not take it.
pub fn write(graph: &impl Exported, format: Format, out: &mut impl Write) -> io::Result<()> {
    match format {
        Format::Dot => dot::write(graph, out),
        Format::GraphMl => graphml::write(graph, out),
        Format::Gml => gml::write(graph, out),
        Format::Gexf => gexf::write(graph, out),
    }
}

#[cfg(test)]
mod tests;
