//! The operations that are written out one by one: all of them, or a uniform sample.

use super::number::fixed_point;
use super::operations::OperationRecord;
use crate::rng::{PacketDraws, Purpose, Seed};
use std::io::{self, Write};

/// Sets the log's draws apart from others of [`Purpose::Sampling`].
const DRAW: u64 = 0x6f70_6c6f_6721;

/// At most `limit` operations: those whose numbers hash lowest. Which ones they are depends on
/// the seed and not on the order in which they came.
#[derive(Clone, Debug)]
pub struct OperationLog {
    limit: usize,
    draws: PacketDraws,
    /// With the hash of its number, in no order; up to twice the limit, so that the lowest are
    /// picked out now and then and not at every operation.
    kept: Vec<(u64, OperationRecord)>,
    /// Whatever lies above it is not kept: once there were `limit` below.
    highest: (u64, u64),
    total: u64,
}

impl OperationLog {
    /// An empty log of at most `limit` operations.
    pub fn new(limit: usize, seed: Seed) -> Self {
        let draws = PacketDraws::new(seed, Purpose::Sampling);
        OperationLog { limit, draws, kept: Vec::new(), highest: (u64::MAX, u64::MAX), total: 0 }
    }

    /// Logs an operation, unless the log is full of those with lower hashes.
    pub fn record(&mut self, operation: OperationRecord) {
        self.total += 1;
        self.keep(operation);
    }

    fn keep(&mut self, operation: OperationRecord) {
        let hash = self.draws.bits(operation.number, DRAW);
        if (hash, operation.number) > self.highest {
            return;
        }
        self.kept.push((hash, operation));
        if self.kept.len() > 2 * self.limit {
            let highest = lowest(&mut self.kept, self.limit);
            self.highest = highest.unwrap_or((0, 0));
        }
    }

    /// Logs everything that `other` logged.
    pub fn merge(&mut self, other: &OperationLog) {
        self.total += other.total;
        other.kept.iter().for_each(|(_, operation)| self.keep(*operation));
    }

    /// Operations that were offered.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Operations that were kept.
    pub fn kept(&self) -> u64 {
        self.kept.len().min(self.limit) as u64
    }

    /// The kept operations by ascending number.
    ///
    /// # Panics
    /// If two of them have the same number.
    pub fn records(&self) -> Vec<OperationRecord> {
        let mut kept = self.kept.clone();
        lowest(&mut kept, self.limit);
        let mut records: Vec<_> = kept.into_iter().map(|(_, operation)| operation).collect();
        records.sort_unstable_by_key(|operation| operation.number);
        let twice = records.windows(2).find(|pair| pair[0].number == pair[1].number);
        assert!(twice.is_none(), "an operation is logged twice: {twice:?}");
        records
    }
}

/// Leaves only the up to `limit` lowest by hash, then number; gives the highest of them.
fn lowest(kept: &mut Vec<(u64, OperationRecord)>, limit: usize) -> Option<(u64, u64)> {
    let rank = |(hash, operation): &(u64, OperationRecord)| (*hash, operation.number);
    if kept.len() > limit && limit > 0 {
        kept.select_nth_unstable_by_key(limit - 1, rank);
    }
    kept.truncate(limit);
    kept.get(limit.checked_sub(1)?).map(rank)
}

/// Writes operations as CSV, a row each, with a header. `recall` and `closest_found` are empty
/// where they were not checked.
///
/// # Errors
/// What `out` fails with.
pub fn write_csv(operations: &[OperationRecord], out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "number,kind,node,started_s,latency_ms,outcome,rounds,hops,requests,timeouts,found,\
         recall,closest_found"
    )?;
    for operation in operations {
        writeln!(
            out,
            "{},{},{},{},{},{},{},{},{},{},{},{},{}",
            operation.number,
            operation.kind.name(),
            operation.node,
            fixed_point(operation.started.as_nanos() / 1_000, 6),
            fixed_point(operation.latency().as_micros(), 3),
            operation.outcome.name(),
            operation.rounds,
            operation.hops,
            operation.requests,
            operation.timeouts,
            operation.found,
            operation.recall.map(|r| fixed_point(u64::from(r), 3)).unwrap_or_default(),
            operation.closest_found.map(|found| found.to_string()).unwrap_or_default(),
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::operations::OperationKind;
    use crate::metrics::operations::tests::operation;

    fn log(numbers: impl IntoIterator<Item = u64>, limit: usize) -> OperationLog {
        let mut log = OperationLog::new(limit, Seed(1));
        numbers.into_iter().for_each(|n| log.record(operation(n, OperationKind::Lookup, 2)));
        log
    }

    #[test]
    fn the_sample_does_not_depend_on_the_order() {
        let forward = log(0..1_000, 50);
        let backward = log((0..1_000).rev(), 50);
        assert_eq!(forward.records(), backward.records());
        assert_eq!((forward.total(), forward.kept()), (1_000, 50));

        let mut merged = log(0..300, 50);
        merged.merge(&log(300..1_000, 50));
        assert_eq!(merged.records(), forward.records());
        assert_eq!(merged.total(), 1_000);
    }

    /// Half of the kept come from either half: 500 +- 5 standard deviations of 11.2.
    #[test]
    fn the_sample_is_uniform() {
        let kept = log(0..2_000, 1_000).records();
        let low = kept.iter().filter(|operation| operation.number < 1_000).count();
        assert!((444..=556).contains(&low), "{low} of 1000");
    }

    #[test]
    fn a_log_below_its_limit_keeps_all_and_one_of_zero_none() {
        assert_eq!(log(0..9, 10).kept(), 9);
        let none = log(0..9, 0);
        assert_eq!((none.total(), none.kept()), (9, 0));
    }

    #[test]
    fn rows_have_fixed_columns() {
        let mut first = operation(7, OperationKind::FindProviders, 3);
        let mut out = Vec::new();
        first.recall = Some(950);
        write_csv(&[first], &mut out).expect("a vector takes all");
        let text = String::from_utf8(out).expect("CSV is UTF-8");
        let row = text.lines().nth(1).expect("a row follows the header");
        assert_eq!(row, "7,find-providers,1,7.000000,300.000,success,3,2,30,0,20,0.950,");
        assert_eq!(text.lines().next().map(|h| h.split(',').count()), Some(row.split(',').count()));
    }
}
