//! What applications say to each other through their nodes: requests, answers, and what they cost.

use crate::worlds::{arguments, run_with, scenario};
use bytes::Bytes;
use kadsim::engine::queue::QueueKind;
use kadsim::kademlia::key::WideKey;
use kadsim::krpc::decode::decode;
use kadsim::krpc::encode::encode;
use kadsim::krpc::packet::{Content, Packet, Query};
use kadsim::protocol::NodeIndex;
use kadsim::rng::Seed;
use kadsim::runner::{self, Retired, RunArguments};
use kadsim::time::{Duration, Instant};
use kadsim::udp::contact::Contact;
use kadsim::udp::unwired::Unwired;
use kadsim::workload::application::{Application, Caller, Desk, Happening, Ticket, Workload};
use std::any::Any;
use std::ops::ControlFlow;
use std::sync::Arc;

const WORLD: &str = r#"
name = "talk"
seed = 5

[nodes]
count = 40
bootstrap = "warm"

[phases]
init = "10 s"
transition = "10 s"
measurement = "60 s"

[network.latency]
model = "constant"
delay = "30 ms"

[kademlia]
preset = "paper"
"#;

/// What the echo says, and after how long: nothing at all, if never.
#[derive(Clone, Copy, Debug)]
struct Echo {
    delay: Option<Duration>,
    timeout: Option<Duration>,
    bytes: usize,
}

/// Every node asks its neighbour once; what it is asked it sends back.
#[derive(Debug)]
struct Neighbour {
    echo: Echo,
    asked: Option<(Ticket, Instant)>,
    heard: Vec<(Duration, Option<Bytes>)>,
    callers: Vec<(Instant, Caller, Bytes)>,
}

impl Workload for Echo {
    fn name(&self) -> &str {
        "echo"
    }

    fn application(&self, node: NodeIndex) -> Option<Box<dyn Application>> {
        let neighbour =
            Neighbour { echo: *self, asked: None, heard: Vec::new(), callers: Vec::new() };
        (node.0 < 10).then(|| Box::new(neighbour) as Box<dyn Application>)
    }
}

impl Application for Neighbour {
    fn handle(&mut self, happening: Happening, desk: &mut Desk<'_>) {
        match happening {
            Happening::Joined => {
                let peer = NodeIndex((desk.node().0 + 1) % 10);
                let request = Bytes::from(vec![desk.node().0 as u8; self.echo.bytes]);
                let ticket = desk.ask(peer, request, self.echo.timeout);
                self.asked = Some((ticket, desk.now()));
            }
            Happening::Asked(caller, request) => match self.echo.delay {
                Some(Duration::ZERO) => desk.answer(caller, request),
                Some(delay) => {
                    self.callers.push((desk.now() + delay, caller, request));
                    desk.wake_at(self.callers[0].0);
                }
                None => {}
            },
            Happening::Woken => {
                let (due, caller, request) = self.callers.remove(0);
                assert!(due <= desk.now(), "nobody is woken early");
                desk.answer(caller, request);
            }
            Happening::Answered(ticket, response) => {
                let (asked, at) = self.asked.take().expect("one is under way");
                assert_eq!(asked, ticket);
                self.heard.push((desk.now() - at, response));
            }
            Happening::Left | Happening::Finished(..) => {}
        }
    }
}

fn echoes(arguments: RunArguments<'_>) -> Vec<(u32, Duration, Option<Bytes>)> {
    let (_, retired) = runner::run_applications(arguments, &mut |_| ControlFlow::Continue(()));
    heard(retired)
}

fn heard(retired: Vec<Retired>) -> Vec<(u32, Duration, Option<Bytes>)> {
    let mut all = Vec::new();
    for Retired { node, application, .. } in retired {
        let application: Box<dyn Any> = application;
        let neighbour = application.downcast::<Neighbour>().expect("it is one of ours");
        all.extend(neighbour.heard.into_iter().map(|(took, answer)| (node.0, took, answer)));
    }
    all
}

#[test]
fn an_answer_takes_two_ways_and_as_long_as_it_is_thought_about() {
    let scenario = scenario(WORLD, &[]);
    for (delay, took) in [(0, 60), (100, 160)] {
        let delay = Some(Duration::from_millis(delay));
        let echo: [Arc<dyn Workload>; 1] = [Arc::new(Echo { delay, timeout: None, bytes: 100 })];
        let arguments = RunArguments { workloads: &echo, ..RunArguments::of(&scenario) };
        let heard = echoes(arguments);
        assert_eq!(heard.len(), 10);
        for (node, time, answer) in heard {
            assert_eq!(time, Duration::from_millis(took));
            assert_eq!(answer, Some(Bytes::from(vec![node as u8; 100])));
        }
    }
}

#[test]
fn silence_ends_with_the_time_out_and_nobody_is_forgotten_for_it() {
    let scenario = scenario(WORLD, &["phases.init=30 s"]);
    for timeout in [None, Some(Duration::from_millis(70))] {
        let echo: [Arc<dyn Workload>; 1] = [Arc::new(Echo { delay: None, timeout, bytes: 1 })];
        let arguments = RunArguments { workloads: &echo, ..RunArguments::of(&scenario) };
        let heard = echoes(arguments);
        let full = timeout.unwrap_or(scenario.kademlia.request_timeout);
        assert_eq!(heard.len(), 10);
        assert!(heard.iter().all(|(_, time, answer)| *time == full && answer.is_none()));
    }
}

#[test]
fn talk_is_the_same_on_any_queue_and_any_number_of_threads() {
    let scenario = scenario(WORLD, &["network.loss.model=bernoulli", "network.loss.rate=0.2"]);
    let delay = Some(Duration::from_millis(5));
    let echo: [Arc<dyn Workload>; 1] = [Arc::new(Echo { delay, timeout: None, bytes: 100 })];
    let run = |queue, threads| {
        let arguments = RunArguments { workloads: &echo, ..arguments(&scenario, queue, threads) };
        let (output, retired) =
            runner::run_applications(arguments, &mut |_| ControlFlow::Continue(()));
        (output.result.digest, heard(retired))
    };
    let first = run(QueueKind::Bucketed, 1);
    assert!(first.1.iter().any(|(.., answer)| answer.is_none()), "some are lost");
    for (queue, threads) in
        [(QueueKind::Reference, 1), (QueueKind::Bucketed, 2), (QueueKind::Bucketed, 7)]
    {
        assert_eq!(run(queue, threads), first);
    }
    let without = run_with(RunArguments::of(&scenario));
    assert_ne!(without.result.digest, first.0, "talk is part of the run");
}

#[test]
fn talk_is_counted_by_its_bytes() {
    let scenario = scenario(WORLD, &[]);
    let delay = Some(Duration::ZERO);
    let echo: [Arc<dyn Workload>; 1] = [Arc::new(Echo { delay, timeout: None, bytes: 1_000 })];
    let arguments = RunArguments { workloads: &echo, ..RunArguments::of(&scenario) };
    let (mut requests, mut responses) = (0, 0);
    let everything =
        runner::capture::Filter { nodes: None, from: Instant::ZERO, until: Instant::FAR_FUTURE };
    let observation = runner::Observation::Events(everything);
    runner::run_observed(arguments, Some(&observation), &mut |_, seen| {
        for observed in seen {
            let runner::Observed::Event(event) = observed else { continue };
            let runner::trace::What::Received(parcel) = &event.what else { continue };
            let size = match parcel.message() {
                "talk-request" => {
                    requests += 1;
                    // As bencoded: the query, its protocol number 0 and 1,000 bytes.
                    28 + 58 + 13 + 9 + 1_005
                }
                "talk-response" => {
                    responses += 1;
                    28 + 49 + 10 + 1_005
                }
                _ => continue,
            };
            assert_eq!(parcel.bytes, size);
        }
        ControlFlow::Continue(())
    });
    assert_eq!((requests, responses), (10, 10));
}

/// On sockets the same applications speak to each other in real time.
#[test]
fn applications_talk_over_sockets() {
    let settings =
        ["nodes.count=12", "phases.init=100ms", "phases.transition=100ms", "phases.measurement=2s"];
    let scenario = scenario(WORLD, &settings);
    let delay = Some(Duration::from_millis(20));
    let echo: [Arc<dyn Workload>; 1] = [Arc::new(Echo { delay, timeout: None, bytes: 7_000 })];
    let watch = &mut |_| ControlFlow::Continue(());
    let run = runner::run_applications_on_sockets(&scenario, Seed(scenario.seed), &echo, watch);
    let (_, retired) = run.expect("this host has sockets");
    let heard = heard(retired);
    assert_eq!(heard.len(), 10);
    for (node, took, answer) in heard {
        assert_eq!(answer, Some(Bytes::from(vec![node as u8; 7_000])), "node {node}");
        assert!(took >= Duration::from_millis(80), "two ways and the delay: {took}");
    }
}

/// A node without applications says so, as other programs do that do not know the method.
#[test]
fn a_node_without_applications_answers_error_204() {
    let contact = |byte, port| Contact::new(WideKey([byte; 20]), ([127, 0, 0, 1], port).into());
    let params = kadsim::udp::params();
    let mut node = Unwired::new(contact(1, 4_000), vec![], params, None, Seed(1));
    let query = Query::Talk { protocol: 0, request: Bytes::from_static(b"hello") };
    let packet = Packet::new(b"aa", Content::Query { id: WideKey([2; 20]), query });
    let sent = node.hear(&encode(&packet), ([127, 0, 0, 1], 4_001).into(), Instant::ZERO);
    let answers: Vec<_> = sent.iter().map(|(_, bytes)| decode(bytes).expect("a packet")).collect();
    let [Packet { content: Content::Error(error), .. }] = &answers[..] else {
        panic!("{answers:?}")
    };
    assert_eq!(error.code, 204);
}
