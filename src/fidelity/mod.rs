//! Known figures, measured again: a simulator is worth what its results are worth.
//!
//! A [`Row`] is a figure that is published or exactly derived, with the setting in which it
//! holds. [`measure`] builds the scenario of that setting, sets it up or runs it as any other
//! scenario, and compares. Nothing here knows how a node works: hops and entries are read off
//! the tables of a run's nodes through their own [`closest`](crate::kademlia::Node::closest),
//! and lookups are those that the engine ran.
//!
//! Seeds are fixed, so a row gives the same numbers on every machine. A band is the figure,
//! what is not known of it, and four standard errors of the measurement.

// The figures and where they come from.
mod catalogue;
// What a figure is, and what came of measuring it.
mod row;
// Means and their standard errors.
mod estimate;
// The scenarios.
mod networks;
// What is read off the tables of nodes: the way to a key, and what the tables hold.
mod hops;
mod tables;
// What the engine runs.
mod lookups;
// Nodes that come and go.
mod churn;
// How long records last.
mod records;
// Figures of live networks, beside those of any run.
mod live;
// Figures as a person reads them.
mod show;

pub use catalogue::ROWS;
pub use live::{LiveFigure, LiveRow, Observed, Searches, Unit, live_rows};
pub use row::{Band, Effort, Experiment, Figure, Finding, Row, Sample, Verdict};
pub use show::{markdown, table};

use estimate::Estimate;

/// Measures every figure of a row; `None` if that takes more than `effort`.
pub fn measure(row: &Row, effort: Effort) -> Option<Vec<Finding>> {
    let sample = match effort {
        Effort::Full => row.full,
        Effort::Quick => row.quick?,
    };
    let estimates = estimates(row.experiment, sample);
    assert_eq!(estimates.len(), row.figures.len(), "{}: an estimate for each figure", row.id);
    let findings = row.figures.iter().zip(estimates);
    Some(findings.map(|(figure, estimate)| Finding::new(row, figure, estimate)).collect())
}

fn estimates(experiment: Experiment, sample: Sample) -> Vec<Estimate> {
    match experiment {
        Experiment::CandidateHops { nodes, bucket } => hops::candidates(nodes, bucket, sample),
        Experiment::GreedyHops { nodes, k } => hops::greedy(nodes, k, sample),
        Experiment::HopsPerDoubling { nodes, doublings, k } => {
            hops::per_doubling(nodes, doublings, k, sample)
        }
        Experiment::Entries { nodes } => tables::entries(nodes, sample),
        Experiment::Occupancy { nodes, buckets } => tables::occupancy(nodes, buckets, sample),
        Experiment::SizeEstimator { nodes, bucket } => {
            tables::size_estimator(nodes, bucket, sample)
        }
        Experiment::Exactness { nodes } => lookups::exactness(nodes, sample),
        Experiment::LookupCost { nodes, alpha } => lookups::cost(nodes, alpha, sample),
        Experiment::Stale { refresh_per_session } => churn::stale(refresh_per_session, sample),
        Experiment::Availability { nodes } => churn::availability(nodes, sample),
        Experiment::Failures { nodes, k, dead } => lookups::failures(nodes, k, dead, sample),
        Experiment::Survival { nodes, k, churn, minutes } => {
            records::survival(nodes, k, churn, minutes, sample)
        }
        Experiment::DialStep { nodes, dead } => lookups::dial_step(nodes, dead, sample),
    }
}
