//! Which registers there are, who writes each first, and what nodes read and write: a function of seed and
//! scenario.

use crate::kademlia::key::Key64;
use crate::protocol::NodeIndex;
use crate::rng::distribution::{Zipf, below, unit};
use crate::rng::{PacketDraws, Purpose, Seed, Stream};
use crate::time::{Duration, Instant};
use crate::workload::config::{Popularity, RegistersConfig};
use crate::workload::traffic::{Times, Traffic};
use rand::{Rng, RngExt};
use std::collections::BTreeMap;

/// What all nodes of a workload of registers have in common.
#[derive(Clone, Debug)]
pub struct Plan {
    /// As the scenario has it.
    pub config: RegistersConfig,
    pub(super) traffic: Traffic,
    keys: PacketDraws,
    workload: u32,
    /// The registers that a node writes first.
    first_writes: BTreeMap<NodeIndex, Vec<u32>>,
    law: Option<Zipf>,
    /// First values are written in the first half of the transition phase.
    write_from: Instant,
    write_until: Instant,
    /// When reads, and writes of all nodes, begin.
    pub(super) measured_from: Instant,
    /// When the run ends.
    pub(super) end: Instant,
}

/// What a node does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Read,
    Write,
}

impl Plan {
    /// The plan of the workload at this place of the scenario, in a network of so many nodes.
    pub fn new(
        config: RegistersConfig,
        traffic: Traffic,
        times: Times,
        (seed, workload): (Seed, u32),
        nodes: u32,
    ) -> Self {
        let mut stream = Stream::new(seed, Purpose::RegisterWriters, u64::from(workload));
        let mut first_writes = BTreeMap::<NodeIndex, Vec<u32>>::new();
        for register in 0..config.count {
            let writer = NodeIndex(stream.random_range(0..nodes));
            first_writes.entry(writer).or_default().push(register);
        }
        let law = match config.popularity {
            Popularity::Uniform => None,
            Popularity::Zipf { exponent } => Some(Zipf::new(u64::from(config.count), exponent)),
        };
        let half = (times.measurement - times.transition) / 2;
        Plan {
            config,
            traffic,
            keys: PacketDraws::new(seed, Purpose::RegisterKeys),
            workload,
            first_writes,
            law,
            write_from: times.transition,
            write_until: times.transition + half,
            measured_from: times.measurement,
            end: times.end,
        }
    }

    /// The key under which a register lies.
    pub fn key(&self, register: u32) -> Key64 {
        Key64(self.keys.bits(u64::from(self.workload), u64::from(register)))
    }

    /// The registers that a node writes first.
    pub fn first_written_by(&self, node: NodeIndex) -> &[u32] {
        self.first_writes.get(&node).map_or(&[], |registers| registers)
    }

    /// When the first value of a register is written.
    pub(super) fn first_write(&self, stream: &mut Stream) -> Instant {
        let length = (self.write_until - self.write_from).as_nanos();
        self.write_from + Duration::from_nanos(below(stream.next_u64(), length.max(1)))
    }

    /// What a node does next, and to which register; the first registers are the popular ones.
    pub(super) fn next(&self, stream: &mut Stream) -> (Act, u32) {
        let (chance, bits) = (unit(stream.next_u64()), stream.next_u64());
        let act = if chance < self.config.write_share { Act::Write } else { Act::Read };
        let register = match &self.law {
            None => below(bits, u64::from(self.config.count)),
            Some(law) => law.rank(bits) - 1,
        };
        (act, register as u32)
    }
}
