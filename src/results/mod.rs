//! Results read back: the folders that `kadsim run` and `kadsim sweep` have written, by this
//! version of the program.
//!
//! Figures are read as [`serde_json::Value`] and go by the names that sweeps give them
//! ([`crate::sweep::figures`]), so that a figure that is added to results is read without a word here.
//! The tables are read by the names of their columns.

// A folder that `kadsim run` wrote.
mod run;
// A folder that `kadsim sweep` wrote, and points of it.
mod sweep;

pub use run::{Moment, Operation, RunFolder};
pub use sweep::{Point, SweepFolder, value_text};

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why results cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There are no results.
    #[error(
        "{} holds no results: give a folder that kadsim run or kadsim sweep has written, with \
         result.json or sweep.json in it",
        .0.display()
    )]
    NoResults(PathBuf),
    /// A file cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// A file says something else than the program writes.
    #[error("{}:{line}: this is not as kadsim writes it: {cause}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Line of it, from 1.
        line: u64,
        /// What is wrong.
        cause: String,
    },
    /// Another version of the program wrote it.
    #[error(
        "{} was written by kadsim {written}, and this is {}: figures of two versions may mean \
         different things; run it again",
        .path.display(), env!("CARGO_PKG_VERSION")
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// That version.
        written: String,
    },
    /// A point that the sweep does not have.
    #[error("{given}: {cause}")]
    Point {
        /// As it was given.
        given: String,
        /// What is wrong, and what there is.
        cause: String,
    },
}

/// What a folder holds.
#[derive(Clone, Debug)]
pub enum Results {
    /// One run.
    Run(RunFolder),
    /// A sweep, or some of its points.
    Sweep(SweepFolder),
}

impl Results {
    /// Reads what `given` names: `FOLDER`, or `FOLDER@key=value,key=value` for the points of a sweep
    /// at which these keys have these values.
    ///
    /// # Errors
    /// If there are no results of this version, or no such points.
    pub fn open(given: &str) -> Result<Self, ReadError> {
        let (folder, chosen) = match given.rsplit_once('@') {
            Some((folder, chosen)) if !Path::new(given).exists() => (folder, Some(chosen)),
            _ => (given, None),
        };
        let path = Path::new(folder);
        if path.join(sweep::IDENTITY).is_file() {
            let sweep = SweepFolder::read(path)?;
            return match chosen {
                Some(chosen) => sweep.at(given, chosen).map(Results::Sweep),
                None => Ok(Results::Sweep(sweep)),
            };
        }
        if !path.join(run::RESULT).is_file() {
            return Err(ReadError::NoResults(path.to_owned()));
        }
        match chosen {
            None => RunFolder::read(path).map(Results::Run),
            Some(_) => Err(ReadError::Point {
                given: given.to_owned(),
                cause: "a single run has no points: only a sweep's folder has, behind the @".into(),
            }),
        }
    }

    /// Where they lie.
    pub fn path(&self) -> &Path {
        match self {
            Results::Run(run) => &run.path,
            Results::Sweep(sweep) => &sweep.path,
        }
    }
}

fn read_text(path: &Path) -> Result<String, ReadError> {
    fs::read_to_string(path).map_err(|cause| ReadError::File { path: path.to_owned(), cause })
}

fn damaged(path: &Path, line: usize, cause: impl Into<String>) -> ReadError {
    ReadError::Damaged { path: path.to_owned(), line: line as u64, cause: cause.into() }
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, ReadError> {
    let text = read_text(path)?;
    serde_json::from_str(&text)
        .map_err(|error| damaged(path, error.line().max(1), error.to_string()))
}

/// That this version wrote the file, which says which one did.
fn check_version(path: &Path, written: &str) -> Result<(), ReadError> {
    match written == env!("CARGO_PKG_VERSION") {
        true => Ok(()),
        false => Err(ReadError::Version { path: path.to_owned(), written: written.to_owned() }),
    }
}

#[cfg(test)]
mod tests;
