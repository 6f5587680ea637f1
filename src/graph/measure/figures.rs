//! The figures of a graph, as they are written to files.

use crate::units::number;
use serde::{Serialize, Serializer};

/// How a graph hangs together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// Whether its edges lead one way only.
    pub directed: bool,
    /// Number of vertices.
    pub vertices: u64,
    /// Number of edges, loops included; several with the same ends count as one.
    pub edges: u64,
    /// Those of them that end where they begin. They have a part in degrees and in nothing else.
    pub loops: u64,
    /// Edges of a vertex.
    pub degrees: Degrees,
    /// Shortest paths, in edges.
    pub paths: Paths,
    /// Whether neighbours are neighbours of each other.
    pub clustering: Clustering,
    /// What is connected at all.
    pub components: Components,
    /// Vertices without which a component, whatever the directions, falls apart.
    pub articulation_points: u64,
    /// Fewest vertices without which some vertex no longer reaches another.
    pub vertex_connectivity: Connectivity,
    /// Core numbers.
    pub cores: Cores,
}

/// Edges of a vertex. Without directions both are the same, and a loop counts twice.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Degrees {
    /// Edges that begin at a vertex.
    #[serde(rename = "out")]
    pub outgoing: Spread,
    /// Edges that end at one.
    #[serde(rename = "in")]
    pub incoming: Spread,
}

/// How whole numbers are spread.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    /// The smallest.
    pub min: u64,
    /// The mean.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub mean: f64,
    /// The largest.
    pub max: u64,
    /// How often each occurs, in ascending order; those that do not are left out.
    pub distribution: Vec<Count>,
}

/// How often a number occurs; written as `[value, count]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The number.
    pub value: u64,
    /// How often.
    pub count: u64,
}

/// Shortest paths along edges, between different vertices of which one reaches the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Paths {
    /// Vertices from which they were followed.
    pub sources: Taken,
    /// Ordered pairs of vertices, from one of the sources to any that it reaches.
    pub pairs: u64,
    /// Mean length; `None` without pairs.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub mean: Option<f64>,
    /// Length of the longest.
    pub diameter: u64,
    /// Whether that is known to be the longest of all.
    pub diameter_is: Exactness,
    /// Pairs by length.
    pub distribution: Vec<Count>,
}

/// Whether neighbours are neighbours of each other, whatever the directions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Clustering {
    /// Vertices whose neighbours were looked at.
    pub centres: Taken,
    /// Mean of the local coefficients: of a vertex the share of the pairs of its neighbours that
    /// are neighbours themselves, 0 with fewer than two. `None` without vertices.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub mean_local: Option<f64>,
    /// The same share over the pairs of all these vertices together; `None` without pairs.
    #[serde(serialize_with = "number::serialize_rounded_option")]
    pub transitivity: Option<f64>,
    /// Vertices by local coefficient.
    pub distribution: Vec<Share>,
}

/// Vertices whose share is `from` or more, and below the next; written as `[from, count]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The smallest share counted here.
    pub from: f64,
    /// Number of vertices.
    pub count: u64,
}

/// What is connected at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Components {
    /// Whatever the directions.
    pub weak: Parts,
    /// Everyone reaches everyone along the directions.
    pub strong: Parts,
}

/// The parts of a graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Parts {
    /// How many there are.
    pub count: u64,
    /// Vertices in the largest.
    pub largest: u64,
}

/// Fewest vertices without which some vertex no longer reaches another: κ of graph theory. One
/// less than there are vertices if each is next to each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Connectivity {
    /// How many.
    pub value: u64,
    /// Whether fewer might do.
    pub value_is: Exactness,
    /// Ordered pairs between which disjoint paths were counted; none where components,
    /// articulation points or a full mesh decide.
    pub pairs: u64,
}

/// Core numbers: of a vertex the largest `k` such that it is in a part of the graph in which
/// everyone has `k` neighbours, whatever the directions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cores {
    /// The largest, also called degeneracy.
    pub largest: u64,
    /// Vertices by core number.
    pub distribution: Vec<Count>,
}

/// What part of a whole was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// How many were looked at.
    pub taken: u64,
    /// How many there are.
    pub of: u64,
}

/// On which side of the truth a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exactness {
    /// It is the truth.
    Exact,
    /// The truth is no less.
    LowerBound,
    /// The truth is no more.
    UpperBound,
}

impl Taken {
    /// Whether it is all there is.
    pub fn is_all(self) -> bool {
        self.taken == self.of
    }
}

impl Spread {
    /// The spread of some numbers.
    pub fn of(numbers: impl Iterator<Item = u64>) -> Self {
        let mut numbers: Vec<u64> = numbers.collect();
        numbers.sort_unstable();
        let (Some(&min), Some(&max)) = (numbers.first(), numbers.last()) else {
            return Spread::default();
        };
        let sum: u64 = numbers.iter().sum();
        Spread {
            min,
            mean: sum as f64 / numbers.len() as f64,
            max,
            distribution: Count::sorted(&numbers),
        }
    }
}

impl Count {
    /// How often each of some numbers in ascending order occurs.
    pub(super) fn sorted(numbers: &[u64]) -> Vec<Self> {
        let runs = numbers.chunk_by(|one, other| one == other);
        runs.map(|run| Count { value: run[0], count: run.len() as u64 }).collect()
    }

    /// Those of a list, in which each number's count has its place, that are not zero.
    pub(super) fn by_place(counts: &[u64]) -> Vec<Self> {
        let all = counts.iter().enumerate();
        let some = all.filter(|&(_, &count)| count > 0);
        some.map(|(value, &count)| Count { value: value as u64, count }).collect()
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (self.value, self.count).serialize(to)
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (number::rounded(self.from), self.count).serialize(to)
    }
}
