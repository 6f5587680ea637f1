//! A run in virtual time under way: blocks of nodes, led from window to window.
//!
//! Time is divided into windows, multiples of the smallest delay of a packet. Within a window
//! the blocks run on their own; what concerns more than one node happens between two windows.
//! The windows are the same for any number of blocks, one included, and so is the run.

use super::attackers;
use super::block::{Block, BlockWorld, SimNode};
use super::experiment::Experiment;
use super::tap::{Observation, Observed, Tap};
use super::{RunArguments, windows};
use crate::engine::Engine;
use crate::engine::blocks::Blocks;
use crate::engine::exchange::Division;
use crate::engine::queue::EventQueue;
use crate::kademlia::key::Key64;
use crate::network::Network;
use crate::protocol::NodeIndex;
use crate::scenario::Choice;
use crate::time::Instant;
use tracing::{debug, info, warn};

/// A run under way.
pub(super) struct Course<'s, Q> {
    pub(super) experiment: Experiment<'s>,
    pub(super) blocks: Blocks<SimNode, Q>,
    /// What else belongs to each block.
    parts: Vec<Block>,
    /// The threads of the blocks; none for a single block.
    threads: Option<rayon::ThreadPool>,
    /// What was observed and not taken yet.
    observed: Vec<Observed>,
}

impl<'s, Q: EventQueue> Course<'s, Q> {
    /// A run at the beginning of its time.
    pub(super) fn begin(arguments: RunArguments<'s>) -> Self {
        let RunArguments { scenario, seed, execution, record_keys, workloads } = arguments;
        let nodes = attackers::places(scenario);
        info!(nodes, seed = seed.0, "a run of {} is set up", scenario.name);
        let network = Network::new(&scenario.network, nodes, seed);
        info!("the network is set up");
        let (width, threads) = windows::of(network.smallest_delay(), execution.threads);
        let division = Division::new(nodes, threads);
        let experiment =
            Experiment::new(scenario, seed, record_keys, &network, width, division, workloads);
        info!(blocks = division.blocks(), "who is online is set up");
        let part = |block| Block::new(&experiment.params, network.part(division.nodes_of(block)));
        let mut course = Course {
            parts: (0..division.blocks()).map(part).collect(),
            experiment,
            blocks: Blocks::new(division, seed),
            threads: pool(division.blocks()),
            observed: Vec::new(),
        };
        let Course { experiment, blocks, .. } = &mut course;
        if !execution.prefetch {
            blocks.engines().iter_mut().for_each(Engine::do_not_look_ahead);
        }
        experiment.first_entries(|due, node, entry| {
            blocks.engine_of(node).schedule(due, node, entry.tag());
        });
        let clocks = network.clocks();
        experiment.first_nodes(|node, state| {
            let shown = state.deadline();
            let deadline = clocks.as_ref().map_or(shown, |clocks| clocks.when_shown(node, shown));
            let engine = blocks.engine_of(node);
            engine.place(node, state);
            engine.set_wake(node, deadline);
        });
        info!(
            online = experiment.online(),
            bootstrap = scenario.nodes.bootstrap.word(),
            "the nodes are set up"
        );
        course
    }

    /// From now on the run is observed.
    pub(super) fn observe(&mut self, observation: &Observation) {
        for own in &mut self.experiment.surroundings {
            own.tap = Some(Tap::new(observation, &self.experiment.keys));
        }
    }

    /// Packets dropped by each fault so far; none if no fault concerns packets.
    pub(super) fn dropped_by_faults(&self) -> Vec<u64> {
        let mut sum = Vec::new();
        for part in &self.parts {
            let dropped = part.network.dropped_by_faults();
            sum.resize(dropped.len(), 0);
            sum.iter_mut().zip(dropped).for_each(|(sum, dropped)| *sum += dropped);
        }
        sum
    }

    /// Takes what was observed, in the order in which it happened.
    pub(super) fn take_observed(&mut self) -> Vec<Observed> {
        std::mem::take(&mut self.observed)
    }

    /// The present.
    pub(super) fn now(&self) -> Instant {
        self.experiment.now
    }

    /// Runs until the present is `end`: handles everything that is due before it.
    pub(super) fn run_until(&mut self, end: Instant) {
        match self.threads.take() {
            None => self.run_windows(end),
            Some(threads) => {
                threads.install(|| self.run_windows(end));
                self.threads = Some(threads);
            }
        }
    }

    fn run_windows(&mut self, end: Instant) {
        let Course { experiment, blocks, parts, observed, .. } = self;
        while experiment.now < end {
            if experiment.now >= experiment.horizon {
                experiment.cross(blocks.nothing_before(), |due, node, entry| {
                    blocks.engine_of(node).schedule(due, node, entry.tag());
                });
            }
            experiment.handle_globals(blocks);
            let stop = experiment.horizon.min(experiment.next_global()).min(end);
            let common = &experiment.common;
            let own = experiment.surroundings.iter_mut().zip(parts.iter_mut());
            debug!(from = %experiment.now, until = %stop, "window");
            if common.attackers.is_none() {
                let world = |(own, block)| BlockWorld::<false> { own, block, common };
                blocks.run_until(&mut own.map(world).collect::<Vec<_>>(), stop);
            } else {
                let world = |(own, block)| BlockWorld::<true> { own, block, common };
                blocks.run_until(&mut own.map(world).collect::<Vec<_>>(), stop);
            }
            experiment.now = stop;
            let taps = experiment.surroundings.iter_mut().filter_map(|own| own.tap.as_mut());
            observed.extend(Tap::take_all(taps));
        }
    }

    /// The nodes online, in order.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (NodeIndex, &SimNode)> + Clone {
        let places = (0..self.blocks.places()).map(NodeIndex);
        places.filter_map(|node| self.blocks.node(node).map(|state| (node, state)))
    }

    /// The key of a node.
    pub(super) fn key(&self, node: NodeIndex) -> Key64 {
        self.experiment.key(node)
    }

    /// Nodes online now.
    pub(super) fn online(&self) -> u64 {
        self.experiment.online()
    }
}

/// A thread for each block; where the system gives none, the blocks share those that there are.
fn pool(blocks: usize) -> Option<rayon::ThreadPool> {
    let builder = rayon::ThreadPoolBuilder::new().num_threads(blocks);
    if blocks == 1 {
        return None;
    }
    let built = builder.build();
    if let Err(error) = &built {
        warn!(blocks, %error, "the system gives no threads: the blocks share one");
    }
    built.ok()
}
