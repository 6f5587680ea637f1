//! A file that appears under its name when it is finished, or not at all.

use super::ReportError;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A file that is being written, under another name in the same folder. Dropped before it is
/// published, it leaves nothing.
#[derive(Debug)]
pub struct FileDraft {
    place: PathBuf,
    draft: PathBuf,
}

impl FileDraft {
    /// Begins a file that will stand at `place`, and gives what to write to.
    ///
    /// # Errors
    /// If nothing can be written there, or what is there is no plain file: a device or a pipe would be
    /// replaced.
    pub fn create(place: &Path) -> Result<(Self, File), ReportError> {
        let failed = |cause| ReportError::Write { path: place.to_path_buf(), cause };
        let name = place.file_name().filter(|_| place.is_file() || !place.exists());
        let name = name.ok_or_else(|| failed(io::Error::other("it is no plain file")))?;
        let draft = format!(".{}.partial-{}", name.to_string_lossy(), std::process::id());
        let draft = place.with_file_name(draft);
        let file = File::create(&draft).map_err(failed)?;
        Ok((FileDraft { place: place.to_path_buf(), draft }, file))
    }

    /// Gives the file its name: all of it has been written. One that was there is replaced.
    ///
    /// # Errors
    /// If it cannot be renamed.
    pub fn publish(&self) -> Result<(), ReportError> {
        fs::rename(&self.draft, &self.place).map_err(|cause| self.failed(cause))
    }

    /// The error of who could not write to it.
    pub fn failed(&self, cause: io::Error) -> ReportError {
        ReportError::Write { path: self.place.clone(), cause }
    }
}

impl Drop for FileDraft {
    fn drop(&mut self) {
        // After it was published there is nothing under this name.
        let _ = fs::remove_file(&self.draft);
    }
}
