//! What runs need: the figures by which a machine is judged, each with where it comes from.
//!
//! They are measured, with every workload at most one of lookups, and lie above what was measured.
//! `tests/it/doctor.rs` runs small networks and compares.

use crate::kademlia::params::Params;
use crate::scenario::MOST_NODES;
use serde::Serialize;

/// Memory of a run whatever its size: the program, histograms, the time series, rows of operations, and
/// what each thread's heap has begun. `kadsim run scenarios/speed.toml` peaks at 24 to 28 MiB with 1,000
/// nodes; networks of 10,000 vary by 10 MiB from run to run.
pub const RUN_BYTES: u64 = 48 << 20;

/// Memory of a node beside its contacts: its place and state, its lines in the lists of a run, and what
/// the allocator rounds up. `docs/speed.md`, "What a node costs", and networks of 100,000 that look up
/// hardly anything (`--set workload.0.rate=0.001/s`).
pub const NODE_BYTES: u64 = 700;

/// Memory of a contact with its share of the replacements, and the table's room to grow: 6 bytes, and 4
/// for each replacement (`docs/speed.md`).
pub const CONTACT_BYTES: u64 = 8;

/// What a node has under way that looks up two keys a second without pause: some three lookups with
/// their candidates, requests and messages. `--set workload.0.rate=2/s` on 10,000 nodes takes 8.9 KiB
/// a node more than an idle network.
pub const BUSY_BYTES: u64 = 9_600;

/// Memory of a node on a socket, in this process and in the kernel, without datagrams that wait to be
/// read. `kadsim run scenarios/validate-200.toml --transport udp` takes 24 KiB a node at 1,000 and 18 KiB
/// at 3,000, of which the nodes beyond the first thousand take 15 KiB; beside that a socket that is waited for
/// takes 2.6 KiB of the kernel's slabs, by their growth while 15,000 are open.
pub const SOCKET_BYTES: u64 = 24 << 10;

/// Messages that the thread of a run on sockets sends and receives in a second of processor time: the
/// same runs, 31,000 and 47,000.
pub const SOCKET_MESSAGES: u64 = 30_000;

/// What a folder of results takes: `kadsim run scenarios/speed.toml` writes rows of operations
/// of 74 bytes, up to the default limit of 7.4 MB; time series, plots and records come on top.
pub const FOLDER_BYTES: u64 = 32 << 20;

/// Of what is available, this share in percent is left to others, and to what runs take that is not in
/// these figures.
pub const LEFT_PERCENT: u64 = 10;

/// How much nodes do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Load {
    /// Hardly anything: now and then a lookup.
    Idle,
    /// Two lookups a second of each node, without pause.
    Busy,
}

/// Contacts in the table of a node, in a network of so many whose buckets have room for `k`: the
/// buckets that are full, and what the others come to. 334 at a million nodes and k = 20.
pub fn contacts(nodes: u64, k: u64) -> u64 {
    let others = nodes.saturating_sub(1);
    if others <= k {
        return others;
    }
    let full = libm::log2(nodes as f64 / k as f64);
    others.min((k as f64 * (full + 1.5)) as u64)
}

/// Memory of a simulation of so many nodes, in bytes.
pub fn simulation(nodes: u64, k: u64, load: Load) -> u64 {
    let busy = if load == Load::Busy { BUSY_BYTES } else { 0 };
    let node = NODE_BYTES + CONTACT_BYTES * contacts(nodes, k) + busy;
    RUN_BYTES.saturating_add(nodes.saturating_mul(node))
}

/// Memory of so many nodes on sockets, in bytes.
pub fn sockets(nodes: u64) -> u64 {
    RUN_BYTES.saturating_add(nodes.saturating_mul(SOCKET_BYTES))
}

/// The most nodes whose simulation fits into so many bytes; none if not even the program does.
pub fn most_simulated(bytes: u64, k: u64, load: Load) -> u64 {
    largest(MOST_NODES, |nodes| simulation(nodes, k, load) <= bytes)
}

/// The most nodes on sockets that fit into so many bytes.
pub fn most_on_sockets(bytes: u64) -> u64 {
    bytes.saturating_sub(RUN_BYTES) / SOCKET_BYTES
}

/// The largest number up to `most` that fits, where what is smaller fits as well.
fn largest(most: u64, fits: impl Fn(u64) -> bool) -> u64 {
    let (mut fitting, mut too_many) = (0, most + 1);
    while too_many - fitting > 1 {
        let middle = fitting + (too_many - fitting) / 2;
        if fits(middle) { fitting = middle } else { too_many = middle }
    }
    fitting
}

/// The `k` that a question is about if it names none.
pub fn usual_k() -> u64 {
    Params::paper().k as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_as_large_as_documented() {
        let near = |nodes, k, contacted: u64| {
            let expected = contacts(nodes, k);
            assert!(expected.abs_diff(contacted) * 20 <= contacted, "{expected} at {nodes}, {k}");
        };
        near(1_000_000, 20, 335);
        assert_eq!(contacts(1, 20), 0);
        assert_eq!(contacts(21, 20), 20, "everyone knows everyone");
        assert!(contacts(30, 20) <= 29);
    }

    /// Figures of `docs/speed.md`: a network of nodes that look up now and then lies between the two.
    #[test]
    fn published_figures_lie_between_idle_and_busy() {
        for (nodes, k, bytes_per_node) in
            [(100_000, 20, 3_470), (1_000_000, 20, 3_520), (10_000, 16, 10_650)]
        {
            let busy = simulation(nodes, k, Load::Busy) - RUN_BYTES;
            assert!(bytes_per_node * nodes <= busy, "{nodes} nodes, k = {k}");
        }
        // The largest run there is: 15.9 GiB in all.
        let most = 17.2e9;
        let idle = simulation(10_000_000, 8, Load::Idle) as f64;
        assert!((most..1.6 * most).contains(&idle), "{idle}");
    }

    #[test]
    fn the_figures_are_documented() {
        let page = include_str!("../../docs/doctor.md");
        for (name, bytes) in [
            ("a run, whatever its size", RUN_BYTES),
            ("a simulated node, contacts not counted", NODE_BYTES),
            ("a contact, with its share of replacements", CONTACT_BYTES),
            ("what a busy node has under way: two lookups a second, without pause", BUSY_BYTES),
            ("a node on sockets, with what the kernel keeps", SOCKET_BYTES),
            ("a folder of results", FOLDER_BYTES),
        ] {
            let row = format!("| {name} | {bytes} |");
            assert!(page.contains(&row), "docs/doctor.md does not say: {row}");
        }
    }

    #[test]
    fn what_fits_is_the_most_that_fits() {
        for bytes in [0, RUN_BYTES, RUN_BYTES + 5_000, 1 << 30, 1 << 34] {
            for (k, load) in [(8, Load::Idle), (20, Load::Busy)] {
                let most = most_simulated(bytes, k, load);
                assert!(most == 0 || simulation(most, k, load) <= bytes);
                assert!(simulation(most + 1, k, load) > bytes, "{most} of {bytes}");
            }
            let most = most_on_sockets(bytes);
            assert!(most == 0 || sockets(most) <= bytes);
            assert!(sockets(most + 1) > bytes);
        }
        assert_eq!(most_simulated(u64::MAX, 20, Load::Idle), MOST_NODES);
        assert!(simulation(u64::MAX, 20, Load::Busy) == u64::MAX, "too many to count");
    }
}
