//! The limits of control groups, of version 1 and 2.
//!
//! A process is in one group of each hierarchy, and the limits of all groups above hold as well.

use super::facts::GroupMemory;
use std::path::{Path, PathBuf};

/// A limit of version 1 that is none: the most pages that the kernel can count.
const NO_LIMIT: u64 = 1 << 62;

/// The groups of this process in one hierarchy.
#[derive(Debug)]
struct Groups {
    version: Version,
    /// Its own group and those above it, up to the top.
    folders: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// The tightest limit of memory; `None` if there is none.
pub fn memory(root: &Path) -> Option<GroupMemory> {
    let limits = hierarchies(root, "memory").into_iter().flat_map(|groups| {
        let (limit, usage, cache) = match groups.version {
            Version::One => {
                ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            }
            Version::Two => ("memory.max", "memory.current", "inactive_file"),
        };
        groups.folders.into_iter().filter_map(move |folder| {
            let limit = number(&folder.join(limit)).filter(|limit| *limit < NO_LIMIT)?;
            let usage = number(&folder.join(usage)).unwrap_or(0);
            let cached = named(&folder.join("memory.stat"), cache).unwrap_or(0);
            Some(GroupMemory { limit, used: usage.saturating_sub(cached) })
        })
    });
    limits.min_by_key(|group| group.room())
}

/// The tightest limit of processor time, in cores; `None` if there is none.
pub fn cores(root: &Path) -> Option<f64> {
    let limits = hierarchies(root, "cpu").into_iter().flat_map(|groups| {
        groups.folders.into_iter().filter_map(move |folder| {
            let (quota, period) = match groups.version {
                Version::One => (
                    number(&folder.join("cpu.cfs_quota_us"))?,
                    number(&folder.join("cpu.cfs_period_us"))?,
                ),
                Version::Two => {
                    let text = read(&folder.join("cpu.max"))?;
                    let mut words = text.split_whitespace();
                    (words.next()?.parse().ok()?, words.next()?.parse().ok()?)
                }
            };
            (period > 0).then(|| quota as f64 / period as f64)
        })
    });
    limits.min_by(f64::total_cmp)
}

/// The groups of this process in which `controller` may be limited.
fn hierarchies(root: &Path, controller: &str) -> Vec<Groups> {
    let text = read(&root.join("proc/self/cgroup")).unwrap_or_default();
    let lines = text.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':');
        let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
        let mounted = root.join("sys/fs/cgroup");
        if controllers.is_empty() {
            let two = if mounted.join("unified").is_dir() { "unified" } else { "" };
            return Some(groups(Version::Two, &mounted.join(two), path));
        }
        let is_it = controllers.split(',').any(|name| name == controller);
        is_it.then(|| groups(Version::One, &mounted.join(controller), path))
    });
    lines.collect()
}

/// A group and those above it. In a container the path may be that of the host, which is not to be
/// seen here: then the top is the container's own group.
fn groups(version: Version, top: &Path, path: &str) -> Groups {
    let own = top.join(path.trim_start_matches('/'));
    let folders = own.ancestors().take_while(|folder| folder.starts_with(top));
    let folders = folders.filter(|folder| folder.is_dir()).map(Path::to_owned);
    Groups { version, folders: folders.collect() }
}

fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

fn number(path: &Path) -> Option<u64> {
    read(path)?.trim().parse().ok()
}

/// The number behind a name, in a file of names and numbers.
fn named(path: &Path, name: &str) -> Option<u64> {
    let text = read(path)?;
    let mut pairs = text.lines().filter_map(|line| line.split_once(' '));
    pairs.find(|(key, _)| *key == name)?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::system::made_up;

    #[test]
    fn the_tightest_group_of_version_two_counts_and_cached_files_make_room() {
        let root = made_up(&[
            ("proc/self/cgroup", "0::/outer/inner\n"),
            ("sys/fs/cgroup/outer/memory.max", "2000\n"),
            ("sys/fs/cgroup/outer/memory.current", "1500\n"),
            ("sys/fs/cgroup/outer/memory.stat", "anon 900\ninactive_file 600\n"),
            ("sys/fs/cgroup/outer/inner/memory.max", "max\n"),
            ("sys/fs/cgroup/outer/inner/cpu.max", "150000 100000\n"),
            ("sys/fs/cgroup/outer/cpu.max", "max 100000\n"),
        ]);
        assert_eq!(memory(root.path()), Some(GroupMemory { limit: 2_000, used: 900 }));
        assert_eq!(memory(root.path()).unwrap().room(), 1_100);
        assert_eq!(cores(root.path()), Some(1.5));
    }

    #[test]
    fn version_one_has_a_number_for_no_limit_and_hides_the_path_of_the_host() {
        let root = made_up(&[
            ("proc/self/cgroup", "4:memory:/of/the/host\n1:cpu,cpuacct:/\n0::/\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
            ("sys/fs/cgroup/memory/memory.usage_in_bytes", "10\n"),
            ("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"),
            ("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"),
        ]);
        assert_eq!((memory(root.path()), cores(root.path())), (None, None));
        let write = |name: &str, text: &str| {
            std::fs::write(root.path().join("sys/fs/cgroup").join(name), text).unwrap();
        };
        write("memory/memory.limit_in_bytes", "4096\n");
        write("cpu/cpu.cfs_quota_us", "50000\n");
        assert_eq!(memory(root.path()), Some(GroupMemory { limit: 4_096, used: 10 }));
        assert_eq!(cores(root.path()), Some(0.5));
    }
}
