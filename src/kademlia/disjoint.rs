//! A lookup over disjoint paths (S/Kademlia: Baumgart and Mies, "S/Kademlia: A Practicable Approach
//! Towards Secure Key-Based Routing", ICPADS 2007, the section on lookups over disjoint paths).
//!
//! The k closest contacts are dealt out to `d` lookups that go their ways without regard to each
//! other, but that no node is asked by two of them. Each has the d-th part of what the whole may have
//! under way, and is to find the d-th part of what is to be found, rounded up. With `d = 1` this is a
//! lookup as the paper has it.

use super::key::Key;
use super::lookup::{Lookup, Next, Path};
use super::params::Params;
use smallvec::SmallVec;

/// How the paths of a lookup went, one for each.
pub type Paths = SmallVec<[Path; 4]>;

/// A lookup over as many paths as the parameters say.
#[derive(Clone, Debug)]
pub(super) struct Search<P, K> {
    first: Lookup<P, K>,
    others: Option<Box<Others<P, K>>>,
}

/// The paths beside the first.
#[derive(Clone, Debug)]
struct Others<P, K> {
    lookups: Vec<Lookup<P, K>>,
    /// Those of a single path.
    params: Params,
}

impl<P: Copy + Eq + Ord, K: Key> Search<P, K> {
    /// A search for `target` that begins with `known` nodes.
    pub(super) fn new(target: K, params: &Params, known: impl Iterator<Item = (P, K)>) -> Self {
        if params.disjoint_paths == 1 {
            return Search { first: Lookup::new(target, params, known), others: None };
        }
        let mut known: Vec<(P, K)> = known.collect();
        known.sort_by_key(|&(_, key)| key.distance(target));
        let of_path = of_one_path(params);
        let dealt = |path: usize| {
            let own = known.iter().skip(path).step_by(params.disjoint_paths).copied();
            Lookup::new(target, &of_path, own)
        };
        let (first, lookups) = (dealt(0), (1..params.disjoint_paths).map(dealt).collect());
        Search { first, others: Some(Box::new(Others { lookups, params: of_path })) }
    }

    /// Begins to fetch what an answer touches.
    #[inline]
    pub(super) fn prefetch(&self) {
        self.first.prefetch();
    }

    fn all(&self) -> impl Iterator<Item = &Lookup<P, K>> {
        std::iter::once(&self.first).chain(self.others.iter().flat_map(|others| &others.lookups))
    }

    /// See [`Lookup::target`].
    pub(super) fn target(&self) -> K {
        self.first.target()
    }

    /// See [`Lookup::next`].
    #[inline]
    pub(super) fn next(&mut self, params: &Params) -> Next<P> {
        match &self.others {
            None => self.first.next(params),
            Some(_) => self.next_of_paths(),
        }
    }

    /// The first path that has somebody to ask whom no other has asked.
    fn next_of_paths(&mut self) -> Next<P> {
        let mut waits = false;
        for path in 0..self.all().count() {
            loop {
                let others = self.others.as_mut().expect("there are other paths");
                let own = match path {
                    0 => &mut self.first,
                    _ => &mut others.lookups[path - 1],
                };
                match own.next(&others.params) {
                    Next::Ask(peer) => {
                        let rest = self.all().enumerate().filter(|&(other, _)| other != path);
                        if !rest.map(|(_, other)| other).any(|other| other.has_asked(peer)) {
                            return Next::Ask(peer);
                        }
                        self.path_mut(path).leave_to_another(peer);
                    }
                    Next::Wait => {
                        waits = true;
                        break;
                    }
                    Next::Done => break,
                }
            }
        }
        if waits { Next::Wait } else { Next::Done }
    }

    fn path_mut(&mut self, path: usize) -> &mut Lookup<P, K> {
        match (path, &mut self.others) {
            (1.., Some(others)) => &mut others.lookups[path - 1],
            _ => &mut self.first,
        }
    }

    /// The path that has asked this node and would take its answer; else the first, which knows
    /// what to do with an answer that it does not wait for.
    fn asker(&mut self, peer: P, key: K) -> &mut Lookup<P, K> {
        let path = self.all().position(|path| path.is_open_to(peer, key)).unwrap_or(0);
        self.path_mut(path)
    }

    /// See [`Lookup::on_answer`].
    #[inline]
    pub(super) fn on_answer(
        &mut self,
        peer: P,
        key: K,
        nodes: impl Iterator<Item = (P, K)>,
        params: &Params,
    ) {
        if self.others.is_none() {
            return self.first.on_answer(peer, key, nodes, params);
        }
        let path = self.all().position(|path| path.is_open_to(peer, key)).unwrap_or(0);
        match (path, &mut self.others) {
            (1.., Some(others)) => {
                let Others { lookups, params } = &mut **others;
                lookups[path - 1].on_answer(peer, key, nodes, params);
            }
            _ => self.first.on_answer(peer, key, nodes, params),
        }
    }

    /// See [`Lookup::on_failure`].
    pub(super) fn on_failure(&mut self, peer: P, key: K) {
        self.asker(peer, key).on_failure(peer, key);
    }

    /// See [`Lookup::on_late`].
    pub(super) fn on_late(&mut self, peer: P, key: K) {
        self.asker(peer, key).on_late(peer, key);
    }

    /// The up to `k` closest nodes that have answered on any path, closest first.
    pub(super) fn closest_answered(&self, k: usize) -> SmallVec<[P; 20]> {
        if self.others.is_none() {
            return self.first.closest_answered(k).collect();
        }
        let mut answered: Vec<(K, P)> = self.all().flat_map(Lookup::answered).collect();
        answered.sort_unstable();
        answered.into_iter().take(k).map(|(_, peer)| peer).collect()
    }

    /// How many candidates are closer to the target than `key`: of the path that knows most.
    pub(super) fn closer_than(&self, key: K) -> usize {
        self.all().map(|path| path.closer_than(key)).max().unwrap_or(0)
    }

    /// See [`Lookup::requests`].
    pub(super) fn requests(&self) -> u32 {
        self.all().map(Lookup::requests).sum()
    }

    /// See [`Lookup::rounds`]: of the longest path.
    pub(super) fn rounds(&self) -> u32 {
        self.all().map(Lookup::rounds).max().unwrap_or(0)
    }

    /// The round in which a node was asked, on whichever path that was.
    pub(super) fn round_of(&self, peer: P, key: K) -> u32 {
        self.all().map(|path| path.round_of(peer, key)).max().unwrap_or(0)
    }

    /// Whether every path has met the rule for stopping, and has heard from somebody.
    pub(super) fn has_stopped(&self, params: &Params) -> bool {
        let mut all = self.all();
        all.all(|path| path.has_stopped(params) && path.answered().next().is_some())
    }

    /// See [`Lookup::hops`]: of the path that has come closest.
    pub(super) fn hops(&self) -> u32 {
        let found = |path: &&Lookup<P, K>| path.answered().next().map(|(distance, _)| distance);
        let arrived = self.all().filter(|path| found(path).is_some());
        arrived.min_by_key(found).map_or(0, Lookup::hops)
    }

    /// How each path went.
    pub(super) fn paths(&self) -> Paths {
        self.all().map(Lookup::path).collect()
    }
}

/// The parameters of one path.
fn of_one_path(params: &Params) -> Params {
    let part = |whole: usize| whole.div_ceil(params.disjoint_paths);
    Params {
        k: part(params.k),
        alpha: part(params.alpha),
        beta: part(params.beta),
        ..params.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kademlia::key::Key64;

    fn params(paths: usize) -> Params {
        Params { k: 4, alpha: 2, candidates: 8, disjoint_paths: paths, ..Params::paper() }
    }

    fn peers(keys: std::ops::Range<u64>) -> impl Iterator<Item = (u64, Key64)> {
        keys.map(|key| (key, Key64(key)))
    }

    /// Everyone answers with the same nodes: each is asked once, and the k closest are found.
    #[test]
    fn no_node_is_asked_by_two_paths() {
        let params = params(2);
        let mut search = Search::new(Key64(0), &params, peers(10..14));
        let mut asked = Vec::new();
        loop {
            match search.next(&params) {
                Next::Ask(peer) => {
                    assert!(!asked.contains(&peer), "{peer} is asked twice");
                    asked.push(peer);
                    search.on_answer(peer, Key64(peer), peers(1..9), &params);
                }
                Next::Wait => panic!("everyone has answered"),
                Next::Done => break,
            }
        }
        assert_eq!(search.closest_answered(4).to_vec(), [1, 2, 3, 4]);
        assert_eq!(search.paths().len(), 2);
        assert!(search.paths().iter().all(|path| path.is_unbroken()), "{:?}", search.paths());
    }

    /// One path is led astray by a node that names nodes that do not exist; the other arrives.
    #[test]
    fn a_broken_path_leaves_the_other_alone() {
        let params = params(2);
        let mut search = Search::new(Key64(0), &params, peers(10..12));
        let mut pending = vec![];
        loop {
            match search.next(&params) {
                Next::Ask(10) => search.on_answer(10, Key64(10), peers(1..4), &params),
                Next::Ask(11) => search.on_answer(11, Key64(11), peers(5..9), &params),
                Next::Ask(peer @ 1..4) => pending.push(peer),
                Next::Ask(peer) => search.on_answer(peer, Key64(peer), peers(5..9), &params),
                Next::Wait => {
                    let peer = pending.pop().expect("somebody is waited for");
                    search.on_failure(peer, Key64(peer));
                }
                Next::Done => break,
            }
        }
        let unbroken = search.paths().iter().filter(|path| path.is_unbroken()).count();
        assert_eq!(search.closest_answered(2).to_vec(), [5, 6]);
        assert!(unbroken >= 1, "{:?}", search.paths());
        assert!(search.paths().iter().all(|path| path.hops > 0), "{:?}", search.paths());
    }
}
