//! What this machine can run: its cores, memory, files, disk and sockets, and what size of simulation
//! and of a run on sockets follows from them.
//!
//! [`examine`] asks the system, [`judge`] is a function of what it said, [`table`] shows it. The figures
//! of [`needs`] are measured.

// What a machine has.
pub mod facts;
// Limits of control groups.
mod group;
// Asking the system.
mod system;
// What runs take.
pub mod needs;
// What follows.
mod judge;
// The same for a person.
mod show;

pub use judge::judge;
pub use show::table;
pub use system::examine;

use crate::report::text::grouped;
use crate::runner::OTHER_FILES;
use facts::Facts;
use serde::Serialize;
use system::open_sockets;

/// What a user wants to know beside the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Whether a simulation of so many nodes fits.
    pub nodes: Option<u64>,
    /// Contacts of a bucket in that simulation.
    pub k: u64,
    /// Whether a run of so many nodes on sockets fits.
    pub udp_nodes: Option<u64>,
}

impl Default for Question {
    /// Nothing in particular.
    fn default() -> Self {
        Question { nodes: None, k: needs::usual_k(), udp_nodes: None }
    }
}

/// What follows from the facts about a machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnosis {
    /// What it has.
    pub facts: Facts,
    /// Bytes that a run may take; `None` if the system does not say.
    pub usable_memory: Option<u64>,
    /// The largest simulations, largest `k` first; empty if the system does not tell its memory.
    pub simulation: Vec<SimulationSize>,
    /// The largest run on sockets.
    pub sockets: UdpSize,
    /// What there is to say, the gravest first.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// Whether something stands in the way of a run.
    pub fn is_obstructed(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Obstacle)
    }

    /// Adds what was found out later, behind what is as grave.
    pub fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
        self.findings.sort_by_key(|finding| finding.severity);
    }
}

/// The largest simulations of one size of buckets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SimulationSize {
    /// Contacts of a bucket.
    pub k: u64,
    /// Presets that have it.
    pub presets: Vec<&'static str>,
    /// Most nodes that do hardly anything.
    pub idle: u64,
    /// Most nodes that look up two keys a second each.
    pub busy: u64,
}

/// The largest run on sockets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UdpSize {
    /// Most nodes; `None` if the system tells no limit.
    pub nodes: Option<u64>,
    /// What limits them.
    pub limit: Option<Subject>,
}

/// How grave something is, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It stands in the way of a run.
    Obstacle,
    /// Some runs do not fit, or are slower than they need be.
    Warning,
    /// Good to know.
    Note,
}

/// What something is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Cores.
    Cores,
    /// Memory.
    Memory,
    /// Huge pages.
    HugePages,
    /// Files that this process may open.
    OpenFiles,
    /// Files that all processes together may open.
    SystemFiles,
    /// The disk of the output folder.
    Disk,
    /// Datagrams within this host.
    Loopback,
    /// Ports for sockets.
    Ports,
    /// Sockets that are waited for.
    Watches,
}

impl Subject {
    /// What limits something, in words.
    pub const fn name(self) -> &'static str {
        match self {
            Subject::Cores => "the cores",
            Subject::Memory => "the memory that may be used",
            Subject::HugePages => "huge pages",
            Subject::OpenFiles => "the files that this process may open (ulimit -Hn)",
            Subject::SystemFiles => "the files that all processes may open (fs.file-max)",
            Subject::Disk => "the disk",
            Subject::Loopback => "datagrams over 127.0.0.1, which do not arrive",
            Subject::Ports => "the ports of 127.0.0.1 (net.ipv4.ip_local_port_range)",
            Subject::Watches => "the sockets that can be waited for (fs.epoll.max_user_watches)",
        }
    }

    /// What to do about that limit.
    const fn remedy(self) -> &'static str {
        match self {
            Subject::Cores | Subject::HugePages | Subject::Disk => "take fewer nodes",
            Subject::Memory => "take fewer nodes, or end other programs",
            Subject::OpenFiles => "take fewer nodes, or have the hard limit raised (ulimit -Hn)",
            Subject::SystemFiles => "take fewer nodes, or have fs.file-max raised (sysctl)",
            Subject::Loopback => "bring up the loopback and let UDP through",
            Subject::Ports => {
                "take fewer nodes, or widen net.ipv4.ip_local_port_range (sysctl), up to 1024 to 65535"
            }
            Subject::Watches => {
                "take fewer nodes, or have fs.epoll.max_user_watches raised (sysctl)"
            }
        }
    }
}

/// Opens as many sockets at once as that many nodes would, closes them, and says what came of it.
pub fn try_sockets(nodes: u64) -> Finding {
    let finding = |severity, what, advice: &str| Finding {
        severity,
        about: Subject::OpenFiles,
        what,
        advice: advice.to_owned(),
    };
    match open_sockets(nodes, OTHER_FILES) {
        (opened, Some(cause)) => {
            let what = format!(
                "only {} of {} sockets could be opened: {cause}",
                grouped(opened),
                grouped(nodes)
            );
            finding(Severity::Obstacle, what, Subject::OpenFiles.remedy())
        }
        (_, None) => {
            let what = format!("{} sockets were opened at once, and closed", grouped(nodes));
            finding(Severity::Note, what, "nothing is to be done")
        }
    }
}

/// Something to know about this machine, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How grave it is.
    pub severity: Severity,
    /// What it is about.
    pub about: Subject,
    /// What there is.
    pub what: String,
    /// What to do.
    pub advice: String,
}
