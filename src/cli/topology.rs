//! `kadsim topology FILE|KIND`: a graph, its figures, its plots, and the graph as a file.

use super::Misuse;
use crate::graph::config::TOPOLOGIES;
use crate::graph::export;
use crate::graph::measure::{self, Effort, Figures};
use crate::graph::read::{self, Format};
use crate::graph::{Graph, generate};
use crate::report::{self, text::grouped};
use crate::rng::{Purpose, Seed, Stream};
use crate::scenario::{PlotFormat, Scenario, Setting};
use anyhow::Context;
use serde::Serialize;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// The seed of who names none; the same as that of a scenario.
const DEFAULT_SEED: u64 = 42;

/// Arguments of `kadsim topology`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// A file (GML, GraphML or an edge list, also .gz or .xz), or a kind of graph to generate
    #[arg(value_name = "FILE|KIND")]
    pub graph: String,
    /// Vertices of the generated graph [default: 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub nodes: Option<u32>,
    /// A parameter of the kind, as [topology] of a scenario has it
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<Setting>,
    /// Seed of the graph, and of where a large one is looked at
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED)]
    pub seed: u64,
    /// Measure the graph and print its figures; happens anyway unless it is only exported
    #[arg(long)]
    pub metrics: bool,
    /// How the figures are printed
    #[arg(long, value_enum, default_value_t = Printed::Text)]
    pub format: Printed,
    /// Folder for plots of how the figures are spread, as SVG and PNG
    #[arg(long, value_name = "DIR")]
    pub plots: Option<PathBuf>,
    /// Write the graph in this format
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub export: Option<Export>,
    /// File for the exported graph; without it the graph goes to standard output
    #[arg(long, value_name = "FILE", requires = "export")]
    pub out: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
Kinds: full-mesh, ring, star, random, bootstrap, erdos-renyi, random-regular, watts-strogatz,
barabasi-albert, grid, torus, tree, waxman, transit-stub. A file that has such a name is ./NAME.

Figures of a large graph are sampled, and say so. For example:
  kadsim topology watts-strogatz --nodes 500 --set neighbours=6 --set rewiring=0.1
  kadsim topology network.gml.xz --metrics --plots plots --export gexf --out network.gexf";

/// How figures are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Printed {
    /// A table for people
    Text,
    /// The same and all distributions
    Json,
}

/// A format in which graphs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Export {
    /// For Graphviz
    Dot,
    /// An XML format that most programs read
    Graphml,
    /// With the attributes of Shadow's network graphs
    Gml,
    /// For Gephi
    Gexf,
}

impl From<Export> for export::Format {
    fn from(format: Export) -> Self {
        match format {
            Export::Dot => export::Format::Dot,
            Export::Graphml => export::Format::GraphMl,
            Export::Gml => export::Format::Gml,
            Export::Gexf => export::Format::Gexf,
        }
    }
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Answer<'a> {
    /// File or kind.
    graph: &'a str,
    seed: u64,
    #[serde(flatten)]
    figures: &'a Figures,
}

/// Makes or reads the graph and does with it what is asked for.
///
/// # Errors
/// [`Misuse`] or a `ScenarioError` for a graph that cannot be had or arguments that contradict each
/// other; otherwise what could not be written.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let measures = args.metrics || args.plots.is_some() || args.export.is_none();
    if measures && args.export.is_some() && args.out.is_none() {
        return Err(Misuse::BothToStandardOutput.into());
    }
    if let Some(folder) = &args.plots {
        fs::create_dir_all(folder)
            .map_err(|cause| Misuse::Folder { path: folder.clone(), cause })?;
    }
    let graph = graph(args)?;
    let mut stdout = std::io::stdout().lock();
    let mut written = Vec::new();
    if let Some(format) = args.export {
        match &args.out {
            None => export::write(&graph, format.into(), &mut stdout)?,
            Some(file) => {
                write_to(&graph, format.into(), file)?;
                written.push(file.clone());
            }
        }
    }
    if measures {
        let figures = measure::measure(&graph.adjacency(), Seed(args.seed), &Effort::USUAL);
        if let Some(folder) = &args.plots {
            let subtitle = format!("{}, seed {}", name(args, &figures), args.seed);
            let formats = [PlotFormat::Svg, PlotFormat::Png];
            report::graph_charts(&figures, &subtitle, folder, &formats)?;
            written.push(folder.clone());
        }
        match args.format {
            Printed::Json => {
                let answer = Answer { graph: &args.graph, seed: args.seed, figures: &figures };
                stdout.write_all(report::to_json(&answer).as_bytes())?;
            }
            Printed::Text => {
                writeln!(stdout, "{}   seed {}", args.graph, args.seed)?;
                stdout.write_all(report::graph_table(&figures).as_bytes())?;
            }
        }
    }
    if args.format == Printed::Text {
        for path in written {
            writeln!(stdout, "Written to {}", path.display())?;
        }
    }
    stdout.flush()?;
    Ok(())
}

/// What plots call the graph.
fn name(args: &Args, figures: &Figures) -> String {
    let file = Path::new(&args.graph).file_name().map(|name| name.to_string_lossy());
    let vertices = grouped(figures.vertices);
    format!("{}, {vertices} vertices", file.unwrap_or_default())
}

/// The graph that is asked for.
fn graph(args: &Args) -> anyhow::Result<Graph> {
    if TOPOLOGIES.contains(&args.graph.as_str()) {
        return generated(args);
    }
    if args.nodes.is_some() || !args.settings.is_empty() {
        return Err(Misuse::GeneratedOnly { graph: args.graph.clone() }.into());
    }
    let file = Path::new(&args.graph);
    if !file.exists() {
        let kinds = TOPOLOGIES.join(", ");
        return Err(Misuse::NoGraph { graph: args.graph.clone(), kinds }.into());
    }
    let format = Format::of(file).ok_or_else(|| Misuse::GraphFormat(file.to_owned()))?;
    let wrong = |error| Misuse::GraphFile { path: file.to_owned(), error };
    Ok(read::read(file, format).map_err(wrong)?)
}

/// A graph of a kind: the same that a scenario with these parameters, as many nodes and this seed
/// has as its `[topology]`.
fn generated(args: &Args) -> anyhow::Result<Graph> {
    let setting = |text: String| text.parse::<Setting>().expect("a key and a value");
    let mut settings = vec![setting(format!("topology.kind={}", args.graph))];
    settings.extend(args.nodes.map(|nodes| setting(format!("nodes.count={nodes}"))));
    settings.extend(args.settings.iter().map(|setting| setting.clone().below("topology")));
    let scenario = Scenario::parse("", "topology", Path::new(""), &settings)?;
    let config = scenario.topology.as_ref().expect("a kind was given");
    let mut stream = Stream::new(Seed(args.seed), Purpose::Topology, 0);
    generate(config, scenario.nodes.count, &mut stream).context("no such graph")
}

fn write_to(graph: &Graph, format: export::Format, file: &Path) -> anyhow::Result<()> {
    let created = File::create(file);
    let created = created.map_err(|cause| Misuse::GraphOut { path: file.to_owned(), cause })?;
    let mut out = BufWriter::new(created);
    export::write(graph, format, &mut out)
        .and_then(|()| out.flush())
        .with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn made(words: &[&str]) -> Graph {
        let line = Line::try_parse_from(["topology"].iter().chain(words));
        graph(&line.unwrap_or_else(|error| panic!("{error}")).args).expect("there is such a graph")
    }

    #[test]
    fn every_kind_can_be_had_without_parameters() {
        for kind in TOPOLOGIES {
            let graph = made(&[kind, "--nodes", "64"]);
            assert_eq!(graph.vertices.len(), 64, "{kind}");
            assert!(!graph.edges.is_empty(), "{kind}");
            assert!(AFTER_HELP.contains(kind), "{kind}");
        }
        assert_eq!(made(&["tree"]).vertices.len(), 1_000);
    }

    #[test]
    fn the_seed_makes_the_graph() {
        let seed = |seed| made(&["waxman", "--nodes", "50", "--seed", seed]);
        assert_eq!(seed("1"), seed("1"));
        assert_ne!(seed("1"), seed("2"));
    }
}
