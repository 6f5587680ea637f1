//! Workloads of services.

use super::bounds::{LONGEST, length, whole};
use super::traffic::popularity;
use crate::scenario::file::WorkloadTable;
use crate::scenario::problem::Problem;
use crate::scenario::words::HandlerTimeName;
use crate::time::Duration;
use crate::units::Size;
use crate::workload::config::{Amount, HandlerTime, Selection, ServicesConfig};

const DEFAULT_SERVICES: u64 = 10;
const MOST_SERVICES: u64 = 1_000_000;
const DEFAULT_PROVIDERS: u64 = 3;
const DEFAULT_TTL: Duration = Duration::from_secs(300);
const DEFAULT_INTERVAL: Duration = Duration::from_secs(240);
const DEFAULT_CACHE: Duration = Duration::from_secs(60);
const DEFAULT_RETRIES: u64 = 2;
const MOST_RETRIES: u64 = 100;
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(2);
const DEFAULT_REQUEST: u64 = 128;
const DEFAULT_REPLY: u64 = 1 << 10;
/// A request names its service, a reply its provider's load.
const SMALLEST_MESSAGE: u64 = 4;
const LARGEST_MESSAGE: u64 = 1 << 20;
const DEFAULT_HANDLER_TIME: Duration = Duration::from_millis(10);
const SHORTEST: Duration = Duration::from_millis(1);

/// The services of the workload at `index`.
pub fn services(
    index: usize,
    table: &WorkloadTable,
    amount: Amount,
    nodes: u32,
    provider_expiry: Duration,
) -> Result<ServicesConfig, Problem> {
    let path = |key: &str| format!("workload.{index}.{key}");
    if let Amount::Total(_) = amount {
        let message = format!(
            "`workload.{index}` has total_count, which a workload of services does not take: give \
             rate, total_rate or count"
        );
        return Err(Problem::said(path("total_count").as_str(), message));
    }
    let number = |key, given, default, bounds| -> Result<u32, Problem> {
        Ok(u32::try_from(whole(&path(key), given, default, bounds)?).expect("the bound fits"))
    };
    let time = |key, given, default, bounds| length(&path(key), given, default, bounds);
    let most = u64::from(nodes);
    let default_ttl = DEFAULT_TTL.min(provider_expiry);
    let ttl = table.advertisement_ttl;
    let ttl = time("advertisement_ttl", ttl, default_ttl, SHORTEST..=provider_expiry)?;
    let interval = table.readvertise_interval;
    let default_interval = DEFAULT_INTERVAL.min(ttl);
    let interval = time("readvertise_interval", interval, default_interval, SHORTEST..=ttl)?;
    let handler =
        time("handler_time", table.handler_time, DEFAULT_HANDLER_TIME, Duration::ZERO..=LONGEST)?;
    Ok(ServicesConfig {
        count: number("services", table.services, DEFAULT_SERVICES, 1..=MOST_SERVICES)?,
        providers: number(
            "providers_per_service",
            table.providers_per_service,
            DEFAULT_PROVIDERS.min(most),
            1..=most,
        )?,
        popularity: popularity(index, table)?,
        advertisement_ttl: ttl,
        readvertise_interval: interval,
        discovery_cache: time(
            "discovery_cache",
            table.discovery_cache,
            DEFAULT_CACHE,
            Duration::ZERO..=LONGEST,
        )?,
        selection: table.selection.map_or(Selection::RoundRobin, |word| word.0),
        call_retries: number(
            "call_retries",
            table.call_retries,
            DEFAULT_RETRIES,
            0..=MOST_RETRIES,
        )?,
        call_timeout: time(
            "call_timeout",
            table.call_timeout,
            DEFAULT_TIMEOUT,
            SHORTEST..=LONGEST,
        )?,
        request_size: size(&path("request_size"), table.request_size, DEFAULT_REQUEST)?,
        reply_size: size(&path("reply_size"), table.reply_size, DEFAULT_REPLY)?,
        handler: match table
            .handler_time_distribution
            .map_or(HandlerTimeName::Constant, |word| word.0)
        {
            HandlerTimeName::Constant => HandlerTime::Constant(handler),
            HandlerTimeName::Exponential => HandlerTime::Exponential(handler),
        },
        unadvertise_share: table.unadvertise_share.map_or(0.0, |share| share.0),
    })
}

fn size(path: &str, given: Option<Size>, default: u64) -> Result<u32, Problem> {
    let Size(bytes) = given.unwrap_or(Size(default));
    if !(SMALLEST_MESSAGE..=LARGEST_MESSAGE).contains(&bytes) {
        let allowed =
            format!("a size from {} to {}", Size(SMALLEST_MESSAGE), Size(LARGEST_MESSAGE));
        return Err(Problem::value(path, allowed));
    }
    Ok(u32::try_from(bytes).expect("the bound fits"))
}
