//! Workloads of blocks.

use super::bounds::{LONGEST, length, whole};
use super::traffic::popularity;
use crate::network::config::ClassConfig;
use crate::scenario::file::WorkloadTable;
use crate::scenario::problem::Problem;
use crate::time::Duration;
use crate::units::{BitRate, Size};
use crate::workload::config::{Amount, BlocksConfig, ClassSet};

const DEFAULT_BLOCKS: u64 = 20;
/// The hash of every block is computed and kept.
const MOST_BLOCKS: u64 = 10_000_000;
const DEFAULT_SIZE: u64 = 64 << 10;
/// Contents that are cut from the same noise differ from here on.
const SMALLEST: u64 = 16;
const LARGEST: u64 = 16 << 20;
const DEFAULT_FETCHES: u64 = 16;
const DEFAULT_UPLOADS: u64 = 100;
/// A node goes through the list of what it has under way at each answer.
const MOST_PARALLEL: u64 = 1_000;
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
const SHORTEST: Duration = Duration::from_millis(1);
/// So many blocks of credit, where nothing is said.
const DEFAULT_CREDIT: u64 = 16;
const MOST_BYTES: u64 = 1 << 50;
const DEFAULT_QUEUE: Duration = Duration::from_secs(1);

/// The blocks of the workload at `index`.
pub fn blocks(
    index: usize,
    table: &WorkloadTable,
    amount: Amount,
    nodes: u32,
    classes: &[ClassConfig],
) -> Result<BlocksConfig, Problem> {
    let path = |key: &str| format!("workload.{index}.{key}");
    if let Amount::Total(_) = amount {
        let message = format!(
            "`workload.{index}` has total_count, which a workload of blocks does not take: give \
             rate, total_rate or count"
        );
        return Err(Problem::said(path("total_count").as_str(), message));
    }
    let number = |key, given, default, most| -> Result<u32, Problem> {
        Ok(u32::try_from(whole(&path(key), given, default, 1..=most)?).expect("the bound fits"))
    };
    let time = |key, given, default, least| length(&path(key), given, default, least..=LONGEST);
    let bytes = |key, given, default, least| size(&path(key), given, default, least, MOST_BYTES);
    let nodes = u64::from(nodes);
    let most = (MOST_BLOCKS / nodes).max(1);
    let default = DEFAULT_BLOCKS.min(most);
    let per_node = number("blocks_per_node", table.blocks_per_node, default, most)?;
    let block = size(&path("block_size"), table.block_size, DEFAULT_SIZE, SMALLEST, LARGEST)?;
    let parallel = |key, given, default| number(key, given, default, MOST_PARALLEL);
    Ok(BlocksConfig {
        per_node,
        size: u32::try_from(block).expect("the bound fits"),
        copies: number("copies", table.copies, 1, nodes)?,
        popularity: popularity(index, table)?,
        parallel_fetches: parallel("parallel_fetches", table.parallel_fetches, DEFAULT_FETCHES)?,
        parallel_uploads: parallel("parallel_uploads", table.parallel_uploads, DEFAULT_UPLOADS)?,
        fetch_timeout: time("fetch_timeout", table.fetch_timeout, DEFAULT_TIMEOUT, SHORTEST)?,
        marketplace: marketplace(&path("marketplace"), table, classes)?,
        credit: bytes("credit", table.credit, DEFAULT_CREDIT * block, 0)?,
        marketplace_upload: table.marketplace_upload.and_then(|BitRate(rate)| rate),
        marketplace_queue: time(
            "marketplace_queue",
            table.marketplace_queue,
            DEFAULT_QUEUE,
            Duration::ZERO,
        )?,
        memory_size: bytes("memory_size", table.memory_size, 0, 0)?,
        memory_delay: time("memory_delay", table.memory_delay, Duration::ZERO, Duration::ZERO)?,
        disk_size: bytes("disk_size", table.disk_size, 0, 0)?,
        disk_delay: time("disk_delay", table.disk_delay, Duration::ZERO, Duration::ZERO)?,
        announce_fetched: table.announce_fetched.unwrap_or(true),
        damaged_share: table.damaged_share.map_or(0.0, |share| share.0),
    })
}

fn size(
    path: &str,
    given: Option<Size>,
    default: u64,
    least: u64,
    most: u64,
) -> Result<u64, Problem> {
    let Size(bytes) = given.unwrap_or(Size(default));
    if !(least..=most).contains(&bytes) {
        let allowed = format!("a size from {} to {}", Size(least), Size(most));
        return Err(Problem::value(path, allowed));
    }
    Ok(bytes)
}

/// The classes of nodes that serve against credit.
fn marketplace(
    path: &str,
    table: &WorkloadTable,
    classes: &[ClassConfig],
) -> Result<ClassSet, Problem> {
    let mut set = ClassSet::default();
    for name in table.marketplace.iter().flatten() {
        let Some(number) = classes.iter().position(|class| class.name == *name) else {
            let names: Vec<_> = classes.iter().map(|class| format!("\"{}\"", class.name)).collect();
            let allowed = format!("a list of classes of `nodes.class`: {}", names.join(", "));
            return Err(Problem::value(path, allowed));
        };
        set = set.with(number);
    }
    Ok(set)
}
