//! What is kept, renewed and forgotten.

use super::*;

fn record(age: u64) -> Record {
    let value = Bytes::from_static(b"value");
    Record { value, age: Duration::from_secs(age), cached: false }
}

fn at(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

const HOUR: u64 = 3_600;

#[test]
fn a_record_is_replicated_hourly_and_expires_a_day_after_its_publication() {
    let params = Params::paper();
    let mut records = Records::<u32, u32>::new();
    assert!(records.store(1, record(2 * HOUR), Precedence::OfDate, at(0), &params));
    assert_eq!(records.deadline(), at(HOUR));
    let due = records.upkeep(at(HOUR), &params);
    let [Upkeep::Replicate(1, sent)] = &due[..] else { panic!("{due:?}") };
    assert_eq!(sent.age, Duration::from_secs(3 * HOUR));
    // Received again: the others have it too, so the next replication waits.
    assert!(!records.store(1, record(4 * HOUR), Precedence::OfDate, at(2 * HOUR - 1), &params));
    assert_eq!(records.deadline(), at(3 * HOUR - 1));
    assert!(records.get(1, at(22 * HOUR - 1), &params).is_some());
    assert!(records.get(1, at(22 * HOUR), &params).is_none());
    assert_eq!(records.expire(at(22 * HOUR)), [1]);
}

#[test]
fn a_cached_copy_makes_no_replica_of_a_replica_less() {
    let params = Params::rust_libp2p();
    for cached_first in [false, true] {
        let mut records = Records::<u32, u32>::new();
        for cached in [cached_first, !cached_first] {
            let record = Record { cached, ..record(0) };
            records.store(1, record, Precedence::OfDate, at(0), &params);
        }
        assert_eq!(records.lasting(at(1), &params).len(), 1);
        assert_eq!(records.deadline(), at(HOUR), "it is replicated");
    }
}

/// An older value that was published again keeps its date until a newer version comes, however old that is.
#[test]
fn a_newer_version_replaces_what_was_published_after_it() {
    let params = Params::paper();
    let of = |value, age| Record { value: Bytes::from_static(value), ..record(age) };
    let mut records = Records::<u32, u32>::new();
    records.store(1, of(b"old", 0), Precedence::OfDate, at(2 * HOUR), &params);
    records.store(1, of(b"new", HOUR), Precedence::OfDate, at(2 * HOUR), &params);
    assert_eq!(records.value(1, at(2 * HOUR)), Some(&Bytes::from_static(b"old")), "by date");
    records.store(1, of(b"new", HOUR), Precedence::OfVersion, at(2 * HOUR), &params);
    assert_eq!(records.value(1, at(2 * HOUR)), Some(&Bytes::from_static(b"new")));
    assert_eq!(records.expire(at(25 * HOUR)), [1], "with the date of its own");
}

#[test]
fn only_the_value_that_is_outdated_is_not_published_again() {
    let params = Params::paper();
    let mut records = Records::<u32, u32>::new();
    let [old, new] = [&b"old"[..], b"new"].map(Bytes::from_static);
    records.publish(1, Some(new.clone()), at(0), &params);
    records.withdraw(1, &old);
    assert_eq!(records.deadline(), at(24 * HOUR), "another has taken its place");
    records.withdraw(1, &new);
    assert_eq!(records.deadline(), Instant::FAR_FUTURE);
}

#[test]
fn a_publication_comes_up_again() {
    let params = Params::mainline();
    let mut records = Records::<u32, u32>::new();
    records.publish(9, None, at(0), &params);
    let due = records.upkeep(at(HOUR), &params);
    assert!(matches!(due[..], [Upkeep::Publish(9, None)]), "{due:?}");
    assert_eq!(records.deadline(), Instant::FAR_FUTURE, "until it is published again");
}

#[test]
fn what_was_not_stored_before_an_absence_is_due_after_it() {
    let params = Params::paper();
    let mut records = Records::<u32, u32>::new();
    let value = || Some(Bytes::from_static(b"value"));
    records.publish(1, value(), at(0), &params);
    records.publish(2, value(), at(0), &params);
    let publications = records.take_publications(&[2]);
    let mut next_life = Records::<u32, u32>::new();
    next_life.resume_publications(publications);
    let due = next_life.upkeep(at(HOUR), &params);
    assert!(matches!(due[..], [Upkeep::Publish(2, Some(_))]), "{due:?}");
    assert_eq!(next_life.deadline(), at(24 * HOUR));
}

#[test]
fn providers_are_forgotten_when_they_are_silent() {
    let params = Params::mainline();
    let mut records = Records::<u32, u32>::new();
    let mut add = |peer, second| {
        let expires = at(second) + params.provider_expiry;
        records.add_provider(1, peer, expires, &params, |_| None)
    };
    assert_eq!(add(10, 0), Ok(true));
    assert_eq!(add(11, HOUR), Ok(false));
    assert_eq!(add(10, HOUR / 2), Ok(false));
    assert_eq!(records.providers(1, at(2 * HOUR)), [10, 11]);
    assert_eq!(records.providers(1, at(2 * HOUR + HOUR / 2)), [11]);
    assert_eq!(records.expire(at(3 * HOUR)), [1]);
    assert_eq!(records.deadline(), Instant::FAR_FUTURE);
}
