//! Workloads of registers.

use super::bounds::whole;
use super::traffic::{popularity, record_size};
use crate::kademlia::version::Version;
use crate::scenario::file::WorkloadTable;
use crate::scenario::problem::Problem;
use crate::workload::config::{Amount, RegistersConfig};

const DEFAULT_REGISTERS: u64 = 10;
const MOST_REGISTERS: u64 = 1_000_000;
const DEFAULT_WRITE_SHARE: f64 = 0.2;

/// The registers of the workload at `index`.
pub fn registers(
    index: usize,
    table: &WorkloadTable,
    amount: Amount,
) -> Result<RegistersConfig, Problem> {
    let path = |key: &str| format!("workload.{index}.{key}");
    if let Amount::Total(_) = amount {
        let message = format!(
            "`workload.{index}` has total_count, which a workload of registers does not take: give \
             rate, total_rate or count"
        );
        return Err(Problem::said(path("total_count").as_str(), message));
    }
    let given = table.registers;
    let count = whole(&path("registers"), given, DEFAULT_REGISTERS, 1..=MOST_REGISTERS)?;
    Ok(RegistersConfig {
        count: u32::try_from(count).expect("the bound fits"),
        write_share: table.write_share.map_or(DEFAULT_WRITE_SHARE, |share| share.0),
        size: record_size(index, table, Version::BYTES as u64)?,
        popularity: popularity(index, table)?,
    })
}
