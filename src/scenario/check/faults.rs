//! What goes wrong, when, and for whom.

use super::bounds::{LONGEST, LONGEST_RUN};
use super::links;
use crate::network::config::{LatencyModel, NetworkConfig};
use crate::network::faults::LARGEST_SKEW;
use crate::network::faults::config::{
    Direction, Effect, FaultConfig, FaultKind, Sides, Span, Ways, Whom,
};
use crate::scenario::Phases;
use crate::scenario::document::KeyPath;
use crate::scenario::file::{FaultTable, NodeSpan};
use crate::scenario::problem::{Fault, Problem, nearest};
use crate::scenario::words::{Choice, FaultName};
use crate::time::{Duration, Instant};

/// More faults than this are a mistake: each costs every packet a look.
const MOST_FAULTS: usize = 64;
/// More groups of a partition than this are a mistake: each has figures of its own.
const MOST_GROUPS: usize = 64;
/// The longest delay of slow nodes and degraded ways.
const LONGEST_DELAY: Duration = Duration::from_secs(3_600);

/// What a fault is checked against.
struct Surroundings<'a> {
    network: &'a NetworkConfig,
    phases: Phases,
    nodes: u32,
}

/// The checked faults, in the order of the file, for a network that is complete but for them.
pub fn check(
    tables: &[FaultTable],
    network: &NetworkConfig,
    phases: Phases,
    nodes: u32,
) -> Result<Vec<FaultConfig>, Problem> {
    if tables.len() > MOST_FAULTS {
        let message = format!("there are {} faults: at most {MOST_FAULTS}", tables.len());
        return Err(Problem::said("fault", message));
    }
    let around = Surroundings { network, phases, nodes };
    let faults = tables.iter().enumerate().map(|(index, table)| fault(index, table, &around));
    let faults: Vec<FaultConfig> = faults.collect::<Result<_, _>>()?;
    clocks_run(&faults, phases)?;
    Ok(faults)
}

fn at(index: usize, key: &str) -> KeyPath {
    KeyPath::from(format!("fault.{index}.{key}").as_str())
}

fn fault(
    index: usize,
    table: &FaultTable,
    around: &Surroundings<'_>,
) -> Result<FaultConfig, Problem> {
    let Some(kind) = table.kind.map(|word| word.0) else {
        let words: Vec<_> =
            FaultName::WORDS.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        return Err(Problem::value(at(index, "kind"), words.join(" or ")));
    };
    let (begins, until) = times(index, table, around.phases)?;
    let name = table.name.clone().unwrap_or_else(|| kind.word().to_owned());
    if name.is_empty() || name.chars().count() > 40 || name.chars().any(char::is_control) {
        let allowed = "a text of 1 to 40 characters, which names it in plots";
        return Err(Problem::value(at(index, "name"), allowed));
    }
    let whom = || whom(index, table, around);
    let required = |whom: Whom| match whom {
        Whom::All => {
            let message = format!(
                "`fault.{index}` names no nodes: give one of share, region, class or nodes"
            );
            Err(Problem::said(KeyPath::from(format!("fault.{index}").as_str()), message))
        }
        whom => Ok(whom),
    };
    let direction = table.direction.map_or(Direction::Both, |word| word.0);
    let kind = match kind {
        FaultName::Partition => {
            let sides = match &table.groups {
                Some(groups) => Sides::Groups(self::groups(index, table, groups, around.nodes)?),
                None => Sides::Apart(required(whom()?)?),
            };
            FaultKind::Partition { sides, direction }
        }
        FaultName::Degradation => degradation(index, table, around, direction)?,
        FaultName::Crash => FaultKind::Crash(required(whom()?)?),
        FaultName::FlashCrowd => FaultKind::FlashCrowd(required(whom()?)?),
        FaultName::SlowNodes => {
            let given = table.delay.map(|delay| delay.0);
            let Some(delay) = given.filter(|d| !d.is_zero() && *d <= LONGEST_DELAY) else {
                let allowed = format!("a length of time above 0s and up to {LONGEST_DELAY}");
                return Err(Problem::value(at(index, "delay"), allowed));
            };
            FaultKind::SlowNodes { whom: whom()?, delay }
        }
        FaultName::TimerSkew => {
            let given = table.skew.map(|share| share.0);
            let Some(skew) = given.filter(|skew| *skew > 0.0 && *skew <= LARGEST_SKEW) else {
                let allowed = format!("a number above 0 and up to {LARGEST_SKEW}");
                return Err(Problem::value(at(index, "skew"), allowed));
            };
            FaultKind::TimerSkew { whom: whom()?, skew }
        }
        FaultName::Outage => {
            let Some(name) = &table.region else {
                return Err(Problem::value(at(index, "region"), "the name of a region of nodes"));
            };
            let effect = table.effect.map_or(Effect::Offline, |word| word.0);
            FaultKind::Outage { region: region(index, name, around.network)?, effect }
        }
    };
    Ok(FaultConfig { name, at: begins, until, kind })
}

/// When a fault begins and ends.
fn times(
    index: usize,
    table: &FaultTable,
    phases: Phases,
) -> Result<(Instant, Option<Instant>), Problem> {
    let end = phases.end();
    let begins = table.at.map(|length| Instant::ZERO + length.0).filter(|&begins| begins < end);
    let Some(begins) = begins else {
        let allowed = format!("a virtual time from 0s to before {end}, the end of the run");
        return Err(Problem::value(at(index, "at"), allowed));
    };
    let until = match (table.lasts, table.until) {
        (Some(lasts), Some(until)) => {
            let message = format!(
                "`fault.{index}` has both for ({lasts}) and until ({until}): give one of them"
            );
            return Err(Problem::said(at(index, "until"), message));
        }
        (Some(lasts), None) if lasts.0.is_zero() || lasts.0 > LONGEST => {
            let allowed = format!("a length of time above 0s and up to {LONGEST}");
            return Err(Problem::value(at(index, "for"), allowed));
        }
        (Some(lasts), None) => Some(begins + lasts.0),
        (None, until) => until.map(|until| Instant::ZERO + until.0),
    };
    if until.is_some_and(|until| until <= begins || until > Instant::ZERO + LONGEST + LONGEST) {
        let allowed = format!("a virtual time after {begins}, when it begins");
        return Err(Problem::value(at(index, "until"), allowed));
    }
    Ok((begins, until))
}

/// The nodes that a fault names; all, if it names none.
fn whom(index: usize, table: &FaultTable, around: &Surroundings<'_>) -> Result<Whom, Problem> {
    one_of(index, table, &["share", "region", "class", "nodes"])?;
    Ok(match table {
        FaultTable { share: Some(share), .. } => Whom::Share(share.0),
        FaultTable { region: Some(name), .. } => Whom::Region(region(index, name, around.network)?),
        FaultTable { class: Some(name), .. } => {
            let known = || around.network.classes.iter().map(|class| class.name.as_str());
            if !known().any(|class| class == name) {
                return Err(unknown(at(index, "class"), "class", name, known().collect()));
            }
            Whom::Class(name.clone())
        }
        FaultTable { nodes: Some(spans), .. } => {
            Whom::Nodes(self::spans(&at(index, "nodes"), spans, around.nodes)?)
        }
        _ => Whom::All,
    })
}

/// Refuses that more than one of these keys is given.
fn one_of(index: usize, table: &FaultTable, keys: &[&'static str]) -> Result<(), Problem> {
    let is_given = |key: &&&str| match **key {
        "share" => table.share.is_some(),
        "region" => table.region.is_some(),
        "class" => table.class.is_some(),
        "nodes" => table.nodes.is_some(),
        "groups" => table.groups.is_some(),
        _ => table.from.is_some() || table.to.is_some(),
    };
    let mut given = keys.iter().filter(is_given);
    if let (Some(one), Some(other)) = (given.next(), given.next()) {
        let message = format!("`fault.{index}` has both {one} and {other}: give one of them");
        return Err(Problem::said(at(index, other), message));
    }
    Ok(())
}

fn region(index: usize, name: &str, network: &NetworkConfig) -> Result<String, Problem> {
    let LatencyModel::Regions(regions) = &network.latency.model else {
        let reason = "needs `network.latency.model` = \"regions\": without it there are none";
        let fault = Fault::NoEffect { reason: reason.to_owned() };
        return Err(Problem { path: at(index, "region"), fault });
    };
    let known = || regions.names.iter().map(String::as_str);
    match known().any(|region| region == name) {
        true => Ok(name.to_owned()),
        false => Err(unknown(at(index, "region"), "region", name, known().collect())),
    }
}

fn unknown(path: KeyPath, what: &str, name: &str, known: Vec<&str>) -> Problem {
    let meant = nearest(name, known.iter().copied());
    let meant = meant.map_or(String::new(), |meant| format!(" (did you mean {meant}?)"));
    let known = known.join(", ");
    Problem::said(path, format!("there is no {what} {name}{meant}: this scenario has {known}"))
}

/// Nodes by their numbers, none twice.
fn spans(path: &KeyPath, given: &[NodeSpan], nodes: u32) -> Result<Vec<Span>, Problem> {
    let mut sorted: Vec<&Span> = given.iter().map(|span| &span.0).collect();
    sorted.sort_unstable_by_key(|span| *span.start());
    let is_wrong = |pair: &[&Span]| pair[0].end() >= pair[1].start();
    let last = sorted.last().is_none_or(|span| *span.end() >= nodes);
    if last || sorted.windows(2).any(is_wrong) {
        let most = nodes - 1;
        let allowed = format!(
            "a list of at least one number or range such as \"0..99\", none twice, from 0 to {most}"
        );
        return Err(Problem::value(path.clone(), allowed));
    }
    Ok(given.iter().map(|span| span.0.clone()).collect())
}

/// The groups of a partition.
fn groups(
    index: usize,
    table: &FaultTable,
    given: &[Vec<NodeSpan>],
    nodes: u32,
) -> Result<Vec<Vec<Span>>, Problem> {
    one_of(index, table, &["share", "region", "class", "nodes", "groups"])?;
    let path = at(index, "groups");
    if !(2..=MOST_GROUPS).contains(&given.len()) {
        let allowed = format!("a list of 2 to {MOST_GROUPS} lists of nodes");
        return Err(Problem::value(path, allowed));
    }
    let all: Vec<NodeSpan> = given.iter().flatten().cloned().collect();
    spans(&path, &all, nodes)?;
    given.iter().map(|group| spans(&path, group, nodes)).collect()
}

fn degradation(
    index: usize,
    table: &FaultTable,
    around: &Surroundings<'_>,
    direction: Direction,
) -> Result<FaultKind, Problem> {
    one_of(index, table, &["share", "region", "class", "nodes", "from"])?;
    let ways = match (&table.from, &table.to) {
        (None, None) => Ways::Of(whom(index, table, around)?, direction),
        (from, to) => {
            if direction == Direction::In {
                let allowed = "\"both\" or \"out\" beside from and to";
                return Err(Problem::value(at(index, "direction"), allowed));
            }
            let NetworkConfig { classes, latency, .. } = around.network;
            let place = |key, name| links::place(&at(index, key), name, classes, &latency.model);
            Ways::Between { from: place("from", from)?, to: place("to", to)?, direction }
        }
    };
    let latency = table.latency.map_or(Duration::ZERO, |length| length.0);
    if latency > LONGEST_DELAY {
        return Err(Problem::value(at(index, "latency"), format!("at most {LONGEST_DELAY}")));
    }
    let loss = table.loss.map_or(0.0, |share| share.0);
    let bandwidth = table.bandwidth.and_then(|rate| rate.0);
    if latency.is_zero() && loss == 0.0 && bandwidth.is_none() {
        let message = format!(
            "`fault.{index}` degrades nothing: give at least one of latency, loss and bandwidth"
        );
        return Err(Problem::said(KeyPath::from(format!("fault.{index}").as_str()), message));
    }
    Ok(FaultKind::Degradation { ways, latency, loss, bandwidth })
}

/// Refuses clocks that stand still, or that run so fast that nodes lose count of seconds.
fn clocks_run(faults: &[FaultConfig], phases: Phases) -> Result<(), Problem> {
    let (mut sum, mut gained) = (0.0, 0.0);
    for (index, fault) in faults.iter().enumerate() {
        let FaultKind::TimerSkew { skew, .. } = fault.kind else { continue };
        sum += skew;
        gained += skew * (fault.end().min(phases.end()) - fault.at).as_secs_f64();
        if sum > LARGEST_SKEW {
            let message = format!(
                "the skews of all faults sum to {sum}: at most {LARGEST_SKEW}, so that no clock \
                 stands still"
            );
            return Err(Problem::said(at(index, "skew"), message));
        }
        if gained + phases.end().as_secs_f64() > LONGEST_RUN.as_secs_f64() {
            let message = format!(
                "clocks would show more than {LONGEST_RUN} at the end of the run, which is the most"
            );
            return Err(Problem::said(at(index, "skew"), message));
        }
    }
    Ok(())
}
