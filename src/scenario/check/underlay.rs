//! The underlay: its graph, the routes through it and who is at which router.

use super::bounds::length;
use super::graph;
use crate::graph::Graph;
use crate::graph::config::GraphConfig;
use crate::network::config::{RouteChoice, UnderlayConfig};
use crate::network::underlay::hosts::MOST_ROUTERS;
use crate::scenario::document::KeyPath;
use crate::scenario::file::{ClassTable, LatencyTable, UnderlayTable};
use crate::scenario::problem::{Problem, nearest};
use crate::scenario::source::Source;
use crate::scenario::words::{Choice, GraphKind, LatencyName};
use crate::time::Duration;
use std::path::Path;

const PATH: &str = "network.underlay";
/// The longest latency of an edge, as in files: sums along a path stay far from overflow.
const LONGEST: Duration = Duration::from_secs(3_600);
const DEFAULT_EDGE_LATENCY: Duration = Duration::from_millis(5);
const DEFAULT_LATENCY_PER_UNIT: Duration = Duration::from_millis(50);
const DEFAULT_ROUTERS: u64 = 100;
/// More routers than this are taken for a mistake.
const MOST_VERTICES: u64 = 10_000_000;

/// The underlay of a network of so many nodes; `None` if its latency has another model. Whatever
/// is written for an underlay is refused then.
pub fn check(
    table: Option<UnderlayTable>,
    latency: Option<&LatencyTable>,
    classes: &[ClassTable],
    nodes: u32,
    base_dir: &Path,
    source: &Source<'_>,
) -> Result<Option<UnderlayConfig>, Problem> {
    let model = latency.and_then(|latency| latency.model);
    if model.is_none_or(|model| model.0 != LatencyName::Graph) {
        refuse(table.as_ref(), classes)?;
        return Ok(None);
    }
    let table = table.unwrap_or_default();
    let kind =
        table.kind.ok_or_else(|| Problem::value(format!("{PATH}.kind").as_str(), kinds()))?;
    let graph = graph::config(PATH, kind.0, &table, base_dir, source)?;
    let routers = match graph.vertices() {
        Some(routers) => routers,
        None => routers(&table)?,
    };
    graph.check(routers).map_err(|error| graph::impossible(PATH, &error))?;
    let from_file = match &graph {
        GraphConfig::File(file) => Some(&*file.graph),
        _ => None,
    };
    fits(nodes, routers, from_file.is_some())?;
    let within = |key: &str, given, default| {
        length(&format!("{PATH}.{key}"), given, default, Duration::ZERO..=LONGEST)
    };
    let name = |index: usize, class: &ClassTable| {
        let name = class.router.as_ref()?;
        Some(router(index, name, routers, from_file))
    };
    let places = classes.iter().enumerate().map(|(i, class)| name(i, class).transpose());
    let mut pinned: Vec<Option<u32>> = places.collect::<Result<_, _>>()?;
    // Where no class is written there is one all the same.
    pinned.resize(pinned.len().max(1), None);
    Ok(Some(UnderlayConfig {
        routers,
        routes: table.routes.map_or(RouteChoice::Shortest, |word| word.0),
        edge_latency: within("edge_latency", table.edge_latency, DEFAULT_EDGE_LATENCY)?,
        latency_per_unit: within(
            "latency_per_unit",
            table.latency_per_unit,
            DEFAULT_LATENCY_PER_UNIT,
        )?,
        pinned,
        graph,
    }))
}

/// Refuses what has an effect in an underlay only.
fn refuse(table: Option<&UnderlayTable>, classes: &[ClassTable]) -> Result<(), Problem> {
    let belongs = "belongs to network.latency.model graph; this network has another";
    if table.is_some() {
        return Err(Problem::said(PATH, format!("`{PATH}` {belongs}")));
    }
    match classes.iter().position(|class| class.router.is_some()) {
        None => Ok(()),
        Some(index) => {
            let path = format!("nodes.class.{index}.router");
            Err(Problem::said(path.as_str(), format!("`{path}` {belongs}")))
        }
    }
}

fn kinds() -> String {
    let words: Vec<_> = GraphKind::WORDS.iter().map(|(word, _)| format!("\"{word}\"")).collect();
    words.join(" or ")
}

fn routers(table: &UnderlayTable) -> Result<u32, Problem> {
    let path = format!("{PATH}.routers");
    let routers = super::bounds::whole(&path, table.routers, DEFAULT_ROUTERS, 1..=MOST_VERTICES)?;
    Ok(u32::try_from(routers).expect("the number is below the bound"))
}

/// Refuses more routers with nodes than the table of routes has room for.
fn fits(nodes: u32, routers: u32, is_file: bool) -> Result<(), Problem> {
    let used = nodes.min(routers) as usize;
    if used <= MOST_ROUTERS {
        return Ok(());
    }
    let path = format!("{PATH}.{}", if is_file { "file" } else { "routers" });
    let message = format!(
        "`{path}`: {nodes} nodes at {routers} routers: at most {MOST_ROUTERS} routers can have \
         nodes, since a table has the route from each to each, which is {} GiB of latencies then",
        (MOST_ROUTERS * MOST_ROUTERS * size_of::<u32>()) >> 30
    );
    Err(Problem::said(path.as_str(), message))
}

/// The vertex of this name: in a file as it is called there, otherwise its number from 0.
fn router(index: usize, name: &str, routers: u32, file: Option<&Graph>) -> Result<u32, Problem> {
    let found = match file {
        Some(graph) => graph.vertices.iter().position(|vertex| vertex.name == name),
        None => name.parse().ok().filter(|&place: &usize| place < routers as usize),
    };
    let path = || KeyPath::from(format!("nodes.class.{index}.router").as_str());
    let Some(place) = found else {
        let Some(graph) = file else {
            let last = routers - 1;
            let allowed = format!("the number of a router, as a text: \"0\" to \"{last}\"");
            return Err(Problem::value(path(), allowed));
        };
        let meant = nearest(name, graph.vertices.iter().map(|vertex| &*vertex.name));
        let meant = meant.map_or(String::new(), |meant| format!(" (did you mean \"{meant}\"?)"));
        return Err(Problem::value(path(), format!("the name of a vertex of the graph{meant}")));
    };
    Ok(u32::try_from(place).expect("a graph has fewer than 2^32 vertices"))
}
