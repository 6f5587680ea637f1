//! GraphML (Brandes et al. 2002), with the attributes of Shadow's network graphs.

use super::builder::{Builder, End};
use super::{Fault, attributes};
use crate::graph::{Edge, Graph, Vertex};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::collections::BTreeMap;

/// Elements stand within each other no deeper than this.
const DEEPEST: usize = 100;

/// The graph of a GraphML text. Keys that mean nothing to kadsim are passed over.
pub fn parse(text: &str) -> Result<Graph, Fault> {
    let mut reader = Reader::from_str(text);
    let mut document = Document::default();
    loop {
        let at = reader.buffer_position() as usize;
        let event = reader.read_event().map_err(|error| {
            Fault::at(reader.error_position() as usize, format!("this is not XML: {error}"))
        })?;
        match event {
            Event::Start(tag) => document.begin(&tag, at)?,
            Event::Empty(tag) => {
                document.begin(&tag, at)?;
                document.end(at)?;
            }
            Event::End(_) => document.end(at)?,
            Event::Text(content) => document.value.push_str(&content.xml10_content()),
            Event::CData(content) => document.value.push_str(&content.xml10_content()),
            Event::GeneralRef(name) => document.value.push(character(&name.into_inner(), at)?),
            Event::Eof => return document.finish(text.len()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// The character that a reference such as `&amp;` stands for.
fn character(name: &str, at: usize) -> Result<char, Fault> {
    let code = name.strip_prefix('#').and_then(|code| match code.strip_prefix('x') {
        Some(code) => u32::from_str_radix(code, 16).ok(),
        None => code.parse().ok(),
    });
    let known = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => code.and_then(char::from_u32),
    };
    known.ok_or_else(|| {
        Fault::at(at, format!("`&{name};` stands for nothing: &amp; or a number is expected"))
    })
}

/// What kadsim reads of a `<key>`: attributes of nodes or edges have names, and values where none
/// is given.
struct Key {
    name: String,
    of_nodes: bool,
    of_edges: bool,
    default: Option<(String, usize)>,
}

/// An element that has begun.
enum Element {
    Key(String),
    Default,
    Graph,
    Node(Pending<Vertex>),
    Edge { source: String, target: String, edge: Pending<Edge> },
    Data(String),
    Other,
}

/// A node or an edge while its data are read.
struct Pending<T> {
    at: usize,
    id: String,
    what: T,
    /// Keys for which it has data.
    given: Vec<String>,
}

#[derive(Default)]
struct Document {
    open: Vec<Element>,
    keys: BTreeMap<String, Key>,
    builder: Option<Builder>,
    directed: bool,
    /// The characters read since an element began.
    value: String,
}

impl Document {
    fn begin(&mut self, tag: &BytesStart<'_>, at: usize) -> Result<(), Fault> {
        if self.open.len() == DEEPEST {
            let message = format!("elements stand in each other deeper than {DEEPEST}");
            return Err(Fault::at(at, message));
        }
        self.value.clear();
        let name = tag.local_name();
        let name = name.as_ref();
        if self.open.is_empty() && name != "graphml" {
            let message = format!("here begins <{name}>: <graphml> is expected");
            return Err(Fault::at(at, message));
        }
        let attributes = Attributes::of(tag, at)?;
        let element = match (self.open.last(), name) {
            (_, "key") => self.key(&attributes)?,
            (Some(Element::Key(_)), "default") => Element::Default,
            (Some(Element::Other), "graph") if self.open.len() == 1 => self.graph(&attributes)?,
            (_, "graph") => {
                return Err(Fault::at(at, "a graph within a graph: kadsim reads none"));
            }
            (Some(Element::Graph), "node") => {
                let id = attributes.get("id")?;
                Element::Node(Pending { at, id, what: Vertex::default(), given: Vec::new() })
            }
            (Some(Element::Graph), "edge") => self.edge(&attributes)?,
            (_, "hyperedge") => {
                return Err(Fault::at(at, "an edge of many nodes: kadsim reads none"));
            }
            (Some(Element::Node(_) | Element::Edge { .. }), "data") => {
                Element::Data(attributes.get("key")?)
            }
            _ => Element::Other,
        };
        self.open.push(element);
        Ok(())
    }

    fn key(&mut self, attributes: &Attributes) -> Result<Element, Fault> {
        let id = attributes.get("id")?;
        let of = attributes.find("for").unwrap_or("all");
        let key = Key {
            name: attributes.find("attr.name").unwrap_or(&id).to_owned(),
            of_nodes: of == "node" || of == "all",
            of_edges: of == "edge" || of == "all",
            default: None,
        };
        if self.keys.insert(id.clone(), key).is_some() {
            let message = format!("a second key of the id {id:?}: each has its own");
            return Err(Fault::at(attributes.at, message));
        }
        Ok(Element::Key(id))
    }

    fn graph(&mut self, attributes: &Attributes) -> Result<Element, Fault> {
        if self.builder.is_some() {
            return Err(Fault::at(attributes.at, "a second graph: a file holds one"));
        }
        self.directed = match attributes.find("edgedefault") {
            Some("directed") => true,
            Some("undirected") => false,
            other => {
                let message = format!(
                    "`edgedefault` cannot be {:?}: \"directed\" or \"undirected\" is expected",
                    other.unwrap_or_default()
                );
                return Err(Fault::at(attributes.at, message));
            }
        };
        let builder = self.builder.insert(Builder::default());
        builder.set_directed(self.directed);
        Ok(Element::Graph)
    }

    fn edge(&mut self, attributes: &Attributes) -> Result<Element, Fault> {
        let own = if self.directed { "true" } else { "false" };
        if attributes.find("directed").is_some_and(|directed| directed != own) {
            let message = "this edge is directed otherwise than its graph: kadsim reads graphs \
                           whose edges are all alike";
            return Err(Fault::at(attributes.at, message));
        }
        let edge = Pending {
            at: attributes.at,
            id: String::new(),
            what: Edge::default(),
            given: Vec::new(),
        };
        let (source, target) = (attributes.get("source")?, attributes.get("target")?);
        Ok(Element::Edge { source, target, edge })
    }

    fn end(&mut self, at: usize) -> Result<(), Fault> {
        let value = std::mem::take(&mut self.value);
        let element = self.open.pop().expect("the reader refuses ends without a beginning");
        match element {
            Element::Default => {
                if let Some(Element::Key(id)) = self.open.last() {
                    let key = self.keys.get_mut(id).expect("a key that has begun is known");
                    key.default = Some((value, at));
                }
                Ok(())
            }
            Element::Data(key) => self.data(key, value.trim(), at),
            Element::Node(node) => self.add_node(node),
            Element::Edge { source, target, edge } => self.add_edge(&source, &target, edge),
            Element::Key(_) | Element::Graph | Element::Other => Ok(()),
        }
    }

    fn data(&mut self, id: String, value: &str, at: usize) -> Result<(), Fault> {
        let Some(key) = self.keys.get(&id) else {
            return Err(Fault::at(at, format!("there is no key of the id {id:?}")));
        };
        let set = match self.open.last_mut() {
            Some(Element::Node(node)) => {
                node.given.push(id);
                attributes::of_vertex(&mut node.what, &key.name, value)
            }
            Some(Element::Edge { edge, .. }) => {
                edge.given.push(id);
                attributes::of_edge(&mut edge.what, &key.name, value)
            }
            _ => Ok(()),
        };
        set.map_err(|message| Fault::at(at, message))
    }

    fn add_node(&mut self, node: Pending<Vertex>) -> Result<(), Fault> {
        let Pending { at, id, what: mut vertex, given } = node;
        for (name, value, at) in defaults(&self.keys, &given, |key| key.of_nodes) {
            attributes::of_vertex(&mut vertex, name, value)
                .map_err(|message| Fault::at(at, message))?;
        }
        if vertex.name.is_empty() {
            vertex.name.clone_from(&id);
        }
        let builder = self.builder.as_mut().expect("nodes stand in the graph");
        builder.add_vertex(&id, at, vertex)?;
        Ok(())
    }

    fn add_edge(&mut self, source: &str, target: &str, edge: Pending<Edge>) -> Result<(), Fault> {
        let Pending { at, what: mut edge, given, .. } = edge;
        for (name, value, at) in defaults(&self.keys, &given, |key| key.of_edges) {
            attributes::of_edge(&mut edge, name, value)
                .map_err(|message| Fault::at(at, message))?;
        }
        let builder = self.builder.as_mut().expect("edges stand in the graph");
        builder.add_edge(End { id: source, at }, End { id: target, at }, edge)
    }

    fn finish(self, end: usize) -> Result<Graph, Fault> {
        if !self.open.is_empty() {
            return Err(Fault::at(end, "here stands the end of the file: elements are still open"));
        }
        let missing = || Fault::whole("there is no graph: <graphml> with a <graph> is expected");
        self.builder.ok_or_else(missing)?.finish()
    }
}

/// The values of keys, for nodes or for edges, that none was given for.
fn defaults<'k>(
    keys: &'k BTreeMap<String, Key>,
    given: &'k [String],
    is_for: impl Fn(&Key) -> bool + 'k,
) -> impl Iterator<Item = (&'k str, &'k str, usize)> {
    keys.iter().filter_map(move |(id, key)| {
        let (value, at) = key.default.as_ref()?;
        (is_for(key) && !given.contains(id)).then_some((&*key.name, value.trim(), *at))
    })
}

/// The attributes of a tag.
struct Attributes {
    at: usize,
    tag: String,
    pairs: Vec<(String, String)>,
}

impl Attributes {
    fn of(tag: &BytesStart<'_>, at: usize) -> Result<Self, Fault> {
        let mut pairs = Vec::new();
        for attribute in tag.attributes() {
            let wrong = |error: &dyn std::fmt::Display| {
                Fault::at(at, format!("an attribute of this tag is not XML: {error}"))
            };
            let attribute = attribute.map_err(|error| wrong(&error))?;
            let value = attribute
                .normalized_value(XmlVersion::Explicit1_0)
                .map_err(|error| wrong(&error))?;
            pairs.push((attribute.key.as_ref().to_owned(), value.into_owned()));
        }
        Ok(Attributes { at, tag: tag.local_name().as_ref().to_owned(), pairs })
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }

    fn get(&self, name: &str) -> Result<String, Fault> {
        let missing =
            || Fault::at(self.at, format!("<{}> without `{name}`: it needs one", self.tag));
        self.find(name).map(str::to_owned).ok_or_else(missing)
    }
}
