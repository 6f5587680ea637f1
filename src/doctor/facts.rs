//! What a machine has, as far as it says so. Amounts are bytes and counts; `None` is what the system
//! does not tell, which is no zero.

use serde::{Serialize, Serializer};
use std::path::{Path, PathBuf};

/// Everything that is judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Facts {
    /// Cores.
    pub cores: Cores,
    /// Memory.
    pub memory: Memory,
    /// Open files.
    pub files: Files,
    /// Where runs are written.
    pub disk: Disk,
    /// Sockets.
    pub udp: Udp,
}

/// Who may use how many cores.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cores {
    /// Threads that the machine runs at a time.
    pub online: Option<u64>,
    /// Those on which this process may run (its affinity).
    pub affinity: Option<u64>,
    /// Processor time that its control groups allow, in cores.
    pub quota: Option<f64>,
    /// Threads that are of use: the least of these, at least one.
    pub usable: u64,
}

/// Memory and what limits it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Memory {
    /// Memory of the machine.
    pub total: Option<u64>,
    /// What programs can have without anything being swapped out.
    pub available: Option<u64>,
    /// The tightest limit of the control groups that this process is in.
    pub group: Option<GroupMemory>,
    /// Address space that this process may have (`ulimit -v`).
    pub address_space: Option<u64>,
    /// Whether the system lays memory on huge pages.
    pub huge_pages: HugePages,
    /// Whether memory is promised that is not there.
    pub overcommit: Overcommit,
    /// What may still be promised, where nothing is promised that is not there.
    pub commit_room: Option<u64>,
}

/// A limit of a control group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct GroupMemory {
    /// The most that its processes may have together.
    pub limit: u64,
    /// What they have, without the cached files that make room.
    pub used: u64,
}

impl GroupMemory {
    /// What they may have in addition.
    pub fn room(self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}

/// When the system lays memory on huge pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HugePages {
    /// Always.
    Always,
    /// Where a program asks for it, as kadsim does.
    Madvise,
    /// Never.
    Never,
    /// It does not say.
    #[default]
    Unknown,
}

/// How much memory the system promises (`vm.overcommit_memory`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Overcommit {
    /// More than there is, within reason (0).
    Heuristic,
    /// Whatever is asked for (1).
    Always,
    /// No more than there is (2).
    Never,
    /// It does not say.
    #[default]
    Unknown,
}

/// Open files, of which each socket is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Files {
    /// Those that this process may have now.
    pub soft: Option<u64>,
    /// To how many it may raise that.
    pub hard: Option<u64>,
    /// What all processes together may open in addition.
    pub system_room: Option<u64>,
}

/// Where the folders of runs are made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Disk {
    /// The folder that was asked about.
    #[serde(serialize_with = "as_text")]
    pub folder: PathBuf,
    /// That folder or, if it is not there, the next above it that is.
    #[serde(serialize_with = "as_text_option")]
    pub existing: Option<PathBuf>,
    /// Bytes that this user may fill.
    pub free: Option<u64>,
    /// Whether files and folders can be made there.
    pub writable: bool,
}

/// Sockets of this host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Udp {
    /// Why no datagram went from one socket of 127.0.0.1 to another; `None` if it did.
    pub loopback_failure: Option<String>,
    /// Ports that the system gives to sockets that ask for any.
    pub ports: Option<u64>,
    /// Sockets that one user may wait for at a time (`fs.epoll.max_user_watches`).
    pub watches: Option<u64>,
}

/// A path as text, also where it is none.
fn as_text<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

fn as_text_option<S: Serializer>(path: &Option<PathBuf>, to: S) -> Result<S::Ok, S::Error> {
    path.as_deref().map(Path::to_string_lossy).serialize(to)
}
