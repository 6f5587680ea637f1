//! The registers of a scenario in a run: who takes part, and what comes of it.

mod figures;
mod histories;

use super::hosted::Numbered;
use crate::protocol::NodeIndex;
use crate::rng::Seed;
use crate::scenario::Scenario;
use crate::workload::application::{Application, Workload};
use crate::workload::config::{RegistersConfig, WorkloadConfig};
use crate::workload::findings::{self, Ended, Findings};
use crate::workload::registers::RegisterNode;
use crate::workload::registers::plan::Plan;
use crate::workload::traffic::Traffic;
use figures::{RegisterFigures, Tallies, lines};
use histories::Histories;
use std::sync::Arc;

/// A workload of registers.
#[derive(Debug)]
struct Registers {
    plan: Arc<Plan>,
}

/// That of this place in the scenario.
pub(super) fn workload(
    scenario: &Scenario,
    seed: Seed,
    (number, workload): (u32, &WorkloadConfig),
    config: RegistersConfig,
) -> Numbered {
    let phases = scenario.phases;
    let times = phases.times();
    let traffic = Traffic::new(workload, phases.measurement);
    let plan = Plan::new(config, traffic, times, (seed, number), scenario.nodes.count);
    (number, Arc::new(Registers { plan: Arc::new(plan) }))
}

impl Workload for Registers {
    fn name(&self) -> &str {
        "registers"
    }

    fn application(&self, node: NodeIndex) -> Option<Box<dyn Application>> {
        let first = self.plan.first_written_by(node);
        Some(Box::new(RegisterNode::new(Arc::clone(&self.plan), first)))
    }

    fn findings(&self, ended: &Ended<'_>) -> Option<Findings> {
        let nodes = ended.all::<RegisterNode>();
        let logs: Vec<_> = nodes.map(|(node, state)| (node, state.closed_log(ended.end))).collect();
        let mut tallies = Tallies::default();
        logs.iter().for_each(|(_, log)| tallies.add(log, ended.measured_from));
        let judged = Histories::new(&logs).judge();
        let measured = ended.end - ended.measured_from;
        let figures = RegisterFigures::new(self.plan.config.count, measured, &tallies, &judged);
        let times = |name: &str, micros| findings::Times { name: name.to_owned(), micros };
        Some(Findings {
            workload: self.name().to_owned(),
            lines: lines(&figures),
            figures: findings::table(&figures),
            times: vec![times("read", tallies.read.cdf()), times("write", tallies.write.cdf())],
            amounts: None,
        })
    }
}
