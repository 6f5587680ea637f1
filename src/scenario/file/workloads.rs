//! The table of a workload.

use super::{Keys, Number, Whole};
use crate::scenario::words::{HandlerTimeName, KindName, PopularityName, Word};
use crate::units::{BitRate, Length, Rate, Share, Size};
use crate::workload::config::{Arrivals, Selection};
use serde::{Deserialize, Serialize};

table!(
    /// `[[workload]]`
    WorkloadTable {
        kind: Word<KindName>,
        rate: Rate,
        total_rate: Rate,
        count: Whole,
        total_count: Whole,
        arrivals: Word<Arrivals>,
        records_per_node: Whole,
        record_size: Size,
        popularity: Word<PopularityName>,
        exponent: Number,
        services: Whole,
        providers_per_service: Whole,
        advertisement_ttl: Length,
        readvertise_interval: Length,
        discovery_cache: Length,
        selection: Word<Selection>,
        call_retries: Whole,
        call_timeout: Length,
        request_size: Size,
        reply_size: Size,
        handler_time: Length,
        handler_time_distribution: Word<HandlerTimeName>,
        unadvertise_share: Share,
        blocks_per_node: Whole,
        block_size: Size,
        copies: Whole,
        parallel_fetches: Whole,
        parallel_uploads: Whole,
        fetch_timeout: Length,
        marketplace: Vec<String>,
        credit: Size,
        marketplace_upload: BitRate,
        marketplace_queue: Length,
        memory_size: Size,
        memory_delay: Length,
        disk_size: Size,
        disk_delay: Length,
        announce_fetched: bool,
        damaged_share: Share,
        registers: Whole,
        write_share: Share,
    }
);
