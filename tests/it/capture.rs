//! `kadsim run --pcap`: the packets of a run in a file that others read.

use crate::desk::{Desk, text};
use crate::worlds::{arguments, scenario};
use kadsim::engine::queue::QueueKind;
use kadsim::protocol::NodeIndex;
use kadsim::rng::Seed;
use kadsim::runner::capture::{Filter, address_of, id_of};
use kadsim::runner::{Observation, Observed, run_observed, settle};
use kadsim::time::Instant;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::process::Command;

/// Something of everything that nodes say, and some loss.
const WORLD: &str = r#"
name = "world"
seed = 3

[phases]
init = "20s"
transition = "20s"
measurement = "20s"

[nodes]
count = 60

[kademlia]
republish_interval = "30s"

[network.latency]
model = "uniform"
min = "10ms"
max = "90ms"

[network.loss]
rate = 0.02

[churn]
model = "lifetime"
lifetime_mean = "5m"
deadtime_mean = "1m"

[[workload]]
kind = "lookup"
rate = "2/min"

[[workload]]
kind = "put-get"
rate = "2/min"
record_size = "200 B"

[[workload]]
kind = "provide"
rate = "2/min"
"#;

/// Messages that nodes sent in the whole run, from the last line of the time series.
fn sent(desk: &Desk) -> u64 {
    let series = text(&desk.read("output/world-3/timeseries.csv"));
    let mut lines = series.lines();
    let names: Vec<&str> = lines.next().expect("a head").split(',').collect();
    let is_sent = |name: &str| name.starts_with("sent_");
    let lines = lines.map(|line| {
        let cells = line.split(',').zip(&names).filter(|(_, name)| is_sent(name));
        cells.map(|(cell, _)| cell.parse::<u64>().expect("a count")).sum::<u64>()
    });
    lines.sum()
}

/// A datagram bears the id of who sends it, also if that node has chosen its key.
#[test]
fn adversaries_are_called_by_the_keys_that_they_chose() {
    let attack = "attack=[{ kind = \"sybil\", count = 15, at = \"0s\" }]";
    let short = ["phases.init=0s", "phases.transition=2s", "phases.measurement=10s"];
    let settings = [attack, "nodes.bootstrap=warm", short[0], short[1], short[2]];
    let scenario = scenario(WORLD, &settings);
    let settled = settle(&scenario, Seed(scenario.seed));
    let node = |node| (address_of(node), (node, id_of(settled.key_of(node))));
    let ids: BTreeMap<_, _> = (0..60).map(NodeIndex).map(node).collect();
    let filter = Filter { nodes: None, from: Instant::ZERO, until: Instant::FAR_FUTURE };
    let mut chosen = 0;
    let arguments = arguments(&scenario, QueueKind::Bucketed, 1);
    run_observed(arguments, Some(&Observation::Datagrams(filter)), &mut |_, some| {
        for observed in some {
            let Observed::Datagram(datagram) = observed else { panic!("{observed:?}") };
            let (node, id) = &ids[&datagram.from];
            let mut parts = datagram.payload.windows(20);
            assert!(parts.any(|part| part == id.0), "{node}: {datagram:?}");
            chosen += u32::from(node.0 >= 45);
        }
        ControlFlow::Continue(())
    });
    assert!(chosen > 100, "{chosen} datagrams of adversaries");
}

#[test]
fn a_capture_holds_every_packet_whatever_the_threads_and_the_queue() {
    let desk = Desk::with(WORLD);
    let summary = desk.succeeds(&["run", "my.toml", "--pcap", "one.pcapng"]);
    assert!(summary.contains(&format!("{} packets in one.pcapng", sent(&desk))), "{summary}");
    let one = desk.read("one.pcapng");
    let others: [&[&str]; 2] = [&["--threads", "3"], &["--queue", "reference"]];
    for arguments in others {
        let command = ["run", "my.toml", "--quiet", "--pcap", "other.pcapng"];
        desk.succeeds(&[&command, arguments].concat());
        assert!(desk.read("other.pcapng") == one, "the same file with {arguments:?}");
    }
}

#[test]
fn a_sample_is_what_it_was_asked_for() {
    let desk = Desk::with(WORLD);
    let sample = ["--pcap", "some.pcapng", "--pcap-nodes", "3,50..55", "--pcap-from", "45s"];
    let summary = desk.succeeds(&[&["run", "my.toml"], &sample[..]].concat());
    let packets = summary.lines().last().expect("a last line").split_once(' ').expect("a number");
    let packets: u64 = packets.0.parse().expect("a number of packets");
    assert!((20..sent(&desk) / 3).contains(&packets), "{summary}");
}

#[test]
fn what_cannot_be_captured_is_told_before_the_run() {
    let desk = Desk::with(WORLD);
    let wrong: [(&[&str], &str); 8] = [
        (&["--pcap-nodes", "60"], "there is no node 60: the scenario's 60 nodes are 0..60"),
        (&["--pcap-nodes", "5..5"], "\"5..5\" is neither"),
        (&["--pcap-nodes", "1,x"], "\"x\" is neither"),
        (&["--pcap-from", "1m"], "from 0s to 1m"),
        (&["--pcap-from", "9s", "--pcap-until", "9s"], "the one comes before the other"),
        (&["--pcap-until", "soon"], "a length of time"),
        (&["--set", "workload.1.record_size=1 MiB"], "records of up to 65000 bytes"),
        (&["--pcap", "missing/a.pcapng"], "--pcap takes a file"),
    ];
    for (arguments, message) in wrong {
        let pcap: &[&str] = if arguments[0] == "--pcap" { &[] } else { &["--pcap", "a.pcapng"] };
        let said = desk.fails(&[&["run", "my.toml"], pcap, arguments].concat(), 2);
        assert!(said.contains(message), "{arguments:?}: {said}");
    }
    desk.fails(&["run", "my.toml", "--pcap-nodes", "1"], 2);
}

/// tshark finds BitTorrent's DHT in every packet, and no fault in any.
#[test]
fn others_read_what_was_captured() {
    let tshark = |file: &std::path::Path, filter: &str| {
        let mut command = Command::new("tshark");
        command.arg("-r").arg(file).args(["-Y", filter, "-T", "fields", "-e", "frame.number"]);
        command.args(["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]);
        command.output()
    };
    let desk = Desk::with(WORLD);
    let summary = desk.succeeds(&["run", "my.toml", "--pcap", "all.pcapng"]);
    let file = desk.path("all.pcapng");
    let count = |filter: &str| {
        let output = tshark(&file, filter).expect("tshark was there just now");
        assert!(output.status.success(), "{}", text(&output.stderr));
        output.stdout.iter().filter(|&&byte| byte == b'\n').count() as u64
    };
    if tshark(&file, "frame").is_err() {
        assert!(std::env::var_os("CI").is_none(), "where changes are tested, tshark is installed");
        eprintln!("skipped: there is no tshark here to read captures with");
        return;
    }
    let all = sent(&desk);
    assert!(summary.contains(&format!("{all} packets")), "{summary}");
    assert_eq!(count("frame"), all);
    assert_eq!(count("bt-dht"), all, "every packet is one of BitTorrent's DHT");
    assert_eq!(count("_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0"), 0);
    assert_eq!(count("ip.checksum.status == 1 && udp.checksum.status == 1"), all);
    assert!(count("bt-dht.bencoded.string contains \"announce_peer\"") > 0);
    assert!(count("frame.time_epoch > 59 && frame.time_epoch < 60") > 0, "virtual time");
    assert_eq!(count("frame.time_epoch >= 60"), 0, "virtual time");
}
