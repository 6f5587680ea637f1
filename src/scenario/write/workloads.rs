//! Writes what people do to the network.

use super::{length, whole};
use crate::network::config::ClassConfig;
use crate::scenario::Scenario;
use crate::scenario::file::{Number, WorkloadTable};
use crate::scenario::words::{HandlerTimeName, KindName, PopularityName, Word};
use crate::units::{BitRate, Rate, Share, Size};
use crate::workload::config::{
    Amount, BlocksConfig, HandlerTime, Popularity, RecordsConfig, RegistersConfig, ServicesConfig,
    WorkloadConfig, WorkloadKind,
};

/// The workloads of a scenario.
pub(super) fn of(scenario: &Scenario) -> Vec<WorkloadTable> {
    let classes = &scenario.network.classes;
    scenario.workloads.iter().map(|config| workload(config, classes)).collect()
}

/// A workload; classes of nodes are named as these are.
fn workload(config: &WorkloadConfig, classes: &[ClassConfig]) -> WorkloadTable {
    let (rate, count, total_count) = match config.amount {
        Amount::Rate(rate) => (Some(Rate(rate)), None, None),
        Amount::PerNode(count) => (None, whole(count), None),
        Amount::Total(count) => (None, None, whole(count)),
    };
    let table = |kind| WorkloadTable {
        kind: Some(Word(kind)),
        rate,
        count,
        total_count,
        arrivals: Some(Word(config.arrivals)),
        ..WorkloadTable::default()
    };
    match config.kind {
        WorkloadKind::Lookup => table(KindName::Lookup),
        WorkloadKind::PutGet { records } => WorkloadTable {
            record_size: Some(Size(u64::from(records.size))),
            ..with_records(table(KindName::PutGet), records)
        },
        WorkloadKind::Provide { records } => with_records(table(KindName::Provide), records),
        WorkloadKind::Services(config) => services(table(KindName::Services), config),
        WorkloadKind::Blocks(config) => blocks(table(KindName::Blocks), config, classes),
        WorkloadKind::Registers(config) => registers(table(KindName::Registers), config),
    }
}

fn with_records(table: WorkloadTable, records: RecordsConfig) -> WorkloadTable {
    WorkloadTable {
        records_per_node: whole(records.per_node),
        ..with_popularity(table, records.popularity)
    }
}

fn with_popularity(table: WorkloadTable, popularity: Popularity) -> WorkloadTable {
    let (popularity, exponent) = match popularity {
        Popularity::Uniform => (PopularityName::Uniform, None),
        Popularity::Zipf { exponent } => (PopularityName::Zipf, Some(Number(exponent))),
    };
    WorkloadTable { popularity: Some(Word(popularity)), exponent, ..table }
}

fn services(table: WorkloadTable, config: ServicesConfig) -> WorkloadTable {
    let (distribution, time) = match config.handler {
        HandlerTime::Constant(time) => (HandlerTimeName::Constant, time),
        HandlerTime::Exponential(mean) => (HandlerTimeName::Exponential, mean),
    };
    WorkloadTable {
        services: whole(config.count),
        providers_per_service: whole(config.providers),
        advertisement_ttl: length(config.advertisement_ttl),
        readvertise_interval: length(config.readvertise_interval),
        discovery_cache: length(config.discovery_cache),
        selection: Some(Word(config.selection)),
        call_retries: whole(config.call_retries),
        call_timeout: length(config.call_timeout),
        request_size: Some(Size(u64::from(config.request_size))),
        reply_size: Some(Size(u64::from(config.reply_size))),
        handler_time: length(time),
        handler_time_distribution: Some(Word(distribution)),
        unadvertise_share: Some(Share(config.unadvertise_share)),
        ..with_popularity(table, config.popularity)
    }
}

fn registers(table: WorkloadTable, config: RegistersConfig) -> WorkloadTable {
    WorkloadTable {
        registers: whole(config.count),
        write_share: Some(Share(config.write_share)),
        record_size: Some(Size(u64::from(config.size))),
        ..with_popularity(table, config.popularity)
    }
}

fn blocks(table: WorkloadTable, config: BlocksConfig, classes: &[ClassConfig]) -> WorkloadTable {
    let named = classes.iter().enumerate();
    let marketplace = named
        .filter(|(number, _)| config.marketplace.contains(*number))
        .map(|(_, class)| class.name.clone());
    WorkloadTable {
        blocks_per_node: whole(config.per_node),
        block_size: Some(Size(u64::from(config.size))),
        copies: whole(config.copies),
        parallel_fetches: whole(config.parallel_fetches),
        parallel_uploads: whole(config.parallel_uploads),
        fetch_timeout: length(config.fetch_timeout),
        marketplace: Some(marketplace.collect()),
        credit: Some(Size(config.credit)),
        marketplace_upload: Some(BitRate(config.marketplace_upload)),
        marketplace_queue: length(config.marketplace_queue),
        memory_size: Some(Size(config.memory_size)),
        memory_delay: length(config.memory_delay),
        disk_size: Some(Size(config.disk_size)),
        disk_delay: length(config.disk_delay),
        announce_fetched: Some(config.announce_fetched),
        damaged_share: Some(Share(config.damaged_share)),
        ..with_popularity(table, config.popularity)
    }
}
