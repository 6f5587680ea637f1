//! A checked scenario in the notation of the file, with every value: what `kadsim check`
//! prints and what results carry.

mod attacks;
mod churn;
mod faults;
mod topology;
mod underlay;
mod workloads;

use super::file::{
    CheckerTable, ClassTable, File, KademliaTable, LatencyTable, LinkLossTable, LossTable,
    NetworkTable, NodesTable, Number, OutputTable, PhasesTable, RegionTable, SeedNumber,
    SnapshotTable, VerdictTable, Whole,
};
use super::words::{LatencyName, LossName, Word};
use super::{Bootstrap, Phases, Scenario, SnapshotConfig, VerdictConfig};
use crate::network::config::{
    ClassConfig, LatencyConfig, LatencyModel, LinkLossConfig, LossConfig, NetworkConfig,
    RegionsConfig,
};
use crate::time::{Duration, Instant};
use crate::units::{BitRate, Interval, Length, Share, Size};
use serde::{Serialize, Serializer};
use toml_edit::{DocumentMut, Item};

impl Scenario {
    /// The complete scenario as a file that reads back as the same scenario wherever it is put:
    /// the path of a matrix, graph or trace in it is absolute. (As JSON the path stands as it was given, since
    /// results do not depend on where they were made.)
    pub fn to_toml(&self) -> String {
        let mut file = file(self);
        let topology = file.topology.as_mut().and_then(|topology| topology.file.as_mut());
        let network = file.network.as_mut().expect("a complete file has a network");
        let matrix = network.latency.as_mut().and_then(|latency| latency.file.as_mut());
        let graph = network.underlay.as_mut().and_then(|underlay| underlay.file.as_mut());
        let trace = file.churn.as_mut().and_then(|churn| churn.file.as_mut());
        for path in [topology, matrix, graph, trace].into_iter().flatten() {
            if let Ok(absolute) = std::path::absolute(&*path) {
                *path = absolute.to_string_lossy().into_owned();
            }
        }
        let text = toml::to_string(&file).expect("every value of the file has a TOML form");
        let mut document: DocumentMut = text.parse().expect("what was written is TOML");
        inline_delays(&mut document);
        document.to_string()
    }
}

impl Serialize for Scenario {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        file(self).serialize(to)
    }
}

/// Writes the delays of a region in one line and not as a table of its own.
fn inline_delays(document: &mut DocumentMut) {
    let latency = document.get_mut("network").and_then(|network| network.get_mut("latency"));
    let regions = latency.and_then(|latency| latency.get_mut("region"));
    let Some(regions) = regions.and_then(Item::as_array_of_tables_mut) else {
        return;
    };
    for region in regions.iter_mut() {
        // Taken out with its key, since that is formatted as the head of a table.
        if let Some(Ok(delays)) = region.remove("delays").map(Item::into_table) {
            region.insert("delays", Item::Value(delays.into_inline_table().into()));
        }
    }
}

fn file(scenario: &Scenario) -> File {
    let Scenario { name, description, seed, phases, nodes, .. } = scenario;
    let network = &scenario.network;
    let underlay = match &network.latency.model {
        LatencyModel::Graph(underlay) => Some(underlay),
        _ => None,
    };
    let in_place = |(index, config)| ClassTable {
        router: underlay.and_then(|underlay| underlay::router(underlay, index)),
        churn: scenario.class_churn.get(&index).map(churn::churn),
        ..class(config)
    };
    File {
        name: Some(name.clone()),
        description: Some(description.clone()),
        seed: Some(SeedNumber(*seed)),
        phases: Some(phases_table(*phases)),
        nodes: Some(NodesTable {
            count: whole(nodes.count),
            bootstrap: Some(Word(nodes.bootstrap)),
            joins: (nodes.bootstrap == Bootstrap::Organic).then_some(Word(nodes.joins)),
            contacts: size(nodes.contacts),
            address_groups: whole(nodes.address_groups.unwrap_or(0)),
            class: Some(network.classes.iter().enumerate().map(in_place).collect()),
        }),
        topology: Some(topology::topology(scenario.topology.as_ref())),
        kademlia: Some(kademlia(scenario)),
        network: Some(NetworkTable {
            duplication: Some(Share(network.duplication)),
            corruption: Some(Share(network.corruption)),
            latency: Some(latency(&network.latency)),
            loss: Some(loss(network)),
            underlay: underlay.map(underlay::underlay),
        }),
        churn: Some(churn::churn(&scenario.churn)),
        workload: Some(workloads::of(scenario)),
        checker: Some(CheckerTable {
            lookups: Some(Share(scenario.checker.lookups)),
            tables: Some(Share(scenario.checker.tables)),
        }),
        verdict: Some(verdict(scenario.verdict)),
        output: Some(OutputTable {
            plots: Some(scenario.output.plots.iter().map(|&format| Word(format)).collect()),
            sample_interval: length(scenario.output.sample_interval),
            operations_limit: Some(Whole(scenario.output.operations_limit)),
        }),
        snapshot: snapshots(&scenario.snapshots),
        attack: attacks::attacks(&scenario.attacks),
        fault: faults::faults(&network.faults),
    }
}

fn verdict(config: VerdictConfig) -> VerdictTable {
    VerdictTable {
        operation_timeout: Some(Interval(config.operation_timeout)),
        failure_excellent: share(config.failure_excellent),
        failure_acceptable: share(config.failure_acceptable),
        failure_concerning: share(config.failure_concerning),
        latency_good: length(config.latency_good),
        latency_acceptable: length(config.latency_acceptable),
        latency_investigate: length(config.latency_investigate),
    }
}

/// Nothing where there are none, since an empty list of tables has no form of its own.
fn snapshots(configs: &[SnapshotConfig]) -> Option<Vec<SnapshotTable>> {
    let table = |config: &SnapshotConfig| SnapshotTable {
        at: length(config.at - Instant::ZERO),
        export: Some(config.export.iter().map(|&format| Word(format)).collect()),
    };
    (!configs.is_empty()).then(|| configs.iter().map(table).collect())
}

fn whole(number: u32) -> Option<Whole> {
    Some(Whole(u64::from(number)))
}

fn size(number: usize) -> Option<Whole> {
    Some(Whole(number as u64))
}

fn share(share: f64) -> Option<Share> {
    Some(Share(share))
}

fn number(number: f64) -> Option<Number> {
    Some(Number(number))
}

fn length(length: Duration) -> Option<Length> {
    Some(Length(length))
}

fn phases_table(phases: Phases) -> PhasesTable {
    PhasesTable {
        init: length(phases.init),
        transition: length(phases.transition),
        measurement: length(phases.measurement),
    }
}

fn class(class: &ClassConfig) -> ClassTable {
    ClassTable {
        name: Some(class.name.clone()),
        share: Some(Share(class.share)),
        uplink: Some(BitRate(class.uplink)),
        downlink: Some(BitRate(class.downlink)),
        queue: Some(Size(class.queue)),
        dialable: Some(class.dialable),
        mode: Some(Word(class.mode)),
        loss: Some(Share(class.loss)),
        churn: None,
        router: None,
    }
}

fn kademlia(scenario: &Scenario) -> KademliaTable {
    let params = &scenario.kademlia;
    KademliaTable {
        preset: Some(Word(scenario.preset)),
        k: size(params.k),
        alpha: size(params.alpha),
        beta: size(params.beta),
        parallelism: Some(Word(params.parallelism)),
        stop: Some(Word(params.stop)),
        follow_up: Some(params.follow_up),
        candidates: size(params.candidates),
        request_timeout: length(params.request_timeout),
        dial_timeout: Some(Interval(params.dial_timeout)),
        connection_idle: length(params.connection_idle),
        short_timeout: Some(Interval(params.short_timeout)),
        retries: whole(params.retries),
        probe_retries: whole(params.probe_retries),
        refresh_interval: length(params.refresh_interval),
        replicate_interval: Some(Interval(params.replicate_interval)),
        republish_interval: Some(Interval(params.republish_interval)),
        record_expiry: length(params.record_expiry),
        provider_republish_interval: Some(Interval(params.provider_republish_interval)),
        provider_expiry: length(params.provider_expiry),
        eviction: Some(Word(params.eviction)),
        questionable_after: length(params.questionable_after),
        pending_delay: length(params.pending_delay),
        replacements: size(params.replacements),
        failures_before_eviction: whole(params.failures_before_eviction),
        keep_stale: Some(params.keep_stale),
        cache_on_path: Some(params.cache_on_path),
        get_quorum: size(params.get_quorum),
        conflicts: Some(Word(params.conflicts)),
        providers_wanted: size(params.providers_wanted),
        precautions: Some(Word(params.precautions)),
        disjoint_paths: size(params.disjoint_paths),
        verify_contacts: Some(params.verify_contacts),
        bucket_group_limit: size(params.bucket_group_limit.unwrap_or(0)),
        table_group_limit: size(params.table_group_limit.unwrap_or(0)),
        store_group_limit: size(params.store_group_limit.unwrap_or(0)),
        siblings: size(params.siblings),
    }
}

fn latency(config: &LatencyConfig) -> LatencyTable {
    let is_graph = matches!(config.model, LatencyModel::Graph(_));
    let table = |name| LatencyTable {
        model: Some(Word(name)),
        jitter: length(config.jitter),
        jitter_distribution: Some(Word(config.jitter_distribution)),
        // A graph has ways of its own there and back; the key is refused beside it.
        asymmetry: share(config.asymmetry).filter(|_| !is_graph),
        ..LatencyTable::default()
    };
    match &config.model {
        LatencyModel::Constant { delay } => {
            LatencyTable { delay: length(*delay), ..table(LatencyName::Constant) }
        }
        LatencyModel::Uniform { min, max } => {
            LatencyTable { min: length(*min), max: length(*max), ..table(LatencyName::Uniform) }
        }
        LatencyModel::LogNormal { median, sigma } => LatencyTable {
            median: length(*median),
            sigma: Some(Number(*sigma)),
            ..table(LatencyName::LogNormal)
        },
        LatencyModel::Coordinates(config) => LatencyTable {
            spread: length(config.spread),
            height_median: length(config.height_median),
            height_sigma: Some(Number(config.height_sigma)),
            smallest: length(config.smallest),
            ..table(LatencyName::Coordinates)
        },
        LatencyModel::Regions(regions) => {
            LatencyTable { region: Some(region_tables(regions)), ..table(LatencyName::Regions) }
        }
        LatencyModel::Matrix(matrix) => LatencyTable {
            file: Some(matrix.file.to_string_lossy().into_owned()),
            unit: Some(Word(matrix.unit)),
            ..table(LatencyName::Matrix)
        },
        LatencyModel::Graph(_) => table(LatencyName::Graph),
    }
}

fn region_tables(regions: &RegionsConfig) -> Vec<RegionTable> {
    let rows = regions.delays.chunks(regions.names.len());
    let described = regions.names.iter().zip(&regions.shares).zip(rows);
    let table = |((name, share), row): ((&String, &f64), &[Duration])| RegionTable {
        name: Some(name.clone()),
        share: Some(Share(*share)),
        delays: Some(regions.names.iter().cloned().zip(row.iter().copied().map(Length)).collect()),
    };
    described.map(table).collect()
}

fn loss(network: &NetworkConfig) -> LossTable {
    let share = |share| Some(Share(share));
    let link = |link: &LinkLossConfig| LinkLossTable {
        from: Some(link.from.clone()),
        to: Some(link.to.clone()),
        rate: share(link.rate),
    };
    let links: Vec<LinkLossTable> = network.loss_links.iter().map(link).collect();
    let table = |name| LossTable {
        model: Some(Word(name)),
        link: Some(links).filter(|links| !links.is_empty()),
        ..LossTable::default()
    };
    match network.loss {
        LossConfig::None => table(LossName::None),
        LossConfig::Bernoulli { rate } => {
            LossTable { rate: share(rate), ..table(LossName::Bernoulli) }
        }
        LossConfig::GilbertElliott(config) => LossTable {
            good_to_bad: share(config.good_to_bad),
            bad_to_good: share(config.bad_to_good),
            loss_in_good: share(config.loss_in_good),
            loss_in_bad: share(config.loss_in_bad),
            ..table(LossName::GilbertElliott)
        },
    }
}
