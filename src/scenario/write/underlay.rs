//! An underlay in the notation of the file.

use super::{length, number, share, whole};
use crate::graph::config::{Density, GraphConfig, TransitStub};
use crate::network::config::UnderlayConfig;
use crate::scenario::file::UnderlayTable;
use crate::scenario::words::{Choice, GraphKind, Word};

pub(super) fn underlay(config: &UnderlayConfig) -> UnderlayTable {
    let is_file = matches!(config.graph, GraphConfig::File(_));
    let has_positions = matches!(
        config.graph,
        GraphConfig::Grid { .. }
            | GraphConfig::Waxman { .. }
            | GraphConfig::TransitStub(_)
            | GraphConfig::File(_)
    );
    let table = UnderlayTable {
        kind: Some(Word(kind(&config.graph))),
        routers: if is_file { None } else { whole(config.routers) },
        routes: Some(Word(config.routes)),
        edge_latency: length(config.edge_latency),
        // Refused where it has no effect.
        latency_per_unit: length(config.latency_per_unit).filter(|_| has_positions),
        ..UnderlayTable::default()
    };
    graph(&config.graph, table)
}

/// What a graph adds to a table.
pub(super) fn graph(config: &GraphConfig, table: UnderlayTable) -> UnderlayTable {
    match config {
        GraphConfig::FullMesh | GraphConfig::Ring | GraphConfig::Star => table,
        // No underlay is of this kind: it says who knows whom at the start.
        GraphConfig::Bootstrap { .. } => table,
        GraphConfig::Random { connection_ratio } => {
            UnderlayTable { connection_ratio: share(*connection_ratio), ..table }
        }
        GraphConfig::ErdosRenyi(Density::Probability(probability)) => {
            UnderlayTable { probability: share(*probability), ..table }
        }
        GraphConfig::ErdosRenyi(Density::MeanDegree(mean_degree)) => {
            UnderlayTable { mean_degree: number(*mean_degree), ..table }
        }
        GraphConfig::RandomRegular { degree } => UnderlayTable { degree: whole(*degree), ..table },
        GraphConfig::WattsStrogatz { neighbours, rewiring } => {
            UnderlayTable { neighbours: whole(*neighbours), rewiring: share(*rewiring), ..table }
        }
        GraphConfig::BarabasiAlbert { edges_per_node } => {
            UnderlayTable { edges_per_node: whole(*edges_per_node), ..table }
        }
        GraphConfig::Grid { columns } | GraphConfig::Torus { columns } => {
            UnderlayTable { columns: columns.and_then(whole), ..table }
        }
        GraphConfig::Tree { branching } => UnderlayTable { branching: whole(*branching), ..table },
        GraphConfig::Waxman { alpha, beta } => {
            UnderlayTable { alpha: number(*alpha), beta: number(*beta), ..table }
        }
        GraphConfig::TransitStub(parameters) => transit_stub(*parameters, table),
        GraphConfig::File(file) => UnderlayTable {
            file: Some(file.file.to_string_lossy().into_owned()),
            format: Some(Word(file.format)),
            ..table
        },
    }
}

pub(super) fn kind(graph: &GraphConfig) -> GraphKind {
    let found = GraphKind::WORDS.iter().find(|(word, _)| *word == graph.kind());
    found.expect("an underlay has a kind of underlays").1
}

fn transit_stub(parameters: TransitStub, table: UnderlayTable) -> UnderlayTable {
    UnderlayTable {
        transit_domains: whole(parameters.transit_domains),
        transit_nodes: whole(parameters.transit_nodes),
        stubs_per_transit_node: whole(parameters.stubs_per_transit_node),
        transit_edge_probability: share(parameters.transit_edge_probability),
        stub_edge_probability: share(parameters.stub_edge_probability),
        extra_transit_stub_edges: whole(parameters.extra_transit_stub_edges),
        extra_stub_stub_edges: whole(parameters.extra_stub_stub_edges),
        ..table
    }
}

/// The name of the router of this class, as the file calls it.
pub(super) fn router(config: &UnderlayConfig, class: usize) -> Option<String> {
    let place = config.pinned.get(class).copied().flatten()?;
    Some(match &config.graph {
        GraphConfig::File(file) => file.graph.vertices[place as usize].name.clone(),
        _ => place.to_string(),
    })
}
