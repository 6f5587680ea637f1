//! The workloads that are measured: scenarios that come with the program, at fixed sizes.

use crate::scenario::{Scenario, ScenarioError, Setting};
use serde::Serialize;
use std::path::Path;

/// A workload.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// Its name, which is that of its file.
    pub name: &'static str,
    text: &'static str,
    /// From small to large.
    pub sizes: &'static [Size],
}

/// A size at which a workload is measured.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Number of nodes.
    pub nodes: u32,
    /// What another simulator did of the same work, if it was measured.
    pub peer: Option<PeerFigures>,
}

/// Figures of another simulator, seen on a machine with 2 cores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PeerFigures {
    /// Which one.
    pub simulator: &'static str,
    /// Messages per CPU second, the set-up not counted.
    pub messages_per_cpu_second: f64,
    /// Memory a node, where that was seen.
    pub bytes_per_node: Option<u64>,
    /// Processor time before the first message, where that was seen.
    pub set_up_cpu_seconds: Option<f64>,
}

const fn alone(nodes: u32) -> Size {
    Size { nodes, peer: None }
}

const fn beside(
    nodes: u32,
    simulator: &'static str,
    messages_per_cpu_second: f64,
    bytes_per_node: Option<u64>,
    set_up_cpu_seconds: Option<f64>,
) -> Size {
    let peer =
        PeerFigures { simulator, messages_per_cpu_second, bytes_per_node, set_up_cpu_seconds };
    Size { nodes, peer: Some(peer) }
}

/// The workloads of `kadsim bench`, in the order of its table.
pub const WORKLOADS: &[Workload] = &[
    Workload {
        name: "speed",
        text: include_str!("../../scenarios/speed.toml"),
        sizes: &[alone(10_000), alone(100_000), alone(1_000_000)],
    },
    Workload {
        name: "simgrid-kademlia",
        text: include_str!("../../scenarios/peers/simgrid-kademlia.toml"),
        sizes: &[
            beside(1_000, "SimGrid 4.1", 72_800.0, Some(200_000), None),
            beside(10_000, "SimGrid 4.1", 31_400.0, Some(200_000), None),
        ],
    },
    Workload {
        name: "peersim-kademlia",
        text: include_str!("../../scenarios/peers/peersim-kademlia.toml"),
        sizes: &[
            beside(10_000, "PeerSim", 35_200.0, Some(120_000), None),
            beside(100_000, "PeerSim", 29_400.0, Some(120_000), None),
        ],
    },
    Workload {
        name: "pydht-lookups",
        text: include_str!("../../scenarios/peers/pydht-lookups.toml"),
        sizes: &[
            beside(1_000, "py-dht", 20_000.0, None, Some(2.0)),
            beside(10_000, "py-dht", 12_000.0, None, Some(137.0)),
        ],
    },
];

impl Workload {
    /// Its scenario with so many nodes.
    ///
    /// # Errors
    /// If it cannot have so many.
    pub fn scenario(&self, nodes: u32) -> Result<Scenario, ScenarioError> {
        let mut settings = vec![format!("nodes.count={nodes}")];
        if self.name == WORKLOADS[0].name {
            settings.push(format!("phases.measurement={}s", speed_seconds(nodes)));
        }
        let setting = |text: &String| text.parse().expect("the settings are well formed");
        let settings: Vec<Setting> = settings.iter().map(setting).collect();
        Scenario::parse(self.text, &format!("{}.toml", self.name), Path::new(""), &settings)
    }
}

/// The workload whose cost is measured against the number of nodes.
pub fn speed() -> &'static Workload {
    &WORKLOADS[0]
}

/// Virtual time that gives about three million messages, and at least some of each node.
fn speed_seconds(nodes: u32) -> u32 {
    (600_000 / nodes.max(1)).clamp(6, 600)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;

    #[test]
    fn every_workload_is_sound_at_every_size() {
        for workload in WORKLOADS {
            assert!(workload.sizes.is_sorted_by_key(|size| size.nodes), "{}", workload.name);
            for size in workload.sizes {
                let scenario = workload.scenario(size.nodes).unwrap_or_else(|e| panic!("{e}"));
                assert_eq!(
                    (scenario.name.as_str(), scenario.nodes.count),
                    (workload.name, size.nodes)
                );
            }
        }
        let measured = |nodes| speed().scenario(nodes).unwrap().phases.measurement;
        assert_eq!(measured(10_000), Duration::from_secs(60));
        assert_eq!(measured(1_000_000), Duration::from_secs(6));
    }

    /// The figures stand in the heads of the scenarios too.
    #[test]
    fn the_figures_of_others_are_those_in_their_scenarios() {
        for workload in WORKLOADS {
            for (size, peer) in workload.sizes.iter().filter_map(|s| s.peer.map(|peer| (s, peer))) {
                let grouped = |number| crate::report::text::grouped(number);
                let (nodes, messages) =
                    (grouped(u64::from(size.nodes)), grouped(peer.messages_per_cpu_second as u64));
                let has_both = |line: &str| {
                    let mut words = line.trim_start_matches('#').split_whitespace();
                    words.next() == Some(&nodes) && words.next() == Some(&messages)
                };
                assert!(workload.text.lines().any(has_both), "{}: {nodes}", workload.name);
            }
        }
    }
}
