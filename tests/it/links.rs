//! Links of known answer: two nodes and one link, through the engine, and whole runs whose figures
//! follow from their configuration.

use crate::known_answers::still;
use crate::worlds::{accounts, operations};
use kadsim::engine::queue::{Bucketed, EventQueue};
use kadsim::engine::{Engine, World};
use kadsim::metrics::{LinkLoads, OperationKind};
use kadsim::network::bandwidth::Direction;
use kadsim::network::config::{
    ClassConfig, GilbertElliottConfig, JitterDistribution, LatencyModel, LossConfig, NetworkConfig,
};
use kadsim::network::reach::Exchange;
use kadsim::network::{Arrival, DropReason, Network, Packet, Verdict};
use kadsim::protocol::{Input, Message, NodeIndex, Protocol, Transport};
use kadsim::rng::distribution::exponential;
use kadsim::rng::{Purpose, Seed, Stream};
use kadsim::runner::result::RunOutput;
use kadsim::time::{Duration, Instant};
use rand::Rng;

const SENDER: NodeIndex = NodeIndex(0);
const RECEIVER: NodeIndex = NodeIndex(1);
const MILLI: Duration = Duration::from_millis(1);
/// Bytes of every letter; at [`RATE`] they take a millisecond.
const SIZE: u32 = 1_000;
const RATE: u64 = 8_000_000;
const DELAY: Duration = Duration::from_millis(50);

/// The number of a letter, counted from 0.
#[derive(Clone)]
struct Letter(u32);

impl Message for Letter {
    const KINDS: &'static [&'static str] = &["letter"];
    fn kind(&self) -> usize {
        0
    }
    fn wire_size(&self) -> u32 {
        SIZE
    }
}

/// A node that sends a letter when it is told to, and reports those that it receives.
struct Correspondent;

impl Protocol for Correspondent {
    type Key = u32;
    type Peer = NodeIndex;
    type Message = Letter;
    type Command = u32;
    type Report = u32;

    fn handle(&mut self, input: Input<Self>, transport: &mut impl Transport<Self>) {
        match input {
            Input::Command(number) => transport.send(RECEIVER, Letter(number)),
            Input::Message { message, .. } => transport.report(message.0),
            _ => {}
        }
    }
}

/// A network between two nodes, and what was seen of it.
struct Post {
    network: Network,
    loads: LinkLoads,
    sent: u64,
    duplicated: u64,
    dropped: Vec<DropReason>,
    /// When which letter came.
    received: Vec<(Instant, u32)>,
}

impl World<Correspondent> for Post {
    fn key_of(&self, node: NodeIndex) -> u32 {
        node.0
    }

    fn send(&mut self, packet: &Packet, _: &Letter) -> Option<Instant> {
        self.sent += 1;
        match self.network.send_logged(packet, &mut self.loads) {
            Verdict::Deliver(at) => Some(at),
            Verdict::Drop(reason) => {
                self.dropped.push(reason);
                None
            }
        }
    }

    fn may_duplicate(&self) -> bool {
        self.network.may_duplicate()
    }

    fn duplicate(
        &mut self,
        packet: &Packet,
        letter: &Letter,
        arrival: Instant,
        number: u32,
    ) -> Option<(Instant, Letter)> {
        let copy = self.network.duplicate(packet, arrival, u64::from(number))?;
        self.duplicated += 1;
        match copy {
            Verdict::Deliver(arrival) => Some((arrival, letter.clone())),
            Verdict::Drop(_) => None,
        }
    }

    fn arrive(&mut self, now: Instant, receiver: NodeIndex, letter: &Letter) -> Arrival {
        let size = letter.wire_size();
        let arrival =
            self.network.receive_logged(now, receiver, size, Exchange::Opens, &mut self.loads);
        if let Arrival::Drop(reason) = arrival {
            self.dropped.push(reason);
        }
        arrival
    }

    fn is_damaged(&mut self, _: Instant, sender: NodeIndex, number: u32) -> bool {
        let damaged = self.network.corrupts(sender, u64::from(number));
        if damaged {
            self.dropped.push(DropReason::Corrupted);
        }
        damaged
    }

    fn delivered(&mut self, _: Instant, _: &Letter, online: bool) {
        assert!(online);
    }

    fn report(&mut self, now: Instant, _: NodeIndex, letter: u32) {
        self.received.push((now, letter));
    }

    fn agenda<Q: EventQueue>(
        &mut self,
        engine: &mut Engine<Correspondent, Q>,
        node: NodeIndex,
        letter: u32,
    ) {
        engine.input(self, node, Input::Command(letter));
    }
}

/// Two nodes at a constant delay, with nothing else between them.
fn plain() -> NetworkConfig {
    let model = LatencyModel::Constant { delay: DELAY };
    NetworkConfig::of_latency(model, vec![ClassConfig::unlimited("both")])
}

/// Both links of both nodes at [`RATE`].
fn narrow(queue: u64) -> NetworkConfig {
    let mut config = plain();
    let class = &mut config.classes[0];
    (class.uplink, class.downlink, class.queue) = (Some(RATE), Some(RATE), queue);
    config
}

/// Sends a letter at each of these times and waits until the last has arrived.
fn post(config: &NetworkConfig, times: impl Iterator<Item = Instant>) -> Post {
    let end = Instant::ZERO + Duration::from_secs(1_000_000);
    let mut post = Post {
        network: Network::new(config, 2, Seed(8)),
        loads: LinkLoads::new(&config.classes, Instant::ZERO, end),
        sent: 0,
        duplicated: 0,
        dropped: Vec::new(),
        received: Vec::new(),
    };
    let mut engine: Engine<Correspondent, Bucketed> = Engine::new(2, Seed(8));
    engine.start(&mut post, SENDER, Correspondent);
    engine.start(&mut post, RECEIVER, Correspondent);
    for (number, time) in (0..).zip(times) {
        engine.schedule(time, SENDER, number);
    }
    engine.run_until(&mut post, end);
    let came_to = post.received.len() + post.dropped.len();
    assert_eq!(post.sent + post.duplicated, came_to as u64, "every packet is accounted for");
    post
}

/// A letter every so often.
fn every(gap: Duration, letters: u64) -> impl Iterator<Item = Instant> {
    (0..letters).map(move |number| Instant::ZERO + gap * number)
}

fn within(found: f64, expected: f64, band: f64) {
    assert!((found - expected).abs() < band, "{found}, not {expected} give or take {band}");
}

/// Ten letters at once wait 0, 1, ... 9 ms at the uplink. They leave it a millisecond apart, and
/// so none waits at the downlink, which is as fast.
#[test]
fn a_burst_waits_as_arithmetic_has_it() {
    let burst = post(&narrow(1 << 20), std::iter::repeat_n(Instant::ZERO, 10));
    let [up, down] = Direction::ALL.map(|way| burst.loads.of(0, way).expect("it is finite"));
    let waits = up.waits.summary();
    assert_eq!((waits.count, waits.mean, waits.max), (10, 4_500.0, 9_000));
    // Of ten values the fifth and the tenth, three digits of them above 2,047.
    assert_eq!((waits.p50.div_ceil(10), waits.p95), (401, 9_000));
    assert_eq!((up.taken.bytes, up.dropped, up.busy), (10_000, 0, 10_000_000));
    assert_eq!((down.waits.summary().max, down.busy), (0, 10_000_000));
    for (number, (time, letter)) in (0..).zip(&burst.received) {
        assert_eq!(
            (*letter, *time),
            (number, Instant::ZERO + DELAY + MILLI * u64::from(number + 2))
        );
    }
}

/// D/D/1: letters every half of a millisecond on a link that takes one a millisecond. The queue
/// of 10,000 bytes fills, and then every second letter finds no room: of those before, letter n
/// waits n / 2 ms.
#[test]
fn a_link_that_is_asked_for_twice_what_it_carries_fills_and_drops_half() {
    let letters = 2_000;
    let overload = post(&narrow(10_000), every(MILLI / 2, letters));
    let up = overload.loads.of(0, Direction::Up).expect("it is finite");
    assert_eq!(up.taken.messages + up.dropped, letters);
    assert!(overload.dropped.iter().all(|&reason| reason == DropReason::UplinkFull));
    // 20 letters pass while the queue fills; then one each millisecond does.
    assert!(up.taken.messages.abs_diff(1_000 + 10) <= 1, "{}", up.taken.messages);
    assert!((8_500..=9_500).contains(&up.waits.summary().max), "{:?}", up.waits.summary());
    assert_eq!(up.busy, u128::from(up.taken.messages) * 1_000_000);
}

/// M/D/1: letters at random take 1 ms each, at a load of 0.7. Pollaczek and Khinchine: the mean wait
/// is load x service / 2 (1 - load) = 7/6 ms. Waits follow each other with a correlation whose sum
/// is about 19 at this load, and have the variance 2.1 ms^2: four deviations of the mean of 200,000
/// are 5 %.
#[test]
fn random_letters_wait_as_pollaczek_and_khinchine_have_it() {
    let (letters, load) = (200_000, 0.7);
    let mut stream = Stream::new(Seed(6), Purpose::Test, 0);
    let mut now = Instant::ZERO;
    let times = std::iter::repeat_with(|| {
        now += Duration::from_nanos(exponential(stream.next_u64(), 1e6 / load) as u64);
        now
    });
    let times: Vec<Instant> = times.take(letters).collect();
    let length = (times[letters - 1] - Instant::ZERO).as_nanos() as f64;
    let queue = post(&narrow(1 << 30), times.into_iter());
    let up = queue.loads.of(0, Direction::Up).expect("it is finite");
    let expected = 1_000.0 * load / (2.0 * (1.0 - load));
    within(up.waits.mean(), expected, 0.05 * expected);
    within(up.busy as f64 / length, load, 0.02);
    // Who finds the link idle does not wait: all but the load.
    let idle = up.waits.cdf()[0];
    assert_eq!(idle.0, 0);
    within(idle.1 as f64 / letters as f64, 1.0 - load, 0.01);
    assert_eq!(queue.received.len(), letters);
}

/// Letters in pairs 10 ms apart, jitter of 20 ms at most: the second is first if its jitter is
/// shorter by more than 10 ms, with probability (1 - 10/20)^2 / 2. With exponential jitter of the
/// mean 20 ms the difference is of Laplace's distribution: exp(-10/20) / 2.
#[test]
fn jitter_reorders_as_often_as_it_should() {
    let pairs = 20_000;
    for (distribution, expected) in [
        (JitterDistribution::Uniform, 0.125),
        (JitterDistribution::Exponential, libm::exp(-0.5) / 2.0),
    ] {
        let mut config = plain();
        config.latency.jitter = MILLI * 20;
        config.latency.jitter_distribution = distribution;
        let times = every(Duration::from_secs(1), pairs).flat_map(|time| [time, time + MILLI * 10]);
        let post = post(&config, times);
        assert_eq!(post.received.len() as u64, 2 * pairs);
        let letters = post.received.chunks(2);
        let swapped = letters.filter(|pair| pair[0].1 > pair[1].1).count() as f64;
        let band = 4.0 * f64::sqrt(pairs as f64 * expected * (1.0 - expected));
        within(swapped, pairs as f64 * expected, band);
    }
}

/// Loss and lengths of bursts over one link, against the closed forms. A chain of two states
/// multiplies the variance of a share by (2 - p - r) / (p + r).
#[test]
fn a_link_of_gilbert_and_elliott_loses_in_bursts() {
    let (p, r) = (0.05, 0.2);
    let config = GilbertElliottConfig {
        good_to_bad: p,
        bad_to_good: r,
        loss_in_good: 0.0,
        loss_in_bad: 1.0,
    };
    let letters = 100_000;
    let network = NetworkConfig { loss: LossConfig::GilbertElliott(config), ..plain() };
    let post = post(&network, every(MILLI, letters));
    let lost = post.dropped.len() as f64;
    assert!(post.dropped.iter().all(|&reason| reason == DropReason::Loss));
    let (n, share) = (letters as f64, p / (p + r));
    let band = 4.0 * f64::sqrt(n * share * (1.0 - share) * (2.0 - p - r) / (p + r));
    within(lost, n * share, band);
    let gaps = post.received.windows(2).filter(|pair| pair[1].1 > pair[0].1 + 1).count() as f64;
    within(lost / gaps, 1.0 / r, 4.0 * f64::sqrt((1.0 - r) / (r * r) / gaps));
}

/// A fifth of the letters comes twice; of all that come, copies too, a tenth is damaged. What is
/// damaged has occupied the downlink.
#[test]
fn letters_come_twice_or_damaged_at_their_rates() {
    let letters = 20_000;
    let mut config = NetworkConfig { duplication: 0.2, corruption: 0.1, ..narrow(1 << 20) };
    config.latency.jitter = MILLI * 30;
    let post = post(&config, every(MILLI * 4, letters));
    let copies = post.duplicated as f64;
    within(copies, 0.2 * letters as f64, 4.0 * f64::sqrt(letters as f64 * 0.2 * 0.8));
    let came = letters as f64 + copies;
    within(post.dropped.len() as f64, 0.1 * came, 4.0 * f64::sqrt(came * 0.1 * 0.9));
    assert!(post.dropped.iter().all(|&reason| reason == DropReason::Corrupted));
    let [up, down] = Direction::ALL.map(|way| post.loads.of(0, way).expect("it is finite"));
    assert_eq!(up.taken.messages, letters, "copies are made behind the uplink");
    assert_eq!(down.taken.messages, letters + post.duplicated);
    // Both of a pair come undamaged in 0.81 of all cases.
    let mut times_come = vec![0u32; letters as usize];
    post.received.iter().for_each(|(_, letter)| times_come[*letter as usize] += 1);
    let twice = times_come.iter().filter(|&&times| times == 2).count() as f64;
    within(twice, 0.81 * copies, 4.0 * f64::sqrt(copies * 0.81 * 0.19));
}

const LOOKUPS: &str = "[[workload]]\nkind = \"lookup\"\nrate = \"0.1/s\"";
const RECORDS: &str = "[[workload]]\nkind = \"put-get\"\nrate = \"0.1/s\"\nrecord_size = \"100 B\"";

/// If everything comes twice, without loss, at the same instant: a request is answered twice, and
/// each answer comes twice. Who asked hears the first of the four and goes on as if it were alone.
#[test]
fn lookups_do_not_care_for_copies() {
    let plain = still(&[LOOKUPS], &[]);
    let twice = still(&[LOOKUPS], &["network.duplication=1"]);
    let [rows, copied] = [&plain, &twice].map(|run| operations(run, OperationKind::Lookup));
    assert!(rows.len() > 1_000);
    assert_eq!(rows, copied);
    let count = |run: &RunOutput, kind| {
        let mut kinds = run.result.messages.iter();
        let found = kinds.find(|figures| figures.kind == kind).expect("it is sent");
        (found.sent, found.delivered)
    };
    let (asked, heard) = count(&twice, "find-node");
    let (answered, returned) = count(&twice, "nodes");
    assert_eq!(asked, count(&plain, "find-node").0);
    // Of those on their way at either end of the measurement a few are counted on one side only.
    let close =
        |left: u64, right: u64| assert!(left.abs_diff(right) < right / 100, "{left} {right}");
    close(heard, 2 * asked);
    close(answered, 2 * asked);
    close(returned, 4 * asked);
    assert_eq!((twice.result.drops.total(), plain.result.duplicated), (0, 0));
    assert_eq!(twice.result.duplicated, asked + answered, "each packet that is sent is copied");
}

/// Sent and duplicated is delivered and dropped, but for what is under way, with everything that
/// may happen to a packet at once; operations end and records are found all the same.
#[test]
fn every_packet_and_copy_is_accounted_for() {
    let churn = "[churn]\nmodel = \"lifetime\"\nlifetime_mean = \"2m\"\ndeadtime_mean = \"2m\"";
    let run = still(
        &[LOOKUPS, RECORDS, churn],
        &[
            "network.loss.model=gilbert-elliott",
            "network.loss.good_to_bad=0.01",
            "network.duplication=0.2",
            "network.corruption=0.05",
            "network.latency.jitter=20ms",
            "network.latency.jitter_distribution=exponential",
            "network.latency.asymmetry=0.4",
            "nodes.class.0.loss=0.01",
            "nodes.class.0.uplink=200 kbit/s",
            "nodes.class.0.downlink=200 kbit/s",
            "nodes.class.0.queue=2 KiB",
            "kademlia.retries=2",
        ],
    );
    let (came_into_being, under_way) = accounts(&run);
    assert!(under_way < came_into_being / 100, "{under_way} of {came_into_being}");
    // Without underlay and faults there is a way to everyone, and here everyone can be dialled.
    let others = ["unreachable", "undialable", "partition"];
    for (reason, count) in run.result.drops.0.iter().filter(|(name, _)| !others.contains(name)) {
        assert!(*count > 50, "{count} packets are dropped for {reason}");
    }
    assert!(run.result.duplicated > 10_000);
    for figures in run.result.operations.iter().filter(|figures| figures.count > 100) {
        let kind = figures.kind.name();
        assert!(figures.success_rate > 0.8, "{kind}: {}", figures.success_rate);
    }
}

/// Ways that share the round trip unequally change no round trip: whatever takes r rounds takes
/// 2 r L to the nanosecond, as it does on equal ways.
#[test]
fn asymmetry_changes_no_round_trip() {
    let run = still(&[LOOKUPS], &["network.latency.asymmetry=0.6", "kademlia.k=4"]);
    let rows = operations(&run, OperationKind::Lookup);
    assert!(rows.len() > 1_000 && rows.iter().any(|row| row.rounds > 1));
    for row in rows {
        assert_eq!(row.latency(), DELAY * 2 * u64::from(row.rounds), "{row:?}");
    }
}

/// A single class on links with room for everything: what passed is what was sent, and the links
/// were busy for its bits.
#[test]
fn figures_of_links_are_those_of_what_they_carried() {
    let settings = ["nodes.class.0.uplink=1 Mbit/s", "nodes.class.0.downlink=2 Mbit/s"];
    let run = still(&[LOOKUPS], &settings);
    let [up, down] = &run.result.links[..] else { panic!("{:?}", run.result.links) };
    let sent = |count: fn(&kadsim::runner::figures::MessageFigures) -> u64| -> u64 {
        run.result.messages.iter().map(count).sum()
    };
    assert_eq!((up.class.as_str(), up.direction, down.direction), ("default", "up", "down"));
    assert_eq!((up.bits_per_second, down.bits_per_second), (1_000_000, 2_000_000));
    assert_eq!((up.packets, up.bytes), (sent(|kind| kind.sent), sent(|kind| kind.bytes_sent)));
    assert_eq!((up.dropped, down.dropped), (0, 0));
    assert!(down.packets.abs_diff(up.packets) < up.packets / 100);
    for figures in [up, down] {
        // 300 nodes for 60 s; a packet across either end of them counts in part.
        let busy = figures.bytes as f64 * 8.0 / figures.bits_per_second as f64;
        let found = figures.utilization.expect("nodes are online");
        within(found, busy / (300.0 * 60.0), 0.001 * found);
        let delay = figures.queueing_delay_micros;
        assert_eq!(delay.count, figures.packets);
        assert!(delay.mean > 0.0 && delay.p50 <= delay.p99 && delay.p99 <= delay.max);
    }
    assert_eq!(run.link_waits.len(), 2);
    assert!(still(&[LOOKUPS], &[]).result.links.is_empty(), "without finite links there are none");
}
