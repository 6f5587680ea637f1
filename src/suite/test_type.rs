//! The types of tests, each with its scenario.

/// A type of test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TestType {
    /// More and more nodes.
    Linear,
    /// Whom nodes know when they come.
    Topology,
    /// A higher and higher rate.
    Throughput,
    /// Nodes that come and go.
    Churn,
    /// Newcomers.
    Bootstrap,
    /// Large records.
    LargeRecords,
    /// Writers and readers of the same records.
    Concurrent,
    /// A network that is cut in two.
    Partition,
    /// More of everything.
    Stress,
    /// A quick look.
    Smoke,
}

impl TestType {
    /// All of them, in the order in which they are run.
    pub const ALL: [TestType; 10] = [
        TestType::Linear,
        TestType::Topology,
        TestType::Throughput,
        TestType::Churn,
        TestType::Bootstrap,
        TestType::LargeRecords,
        TestType::Concurrent,
        TestType::Partition,
        TestType::Stress,
        TestType::Smoke,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            TestType::Linear => "linear",
            TestType::Topology => "topology",
            TestType::Throughput => "throughput",
            TestType::Churn => "churn",
            TestType::Bootstrap => "bootstrap",
            TestType::LargeRecords => "large-records",
            TestType::Concurrent => "concurrent",
            TestType::Partition => "partition",
            TestType::Stress => "stress",
            TestType::Smoke => "smoke",
        }
    }

    /// The type of this name.
    pub fn of(name: &str) -> Option<Self> {
        TestType::ALL.into_iter().find(|test| test.name() == name)
    }

    /// Where its scenario stands in the source tree.
    pub fn file(self) -> String {
        format!("scenarios/suite/{}.toml", self.name())
    }

    /// Its scenario.
    pub fn scenario(self) -> &'static str {
        match self {
            TestType::Linear => include_str!("../../scenarios/suite/linear.toml"),
            TestType::Topology => include_str!("../../scenarios/suite/topology.toml"),
            TestType::Throughput => include_str!("../../scenarios/suite/throughput.toml"),
            TestType::Churn => include_str!("../../scenarios/suite/churn.toml"),
            TestType::Bootstrap => include_str!("../../scenarios/suite/bootstrap.toml"),
            TestType::LargeRecords => include_str!("../../scenarios/suite/large-records.toml"),
            TestType::Concurrent => include_str!("../../scenarios/suite/concurrent.toml"),
            TestType::Partition => include_str!("../../scenarios/suite/partition.toml"),
            TestType::Stress => include_str!("../../scenarios/suite/stress.toml"),
            TestType::Smoke => include_str!("../../scenarios/suite/smoke.toml"),
        }
    }

    /// What its points differ in, as the head of a column.
    pub fn varies(self) -> &'static str {
        match self {
            TestType::Linear => "nodes",
            TestType::Topology => "topology, nodes",
            TestType::Throughput => "gets/s a node",
            TestType::Churn => "mean session",
            TestType::LargeRecords => "record size",
            TestType::Bootstrap
            | TestType::Concurrent
            | TestType::Partition
            | TestType::Stress
            | TestType::Smoke => "nodes",
        }
    }
}
