//! Which runs the tests of a suite consist of. Each point of a test is its scenario with settings laid
//! over it, as `kadsim run FILE --set KEY=VALUE` lays them, so that a user can run it alone.

use super::SuiteError;
use super::settings::{LARGEST_RECORD, Settings};
use super::test_type::TestType;
use crate::scenario::{Scenario, ScenarioError, Setting};
use crate::time::Duration;
use crate::workload::config::WorkloadKind;
use std::path::{Path, PathBuf};

/// Where the scenarios of tests come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Those that come with the program.
    Own,
    /// Those of a folder, which are named after the tests.
    Folder(PathBuf),
}

/// A point of a test: the same scenario, with other values.
#[derive(Clone, Debug)]
pub struct Point {
    /// What distinguishes it from the test's other points.
    pub label: String,
    /// The same as a number, where it is one: nodes, seconds, bytes, operations per second.
    pub value: f64,
    /// Whether the test's verdict is on it too; others are there to compare with.
    pub counts: bool,
    /// What is laid over the scenario file.
    pub settings: Vec<String>,
    /// The scenario.
    pub scenario: Scenario,
}

/// A test and its points. That of the throughput test has the first of them only, since what it came
/// to says where the next one is.
#[derive(Clone, Debug)]
pub struct TestPlan {
    /// Which test.
    pub test: TestType,
    /// Its file.
    pub file: String,
    text: String,
    base_dir: PathBuf,
    /// Its points.
    pub points: Vec<Point>,
}

/// The kinds of topologies that are compared.
pub(super) const TOPOLOGIES: [&str; 5] = ["full-mesh", "ring", "star", "random", "bootstrap"];

impl TestPlan {
    /// The plan of a test.
    ///
    /// # Errors
    /// If its file cannot be read, or a point of it is no sound scenario.
    pub fn new(test: TestType, source: &Source, settings: &Settings) -> Result<Self, SuiteError> {
        let (file, text, base_dir) = match source {
            Source::Own => (test.file(), test.scenario().to_owned(), PathBuf::new()),
            Source::Folder(folder) => {
                let path = folder.join(format!("{}.toml", test.name()));
                let text = std::fs::read_to_string(&path)
                    .map_err(|cause| SuiteError::Read { path: path.clone(), cause })?;
                let base = path.parent().unwrap_or(Path::new("")).to_owned();
                (path.display().to_string(), text, base)
            }
        };
        let mut plan = TestPlan { test, file, text, base_dir, points: Vec::new() };
        let bare = plan.scenario(&[])?;
        let sized = SizedTest::of(test, settings, &bare);
        for (label, value, settings) in sized.points() {
            let point = plan.point(label, value, settings)?;
            let counts = test != TestType::LargeRecords || value <= f64::from(sized.record_size());
            plan.points.push(Point { counts, ..point });
        }
        Ok(plan)
    }

    /// A further point.
    ///
    /// # Errors
    /// If it is no sound scenario.
    pub fn point(
        &self,
        label: String,
        value: f64,
        settings: Vec<String>,
    ) -> Result<Point, ScenarioError> {
        let scenario = self.scenario(&settings)?;
        Ok(Point { label, value, counts: true, settings, scenario })
    }

    fn scenario(&self, settings: &[String]) -> Result<Scenario, ScenarioError> {
        let settings: Vec<Setting> = settings
            .iter()
            .map(|text| text.parse().expect("a suite lays settings over scenarios"))
            .collect();
        Scenario::parse(&self.text, &self.file, &self.base_dir, &settings)
    }
}

/// A test, with the size that it has in this suite.
struct SizedTest<'a> {
    test: TestType,
    settings: &'a Settings,
    nodes: u32,
    duration: Duration,
    /// The scenario as its file has it.
    bare: &'a Scenario,
}

/// A label, the same as a number, and settings.
type Sketch = (String, f64, Vec<String>);

impl<'a> SizedTest<'a> {
    fn of(test: TestType, settings: &'a Settings, bare: &'a Scenario) -> Self {
        let is_large = settings.stress || test == TestType::Stress;
        let (nodes, duration) = match (test, is_large) {
            // A quick look stays one.
            (TestType::Smoke, _) => {
                (settings.max_nodes.min(5), settings.duration.min(Duration::from_secs(30)))
            }
            (_, true) => (settings.stress_nodes, settings.stress_duration),
            (_, false) => (settings.max_nodes, settings.duration),
        };
        SizedTest { test, settings, nodes, duration, bare }
    }

    fn points(&self) -> Vec<Sketch> {
        match self.test {
            TestType::Linear => {
                self.parts(5, 2).into_iter().map(|nodes| self.plain(nodes)).collect()
            }
            TestType::Topology => self.topologies(),
            TestType::Throughput => vec![self.probe()],
            TestType::Churn => self.sessions(),
            TestType::Bootstrap => vec![self.newcomers()],
            TestType::LargeRecords => self.sizes(),
            TestType::Partition => vec![self.cuts()],
            TestType::Concurrent | TestType::Stress | TestType::Smoke => {
                vec![self.plain(self.nodes)]
            }
        }
    }

    /// The network's size in so many equal steps, none of them below `least`.
    fn parts(&self, steps: u32, least: u32) -> Vec<u32> {
        let part = |step: u32| (u64::from(self.nodes) * u64::from(step)).div_ceil(u64::from(steps));
        let mut sizes: Vec<u32> = (1..=steps).map(|step| (part(step) as u32).max(least)).collect();
        sizes.dedup();
        sizes
    }

    /// What all points have in common, with so many nodes of which so many come one after another.
    fn common(&self, nodes: u32, first: u32, duration: Duration) -> Vec<String> {
        let init = self.settings.interval * u64::from(first);
        let mut settings = vec![
            format!("nodes.count={nodes}"),
            format!("phases.init={init}"),
            format!("phases.measurement={duration}"),
            format!("verdict.operation_timeout={}", self.settings.timeout),
        ];
        match self.bare.workloads[0].kind {
            WorkloadKind::PutGet { .. } => {
                settings.push(format!("workload.0.records_per_node={}", self.records()));
                settings.push(format!("workload.0.record_size={}", self.record_size()));
            }
            WorkloadKind::Registers(_) => {
                settings.push(format!("workload.0.record_size={}", self.record_size()));
            }
            _ => {}
        }
        settings
    }

    /// Large records are fewer.
    fn records(&self) -> u32 {
        match self.test {
            TestType::LargeRecords => (self.settings.records / 5).max(1),
            _ => self.settings.records,
        }
    }

    fn record_size(&self) -> u32 {
        let usual = if self.test == TestType::LargeRecords { 64 << 10 } else { 1 << 10 };
        self.settings.record_size.unwrap_or(usual)
    }

    fn plain(&self, nodes: u32) -> Sketch {
        (nodes.to_string(), f64::from(nodes), self.common(nodes, nodes, self.duration))
    }

    fn topologies(&self) -> Vec<Sketch> {
        let mut sizes = [4, 2, 1].map(|part| self.nodes.div_ceil(part).max(3)).to_vec();
        sizes.dedup();
        let mut sketches = Vec::new();
        for kind in TOPOLOGIES {
            for &nodes in &sizes {
                let (_, value, mut settings) = self.plain(nodes);
                settings.push(format!("topology.kind={kind}"));
                if kind == "bootstrap" {
                    settings.push(format!("topology.bootstrap_nodes={}", nodes.div_ceil(10)));
                }
                sketches.push((format!("{kind}, {nodes}"), value, settings));
            }
        }
        sketches
    }

    /// A rate of the throughput test is measured for a tenth of the duration.
    fn probe(&self) -> Sketch {
        let duration = (self.duration / 10).max(Duration::from_secs(1));
        let settings = self.common(self.nodes, self.nodes, duration);
        ("the file's rate".to_owned(), 0.0, settings)
    }

    fn sessions(&self) -> Vec<Sketch> {
        let second = Duration::from_secs(1);
        let sketch = |part: u64| {
            let (_, _, mut settings) = self.plain(self.nodes);
            let mean = (self.duration / part).max(second);
            settings.push(format!("churn.lifetime_mean={mean}"));
            settings.push(format!("churn.deadtime_mean={}", (mean / 3).max(second)));
            (mean.to_string(), mean.as_secs_f64(), settings)
        };
        [2, 5, 10].map(sketch).to_vec()
    }

    /// Half of the nodes are there when the others come, and the duration begins when all have.
    fn newcomers(&self) -> Sketch {
        let first = (self.nodes / 2).max(1);
        let newcomers = self.nodes - first;
        let coming = (self.settings.interval * u64::from(newcomers)).max(Duration::from_millis(1));
        let mut settings = self.common(self.nodes, first, coming + self.duration);
        let init = self.settings.interval * u64::from(first);
        settings.extend([
            format!("fault.0.nodes=[\"{first}..{}\"]", self.nodes - 1),
            format!("fault.0.at={}", init + self.bare.phases.transition),
            format!("fault.0.for={coming}"),
            // All joins have to be looked at.
            "output.operations_limit=1_000_000_000".to_owned(),
        ]);
        (format!("{newcomers} of {}", self.nodes), f64::from(self.nodes), settings)
    }

    fn sizes(&self) -> Vec<Sketch> {
        let size = self.record_size();
        let mut sizes: Vec<u32> = [(1, 16), (1, 4), (1, 1), (4, 1), (16, 1)]
            .into_iter()
            .map(|(times, parts)| (size / parts).max(1).saturating_mul(times).min(LARGEST_RECORD))
            .collect();
        sizes.dedup();
        let sketch = |size: u32| {
            let (_, _, mut settings) = self.plain(self.nodes);
            settings.push(format!("workload.0.record_size={size}"));
            (bytes(size), f64::from(size), settings)
        };
        sizes.into_iter().map(sketch).collect()
    }

    /// One cut in the middle of the transition, one after a quarter of the measurement.
    fn cuts(&self) -> Sketch {
        let (label, value, mut settings) = self.plain(self.nodes);
        let init = self.settings.interval * u64::from(self.nodes);
        let transition = self.bare.phases.transition;
        settings.extend([
            format!("fault.0.at={}", init + transition / 4),
            format!("fault.0.for={}", transition / 2),
            format!("fault.1.at={}", init + transition + self.duration / 4),
            format!("fault.1.for={}", self.duration / 4),
        ]);
        (label, value, settings)
    }
}

/// Bytes, as scenarios are written.
fn bytes(bytes: u32) -> String {
    match bytes {
        bytes if bytes >= 1 << 20 && bytes.is_multiple_of(1 << 20) => {
            format!("{} MiB", bytes >> 20)
        }
        bytes if bytes >= 1 << 10 && bytes.is_multiple_of(1 << 10) => {
            format!("{} KiB", bytes >> 10)
        }
        bytes => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::settings::Given;

    fn labels(test: TestType, given: Given) -> Vec<String> {
        let plan = TestPlan::new(test, &Source::Own, &given.complete()).expect("it is sound");
        plan.points.into_iter().map(|point| point.label).collect()
    }

    #[test]
    fn points_follow_from_the_settings() {
        let nodes = |max_nodes| Given { max_nodes: Some(max_nodes), ..Given::default() };
        assert_eq!(labels(TestType::Linear, nodes(20)), ["4", "8", "12", "16", "20"]);
        assert_eq!(labels(TestType::Linear, nodes(3)), ["2", "3"]);
        assert_eq!(labels(TestType::Topology, nodes(20)).len(), 15);
        assert_eq!(labels(TestType::Churn, nodes(9)), ["2m 30s", "1m", "30s"]);
        assert_eq!(labels(TestType::Bootstrap, nodes(9)), ["5 of 9"]);
        assert_eq!(labels(TestType::Smoke, nodes(20)), ["5"]);
        assert_eq!(labels(TestType::Stress, nodes(20)), ["40"]);
        let sizes = labels(TestType::LargeRecords, nodes(5));
        assert_eq!(sizes, ["4 KiB", "16 KiB", "64 KiB", "256 KiB", "1 MiB"]);
        let small = Given { record_size: Some(1 << 19), ..nodes(5) };
        assert_eq!(
            labels(TestType::LargeRecords, small),
            ["32 KiB", "128 KiB", "512 KiB", "1 MiB"]
        );
        let stress = Given { stress: Some(true), stress_nodes: Some(10), ..nodes(20) };
        assert_eq!(labels(TestType::Linear, stress), ["2", "4", "6", "8", "10"]);
    }

    #[test]
    fn the_smallest_and_shortest_tests_are_sound() {
        for (max_nodes, seconds) in [(2, 1), (3, 10), (200, 3_600)] {
            let given = Given {
                max_nodes: Some(max_nodes),
                duration: Some(Duration::from_secs(seconds)),
                interval: Some(Duration::ZERO),
                ..Given::default()
            };
            for test in TestType::ALL {
                labels(test, given.clone());
            }
        }
    }

    #[test]
    fn files_have_the_defaults_of_a_suite() {
        for test in TestType::ALL {
            let plan = TestPlan::new(test, &Source::Own, &Given::default().complete());
            let plan = plan.expect("it is sound");
            let bare = plan.scenario(&[]).expect("the file alone is sound");
            let of_file = plan.points.iter().any(|point| {
                let mut scenario = point.scenario.clone();
                scenario.output.operations_limit = bare.output.operations_limit;
                scenario.output.sample_interval = bare.output.sample_interval;
                scenario == bare
            });
            assert!(of_file, "{}: one of its points is the file as it stands", test.name());
        }
    }
}
