//! `kadsim node` as a program is led: JSON lines in, JSON lines out, and how it ends.

use assert_cmd::cargo::cargo_bin;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Nobody waits longer than this for a line that must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program.
struct Led {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Value>,
    /// What came while something else was waited for.
    put_aside: Vec<Value>,
    asked: u64,
    ready: Value,
}

impl Led {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(cargo_bin("kadsim"))
            .arg("node")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines() {
                let line = line.expect("the program prints UTF-8");
                let value = serde_json::from_str(&line);
                let value = value.unwrap_or_else(|error| panic!("{line:?} is JSON: {error}"));
                if sender.send(value).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        let mut led = Led { child, input, lines, put_aside: vec![], asked: 0, ready: Value::Null };
        led.ready = led.wait(|line| line["event"] == "ready");
        led
    }

    /// The first line that is `wanted`.
    fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.put_aside.iter().position(&wanted) {
            return self.put_aside.remove(at);
        }
        loop {
            let line = self.lines.recv_timeout(PATIENCE).expect("the program goes on");
            if wanted(&line) {
                return line;
            }
            self.put_aside.push(line);
        }
    }

    fn says(&mut self, line: &str) {
        let input = self.input.as_mut().expect("it has not been closed");
        writeln!(input, "{line}").expect("the program reads");
    }

    /// Asks for something and gives the answer.
    fn asks(&mut self, mut request: Value) -> Value {
        self.asked += 1;
        let id = json!(self.asked);
        request["id"] = id.clone();
        self.says(&request.to_string());
        self.wait(|line| line["id"] == id)
    }

    fn succeeds(&mut self, request: Value) -> Value {
        let answer = self.asks(request);
        assert_eq!(answer["ok"], true, "{answer}");
        answer
    }

    fn fails(&mut self, request: Value) -> String {
        let answer = self.asks(request);
        assert_eq!(answer["ok"], false, "{answer}");
        answer["error"].as_str().expect("a message").to_owned()
    }

    fn address(&self, node: usize) -> String {
        self.ready["nodes"][node]["address"].as_str().expect("an address").to_owned()
    }

    /// The end of the input ends the program.
    fn ends(mut self) {
        drop(self.input.take());
        assert_eq!(self.child.wait().expect("it ends").code(), Some(0));
    }
}

impl Drop for Led {
    fn drop(&mut self) {
        // A test that has failed leaves no program behind; one that has ended cannot be ended again.
        let _ = self.child.kill();
    }
}

fn joined(line: &Value) -> bool {
    line["event"] == "joined"
}

#[test]
fn programs_find_and_serve_each_other() {
    let mut first = Led::start(&["--listen", "127.0.0.1:0"]);
    assert_eq!(first.wait(joined), json!({ "event": "joined", "node": 0, "contacts": 0 }));
    let through = first.address(0);
    let bootstrap = ["--listen", "127.0.0.1:0", "--bootstrap", &through];
    let mut second = Led::start(&bootstrap);
    assert_eq!(second.wait(joined)["contacts"], 1);
    let mut third = Led::start(&bootstrap);
    assert_eq!(third.wait(joined)["contacts"], 2);

    let put = second.succeeds(json!({ "do": "put", "value": "grüße" }));
    assert_eq!(put["copies"], 2);
    let got = third.succeeds(json!({ "do": "get", "target": put["target"] }));
    assert_eq!((&got["value"], &got["bencoded"]), (&json!("grüße"), &json!("373a6772c3bcc39f65")));

    let secret = "01".repeat(32);
    let put = json!({ "do": "put", "bencoded": "6c6931656565", "secret": secret, "salt": "s" });
    assert!(second.fails(put).contains("one bencoded value"));
    let put = json!({ "do": "put", "bencoded": "6c69316565", "secret": secret, "salt": "s" });
    assert_eq!(second.succeeds(put.clone())["seq"], 1);
    let target = second.succeeds(put)["target"].clone();
    let got = third.succeeds(json!({ "do": "get", "target": target, "salt": "s" }));
    assert_eq!((&got["seq"], &got["bencoded"]), (&json!(2), &json!("6c69316565")));
    assert!(got.get("value").is_none(), "a list is no text");
    let again = json!({ "do": "get", "public": got["public"], "salt": "s" });
    assert_eq!(first.succeeds(again)["seq"], 2);
    let old = json!({ "do": "put", "value": "", "secret": secret, "salt": "s", "seq": 1 });
    assert!(first.fails(old).contains("302"));

    let infohash = "ab".repeat(20);
    second.succeeds(json!({ "do": "announce", "infohash": infohash }));
    third.succeeds(json!({ "do": "announce", "infohash": infohash, "port": 81 }));
    let mut peers = first.succeeds(json!({ "do": "find-peers", "infohash": infohash }))["peers"]
        .as_array()
        .expect("a list")
        .clone();
    peers.sort_by_key(ToString::to_string);
    let mut expected = vec![json!("127.0.0.1:81"), json!(second.address(0))];
    expected.sort_by_key(ToString::to_string);
    assert_eq!(peers, expected);

    let nodes = first.succeeds(json!({ "do": "find-node", "target": infohash }));
    assert_eq!(nodes["nodes"].as_array().map(Vec::len), Some(2));
    let pong = third.succeeds(json!({ "do": "ping", "address": through }));
    assert_eq!(pong["key"], first.ready["nodes"][0]["key"]);
    let table = third.succeeds(json!({ "do": "table" }));
    assert!(table["contacts"][0]["bucket"].is_u64(), "{table}");
    let stats = third.succeeds(json!({ "do": "stats" }));
    assert_eq!((&stats["records"], &stats["contacts"]), (&json!(2), &json!(2)));
    assert!(stats["received"]["response"]["bytes"].as_u64() > Some(100), "{stats}");

    second.succeeds(json!({ "do": "stop" }));
    assert_eq!(second.child.wait().expect("it ends").code(), Some(0));
    first.ends();
    third.ends();
}

#[test]
fn wrong_lines_are_told_what_is_allowed() {
    let mut node = Led::start(&["--listen", "127.0.0.1:0"]);
    for (request, said) in [
        (json!({ "do": "gossip" }), "put, get, announce"),
        (json!({}), "`do` is missing"),
        (json!({ "do": "table", "nodes": 1 }), "unknown field `nodes`"),
        (json!({ "do": "table", "node": 1 }), "there is no node 1"),
        (json!({ "do": "get", "target": "00" }), "40 hexadecimal digits"),
        (json!({ "do": "get" }), "either `target` or `public`"),
        (json!({ "do": "put", "value": "x", "bencoded": "69" }), "either `value` or `bencoded`"),
        (json!({ "do": "put", "value": "x", "salt": "s" }), "give `secret`"),
        (json!({ "do": "put", "value": "x".repeat(1_000) }), "205"),
        (json!({ "do": "put", "value": "x" }), "no node has taken it"),
        (json!({ "do": "announce", "infohash": "00".repeat(20), "port": 65_536 }), "65536"),
        (json!({ "do": "ping", "address": "localhost" }), "invalid socket address"),
        (json!({ "do": "get", "target": "00".repeat(20) }), "not found"),
    ] {
        let error = node.fails(request.clone());
        assert!(error.contains(said), "{request}: {error}");
    }
    node.says("{\"id\":");
    let told = node.wait(|line| line["id"].is_null() && line.get("ok").is_some());
    assert_eq!(told["ok"], false);
    node.ends();
}

#[test]
fn many_nodes_are_hosted_and_known_again() {
    let folder = tempfile::tempdir().expect("the system has room");
    let state = folder.path().join("state.json");
    let state = state.to_str().expect("UTF-8");
    let options = ["--listen", "127.0.0.1:0", "--count", "20", "--seed", "3", "--state", state];
    let mut first = Led::start(&options);
    for _ in 0..20 {
        first.wait(joined);
    }
    let put = first.succeeds(json!({ "do": "put", "value": "x", "node": 19 }));
    assert_eq!(put["copies"], 8);
    for node in 0..20 {
        first.succeeds(json!({ "do": "get", "target": put["target"], "node": node }));
    }
    let keys = |led: &Led| -> Vec<Value> {
        let nodes = led.ready["nodes"].as_array().expect("a list");
        nodes.iter().map(|node| node["key"].clone()).collect()
    };
    let before = keys(&first);
    first.ends();
    assert!(Path::new(state).exists());
    // The keys are those of the file, whatever the seed.
    let mut options = options;
    options[5] = "4";
    let second = Led::start(&options);
    assert_eq!(keys(&second), before);
    second.ends();
    // Those that are not hosted this time are kept.
    let alone = ["--listen", "127.0.0.1:0", "--state", state];
    let third = Led::start(&alone);
    assert_eq!(keys(&third), before[..1]);
    third.ends();
    let fourth = Led::start(&options);
    assert_eq!(keys(&fourth), before);
    fourth.ends();
}

#[test]
fn what_is_not_done_at_the_end_is_said_to_have_failed() {
    let mut led = Led::start(&["--listen", "127.0.0.1:0"]);
    led.says(&json!({ "id": 1, "do": "ping", "address": "127.0.0.1:9" }).to_string());
    drop(led.input.take());
    let answer = led.wait(|line| line["id"] == 1);
    assert_eq!(answer["ok"], false, "{answer}");
    led.ends();
}

#[test]
fn a_line_that_is_not_utf_8_is_an_error_and_not_the_end() {
    let mut led = Led::start(&["--listen", "127.0.0.1:0"]);
    led.input.as_mut().expect("open").write_all(b"\xff\xfe\n").expect("the program reads");
    let answer = led.wait(|line| line["ok"] == false);
    assert_eq!(answer["id"], Value::Null, "{answer}");
    led.succeeds(json!({ "do": "stats" }));
    led.ends();
}

/// An address that stands for all of a host's own is where its nodes are found by each other.
#[test]
fn nodes_that_listen_everywhere_join_through_the_first() {
    let mut led = Led::start(&["--listen", "0.0.0.0:0", "--count", "3"]);
    for _ in 0..3 {
        led.wait(joined);
    }
    for node in 1..3 {
        let stats = led.succeeds(json!({ "do": "stats", "node": node }));
        assert_eq!(stats["dropped"], json!({}), "the first answers from where it is asked");
    }
    led.ends();
}

/// Runs the program to its end with nothing to read.
fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(cargo_bin("kadsim"));
    command.arg("node").args(arguments).stdin(Stdio::null());
    command.output().expect("the program starts")
}

#[test]
fn wrong_arguments_end_with_status_2() {
    let folder = tempfile::tempdir().expect("the system has room");
    let state = folder.path().join("state.json");
    std::fs::write(&state, "{\"nodes\":3}").expect("written");
    let state = state.to_str().expect("UTF-8");
    let nowhere = folder.path().join("none").join("new.json");
    let nowhere = nowhere.to_str().expect("UTF-8");
    let listen = ["--listen", "127.0.0.1:0"];
    for (more, said) in [
        (vec!["--listen", "nowhere"], "nowhere"),
        (vec!["--listen", "192.0.2.1:0"], "cannot listen at 192.0.2.1:0"),
        (vec!["--listen", "127.0.0.1:65530", "--count", "20"], "at most 6 nodes"),
        ([&listen[..], &["--bootstrap", "127.0.0.1"]].concat(), "HOST:PORT"),
        ([&listen[..], &["--bootstrap", "[::1]:1"]].concat(), "no IPv4 address"),
        ([&listen[..], &["--key", "12"]].concat(), "40 hexadecimal digits"),
        ([&listen[..], &["--count", "0"]].concat(), "1..=10000"),
        ([&listen[..], &["--state", state]].concat(), "state.json"),
        ([&listen[..], &["--state", nowhere]].concat(), "new.json"),
        (vec![], "--listen"),
    ] {
        let output = run(&more);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{more:?}: {message}");
        assert!(message.contains(said), "{more:?}: {message}");
        assert!(output.stdout.is_empty());
    }
    let output = run(&listen);
    assert_eq!((output.status.code(), &output.stderr[..]), (Some(0), &b""[..]));
}
