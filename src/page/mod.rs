//! A folder of results as one HTML page that needs nothing beside itself: no network, no other file.
//!
//! The page is made from the folder alone (`folder`), not from a run in memory: it can be made at
//! any time, of folders that come from elsewhere, and of those that another version wrote. What a
//! folder does not hold, its page does not show. Everything that a folder holds is text until
//! `maud` has escaped it; plots are rebuilt stroke by stroke (`drawing`).

// What the folder holds.
mod folder;
mod held;
// Plots as parts of the page.
mod drawing;
mod plots;
mod redrawn;
// What was simulated, in words.
mod words;
// The parts of a page.
mod applications;
mod attacks;
mod faults;
mod figures;
mod frame;
mod live;
mod network;
mod operations;
mod overview;
mod repeat;
mod run;
mod suite;
mod sweep;
mod table;
mod tiles;
mod times;
mod verdict;

use crate::report::file::FileDraft;
use crate::report::{PlotError, ReportError};
use folder::Content;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Name of the page in the folder that it shows.
pub const NAME: &str = "report.html";

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// What is there is no folder of results.
    #[error(
        "{} holds neither the result.json of a run, nor the sweep.json and tables of a finished sweep, nor \
         the suite.json of a suite: give a folder that kadsim run, kadsim sweep or kadsim suite has \
         written", .0.display()
    )]
    NoResults(PathBuf),
    /// A sweep that was ended before its tables were written.
    #[error("the sweep in {} has no tables yet: the same kadsim sweep command goes on with it", .0.display())]
    Unfinished(PathBuf),
    /// A file of the folder is not as kadsim writes it.
    #[error("{} is not as kadsim writes it: {cause}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// A file of the folder cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// A plot could not be drawn again.
    #[error(transparent)]
    Plot(#[from] PlotError),
    /// The page could not be written.
    #[error(transparent)]
    Write(#[from] ReportError),
}

/// A page and what its user should know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The page, as HTML.
    pub html: String,
    /// The version of kadsim that wrote the folder, if it was another.
    pub other_version: Option<String>,
}

/// The page of the results in `folder`.
///
/// # Errors
/// If `folder` holds none, or they cannot be read.
pub fn page(folder: &Path) -> Result<Page, PageError> {
    let (html, version) = match folder::read(folder)? {
        Content::Run(run) => (run::page(&run), run.version()),
        Content::Sweep(sweep) => (sweep::page(&sweep), sweep.version()),
        Content::Suite(suite) => (suite::page(&suite), suite.version()),
    };
    let other_version = (version != env!("CARGO_PKG_VERSION")).then_some(version);
    Ok(Page { html: html.into_string(), other_version })
}

/// Writes `page` to `place`, whole or not at all.
///
/// # Errors
/// If it cannot be written.
pub fn write(page: &Page, place: &Path) -> Result<(), PageError> {
    let (draft, mut file) = FileDraft::create(place)?;
    file.write_all(page.html.as_bytes()).map_err(|cause| draft.failed(cause))?;
    file.sync_all().map_err(|cause| draft.failed(cause))?;
    Ok(draft.publish()?)
}
