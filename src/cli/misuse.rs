//! What a user did wrong, apart from the scenario itself.

use crate::baseline::BaselineError;
use crate::compare::CompareError;
use crate::graph::read::ReadError;
use crate::page::PageError;
use crate::report::ReportError;
use crate::runner::Obstacle;
use crate::suite::SuiteError;
use crate::sweep::SweepError;
use std::path::PathBuf;

/// A command that cannot be obeyed as it was given. Like a wrong scenario it ends the program
/// with status 2; nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum Misuse {
    /// A file is in the way.
    #[error("{} exists already: give another name, or --force to overwrite it", .0.display())]
    FileExists(PathBuf),
    /// A sweep that cannot be begun or gone on with.
    #[error("{0}")]
    Sweep(SweepError),
    /// A baseline that cannot be kept or checked.
    #[error("{0}")]
    Baseline(BaselineError),
    /// A suite that cannot be run.
    #[error("{0}")]
    Suite(SuiteError),
    /// A variable of the environment that is wrong.
    #[error("{0}")]
    Variable(String),
    /// Nothing to check.
    #[error("there is no such baseline in {}: `kadsim baseline save NAME SCENARIO` makes one", .0.display())]
    NoBaseline(PathBuf),
    /// A tolerance of what has none.
    #[error(
        "--tolerance and --repeats are for statistical baselines: leave them out with --level exact"
    )]
    ExactTolerance,
    /// A JUnit file cannot be written where the user wants it.
    #[error("{0}: --junit takes a file in a folder in which files can be made")]
    Junit(ReportError),
    /// Results that cannot be compared.
    #[error("{0}")]
    Compare(CompareError),
    /// A folder that no page can be made of.
    #[error("{0}")]
    Page(PageError),
    /// Results cannot be written where the user wants them.
    #[error("{0}: --out takes a folder in which files can be made")]
    Out(ReportError),
    /// A capture file cannot be written where the user wants it.
    #[error("{0}: --pcap takes a file in a folder in which files can be made")]
    Pcap(ReportError),
    /// Nodes that the scenario does not have.
    #[error("--pcap-nodes: there is no node {last}: the scenario's {count} nodes are 0..{count}")]
    PcapNodes {
        /// The last of the nodes asked for.
        last: u32,
        /// How many there are.
        count: u32,
    },
    /// A time in which nothing is sent.
    #[error(
        "--pcap-from and --pcap-until leave no time to capture: the run lasts from 0s to {end}, \
         and the one comes before the other"
    )]
    PcapTimes {
        /// The end of the run.
        end: crate::time::Instant,
    },
    /// A trace cannot be written where the user wants it.
    #[error("{0}: --out takes a file in a folder in which files can be made")]
    TraceOut(ReportError),
    /// Nodes that the scenario does not have.
    #[error("--nodes: there is no node {last}: the scenario's {count} nodes are 0..{count}")]
    TraceNodes {
        /// The last of the nodes asked for.
        last: u32,
        /// How many there are.
        count: u32,
    },
    /// A time in which nothing happens.
    #[error(
        "--from and --until leave no time to trace: the run lasts from 0s to {end}, and the one \
         comes before the other"
    )]
    TraceTimes {
        /// The end of the run.
        end: crate::time::Instant,
    },
    /// An operation that the run does not have.
    #[error(
        "--lookup {number}: no operation of this run has that number: give one from the first column \
         of its operations.csv"
    )]
    NoOperation {
        /// As it was given.
        number: u64,
    },
    /// A wish for logs that is not understood.
    #[error("RUST_LOG {given:?}: {error}: give levels of modules, such as kadsim=debug")]
    Log {
        /// As it was given.
        given: String,
        /// What is wrong.
        error: String,
    },
    /// Records that no datagram carries.
    #[error(
        "--pcap: a datagram carries records of up to {most} bytes, and the scenario's have {bytes}"
    )]
    PcapRecords {
        /// Bytes of the largest record.
        bytes: u32,
        /// Bytes that fit.
        most: u32,
    },
    /// A folder cannot be made where the user wants it.
    #[error("cannot make the folder {}: {cause}: --out takes a folder in which files can be made", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A workload that there is not.
    #[error("there is no workload {name:?}: the known ones are {known}")]
    UnknownWorkload {
        /// As it was given.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// A range without a size to measure.
    #[error(
        "there is no size to measure from {from} to {to}: sizes are 1, 2 and 5 times a power of ten"
    )]
    NoSize {
        /// Smallest number of nodes.
        from: u32,
        /// Largest number of nodes.
        to: u32,
    },
    /// A state file that is of no use.
    #[error("{0}")]
    State(String),
    /// An address that cannot be listened at.
    #[error(
        "cannot listen at {listen}: {cause}: --listen takes an address of this host and a port that is free"
    )]
    Listen {
        /// The address.
        listen: std::net::SocketAddr,
        /// What the system says.
        cause: std::io::Error,
    },
    /// More nodes than there are ports.
    #[error("--count takes at most {} nodes from port {first} on", 65_536 - u32::from(*first))]
    Ports {
        /// The port of the first node.
        first: u16,
    },
    /// An address to join through that cannot be used.
    #[error("--bootstrap {name}: {cause}: give HOST:PORT")]
    Bootstrap {
        /// As it was given.
        name: String,
        /// What is wrong.
        cause: String,
    },
    /// A scenario that sockets of this host cannot carry.
    #[error("{0}")]
    Sockets(Obstacle),
    /// An option for simulations, with sockets.
    #[error("{option} says how a simulation is carried out: leave it out with --transport udp")]
    OnlySimulated {
        /// The option.
        option: &'static str,
    },
    /// A graph that is neither generated nor there.
    #[error("there is no file {graph:?}, and no such kind of graph: the kinds are {kinds}")]
    NoGraph {
        /// As it was given.
        graph: String,
        /// The kinds that there are.
        kinds: String,
    },
    /// Parameters of a generator, with a file.
    #[error("--nodes and --set are for graphs that are generated: leave them out with {graph}")]
    GeneratedOnly {
        /// As it was given.
        graph: String,
    },
    /// A file whose name does not say what it holds.
    #[error(
        "the name {} does not say how the graph in it is written: it ends in .gml, .graphml, .xml, \
         .edges, .edgelist, .csv, .tsv or .txt, with .gz or .xz behind if it is packed",
        .0.display()
    )]
    GraphFormat(PathBuf),
    /// A file that holds no graph.
    #[error("{}: {error}", path.display())]
    GraphFile {
        /// The file.
        path: PathBuf,
        /// What is wrong, where, and what is expected.
        error: ReadError,
    },
    /// A file that cannot be written.
    #[error("cannot write {}: {cause}: --out takes a file in a folder that is there", path.display())]
    GraphOut {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A graph and its figures in one stream.
    #[error("--export writes to standard output, and so do the figures: give --out FILE")]
    BothToStandardOutput,
    /// A row of figures that there is not.
    #[error("there is no row {name:?}: the known ones are {known}")]
    UnknownRow {
        /// As it was given.
        name: String,
        /// The names that there are.
        known: String,
    },
}

impl Misuse {
    /// A scenario that sockets cannot carry is the user's to change; that the system fails is not.
    pub fn of(obstacle: Obstacle) -> anyhow::Error {
        match obstacle {
            Obstacle::System(_) => obstacle.into(),
            _ => Misuse::Sockets(obstacle).into(),
        }
    }
}
