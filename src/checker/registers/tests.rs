//! Histories with planted flaws, and laws of histories that are drawn.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn at(nanos: u64) -> Instant {
    Instant::from_nanos(nanos)
}

fn write(started: u64, ended: u64) -> Write {
    Write { by: NodeIndex(1), started: at(started), ended: at(ended), effect: Effect::Done }
}

/// One that nobody has confirmed when it is given up.
fn open(started: u64, ended: u64) -> Write {
    Write { effect: Effect::Open, ..write(started, ended) }
}

fn read(started: u64, ended: u64, found: Found) -> Read {
    Read { by: NodeIndex(2), started: at(started), ended: at(ended), found }
}

fn of(place: usize, started: u64, ended: u64) -> Read {
    read(started, ended, Found::Write(place))
}

/// The only flaw of a read of this history.
fn only_flaw(writes: &[Write], one: Read) -> Option<Flaw> {
    let checks = check(writes, &[one]);
    assert_eq!(checks.is_atomic, checks.unexplained.is_empty(), "a read has nobody to differ from");
    checks.unexplained.first().map(|&(_, flaw)| flaw)
}

#[test]
fn a_planted_stale_read_is_named_with_the_write_that_came_between() {
    let writes = [write(10, 20), write(30, 40), write(50, 60)];
    assert_eq!(only_flaw(&writes, of(0, 45, 47)), Some(Flaw::Stale(1)));
    assert_eq!(only_flaw(&writes, of(0, 70, 80)), Some(Flaw::Stale(1)), "the first to be done");
    assert_eq!(only_flaw(&writes, of(1, 70, 80)), Some(Flaw::Stale(2)));
    assert_eq!(only_flaw(&writes, of(2, 70, 80)), None);
    // A write that began later but was done earlier than others.
    let writes = [write(10, 20), write(30, 90), write(40, 50)];
    assert_eq!(only_flaw(&writes, of(0, 60, 61)), Some(Flaw::Stale(2)));
}

#[test]
fn a_planted_lost_read_is_named() {
    let writes = [write(30, 40), write(10, 50)];
    let nothing = |started, ended| read(started, ended, Found::Nothing);
    assert_eq!(only_flaw(&writes, nothing(41, 45)), Some(Flaw::Lost(0)));
    assert_eq!(only_flaw(&writes, nothing(40, 45)), None, "it was not over before the read began");
    assert_eq!(only_flaw(&[], nothing(1, 2)), None);
    assert_eq!(only_flaw(&[open(1, 2)], nothing(5, 6)), None);
}

#[test]
fn what_nobody_wrote_is_named() {
    let writes = [write(10, 20)];
    assert_eq!(only_flaw(&writes, read(30, 40, Found::Unwritten)), Some(Flaw::Unwritten));
    assert_eq!(only_flaw(&writes, of(0, 5, 9)), Some(Flaw::Unwritten), "it was yet to begin");
    assert_eq!(only_flaw(&writes, of(0, 5, 10)), None);
}

#[test]
fn a_read_beside_writes_may_return_the_old_or_any_of_the_new() {
    let writes = [write(10, 20), write(30, 60), write(35, 50)];
    for place in 0..3 {
        assert_eq!(only_flaw(&writes, of(place, 40, 45)), None, "{place}");
        assert_eq!(only_flaw(&writes, of(place, 50, 55)), None, "{place}: they touch");
    }
    // One of the two is over: the old one is overwritten, the other write is not.
    assert_eq!(only_flaw(&writes, of(0, 51, 55)), Some(Flaw::Stale(2)));
    assert_eq!(only_flaw(&writes, of(1, 70, 75)), None, "these two overlapped");
    assert_eq!(only_flaw(&writes, of(2, 70, 75)), None);
}

#[test]
fn a_write_that_failed_may_appear_at_any_time_or_never() {
    let writes = [write(10, 20), open(30, 40), write(50, 60)];
    assert_eq!(only_flaw(&writes, of(0, 45, 46)), None, "it has not");
    assert_eq!(only_flaw(&writes, of(1, 45, 46)), None, "it has");
    assert_eq!(only_flaw(&writes, of(1, 90, 95)), None, "it has at last");
    assert_eq!(only_flaw(&writes, of(0, 90, 95)), Some(Flaw::Stale(2)));
}

#[test]
fn what_touches_in_an_instant_has_overlapped() {
    let writes = [write(10, 20), write(20, 30)];
    assert_eq!(only_flaw(&writes, of(0, 40, 50)), None, "either may have been the last");
    let writes = [write(10, 20), write(21, 30)];
    assert_eq!(only_flaw(&writes, of(0, 30, 50)), None);
    assert_eq!(only_flaw(&writes, of(0, 31, 50)), Some(Flaw::Stale(1)));
}

#[test]
fn reads_that_go_back_are_inverted_and_their_register_is_not_atomic() {
    // Both values are allowed while the second write lasts, but not the new one and then the old one.
    let writes = [write(10, 20), write(30, 90)];
    let forth = check(&writes, &[of(0, 40, 45), of(1, 50, 55)]);
    let back = check(&writes, &[of(1, 40, 45), of(0, 50, 55)]);
    assert_eq!((forth.inverted, forth.is_atomic, forth.concurrent), (0, true, 2));
    assert_eq!((back.inverted, back.is_atomic, back.unexplained.len()), (1, false, 0));
    let touching = check(&writes, &[of(1, 40, 45), of(0, 45, 55)]);
    assert_eq!((touching.inverted, touching.is_atomic), (0, true));
    let empty = check(&[write(10, 90)], &[of(0, 20, 25), read(30, 35, Found::Nothing)]);
    assert_eq!((empty.inverted, empty.is_atomic), (1, false));
}

#[test]
fn reads_are_concurrent_with_what_its_writer_had_under_way() {
    let writes = [write(10, 20), open(30, 40)];
    let reads = [of(0, 21, 29), of(0, 20, 22), of(0, 25, 50), of(0, 41, 45)];
    assert_eq!(check(&writes, &reads).concurrent, 2, "given up is not under way");
}

/// Whether some order of all operations explains the reads, found by trying.
fn has_order(writes: &[Write], reads: &[Read]) -> bool {
    let mut spans: Vec<(Instant, Instant)> =
        writes.iter().map(|write| (write.started, write.done())).collect();
    spans.extend(reads.iter().map(|read| (read.started, read.ended)));
    let left: BTreeSet<usize> = (0..spans.len()).collect();
    goes_on(writes, reads, &spans, &left, Found::Nothing)
}

fn goes_on(
    writes: &[Write],
    reads: &[Read],
    spans: &[(Instant, Instant)],
    left: &BTreeSet<usize>,
    value: Found,
) -> bool {
    let may_be_left = |&place: &usize| writes.get(place).is_some_and(|w| w.effect == Effect::Open);
    if left.iter().all(may_be_left) {
        return true;
    }
    left.iter().any(|&next| {
        let is_first = left.iter().all(|&other| spans[other].1 >= spans[next].0);
        let after = match next.checked_sub(writes.len()) {
            None => Found::Write(next),
            Some(read) if reads[read].found == value => value,
            Some(_) => return false,
        };
        let mut rest = left.clone();
        rest.remove(&next);
        is_first && goes_on(writes, reads, spans, &rest, after)
    })
}

/// A few operations within few instants, whatever the reads return.
fn tiny() -> impl Strategy<Value = (Vec<Write>, Vec<Read>)> {
    let span = || (0u64..12, 0u64..6);
    let writes = proptest::collection::vec((span(), 0u32..4), 0..4);
    let reads = proptest::collection::vec((span(), 0usize..4), 0..4);
    (writes, reads).prop_map(|(writes, reads)| {
        let write = |((start, length), fate)| match fate {
            0 => open(start, start + length),
            _ => write(start, start + length),
        };
        let writes: Vec<Write> = writes.into_iter().map(write).collect();
        let found = |place| if place < writes.len() { Found::Write(place) } else { Found::Nothing };
        let read = |((start, length), place)| read(start, start + length, found(place));
        let reads = reads.into_iter().map(read).collect();
        (writes, reads)
    })
}

/// What those see who read and write a register that handles one operation after another: each takes effect at
/// an instant within it.
fn sequential() -> impl Strategy<Value = (Vec<Write>, Vec<Read>)> {
    let operation = (1u64..5, 0u64..40, 0u64..40, 0u32..10);
    proptest::collection::vec(operation, 0..60).prop_map(|operations| {
        let (mut writes, mut reads) = (Vec::new(), Vec::new());
        let (mut now, mut value) = (40, Found::Nothing);
        for (gap, before, after, kind) in operations {
            now += gap;
            let (started, ended) = (now - before, now + after);
            match kind {
                0..4 => {
                    value = Found::Write(writes.len());
                    writes.push(write(started, ended));
                }
                4 => {
                    value = Found::Write(writes.len());
                    writes.push(open(started, ended));
                }
                5 => writes.push(open(started, ended)),
                _ => reads.push(read(started, ended, value)),
            }
        }
        (writes, reads)
    })
}

/// The conditions of [`check`] as they are said, read by read and pair by pair.
fn is_explained(writes: &[Write], read: &Read) -> bool {
    let over = |from: Option<Instant>| {
        let between = |write: &Write| {
            from.is_none_or(|from| from < write.started) && write.done() < read.started
        };
        writes.iter().any(between)
    };
    match read.found {
        Found::Unwritten => false,
        Found::Nothing => !over(None),
        Found::Write(place) => {
            writes[place].started <= read.ended && !over(Some(writes[place].done()))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn zones_agree_with_trying_all_orders((writes, reads) in tiny()) {
        let checks = check(&writes, &reads);
        prop_assert_eq!(checks.is_atomic, has_order(&writes, &reads));
        // An order that explains all explains each.
        prop_assert!(!checks.is_atomic || checks.unexplained.is_empty() && checks.inverted == 0);
    }

    #[test]
    fn each_read_is_judged_by_the_conditions_as_they_are_said((writes, reads) in tiny()) {
        let flawed: BTreeSet<usize> =
            check(&writes, &reads).unexplained.into_iter().map(|(place, _)| place).collect();
        for (place, read) in reads.iter().enumerate() {
            prop_assert_eq!(!flawed.contains(&place), is_explained(&writes, read), "{}", place);
        }
    }

    #[test]
    fn a_register_that_handles_one_after_another_is_atomic((writes, reads) in sequential()) {
        let checks = check(&writes, &reads);
        prop_assert_eq!(&checks.unexplained, &vec![]);
        prop_assert!(checks.is_atomic && checks.inverted == 0);
    }
}
