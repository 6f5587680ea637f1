//! Asks the system what the machine has. Looks, and changes nothing but the number of files that this
//! process may open.

use super::facts::{Cores, Disk, Facts, Files, HugePages, Memory, Overcommit, Udp};
use super::group;
use std::io;
use std::net::{Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A datagram over the loopback that takes longer does not come.
const PATIENCE: Duration = Duration::from_secs(2);

/// What this machine has, for runs that are written below `folder`.
pub fn examine(folder: &Path) -> Facts {
    let root = Path::new("/");
    Facts {
        cores: cores(root),
        memory: memory(root),
        files: files(root),
        disk: disk(folder),
        udp: udp(root),
    }
}

/// Has this process open so many files, as far as it may. Opens as many sockets at 127.0.0.1 as it
/// gets, `wanted` at most, and closes them. Gives their number, and what the system said when there were
/// no more.
pub fn open_sockets(wanted: u64, beside: u64) -> (u64, Option<String>) {
    #[cfg(unix)]
    if let Err(error) = rlimit::increase_nofile_limit(wanted.saturating_add(beside)) {
        return (0, Some(error.to_string()));
    }
    #[cfg(not(unix))]
    let _ = beside;
    let mut sockets = Vec::new();
    while (sockets.len() as u64) < wanted {
        match UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)) {
            Ok(socket) => sockets.push(socket),
            Err(error) => return (sockets.len() as u64, Some(error.to_string())),
        }
    }
    (wanted, None)
}

fn cores(root: &Path) -> Cores {
    #[cfg(target_os = "linux")]
    let affinity = rustix::thread::sched_getaffinity(None).ok().map(|set| u64::from(set.count()));
    #[cfg(not(target_os = "linux"))]
    let affinity = None;
    let online = read(root, "proc/cpuinfo")
        .map(|text| text.lines().filter(|line| line.starts_with("processor")).count() as u64);
    Cores {
        online: online.filter(|&cores| cores > 0),
        affinity,
        quota: group::cores(root),
        usable: std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64),
    }
}

fn memory(root: &Path) -> Memory {
    let text = read(root, "proc/meminfo").unwrap_or_default();
    let overcommit = match read(root, "proc/sys/vm/overcommit_memory").as_deref().map(str::trim) {
        Some("0") => Overcommit::Heuristic,
        Some("1") => Overcommit::Always,
        Some("2") => Overcommit::Never,
        _ => Overcommit::Unknown,
    };
    let pages = read(root, "sys/kernel/mm/transparent_hugepage/enabled").unwrap_or_default();
    let chosen = pages.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
    let huge_pages = match chosen.map(|(word, _)| word) {
        Some("always") => HugePages::Always,
        Some("madvise") => HugePages::Madvise,
        Some("never") => HugePages::Never,
        _ => HugePages::Unknown,
    };
    let promised = kibibytes(&text, "CommitLimit").zip(kibibytes(&text, "Committed_AS"));
    Memory {
        total: kibibytes(&text, "MemTotal"),
        available: kibibytes(&text, "MemAvailable"),
        group: group::memory(root),
        address_space: limit_of_address_space(),
        huge_pages,
        overcommit,
        commit_room: promised
            .filter(|_| overcommit == Overcommit::Never)
            .map(|(limit, promised)| limit.saturating_sub(promised)),
    }
}

#[cfg(unix)]
fn limit_of_address_space() -> Option<u64> {
    let (soft, _) = rlimit::getrlimit(rlimit::Resource::AS).ok()?;
    (soft != rlimit::INFINITY).then_some(soft)
}

#[cfg(not(unix))]
fn limit_of_address_space() -> Option<u64> {
    None
}

#[cfg(unix)]
fn files(root: &Path) -> Files {
    let limits = rlimit::getrlimit(rlimit::Resource::NOFILE).ok();
    let all = read(root, "proc/sys/fs/file-nr").unwrap_or_default();
    let mut numbers = all.split_whitespace().filter_map(|word| word.parse::<u64>().ok());
    let (open, _, most) = (numbers.next(), numbers.next(), numbers.next());
    Files {
        soft: limits.map(|(soft, _)| soft),
        hard: limits.map(|(_, hard)| hard),
        system_room: most.zip(open).map(|(most, open)| most.saturating_sub(open)),
    }
}

/// Sockets are no files here.
#[cfg(not(unix))]
fn files(_: &Path) -> Files {
    Files::default()
}

fn disk(folder: &Path) -> Disk {
    let existing = existing(folder);
    let (free, writable) = existing.as_deref().map_or((None, false), room_in);
    Disk { folder: folder.to_owned(), existing, free, writable }
}

/// The folder, or the next above it that is there. A file in the way is no folder.
fn existing(folder: &Path) -> Option<PathBuf> {
    let whole = std::path::absolute(folder).ok()?;
    whole.ancestors().find(|path| path.symlink_metadata().is_ok()).map(Path::to_owned)
}

#[cfg(unix)]
fn room_in(folder: &Path) -> (Option<u64>, bool) {
    use rustix::fs::{Access, access, statvfs};
    let free = statvfs(folder).ok().map(|system| system.f_bavail.saturating_mul(system.f_frsize));
    let writable = folder.is_dir() && access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok();
    (free, writable)
}

#[cfg(not(unix))]
fn room_in(folder: &Path) -> (Option<u64>, bool) {
    let writable =
        folder.metadata().is_ok_and(|told| told.is_dir() && !told.permissions().readonly());
    (None, writable)
}

fn udp(root: &Path) -> Udp {
    let range = read(root, "proc/sys/net/ipv4/ip_local_port_range").and_then(|text| {
        let mut ends = text.split_whitespace().filter_map(|word| word.parse::<u64>().ok());
        Some((ends.next()?, ends.next()?))
    });
    let watches = read(root, "proc/sys/fs/epoll/max_user_watches");
    Udp {
        loopback_failure: loopback().err().map(|error| error.to_string()),
        ports: range.map(|(first, last)| (last + 1).saturating_sub(first)),
        watches: watches.and_then(|text| text.trim().parse().ok()),
    }
}

/// Sends a datagram from one socket of this host to another.
fn loopback() -> io::Result<()> {
    let [from, to] = [(); 2].map(|()| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)));
    let (from, to) = (from?, to?);
    to.set_read_timeout(Some(PATIENCE))?;
    from.send_to(b"kadsim", to.local_addr()?)?;
    let mut buffer = [0; 16];
    let (length, source) = to.recv_from(&mut buffer)?;
    let is_it = &buffer[..length] == b"kadsim" && source == from.local_addr()?;
    if is_it { Ok(()) } else { Err(io::Error::other("another datagram came than was sent")) }
}

fn read(root: &Path, name: &str) -> Option<String> {
    std::fs::read_to_string(root.join(name)).ok()
}

/// A line of `/proc/meminfo`, in bytes.
fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let mut pairs = text.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    value.split_whitespace().next()?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1_024)
}

/// A folder with these files in it, in place of `/`.
#[cfg(test)]
pub(super) fn made_up(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("the system has room for a folder");
    for (name, text) in files {
        let path = root.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it lies in the root")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_as_the_kernel_writes_it() {
        let root = made_up(&[
            (
                "proc/meminfo",
                "MemTotal:       2048 kB\nMemAvailable:   1024 kB\nCommitLimit: 900 kB\nCommitted_AS: 400 kB\n",
            ),
            ("proc/sys/vm/overcommit_memory", "2\n"),
            ("sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n"),
        ]);
        let told = memory(root.path());
        assert_eq!((told.total, told.available), (Some(2 << 20), Some(1 << 20)));
        assert_eq!((told.overcommit, told.commit_room), (Overcommit::Never, Some(500 << 10)));
        assert_eq!(told.huge_pages, HugePages::Never);
        let root = made_up(&[("proc/sys/vm/overcommit_memory", "0\n")]);
        let told = memory(root.path());
        assert_eq!((told.total, told.commit_room), (None, None));
        assert_eq!(told.huge_pages, HugePages::Unknown);
    }

    #[test]
    fn a_folder_that_is_not_there_is_judged_by_the_one_above_it() {
        let root = made_up(&[("file", "")]);
        let told = disk(&root.path().join("a/b"));
        assert_eq!(told.existing.as_deref(), Some(root.path()));
        assert!(told.writable);
        let told = disk(&root.path().join("file"));
        assert!(!told.writable, "a file is no folder");
        if cfg!(unix) {
            assert!(told.free.is_some());
        }
    }

    #[test]
    fn this_machine_says_something_of_each() {
        let facts = examine(Path::new("output"));
        assert!(facts.cores.usable > 0);
        if cfg!(target_os = "linux") {
            let told = (facts.memory.total, facts.memory.available, facts.files.hard);
            assert!(matches!(told, (Some(1..), Some(1..), Some(1..))), "{told:?}");
            assert!(facts.cores.affinity.is_some_and(|cores| cores >= facts.cores.usable));
            assert_eq!(facts.udp.loopback_failure, None);
        }
        assert_eq!(open_sockets(10, 32), (10, None));
    }
}
