//! The overlay at one moment of a run: the nodes online and whom each has in its routing table,
//! as a graph, and its figures.

use super::host::Tables;
use crate::graph::export::{Exported, Format};
use crate::graph::measure::{self, Effort, Figures};
use crate::graph::{Adjacency, Edge, Vertex};
use crate::kademlia::key::Key64;
use crate::kademlia::routing_table::RoutingTable;
use crate::protocol::NodeIndex;
use crate::rng::Seed;
use crate::scenario::SnapshotConfig;
use crate::time::Instant;
use std::borrow::Cow;

/// With what the names of the files of all snapshots begin.
pub const NAME: &str = "overlay-";

/// Positions are whole multiples of `1 / POSITION_SCALE`.
const POSITION_SCALE: f64 = 1e6;

/// The overlay at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// When that was.
    pub at: Instant,
    /// Its figures.
    pub figures: Figures,
    /// The graph itself: 4 bytes a contact.
    pub overlay: Overlay,
    /// The formats in which it is wanted as a file.
    pub export: Vec<Format>,
}

/// Who has whom in its routing table: a directed graph of the nodes online.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlay {
    /// The nodes by their places in the graph, in ascending order.
    pub nodes: Vec<NodeIndex>,
    /// Their keys.
    pub keys: Vec<Key64>,
    /// Who has whom. A contact that is offline is no vertex.
    pub contacts: Adjacency,
}

impl Snapshot {
    /// Looks at the tables.
    pub(super) fn take(
        config: &SnapshotConfig,
        tables: &impl Tables,
        key_of: impl Fn(NodeIndex) -> Key64,
        seed: Seed,
    ) -> Self {
        let overlay = Overlay::of(tables, key_of);
        let figures = measure::measure(&overlay.contacts, seed, &Effort::USUAL);
        Snapshot { at: config.at, figures, overlay, export: config.export.clone() }
    }

    /// What its files are called, without ending: `overlay-1h30m`.
    pub fn name(&self) -> String {
        format!("{NAME}{}", self.at.to_string().replace(' ', ""))
    }
}

impl Overlay {
    fn of(tables: &impl Tables, key_of: impl Fn(NodeIndex) -> Key64) -> Self {
        const ABSENT: u32 = u32::MAX;
        let all = (0..tables.places()).map(NodeIndex);
        let nodes: Vec<NodeIndex> = all.filter(|&node| tables.table(node).is_some()).collect();
        let mut places = vec![ABSENT; tables.places() as usize];
        for (place, node) in nodes.iter().enumerate() {
            places[node.get()] = place as u32;
        }
        let edges = nodes.iter().flat_map(|&node| {
            let contacts = tables.table(node).into_iter().flat_map(RoutingTable::contacts);
            let online = contacts.map(|contact| places[contact.get()]);
            let online = online.filter(|&target| target != ABSENT);
            online.map({
                let source = places[node.get()];
                move |target| (source, target)
            })
        });
        let contacts = Adjacency::new(nodes.len(), edges, true);
        Overlay { keys: nodes.iter().map(|&node| key_of(node)).collect(), nodes, contacts }
    }
}

/// Where a key lies on the key ring, a circle of radius 1: key 0 on top, then clockwise.
pub fn on_key_ring(key: Key64) -> [f64; 2] {
    let turn = key.0 as f64 / 18_446_744_073_709_551_616.0 * std::f64::consts::TAU;
    [libm::sin(turn), libm::cos(turn)]
}

impl Exported for Overlay {
    fn is_directed(&self) -> bool {
        true
    }

    fn vertices(&self) -> u32 {
        self.nodes.len() as u32
    }

    fn vertex(&self, place: u32) -> Cow<'_, Vertex> {
        let round = |coordinate: f64| libm::round(coordinate * POSITION_SCALE) / POSITION_SCALE;
        Cow::Owned(Vertex {
            name: self.nodes[place as usize].0.to_string(),
            position: Some(on_key_ring(self.keys[place as usize]).map(round)),
            ..Vertex::default()
        })
    }

    fn key(&self, place: u32) -> Option<u64> {
        Some(self.keys[place as usize].0)
    }

    fn edges(&self) -> impl Iterator<Item = Edge> {
        self.contacts.arcs().map(|(source, target)| Edge::between(source, target))
    }

    fn has_repeated_edges(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_ring_is_gone_round_once() {
        let quarter = 1u64 << 62;
        let places = [0, 1, 2, 3].map(|quarters| on_key_ring(Key64(quarter * quarters)));
        let rounded = places.map(|place| place.map(|coordinate| coordinate.round() as i32));
        assert_eq!(rounded, [[0, 1], [1, 0], [0, -1], [-1, 0]]);
    }
}
