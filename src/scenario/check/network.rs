//! Latency, loss and the classes of nodes by their links.

use super::bounds::{distinct_names, length, number, sum_to_one};
use super::{links, reach, underlay};
use crate::network::config::{
    ClassConfig, CoordinatesConfig, LatencyConfig, LatencyModel, Matrix, MatrixConfig, MatrixUnit,
    Mode, NetworkConfig, RegionsConfig, UnderlayConfig,
};
use crate::scenario::document::KeyPath;
use crate::scenario::file::{ClassTable, LatencyTable, NetworkTable, RegionTable};
use crate::scenario::problem::{Problem, nearest};
use crate::scenario::source::Source;
use crate::scenario::words::LatencyName;
use crate::time::Duration;
use crate::units::Size;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The longest one-way delay.
const LONGEST_DELAY: Duration = Duration::from_secs(3_600);
const SHORTEST_MEDIAN: Duration = Duration::from_micros(1);
const DEFAULT_DELAY: Duration = Duration::from_millis(50);
/// More than this of one way's half of a round trip does not go to the other way.
const MOST_ASYMMETRY: f64 = 0.9;
const DEFAULT_QUEUE: u64 = 256 << 10;
/// A queue holds at least an ordinary packet.
const QUEUES: std::ops::RangeInclusive<u64> = 2 << 10..=1 << 30;
const REGION: &str = "network.latency.region";
/// More classes or regions than this are taken for a mistake.
const MOST_ITEMS: usize = 256;

/// The checked network.
pub fn check(
    table: NetworkTable,
    classes: Vec<ClassTable>,
    nodes: u32,
    base_dir: &Path,
    source: &Source<'_>,
) -> Result<NetworkConfig, Problem> {
    let NetworkTable { latency: written, underlay, .. } = &table;
    let (underlay, written) = (underlay.clone(), written.as_ref());
    let underlay = underlay::check(underlay, written, &classes, nodes, base_dir, source)?;
    let latency = latency(table.latency.unwrap_or_default(), underlay, base_dir, source)?;
    let classes = self::classes(classes)?;
    let loss = table.loss.unwrap_or_default();
    let network = NetworkConfig {
        loss: links::loss(&loss)?,
        loss_links: links::between(&loss, &classes, &latency.model)?,
        duplication: table.duplication.map_or(0.0, |share| share.0),
        corruption: table.corruption.map_or(0.0, |share| share.0),
        latency,
        classes,
        faults: Vec::new(),
    };
    links::are_few_kinds(&network)?;
    Ok(network)
}

fn latency(
    table: LatencyTable,
    underlay: Option<UnderlayConfig>,
    base_dir: &Path,
    source: &Source<'_>,
) -> Result<LatencyConfig, Problem> {
    let delay = |key: &str, given, default| {
        let path = format!("network.latency.{key}");
        length(&path, given, default, Duration::ZERO..=LONGEST_DELAY)
    };
    let jitter = delay("jitter", table.jitter, Duration::ZERO)?;
    let model = match table.model.map_or(LatencyName::LogNormal, |word| word.0) {
        LatencyName::Constant => {
            LatencyModel::Constant { delay: delay("delay", table.delay, DEFAULT_DELAY)? }
        }
        LatencyName::Uniform => {
            let min = delay("min", table.min, Duration::from_millis(20))?;
            let max = delay("max", table.max, Duration::from_millis(180))?;
            ordered(&table, min, max)?;
            LatencyModel::Uniform { min, max }
        }
        LatencyName::LogNormal => LatencyModel::LogNormal {
            median: length(
                "network.latency.median",
                table.median,
                DEFAULT_DELAY,
                SHORTEST_MEDIAN..=LONGEST_DELAY,
            )?,
            sigma: number("network.latency.sigma", table.sigma, 0.5, 0.0..=5.0)?,
        },
        LatencyName::Coordinates => LatencyModel::Coordinates(coordinates(&table)?),
        LatencyName::Regions => LatencyModel::Regions(match table.region {
            Some(regions) => self::regions(&regions)?,
            None => RegionsConfig::default_table(),
        }),
        LatencyName::Matrix => LatencyModel::Matrix(matrix(&table, base_dir, source)?),
        LatencyName::Graph => {
            LatencyModel::Graph(underlay.expect("a graph has been checked to have an underlay"))
        }
    };
    let asymmetry = table.asymmetry.map_or(0.0, |share| share.0);
    if asymmetry > MOST_ASYMMETRY {
        let allowed = format!("a number from 0 to {MOST_ASYMMETRY}");
        return Err(Problem::value("network.latency.asymmetry", allowed));
    }
    let jitter_distribution =
        table.jitter_distribution.map_or_else(Default::default, |word| word.0);
    Ok(LatencyConfig { model, jitter, jitter_distribution, asymmetry })
}

fn coordinates(table: &LatencyTable) -> Result<CoordinatesConfig, Problem> {
    let key = |key: &str, given, default| {
        let path = format!("network.latency.{key}");
        length(&path, given, Duration::from_millis(default), Duration::ZERO..=LONGEST_DELAY)
    };
    Ok(CoordinatesConfig {
        spread: key("spread", table.spread, 50)?,
        height_median: key("height_median", table.height_median, 8)?,
        height_sigma: number("network.latency.height_sigma", table.height_sigma, 0.5, 0.0..=5.0)?,
        smallest: key("smallest", table.smallest, 1)?,
    })
}

fn ordered(table: &LatencyTable, min: Duration, max: Duration) -> Result<(), Problem> {
    if min <= max {
        return Ok(());
    }
    // At least one of the two is written, since the defaults are in order.
    Err(match table.min {
        Some(_) => Problem::value("network.latency.min", format!("at most max, which is {max}")),
        None => Problem::value("network.latency.max", format!("at least min, which is {min}")),
    })
}

fn regions(tables: &[RegionTable]) -> Result<RegionsConfig, Problem> {
    let at = |index: usize, key: &str| KeyPath::from(format!("{REGION}.{index}.{key}").as_str());
    if tables.is_empty() || tables.len() > MOST_ITEMS {
        return Err(Problem::value(REGION, format!("1 to {MOST_ITEMS} regions")));
    }
    let mut names = Vec::new();
    let mut shares = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let name = table.name.clone().filter(|name| !name.is_empty());
        let no_name = || Problem::value(at(index, "name"), "a text, such as \"europe\"");
        names.push(name.ok_or_else(no_name)?);
        let no_share = || Problem::value(at(index, "share"), "a number from 0 to 1, such as 0.25");
        shares.push(table.share.ok_or_else(no_share)?.0);
    }
    distinct_names(REGION, &names)?;
    sum_to_one(REGION, &shares)?;
    for (row, table) in tables.iter().enumerate() {
        let unknown = table.delays.iter().flatten().find(|(name, _)| !names.contains(name));
        if let Some((name, _)) = unknown {
            let meant = nearest(name, names.iter().map(String::as_str));
            let meant = meant.map_or(String::new(), |meant| format!(" (did you mean {meant}?)"));
            let message =
                format!("there is no region {name}{meant}: delays lead to {}", names.join(", "));
            return Err(Problem::said(at(row, "delays").join(name), message));
        }
    }
    let delays = delays(tables, &names)?;
    Ok(RegionsConfig { names, shares, delays })
}

/// The delays from each region (row) to each (column); what is written one way only holds both
/// ways.
fn delays(tables: &[RegionTable], names: &[String]) -> Result<Vec<Duration>, Problem> {
    let written = |from: usize, to: usize| {
        tables[from].delays.as_ref().and_then(|delays| delays.get(&names[to]))
    };
    let mut delays = Vec::new();
    for row in 0..names.len() {
        for (column, name) in names.iter().enumerate() {
            let path = KeyPath::from(format!("{REGION}.{row}.delays").as_str()).join(name);
            let Some(delay) = written(row, column).or_else(|| written(column, row)) else {
                let allowed = "the one-way delay to that region, such as \"80ms\"";
                return Err(Problem::value(path, allowed));
            };
            if delay.0 > LONGEST_DELAY {
                return Err(Problem::value(path, format!("at most {LONGEST_DELAY}")));
            }
            delays.push(delay.0);
        }
    }
    Ok(delays)
}

fn matrix(
    table: &LatencyTable,
    base_dir: &Path,
    source: &Source<'_>,
) -> Result<MatrixConfig, Problem> {
    let path = KeyPath::from("network.latency.file");
    let Some(given) = &table.file else {
        let allowed = "the path of a matrix of round-trip times, such as \"rtt.txt\", here or with \
                       --set network.latency.file=rtt.txt";
        return Err(Problem::value(path, allowed));
    };
    let file = match source.is_set(&path) {
        true => PathBuf::from(given),
        false => base_dir.join(given),
    };
    let unit = table.unit.map_or(MatrixUnit::Milliseconds, |word| word.0);
    let matrix = Matrix::read(&file, unit).map_err(|error| {
        let message = format!("`{path}`: the file {}: {error}", file.display());
        Problem::said(path.clone(), message)
    })?;
    Ok(MatrixConfig { file, unit, matrix: Arc::new(matrix) })
}

fn classes(tables: Vec<ClassTable>) -> Result<Vec<ClassConfig>, Problem> {
    const PATH: &str = "nodes.class";
    let tables = if tables.is_empty() { vec![ClassTable::default()] } else { tables };
    if tables.len() > MOST_ITEMS {
        return Err(Problem::value(PATH, format!("at most {MOST_ITEMS} classes")));
    }
    let is_only = tables.len() == 1;
    let mut classes = Vec::new();
    for (index, table) in tables.into_iter().enumerate() {
        let at = |key: &str| KeyPath::from(format!("{PATH}.{index}.{key}").as_str());
        let default_name = is_only.then(|| "default".to_owned());
        let no_name = || Problem::value(at("name"), "a text, such as \"home\"");
        let no_share = || Problem::value(at("share"), "a number from 0 to 1, such as 0.25");
        let queue = table.queue.unwrap_or(Size(DEFAULT_QUEUE)).0;
        if !QUEUES.contains(&queue) {
            let (least, most) = (Size(*QUEUES.start()), Size(*QUEUES.end()));
            return Err(Problem::value(at("queue"), format!("a size from {least} to {most}")));
        }
        classes.push(ClassConfig {
            name: table
                .name
                .filter(|name| !name.is_empty())
                .or(default_name)
                .ok_or_else(no_name)?,
            share: table
                .share
                .map(|share| share.0)
                .or(is_only.then_some(1.0))
                .ok_or_else(no_share)?,
            uplink: table.uplink.and_then(|rate| rate.0),
            downlink: table.downlink.and_then(|rate| rate.0),
            queue,
            dialable: table.dialable.unwrap_or(true),
            mode: table.mode.map_or(Mode::Server, |word| word.0),
            loss: table.loss.map_or(0.0, |share| share.0),
        });
    }
    let names: Vec<String> = classes.iter().map(|class| class.name.clone()).collect();
    let shares: Vec<f64> = classes.iter().map(|class| class.share).collect();
    distinct_names(PATH, &names)?;
    sum_to_one(PATH, &shares)?;
    reach::check(&classes)?;
    Ok(classes)
}
