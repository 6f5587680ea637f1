//! What a node of an open network does, in a world by hand.

use super::node::{Actor, World, at, find, key, known, put, three};
use kadsim::kademlia::key::Key64;
use kadsim::kademlia::message::{Body, Message, Record};
use kadsim::kademlia::operation::Command;
use kadsim::kademlia::params::{Params, Precautions};
use kadsim::protocol::Input;
use kadsim::time::Duration;

fn open() -> Params {
    Params { precautions: Precautions::Open, ..Params::paper() }
}

fn ping_of(actor: &mut Actor) -> u32 {
    let (_, ping) = actor.sent_one();
    assert!(matches!(ping.body, Body::Ping));
    ping.number
}

#[test]
fn who_only_asks_is_pinged_first() {
    let mut actor = Actor::new(1, &open(), &[]);
    let answer = actor.answers(0x80, Body::Ping);
    assert!(matches!(answer, Body::Pong));
    let number = ping_of(&mut actor);
    assert!(known(&actor).is_empty());
    // It asks again before it has answered: one question at a time.
    actor.answers(0x80, Body::Ping);
    assert!(actor.notes.sent.is_empty());
    actor.hears(0x80, Message { number, body: Body::Pong });
    assert_eq!(known(&actor), [0x80]);
    // As a contact it is heard from when it asks, and not pinged again.
    actor.answers(0x80, Body::Ping);
    assert!(actor.notes.sent.is_empty());
    // Another that never answers is never a contact.
    actor.hears(0x81, Message { number: 7, body: Body::Ping });
    actor.notes.sent.clear();
    actor.wakes_at(at(1));
    assert_eq!(known(&actor), [0x80]);
}

/// The nodes to join through come into the table when they answer.
#[test]
fn a_node_joins_through_those_who_answer() {
    let mut world = World::of(&open(), &[(1, &[]), (2, &[1, 9])]);
    world.actor(1).input(Input::Start);
    world.actor(2).input(Input::Start);
    assert!(known(world.actor(2)).is_empty());
    let log = world.settle();
    assert!(log.contains(&"2>9 find-node".to_owned()), "{log:?}");
    assert_eq!(known(world.actor(2)), [1]);
    assert_eq!(known(world.actor(1)), [2]);
}

/// Two that join through a third at the same time are not named to each other, which has yet to
/// verify them. They find each other shortly after.
#[test]
fn who_joined_at_the_same_time_is_found_soon() {
    let mut world = World::of(&open(), &[(1, &[]), (2, &[1]), (3, &[1])]);
    for name in 1..=3 {
        world.actor(name).input(Input::Start);
    }
    world.settle();
    assert_eq!(known(world.actor(2)), [1]);
    assert_eq!(known(world.actor(3)), [1]);
    world.pass(Duration::from_secs(10));
    for (name, others) in [(2, [1, 3]), (3, [1, 2])] {
        let mut contacts = known(world.actor(name));
        contacts.sort_unstable();
        assert_eq!(contacts, others);
    }
    // The first, which joined through the others then, does the same after the same time.
    world.pass(Duration::from_secs(10));
    assert!(world.pass(Duration::from_secs(1_000)).is_empty(), "once is enough");
}

/// What is stored has been asked for before: value or providers, and not nodes.
#[test]
fn a_search_for_the_item_comes_before_its_storing() {
    let mut world = three(&open());
    world.actor(1).command(put(key(0x70)));
    let log = world.settle();
    let of_kind = |log: &[String], kind: &str| {
        log.iter().filter(|line| line.ends_with(&format!(" {kind}"))).count()
    };
    assert_eq!((of_kind(&log, "find-value"), of_kind(&log, "store")), (2, 2));
    assert_eq!(of_kind(&log, "find-node"), 0);
    // Once more: the holders have it, and are still told of.
    world.actor(1).notes.reports.clear();
    world.actor(1).command(put(key(0x70)));
    let log = world.settle();
    assert_eq!((of_kind(&log, "value"), of_kind(&log, "store")), (2, 2));
    assert_eq!(world.actor(1).finished_one().copies, 2);

    world.actor(1).command(Command::Provide { number: 1, key: key(0x71) });
    let log = world.settle();
    assert_eq!((of_kind(&log, "get-providers"), of_kind(&log, "add-provider")), (2, 2));
    // Nothing is stored without a search, not even when a holder leaves.
    world.actor(2).notes.sent.clear();
    world.actor(2).input(Input::Stop);
    assert!(world.actor(2).notes.sent.is_empty());
}

#[test]
fn records_farthest_from_the_own_key_give_way() {
    let mut actor = Actor::new(0, &open(), &[]);
    let record = || Record {
        value: bytes::Bytes::from_static(b"value"),
        age: Duration::ZERO,
        cached: false,
    };
    let store = |actor: &mut Actor, key: u64| {
        let answer = actor.answers(9, Body::Store { key: Key64(key), record: record() });
        actor.notes.sent.clear();
        matches!(answer, Body::Stored)
    };
    // Its own key is 0: the larger a key, the farther.
    for key in 1_001..=1_700 {
        assert!(store(&mut actor, key));
    }
    assert!(!store(&mut actor, 1_701), "there is no room for one that is farther");
    assert!(store(&mut actor, 1_700), "what is held may come again");
    assert!(store(&mut actor, 7));
    let held: Vec<u64> = actor.node.held_keys().map(|key| key.0).collect();
    assert_eq!(held.len(), 700);
    assert!(held.contains(&7) && !held.contains(&1_700));
}

/// A lookup under precautions finds what one without finds.
#[test]
fn lookups_are_the_same() {
    let mut closest = Vec::new();
    for params in [Params::paper(), open()] {
        let mut world = three(&params);
        world.actor(3).command(find(key(0x55)));
        world.settle();
        closest.push(world.actor(3).finished_one().closest);
    }
    assert_eq!(closest[0], closest[1]);
}
