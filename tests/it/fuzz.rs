//! Random scenarios: each runs, repeats with the other queue and several threads, and again from
//! its own text.
//!
//! A scenario follows from its number. For more of them than a test run has time for:
//! `KADSIM_FUZZ_SEEDS=1000..2000 cargo test --release --test it fuzz`

use crate::determinism::difference;
use crate::worlds::{arguments, run_with};
use kadsim::engine::queue::QueueKind;
use kadsim::graph::config::TOPOLOGIES;
use kadsim::network::DropReason;
use kadsim::rng::{Purpose, Seed, Stream};
use kadsim::runner::RunArguments;
use kadsim::runner::result::RunOutput;
use kadsim::scenario::Scenario;
use rand::{Rng, RngExt};
use std::fmt::Write;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

const PARTITION: usize = DropReason::Partition.index();

/// Scenarios of an ordinary test run.
const SEEDS: Range<u64> = 0..40;

/// The seeds that the user asks for, or those of an ordinary test run.
fn seeds() -> Range<u64> {
    let Ok(text) = std::env::var("KADSIM_FUZZ_SEEDS") else { return SEEDS };
    let bounds = text
        .split_once("..")
        .and_then(|(from, to)| Some(from.trim().parse().ok()?..to.trim().parse().ok()?));
    bounds.unwrap_or_else(|| panic!("KADSIM_FUZZ_SEEDS is {text}, not a range such as 17..18"))
}

/// A scenario under construction.
struct Draft {
    draws: Stream,
    text: String,
}

impl Draft {
    fn whole(&mut self, range: std::ops::RangeInclusive<u64>) -> u64 {
        self.draws.random_range(range)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.whole(1..=100) <= percent
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.draws.random_range(0..words.len())]
    }

    fn line(&mut self, line: &str) {
        writeln!(self.text, "{line}").expect("a text takes all");
    }

    /// `key = "..."`, one of these words.
    fn word(&mut self, key: &str, words: &[&str]) {
        let word = self.pick(words);
        self.line(&format!("{key} = \"{word}\""));
    }

    fn switch(&mut self, key: &str) {
        let way = self.pick(&["true", "false"]);
        self.line(&format!("{key} = {way}"));
    }

    /// `key = "...ms"`, from milliseconds; long lengths are as likely as short ones.
    fn length(&mut self, key: &str, range: std::ops::RangeInclusive<u64>) {
        let octaves = (range.end() / range.start().max(&1)).ilog2();
        let scale = 1 << self.whole(0..=u64::from(octaves));
        let length = self.whole(*range.start()..=(range.start().max(&1) * scale).min(*range.end()));
        self.line(&format!("{key} = \"{length}ms\""));
    }

    fn number(&mut self, key: &str, range: std::ops::RangeInclusive<u64>) {
        let number = self.whole(range);
        self.line(&format!("{key} = {number}"));
    }

    /// `key = 0.xyz`, within `range` thousandths.
    fn share(&mut self, key: &str, range: std::ops::RangeInclusive<u64>) {
        let share = self.whole(range);
        self.line(&format!("{key} = {}.{:03}", share / 1_000, share % 1_000));
    }
}

/// The scenario of this number, as a file.
fn text(seed: u64) -> String {
    let draws = Stream::new(Seed(seed), Purpose::Test, 0xf0_22);
    let mut draft = Draft { draws, text: String::new() };
    let number = draft.draws.next_u64();
    draft.line(&format!("name = \"fuzz {seed}\"\nseed = \"{number}\""));
    draft.line("[phases]");
    draft.length("init", 0..=60_000);
    draft.length("transition", 1..=60_000);
    draft.length("measurement", 1_000..=240_000);
    nodes(&mut draft);
    kademlia(&mut draft);
    network(&mut draft);
    churn(&mut draft);
    for _ in 0..draft.whole(0..=3) {
        workload(&mut draft);
    }
    draft.line("[checker]");
    draft.share("lookups", 0..=1_000);
    draft.share("tables", 0..=1_000);
    draft.line("[output]\nplots = []");
    draft.length("sample_interval", 100..=100_000);
    draft.number("operations_limit", 0..=2_000);
    // The last key drawn, so that the scenarios of the numbers stay otherwise as they were.
    for snapshot in 0..draft.whole(0..=3).saturating_sub(1) {
        draft.line("[[snapshot]]");
        draft.length("at", 1_000 * snapshot..=1_000 * snapshot + 999);
    }
    attacks(&mut draft);
    for _ in 0..draft.whole(0..=6).saturating_sub(2) {
        fault(&mut draft);
    }
    with_defences(with_other_churn(draft.text, seed), seed)
}

/// The scenario with limits of address groups and siblings, from draws of their own.
fn with_defences(text: String, seed: u64) -> String {
    let draws = Stream::new(Seed(seed), Purpose::Test, 0xd1_5e);
    let mut draft = Draft { draws, text: String::new() };
    let mut keys: &[(&str, u64)] = &[("store_group_limit", 8), ("siblings", 40)];
    let text = if draft.chance(50) {
        keys = &[
            ("bucket_group_limit", 4),
            ("table_group_limit", 12),
            ("store_group_limit", 8),
            ("siblings", 40),
        ];
        let groups = draft.whole(1..=20);
        let text =
            text.replacen("\ncount = ", &format!("\naddress_groups = {groups}\ncount = "), 1);
        let groups = draft.whole(0..=3);
        text.replace("[[attack]]", &format!("[[attack]]\naddress_groups = {groups}"))
    } else {
        text
    };
    for &(key, most) in keys {
        if draft.chance(50) {
            draft.number(key, 1..=most);
        }
    }
    text.replacen("[kademlia]\n", &format!("[kademlia]\n{}", draft.text), 1)
}

/// The scenario with more of churn than [`churn`] draws, from draws of their own, so that the
/// scenarios of the numbers stay otherwise as they were: another model, a time of day, a preset, a
/// class of its own.
fn with_other_churn(text: String, seed: u64) -> String {
    let draws = Stream::new(Seed(seed), Purpose::Test, 0xc4_12);
    let mut draft = Draft { draws, text: String::new() };
    let has_lifetimes = text.contains("[churn]\n");
    let choice = draft.whole(0..=9);
    match choice {
        0 if !has_lifetimes => {
            draft.line("[churn]\nmodel = \"pareto\"");
            draft.length("lifetime_mean", 1_000..=600_000);
            draft.length("deadtime_mean", 1_000..=600_000);
        }
        1 | 2 if !has_lifetimes => {
            draft.line("[churn]\nmodel = \"random\"");
            draft.share("online_share", 0..=1_000);
            for key in ["join_rate", "leave_rate", "migration_rate"] {
                let rate = draft.whole(1..=120);
                draft.line(&format!("{key} = \"{rate}/min\""));
            }
            return text + &draft.text;
        }
        3 if !has_lifetimes => {
            let presets = ["kad-2007", "bittorrent-debian", "ipfs-2022"];
            draft.line("[churn]");
            draft.word("preset", &presets);
            draft.length("lifetime_mean", 1_000..=600_000);
            draft.length("deadtime_mean", 1_000..=600_000);
        }
        _ => {}
    }
    if (has_lifetimes || choice == 0 || choice == 3) && draft.chance(40) {
        let before = draft.text.len();
        draft.share("diurnal_amplitude", 1..=1_000);
        draft.length("diurnal_period", 1_000..=300_000);
        draft.length("diurnal_peak", 0..=300_000);
        if has_lifetimes {
            let day = draft.text.split_off(before);
            let head = "[churn]\nmodel = \"lifetime\"\n";
            return with_class_churn(text.replacen(head, &format!("{head}{day}"), 1), draft);
        }
    }
    let text = text + &draft.text;
    draft.text.clear();
    with_class_churn(text, draft)
}

/// The scenario with churn of its own for the first class, if there is one and chance has it so.
fn with_class_churn(text: String, mut draft: Draft) -> String {
    let end = text.find("[[nodes.class]]").and_then(|class| {
        let rest = &text[class + 1..];
        rest.find("\n[").map(|end| class + 1 + end + 1)
    });
    let Some(end) = end.filter(|_| draft.chance(30)) else { return text };
    draft.line("[nodes.class.churn]");
    if draft.chance(70) {
        draft.word("model", &["lifetime", "pareto"]);
        draft.length("lifetime_mean", 1_000..=600_000);
        draft.length("deadtime_mean", 1_000..=600_000);
    }
    format!("{}{}{}", &text[..end], draft.text, &text[end..])
}

/// Drawn after everything else, as the snapshots are.
fn attacks(draft: &mut Draft) {
    let kinds = [
        "drop",
        "nonexistent",
        "colluders",
        "poison",
        "flood",
        "sybil",
        "eclipse-key",
        "eclipse-node",
    ];
    for _ in 0..draft.whole(0..=2).saturating_sub(1) {
        let kind = draft.pick(&kinds);
        draft.line(&format!("[[attack]]\nkind = \"{kind}\"\ncount = 1"));
        draft.length("at", 0..=1_000);
        if kind == "flood" {
            draft.number("victims", 1..=1);
        }
    }
}

fn nodes(draft: &mut Draft) {
    let count = draft.whole(2..=60);
    draft.line(&format!("[nodes]\ncount = {count}"));
    let bootstrap = draft.pick(&["organic", "organic", "warm", "random"]);
    draft.line(&format!("bootstrap = \"{bootstrap}\""));
    draft.number("contacts", 1..=(count - 1).min(5));
    let classes = draft.whole(0..=2);
    for class in 0..classes {
        draft.line(&format!("[[nodes.class]]\nname = \"class {class}\""));
        draft.line(&format!("share = {}", 1.0 / classes as f64));
        let rates = ["unlimited", "3 kbit/s", "100 kbit/s", "10 Mbit/s", "1 Gbit/s"];
        draft.word("uplink", &rates);
        draft.word("downlink", &rates);
        draft.word("queue", &["2 KiB", "16 KiB", "256 KiB"]);
        // Somebody must be there to be asked.
        if class > 0 && draft.chance(60) {
            draft.switch("dialable");
            draft.word("mode", &["server", "client"]);
        }
        if draft.chance(30) {
            draft.share("loss", 0..=200);
        }
    }
    if bootstrap != "warm" && draft.chance(50) {
        topology(draft, count);
    }
}

/// A graph of first contacts that this many nodes have.
fn topology(draft: &mut Draft, count: u64) {
    draft.line("[topology]");
    let kind = draft.pick(&TOPOLOGIES);
    draft.line(&format!("kind = \"{kind}\""));
    match kind {
        "random" => draft.share("connection_ratio", 0..=1_000),
        "bootstrap" => {
            let nodes = draft.whole(1..=count);
            draft.line(&format!("bootstrap_nodes = {nodes}"));
            draft.number("known_bootstrap_nodes", 1..=nodes);
        }
        "erdos-renyi" => draft.share("probability", 0..=1_000),
        "random-regular" => {
            let half = draft.whole(0..=(count - 1) / 2);
            draft.line(&format!("degree = {}", 2 * half));
        }
        "watts-strogatz" => {
            let half = draft.whole(0..=(count - 1) / 2);
            draft.line(&format!("neighbours = {}", 2 * half));
            draft.share("rewiring", 0..=1_000);
        }
        "barabasi-albert" => draft.number("edges_per_node", 1..=count - 1),
        "grid" if draft.chance(50) => draft.number("columns", 1..=count),
        "tree" => draft.number("branching", 1..=9),
        "waxman" => {
            draft.share("alpha", 1..=1_000);
            draft.share("beta", 1..=1_000);
        }
        "transit-stub" => {
            draft.line("transit_domains = 1\ntransit_nodes = 1\nstubs_per_transit_node = 1");
            draft.share("stub_edge_probability", 0..=1_000);
        }
        _ => {}
    }
}

/// A preset, and each of its values overridden now and then.
fn kademlia(draft: &mut Draft) {
    draft.line("[kademlia]");
    draft.word("preset", &["paper", "mainline", "go-libp2p", "rust-libp2p"]);
    // Two of the bounds follow from k, so k is always written.
    let k = draft.whole(1..=24);
    draft.line(&format!("k = {k}"));
    let often = draft.whole(5..=60);
    type Write = fn(&mut Draft, u64);
    let keys: &[Write] = &[
        |draft, _| draft.number("alpha", 1..=12),
        |draft, k| draft.number("beta", 1..=k),
        |draft, _| draft.word("parallelism", &["loose", "strict"]),
        |draft, _| draft.word("stop", &["k-closest", "beta-closest", "no-closer"]),
        |draft, _| draft.switch("follow_up"),
        |draft, k| draft.number("candidates", k..=3 * k),
        |draft, _| draft.length("request_timeout", 20..=20_000),
        |draft, _| draft.line("short_timeout = \"10ms\""),
        |draft, _| draft.length("dial_timeout", 20..=20_000),
        |draft, _| draft.length("connection_idle", 0..=100_000),
        |draft, _| draft.number("retries", 0..=3),
        |draft, _| draft.length("refresh_interval", 1_000..=600_000),
        |draft, _| draft.length("replicate_interval", 1_000..=600_000),
        |draft, _| draft.length("republish_interval", 1_000..=600_000),
        |draft, _| draft.length("record_expiry", 1_000..=600_000),
        |draft, _| draft.length("provider_republish_interval", 1_000..=600_000),
        |draft, _| draft.length("provider_expiry", 1_000..=600_000),
        |draft, _| eviction(draft),
        |draft, _| draft.length("questionable_after", 0..=600_000),
        |draft, _| draft.length("pending_delay", 0..=120_000),
        |draft, _| draft.number("failures_before_eviction", 1..=6),
        |draft, _| draft.switch("keep_stale"),
        |draft, _| draft.switch("cache_on_path"),
        |draft, k| draft.number("get_quorum", 1..=k),
        |draft, _| draft.word("conflicts", &["last-come", "newest"]),
        |draft, _| draft.number("providers_wanted", 1..=30),
        |draft, _| draft.word("precautions", &["none", "open"]),
    ];
    for write in keys {
        if draft.chance(often) {
            write(draft, k);
        }
    }
    // Without a draw, so that what follows stays as it was.
    if often.is_multiple_of(3) {
        draft.line(&format!("disjoint_paths = {}", 1 + often % k));
    }
    if often.is_multiple_of(4) {
        draft.line("verify_contacts = true");
    }
}

/// Only where a newcomer waits for its place are there always replacements.
fn eviction(draft: &mut Draft) {
    if draft.chance(30) {
        draft.line("eviction = \"pending\"");
        draft.number("replacements", 1..=10);
    } else {
        draft.word("eviction", &["ping-oldest", "replace-useless"]);
        draft.number("replacements", 0..=10);
    }
}

fn network(draft: &mut Draft) {
    draft.line("[network]");
    for key in ["duplication", "corruption"] {
        if draft.chance(30) {
            draft.share(key, 0..=300);
        }
    }
    draft.line("[network.latency]");
    let models = ["constant", "uniform", "lognormal", "coordinates", "regions", "by hand", "graph"];
    let model = draft.pick(&models);
    if model != "by hand" {
        draft.line(&format!("model = \"{model}\""));
    }
    if draft.chance(40) {
        draft.length("jitter", 0..=200);
        draft.word("jitter_distribution", &["uniform", "exponential"]);
    }
    if model != "graph" && draft.chance(30) {
        draft.share("asymmetry", 0..=900);
    }
    match model {
        "constant" => draft.length("delay", 0..=400),
        "uniform" => {
            draft.length("min", 0..=50);
            draft.length("max", 50..=2_000);
        }
        "lognormal" => {
            draft.length("median", 1..=300);
            draft.share("sigma", 0..=1_500);
        }
        "coordinates" => {
            draft.length("spread", 0..=300);
            draft.length("height_median", 0..=50);
            draft.share("height_sigma", 0..=1_500);
            draft.length("smallest", 0..=20);
        }
        "by hand" => {
            draft.line("model = \"regions\"");
            draft.line("[[network.latency.region]]\nname = \"east\"\nshare = 0.25");
            draft.line("delays = { east = \"0s\", west = \"90ms\" }");
            draft.line("[[network.latency.region]]\nname = \"west\"\nshare = 0.75");
            draft.line("delays = { west = \"7ms\" }");
        }
        _ => {}
    }
    if draft.chance(60) {
        draft.line("[network.loss]");
        let most = draft.pick(&["20", "300", "1000"]).parse().expect("it is a number");
        if draft.chance(50) {
            draft.share("rate", 0..=most);
        } else {
            draft.line("model = \"gilbert-elliott\"");
            draft.share("good_to_bad", 0..=most);
            draft.share("bad_to_good", 100..=1_000);
            draft.share("loss_in_good", 0..=50);
            draft.share("loss_in_bad", 0..=1_000);
        }
        if model == "by hand" {
            draft.line("[[network.loss.link]]\nfrom = \"east\"\nto = \"west\"");
            draft.share("rate", 0..=most);
        }
    }
    if model == "graph" {
        underlay(draft);
    }
}

/// A generated graph, of which any number of routers from 12 is one.
fn underlay(draft: &mut Draft) {
    draft.line("[network.underlay]");
    let kinds = ["full-mesh", "ring", "star", "random", "erdos-renyi", "barabasi-albert", "grid"];
    let more = ["random-regular", "watts-strogatz", "tree", "waxman", "transit-stub"];
    draft.word("kind", &[&kinds[..], &more[..]].concat());
    draft.number("routers", 40..=200);
    draft.word("routes", &["shortest", "shortest", "direct"]);
    draft.length("edge_latency", 0..=40);
}

fn churn(draft: &mut Draft) {
    if draft.chance(35) {
        return;
    }
    draft.line("[churn]\nmodel = \"lifetime\"");
    for part in ["lifetime", "deadtime"] {
        let laws = ["exponential", "weibull", "pareto_shifted", "lognormal"];
        let law = draft.pick(&laws);
        draft.line(&format!("{part}_distribution = \"{law}\""));
        draft.length(&format!("{part}_mean"), 1_000..=600_000);
        if law != "exponential" {
            draft.share(&format!("{part}_shape"), 1_010..=3_000);
        }
    }
    draft.share("graceful_leave_probability", 0..=1_000);
}

fn workload(draft: &mut Draft) {
    draft.line("[[workload]]");
    let kind = draft.pick(&["lookup", "put-get", "provide", "services", "blocks", "registers"]);
    draft.line(&format!("kind = \"{kind}\""));
    let amounts = ["rate", "total_rate", "count", "total_count"];
    let of_applications = matches!(kind, "services" | "blocks" | "registers");
    match draft.pick(if of_applications { &amounts[..3] } else { &amounts }) {
        key @ ("rate" | "total_rate") => {
            draft.word(key, &["0.01/s", "6/min", "0.5/s", "2/s"]);
            draft.word("arrivals", &["poisson", "fixed"]);
        }
        key => {
            draft.number(key, 1..=20);
            draft.word("arrivals", &["poisson", "fixed", "at-once"]);
        }
    }
    match kind {
        "lookup" => return,
        "services" => services(draft),
        "blocks" => blocks(draft),
        "registers" => {
            draft.number("registers", 1..=5);
            draft.share("write_share", 0..=1_000);
            draft.word("record_size", &["24 B", "1 KiB", "20 KiB"]);
        }
        _ => draft.number("records_per_node", 1..=4),
    }
    if kind == "put-get" {
        draft.word("record_size", &["1 B", "100 B", "1 KiB", "20 KiB"]);
    }
    if draft.chance(50) {
        draft.line("popularity = \"zipf\"");
        draft.share("exponent", 0..=2_000);
    }
}

/// Services whose advertisements are renewed within the run.
fn services(draft: &mut Draft) {
    draft.number("services", 1..=5);
    draft.line("providers_per_service = 1");
    // Where holders remember no longer, it is as long as they do.
    if !draft.text.contains("\nprovider_expiry = ") {
        draft.length("advertisement_ttl", 10_000..=20_000);
        draft.length("readvertise_interval", 500..=10_000);
    }
    draft.length("discovery_cache", 0..=20_000);
    draft.word("selection", &["round-robin", "random", "least-loaded"]);
    draft.number("call_retries", 0..=3);
    draft.length("call_timeout", 1..=5_000);
    draft.word("request_size", &["4 B", "100 B", "2 KiB"]);
    draft.word("reply_size", &["4 B", "1 KiB", "20 KiB"]);
    draft.length("handler_time", 0..=2_000);
    draft.word("handler_time_distribution", &["constant", "exponential"]);
    draft.share("unadvertise_share", 0..=1_000);
}

/// Blocks of nodes that keep few of them, some served against credit.
fn blocks(draft: &mut Draft) {
    draft.number("blocks_per_node", 1..=4);
    draft.word("block_size", &["16 B", "1 KiB", "20 KiB"]);
    draft.line("copies = 1");
    draft.number("parallel_fetches", 1..=20);
    draft.number("parallel_uploads", 1..=10);
    draft.length("fetch_timeout", 1..=5_000);
    if draft.text.contains("name = \"class 0\"") {
        draft.line("marketplace = [\"class 0\"]");
    }
    draft.word("credit", &["0 B", "1 KiB", "100 KiB"]);
    draft.word("marketplace_upload", &["unlimited", "100 kbit/s"]);
    draft.length("marketplace_queue", 0..=2_000);
    draft.word("memory_size", &["0 B", "10 KiB"]);
    draft.length("memory_delay", 0..=10);
    draft.word("disk_size", &["0 B", "40 KiB"]);
    draft.length("disk_delay", 0..=100);
    draft.switch("announce_fetched");
    draft.share("damaged_share", 0..=200);
}

/// Something that goes wrong within the run.
fn fault(draft: &mut Draft) {
    let value = |draft: &Draft, key: &str| -> u64 {
        let line = draft.text.lines().find_map(|line| line.strip_prefix(&format!("{key} = ")));
        let text = line.expect("it is written").trim_matches('"').trim_end_matches("ms");
        text.parse().expect("a number")
    };
    let end: u64 =
        ["init", "transition", "measurement"].map(|phase| value(draft, phase)).iter().sum();
    let nodes = value(draft, "count");
    let has_regions = draft.text.contains("model = \"regions\"");
    let europe = if draft.text.contains("\"east\"") { "east" } else { "europe" };
    let kinds = ["partition", "degradation", "crash", "flash-crowd", "slow-nodes", "timer-skew"];
    let is_outage = has_regions && draft.chance(50);
    let kind = if is_outage { "outage" } else { draft.pick(&kinds) };
    draft.line(&format!("[[fault]]\nkind = \"{kind}\""));
    let at = draft.whole(0..=end - 1);
    draft.line(&format!("at = \"{at}ms\""));
    if draft.chance(80) {
        draft.length("for", 1..=60_000);
    }
    let from_to = kind == "degradation" && has_regions && draft.chance(40);
    let groups = kind == "partition" && nodes > 3 && draft.chance(40);
    if kind == "outage" {
        draft.line(&format!("region = \"{europe}\""));
        draft.word("effect", &["offline", "unreachable"]);
    } else if from_to {
        draft.line(&format!("from = \"{europe}\"\nto = \"{europe}\""));
    } else if groups {
        let middle = draft.whole(1..=nodes - 2);
        let before = middle - 1;
        draft.line(&format!("groups = [[\"0..{before}\"], [{middle}]]"));
    } else if has_regions && draft.chance(20) {
        draft.line(&format!("region = \"{europe}\""));
    } else if draft.chance(40) {
        let last = draft.whole(0..=nodes - 1);
        draft.line(&format!("nodes = [\"0..{last}\"]"));
    } else {
        draft.share("share", 0..=1_000);
    }
    match kind {
        "partition" => draft.word("direction", &["both", "out", "in"]),
        "degradation" => {
            draft.length("latency", 1..=3_000);
            draft.share("loss", 0..=1_000);
            draft.word("bandwidth", &["unlimited", "1 kbit/s", "1 Mbit/s"]);
            draft
                .word("direction", if from_to { &["both", "out"] } else { &["both", "out", "in"] });
        }
        "slow-nodes" => draft.length("delay", 1..=20_000),
        "timer-skew" => draft.share("skew", 1..=200),
        _ => {}
    }
}

/// What must hold for the figures of faults, whatever they are.
fn check_faults(run: &RunOutput) {
    let nodes = run.result.network.nodes;
    for fault in &run.result.faults {
        assert_eq!(fault.sides.iter().map(|side| side.nodes).sum::<u64>(), nodes, "{fault:?}");
        assert!(fault.nodes <= nodes && fault.nodes_online.is_none_or(|n| n <= fault.nodes));
        let lost = fault
            .records
            .map_or(0, |records| records.lost_at_end.unwrap_or(0).max(records.lost_at_run_end));
        assert!(lost <= fault.records.map_or(0, |records| records.alive_at_start), "{fault:?}");
        if let Some(across) = fault.across {
            assert!(across.records_never_found <= across.records_asked, "{fault:?}");
            assert!(across.records_asked <= across.records_put, "{fault:?}");
        }
        let shares = fault.recovery.iter().flat_map(|of| [of.lowest, of.level]);
        assert!(shares.into_iter().all(|share| (0.0..=1.0).contains(&share)), "{fault:?}");
    }
    let cuts = run.result.faults.iter().filter(|fault| fault.across.is_some());
    let cut: u64 = cuts.map(|fault| fault.packets_dropped).sum();
    let series = run.series.samples.iter().map(|s| s.traffic.dropped()[PARTITION]).sum::<u64>();
    assert_eq!(cut, series, "each packet that a cut drops is counted for one");
}

/// Runs the scenario of this number in every way that must come to the same.
fn check(seed: u64) {
    let parse = |text: &str| {
        let parsed = Scenario::parse(text, "fuzz.toml", Path::new(""), &[]);
        parsed.unwrap_or_else(|error| panic!("{error}"))
    };
    let scenario = parse(&text(seed));
    let bucketed = RunArguments::of(&scenario);
    let threads = [2, 7, 1][seed as usize % 3];
    let other = arguments(&scenario, QueueKind::Reference, threads);
    assert_eq!(difference(bucketed, other), None, "with the other queue and {threads} threads");
    let run = run_with(bucketed);
    check_faults(&run);
    let printed = parse(&run.scenario_toml);
    assert_eq!(printed, scenario, "what is printed reads back");
    let again = run_with(RunArguments::of(&printed));
    assert_eq!(again.result, run.result, "from the text that was printed");
}

#[test]
fn random_scenarios_run_and_repeat() {
    for seed in seeds() {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(seed))) {
            let next = seed + 1;
            println!("{}", text(seed));
            println!("repeat with KADSIM_FUZZ_SEEDS={seed}..{next} cargo test --test it fuzz");
            resume_unwind(panic);
        }
    }
}

/// The generator reaches what it is there for.
#[test]
fn random_scenarios_cover_every_key_and_word() {
    let all: String = SEEDS.map(text).collect();
    let key = |key: &str| all.contains(&format!("\n{key} = "));
    for name in [
        "alpha",
        "beta",
        "disjoint_paths",
        "verify_contacts",
        "address_groups",
        "bucket_group_limit",
        "table_group_limit",
        "store_group_limit",
        "siblings",
        "victims",
        "follow_up",
        "conflicts",
        "write_share",
        "short_timeout",
        "dial_timeout",
        "connection_idle",
        "dialable",
        "retries",
        "replacements",
        "jitter",
        "uplink",
        "exponent",
        "total_rate",
        "total_count",
        "lifetime_shape",
        "graceful_leave_probability",
        "keep_stale",
        "edge_latency",
        "jitter_distribution",
        "asymmetry",
        "spread",
        "duplication",
        "corruption",
        "good_to_bad",
        "loss",
        "from",
        "groups",
        "direction",
        "bandwidth",
        "skew",
        "delay",
    ] {
        assert!(key(name), "{name} is never written");
    }
    for word in [
        "paper",
        "mainline",
        "go-libp2p",
        "rust-libp2p",
        "loose",
        "strict",
        "k-closest",
        "no-closer",
        "beta-closest",
        "ping-oldest",
        "replace-useless",
        "pending",
        "constant",
        "uniform",
        "lognormal",
        "coordinates",
        "regions",
        "graph",
        "gilbert-elliott",
        "weibull",
        "exponential",
        "pareto_shifted",
        "lookup",
        "put-get",
        "provide",
        "fixed",
        "zipf",
        "organic",
        "warm",
        "client",
        "partition",
        "degradation",
        "crash",
        "flash-crowd",
        "slow-nodes",
        "timer-skew",
        "outage",
    ] {
        assert!(all.contains(&format!("\"{word}\"")), "{word} is never chosen");
    }
}
