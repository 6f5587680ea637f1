//! Access links: the time to serialise a packet and the bounded queue before it, for each
//! node's uplink and downlink.
//!
//! A link is a first-in-first-out server, so all its state is the instant at which it will be
//! free: a packet of `size` bytes starts then and takes `size * 8 / rate`. Everything is in
//! integers; a serialisation that is no whole number of nanoseconds is rounded up.

use super::config::ClassConfig;
use super::placement::Placement;
use crate::protocol::NodeIndex;
use crate::time::{Duration, Instant, NANOS_PER_SECOND};
use std::collections::BTreeMap;
use std::ops::Range;

/// Nanoseconds that a byte takes at one bit per second.
const NANOS_PER_BYTE_AT_1_BPS: u64 = 8 * NANOS_PER_SECOND;

/// One of the two links of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// What the node sends.
    Up,
    /// What the node receives.
    Down,
}

impl Direction {
    /// Both.
    pub const ALL: [Direction; 2] = [Direction::Up, Direction::Down];

    /// The name in results.
    pub const fn name(self) -> &'static str {
        match self {
            Direction::Up => "up",
            Direction::Down => "down",
        }
    }
}

/// A packet at a finite link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Place of the node's class in the scenario.
    pub class: u16,
    /// Which link of the node.
    pub direction: Direction,
    /// When the packet came to the link.
    pub came: Instant,
    /// From when on it is put on the wire.
    pub begins: Instant,
    /// When it is through.
    pub ends: Instant,
    /// Its bytes.
    pub size: u32,
}

/// Who is told what happens at finite links.
pub trait LinkLog {
    /// A packet has been taken.
    fn passed(&mut self, passage: Passage);

    /// A packet that came then was dropped, as the queue had no room for it.
    fn refused(&mut self, class: u16, direction: Direction, came: Instant);
}

/// Nobody is told.
impl LinkLog for () {
    #[inline]
    fn passed(&mut self, _: Passage) {}

    #[inline]
    fn refused(&mut self, _: u16, _: Direction, _: Instant) {}
}

/// The links of all nodes, or of some that follow each other.
#[derive(Clone, Debug)]
pub struct Links {
    kinds: Box<[Kind]>,
    /// The first of the nodes.
    first: u32,
    nodes: Box<[Node]>,
    has_downlinks: bool,
}

/// What nodes of the same rates and queue have in common: their finite links, by direction.
type Kind = [Option<Link>; 2];

/// A finite link.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    /// Bits per second.
    rate: u64,
    /// Bytes that may wait.
    queue: u64,
}

/// What has happened so far on the links of one node.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// When each link is free, by direction.
    free: [Instant; 2],
    kind: u32,
    class: u16,
}

impl Links {
    /// The links of nodes `0..nodes`; none if none can be finite. Where a class sets no rate,
    /// `router_rates`, if there are routers, has that of the node's router, up and down.
    ///
    /// # Panics
    /// If a rate is zero.
    pub fn new(
        classes: &[ClassConfig],
        placement: &Placement,
        router_rates: Option<&dyn Fn(NodeIndex) -> [Option<u64>; 2]>,
        nodes: u32,
    ) -> Option<Self> {
        let is_unlimited = |class: &ClassConfig| class.uplink.is_none() && class.downlink.is_none();
        if router_rates.is_none() && classes.iter().all(is_unlimited) {
            return None;
        }
        // Kinds are numbered as they come, beginning with the first node.
        let (mut kinds, mut numbers) = (Vec::new(), BTreeMap::new());
        let idle = |node| {
            let place = placement.of(node);
            let class = &classes[place];
            let [up, down] = router_rates.map_or([None; 2], |rates| rates(node));
            let rates = (class.uplink.or(up), class.downlink.or(down), class.queue);
            let kind = *numbers.entry(rates).or_insert_with(|| {
                kinds.push(kind_of(rates));
                kinds.len() as u32 - 1
            });
            let class = u16::try_from(place).expect("classes fit 16 bits");
            Node { free: [Instant::ZERO; 2], kind, class }
        };
        let nodes: Box<[Node]> = (0..nodes).map(NodeIndex).map(idle).collect();
        let has = |direction| kinds.iter().any(|kind: &Kind| kind[direction as usize].is_some());
        let has_downlinks = has(Direction::Down);
        (has_downlinks || has(Direction::Up)).then(|| Links {
            kinds: kinds.into(),
            first: 0,
            nodes,
            has_downlinks,
        })
    }

    /// The links of these nodes alone.
    pub fn part(&self, nodes: Range<u32>) -> Self {
        let own = (nodes.start - self.first) as usize..(nodes.end - self.first) as usize;
        Links {
            kinds: self.kinds.clone(),
            first: nodes.start,
            nodes: self.nodes[own].into(),
            has_downlinks: self.has_downlinks,
        }
    }

    #[inline]
    fn place(&self, node: NodeIndex) -> usize {
        (node.0 - self.first) as usize
    }

    /// Whether any downlink is finite.
    pub fn has_downlinks(&self) -> bool {
        self.has_downlinks
    }

    /// When the packet has left the sender's uplink; `None` if the queue has no room for it.
    #[inline]
    pub fn uplink(
        &mut self,
        node: NodeIndex,
        now: Instant,
        size: u32,
        log: &mut impl LinkLog,
    ) -> Option<Instant> {
        self.pass(Direction::Up, node, (now, size), log)
    }

    /// When the packet is through the receiver's downlink; `None` if the queue has no room.
    #[inline]
    pub fn downlink(
        &mut self,
        node: NodeIndex,
        now: Instant,
        size: u32,
        log: &mut impl LinkLog,
    ) -> Option<Instant> {
        self.pass(Direction::Down, node, (now, size), log)
    }

    /// When a packet that came then, of this size, is through one of the node's links.
    #[inline]
    fn pass(
        &mut self,
        direction: Direction,
        node: NodeIndex,
        (came, size): (Instant, u32),
        log: &mut impl LinkLog,
    ) -> Option<Instant> {
        let place = self.place(node);
        let Node { free, kind, class } = &mut self.nodes[place];
        let Some(link) = &self.kinds[*kind as usize][direction as usize] else { return Some(came) };
        let Some([begins, ends]) = link.pass(&mut free[direction as usize], came, size) else {
            log.refused(*class, direction, came);
            return None;
        };
        log.passed(Passage { class: *class, direction, came, begins, ends, size });
        Some(ends)
    }

    /// Empties the queues of a node.
    pub fn forget(&mut self, node: NodeIndex) {
        let place = self.place(node);
        self.nodes[place].free = [Instant::ZERO; 2];
    }
}

/// The links of these rates, up and down, and this queue.
fn kind_of((uplink, downlink, queue): (Option<u64>, Option<u64>, u64)) -> Kind {
    [uplink, downlink].map(|rate| rate.map(|rate| Link::new(rate, queue)))
}

impl Link {
    /// Of this rate, in bits per second, with room for so many bytes that wait.
    ///
    /// # Panics
    /// If the rate is zero.
    pub(super) fn new(rate: u64, queue: u64) -> Self {
        assert!(rate > 0, "a finite link has a rate");
        Link { rate, queue }
    }

    /// From when to when a packet is put on the wire. An idle link takes any packet. On a busy one the
    /// packet waits, unless it and what waits already, the unsent rest of the packet on the wire
    /// included, are more than the queue.
    #[inline]
    pub(super) fn pass(&self, free: &mut Instant, now: Instant, size: u32) -> Option<[Instant; 2]> {
        let wait = free.saturating_since(now);
        if !wait.is_zero() && self.bytes_in(wait) + u64::from(size) > self.queue {
            return None;
        }
        let begins = now + wait;
        *free = begins + self.serialisation(size);
        Some([begins, *free])
    }

    /// Time to put `size` bytes on the wire, rounded up to whole nanoseconds.
    #[inline]
    fn serialisation(&self, size: u32) -> Duration {
        Duration::from_nanos(match u64::from(size).checked_mul(NANOS_PER_BYTE_AT_1_BPS) {
            Some(work) => work.div_ceil(self.rate),
            None => {
                let work = u128::from(size) * u128::from(NANOS_PER_BYTE_AT_1_BPS);
                u64::try_from(work.div_ceil(u128::from(self.rate))).unwrap_or(u64::MAX)
            }
        })
    }

    /// Whole bytes that the link sends in `length`. Rounding down undoes the rounding up of the
    /// packets that wait, as long as those are fewer than `8e9 / rate`.
    #[inline]
    fn bytes_in(&self, length: Duration) -> u64 {
        match length.as_nanos().checked_mul(self.rate) {
            Some(work) => work / NANOS_PER_BYTE_AT_1_BPS,
            None => {
                let work = u128::from(length.as_nanos()) * u128::from(self.rate);
                // Leaves room to add a packet's size without overflow.
                u64::try_from(work / u128::from(NANOS_PER_BYTE_AT_1_BPS)).unwrap_or(u64::MAX / 2)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::placement::CLASS;
    use crate::rng::Seed;

    const NODE: NodeIndex = NodeIndex(0);

    fn links(uplink: Option<u64>, downlink: Option<u64>, queue: u64) -> Option<Links> {
        let class = ClassConfig { uplink, downlink, queue, ..ClassConfig::unlimited("home") };
        Links::new(&[class], &Placement::by_share(Seed(1), CLASS, &[1.0]), None, 2)
    }

    fn at_micros(micros: u64) -> Instant {
        Instant::ZERO + Duration::from_micros(micros)
    }

    #[test]
    fn unlimited_classes_keep_no_state() {
        assert!(links(None, None, 0).is_none());
        assert!(!links(Some(1), None, 0).expect("an uplink is finite").has_downlinks());
        assert!(links(None, Some(1), 0).expect("a downlink is finite").has_downlinks());
    }

    /// 1,000 bytes at 8 Mbit/s take 1 ms; the second packet waits for the first.
    #[test]
    fn serialisation_is_exact_and_first_in_first_out() {
        let mut links = links(Some(8_000_000), Some(16_000_000), 10_000).expect("links are finite");
        assert_eq!(links.uplink(NODE, at_micros(0), 1_000, &mut ()), Some(at_micros(1_000)));
        assert_eq!(links.uplink(NODE, at_micros(300), 1_000, &mut ()), Some(at_micros(2_000)));
        assert_eq!(links.uplink(NODE, at_micros(5_000), 500, &mut ()), Some(at_micros(5_500)));
        assert_eq!(links.downlink(NODE, at_micros(100), 1_000, &mut ()), Some(at_micros(600)));
        assert_eq!(links.downlink(NODE, at_micros(100), 1_000, &mut ()), Some(at_micros(1_100)));
        // The other node's links have done nothing.
        assert_eq!(
            links.uplink(NodeIndex(1), at_micros(0), 1_000, &mut ()),
            Some(at_micros(1_000))
        );
    }

    #[test]
    fn serialisation_rounds_up() {
        let mut links = links(Some(3_000_000_000), None, 1).expect("an uplink is finite");
        // 1 byte at 3 Gbit/s takes 2.67 ns.
        assert_eq!(links.uplink(NODE, Instant::ZERO, 1, &mut ()), Some(Instant::from_nanos(3)));
    }

    /// A queue of 3,000 bytes, a burst of 1,000-byte packets: the first goes on the wire and
    /// counts until it is sent, so three are taken in all, and after 1 ms there is room for one.
    #[test]
    fn a_full_queue_drops_exactly_what_does_not_fit() {
        let mut links = links(Some(8_000_000), None, 3_000).expect("an uplink is finite");
        let mut burst = |at: u64, packets: usize| {
            let taken =
                (0..packets).map(|_| links.uplink(NODE, at_micros(at), 1_000, &mut ()).is_some());
            taken.collect::<Vec<bool>>()
        };
        assert_eq!(burst(0, 5), [true, true, true, false, false]);
        assert_eq!(burst(999, 1), [false]);
        assert_eq!(burst(1_000, 3), [true, false, false]);
        links.forget(NODE);
        assert_eq!(links.uplink(NODE, at_micros(1_000), 1_000, &mut ()), Some(at_micros(2_000)));
    }

    /// The same where a byte takes no whole number of nanoseconds.
    #[test]
    fn rounding_drops_no_packet_that_fits() {
        let mut links = links(Some(3_000_000), None, 1_000).expect("an uplink is finite");
        let taken = (0..20).filter(|_| links.uplink(NODE, Instant::ZERO, 100, &mut ()).is_some());
        assert_eq!(taken.count(), 10);
    }

    #[test]
    fn an_idle_link_takes_a_packet_larger_than_the_queue() {
        let mut links = links(Some(8_000_000), None, 0).expect("an uplink is finite");
        assert_eq!(links.uplink(NODE, at_micros(0), 1_000, &mut ()), Some(at_micros(1_000)));
        assert_eq!(links.uplink(NODE, at_micros(999), 1, &mut ()), None);
        assert_eq!(links.uplink(NODE, at_micros(1_000), 1, &mut ()), Some(at_micros(1_001)));
    }

    #[test]
    fn extreme_numbers_do_not_overflow() {
        let mut slow = links(Some(1), None, u64::MAX).expect("an uplink is finite");
        for _ in 0..4 {
            assert!(slow.uplink(NODE, Instant::ZERO, u32::MAX, &mut ()).is_some());
        }
        let mut fast = links(Some(u64::MAX), None, 0).expect("an uplink is finite");
        assert_eq!(
            fast.uplink(NODE, Instant::ZERO, u32::MAX, &mut ()),
            Some(Instant::from_nanos(2))
        );
    }
}
