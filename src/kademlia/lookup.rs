//! The iterative lookup (paper, section 2.3): asked what to do next and told what came of it.
//! It sends nothing and knows no messages.

use super::key::Key;
use super::params::{Parallelism, Params, Stop};
use crate::memory;

/// A node that the lookup has heard of.
#[derive(Clone, Copy, Debug)]
struct Candidate<P, K> {
    distance: K,
    peer: P,
    state: State,
    /// Responses in the chain that led to it; 0 for one from the own table.
    depth: u8,
    /// Which link of the longest chain of requests its request was.
    round: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not asked. Left by [`Lookup::next`].
    Waiting,
    /// Asked, and counted as under way.
    Asked,
    /// Asked, and no longer waited for: it counts as failed until it answers after all.
    Late,
    /// Has answered.
    Answered,
    /// Has failed; never asked again.
    Failed,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next<P> {
    /// Ask this node, then call again.
    Ask(P),
    /// Wait for an answer or a failure.
    Wait,
    /// The lookup has ended.
    Done,
}

/// How a lookup came to the closest node that it asked: the requests up to that one, which is
/// included. With one request under way at a time (`alpha = 1`) they follow each other hop by hop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    /// Nodes on it: those that answered, each in the place of the ones that failed before it, and
    /// the last; 0 if nobody was asked.
    pub hops: u16,
    /// Requests that failed.
    pub failures: u16,
    /// Those of `hops` that answered before any request failed: all of them, if none did.
    pub sound: u16,
}

impl Path {
    /// Whether everyone on it has answered: a path that one who drops requests stands on is broken,
    /// though a lookup goes around it.
    pub fn is_unbroken(self) -> bool {
        self.hops > 0 && self.failures == 0
    }
}

/// One iterative lookup.
///
/// Call [`Lookup::next`] until it says [`Next::Wait`] or [`Next::Done`]; tell what came of each
/// request with [`Lookup::on_answer`] or [`Lookup::on_failure`]; call `next` again.
#[derive(Clone, Debug)]
pub struct Lookup<P, K> {
    target: K,
    /// Closest first; beside those that failed the closest [`Params::candidates`].
    candidates: Vec<Candidate<P, K>>,
    /// How many of them have failed.
    failed: u16,
    /// Requests that have failed, also those whose candidates were crowded out since.
    failures: u16,
    /// Requests that were answered before the first one failed.
    sound: u16,
    /// How it came to the closest node whose request has ended.
    path: Path,
    /// The least distance of a candidate that was asked and then crowded out: whatever lies
    /// as far away is not taken in again, so that no node is asked twice.
    horizon: Option<K>,
    in_flight: u16,
    /// Answers in a row that named no closer node.
    barren: u16,
    /// Round of the request whose end brought the lookup to where it is.
    reached: u16,
    requests: u32,
    /// Set after the stop, while what is left of the k closest is asked.
    following_up: bool,
}

impl<P: Copy + Eq, K: Key> Lookup<P, K> {
    /// A lookup of `target` that begins with `known` nodes.
    pub fn new(target: K, params: &Params, known: impl Iterator<Item = (P, K)>) -> Self {
        let mut lookup = Lookup {
            target,
            candidates: Vec::with_capacity(params.candidates),
            failed: 0,
            failures: 0,
            sound: 0,
            path: Path::default(),
            horizon: None,
            in_flight: 0,
            barren: 0,
            reached: 0,
            requests: 0,
            following_up: false,
        };
        for (peer, key) in known {
            lookup.consider(peer, key, 0, params);
        }
        lookup
    }

    /// Begins to fetch what an answer touches.
    #[inline]
    pub(super) fn prefetch(&self) {
        memory::prefetch_slice(&self.candidates);
    }

    /// What is looked up.
    pub fn target(&self) -> K {
        self.target
    }

    /// Takes a node into the candidates if it is new and close enough; says whether it is now
    /// the closest.
    #[inline]
    fn consider(&mut self, peer: P, key: K, depth: u8, params: &Params) -> bool {
        let distance = key.distance(self.target);
        if self.horizon.is_some_and(|horizon| horizon <= distance) {
            return false;
        }
        let is_full = self.candidates.len() >= params.candidates + self.failed as usize;
        if is_full && self.candidates.last().is_some_and(|last| last.distance <= distance) {
            return false;
        }
        let position = self.candidates.partition_point(|other| other.distance < distance);
        if self.candidates.get(position).is_some_and(|other| other.distance == distance) {
            return false;
        }
        if is_full {
            self.forget_farthest();
        }
        let candidate = Candidate { distance, peer, state: State::Waiting, depth, round: 0 };
        self.candidates.insert(position, candidate);
        position == 0
    }

    /// Makes room for a closer one. A candidate that has yet to answer stays.
    fn forget_farthest(&mut self) {
        let Some(farthest) = self.candidates.pop_if(|last| last.state != State::Asked) else {
            return;
        };
        self.failed -= u16::from(farthest.state == State::Failed);
        if farthest.state != State::Waiting {
            self.horizon = Some(farthest.distance);
        }
    }

    /// What is to be done now.
    pub fn next(&mut self, params: &Params) -> Next<P> {
        if params.parallelism == Parallelism::Strict && self.round_is_open() {
            return Next::Wait;
        }
        if !self.following_up && self.has_stopped(params) {
            if !params.follow_up {
                return Next::Done;
            }
            self.following_up = true;
        }
        if !self.following_up && self.in_flight as usize >= params.alpha {
            return Next::Wait;
        }
        match self.first_waiting(params.k) {
            Some(index) => {
                let candidate = &mut self.candidates[index];
                candidate.state = State::Asked;
                candidate.round = self.reached + 1;
                self.in_flight += 1;
                self.requests += 1;
                Next::Ask(candidate.peer)
            }
            None if self.in_flight > 0 => Next::Wait,
            None => Next::Done,
        }
    }

    /// Whether the requests of a strict round have been sent in part or not all ended.
    fn round_is_open(&self) -> bool {
        let sent_now = self.candidates.iter().any(|candidate| {
            candidate.state == State::Asked && candidate.round == self.reached + 1
        });
        self.in_flight > 0 && !sent_now
    }

    /// The closest candidate not asked yet among the `k` closest that have not failed.
    #[inline]
    fn first_waiting(&self, k: usize) -> Option<usize> {
        let mut alive = 0;
        for (index, candidate) in self.candidates.iter().enumerate() {
            match candidate.state {
                State::Waiting => return Some(index),
                State::Failed | State::Late => continue,
                State::Asked | State::Answered => alive += 1,
            }
            if alive == k {
                return None;
            }
        }
        None
    }

    fn alive(&self) -> impl Iterator<Item = &Candidate<P, K>> {
        let lost = |state| matches!(state, State::Failed | State::Late);
        self.candidates.iter().filter(move |candidate| !lost(candidate.state))
    }

    /// Whether the rule for stopping is met.
    pub(super) fn has_stopped(&self, params: &Params) -> bool {
        let answered =
            |n: usize| self.alive().take(n).all(|candidate| candidate.state == State::Answered);
        match params.stop {
            Stop::KClosest => answered(params.k),
            Stop::BetaClosest => answered(params.beta),
            Stop::NoCloser => self.barren as usize >= params.alpha && answered(1),
        }
    }

    /// `peer` has answered and named `nodes` (with their keys; the own node left out).
    pub fn on_answer(
        &mut self,
        peer: P,
        key: K,
        nodes: impl Iterator<Item = (P, K)>,
        params: &Params,
    ) {
        let Some(depth) = self.end_request(peer, key, State::Answered) else { return };
        let mut closer = false;
        for (peer, key) in nodes {
            closer |= self.consider(peer, key, depth.saturating_add(1), params);
        }
        self.barren = if closer { 0 } else { self.barren.saturating_add(1) };
    }

    /// The request to `peer` has failed for good.
    pub fn on_failure(&mut self, peer: P, key: K) {
        self.end_request(peer, key, State::Failed);
    }

    /// The request to `peer` has been under way for long; another may go out in its place.
    pub fn on_late(&mut self, peer: P, key: K) {
        if let Some(index) = self.find(peer, key)
            && self.candidates[index].state == State::Asked
        {
            self.candidates[index].state = State::Late;
            self.in_flight -= 1;
            self.count_failure();
            self.reached = self.reached.max(self.candidates[index].round);
        }
    }

    /// One more request has failed, which is not under way any more.
    fn count_failure(&mut self) {
        if self.failures == 0 {
            self.sound = capped(self.requests - u32::from(self.in_flight) - 1);
        }
        self.failures = self.failures.saturating_add(1);
    }

    fn find(&self, peer: P, key: K) -> Option<usize> {
        let distance = key.distance(self.target);
        let index = self.candidates.partition_point(|other| other.distance < distance);
        self.candidates.get(index).is_some_and(|found| found.peer == peer).then_some(index)
    }

    /// Closes a request; the depth of who was asked, or `None` if nothing was open there.
    fn end_request(&mut self, peer: P, key: K, state: State) -> Option<u8> {
        let index = self.find(peer, key)?;
        let candidate = &mut self.candidates[index];
        let before = candidate.state;
        if !matches!(before, State::Asked | State::Late) {
            return None;
        }
        candidate.state = state;
        let (round, depth) = (candidate.round, candidate.depth);
        let has_failed = u16::from(state == State::Failed);
        if before == State::Late {
            // It has been counted as failed.
            self.failures -= 1 - has_failed;
        } else {
            self.in_flight -= 1;
            if state == State::Failed {
                self.count_failure();
            }
        }
        self.reached = self.reached.max(round);
        self.failed += has_failed;
        let is_open = |closer: &Candidate<P, K>| {
            matches!(closer.state, State::Waiting | State::Asked | State::Late)
        };
        if self.candidates[..index].iter().all(is_open) {
            let answered = self.requests - u32::from(self.in_flight) - u32::from(self.failures);
            let hops = capped(answered + u32::from(has_failed));
            let sound = if self.failures == 0 { hops } else { self.sound };
            self.path = Path { hops, failures: self.failures, sound };
        }
        Some(depth)
    }

    /// The up to `k` closest nodes that have answered, closest first.
    pub fn closest_answered(&self, k: usize) -> impl Iterator<Item = P> {
        let answered = |candidate: &&Candidate<P, K>| candidate.state == State::Answered;
        self.candidates.iter().filter(answered).take(k).map(|candidate| candidate.peer)
    }

    /// How many candidates are closer to the target than `key`.
    pub fn closer_than(&self, key: K) -> usize {
        let distance = key.distance(self.target);
        self.candidates.partition_point(|candidate| candidate.distance < distance)
    }

    /// How it came to the closest node that it asked.
    pub fn path(&self) -> Path {
        self.path
    }

    /// Takes back that [`Lookup::next`] has named this node, which another lookup has asked: as if it
    /// had not been heard of.
    pub(super) fn leave_to_another(&mut self, peer: P) {
        let named = |candidate: &Candidate<P, K>| candidate.peer == peer;
        let index = self.candidates.iter().position(named).expect("a candidate was named");
        self.candidates.remove(index);
        self.in_flight -= 1;
        self.requests -= 1;
    }

    /// Whether this lookup has asked this node.
    pub(super) fn has_asked(&self, peer: P) -> bool {
        let asked = |candidate: &Candidate<P, K>| candidate.state != State::Waiting;
        self.candidates.iter().any(|candidate| candidate.peer == peer && asked(candidate))
    }

    /// Whether an answer of this node would be taken.
    pub(super) fn is_open_to(&self, peer: P, key: K) -> bool {
        let state = self.find(peer, key).map(|index| self.candidates[index].state);
        matches!(state, Some(State::Asked | State::Late))
    }

    /// The distance and name of each node that has answered, closest first.
    pub(super) fn answered(&self) -> impl Iterator<Item = (K, P)> {
        let answered = |candidate: &&Candidate<P, K>| candidate.state == State::Answered;
        self.candidates.iter().filter(answered).map(|found| (found.distance, found.peer))
    }

    /// The round in which a node was asked; 0 if it was not.
    pub(super) fn round_of(&self, peer: P, key: K) -> u32 {
        self.find(peer, key).map_or(0, |index| u32::from(self.candidates[index].round))
    }

    /// Requests sent, further tries of one not counted.
    pub fn requests(&self) -> u32 {
        self.requests
    }

    /// Length of the longest chain request, end of the request, request, ... up to now. At a
    /// constant latency L and without failures the lookup has taken `2 * rounds * L`.
    pub fn rounds(&self) -> u32 {
        u32::from(self.reached)
    }

    /// Length of the chain of responses that led to the closest node that has answered; 0 if
    /// it stood in the own table or if none has.
    pub fn hops(&self) -> u32 {
        let closest = self.candidates.iter().find(|candidate| candidate.state == State::Answered);
        closest.map_or(0, |candidate| u32::from(candidate.depth))
    }
}

#[cfg(test)]
impl<P, K> Lookup<P, K> {
    pub(super) const CANDIDATE_BYTES: usize = size_of::<Candidate<P, K>>();
}

/// The number, as far as it can be told.
fn capped(count: u32) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests;
