//! A protocol of your own on kadsim's engine: a ring after Chord (Stoica et al., 2001).
//!
//! ```sh
//! cargo run --release --example ring            # 200 nodes, seed 1
//! cargo run --release --example ring -- 500 7   # 500 nodes, seed 7
//! ```
//!
//! Keys are places on a circle, and the owner of a key is the first node at or after it. A node knows
//! the next few nodes, the one before it, and fingers: the owners of the places half a circle ahead, a
//! quarter, an eighth, and so on. A question for a key is handed on to the node known that comes closest
//! before it, and answered to who asked first. Once a second a node asks its successor who is around
//! there and renews one finger, which is how the ring closes around who comes and who crashes.
//!
//! [`RingNode`] is the protocol: it knows no simulator. [`Circle`] is the world around the nodes, which
//! delivers packets, has nodes look up keys, and compares the answers with who is really there. Nodes
//! join one by one, look up, then a fifth of them crashes at once, and the others look up again.

use kadsim::engine::queue::{Bucketed, EventQueue, Reference};
use kadsim::engine::{Engine, World};
use kadsim::network::config::{ClassConfig, LatencyModel, NetworkConfig};
use kadsim::network::{Arrival, Network, Packet, Verdict};
use kadsim::protocol::{Input, Message, NodeIndex, Protocol, Transport};
use kadsim::rng::{Bijection, Purpose, Seed, Stream};
use kadsim::time::{Duration, Instant};
use rand::{Rng, RngExt};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

/// Between two rounds of a node's upkeep.
const PERIOD: Duration = Duration::from_secs(1);
/// Successors that a node knows, so that some are left when others crash.
const SUCCESSORS: usize = 6;
/// More hops than any question needs: what goes astray ends there.
const MOST_HOPS: u8 = 64;
/// Lookups before the crash, and as many after it.
const LOOKUPS: u32 = 2_000;

/// Whether `key` lies behind `from` and not behind `to`, clockwise. From a place to itself is once around.
fn within(from: u64, key: u64, to: u64) -> bool {
    let (ahead, span) = (key.wrapping_sub(from), to.wrapping_sub(from));
    span == 0 || (ahead != 0 && ahead <= span)
}

/// What a question is asked for.
#[derive(Clone, Copy, Debug)]
enum Aim {
    Join,
    Finger(usize),
    Lookup(u32),
}

/// What nodes say to each other.
#[derive(Debug)]
enum Said {
    /// Who owns this place? Handed on until somebody knows.
    Find { target: u64, asker: NodeIndex, aim: Aim, hops: u8 },
    /// That is the owner.
    Found { owner: NodeIndex, aim: Aim, hops: u8 },
    /// Who is around you?
    Around,
    /// Those before and after me.
    Neighbours { before: Option<NodeIndex>, after: Vec<NodeIndex> },
    /// I think that I am the one before you.
    Before,
}

impl Message for Said {
    const KINDS: &'static [&'static str] = &["find", "found", "around", "neighbours", "before"];

    fn kind(&self) -> usize {
        match self {
            Said::Find { .. } => 0,
            Said::Found { .. } => 1,
            Said::Around => 2,
            Said::Neighbours { .. } => 3,
            Said::Before => 4,
        }
    }

    /// Headers of IP and UDP, and what is said: 8 bytes a key, 6 an address.
    fn wire_size(&self) -> u32 {
        28 + match self {
            Said::Find { .. } => 20,
            Said::Found { .. } => 12,
            Said::Around | Said::Before => 4,
            Said::Neighbours { after, .. } => 10 + 6 * after.len() as u32,
        }
    }
}

/// What an application asks of its node: the owner of a place.
struct LookUp {
    number: u32,
    target: u64,
}

/// What it is told.
struct Answer {
    number: u32,
    owner: NodeIndex,
    hops: u8,
}

/// One node of the ring.
struct RingNode {
    me: NodeIndex,
    /// Through whom it joins; nobody founds the ring.
    through: Option<NodeIndex>,
    before: Option<NodeIndex>,
    /// When that one was heard from.
    before_heard: Instant,
    /// The next nodes, nearest first; empty: there is nobody else.
    after: Vec<NodeIndex>,
    /// The successor has not answered yet.
    waits: bool,
    fingers: [Option<NodeIndex>; 64],
    next_finger: usize,
}

impl RingNode {
    fn new(me: NodeIndex, through: Option<NodeIndex>) -> Self {
        RingNode {
            me,
            through,
            before: None,
            before_heard: Instant::ZERO,
            after: Vec::new(),
            waits: false,
            fingers: [None; 64],
            next_finger: 63,
        }
    }

    /// Answers a question or hands it on.
    fn route(
        &mut self,
        target: u64,
        asker: NodeIndex,
        aim: Aim,
        hops: u8,
        to: &mut impl Transport<Self>,
    ) {
        let own = to.key_of(self.me);
        let owner = match self.after.first() {
            None => Some(self.me),
            Some(&next) if within(own, target, to.key_of(next)) => Some(next),
            Some(_) => None,
        };
        if let Some(owner) = owner {
            if asker == self.me {
                return self.found(owner, aim, hops, to);
            }
            return to.send(asker, Said::Found { owner, aim, hops });
        }
        let known = self.fingers.iter().flatten().chain(&self.after).copied();
        let before = known.filter(|&node| within(own, to.key_of(node), target.wrapping_sub(1)));
        let closest = before.max_by_key(|&node| to.key_of(node).wrapping_sub(own));
        if let Some(next) = closest.filter(|_| hops < MOST_HOPS) {
            to.send(next, Said::Find { target, asker, aim, hops: hops + 1 });
        }
    }

    fn found(&mut self, owner: NodeIndex, aim: Aim, hops: u8, to: &mut impl Transport<Self>) {
        match aim {
            Aim::Join if self.after.is_empty() => self.after.push(owner),
            Aim::Join => {}
            Aim::Finger(place) => self.fingers[place] = Some(owner).filter(|&it| it != self.me),
            Aim::Lookup(number) => to.report(Answer { number, owner, hops }),
        }
    }

    /// A round of upkeep.
    fn keep_up(&mut self, to: &mut impl Transport<Self>) {
        to.wake_at(to.now() + PERIOD);
        let own = to.key_of(self.me);
        if let (Some(through), true) = (self.through, self.after.is_empty()) {
            let find = Said::Find { target: own, asker: self.me, aim: Aim::Join, hops: 1 };
            return to.send(through, find);
        }
        if self.waits && !self.after.is_empty() {
            // It has had a whole period to answer.
            self.after.remove(0);
        }
        if to.now().saturating_since(self.before_heard) > PERIOD * 3 {
            self.before = None;
        }
        let Some(&next) = self.after.first() else { return };
        self.waits = true;
        to.send(next, Said::Around);
        // Fingers that point no further than the successor would say nothing new.
        let gap = to.key_of(next).wrapping_sub(own);
        let place = self.next_finger;
        self.next_finger = if place > 0 && 1 << (place - 1) > gap { place - 1 } else { 63 };
        self.route(own.wrapping_add(1 << place), self.me, Aim::Finger(place), 0, to);
    }

    /// The successor says who is around it.
    fn learn(
        &mut self,
        from: NodeIndex,
        before: Option<NodeIndex>,
        after: Vec<NodeIndex>,
        to: &mut impl Transport<Self>,
    ) {
        if self.after.first() != Some(&from) {
            return;
        }
        self.waits = false;
        let own = to.key_of(self.me);
        let between = before.filter(|&node| {
            node != self.me && node != from && within(own, to.key_of(node), to.key_of(from))
        });
        let others = after.into_iter().take_while(|&node| node != self.me);
        self.after = between.into_iter().chain([from]).chain(others).take(SUCCESSORS).collect();
        to.send(self.after[0], Said::Before);
    }
}

impl Protocol for RingNode {
    type Key = u64;
    type Peer = NodeIndex;
    type Message = Said;
    type Command = LookUp;
    type Report = Answer;

    fn handle(&mut self, input: Input<Self>, to: &mut impl Transport<Self>) {
        match input {
            Input::Start | Input::Wake => self.keep_up(to),
            Input::Command(LookUp { number, target }) => {
                self.route(target, self.me, Aim::Lookup(number), 0, to);
            }
            Input::Message { from, message } => match message {
                Said::Find { target, asker, aim, hops } => self.route(target, asker, aim, hops, to),
                Said::Found { owner, aim, hops } => self.found(owner, aim, hops, to),
                Said::Around => {
                    let (before, after) = (self.before, self.after.clone());
                    to.send(from, Said::Neighbours { before, after });
                }
                Said::Neighbours { before, after } => self.learn(from, before, after, to),
                Said::Before => {
                    let (own, key) = (to.key_of(self.me), to.key_of(from));
                    if self
                        .before
                        .is_none_or(|known| known == from || within(to.key_of(known), key, own))
                    {
                        self.before = Some(from);
                        self.before_heard = to.now();
                    }
                    if self.after.is_empty() {
                        self.after.push(from);
                    }
                }
            },
            Input::Stop => {}
        }
    }
}

/// What came of the lookups of one part of the run.
#[derive(Clone, Copy, Default, PartialEq)]
struct Figures {
    asked: u64,
    answered: u64,
    right: u64,
    hops: u64,
}

/// The world around the nodes.
struct Circle {
    keys: Bijection,
    network: Network,
    /// Those online, by their place: what only an observer knows.
    online: BTreeMap<u64, NodeIndex>,
    targets: Vec<u64>,
    figures: [Figures; 2],
    sent: [u64; Said::KINDS.len()],
}

impl Circle {
    fn owner(&self, target: u64) -> Option<NodeIndex> {
        let mut from_there_on = self.online.range(target..).chain(&self.online);
        from_there_on.next().map(|(_, &node)| node)
    }

    /// Which part of the run a lookup belongs to.
    fn part(number: u32) -> usize {
        usize::from(number >= LOOKUPS)
    }
}

impl World<RingNode> for Circle {
    fn key_of(&self, node: NodeIndex) -> u64 {
        self.keys.apply(u64::from(node.0))
    }

    fn send(&mut self, packet: &Packet, message: &Said) -> Option<Instant> {
        self.sent[message.kind()] += 1;
        match self.network.send(packet) {
            Verdict::Deliver(arrival) => Some(arrival),
            Verdict::Drop(_) => None,
        }
    }

    fn arrive(&mut self, _: Instant, _: NodeIndex, _: &Said) -> Arrival {
        Arrival::Now
    }

    fn delivered(&mut self, _: Instant, _: &Said, _: bool) {}

    fn report(&mut self, _: Instant, _: NodeIndex, answer: Answer) {
        let owner = self.owner(self.targets[answer.number as usize]);
        let figures = &mut self.figures[Circle::part(answer.number)];
        figures.answered += 1;
        figures.right += u64::from(owner == Some(answer.owner));
        figures.hops += u64::from(answer.hops);
    }

    /// The application of a node looks up a key; the tag is the number of the lookup.
    fn agenda<Q: EventQueue>(
        &mut self,
        engine: &mut Engine<RingNode, Q>,
        node: NodeIndex,
        tag: u32,
    ) {
        if engine.is_online(node) {
            self.figures[Circle::part(tag)].asked += 1;
            let target = self.targets[tag as usize];
            engine.input(self, node, Input::Command(LookUp { number: tag, target }));
        }
    }
}

/// Runs a ring and gives its figures, what was sent of each kind, and the digest.
fn run<Q: EventQueue>(nodes: u32, seed: Seed) -> ([Figures; 2], [u64; 5], u64) {
    let latency =
        LatencyModel::Uniform { min: Duration::from_millis(10), max: Duration::from_millis(110) };
    let network = NetworkConfig::of_latency(latency, vec![ClassConfig::unlimited("all")]);
    // The world's own draws have a stream of their own: one draw more changes nothing at the nodes.
    let mut draws = Stream::new(seed, Purpose::Traffic, 0);
    let mut circle = Circle {
        keys: Bijection::new(seed),
        network: Network::new(&network, nodes, seed),
        online: BTreeMap::new(),
        targets: (0..2 * LOOKUPS).map(|_| draws.next_u64()).collect(),
        figures: [Figures::default(); 2],
        sent: [0; 5],
    };
    let mut engine: Engine<RingNode, Q> = Engine::new(nodes, seed);
    for node in (0..nodes).map(NodeIndex) {
        engine.run_until(&mut circle, engine.now() + Duration::from_millis(200));
        let through = (node.0 > 0).then(|| NodeIndex(draws.random_range(0..node.0)));
        let key = circle.key_of(node);
        circle.online.insert(key, node);
        engine.start(&mut circle, node, RingNode::new(node, through));
    }
    // A minute to settle, lookups for a minute, the crash, and the same again.
    for part in 0..2 {
        let begin = engine.now() + Duration::from_secs(60);
        for number in part * LOOKUPS..(part + 1) * LOOKUPS {
            let due = begin + Duration::from_millis(draws.random_range(0..60_000));
            engine.schedule(due, NodeIndex(draws.random_range(0..nodes)), number);
        }
        engine.run_until(&mut circle, begin + Duration::from_secs(65));
        if part == 0 {
            for node in (1..nodes).step_by(5).map(NodeIndex) {
                circle.online.remove(&circle.key_of(node));
                drop(engine.remove(node));
            }
        }
    }
    (circle.figures, circle.sent, engine.digest().value())
}

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    let given: Vec<String> = std::env::args().skip(1).collect();
    let number =
        |place: usize, usual: u64| given.get(place).map_or(Some(usual), |text| text.parse().ok());
    let (Some(nodes @ 2..=100_000), Some(seed)) = (number(0, 200), number(1, 1)) else {
        let _ = writeln!(
            std::io::stderr(),
            "error: give a number of nodes from 2 to 100000, and a seed"
        );
        return ExitCode::from(2);
    };
    let (figures, sent, digest) = run::<Bucketed>(nodes as u32, Seed(seed));
    let again = run::<Reference>(nodes as u32, Seed(seed));
    assert!(again == (figures, sent, digest), "a run is the same with any queue of events");
    let mut text = format!("ring of {nodes} nodes, seed {seed}\n");
    text += "                      asked  answered     right  mean hops\n";
    for (name, part) in ["all online", "a fifth crashed"].into_iter().zip(figures) {
        let hops = part.hops as f64 / part.answered.max(1) as f64;
        let Figures { asked, answered, right, .. } = part;
        text += &format!("{name:<17} {asked:>9} {answered:>9} {right:>9} {hops:>10.2}\n");
    }
    for (kind, count) in Said::KINDS.iter().zip(sent) {
        text += &format!("{kind:<17} {count:>9}\n");
    }
    text += &format!("digest {digest:016x}\n");
    let written = out.write_all(text.as_bytes());
    if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
