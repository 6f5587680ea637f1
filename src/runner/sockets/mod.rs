//! The same run on UDP sockets of this host, in real time: the second rung of the ladder from
//! simulation to reality.
//!
//! What people and applications do happens when it would in virtual time, by the same draws; a
//! packet is delayed and lost by the same network model, applied before it leaves its sender. The
//! nodes, their messages as bytes, the sockets and the clock are real, so no run is like another.

mod host;
mod names;
mod obstacle;
mod ways;

pub use obstacle::Obstacle;

use super::cost::{Cost, Work};
use super::experiment::Experiment;
use super::host::Host;
use super::hosted::Retired;
use super::outcome::{self, Ending};
use super::record_keys::RecordKeys;
use super::result::{Performance, RunOutput, Transport};
use super::{Progress, windows};
use crate::engine::exchange::Division;
use crate::network::Network;
use crate::rng::Seed;
use crate::scenario::Scenario;
use crate::time::{Duration, Instant};
use crate::workload::application::Workload;
use host::{SocketHost, Sockets};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Open files that the program needs beside its sockets.
pub const OTHER_FILES: u64 = 32;

/// How long is waited at most before who watches is told how far the run has come.
const LONGEST_TURN: Duration = Duration::from_millis(50);

/// Runs a scenario on sockets, a second for each of its seconds. `watch` is as in
/// [`run`](super::run).
///
/// # Errors
/// What keeps this scenario from running on the sockets of this host.
pub fn run_on_sockets(
    scenario: &Scenario,
    seed: Seed,
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<RunOutput, Obstacle> {
    run_applications_on_sockets(scenario, seed, &[], watch).map(|(output, _)| output)
}

/// Runs a scenario on sockets with these workloads beside its own, and gives back the applications as
/// they are at the end. What they [put](crate::workload::application::Desk::put) lies under other keys
/// there, as records on sockets lie under the hash of their content.
///
/// # Errors
/// What keeps this scenario from running on the sockets of this host.
pub fn run_applications_on_sockets(
    scenario: &Scenario,
    seed: Seed,
    workloads: &[Arc<dyn Workload>],
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<(RunOutput, Vec<Retired>), Obstacle> {
    obstacle::look_for(scenario)?;
    allow_open_files(scenario.nodes.count)?;
    let mut cost = Cost::begin();
    let mut course = RealCourse::begin(scenario, seed, workloads)?;
    cost.set_up_done();
    let end = scenario.phases.end();
    let mut partial = false;
    while course.experiment.now < end {
        course.turn(end)?;
        let RealCourse { experiment, sockets } = &course;
        let events = sockets.driver.inputs();
        let progress = Progress { now: experiment.now, end, events, online: experiment.online() };
        if watch(progress).is_break() {
            partial = experiment.now < end;
            break;
        }
    }
    Ok(course.end(cost, partial))
}

/// Raises the number of files that this process may open, as far as it may be.
#[cfg(unix)]
fn allow_open_files(nodes: u32) -> Result<(), Obstacle> {
    let needed = u64::from(nodes) + OTHER_FILES;
    let allowed = rlimit::increase_nofile_limit(needed)?;
    if allowed < needed {
        return Err(Obstacle::OpenFiles { nodes, needed, allowed });
    }
    Ok(())
}

/// Sockets are no files here.
#[cfg(not(unix))]
fn allow_open_files(_: u32) -> Result<(), Obstacle> {
    Ok(())
}

/// A run in real time under way.
struct RealCourse<'s> {
    experiment: Experiment<'s>,
    sockets: Sockets,
}

impl<'s> RealCourse<'s> {
    /// A run at the beginning of its time, which begins at the end of this.
    fn begin(
        scenario: &'s Scenario,
        seed: Seed,
        workloads: &[Arc<dyn Workload>],
    ) -> Result<Self, Obstacle> {
        let nodes = scenario.nodes.count;
        let network = Network::new(&scenario.network, nodes, seed);
        let (width, _) = windows::of(network.smallest_delay(), 1);
        let division = Division::new(nodes, 1);
        let keys = RecordKeys::OfContent;
        let mut experiment =
            Experiment::new(scenario, seed, keys, &network, width, division, workloads);
        let mut sockets = Sockets::open(&experiment, network)?;
        experiment.first_entries(|due, node, entry| sockets.schedule(due, node, entry));
        experiment.first_nodes(|node, state| sockets.settle_in(node, state.table()));
        sockets.driver.begin_time();
        Ok(RealCourse { experiment, sockets })
    }

    /// Waits until something is to be done, or a short while, and does it.
    fn turn(&mut self, end: Instant) -> Result<(), Obstacle> {
        let due = self.next_due().min(self.experiment.common.population.next_change()).min(end);
        let wait = due.saturating_since(self.sockets.driver.now());
        self.sockets.driver.turn(wait.min(LONGEST_TURN))?;
        self.collect();
        self.catch_up(self.sockets.driver.now().min(end), end);
        Ok(())
    }

    /// When something on an agenda, or of the whole run, is due next.
    fn next_due(&self) -> Instant {
        self.sockets.next_entry().min(self.experiment.next_global())
    }

    /// Does what was planned until now, in the order and at the times of the plan, as if the clock
    /// had been looked at all the while.
    fn catch_up(&mut self, present: Instant, end: Instant) {
        loop {
            let due = self.next_due();
            let edge = due.min(self.experiment.common.population.next_change()).min(present);
            if edge >= self.experiment.horizon {
                self.experiment.now = edge.max(self.experiment.now);
                let (now, sockets) = (self.experiment.now, &mut self.sockets);
                self.experiment.cross(now, |due, node, entry| sockets.schedule(due, node, entry));
                continue;
            }
            if due > present || due >= end {
                break;
            }
            self.experiment.now = due.max(self.experiment.now);
            if self.experiment.next_global() <= due {
                self.handle_globals();
            } else {
                self.act();
            }
        }
        self.experiment.now = present.max(self.experiment.now);
    }

    fn handle_globals(&mut self) {
        self.experiment.surroundings[0].metrics.set_traffic(self.sockets.traffic());
        self.experiment.handle_globals(&self.sockets.tables());
    }

    /// Does what is first on an agenda.
    fn act(&mut self) {
        let Some((now, node, entry)) = self.sockets.take_entry() else { return };
        let Experiment { surroundings, common, .. } = &mut self.experiment;
        let (own, sockets) = (&mut surroundings[0], &mut self.sockets);
        SocketHost { now, own, common, sockets }.act(node, entry);
        self.collect();
    }

    /// Hands on what nodes have reported, and has applications react to it, until they are silent: what
    /// they ask for may be reported on at once.
    fn collect(&mut self) {
        loop {
            let Experiment { surroundings, common, .. } = &mut self.experiment;
            let (own, sockets) = (&mut surroundings[0], &mut self.sockets);
            sockets.collect(own, common);
            if !own.hosted.is_stirred {
                return;
            }
            let now = sockets.driver.now();
            SocketHost { now, own, common, sockets }.react();
        }
    }

    fn end(mut self, cost: Cost, partial: bool) -> (RunOutput, Vec<Retired>) {
        let traffic = self.sockets.traffic();
        let events = self.sockets.driver.inputs();
        let messages = traffic.total_delivered().messages;
        let work = Work {
            events,
            messages,
            nodes: self.experiment.scenario.nodes.count,
            threads: 1,
            queue: "sockets",
        };
        self.experiment.surroundings[0].metrics.set_traffic(traffic);
        self.experiment.surroundings[0].metrics.set_links(self.sockets.links());
        let lateness = self.sockets.driver.lateness_micros().summary();
        let performance = Performance { lateness_micros: Some(lateness), ..cost.end(work) };
        let ending = Ending {
            transport: Transport::Udp,
            digest: None,
            events,
            partial,
            performance,
            dropped_by_faults: self.sockets.dropped_by_faults(),
        };
        let output = outcome::output(&mut self.experiment, &self.sockets.tables(), ending);
        (output, self.experiment.retire())
    }
}
