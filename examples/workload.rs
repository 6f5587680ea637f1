//! A workload of your own on the Kademlia node that comes with kadsim: applications as state machines that
//! search the DHT, talk to each other through it, and say at the end what they have found out.
//!
//! ```sh
//! cargo run --release --example workload
//! ```
//!
//! The question: how much sooner does who asks three mirrors at a time get an answer? Ten of 200 nodes
//! provide an item, each takes up to a second to answer. All others search for providers once, ask one or
//! three of them at the same instant, and note when the first answer comes.

use bytes::Bytes;
use kadsim::kademlia::key::Key64;
use kadsim::protocol::NodeIndex;
use kadsim::rng::distribution::below;
use kadsim::runner::{self, RunArguments};
use kadsim::scenario::{Scenario, ScenarioError};
use kadsim::time::{Duration, Instant};
use kadsim::workload::application::{Application, Caller, Desk, Happening, Workload};
use rand::Rng;
use std::any::Any;
use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

/// The network.
const SCENARIO: &str = r#"
name = "mirrors"
seed = 5

[phases]
init = "1s"
transition = "1s"
measurement = "1m"

[nodes]
count = 200
bootstrap = "warm"

[network.latency]
model = "constant"
delay = "20ms"
"#;

/// The item's key.
const ITEM: Key64 = Key64(0x0123_4567_89ab_cdef);
/// Nodes that provide it.
const MIRRORS: u32 = 10;
/// When all others search, after they have joined: the mirrors have announced themselves by then.
const SEARCH_AFTER: Duration = Duration::from_secs(10);

/// The workload: how many mirrors are asked at a time.
#[derive(Debug)]
struct Mirrors {
    at_a_time: usize,
}

impl Workload for Mirrors {
    fn name(&self) -> &str {
        "mirrors"
    }

    fn application(&self, node: NodeIndex) -> Option<Box<dyn Application>> {
        Some(match node.0 < MIRRORS {
            true => Box::new(Mirror::default()),
            false => Box::new(Reader { at_a_time: self.at_a_time, asked: None, waited: None }),
        })
    }
}

/// Provides the item, and answers when it has thought for a while.
#[derive(Debug, Default)]
struct Mirror {
    /// When which caller is answered, the next one last.
    due: Vec<(Instant, Caller)>,
}

impl Application for Mirror {
    fn handle(&mut self, happening: Happening, desk: &mut Desk<'_>) {
        match happening {
            Happening::Joined => drop(desk.provide(ITEM)),
            Happening::Asked(caller, _) => {
                let nanos = below(desk.rng().next_u64(), 1_000_000_000);
                self.due.push((desk.now() + Duration::from_nanos(nanos), caller));
                self.due.sort_by_key(|&(due, _)| std::cmp::Reverse(due));
            }
            Happening::Woken => {
                while let Some((_, caller)) = self.due.pop_if(|(due, _)| *due <= desk.now()) {
                    desk.answer(caller, Bytes::from_static(b"the item"));
                }
            }
            Happening::Left => self.due.clear(),
            Happening::Finished(..) | Happening::Answered(..) => {}
        }
        desk.wake_at(self.due.last().map_or(Instant::FAR_FUTURE, |&(due, _)| due));
    }
}

/// Searches once and asks.
#[derive(Debug)]
struct Reader {
    at_a_time: usize,
    asked: Option<Instant>,
    /// Until the first answer.
    waited: Option<Duration>,
}

impl Application for Reader {
    fn handle(&mut self, happening: Happening, desk: &mut Desk<'_>) {
        match happening {
            Happening::Joined => desk.wake_at(desk.now() + SEARCH_AFTER),
            Happening::Woken => drop(desk.find_providers(ITEM)),
            Happening::Finished(_, done) => {
                self.asked = Some(desk.now());
                for &mirror in done.providers.iter().take(self.at_a_time) {
                    desk.ask(mirror, Bytes::from_static(b"please"), Some(Duration::from_secs(5)));
                }
            }
            Happening::Answered(_, Some(_)) => {
                let asked = self.asked.expect("who is answered has asked");
                self.waited.get_or_insert(desk.now() - asked);
            }
            Happening::Answered(_, None) | Happening::Asked(..) | Happening::Left => {}
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut scenario: Scenario =
        SCENARIO.parse().map_err(|error: ScenarioError| error.to_string())?;
    // A file that names no workload asks for lookups; here nobody does.
    scenario.workloads.clear();
    let mut out = std::io::stdout().lock();
    writeln!(out, "mirrors asked   readers answered   mean wait in ms")?;
    for at_a_time in [1, 3] {
        let workloads: [Arc<dyn Workload>; 1] = [Arc::new(Mirrors { at_a_time })];
        let arguments = RunArguments { workloads: &workloads, ..RunArguments::of(&scenario) };
        let go_on = &mut |_| ControlFlow::Continue(());
        let (_, retired) = runner::run_applications(arguments, go_on);
        let readers = retired.into_iter().filter_map(|retired| {
            let application: Box<dyn Any> = retired.application;
            application.downcast::<Reader>().ok()
        });
        let waits: Vec<f64> = readers
            .filter_map(|reader| reader.waited)
            .map(|wait| wait.as_secs_f64() * 1e3)
            .collect();
        let mean = waits.iter().sum::<f64>() / waits.len() as f64;
        writeln!(out, "{at_a_time:13}   {:16}   {mean:15.1}", waits.len())?;
    }
    Ok(())
}
