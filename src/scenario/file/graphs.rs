//! The tables that name a graph: who knows whom at the start, and the routers between the nodes.

use super::{Keys, Number, Whole};
use crate::graph::read::Format;
use crate::network::config::RouteChoice;
use crate::scenario::words::{GraphKind, TopologyName, Word};
use crate::units::{Length, Share};
use serde::{Deserialize, Serialize};

/// Defines both tables, with the keys that they have in common after their own.
macro_rules! graph_tables {
    ($($key:ident: $type:ty,)*) => {
        table!(
            /// `[topology]`
            TopologyTable {
                kind: Word<TopologyName>,
                bootstrap_nodes: Whole,
                known_bootstrap_nodes: Whole,
                $($key: $type,)*
            }
        );

        table!(
            /// `[network.underlay]`
            UnderlayTable {
                kind: Word<GraphKind>,
                routers: Whole,
                routes: Word<RouteChoice>,
                edge_latency: Length,
                latency_per_unit: Length,
                $($key: $type,)*
            }
        );

        impl TopologyTable {
            /// What it says of a graph, as an underlay would.
            pub fn graph(&self) -> UnderlayTable {
                UnderlayTable { $($key: self.$key.clone(),)* ..UnderlayTable::default() }
            }

            /// The table of this kind that says of a graph what an underlay does.
            pub fn of(kind: TopologyName, graph: UnderlayTable) -> Self {
                let kind = Some(Word(kind));
                TopologyTable { kind, $($key: graph.$key,)* ..TopologyTable::default() }
            }
        }
    };
}

graph_tables!(
    connection_ratio: Share,
    probability: Share,
    mean_degree: Number,
    degree: Whole,
    neighbours: Whole,
    rewiring: Share,
    edges_per_node: Whole,
    columns: Whole,
    branching: Whole,
    alpha: Number,
    beta: Number,
    transit_domains: Whole,
    transit_nodes: Whole,
    stubs_per_transit_node: Whole,
    transit_edge_probability: Share,
    stub_edge_probability: Share,
    extra_transit_stub_edges: Whole,
    extra_stub_stub_edges: Whole,
    file: String,
    format: Word<Format>,
);
