//! Whole nodes in a world by hand: two or three of them, and a transport that does what the
//! test tells it to.

use kadsim::kademlia::Node;
use kadsim::kademlia::key::{Key, Key64};
use kadsim::kademlia::message::{Body, Message, Record};
use kadsim::kademlia::operation::{Command, Finished, OperationKind, Report};
use kadsim::kademlia::params::{Conflicts, Params, Stop};
use kadsim::kademlia::version::Version;
use kadsim::protocol::{Input, Message as _, Protocol, Transport};
use kadsim::rng::{Purpose, Seed, Stream};
use kadsim::time::{Duration, Instant};
use std::collections::VecDeque;
use std::sync::Arc;

pub(super) type TestNode = Node<u8, Key64>;
pub(super) type TestMessage = Message<u8, Key64>;

/// The key of a node is its number, in the uppermost byte.
pub(super) fn key(node: u8) -> Key64 {
    Key64(u64::from(node) << 56)
}

/// What a node reaches: what it sends and asks for is noted, nothing more.
pub(super) struct Notes {
    me: u8,
    /// Who only asks.
    pub(super) clients: Vec<u8>,
    pub(super) now: Instant,
    pub(super) sent: Vec<(u8, TestMessage)>,
    wake: Instant,
    pub(super) reports: Vec<Report<u8, Key64>>,
    rng: Stream,
}

impl Transport<TestNode> for Notes {
    fn now(&self) -> Instant {
        self.now
    }
    fn key_of(&self, peer: u8) -> Key64 {
        key(peer)
    }
    fn is_routable(&self, peer: u8) -> bool {
        !self.clients.contains(&peer)
    }
    fn serves(&self) -> bool {
        !self.clients.contains(&self.me)
    }
    fn send(&mut self, to: u8, message: TestMessage) {
        self.sent.push((to, message));
    }
    fn wake_at(&mut self, due: Instant) {
        self.wake = due;
    }
    fn rng(&mut self) -> &mut Stream {
        &mut self.rng
    }
    fn report(&mut self, report: Report<u8, Key64>) {
        self.reports.push(report);
    }
}

/// The contacts of a node.
pub(super) fn known(actor: &Actor) -> Vec<u8> {
    actor.node.table().contacts().collect()
}

/// A node and its notes.
pub(super) struct Actor {
    name: u8,
    pub(super) node: TestNode,
    pub(super) notes: Notes,
}

impl Actor {
    pub(super) fn new(name: u8, params: &Params, contacts: &[u8]) -> Self {
        let node = Node::new(key(name), Arc::new(params.clone()), contacts.to_vec(), 100);
        let rng = Stream::new(Seed(1), Purpose::Test, u64::from(name));
        let (now, wake) = (Instant::ZERO, Instant::FAR_FUTURE);
        let (sent, reports, clients) = (Vec::new(), Vec::new(), Vec::new());
        let notes = Notes { me: name, clients, now, sent, wake, reports, rng };
        Actor { name, node, notes }
    }

    pub(super) fn input(&mut self, input: Input<TestNode>) {
        self.node.handle(input, &mut self.notes);
    }

    pub(super) fn hears(&mut self, from: u8, message: TestMessage) {
        self.input(Input::Message { from, message });
    }

    /// A request from `from`; gives the answer.
    pub(super) fn answers(&mut self, from: u8, body: Body<u8, Key64>) -> Body<u8, Key64> {
        self.hears(from, Message { number: 7, body });
        let (to, answer) = self.notes.sent.pop().expect("a request is answered at once");
        assert_eq!((to, answer.number), (from, 7), "the answer carries the request's number");
        answer.body
    }

    pub(super) fn command(&mut self, command: Command<u8, Key64>) {
        self.input(Input::Command(command));
    }

    /// Time passes until the node's next wake-up, of which it is told.
    pub(super) fn wakes_at(&mut self, expected: Instant) {
        assert_eq!(self.notes.wake, expected, "the node's earliest deadline");
        self.notes.now = expected;
        self.notes.wake = Instant::FAR_FUTURE;
        self.input(Input::Wake);
    }

    /// The only message sent since the last look, and to whom.
    pub(super) fn sent_one(&mut self) -> (u8, TestMessage) {
        let [(to, message)] = &self.notes.sent[..] else { panic!("{:?}", self.notes.sent) };
        let one = (*to, message.clone());
        self.notes.sent.clear();
        one
    }

    /// The only operation reported since the last look.
    pub(super) fn finished_one(&mut self) -> Finished<u8, Key64> {
        let reports = std::mem::take(&mut self.notes.reports);
        let mut finished = reports.into_iter().filter_map(|report| match report {
            Report::Finished(finished) => Some(finished),
            _ => None,
        });
        let one = finished.next().expect("an operation has ended");
        assert!(finished.next().is_none(), "only one has");
        one
    }

    fn holds(&self, key: Key64) -> bool {
        self.node.held_keys().any(|held| held == key)
    }
}

/// Several nodes; packets arrive in the order in which they were sent, at once.
pub(super) struct World(Vec<Actor>);

impl World {
    pub(super) fn of(params: &Params, members: &[(u8, &[u8])]) -> Self {
        World(members.iter().map(|&(name, contacts)| Actor::new(name, params, contacts)).collect())
    }

    pub(super) fn actor(&mut self, name: u8) -> &mut Actor {
        self.0.iter_mut().find(|actor| actor.name == name).expect("it is in this world")
    }

    /// Delivers everything that was sent and what is sent in answer; gives the kinds of message
    /// in order, as `from>to kind`. What is sent to a stranger is lost.
    pub(super) fn settle(&mut self) -> Vec<String> {
        let mut log = Vec::new();
        let mut under_way = VecDeque::new();
        loop {
            for actor in &mut self.0 {
                let sent = actor.notes.sent.drain(..);
                under_way.extend(sent.map(|(to, message)| (actor.name, to, message)));
            }
            let Some((from, to, message)) = under_way.pop_front() else { return log };
            let kind = TestMessage::KINDS[message.kind()];
            log.push(format!("{from}>{to} {kind}"));
            if let Some(actor) = self.0.iter_mut().find(|actor| actor.name == to) {
                actor.hears(from, message);
            }
        }
    }

    /// Time passes for all; whoever has something to do by then does it when it is due.
    pub(super) fn pass(&mut self, length: Duration) -> Vec<String> {
        let end = self.0[0].notes.now + length;
        let mut log = Vec::new();
        loop {
            let next = self.0.iter().map(|actor| actor.notes.wake).min().expect("not empty");
            let now = next.min(end);
            self.0.iter_mut().for_each(|actor| actor.notes.now = now.max(actor.notes.now));
            if next > end {
                return log;
            }
            for actor in self.0.iter_mut().filter(|actor| actor.notes.wake <= now) {
                actor.notes.wake = Instant::FAR_FUTURE;
                actor.input(Input::Wake);
            }
            log.extend(self.settle());
        }
    }
}

pub(super) fn at(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

pub(super) fn find(target: Key64) -> Command<u8, Key64> {
    Command::FindNode { number: 5, target }
}

/// The second node asks the first for the nodes around itself, and both know each other.
#[test]
fn two_nodes_join() {
    let mut world = World::of(&Params::paper(), &[(1, &[]), (2, &[1])]);
    world.actor(1).input(Input::Start);
    assert!(!world.actor(1).node.has_joined());
    assert!(world.actor(1).finished_one().closest.is_empty());
    // Alone, it tries again.
    let retry = at(10);
    assert_eq!(world.actor(1).notes.wake, retry);

    world.actor(2).input(Input::Start);
    assert_eq!(world.settle(), ["2>1 find-node", "1>2 nodes"]);
    let joined = world.actor(2).finished_one();
    assert_eq!((joined.kind, joined.number), (OperationKind::Join, None));
    assert_eq!((&joined.closest[..], joined.rounds, joined.hops), (&[1][..], 1, 0));
    assert!(world.actor(2).node.has_joined());
    assert_eq!(known(world.actor(1)), [2]);
    assert_eq!(known(world.actor(2)), [1]);

    world.actor(1).wakes_at(retry);
    assert_eq!(world.settle(), ["1>2 find-node", "2>1 nodes"]);
    assert!(world.actor(1).node.has_joined());
}

/// The third node knows one of two and hears of the other from it.
#[test]
fn a_third_node_hears_of_the_second_from_the_first() {
    let mut world = World::of(&Params::paper(), &[(1, &[]), (2, &[1]), (3, &[1])]);
    for name in 1..=3 {
        world.actor(name).input(Input::Start);
        world.settle();
    }
    world.actor(3).notes.sent.clear();
    let joined = world.actor(3).finished_one();
    assert_eq!(&joined.closest[..], [2, 1], "closest to 3 first: 2 is 1 away, 1 is 2");
    assert_eq!((joined.rounds, joined.hops, joined.requests), (2, 1, 2));
    for (name, others) in [(1, [2, 3]), (2, [1, 3]), (3, [1, 2])] {
        let mut contacts = known(world.actor(name));
        contacts.sort_unstable();
        assert_eq!(contacts, others);
    }
}

/// Buckets of one: the contact 0x80 fills bucket 0 of node 1, and 0x81 comes.
fn full_bucket(params: &Params) -> Actor {
    let params = Params { k: 1, questionable_after: Duration::from_secs(60), ..params.clone() };
    let mut actor = Actor::new(1, &params, &[]);
    let answer = actor.answers(0x80, Body::Ping);
    assert!(matches!(answer, Body::Pong));
    actor.notes.now = at(59);
    actor.answers(0x81, Body::Ping);
    assert!(actor.notes.sent.is_empty(), "the contact was heard from within a minute");
    actor.notes.now = at(60);
    actor.hears(0x82, Message { number: 1, body: Body::Ping });
    assert!(matches!(actor.notes.sent.remove(1), (0x82, Message { body: Body::Pong, .. })));
    actor
}

#[test]
fn the_oldest_of_a_full_bucket_stays_if_it_answers() {
    let mut actor = full_bucket(&Params::paper());
    let (to, ping) = actor.sent_one();
    assert!(matches!((to, &ping.body), (0x80, Body::Ping)));
    // One question at a time, however many newcomers there are.
    actor.answers(0x83, Body::Ping);
    assert!(actor.notes.sent.is_empty());
    actor.hears(0x80, Message { number: ping.number, body: Body::Pong });
    assert_eq!(known(&actor), [0x80]);
    assert_eq!(actor.notes.wake, Instant::FAR_FUTURE, "no deadline is left");
}

#[test]
fn the_oldest_of_a_full_bucket_gives_way_if_it_does_not() {
    let mut actor = full_bucket(&Params::paper());
    actor.sent_one();
    actor.wakes_at(at(61));
    assert_eq!(known(&actor), [0x82], "to the newest of those who wait");
    assert!(actor.notes.sent.is_empty());
}

/// BEP 5 as libtorrent has it: a questionable contact is pinged once more before it goes.
#[test]
fn a_questionable_contact_is_pinged_twice() {
    let mainline = Params { short_timeout: None, ..Params::mainline() };
    let mut actor = full_bucket(&mainline);
    let (_, first) = actor.sent_one();
    actor.wakes_at(at(75));
    let (to, second) = actor.sent_one();
    assert_eq!((to, second.number), (0x80, first.number), "the same request again");
    assert_eq!(known(&actor), [0x80]);
    actor.wakes_at(at(90));
    assert_eq!(known(&actor), [0x82]);
}

/// A node that knows 0x80 and looks for something near it.
fn asks_one(params: &Params) -> (Actor, TestMessage) {
    let mut actor = Actor::new(1, params, &[]);
    actor.answers(0x80, Body::Ping);
    actor.command(find(key(0x80)));
    let (to, request) = actor.sent_one();
    assert!(matches!((to, &request.body), (0x80, Body::FindNode { .. })));
    (actor, request)
}

#[test]
fn a_request_times_out_and_its_answer_then_comes_too_late() {
    let (mut actor, request) = asks_one(&Params::paper());
    actor.wakes_at(at(1));
    let finished = actor.finished_one();
    assert_eq!((finished.kind, finished.number), (OperationKind::FindNode, Some(5)));
    assert!(finished.closest.is_empty());
    assert_eq!((finished.requests, finished.timeouts), (1, 1));
    let peers = [0x90].into_iter().collect();
    actor.hears(0x80, Message { number: request.number, body: Body::Nodes { peers } });
    assert!(actor.notes.sent.is_empty() && actor.notes.reports.is_empty());
    assert_eq!(actor.notes.wake, Instant::FAR_FUTURE);
}

#[test]
fn a_request_is_tried_again() {
    let (mut actor, request) = asks_one(&Params { retries: 2, ..Params::paper() });
    for second in 1..=2 {
        actor.wakes_at(at(second));
        let (to, again) = actor.sent_one();
        assert_eq!((to, again.number), (0x80, request.number));
        assert!(matches!(again.body, Body::FindNode { target } if target == key(0x80)));
    }
    let peers = [1, 0x80].into_iter().collect();
    actor.hears(0x80, Message { number: request.number, body: Body::Nodes { peers } });
    let finished = actor.finished_one();
    assert_eq!((&finished.closest[..], finished.requests, finished.timeouts), (&[0x80][..], 1, 2));
    assert!(actor.notes.sent.is_empty(), "nobody asks himself");
}

#[test]
fn an_answer_must_fit_its_request() {
    let (mut actor, request) = asks_one(&Params::paper());
    let nodes = || Body::Nodes { peers: [0x90].into_iter().collect() };
    actor.hears(0x81, Message { number: request.number, body: nodes() });
    actor.hears(0x80, Message { number: request.number + 1, body: nodes() });
    assert!(actor.notes.sent.is_empty());
    assert_eq!(known(&actor), [0x80], "what nobody asked for teaches nothing");
    actor.hears(0x80, Message { number: request.number, body: nodes() });
    assert_eq!(actor.sent_one().0, 0x90);
    // The same answer once more is no answer.
    actor.hears(0x80, Message { number: request.number, body: nodes() });
    assert!(actor.notes.sent.is_empty());
}

/// libtorrent's short time-out: the next node is asked, and the late answer is still taken.
#[test]
fn after_the_short_timeout_the_next_is_asked() {
    let params = Params { alpha: 1, stop: Stop::KClosest, ..Params::mainline() };
    let mut actor = Actor::new(1, &params, &[]);
    actor.answers(0x80, Body::Ping);
    actor.answers(0x90, Body::Ping);
    actor.command(find(key(0x80)));
    let (to, late) = actor.sent_one();
    assert_eq!(to, 0x80);
    actor.wakes_at(at(1));
    let (to, other) = actor.sent_one();
    assert_eq!(to, 0x90);
    let none = || Body::Nodes { peers: std::iter::empty().collect() };
    actor.hears(0x80, Message { number: late.number, body: none() });
    assert!(actor.notes.reports.is_empty());
    actor.hears(0x90, Message { number: other.number, body: none() });
    let finished = actor.finished_one();
    assert_eq!((&finished.closest[..], finished.timeouts), (&[0x80, 0x90][..], 0));
}

/// Joined nodes that know each other.
pub(super) fn three(params: &Params) -> World {
    let mut world = World::of(params, &[(1, &[2, 3]), (2, &[1, 3]), (3, &[1, 2])]);
    for name in 1..=3 {
        world.actor(name).input(Input::Start);
        world.settle();
        world.actor(name).notes.reports.clear();
    }
    world
}

pub(super) fn put(key: Key64) -> Command<u8, Key64> {
    Command::Put { number: 9, key, value: bytes::Bytes::from_static(b"hello") }
}

const QUIET: Duration = Duration::from_secs(1_000_000);

fn quiet() -> Params {
    Params {
        refresh_interval: QUIET,
        replicate_interval: None,
        republish_interval: None,
        ..Params::paper()
    }
}

#[test]
fn a_record_is_put_got_and_forgotten() {
    let mut world = three(&Params { record_expiry: Duration::from_secs(100), ..quiet() });
    let target = key(0x70);
    world.actor(1).command(put(target));
    let log = world.settle();
    assert_eq!(log.iter().filter(|line| line.ends_with(" store")).count(), 2);
    let finished = world.actor(1).finished_one();
    assert_eq!((finished.kind, finished.copies, finished.rounds), (OperationKind::Put, 2, 2));
    assert!(world.actor(2).holds(target) && world.actor(3).holds(target));

    world.actor(1).command(Command::Get { number: 3, key: target });
    world.settle();
    let finished = world.actor(1).finished_one();
    assert_eq!(finished.value.as_deref(), Some(&b"hello"[..]));
    // One who holds it need not ask.
    world.actor(2).command(Command::Get { number: 4, key: target });
    assert!(world.settle().is_empty());
    assert_eq!((world.actor(2).finished_one().rounds), 0);

    world.pass(Duration::from_secs(99));
    assert!(world.actor(2).holds(target));
    world.pass(Duration::from_secs(1));
    assert!(!world.actor(2).holds(target) && !world.actor(3).holds(target));
    assert!(
        matches!(world.actor(3).notes.reports[..], [.., Report::Dropped(gone)] if gone == target)
    );
}

/// Whatever order they come in, an older copy is one of those that are collected, and not the one that counts.
#[test]
fn a_search_returns_the_newest_of_as_many_copies_as_it_collects() {
    let target = key(0x70);
    let version = |seconds| Version { written: at(seconds), writer: 1, count: 0 };
    for order in [[1, 2], [2, 1]] {
        let params = Params { conflicts: Conflicts::Newest, get_quorum: 2, alpha: 1, ..quiet() };
        let mut actor = Actor::new(1, &params, &[]);
        for peer in [0x71, 0x72, 0x73] {
            actor.answers(peer, Body::Ping);
        }
        actor.command(Command::Get { number: 3, key: target });
        for (place, seconds) in order.into_iter().enumerate() {
            assert!(actor.notes.reports.is_empty(), "{place} copies are not enough");
            let (to, request) = actor.sent_one();
            let value = version(seconds).value(Version::BYTES);
            let record = Record { value, age: Duration::ZERO, cached: false };
            let body = Body::Value { record, closer: None };
            actor.hears(to, Message { number: request.number, body });
        }
        let finished = actor.finished_one();
        assert_eq!((finished.copies, finished.requests), (2, 2), "the third is not asked");
        assert_eq!(finished.value.and_then(|value| Version::of(&value)), Some(version(2)));
    }
}

#[test]
fn a_publisher_stores_again() {
    let republish_interval = Some(Duration::from_secs(60));
    let mut world =
        three(&Params { republish_interval, record_expiry: Duration::from_secs(100), ..quiet() });
    world.actor(1).command(put(key(0x70)));
    world.settle();
    world.actor(1).notes.reports.clear();
    assert_eq!(world.actor(1).notes.wake, at(60));
    assert!(world.pass(Duration::from_secs(59)).is_empty());
    let log = world.pass(Duration::from_secs(1));
    assert_eq!(log.iter().filter(|line| line.ends_with(" store")).count(), 2, "{log:?}");
    let finished = world.actor(1).finished_one();
    assert_eq!((finished.kind, finished.number), (OperationKind::Republish, None));
    assert_eq!(finished.copies, 2);
    // And again, so that the record outlives its expiry many times over.
    world.pass(Duration::from_secs(1_000));
    assert!(world.actor(2).holds(key(0x70)));
}

/// One of the holders sends a record to the others after an interval. Who receives it waits for
/// another interval (paper, section 2.5).
#[test]
fn one_holder_replicates_for_all() {
    let replicate_interval = Some(Duration::from_secs(60));
    let mut world = three(&Params { replicate_interval, ..quiet() });
    world.actor(1).command(put(key(0x70)));
    world.settle();
    // Node 3 received it a second later than node 2.
    world.actor(3).notes.now = at(1);
    let copy = Record {
        value: bytes::Bytes::from_static(b"hello"),
        age: Duration::from_secs(1),
        cached: false,
    };
    world
        .actor(3)
        .hears(1, Message { number: 1, body: Body::Store { key: key(0x70), record: copy } });
    world.settle();
    let log = world.pass(Duration::from_secs(70));
    let stores: Vec<_> = log.iter().filter(|line| line.ends_with(" store")).collect();
    assert_eq!(stores, ["2>1 store", "2>3 store"]);
}

#[test]
fn who_leaves_hands_its_records_over() {
    let params = Params { k: 1, ..quiet() };
    let mut world = three(&params);
    // With k = 1 the record is held by the node closest to it alone.
    let target = Key64(key(3).0 | 1);
    world.actor(1).command(put(target));
    world.settle();
    assert!(world.actor(3).holds(target) && !world.actor(2).holds(target));
    world.actor(3).input(Input::Stop);
    let (heir, message) = world.actor(3).sent_one();
    assert!(matches!(message.body, Body::Store { key, .. } if key == target));
    assert_eq!(heir, 2, "the next closest");
}

/// With requests under way when the lookup stops, copies are still stored once each.
#[test]
fn an_answer_that_comes_after_the_lookup_stores_nothing_twice() {
    let params = Params { k: 2, alpha: 2, beta: 1, stop: Stop::BetaClosest, ..quiet() };
    let mut actor = Actor::new(1, &params, &[]);
    actor.answers(0x80, Body::Ping);
    actor.answers(0x90, Body::Ping);
    actor.command(put(key(0x81)));
    let asked = std::mem::take(&mut actor.notes.sent);
    assert_eq!(asked.iter().map(|(to, _)| *to).collect::<Vec<_>>(), [0x80, 0x90]);
    let none = || Body::Nodes { peers: std::iter::empty().collect() };
    actor.hears(0x80, Message { number: asked[0].1.number, body: none() });
    let (to, store) = actor.sent_one();
    assert!(matches!((to, &store.body), (0x80, Body::Store { .. })));
    actor.hears(0x90, Message { number: asked[1].1.number, body: none() });
    assert!(actor.notes.sent.is_empty(), "{:?}", actor.notes.sent);
    actor.hears(0x80, Message { number: store.number, body: Body::Stored });
    assert_eq!(actor.finished_one().copies, 1);
}

/// A bucket is refreshed by looking up a key of its range, at its time, and not sooner.
#[test]
fn buckets_are_refreshed_when_nothing_was_looked_up_in_them() {
    let mut world = three(&Params { refresh_interval: Duration::from_secs(100), ..quiet() });
    let log = world.pass(Duration::from_secs(99));
    assert!(log.is_empty(), "{log:?}");
    world.pass(Duration::from_secs(1));
    for name in 1..=3 {
        let refreshed = world.actor(name).finished_one();
        assert_eq!(refreshed.kind, OperationKind::Refresh);
        assert!(refreshed.target.shared_bits(key(name)) < 8);
        assert_eq!(refreshed.closest.len(), 2);
    }
}
