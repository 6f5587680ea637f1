//! Which services there are, who provides them, and who asks for which: a function of seed and scenario.

use crate::kademlia::key::Key64;
use crate::protocol::NodeIndex;
use crate::rng::distribution::{Zipf, below, exponential, unit};
use crate::rng::{PacketDraws, Purpose, Seed, Stream};
use crate::time::{Duration, Instant};
use crate::workload::config::{HandlerTime, Popularity, ServicesConfig};
use crate::workload::traffic::{Times, Traffic};
use rand::{Rng, RngExt};
use std::collections::BTreeMap;

/// What all nodes of a services workload have in common.
#[derive(Clone, Debug)]
pub struct Plan {
    /// As the scenario has it.
    pub config: ServicesConfig,
    pub(super) traffic: Traffic,
    keys: Vec<Key64>,
    /// By service, in the order of their indices.
    providers: Vec<Vec<NodeIndex>>,
    /// The services of each provider.
    provided: BTreeMap<NodeIndex, Vec<u32>>,
    law: Option<Zipf>,
    /// When providers advertise first: in the first half of the transition phase.
    pub(super) advertise_from: Instant,
    pub(super) advertise_until: Instant,
    /// When calls begin.
    pub(super) measured_from: Instant,
    /// When the run ends.
    pub(super) end: Instant,
}

impl Plan {
    /// The plan of the workload at this place of the scenario, in a network of so many nodes, of which
    /// these may provide.
    pub fn new(
        config: ServicesConfig,
        traffic: Traffic,
        times: Times,
        (seed, workload): (Seed, u32),
        nodes: u32,
        may_provide: impl Fn(NodeIndex) -> bool,
    ) -> Self {
        let open: Vec<NodeIndex> =
            (0..nodes).map(NodeIndex).filter(|&node| may_provide(node)).collect();
        let draws = PacketDraws::new(seed, Purpose::ServiceKeys);
        let mut stream = Stream::new(seed, Purpose::ServiceProviders, u64::from(workload));
        let providers = (0..config.count).map(|_| {
            let mut chosen = Vec::new();
            let wanted = (config.providers as usize).min(open.len());
            while chosen.len() < wanted {
                let node = open[stream.random_range(0..open.len())];
                if let Err(place) = chosen.binary_search(&node) {
                    chosen.insert(place, node);
                }
            }
            chosen
        });
        let providers: Vec<Vec<NodeIndex>> = providers.collect();
        let mut provided = BTreeMap::<NodeIndex, Vec<u32>>::new();
        for (service, nodes) in (0..).zip(&providers) {
            nodes.iter().for_each(|&node| provided.entry(node).or_default().push(service));
        }
        let half = (times.measurement - times.transition) / 2;
        Plan {
            config,
            traffic,
            keys: (0..config.count)
                .map(|service| Key64(draws.bits(u64::from(workload), u64::from(service))))
                .collect(),
            providers,
            provided,
            law: match config.popularity {
                Popularity::Uniform => None,
                Popularity::Zipf { exponent } => Some(Zipf::new(u64::from(config.count), exponent)),
            },
            advertise_from: times.transition,
            advertise_until: times.transition + half,
            measured_from: times.measurement,
            end: times.end,
        }
    }

    /// The key under which a service is advertised.
    pub fn key(&self, service: u32) -> Key64 {
        self.keys[service as usize]
    }

    /// Who provides a service, unless it withdraws, by index.
    pub fn providers(&self, service: u32) -> &[NodeIndex] {
        &self.providers[service as usize]
    }

    /// The services that a node provides.
    pub fn provided_by(&self, node: NodeIndex) -> &[u32] {
        self.provided.get(&node).map_or(&[], |services| services)
    }

    /// The service that a node asks for next, by popularity; the first services are the popular ones.
    pub(super) fn select(&self, stream: &mut Stream) -> u32 {
        let bits = stream.next_u64();
        let service = match &self.law {
            None => below(bits, u64::from(self.config.count)),
            Some(law) => law.rank(bits) - 1,
        };
        service as u32
    }

    /// How long a provider takes to handle a call.
    pub(super) fn handler_time(&self, stream: &mut Stream) -> Duration {
        match self.config.handler {
            HandlerTime::Constant(time) => time,
            HandlerTime::Exponential(mean) => {
                Duration::from_secs_f64(exponential(stream.next_u64(), mean.as_secs_f64()))
            }
        }
    }

    /// When a provider advertises first.
    pub(super) fn first_advertisement(&self, stream: &mut Stream) -> Instant {
        let length = (self.advertise_until - self.advertise_from).as_nanos();
        self.advertise_from + Duration::from_nanos(below(stream.next_u64(), length.max(1)))
    }

    /// When a provider withdraws, if it does: an instant of the measurement phase.
    pub(super) fn withdrawal(&self, stream: &mut Stream) -> Option<Instant> {
        let (chance, bits) = (unit(stream.next_u64()), stream.next_u64());
        let length = (self.end - self.measured_from).as_nanos();
        let at = self.measured_from + Duration::from_nanos(below(bits, length.max(1)));
        (chance < self.config.unadvertise_share).then_some(at)
    }
}
