//! The services of a scenario in a run: who takes part, and what comes of it.

mod figures;

use super::hosted::Numbered;
use super::population::Population;
use crate::checker::{Offers, SearchChecks, Searched};
use crate::network::faults::config::FaultKind;
use crate::protocol::NodeIndex;
use crate::rng::Seed;
use crate::scenario::Scenario;
use crate::workload::application::{Application, Workload};
use crate::workload::config::{ServicesConfig, WorkloadConfig};
use crate::workload::findings::{self, Ended, Findings, Times};
use crate::workload::services::ServiceNode;
use crate::workload::services::log::{Log, Readvertisements};
use crate::workload::services::plan::Plan;
use crate::workload::traffic::Traffic;
use figures::{ServiceFigures, Tallies, amounts, lines};
use std::sync::Arc;

/// A workload of services.
#[derive(Debug)]
struct Services {
    plan: Arc<Plan>,
    /// Whether the clocks of nodes are right, so that what expires does so in time.
    clocks_are_right: bool,
}

/// That of this place in the scenario.
pub(super) fn workload(
    scenario: &Scenario,
    seed: Seed,
    (number, workload): (u32, &WorkloadConfig),
    config: ServicesConfig,
    population: &Population,
) -> Numbered {
    let phases = scenario.phases;
    let times = phases.times();
    let traffic = Traffic::new(workload, phases.measurement);
    let nodes = scenario.nodes.count;
    let may_provide = |node| population.is_open(node);
    let plan = Plan::new(config, traffic, times, (seed, number), nodes, may_provide);
    let skews = |kind: &FaultKind| matches!(kind, FaultKind::TimerSkew { .. });
    let clocks_are_right = !scenario.network.faults.iter().any(|fault| skews(&fault.kind));
    (number, Arc::new(Services { plan: Arc::new(plan), clocks_are_right }))
}

impl Workload for Services {
    fn name(&self) -> &str {
        "services"
    }

    fn application(&self, node: NodeIndex) -> Option<Box<dyn Application>> {
        let provides = self.plan.provided_by(node);
        Some(Box::new(ServiceNode::new(Arc::clone(&self.plan), provides)))
    }

    fn findings(&self, ended: &Ended<'_>) -> Option<Findings> {
        let nodes = ended.all::<ServiceNode>();
        let logs: Vec<_> = nodes.map(|(node, state)| (node, state.closed_log(ended.end))).collect();
        let orphan_timers =
            ended.all::<ServiceNode>().map(|(_, state)| state.orphan_timers()).sum();
        let checks = checks(&logs);
        assert_eq!(orphan_timers, 0, "every timer of a service belongs to something that lives");
        let renewals = readvertisements(&logs);
        if ended.is_virtual {
            assert_eq!(renewals.begun_late, 0, "advertisements are renewed after their interval");
            let is_lawful = checks.undead == 0 || !self.clocks_are_right;
            assert!(is_lawful, "no search finds what was withdrawn and has expired");
        }
        let mut tallies = Tallies::default();
        logs.iter().for_each(|(_, log)| tallies.add(log));
        let figures = ServiceFigures::new(&self.plan, &tallies, renewals, checks, orphan_timers);
        Some(Findings {
            workload: self.name().to_owned(),
            lines: lines(&figures),
            figures: findings::table(&figures),
            times: vec![
                Times { name: "discovery".to_owned(), micros: tallies.discovery.cdf() },
                Times { name: "call".to_owned(), micros: tallies.call.cdf() },
                Times { name: "call, search included".to_owned(), micros: tallies.whole.cdf() },
            ],
            amounts: Some(amounts(&figures)),
        })
    }
}

/// Compares all searches with what they should have found.
fn checks(logs: &[(NodeIndex, Log)]) -> SearchChecks {
    let mut offers = Offers::default();
    for (_, log) in logs {
        for seen in &log.visible {
            offers.visible((seen.service, seen.provider), seen.from, seen.until);
        }
        for gone in &log.withdrawn {
            let told = gone.done.unwrap_or(gone.dead);
            offers.withdrawn((gone.service, gone.provider), told, gone.dead);
        }
    }
    let mut checks = SearchChecks::default();
    for (by, log) in logs {
        for search in &log.searches {
            let searched = Searched {
                service: search.service,
                by: *by,
                started: search.started,
                ended: search.ended,
                found: &search.found,
            };
            offers.check(&searched, &mut checks);
        }
    }
    checks
}

fn readvertisements(logs: &[(NodeIndex, Log)]) -> Readvertisements {
    let mut sum = Readvertisements::default();
    for (_, log) in logs {
        sum.on_time += log.readvertisements.on_time;
        sum.late += log.readvertisements.late;
        sum.missed += log.readvertisements.missed;
        sum.begun_late += log.readvertisements.begun_late;
    }
    sum
}
