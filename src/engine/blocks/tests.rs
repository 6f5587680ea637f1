//! Blocks do what one engine does, over any exchange that brings plain data.

use super::*;
use crate::engine::exchange::Parcel;
use crate::engine::queue::{Bucketed, Reference};
use crate::network::{Arrival, Packet};
use crate::protocol::{Input, Message, Transport};
use crate::rng::{PacketDraws, Purpose};
use crate::time::Duration;
use rand::RngExt;
use std::sync::Mutex;

const NODES: u32 = 50;
const SMALLEST: Duration = Duration::from_millis(10);

/// A number that is passed on, smaller by one, to two others.
#[derive(Clone, Copy)]
struct Token(u64);

impl Message for Token {
    const KINDS: &'static [&'static str] = &["token"];

    fn kind(&self) -> usize {
        0
    }

    fn wire_size(&self) -> u32 {
        60
    }
}

/// Passes on what it hears, some of it at once and some of it later.
struct Passer {
    later: Vec<u64>,
}

impl Protocol for Passer {
    type Key = u32;
    type Peer = NodeIndex;
    type Message = Token;
    type Command = ();
    type Report = u64;

    fn handle(&mut self, input: Input<Self>, transport: &mut impl Transport<Self>) {
        let tokens = match input {
            Input::Command(()) => vec![11],
            Input::Wake => std::mem::take(&mut self.later),
            Input::Message { message: Token(0), .. } => return,
            Input::Message { message: Token(left), .. } if left % 3 == 0 => {
                self.later.push(left);
                transport.wake_at(transport.now() + Duration::from_millis(7));
                return;
            }
            Input::Message { message: Token(left), .. } => vec![left],
            Input::Start | Input::Stop => return,
        };
        for left in tokens {
            for _ in 0..2 {
                let to = NodeIndex(transport.rng().random_range(0..NODES));
                transport.send(to, Token(left - 1));
            }
            transport.report(left);
        }
    }
}

/// Latency of 10 to 60 ms by the packet's name; packets through an access link take two events.
struct Wire {
    draws: PacketDraws,
    reported: u64,
}

impl World<Passer> for Wire {
    fn key_of(&self, node: NodeIndex) -> u32 {
        node.0
    }

    fn send(&mut self, packet: &Packet, _: &Token) -> Option<Instant> {
        let bits = self.draws.bits(u64::from(packet.sender.0), packet.number);
        // Whole milliseconds, so that many events share their instant.
        let delay = SMALLEST + Duration::from_millis(bits % 51);
        (!bits.is_multiple_of(97)).then_some(packet.sent + delay)
    }

    fn arrive(&mut self, now: Instant, receiver: NodeIndex, _: &Token) -> Arrival {
        match receiver.0 % 2 {
            0 => Arrival::Now,
            _ => Arrival::At(now + Duration::from_millis(1)),
        }
    }

    fn delivered(&mut self, _: Instant, _: &Token, _: bool) {}

    fn report(&mut self, _: Instant, _: NodeIndex, tokens: u64) {
        self.reported += tokens;
    }

    fn agenda<Q: EventQueue>(
        &mut self,
        engine: &mut Engine<Passer, Q>,
        node: NodeIndex,
        _tag: u32,
    ) {
        engine.input(self, node, Input::Command(()));
    }
}

/// An exchange that turns everything into bytes and back, as one between machines would.
#[derive(Default)]
struct Bytewise {
    posts: Mutex<Vec<Post>>,
}

/// What one block has for another one in a window.
struct Post {
    window: u64,
    to: usize,
    /// The parcels in 28 bytes each.
    bytes: Vec<u8>,
}

impl Exchange<Token> for Bytewise {
    fn post(&self, window: u64, _from: usize, to: usize, parcels: &mut Vec<Parcel<Token>>) {
        let mut bytes = Vec::new();
        for parcel in parcels.drain(..) {
            bytes.extend(parcel.due.as_nanos().to_le_bytes());
            bytes.extend(parcel.sender.0.to_le_bytes());
            bytes.extend(parcel.number.to_le_bytes());
            bytes.extend(parcel.receiver.0.to_le_bytes());
            bytes.extend(parcel.message.0.to_le_bytes());
        }
        self.posts.lock().expect("no block fails").push(Post { window, to, bytes });
    }

    fn collect(&self, window: u64, to: usize, take: &mut dyn FnMut(Parcel<Token>)) {
        let mut posts = self.posts.lock().expect("no block fails");
        // The last post first: the order must not matter.
        while let Some(index) =
            posts.iter().rposition(|post| (post.window, post.to) == (window, to))
        {
            let Post { bytes, .. } = posts.remove(index);
            for bytes in bytes.chunks(28) {
                let long = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
                let short = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
                take(Parcel {
                    due: Instant::from_nanos(long(0)),
                    sender: NodeIndex(short(8)),
                    number: short(12),
                    receiver: NodeIndex(short(16)),
                    message: Token(long(20)),
                });
            }
        }
    }
}

/// Runs the tokens for a while: digest, counters, sum of what was reported.
fn pass_around<Q: EventQueue, X: Exchange<Token>>(
    blocks: usize,
    window: Duration,
    exchange: X,
) -> (u64, Counters, u64) {
    let division = Division::new(NODES, blocks);
    let mut blocks: Blocks<Passer, Q, X> = Blocks::with_exchange(division, Seed(4), exchange);
    let draws = PacketDraws::new(Seed(4), Purpose::Test);
    let wire = || Wire { draws, reported: 0 };
    let mut worlds: Vec<Wire> = std::iter::repeat_with(wire).take(division.blocks()).collect();
    for node in (0..NODES).map(NodeIndex) {
        let engine = blocks.engine_of(node);
        engine.place(node, Passer { later: Vec::new() });
        engine.schedule(Instant::ZERO + SMALLEST * u64::from(node.0), node, 0);
    }
    let end = Instant::ZERO + Duration::from_secs(5);
    let mut now = Instant::ZERO;
    while now < end {
        now = (now + window).min(end);
        let (bound, events) = (blocks.nothing_before(), blocks.counters().events);
        blocks.run_until(&mut worlds, now);
        let quiet = blocks.counters().events == events;
        assert!(bound < now || quiet, "the bound was {bound:?}, and something came before {now:?}");
    }
    assert_eq!(blocks.nothing_before(), Instant::FAR_FUTURE, "every token has come to its end");
    let reported = worlds.iter().map(|world| world.reported).sum();
    (blocks.digest().value(), blocks.counters(), reported)
}

#[test]
fn any_number_of_blocks_and_any_exchange_give_the_same_run() {
    let alone = pass_around::<Reference, _>(1, Duration::from_secs(1), Mailboxes::new(1));
    assert!(alone.1.events > 50_000 && alone.1.wakes > 1_000, "{:?}", alone.1);
    for blocks in [1, 2, 3, 7, 50] {
        for window in [SMALLEST, Duration::from_millis(3)] {
            let mailboxes = pass_around::<Bucketed, _>(blocks, window, Mailboxes::new(blocks));
            assert_eq!(mailboxes, alone, "{blocks} blocks, windows of {window}");
        }
        let bytes = pass_around::<Bucketed, _>(blocks, SMALLEST, Bytewise::default());
        assert_eq!(bytes, alone, "{blocks} blocks that exchange bytes");
    }
}

#[test]
#[should_panic(expected = "a parcel comes before it is due")]
fn a_window_wider_than_the_smallest_delay_is_noticed() {
    pass_around::<Bucketed, _>(2, SMALLEST * 3, Mailboxes::new(2));
}
