//! Verdicts with known answers.

use super::*;
use crate::metrics::Outcome;
use crate::metrics::operations::tests::operation;
use crate::time::Duration;

/// Lookups of `rounds` rounds each in turn, `count` of them.
fn lookups(count: u64, rounds: &[u32]) -> Vec<OperationRecord> {
    let one = |number: u64| {
        let rounds = rounds[number as usize % rounds.len()];
        operation(number, OperationKind::Lookup, rounds)
    };
    (0..count).map(one).collect()
}

fn verdict_of(rows: &[Row], quantity: Quantity) -> Verdict {
    let row = rows.iter().find(|row| row.quantity == quantity);
    row.expect("the quantity is compared").verdict
}

#[test]
fn the_same_agrees_in_every_row() {
    let operations = lookups(100, &[2, 3, 4]);
    let rows = compare(&operations, &operations, 0.0);
    assert_eq!(rows.len(), Quantity::ALL.len());
    for row in rows {
        assert_eq!((row.verdict, row.difference), (Verdict::Agrees, 0.0), "{:?}", row.quantity);
        assert!(row.p_adjusted > 0.99);
        assert!(
            row.simulated.low <= row.simulated.value && row.simulated.value <= row.simulated.high
        );
    }
}

#[test]
fn a_large_difference_differs_and_in_few_operations_may_be_chance() {
    let (few, many) = (3, 300);
    let apart = |count| compare(&lookups(count, &[2, 4, 3]), &lookups(count, &[3, 5, 4]), 0.0);
    assert_eq!(verdict_of(&apart(many), Quantity::Rounds), Verdict::Differs);
    assert_eq!(verdict_of(&apart(many), Quantity::Latency), Verdict::Differs);
    assert_eq!(verdict_of(&apart(many), Quantity::Success), Verdict::Agrees);
    assert_eq!(verdict_of(&apart(few), Quantity::Rounds), Verdict::Agrees);
}

/// 300 ms and 309 ms without any variance: no chance, and 3 %.
#[test]
fn a_small_difference_is_tolerated_however_sure() {
    let simulated = lookups(100, &[3]);
    let later = |operation: &OperationRecord| OperationRecord {
        finished: operation.finished + Duration::from_millis(9),
        ..*operation
    };
    let udp: Vec<_> = simulated.iter().map(later).collect();
    let rows = compare(&simulated, &udp, 0.0);
    assert_eq!(verdict_of(&rows, Quantity::Latency), Verdict::Tolerated);
    assert_eq!(verdict_of(&rows, Quantity::Rounds), Verdict::Agrees);
}

/// 300 ms and 330 ms: beyond the tolerance, unless each of the six packets of three rounds left
/// 5 ms late.
#[test]
fn late_packets_explain_latency() {
    let simulated = lookups(100, &[3]);
    let later = |operation: &OperationRecord| OperationRecord {
        finished: operation.finished + Duration::from_millis(30),
        ..*operation
    };
    let udp: Vec<_> = simulated.iter().map(later).collect();
    let verdict = |lateness| verdict_of(&compare(&simulated, &udp, lateness), Quantity::Latency);
    assert_eq!((verdict(0.5), verdict(5.0)), (Verdict::Differs, Verdict::Tolerated));
}

#[test]
fn failures_count_for_success_and_requests_only() {
    let simulated = lookups(400, &[2, 3]);
    let mut udp = simulated.clone();
    for operation in &mut udp[..40] {
        operation.outcome = Outcome::NotFound;
    }
    let rows = compare(&simulated, &udp, 0.0);
    assert_eq!(verdict_of(&rows, Quantity::Success), Verdict::Differs);
    let count = |quantity| {
        let row = rows.iter().find(|row| row.quantity == quantity).expect("compared");
        (row.simulated.count, row.udp.count)
    };
    assert_eq!(count(Quantity::Rounds), (400, 360));
    assert_eq!((count(Quantity::Requests), count(Quantity::Success)), ((400, 400), (400, 400)));
}

#[test]
fn work_that_one_side_has_not_done_differs() {
    let rows = compare(&lookups(50, &[2]), &[], 0.0);
    assert_eq!(rows.len(), 1, "there is nothing but success to compare");
    assert_eq!(verdict_of(&rows, Quantity::Success), Verdict::Differs);
    assert!(compare(&lookups(3, &[2]), &[], 0.0).is_empty(), "three may have ended too late");
    assert!(compare(&[], &[], 0.0).is_empty());
}
