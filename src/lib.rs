//! kadsim: a deterministic discrete-event network simulator for Kademlia.
//!
//! A scenario and a seed go in; figures and a digest come out, the same bits on every machine and with
//! any number of threads. The protocol is an implementation and no model: a complete Kademlia node that
//! knows nothing of the simulator and reaches the world through one small trait. The program `kadsim` does
//! nothing that this library does not do.
//!
//! # A run
//!
//! ```
//! use kadsim::runner::{self, RunArguments};
//! use kadsim::scenario::Scenario;
//! use std::ops::ControlFlow;
//!
//! // What is not said has its default; whatever is wrong is told in one message.
//! let mut scenario: Scenario = r#"
//!     [phases]
//!     init = "1s"
//!     transition = "1s"
//!     measurement = "20s"
//!
//!     [nodes]
//!     count = 50
//!     bootstrap = "warm"
//!
//!     [[workload]]
//!     kind = "lookup"
//!     rate = "0.2/s"
//! "#.parse()?;
//! scenario.kademlia.k = 8;
//!
//! // It is told how far the run has come, and can end it.
//! let watch = &mut |_| ControlFlow::Continue(());
//! let output = runner::run(RunArguments::of(&scenario), watch);
//!
//! let lookups = &output.result.operations[0];
//! assert_eq!(lookups.kind.name(), "lookup");
//! assert!(lookups.count > 100 && lookups.success_rate > 0.99);
//! assert!(lookups.latency_micros.p50 > 0);
//! // Every operation on its own, for figures of one's own.
//! assert_eq!(output.operations.len() as u64, output.result.operations_log.kept);
//!
//! // The digest is the fingerprint of all events: the same run again has the same.
//! let again = runner::run(RunArguments::of(&scenario), watch);
//! assert_eq!(output.result.digest, again.result.digest);
//! # Ok::<(), kadsim::scenario::ScenarioError>(())
//! ```
//!
//! # Where to go on
//!
//! In the order in which a newcomer wants them:
//!
//! 1. [`scenario`]: what is simulated, from a text ([`scenario::Scenario::parse`]), a file
//!    ([`scenario::Scenario::load`]) or with its fields changed in code.
//! 2. [`runner`]: [`runner::run`] and what comes of it, [`runner::result`]. [`runner::run_observed`] hands
//!    over packets and events while a run goes; [`runner::run_on_sockets`] does the run in real time.
//! 3. [`metrics`]: operations one by one, histograms, the time series. [`report`]: tables, plots and
//!    folders as the program writes them.
//! 4. [`sweep`]: many runs of a scenario over a grid, kept in a folder, and intervals for what is
//!    measured a few times ([`sweep::interval`]).
//!    [`results`] reads such folders back, and [`compare`] lays runs and sweeps beside each other.
//! 5. [`protocol`] and [`engine`]: another protocol under virtual time, with the models of [`network`]
//!    around it and the streams of [`rng`].
//! 6. [`kademlia`]: the node itself. [`udp`]: the same node on sockets, in BitTorrent's wire format
//!    ([`krpc`]).
//! 7. [`doctor`]: what size of run fits on a machine. [`bench`](mod@bench): what runs cost.
//!
//! # Examples
//!
//! In `examples/`, to be run with `cargo run --release --example NAME`; the tests run them as well.
//!
//! - `ring`: a protocol of its own on the
//!   engine, a ring after Chord: messages, node, world, figures, digest.
//! - `experiment`: a scenario from
//!   code with a mix of workloads, and figures that no report has, from the operations one by one.
//! - `workload`: applications of its
//!   own that search the DHT and talk to each other through it.
//! - `sweep`: a grid of runs on all
//!   cores and a table with intervals.
//!
//! # Layers
//!
//! A module imports only from layers below its own.
//!
//! | layer | modules | |
//! | ---: | --- | --- |
//! | 12 | [`cli`] | the program: arguments, printing, exit statuses |
//! | 11 | [`compare`] | results beside each other |
//! | 10 | [`results`] | folders of results, read back |
//! | 9 | [`bench`](mod@bench), [`doctor`], [`sweep`] | what runs cost, what fits, many runs |
//! | 8 | [`report`], [`fidelity`], [`validate`] | tables and plots; published figures; sockets beside virtual time |
//! | 7 | [`runner`] | a run and what comes of it |
//! | 6 | [`scenario`], [`udp`] | the experiment as the user says it; the node on sockets |
//! | 5 | [`workload`], [`metrics`], [`checker`], [`krpc`] | what people do; what is counted; the truth; BitTorrent's packets |
//! | 4 | [`kademlia`], [`engine`] | one node; any protocol under virtual time |
//! | 3 | [`protocol`], [`network`] | the contract between both; what happens to a packet |
//! | 2 | [`graph`] | graphs as data |
//! | 1 | [`memory`], [`time`], [`rng`], [`units`] | the machine's memory; time, draws, numbers with units |

// Layer 1: the machine's memory; time, randomness and numbers with units.
pub mod memory;
pub mod rng;
pub mod time;
pub mod units;
// Layer 2: graphs as data.
pub mod graph;
// Layer 3: the contract between a protocol and its world; what happens to a packet.
pub mod network;
pub mod protocol;
// Layer 4: one node; any protocol under virtual time.
pub mod engine;
pub mod kademlia;
// Layer 5: what people do to the network; what is counted; what only an observer knows; BitTorrent's
// wire format.
pub mod checker;
pub mod krpc;
pub mod metrics;
pub mod workload;
// Layer 6: the experiment as the user says it; the same node on real sockets.
pub mod scenario;
pub mod udp;
// Layer 7: a run and what comes out of it.
pub mod runner;
// Layer 8: what a person or a program reads afterwards; known figures, measured again; the
// same run in virtual and in real time.
pub mod fidelity;
pub mod report;
pub mod validate;
// Layer 9: what it costs; what fits on a machine; many runs of one scenario.
pub mod bench;
pub mod doctor;
pub mod sweep;
// Layer 10: folders of results, read back; what runs came to once, and whether they still do; ten types
// of tests and what follows from them.
pub mod baseline;
pub mod results;
pub mod suite;
// Layer 11: results beside each other; results as pages.
pub mod compare;
pub mod page;
// Layer 12: the program.
pub mod cli;
