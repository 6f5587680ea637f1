//! What must hold whatever a codec and a node are sent. The tests here and the fuzzers in `fuzz/`
//! share it; everything follows from the bytes.

use kadsim::kademlia::key::WideKey;
use kadsim::kademlia::operation::Command;
use kadsim::krpc::Id;
use kadsim::krpc::decode::{DecodeError, decode, is_bencoded, item_of_record};
use kadsim::krpc::encode::encode;
use kadsim::krpc::item::{Item, bencoded_string};
use kadsim::krpc::packet::{Content, Packet, Query};
use kadsim::rng::Seed;
use kadsim::time::{Duration, Instant};
use kadsim::udp::contact::Contact;
use kadsim::udp::limits::Rate;
use kadsim::udp::unwired::{Outgoing, Unwired};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

/// What a codec must do: what it reads it writes in one way only, and reads the same again.
pub fn codec(bytes: &[u8]) {
    if let Ok(packet) = decode(bytes) {
        let written = encode(&packet);
        assert_eq!(decode(&written).as_ref(), Ok(&packet), "{}", bytes.escape_ascii());
    }
    if let Some((item, cas)) = item_of_record(bytes) {
        assert_eq!(item_of_record(&item.to_record(cas)), Some((item, cas)));
    }
    if is_bencoded(bytes) {
        let item = Item::immutable(bytes.to_vec().into());
        assert_eq!(item_of_record(&item.to_record(None)), Some((item, None)), "it can be kept");
    }
}

/// What stands between two datagrams of a sequence. The byte before a datagram says how it comes.
pub const SEPARATOR: &[u8] = b"\0\xff\xff\0";
/// Nodes that send, and that the node knows at the beginning.
const SOURCES: u8 = 8;
/// Steps of a sequence that are taken.
const MOST_STEPS: usize = 256;
/// Queries of the node that may still be answered.
const MOST_OPEN: usize = 64;
/// Datagrams that the node may send at once: an answer, and queries to those that it now knows.
const MOST_AT_ONCE: usize = 64;
/// Bytes that an answer may have beside those of its query.
const MOST_ADDED: usize = 1_500;
/// Times that a node may want to be woken in a second.
const MOST_WAKES: u64 = 100;

fn id(number: u8) -> Id {
    WideKey([number.wrapping_mul(37); 20])
}

fn address(number: u8) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, number], 6_881))
}

/// A node, those around it, and what they have heard of it.
struct World {
    node: Unwired,
    now: Instant,
    /// Its queries, oldest first: to whom, and the transaction.
    open: VecDeque<(SocketAddr, Vec<u8>)>,
    /// The token that each was given last.
    tokens: BTreeMap<SocketAddr, Vec<u8>>,
}

impl World {
    fn new() -> Self {
        let contacts = (1..=SOURCES).map(|number| Contact::new(id(number), address(number)));
        let rate = Some(Rate { per_second: 10, burst: 30 });
        let me = Contact::new(id(100), address(100));
        let node = Unwired::new(me, contacts.collect(), kadsim::udp::params(), rate, Seed(1));
        let (open, tokens) = (VecDeque::new(), BTreeMap::new());
        let mut world = World { node, now: Instant::ZERO, open, tokens };
        let sent = world.node.start(world.now);
        world.note(sent);
        world
    }

    /// Whatever leaves can be read, and goes to somebody.
    fn note(&mut self, sent: Vec<Outgoing>) {
        assert!(sent.len() <= MOST_AT_ONCE, "{} datagrams at once", sent.len());
        for (to, bytes) in sent {
            assert!(to.port() != 0 && to.is_ipv4() && !to.ip().is_multicast(), "{to}");
            let packet = decode(&bytes).expect("what leaves is a packet");
            match packet.content {
                Content::Query { .. } => self.open.push_back((to, packet.transaction)),
                Content::Response { response, .. } => {
                    response.token.map(|token| self.tokens.insert(to, token));
                }
                Content::Error(_) => {}
            }
        }
        let excess = self.open.len().saturating_sub(MOST_OPEN);
        self.open.drain(..excess);
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        let most = 100 + MOST_WAKES * time.as_nanos() / 1_000_000_000;
        for wakes in 0.. {
            let due = self.node.due();
            if due > end {
                break;
            }
            assert!(wakes < most, "it is woken again and again");
            self.now = self.now.max(due);
            let sent = self.node.wake(self.now);
            self.note(sent);
        }
        self.now = end;
    }

    /// A datagram as one would send it who has heard what the node said: with the token that it
    /// was given, or as an answer to a query.
    fn fit(&mut self, datagram: &[u8], source: SocketAddr) -> (SocketAddr, Vec<u8>) {
        let Ok(mut packet) = decode(datagram) else { return (source, datagram.to_vec()) };
        let mut from = source;
        match &mut packet.content {
            Content::Query { query, .. } => {
                if let Query::Put { token, .. } | Query::AnnouncePeer { token, .. } = query
                    && let Some(given) = self.tokens.get(&source)
                {
                    token.clone_from(given);
                }
            }
            Content::Response { .. } | Content::Error(_) => {
                if let Some((to, transaction)) = self.open.pop_front() {
                    (from, packet.transaction) = (to, transaction);
                }
            }
        }
        (from, encode(&packet))
    }

    fn hear(&mut self, datagram: &[u8], source: SocketAddr) -> Vec<Outgoing> {
        let sent = self.node.hear(datagram, source, self.now);
        let is_answer = |bytes: &[u8]| {
            !matches!(decode(bytes), Ok(Packet { content: Content::Query { .. }, .. }))
        };
        let answers: Vec<_> = sent.iter().filter(|(_, bytes)| is_answer(bytes)).collect();
        let asks = match decode(datagram) {
            Ok(packet) => matches!(packet.content, Content::Query { .. }),
            Err(error) => matches!(error, DecodeError::Query { .. }),
        };
        assert!(answers.len() <= usize::from(asks), "{} answers", answers.len());
        for (to, bytes) in answers {
            assert_eq!(*to, source, "who asks is answered, and nobody else");
            assert!(bytes.len() <= datagram.len() + MOST_ADDED, "{} bytes", bytes.len());
        }
        self.note(sent.clone());
        sent
    }

    /// What an application may ask, chosen by the bytes.
    fn command(&mut self, bytes: &[u8]) {
        let mut target = [0; 20];
        target.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        let (number, key) = (7, WideKey(target));
        let command = match bytes.len() % 5 {
            0 => Command::FindNode { number, target: key },
            1 => Command::Get { number, key },
            2 => Command::Provide { number, key },
            3 => Command::FindProviders { number, key },
            _ => {
                let item = Item::immutable(bencoded_string(bytes));
                Command::Put { number, key: item.target(), value: item.to_record(None) }
            }
        };
        let sent = self.node.command(command, self.now);
        self.note(sent);
    }

    /// One byte says who sends (bits 0 to 2), whether it fits what the node said (3), how much time
    /// has passed (4 and 5), and (6 and 7, both set) that the rest is a command.
    fn step(&mut self, step: &[u8]) {
        let Some((&how, datagram)) = step.split_first() else { return };
        let passes = [0, 100, 6_000, 600_000][usize::from(how >> 4 & 3)];
        self.pass(Duration::from_millis(passes));
        let source = address(1 + how % SOURCES);
        if how >> 6 == 3 {
            self.command(datagram);
        } else if how & 8 == 0 {
            self.hear(datagram, source);
        } else {
            let (from, datagram) = self.fit(datagram, source);
            self.hear(&datagram, from);
        }
    }
}

/// The steps of a sequence: each a byte and a datagram.
pub fn steps(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut steps = Vec::new();
    while steps.len() < MOST_STEPS {
        let end = bytes.windows(SEPARATOR.len()).position(|window| window == SEPARATOR);
        let Some(end) = end else {
            steps.push(bytes);
            break;
        };
        steps.push(&bytes[..end]);
        bytes = &bytes[end + SEPARATOR.len()..];
    }
    steps
}

/// What a node must do: say only what can be read, answer only who asks and once, know only those
/// that have answered, not be busy with itself, and still be there in the end.
pub fn node(bytes: &[u8]) {
    let mut world = World::new();
    let steps = steps(bytes);
    for step in &steps {
        world.step(step);
    }
    let (records, providers) = world.node.node().holdings();
    assert!(records + providers <= steps.len(), "a datagram or command stores one thing");
    assert!(world.node.node().table().len() <= usize::from(SOURCES), "nobody else answers");
    let stranger = SocketAddr::from(([10, 0, 1, 1], 1));
    let ping = Packet::new(b"is it there?", Content::Query { id: id(5), query: Query::Ping });
    world.pass(Duration::from_secs(60));
    let answers = world.hear(&encode(&ping), stranger).into_iter().filter(|(to, bytes)| {
        let is_response = |packet: Packet| {
            packet.transaction == ping.transaction
                && matches!(packet.content, Content::Response { .. })
        };
        *to == stranger && decode(bytes).is_ok_and(is_response)
    });
    assert_eq!(answers.count(), 1, "it still answers");
}
