//! Scenarios and runs for the tests.

use kadsim::engine::queue::QueueKind;
use kadsim::metrics::{OperationKind, OperationRecord, Traffic};
use kadsim::protocol::NodeIndex;
use kadsim::runner::result::RunOutput;
use kadsim::runner::{self, Execution, RunArguments};
use kadsim::scenario::{Scenario, Setting};
use kadsim::workload::application::Application;
use serde_json::Value;
use std::any::Any;
use std::ops::ControlFlow;
use std::path::Path;

/// The scenario in `text`, with `settings` laid over it.
pub fn scenario(text: &str, settings: &[&str]) -> Scenario {
    let setting = |text: &&str| text.parse().expect("tests set keys to values");
    let settings: Vec<Setting> = settings.iter().map(setting).collect();
    let parsed = Scenario::parse(text, "test.toml", Path::new("scenarios"), &settings);
    parsed.unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// What a shipped scenario needs that does not come along: a small matrix, as a setting. The matrix
/// is in `folder`.
pub fn needed_by(file: &Path, folder: &Path) -> Option<String> {
    (file.file_stem()? == "planetlab").then(|| {
        let matrix = folder.join("rtt.txt");
        std::fs::write(&matrix, "0 20 80 150\n20 0 70 140\n80 70 0 90\n150 140 90 0\n")
            .expect("a folder for tests takes a file");
        format!("network.latency.file={}", matrix.display())
    })
}

/// A run of this scenario with its own seed, carried out like this.
pub fn arguments(scenario: &Scenario, queue: QueueKind, threads: usize) -> RunArguments<'_> {
    let execution = Execution { queue, threads, ..Execution::default() };
    RunArguments { execution, ..RunArguments::of(scenario) }
}

/// Runs to the end.
pub fn run_with(arguments: RunArguments<'_>) -> RunOutput {
    runner::run(arguments, &mut |_| ControlFlow::Continue(()))
}

/// Runs a scenario to the end.
pub fn run(scenario: &Scenario) -> RunOutput {
    run_with(RunArguments::of(scenario))
}

/// The operations of one kind, all of them.
pub fn operations(run: &RunOutput, kind: OperationKind) -> Vec<OperationRecord> {
    let log = run.result.operations_log;
    assert_eq!(log.kept, log.total, "the log holds every operation");
    run.operations.iter().filter(|operation| operation.kind == kind).copied().collect()
}

/// Packets and copies that came into being in the whole run, and how many of them were under way when
/// it ended.
pub fn accounts(run: &RunOutput) -> (u64, u64) {
    let sum = |count: fn(&Traffic) -> u64| -> u64 {
        run.series.samples.iter().map(|sample| count(&sample.traffic)).sum()
    };
    let came_into_being = sum(|traffic| traffic.total_sent().messages + traffic.duplicated());
    let delivered = sum(|traffic| traffic.total_delivered().messages);
    let dropped = sum(|traffic| traffic.dropped().iter().sum());
    let under_way = came_into_being.checked_sub(delivered + dropped);
    (came_into_being, under_way.expect("no packet is counted twice"))
}

/// The figures of a run's first workload of applications.
pub fn application_figures(run: &RunOutput) -> Value {
    Value::Object(run.result.applications[0].figures.clone())
}

/// The number at a path of figures.
pub fn number(figures: &Value, path: &str) -> f64 {
    let found = figures.pointer(path).and_then(Value::as_f64);
    found.unwrap_or_else(|| panic!("{path} is a number in {figures}"))
}

/// The applications of the nodes at the end, with what they have noted.
pub fn applications<A: Application>(scenario: &Scenario) -> Vec<(NodeIndex, Box<A>)> {
    let (_, retired) =
        runner::run_applications(RunArguments::of(scenario), &mut |_| ControlFlow::Continue(()));
    let nodes = retired.into_iter().map(|retired| {
        let application: Box<dyn Any> = retired.application;
        (retired.node, application.downcast().expect("all are of this type"))
    });
    nodes.collect()
}
