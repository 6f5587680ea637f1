//! What a user did wrong, apart from the scenario itself.

use crate::report::ReportError;
use std::path::PathBuf;

/// A command that cannot be obeyed as it was given. Like a wrong scenario it ends the program
/// with status 2; nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum Misuse {
    /// A file is in the way.
    #[error("{} exists already: give another name, or --force to overwrite it", .0.display())]
    FileExists(PathBuf),
    /// Results cannot be written where the user wants them.
    #[error("{0}: --out takes a folder in which files can be made")]
    Out(ReportError),
    /// A row of figures that there is not.
    #[error("there is no row {name:?}: the known ones are {known}")]
    UnknownRow {
        /// As it was given.
        name: String,
        /// The names that there are.
        known: String,
    },
}
