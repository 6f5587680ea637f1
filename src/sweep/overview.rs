//! A sweep as a person reads it when it has ended.

use super::collected::Collected;
use super::interval::Estimate;
use super::plan::Plan;

/// The figures that are drawn, at each point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overview {
    /// The varied keys.
    pub keys: Vec<String>,
    /// Names of the figures, as in `runs.csv`.
    pub figures: Vec<String>,
    /// The points, in the order of the grid.
    pub points: Vec<OverviewPoint>,
}

/// A point of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct OverviewPoint {
    /// The values of the keys.
    pub values: Vec<String>,
    /// The mean of each figure over the runs that are complete; `None` where none has it.
    pub means: Vec<Option<Estimate>>,
}

/// What the figures `names` come to.
pub fn of(plan: &Plan, collected: &Collected, names: &[String]) -> Overview {
    let summaries = collected.summaries(names);
    let point = |(point, summaries): (usize, Vec<_>)| {
        let chosen = plan.grid.keys.iter().zip(plan.grid.places(point));
        OverviewPoint {
            values: chosen.map(|(varied, place)| varied.text(place)).collect(),
            means: summaries
                .into_iter()
                .map(|summary: Option<super::interval::Summary>| Some(summary?.mean))
                .collect(),
        }
    };
    Overview {
        keys: plan.grid.keys.iter().map(|varied| varied.key.clone()).collect(),
        figures: names.to_vec(),
        points: summaries.into_iter().enumerate().map(point).collect(),
    }
}
