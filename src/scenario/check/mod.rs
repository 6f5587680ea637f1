//! From the file as written to a complete scenario: defaults where nothing is written, and a
//! problem where a value is out of range or contradicts another.

// Who does not keep to the protocol.
mod attacks;
// Bounds of single numbers.
mod bounds;
// The parameters of the nodes.
mod kademlia;
// What goes wrong.
mod faults;
// Groups of addresses.
mod groups;
// A graph and the numbers of its kind.
mod graph;
// Which packets are lost.
mod links;
// Latency, classes and all of the network.
mod network;
// Looks at the overlay.
mod snapshots;
// The routers and the ways between them.
mod underlay;
// Who can be reached.
mod reach;
// Who comes and goes.
mod churn;
// Thresholds of the verdict.
mod verdict;
// Workloads.
mod blocks;
mod registers;
mod services;
mod traffic;
// Who knows whom at the start.
mod topology;

use super::file::{CheckerTable, File, NodesTable, OutputTable, PhasesTable};
use super::models;
use super::problem::Problem;
use super::source::Source;
use super::words::Word;
use super::{Bootstrap, CheckerConfig, Joins, Nodes, OutputConfig, Phases, PlotFormat, Scenario};
use crate::time::{Duration, Instant, NANOS_PER_SECOND};
use bounds::{LONGEST, LONGEST_RUN, length, whole};
use std::path::Path;

/// The seed of a scenario that names none.
const DEFAULT_SEED: u64 = 42;
/// Points of the time series, unless the scenario says how far they are apart.
const DEFAULT_SAMPLES: u64 = 120;
/// More points than this are a mistake of units.
const MOST_SAMPLES: u64 = 1_000_000;
/// More nodes than this fit into no machine.
pub const MOST_NODES: u64 = 100_000_000;
/// Rows of operations that are kept, unless the scenario says how many.
const DEFAULT_OPERATIONS: u64 = 100_000;

/// The scenario that `file` describes. `default_name` is its name if it has none; paths in it
/// are relative to `base_dir`, those in settings to the current directory.
pub fn check(
    file: File,
    default_name: &str,
    base_dir: &Path,
    source: &Source<'_>,
) -> Result<Scenario, Problem> {
    models::check(&source.outline)?;
    let phases = phases(&file.phases.unwrap_or_default())?;
    let node_table = file.nodes.unwrap_or_default();
    let nodes = nodes(&node_table)?;
    let (preset, kademlia) = kademlia::check(&file.kademlia.unwrap_or_default())?;
    let network = file.network.unwrap_or_default();
    let classes = node_table.class.unwrap_or_default();
    let class_churn = churn::of_classes(&file.churn, &classes)?;
    let topology = topology::check(&file.topology.unwrap_or_default(), nodes, base_dir, source)?;
    let mut network = network::check(network, classes, nodes.count, base_dir, source)?;
    let attacks = attacks::check(&file.attack.unwrap_or_default(), nodes, phases)?;
    groups::are_there(&kademlia, nodes, &attacks)?;
    let faults = file.fault.unwrap_or_default();
    network.faults = faults::check(&faults, &network, phases, nodes.count)?;
    let workloads = file.workload.unwrap_or_default();
    let workloads =
        traffic::workloads(&workloads, nodes.count, kademlia.provider_expiry, &network.classes)?;
    Ok(Scenario {
        name: name(file.name, default_name)?,
        description: file.description.unwrap_or_default(),
        seed: file.seed.map_or(DEFAULT_SEED, |seed| seed.0),
        phases,
        nodes,
        churn: churn::check(
            &file.churn.unwrap_or_default(),
            &churn::Around {
                nodes: nodes.count,
                topology: topology.as_ref(),
                end: phases.end(),
                base_dir,
                source,
            },
        )?,
        class_churn,
        topology,
        preset,
        kademlia,
        network,
        workloads,
        checker: checker(&file.checker.unwrap_or_default()),
        verdict: verdict::check(&file.verdict.unwrap_or_default())?,
        output: output(file.output.unwrap_or_default(), phases)?,
        attacks,
        snapshots: snapshots::check(&file.snapshot.unwrap_or_default(), phases)?,
    })
}

fn name(given: Option<String>, default: &str) -> Result<String, Problem> {
    let name = given.unwrap_or_else(|| default.to_owned());
    let is_folder = !name.trim().is_empty()
        && name.len() <= 100
        && !name.starts_with('.')
        && !name.contains(|c: char| c.is_control() || "/\\:*?\"<>|".contains(c));
    match is_folder {
        true => Ok(name),
        false => Err(Problem::value(
            "name",
            "a text that can name a folder, such as \"churn-kad\": 1 to 100 bytes, no leading \
             dot, none of / \\ : * ? \" < > |",
        )),
    }
}

fn phases(table: &PhasesTable) -> Result<Phases, Problem> {
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    let shortest = Duration::from_millis(1);
    let phases = Phases {
        init: length("phases.init", table.init, minutes(1), Duration::ZERO..=LONGEST)?,
        transition: length("phases.transition", table.transition, minutes(1), shortest..=LONGEST)?,
        measurement: length(
            "phases.measurement",
            table.measurement,
            minutes(10),
            shortest..=LONGEST,
        )?,
    };
    if phases.end() > Instant::ZERO + LONGEST_RUN {
        let whole = phases.end();
        let message =
            format!("the phases last {whole} together: a run lasts at most {LONGEST_RUN}");
        return Err(Problem::said("phases", message));
    }
    Ok(phases)
}

fn nodes(table: &NodesTable) -> Result<Nodes, Problem> {
    let count = whole("nodes.count", table.count, 1_000, 1..=MOST_NODES)?;
    let others = count - 1;
    let contacts = match table.contacts {
        None => others.min(3),
        Some(given) if (others.min(1)..=others).contains(&given.0) => given.0,
        Some(_) => {
            let allowed = match others {
                0 => "0, since there is one node only".to_owned(),
                1 => "1, since there is one other node".to_owned(),
                _ => format!("a whole number from 1 to {others}, the number of other nodes"),
            };
            return Err(Problem::value("nodes.contacts", allowed));
        }
    };
    Ok(Nodes {
        count: u32::try_from(count).expect("the count is below the bound"),
        bootstrap: table.bootstrap.map_or(Bootstrap::Organic, |word| word.0),
        joins: table.joins.map_or(Joins::Drawn, |word| word.0),
        contacts: usize::try_from(contacts).expect("there are fewer contacts than nodes"),
        address_groups: groups::count("nodes.address_groups", table.address_groups)?,
    })
}

fn checker(table: &CheckerTable) -> CheckerConfig {
    CheckerConfig {
        lookups: table.lookups.map_or(1.0, |share| share.0),
        tables: table.tables.map_or(0.01, |share| share.0),
    }
}

fn output(table: OutputTable, phases: Phases) -> Result<OutputConfig, Problem> {
    let plots = match table.plots {
        None => vec![PlotFormat::Svg, PlotFormat::Png],
        Some(words) => distinct_plots(&words)?,
    };
    let whole_run = phases.end().as_nanos();
    // Whole seconds, rounded up, so that the rows of the series stand at round times.
    let seconds = whole_run.div_ceil(DEFAULT_SAMPLES).div_ceil(NANOS_PER_SECOND).max(1);
    let shortest = Duration::from_nanos(whole_run.div_ceil(MOST_SAMPLES));
    let interval = table.sample_interval.map_or(Duration::from_secs(seconds), |given| given.0);
    if interval < shortest {
        return Err(Problem::value(
            "output.sample_interval",
            format!("at least {shortest}, which gives {MOST_SAMPLES} points for this run"),
        ));
    }
    Ok(OutputConfig {
        plots,
        sample_interval: interval,
        operations_limit: table.operations_limit.map_or(DEFAULT_OPERATIONS, |limit| limit.0),
    })
}

fn distinct_plots(words: &[Word<PlotFormat>]) -> Result<Vec<PlotFormat>, Problem> {
    let formats: Vec<PlotFormat> = words.iter().map(|word| word.0).collect();
    let is_repeated = |(index, format)| formats[..index].contains(format);
    match formats.iter().enumerate().any(is_repeated) {
        false => Ok(formats),
        true => Err(Problem::value("output.plots", "each of \"svg\" and \"png\" at most once")),
    }
}
