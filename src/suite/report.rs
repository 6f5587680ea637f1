//! Everything that a suite comes to.

use super::SuiteError;
use super::advice::{self, Advice};
use super::consistency::Consistency;
use super::figures::{Grades, PointFigures};
use super::measure::{Measured, Ran, Runner};
use super::plan::TestPlan;
use super::settings::Settings;
use super::special::{Cuts, Lines, Participation};
use super::test_type::TestType;
use super::throughput::{self, Knee};
use crate::metrics::number::{self, ratio};
use crate::runner::cost;
use crate::runner::verdict::{FailureGrade, Health, LatencyGrade};
use crate::scenario::VerdictConfig;
use serde::Serialize;

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// With all its runs.
    Complete,
    /// It took longer than it may.
    TimedOut,
    /// The user ended it.
    Interrupted,
}

/// What a test tells beside its points.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Details {
    /// Nothing.
    None,
    /// Which topology suits which size, and what each is best at in the largest.
    Topology {
        /// For each size.
        advice: Vec<Advice>,
        /// For each point, what its topology is best at among those of its size.
        uses: Vec<String>,
    },
    /// The highest rate.
    Throughput(Knee),
    /// How newcomers fare.
    Bootstrap(Participation),
    /// What cuts do.
    Partition(Cuts),
    /// Whether reads are consistent with writes.
    Concurrent(Consistency),
}

/// What the points of a test that count come to together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Operations that succeeded in time.
    pub successes: u64,
    /// The others.
    pub failures: u64,
    /// Share of failures.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub failure_rate: Option<f64>,
    /// Mean latency in milliseconds, over what succeeded.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub latency_ms: Option<f64>,
    /// Operations per virtual second: mean over the points.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub operations_per_second: f64,
    /// How good the share of failures is.
    pub failure_grade: Option<FailureGrade>,
    /// How good the mean latency is.
    pub latency_grade: Option<LatencyGrade>,
    /// The worst of the points that count, but what the test itself says comes first.
    pub health: Health,
}

/// What a test comes to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestReport {
    /// Which test.
    #[serde(serialize_with = "name")]
    pub test: TestType,
    /// What it shows.
    pub description: String,
    /// The file of its scenario.
    pub file: String,
    /// How it ended.
    pub state: State,
    /// Its points; none unless it is complete.
    pub points: Vec<PointFigures>,
    /// Places of the points that its verdict is on.
    pub judged: Vec<usize>,
    /// What these come to.
    pub summary: Summary,
    /// What it tells beside.
    pub details: Details,
    /// The complete scenario of each point, by label.
    #[serde(skip)]
    pub scenarios: Vec<(String, String)>,
    /// Wall-clock seconds.
    #[serde(skip)]
    pub seconds: f64,
}

fn name<S: serde::Serializer>(test: &TestType, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(test.name())
}

impl TestReport {
    /// Runs a test.
    ///
    /// # Errors
    /// If a rate makes no sound scenario, or there are no threads.
    pub(super) fn of(plan: &TestPlan, runner: &Runner<'_>) -> Result<Self, SuiteError> {
        let measured = match plan.test {
            TestType::Throughput => throughput::search(plan, runner)?.map(|found| {
                let mut rates = found.points.iter();
                let judged = rates.position(|point| Some(point.value) == found.knee.rate_per_node);
                let judged = judged.into_iter().collect();
                (found.points, judged, Details::Throughput(found.knee))
            }),
            _ => runner.run(&plan.points)?.map(|runs| points(plan, &runs)),
        };
        Ok(match measured {
            Measured::All((points, judged, details)) => {
                let summary = Summary::of(plan, &points, &judged, &details);
                TestReport {
                    points,
                    judged,
                    details,
                    summary,
                    seconds: runner.seconds(),
                    ..TestReport::ended(plan, State::Complete)
                }
            }
            Measured::TimedOut => TestReport::ended(plan, State::TimedOut),
            Measured::Interrupted => TestReport::ended(plan, State::Interrupted),
        })
    }

    /// A test that ended without figures.
    pub(super) fn ended(plan: &TestPlan, state: State) -> Self {
        TestReport {
            test: plan.test,
            description: plan.points[0].scenario.description.clone(),
            file: plan.file.clone(),
            state,
            points: Vec::new(),
            judged: Vec::new(),
            summary: Summary::of(plan, &[], &[], &Details::None),
            details: Details::None,
            scenarios: plan
                .points
                .iter()
                .map(|point| (point.label.clone(), point.scenario.to_toml()))
                .collect(),
            seconds: 0.0,
        }
    }

    /// What it tells in words.
    pub fn lines(&self) -> Lines {
        let line = |what: &str, text: String| (what.to_owned(), text);
        match &self.details {
            Details::None => Lines::new(),
            Details::Topology { advice, .. } => advice
                .iter()
                .map(|advice| line(&format!("for {} nodes", advice.nodes), advice.sentence()))
                .collect(),
            Details::Throughput(knee) => vec![line("knee", knee.sentence())],
            Details::Bootstrap(participation) => participation.lines(),
            Details::Partition(cuts) => cuts.lines(),
            Details::Concurrent(consistency) => consistency.lines(),
        }
    }
}

/// The points of a test with their figures, which of them count, and what the test tells beside.
fn points(plan: &TestPlan, runs: &[Vec<Ran>]) -> (Vec<PointFigures>, Vec<usize>, Details) {
    let each = plan.points.iter().zip(runs);
    let points: Vec<_> = each.map(|(point, runs)| PointFigures::new(point, runs)).collect();
    let all = || (0..points.len()).filter(|&place| plan.points[place].counts).collect::<Vec<_>>();
    let (judged, details) = match plan.test {
        TestType::Topology => {
            let advice = advice::advice(&points);
            let judged = advice.iter().map(|advice| advice.place).collect();
            (judged, Details::Topology { advice, uses: uses(&points) })
        }
        TestType::Bootstrap => (all(), Details::Bootstrap(Participation::of(&runs[0]))),
        TestType::Partition => (all(), Details::Partition(Cuts::of(&runs[0]))),
        TestType::Concurrent => {
            (all(), Consistency::of(&runs[0]).map_or(Details::None, Details::Concurrent))
        }
        TestType::Linear
        | TestType::Throughput
        | TestType::Churn
        | TestType::LargeRecords
        | TestType::Stress
        | TestType::Smoke => (all(), Details::None),
    };
    (points, judged, details)
}

/// What each point is best at among those of its size.
fn uses(points: &[PointFigures]) -> Vec<String> {
    let mut uses = vec![String::new(); points.len()];
    for nodes in points.iter().map(|point| point.nodes).collect::<std::collections::BTreeSet<_>>() {
        let of_size = || points.iter().enumerate().filter(move |(_, point)| point.nodes == nodes);
        let figures: Vec<&PointFigures> = of_size().map(|(_, point)| point).collect();
        for ((place, _), best_at) in of_size().zip(advice::uses(&figures)) {
            uses[place] = best_at;
        }
    }
    uses
}

impl Summary {
    fn of(plan: &TestPlan, points: &[PointFigures], judged: &[usize], details: &Details) -> Self {
        let config = &plan.points[0].scenario.verdict;
        let counted: Vec<&PointFigures> = judged.iter().map(|&place| &points[place]).collect();
        let summary = Summary::together(config, &counted);
        let health = match details {
            Details::Partition(cuts) => cuts.health(config, summary.health),
            // Not one rate is acceptable.
            Details::Throughput(Knee { rate_per_node: None, .. }) => Health::NeedsScaling,
            _ => summary.health,
        };
        Summary { health, ..summary }
    }

    /// What these points come to together.
    fn together(config: &VerdictConfig, points: &[&PointFigures]) -> Self {
        let successes = points.iter().map(|point| point.successes).sum();
        let failures = points.iter().map(|point| point.failures).sum();
        let failure_rate = ratio(failures, successes + failures);
        let weighed = points.iter().filter_map(|point| {
            let count = (point.successes + point.late) as f64;
            Some((point.latency_ms?.mean * count, count))
        });
        let (sum, count) = weighed.fold((0.0, 0.0), |(s, c), (sum, count)| (s + sum, c + count));
        let latency_ms = (count > 0.0).then(|| sum / count);
        let grades =
            Grades::of(config, failure_rate, latency_ms.map(|millis| 1_000.0 * millis), true);
        let rates = points.iter().map(|point| point.operations_per_second.mean);
        let worst = points.iter().map(|point| point.health).max_by_key(|health| gravity(*health));
        Summary {
            successes,
            failures,
            failure_rate,
            latency_ms,
            operations_per_second: match points.len() {
                0 => 0.0,
                count => rates.sum::<f64>() / count as f64,
            },
            failure_grade: grades.failure,
            latency_grade: grades.latency,
            health: worst.unwrap_or_default(),
        }
    }
}

/// How grave a state of health is.
fn gravity(health: Health) -> u8 {
    match health {
        Health::Healthy => 0,
        Health::Unknown => 1,
        Health::Degraded => 2,
        Health::NeedsScaling => 3,
    }
}

/// What a real deployment of the largest network takes, by the usual figures of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Estimates {
    /// Nodes of the largest network of the suite.
    pub nodes: u64,
    /// Bytes of memory, at 50 MB a node.
    pub memory_bytes: u64,
    /// Open files and sockets, at 50 a node.
    pub descriptors: u64,
}

/// Bytes of memory of a real node.
const NODE_MEMORY: u64 = 50_000_000;
/// Open files and sockets of a real node.
const NODE_DESCRIPTORS: u64 = 50;

impl Estimates {
    /// Those of so many nodes.
    pub fn of(nodes: u64) -> Self {
        Estimates {
            nodes,
            memory_bytes: nodes * NODE_MEMORY,
            descriptors: nodes * NODE_DESCRIPTORS,
        }
    }
}

/// What the simulation of a suite cost.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cost {
    /// Wall-clock seconds of each test.
    pub tests: Vec<(String, f64)>,
    /// Processor time of the process, in seconds; `None` where the system does not tell.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub cpu_seconds: Option<f64>,
    /// Most memory resident at once, in bytes; `None` where the system does not tell.
    pub peak_memory_bytes: Option<u64>,
}

/// What a suite comes to: a function of its settings and of the scenarios of its tests, but for the cost.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SuiteReport {
    /// Version of the program.
    pub version: String,
    /// Runs of each point.
    pub repeats: usize,
    /// Nodes, as set.
    pub max_nodes: u32,
    /// Virtual seconds, as set.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub duration_seconds: f64,
    /// Virtual seconds between nodes that come, as set.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub interval_seconds: f64,
    /// Where seeds come from, if that was set.
    pub seed: Option<u64>,
    /// Whether all tests are at the size of the stress test.
    pub stress: bool,
    /// The tests that were run.
    pub tests: Vec<TestReport>,
    /// All tests together.
    pub summary: Summary,
    /// What a real deployment takes.
    pub estimates: Estimates,
    /// What all that cost.
    #[serde(skip)]
    pub cost: Cost,
}

impl SuiteReport {
    pub(super) fn new(settings: &Settings, tests: Vec<TestReport>) -> Self {
        let judged: Vec<&PointFigures> = tests
            .iter()
            .flat_map(|test| test.judged.iter().map(|&place| &test.points[place]))
            .collect();
        let health = tests.iter().map(|test| test.summary.health).max_by_key(|one| gravity(*one));
        let together = Summary::together(&VerdictConfig::default(), &judged);
        let largest = tests.iter().flat_map(|test| &test.points).map(|point| point.nodes).max();
        SuiteReport {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            repeats: settings.repeats,
            max_nodes: settings.max_nodes,
            duration_seconds: settings.duration.as_secs_f64(),
            interval_seconds: settings.interval.as_secs_f64(),
            seed: settings.seed,
            stress: settings.stress,
            summary: Summary { health: health.unwrap_or_default(), ..together },
            estimates: Estimates::of(largest.unwrap_or(0)),
            cost: Cost {
                tests: tests
                    .iter()
                    .map(|test| (test.test.name().to_owned(), test.seconds))
                    .collect(),
                cpu_seconds: cost::cpu_seconds(),
                peak_memory_bytes: cost::peak_memory(),
            },
            tests,
        }
    }

    /// Whether all tests came to their end.
    pub fn is_complete(&self) -> bool {
        self.tests.iter().all(|test| test.state == State::Complete)
    }

    /// The report of a test, if it was run to its end.
    pub fn test(&self, test: TestType) -> Option<&TestReport> {
        self.tests.iter().find(|one| one.test == test && one.state == State::Complete)
    }
}
