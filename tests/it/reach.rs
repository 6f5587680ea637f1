//! Nodes that cannot be dialled, nodes that only ask, and the time-out of a dial.

use crate::node::{Actor, at, find, key, known};
use crate::worlds::{operations, run, scenario};
use kadsim::kademlia::message::{Body, Message, PeerList};
use kadsim::kademlia::operation::Command;
use kadsim::kademlia::params::Params;
use kadsim::metrics::{OperationKind, OperationRecord, Outcome};
use kadsim::network::reach::Reach;
use kadsim::protocol::{Input, NodeIndex};
use kadsim::rng::Seed;
use kadsim::runner::figures::NamedCounts;
use kadsim::runner::result::RunOutput;
use kadsim::scenario::Scenario;
use kadsim::time::Duration;

fn nobody() -> Body<u8, kadsim::kademlia::key::Key64> {
    Body::Nodes { peers: PeerList::new() }
}

/// Dials of 5 s, answers of 10 s, connections that stay open for a minute. Node 0x80 asks, so that it
/// is known, and is then asked.
fn dialling() -> Actor {
    let params = Params {
        request_timeout: Duration::from_secs(10),
        dial_timeout: Some(Duration::from_secs(5)),
        connection_idle: Duration::from_secs(60),
        ..Params::paper()
    };
    let mut actor = Actor::new(1, &params, &[]);
    actor.answers(0x80, Body::Ping);
    actor
}

#[test]
fn who_has_just_answered_need_not_be_dialled() {
    let mut actor = dialling();
    let ask = |actor: &mut Actor| {
        actor.command(find(key(0x81)));
        actor.sent_one().1.number
    };
    // To have been asked by it is no connection: it asked from behind a wall.
    let number = ask(&mut actor);
    actor.notes.now = at(1);
    actor.hears(0x80, Message { number, body: nobody() });
    assert_eq!(actor.finished_one().closest[..], [0x80]);
    // Open for a minute; the answer that does not come is waited for in full.
    actor.notes.now = at(30);
    ask(&mut actor);
    actor.wakes_at(at(40));
    assert_eq!(actor.finished_one().timeouts, 1);
    // Who does not answer has to be dialled.
    ask(&mut actor);
    actor.wakes_at(at(45));
    let number = ask(&mut actor);
    actor.hears(0x80, Message { number, body: nobody() });
    // A moment before the minute is over, and when it is.
    actor.notes.now = at(104);
    let number = ask(&mut actor);
    actor.hears(0x80, Message { number, body: nobody() });
    actor.notes.now = at(164);
    ask(&mut actor);
    actor.wakes_at(at(169));
}

#[test]
fn without_a_time_out_of_its_own_a_dial_takes_that_of_requests() {
    let params = Params { request_timeout: Duration::from_secs(10), ..Params::paper() };
    let mut actor = Actor::new(1, &params, &[]);
    actor.answers(0x80, Body::Ping);
    actor.command(find(key(0x81)));
    actor.wakes_at(at(10));
}

#[test]
fn who_only_asks_is_answered_and_not_kept() {
    let mut actor = Actor::new(1, &Params::paper(), &[]);
    actor.notes.clients = vec![0x80];
    assert!(matches!(actor.answers(0x80, Body::Ping), Body::Pong));
    assert!(known(&actor).is_empty());
    actor.answers(0x81, Body::Ping);
    assert_eq!(known(&actor), [0x81]);
}

/// Node 1 puts a record whose key is its own, where a record has one holder and 0x80 is the only
/// other node: gives what node 1 sends once 0x80 has answered.
fn put_at_home(clients: &[u8]) -> Vec<(u8, &'static str)> {
    use kadsim::protocol::Message as _;
    let params = Params { k: 1, ..Params::paper() };
    let mut actor = Actor::new(1, &params, &[0x80]);
    actor.notes.clients = clients.to_vec();
    actor.input(Input::Start);
    let (_, join) = actor.sent_one();
    actor.hears(0x80, Message { number: join.number, body: nobody() });
    actor.notes.reports.clear();
    let value = bytes::Bytes::from_static(b"value");
    actor.command(Command::Put { number: 1, key: key(1), value });
    let (_, search) = actor.sent_one();
    actor.hears(0x80, Message { number: search.number, body: nobody() });
    let kind = |message: &Message<_, _>| {
        Message::<u8, kadsim::kademlia::key::Key64>::KINDS[message.kind()]
    };
    actor.notes.sent.iter().map(|(to, message)| (*to, kind(message))).collect()
}

#[test]
fn a_client_holds_nothing_and_says_nothing() {
    assert_eq!(put_at_home(&[]), [], "a server that is the closest keeps it itself");
    assert_eq!(put_at_home(&[1]), [(0x80, "store")]);
    let mut actor = Actor::new(1, &Params::paper(), &[]);
    actor.notes.clients = vec![1];
    actor.hears(0x80, Message { number: 7, body: Body::Ping });
    assert!(actor.notes.sent.is_empty() && known(&actor).is_empty());
}

/// Two nodes of two classes; lookups every ten seconds.
const TWO: &str = r#"
    phases = { init = "1s", transition = "1ms", measurement = "10m" }
    nodes.count = 2
    nodes.bootstrap = "warm"
    network.latency = { model = "constant", delay = "50ms" }
    workload = [{ kind = "lookup", rate = "0.1/s", arrivals = "fixed" }]
    output.plots = []
    [kademlia]
    refresh_interval = "10years"
    failures_before_eviction = 63
    request_timeout = "20s"
    dial_timeout = "7s"
    connection_idle = "1m"
    [[nodes.class]]
    name = "open"
    share = 0.5
    [[nodes.class]]
    name = "other"
    share = 0.5
"#;

fn reach(scenario: &Scenario) -> Reach {
    let reach = Reach::new(&scenario.network.classes, Seed(scenario.seed));
    reach.expect("not everyone is an open server")
}

/// [`TWO`] with these settings and the first seed that makes node 0 an open server and node 1 not.
fn two(settings: &[&str]) -> RunOutput {
    let seeded = |seed: u64| scenario(TWO, &[settings, &[&format!("seed={seed}")]].concat());
    let fits = |scenario: &Scenario| {
        let reach = reach(scenario);
        reach.is_open(NodeIndex(0)) && !reach.is_open(NodeIndex(1))
    };
    run(&(0..).map(seeded).find(fits).expect("one seed in four does"))
}

fn lookups_of(run: &RunOutput, node: u32) -> Vec<OperationRecord> {
    let mut lookups = operations(run, OperationKind::Lookup);
    lookups.retain(|lookup| lookup.node == node);
    assert!(lookups.len() > 30, "{} lookups prove nothing", lookups.len());
    lookups
}

fn count(counts: &NamedCounts, name: &str) -> u64 {
    counts.0.iter().find(|(other, _)| *other == name).expect(name).1
}

/// Whoever asks the one that cannot be dialled waits for a dial; what that one asks is answered.
#[test]
fn a_request_to_a_node_that_cannot_be_dialled_times_out_as_a_dial() {
    let run = two(&["nodes.class.1.dialable=false"]);
    let failed = lookups_of(&run, 0);
    for lookup in &failed {
        assert_eq!((lookup.outcome, lookup.requests), (Outcome::NoContacts, 1), "{lookup:?}");
        assert_eq!(lookup.latency(), Duration::from_secs(7));
        assert_eq!((lookup.timeouts, lookup.recall), (1, None), "nobody could have been found");
    }
    for lookup in lookups_of(&run, 1) {
        assert_eq!((lookup.outcome, lookup.timeouts), (Outcome::Success, 0), "{lookup:?}");
        assert_eq!(lookup.latency(), Duration::from_millis(100));
        assert_eq!(lookup.recall, Some(1_000));
    }
    let drops = &run.result.drops;
    // The last request may have ended after the run.
    assert!(count(drops, "undialable").abs_diff(failed.len() as u64) <= 1, "{drops:?}");
    assert_eq!(drops.total(), count(drops, "undialable"));
    // Either node has one contact, and one of the two can be asked.
    let tables = &run.result.tables;
    assert_eq!((tables.online_share, tables.reachable_share), (Some(1.0), Some(0.5)));
}

/// The same two, the other being a client: nobody knows it, so nobody asks it.
#[test]
fn a_client_asks_and_is_asked_nothing() {
    let run = two(&["nodes.class.1.mode=client"]);
    let alone = lookups_of(&run, 0);
    assert!(alone.iter().all(|one| (one.outcome, one.requests) == (Outcome::NoContacts, 0)));
    for lookup in lookups_of(&run, 1) {
        assert_eq!((lookup.outcome, lookup.recall), (Outcome::Success, Some(1_000)));
        assert_eq!(lookup.latency(), Duration::from_millis(100));
    }
    assert_eq!((run.result.drops.total(), run.result.network.contacts), (0, 1));
    // The server reaches nobody, the client only the server.
    assert_eq!(run.result.network.strongly_connected_components, 2);
}

/// 200 nodes, a third of them of another class.
const MANY: &str = r#"
    phases = { init = "1m", transition = "1m", measurement = "5m" }
    nodes.count = 200
    nodes.contacts = 4
    kademlia = { k = 8, refresh_interval = "1m" }
    network.latency = { model = "constant", delay = "50ms" }
    workload = [{ kind = "lookup", rate = "0.05/s" }]
    output.plots = []
    [[nodes.class]]
    name = "open"
    share = 0.667
    [[nodes.class]]
    name = "other"
    share = 0.333
"#;

fn many(settings: &[&str]) -> (Scenario, RunOutput) {
    let scenario = scenario(MANY, settings);
    let run = run(&scenario);
    (scenario, run)
}

/// Every node of a server's tables is one, however tables come about; lookups of clients find what
/// those of servers find.
#[test]
fn a_client_is_in_nobodys_table() {
    for bootstrap in ["organic", "warm", "random"] {
        let bootstrap = format!("nodes.bootstrap={bootstrap}");
        let (scenario, run) = many(&[&bootstrap, "nodes.class.1.mode=client"]);
        let tables = &run.result.tables;
        assert_eq!((tables.tables, tables.reachable_share), (200, Some(1.0)), "{bootstrap}");
        let reach = reach(&scenario);
        let clients = (0..200).filter(|&node| !reach.serves(NodeIndex(node))).count() as u64;
        assert!((40..100).contains(&clients));
        let network = &run.result.network;
        assert_eq!(network.strongly_connected_components, 1 + clients, "each is on its own");
        assert_eq!(run.result.drops.total(), 0, "nobody is asked in vain");
        let lookups = operations(&run, OperationKind::Lookup);
        let by_clients = lookups.iter().filter(|one| !reach.serves(NodeIndex(one.node)));
        let recall: Vec<_> = by_clients.map(|one| one.recall.expect("all are checked")).collect();
        let mean = recall.iter().map(|&one| f64::from(one)).sum::<f64>() / recall.len() as f64;
        assert!(recall.len() > 400 && mean > 950.0, "{bootstrap}: {mean}");
    }
}

/// Only requests are kept out, and every packet is accounted for.
#[test]
fn nothing_but_requests_is_kept_out() {
    let (_, run) = many(&["nodes.class.1.dialable=false"]);
    let undialable = count(&run.result.drops, "undialable");
    assert!(undialable > 500, "{undialable}");
    assert_eq!(run.result.drops.total(), undialable);
    for messages in &run.result.messages {
        let lost = messages.sent.abs_diff(messages.delivered);
        let is_answer = ["pong", "nodes"].contains(&messages.kind);
        assert!(!is_answer || lost <= 40, "{messages:?}: those under way at either end");
    }
    let tables = &run.result.tables;
    let reachable = tables.reachable_share.expect("there are contacts");
    assert!((0.3..0.97).contains(&reachable), "{reachable}");
    let bucket = &tables.buckets[0];
    assert!(bucket.reachable_mean < bucket.online_mean, "{bucket:?}");
}

/// In a network of k + 1 nodes everyone can know all others; those that cannot be asked are nobody's to
/// know.
#[test]
fn who_knows_all_its_closest_is_counted() {
    let share = |settings: &[&str]| many(settings).1.result.tables.knows_closest_share;
    let few = ["nodes.count=9", "nodes.bootstrap=warm"];
    assert_eq!(share(&few), Some(1.0));
    assert_eq!(share(&[few[0], few[1], "nodes.class.1.mode=client"]), Some(1.0));
    let alone =
        ["nodes.bootstrap=random", "workload.0.rate=0.000001/s", "kademlia.refresh_interval=1day"];
    assert_eq!(share(&alone), Some(0.0), "four contacts are no eight");
    let warm = share(&["nodes.bootstrap=warm"]).expect("the network is small");
    assert!((0.8..1.0).contains(&warm), "{warm}: some full buckets miss one of the eight");
}

/// Who is pinged before it is kept can be dialled.
#[test]
fn precautions_keep_those_out_who_cannot_be_dialled() {
    for bootstrap in ["nodes.bootstrap=organic", "nodes.bootstrap=warm"] {
        let hidden = "nodes.class.1.dialable=false";
        let (_, run) = many(&[hidden, "kademlia.precautions=open", bootstrap]);
        assert_eq!(run.result.tables.reachable_share, Some(1.0), "{bootstrap}");
        assert!(count(&run.result.drops, "undialable") > 50, "they are pinged, in vain");
    }
}

/// A scenario in which nobody could be asked is refused, with what it takes.
#[test]
fn somebody_must_be_there_to_be_asked() {
    for class in ["dialable = false", "mode = \"client\""] {
        let text = format!("[[nodes.class]]\n{class}\n");
        let parsed = Scenario::parse(&text, "test.toml", std::path::Path::new(""), &[]);
        let error = parsed.expect_err("it is refused").to_string();
        assert!(error.contains("test.toml:2") && error.contains("dialable = true"), "{error}");
    }
}
