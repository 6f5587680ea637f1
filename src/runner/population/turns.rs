//! Joins and leaves that are not those of single lives: of nodes drawn at random, and those that a
//! trace tells.

use super::super::change::Turn;
use crate::protocol::NodeIndex;
use crate::rng::distribution::{exponential, unit};
use crate::rng::{Purpose, Seed, Stream};
use crate::scenario::{Bootstrap, Scenario};
use crate::time::{Duration, Instant};
use crate::workload::config::{ChurnConfig, RandomChurnConfig};
use crate::workload::sessions::Departure;
use crate::workload::trace::{Event, Trace};
use rand::{Rng, RngExt};
use std::sync::Arc;

/// Whose turn it is next.
#[derive(Clone, Debug)]
pub(super) enum Turns {
    /// Now one, now another.
    Random(Box<RandomTurns>),
    /// What a file says, from this place on.
    Trace(Arc<Trace>, usize),
}

/// Poisson processes of joins, leaves and migrations, as one whose events are shared out.
#[derive(Clone, Debug)]
pub(super) struct RandomTurns {
    stream: Stream,
    /// Per second: joins, leaves, migrations.
    rates: [f64; 3],
    graceful: f64,
    next: Instant,
    /// Who could come, in an order that follows from the run alone.
    away: Vec<NodeIndex>,
    /// So many nodes are there when the run begins.
    first: u32,
}

/// Who comes and goes at one instant: two nodes at most.
type Pair = [Option<(NodeIndex, Turn)>; 2];

impl Turns {
    /// The turns of a run; `None` if its nodes have lives of their own, or stay. The first
    /// `dedicated` nodes never leave.
    pub(super) fn new(seed: Seed, scenario: &Scenario, dedicated: u32) -> Option<Self> {
        match &scenario.churn {
            ChurnConfig::Random(config) => {
                let turns = RandomTurns::new(seed, scenario, config, dedicated);
                Some(Turns::Random(Box::new(turns)))
            }
            ChurnConfig::Trace(config) => Some(Turns::Trace(Arc::clone(&config.trace), 0)),
            ChurnConfig::None | ChurnConfig::Lifetime { .. } | ChurnConfig::Pareto { .. } => None,
        }
    }

    /// Whether a node that could leave is there when the run begins.
    pub(super) fn begins_with(&self, node: NodeIndex) -> bool {
        match self {
            Turns::Random(turns) => node.0 < turns.first,
            Turns::Trace(..) => false,
        }
    }

    /// When it is the next turn.
    pub(super) fn due(&self) -> Instant {
        match self {
            Turns::Random(turns) => turns.next,
            Turns::Trace(trace, place) => {
                trace.get(*place).map_or(Instant::FAR_FUTURE, |(at, ..)| at)
            }
        }
    }

    /// Takes the next turn, of which those `online` can leave but for the first `dedicated` nodes.
    pub(super) fn take(&mut self, online: &[NodeIndex], dedicated: u32) -> Pair {
        match self {
            Turns::Random(turns) => turns.take(online, dedicated),
            Turns::Trace(trace, place) => {
                let taken = trace.get(*place);
                *place += 1;
                let turn = |event| match event {
                    Event::Join => Turn::Joins,
                    Event::Leave(departure) => Turn::Leaves(departure),
                };
                [taken.map(|(_, node, event)| (node, turn(event))), None]
            }
        }
    }
}

impl RandomTurns {
    fn new(seed: Seed, scenario: &Scenario, config: &RandomChurnConfig, dedicated: u32) -> Self {
        let nodes = scenario.nodes.count;
        let share = libm::round(config.online_share * f64::from(nodes)) as u32;
        let first = share.clamp(dedicated.min(nodes), nodes);
        // Where nodes have to join first they do so undisturbed.
        let begin = match scenario.nodes.bootstrap {
            Bootstrap::Organic => scenario.phases.transition_start(),
            Bootstrap::Warm | Bootstrap::Random => Instant::ZERO,
        };
        let rates = [config.join_rate, config.leave_rate, config.migration_rate];
        let mut turns = RandomTurns {
            stream: Stream::new(seed, Purpose::RandomChurn, 0),
            rates: rates.map(|rate| rate.unwrap_or(0.0)),
            graceful: config.graceful_leave_probability,
            next: begin,
            away: (first..nodes).map(NodeIndex).collect(),
            first,
        };
        turns.wait();
        turns
    }

    /// Draws when the next turn is: at least a nanosecond later, so that no node has two at once.
    fn wait(&mut self) {
        let rate: f64 = self.rates.iter().sum();
        let gap = Duration::from_secs_f64(exponential(self.stream.next_u64(), 1.0 / rate));
        self.next += gap.max(Duration::from_nanos(1));
    }

    fn take(&mut self, online: &[NodeIndex], dedicated: u32) -> Pair {
        let [joins, leaves, migrations] = self.rates;
        let drawn = unit(self.stream.next_u64()) * (joins + leaves + migrations);
        let can_leave = online.len() > dedicated as usize;
        let can_join = !self.away.is_empty();
        let (leaves, joins) = if drawn < joins {
            (false, can_join)
        } else if drawn < joins + leaves {
            (can_leave, false)
        } else {
            // One goes only if another comes.
            (can_leave && can_join, can_leave && can_join)
        };
        let joins = joins.then(|| {
            let place = self.stream.random_range(0..self.away.len());
            (self.away.swap_remove(place), Turn::Joins)
        });
        let leaves = leaves.then(|| {
            let node = self.leaver(online, dedicated);
            self.away.push(node);
            let is_graceful = unit(self.stream.next_u64()) < self.graceful;
            let departure = if is_graceful { Departure::Graceful } else { Departure::Crash };
            (node, Turn::Leaves(departure))
        });
        self.wait();
        [leaves, joins]
    }

    /// A node that is online, drawn from those that may leave, of which there is one.
    fn leaver(&mut self, online: &[NodeIndex], dedicated: u32) -> NodeIndex {
        loop {
            let node = online[self.stream.random_range(0..online.len())];
            if node.0 >= dedicated {
                return node;
            }
        }
    }
}
