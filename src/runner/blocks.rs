//! The blocks of a scenario in a run: who takes part, and what comes of it.

mod figures;

use super::hosted::Numbered;
use super::population::Population;
use crate::checker::{ExchangeChecks, Exchanges};
use crate::network::placement::{self, Placement};
use crate::protocol::NodeIndex;
use crate::rng::Seed;
use crate::scenario::Scenario;
use crate::workload::application::{Application, Workload};
use crate::workload::blocks::BlockNode;
use crate::workload::blocks::log::Way;
use crate::workload::blocks::plan::{Announcing, Members, Plan};
use crate::workload::config::{BlocksConfig, WorkloadConfig};
use crate::workload::findings::{self, Ended, Findings};
use crate::workload::traffic::Traffic;
use figures::{BlockFigures, Class, Tallies, amounts, lines};
use std::sync::Arc;

/// A workload of blocks.
#[derive(Debug)]
struct Blocks {
    plan: Arc<Plan>,
    /// By number.
    classes: Vec<Class>,
    /// The class of each node.
    class_of: Box<[u16]>,
}

/// That of this place in the scenario.
pub(super) fn workload(
    scenario: &Scenario,
    seed: Seed,
    (number, workload): (u32, &WorkloadConfig),
    config: BlocksConfig,
    population: &Population,
) -> Numbered {
    let phases = scenario.phases;
    let times = phases.times();
    let configs = &scenario.network.classes;
    let shares: Vec<f64> = configs.iter().map(|class| class.share).collect();
    let nodes = scenario.nodes.count;
    let class_of = Placement::by_share(seed, placement::CLASS, &shares).table(nodes);
    let mut classes: Vec<Class> = (0..)
        .zip(configs)
        .map(|(number, class)| Class {
            name: class.name.clone(),
            is_marketplace: config.marketplace.contains(number),
            nodes: 0,
        })
        .collect();
    class_of.iter().for_each(|&class| classes[usize::from(class)].nodes += 1);
    let members = Members {
        is_open: (0..nodes).map(|node| population.is_open(NodeIndex(node))).collect(),
        is_marketplace: class_of
            .iter()
            .map(|&class| config.marketplace.contains(usize::from(class)))
            .collect(),
    };
    let announcing = Announcing {
        provider_expiry: scenario.kademlia.provider_expiry,
        interval: scenario.kademlia.provider_republish_interval,
    };
    let traffic = Traffic::new(workload, phases.measurement);
    let plan = Plan::new(config, traffic, times, (seed, number), members, announcing);
    (number, Arc::new(Blocks { plan: Arc::new(plan), classes, class_of }))
}

impl Workload for Blocks {
    fn name(&self) -> &str {
        "blocks"
    }

    fn application(&self, node: NodeIndex) -> Option<Box<dyn Application>> {
        let own = self.plan.placed_on(node);
        Some(Box::new(BlockNode::new(Arc::clone(&self.plan), own)))
    }

    fn findings(&self, ended: &Ended<'_>) -> Option<Findings> {
        let checks = self.checks(ended);
        assert_eq!(checks.without_credit, 0, "the marketplace gives nothing without credit");
        assert_eq!(checks.never_sent, 0, "nothing arrives that was not sent");
        let mut tallies = Tallies::new(self.classes.len());
        for (node, state) in ended.all::<BlockNode>() {
            let class_of = |node: NodeIndex| usize::from(self.class_of[node.get()]);
            tallies.add(node, state, class_of);
        }
        assert!(tallies.is_consistent(), "what is fetched is verified");
        let figures = BlockFigures::new(&self.plan, &self.classes, &tallies, checks);
        let times = |name: &str, micros| findings::Times { name: name.to_owned(), micros };
        Some(Findings {
            workload: self.name().to_owned(),
            lines: lines(&figures),
            figures: findings::table(&figures),
            times: vec![
                times("search", tallies.search.cdf()),
                times("transfer", tallies.transfer.cdf()),
                times("whole", tallies.whole.cdf()),
            ],
            amounts: Some(amounts(&tallies)),
        })
    }
}

impl Blocks {
    /// Draws up all accounts again.
    fn checks(&self, ended: &Ended<'_>) -> ExchangeChecks {
        let config = self.plan.config;
        let mut exchanges = Exchanges::default();
        let mut checks = ExchangeChecks::default();
        for (node, state) in ended.all::<BlockNode>() {
            let terms = (u64::from(config.size), config.credit);
            let terms = self.plan.is_marketplace(node).then_some(terms);
            let transfers = state.log().transfers.iter();
            let exchanged = transfers.map(|transfer| (transfer.peer, transfer.way == Way::Sent));
            exchanges.account(node, terms, exchanged, &mut checks);
        }
        exchanges.compare(&mut checks);
        checks
    }
}
