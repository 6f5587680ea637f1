//! Graphs from files: GML as Shadow has it, GraphML, edge lists; each also packed by gzip or xz.

// From a file to its text.
mod unpack;
// What an attribute says: lengths of time, bandwidths, probabilities.
mod attributes;
// The graph while it is being read.
mod builder;
// The three notations.
mod edge_list;
mod gml;
mod gml_tokens;
mod graphml;

use super::Graph;
use std::fmt;
use std::path::Path;

/// How a graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The Graph Modelling Language, with the attributes of Shadow's network graphs.
    Gml,
    /// GraphML, an XML format.
    GraphMl,
    /// A line an edge: two names, and the latency if there is one.
    EdgeList,
}

/// What is wrong with a file, where, and what is expected instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The line, from 1; `None` if it is the file as a whole.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
    /// What is wrong and what is expected.
    pub message: String,
}

/// What is wrong, and the byte of the text at which that stands; `None` if it is the whole.
struct Fault {
    at: Option<usize>,
    message: String,
}

impl Fault {
    fn at(at: usize, message: impl Into<String>) -> Self {
        Fault { at: Some(at), message: message.into() }
    }

    fn whole(message: impl Into<String>) -> Self {
        Fault { at: None, message: message.into() }
    }

    fn in_text(self, text: &str) -> ReadError {
        let place = self.at.map(|at| place_of(text.as_bytes(), at));
        ReadError {
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            message: self.message,
        }
    }
}

/// Line and column, from 1, of a byte; columns count characters.
fn place_of(text: &[u8], at: usize) -> (usize, usize) {
    let before = &text[..at.min(text.len())];
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    let is_first_byte = |byte: &&u8| **byte & 0xc0 != 0x80;
    (line, before[start..].iter().filter(is_first_byte).count() + 1)
}

impl Format {
    /// The format that the ending of a file's name stands for, after `.gz` and `.xz`: `gml`;
    /// `graphml` or `xml`; `edges`, `edgelist`, `csv`, `tsv` or `txt`.
    pub fn of(path: &Path) -> Option<Format> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").or(name.strip_suffix(".xz")).unwrap_or(&name);
        match name.rsplit_once('.')?.1 {
            "gml" => Some(Format::Gml),
            "graphml" | "xml" => Some(Format::GraphMl),
            "edges" | "edgelist" | "csv" | "tsv" | "txt" => Some(Format::EdgeList),
            _ => None,
        }
    }
}

/// Reads a graph; unpacks the file if its name ends in `.gz` or `.xz`.
///
/// # Errors
/// If the file cannot be read, unpacks to more than 512 MiB, or is no graph in this format.
pub fn read(path: &Path, format: Format) -> Result<Graph, ReadError> {
    parse(&unpack::text(path)?, format)
}

/// Reads a graph from a text.
///
/// # Errors
/// If it is no graph in this format.
pub fn parse(text: &str, format: Format) -> Result<Graph, ReadError> {
    let graph = match format {
        Format::Gml => gml::parse(text),
        Format::GraphMl => graphml::parse(text),
        Format::EdgeList => edge_list::parse(text),
    };
    graph.map_err(|fault| fault.in_text(text))
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}")?;
            if let Some(column) = self.column {
                write!(f, ", column {column}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

#[cfg(test)]
mod tests;
