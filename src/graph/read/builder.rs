//! The graph while it is being read: nodes by their ids, and edges, some of whose ends may come
//! later.

use super::Fault;
use crate::graph::config::MOST_EDGES;
use crate::graph::{Edge, Graph, Vertex};
use std::collections::BTreeMap;

/// A graph that is being read.
#[derive(Default)]
pub struct Builder {
    graph: Graph,
    /// Place of each node by its id.
    places: BTreeMap<String, u32>,
    /// Ends of edges whose nodes have not come yet.
    open: Vec<OpenEnd>,
}

/// The end of an edge that leads to a node not read yet.
struct OpenEnd {
    edge: usize,
    is_target: bool,
    id: String,
    at: usize,
}

/// The id of a node, and the byte at which an edge names it.
pub struct End<'a> {
    pub id: &'a str,
    pub at: usize,
}

impl Builder {
    /// Says whether edges lead one way only.
    pub fn set_directed(&mut self, directed: bool) {
        self.graph.directed = directed;
    }

    /// A node of this id, which stands at this byte; gives its place.
    pub fn add_vertex(&mut self, id: &str, at: usize, vertex: Vertex) -> Result<u32, Fault> {
        let place = self.graph.vertices.len();
        let place = u32::try_from(place).map_err(|_| Fault::at(at, "too many nodes"))?;
        if self.places.insert(id.to_owned(), place).is_some() {
            let message = format!("a second node of the id {id}: each node has its own");
            return Err(Fault::at(at, message));
        }
        self.graph.vertices.push(vertex);
        Ok(place)
    }

    /// The node of this id if it has come already.
    pub fn find(&self, id: &str) -> Option<u32> {
        self.places.get(id).copied()
    }

    /// An edge between these nodes, which may come later; its own ends do not count.
    pub fn add_edge(&mut self, source: End<'_>, target: End<'_>, edge: Edge) -> Result<(), Fault> {
        let number = self.graph.edges.len();
        if number as u64 == MOST_EDGES {
            let message = format!("more than {MOST_EDGES} edges, the most that are read");
            return Err(Fault::at(source.at, message));
        }
        let mut edge = edge;
        for (is_target, end) in [(false, source), (true, target)] {
            let place = self.find(end.id);
            if place.is_none() {
                let (id, at) = (end.id.to_owned(), end.at);
                self.open.push(OpenEnd { edge: number, is_target, id, at });
            }
            let place = place.unwrap_or(u32::MAX);
            if is_target {
                edge.target = place;
            } else {
                edge.source = place;
            }
        }
        self.graph.edges.push(edge);
        Ok(())
    }

    /// The whole graph.
    pub fn finish(mut self) -> Result<Graph, Fault> {
        if self.graph.vertices.is_empty() {
            return Err(Fault::whole("the graph has no nodes"));
        }
        for OpenEnd { edge, is_target, id, at } in self.open {
            let Some(&place) = self.places.get(&id) else {
                let message =
                    format!("there is no node {id}: an edge leads from one node to another");
                return Err(Fault::at(at, message));
            };
            let edge = &mut self.graph.edges[edge];
            if is_target {
                edge.target = place;
            } else {
                edge.source = place;
            }
        }
        Ok(self.graph)
    }
}
