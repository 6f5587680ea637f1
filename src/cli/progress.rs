//! Progress, where standard error is a terminal: a run by its time and events per second, a
//! list of measurements by their number.

use crate::runner::Progress;
use crate::scenario::Scenario;
use crate::time::Duration;
use indicatif::{ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

/// A bar that a run moves.
pub struct ProgressBar {
    bar: indicatif::ProgressBar,
}

/// Length of the bar: thousandths of the run's virtual time.
const PARTS: u64 = 1_000;

impl ProgressBar {
    /// A bar for a run of `scenario`; invisible if `quiet` or if nobody would see it.
    pub fn new(scenario: &Scenario, quiet: bool) -> Self {
        let visible = !quiet && has_room();
        let target =
            if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = indicatif::ProgressBar::with_draw_target(Some(PARTS), target);
        let style = ProgressStyle::with_template(
            "{prefix} {bar:28} {percent:>3} %  {msg}  {elapsed} elapsed, {eta} left",
        );
        bar.set_style(style.expect("the template is well formed"));
        bar.set_prefix(scenario.name.clone());
        ProgressBar { bar }
    }

    /// Shows how far the run has come.
    pub fn show(&mut self, progress: &Progress) {
        if self.bar.is_hidden() {
            return;
        }
        let (now, end) = (progress.now.as_nanos(), progress.end.as_nanos());
        let part = u128::from(PARTS) * u128::from(now) / u128::from(end.max(1));
        self.bar.set_position(part as u64);
        let elapsed = self.bar.elapsed().as_secs_f64().max(1e-3);
        let seconds = |nanos: u64| Duration::from_secs(nanos / 1_000_000_000);
        self.bar.set_message(format!(
            "{} of {}, {} online, {:.2} M events/s",
            seconds(now),
            seconds(end),
            progress.online,
            progress.events as f64 / elapsed / 1e6,
        ));
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A bar that the runs of a sweep move, several at a time.
pub struct SweepBar {
    bar: indicatif::ProgressBar,
    /// Runs that went on since the bar began, in parts of runs, and runs that have finished.
    went: Mutex<(f64, usize)>,
    /// Runs that were finished before.
    found: usize,
    count: usize,
}

impl SweepBar {
    /// A bar for the runs of a sweep that are to be done; invisible if `quiet` or if nobody would
    /// see it.
    pub fn new(todo: usize, count: usize, quiet: bool) -> Self {
        let visible = !quiet && has_room();
        let target =
            if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = indicatif::ProgressBar::with_draw_target(Some(PARTS * todo as u64), target);
        let style = ProgressStyle::with_template(
            "{bar:28} {percent:>3} %  {msg}  {elapsed} elapsed, {eta} left",
        );
        bar.set_style(style.expect("the template is well formed"));
        let bar = SweepBar { bar, went: Mutex::default(), found: count - todo, count };
        bar.tell(0);
        bar
    }

    /// A run went on, by this share of it.
    pub fn went(&self, share: f64) {
        let mut went = self.went.lock().unwrap_or_else(PoisonError::into_inner);
        went.0 += share;
        self.bar.set_position((went.0 * PARTS as f64) as u64);
    }

    /// A run has finished.
    pub fn finished(&self) {
        let mut went = self.went.lock().unwrap_or_else(PoisonError::into_inner);
        went.1 += 1;
        self.tell(went.1);
    }

    fn tell(&self, finished: usize) {
        self.bar.set_message(format!("{} of {} runs", self.found + finished, self.count));
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Whether a bar would be seen, and would not be written over by logs.
fn has_room() -> bool {
    std::io::stderr().is_terminal() && !tracing::enabled!(tracing::Level::INFO)
}

/// A bar that a list of measurements moves.
pub struct Steps(indicatif::ProgressBar);

/// A bar for so many measurements; invisible if nobody would see it.
pub fn steps(count: usize) -> Steps {
    let visible = has_room();
    let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = indicatif::ProgressBar::with_draw_target(Some(count as u64), target);
    let style = ProgressStyle::with_template("{bar:28} {pos} of {len}  {msg}");
    bar.set_style(style.expect("the template is well formed"));
    Steps(bar)
}

impl Steps {
    /// Says what is being measured.
    pub fn show(&self, what: String) {
        self.0.set_message(what);
        // Drawn now: the next step may be a minute away.
        self.0.tick();
    }

    /// One is done.
    pub fn step(&self) {
        self.0.inc(1);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
