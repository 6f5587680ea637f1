//! The parameters of the nodes: a preset and what overrides it.

use super::bounds::{LONGEST, length, whole};
use crate::kademlia::params::{Eviction, MOST_FAILURES, Params};
use crate::scenario::Preset;
use crate::scenario::file::{KademliaTable, Whole};
use crate::scenario::problem::Problem;
use crate::time::Duration;
use crate::units::{Interval, Length};
use std::ops::RangeInclusive;

/// Timers that fire more often than this are a mistake of units.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(1);

/// More siblings than a bucket can have contacts, several times over, are a mistake.
const MOST_SIBLINGS: u64 = 1_000;

/// The preset and the complete parameters.
///
/// Some values follow others where they are not written: `candidates` becomes `2 * k` if `k`
/// is overridden (in presets that keep more, the larger of the two); `beta` and `get_quorum`
/// shrink to `k`; a `short_timeout` that is not below the `request_timeout` is switched off.
pub fn check(table: &KademliaTable) -> Result<(Preset, Params), Problem> {
    let preset = table.preset.map_or(Preset::Paper, |word| word.0);
    let base = preset.params();
    let k = count("k", table.k, base.k, 1..=255)?;
    let params = Params {
        k,
        alpha: count("alpha", table.alpha, base.alpha, 1..=255)?,
        beta: up_to_k("beta", table.beta, base.beta, k)?,
        parallelism: table.parallelism.map_or(base.parallelism, |word| word.0),
        stop: table.stop.map_or(base.stop, |word| word.0),
        follow_up: table.follow_up.unwrap_or(base.follow_up),
        candidates: candidates(table, &base, k)?,
        request_timeout: time(
            "request_timeout",
            table.request_timeout,
            base.request_timeout,
            SHORTEST_TIMEOUT,
        )?,
        dial_timeout: dial_timeout(table, &base)?,
        connection_idle: time(
            "connection_idle",
            table.connection_idle,
            base.connection_idle,
            Duration::ZERO,
        )?,
        short_timeout: base.short_timeout,
        retries: small("retries", table.retries, base.retries, 0..=100)?,
        probe_retries: small("probe_retries", table.probe_retries, base.probe_retries, 0..=100)?,
        failures_before_eviction: small(
            "failures_before_eviction",
            table.failures_before_eviction,
            base.failures_before_eviction,
            1..=u64::from(MOST_FAILURES),
        )?,
        eviction: table.eviction.map_or(base.eviction, |word| word.0),
        questionable_after: time(
            "questionable_after",
            table.questionable_after,
            base.questionable_after,
            Duration::ZERO,
        )?,
        pending_delay: time(
            "pending_delay",
            table.pending_delay,
            base.pending_delay,
            Duration::ZERO,
        )?,
        replacements: count("replacements", table.replacements, base.replacements, 0..=255)?,
        keep_stale: table.keep_stale.unwrap_or(base.keep_stale),
        cache_on_path: table.cache_on_path.unwrap_or(base.cache_on_path),
        get_quorum: up_to_k("get_quorum", table.get_quorum, base.get_quorum, k)?,
        conflicts: table.conflicts.map_or(base.conflicts, |word| word.0),
        providers_wanted: count(
            "providers_wanted",
            table.providers_wanted,
            base.providers_wanted,
            1..=10_000,
        )?,
        disjoint_paths: up_to_k("disjoint_paths", table.disjoint_paths, base.disjoint_paths, k)?,
        verify_contacts: table.verify_contacts.unwrap_or(base.verify_contacts),
        precautions: table.precautions.map_or(base.precautions, |word| word.0),
        bucket_group_limit: limit("bucket_group_limit", table.bucket_group_limit)?,
        table_group_limit: limit("table_group_limit", table.table_group_limit)?,
        store_group_limit: limit("store_group_limit", table.store_group_limit)?,
        siblings: count("siblings", table.siblings, base.siblings, 0..=MOST_SIBLINGS)?,
        ..maintenance(table, &base)?
    };
    if params.eviction == Eviction::Pending && params.replacements == 0 {
        let set = table.replacements.is_some();
        let path = if set { "kademlia.replacements" } else { "kademlia.eviction" };
        let message = "`kademlia.eviction = \"pending\"` keeps the newcomer that waits among the \
                       replacements: `kademlia.replacements` must be at least 1";
        return Err(Problem::said(path, message));
    }
    let short_timeout = short_timeout(table, &params)?;
    Ok((preset, Params { short_timeout, ..params }))
}

/// The intervals at which tables and records are kept up; the other values are the preset's.
fn maintenance(table: &KademliaTable, base: &Params) -> Result<Params, Problem> {
    Ok(Params {
        refresh_interval: time(
            "refresh_interval",
            table.refresh_interval,
            base.refresh_interval,
            SHORTEST_INTERVAL,
        )?,
        replicate_interval: interval(
            "replicate_interval",
            table.replicate_interval,
            base.replicate_interval,
        )?,
        republish_interval: interval(
            "republish_interval",
            table.republish_interval,
            base.republish_interval,
        )?,
        record_expiry: time(
            "record_expiry",
            table.record_expiry,
            base.record_expiry,
            SHORTEST_INTERVAL,
        )?,
        provider_republish_interval: interval(
            "provider_republish_interval",
            table.provider_republish_interval,
            base.provider_republish_interval,
        )?,
        provider_expiry: time(
            "provider_expiry",
            table.provider_expiry,
            base.provider_expiry,
            SHORTEST_INTERVAL,
        )?,
        ..base.clone()
    })
}

fn candidates(table: &KademliaTable, base: &Params, k: usize) -> Result<usize, Problem> {
    // What a preset keeps beyond twice its own k is a choice of its own and stays.
    let extra = if base.candidates > 2 * base.k { base.candidates } else { 0 };
    let default = if table.k.is_some() { extra.max(2 * k) } else { base.candidates };
    let given = table.candidates.map_or(default as u64, |given| given.0);
    match usize::try_from(given).ok().filter(|given| (k..=10_000).contains(given)) {
        Some(candidates) => Ok(candidates),
        None => Err(Problem::value(
            "kademlia.candidates",
            format!("a whole number from k, which is {k}, to 10000"),
        )),
    }
}

fn dial_timeout(table: &KademliaTable, base: &Params) -> Result<Option<Duration>, Problem> {
    match table.dial_timeout.map_or(base.dial_timeout, |given| given.0) {
        Some(time) if !(SHORTEST_TIMEOUT..=LONGEST).contains(&time) => Err(Problem::value(
            "kademlia.dial_timeout",
            format!("a length of time from {SHORTEST_TIMEOUT} to {LONGEST}, or \"never\""),
        )),
        allowed => Ok(allowed),
    }
}

fn short_timeout(table: &KademliaTable, params: &Params) -> Result<Option<Duration>, Problem> {
    let limit = params.request_timeout;
    let Some(Interval(given)) = table.short_timeout else {
        return Ok(params.short_timeout.filter(|&short| short < limit));
    };
    match given {
        Some(short) if short < SHORTEST_TIMEOUT || short >= limit => Err(Problem::value(
            "kademlia.short_timeout",
            format!(
                "a length of time from {SHORTEST_TIMEOUT} and below request_timeout, which is \
                 {limit}, or \"never\""
            ),
        )),
        allowed => Ok(allowed),
    }
}

/// A value that is at most k; the default shrinks with k.
fn up_to_k(key: &str, given: Option<Whole>, default: usize, k: usize) -> Result<usize, Problem> {
    let value = given.map_or(default.min(k) as u64, |given| given.0);
    match usize::try_from(value).ok().filter(|value| (1..=k).contains(value)) {
        Some(value) => Ok(value),
        None => Err(Problem::value(
            format!("kademlia.{key}").as_str(),
            format!("a whole number from 1 to k, which is {k}"),
        )),
    }
}

/// How many of one address group there may be: 0 for any number, as in all presets.
fn limit(key: &str, given: Option<Whole>) -> Result<Option<usize>, Problem> {
    Ok(Some(count(key, given, 0, 0..=10_000)?).filter(|&most| most > 0))
}

fn count(
    key: &str,
    given: Option<Whole>,
    default: usize,
    bounds: RangeInclusive<u64>,
) -> Result<usize, Problem> {
    let value = whole(&format!("kademlia.{key}"), given, default as u64, bounds)?;
    Ok(usize::try_from(value).expect("the bounds are small"))
}

fn small(
    key: &str,
    given: Option<Whole>,
    default: u32,
    bounds: RangeInclusive<u64>,
) -> Result<u32, Problem> {
    let value = whole(&format!("kademlia.{key}"), given, u64::from(default), bounds)?;
    Ok(u32::try_from(value).expect("the bounds are small"))
}

fn time(
    key: &str,
    given: Option<Length>,
    default: Duration,
    shortest: Duration,
) -> Result<Duration, Problem> {
    length(&format!("kademlia.{key}"), given, default, shortest..=LONGEST)
}

fn interval(
    key: &str,
    given: Option<Interval>,
    default: Option<Duration>,
) -> Result<Option<Duration>, Problem> {
    let value = given.map_or(default, |given| given.0);
    match value {
        Some(time) if !(SHORTEST_INTERVAL..=LONGEST).contains(&time) => Err(Problem::value(
            format!("kademlia.{key}").as_str(),
            format!("a length of time from {SHORTEST_INTERVAL} to {LONGEST}, or \"never\""),
        )),
        allowed => Ok(allowed),
    }
}
