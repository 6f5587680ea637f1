//! Churn of all nodes, and of the nodes of a class.

use super::bounds::{LONGEST, length, number};
use crate::graph::config::GraphConfig;
use crate::scenario::document::KeyPath;
use crate::scenario::file::{ChurnTable, ClassTable, Number};
use crate::scenario::problem::Problem;
use crate::scenario::source::Source;
use crate::scenario::words::{Choice, ChurnName, ChurnPreset, DistributionName};
use crate::time::{Duration, Instant};
use crate::units::{Length, Rate};
use crate::workload::config::{
    ChurnConfig, DiurnalConfig, LengthDistribution, RandomChurnConfig, TraceConfig,
};
use crate::workload::trace::{Bounds, Naming, Trace};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const PATH: &str = "churn";
const SHORTEST_MEAN: Duration = Duration::from_secs(1);
const SHORTEST_PERIOD: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(86_400);
/// More joins or leaves in a second are a mistake of units.
const HIGHEST_RATE: f64 = 1e6;

/// What the churn of all nodes has to fit.
pub struct Around<'a> {
    pub nodes: u32,
    pub topology: Option<&'a GraphConfig>,
    pub end: Instant,
    pub base_dir: &'a Path,
    pub source: &'a Source<'a>,
}

/// The churn of all nodes.
///
/// Unless the file says otherwise, sessions are Weibull distributed with a heavy tail, as
/// measured in KAD, and absences are exponential.
pub fn check(table: &ChurnTable, around: &Around<'_>) -> Result<ChurnConfig, Problem> {
    match model(table) {
        ChurnName::Random => Ok(ChurnConfig::Random(random(table)?)),
        ChurnName::Trace => Ok(ChurnConfig::Trace(trace(table, around)?)),
        name => lives(name, PATH, table),
    }
}

/// What holds instead for classes that say so, by their places.
pub fn of_classes(
    all: &Option<ChurnTable>,
    classes: &[ClassTable],
) -> Result<BTreeMap<usize, ChurnConfig>, Problem> {
    let mut of_classes = BTreeMap::new();
    for (index, class) in classes.iter().enumerate() {
        let Some(table) = &class.churn else { continue };
        let path = format!("nodes.class.{index}.churn");
        let of_all = all.as_ref().map_or(ChurnName::None, model);
        for (name, path) in [(model(table), path.as_str()), (of_all, PATH)] {
            if matches!(name, ChurnName::Random | ChurnName::Trace) {
                let message = format!(
                    "`{path}.model` is {}, which moves the nodes of all classes: a class has \
                     churn of its own beside \"none\", \"lifetime\" and \"pareto\" only, and one \
                     of these itself",
                    name.word()
                );
                return Err(Problem::said(format!("{path}.model").as_str(), message));
            }
        }
        of_classes.insert(index, lives(model(table), &path, table)?);
    }
    Ok(of_classes)
}

/// The model that is written; a preset says that nodes have lifetimes.
fn model(table: &ChurnTable) -> ChurnName {
    let by_preset = if table.preset.is_some() { ChurnName::Lifetime } else { ChurnName::None };
    table.model.map_or(by_preset, |word| word.0)
}

/// Churn of nodes that live lives of their own, or stay.
fn lives(name: ChurnName, path: &str, table: &ChurnTable) -> Result<ChurnConfig, Problem> {
    let default = Defaults::of(table.preset.map(|word| word.0));
    let graceful_leave_probability =
        table.graceful_leave_probability.map_or(0.5, |probability| probability.0);
    let mean = |what: &str, given, default| {
        length(&format!("{path}.{what}_mean"), given, default, SHORTEST_MEAN..=LONGEST)
    };
    let lifetime_mean = mean("lifetime", table.lifetime_mean, default.lifetime.1)?;
    let deadtime_mean = mean("deadtime", table.deadtime_mean, default.deadtime.1)?;
    let diurnal = diurnal(path, table)?;
    Ok(match name {
        ChurnName::None | ChurnName::Random | ChurnName::Trace => ChurnConfig::None,
        ChurnName::Pareto => ChurnConfig::Pareto {
            lifetime_mean,
            deadtime_mean,
            graceful_leave_probability,
            diurnal,
        },
        ChurnName::Lifetime => ChurnConfig::Lifetime {
            lifetime: distribution(
                &format!("{path}.lifetime_shape"),
                table.lifetime_distribution.map(|word| word.0),
                lifetime_mean,
                table.lifetime_shape,
                default.lifetime,
            )?,
            deadtime: distribution(
                &format!("{path}.deadtime_shape"),
                table.deadtime_distribution.map(|word| word.0),
                deadtime_mean,
                table.deadtime_shape,
                default.deadtime,
            )?,
            graceful_leave_probability,
            diurnal,
        },
    })
}

/// A distribution, its mean, and its shape if it has one that is not the usual.
type Usual = (DistributionName, Duration, Option<f64>);

/// What sessions and absences are where nothing is written.
struct Defaults {
    lifetime: Usual,
    deadtime: Usual,
}

impl Defaults {
    /// Those of a preset; docs/models.md has the sources.
    fn of(preset: Option<ChurnPreset>) -> Self {
        let hours = |hours: u64| Duration::from_secs(hours * 3_600);
        let weibull = |scale_minutes: f64, shape: f64| -> Usual {
            let mean = scale_minutes * 60.0 * libm::tgamma(1.0 + 1.0 / shape);
            (DistributionName::Weibull, Duration::from_secs_f64(mean), Some(shape))
        };
        // Where no absences were published, nodes are taken to be away as long as they stay.
        let as_long = |lifetime: Usual| Defaults {
            lifetime,
            deadtime: (DistributionName::Exponential, lifetime.1, None),
        };
        match preset {
            None => Defaults {
                lifetime: (DistributionName::Weibull, hours(2), None),
                deadtime: (DistributionName::Exponential, hours(1), None),
            },
            Some(ChurnPreset::Kad) => {
                Defaults { lifetime: weibull(169.54, 0.61511), deadtime: weibull(413.68, 0.47648) }
            }
            Some(ChurnPreset::Debian) => as_long(weibull(42.4, 0.38)),
            Some(ChurnPreset::Ipfs) => {
                // The Weibull distribution with P(X <= 2 h) = 1/2 and P(X <= 8 h) = 4/5.
                let [half, fifth] = [libm::log(2.0), libm::log(5.0)];
                let shape = libm::log(fifth / half) / libm::log(8.0 / 2.0);
                as_long(weibull(120.0 / libm::pow(half, 1.0 / shape), shape))
            }
        }
    }
}

/// The distribution of sessions or absences. The shape of the preset belongs to its distribution.
fn distribution(
    path: &str,
    name: Option<DistributionName>,
    mean: Duration,
    shape: Option<Number>,
    default: Usual,
) -> Result<LengthDistribution, Problem> {
    let name = name.unwrap_or(default.0);
    let usual = |usual: f64| if name == default.0 { default.2.unwrap_or(usual) } else { usual };
    Ok(match name {
        DistributionName::Exponential => LengthDistribution::Exponential { mean },
        DistributionName::Weibull => {
            let shape = number(path, shape, usual(0.6), 0.1..=20.0)?;
            LengthDistribution::Weibull { mean, shape }
        }
        DistributionName::ParetoShifted => {
            let shape = shape.map_or(3.0, |shape| shape.0);
            if shape <= 1.0 || shape > 100.0 {
                let allowed = "a number above 1 (else there is no mean) and up to 100";
                return Err(Problem::value(path, allowed));
            }
            LengthDistribution::ParetoShifted { mean, shape }
        }
        DistributionName::LogNormal => {
            LengthDistribution::LogNormal { mean, shape: number(path, shape, 1.0, 0.01..=10.0)? }
        }
    })
}

/// What the time of day does; `None` if nothing.
fn diurnal(path: &str, table: &ChurnTable) -> Result<Option<DiurnalConfig>, Problem> {
    let amplitude = table.diurnal_amplitude.map_or(0.0, |share| share.0);
    let key = |key: &str| format!("{path}.diurnal_{key}");
    if amplitude <= 0.0 {
        let keys = [("period", table.diurnal_period), ("peak", table.diurnal_peak)];
        return match keys.into_iter().find(|(_, given)| given.is_some()) {
            None => Ok(None),
            Some((name, _)) => {
                let path = key(name);
                let message =
                    format!("`{path}` has no effect: give a `diurnal_amplitude` above 0 with it");
                Err(Problem::said(path.as_str(), message))
            }
        };
    }
    let within = |name: &str, given: Option<Length>, default, least: Duration| {
        length(&key(name), given, default, least..=LONGEST)
    };
    Ok(Some(DiurnalConfig {
        amplitude,
        period: within("period", table.diurnal_period, DAY, SHORTEST_PERIOD)?,
        peak: within("peak", table.diurnal_peak, Duration::ZERO, Duration::ZERO)?,
    }))
}

fn random(table: &ChurnTable) -> Result<RandomChurnConfig, Problem> {
    let rate = |key: &str, given: Option<Rate>| match given {
        Some(rate) if rate.0 > HIGHEST_RATE => {
            let path = format!("{PATH}.{key}");
            Err(Problem::value(path.as_str(), format!("at most {HIGHEST_RATE}/s")))
        }
        given => Ok(given.map(|rate| rate.0)),
    };
    let config = RandomChurnConfig {
        join_rate: rate("join_rate", table.join_rate)?,
        leave_rate: rate("leave_rate", table.leave_rate)?,
        migration_rate: rate("migration_rate", table.migration_rate)?,
        online_share: table.online_share.map_or(0.5, |share| share.0),
        graceful_leave_probability: table
            .graceful_leave_probability
            .map_or(0.5, |probability| probability.0),
    };
    let rates = [config.join_rate, config.leave_rate, config.migration_rate];
    if rates.iter().all(Option::is_none) {
        let message = "`churn.model` random says how often nodes come and go: give `join_rate`, \
                       `leave_rate` or `migration_rate`, such as \"6/min\"";
        return Err(Problem::said("churn.model", message));
    }
    Ok(config)
}

fn trace(table: &ChurnTable, around: &Around<'_>) -> Result<TraceConfig, Problem> {
    let path = KeyPath::from("churn.file");
    let Some(given) = &table.file else {
        let allowed = "the path of a trace, a line an event: time, node, and JOIN, LEAVE or CRASH";
        return Err(Problem::value(path, allowed));
    };
    let file = match around.source.is_set(&path) {
        true => PathBuf::from(given),
        false => around.base_dir.join(given),
    };
    let naming = table.naming.map_or(Naming::Index, |word| word.0);
    let dedicated = match around.topology {
        Some(GraphConfig::Bootstrap { bootstrap_nodes, .. }) => *bootstrap_nodes,
        _ => 0,
    };
    let bounds = Bounds { nodes: around.nodes, dedicated, end: around.end };
    let trace = Trace::read(&file, naming, bounds).map_err(|error| {
        let message = format!("`{path}`: the file {}: {error}", file.display());
        Problem::said(path.clone(), message)
    })?;
    Ok(TraceConfig { file, naming, trace: Arc::new(trace) })
}
