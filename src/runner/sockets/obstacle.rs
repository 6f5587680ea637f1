//! Why a scenario cannot run on sockets.

use super::names::item_bytes;
use crate::graph::config::GraphConfig;
use crate::kademlia::params::{Precautions, SearchFor};
use crate::krpc::item::MOST_VALUE_BYTES;
use crate::network::config::LatencyModel;
use crate::network::faults::config::FaultKind;
use crate::scenario::Scenario;
use crate::udp::MOST_TALK_BYTES;
use crate::workload::config::WorkloadKind;
use std::io;

/// What stands in the way of a run on sockets.
#[derive(Debug, thiserror::Error)]
pub enum Obstacle {
    /// A limit of the system's.
    #[error(
        "{nodes} nodes on sockets need {needed} open files, and this system allows {allowed}: \
         take fewer nodes (--set nodes.count=...) or have the hard limit raised (ulimit -Hn)"
    )]
    OpenFiles {
        /// Nodes of the scenario.
        nodes: u32,
        /// A socket for each, and what the program needs itself.
        needed: u64,
        /// The hard limit.
        allowed: u64,
    },
    /// There are no more ports, or none may be had.
    #[error(
        "only {opened} of {nodes} nodes found a port at 127.0.0.1: {cause}: take fewer nodes \
         (--set nodes.count=...)"
    )]
    Ports {
        /// Nodes of the scenario.
        nodes: u32,
        /// Those that have one.
        opened: u32,
        /// What the system says.
        cause: io::Error,
    },
    /// A limited downlink. Packets are delayed at their sender, which does not know what else
    /// their receiver is being sent.
    #[error(
        "nodes.class.{class}.downlink is limited, which sockets cannot carry, as packets are delayed \
         by their sender: set it to \"unlimited\", or stay in virtual time"
    )]
    Downlink {
        /// Index of the class.
        class: usize,
    },
    /// A limited downlink of all hosts at a router.
    #[error(
        "network.underlay: the router {router} limits what its hosts receive (host_bandwidth_down), \
         which sockets cannot carry, as packets are delayed by their sender: leave it out of the \
         file, or stay in virtual time"
    )]
    RouterDownlink {
        /// Its name in the file.
        router: String,
    },
    /// Nodes that cannot be dialled. What a packet is to its exchange is not known where its sender
    /// decides about it.
    #[error(
        "nodes.class.{class}.dialable is false, which sockets cannot carry: let everyone be dialled, \
         or stay in virtual time"
    )]
    Undialable {
        /// Index of the class.
        class: usize,
    },
    /// Records that no packet takes.
    #[error(
        "workload.{workload}.record_size is {size} bytes: on sockets a record is an item of BEP 44, of at most \
         {most} bytes"
    )]
    RecordSize {
        /// Index of the workload.
        workload: usize,
        /// Bytes of a record.
        size: u32,
        /// The most there may be.
        most: usize,
    },
    /// What applications say to each other, in messages that no node reads.
    #[error(
        "workload.{workload} has requests or replies of {largest} bytes: on sockets they are of at most \
         {most} bytes"
    )]
    TalkSize {
        /// Index of the workload.
        workload: usize,
        /// Bytes of the largest.
        largest: usize,
        /// The most there may be.
        most: usize,
    },
    /// Records that several nodes write.
    #[error(
        "workload.{workload} has registers, which all nodes write: on sockets a record lies under the hash of \
         its content and so cannot be written again: leave it out, or stay in virtual time"
    )]
    Registers {
        /// Index of the workload.
        workload: usize,
    },
    /// Storing without the token that a search gives.
    #[error(
        "workload.{workload} stores, which on sockets takes the token that a search for the item \
         gives: set kademlia.precautions to \"open\", or stay in virtual time"
    )]
    Tokens {
        /// Index of the workload.
        workload: usize,
    },
    /// A look at the overlay: while it lasts, the nodes would not be served.
    #[error(
        "snapshot.0: on sockets the overlay cannot be measured while time goes on: leave [[snapshot]] \
         out, or stay in virtual time"
    )]
    Snapshot,
    /// An attack, which is made in virtual time only.
    #[error(
        "attack.0: attacks are made in virtual time only: leave [[attack]] out, or stay in virtual \
         time"
    )]
    Attack,
    /// Limits of address groups: on this host all nodes have the same address.
    #[error(
        "kademlia.{key} limits address groups, and on sockets all nodes have the address of this host: \
         leave it out, or stay in virtual time"
    )]
    AddressGroups {
        /// Which limit it is.
        key: &'static str,
    },
    /// Clocks that run wrong: those of sockets are the system's.
    #[error(
        "fault.{fault} is a timer-skew, which sockets cannot carry, as their nodes read the clock of \
         this system: leave it out, or stay in virtual time"
    )]
    TimerSkew {
        /// Index of the fault.
        fault: usize,
    },
    /// The system fails.
    #[error("cannot use sockets: {0}")]
    System(#[from] io::Error),
}

/// Whether sockets can carry a scenario.
///
/// # Errors
/// What stands in the way.
pub(super) fn look_for(scenario: &Scenario) -> Result<(), Obstacle> {
    let mut classes = scenario.network.classes.iter();
    if let Some(class) = classes.position(|class| class.downlink.is_some()) {
        return Err(Obstacle::Downlink { class });
    }
    if !scenario.attacks.is_empty() {
        return Err(Obstacle::Attack);
    }
    let mut faults = scenario.network.faults.iter();
    if let Some(fault) = faults.position(|fault| matches!(fault.kind, FaultKind::TimerSkew { .. }))
    {
        return Err(Obstacle::TimerSkew { fault });
    }
    let limits = [
        ("bucket_group_limit", scenario.kademlia.bucket_group_limit),
        ("table_group_limit", scenario.kademlia.table_group_limit),
        ("store_group_limit", scenario.kademlia.store_group_limit),
    ];
    if let Some((key, _)) = limits.into_iter().find(|(_, limit)| limit.is_some()) {
        return Err(Obstacle::AddressGroups { key });
    }
    if !scenario.snapshots.is_empty() {
        return Err(Obstacle::Snapshot);
    }
    if let LatencyModel::Graph(underlay) = &scenario.network.latency.model
        && let GraphConfig::File(file) = &underlay.graph
    {
        let mut routers = file.graph.vertices.iter();
        if let Some(limited) = routers.find(|router| router.host_bandwidth_down.is_some()) {
            return Err(Obstacle::RouterDownlink { router: limited.name.clone() });
        }
    }
    let mut classes = scenario.network.classes.iter();
    if let Some(class) = classes.position(|class| !class.dialable) {
        return Err(Obstacle::Undialable { class });
    }
    for (workload, config) in scenario.workloads.iter().enumerate() {
        if let WorkloadKind::Registers(_) = config.kind {
            return Err(Obstacle::Registers { workload });
        }
        if let WorkloadKind::PutGet { records } = config.kind {
            let size = records.size;
            if item_bytes(size as usize) > MOST_VALUE_BYTES {
                let fits = |&bytes: &usize| item_bytes(bytes) <= MOST_VALUE_BYTES;
                let most = (0..=MOST_VALUE_BYTES).rev().find(fits).unwrap_or(0);
                return Err(Obstacle::RecordSize { workload, size, most });
            }
        }
        let largest = match config.kind {
            WorkloadKind::Services(services) => services.request_size.max(services.reply_size),
            WorkloadKind::Blocks(blocks) => blocks.size,
            WorkloadKind::Lookup
            | WorkloadKind::PutGet { .. }
            | WorkloadKind::Provide { .. }
            | WorkloadKind::Registers(_) => 0,
        } as usize;
        if largest > MOST_TALK_BYTES {
            return Err(Obstacle::TalkSize { workload, largest, most: MOST_TALK_BYTES });
        }
        let stores = config.kind != WorkloadKind::Lookup;
        let measures = Precautions::measures(scenario.kademlia.precautions);
        if stores && measures.search_before_store != SearchFor::Item {
            return Err(Obstacle::Tokens { workload });
        }
    }
    Ok(())
}
