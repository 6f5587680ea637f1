//! Churn.

use super::length;
use crate::scenario::file::{ChurnTable, Number};
use crate::scenario::words::{ChurnName, DistributionName, Word};
use crate::time::Duration;
use crate::units::{Rate, Share};
use crate::workload::config::{
    ChurnConfig, DiurnalConfig, LengthDistribution, RandomChurnConfig, TraceConfig,
};

/// The table of `[churn]` or `[nodes.class.churn]`.
pub(super) fn churn(config: &ChurnConfig) -> ChurnTable {
    match config {
        ChurnConfig::None => of_model(ChurnName::None),
        ChurnConfig::Lifetime { lifetime, deadtime, graceful_leave_probability, diurnal } => {
            let (lifetime_name, lifetime_mean, lifetime_shape) = distribution(*lifetime);
            let (deadtime_name, deadtime_mean, deadtime_shape) = distribution(*deadtime);
            ChurnTable {
                lifetime_distribution: Some(Word(lifetime_name)),
                lifetime_mean: length(lifetime_mean),
                lifetime_shape,
                deadtime_distribution: Some(Word(deadtime_name)),
                deadtime_mean: length(deadtime_mean),
                deadtime_shape,
                graceful_leave_probability: Some(Share(*graceful_leave_probability)),
                ..of_day(ChurnName::Lifetime, diurnal)
            }
        }
        ChurnConfig::Pareto {
            lifetime_mean,
            deadtime_mean,
            graceful_leave_probability,
            diurnal,
        } => ChurnTable {
            lifetime_mean: length(*lifetime_mean),
            deadtime_mean: length(*deadtime_mean),
            graceful_leave_probability: Some(Share(*graceful_leave_probability)),
            ..of_day(ChurnName::Pareto, diurnal)
        },
        ChurnConfig::Random(config) => random(config),
        ChurnConfig::Trace(TraceConfig { file, naming, .. }) => ChurnTable {
            file: Some(file.to_string_lossy().into_owned()),
            naming: Some(Word(*naming)),
            ..of_model(ChurnName::Trace)
        },
    }
}

fn of_model(name: ChurnName) -> ChurnTable {
    ChurnTable { model: Some(Word(name)), ..ChurnTable::default() }
}

fn of_day(name: ChurnName, config: &Option<DiurnalConfig>) -> ChurnTable {
    ChurnTable {
        diurnal_amplitude: Some(Share(config.map_or(0.0, |config| config.amplitude))),
        diurnal_period: config.and_then(|config| length(config.period)),
        diurnal_peak: config.and_then(|config| length(config.peak)),
        ..of_model(name)
    }
}

fn random(config: &RandomChurnConfig) -> ChurnTable {
    ChurnTable {
        join_rate: config.join_rate.map(Rate),
        leave_rate: config.leave_rate.map(Rate),
        migration_rate: config.migration_rate.map(Rate),
        online_share: Some(Share(config.online_share)),
        graceful_leave_probability: Some(Share(config.graceful_leave_probability)),
        ..of_model(ChurnName::Random)
    }
}

fn distribution(config: LengthDistribution) -> (DistributionName, Duration, Option<Number>) {
    match config {
        LengthDistribution::Weibull { mean, shape } => {
            (DistributionName::Weibull, mean, Some(Number(shape)))
        }
        LengthDistribution::Exponential { mean } => (DistributionName::Exponential, mean, None),
        LengthDistribution::ParetoShifted { mean, shape } => {
            (DistributionName::ParetoShifted, mean, Some(Number(shape)))
        }
        LengthDistribution::LogNormal { mean, shape } => {
            (DistributionName::LogNormal, mean, Some(Number(shape)))
        }
    }
}
