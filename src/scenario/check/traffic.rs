//! Workloads.

use super::blocks::blocks;
use super::bounds::{number, whole};
use super::registers::registers;
use super::services::services;
use crate::network::config::ClassConfig;
use crate::scenario::file::{Whole, WorkloadTable};
use crate::scenario::problem::{Fault, Problem};
use crate::scenario::words::{KindName, PopularityName};
use crate::time::Duration;
use crate::units::{Rate, Size};
use crate::workload::config::{
    Amount, Arrivals, Popularity, RecordsConfig, WorkloadConfig, WorkloadKind,
};

/// Messages between applications name their workload in ten bits.
const MOST_WORKLOADS: usize = 1_000;
/// The rate of a workload that names none, per second and node.
const DEFAULT_RATE: f64 = 0.02;
/// Operations per second of one node beyond this are a mistake of units.
const HIGHEST_RATE: f64 = 1e6;
/// Operations of one node beyond this are one as well.
const HIGHEST_COUNT: u64 = 1_000_000;
/// Operations that a node begins at one instant.
const MOST_AT_ONCE: u32 = 1_000;
/// Operations of all nodes that are counted out: each is drawn before the run begins.
const HIGHEST_TOTAL_COUNT: u64 = 100_000_000;
const DEFAULT_RECORD_SIZE: u64 = 1 << 10;
const LARGEST_RECORD: u64 = 1 << 20;

/// The checked workloads; one lookup workload if none is written.
pub fn workloads(
    tables: &[WorkloadTable],
    nodes: u32,
    provider_expiry: Duration,
    classes: &[ClassConfig],
) -> Result<Vec<WorkloadConfig>, Problem> {
    let default = [WorkloadTable::default()];
    let tables = if tables.is_empty() { &default } else { tables };
    if tables.len() > MOST_WORKLOADS {
        let message =
            format!("there are {} workloads: give at most {MOST_WORKLOADS}", tables.len());
        return Err(Problem::said("workload", message));
    }
    let tables = tables.iter().enumerate();
    tables.map(|(index, table)| workload(index, table, nodes, provider_expiry, classes)).collect()
}

fn workload(
    index: usize,
    table: &WorkloadTable,
    nodes: u32,
    provider_expiry: Duration,
    classes: &[ClassConfig],
) -> Result<WorkloadConfig, Problem> {
    let amount = amount(index, table, nodes)?;
    let kind = match table.kind.map_or(KindName::Lookup, |word| word.0) {
        KindName::Lookup => WorkloadKind::Lookup,
        KindName::PutGet => {
            let size = table.record_size.unwrap_or(Size(DEFAULT_RECORD_SIZE));
            WorkloadKind::PutGet { records: records(index, table, size, nodes)? }
        }
        // An announcement carries no value.
        KindName::Provide => {
            WorkloadKind::Provide { records: records(index, table, Size(0), nodes)? }
        }
        KindName::Services => {
            WorkloadKind::Services(services(index, table, amount, nodes, provider_expiry)?)
        }
        KindName::Blocks => WorkloadKind::Blocks(blocks(index, table, amount, nodes, classes)?),
        KindName::Registers => WorkloadKind::Registers(registers(index, table, amount)?),
    };
    let arrivals = table.arrivals.map_or(Arrivals::Poisson, |word| word.0);
    if let (Arrivals::AtOnce, Amount::Rate(_)) = (arrivals, amount) {
        let path = format!("workload.{index}.arrivals");
        let reason = "belongs to count or total_count; a rate is not all at once".to_owned();
        return Err(Problem { path: path.as_str().into(), fault: Fault::NoEffect { reason } });
    }
    if arrivals == Arrivals::AtOnce {
        not_too_much_at_once(index, amount, nodes)?;
    }
    Ok(WorkloadConfig { kind, amount, arrivals })
}

/// A node goes through the list of what it has under way at each answer, so the time that a run
/// takes grows with the square of what is begun at one instant.
fn not_too_much_at_once(index: usize, amount: Amount, nodes: u32) -> Result<(), Problem> {
    let (key, count, most) = match amount {
        Amount::PerNode(count) => ("count", count, MOST_AT_ONCE),
        Amount::Total(count) => ("total_count", count, MOST_AT_ONCE.saturating_mul(nodes)),
        Amount::Rate(_) => return Ok(()),
    };
    if count <= most {
        return Ok(());
    }
    let path = format!("workload.{index}.{key}");
    Err(Problem::value(
        path.as_str(),
        format!("at most {most} \"at-once\": {MOST_AT_ONCE} for each node"),
    ))
}

/// How much of a workload there is: one of four keys says so.
fn amount(index: usize, table: &WorkloadTable, nodes: u32) -> Result<Amount, Problem> {
    let path = |key| format!("workload.{index}.{key}");
    let given = [
        ("rate", table.rate.map(|rate| format!("{rate} per node"))),
        ("total_rate", table.total_rate.map(|rate| format!("{rate} of all nodes"))),
        ("count", table.count.map(|count| format!("{} per node", count.0))),
        ("total_count", table.total_count.map(|count| format!("{} of all nodes", count.0))),
    ];
    let mut given = given.into_iter().filter_map(|(key, text)| text.map(|text| (key, text)));
    if let (Some((key, text)), Some((other, other_text))) = (given.next(), given.next()) {
        let message = format!(
            "`workload.{index}` has both {key} ({text}) and {other} ({other_text}): give one of \
             them"
        );
        return Err(Problem::said(path(other).as_str(), message));
    }
    let counted = |key, given: Option<Whole>, most| -> Result<u32, Problem> {
        let count = whole(&path(key), given, 1, 1..=most)?;
        Ok(u32::try_from(count).expect("the bound fits"))
    };
    Ok(match table {
        WorkloadTable { rate: Some(rate), .. } => {
            Amount::Rate(bounded_rate(&path("rate"), *rate, 1.0)?)
        }
        WorkloadTable { total_rate: Some(rate), .. } => {
            Amount::Rate(bounded_rate(&path("total_rate"), *rate, f64::from(nodes))?)
        }
        WorkloadTable { count: Some(_), .. } => {
            Amount::PerNode(counted("count", table.count, HIGHEST_COUNT)?)
        }
        WorkloadTable { total_count: Some(_), .. } => {
            Amount::Total(counted("total_count", table.total_count, HIGHEST_TOTAL_COUNT)?)
        }
        _ => Amount::Rate(DEFAULT_RATE),
    })
}

/// The rate of one node if `rate` is that of `sharers` nodes.
fn bounded_rate(path: &str, rate: Rate, sharers: f64) -> Result<f64, Problem> {
    let per_node = rate.0 / sharers;
    if per_node > HIGHEST_RATE {
        return Err(Problem::value(path, format!("at most {HIGHEST_RATE}/s for each node")));
    }
    Ok(per_node)
}

fn records(
    index: usize,
    table: &WorkloadTable,
    size: Size,
    nodes: u32,
) -> Result<RecordsConfig, Problem> {
    if table.record_size.is_some() {
        record_size(index, table, 1)?;
    }
    // All records of a workload are numbered in 32 bits.
    let most = u64::from(u32::MAX) / u64::from(nodes);
    let path = format!("workload.{index}.records_per_node");
    let per_node = whole(&path, table.records_per_node, 1, 1..=most)?;
    Ok(RecordsConfig {
        per_node: u32::try_from(per_node).expect("the bound fits"),
        size: u32::try_from(size.0).expect("the bound fits"),
        popularity: popularity(index, table)?,
    })
}

/// Bytes of a record, of which there are at least `smallest`.
pub(super) fn record_size(
    index: usize,
    table: &WorkloadTable,
    smallest: u64,
) -> Result<u32, Problem> {
    let Size(bytes) = table.record_size.unwrap_or(Size(DEFAULT_RECORD_SIZE));
    if !(smallest..=LARGEST_RECORD).contains(&bytes) {
        let path = format!("workload.{index}.record_size");
        let allowed = format!("a size from {} to {}", Size(smallest), Size(LARGEST_RECORD));
        return Err(Problem::value(path.as_str(), allowed));
    }
    Ok(u32::try_from(bytes).expect("the bound fits"))
}

/// Which of a workload's records, services, blocks or registers are asked for.
pub(super) fn popularity(index: usize, table: &WorkloadTable) -> Result<Popularity, Problem> {
    Ok(match table.popularity.map_or(PopularityName::Uniform, |word| word.0) {
        PopularityName::Uniform => Popularity::Uniform,
        PopularityName::Zipf => Popularity::Zipf {
            exponent: number(
                &format!("workload.{index}.exponent"),
                table.exponent,
                1.0,
                0.0..=10.0,
            )?,
        },
    })
}
