//! Keys that belong to some values of another key only: `median` to the latency model
//! lognormal, `exponent` to the popularity zipf.
//!
//! A key that has no effect is refused, since whoever wrote it believes that it has one.

use super::document::{KeyPath, Outline};
use super::file::{
    AttackTable, ChurnTable, FaultTable, Keys, LatencyTable, LossTable, NodesTable, TopologyTable,
    UnderlayTable, WorkloadTable,
};
use super::problem::{Fault, Problem};
use crate::graph::config::UNDERLAYS;

/// `key` has an effect only while `selector` has one of the values `words`.
pub struct Rule {
    table: &'static str,
    /// The key that may have no effect.
    pub key: &'static str,
    selector: &'static str,
    /// The values of the selector under which it has one.
    pub words: &'static [&'static str],
}

const NODES: &str = "nodes";
const LATENCY: &str = "network.latency";
const LOSS: &str = "network.loss";
const TOPOLOGY: &str = "topology";
const UNDERLAY: &str = "network.underlay";
const CHURN: &str = "churn";
/// What the rules of [`CHURN`] hold for as well.
const CLASS_CHURN: &str = "nodes.class.*.churn";
const WORKLOAD: &str = "workload.*";
const SERVICES: &[&str] = &["services"];
const BLOCKS: &[&str] = &["blocks"];
const REGISTERS: &[&str] = &["registers"];
const ATTACK: &str = "attack.*";
const FAULT: &str = "fault.*";

const fn rule(
    table: &'static str,
    key: &'static str,
    selector: &'static str,
    words: &'static [&'static str],
) -> Rule {
    Rule { table, key, selector, words }
}

/// The rules; of two for the same key, the one whose selector is the more general comes first.
const RULES: &[Rule] = &[
    rule(NODES, "joins", "bootstrap", &["organic"]),
    rule(LATENCY, "delay", "model", &["constant"]),
    rule(LATENCY, "min", "model", &["uniform"]),
    rule(LATENCY, "max", "model", &["uniform"]),
    rule(LATENCY, "median", "model", &["lognormal"]),
    rule(LATENCY, "sigma", "model", &["lognormal"]),
    rule(LATENCY, "spread", "model", &["coordinates"]),
    rule(LATENCY, "height_median", "model", &["coordinates"]),
    rule(LATENCY, "height_sigma", "model", &["coordinates"]),
    rule(LATENCY, "smallest", "model", &["coordinates"]),
    rule(LATENCY, "region", "model", &["regions"]),
    rule(LATENCY, "file", "model", &["matrix"]),
    rule(LATENCY, "unit", "model", &["matrix"]),
    rule(LOSS, "rate", "model", &["bernoulli"]),
    rule(LATENCY, "asymmetry", "model", OF_PAIRS),
    rule(TOPOLOGY, "bootstrap_nodes", "kind", &["bootstrap"]),
    rule(TOPOLOGY, "known_bootstrap_nodes", "kind", &["bootstrap"]),
    rule(TOPOLOGY, "connection_ratio", "kind", &["random"]),
    rule(TOPOLOGY, "probability", "kind", &["erdos-renyi"]),
    rule(TOPOLOGY, "mean_degree", "kind", &["erdos-renyi"]),
    rule(TOPOLOGY, "degree", "kind", &["random-regular"]),
    rule(TOPOLOGY, "neighbours", "kind", &["watts-strogatz"]),
    rule(TOPOLOGY, "rewiring", "kind", &["watts-strogatz"]),
    rule(TOPOLOGY, "edges_per_node", "kind", &["barabasi-albert"]),
    rule(TOPOLOGY, "columns", "kind", &["grid", "torus"]),
    rule(TOPOLOGY, "branching", "kind", &["tree"]),
    rule(TOPOLOGY, "alpha", "kind", &["waxman"]),
    rule(TOPOLOGY, "beta", "kind", &["waxman"]),
    rule(TOPOLOGY, "transit_domains", "kind", &["transit-stub"]),
    rule(TOPOLOGY, "transit_nodes", "kind", &["transit-stub"]),
    rule(TOPOLOGY, "stubs_per_transit_node", "kind", &["transit-stub"]),
    rule(TOPOLOGY, "transit_edge_probability", "kind", &["transit-stub"]),
    rule(TOPOLOGY, "stub_edge_probability", "kind", &["transit-stub"]),
    rule(TOPOLOGY, "extra_transit_stub_edges", "kind", &["transit-stub"]),
    rule(TOPOLOGY, "extra_stub_stub_edges", "kind", &["transit-stub"]),
    rule(TOPOLOGY, "file", "kind", &["file"]),
    rule(TOPOLOGY, "format", "kind", &["file"]),
    rule(UNDERLAY, "routers", "kind", UNDERLAYS),
    rule(UNDERLAY, "latency_per_unit", "kind", PLACED),
    rule(UNDERLAY, "connection_ratio", "kind", &["random"]),
    rule(UNDERLAY, "probability", "kind", &["erdos-renyi"]),
    rule(UNDERLAY, "mean_degree", "kind", &["erdos-renyi"]),
    rule(UNDERLAY, "degree", "kind", &["random-regular"]),
    rule(UNDERLAY, "neighbours", "kind", &["watts-strogatz"]),
    rule(UNDERLAY, "rewiring", "kind", &["watts-strogatz"]),
    rule(UNDERLAY, "edges_per_node", "kind", &["barabasi-albert"]),
    rule(UNDERLAY, "columns", "kind", &["grid", "torus"]),
    rule(UNDERLAY, "branching", "kind", &["tree"]),
    rule(UNDERLAY, "alpha", "kind", &["waxman"]),
    rule(UNDERLAY, "beta", "kind", &["waxman"]),
    rule(UNDERLAY, "transit_domains", "kind", &["transit-stub"]),
    rule(UNDERLAY, "transit_nodes", "kind", &["transit-stub"]),
    rule(UNDERLAY, "stubs_per_transit_node", "kind", &["transit-stub"]),
    rule(UNDERLAY, "transit_edge_probability", "kind", &["transit-stub"]),
    rule(UNDERLAY, "stub_edge_probability", "kind", &["transit-stub"]),
    rule(UNDERLAY, "extra_transit_stub_edges", "kind", &["transit-stub"]),
    rule(UNDERLAY, "extra_stub_stub_edges", "kind", &["transit-stub"]),
    rule(UNDERLAY, "file", "kind", &["file"]),
    rule(UNDERLAY, "format", "kind", &["file"]),
    rule(LOSS, "good_to_bad", "model", &["gilbert-elliott"]),
    rule(LOSS, "bad_to_good", "model", &["gilbert-elliott"]),
    rule(LOSS, "loss_in_good", "model", &["gilbert-elliott"]),
    rule(LOSS, "loss_in_bad", "model", &["gilbert-elliott"]),
    rule(CHURN, "preset", "model", &["lifetime"]),
    rule(CHURN, "lifetime_distribution", "model", &["lifetime"]),
    rule(CHURN, "lifetime_mean", "model", LIVES),
    rule(CHURN, "lifetime_shape", "model", &["lifetime"]),
    rule(CHURN, "deadtime_distribution", "model", &["lifetime"]),
    rule(CHURN, "deadtime_mean", "model", LIVES),
    rule(CHURN, "deadtime_shape", "model", &["lifetime"]),
    rule(CHURN, "graceful_leave_probability", "model", &["lifetime", "pareto", "random"]),
    rule(CHURN, "diurnal_amplitude", "model", LIVES),
    rule(CHURN, "diurnal_period", "model", LIVES),
    rule(CHURN, "diurnal_peak", "model", LIVES),
    rule(CHURN, "join_rate", "model", &["random"]),
    rule(CHURN, "leave_rate", "model", &["random"]),
    rule(CHURN, "migration_rate", "model", &["random"]),
    rule(CHURN, "online_share", "model", &["random"]),
    rule(CHURN, "file", "model", &["trace"]),
    rule(CHURN, "naming", "model", &["trace"]),
    rule(CHURN, "lifetime_shape", "lifetime_distribution", SHAPED),
    rule(CHURN, "deadtime_shape", "deadtime_distribution", SHAPED),
    rule(WORKLOAD, "records_per_node", "kind", &["put-get", "provide"]),
    rule(WORKLOAD, "record_size", "kind", &["put-get", "registers"]),
    rule(WORKLOAD, "popularity", "kind", POPULAR),
    rule(WORKLOAD, "exponent", "kind", POPULAR),
    rule(WORKLOAD, "services", "kind", SERVICES),
    rule(WORKLOAD, "providers_per_service", "kind", SERVICES),
    rule(WORKLOAD, "advertisement_ttl", "kind", SERVICES),
    rule(WORKLOAD, "readvertise_interval", "kind", SERVICES),
    rule(WORKLOAD, "discovery_cache", "kind", SERVICES),
    rule(WORKLOAD, "selection", "kind", SERVICES),
    rule(WORKLOAD, "call_retries", "kind", SERVICES),
    rule(WORKLOAD, "call_timeout", "kind", SERVICES),
    rule(WORKLOAD, "request_size", "kind", SERVICES),
    rule(WORKLOAD, "reply_size", "kind", SERVICES),
    rule(WORKLOAD, "handler_time", "kind", SERVICES),
    rule(WORKLOAD, "handler_time_distribution", "kind", SERVICES),
    rule(WORKLOAD, "unadvertise_share", "kind", SERVICES),
    rule(WORKLOAD, "blocks_per_node", "kind", BLOCKS),
    rule(WORKLOAD, "block_size", "kind", BLOCKS),
    rule(WORKLOAD, "copies", "kind", BLOCKS),
    rule(WORKLOAD, "parallel_fetches", "kind", BLOCKS),
    rule(WORKLOAD, "parallel_uploads", "kind", BLOCKS),
    rule(WORKLOAD, "fetch_timeout", "kind", BLOCKS),
    rule(WORKLOAD, "marketplace", "kind", BLOCKS),
    rule(WORKLOAD, "credit", "kind", BLOCKS),
    rule(WORKLOAD, "marketplace_upload", "kind", BLOCKS),
    rule(WORKLOAD, "marketplace_queue", "kind", BLOCKS),
    rule(WORKLOAD, "memory_size", "kind", BLOCKS),
    rule(WORKLOAD, "memory_delay", "kind", BLOCKS),
    rule(WORKLOAD, "disk_size", "kind", BLOCKS),
    rule(WORKLOAD, "disk_delay", "kind", BLOCKS),
    rule(WORKLOAD, "announce_fetched", "kind", BLOCKS),
    rule(WORKLOAD, "damaged_share", "kind", BLOCKS),
    rule(WORKLOAD, "registers", "kind", REGISTERS),
    rule(WORKLOAD, "write_share", "kind", REGISTERS),
    rule(WORKLOAD, "exponent", "popularity", &["zipf"]),
    rule(ATTACK, "rate", "kind", &["flood", "eclipse-node"]),
    rule(ATTACK, "victims", "kind", &["flood"]),
    rule(ATTACK, "victim", "kind", &["eclipse-node"]),
    rule(ATTACK, "target", "kind", &["sybil", "eclipse-key"]),
    rule(FAULT, "share", "kind", OF_NODES),
    rule(FAULT, "class", "kind", OF_NODES),
    rule(FAULT, "nodes", "kind", OF_NODES),
    rule(FAULT, "groups", "kind", &["partition"]),
    rule(FAULT, "direction", "kind", &["partition", "degradation"]),
    rule(FAULT, "from", "kind", &["degradation"]),
    rule(FAULT, "to", "kind", &["degradation"]),
    rule(FAULT, "latency", "kind", &["degradation"]),
    rule(FAULT, "loss", "kind", &["degradation"]),
    rule(FAULT, "bandwidth", "kind", &["degradation"]),
    rule(FAULT, "delay", "kind", &["slow-nodes"]),
    rule(FAULT, "skew", "kind", &["timer-skew"]),
    rule(FAULT, "effect", "kind", &["outage"]),
];

/// Workloads that have many of something.
const POPULAR: &[&str] = &["put-get", "provide", "services", "blocks", "registers"];

/// Faults of nodes that are chosen in any way; an outage is that of a region.
const OF_NODES: &[&str] =
    &["partition", "degradation", "crash", "flash-crowd", "slow-nodes", "timer-skew"];

/// Latencies that are those of a pair: a directed graph has ways of its own there and back.
const OF_PAIRS: &[&str] = &["constant", "uniform", "lognormal", "coordinates", "regions", "matrix"];

/// Kinds of graphs whose vertices have positions.
const PLACED: &[&str] = &["grid", "waxman", "transit-stub", "file"];

/// Churn of nodes that live lives of their own.
const LIVES: &[&str] = &["lifetime", "pareto"];

/// Distributions with a shape.
const SHAPED: &[&str] = &["weibull", "pareto_shifted", "lognormal"];

impl Rule {
    /// The rules for the table at `path`.
    pub fn of(path: &KeyPath) -> impl Iterator<Item = &'static Rule> {
        RULES.iter().filter(move |rule| rule.is_for(path))
    }

    /// The path of the selector in the table at `path`.
    pub fn selector_in(&self, path: &KeyPath) -> KeyPath {
        path.join(self.selector)
    }

    fn is_for(&self, path: &KeyPath) -> bool {
        let is_of_class = self.table == CHURN && path.0.len() > 1;
        let pattern = if is_of_class { CLASS_CHURN } else { self.table }.split('.');
        pattern.clone().count() == path.0.len()
            && pattern.zip(&path.0).all(|(wanted, key)| wanted == "*" || wanted == key)
    }

    /// The selector's value where none is written in the table at `path`; `None` where the other
    /// keys decide.
    fn default_word(&self, path: &KeyPath, outline: &Outline) -> Option<&'static str> {
        if self.table == CHURN {
            return Some(self.default_of_churn(path, outline));
        }
        match (self.table, self.selector) {
            (NODES, _) => Some("organic"),
            (LATENCY, _) => Some("lognormal"),
            // A loss rate says by itself that packets are lost.
            (LOSS, _) => None,
            (TOPOLOGY, _) => Some("drawn"),
            // An underlay has no kind by default.
            (UNDERLAY, _) => None,
            // Nor has an attack or a fault.
            (ATTACK | FAULT, _) => None,
            (_, "kind") => Some("lookup"),
            (_, _) => Some("uniform"),
        }
    }

    /// A preset says that nodes have lifetimes, and may say which.
    fn default_of_churn(&self, path: &KeyPath, outline: &Outline) -> &'static str {
        let preset = outline.find(&path.join("preset"));
        let preset = preset.map(|entry| entry.word.as_deref().unwrap_or_default());
        match (self.selector, preset) {
            ("model", None) => "none",
            ("model", Some(_)) => "lifetime",
            ("lifetime_distribution", _) | (_, Some("kad-2007")) => "weibull",
            _ => "exponential",
        }
    }

    /// All keys of the table.
    fn keys(&self) -> &'static [&'static str] {
        match self.table {
            NODES => NodesTable::KEYS,
            LATENCY => LatencyTable::KEYS,
            LOSS => LossTable::KEYS,
            TOPOLOGY => TopologyTable::KEYS,
            UNDERLAY => UnderlayTable::KEYS,
            CHURN => ChurnTable::KEYS,
            ATTACK => AttackTable::KEYS,
            FAULT => FaultTable::KEYS,
            _ => WorkloadTable::KEYS,
        }
    }

    fn breach(&self, path: &KeyPath, outline: &Outline) -> Option<Problem> {
        outline.find(&path.join(self.key))?;
        let selector = self.selector_in(path);
        let written = outline.find(&selector).and_then(|entry| entry.word.as_deref());
        let word = written.or_else(|| self.default_word(path, outline))?;
        if self.words.contains(&word) {
            return None;
        }
        let taken = self.taken(word, path, outline);
        Some(Problem {
            path: path.join(self.key),
            fault: Fault::NoEffect {
                reason: format!(
                    "belongs to {} {}; this one is {word}{} and takes {}",
                    self.selector,
                    self.words.join(" or "),
                    if written.is_some() { "" } else { " by default" },
                    if taken.is_empty() { "no other key".to_owned() } else { taken.join(", ") },
                ),
            },
        })
    }

    /// The keys of the table, beside the selector, that have an effect while it is `word` and the
    /// other selectors of the table at `path` are what they are.
    fn taken(&self, word: &str, path: &KeyPath, outline: &Outline) -> Vec<&'static str> {
        let is_chosen = |rule: &Rule| {
            if rule.selector == self.selector {
                return rule.words.contains(&word);
            }
            let entry = outline.find(&rule.selector_in(path));
            let written = entry.and_then(|entry| entry.word.as_deref());
            let chosen = written.or_else(|| rule.default_word(path, outline));
            chosen.is_none_or(|chosen| rule.words.contains(&chosen))
        };
        let has_effect = |key: &str| {
            RULES.iter().filter(|rule| (rule.table, rule.key) == (self.table, key)).all(is_chosen)
        };
        let others = self.keys().iter().copied().filter(|&key| key != self.selector);
        others.filter(|key| has_effect(key)).collect()
    }
}

/// Refuses the first key that has no effect.
pub fn check(outline: &Outline) -> Result<(), Problem> {
    let items = |list: &'static str| {
        let length = outline.list_length(&KeyPath::from(list));
        (0..length).map(move |index| KeyPath::from(list).join(&index.to_string()))
    };
    let classes = items("nodes.class").map(|class| class.join("churn"));
    let lists = ["workload", "attack", "fault"].into_iter().flat_map(items).chain(classes);
    let tables = [NODES, LATENCY, LOSS, TOPOLOGY, UNDERLAY, CHURN]
        .map(KeyPath::from)
        .into_iter()
        .chain(lists);
    for path in tables {
        let breach = Rule::of(&path).find_map(|rule| rule.breach(&path, outline));
        breach.map_or(Ok(()), Err)?;
    }
    Ok(())
}
