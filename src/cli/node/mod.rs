//! `kadsim node`: nodes on UDP sockets, led by JSON lines.

mod answer;
mod command;
mod defences;

pub use defences::Defences;

use super::interrupt;
use super::misuse::Misuse;
use crate::krpc::Id;
use crate::krpc::node_id;
use crate::rng::{Purpose, Seed, Stream};
use crate::time::{Duration, Instant};
use crate::udp::driver::{Driver, Opening, Setup};
use crate::udp::fate::AsItIs;
use crate::udp::limits::Rate;
use crate::udp::request::Notice;
use crate::udp::service::Service;
use crate::udp::state::{NodeState, State, StateError, parse_id};
use command::Line;
use rand::Rng;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

/// Arguments of `kadsim node`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Address and port of the socket; port 0 takes any that is free
    #[arg(long, value_name = "ADDR")]
    pub listen: SocketAddr,
    /// Join through the node at this address (host:port; may be given several times)
    #[arg(long, value_name = "ADDR")]
    pub bootstrap: Vec<String>,
    /// Keep keys and routing tables in this file from one start to the next
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// The node's key; without it that of the state file, or one drawn to fit the address (BEP 42)
    #[arg(long, value_name = "HEX", value_parser = parse_id, conflicts_with = "count")]
    pub key: Option<Id>,
    /// Host this many nodes, each with a socket; ports follow each other
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub count: u16,
    /// Draw keys and everything else from this, instead of from the system
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Only ask: answer nobody, and be in nobody's routing table (BEP 43)
    #[arg(long)]
    pub read_only: bool,
    /// How it defends itself
    #[command(flatten)]
    pub defences: Defences,
}

const AFTER_HELP: &str = "\
Then write one JSON object a line, and read one for each:
  {\"id\":1,\"do\":\"put\",\"value\":\"hello\"}
  {\"id\":2,\"do\":\"find-peers\",\"infohash\":\"0123456789abcdef0123456789abcdef01234567\"}
  {\"id\":3,\"do\":\"stop\"}
docs/node.md has all of them.";

/// How often the state file is written while nodes run.
const SAVE_INTERVAL: Duration = Duration::from_secs(5 * 60);
/// How long a turn may take; commands and signals end it early.
const LONGEST_TURN: Duration = Duration::from_secs(60);
/// Lines that wait to be read while the node is busy.
const LINES_AHEAD: usize = 1_024;

/// Hosts nodes until it is told to stop.
///
/// # Errors
/// If an address cannot be listened at or resolved, or the state file cannot be used.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let mut session = Session::open(args)?;
    // A file that cannot be written is told of now, and not when there is something to lose.
    session.save().map_err(|error| Misuse::State(error.to_string()))?;
    // What has been learnt is kept even where nobody is left to be told.
    let led = session.lead();
    session.save()?;
    led
}

/// One run of the command.
struct Session<'a> {
    args: &'a Args,
    service: Service,
    /// The control's own number of each request under way.
    waiting: BTreeMap<u64, (Value, usize)>,
    saved: Instant,
    /// What the state file has of nodes beyond those that are hosted this time.
    away: Vec<NodeState>,
    stopped: bool,
}

impl<'a> Session<'a> {
    fn open(args: &'a Args) -> anyhow::Result<Self> {
        let seed = match args.seed {
            Some(seed) => seed,
            None => getrandom::u64()?,
        };
        let bootstrap = resolve(&args.bootstrap, args.listen)?;
        let known = match &args.state {
            Some(path) => State::load(path).map_err(|error| Misuse::State(error.to_string()))?,
            None => None,
        };
        let setup = Setup {
            takes_talk: false,
            seed: Seed(seed),
            params: Arc::new(args.defences.params()),
            grouping: args.defences.grouping(),
            rate: Some(Rate::DEFAULT),
            fates: Box::new(AsItIs),
        };
        let mut service = Service::new(Driver::new(setup)?);
        let mut keys = Stream::new(Seed(seed), Purpose::NodeKeys, 0);
        for number in 0..args.count {
            let listen = listen_at(args.listen, number)?;
            let mut drawn = [0; 20];
            keys.fill_bytes(&mut drawn);
            let known = known.as_ref().and_then(|state| state.nodes.get(usize::from(number)));
            let own = args.key.or_else(|| known.map(NodeState::id));
            let id = own.unwrap_or_else(|| node_id::draw(listen.ip(), drawn));
            let contacts = known.map_or_else(Vec::new, NodeState::contacts);
            let opening = Opening { id, listen, contacts, read_only: args.read_only };
            // All of one process join through the first of them, if through nobody else.
            let through = match (number, bootstrap.is_empty()) {
                (1.., true) => vec![service.driver().me(0).address],
                _ => bootstrap.clone(),
            };
            service.open(opening, through).map_err(|cause| Misuse::Listen { listen, cause })?;
        }
        let saved = service.driver().now();
        let known = known.map_or_else(Vec::new, |state| state.nodes);
        let away = known.into_iter().skip(args.count.into()).collect();
        Ok(Session { args, service, waiting: BTreeMap::new(), saved, away, stopped: false })
    }

    /// Until the end of the input, a signal, or `stop`.
    fn lead(&mut self) -> anyhow::Result<()> {
        interrupt::watch();
        let waker = self.service.driver().waker();
        interrupt::tell(Arc::clone(&waker));
        say(&answer::ready(self.service.driver()))?;
        for node in 0..self.service.driver().nodes() {
            self.service.start(node);
        }
        let (sender, lines) = sync_channel(LINES_AHEAD);
        std::thread::spawn(move || {
            for line in std::io::stdin().lock().split(b'\n') {
                let Ok(line) = line else { break };
                if sender.send(line).is_err() {
                    return;
                }
                // A driver that cannot be woken finds the line when its turn ends.
                let _ = waker.wake();
            }
            drop(sender);
            let _ = waker.wake();
        });
        self.take(&lines)?;
        while !self.stopped && !interrupt::requested() {
            for notice in self.service.turn(LONGEST_TURN)? {
                self.tell(&notice)?;
            }
            self.save_if_due()?;
            self.take(&lines)?;
        }
        self.service.stop();
        for (id, _) in std::mem::take(&mut self.waiting).into_values() {
            say(&answer::failed(&id, "the program has ended before it was done"))?;
        }
        Ok(())
    }

    /// Does what the control asks for.
    fn take(&mut self, lines: &Receiver<Vec<u8>>) -> anyhow::Result<()> {
        loop {
            match lines.try_recv() {
                Ok(line) if line.trim_ascii().is_empty() => {}
                Ok(line) => self.obey(&line)?,
                Err(TryRecvError::Empty) => return Ok(()),
                Err(TryRecvError::Disconnected) => {
                    self.stopped = true;
                    return Ok(());
                }
            }
            if self.stopped {
                return Ok(());
            }
        }
    }

    fn obey(&mut self, line: &[u8]) -> anyhow::Result<()> {
        let Line { id, node, wish } = match command::parse(line, self.service.driver().nodes()) {
            Ok(line) => line,
            Err((id, error)) => return say(&answer::failed(&id, &error)),
        };
        match wish {
            command::Wish::Ask(request) => {
                let ticket = self.service.ask(node, request);
                self.waiting.insert(ticket, (id, node));
                Ok(())
            }
            command::Wish::Table => say(&answer::table(&id, self.service.driver().node(node))),
            command::Wish::Stats => say(&answer::stats(&id, self.service.driver(), node)),
            command::Wish::Stop => {
                self.stopped = true;
                say(&json!({ "id": id, "ok": true }))
            }
        }
    }

    fn tell(&mut self, notice: &Notice) -> anyhow::Result<()> {
        match notice {
            Notice::Joined { node, contacts } => {
                say(&json!({ "event": "joined", "node": node, "contacts": contacts }))
            }
            Notice::Done { ticket, outcome } => match self.waiting.remove(ticket) {
                Some((id, _)) => say(&answer::outcome(&id, outcome)),
                None => Ok(()),
            },
        }
    }

    fn save_if_due(&mut self) -> anyhow::Result<()> {
        let now = self.service.driver().now();
        if now.saturating_since(self.saved) >= SAVE_INTERVAL {
            self.saved = now;
            self.save()?;
        }
        Ok(())
    }

    fn save(&self) -> Result<(), StateError> {
        if let Some(path) = &self.args.state {
            let mut state = State::of(self.service.driver());
            state.nodes.extend_from_slice(&self.away);
            state.save(path)?;
        }
        Ok(())
    }
}

/// The address of the node of this number.
fn listen_at(first: SocketAddr, number: u16) -> Result<SocketAddr, Misuse> {
    match first.port() {
        0 => Ok(first),
        port => match port.checked_add(number) {
            Some(port) => Ok(SocketAddr::new(first.ip(), port)),
            None => Err(Misuse::Ports { first: port }),
        },
    }
}

/// The addresses of hosts to join through, of the family that is listened at.
fn resolve(names: &[String], listen: SocketAddr) -> Result<Vec<SocketAddr>, Misuse> {
    let one = |name: &String| {
        let wrong = |cause| Misuse::Bootstrap { name: name.clone(), cause };
        let found = name.to_socket_addrs().map_err(|error| wrong(error.to_string()))?;
        let of_family = found.into_iter().find(|found| found.is_ipv4() == listen.is_ipv4());
        of_family.ok_or_else(|| {
            let family = if listen.is_ipv4() { "IPv4" } else { "IPv6" };
            wrong(format!("it has no {family} address, as --listen has"))
        })
    };
    names.iter().map(one).collect()
}

/// One line on standard output, at once.
fn say(line: &Value) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}
