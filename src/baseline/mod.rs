//! What runs came to once, kept in small files, and whether they still do.
//!
//! A baseline is exact (the digest of the run, and figures to the last digit) or statistical: each
//! figure within its tolerance, or the figures of several seeds no different by a permutation test.
//! [`measure`] does the runs, [`judge`] compares, and where an exact run is another [`depart`]
//! says from when on.

// What stands in the file.
pub mod stored;
// The file as it is written by hand or program.
mod read;
mod write;
// The digests of a run over its virtual time.
pub mod trail;
// The folder of baselines.
pub mod folder;
// The runs behind a baseline.
pub mod measure;
// Which figures are kept if none is named.
mod usual;
// Whether two samples differ.
pub mod permutation;
// What was kept beside what was measured.
pub mod judge;
// Where an exact run leaves its baseline.
pub mod depart;
// For people.
mod show;
// For systems that run tests.
mod junit;

pub use folder::Folder;
pub use judge::{Finding, Report, Verdict};
pub use junit::junit;
pub use measure::{Measured, Runner};
pub use show::table;
pub use stored::{Change, Kept, Level, Stored};

use crate::report::ReportError;
use crate::scenario::ScenarioError;
use crate::sweep::workers::NoThreads;
use std::io;
use std::path::PathBuf;

/// Events and nodes of a run, together, up to which its baseline is small: small ones are checked with
/// the tests of the source tree.
pub const SMALL: u64 = 1_000_000;

/// Why a baseline could not be kept or checked.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// A scenario is not sound, or a baseline is not as one is written.
    #[error(transparent)]
    Text(#[from] ScenarioError),
    /// There is no baseline of this name.
    #[error("there is no baseline {}: {known}", path.display())]
    Missing {
        /// Where it would be.
        path: PathBuf,
        /// What there is instead.
        known: String,
    },
    /// There is one of this name.
    #[error(
        "{} exists already: give another name, or rewrite it with `kadsim baseline check NAME --update \
         --reason TEXT`",
        .0.display()
    )]
    Exists(PathBuf),
    /// A text that names no baseline.
    #[error(
        "{0:?} cannot name a baseline: a name has letters, digits, dashes, dots and underscores, and no dot first"
    )]
    Name(String),
    /// Two scenarios would have one baseline.
    #[error("{} and {} would both have the baseline {name}: rename one of them", first.display(), second.display())]
    Twice {
        /// The name.
        name: String,
        /// One of them.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A run has no figure of this name.
    #[error("--metric {name}: the run has no such figure; {known}")]
    UnknownMetric {
        /// As it was given.
        name: String,
        /// What there is instead.
        known: String,
    },
    /// Nothing to keep.
    #[error(
        "none of the figures is there: --metric NAME names one that the run has (docs/sweep.md)"
    )]
    Empty,
    /// No difference could be significant.
    #[error(
        "--repeats {repeats}: with {metrics} figures and alpha = {alpha} no change could be significant: \
         give {needed} or more"
    )]
    TooFew {
        /// Runs.
        repeats: usize,
        /// Figures that are compared.
        metrics: usize,
        /// The level of the test.
        alpha: f64,
        /// Runs that suffice.
        needed: usize,
    },
    /// A file or folder cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] ReportError),
    /// The other program is of no use.
    #[error("--reference {}: {cause}", program.display())]
    Reference {
        /// The program.
        program: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// Threads could not be started.
    #[error("cannot start the threads of --jobs: {0}")]
    Threads(#[from] NoThreads),
}
