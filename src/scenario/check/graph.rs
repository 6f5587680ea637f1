//! From the keys of a table to a graph: its kind, with the numbers of the kind.

use super::bounds::{number, whole};
use crate::graph::config::{Density, FileConfig, GraphConfig, Impossible, TransitStub};
use crate::graph::read::{self, Format};
use crate::scenario::document::KeyPath;
use crate::scenario::file::{Number, UnderlayTable, Whole};
use crate::scenario::problem::Problem;
use crate::scenario::source::Source;
use crate::scenario::words::GraphKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Reads the numbers of one table.
pub struct Numbers(pub &'static str);

impl Numbers {
    fn path(&self, key: &str) -> String {
        format!("{}.{key}", self.0)
    }

    /// A whole number; that a graph can have it is checked with all others.
    pub fn whole(&self, key: &str, given: Option<Whole>, default: u32) -> Result<u32, Problem> {
        let value = whole(&self.path(key), given, u64::from(default), 0..=u64::from(u32::MAX))?;
        Ok(u32::try_from(value).expect("the number is below the bound"))
    }

    fn optional(&self, key: &str, given: Option<Whole>) -> Result<Option<u32>, Problem> {
        given.map(|_| self.whole(key, given, 0)).transpose()
    }

    fn number(&self, key: &str, given: Option<Number>, default: f64) -> Result<f64, Problem> {
        number(&self.path(key), given, default, 0.0..=1e9)
    }
}

/// The graph of this kind in the table at `path`.
pub fn config(
    path: &'static str,
    kind: GraphKind,
    table: &UnderlayTable,
    base_dir: &Path,
    source: &Source<'_>,
) -> Result<GraphConfig, Problem> {
    let of = Numbers(path);
    Ok(match kind {
        GraphKind::FullMesh => GraphConfig::FullMesh,
        GraphKind::Ring => GraphConfig::Ring,
        GraphKind::Star => GraphConfig::Star,
        GraphKind::Random => GraphConfig::Random {
            connection_ratio: table.connection_ratio.map_or(0.1, |share| share.0),
        },
        GraphKind::ErdosRenyi => GraphConfig::ErdosRenyi(density(&of, table)?),
        GraphKind::RandomRegular => {
            GraphConfig::RandomRegular { degree: of.whole("degree", table.degree, 4)? }
        }
        GraphKind::WattsStrogatz => GraphConfig::WattsStrogatz {
            neighbours: of.whole("neighbours", table.neighbours, 4)?,
            rewiring: table.rewiring.map_or(0.1, |share| share.0),
        },
        GraphKind::BarabasiAlbert => GraphConfig::BarabasiAlbert {
            edges_per_node: of.whole("edges_per_node", table.edges_per_node, 2)?,
        },
        GraphKind::Grid => GraphConfig::Grid { columns: of.optional("columns", table.columns)? },
        GraphKind::Torus => GraphConfig::Torus { columns: of.optional("columns", table.columns)? },
        GraphKind::Tree => {
            GraphConfig::Tree { branching: of.whole("branching", table.branching, 2)? }
        }
        GraphKind::Waxman => GraphConfig::Waxman {
            alpha: of.number("alpha", table.alpha, 0.2)?,
            beta: of.number("beta", table.beta, 0.6)?,
        },
        GraphKind::TransitStub => GraphConfig::TransitStub(transit_stub(&of, table)?),
        GraphKind::File => GraphConfig::File(file(&of, table, base_dir, source)?),
    })
}

fn density(of: &Numbers, table: &UnderlayTable) -> Result<Density, Problem> {
    match (table.probability, table.mean_degree) {
        (Some(_), Some(_)) => {
            let path = of.path("mean_degree");
            let message = format!("`{path}` stands beside `probability`: one says what both say");
            Err(Problem::said(path.as_str(), message))
        }
        (Some(probability), None) => Ok(Density::Probability(probability.0)),
        (None, given) => Ok(Density::MeanDegree(of.number("mean_degree", given, 8.0)?)),
    }
}

fn transit_stub(of: &Numbers, table: &UnderlayTable) -> Result<TransitStub, Problem> {
    let whole = |key, given, default| of.whole(key, given, default);
    Ok(TransitStub {
        transit_domains: whole("transit_domains", table.transit_domains, 2)?,
        transit_nodes: whole("transit_nodes", table.transit_nodes, 4)?,
        stubs_per_transit_node: whole("stubs_per_transit_node", table.stubs_per_transit_node, 3)?,
        transit_edge_probability: table.transit_edge_probability.map_or(0.6, |share| share.0),
        stub_edge_probability: table.stub_edge_probability.map_or(0.4, |share| share.0),
        extra_transit_stub_edges: whole(
            "extra_transit_stub_edges",
            table.extra_transit_stub_edges,
            0,
        )?,
        extra_stub_stub_edges: whole("extra_stub_stub_edges", table.extra_stub_stub_edges, 0)?,
    })
}

fn file(
    of: &Numbers,
    table: &UnderlayTable,
    base_dir: &Path,
    source: &Source<'_>,
) -> Result<FileConfig, Problem> {
    let path = KeyPath::from(of.path("file").as_str());
    let Some(given) = &table.file else {
        return Err(Problem::value(path, "the path of a graph in GML, GraphML or an edge list"));
    };
    let file = match source.is_set(&path) {
        true => PathBuf::from(given),
        false => base_dir.join(given),
    };
    let Some(format) = table.format.map(|word| word.0).or_else(|| Format::of(&file)) else {
        let format = of.path("format");
        let message = format!(
            "`{path}`: the name {} does not say what it is: it ends in .gml, .graphml, .xml, \
             .edges, .edgelist, .csv, .tsv or .txt (with .gz or .xz behind), or `{format}` says it",
            file.display()
        );
        return Err(Problem::said(path, message));
    };
    let graph = read::read(&file, format).map_err(|error| {
        // As compilers name places, so that an editor finds it.
        let place = match (error.line, error.column) {
            (Some(line), Some(column)) => format!(":{line}:{column}"),
            (Some(line), None) => format!(":{line}"),
            _ => String::new(),
        };
        let message = format!("`{path}`: {}{place}: {}", file.display(), error.message);
        Problem::said(path.clone(), message)
    })?;
    Ok(FileConfig { file, format, graph: Arc::new(graph) })
}

/// The problem of a graph that cannot be, in the table at `path`.
pub fn impossible(path: &str, error: &Impossible) -> Problem {
    let path = format!("{path}.{}", error.key);
    Problem::said(path.as_str(), format!("`{path}` {}", error.fault))
}
