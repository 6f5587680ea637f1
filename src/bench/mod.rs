//! How fast the program is: fixed workloads, what they cost, and tables and plots of that.
//!
//! Nothing here starts a process or prints. [`perform`] is one measurement; the command line runs
//! it in a process of its own, since the most memory that a process ever held is a figure of the
//! process and not of a run.

// The machine that figures come from.
mod machine;
// Workloads and their sizes.
mod workloads;
// What came of them.
mod table;
// Cost against size.
mod growth;

pub use growth::{GrowthPoint, growth_csv, growth_plots, growth_sizes, growth_table};
pub use machine::Machine;
pub use table::{BenchReport, BenchRow, markdown, table};
pub use workloads::{PeerFigures, Size, WORKLOADS, Workload, speed};

use crate::runner::result::Performance;
use crate::runner::{self, Execution, Progress, RunArguments};
use crate::scenario::Scenario;
use std::ops::ControlFlow;

/// Runs a scenario with its own seed and gives what that cost. [`Performance::threads`] says how
/// many threads it took, which may be fewer than `threads`.
pub fn perform(scenario: &Scenario, threads: usize) -> Performance {
    let watch = &mut |_: Progress| ControlFlow::Continue(());
    let execution = Execution { threads, ..Execution::default() };
    let arguments = RunArguments { execution, ..RunArguments::of(scenario) };
    runner::run(arguments, watch).performance
}

/// Of several measurements of the same, the one in the middle by messages per CPU second.
///
/// # Panics
/// If there are none.
pub fn median_by_speed(measured: Vec<Performance>) -> Performance {
    median(measured, |one| one.messages_per_cpu_second)
}

/// Of several measurements of the same, the one in the middle by wall-clock time after the set-up.
///
/// # Panics
/// If there are none.
pub fn median_by_wall(measured: Vec<Performance>) -> Performance {
    median(measured, |one| one.wall_seconds - one.set_up_wall_seconds)
}

fn median(mut measured: Vec<Performance>, figure: impl Fn(&Performance) -> f64) -> Performance {
    measured.sort_by(|left, right| figure(left).total_cmp(&figure(right)));
    let middle = measured.len() / 2;
    measured.swap_remove(middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(wall_seconds: f64, messages_per_cpu_second: f64) -> Performance {
        Performance { wall_seconds, messages_per_cpu_second, ..Performance::default() }
    }

    #[test]
    fn the_median_is_a_measurement_and_no_mean() {
        let all = || vec![measured(3.0, 10.0), measured(1.0, 500.0), measured(2.0, 40.0)];
        assert_eq!(median_by_speed(all()), measured(2.0, 40.0));
        assert_eq!(median_by_wall(all()[..1].to_vec()), measured(3.0, 10.0));
        assert_eq!(median_by_wall(all()), measured(2.0, 40.0));
    }
}
