//! Laws of the lookup over random worlds, and worked examples.

use super::*;
use crate::kademlia::key::Key64;
use crate::rng::distribution::below;
use crate::rng::{Purpose, Seed, Stream};
use proptest::prelude::*;
use rand::Rng;
use std::collections::{BTreeMap, BTreeSet};

type Peer = u64;

fn key(peer: Peer) -> Key64 {
    Key64(peer.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

fn named(peers: impl IntoIterator<Item = Peer>) -> impl Iterator<Item = (Peer, Key64)> {
    peers.into_iter().map(|peer| (peer, key(peer)))
}

/// Asks everything that `lookup` wants asked now.
fn ask_all(lookup: &mut Lookup<Peer, Key64>, params: &Params) -> (Vec<Peer>, Next<Peer>) {
    let mut asked = Vec::new();
    loop {
        match lookup.next(params) {
            Next::Ask(peer) => asked.push(peer),
            end => return (asked, end),
        }
    }
}

/// Runs a lookup in a world of `nodes` nodes where each knows `knows` others and some are
/// dead; ends requests in random order. Returns the answered and every node asked.
fn play(seed: u64, nodes: u64, knows: u64, dead: u64, params: &Params) -> (Vec<Peer>, u32) {
    let mut draws = Stream::new(Seed(seed), Purpose::Test, 0);
    let target = Key64(draws.next_u64());
    let neighbours: BTreeMap<Peer, Vec<Peer>> = (1..=nodes)
        .map(|peer| (peer, (0..knows).map(|_| 1 + below(draws.next_u64(), nodes)).collect()))
        .collect();
    let is_dead = |peer: Peer| key(peer).0 % 100 < dead;
    let mut lookup = Lookup::new(target, params, named(neighbours[&1].iter().copied()));
    let mut asked = BTreeSet::new();
    let mut open = Vec::new();
    loop {
        let (now, next) = ask_all(&mut lookup, params);
        for peer in now {
            assert!(asked.insert(peer), "seed {seed}: {peer} was asked twice");
            open.push(peer);
        }
        if next == Next::Done {
            assert_eq!(lookup.requests() as usize, asked.len());
            let answered = asked.iter().copied().filter(|&peer| !is_dead(peer)).collect();
            return (answered, lookup.requests());
        }
        assert!(!open.is_empty(), "seed {seed}: a lookup waits for nothing");
        assert!(params.follow_up || open.len() <= params.alpha, "seed {seed}: too many at once");
        let peer = open.swap_remove(below(draws.next_u64(), open.len() as u64) as usize);
        if is_dead(peer) {
            lookup.on_failure(peer, key(peer));
        } else {
            let nodes = named(neighbours[&peer].iter().copied());
            lookup.on_answer(peer, key(peer), nodes, params);
        }
    }
}

fn any_params() -> impl Strategy<Value = Params> {
    let stop = prop_oneof![Just(Stop::KClosest), Just(Stop::BetaClosest), Just(Stop::NoCloser)];
    let parallelism = prop_oneof![Just(Parallelism::Loose), Just(Parallelism::Strict)];
    (1usize..12, 1usize..6, stop, parallelism, any::<bool>()).prop_map(
        |(k, alpha, stop, parallelism, follow_up)| Params {
            k,
            alpha,
            beta: k.min(3),
            stop,
            parallelism,
            follow_up,
            candidates: 2 * k,
            ..Params::paper()
        },
    )
}

proptest! {
    /// It ends, asks nobody twice and keeps to alpha, whatever the world and the parameters.
    #[test]
    fn terminates_and_asks_nobody_twice(
        seed: u64, nodes in 2u64..200, knows in 1u64..12, dead in 0u64..80, params in any_params(),
    ) {
        play(seed, nodes, knows, dead, &params);
    }
}

#[test]
fn asks_alpha_at_a_time_and_the_closest_first() {
    let params = Params { k: 3, alpha: 2, candidates: 6, ..Params::paper() };
    let mut lookup =
        Lookup::new(Key64(0), &params, [(8, Key64(8)), (2, Key64(2)), (5, Key64(5))].into_iter());
    assert_eq!(ask_all(&mut lookup, &params), (vec![2, 5], Next::Wait));
    lookup.on_answer(2, Key64(2), [(1, Key64(1)), (9, Key64(9))].into_iter(), &params);
    assert_eq!(ask_all(&mut lookup, &params), (vec![1], Next::Wait));
    lookup.on_answer(1, Key64(1), std::iter::empty(), &params);
    assert_eq!(ask_all(&mut lookup, &params), (vec![], Next::Wait), "1, 2 and 5 are the closest");
    lookup.on_failure(5, Key64(5));
    assert_eq!(ask_all(&mut lookup, &params), (vec![8], Next::Wait));
    lookup.on_answer(8, Key64(8), std::iter::empty(), &params);
    assert_eq!(ask_all(&mut lookup, &params), (vec![], Next::Done));
    assert_eq!(lookup.closest_answered(3).collect::<Vec<_>>(), [1, 2, 8]);
    assert_eq!((lookup.requests(), lookup.hops(), lookup.rounds()), (4, 1, 3));
}

#[test]
fn a_strict_round_waits_for_all_of_its_requests() {
    let params = Params { k: 4, alpha: 2, parallelism: Parallelism::Strict, ..Params::paper() };
    let known = (1..=4).map(|peer| (peer, Key64(peer)));
    let mut lookup = Lookup::new(Key64(0), &params, known);
    assert_eq!(ask_all(&mut lookup, &params), (vec![1, 2], Next::Wait));
    lookup.on_answer(1, Key64(1), std::iter::empty(), &params);
    assert_eq!(ask_all(&mut lookup, &params), (vec![], Next::Wait));
    lookup.on_answer(2, Key64(2), std::iter::empty(), &params);
    assert_eq!(ask_all(&mut lookup, &params), (vec![3, 4], Next::Wait));
    lookup.on_answer(3, Key64(3), std::iter::empty(), &params);
    lookup.on_answer(4, Key64(4), std::iter::empty(), &params);
    assert_eq!(ask_all(&mut lookup, &params).1, Next::Done);
    assert_eq!(lookup.rounds(), 2);
}

#[test]
fn a_late_request_makes_room_and_its_answer_still_counts() {
    // With k = 3 the lookup would have to wait for the third, were it not late.
    let params = Params { k: 3, alpha: 1, ..Params::paper() };
    let known = (1..=3).map(|peer| (peer, Key64(peer)));
    let mut lookup = Lookup::new(Key64(0), &params, known);
    assert_eq!(ask_all(&mut lookup, &params), (vec![1], Next::Wait));
    lookup.on_late(1, Key64(1));
    assert_eq!(ask_all(&mut lookup, &params), (vec![2], Next::Wait));
    lookup.on_answer(2, Key64(2), std::iter::empty(), &params);
    assert_eq!(ask_all(&mut lookup, &params), (vec![3], Next::Wait));
    lookup.on_answer(1, Key64(1), std::iter::empty(), &params);
    lookup.on_late(3, Key64(3));
    assert_eq!(ask_all(&mut lookup, &params).1, Next::Done, "3 is not waited for");
    assert_eq!(lookup.closest_answered(3).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn ends_when_no_answer_names_a_closer_node() {
    let params = Params { k: 8, alpha: 2, stop: Stop::NoCloser, candidates: 16, ..Params::paper() };
    let known = (1..=8).map(|peer| (peer, Key64(peer)));
    let mut lookup = Lookup::new(Key64(0), &params, known);
    assert_eq!(ask_all(&mut lookup, &params), (vec![1, 2], Next::Wait));
    lookup.on_answer(1, Key64(1), std::iter::empty(), &params);
    assert_eq!(ask_all(&mut lookup, &params), (vec![3], Next::Wait));
    lookup.on_answer(2, Key64(2), std::iter::empty(), &params);
    assert_eq!(ask_all(&mut lookup, &params), (vec![], Next::Done), "two barren answers");
}

/// A path is broken by who fails on the way to the closest node asked, or is that node; not by who
/// fails when it was there.
#[test]
fn a_path_is_broken_by_who_fails_on_the_way() {
    let params = Params { alpha: 1, k: 5, ..Params::paper() };
    let walk = |failing: &[u64]| {
        let known = [(8u64, Key64(8))].into_iter();
        let mut lookup = Lookup::new(Key64(0), &params, known);
        while let Next::Ask(peer) = lookup.next(&params) {
            if failing.contains(&peer) {
                lookup.on_failure(peer, Key64(peer));
            } else {
                let named = [peer / 2, peer / 2 + 1].map(|key| (key, Key64(key)));
                lookup.on_answer(peer, Key64(peer), named.into_iter(), &params);
            }
        }
        (lookup.path().hops, lookup.path().is_unbroken())
    };
    // 8, 4, 2, 1, 0: the closest node is the fifth.
    assert_eq!(walk(&[]), (5, true));
    assert_eq!(walk(&[5, 3]), (5, true), "nobody on the way");
    assert!(!walk(&[4]).1, "one on the way");
    assert_eq!(walk(&[0]), (5, false), "the closest itself");
}
