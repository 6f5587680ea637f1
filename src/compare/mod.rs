//! Results beside each other: what differs between the scenarios, and by how much each figure differs,
//! with 95 % intervals where there is something to find one from.
//!
//! Every run is compared with the first, the base. What is compared are points: a single run, or
//! the runs of one point of a sweep; sweeps with several points are compared point by point.

// The difference of the means of two points, from their repeats.
pub mod repeats;
// The difference of two single runs, from their operations.
pub mod windows;
// Which figures are found in operations.
mod operations;
// What is compared, read and put side by side.
mod sides;
// In what the scenarios differ.
mod scenario;
// Which figures are compared.
mod choice;
// The differences themselves.
mod figures;
// The comparison as text.
mod show;
// The comparison as pictures, and its folder.
mod plots;

pub use choice::Choice;
pub use plots::write;
pub use show::{csv, json, markdown, table};

use crate::report::ReportError;
use crate::results::ReadError;
use crate::scenario::PlotFormat;
use serde::Serialize;
use sides::Side;
use std::path::PathBuf;

/// Why results cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// One of them cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Nothing differs from itself.
    #[error("{0} is given twice: each folder, or point of a sweep, once")]
    Twice(String),
    /// A sweep without figures.
    #[error("{0} has no run that came to its end")]
    NoRun(String),
    /// Points of different keys.
    #[error(
        "{base} has {base_keys}, and {other} has {other_keys}: what is compared has the same varied \
         keys; choose points by FOLDER@key=value,key=value"
    )]
    Keys {
        /// The base as it was given.
        base: String,
        /// Its varied keys, in words.
        base_keys: String,
        /// The other as it was given.
        other: String,
        /// Its varied keys, in words.
        other_keys: String,
    },
    /// Sweeps over other values.
    #[error("no point is in all of these sweeps: their values of {0} have none in common")]
    NoPoint(String),
    /// Nothing to compare.
    #[error("these runs have no figure in common")]
    NoFigure,
    /// No figure goes by this name.
    #[error("--metric {given}: no figure that all of these runs have is named so; {known}")]
    UnknownMetric {
        /// As it was given.
        given: String,
        /// What there is instead.
        known: String,
    },
    /// No pattern.
    #[error("--metric {given}: {cause}: give a name, in which * stands for anything")]
    Pattern {
        /// As it was given.
        given: String,
        /// What is wrong.
        cause: String,
    },
    /// The folder for the comparison holds something else.
    #[error("--out {}: {cause}", path.display())]
    Out {
        /// As it was given.
        path: PathBuf,
        /// What is wrong, and what is allowed.
        cause: String,
    },
    /// Something cannot be written or drawn.
    #[error(transparent)]
    Report(#[from] ReportError),
}

/// Results beside each other.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// Version of the program.
    pub version: &'static str,
    /// What is compared; the first is the base.
    pub runs: Vec<Compared>,
    /// In what the scenarios differ.
    pub scenario: Vec<KeyDifference>,
    /// Point by point; one without name, unless sweeps over several points are compared.
    pub points: Vec<PointComparison>,
    /// How many intervals there are, and how many of them exclude zero.
    pub intervals: Intervals,
    /// Figures that some of the runs do not have.
    pub not_in_all: Vec<String>,
    /// What a reader has to know of the runs.
    pub notes: Vec<String>,
}

/// One of what is compared.
#[derive(Clone, Debug, Serialize)]
pub struct Compared {
    /// By which it goes in tables: `A` for the base.
    pub letter: String,
    /// As it was given.
    pub given: String,
    /// Name of the scenario.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Seed of the run, or that which the seeds of a sweep come from.
    pub seed: u64,
    /// Digest of a single run.
    pub digest: Option<String>,
    /// Runs that came to their end.
    pub runs: usize,
    /// Whether its runs did the same as those of the base, event for event.
    pub same_events: bool,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A single run.
    Run,
    /// Points of a sweep.
    Sweep,
}

/// A key of the scenario that is not the same in all.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeyDifference {
    /// The dotted key.
    pub key: String,
    /// Its value in each of what is compared; `None` where it is not set.
    pub values: Vec<Option<String>>,
}

/// The figures at one point.
#[derive(Clone, Debug, Serialize)]
pub struct PointComparison {
    /// The values of the keys that are varied in all sweeps, as `key=value, key=value`.
    pub point: String,
    /// One for each figure and run but the base, in this order.
    pub differences: Vec<Difference>,
}

/// By how much a figure differs from that of the base. Values of sweeps are means over runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Name of the figure.
    pub figure: String,
    /// Letter of the run.
    pub run: String,
    /// Runs of the base that count.
    pub base_runs: usize,
    /// Runs of the other that count.
    pub runs: usize,
    /// The figure of the base.
    pub base: f64,
    /// The figure of the other.
    pub value: f64,
    /// `value` less `base`.
    pub difference: f64,
    /// `difference` by the magnitude of `base`; `None` where that is 0.
    pub relative: Option<f64>,
    /// Ends of the 95 % interval of `difference`.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
    /// How it was found, or why there is none.
    pub method: Method,
    /// Whether there is an interval, and zero is not in it.
    pub excludes_zero: bool,
}

/// How an interval was found, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Resampled differences of runs of the same seed.
    PairedBootstrap,
    /// Runs of both resampled apart from each other.
    Bootstrap,
    /// Student's, of fewer than 6 differences of runs of the same seed.
    PairedStudent,
    /// Welch's, of fewer than 6 runs.
    Welch,
    /// Resampled windows of time of two single runs.
    Windows,
    /// Newcombe's of two shares, over windows of time of two single runs.
    WindowShares,
    /// None: one of the two is one run, and this figure is not one of its operations.
    NoRepeats,
    /// None: `operations.csv` does not hold all operations that the figure covers.
    NotAllOperations,
    /// None: operations began in fewer than 10 of the 20 windows of time.
    FewWindows,
}

impl Method {
    /// Name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Method::PairedBootstrap => "paired-bootstrap",
            Method::Bootstrap => "bootstrap",
            Method::PairedStudent => "paired-student",
            Method::Welch => "welch",
            Method::Windows => "windows",
            Method::WindowShares => "window-shares",
            Method::NoRepeats => "no-repeats",
            Method::NotAllOperations => "not-all-operations",
            Method::FewWindows => "few-windows",
        }
    }

    /// What a reader of the table has to know of it.
    pub fn told(self) -> &'static str {
        match self {
            Method::PairedBootstrap => {
                "difference of means by the bootstrap, paired: runs of the same seed are compared"
            }
            Method::Bootstrap => {
                "difference of means by the bootstrap, not paired: the runs have no seeds in common"
            }
            Method::PairedStudent => {
                "difference of means, paired by seed, Student's interval: fewer than 6 pairs"
            }
            Method::Welch => {
                "difference of means, not paired, Welch's interval: fewer than 6 runs on a side"
            }
            Method::Windows => {
                "from each run's own operations, resampled by windows of time; what another seed \
                 would change is not in it"
            }
            Method::WindowShares => {
                "of shares, from each run's own operations, with their dependence within windows of \
                 time; what another seed would change is not in it"
            }
            Method::NoRepeats => "none: single runs have no repeats of this figure",
            Method::NotAllOperations => {
                "none: operations.csv does not hold all operations (output.operations_limit)"
            }
            Method::FewWindows => "none: operations in fewer than 10 of 20 windows of time",
        }
    }
}

/// How many intervals there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Intervals {
    /// Differences with an interval that has a width.
    pub count: usize,
    /// Those of them whose interval excludes zero.
    pub exclude_zero: usize,
    /// How many of them would be expected to by chance alone, if nothing differed.
    pub expected_by_chance: f64,
    /// Differences that are the same in every pair of runs, and not zero.
    pub constant: usize,
}

/// A comparison, with all that its plots are drawn from.
#[derive(Debug)]
pub struct Compare {
    sides: Vec<Side>,
    /// The comparison itself.
    pub comparison: Comparison,
}

impl Compare {
    /// Reads and compares what is given: two or more of `FOLDER` and `FOLDER@key=value,key=value`.
    ///
    /// # Errors
    /// If something cannot be read, or these cannot be compared.
    pub fn open(given: &[String], choice: &Choice) -> Result<Self, CompareError> {
        let mut notes = Vec::new();
        let sides = sides::read(given, &mut notes)?;
        let cases = sides::common(&sides, &mut notes)?;
        let (names, not_in_all) = choice.names(&sides)?;
        let points = figures::points(&sides, &cases, &names, &mut notes)?;
        let all = || points.iter().flat_map(|point| &point.differences);
        let has_width = |difference: &&Difference| difference.low < difference.high;
        let count = all().filter(has_width).count();
        let intervals = Intervals {
            count,
            exclude_zero: all().filter(has_width).filter(|d| d.excludes_zero).count(),
            expected_by_chance: 0.05 * count as f64,
            constant: all().filter(|d| d.excludes_zero && d.low == d.high).count(),
        };
        let comparison = Comparison {
            version: env!("CARGO_PKG_VERSION"),
            runs: sides::told(&sides),
            scenario: scenario::differences(&sides)?,
            points,
            intervals,
            not_in_all,
            notes,
        };
        Ok(Compare { sides, comparison })
    }

    /// Formats of plots that the scenario of the base names; SVG if it names none.
    pub fn formats(&self) -> Vec<PlotFormat> {
        let named = scenario::plots(&self.sides[0]);
        if named.is_empty() { vec![PlotFormat::Svg] } else { named }
    }
}

#[cfg(test)]
mod coverage;
