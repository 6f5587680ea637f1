//! What a machine with these facts can run, and what stands in the way.

use super::facts::{Facts, GroupMemory, HugePages, Overcommit};
use super::needs::{self, Load};
use super::{Diagnosis, Finding, Question, Severity, SimulationSize, Subject, UdpSize};
use crate::report::text::{bytes, grouped};
use crate::runner::OTHER_FILES;
use crate::scenario::{Choice, MOST_NODES, Preset};
use std::collections::BTreeMap;

/// Below this much room a run of a usual size does not fit beside what it writes.
const LITTLE_MEMORY: u64 = needs::RUN_BYTES;

/// A simulation from this size on is slower without huge pages by what `docs/speed.md` says.
const NODES_FOR_HUGE_PAGES: u64 = 100_000;

/// Judges. `question` is what the user wants to know beside the rest.
pub fn judge(facts: Facts, question: &Question) -> Diagnosis {
    let memory = room(&facts);
    let simulation = memory.map(sizes).unwrap_or_default();
    let udp = udp(&facts, memory);
    let mut findings = Vec::new();
    cores(&facts, &mut findings);
    memory_findings(&facts, memory, &mut findings);
    disk(&facts, &mut findings);
    sockets(&facts, &udp, question, &mut findings);
    if let Some(nodes) = question.nodes {
        findings.push(simulated(nodes, question.k, memory));
    }
    if let Some(nodes) = question.udp_nodes {
        findings.push(on_sockets(nodes, &udp));
    }
    // What stands in the way comes first; the order is otherwise that of the facts.
    findings.sort_by_key(|finding| finding.severity);
    Diagnosis { facts, usable_memory: memory, simulation, sockets: udp, findings }
}

/// Memory that a run may take: the tightest of the limits, less what is left to others.
fn room(facts: &Facts) -> Option<u64> {
    let memory = &facts.memory;
    let group = memory.group.map(GroupMemory::room);
    let limits =
        [memory.available.or(memory.total), group, memory.address_space, memory.commit_room];
    let tightest = limits.into_iter().flatten().min()?;
    Some(tightest / 100 * (100 - needs::LEFT_PERCENT))
}

/// The largest simulations, for each `k` that a preset has.
fn sizes(memory: u64) -> Vec<SimulationSize> {
    let mut presets: BTreeMap<u64, Vec<&'static str>> = BTreeMap::new();
    for (word, preset) in Preset::WORDS {
        presets.entry(preset.params().k as u64).or_default().push(word);
    }
    let size = |(k, presets)| SimulationSize {
        k,
        presets,
        idle: needs::most_simulated(memory, k, Load::Idle),
        busy: needs::most_simulated(memory, k, Load::Busy),
    };
    presets.into_iter().rev().map(size).collect()
}

/// The largest run on sockets, and what limits it.
fn udp(facts: &Facts, memory: Option<u64>) -> UdpSize {
    if facts.udp.loopback_failure.is_some() {
        return UdpSize { nodes: Some(0), limit: Some(Subject::Loopback) };
    }
    let less = |files: u64| files.saturating_sub(OTHER_FILES);
    let limits = [
        (facts.files.hard.map(less), Subject::OpenFiles),
        (facts.files.system_room.map(less), Subject::SystemFiles),
        (facts.udp.ports, Subject::Ports),
        (facts.udp.watches.map(less), Subject::Watches),
        (memory.map(needs::most_on_sockets), Subject::Memory),
    ];
    let known = limits.into_iter().filter_map(|(nodes, limit)| nodes.map(|nodes| (nodes, limit)));
    match known.min_by_key(|(nodes, _)| *nodes) {
        Some((nodes, limit)) => UdpSize { nodes: Some(nodes), limit: Some(limit) },
        None => UdpSize { nodes: None, limit: None },
    }
}

fn finding(severity: Severity, about: Subject, what: String, advice: &str) -> Finding {
    Finding { severity, about, what, advice: advice.to_owned() }
}

fn cores(facts: &Facts, findings: &mut Vec<Finding>) {
    let cores = &facts.cores;
    let Some(online) = cores.online.filter(|&online| online > cores.usable) else { return };
    let by = match cores.quota {
        Some(quota) if quota < cores.affinity.unwrap_or(online) as f64 => "a control group's quota",
        _ => "the affinity of this process",
    };
    let what = format!("{} of {online} cores may be used: {by} forbids the others", cores.usable);
    let advice = format!("take --threads and --jobs of up to {}, or lift the limit", cores.usable);
    findings.push(finding(Severity::Note, Subject::Cores, what, &advice));
}

fn memory_findings(facts: &Facts, memory: Option<u64>, findings: &mut Vec<Finding>) {
    let told = &facts.memory;
    let Some(room) = memory else {
        let what = "the system does not say how much memory there is".to_owned();
        let advice = "run small scenarios first and look at peak_memory_bytes in performance.json";
        findings.push(finding(Severity::Note, Subject::Memory, what, advice));
        return;
    };
    if room < LITTLE_MEMORY {
        let what = format!(
            "{} of memory may be used, and a run of any size takes {}",
            bytes(room as f64),
            bytes(needs::RUN_BYTES as f64)
        );
        let advice = "end other programs, or raise the limit of the control group or of ulimit -v";
        findings.push(finding(Severity::Obstacle, Subject::Memory, what, advice));
    }
    if told.overcommit == Overcommit::Never {
        let what =
            "the system promises no memory that is not there (vm.overcommit_memory = 2), and \
                    the allocator reserves more than it uses"
                .to_owned();
        let advice = "set vm.overcommit_memory to 0 for large simulations";
        findings.push(finding(Severity::Warning, Subject::Memory, what, advice));
    }
    if let Some(limit) = told.address_space {
        let what = format!(
            "this process may have {} of address space, of which the allocator reserves more than it \
             uses",
            bytes(limit as f64)
        );
        let advice = "lift it for large simulations (ulimit -v unlimited)";
        findings.push(finding(Severity::Warning, Subject::Memory, what, advice));
    }
    let is_large =
        needs::most_simulated(room, needs::usual_k(), Load::Idle) >= NODES_FOR_HUGE_PAGES;
    if told.huge_pages == HugePages::Never && is_large {
        let what = format!(
            "the system lays nothing on huge pages: simulations of {} nodes and more are slower",
            grouped(NODES_FOR_HUGE_PAGES)
        );
        let advice = "write madvise to /sys/kernel/mm/transparent_hugepage/enabled";
        findings.push(finding(Severity::Warning, Subject::HugePages, what, advice));
    }
}

fn disk(facts: &Facts, findings: &mut Vec<Finding>) {
    let disk = &facts.disk;
    let folder = disk.folder.display();
    if !disk.writable {
        let at = disk.existing.as_deref().unwrap_or(&disk.folder).display();
        let what = format!("no folder of results can be made in {folder}: {at} cannot be written");
        let advice = "give --out a folder in which files can be made";
        findings.push(finding(Severity::Obstacle, Subject::Disk, what, advice));
    } else if let Some(free) = disk.free.filter(|&free| free < needs::FOLDER_BYTES) {
        let what = format!(
            "{} are free for {folder}, and the folder of a run takes up to {}",
            bytes(free as f64),
            bytes(needs::FOLDER_BYTES as f64)
        );
        let advice = "make room, give --out another disk, or lower output.operations_limit";
        findings.push(finding(Severity::Obstacle, Subject::Disk, what, advice));
    }
}

fn sockets(facts: &Facts, udp: &UdpSize, question: &Question, findings: &mut Vec<Finding>) {
    if let Some(failure) = &facts.udp.loopback_failure {
        let severity = match question.udp_nodes {
            Some(_) => Severity::Obstacle,
            None => Severity::Warning,
        };
        let what = format!("no datagram goes over 127.0.0.1: {failure}");
        let advice = "bring up the loopback and let UDP through; runs in virtual time need neither";
        findings.push(finding(severity, Subject::Loopback, what, advice));
        return;
    }
    if let (Some(soft), Some(hard)) = (facts.files.soft, facts.files.hard)
        && soft < hard
        && udp.nodes.is_some_and(|nodes| nodes + OTHER_FILES > soft)
    {
        let what = format!(
            "{} files may be open now, and up to {}: runs on sockets raise it themselves",
            grouped(soft),
            grouped(hard)
        );
        let advice = "nothing is to be done for kadsim; for other programs ulimit -n raises it";
        findings.push(finding(Severity::Note, Subject::OpenFiles, what, advice));
    }
}

/// Whether a simulation of so many nodes fits.
fn simulated(nodes: u64, k: u64, memory: Option<u64>) -> Finding {
    let [idle, busy] = [Load::Idle, Load::Busy].map(|load| needs::simulation(nodes, k, load));
    let takes = format!(
        "a simulation of {} nodes with k = {k} takes {} idle and {} busy",
        grouped(nodes),
        bytes(idle as f64),
        bytes(busy as f64)
    );
    if nodes > MOST_NODES {
        let what =
            format!("a scenario has at most {} nodes, not {}", grouped(MOST_NODES), grouped(nodes));
        return finding(Severity::Obstacle, Subject::Memory, what, "take fewer nodes");
    }
    let Some(room) = memory else {
        let advice = "compare that with the memory of this machine, which it does not tell";
        return finding(Severity::Note, Subject::Memory, takes, advice);
    };
    let may = bytes(room as f64);
    if idle > room {
        let most = grouped(needs::most_simulated(room, k, Load::Idle));
        let advice = format!("take up to {most} nodes, a smaller kademlia.k, or more memory");
        let what = format!("{takes}, and {may} may be used");
        return finding(Severity::Obstacle, Subject::Memory, what, &advice);
    }
    if busy > room {
        let most = grouped(needs::most_simulated(room, k, Load::Busy));
        let advice = format!("keep workloads low, or take up to {most} nodes");
        let what = format!("{takes}: {may} may be used, which does for the first");
        return finding(Severity::Warning, Subject::Memory, what, &advice);
    }
    let what = format!("{takes}: it fits into the {may} that may be used");
    finding(Severity::Note, Subject::Memory, what, "run it")
}

/// Whether a run of so many nodes on sockets fits.
fn on_sockets(nodes: u64, udp: &UdpSize) -> Finding {
    let many = grouped(nodes);
    let (Some(most), Some(limit)) = (udp.nodes, udp.limit) else {
        let what = format!("the system does not say whether {many} nodes on sockets fit");
        return finding(
            Severity::Note,
            Subject::OpenFiles,
            what,
            "run it: what is missing is named",
        );
    };
    if nodes > most {
        let what = format!(
            "{many} nodes on sockets do not fit, at most {} do: the limit is {}",
            grouped(most),
            limit.name()
        );
        return finding(Severity::Obstacle, limit, what, limit.remedy());
    }
    let takes = bytes(needs::sockets(nodes) as f64);
    let what = format!("{many} nodes on sockets fit, with {takes} of memory and a file for each");
    let advice = format!(
        "keep to about {} messages a second, as one thread carries them, and look at lateness_micros in \
         performance.json",
        grouped(needs::SOCKET_MESSAGES)
    );
    finding(Severity::Note, limit, what, &advice)
}

#[cfg(test)]
mod tests {
    use super::super::facts::{Cores, Disk, Files, Memory, Udp};
    use super::*;

    const GIB: u64 = 1 << 30;

    /// A machine on which everything is in order.
    fn sound() -> Facts {
        Facts {
            cores: Cores { online: Some(4), affinity: Some(4), quota: None, usable: 4 },
            memory: Memory {
                total: Some(16 * GIB),
                available: Some(10 * GIB),
                huge_pages: HugePages::Madvise,
                overcommit: Overcommit::Heuristic,
                ..Memory::default()
            },
            files: Files { soft: Some(1_024), hard: Some(20_032), system_room: Some(1_000_000) },
            disk: Disk { free: Some(GIB), writable: true, ..Disk::default() },
            udp: Udp { loopback_failure: None, ports: Some(28_232), watches: Some(1_000_000) },
        }
    }

    fn asked(facts: Facts, nodes: Option<u64>, udp_nodes: Option<u64>) -> Diagnosis {
        judge(facts, &Question { nodes, k: 20, udp_nodes })
    }

    fn about(diagnosis: &Diagnosis, severity: Severity) -> Vec<Subject> {
        let grave = diagnosis.findings.iter().filter(|finding| finding.severity == severity);
        grave.map(|finding| finding.about).collect()
    }

    #[test]
    fn a_sound_machine_has_no_warning() {
        let diagnosis = asked(sound(), None, None);
        assert!(!diagnosis.is_obstructed());
        assert_eq!(about(&diagnosis, Severity::Warning), []);
        assert_eq!(diagnosis.usable_memory, Some(10 * GIB / 100 * 90));
        let sizes: Vec<_> = diagnosis.simulation.iter().map(|size| (size.k, size.idle)).collect();
        assert!(matches!(sizes[..], [(20, large), (8, larger)] if large < larger), "{sizes:?}");
        assert_eq!(
            (diagnosis.sockets.nodes, diagnosis.sockets.limit),
            (Some(20_000), Some(Subject::OpenFiles))
        );
    }

    #[test]
    fn the_tightest_limit_of_memory_counts() {
        let with = |change: fn(&mut Memory)| {
            let mut facts = sound();
            change(&mut facts.memory);
            asked(facts, None, None)
        };
        let group = with(|memory| memory.group = Some(GroupMemory { limit: 3 * GIB, used: GIB }));
        assert_eq!(group.usable_memory, Some(2 * GIB / 100 * 90));
        let space = with(|memory| memory.address_space = Some(GIB));
        assert_eq!(space.usable_memory, Some(GIB / 100 * 90));
        assert_eq!(about(&space, Severity::Warning), [Subject::Memory]);
        let none = with(|memory| memory.available = Some(needs::RUN_BYTES));
        assert_eq!(
            about(&none, Severity::Obstacle),
            [Subject::Memory],
            "a tenth is left to others"
        );
        let unknown = with(|memory| *memory = Memory::default());
        assert!(!unknown.is_obstructed() && unknown.simulation.is_empty());
        let small = with(|memory| memory.huge_pages = HugePages::Never);
        assert_eq!(about(&small, Severity::Warning), [Subject::HugePages]);
        let strict = with(|memory| memory.overcommit = Overcommit::Never);
        assert_eq!(about(&strict, Severity::Warning), [Subject::Memory]);
    }

    #[test]
    fn a_number_of_nodes_fits_up_to_its_border() {
        let [idle, busy] = {
            let size = &asked(sound(), None, None).simulation[0];
            [size.idle, size.busy]
        };
        let answer = |nodes| asked(sound(), Some(nodes), None).findings[0].severity;
        assert_eq!([busy, busy + 1].map(answer), [Severity::Note, Severity::Warning]);
        assert_eq!([idle, idle + 1].map(answer), [Severity::Warning, Severity::Obstacle]);
        assert_eq!(answer(MOST_NODES + 1), Severity::Obstacle);
        let on_sockets = |nodes| asked(sound(), None, Some(nodes)).is_obstructed();
        assert!(!on_sockets(20_000) && on_sockets(20_001));
    }

    #[test]
    fn each_limit_of_sockets_is_named() {
        let limit = |change: fn(&mut Facts)| {
            let mut facts = sound();
            change(&mut facts);
            let sockets = asked(facts, None, None).sockets;
            (sockets.nodes.expect("something limits"), sockets.limit.expect("it has a name"))
        };
        assert_eq!(limit(|facts| facts.udp.ports = Some(500)), (500, Subject::Ports));
        assert_eq!(limit(|facts| facts.udp.watches = Some(132)), (100, Subject::Watches));
        let full = limit(|facts| facts.files.system_room = Some(10));
        assert_eq!(full, (0, Subject::SystemFiles));
        let (nodes, memory) = limit(|facts| facts.memory.available = Some(GIB / 8));
        assert!(memory == Subject::Memory && nodes < 5_000, "{nodes}");
    }

    #[test]
    fn a_host_without_loopback_is_in_the_way_of_who_wants_it() {
        let mut facts = sound();
        facts.udp.loopback_failure = Some("network is unreachable".to_owned());
        let without = asked(facts.clone(), Some(100), None);
        assert!(!without.is_obstructed(), "runs in virtual time do not need it");
        assert_eq!(about(&without, Severity::Warning), [Subject::Loopback]);
        let with = asked(facts, None, Some(1));
        assert_eq!(about(&with, Severity::Obstacle), [Subject::Loopback, Subject::Loopback]);
    }

    #[test]
    fn a_disk_that_is_full_or_read_only_is_in_the_way() {
        let mut facts = sound();
        facts.disk.free = Some(needs::FOLDER_BYTES - 1);
        assert_eq!(about(&asked(facts.clone(), None, None), Severity::Obstacle), [Subject::Disk]);
        facts.disk = Disk { free: Some(GIB), writable: false, ..Disk::default() };
        assert_eq!(about(&asked(facts, None, None), Severity::Obstacle), [Subject::Disk]);
    }

    #[test]
    fn cores_that_are_forbidden_are_named() {
        let mut facts = sound();
        facts.cores = Cores { online: Some(8), affinity: Some(8), quota: Some(2.0), usable: 2 };
        let what = |facts: &Facts| asked(facts.clone(), None, None).findings[0].what.clone();
        assert!(what(&facts).contains("2 of 8 cores") && what(&facts).contains("quota"));
        facts.cores = Cores { online: Some(8), affinity: Some(2), quota: None, usable: 2 };
        assert!(what(&facts).contains("affinity"));
    }
}
