//! Scenarios and runs for the tests.

use kadsim::engine::queue::QueueKind;
use kadsim::metrics::{OperationKind, OperationRecord};
use kadsim::rng::Seed;
use kadsim::runner::result::RunOutput;
use kadsim::runner::{self, RunArguments};
use kadsim::scenario::{Scenario, Setting};
use std::ops::ControlFlow;
use std::path::Path;

/// The scenario in `text`, with `settings` laid over it.
pub fn scenario(text: &str, settings: &[&str]) -> Scenario {
    let setting = |text: &&str| text.parse().expect("tests set keys to values");
    let settings: Vec<Setting> = settings.iter().map(setting).collect();
    let parsed = Scenario::parse(text, "test.toml", Path::new("scenarios"), &settings);
    parsed.unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// What a run of this scenario, with its own seed, is a function of.
pub fn arguments(scenario: &Scenario, queue: QueueKind) -> RunArguments<'_> {
    RunArguments { scenario, seed: Seed(scenario.seed), queue }
}

/// Runs to the end.
pub fn run_with(arguments: RunArguments<'_>) -> RunOutput {
    let RunArguments { scenario, seed, queue } = arguments;
    runner::run(scenario, seed, queue, &mut |_| ControlFlow::Continue(()))
}

/// Runs a scenario to the end.
pub fn run(scenario: &Scenario) -> RunOutput {
    run_with(arguments(scenario, QueueKind::Bucketed))
}

/// The operations of one kind, all of them.
pub fn operations(run: &RunOutput, kind: OperationKind) -> Vec<OperationRecord> {
    let log = run.result.operations_log;
    assert_eq!(log.kept, log.total, "the log holds every operation");
    run.operations.iter().filter(|operation| operation.kind == kind).copied().collect()
}
