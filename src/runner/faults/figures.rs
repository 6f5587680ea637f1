//! The figures of each fault.

use super::recovery::{self, RecoveryFigures, RecoveryRule, Times};
use super::watch::{KINDS, Tallies, Tally, Watch, Watched};
use super::{Book, end_of, is_cut};
use crate::metrics::OperationKind;
use crate::metrics::number::{self, ratio};
use crate::network::faults::Members;
use crate::network::faults::config::FaultConfig;
use crate::protocol::NodeIndex;
use crate::runner::experiment::Experiment;
use crate::time::Instant;
use serde::{Serialize, Serializer};

/// What one fault did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FaultFigures {
    /// Its name.
    pub name: String,
    /// What went wrong.
    pub kind: &'static str,
    /// When it began, in virtual seconds.
    #[serde(rename = "start_seconds", serialize_with = "serialize_seconds")]
    pub start: Instant,
    /// When it was over, in virtual seconds; `None` if that was not within the run.
    #[serde(rename = "end_seconds", serialize_with = "serialize_seconds_option")]
    pub end: Option<Instant>,
    /// Nodes that it concerned.
    pub nodes: u64,
    /// Those of them that were online when it began; `None` if it did not.
    pub nodes_online: Option<u64>,
    /// Packets that it dropped, in the whole run.
    pub packets_dropped: u64,
    /// Success of what applications asked for, by who asked.
    pub sides: Vec<SideFigures>,
    /// How long it took until success was as before.
    pub recovery: Vec<RecoveryFigures>,
    /// What that means.
    pub recovery_rule: RecoveryRule,
    /// What became of the records; `None` if the fault did not begin.
    pub records: Option<FaultRecords>,
    /// Records put on one side of a cut and asked for from another when it was over; `None` for
    /// what cuts nothing.
    pub across: Option<AcrossFigures>,
}

/// The nodes of one side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SideFigures {
    /// `others`: whom the fault does not concern; `concerned`, or `group 1` and so on.
    pub side: String,
    /// Nodes on it.
    pub nodes: u64,
    /// Operations by kind; kinds that never ended are left out.
    pub operations: Vec<ByTime>,
}

/// Operations of one kind, by when they began.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ByTime {
    /// What was asked for.
    pub kind: OperationKind,
    /// Before the fault, and while no other lasted.
    pub before: SuccessFigures,
    /// While it lasted.
    pub during: SuccessFigures,
    /// When it was over, and while no other lasted.
    pub after: SuccessFigures,
}

/// How operations ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct SuccessFigures {
    /// Operations that ended.
    pub count: u64,
    /// Share of them that succeeded; `None` without any.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub success_rate: Option<f64>,
    /// Mean share of the true k closest nodes that lookups found, of those that were compared with
    /// the truth; `None` without any.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub recall: Option<f64>,
}

impl From<&Tally> for SuccessFigures {
    fn from(tally: &Tally) -> Self {
        SuccessFigures {
            count: tally.ended,
            success_rate: ratio(tally.succeeded, tally.ended),
            recall: ratio(tally.recall, 1_000 * tally.checked),
        }
    }
}

/// What became of the records that somebody held when a fault began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FaultRecords {
    /// How many there were.
    pub alive_at_start: u64,
    /// Those of them that nobody held when it was over; `None` if it was not.
    pub lost_at_end: Option<u64>,
    /// Those that nobody holds at the end of the run.
    pub lost_at_run_end: u64,
}

/// Records that were put while a cut lasted, each on the side of its publisher.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct AcrossFigures {
    /// How many there were.
    pub records_put: u64,
    /// Those of them that nodes of another side asked for when the cut was over.
    pub records_asked: u64,
    /// Those of these that none of them found.
    pub records_never_found: u64,
    /// The searches.
    pub searches: u64,
    /// Share of them that succeeded; `None` without any.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub success_rate: Option<f64>,
}

/// The figures of all faults, of which each dropped so many packets.
pub(in crate::runner) fn figures(
    experiment: &Experiment<'_>,
    dropped: &[u64],
) -> Vec<FaultFigures> {
    let watches = experiment.surroundings.iter().filter_map(|own| own.watch.as_ref());
    let Some(watch) = watches.cloned().reduce(|mut sum, other| {
        sum.merge(&other);
        sum
    }) else {
        return Vec::new();
    };
    let faults = experiment.scenario.network.faults.iter().enumerate();
    let dropped = dropped.iter().copied().chain(std::iter::repeat(0));
    faults.zip(dropped).map(|(fault, dropped)| one(experiment, fault, &watch, dropped)).collect()
}

fn one(
    experiment: &Experiment<'_>,
    (number, fault): (usize, &FaultConfig),
    watch: &Watch,
    dropped: u64,
) -> FaultFigures {
    let scenario = experiment.scenario;
    let watched = &watch.faults[number];
    let nodes = members(experiment, number);
    let end = Some(end_of(fault)).filter(|&end| end <= experiment.now);
    let times = Times {
        settled: scenario.phases.transition_start(),
        at: fault.at,
        healed: end.unwrap_or(fault.at),
        interval: scenario.output.sample_interval,
        disturbed: scenario.network.faults.iter().map(|other| (other.at, end_of(other))).collect(),
    };
    let book = experiment.fault_books[number].as_ref();
    FaultFigures {
        name: fault.name.clone(),
        kind: fault.kind.name(),
        start: fault.at,
        end,
        nodes: nodes[1..].iter().sum(),
        nodes_online: book.map(|book| book.online),
        packets_dropped: dropped,
        sides: sides(&nodes, watched),
        recovery: recovery::figures(&watch.course, &times),
        recovery_rule: RecoveryRule::of(times.interval),
        records: book.map(|book| records(experiment, book)),
        across: is_cut(fault).then(|| across(experiment, number, watched)),
    }
}

/// How many nodes belong to each group of a fault.
fn members(experiment: &Experiment<'_>, number: usize) -> Vec<u64> {
    let members = Members::of(&experiment.scenario.network, number, experiment.seed);
    let mut nodes = vec![0; members.groups()];
    for node in (0..experiment.scenario.nodes.count).map(NodeIndex) {
        nodes[members.group_of(node) as usize] += 1;
    }
    nodes
}

fn sides(nodes: &[u64], watched: &Watched) -> Vec<SideFigures> {
    let name = |group: usize| match (group, nodes.len()) {
        (0, _) => "others".to_owned(),
        (_, 2) => "concerned".to_owned(),
        _ => format!("group {group}"),
    };
    let by_time = |kind: usize, tallies: &[Tallies; 3]| {
        let [before, during, after] = tallies.each_ref().map(|all| (&all[kind]).into());
        ByTime { kind: KINDS[kind], before, during, after }
    };
    let is_used =
        |figures: &ByTime| figures.before.count + figures.during.count + figures.after.count > 0;
    let groups = nodes.iter().zip(&watched.sides).enumerate().filter(|(_, (nodes, _))| **nodes > 0);
    let side = |(group, (&nodes, tallies)): (usize, (&u64, &[Tallies; 3]))| {
        let all = (0..KINDS.len()).map(|kind| by_time(kind, tallies));
        SideFigures { side: name(group), nodes, operations: all.filter(is_used).collect() }
    };
    groups.map(side).collect()
}

fn records(experiment: &Experiment<'_>, book: &Book) -> FaultRecords {
    let holders = &experiment.common.holders;
    FaultRecords {
        alive_at_start: book.alive.len() as u64,
        lost_at_end: book.lost_at_end,
        lost_at_run_end: book.lost(|key| holders.count(key) == 0),
    }
}

fn across(experiment: &Experiment<'_>, number: usize, watched: &Watched) -> AcrossFigures {
    let put = &experiment.common.put_apart;
    let put = put.range((number as u32, 0)..=(number as u32, u64::MAX)).count();
    let (asked, found) = (watched.asked_across.len(), watched.found_across.len());
    AcrossFigures {
        records_put: put as u64,
        records_asked: asked as u64,
        records_never_found: (asked - found) as u64,
        searches: watched.across.ended,
        success_rate: ratio(watched.across.succeeded, watched.across.ended),
    }
}

fn serialize_seconds<S: Serializer>(instant: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    number::serialize_rounded(&instant.as_secs_f64(), serializer)
}

fn serialize_seconds_option<S: Serializer>(
    instant: &Option<Instant>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    number::serialize_rounded_option(&instant.map(Instant::as_secs_f64), serializer)
}
