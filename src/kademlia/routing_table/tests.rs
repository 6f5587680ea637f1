//! Laws of the table over random histories, and each eviction policy by example.

use super::*;
use crate::kademlia::key::Key64;
use crate::kademlia::params::Eviction;
use crate::time::Duration;
use proptest::prelude::*;

const OWN: Key64 = Key64(0);

/// Peers are their own keys, spread so that leading bits differ early.
fn key_of(peer: u16) -> Key64 {
    Key64(u64::from(peer) << 48 | 1)
}

fn bucket(peer: u16) -> usize {
    OWN.shared_bits(key_of(peer)) as usize
}

fn small(eviction: Eviction) -> Params {
    Params {
        k: 2,
        replacements: 2,
        eviction,
        questionable_after: Duration::from_secs(100),
        pending_delay: Duration::from_secs(60),
        ..Params::paper()
    }
}

/// Two contacts, 0x8001 and 0x8002, heard from at 0 s and 1 s, fill bucket 0.
fn full(params: &Params) -> RoutingTable<u16> {
    let mut table = RoutingTable::new();
    table.heard(0, 0x8001, 0, true, params);
    table.heard(0, 0x8002, 1, true, params);
    table
}

/// What bucket 0 holds.
fn first(table: &RoutingTable<u16>) -> Vec<u16> {
    table.bucket(0).collect()
}

#[derive(Clone, Debug)]
enum Step {
    Heard(u16, bool),
    Failed(u16),
    Evict(u16),
}

fn any_step() -> impl Strategy<Value = Step> {
    let peer = 1u16..400;
    prop_oneof![
        4 => (peer.clone(), any::<bool>()).prop_map(|(peer, answered)| Step::Heard(peer, answered)),
        1 => peer.clone().prop_map(Step::Failed),
        1 => peer.prop_map(Step::Evict),
    ]
}

fn any_eviction() -> impl Strategy<Value = Eviction> {
    prop_oneof![Just(Eviction::PingOldest), Just(Eviction::ReplaceUseless), Just(Eviction::Pending)]
}

proptest! {
    #[test]
    fn laws_hold_after_any_history(
        steps in prop::collection::vec(any_step(), 0..400),
        eviction in any_eviction(),
        replacements in 0usize..3,
        keep_stale: bool,
    ) {
        let small = small(eviction);
        let params = Params { keep_stale, failures_before_eviction: 2, replacements, ..small };
        let mut table = RoutingTable::new();
        for (second, step) in (0u64..).step_by(7).zip(steps) {
            match step {
                Step::Heard(peer, answered) => {
                    table.heard(bucket(peer), peer, second, answered, &params);
                }
                Step::Failed(peer) => table.failed(bucket(peer), peer, second, &params),
                Step::Evict(peer) => table.evict(bucket(peer), peer, second, &params),
            }
            table.check(OWN, &params, key_of);
            let mut closest = PeerList::new();
            table.closest(OWN, key_of(0x8000), 1_000, &params, key_of, &mut closest);
            let sound = table.contacts.iter().filter(|contact| contact.mark.failures() < 2).count();
            prop_assert_eq!(closest.len(), sound, "what has failed is left out, and only that");
            for index in 0..table.buckets() {
                let waiting = table.spares(index);
                prop_assert!(waiting.len() <= params.replacements);
                prop_assert!(waiting.iter().all(|&spare| table.bucket(index).all(|held| held != spare)));
            }
        }
    }

    /// The closest contacts are those that sorting all of them finds.
    #[test]
    fn closest_are_the_closest(
        peers in prop::collection::btree_set(1u16.., 0..300), target: u64, count in 1usize..30,
    ) {
        let params = Params { k: 8, ..Params::paper() };
        let mut table = RoutingTable::new();
        for &peer in &peers {
            table.heard(bucket(peer), peer, 0, true, &params);
        }
        let target = Key64(target);
        let mut closest = PeerList::new();
        table.closest(OWN, target, count, &params, key_of, &mut closest);
        let places = closest.inline_size();
        prop_assert!(count > places || !closest.spilled(), "a list that fits stays in its message");
        closest.sort_by_key(|&peer| key_of(peer).distance(target));
        let mut expected = table.contacts().collect::<Vec<_>>();
        expected.sort_by_key(|&peer| key_of(peer).distance(target));
        expected.truncate(count);
        prop_assert_eq!(closest.to_vec(), expected);
    }
}

#[test]
fn the_most_recently_heard_stands_last() {
    let params = small(Eviction::PingOldest);
    let mut table = full(&params);
    assert_eq!(first(&table), [0x8001, 0x8002]);
    table.heard(0, 0x8001, 2, false, &params);
    assert_eq!(first(&table), [0x8002, 0x8001]);
}

#[test]
fn ping_oldest_asks_only_a_contact_that_was_silent_and_evicts_it_for_the_newest_spare() {
    let params = small(Eviction::PingOldest);
    let mut table = full(&params);
    assert_eq!(table.heard(0, 0x8003, 99, false, &params), Heard::Refused);
    let heard = table.heard(0, 0x8004, 100, false, &params);
    assert_eq!(heard, Heard::Full { oldest: 0x8001 });
    assert_eq!(table.spares(0), [0x8003, 0x8004]);
    table.evict(0, 0x8001, 101, &params);
    assert_eq!(first(&table), [0x8002, 0x8004]);
    assert_eq!(table.spares(0), [0x8003]);
}

#[test]
fn failures_evict_when_there_is_a_spare_and_otherwise_leave_a_stale_contact() {
    let params = Params { failures_before_eviction: 2, ..small(Eviction::PingOldest) };
    let mut table = full(&params);
    let closest = |table: &RoutingTable<u16>| {
        let mut closest = PeerList::new();
        table.closest(OWN, key_of(0x8001), 2, &params, key_of, &mut closest);
        closest.to_vec()
    };
    table.failed(0, 0x8001, 2, &params);
    assert_eq!(closest(&table), [0x8001, 0x8002]);
    table.failed(0, 0x8001, 3, &params);
    assert_eq!(first(&table), [0x8001, 0x8002], "it stays (section 4.1)");
    assert_eq!(closest(&table), [0x8002], "but is not given to others");
    table.heard(0, 0x8003, 4, false, &params);
    assert_eq!(first(&table), [0x8002, 0x8003], "a newcomer takes the stale contact's place");
    table.heard(0, 0x8004, 5, false, &params);
    table.failed(0, 0x8002, 6, &params);
    table.failed(0, 0x8002, 7, &params);
    assert_eq!(first(&table), [0x8003, 0x8004]);
}

#[test]
fn a_useless_contact_gives_way_at_once() {
    let params = small(Eviction::ReplaceUseless);
    let mut table = full(&params);
    table.heard(0, 0x8001, 90, false, &params);
    assert_eq!(first(&table), [0x8002, 0x8001], "a query moves it but is no answer");
    assert_eq!(table.heard(0, 0x8003, 100, false, &params), Heard::Refused);
    assert_eq!(table.heard(0, 0x8003, 101, false, &params), Heard::Contact);
    assert_eq!(first(&table), [0x8001, 0x8003]);
}

#[test]
fn a_pending_entry_waits_a_minute() {
    let params = Params { replacements: 1, ..small(Eviction::Pending) };
    let mut table = full(&params);
    table.heard(0, 0x8003, 10, false, &params);
    table.heard(0, 0x8004, 69, false, &params);
    assert_eq!(first(&table), [0x8001, 0x8002]);
    table.heard(0, 0x8004, 70, false, &params);
    assert_eq!(first(&table), [0x8002, 0x8003], "0x8001 was silent since 0x8003 came");
    assert_eq!(table.spares(0), [0x8004]);
}

#[test]
fn the_paper_s_table_would_have_split_where_more_than_k_contacts_remain() {
    let params = Params { k: 3, ..Params::paper() };
    let mut table = RoutingTable::new();
    for peer in [0x8001, 0x8002, 0x8003, 0x4001, 0x4002, 0x2001, 0x2002, 0x1001] {
        table.heard(bucket(peer), peer, 0, true, &params);
    }
    // Buckets hold 3, 2, 2, 1: the last two hold 3 together, the last three 5.
    assert_eq!(table.split_buckets(3), 2);
    assert_eq!(table.split_buckets(100), 0);
}

/// A table that grew contact by contact takes no more memory than one of the same size has to.
#[test]
fn a_table_grows_with_the_sizes_of_the_allocator() {
    let mut contacts: Vec<[u16; 3]> = Vec::new();
    let mut rooms = Vec::new();
    for _ in 0..400 {
        make_room(&mut contacts);
        contacts.push([0; 3]);
        rooms.push(contacts.capacity() * 6);
    }
    rooms.dedup();
    assert_eq!(rooms[..3], [60, 126, 192]);
    assert_eq!(rooms[rooms.len() - 4..], [1_536, 1_788, 2_046, 2_556]);
}

/// With and without a replacement cache, a newcomer takes the place of a contact that has
/// failed too often.
#[test]
fn a_newcomer_replaces_the_oldest_that_has_failed() {
    for replacements in [0, 2] {
        let params = Params { replacements, ..small(Eviction::PingOldest) };
        let mut table = full(&params);
        assert!(!table.has_room(0, 10, &params));
        for second in 2..10 {
            table.failed(0, 0x8001, second, &params);
        }
        assert!(table.has_room(0, 10, &params), "who has failed gives way at once");
        assert_eq!(first(&table), [0x8001, 0x8002], "nothing can replace it");
        assert_eq!(table.heard(0, 0x8003, 10, false, &params), Heard::Contact);
        assert_eq!(first(&table), [0x8002, 0x8003]);
        assert!(table.spares(0).is_empty());
    }
}
